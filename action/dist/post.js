import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  isRunning,
  systemClock
} from "./chunks/chunk-ZUDVWJHK.js";
import {
  removePrivateFolder
} from "./chunks/chunk-ZYAAOGFN.js";
import "./chunks/chunk-63AUDG3E.js";
import "./chunks/chunk-6IGHQXQZ.js";
import "./chunks/chunk-U4GNHYLL.js";

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
    if (isRunning2(pid)) return [...done, "It is still running; its temporary folder is left to it."];
    done.push("It has ended.");
  }
  await removePrivateFolder(folder);
  done.push("The temporary folder of a run that did not end well was removed.");
  return done;
}

// action/post.ts
var state = (name) => process.env[`STATE_${name}`] ?? "";
var ports = { clock: systemClock, isRunning, exists: existsSync };
for (const line of await cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
