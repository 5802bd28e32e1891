import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../../sandbox/runner/github.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { ProcessWatch } from "./processes.ts";
import { assertDeployed, assertSucceeded, codeOf } from "./results.ts";

/** Milliseconds that the request waits for its answer in whose midst everything is killed. */
const DELAY = 400;
/** More than the life of a lease, in milliseconds. */
const LATER = 61_000;

/** What was there after the next run, besides what should be. */
export interface AfterKill {
  readonly what: string;
  readonly duplicates: number;
  readonly lost: number;
  readonly staleLocks: number;
  readonly next: StepResult;
}

/**
 * Kills the step, its token service and the CLI of a first deployment with SIGKILL, as a machine that is gone does, while
 * their request number `nth` is under way. A minute later another checkout deploys.
 */
export async function killedAt(nth: number, cli: SandboxCli): Promise<AfterKill> {
  const job = await startGitHubJob({ cli });
  try {
    const { sandbox } = job;
    sandbox.fault({ nth, delay: DELAY });
    const watch = new ProcessWatch();
    const ended = new AbortController();
    const running = job.step({}, { onStart: (pid) => watch.watch(pid) }).finally(() => ended.abort());
    while (sandbox.requests.length < nth && !ended.signal.aborted) await sleep(2);
    for (const pid of watch.running) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    await running;
    watch.stop();
    // What was sent takes effect though nobody waits for the answer.
    await sleep(DELAY);
    const moment = sandbox.requests[nth - 1];
    const what = `${moment?.method ?? ""} ${(moment?.path ?? "").split("/").slice(-3).join("/")}`;
    passTime(sandbox);
    const next = await job.step({ "lock-timeout": "20s" });
    const names = [...sandbox.workspace.jobs.all.values()].map(({ settings }) => settings["name"]);
    return {
      ...{ what, next },
      duplicates: names.length - new Set(names).size,
      lost: Math.max(0, 3 - names.length),
      staleLocks: [...sandbox.workspace.files.objects.keys()].filter((path) => /\.l(?:ock|ease)\b/.test(path))
        .length,
    };
  } finally {
    await job.stop();
  }
}

/** Lets everything in the workspace have been written a minute earlier, with what leases say of themselves. */
function passTime({ workspace: { files, unityCatalog } }: Sandbox): void {
  for (const [name, schema] of unityCatalog.schemas)
    unityCatalog.schemas.set(name, { ...schema, created_at: Number(schema["created_at"]) - LATER });
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

export function assertRecovered({ next, what, duplicates, lost, staleLocks }: AfterKill, nth: number): void {
  const where = `killed at request ${String(nth)}, ${what}: ${codeOf(next) ?? ""}\n${next.log}`;
  assertSucceeded(next);
  assert.deepEqual({ duplicates, lost, staleLocks }, { duplicates: 0, lost: 0, staleLocks: 0 }, where);
}

/** How many requests a first deployment of the example sends; none of them may be left out. */
export async function requestsOfDeployment(cli: SandboxCli): Promise<number> {
  const job = await startGitHubJob({ cli });
  try {
    assertSucceeded(await job.step());
    assertDeployed(job.sandbox);
    return job.sandbox.requests.length;
  } finally {
    await job.stop();
  }
}
