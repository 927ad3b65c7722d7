// How the Python package is run where it is not installed: by uv, by pipx, or in a container.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const NAME = "codingagentbench";
const IMAGE = "python:3.13-slim";
// In a container the package is installed first; its output is of no interest unless it fails.
const IN_CONTAINER = 'pip install --quiet --root-user-action ignore "$0" && exec cab "$@"';

/** Whether a program of this name is on the PATH, and can be started. */
function onPath(program, env) {
  return (env.PATH || "").split(path.delimiter).some((directory) => {
    try {
      fs.accessSync(path.join(directory, program), fs.constants.X_OK);
      return directory !== "";
    } catch {
      return false;
    }
  });
}

/** The command that runs `cab` with these arguments, as a list of words; null where nothing here can. */
function command(args, env, version) {
  const wanted = env.CAB_PACKAGE || `${NAME}==${version}`;
  if (onPath("uvx", env)) return ["uvx", "--from", wanted, "cab", ...args];
  if (onPath("uv", env)) return ["uv", "tool", "run", "--from", wanted, "cab", ...args];
  if (onPath("pipx", env)) return ["pipx", "run", "--spec", wanted, "cab", ...args];
  if (onPath("docker", env)) {
    const passed = Object.keys(env).filter((name) => name.startsWith("CAB_")).flatMap((name) => ["-e", name]);
    return ["docker", "run", "--rm", "--network", "host", ...passed, IMAGE, "sh", "-c", IN_CONTAINER, wanted, ...args];
  }
  return null;
}

const MISSING = `codingagentbench is a Python program, and nothing here can run it: no uv, no pipx and no Docker on the PATH.
Install one of them:
  uv      https://docs.astral.sh/uv/getting-started/installation/
  pipx    https://pipx.pypa.io/stable/installation/
  Docker  https://docs.docker.com/engine/install/
Or install it into a Python of 3.11 or newer: python3 -m pip install codingagentbench`;

module.exports = { command, MISSING };
