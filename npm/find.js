// How the Python package is run where it is not installed: by uv, by pipx, or in a container.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const NAME = "codingagentbench";
const IMAGE = "python:3.13-slim";
// In a container the package is installed first; its output is of no interest unless it fails.
const IN_CONTAINER = 'pip install --quiet --root-user-action ignore "$0" && exec cab "$@"';

/** Where on the PATH a program of this name is that can be started; an empty entry is no directory of programs. */
function onPath(program, env) {
  const places = (env.PATH || "").split(path.delimiter).filter((directory) => directory !== "");
  return places.map((directory) => path.resolve(directory, program)).find((file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The arguments without the key, and the variables with it: what is started runs long, and anybody sees its arguments. */
function hidden(args, env) {
  const at = args.findIndex((word) => word === "--key" || word.startsWith("--key="));
  if (at < 0 || args.some((word) => /^--key-env(=|$)/.test(word)) || args[at] === "--key" && at + 1 === args.length) {
    return [args, env];
  }
  const whole = args[at].startsWith("--key=");
  const key = whole ? args[at].slice("--key=".length) : args[at + 1];
  return [[...args.slice(0, at), ...args.slice(at + (whole ? 1 : 2))], { ...env, CAB_KEY: key }];
}

/** The variables that `--key-env` names. */
function keyNames(args) {
  return args.flatMap((word, at) => {
    if (word.startsWith("--key-env=")) return [word.slice("--key-env=".length)];
    return word === "--key-env" && at + 1 < args.length ? [args[at + 1]] : [];
  }).filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
}

/** The command that runs `cab` with these arguments, as a list of words; null where nothing here can. */
function command(args, env, version) {
  const wanted = env.CAB_PACKAGE || `${NAME}==${version}`;
  const [uvx, uv, pipx, docker] = ["uvx", "uv", "pipx", "docker"].map((program) => onPath(program, env));
  if (uvx) return [uvx, "--from", wanted, "cab", ...args];
  if (uv) return [uv, "tool", "run", "--from", wanted, "cab", ...args];
  if (pipx) return [pipx, "run", "--spec", wanted, "cab", ...args];
  if (docker) {
    const names = [...Object.keys(env).filter((name) => name.startsWith("CAB_")), ...keyNames(args)];
    const passed = names.flatMap((name) => ["-e", name]); // by their names alone
    return [docker, "run", "--rm", "--network", "host", ...passed, IMAGE, "sh", "-c", IN_CONTAINER, wanted, ...args];
  }
  return null;
}

const MISSING = `codingagentbench is a Python program, and nothing here can run it: no uv, no pipx and no Docker on the PATH.
Install one of them:
  uv      https://docs.astral.sh/uv/getting-started/installation/
  pipx    https://pipx.pypa.io/stable/installation/
  Docker  https://docs.docker.com/engine/install/
Or install it into a Python of 3.11 or newer: python3 -m pip install codingagentbench`;

module.exports = { command, hidden, MISSING };
