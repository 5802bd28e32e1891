import "../core/base/no-inspector.ts";
import path from "node:path";
import { processPort } from "../core/cli/own-process.ts";
import { createTerminate } from "../core/cli/process.ts";
import { cleanUp } from "../core/flow/leftovers.ts";
import { endService } from "../core/flow/service/end.ts";
import { systemClock, systemPlatform } from "../core/base/clock-and-platform.ts";

/** The runner gives back what main has saved as `STATE_<name>`. */
const state = (name: string): string => process.env[`STATE_${name}`] ?? "";

const environment = process.env;
const platform = systemPlatform();
const terminate = createTerminate({ platform, clock: systemClock, environment });
const ports = { clock: systemClock, platform, processes: processPort(platform), terminate };
const tempFolder = path.resolve(environment["RUNNER_TEMP"] || ".");
const checkout = path.resolve(environment["GITHUB_WORKSPACE"] || ".");
const left = { folder: state("folder"), cli: state("cli"), tempFolder };
for await (const line of cleanUp(left, ports, () =>
  endService({ state: state("service"), roots: [checkout, tempFolder] }, ports),
))
  console.log(line);
