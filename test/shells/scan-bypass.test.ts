import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask } from "./support/built-task.ts";
import { sample } from "../unit/support/sample.ts";
import { fillCheckout, HIDING_PLACES, TOKEN, type HidingPlace } from "./support/hiding-places.ts";

const cli = await sandboxCli();
const real = cli.kind === "real";

const FOLDER = "/Workspace/Shared/hidden";

interface Result {
  readonly succeeded: boolean;
  readonly log: string;
}
interface Job {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  step(inputs: Readonly<Record<string, string>>): Promise<Result>;
  stop(): Promise<void>;
}

async function onGitHub(): Promise<Job> {
  const job = await startGitHubJob({ cli });
  return {
    ...job,
    step: async (inputs) => {
      const { exitCode, rawLog } = await job.step(inputs);
      return { succeeded: exitCode === 0, log: rawLog };
    },
  };
}

async function onAzure(): Promise<Job> {
  const job = await startAzureJob({ cli, task: await builtTask() });
  return {
    ...job,
    step: async ({ "bundle-root": bundleRoot = "", ...inputs }) => {
      const given = { clientId: AZURE_DEPLOYER.applicationId, bundleRoot, ...inputs };
      const { result, rawLog } = await job.step(given);
      return { succeeded: result === "Succeeded", log: rawLog };
    },
  };
}

/** What of the workspace holds the token: files, archives with it in a member, and settings of jobs. */
function holding({ workspace }: Sandbox): string[] {
  const files = [...workspace.files.objects.values()].filter(({ content }) => content.includes(TOKEN));
  const jobs = [...workspace.jobs.all.values()].filter((job) => JSON.stringify(job.settings).includes(TOKEN));
  return [...files.map(({ path: file }) => file), ...jobs.map(({ id }) => `job ${id}`)];
}

async function deploy(
  job: Job,
  place: HidingPlace,
  more: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { files } = job.sandbox.workspace;
  if (files.get(FOLDER)) files.delete(FOLDER, true);
  for (const name of await readdir(job.checkout))
    if (name !== ".git") await rm(path.join(job.checkout, name), { recursive: true });
  await fillCheckout(job.checkout, place.files);
  return job.step({ "bundle-root": place.root ?? ".", ...(place.noTarget && { target: "" }), ...more });
}

// Each in one of the shells, what comes late in both.
for (const [shell, start, places] of [
  ["action", onGitHub, HIDING_PLACES.filter(({ late }, at) => at % 2 === 0 || late)],
  ["task", onAzure, HIDING_PLACES.filter(({ late }, at) => at % 2 === 1 || late)],
] as const) {
  describe(`a token past the scan of the built ${shell}${real ? "" : " (skipped: there is no databricks on PATH)"}`, () => {
    let job: Job | undefined;
    before(async function () {
      if (!real) this.skip();
      job = await start();
    });
    after(() => job?.stop());
    for (const place of sample(places, 3)) {
      it(`does not come into the workspace unseen: ${place.name}`, async () => {
        assert.ok(job);
        const { succeeded, log } = await deploy(job, place);
        assert.ok(!succeeded, `the token was deployed: ${holding(job.sandbox).join(", ")}`);
        const found = holding(job.sandbox);
        if (place.late === true) {
          assert.match(log, /CREDENTIAL_UPLOADED: /);
          assert.notDeepEqual(found, []);
        } else {
          assert.match(log, /CREDENTIAL_FOUND: /, log.slice(-1500));
          assert.deepEqual(found, []);
        }
        assert.ok(!log.includes(TOKEN));
      });
    }
  });
}
