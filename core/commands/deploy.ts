import { allRight, together } from "../base/all-right.ts";
import { lasting } from "../api/client.ts";
import { SecretlessError, toSecretlessError, type ErrorCode } from "../base/errors.ts";
import { unpinnedCode } from "../bundle/unpinned.ts";
import { losses, planChanged } from "../cli/plan.ts";
import type { BundleSummary } from "../cli/summary.ts";
import { deployedChanges, noteChanges } from "../flow/changed-resources.ts";
import { proveDeployed } from "../flow/deployed-here.ts";
import { readBack, readDeployed } from "../flow/read-deployed.ts";
import { removeDoubled } from "../flow/recovery/doubled.ts";
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
  for (const { key, needsRun } of resources)
    if (needsRun)
      ci.info(
        `The app ${key} goes on with the code it has: what was deployed begins with \`command: run\`, \`resource: ${key}\`.`,
      );
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

/** Milliseconds for a look at what a deployment that failed has left. */
const LOOK = 60_000;

/** Plans, deploys what was planned, reads back what is there now, and registers its access. */
export async function deployBundle(context: CommandContext): Promise<void> {
  const { step, audit, cli, api, access, scan, folder, connection, service } = context;
  const { ci, inputs, found, ports } = step;
  let planned = await planBundle(context);
  const { statePath } = (planned.resolved ?? (await cli.summary(step.signal))).workspace;
  const planAgain = async (): Promise<void> => {
    const before = planned;
    planned = await planBundle(context);
    ci.info(`The plan ${planChanged(before.plan, planned.plan) ? "has changed" : "is the same as before"}.`);
  };
  const note = (there: BundleSummary | undefined, failure?: SecretlessError): void => {
    const { name: command } = inputs.command;
    noteChanges(audit, deployedChanges({ plan: planned.plan, there, ...(failure && { failure }), command }));
  };
  let since = step.serverTime.now();
  const deploy = async (): Promise<void> => {
    since = step.serverTime.now();
    try {
      // What the plan loses is approved by now. Without a loss the CLI shall refuse one that has come up since.
      const autoApprove = losses(planned.plan).length > 0;
      const { failOnActiveRuns } = inputs;
      await ci.group("Deploy", () => cli.deploy({ autoApprove, failOnActiveRuns }));
    } catch (error) {
      const failure = toSecretlessError(error);
      if (!NOT_BEGUN.has(failure.code)) note(await readBack(cli).catch(() => undefined), failure);
      // What failed is told in any case, and by the lease the next run looks again.
      if (failure.code === "DEPLOY_FAILED")
        await tellUnrecorded(context, AbortSignal.timeout(LOOK)).catch(() => undefined);
      await alsoUploaded(error, scan);
    }
  };
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
  const { workspaceId } = connection;
  const done = { ...planned, folder, host: inputs.host, workspaceId };
  const summary = await readDeployed(cli, done, ports.platform).catch(unknown);
  const twins = removeDoubled({ step, audit, api: lasting(api) }, { plan: planned.plan, summary, since });
  const here = proveDeployed(api, summary, { folder, platform: ports.platform }).then(() => {
    note(summary);
  }, unknown);
  const looks = [here, scan.deployed(true)] as const;
  // What was deployed is told although something in it should not be there; what is not there is not told.
  const uploads = looks[1].catch(() => allRight(looks));
  // Where nothing is told, nobody waits for it; what it found is told with the rest.
  uploads.catch(() => undefined);
  await looks[0].catch(() => allRight(looks));
  await twins;
  found({ unpinned: unpinnedCode(summary.tree) });
  await reportDeployed(step, summary);
  await uploads;
  await access.apply(summary);
}

/** The CLI says so before it changes anything. */
const NOT_BEGUN: ReadonlySet<ErrorCode> = new Set(["DEPLOYMENT_LOCKED", "RUNS_ACTIVE"]);

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
