import { runStep } from "../core/start.ts";
import { systemClock, systemPlatform, createSend } from "../core/system.ts";
import { runProcess } from "../core/databricks/process.ts";
import { GitHubHost } from "./host.ts";

const cancel = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // The runner sends SIGINT, then SIGTERM after 7.5 s; the Databricks CLI is never told (it would die and leave its lock).
  process.on(signal, () => {
    cancel.abort();
  });
}
void runStep;
void systemClock;
void systemPlatform;
void createSend;
void runProcess;
void GitHubHost;
