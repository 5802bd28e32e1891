import assert from "node:assert/strict";
import { CONNECTION } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask, codeOf as azureCode } from "./support/built-task.ts";
import { interruptAt } from "./support/cancel.ts";
import { assertSucceeded, codeOf } from "./support/results.ts";

const RUN = { command: "run", resource: "ingest_orders" };

/** The requests between which the CLI knows of a run and has not printed its link. */
const MOMENTS = [
  ["while the run is being started", { path: /\/run-now$/, delay: 600 }],
  ["when it has started", { path: /\/runs\/get$/, delay: 5_000 }],
] as const;

/** Exactly one run was begun after `before`, and it was cancelled. */
function assertCancelled({ workspace }: Sandbox, before: number, log: string): void {
  const runs = [...workspace.runs.all.values()].slice(before);
  assert.deepEqual(
    runs.map(({ result }) => result),
    ["CANCELED"],
    log,
  );
}

describe("run, when the job is cancelled before the link of the run is printed", () => {
  it("on GitHub: the run is found and cancelled", async () => {
    const job = await startGitHubJob();
    try {
      const { sandbox } = job;
      assertSucceeded(await job.step());
      for (const [when, fault] of MOMENTS) {
        sandbox.workspace.runs.script({ runningPolls: Infinity });
        const before = sandbox.workspace.runs.all.size;
        sandbox.fault(fault);
        const onStart = interruptAt(sandbox, ({ path }) => fault.path.test(path));
        const result = await job.step(RUN, { onStart });
        assert.equal(codeOf(result), "CANCELLED", `${when}\n${result.log}`);
        assertCancelled(sandbox, before, `${when}\n${result.log}`);
        const [run] = [...sandbox.workspace.runs.all.values()].slice(before);
        assert.match(result.outputs["run"] ?? "", new RegExp(`"id":"${run?.id ?? ""}"`));
      }
    } finally {
      await job.stop();
    }
  });

  it("on Azure Pipelines, too", async () => {
    const job = await startAzureJob({ task: await builtTask() });
    try {
      const { sandbox } = job;
      const usual = { azureSubscription: CONNECTION.name };
      assert.equal((await job.step(usual)).result, "Succeeded");
      sandbox.workspace.runs.script({ runningPolls: Infinity });
      const [[, fault]] = MOMENTS;
      sandbox.fault(fault);
      const onStart = interruptAt(sandbox, ({ path }) => fault.path.test(path));
      const result = await job.step({ ...usual, ...RUN }, { onStart });
      assert.equal(azureCode(result), "CANCELLED", result.log);
      assertCancelled(sandbox, 0, result.log);
    } finally {
      await job.stop();
    }
  });
});
