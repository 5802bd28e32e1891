import { allRight, together } from "../base/all-right.ts";
import { SecretlessError, toSecretlessError, type ErrorCode } from "../base/errors.ts";
import { unpinnedCode } from "../bundle/unpinned.ts";
import { losses, planChanged } from "../cli/plan.ts";
import type { BundleSummary } from "../cli/summary.ts";
import { deployedChanges, noteChanges } from "../flow/changed-resources.ts";
import { proveDeployed } from "../flow/deployed-here.ts";
import { recover, tellUnrecorded } from "../flow/recovery/recover.ts";
import type { Step } from "../flow/step.ts";
import { whenFree } from "../flow/when-free.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext, CommandScan } from "./command.ts";
import { planBundle } from "./plan.ts";

/** Everything that is deployed, by name and link: in the log, the job summary, and the outputs `jobs` and `resources`. */
async function reportDeployed({ ci, found }: Step, summary: BundleSummary): Promise<void> {
  const resources = summary.resources.filter(({ declared }) => declared);
  found({ bundle: { name: summary.name, target: summary.target }, resources });
  for (const { kind, key, name, url } of resources)
    ci.info(`Deployed ${name} (${kind}.${key})${url === "" ? "" : `: ${url}`}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }] as const);
  await jsonOutput(ci, "jobs", Object.fromEntries(jobs), { count: jobs.length });
  const kinds = [...new Set(resources.map(({ kind }) => kind))].map((kind) => {
    const ofKind = resources.filter((resource) => resource.kind === kind);
    return [
      kind,
      Object.fromEntries(ofKind.map(({ key, id, name, url }) => [key, { id, name, url }])),
    ] as const;
  });
  await jsonOutput(ci, "resources", Object.fromEntries(kinds), { count: resources.length });
}

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;

/** Plans, deploys what was planned, reads back what is there now, and registers its access. */
export async function deployBundle(context: CommandContext): Promise<void> {
  const { step, audit, cli, api, access, scan, folder, service } = context;
  const { ci, inputs, found } = step;
  const first = await planBundle(context);
  let planned = first.plan;
  const planAgain = async (): Promise<void> => {
    const before = planned;
    planned = (await planBundle(context)).plan;
    ci.info(`The plan ${planChanged(before, planned) ? "has changed" : "is the same as before"}.`);
  };
  const readBack = (): Promise<BundleSummary> => cli.summary(AbortSignal.timeout(READ_BACK));
  const note = (there: BundleSummary | undefined, failure?: SecretlessError): void => {
    const { name: command } = inputs.command;
    noteChanges(audit, deployedChanges({ plan: planned, there, ...(failure && { failure }), command }));
  };
  const deploy = async (): Promise<void> => {
    try {
      // What the plan loses is approved by now. Without a loss the CLI shall refuse one that has come up since.
      await ci.group("Deploy", () => cli.deploy({ autoApprove: losses(planned).length > 0 }));
    } catch (error) {
      const failure = toSecretlessError(error);
      if (failure.code !== "DEPLOYMENT_LOCKED") {
        note(await readBack().catch(() => undefined), failure);
        // What failed is told in any case, and by the lease the next run looks again.
        const looked =
          failure.code === "DEPLOY_FAILED" && tellUnrecorded(context, AbortSignal.timeout(READ_BACK));
        await (looked || undefined)?.catch(() => undefined);
      }
      await alsoUploaded(error, scan);
    }
  };
  const { statePath } = (await first.summary()).workspace;
  await whenFree(step, api, {
    ...{ statePath, deploys: true, work: deploy, again: planAgain },
    recover: (left, during) => recover({ step, cli, api }, left, during),
    tell: (note) => service.keepLease(note),
  });
  found({ deployed: true });
  const unknown = (error: unknown): never => {
    note(undefined, toSecretlessError(error));
    throw error;
  };
  const summary = await readBack().catch(unknown);
  const here = proveDeployed(api, summary, folder).then(() => {
    note(summary);
  }, unknown);
  const looks = [here, scan.deployed(true)] as const;
  // What was deployed is told although something in it should not be there; what is not there is not told.
  const uploads = looks[1].catch(() => allRight(looks));
  await looks[0].catch(() => allRight(looks));
  found({ unpinned: unpinnedCode(summary.tree) });
  await reportDeployed(step, summary);
  await uploads;
  await access.apply(summary);
}

/** A script of the bundle may fail behind the upload, too. */
const STOPPED_HALFWAY: ReadonlySet<ErrorCode> = new Set(["DEPLOY_FAILED", "BUILD_FAILED"]);

/** Throws what made a deployment fail, after a look at what it had uploaded by then, which stays in the workspace. */
async function alsoUploaded(error: unknown, scan: CommandScan): Promise<never> {
  if (!(error instanceof SecretlessError) || !STOPPED_HALFWAY.has(error.code)) throw error;
  await scan.deployed(false).catch((found: unknown) => {
    throw together(toSecretlessError(found), [error]);
  });
  throw error;
}
