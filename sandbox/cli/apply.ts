import { textOf } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { CliFailure, type Output } from "./diagnostics.ts";
import { kindOf } from "./kinds.ts";
import { byName, type PlanEntry } from "./plan.ts";
import { resolveReferences, type LookUp } from "./references.ts";
import type { DeploymentState } from "./state.ts";
import type { WorkspaceClient } from "./workspace-client.ts";

const DONE = { create: "Created", update: "Updated", recreate: "Recreated", delete: "Deleted", skip: "" };

/**
 * Says what a change would destroy.
 * @throws CliFailure without approval, and nothing is changed
 */
export function guardDestructive(entries: readonly PlanEntry[], approved: boolean, output: Output): void {
  const guarded = entries.filter(
    ({ name, action, gone }) =>
      kindOf(name).guarded !== undefined && gone !== true && ["delete", "recreate"].includes(action),
  );
  const [first] = guarded;
  if (first === undefined) return;
  const list = guarded.sort(byName).map(({ name, action }) => `  ${action} ${name}\n`);
  output.err(
    `\nThis action will result in the deletion or recreation of the following ${kindOf(first.name).guarded ?? ""}. Any underlying data may be lost:\n${list.join("")}`,
  );
  if (approved) return;
  throw new CliFailure(
    "the deployment requires destructive actions, but the current console does not support prompting.",
  );
}

/** Makes all changes that can be made and records each of them. @returns what failed */
export async function applyPlan(
  entries: readonly PlanEntry[],
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
  output: Output,
): Promise<CliFailure[]> {
  const failures = new Map<string, CliFailure>();
  const done: PlanEntry[] = [];
  const deletions = entries.filter(({ action }) => action === "delete").reverse();
  for (const entry of [...entries.filter(({ action }) => action !== "delete"), ...deletions]) {
    const { name, action, dependsOn } = entry;
    if (action === "skip") continue;
    const broken = dependsOn.find(({ node }) => action !== "delete" && failures.has(node));
    try {
      if (broken !== undefined)
        throw new CliFailure(`cannot ${action} ${name}: dependency failed: ${broken.node}`);
      await applyOne(entry, bundle, state, client);
      done.push(entry);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      failures.set(name, error);
    }
  }
  for (const { name, action } of done.sort(byName))
    output.err(`${DONE[action]} ${name.replace(/^resources\./, "")}\n`);
  return [...failures.values()];
}

async function applyOne(
  { name, action, id = "", gone, dependsOn }: PlanEntry,
  { resources }: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
): Promise<void> {
  const kind = kindOf(name);
  const doing = `cannot ${action} ${name}`;
  const lookUp: LookUp = (node, field) => {
    const resource = state.resources.get(node);
    return field === "id" || resource === undefined ? resource?.id : textOf(resource.settings[field]);
  };
  if (action === "delete" || action === "recreate") {
    if (gone !== true) await kind.delete(client, id, doing);
    await state.record(name, undefined);
  }
  const wanted = resources.get(name);
  if (wanted === undefined) return;
  const { value: settings } = resolveReferences(wanted.settings, lookUp);
  if (action === "update") await kind.update(client, id, settings, doing);
  const deployed = action === "update" ? id : await kind.create(client, settings, doing);
  await state.record(name, { id: deployed, settings, dependsOn });
}
