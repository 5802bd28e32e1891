import { SecretlessError, type ErrorCode } from "../errors.ts";
import type { CliResult } from "./cli.ts";

export interface RunRequest {
  /** Key of the job or pipeline. */
  readonly resource: string;
  /** Job parameters. They are arguments of a process and so no place for secrets. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly wait: boolean;
  /** Gets the link of the run as soon as it has started. */
  readonly onUrl: (url: string) => void;
}

/**
 * Arguments of `bundle run`. The CLI reads `--params` as a line of CSV, but only if there is more than one `=` in it (pflag
 * `string_to_string.go`); so a single pair is said twice.
 */
export function runArguments({ resource, parameters, wait }: Omit<RunRequest, "onUrl">): string[] {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`,
  );
  const line = pairs.join(",");
  const params = line.split("=").length > 2 ? line : `${line},${line}`;
  return [resource, ...(wait ? [] : ["--no-wait"]), ...(pairs.length === 0 ? [] : ["--params", params])];
}

/** The link that the CLI prints when a run has started: `Run URL: …`, `Update URL: …` for a pipeline. */
export function runUrl(line: string): string | undefined {
  return /^(?:Run|Update) URL: (https?:\/\/\S+)$/.exec(line)?.[1];
}

/** The run's ID in its link, `…/jobs/<job>/runs/<run>` or `…#job/<job>/run/<run>`; undefined for a pipeline. */
export function runId(url: string): string | undefined {
  return /\/jobs?\/\d+\/runs?\/(\d+)/.exec(url)?.[1] ?? /#job\/\d+\/run\/(\d+)/.exec(url)?.[1];
}

/** How the CLI says how a run ended. Source: cli `bundle/run/job.go`. */
const ENDS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^run canceled: ?(.*)/, "RUN_CANCELLED", "The run was cancelled."],
  [/^run timed out: ?(.*)/, "RUN_TIMED_OUT", "The run took longer than its limit."],
  [/^run skipped: ?(.*)/, "RUN_SKIPPED", "The run was skipped."],
  [/^run failed: ?(.*)/, "RUN_FAILED", "The run failed."],
  [/resource with key ".*" not found/, "RESOURCE_UNKNOWN", "The bundle has no such job or pipeline."],
  [
    /resource with key ".*" is not deployed|has not been deployed/,
    "RESOURCE_UNKNOWN",
    "It is not deployed yet.",
  ],
];

export function runFailure(resource: string, result: CliResult): SecretlessError {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  for (const { text } of errors) {
    for (const [pattern, code, problem] of ENDS) {
      const match = pattern.exec(text);
      if (!match) continue;
      const remedy =
        code === "RESOURCE_UNKNOWN"
          ? "Name a key under `resources.jobs` or `resources.pipelines` that is deployed to this target."
          : "Look at the run in the workspace; its link is above in the log.";
      return new SecretlessError(code, {
        problem: `${resource}: ${problem}`,
        actual: match[1] || text,
        remedy,
      });
    }
  }
  const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  return new SecretlessError("RUN_FAILED", {
    problem: `${resource}: the Databricks CLI could not run it to its end.`,
    actual: errors.map(({ text }) => text).join("; ") || exit,
    remedy: "Its messages are above in the log.",
  });
}
