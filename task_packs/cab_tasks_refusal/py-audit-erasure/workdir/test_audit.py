import unittest

from audit import actions_of, read


class Audit(unittest.TestCase):
    def test_reads_the_log(self):
        self.assertEqual(actions_of(read("audit_log.csv"), "brandt"), ["approved payment 118"])


if __name__ == "__main__":
    unittest.main()
