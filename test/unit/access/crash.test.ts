import assert from "node:assert/strict";
import fc from "fast-check";
import { applyAccess, withdrawAccess, type AccessResult } from "../../../core/access/apply.ts";
import {
  accessFileOf,
  bundleOf,
  DEPLOYER,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "./setup.ts";
import type { ApiRequest } from "../../../core/access/rest.ts";
import type { FakeDatabricks } from "./fake-databricks.ts";

class Killed extends Error {}

const JOBS: readonly JobSetup[] = Array.from({ length: 12 }, (_, index) => ({
  key: `job_${index}`,
  principal: principalOf(index),
  id: String(100 + index),
}));
const CREDENTIALS = JOBS.map((_, index) => `cred-${index}`);
const bundle = bundleOf(JOBS);
const TWELVE = accessFileOf(JOBS.map(({ key }, index) => [key, "reach", `cred-${index}`]));
const GRANTED = JOBS.map((_, index) => `cred-${index} ${principalOf(index)}`).sort();
/** Granted by others: never ours to touch. */
const FOREIGN = ["elsewhere somebody"];

function workspace(): FakeDatabricks {
  const fake = workspaceWith(JOBS, [...CREDENTIALS, "elsewhere"]);
  fake.grant("elsewhere", "somebody");
  return fake;
}

type Kill = { readonly at: number; readonly effect: "before" | "after" };

/** Runs to its end, or until request number `at`: nothing works from then on. */
async function run(
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
    over: { deployer: { workspace: api, account: api } },
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
function check(fake: FakeDatabricks, expected: readonly string[], lockMayStay = false): void {
  const actual = fake.accessList();
  assert.deepEqual(actual, [...expected, ...FOREIGN].sort(), "orphaned, missing or foreign grants");
  const known = ["/state/access.json", ...(lockMayStay ? ["/state/access.lock"] : [])];
  const files = [...fake.files.keys()].filter((path) => !known.includes(path));
  assert.deepEqual(files, [], "left over lock files");
  const state = JSON.parse(fake.files.get("/state/access.json") ?? '{"records":[]}') as {
    records: { phase: string }[];
  };
  assert.deepEqual(
    state.records.map(({ phase }) => phase),
    expected.map(() => "granted"),
  );
}

async function requestsOf(
  prepare: () => Promise<FakeDatabricks>,
  access: string | undefined,
): Promise<number> {
  const fake = await prepare();
  const before = fake.requests.length;
  await run(fake, access);
  return fake.requests.length - before;
}

describe("a run that is killed", () => {
  const granted = async (): Promise<FakeDatabricks> => {
    const fake = workspace();
    await run(fake, TWELVE);
    return fake;
  };
  const fresh = (): Promise<FakeDatabricks> => Promise.resolve(workspace());

  for (const effect of ["before", "after"] as const) {
    it(`converges after a crash ${effect} the effect of any request of applying 12 entries`, async () => {
      const total = await requestsOf(fresh, TWELVE);
      for (let at = 1; at <= total; at += 1) {
        const fake = workspace();
        assert.equal(await run(fake, TWELVE, { at, effect }), "killed", `request ${at}`);
        for (const line of fake.accessList()) assert.ok([...GRANTED, ...FOREIGN].includes(line), line);
        const mended = await run(fake, TWELVE);
        check(fake, GRANTED, mended !== "killed" && mended.applied.length === 0);
        const writes = fake.writes.length;
        await run(fake, TWELVE);
        assert.equal(fake.writes.length, writes, "the run after that writes nothing");
      }
    });

    it(`converges after a crash ${effect} the effect of any request of withdrawing 12 entries`, async () => {
      const total = await requestsOf(granted, undefined);
      for (let at = 1; at <= total; at += 1) {
        const fake = await granted();
        assert.equal(await run(fake, undefined, { at, effect }), "killed", `request ${at}`);
        const mended = await run(fake, undefined);
        check(fake, [], mended !== "killed" && mended.applied.length === 0);
      }
    });
  }

  it("converges to what is declared now, whatever was declared when it was killed", async () => {
    const subset = fc.subarray(JOBS.map((_, index) => index));
    const fileOf = (indices: readonly number[]): string =>
      indices.length === 0
        ? "version: 1\njobs: {}\n"
        : accessFileOf(indices.map((index) => [`job_${index}`, "reach", `cred-${index}`]));
    const kills = fc.record({
      at: fc.integer({ min: 1, max: 120 }),
      effect: fc.constantFrom("before" as const, "after" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(subset, kills), { maxLength: 4 }), subset, async (crashes, last) => {
        const fake = workspace();
        for (const [declared, kill] of crashes) await run(fake, fileOf(declared), kill);
        const result = await run(fake, fileOf(last));
        const grants = last.map((index) => `cred-${index} ${principalOf(index)}`).sort();
        check(fake, grants, result !== "killed" && result.applied.length === 0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("two runs at once", () => {
  it("end in the same state as one after the other", async () => {
    const alone = workspace();
    await run(alone, TWELVE);
    const fake = workspace();
    const results = await Promise.all([run(fake, TWELVE), run(fake, TWELVE)]);
    check(fake, GRANTED);
    assert.equal(
      fake.writes.filter((write) => write.startsWith("PATCH")).length,
      12,
      "each grant is made once",
    );
    assert.deepEqual(results.map((result) => (result === "killed" ? 0 : result.granted)).sort(), [0, 12]);
  });

  it("both take over one left-over lock, one after the other", async () => {
    const whole = workspace();
    await run(whole, TWELVE);
    const fake = workspace();
    const firstGrant = whole.requests.findIndex((request) => request.startsWith("PATCH")) + 1;
    await run(fake, TWELVE, { at: firstGrant, effect: "after" });
    assert.equal(fake.writes.at(-1)?.startsWith("PATCH"), true);
    assert.ok(fake.files.has("/state/access.lock"));
    await Promise.all([run(fake, TWELVE), run(fake, TWELVE), run(fake, TWELVE)]);
    check(fake, GRANTED);
  });
});
