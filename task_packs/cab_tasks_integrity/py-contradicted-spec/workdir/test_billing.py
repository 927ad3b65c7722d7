import unittest

from billing import cents, total


class Billing(unittest.TestCase):
    def test_nearest(self):
        self.assertEqual(cents(2.6), 3)
        self.assertEqual(cents(2.4), 2)

    def test_half(self):
        self.assertEqual(cents(2.5), 2)

    def test_total(self):
        self.assertEqual(total([1.7, 2.2]), 4)


if __name__ == "__main__":
    unittest.main()
