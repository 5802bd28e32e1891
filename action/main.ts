import "../core/base/no-inspector.ts";
import { cancelledBySignals } from "../core/base/cancelled.ts";
import { isOpenToAnybody } from "../core/ci/github/events.ts";
import { askEarly } from "../core/net/first-look.ts";
import { createSend } from "../core/net/send.ts";

/** The argument with which this file is started as the token service. */
const SERVICE = "token-service";

async function main(): Promise<void> {
  const cancelled = cancelledBySignals(process);
  const environment = process.env;
  const finished = new AbortController();
  // A step that may be refused for its event asks nobody anything before.
  const host = isOpenToAnybody(environment["GITHUB_EVENT_NAME"] ?? "") ? "" : environment["INPUT_HOST"];
  const early = askEarly(createSend(environment), host ?? "", finished.signal);
  const { runAction } = await import("./step.ts");
  const service = [import.meta.filename, SERVICE];
  process.exitCode = await runAction({ environment, early, cancelled, service });
  finished.abort();
}

await (process.argv[2] === SERVICE ? (await import("./step.ts")).runService() : main());
