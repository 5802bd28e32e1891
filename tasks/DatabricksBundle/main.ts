import { createRunProcess } from "../../core/databricks/process.ts";
import { runStep } from "../../core/start.ts";
import { completion } from "./commands.ts";
import { startTask } from "./start.ts";

const { host, ports, write } = startTask();
const exitCode = await runStep(host, { ...ports, runProcess: createRunProcess(ports.platform) });
// The agent takes a non-zero exit code for a failure of its own: the result is told by a command.
write(completion(exitCode === 0));
