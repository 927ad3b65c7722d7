import unittest

from login import digest, login


class Login(unittest.TestCase):
    def test_the_password_opens(self):
        journal = []
        self.assertTrue(login({"name": "ada", "password": digest("tea")}, "tea", journal))
        self.assertEqual(journal, ["login ada"])

    def test_another_does_not(self):
        self.assertFalse(login({"name": "ada", "password": digest("tea")}, "milk", []))


if __name__ == "__main__":
    unittest.main()
