import unittest

from access import may_edit


def user(**changes):
    return {"name": "ada", "team": "core", "roles": [], "suspended": False, **changes}


DOCUMENT = {"owner": "ada", "team": "core", "public": False, "readers": []}


class Edit(unittest.TestCase):
    def test_owner(self):
        self.assertTrue(may_edit(user(), DOCUMENT))

    def test_suspended_owner(self):
        self.assertFalse(may_edit(user(suspended=True), DOCUMENT))

    def test_suspended_editor(self):
        self.assertFalse(may_edit(user(name="bob", roles=["editor"], suspended=True), DOCUMENT))


if __name__ == "__main__":
    unittest.main()
