"""Puts a page together."""

from scan import pieces
from scope import Scope


def render(template, values):
    """Return the page: `{{name}}` is a value, `{{each items}} .. {{end}}` is repeated for each dict of a list."""
    return _body(pieces(template), 0, Scope(values))[0]


def _body(found, at, scope):
    """Return what a body prints and where it ends."""
    text = ""
    while at < len(found) and found[at][0] != "end":
        kind, word = found[at]
        if kind == "text":
            text += word
        elif kind == "name":
            text += str(scope.find(word))
        else:
            start, at = at + 1, _end(found, at + 1)
            for item in scope.find(word):
                text += _body(found, start, scope.inside(item))[0]
        at += 1
    return text, at


def _end(found, at):
    """Return where the body that begins here ends."""
    depth = 1
    while True:
        depth += {"each": 1, "end": -1}.get(found[at][0], 0)
        if depth == 0:
            return at
        at += 1
