"""Which items of a warehouse have to be ordered again, and how many of them."""


def order_quantity(item):
    """Return how many pieces bring the item back to its target, in whole boxes."""
    missing = item["target"] - item["stock"]
    box = item.get("box", 1)
    return -(-missing // box) * box


def reorder(items):
    """Return {name: quantity} for every item at or below its reorder point."""
    orders = {}
    for item in items:
        if item.get("discontinued"):
            continue
        if item["stock"] <= item["reorder_point"]:
            orders[item["name"]] = order_quantity(item)
    return orders
