import assert from "node:assert/strict";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { GitHubEvent } from "../../sandbox/github/claims.ts";
import { githubClaims } from "../../sandbox/github/claims.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { ANSWERS, inputsOf, render, WITHOUT_CLI, workflow, type Answers } from "./support/rendered.ts";
import { followSetup, moveToSandbox, standInPython } from "./support/set-up.ts";

interface Outputs {
  readonly changes: readonly unknown[];
  readonly unchanged: number;
}
const planOf = ({ outputs }: StepResult): Outputs => JSON.parse(outputs["plan"] ?? "{}") as Outputs;

/** A rendered project whose SETUP.md was followed in a sandbox, and the jobs of its workflows. */
async function startRendered(answers: Answers): Promise<{
  readonly job: GitHubJob;
  run(file: string, name: string, event: GitHubEvent): Promise<StepResult>;
}> {
  const folder = await render(answers);
  const job = await startGitHubJob({ bundle: folder });
  await followSetup(folder, answers, job.sandbox);
  await moveToSandbox(job.checkout, answers, job.sandbox);
  const python = await standInPython();
  const PATH = [python, job.env["PATH"]].join(path.delimiter);
  return {
    job,
    async run(file, name, event) {
      const { jobs } = await workflow(job.checkout, file);
      const one = jobs[name];
      assert.ok(one, `${file} has no job ${name}`);
      const subjectFormat = answers["github_ids"] === "names" ? "names" : "immutable";
      const claims = { ...event, subjectFormat, environment: one.environment?.name ?? "" } as const;
      job.sandbox.github.setEvent(claims);
      const { event_name: eventName = "", sha = "" } = githubClaims(claims) as Record<string, string>;
      return job.step(inputsOf(one), { env: { PATH, GITHUB_EVENT_NAME: eventName, GITHUB_SHA: sha } });
    },
  };
}

describe(`a project from secretless-bundle at GitHub${WITHOUT_CLI}`, function () {
  before(function () {
    if (WITHOUT_CLI !== "") this.skip();
  });

  it("spike", async () => {
    const { job, run } = await startRendered(ANSWERS);
    try {
      for (const target of ["staging", "prod"]) {
        const push = { event: "push", ref: "refs/heads/main" } as const;
        const pr = { event: "pull_request" } as const;
        const planned = await run("lake_orders-plan.yml", `plan-${target}`, pr);
        console.log(planned.log, planned.outputs);
        assert.equal(planned.exitCode, 0, planned.log);
        const deployed = await run("lake_orders-deploy.yml", `deploy-${target}`, push);
        console.log(deployed.log, deployed.outputs);
        assert.equal(deployed.exitCode, 0, deployed.log);
        const again = await run("lake_orders-plan.yml", `plan-${target}`, pr);
        assert.equal(again.exitCode, 0, again.log);
        console.log(again.log, again.outputs);
        assert.deepEqual(planOf(again).changes, []);
      }
    } finally {
      await job.stop();
    }
  });
});
