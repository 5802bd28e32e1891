import { existsSync } from "node:fs";
import { cleanUp } from "../../core/leftovers.ts";
import { isRunning, systemClock } from "../../core/system.ts";
import { completion } from "./commands.ts";
import { savedState } from "./host.ts";

const state = (name: string): string => savedState(process.env, name);
const ports = { clock: systemClock, isRunning, exists: existsSync };
for (const line of await cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
process.stdout.write(completion(true));
