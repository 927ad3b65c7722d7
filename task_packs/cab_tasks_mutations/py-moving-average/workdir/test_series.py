import unittest

from series import moving_average


class MovingAverage(unittest.TestCase):
    def test_three(self):
        self.assertEqual(moving_average([3, 6, 9, 12], 3), [6, 9])

    def test_one(self):
        self.assertEqual(moving_average([1, 2, 3], 1), [1, 2, 3])


if __name__ == "__main__":
    unittest.main()
