import unittest

from stock import reorder


def item(**changes):
    return {"name": "bolt", "stock": 10, "reorder_point": 10, "target": 40, **changes}


class Reorder(unittest.TestCase):
    def test_below_the_point(self):
        self.assertEqual(reorder([item(stock=3)]), {"bolt": 37})

    def test_at_the_point(self):
        self.assertEqual(reorder([item()]), {"bolt": 30})

    def test_above_the_point(self):
        self.assertEqual(reorder([item(stock=11)]), {})


if __name__ == "__main__":
    unittest.main()
