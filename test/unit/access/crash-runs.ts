import assert from "node:assert/strict";
import { applyAccess, withdrawAccess, type AccessResult } from "../../../core/access/apply/apply.ts";
import {
  apisOf,
  accessFileOf,
  bundleOf,
  DEPLOYER,
  LOCK,
  recordsOf,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "./setup.ts";
import type { ApiRequest } from "../../../core/api/client.ts";
import type { FakeDatabricks } from "./fake-databricks.ts";

class Killed extends Error {}

export const JOBS: readonly JobSetup[] = Array.from({ length: 12 }, (_, index) => ({
  key: `job_${index}`,
  principal: principalOf(index),
  id: String(100 + index),
}));
const CREDENTIALS = JOBS.map((_, index) => `cred-${index}`);
const bundle = bundleOf(JOBS);
export const TWELVE = accessFileOf(JOBS.map(({ key }, index) => [key, "reach", `cred-${index}`]));
export const GRANTED = JOBS.map((_, index) => `cred-${index} ${principalOf(index)}`).sort();
/** Granted by others: never ours to touch. */
export const FOREIGN = ["elsewhere somebody"];

export function workspace(): FakeDatabricks {
  const fake = workspaceWith(JOBS, [...CREDENTIALS, "elsewhere"]);
  fake.grant("elsewhere", "somebody");
  return fake;
}

export type Kill = { readonly at: number; readonly effect: "before" | "after" };

/** Runs to its end, or until request number `at`: nothing works from then on. */
export async function run(
  fake: FakeDatabricks,
  access: string | undefined,
  kill?: Kill,
): Promise<AccessResult | "killed"> {
  let count = 0;
  let dead = false;
  const numbers = new WeakMap<ApiRequest, number>();
  const before = (request: ApiRequest): void => {
    count += 1;
    numbers.set(request, count);
    dead ||= kill?.effect === "before" && count === kill.at;
    if (dead) throw new Killed();
  };
  const after = (request: ApiRequest): void => {
    dead ||= kill?.effect === "after" && numbers.get(request) === kill.at;
    if (dead) throw new Killed();
  };
  const api = fake.as(DEPLOYER, before, after);
  const request = requestOf({
    fake,
    bundle,
    ...(access === undefined ? {} : { access }),
    over: { deployer: apisOf(fake, api) },
  });
  const options = { holder: "run", lockTimeout: 3_600_000, onApplied: () => Promise.resolve() };
  try {
    return access === undefined
      ? await withdrawAccess(request, options)
      : await applyAccess(request, { ...options, approved: undefined });
  } catch (error) {
    if (error instanceof Killed) return "killed";
    throw error;
  }
}

/** `lockMayStay`: the last run had nothing to change, so it did not need the lock that a killed run left. */
export function check(fake: FakeDatabricks, expected: readonly string[], lockMayStay = false): void {
  const actual = fake.accessList();
  assert.deepEqual(actual, [...expected, ...FOREIGN].sort(), "orphaned, missing or foreign grants");
  const records = recordsOf(fake);
  const known = [...records.map(({ file }) => file), ...(lockMayStay ? lockFiles(fake, LOCK) : [])];
  const files = [...fake.files.keys()].filter((path) => !known.includes(path));
  assert.deepEqual(files, [], "left over lock files");
  assert.deepEqual(
    records.map(({ phase }) => phase),
    expected.map(() => "granted"),
  );
}

/** A lock that a killed run left, with the files of take-overs that it names: all gone with the next run that needs it. */
function lockFiles(fake: FakeDatabricks, path: string): string[] {
  const text = fake.files.get(path);
  if (text === undefined) return [];
  const { id, after } = JSON.parse(text) as { id: string; after: string };
  return [path, ...lockFiles(fake, `${path}.${id}`), ...lockFiles(fake, `${path}.${after}`)];
}

export async function requestsOf(
  prepare: () => Promise<FakeDatabricks>,
  access: string | undefined,
): Promise<number> {
  const fake = await prepare();
  const before = fake.requests.length;
  await run(fake, access);
  return fake.requests.length - before;
}
