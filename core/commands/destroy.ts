import { jobExists } from "../api/workspace.ts";
import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import { destroyIncomplete } from "../cli/destroy-command.ts";
import type { DeployedResource } from "../cli/summary.ts";
import { destroyedChanges, noteChanges } from "../flow/changed-resources.ts";
import { recover } from "../flow/recovery/recover.ts";
import { whenFree } from "../flow/when-free.ts";
import { kindsOf } from "./plan.ts";
import type { CommandContext } from "./command.ts";

/** Destroys the deployment after showing what goes, and does not believe the CLI's exit code. */
export async function destroyBundle({
  step,
  audit,
  cli,
  api,
  access,
  service,
}: CommandContext): Promise<void> {
  const { ci, inputs, signal, found } = step;
  const summary = await cli.summary(signal);
  const { name, target, resources, jobs } = summary;
  const changes = resources.map(({ kind, key }) => ({
    action: "delete",
    resource: `${kind}.${key}`,
    fields: [],
  }));
  found({ bundle: { name, target }, plan: { changes, unchanged: 0 } });
  if (resources.length === 0) ci.info("Nothing of this bundle is deployed to this target.");
  for (const { kind, key, id } of resources) ci.info(`  delete ${kind}.${key} (${id})`);
  const refused = changes.filter(({ resource }) => !inputs.autoApprove.covers(resource));
  if (refused.length > 0) {
    const label = ci.inputLabel("auto-approve");
    throw new SecretlessError("DESTRUCTIVE_PLAN", {
      problem: `\`destroy\` would delete ${String(resources.length)} resources and all files of the bundle. Nothing was changed.`,
      expected: `\`${label}: true\``,
      remedy: `If this is what you want, set \`${label}\` to \`true\` for this run, or to all kinds that go: \`${kindsOf(changes)}\`.`,
      mistakes: refused.map(({ resource }) => ({ problem: `delete ${resource}` })),
    });
  }
  await access.withdraw(summary);
  const stillThere = async (): Promise<DeployedResource[]> => {
    const left: DeployedResource[] = [];
    for (const job of jobs) if (await jobExists(api, job.id)) left.push(job);
    return left;
  };
  const note = (left: readonly DeployedResource[], failure?: SecretlessError): void => {
    const names = left.map(({ key }) => `jobs.${key}`);
    noteChanges(audit, destroyedChanges(summary, names, failure));
  };
  const destroy = async (): Promise<void> => {
    try {
      await ci.group("Destroy", () => cli.destroy());
    } catch (error) {
      const failure = toSecretlessError(error);
      if (failure.code !== "DEPLOYMENT_LOCKED") note(await stillThere().catch(() => jobs), failure);
      throw error;
    }
  };
  await whenFree(step, api, {
    ...{ statePath: summary.workspace.statePath, deploys: false, work: destroy },
    again: () => Promise.resolve(),
    recover: (left, during) => recover({ step, cli, api }, left, during),
    tell: (note) => service.keepLease(note),
  });
  const left = await stillThere();
  note(left);
  if (left.length > 0) throw destroyIncomplete(left.map(({ key, id }) => `jobs.${key} (${id})`));
  found({ destroyed: resources.length });
}
