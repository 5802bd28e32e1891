import { readFile } from "node:fs/promises";
import path from "node:path";
import { DiagnosticsReader } from "../../../core/cli/diagnostics.ts";
import { readSyncedFiles } from "../../../core/cli/sync-snapshot.ts";
import { systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import { isObject, parseJson, writeJson, type Json } from "../../../sandbox/http/json.ts";
import type { CliResult, Rig } from "./rig.ts";

/** What two CLIs must have in common after one command; a recording of it differs on no machine. */
export interface Observation {
  readonly command: string;
  readonly code: number | null;
  /** Parsed where it is JSON, else its lines. */
  readonly stdout: Json;
  /** As this product reads them, without the explanation below; sorted. */
  readonly diagnostics: readonly string[];
  /** Of what else is on stderr the lines that are read or waited for, sorted. */
  readonly notes: readonly string[];
  /** All requests to the workspace's API but GET, sorted. */
  readonly writes: readonly Json[];
  readonly hosts: readonly string[];
  /** What a deployment that succeeded has left on this machine: its record, and the list of what was uploaded. */
  readonly local: Json;
}

const NOTES =
  /^(?:Uploading|Created|Updated|Recreated|Deleted|No active deployment|<time> "|(?:Run URL|Destroy): )/;

export async function observe(
  command: string,
  folder: string,
  result: CliResult,
  rig: Rig,
): Promise<Observation> {
  const normal = (text: string): string => normalise(text.replaceAll(folder, "<bundle>"), rig);
  const [stdout, stderr] = [normal(result.stdout), normal(result.stderr).split("\n")];
  const reader = new DiagnosticsReader();
  for (const line of stderr) reader.line(line);
  return {
    command,
    code: result.code,
    stdout: stdout.startsWith("{") ? sorted(parseJson(stdout)) : stdout,
    diagnostics: reader.diagnostics
      // Of the CLI's logger, about a step of its own.
      .filter(({ text }) => !text.startsWith("["))
      .map(({ severity, text, path, place }) => writeJson([severity, plain(text), path ?? "", { ...place }]))
      .sort(),
    notes: stderr.filter((line) => NOTES.test(line)).sort(),
    writes: result.requests
      .filter(({ method, path }) => method !== "GET" && path.startsWith("/api/"))
      .map(({ method, path, query, body, status }) =>
        normal(text({ request: `${method} ${path}`, query: { ...query }, body: sortFiles(body), status })),
      )
      .sort()
      .map(parseJson),
    hosts: result.hosts.map(normal),
    local: result.code === 0 && command.startsWith("deploy") ? await leftOf(folder, normal) : [],
  };
}

async function leftOf(folder: string, normal: (text: string) => string): Promise<Json> {
  const state = path.join(folder, ".databricks/bundle");
  const record = normal(await readFile(path.join(state, "prod/deployment.json"), "utf8"));
  const synced = (await readSyncedFiles({ root: folder, state }, "prod", systemPlatform())) ?? [];
  return [sorted(sortFiles(parseJson(record))), ...synced.map((file) => text({ ...file })).sort()];
}

/** Takes out what differs from run to run: ports, times, random and server-made ids. */
function normalise(output: string, { sandbox, jobNames }: Rig): string {
  const { github, workspace } = sandbox;
  const known: string[] = [DEPLOYER.applicationId, JOB_RUNNER.applicationId];
  return output
    .replaceAll(workspace.host, "<host>")
    .replaceAll(new URL(github.issuer).origin, "<other host>")
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (known.includes(id) ? id : "<uuid>"))
    .replace(/\d{4}-\d\d-\d\d[T ][\d:]{8}(?:[.\d]+)?(?:Z| \+0000 UTC)?/g, "<time>")
    .replace(/("(?:created_time|created_at|updated_at|EndTime)": ?)\d+/g, "$10")
    .replace(/("cli_version": ?)"[^"]*"/g, '$1"<version>"')
    .replace(/(?<!\d)\d{15,}(?!\d)/g, (id) => {
      const name = jobNames.get(id);
      if (name === undefined) return id === workspace.workspaceId ? id : "999";
      return String(1000 + [...jobNames.values()].sort().indexOf(name));
    });
}

/** Without the settings that the SDK adds, and with lists in one order. */
function plain(text: string): string {
  return text
    .replace(/\. Config: .*/, "")
    .replace(/(?<=Available targets: ).*/, (names) => names.split(", ").sort().join());
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
