import "../core/base/no-inspector.ts";
import type { RunProcess } from "../core/base/ports.ts";
import { runStep } from "../core/start.ts";
import { createSend, systemClock, systemPlatform } from "../core/net/send.ts";
import { GitHubCi } from "./ci.ts";

const cancel = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // The runner sends both when a job is cancelled. The Databricks CLI is never told: it would die and leave its lock.
  process.on(signal, () => {
    cancel.abort();
  });
}
const environment = process.env;
const send = createSend(environment);
const platform = systemPlatform();
const ci = new GitHubCi(environment, send, cancel.signal, (text) => process.stdout.write(text));
// Loaded when the first program is started: the first request comes before.
const runProcess: RunProcess = async (request) => {
  const { createRunProcess } = await import("../core/cli/process.ts");
  return createRunProcess(platform)(request);
};
process.exitCode = await runStep(ci, { clock: systemClock, platform, environment, send, runProcess });
