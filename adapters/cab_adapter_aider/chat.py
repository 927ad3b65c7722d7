"""Which files aider is given, and the names that it gives them."""

from __future__ import annotations

import posixpath

from cab_core import Job

_BUDGET = 400_000  # bytes of files in the chat; what a person would add to it


def chat_files(job: Job) -> list[str]:
    """Return the text files of the work dir, smallest first, as far as they fit.

    All of them or the smallest, never the right ones: naming those would give the answer away.
    """
    chosen, budget = [], _BUDGET
    for file in sorted((f for f in job.files if f.text), key=lambda f: (f.size, f.path)):
        if file.size > budget:
            break
        chosen.append(file.path)
        budget -= file.size
    return sorted(chosen)


def chat_root(job: Job) -> str:
    """Return the directory, relative to the work dir, to which aider's file names are relative.

    Without git that is the common directory of the files in the chat.
    """
    directories = [posixpath.dirname(f"/{f}") for f in chat_files(job)]
    return posixpath.commonpath(directories).lstrip("/") if directories else ""
