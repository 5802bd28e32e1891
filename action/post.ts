import { existsSync } from "node:fs";
import { createTerminate, isRunning } from "../core/cli/process.ts";
import { cleanUp } from "../core/flow/leftovers.ts";
import { systemClock, systemPlatform } from "../core/net/send.ts";

/** The runner gives back what main has saved as `STATE_<name>`. */
const state = (name: string): string => process.env[`STATE_${name}`] ?? "";

const environment = process.env;
const terminate = createTerminate({ platform: systemPlatform(), clock: systemClock, environment });
const ports = { clock: systemClock, isRunning, exists: existsSync, terminate };
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
