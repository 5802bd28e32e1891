import { readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isObject, without, writeJson, type Json } from "../../../sandbox/http/json.ts";
import type { GitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { GitHubStep, StepResult } from "../../../sandbox/runner/github.ts";
import { contentsBelow, FileWatch } from "./files.ts";
import { ProcessWatch, type SeenProcess } from "./processes.ts";
import { SecretSearch } from "./secrets.ts";

const METADATA_URL = "DATABRICKS_METADATA_SERVICE_URL";

export interface WatchedStep {
  readonly result: StepResult;
  readonly main: number;
  readonly processes: readonly SeenProcess[];
  /** What the step asked the runner to mask. */
  readonly masks: readonly string[];
  /** Everything that can be looked at, by where it is. The metadata URL of the CLI's environment is taken out. */
  readonly traces: readonly (readonly [where: string, content: string | Buffer])[];
  /** Paths of the token services: whoever knows one can get tokens. */
  readonly metadataPaths: readonly string[];
}

/** Runs the action with its debug log on, and watches its processes and its files from its start to the end of post. */
export async function watchedStep(
  job: GitHubJob,
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<GitHubStep> = {},
): Promise<WatchedStep> {
  const [temp, own] = [await job.freshFolder("runner-temp"), await job.freshFolder("step-tmp")];
  const before = new Set(readdirSync(os.tmpdir()));
  const files = new FileWatch([job.checkout, temp, own, job.env["HOME"] ?? ""]);
  const processes = new ProcessWatch();
  const masks: string[] = [];
  let main = 0;
  const result = await job.step(inputs, {
    debug: true,
    temp,
    ...more,
    env: { TMPDIR: own, ...more.env },
    onStart: (pid) => {
      main = pid;
      if (ProcessWatch.possible) processes.watch(pid);
    },
    onLine: (line) => {
      const [, mask] = /^::add-mask::(.*)$/.exec(line) ?? [];
      if (mask !== undefined) masks.push(mask);
    },
  });
  processes.stop();
  const traces: [string, string | Buffer][] = [
    ["log", result.rawLog],
    ["annotations", JSON.stringify(result.annotations)],
    ["outputs", JSON.stringify(result.outputs)],
    ["environment of later steps", JSON.stringify(result.environment)],
    ["state", JSON.stringify(result.state)],
    ["summary", result.summary],
    ...files.stop().map(({ file, content }): [string, Buffer] => [file, content]),
    ...sentBytes(job),
  ];
  for (const { pid, argv, environment } of processes.seen) {
    const visible = { ...environment, [METADATA_URL]: "" };
    const who = `process ${String(pid)} ${path.basename(argv[0] ?? "")} ${argv[1] ?? ""}`;
    traces.push([`arguments of ${who}`, argv.join("\n")]);
    // The runner gives main the means of minting ID tokens.
    if (pid !== main) traces.push([`environment of ${who}`, JSON.stringify(visible)]);
  }
  for (const name of readdirSync(os.tmpdir()).filter((entry) => !before.has(entry))) {
    for (const trace of contentsBelow(path.join(os.tmpdir(), name))) traces.push(trace);
  }
  const urls = processes.seen.flatMap(({ environment }) => environment[METADATA_URL] ?? []);
  return {
    result,
    main,
    processes: processes.seen,
    masks,
    traces,
    metadataPaths: [...new Set(urls.map((url) => new URL(url).pathname.slice(1)))],
  };
}

/** The one field in which a token endpoint sees an ID token. */
const ID_TOKEN: readonly (readonly [route: string, field: string])[] = [
  ["/v1/token", "subject_token"],
  ["/oauth2/v2.0/token", "client_assertion"],
];

/** What was sent, and lies in the workspace now. */
function sentBytes(job: GitHubJob): [string, string][] {
  return job.sandbox.requests.map(({ method, path: route, query, body, userAgent }) => {
    const field = ID_TOKEN.find(([endpoint]) => route.endsWith(endpoint))?.[1];
    const rest: Json = field !== undefined && isObject(body) ? without(body, field) : body;
    return [`${method} ${route}`, `${route}\n${JSON.stringify(query)}\n${userAgent}\n${writeJson(rest)}`];
  });
}

/** Searches all traces of a step for these secrets. */
export function searched(step: Pick<WatchedStep, "traces">, secrets: readonly string[]): SecretSearch {
  const search = new SecretSearch(secrets);
  for (const [where, content] of step.traces) search.look(where, content);
  return search;
}
