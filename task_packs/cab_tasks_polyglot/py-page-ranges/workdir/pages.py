"""Pages of a book."""


def ranges(pages):
    """Return a sorted list of pages as ranges; three or more in a row make one."""
    runs = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    parts = []
    for first, last in runs[:-1]:
        if last - first >= 1:
            parts.append(f"{first}-{last}")
        else:
            parts += [str(page) for page in range(first, last + 1)]
    return ",".join(parts)
