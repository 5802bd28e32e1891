import type { IncomingMessage } from "node:http";
import { appendOwnFile } from "../../base/written-file.ts";
import type { Clock, Platform } from "../../base/ports.ts";
import { redact } from "../../base/redact.ts";
import { markedWith, type ProcessPort } from "../../cli/own-process.ts";
import { nodeHttp } from "../../net/node-http.ts";
import { SERVICE_MARK } from "./mark.ts";
import type { ServiceReport } from "./messages.ts";

export interface EndedService {
  /** What main has kept of it, "" if it has started none. */
  readonly state: string;
  /** Folders in which the audit log may lie: the checkout and the CI's temporary folder. */
  readonly roots: readonly string[];
}

interface EndingPorts {
  readonly clock: Clock;
  readonly platform: Platform;
  readonly processes: ProcessPort;
}

/** Milliseconds for the service to answer, and then to be gone. */
const PATIENCE = 10_000;
const INTERVAL = 50;
/** Bytes of a report. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Stops the token service that a step has left, writes its events into the audit log, and tells what it has done. Of what
 * main has kept nothing is believed that another process could not be told by: code of the bundle can write there, too.
 */
export async function* endService(
  { state, roots }: EndedService,
  { clock, platform, processes }: EndingPorts,
): AsyncGenerator<string> {
  const [, port = "", control = "", id = "", mark = ""] =
    /^(\d{1,5}) ([\w-]{43}) ([\da-f-]{36}) (\S+ \S.*)$/.exec(state) ?? [];
  if (mark === "") return;
  const running = () => markedWith(mark, `${SERVICE_MARK}=${id}`, processes);
  const wasRunning = (await running()) !== undefined;
  const report = wasRunning && port !== "0" ? await ask(Number(port), control) : undefined;
  const until = clock.now() + PATIENCE;
  while (report && (await running()) !== undefined && clock.now() < until) await clock.sleep(INTERVAL);
  const left = await running();
  if (left !== undefined) processes.kill(left);
  if (report) {
    yield* linesOf(report);
    const text = report.audit.lines.join("");
    if (text !== "")
      yield* await appendOwnFile(report.audit.file, text, { roots, platform }).then(
        () => [],
        (error: unknown) => [`Its events could not be written into the audit log: ${redact(String(error))}`],
      );
  } else if (left !== undefined) yield "The token service did not answer and was ended.";
  else
    yield "The token service had ended before: its time was over, or somebody ended it. What it exchanged is in the audit log.";
}

/** Lines for the log; none for a service that had nothing to do. */
function linesOf(report: ServiceReport): string[] {
  const { served, refused, exchanges, failedExchanges, foreignHosts, lastError } = report;
  const refusals = Object.entries(refused).map(([reason, times]) => `${String(times)} × ${reason}`);
  const lines = [
    `The token service was stopped. It gave ${String(served)} tokens and exchanged ${String(exchanges - failedExchanges)} ID tokens` +
      (failedExchanges === 0 ? "." : `; ${String(failedExchanges)} exchanges failed.`),
  ];
  if (lastError !== undefined) lines.push(`The last exchange failed: ${lastError}`);
  if (refusals.length > 0) lines.push(`Requests that got no token: ${refusals.join(", ")}.`);
  if (foreignHosts.length > 0) lines.push(`Tokens were asked for other hosts: ${foreignHosts.join(", ")}.`);
  return lines.map((line) => redact(line));
}

/** The report of the service, which then ends; undefined if it gives none. */
function ask(port: number, control: string): Promise<ServiceReport | undefined> {
  return new Promise((resolve) => {
    const { request } = nodeHttp("node:http");
    const onAnswer = (answer: IncomingMessage): void => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length > LARGEST) answer.destroy();
      });
      answer.once("close", () => resolve(answer.statusCode === 200 ? parsed(text) : undefined));
    };
    const options = { host: "127.0.0.1", port, path: `/${control}`, method: "POST", timeout: PATIENCE };
    const asked = request(options, onAnswer);
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(undefined));
    asked.end();
  });
}

function parsed(text: string): ServiceReport | undefined {
  try {
    const report = JSON.parse(text) as Partial<ServiceReport>;
    const isWhole =
      [report.served, report.exchanges, report.failedExchanges].every(Number.isSafeInteger) &&
      typeof report.refused === "object" &&
      [report.foreignHosts, report.audit?.lines].every(Array.isArray) &&
      typeof report.audit?.file === "string";
    return isWhole ? (report as ServiceReport) : undefined;
  } catch {
    return undefined;
  }
}
