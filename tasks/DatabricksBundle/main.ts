import "../../core/base/no-inspector.ts";
import type { RunProcess } from "../../core/base/ports.ts";
import { runStep } from "../../core/start.ts";
import { completion } from "./commands.ts";
import { startTask } from "./start.ts";

const { ci, ports, write } = startTask();
// Loaded when the first program is started: the first request comes before.
const runProcess: RunProcess = async (request) => {
  const { createRunProcess } = await import("../../core/cli/process.ts");
  return createRunProcess(ports.platform)(request);
};
const exitCode = await runStep(ci, { ...ports, runProcess });
// The agent takes a non-zero exit code for a failure of its own: the result is told by a command.
write(completion(exitCode === 0));
