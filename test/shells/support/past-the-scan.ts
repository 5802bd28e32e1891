import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER } from "../../../sandbox/defaults.ts";
import { startAzureJob } from "../../../sandbox/runner/azure-job.ts";
import { sandboxCli } from "../../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { builtTask } from "./built-task.ts";
import { fillCheckout, TOKEN, type HidingPlace } from "./hiding-places.ts";

const FOLDER = "/Workspace/Shared/hidden";

export interface Result {
  readonly succeeded: boolean;
  readonly log: string;
}
export interface Job {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  step(inputs: Readonly<Record<string, string>>): Promise<Result>;
  stop(): Promise<void>;
}

async function onGitHub(): Promise<Job> {
  const job = await startGitHubJob({ cli: await sandboxCli() });
  return {
    ...job,
    step: async (inputs) => {
      const { exitCode, rawLog } = await job.step(inputs);
      return { succeeded: exitCode === 0, log: rawLog };
    },
  };
}

async function onAzure(): Promise<Job> {
  const job = await startAzureJob({ cli: await sandboxCli(), task: await builtTask() });
  return {
    ...job,
    step: async ({ "bundle-root": bundleRoot = "", ...inputs }) => {
      const given = { clientId: AZURE_DEPLOYER.applicationId, bundleRoot, ...inputs };
      const { result, rawLog } = await job.step(given);
      return { succeeded: result === "Succeeded", log: rawLog };
    },
  };
}

export const SHELLS = { action: onGitHub, task: onAzure } as const;

/** What of the workspace holds the token: files by name or content, and settings of jobs. */
export function holding({ workspace }: Sandbox): string[] {
  const files = [...workspace.files.objects.values()].filter(
    ({ path: file, content }) => file.includes(TOKEN) || content.includes(TOKEN),
  );
  const jobs = [...workspace.jobs.all.values()].filter((job) => JSON.stringify(job.settings).includes(TOKEN));
  return [...files.map(({ path: file }) => file), ...jobs.map(({ id }) => `job ${id}`)];
}

export async function deployPlace(
  job: Job,
  place: HidingPlace,
  more: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { files } = job.sandbox.workspace;
  if (files.get(FOLDER)) files.delete(FOLDER, true);
  for (const name of await readdir(job.checkout))
    if (name !== ".git") await rm(path.join(job.checkout, name), { recursive: true });
  await fillCheckout(job.checkout, place.files);
  return job.step({
    "bundle-root": place.root ?? ".",
    ...(place.noTarget && { target: "" }),
    variables: "",
    ...more,
  });
}

/** Each of these places, at the built shell: the token does not come into the workspace, or not unseen. */
export function itIsSeen(shell: keyof typeof SHELLS, places: readonly HidingPlace[]): void {
  let job: Job | undefined;
  before(async function () {
    if ((await sandboxCli()).kind !== "real") this.skip();
    job = await SHELLS[shell]();
  });
  after(() => job?.stop());
  for (const place of places) {
    it(`does not come into the workspace unseen: ${place.name}`, async () => {
      assert.ok(job);
      const { succeeded, log } = await deployPlace(job, place);
      assert.ok(!succeeded, `the token was deployed: ${holding(job.sandbox).join(", ")}`);
      const found = holding(job.sandbox);
      if (place.late === true) {
        assert.match(log, /CREDENTIAL_UPLOADED: /);
        assert.notDeepEqual(found, []);
      } else {
        assert.match(
          log,
          place.unknown === true ? /SCAN_INCOMPLETE: / : /CREDENTIAL_FOUND: /,
          log.slice(-1500),
        );
        assert.deepEqual(found, []);
      }
      assert.ok(!log.includes(TOKEN));
    });
  }
}
