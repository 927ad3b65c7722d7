"""Cuts a template into pieces."""

import re

PIECE = re.compile(r"\{\{(each |end|)(\w*)\}\}")


def pieces(template):
    """Return a list of ("text", t), ("name", n), ("each", n) and ("end", "")."""
    found, at = [], 0
    for match in PIECE.finditer(template):
        found.append(("text", template[at : match.start()]))
        found.append((match.group(1).strip() or "name", match.group(2)))
        at = match.end()
    return [*found, ("text", template[at:])]
