import { existsSync } from "node:fs";
import { cleanUp } from "../core/leftovers.ts";
import { systemClock } from "../core/system.ts";

/** The runner gives back what main has saved as `STATE_<name>`. */
const state = (name: string): string => process.env[`STATE_${name}`] ?? "";

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const ports = { clock: systemClock, isRunning, exists: existsSync };
for (const line of await cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
