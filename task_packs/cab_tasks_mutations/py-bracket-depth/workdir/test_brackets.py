import unittest

from brackets import fault


class Brackets(unittest.TestCase):
    def test_balanced(self):
        self.assertIsNone(fault("a(b[c]{d})"))

    def test_never_closed(self):
        self.assertEqual(fault("(a(b)"), 0)

    def test_another_kind(self):
        self.assertEqual(fault("(a]"), 2)


if __name__ == "__main__":
    unittest.main()
