import { SecretlessError } from "../base/errors.ts";
import { buildFailure } from "./build-failure.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { inOwnWords, type Acting } from "./everyday.ts";
import type { CliResult } from "./result.ts";

/** How an answer or a silence of the workspace shows in the CLI's errors: its status and error code, or the network's. */
const REMOTE =
  /\(\d{3}(?: [A-Z_]+)?\)|^HTTP Status: |failed during request visitor|\b(?:dial tcp|i\/o timeout|connection re(?:fused|set)|x509:)/m;

/** How Go ends a program that has a defect. Source: cli `cmd/root/root.go`, and the Go runtime. */
const CRASH = /^(?:panic: |fatal error: |The Databricks CLI unexpectedly had a fatal error|SIG[A-Z]+: )/;

/** Signals of a defect; others came from outside. */
const CRASH_SIGNALS: ReadonlySet<string> = new Set([
  "SIGSEGV",
  "SIGABRT",
  "SIGBUS",
  "SIGILL",
  "SIGFPE",
  "SIGTRAP",
]);

export interface FailureContext extends Acting {
  /** Names of variables that are set and that the CLI did not get. */
  readonly withheld: readonly string[];
}

/** Whether an error is an answer or a silence of the workspace. */
export function isRemote({ text, detail = "" }: Diagnostic): boolean {
  return REMOTE.test(`${text}\n${detail}`);
}

/** Of a command that changes nothing. */
export function readingFailure(what: string, result: CliResult, context: FailureContext): SecretlessError {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const remote = errors.some(isRemote);
  const code =
    errors.some(({ place }) => place) || (errors.length > 0 && !remote) ? "BUNDLE_INVALID" : "CLI_FAILED";
  return cliFailure(code, `The Databricks CLI could not ${what} the bundle.`, result, context);
}

export function cliFailure(
  code: "BUNDLE_INVALID" | "CLI_FAILED" | "DEPLOY_FAILED",
  problem: string,
  result: CliResult,
  context: FailureContext,
): SecretlessError {
  const build = buildFailure(result.diagnostics, context.withheld);
  if (build) return build;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  if (crashed(result)) {
    return new SecretlessError(code === "BUNDLE_INVALID" ? "CLI_FAILED" : code, {
      problem: `${problem} It crashed: that is a defect of the CLI, not of the bundle.`,
      actual: result.crash ?? exit,
      remedy:
        "Try another version with the input `cli-version`, and report the crash to the CLI's vendor with the log.",
    });
  }
  return new SecretlessError(code, {
    problem,
    ...(errors.length === 0 && { actual: exit }),
    remedy: "Its messages are above in the log.",
    mistakes: errors.flatMap((error) => [
      inOwnWords(error, context),
      ...(error.alsoAt ?? []).map((place) => ({ problem: `The other place: ${error.text}`, place })),
    ]),
  });
}

/** The line in which the CLI tells that it crashed. */
export function isCrash(line: string): boolean {
  return CRASH.test(line);
}

function crashed({ signal, crash }: CliResult): boolean {
  return crash !== undefined || (signal !== null && CRASH_SIGNALS.has(signal));
}
