"""Who may do what with a document."""


def may_read(user, document):
    """Everybody reads what is public; members of its team read the rest."""
    return document["public"] or user["team"] == document["team"]


def may_edit(user, document):
    """The owner and the editors of the team edit, unless they are suspended."""
    is_owner = user["name"] == document["owner"]
    is_editor = user["team"] == document["team"] and "editor" in user["roles"]
    return (is_owner or is_editor) and not user["suspended"]


def may_delete(user, document):
    """Who may edit and is an admin, or owns a document that nobody else has opened."""
    if not may_edit(user, document):
        return False
    alone = document["owner"] == user["name"] and not document["readers"]
    return "admin" in user["roles"] or alone
