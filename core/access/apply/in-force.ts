import { member, readJson } from "../../api/json.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { AccessEntry } from "../files/access-file.ts";
import type { AccessKind, TrustObject } from "../kinds/kind.ts";
import type { Manifest, ManifestJob, ManifestPurpose } from "../manifest.ts";
import { declareAccess, type Circumstances } from "../plan/declare.ts";
import type { AccessPlan } from "../plan/plan.ts";
import { isRemote, type Applied } from "./execute.ts";

/** What the code of one job may use. */
export interface InForce {
  readonly job: string;
  readonly purpose: string;
  readonly kind: AccessKind;
  readonly object: TrustObject;
}

/**
 * What is declared and granted once `applied` of `plan` is done: a purpose that was denied, that failed or that was
 * withdrawn is not in here; one that is denied for the moment alone, and stays granted, is.
 */
export function grantedNow(plan: AccessPlan, applied: readonly Applied[]): readonly InForce[] {
  const done = new Set(applied.flatMap(({ change, outcome }) => (outcome === "done" ? [change] : [])));
  const stands = plan.changes.filter(
    (change) =>
      change.phase === "granted" && change.action !== "withdraw" && (!isRemote(change) || done.has(change)),
  );
  return [...stands, ...plan.denied.filter(({ standing }) => standing !== undefined)];
}

/** What is declared for this target, and not over: what a registrar apart is asked to grant. */
export function declaredNow(
  entries: readonly AccessEntry[],
  bundle: BundleFacts,
  circumstances: Circumstances,
): readonly InForce[] {
  const { declared } = declareAccess(entries, bundle, circumstances);
  return declared
    .filter(({ expired }) => expired === undefined)
    .map(({ job, purpose, kind, object }) => ({ job: job.key, purpose: purpose.value, kind, object }));
}

/**
 * The manifest of a deployment. Jobs that are not deployed, or that run as no service principal, were granted nothing.
 * @param workspace URL of the workspace
 */
export function manifestOf(
  bundle: BundleFacts,
  workspace: string,
  entries: readonly AccessEntry[],
  inForce: readonly InForce[],
): Manifest {
  const { name, target } = bundle;
  const jobs = bundle.jobs.flatMap(({ key, id, runAs }): ManifestJob[] => {
    if (id === undefined || runAs.kind !== "service_principal") return [];
    const ofJob = entries.filter(({ job }) => job.value === key);
    const purposes = inForce
      .filter(({ job }) => job === key)
      .map((one): ManifestPurpose => {
        const until = ofJob.find(({ purpose }) => purpose.value === one.purpose)?.until;
        const grant = one.kind.manifest(one.object);
        return { ...grant, purpose: one.purpose, ...(until && { until: until.value }) };
      });
    const elsewhere = Object.fromEntries(
      ofJob.flatMap(({ purpose, targets = [target] }) =>
        targets.includes(target) || targets.length === 0 ? [] : [[purpose.value, targets] as const],
      ),
    );
    if (purposes.length === 0 && Object.keys(elsewhere).length === 0) return [];
    return [{ key, id, runAs: runAs.applicationId, purposes, elsewhere }];
  });
  return { bundle: name, target, workspace, jobs };
}

/** Whether a file is the manifest of this bundle and target; another bundle's, or a file of that name, is not ours. */
export function isManifestOf({ name, target }: Pick<BundleFacts, "name" | "target">, text: string): boolean {
  try {
    const content = readJson(text);
    return member(content, "bundle") === name && member(content, "target") === target;
  } catch {
    return false;
  }
}
