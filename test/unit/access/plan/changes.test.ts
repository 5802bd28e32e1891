import { examinationEvents } from "../../../../core/access/plan/audit-events.ts";
import type { AccessPlan } from "../../../../core/access/plan/plan.ts";
import assert from "node:assert/strict";
import { planAccess } from "../../../../core/access/plan/plan.ts";
import { applyAccess } from "../../../../core/access/apply/apply.ts";
import { auditTrail } from "../../../../core/access/apply/audit-trail.ts";
import { planChanges, type Changes } from "../../../../core/access/plan/changes.ts";
import type { Declared } from "../../../../core/access/plan/declare.ts";
import type { StateRecord } from "../../../../core/access/state/state.ts";
import { kindOf } from "../../../../core/access/kinds/index.ts";
import type { AccessKind, RemoteState } from "../../../../core/access/kinds/kind.ts";
import { openAuditLog } from "../../../../core/audit/json-lines.ts";
import {
  accessFileOf,
  bundleOf,
  failure,
  options,
  principalOf,
  requestOf,
  rewriteRecords,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";

const JOBS: readonly JobSetup[] = [{ key: "a", principal: principalOf(1), id: "11" }];
const bundle = bundleOf(JOBS);
const real = kindOf("unity_catalog_credential");
assert.ok(real);
const object = { credential: "hr", principal: principalOf(1) };
const job = bundle.jobs[0];
assert.ok(job);
const declaredWith = (kind: AccessKind, expired?: string): Declared => ({
  name: "n",
  origin: { bundle: "lake", target: "prod", jobId: "11" },
  job,
  purpose: { value: "p", place: { file: "access.yml", line: 4, column: 1 } },
  kind,
  object,
  expired,
  securables: [],
});
const record = (phase: StateRecord["phase"], over: Partial<StateRecord> = {}): StateRecord => ({
  name: "n",
  bundle: "lake",
  target: "prod",
  jobId: "11",
  job: "a",
  purpose: "p",
  kind: real.name,
  object,
  phase,
  ...over,
});
const plan = (remote: RemoteState, records: readonly StateRecord[] = [], kind: AccessKind = real): Changes =>
  planChanges([declaredWith(kind)], records, () => remote);
const shown = ({ changes, findings }: Changes): string =>
  [
    ...changes.map(({ action, phase }) => `${action} ${phase ?? "gone"}`),
    ...findings.map(({ code }) => code),
  ].join(", ");

describe("the difference between declared, recorded and remote", () => {
  const cases: readonly (readonly [RemoteState, StateRecord["phase"] | undefined, string])[] = [
    [{ state: "absent" }, undefined, "grant granted"],
    [{ state: "absent" }, "granting", "grant granted"],
    [{ state: "absent" }, "granted", "grant granted"],
    [{ state: "absent" }, "withdrawing", "grant granted"],
    [{ state: "present" }, undefined, "ACCESS_CLASH"],
    [{ state: "present" }, "granting", "record granted"],
    [{ state: "present" }, "granted", "unchanged granted"],
    [{ state: "present" }, "withdrawing", "record granted"],
    [{ state: "present" }, "expired", "ACCESS_CLASH"],
    [{ state: "differs", differences: ["audience"] }, "granted", "update granted"],
    [{ state: "foreign", shown: "a role of others" }, undefined, "ACCESS_CLASH"],
    [{ state: "impossible", mistake: { problem: "gone" } }, undefined, "ACCESS_TARGET_UNUSABLE"],
    [{ state: "unreadable", missingRight: "MANAGE" }, "granted", "unchanged granted"],
    [{ state: "unreadable", missingRight: "MANAGE" }, undefined, "grant granted"],
  ];
  for (const [remote, phase, expected] of cases) {
    it(`declared, ${remote.state}, recorded as ${phase ?? "nothing"}: ${expected}`, () => {
      assert.equal(shown(plan(remote, phase === undefined ? [] : [record(phase)])), expected);
    });
  }

  it("finds what is ours by its mark where a kind has one", () => {
    assert.equal(shown(plan({ state: "present" }, [], { ...real, marked: true })), "record granted");
  });

  for (const [remote, expected] of [
    ["present", "withdraw gone"],
    ["absent", "record gone"],
    ["unreadable", "withdraw gone"],
  ] as const) {
    it(`recorded, no longer declared, ${remote}: ${expected}`, () => {
      const state = { state: remote, missingRight: "" } as RemoteState;
      assert.equal(shown(planChanges([], [record("granted")], () => state)), expected);
    });
  }

  it("leaves records of a kind alone that this version does not know, and says so", () => {
    const { changes, warnings } = planChanges([], [record("granted", { kind: "aws_role" })], () => ({
      state: "absent",
    }));
    assert.deepEqual(changes, []);
    assert.match(warnings.join(), /cannot withdraw/);
  });

  it("keeps a tombstone while the expired entry stands, and drops it afterwards", () => {
    const expired = declaredWith(real, "2020-01-01");
    assert.equal(shown(planChanges([expired], [record("expired")], () => ({ state: "absent" }))), "");
    assert.equal(shown(planChanges([], [record("expired")], () => ({ state: "absent" }))), "record gone");
    assert.equal(
      shown(planChanges([expired], [record("granted")], () => ({ state: "present" }))),
      "withdraw expired",
    );
  });
});

describe("the audit trail of access", () => {
  const lines: { message: string; status: string; unmapped: Record<string, unknown> }[] = [];
  const log = openAuditLog({
    context: { productVersion: "0", correlationId: "run", stepId: "step", principal: "d", run: {} },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    sinks: [
      {
        take: (text) => {
          lines.push(JSON.parse(text) as never);
          return Promise.resolve();
        },
      },
    ],
  });
  const onApplied = auditTrail(log, bundle);
  const access = accessFileOf([["a", "read", "hr"]]);
  beforeEach(() => (lines.length = 0));

  it("has one event for each grant and revocation, with decision, proof and job", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    await applyAccess(
      requestOf({ fake, bundle, access, policy: "version: 1\nrules: [{ name: all, effect: allow }]\n" }),
      options({ onApplied }),
    );
    await applyAccess(requestOf({ fake, bundle }), options({ onApplied }));
    assert.deepEqual(
      lines.map(({ unmapped, status }) => [unmapped["action"], status]),
      [
        ["granted", "Success"],
        ["revoked", "Success"],
      ],
    );
    const unmapped = lines[0]?.unmapped ?? {};
    assert.equal(unmapped["job_id"], "11");
    assert.equal((unmapped["decision"] as { rule: string }).rule, "all");
    assert.equal((unmapped["scope"] as { words: string }).words, "job-scoped: proven");
  });

  it("has the grant of an interrupted run, once it is found", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    await applyAccess(requestOf({ fake, bundle, access }), options());
    rewriteRecords(fake, (record) => ({
      ...record,
      entries: record.entries.map((entry) => ({ ...entry, phase: "granting" })),
    }));
    await applyAccess(requestOf({ fake, bundle, access }), options({ onApplied }));
    assert.deepEqual(
      lines.map(({ unmapped }) => unmapped["action"]),
      ["granted"],
    );
  });

  it("has denials and failures", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    const policy = "version: 1\nrules: [{ name: all, effect: allow, job: other }]\n";
    const onPlan = async (plan: AccessPlan): Promise<void> => {
      for (const event of examinationEvents(plan, bundle)) await log.write(event);
    };
    await failure(applyAccess(requestOf({ fake, bundle, access, policy }), options({ onApplied, onPlan })));
    fake.refusals.set("PATCH", { status: 403, code: "PERMISSION_DENIED" });
    await failure(applyAccess(requestOf({ fake, bundle, access }), options({ onApplied })));
    assert.deepEqual(
      lines.map(({ unmapped, status }) => [unmapped["action"], status]),
      [
        [undefined, "Success"],
        ["denied", "Failure"],
        ["granted", "Failure"],
      ],
    );
  });

  it("says nothing of records that only go away", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    await applyAccess(requestOf({ fake, bundle, access }), options());
    fake.grants.get("hr")?.clear();
    await applyAccess(requestOf({ fake, bundle }), options({ onApplied }));
    assert.deepEqual(lines, []);
  });
});

