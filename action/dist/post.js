import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  systemClock
} from "./chunks/chunk-OO24PJMU.js";
import {
  removePrivateFolder
} from "./chunks/chunk-PMHRYZVO.js";
import "./chunks/chunk-YHQZU34I.js";
import "./chunks/chunk-LZQXQOPJ.js";

// action/post.ts
import { existsSync } from "node:fs";

// core/leftovers.ts
var PATIENCE = 4 * 6e4;
var INTERVAL = 500;
async function cleanUp({ folder, cli }, {
  clock,
  isRunning: isRunning2,
  exists
}) {
  const done = [];
  if (folder === "" || !exists(folder)) return done;
  const pid = Number(cli);
  const until = clock.now() + PATIENCE;
  if (pid > 0 && isRunning2(pid)) {
    done.push(
      "A deployment that this run began is still running; waiting for it, so that it leaves no lock."
    );
    while (isRunning2(pid) && clock.now() < until) await clock.sleep(INTERVAL);
    done.push(isRunning2(pid) ? "It is still running." : "It has ended.");
  }
  await removePrivateFolder(folder);
  done.push("The temporary folder of a run that did not end well was removed.");
  return done;
}

// action/post.ts
var state = (name) => process.env[`STATE_${name}`] ?? "";
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
var ports = { clock: systemClock, isRunning, exists: existsSync };
for (const line of await cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
