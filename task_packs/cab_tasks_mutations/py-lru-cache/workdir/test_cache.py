import unittest

from cache import Cache


class CacheTest(unittest.TestCase):
    def test_keeps_what_is_read(self):
        cache = Cache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.get("a")
        cache.put("c", 3)
        self.assertEqual(cache.keys(), ["a", "c"])

    def test_forgets_the_oldest(self):
        cache = Cache(1)
        cache.put("a", 1)
        cache.put("b", 2)
        self.assertIsNone(cache.get("a"))


if __name__ == "__main__":
    unittest.main()
