import { resourceChangeEvent, type ResourceChange } from "../audit/events/resource-change.ts";
import type { Audit } from "../audit/audit.ts";
import type { SecretlessError } from "../base/errors.ts";
import type { Plan, PlanAction, PlanEntry } from "../cli/plan.ts";
import type { BundleSummary } from "../cli/summary.ts";

type Change = ResourceChange["change"];
type Outcome = ResourceChange["outcome"];
type Resources = Pick<BundleSummary, "name" | "target" | "resources" | "workspace">;

const CHANGES: Readonly<Record<PlanAction, readonly Change[]>> = {
  skip: [],
  create: ["created"],
  update: ["changed"],
  update_id: ["changed"],
  resize: ["changed"],
  recreate: ["deleted", "created"],
  delete: ["deleted"],
};

/** What has become of a deployment. */
export interface Deployment {
  readonly plan: Plan;
  /** Read after the deployment; undefined if it could not be. */
  readonly there: Resources | undefined;
  /** Why the deployment did not end well. */
  readonly failure?: SecretlessError;
  readonly command: string;
}

/**
 * What a deployment has created, changed and deleted: from its plan, from what the CLI says of single resources, and from
 * what is there now. After a failure a creation or deletion is told only where something shows it, and a change whose end
 * nothing shows is unknown.
 */
export function deployedChanges({ plan, there, failure, command }: Deployment): ResourceChange[] {
  const ids = new Map(there?.resources.map(({ kind, key, id }) => [`${kind}.${key}`, id]));
  const base = { bundle: there?.name ?? "", target: there?.target ?? "", command };
  const changes = plan.entries.flatMap((entry) => {
    const id = ids.get(ownerOf(entry));
    return CHANGES[entry.action].flatMap((change): ResourceChange[] => {
      const outcome = entry.gone ? undefined : outcomeOf(change, entry, { id, there, failure });
      if (outcome === undefined) return [];
      const { resource, fields } = entry;
      return [{ ...base, change, outcome, kind: kindOf(entry), resource, id, fields }];
    });
  });
  const path = there?.workspace.rootPath;
  if (path === undefined || failure) return changes;
  return [...changes, { ...base, change: "changed", outcome: { ok: true }, kind: "files", resource: path }];
}

/** What a destruction has deleted of all that was there; `left` are the resources that are still there. */
export function destroyedChanges(
  there: Resources,
  left: readonly string[],
  failure: SecretlessError | undefined,
): ResourceChange[] {
  const base = { bundle: there.name, target: there.target, command: "destroy", change: "deleted" } as const;
  const changes = there.resources.map(({ kind, key, id }): ResourceChange => {
    const resource = `${kind}.${key}`;
    const said = failure && whatIsSaidOf(resource, failure);
    const isLeft = left.includes(resource);
    const failed = { ok: false, code: failure?.code ?? "DESTROY_INCOMPLETE", reason: said ?? "still there" };
    // Jobs are looked for; of others only the CLI tells.
    const unsure = failure !== undefined && kind !== "jobs";
    const outcome: Outcome = isLeft || said !== undefined ? failed : unsure ? "unknown" : { ok: true };
    return { ...base, outcome, kind, resource, id };
  });
  if (failure || left.length > 0 || changes.length === 0) return changes;
  return [...changes, { ...base, outcome: { ok: true }, kind: "files", resource: there.workspace.rootPath }];
}

/** One event for each change. */
export function noteChanges(audit: Pick<Audit, "note">, changes: readonly ResourceChange[]): void {
  for (const change of changes) audit.note(resourceChangeEvent(change));
}

interface Seen extends Pick<Deployment, "there"> {
  readonly id: string | undefined;
  readonly failure: SecretlessError | undefined;
}

function outcomeOf(
  change: Change,
  { resource, child }: PlanEntry,
  { id, there, failure }: Seen,
): Outcome | undefined {
  const said = failure && whatIsSaidOf(resource, failure);
  if (failure && said !== undefined) return { ok: false, code: failure.code, reason: said };
  const isThere = id !== undefined;
  if (!failure) {
    // Of a part (permissions, grants) only its resource can be seen; of one made anew, the new one.
    const seen = child || there === undefined || (change === "deleted" ? !isThere : isThere);
    if (seen || change === "deleted") return { ok: true };
    return { ok: false, code: "DEPLOY_FAILED", reason: "not there when it was read back" };
  }
  if (there === undefined || change === "changed") return "unknown";
  if (child) return isThere ? "unknown" : undefined;
  return (change === "created") === isThere ? { ok: true } : undefined;
}

/** `jobs.nightly` of `jobs.nightly.permissions`. */
function ownerOf({ resource }: PlanEntry): string {
  return resource.split(".").slice(0, 2).join(".");
}

/** `jobs`, or `jobs.permissions` for a part. */
function kindOf({ resource }: PlanEntry): string {
  const [kind, , ...part] = resource.split(".");
  return [kind, ...part].join(".");
}

/** What an error says of one resource; the CLI names it as `resources.jobs.nightly`. */
function whatIsSaidOf(resource: string, { details, mistakes }: SecretlessError): string | undefined {
  const escaped = resource.replace(/[^\w]/g, "\\$&");
  const named = new RegExp(`\\bresources\\.${escaped}(?![\\w.-]*[\\w-])`);
  const texts = [details, ...mistakes].map(({ problem, actual = "" }) => `${problem} ${actual}`.trim());
  return texts.find((text) => named.test(text));
}
