import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import { isObject, parseJson, writeJson, type Json } from "../../../sandbox/http/json.ts";
import type { CliResult, Rig } from "./rig.ts";

/** What two CLIs must have in common after one command; a recording of it differs on no machine. */
export interface Observation {
  readonly command: string;
  readonly code: number | null;
  /** Parsed where it is JSON, else its lines. */
  readonly stdout: Json;
  /** `Error: …`, `Warning: …`, `Recommendation: …` with path and place, without the explanation below; sorted. */
  readonly diagnostics: readonly string[];
  /** Everything else on stderr, sorted. */
  readonly notes: readonly string[];
  /** All requests to the workspace's API but GET, sorted. */
  readonly writes: readonly Json[];
  readonly hosts: readonly string[];
}

export function observe(command: string, result: CliResult, rig: Rig): Observation {
  const normal = (text: string): string => normalise(text, rig);
  const stdout = normal(result.stdout);
  const { diagnostics, notes } = readStderr(normal(result.stderr));
  return {
    command,
    code: result.code,
    stdout: stdout.startsWith("{") ? sorted(parseJson(stdout)) : linesOf(stdout),
    diagnostics,
    notes,
    writes: result.requests
      .filter(({ method, path }) => method !== "GET" && path.startsWith("/api/"))
      .map(({ method, path, query, body, status }) =>
        normal(text({ request: `${method} ${path}`, query: { ...query }, body: sortFiles(body), status })),
      )
      .sort()
      .map(parseJson),
    hosts: result.hosts.map(normal),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Takes out what differs from run to run: ports, folders, times, random and server-made ids. */
function normalise(output: string, rig: Rig): string {
  const { github, workspace } = rig.sandbox;
  const known: string[] = [DEPLOYER.applicationId, JOB_RUNNER.applicationId];
  return output
    .replaceAll(workspace.host, "<host>")
    .replaceAll(new URL(github.issuer).origin, "<other host>")
    .replace(new RegExp(`${rig.folder}/bundle-\\d+`, "g"), "<bundle>")
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (known.includes(id) ? id : "<uuid>"))
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+ \+0000 UTC)?/g, "<time>")
    .replace(/("(?:created_time|created_at|updated_at|EndTime)": ?)\d+/g, "$10")
    .replace(/("cli_version": ?)"[^"]*"/g, '$1"<version>"')
    .replace(/(?<!\d)\d{15,}(?!\d)/g, (id) => {
      const name = rig.jobNames.get(id);
      if (name === undefined) return id === workspace.workspaceId ? id : "999";
      return String(1000 + [...rig.jobNames.values()].sort().indexOf(name));
    });
}

function readStderr(stderr: string): { diagnostics: string[]; notes: string[] } {
  const diagnostics: string[] = [];
  const notes: string[] = [];
  let explaining = false;
  for (const line of stderr.split("\n")) {
    if (/^(Error|Warning|Recommendation): /.test(line)) {
      diagnostics.push(summaryOf(line));
      explaining = true;
    } else if (/^ {2}(at|in) /.test(line) && explaining) {
      diagnostics.push(`${diagnostics.pop() ?? ""}${line}`);
    } else if (
      /^(Files|Resources|Destroy|Run URL|Uploading|Created|Updated|Recreated|Deleted|The following|This action|All files|<time>)/.test(
        line,
      )
    ) {
      notes.push(line);
      explaining = false;
    } else if (
      line !== "" &&
      !explaining &&
      !line.startsWith("This is a stand-in") &&
      !/^Warn: \[/.test(line)
    ) {
      notes.push(line);
    }
  }
  return { diagnostics: diagnostics.sort(), notes: notes.sort() };
}

/** Without the words of a YAML parser, without the settings that the SDK adds, and with lists in one order. */
function summaryOf(line: string): string {
  return line
    .replace(/(: yaml: line )\d+: .*/, "$1…")
    .replace(/\. Config: .*/, "")
    .replace(
      /(Available targets: )(.*)/,
      (_, text: string, names: string) => text + names.split(", ").sort().join(),
    );
}

function text(value: Json): string {
  return writeJson(sorted(value));
}

/** `deployment.json` lists its files in any order. */
function sortFiles(body: Json): Json {
  if (!isObject(body) || !Array.isArray(body["files"])) return body;
  return { ...body, files: body["files"].map(text).sort() };
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child ?? null)]));
}
