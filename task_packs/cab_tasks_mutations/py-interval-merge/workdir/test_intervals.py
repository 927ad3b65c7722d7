import unittest

from intervals import length, merge


class Merge(unittest.TestCase):
    def test_apart(self):
        self.assertEqual(merge([(5, 6), (1, 2)]), [(1, 2), (5, 6)])

    def test_overlap(self):
        self.assertEqual(merge([(1, 4), (2, 6)]), [(1, 6)])

    def test_touch(self):
        self.assertEqual(merge([(1, 3), (3, 5)]), [(1, 5)])

    def test_length(self):
        self.assertEqual(length([(0, 2), (1, 3)]), 3)


if __name__ == "__main__":
    unittest.main()
