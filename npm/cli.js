#!/usr/bin/env node
// `npx codingagentbench check`: a look at this machine; with --tui, --model, --endpoint, --key and --task one result.
"use strict";

const { spawnSync } = require("node:child_process");
const { version } = require("./package.json");
const { command, hidden, MISSING } = require("./find.js");

const USAGE = `usage: npx codingagentbench check [--tui CLI --model ID --endpoint URL --key-env NAME --task TASK]

Without options it looks at this machine. With them it runs the CLI on the task against your endpoint, once; the
result is provisional, and nothing is kept. It is run by uv, pipx or Docker, whichever is there.
CAB_PACKAGE is what is installed in the place of codingagentbench==${version}: another version, a wheel, a URL.`;

function main(args) {
  if (args.length === 0 || ["-h", "--help", "help"].includes(args[0])) {
    console.log(USAGE);
    return 0;
  }
  if (args[0] !== "check") {
    console.error(`codingagentbench: ${JSON.stringify(args[0])} is not a command of this package, which has "check" alone`);
    console.error("All others come with the Python package: uvx --from codingagentbench cab --help");
    return 2;
  }
  const [shown, env] = hidden(args, process.env);
  const words = command(shown, env, version);
  if (words === null) {
    console.error(MISSING);
    return 2;
  }
  const done = spawnSync(words[0], words.slice(1), { stdio: "inherit", env });
  if (done.error) {
    console.error(`codingagentbench: ${words[0]} cannot be started: ${done.error.message}`);
    return 1;
  }
  if (done.signal) {
    process.kill(process.pid, done.signal); // what ended it ends this, too
    return 1;
  }
  return done.status;
}

process.exitCode = main(process.argv.slice(2));
