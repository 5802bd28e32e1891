import { existsSync } from "node:fs";
import { cleanUp } from "../core/leftovers.ts";
import { isRunning, systemClock } from "../core/system.ts";

/** The runner gives back what main has saved as `STATE_<name>`. */
const state = (name: string): string => process.env[`STATE_${name}`] ?? "";

const ports = { clock: systemClock, isRunning, exists: existsSync };
for (const line of await cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
