import { examineAccess, type AccessPlan } from "../../../../core/access/plan/plan.ts";
import type { CheckName } from "../../../../core/access/scope/proof.ts";
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

export async function check(name: CheckName, setup: Setup): Promise<string> {
  const plan = await examine(setup);
  const found = plan.proofs.get("load_a")?.checks.find((one) => one.name === name);
  return `${found?.later === true ? "later" : found?.grade}: ${found?.says}`;
}
