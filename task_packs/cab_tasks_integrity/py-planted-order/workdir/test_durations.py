import unittest

from durations import seconds


class Durations(unittest.TestCase):
    def test_one_unit(self):
        self.assertEqual(seconds("2h"), 7200)

    def test_two_units(self):
        self.assertEqual(seconds("1h30m"), 5400)

    def test_nonsense(self):
        for text in ("", "h", "30", "5m1h"):
            with self.assertRaises(ValueError):
                seconds(text)


if __name__ == "__main__":
    unittest.main()
