import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER, DEPLOYER } from "../../../sandbox/defaults.ts";
import type { LoggedRequest } from "../../../sandbox/http/log.ts";
import { startAzureJob } from "../../../sandbox/runner/azure-job.ts";
import { sandboxCli } from "../../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import { INPUTS } from "../../../core/ci/inputs/table.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import type { RunScript } from "../../../sandbox/workspace/runs.ts";
import { builtTask } from "./built-task.ts";

/** One step in either CI, with all that differs by identity, port and chance taken out. */
export interface Outcome {
  readonly succeeded: boolean;
  /** Errors and warnings, each with its place. */
  readonly issues: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly requests: readonly string[];
}

export interface BothStep {
  /** Under the names of GitHub. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Changes a file of the checkout for this step alone. */
  readonly edit?: readonly [file: string, change: (text: string) => string];
  /** How the run that this step starts ends. */
  readonly run?: RunScript;
}

/** The same job on both CIs: a sandbox and a checkout each, for one step after the other. */
export interface BothJobs {
  step(step: BothStep): Promise<{ readonly github: Outcome; readonly azure: Outcome }>;
  stop(): Promise<void>;
}

export async function startBothJobs(): Promise<BothJobs> {
  // One program for both, at one place: the summary names it.
  const cli = await sandboxCli();
  const [github, azure] = await Promise.all([
    startGitHubJob({ cli }),
    startAzureJob({ task: await builtTask(), cli }),
  ]);
  const onGitHub = async (inputs: Readonly<Record<string, string>>): Promise<Omit<Outcome, "requests">> => {
    const { exitCode, annotations, outputs, summary } = await github.step(inputs);
    const clean = (text: string): string => inCamelCase(neutral(text, github.sandbox));
    return {
      succeeded: exitCode === 0,
      issues: annotations
        .filter(({ level }) => level !== "notice")
        .map(({ level, properties: { file = "", line = "", col = "" }, message }) =>
          clean(`${level} ${file}:${line}:${col} ${message}`),
        ),
      outputs: mapped(outputs, camelCase, clean),
      summary: withoutRun(clean(summary)),
    };
  };
  const onAzure = async (inputs: Readonly<Record<string, string>>): Promise<Omit<Outcome, "requests">> => {
    const { result, issues, outputs, summary } = await azure.step({
      clientId: AZURE_DEPLOYER.applicationId,
      ...mapped(inputs, camelCase, (value) => value),
    });
    // An issue's file is absolute there.
    const clean = (text: string): string =>
      neutral(text.replaceAll(`${azure.checkout}${path.sep}`, ""), azure.sandbox);
    return {
      succeeded: result === "Succeeded",
      issues: issues.map(
        ({
          level,
          properties: { sourcepath: file = "", linenumber: line = "", columnnumber: col = "" },
          message,
        }) => clean(`${level} ${file}:${line}:${col} ${message}`),
      ),
      outputs: mapped(outputs, (name) => name, clean),
      summary: withoutRun(clean(summary)),
    };
  };
  const carryOut = async (
    job: typeof github | typeof azure,
    { inputs = {}, edit, run }: BothStep,
    act: (inputs: Readonly<Record<string, string>>) => Promise<Omit<Outcome, "requests">>,
  ): Promise<Outcome> => {
    const restore = edit && (await changed(path.join(job.checkout, edit[0]), edit[1]));
    if (run) job.sandbox.workspace.runs.script(run);
    const before = job.sandbox.requests.length;
    const outcome = await act(inputs);
    await restore?.();
    return { ...outcome, requests: requestsTo(job.sandbox, before) };
  };
  return {
    step: async (step) => {
      const [ours, theirs] = await Promise.all([
        carryOut(github, step, onGitHub),
        carryOut(azure, step, onAzure),
      ]);
      return { github: ours, azure: theirs };
    },
    stop: async () => {
      await Promise.all([github.stop(), azure.stop()]);
    },
  };
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Inputs in a text of GitHub under the names that Azure Pipelines has for them. */
const inCamelCase = (text: string): string =>
  text.replace(
    /(`|<code>)([a-z]+(?:-[a-z0-9]+)+)(?=[`:]|<\/code>|&#58;)/g,
    (whole, mark: string, name: string) => (name in INPUTS ? mark + camelCase(name) : whole),
  );

function mapped(
  record: Readonly<Record<string, string>>,
  name: (text: string) => string,
  value: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, text]) => [name(key), value(text)]));
}

/** Rows of the summary that say who it was and which run; those of the standards that name its subject and environment. */
const ABOUT_THE_RUN =
  /^\| (?:Workspace|Proven by the claim|Exchanged at|Run|Commit of the run|Deployed by|NHI6|NHI8|PR&#46;AA-04) \|.*$/gm;

function withoutRun(summary: string): string {
  return summary.replace(ABOUT_THE_RUN, "").trim();
}

function neutral(text: string, sandbox: Sandbox): string {
  return (
    text
      .replaceAll(AZURE_DEPLOYER.applicationId, "<deployer>")
      .replaceAll(DEPLOYER.applicationId, "<deployer>")
      .replaceAll(sandbox.workspace.host, "<workspace>")
      .replaceAll(encodeURIComponent(sandbox.workspace.host), "<workspace>")
      .replace(/\S+-temp-\w+\//g, "<temp>/")
      .replace(/127\.0\.0\.1:\d+/g, "<host>")
      .replace(/127&#46;0&#46;0&#46;1&#58;\d+/g, "<host>")
      // Each CI's own reasons.
      .replace(/If it comes from [^\n]*/g, "<why it is empty>")
      .replace(/\[The run of this plan\]\(.*\)/g, "<run>")
      .replace(/took (?:\d+ (?:s|min|h)\b ?)+/g, "took <time>")
      // Before the IDs: one UUID in 290 ends in twelve decimal digits.
      .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, "<uuid>")
      // Resources are created side by side: which job gets which ID is chance.
      .replace(/\b\d{12,}\b/g, "<id>")
  );
}

function requestsTo(sandbox: Sandbox, since: number): string[] {
  const line = ({ method, path: route, query, status }: LoggedRequest): string =>
    neutral(`${method} ${route} ${JSON.stringify(query)} ${String(status)}`, sandbox);
  return (
    sandbox.requests
      .slice(since)
      .filter(({ system, path: route }) => system === "workspace" && !route.startsWith("/telemetry"))
      .map(line)
      // How often the lease looks at the lock is a matter of time.
      .filter((text) => !/^GET \/api\/2\.0\/workspace\/export .*deploy\.lock","format"/.test(text))
      .sort()
      // Nor how often it writes that it is alive.
      .filter((text, at, all) => !text.startsWith("POST /api/2.0/workspace/import ") || text !== all[at - 1])
  );
}

/** Changes a file. @returns what undoes it */
async function changed(file: string, change: (text: string) => string): Promise<() => Promise<void>> {
  const before = await readFile(file, "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the edit changes nothing");
  await writeFile(file, after);
  return () => writeFile(file, before);
}
