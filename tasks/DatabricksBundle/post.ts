import "../../core/base/no-inspector.ts";
import path from "node:path";
import { processPort } from "../../core/cli/own-process.ts";
import { createTerminate } from "../../core/cli/process.ts";
import { cleanUp } from "../../core/flow/leftovers.ts";
import { endService } from "../../core/flow/service/end.ts";
import { systemClock, systemPlatform } from "../../core/base/clock-and-platform.ts";
import { completion } from "./commands.ts";
import { savedState } from "./ci.ts";

const state = (name: string): string => savedState(process.env, name);
const environment = process.env;
const platform = systemPlatform();
const terminate = createTerminate({ platform, clock: systemClock, environment });
const ports = { clock: systemClock, platform, processes: processPort(platform), terminate };
const tempFolder = path.resolve(environment["AGENT_TEMPDIRECTORY"] || ".");
const sources = environment["BUILD_SOURCESDIRECTORY"] || environment["SYSTEM_DEFAULTWORKINGDIRECTORY"] || ".";
const left = { folder: state("folder"), cli: state("cli"), tempFolder };
const roots = [path.resolve(sources), tempFolder];
for await (const line of cleanUp(left, ports, () => endService({ state: state("service"), roots }, ports)))
  console.log(line);
process.stdout.write(completion(true));
