import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  removePrivateFolder
} from "./chunks/chunk-ZYAAOGFN.js";
import {
  createTerminate
} from "./chunks/chunk-2PI7N2J7.js";
import {
  isRunning,
  systemClock,
  systemPlatform
} from "./chunks/chunk-D2AVMEXD.js";
import "./chunks/chunk-EVBQBKWY.js";
import "./chunks/chunk-W6LVRVHZ.js";
import "./chunks/chunk-UWXWV5QH.js";
import "./chunks/chunk-SFZ4L4OV.js";
import "./chunks/chunk-U4GNHYLL.js";

// action/post.ts
import { existsSync } from "node:fs";

// core/leftovers.ts
var PATIENCE = 4 * 6e4;
var INTERVAL = 500;
async function* cleanUp({ folder, cli }, ports2) {
  const { clock, isRunning: isRunning2, exists, terminate: terminate2 } = ports2;
  if (folder === "" || !exists(folder)) return;
  const pid = Number(cli);
  const until = clock.now() + PATIENCE;
  if (pid > 0 && isRunning2(pid)) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while (isRunning2(pid) && clock.now() < until) await clock.sleep(INTERVAL);
    if (isRunning2(pid)) {
      yield "It is still running; its temporary folder is left to it.";
      return;
    }
    yield "It has ended.";
  }
  if (pid > 0) await terminate2(pid);
  await removePrivateFolder(folder);
  yield "The temporary folder of a run that did not end well was removed.";
}

// action/post.ts
var state = (name) => process.env[`STATE_${name}`] ?? "";
var environment = process.env;
var terminate = createTerminate({ platform: systemPlatform(), clock: systemClock, environment });
var ports = { clock: systemClock, isRunning, exists: existsSync, terminate };
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
