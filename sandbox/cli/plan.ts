import { textOf, type JsonObject } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { changesOf, type Change } from "./changes.ts";
import { CliFailure } from "./diagnostics.ts";
import { kindOf, shortName } from "./kinds.ts";
import { inOrder, resolveReferences, type Dependency, type LookUp } from "./references.ts";
import type { DeploymentState } from "./state.ts";
import { VERSION } from "./version.ts";
import type { WorkspaceClient } from "./workspace-client.ts";

export type Action = "create" | "update" | "recreate" | "delete" | "skip";

export interface PlanEntry {
  /** Such as `resources.jobs.nightly`. */
  readonly name: string;
  readonly action: Action;
  readonly dependsOn: readonly Dependency[];
  /** Id of what is deployed; absent for `create`. */
  readonly id?: string;
  /** To be deleted, but gone already. */
  readonly gone?: boolean;
  /** Settings with the references that are known; for what is to be deployed. */
  readonly settings?: JsonObject;
  /** References that are known only when what they refer to is deployed, by path. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly remote?: JsonObject;
  readonly changes?: Readonly<Record<string, Change>>;
}

/** Compares the bundle with its state and with the workspace. Entries come in the order of their dependencies. */
export async function makePlan(
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
): Promise<PlanEntry[]> {
  const dependencies = new Map<string, readonly Dependency[]>();
  for (const [name, { dependsOn }] of state.resources) dependencies.set(name, dependsOn);
  for (const [name, { dependsOn }] of bundle.resources) dependencies.set(name, dependsOn);
  const remotes = new Map(
    await Promise.all(
      [...state.resources].map(
        async ([name, { id }]) => [name, await kindOf(name).read(id, client)] as const,
      ),
    ),
  );
  const entries = new Map<string, PlanEntry>();
  const lookUp: LookUp = (node, field) => {
    const entry = entries.get(node);
    if (entry?.settings === undefined) throw new CliFailure(`reference does not exist: \${${node}.${field}}`);
    if (field !== "id") return textOf(entry.settings[field]);
    return entry.action === "create" || entry.action === "recreate" ? undefined : entry.id;
  };
  for (const name of inOrder(dependencies)) {
    entries.set(name, planOne(name, dependencies.get(name) ?? [], bundle, state, remotes.get(name), lookUp));
  }
  return [...entries.values()];
}

function planOne(
  name: string,
  dependsOn: readonly Dependency[],
  bundle: Bundle,
  state: DeploymentState,
  remote: JsonObject | undefined,
  lookUp: LookUp,
): PlanEntry {
  const wanted = bundle.resources.get(name);
  const known = state.resources.get(name);
  const base = { name, dependsOn, ...(known === undefined ? {} : { id: known.id }) };
  if (wanted === undefined) {
    return { ...base, action: "delete", ...(remote === undefined ? { gone: true } : { remote }) };
  }
  const { value: settings, vars } = resolveReferences(wanted.settings, lookUp);
  if (known === undefined || remote === undefined)
    return { name, dependsOn, action: "create", settings, vars };
  const kind = kindOf(name);
  const changes = changesOf(known.settings, settings, kind.comparable(remote), kind.idFields);
  const actions = Object.values(changes).map(({ action }) => action);
  const action = actions.includes("recreate") ? "recreate" : actions.includes("update") ? "update" : "skip";
  return { ...base, action, settings, vars, remote, changes };
}

/** `bundle plan -o json`. */
export function planJson(entries: readonly PlanEntry[], state: DeploymentState): JsonObject {
  const { lineage, serial } = state;
  const all = [...entries].sort(byName).map((entry) => [entry.name, entryJson(entry)] as const);
  return {
    plan_version: 2,
    cli_version: VERSION,
    ...(state.exists ? { lineage, serial } : {}),
    plan: Object.fromEntries(all),
  };
}

function entryJson({
  dependsOn,
  action,
  gone,
  settings,
  vars = {},
  remote,
  changes = {},
}: PlanEntry): JsonObject {
  const json: JsonObject = { action };
  if (dependsOn.length > 0) json["depends_on"] = dependsOn.map((one) => ({ ...one }));
  if (gone === true) json["gone"] = true;
  if (settings !== undefined && action !== "skip") {
    json["new_state"] = { value: settings, ...(Object.keys(vars).length > 0 ? { vars } : {}) };
  }
  if (remote !== undefined) json["remote_state"] = remote;
  if (Object.keys(changes).length > 0) json["changes"] = changes as unknown as JsonObject;
  return json;
}

/** Counts as the CLI counts: what is recreated is both added and deleted. */
export function countActions(entries: readonly PlanEntry[]): Readonly<Record<Action, number>> {
  const count = (...actions: Action[]) => entries.filter(({ action }) => actions.includes(action)).length;
  return {
    create: count("create", "recreate"),
    update: count("update"),
    delete: count("delete", "recreate"),
    recreate: count("recreate"),
    skip: count("skip"),
  };
}

export function planText(entries: readonly PlanEntry[]): string {
  const changing = [...entries].filter(({ action }) => action !== "skip").sort(byName);
  const lines = changing.map(({ action, name }) => `${action} ${shortName(name)}`);
  if (lines.length > 0) lines.push("");
  const count = countActions(entries);
  lines.push(
    `Plan: ${count.create} to add, ${count.update} to change, ${count.delete} to delete, ${count.skip} unchanged`,
  );
  return `${lines.join("\n")}\n`;
}

export function byName(first: { readonly name: string }, second: { readonly name: string }): number {
  return first.name < second.name ? -1 : 1;
}
