import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  askEarly,
  createSend,
  isOpenToAnybody
} from "./chunks/chunk-A3W5SJIT.js";
import "./chunks/chunk-U4GNHYLL.js";

// core/base/no-inspector.ts
import process2 from "node:process";
process2.on("SIGUSR1", () => void 0);

// action/main.ts
var cancel = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    cancel.abort();
  });
}
var environment = process.env;
var finished = new AbortController();
var host = isOpenToAnybody(environment["GITHUB_EVENT_NAME"] ?? "") ? "" : environment["INPUT_HOST"];
var early = askEarly(createSend(environment), host ?? "", finished.signal);
var { runAction } = await import("./chunks/step-GGCSVIXL.js");
process.exitCode = await runAction(environment, early, cancel.signal);
finished.abort();
