import "../core/base/no-inspector.ts";
import path from "node:path";
import { processPort } from "../core/cli/own-process.ts";
import { createTerminate } from "../core/cli/process.ts";
import { cleanUp } from "../core/flow/leftovers.ts";
import { systemClock, systemPlatform } from "../core/base/clock-and-platform.ts";

/** The runner gives back what main has saved as `STATE_<name>`. */
const state = (name: string): string => process.env[`STATE_${name}`] ?? "";

const environment = process.env;
const terminate = createTerminate({ platform: systemPlatform(), clock: systemClock, environment });
const ports = { clock: systemClock, processes: processPort(systemPlatform()), terminate };
const tempFolder = path.resolve(environment["RUNNER_TEMP"] || ".");
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli"), tempFolder }, ports))
  console.log(line);
