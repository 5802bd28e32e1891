import assert from "node:assert/strict";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import type { GitHubJob } from "../../sandbox/runner/github-job.ts";
import {
  assertRecovered,
  deploy,
  ENDS,
  killedAt,
  startKilledJob,
  type Case,
} from "../shells/support/killed.ts";
import type { Edition } from "../shells/support/killed-bundle.ts";
import { ProcessWatch } from "../shells/support/processes.ts";
import { printTable } from "./table.ts";

/** Moments that are tried at the same time. */
const LANES = 2;

describe("a deployment that is hit at any request (skipped without the real CLI on PATH)", function () {
  this.timeout(10_800_000);
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real" || !ProcessWatch.possible) this.skip();
  });
  const totals: (readonly unknown[])[] = [];
  after(() => {
    const head = ["deployment", "end", "requests", "adopted", "duplicates", "orphans", "lost", "stale locks"];
    if (totals.length > 0) printTable("deployments that were hit at every request", head, totals);
  });

  /** A lane has a workspace for each case of a first deployment, and one for all changes, which go to and fro. */
  class Lane {
    #job: GitHubJob | undefined;
    #edition: Edition = "second";

    async case(course: string, one: Pick<Case, "end" | "nth">): Promise<readonly unknown[]> {
      if (course === "first") await this.stop();
      const isNew = this.#job === undefined;
      const job = (this.#job ??= await startKilledJob(cli));
      if (course === "first") this.#edition = "first";
      else {
        if (isNew) await deploy(job, "first");
        this.#edition = isNew || this.#edition === "first" ? "second" : "first";
      }
      const hit = { ...one, edition: this.#edition };
      const after = await killedAt(job, hit);
      const { what, adopted, duplicates, orphans, lost, staleLocks } = after;
      try {
        assertRecovered(after, hit);
      } catch (error) {
        await this.stop();
        throw error;
      }
      return [one.nth, what, adopted, duplicates.length, orphans.length, lost.length, staleLocks.length];
    }

    async stop(): Promise<void> {
      await this.#job?.stop();
      this.#job = undefined;
    }
  }

  /** Of a first deployment, and of a change. */
  async function requestsOf(course: string): Promise<number> {
    const job = await startKilledJob(cli);
    try {
      const first = await deploy(job, "first");
      return course === "first" ? first : await deploy(job, "second");
    } finally {
      await job.stop();
    }
  }

  for (const course of ["first", "change"])
    for (const end of ENDS)
      it(`${course} deployment, ${end}: the next run mends it`, async () => {
        const count = await requestsOf(course);
        const moments = Array.from({ length: count }, (_, at) => at + 1);
        const rows: (readonly unknown[])[] = [];
        const failed: unknown[] = [];
        const lane = async (): Promise<void> => {
          const own = new Lane();
          for (let nth = moments.shift(); nth !== undefined; nth = moments.shift())
            rows.push(
              await own.case(course, { end, nth }).catch((error: unknown) => {
                failed.push(error);
                return [nth, String(error).slice(0, 200), "-", "-", "-", "-", "-"];
              }),
            );
          await own.stop();
        };
        await Promise.all(Array.from({ length: LANES }, lane));
        rows.sort(([one], [other]) => Number(one) - Number(other));
        const head = ["request", "what it was", "adopted", "duplicates", "orphans", "lost", "stale locks"];
        printTable(`${course} deployment, ${end}`, head, rows);
        const sum = (column: number): number => rows.reduce((all, row) => all + Number(row[column]), 0);
        totals.push([course, end, rows.length, sum(2), sum(3), sum(4), sum(5), sum(6)]);
        if (failed.length > 0) throw new AggregateError(failed, String(failed[0]));
        assert.equal(rows.length, count);
      });
});
