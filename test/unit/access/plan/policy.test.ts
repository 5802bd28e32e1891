import assert from "node:assert/strict";
import fc from "fast-check";
import { globMatches } from "../../../../core/base/glob.ts";
import { decide, type Evidence, type Grade } from "../../../../core/access/plan/policy.ts";
import type { PolicyFile } from "../../../../core/access/files/policy-file.ts";
import { decideBy, EVIDENCE, parse, policy, REQUEST } from "./policy-setup.ts";

describe("deciding by policy", () => {
  it("denies what no rule allows, and says where rules failed", () => {
    const file = policy("{ name: main, effect: allow, when: { ref: refs/heads/main, environment: dev } }");
    const decision = decide(file, REQUEST, EVIDENCE);
    assert.equal(decision.effect, "deny");
    assert.match(decision.reason, /"main" fails on environment: the run has prod, the rule wants dev/);
    assert.match(
      decide(policy("{ name: x, effect: allow, job: other }"), REQUEST, EVIDENCE).reason,
      /no rule is about/,
    );
  });

  it("lets deny win, in whatever order", () => {
    const rules = ["{ name: yes, effect: allow }", "{ name: no, effect: deny, resource: 'h*' }"];
    assert.equal(decideBy(policy(...rules)), "deny no");
    assert.equal(decideBy(policy(...rules.toReversed())), "deny no");
    assert.equal(decideBy(policy(...rules), { resource: "orders" }), "allow yes");
  });

  for (const [field, value] of Object.entries({
    job: "nightly_*",
    purpose: "read-*",
    resource: "hr",
    target: "[dev, prod]",
    kind: "unity_catalog_credential",
  })) {
    it(`matches ${field}`, () => {
      const file = policy(`{ name: r, effect: allow, ${field}: ${value} }`);
      assert.equal(decideBy(file), "allow r");
      assert.match(decideBy(file, { [field]: "other" }), /^deny/);
    });
  }

  for (const [claim, value] of Object.entries({
    repository: "example-org/*",
    ref: "refs/heads/main",
    environment: "prod",
    actor: "ci",
    event: "push",
    pipeline: "deploy.yml",
    commit: "matches",
  })) {
    it(`wants the claim ${claim}, and a missing one never helps`, () => {
      const allow = policy(`{ name: r, effect: allow, when: { ${claim}: ${value} } }`);
      assert.equal(decideBy(allow), "allow r");
      const without = {
        ...EVIDENCE,
        claims: { ...EVIDENCE.claims, [claim]: undefined },
      } as unknown as Evidence;
      assert.match(decideBy(allow, {}, without), /^deny/);
      const other = { ...EVIDENCE, claims: { ...EVIDENCE.claims, [claim]: "other" } };
      assert.match(decideBy(allow, {}, other), /^deny/);
      const deny = policy(
        "{ name: y, effect: allow }",
        `{ name: n, effect: deny, when: { ${claim}: ${value} } }`,
      );
      assert.equal(decideBy(deny, {}, without), "deny n");
      assert.equal(decideBy(deny, {}, other), "allow y");
    });
  }

  it("never accepts a broken scope, and an unproven one only where a rule says so", () => {
    const strict = policy("{ name: r, effect: allow }");
    const lax = policy("{ name: r, effect: allow, when: { scope: unproven } }");
    const grades: Grade[] = ["proven", "unproven", "broken"];
    assert.deepEqual(
      grades.map((scope) => decideBy(strict, { scope }).split(" ")[0]),
      ["allow", "deny", "deny"],
    );
    assert.deepEqual(
      grades.map((scope) => decideBy(lax, { scope }).split(" ")[0]),
      ["allow", "allow", "deny"],
    );
    const picky = policy(
      "{ name: y, effect: allow, when: { scope: unproven } }",
      "{ name: n, effect: deny, when: { scope: unproven } }",
    );
    assert.deepEqual(
      ["proven", "unproven"].map((scope) => decideBy(picky, { scope: scope as Grade })),
      ["allow y", "deny n"],
    );
  });

  it("without a policy file allows Unity Catalog credentials alone", () => {
    assert.equal(decideBy(undefined), "allow (no policy file)");
    assert.equal(decideBy(undefined, { scope: "unproven" }), "allow (no policy file)");
    assert.equal(decideBy(undefined, { kind: "aws_role" }), "deny (no policy file)");
    assert.equal(decideBy(undefined, { scope: "broken" }), "deny (broken scope)");
  });

  it("knows hours and days in the rule's own time zone, also past midnight, and calls them self-reported", () => {
    const time = (rest: string): PolicyFile =>
      policy(`{ name: r, effect: allow, when: { time: { ${rest}, zone: Europe/Berlin } } }`);
    const at = (file: PolicyFile, iso: string): boolean =>
      decideBy(
        file,
        {},
        { ...EVIDENCE, selfReported: { ...EVIDENCE.selfReported, now: Date.parse(iso) } },
      ).startsWith("allow");
    const office = time('days: [mon-fri], from: "06:00", to: "20:00"');
    assert.deepEqual(
      [
        "2026-11-25T05:00:00Z",
        "2026-11-25T04:59:00Z",
        "2026-11-25T18:59:00Z",
        "2026-11-25T19:00:00Z",
        "2026-11-28T10:00:00Z",
      ].map((iso) => at(office, iso)),
      [true, false, true, false, false],
    );
    // Summer time: 06:00 in Berlin is 04:00 UTC.
    assert.equal(at(office, "2026-07-01T04:00:00Z"), true);
    const night = time('days: [fri], from: "22:00", to: "04:00"');
    assert.deepEqual(
      [
        "2026-11-27T21:00:00Z",
        "2026-11-28T02:59:00Z",
        "2026-11-28T03:00:00Z",
        "2026-11-28T21:30:00Z",
        "2026-11-27T02:00:00Z",
      ].map((iso) => at(night, iso)),
      [true, true, false, false, false],
    );
    assert.equal(at(time('days: [sat-mon], from: "00:00", to: "23:59"'), "2026-11-29T10:00:00Z"), true);
    assert.deepEqual(decide(office, REQUEST, EVIDENCE).selfReported, ["time"]);
  });

  it("knows networks of both families, and calls them self-reported", () => {
    const inside = policy("{ name: r, effect: allow, when: { network: [10.0.0.0/8] } }");
    assert.deepEqual(decide(inside, REQUEST, EVIDENCE).selfReported, ["network"]);
    assert.equal(decideBy(inside), "allow r");
    assert.equal(decideBy(policy("{ name: r, effect: allow, when: { network: ['fd00::/8'] } }")), "allow r");
    const nowhere = { ...EVIDENCE, selfReported: { ...EVIDENCE.selfReported, addresses: ["garbage"] } };
    assert.match(decideBy(inside, {}, nowhere), /^deny/);
    assert.match(
      decideBy(policy("{ name: r, effect: allow, when: { network: [192.168.0.0/16] } }")),
      /^deny/,
    );
  });

  it("is the same whatever the order of rules, never allows without an allow rule, and never against a deny rule", () => {
    const names = fc.constantFrom("nightly_ingest", "nightly_*", "*", "load", "*_x");
    const rule = fc.record({
      effect: fc.constantFrom("allow", "deny"),
      job: names,
      ref: fc.constantFrom(undefined, "refs/heads/main", "refs/heads/*", "other"),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<Grade>("proven", "unproven", "broken"),
        (rules, scope) => {
          const lines = rules.map(
            ({ effect, job, ref }, index) =>
              `{ name: r${index}, effect: ${effect}, job: "${job}"${ref === undefined ? "" : `, when: { ref: "${ref}" }`} }`,
          );
          const { value } = parse(`version: 1\nrules:\n${lines.map((line) => `  - ${line}\n`).join("")}`);
          if (value === undefined) return;
          const applies = ({ job, ref }: (typeof rules)[number]): boolean =>
            globMatches(job, REQUEST.job) && (ref === undefined || globMatches(ref, "refs/heads/main"));
          const denied = rules.some((one) => one.effect === "deny" && applies(one));
          const allowed = rules.some((one) => one.effect === "allow" && applies(one));
          const expected = allowed && !denied && scope === "proven" ? "allow" : "deny";
          assert.equal(decide(value, { ...REQUEST, scope }, EVIDENCE).effect, expected);
          const reversed = { ...value, policy: { ...value.policy, rules: value.policy.rules.toReversed() } };
          assert.equal(decide(reversed, { ...REQUEST, scope }, EVIDENCE).effect, expected);
        },
      ),
    );
  });
});
