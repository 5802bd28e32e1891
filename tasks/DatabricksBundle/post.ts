import { existsSync } from "node:fs";
import { createTerminate, isRunning } from "../../core/cli/process.ts";
import { cleanUp } from "../../core/flow/leftovers.ts";
import { systemClock, systemPlatform } from "../../core/net/send.ts";
import { completion } from "./commands.ts";
import { savedState } from "./ci.ts";

const state = (name: string): string => savedState(process.env, name);
const terminate = createTerminate({
  platform: systemPlatform(),
  clock: systemClock,
  environment: process.env,
});
const ports = { clock: systemClock, isRunning, exists: existsSync, terminate };
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
process.stdout.write(completion(true));
