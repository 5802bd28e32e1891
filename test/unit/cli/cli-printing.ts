import assert from "node:assert/strict";
import { DatabricksCli, type CliOptions } from "../../../core/cli/cli.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Diagnostic } from "../../../core/cli/diagnostic.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import type { ProcessRequest, ProcessResult } from "../../../core/base/ports.ts";

export const NEVER = new AbortController().signal;

interface Printed {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly result?: ProcessResult;
}

/** The CLI for a bundle in `bundles/lake`, its program played. */
export function cliPrinting(
  { stdout = "", stderr = "", result = { code: 0, signal: null } }: Printed,
  more: Partial<CliOptions> = {},
) {
  const requests: ProcessRequest[] = [];
  const lines: string[] = [];
  const warnings: Diagnostic[] = [];
  const processes: (number | undefined)[] = [];
  let served = 0;
  const cli = new DatabricksCli({
    clock: systemClock,
    approved: { host: "https://h", workspaceId: "1", accountId: undefined },
    // Each command that is played has got its token.
    tokensServed: () => (served += 1),
    withheld: ["UV_INDEX_URL", "JAVA_HOME"],
    principal: "11111111-2222-3333-4444-555555555555",
    onWarning: (warning) => warnings.push(warning),
    beforeEach: () => Promise.resolve(),
    afterEach: () => Promise.resolve(),
    findText: (texts) => {
      const [text] = texts.filter((one) => one === "${var.nope}" || one === "gone.py");
      return Promise.resolve(text === undefined ? undefined : { file: "found.yml", line: 7 });
    },
    readTimeout: 60_000,
    file: "/opt/databricks",
    version: "1.13.0",
    env: { PATH: "/bin", DATABRICKS_HOST: "https://h" },
    bundleRoot: "/checkout/bundles/lake",
    bundlePath: "bundles/lake",
    target: "prod",
    onLine: (line) => lines.push(line),
    onProcess: (pid) => processes.push(pid),
    terminate: () => Promise.resolve(),
    runProcess: (request) => {
      requests.push(request);
      request.onStart?.(17);
      for (const byte of Buffer.from(stderr)) request.onStderr(Buffer.of(byte));
      for (const part of stdout.match(/[^]{1,1000}/g) ?? []) request.onStdout(Buffer.from(part));
      return Promise.resolve(result);
    },
    ...more,
  });
  return { cli, requests, lines, warnings, processes };
}

export async function failure(work: Promise<unknown>): Promise<SecretlessError> {
  const error: unknown = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  assert.ok(error instanceof SecretlessError, String(error));
  return error;
}
export const FAILED = { code: 1, signal: null };
