import { examineAccess, type AccessPlan } from "../../../../core/access/plan/plan.ts";
import type { CheckName, PointName, ScopeProof } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import {
  accessFileOf,
  bundleOf,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
  type RequestSetup,
} from "../setup.ts";

export const P1 = principalOf(1);
export const A: JobSetup = { key: "load_a", principal: P1, id: "11" };
export const B: JobSetup = { key: "load_b", principal: principalOf(2), id: "12" };
export const ACCESS = accessFileOf([["load_a", "read-hr", "hr"]]);

export interface Setup extends Omit<RequestSetup, "fake" | "bundle"> {
  readonly jobs?: readonly JobSetup[];
  readonly change?: (fake: FakeDatabricks) => void;
}

export async function examine({ jobs = [A, B], change, ...rest }: Setup = {}): Promise<AccessPlan> {
  const fake = workspaceWith(jobs, ["hr"]);
  change?.(fake);
  return examineAccess(requestOf({ fake, bundle: bundleOf(jobs), access: ACCESS, ...rest }));
}

export async function proofOf(setup: Setup = {}): Promise<ScopeProof> {
  const proof = (await examine(setup)).proofs.get("load_a");
  if (proof === undefined) throw new Error("no proof of load_a");
  return proof;
}

export async function check(name: CheckName, setup: Setup): Promise<string> {
  const found = (await proofOf(setup)).checks.find((one) => one.name === name);
  return `${found?.later === true ? "later" : found?.grade}: ${found?.says}`;
}

/** The points that are not proven, and those that are checked later, each once. */
export function weakPoints(proof: ScopeProof): readonly PointName[] {
  const points = proof.checks.flatMap(({ points: all }) => all);
  return [...new Set(points.filter(({ grade }) => grade !== "proven").map(({ point }) => point))];
}
