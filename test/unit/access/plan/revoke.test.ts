import assert from "node:assert/strict";
import { applyAccess } from "../../../../core/access/apply/apply.ts";
import { changeFacts, examinationEvents, newlyExamined } from "../../../../core/access/plan/audit-events.ts";
import { planAccess, type AccessPlan } from "../../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../../core/access/plan/request.ts";
import {
  accessFileOf,
  bundleOf,
  counts,
  failure,
  options,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";

const JOBS: readonly JobSetup[] = [
  { key: "load_a", principal: principalOf(1), id: "11" },
  { key: "load_b", principal: principalOf(2), id: "12" },
];
const ACCESS = accessFileOf([["load_a", "read-hr", "hr"]]);
const ALL = "{ name: all, effect: allow }";

describe("access that was granted and is no longer allowed", () => {
  const bundle = bundleOf(JOBS);
  let fake = workspaceWith(JOBS, ["hr"]);
  const policy = (rules: string, more = ""): string => `version: 1\n${more}rules: [${rules}]\n`;
  const request = (rules: string, more = "", over: Partial<AccessRequest> = {}): AccessRequest =>
    requestOf({ fake, bundle, access: ACCESS, policy: policy(rules, more), over });
  beforeEach(async () => {
    fake = workspaceWith(JOBS, ["hr"]);
    await applyAccess(request(ALL), options());
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
  });

  for (const [how, rules, why] of [
    ["its rule is gone", "", /no rule is about/],
    ["its rule is about another job now", "{ name: all, effect: allow, job: load_b }", /no rule is about/],
    [
      "a deny rule names it in other letters",
      `${ALL}, { name: no, effect: deny, resource: "H*" }`,
      /denied by no/,
    ],
    [
      "a deny rule names its principal",
      `${ALL}, { name: no, effect: deny, principal: ${principalOf(1).toUpperCase()} }`,
      /denied by no/,
    ],
    [
      "its rule wants what the pipeline cannot prove",
      "{ name: all, effect: allow, when: { ref: refs/heads/main } }",
      /ref \(not known\)/,
    ],
  ] as const)
    it(`is withdrawn, and said, when ${how}`, async () => {
      const before = await planAccess(request(rules));
      assert.equal(before.denied.length, 0);
      assert.match(before.warnings.join("\n"), /read-hr: ACCESS on credential "hr" .* is withdrawn: /);
      assert.match(before.warnings.join("\n"), why);
      const result = await applyAccess(request(rules), { ...options(), approved: before });
      assert.deepEqual(counts(result), [0, 0, 1, 0]);
      assert.deepEqual(fake.accessList(), []);
      assert.deepEqual([...fake.files.keys()], []);
      // The entry is a new one from now on.
      assert.equal((await failure(planAccess(request(rules)))).code, "ACCESS_DENIED");
    });

  it("is withdrawn when its scope has broken, although nobody was shown that before", async () => {
    const approved = await planAccess(request(ALL));
    fake.grant("hr", "eve");
    const result = await applyAccess(request(ALL), { ...options(), approved });
    assert.deepEqual(counts(result), [0, 0, 1, 0]);
    assert.deepEqual(fake.accessList(), ["hr eve"]);
    assert.match(result.plan.warnings.join("\n"), /is withdrawn: its scope is broken: .*eve/);
  });

  it("stays for another entry that needs the same, and is forgotten for its own", async () => {
    const access = accessFileOf([
      ["load_a", "read-hr", "hr"],
      ["load_a", "audit-hr", "hr"],
    ]);
    const both = (rules: string): AccessRequest => requestOf({ fake, bundle, access, policy: policy(rules) });
    await applyAccess(both(ALL), options());
    const result = await applyAccess(both("{ name: some, effect: allow, purpose: audit-hr }"), options());
    assert.deepEqual(counts(result), [0, 0, 0, 1]);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    const purposes = [...fake.files.values()].flatMap((text) =>
      (JSON.parse(text) as { entries: { purpose: string }[] }).entries.map(({ purpose }) => purpose),
    );
    assert.deepEqual(purposes, ["audit-hr"]);
  });

  it("is kept where the policy says so, with the time since when it is in force", async () => {
    const since = new Date(fake.clock.now()).toISOString();
    fake.clock.time += 86_400_000;
    const writes = fake.writes.length;
    const result = await applyAccess(request("", "on_denied: keep\n"), options());
    assert.deepEqual(counts(result), [0, 0, 0, 1]);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    assert.equal(fake.writes.length, writes);
    const text = result.plan.warnings.join("\n");
    assert.match(text, /is no longer allowed: denied by .*no rule allows it/);
    assert.ok(text.includes(`in force since ${since.slice(0, 13)}`), text);
  });

  it("is not withdrawn for the moment: time, network and checkout say when to grant, not how long", async () => {
    for (const when of [
      'time: { from: "03:00", to: "04:00", zone: Europe/Berlin }',
      "network: [192.0.2.0/24]",
    ]) {
      const rules = `{ name: all, effect: allow, when: { ${when} } }`;
      const error = await failure(applyAccess(request(rules), options()));
      assert.equal(error.code, "ACCESS_DENIED");
      assert.match(error.message, /stays in force/);
    }
    const night = `${ALL}, { name: no, effect: deny, when: { network: [10.0.0.0/8] } }`;
    const evidence = { claims: {}, selfReported: { now: fake.clock.now(), addresses: ["10.1.1.1"] } };
    assert.match(
      (await failure(applyAccess(request(night, "", { evidence }), options()))).message,
      /stays in force/,
    );
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
  });

  it("is not withdrawn for what the bundle only proposes: that must not be deployed", async () => {
    const proposed = bundleOf([JOBS[0] as JobSetup, { key: "load_c", principal: principalOf(1) }]);
    const over = { bundle: proposed, deployed: false };
    const error = await failure(planAccess(request(ALL, "", over)));
    assert.equal(error.code, "SCOPE_BROKEN");
    assert.match(error.message, /stays in force/);
  });

  it("is on record: the scope, the decision, and why it was withdrawn", async () => {
    const plans: AccessPlan[] = [];
    const reasons: unknown[] = [];
    const onPlan = (plan: AccessPlan): Promise<void> => Promise.resolve(void plans.push(plan));
    await applyAccess(request(""), {
      ...options(),
      onPlan,
      onApplied: ({ change }, plan) =>
        Promise.resolve(void reasons.push(changeFacts(change, plan, bundle).reason)),
    });
    assert.match(String(reasons), /no rule is about/);
    const [plan] = plans;
    assert.ok(plan);
    const shown = (of: AccessPlan): string[] =>
      examinationEvents(of, bundle).map(
        ({ event_code: code, status, message }) => `${code} ${status} ${message}`,
      );
    assert.match(shown(plan)[0] ?? "", /^attestation Success scope of job load_a: job-scoped: proven/);
    assert.match(shown(plan)[1] ?? "", /^decision Failure denied: ACCESS on credential "hr"/);
    const kept = await planAccess(requestOf({ fake, bundle, access: ACCESS, policy: policy(ALL) }));
    assert.match(shown(kept)[1] ?? "", /^decision Success allowed: /);
    await applyAccess(request(ALL), options());
    assert.match(shown(await planAccess(request(ALL)))[1] ?? "", /^decision Success unchanged: /);
    assert.match(
      shown(await planAccess(request("", "on_denied: keep\n")))[1] ?? "",
      /^decision Success kept: /,
    );
    fake.grant("hr", "eve");
    assert.match(shown(await planAccess(request(ALL)))[0] ?? "", /^attestation Failure .*broken/);
  });

  it("is told once a run, however often it is examined", async () => {
    const plan = await planAccess(request(ALL));
    const examined = newlyExamined();
    assert.equal(examined(plan, bundle).length, 2);
    assert.equal(examined(plan, bundle).length, 0);
  });
});
