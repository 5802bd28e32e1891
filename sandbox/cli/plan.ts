import { textOf, type JsonObject } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { changesOf, type Change } from "./changes.ts";
import { CliFailure } from "./diagnostics.ts";
import { kindOf } from "./kinds.ts";
import { inOrder, resolveReferences, type Dependency, type LookUp } from "./references.ts";
import type { DeploymentState } from "./state.ts";
import { VERSION } from "./version.ts";
import type { WorkspaceClient } from "./workspace-client.ts";

export interface PlanEntry {
  /** Such as `resources.jobs.nightly`. */
  readonly name: string;
  readonly action: "create" | "update" | "recreate" | "delete" | "skip";
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
  bundle: Pick<Bundle, "resources">,
  state: DeploymentState,
  client: WorkspaceClient,
): Promise<PlanEntry[]> {
  const dependencies = new Map(
    [...state.resources, ...bundle.resources].map(([name, { dependsOn }]) => [name, dependsOn] as const),
  );
  const reads = [...state.resources].map(
    async ([name, { id }]) => [name, await kindOf(name).read(client, id)] as const,
  );
  const remotes = new Map(await Promise.all(reads));
  const entries = new Map<string, PlanEntry>();
  const lookUp: LookUp = (node, field) => {
    const entry = entries.get(node);
    if (entry?.settings === undefined) throw new CliFailure(`reference does not exist: \${${node}.${field}}`);
    if (field !== "id") return textOf(entry.settings[field]);
    return entry.action === "recreate" ? undefined : entry.id;
  };
  for (const name of inOrder(dependencies)) {
    const [wanted, known, remote] = [
      bundle.resources.get(name),
      state.resources.get(name),
      remotes.get(name),
    ];
    const base = { name, dependsOn: dependencies.get(name) ?? [] };
    if (wanted === undefined) {
      const there = remote === undefined ? { gone: true } : { remote };
      entries.set(name, { ...base, id: known?.id ?? "", action: "delete", ...there });
      continue;
    }
    const { value: settings, vars } = resolveReferences(wanted.settings, lookUp);
    if (known === undefined || remote === undefined) {
      entries.set(name, { ...base, action: "create", settings, vars });
      continue;
    }
    const { comparable, idFields } = kindOf(name);
    const compared = Object.fromEntries(Object.entries(remote).filter(([field]) => comparable(field)));
    const changes = changesOf(known.settings, settings, compared, idFields);
    const actions = Object.values(changes).map((change) => change.action);
    const action = (["recreate", "update"] as const).find((one) => actions.includes(one)) ?? "skip";
    entries.set(name, { ...base, id: known.id, action, settings, vars, remote, changes });
  }
  return [...entries.values()];
}

/** The entries of the selected resources and of what they refer to; all without a selection. @throws CliFailure */
export function selected(entries: readonly PlanEntry[], keys: readonly string[]): readonly PlanEntry[] {
  if (keys.length === 0) return entries;
  const names = keys.map((key) => {
    const name = entries.find(({ name }) => name === `resources.${key}` || name.split(".")[2] === key)?.name;
    if (name === undefined) throw new CliFailure(`no such resource: ${key}`);
    return name;
  });
  const all = new Set(names);
  for (const name of all)
    for (const { node } of entries.find((entry) => entry.name === name)?.dependsOn ?? []) all.add(node);
  return entries.filter(({ name }) => all.has(name));
}

/** `bundle plan -o json`. */
export function planJson(entries: readonly PlanEntry[], state: DeploymentState): JsonObject {
  const { exists, lineage, serial } = state;
  const plan = Object.fromEntries(entries.map((entry) => [entry.name, entryJson(entry)]));
  return { plan_version: 2, cli_version: VERSION, ...(exists ? { lineage, serial } : {}), plan };
}

function entryJson(entry: PlanEntry): JsonObject {
  const { dependsOn, action, gone, settings, vars = {}, remote, changes = {} } = entry;
  const unknown = Object.keys(vars).length > 0 ? { vars } : {};
  return {
    action,
    ...(dependsOn.length > 0 ? { depends_on: dependsOn.map((one) => ({ ...one })) } : {}),
    ...(gone === true ? { gone } : {}),
    ...(settings !== undefined && action !== "skip" ? { new_state: { value: settings, ...unknown } } : {}),
    ...(remote === undefined ? {} : { remote_state: remote }),
    ...(Object.keys(changes).length > 0 ? { changes: changes as unknown as JsonObject } : {}),
  };
}
