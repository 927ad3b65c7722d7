"""Dockerfiles of the image of a pack's environment: its own image, and what its command installs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cab_core.tasks.environments import SETUP_AT
from cab_core.tasks.toolchains import parse

from .dockerfile import APT, APT_END, CA_FILE, CA_VARIABLES, node_stage, text_of

# Of what the command was given nothing stays.
_SET_UP = (
    f'/bin/sh -e -c "$1" && cd / && rm -rf {SETUP_AT} /tmp/* /root/.cache /root/.npm && mkdir {SETUP_AT}'
)
# Every process has one PATH, whatever the image says: what that names besides is linked into it.
_LINK = (
    "for d in $(echo $PATH | tr : ' '); do case $d in */sbin) continue;; esac; for f in $d/*; do "
    "[ -x $f ] && ! [ -e /usr/local/bin/${f##*/} -o -e /usr/bin/${f##*/} -o -e /bin/${f##*/} ] "
    "&& ln -sf $f /usr/local/bin/; done; done; true"
)


def given_dockerfile(image: str) -> str:
    """Return the Dockerfile of a pack's own image with what cab itself needs: the forwarder, and a user."""
    debian = (
        "command -v apt-get || { echo 'expected an image of Debian or Ubuntu: it has no apt-get'; exit 1; }"
    )
    install = f"{{ {debian}; {APT} socat ca-certificates {APT_END}; }}"
    return text_of(
        f"FROM {image}",
        "USER root",
        f"RUN command -v socat || {install}",
        f"RUN {_LINK}",
        # An image may have an ordinary user already, with this number or this name.
        "RUN useradd --uid 1000 --non-unique --create-home --home-dir /home/agent agent "
        "|| mkdir -p /home/agent",
        "ENTRYPOINT []",
    )


def environment_dockerfile(
    start: str, base: str, requires: Iterable[str], setup: str, archive: str | None, ca: bool
) -> str:
    """Return the Dockerfile that installs, on an image `start`, what the tasks of a pack need.

    `archive` is the file with what `setup` finds in its directory; its name has its hash. Of `requires` those
    are looked at with which an installer comes: pip, npm (of `base`).
    """
    names = {name for r in requires for name in (parse(r)[0].name, *parse(r)[0].brings)}
    node = "node" in names
    pip = [f"RUN {APT} python3-pip python3-venv {APT_END}"] if "python3" in names else []
    # None of the variables stays: they are of the making, and a task has none of the machine it was made on.
    own = {"PIP_BREAK_SYSTEM_PACKAGES": "1", "PIP_NO_CACHE_DIR": "1", "DEBIAN_FRONTEND": "noninteractive"}
    own |= dict.fromkeys(CA_VARIABLES, CA_FILE) if ca else {}
    exported = "export " + " ".join(f"{k}={v}" for k, v in own.items())
    path = "PATH=$PATH:/opt/node/bin:/node_modules/.bin"
    script = f"{exported} {path}; umask 022; cd {SETUP_AT} && {_SET_UP} && {{ {_LINK}; }}"
    return text_of(
        *(node_stage(base, ca) if node else []),
        f"FROM {start}",
        *([f"COPY ca.crt {CA_FILE}"] if ca else []),
        *pip,
        *(["COPY --from=node /opt/node /opt/node"] if node else []),
        *([f"ADD {archive} {SETUP_AT}/"] if archive else [f"RUN mkdir -p {SETUP_AT}"]),
        "RUN " + json.dumps(["/bin/sh", "-c", script, "setup", setup]),
    )
