"""The umask and the user of the process that runs cab do not decide a verdict."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cab_core.records import Installation
from tests.runtimes.docker.conftest import engine as _engine
from tests.runtimes.docker.conftest import puppet_image as _puppet_image
from tests.runtimes.docker.conftest import tcp as _tcp
from tests.support.often import rows
from tests.support.unprivileged import UID
from tests.support.verdicts import RUNTIMES, Verdict, everywhere, verdicts

engine, puppet_image, tcp = _engine, _puppet_image, _tcp
pytestmark = everywhere
USERS = {"root": 0, "ordinary": UID}
UMASKS = ("000", "022", "027", "077")
OFTEN = {("root", "077"), ("ordinary", "000"), ("ordinary", "077")}  # the ends; the others before a release


@pytest.fixture(scope="module", params=rows(product(USERS, UMASKS), OFTEN))
def found(request: pytest.FixtureRequest, puppet_image: Installation) -> dict[str, Verdict]:
    """The verdicts of one process: of one user, under one umask."""
    user, umask = request.param
    return verdicts(puppet_image, USERS[user], int(umask, 8))


def check(found: dict[str, Verdict], runtime: str) -> None:
    """A right fix passed, a wrong one failed, and what the agent made has the modes that it has everywhere."""
    right, wrong = found[f"{runtime} right"], found[f"{runtime} wrong"]
    assert (right.outcome, wrong.outcome) == ("passed", "failed"), (right, wrong)
    assert right.modes == {"made/file": "0o644", "new.py": "0o644", "stock.py": "0o644"}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_verdict_is_the_same(found: dict[str, Verdict], runtime: str) -> None:
    """Whoever runs cab, under whatever umask."""
    check(found, runtime)


@pytest.mark.parametrize("who", rows(product(USERS, ("000", "077")), [("ordinary", "077")]))
def test_a_verdict_is_the_same_where_directories_are_copied(
    tcp: dict[str, str], puppet_image: Installation, who: tuple[str, str]
) -> None:
    """With an engine elsewhere: modes go there and come back."""
    user, umask = who

    def elsewhere(env: dict[str, str], own: Path) -> Path:
        env.update(tcp)
        return own

    found = verdicts(puppet_image, USERS[user], int(umask, 8), elsewhere, ["docker"])
    check(found, "docker")
