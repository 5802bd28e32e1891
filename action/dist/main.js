import {
  askEarly,
  createSend,
  isOpenToAnybody
} from "./chunks/chunk-SGOABIKZ.js";
import "./chunks/chunk-U4GNHYLL.js";

// core/base/no-inspector.ts
import process2 from "node:process";
process2.on("SIGUSR1", () => void 0);

// core/base/cancelled.ts
function cancelledBySignals(self) {
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) self.on(signal, () => cancel.abort());
  return cancel.signal;
}

// action/main.ts
var SERVICE = "token-service";
async function main() {
  const cancelled = cancelledBySignals(process);
  const environment = process.env;
  const finished = new AbortController();
  const host = isOpenToAnybody(environment["GITHUB_EVENT_NAME"] ?? "") ? "" : environment["INPUT_HOST"];
  const early = askEarly(createSend(environment), host ?? "", finished.signal);
  const { runAction } = await import("./chunks/step-5YRBNP4S.js");
  const service = [import.meta.filename, SERVICE];
  process.exitCode = await runAction({ environment, early, cancelled, service });
  finished.abort();
}
await (process.argv[2] === SERVICE ? (await import("./chunks/step-5YRBNP4S.js")).runService() : main());
