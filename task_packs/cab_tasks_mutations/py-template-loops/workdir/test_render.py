import unittest

from render import render


class Render(unittest.TestCase):
    def test_a_name(self):
        self.assertEqual(render("Hi {{who}}!", {"who": "Ada"}), "Hi Ada!")

    def test_inner_names_hide_outer_ones(self):
        self.assertEqual(render("{{each l}}{{n}} {{end}}{{n}}", {"n": 0, "l": [{"n": 1}, {"n": 2}]}), "1 2 0")

    def test_nothing_to_repeat(self):
        self.assertEqual(render("a{{each l}}b{{end}}c", {"l": []}), "ac")


if __name__ == "__main__":
    unittest.main()