describe("the access plan's warnings", () => {
  it("name a policy inside the checkout", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    const request = requestOf({
      fake,
      bundle,
      access: accessFileOf([["a", "read", "hr"]]),
      policy: "version: 1\nrules: [{ name: all, effect: allow }]\n",
    });
    const { policy } = request.files;
    assert.ok(policy);
    const inside = { ...request, files: { ...request.files, policy: { ...policy, insideCheckout: true } } };
    assert.match((await planAccess(inside)).warnings.join(), /comes with the checkout/);
  });

  it("tell a credential that cannot be read from one that is not there", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    fake.refusals.set("GET /api/2.1/unity-catalog/credentials/hr", {
      status: 403,
      code: "PERMISSION_DENIED",
    });
    const plan = await planAccess(requestOf({ fake, bundle, access: accessFileOf([["a", "read", "hr"]]) }));
    assert.deepEqual(
      plan.changes.map(({ action, unread }) => [action, unread]),
      [["grant", true]],
    );
    assert.match(plan.changes[0]?.note ?? "", /not readable without MANAGE/);
  });

  it("resolve references in names, and report those without a value", async () => {
    const fake = workspaceWith(JOBS, ["hr-prod-x7"]);
    const file = (name: string): string =>
      `version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credential: "${name}" }\n`;
    const plan = await planAccess(
      requestOf({ fake, bundle, access: file("hr-${bundle.target}-${var.suffix}${var.fallback}") }),
    );
    assert.equal(plan.changes[0]?.object["credential"], "hr-prod-x7");
    for (const name of ["${var.complex}", "${var.nested}", "${var.none}", "${bundle.git.branch}"]) {
      const error = await failure(planAccess(requestOf({ fake, bundle, access: file(name) })));
      assert.match(error.message, /has no value in this target/);
    }
  });

  it("take no name that a reader could take for another one", async () => {
    const fake = workspaceWith(JOBS, ["hr"]);
    const file = (name: string): string =>
      `version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credential: ${JSON.stringify(name)} }\n`;
    for (const name of [
      "hr-*",
      "main.hr",
      "../hr",
      "hr\u200b",
      "hr\u202e",
      "hr\u00a0x",
      "hr-e\u0301",
      "\ue000",
    ]) {
      const wrong = await failure(planAccess(requestOf({ fake, bundle, access: file(name) })));
      assert.match(wrong.message, /not the name of a credential/, JSON.stringify(name));
      assert.doesNotMatch(wrong.message, /[\u200b\u202e\ue000]/u);
    }
  });

  it("give a command for a name that no shell takes for one of its own", async () => {
    const name = "hr;curl$IFS'x'`id`";
    const fake = workspaceWith(JOBS, [name]);
    fake.grant(name, principalOf(1));
    const access = `version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credential: ${JSON.stringify(name)} }\n`;
    const clash = await failure(planAccess(requestOf({ fake, bundle, access })));
    assert.equal(clash.code, "ACCESS_CLASH");
    const shown = clash.details.remedy ?? "";
    assert.ok(shown.includes(`grants update credential 'hr;curl$ifs'\\''x'\\''\`id\`' --json '{`), shown);
  });
});
