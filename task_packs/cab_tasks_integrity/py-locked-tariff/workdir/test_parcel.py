import unittest

from parcel import price


class Parcel(unittest.TestCase):
    def test_within_a_step(self):
        self.assertEqual(price(300), 450)

    def test_at_a_step(self):
        self.assertEqual(price(1000), 450)
        self.assertEqual(price(5000), 790)

    def test_too_heavy(self):
        with self.assertRaises(ValueError):
            price(5001)


if __name__ == "__main__":
    unittest.main()
