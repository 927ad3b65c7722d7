import unittest

from roman import read, write


class Roman(unittest.TestCase):
    def test_write(self):
        self.assertEqual(write(1994), "MCMXCIV")

    def test_read_plain(self):
        self.assertEqual(read("CXVI"), 116)

    def test_read_four_and_nine(self):
        self.assertEqual(read("XCIV"), 94)


if __name__ == "__main__":
    unittest.main()
