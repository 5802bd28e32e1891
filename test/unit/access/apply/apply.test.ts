import assert from "node:assert/strict";
import { planAccess } from "../../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../../core/access/plan/request.ts";
import { applyAccess, withdrawAccess } from "../../../../core/access/apply/apply.ts";
import type { ObjectRecord } from "../../../../core/access/state/record.ts";
import type { Applied } from "../../../../core/access/apply/execute.ts";
import {
  accessFileOf,
  apisOf,
  bundleOf,
  counts,
  DEPLOYER,
  failure,
  options,
  OWNER,
  principalOf,
  recordsOf,
  REGISTRAR,
  requestOf,
  workspaceWith,
  type JobSetup,
  settingsOf,
} from "../setup.ts";

const JOBS: readonly JobSetup[] = [
  { key: "load_a", principal: principalOf(1), id: "11" },
  { key: "load_b", principal: principalOf(2), id: "12" },
];
const ONE = accessFileOf([["load_a", "read-hr", "hr"]]);
describe("applying access", () => {
  let fake = workspaceWith(JOBS, ["hr", "orders"]);
  const bundle = bundleOf(JOBS);
  const request = (access: string | undefined, over: Partial<AccessRequest> = {}): AccessRequest =>
    requestOf({ fake, bundle, over, ...(access === undefined ? {} : { access }) });
  const phases = (): string[] => recordsOf(fake).map(({ phase }) => phase);
  beforeEach(() => {
    fake = workspaceWith(JOBS, ["hr", "orders"]);
  });

  it("grants exactly what is declared, records it, and leaves no lock", async () => {
    assert.deepEqual(counts(await applyAccess(request(ONE), options())), [1, 0, 0, 0]);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    const [record, ...more] = recordsOf(fake);
    assert.deepEqual(more, []);
    assert.deepEqual([...fake.files.keys()], [record?.file]);
    assert.equal(record?.phase, "granted");
    assert.equal(record.jobId, "11");
    const { object, owner } = JSON.parse(fake.files.get(record.file) ?? "") as ObjectRecord;
    assert.deepEqual(object, { credential: "hr", principal: principalOf(1) });
    assert.deepEqual(owner, OWNER);
  });

  it("sends no writing request the second time, and plans no change", async () => {
    await applyAccess(request(ONE), options());
    const before = fake.writes.length;
    assert.deepEqual(counts(await applyAccess(request(ONE), options())), [0, 0, 0, 1]);
    const plan = await planAccess(request(ONE));
    assert.deepEqual(
      plan.changes.map(({ action }) => action),
      ["unchanged"],
    );
    assert.equal(fake.writes.length, before);
  });

  it("planning writes nothing", async () => {
    await planAccess(request(ONE, { deployed: false }));
    assert.deepEqual(fake.writes, []);
  });

  it("withdraws what is no longer declared before it grants anything", async () => {
    await applyAccess(request(ONE), options());
    fake.requests.length = 0;
    const seen: string[] = [];
    const onApplied = ({ change }: Applied): Promise<void> => {
      seen.push(change.action);
      return Promise.resolve();
    };
    const next = accessFileOf([["load_b", "read-orders", "orders"]]);
    assert.deepEqual(counts(await applyAccess(request(next), options({ onApplied }))), [1, 0, 1, 0]);
    assert.deepEqual(seen, ["withdraw", "grant"]);
    assert.deepEqual(fake.accessList(), [`orders ${principalOf(2)}`]);
  });

  it("withdraws everything when there is no file any more, and removes the state", async () => {
    await applyAccess(request(ONE), options());
    assert.deepEqual(counts(await applyAccess(request(undefined), options())), [0, 0, 1, 0]);
    assert.deepEqual(fake.accessList(), []);
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("withdraws everything for destroy, and stops it if something is left", async () => {
    await applyAccess(request(ONE), options());
    fake.refusals.set("PATCH /api/2.1/unity-catalog", { status: 403, code: "PERMISSION_DENIED" });
    const error = await failure(withdrawAccess(request(ONE), options()));
    assert.equal(error.code, "ACCESS_FAILED");
    assert.match(error.message, /PERMISSION_DENIED/);
    assert.equal(phases()[0], "withdrawing");
    fake.refusals.clear();
    assert.deepEqual(counts(await withdrawAccess(request(ONE), options())), [0, 0, 1, 0]);
    assert.deepEqual(fake.accessList(), []);
  });

  it("does not grant while a withdrawal fails", async () => {
    await applyAccess(request(ONE), options());
    fake.refusals.set("PATCH /api/2.1/unity-catalog/permissions/credential/hr", {
      status: 403,
      code: "PERMISSION_DENIED",
    });
    const error = await failure(
      applyAccess(request(accessFileOf([["load_b", "read", "orders"]])), options()),
    );
    assert.equal(error.mistakes.length, 2);
    assert.match(error.mistakes[1]?.problem ?? "", /skipped: a withdrawal failed/);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
  });

  it("keeps what succeeded on record when another grant fails, and goes on from there", async () => {
    const both = accessFileOf([
      ["load_a", "read-hr", "hr"],
      ["load_b", "read-orders", "orders"],
    ]);
    fake.refusals.set("PATCH /api/2.1/unity-catalog/permissions/credential/orders", {
      status: 400,
      code: "BAD",
    });
    const error = await failure(applyAccess(request(both), options()));
    assert.match(error.message, /load_b.*failed: 400 BAD/);
    assert.deepEqual(phases().sort(), ["granted", "granting"]);
    fake.refusals.clear();
    assert.deepEqual(counts(await applyAccess(request(both), options())), [1, 0, 0, 1]);
  });

  it("follows a job to its new principal", async () => {
    await applyAccess(request(ONE), options());
    const moved = [{ key: "load_a", principal: principalOf(9), id: "11" }];
    fake.addPrincipal(principalOf(9));
    fake.jobs = moved.map((job) => ({ job_id: job.id, settings: settingsOf(job) }));
    const result = await applyAccess(requestOf({ fake, bundle: bundleOf(moved), access: ONE }), options());
    assert.deepEqual(counts(result), [1, 0, 1, 0]);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(9)}`]);
  });

  it("withdraws an expired entry once, then stays quiet about it", async () => {
    const until = (date: string): string =>
      `version: 1\njobs:\n  load_a:\n    - { purpose: p, unity_catalog_credential: hr, until: ${date} }\n`;
    await applyAccess(request(until("2026-11-25")), options());
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    fake.clock.time += 86_400_000;
    const result = await applyAccess(request(until("2026-11-25")), options());
    assert.deepEqual(counts(result), [0, 0, 1, 0]);
    assert.match(result.plan.warnings.join(), /2026-11-25 is over/);
    const before = fake.writes.length;
    assert.deepEqual(counts(await applyAccess(request(until("2026-11-25")), options())), [0, 0, 0, 0]);
    assert.equal(fake.writes.length, before);
    await applyAccess(request(undefined), options());
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("refuses a new entry that is expired already", async () => {
    const text =
      "version: 1\njobs:\n  load_a:\n    - { purpose: p, unity_catalog_credential: hr, until: 2026-11-24 }\n";
    const error = await failure(planAccess(request(text)));
    assert.equal(error.code, "ACCESS_FILE_INVALID");
    assert.equal(error.details.place?.line, 4);
  });

  it("stops if what would happen was not in the approved plan", async () => {
    const approved = await planAccess(request(ONE));
    const other = accessFileOf([["load_b", "read", "orders"]]);
    const error = await failure(applyAccess(request(other), options({ approved })));
    assert.equal(error.code, "ACCESS_PLAN_OUTDATED");
    assert.deepEqual(fake.accessList(), []);
    assert.deepEqual([...fake.files.keys()], []);
  });

  it("applies an approved plan", async () => {
    const approved = await planAccess(request(ONE));
    assert.equal((await applyAccess(request(ONE), options({ approved }))).granted, 1);
  });

  it("reports every mistake of the plan at once, the files' first", async () => {
    const text = [
      "version: 1",
      "jobs:",
      "  nobody:",
      "    - { purpose: p, unity_catalog_credential: hr }",
      "  load_a:",
      "    - { purpose: p, unity_catalog_credential: gone }",
      "    - { purpose: q, unity_catalog_credential: storage }",
      "",
    ].join("\n");
    fake.addCredential("storage", { purpose: "STORAGE" });
    const error = await failure(planAccess(request(text)));
    assert.equal(error.code, "ACCESS_FILE_INVALID");
    assert.deepEqual(
      error.mistakes.map(({ place }) => place?.line),
      [3, 6, 7],
    );
    assert.match(
      error.mistakes.map(({ problem }) => problem).join("\n"),
      /no job "nobody"[^]*"gone" does not exist[^]*purpose STORAGE/,
    );
  });

  it("leaves out entries of other targets, known job or not", async () => {
    const text =
      "version: 1\njobs:\n  nobody:\n    - { purpose: p, targets: [dev], unity_catalog_credential: hr }\n";
    assert.deepEqual((await planAccess(request(text))).changes, []);
  });

  it("needs the registrar that the policy names", async () => {
    const policy = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR} } }\nrules: [{ name: all, effect: allow }]\n`;
    const separate = requestOf({ fake, bundle, access: ONE, policy });
    await assert.rejects(applyAccess(separate, options()), /names a registrar/);
    const registrar = apisOf(fake, fake.as(REGISTRAR));
    const result = await applyAccess({ ...separate, registrar }, options());
    assert.equal(result.plan.selfRegistered, false);
    assert.equal(result.plan.registrarId, REGISTRAR);
    assert.doesNotMatch(result.plan.warnings.join(), /deployer itself/);
  });

  it("writes with the registrar's identity alone, and lets those read who plan", async () => {
    const policy = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR} } }\nrules: [{ name: all, effect: allow }]\n`;
    const writes: string[] = [];
    const note =
      (who: string) =>
      (one: { method: string; path: string }): void => {
        if (one.method !== "GET") writes.push(`${who} ${one.path.split("/").slice(0, 4).join("/")}`);
      };
    const deployer = fake.as(DEPLOYER, note("deployer"));
    const registrar = fake.as(REGISTRAR, note("registrar"));
    const over = {
      deployer: apisOf(fake, deployer),
      registrar: apisOf(fake, registrar),
    };
    const readers = [DEPLOYER];
    await applyAccess(
      requestOf({ fake, bundle, access: ONE, policy, over: { ...over, readers } }),
      options(),
    );
    assert.deepEqual([...new Set(writes)].sort(), [
      "registrar /api/2.0/permissions",
      "registrar /api/2.0/workspace",
      "registrar /api/2.1/unity-catalog",
    ]);
    assert.deepEqual([...fake.folderLevels], [[DEPLOYER, "CAN_READ"]]);
    const planned = await planAccess(
      requestOf({ fake, bundle, policy, over: { ...over, registrar: undefined }, deployed: false }),
    );
    assert.deepEqual(
      planned.changes.map(({ action }) => action),
      ["withdraw"],
    );
  });

  it("waits for a grant that is seen late, and reports one that is never seen", async () => {
    const slow = (times: number): AccessRequest => {
      const real = fake.as(DEPLOYER);
      let left = times;
      const api: typeof real = {
        async call(one) {
          const answer = await real.call(one);
          const listing = one.method === "GET" && one.path.includes("/permissions/credential/");
          return listing && left-- > 0 ? { privilege_assignments: [] } : answer;
        },
      };
      return request(ONE, { deployer: apisOf(fake, api) });
    };
    assert.equal((await applyAccess(slow(6), options())).granted, 1);
    fake = workspaceWith(JOBS, ["hr", "orders"]);
    const error = await failure(applyAccess(slow(1000), options()));
    assert.match(error.message, /not confirmed when read back/);
    assert.equal((await applyAccess(request(ONE), options())).plan.changes[0]?.action, "record");
  });
});
