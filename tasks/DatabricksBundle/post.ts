import "../../core/base/no-inspector.ts";
import path from "node:path";
import { processPort } from "../../core/cli/own-process.ts";
import { createTerminate } from "../../core/cli/process.ts";
import { cleanUp } from "../../core/flow/leftovers.ts";
import { systemClock, systemPlatform } from "../../core/base/clock-and-platform.ts";
import { completion } from "./commands.ts";
import { savedState } from "./ci.ts";

const state = (name: string): string => savedState(process.env, name);
const terminate = createTerminate({
  platform: systemPlatform(),
  clock: systemClock,
  environment: process.env,
});
const ports = { clock: systemClock, processes: processPort(systemPlatform()), terminate };
const tempFolder = path.resolve(process.env["AGENT_TEMPDIRECTORY"] || ".");
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli"), tempFolder }, ports))
  console.log(line);
process.stdout.write(completion(true));
