import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson, member, members, textAt } from "../../../core/api/json.ts";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { textOf } from "../../../sandbox/http/json.ts";
import type { SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../../sandbox/runner/github.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { FAST_SIGNALS } from "./cancel.ts";
import { checkOut, contentOf, type Edition } from "./killed-bundle.ts";
import { familyOf, isThere } from "./processes.ts";
import { codeOf } from "./results.ts";

/** Milliseconds that the request waits for its answer in whose midst the deployment is hit. */
const DELAY = 300;
/** More than the life of a lease, in milliseconds. */
const LATER = 61_000;
/** Milliseconds until what has ended is gone from the list of processes. */
const DYING = 6_000;

/**
 * What happens to a deployment: the machine is gone, with the step, its token service and the CLI; the step's own process is
 * killed, as by a lack of memory; the job is cancelled as the runner does it.
 */
export const ENDS = ["everything killed", "our process killed", "cancelled"] as const;
export type End = (typeof ENDS)[number];

export interface Case {
  readonly end: End;
  /** The edition whose deployment is hit: the first in an empty workspace, or over the other one. */
  readonly edition: Edition;
  /** Number of the request in whose midst it is hit, from 1. */
  readonly nth: number;
}

/** What was there after the next run, besides what should be. */
export interface AfterKill {
  /** The request that was under way; "" if the deployment had ended before. */
  readonly what: string;
  readonly duplicates: readonly string[];
  readonly orphans: readonly string[];
  readonly lost: readonly string[];
  readonly staleLocks: readonly string[];
  /** Processes that outlived the post step. */
  readonly processes: readonly number[];
  readonly adopted: number;
  readonly hit: StepResult;
  readonly next: StepResult;
}

/** A bundle with two jobs, a pipeline, a schema, a volume and a dashboard, and a workspace that it is deployed to. */
export async function startKilledJob(cli: SandboxCli): Promise<GitHubJob> {
  const bundle = await mkdtemp(path.join(os.tmpdir(), "killed-bundle-"));
  try {
    await checkOut(bundle, "first");
    return await startGitHubJob({ cli, bundle });
  } finally {
    await rm(bundle, { recursive: true });
  }
}

export const INPUTS = { "auto-approve": "true", "lock-timeout": "20s" };

/** Deploys an edition to its end. @returns how many requests that took */
export async function deploy(job: GitHubJob, edition: Edition): Promise<number> {
  const before = job.sandbox.requests.length;
  await checkOut(job.checkout, edition);
  const result = await job.step(INPUTS);
  assert.equal(result.exitCode, 0, result.log);
  return job.sandbox.requests.length - before;
}

/** Deploys, hits the deployment, and a minute later deploys the same from another machine. */
export async function killedAt(job: GitHubJob, { end, edition, nth }: Case): Promise<AfterKill> {
  const { sandbox } = job;
  await checkOut(job.checkout, edition);
  const since = sandbox.requests.length;
  const fault = sandbox.fault({ nth, delay: DELAY });
  const ended = new AbortController();
  let main = 0;
  const isGone = end === "everything killed";
  const running = job
    .step(INPUTS, { onStart: (pid) => (main = pid), post: !isGone })
    .finally(() => ended.abort());
  while (sandbox.requests.length < since + nth && !ended.signal.aborted) await sleep(2);
  const family = ended.signal.aborted ? [] : await strike(end, main, ended.signal);
  const hit = await running;
  // What was sent takes effect though nobody waits for the answer.
  await sleep(DELAY);
  fault.remove();
  for (let waited = 0; family.some(isThere) && waited < DYING; waited += 10) await sleep(10);
  const moment = sandbox.requests[since + nth - 1];
  const what = family.length === 0 ? "" : `${moment?.method ?? ""} ${shortened(moment?.path ?? "")}`;
  passTime(sandbox);
  const next = await job.step(INPUTS);
  return {
    ...{ what, hit, next, processes: family.filter(isThere) },
    ...lookAt(sandbox, edition),
    adopted: next.log.match(/it is adopted/g)?.length ?? 0,
  };
}

/** Hits a step whose main has this id. @returns the processes that were there, main first */
export async function strike(end: End, main: number, ended: AbortSignal): Promise<readonly number[]> {
  const kill = (pid: number, signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  // Nobody is born while they are counted.
  if (end === "everything killed") kill(main, "SIGSTOP");
  const family = familyOf(main);
  if (end === "everything killed") for (const pid of family) kill(pid, "SIGKILL");
  else if (end === "our process killed") kill(main, "SIGKILL");
  else
    for (const [signal, wait] of FAST_SIGNALS) {
      if (ended.aborted || !isThere(main)) break;
      kill(main, signal);
      await sleep(wait, undefined, { signal: ended }).catch(() => undefined);
    }
  return family;
}

const shortened = (path: string): string => path.split("/").slice(-3).join("/");

/** Lets everything in the workspace have been written a minute earlier, with what leases say of themselves. */
export function passTime({ workspace: { dashboards, files, unityCatalog } }: Sandbox): void {
  dashboards.age(LATER);
  for (const objects of [unityCatalog.schemas, unityCatalog.volumes])
    for (const [name, object] of objects)
      objects.set(name, { ...object, created_at: Number(object["created_at"]) - LATER });
  for (const [path, { content, type }] of files.objects) {
    if (path.endsWith(".lease")) {
      const earlier = content
        .toString("utf8")
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => new Date(Date.parse(time) - LATER).toISOString());
      files.put({ type, path, content: Buffer.from(earlier) });
    }
    files.age(path, LATER);
  }
}

type Look = Pick<AfterKill, "duplicates" | "orphans" | "lost" | "staleLocks">;

/** Compares what is in the workspace with what the edition says and with what the state knows. */
export function lookAt({ workspace }: Sandbox, edition: Edition): Look {
  const there = [
    ...[...workspace.jobs.all.values()].map(({ id, settings }) => ["jobs", id, textOf(settings["name"])]),
    ...[...workspace.pipelines.all.values()].map(({ id, spec }) => ["pipelines", id, textOf(spec["name"])]),
    ...[...workspace.unityCatalog.schemas.keys()].map((name) => ["schemas", name, name]),
    ...[...workspace.unityCatalog.volumes.keys()].map((name) => ["volumes", name, name]),
    ...[...workspace.dashboards.all.values()]
      .filter(({ fields }) => fields["lifecycle_state"] !== "TRASHED")
      .map(({ id, fields }) => ["dashboards", id, textOf(fields["display_name"])]),
  ].map(([kind = "", id = "", name = ""]) => ({ id: `${kind} ${id}`, name: `${kind} ${name}` }));
  const state = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/killed/prod/state`;
  const recorded = readJson(workspace.files.get(`${state}/resources.json`)?.content.toString("utf8") ?? "{}");
  const known = new Set(
    members(member(recorded, "state")).map(
      ([key, entry]) => `${key.split(".")[1] ?? ""} ${textAt(entry, "__id__")}`,
    ),
  );
  const names = there.map(({ name }) => name);
  const wanted = contentOf(edition);
  return {
    duplicates: names.filter((name, at) => names.indexOf(name) !== at),
    orphans: there
      .filter(({ id, name }) => !known.has(id) || !wanted.includes(name))
      .map(({ id, name }) => `${id} (${name})`),
    lost: wanted.filter((name) => !names.includes(name)),
    staleLocks: [...workspace.files.objects.keys()].filter((path) => /\.l(?:ock|ease)\b/.test(path)),
  };
}

export function assertRecovered(after: AfterKill, { end, edition, nth }: Case): void {
  const { hit, next, what, duplicates, orphans, lost, staleLocks, processes } = after;
  const where = `${end} at request ${String(nth)} of the ${edition} edition, ${what}: ${codeOf(next) ?? ""}\n${hit.log}\n--- the next run\n${next.log}`;
  assert.equal(next.exitCode, 0, where);
  assert.deepEqual(
    { duplicates, orphans, lost, staleLocks, processes },
    { duplicates: [], orphans: [], lost: [], staleLocks: [], processes: [] },
    where,
  );
}
