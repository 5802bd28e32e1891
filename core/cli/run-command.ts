import { SecretlessError, type ErrorCode } from "../base/errors.ts";
import type { CliResult } from "./result.ts";

/** Options of `bundle run` by the names of its flags: lists, maps, and `true` for what is asked for. */
export type RunOptions = Readonly<
  Record<string, readonly string[] | Readonly<Record<string, string>> | boolean>
>;

export interface RunRequest {
  /** Key of the job, pipeline, app or script. */
  readonly resource: string;
  /** They are arguments of a process and so no place for secrets. */
  readonly options: RunOptions;
  readonly wait: boolean;
  /** Gets the link of the run, or of the app, as soon as it has started. */
  readonly onUrl: (url: string) => void;
}

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Arguments of `bundle run`. The CLI reads lists as a line of CSV (pflag `string_slice.go`), and maps too, but only if there is
 * more than one `=` in it (`string_to_string.go`); so a single pair is said twice.
 */
export function runArguments({ resource, options, wait }: Omit<RunRequest, "onUrl">): string[] {
  const flags = Object.entries(options).flatMap(([flag, value]) => {
    if (typeof value === "boolean") return value ? [`--${flag}`] : [];
    if (Array.isArray(value)) return value.length === 0 ? [] : [`--${flag}`, value.map(cell).join(",")];
    const pairs = Object.entries(value).map(([name, text]) => cell(`${name}=${text}`));
    const line = pairs.join(",");
    return pairs.length === 0 ? [] : [`--${flag}`, line.split("=").length > 2 ? line : `${line},${line}`];
  });
  return [resource, ...(wait ? [] : ["--no-wait"]), ...flags];
}

/** The link that the CLI prints: `Run URL: …` of a job and `Update URL: …` of a pipeline at the start, an app's at the end. */
export function runUrl(line: string): string | undefined {
  return /^(?:(?:Run|Update) URL:|You can access the app at) (https?:\/\/\S+)$/.exec(line)?.[1];
}

/** The run's ID in its link, `…/jobs/<job>/runs/<run>` or `…#job/<job>/run/<run>`; undefined for a pipeline. */
export function runId(url: string): string | undefined {
  return /\/jobs?\/\d+\/runs?\/(\d+)/.exec(url)?.[1] ?? /#job\/\d+\/run\/(\d+)/.exec(url)?.[1];
}

/** The pipeline's ID in the link of its update. */
export function pipelineId(url: string): string | undefined {
  return /#joblist\/pipelines\/([\w-]+)\/updates\//.exec(url)?.[1];
}

/** The ID of the update in its link. */
export function updateId(url: string): string | undefined {
  return /#joblist\/pipelines\/[\w-]+\/updates\/([\w-]+)/.exec(url)?.[1];
}

/** How a run of a job ended, by the line in which the CLI shows its last state. Source: cli `bundle/run/progress/job.go`. */
export interface RunEnd {
  readonly result: string;
  readonly message: string;
}

export function runEnd(line: string): RunEnd | undefined {
  const match = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ".*?" TERMINATED ([A-Z_]+)(?: (.*))?$/.exec(line);
  return match ? { result: match[1] ?? "", message: match[2] ?? "" } : undefined;
}

/**
 * The CLI ends with 0 for results that it does not know (source: cli `bundle/run/job.go`, its last `switch`).
 * Source of the results: REST API, jobs/runs/get, `result_state`.
 */
const OTHER_ENDS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  UPSTREAM_CANCELED: ["RUN_CANCELLED", "A task was cancelled."],
  TIMEDOUT: ["RUN_TIMED_OUT", "The run took longer than its limit."],
  MAXIMUM_CONCURRENT_RUNS_REACHED: ["RUN_SKIPPED", "As many runs as the job allows are active."],
  EXCLUDED: ["RUN_SKIPPED", "The run was skipped."],
  DISABLED: ["RUN_SKIPPED", "The run was skipped."],
};

/** The error for a run that ended without success though the CLI ended well; undefined for a success. */
export function unsuccessful(resource: string, end: RunEnd | undefined): SecretlessError | undefined {
  if (end === undefined || /^SUCCESS(?:_WITH_FAILURES)?$/.test(end.result)) return undefined;
  const [code, problem] = OTHER_ENDS[end.result] ?? ["RUN_FAILED", "The run failed."];
  return new SecretlessError(code, {
    problem: `${resource}: ${problem}`,
    actual: end.message === "" ? end.result : `${end.result}: ${end.message}`,
    remedy: SEE_RUN,
  });
}

const SEE_RUN = "Look at the run in the workspace; its link is above in the log.";

/** How the CLI says how a run ended. Source: cli `bundle/run/job.go`. */
const ENDS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/^run canceled: ?(.*)/, "RUN_CANCELLED", "The run was cancelled."],
  [/^run timed out: ?(.*)/, "RUN_TIMED_OUT", "The run took longer than its limit."],
  [/^run skipped: ?(.*)/, "RUN_SKIPPED", "The run was skipped."],
  [/^run failed: ?(.*)/, "RUN_FAILED", "The run failed."],
  [/got INTERNAL_ERROR: ?(.*)/, "RUN_FAILED", "The run failed."],
  [/^update cancelled()$/, "RUN_CANCELLED", "The update of the pipeline was cancelled."],
  [/^update failed()$/, "RUN_FAILED", "The update of the pipeline failed."],
  [
    /resource with key ".*" not found/,
    "RESOURCE_UNKNOWN",
    "The bundle has nothing of this key that can be run.",
  ],
  [
    /resource not found or not yet deployed|resource with key ".*" is not deployed|has not been deployed/,
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
          ? "Name the key of a job, a pipeline or an app (`resources.jobs`, `resources.pipelines`, `resources.apps`) that is deployed to this target, or of a script (`scripts`)."
          : SEE_RUN;
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
