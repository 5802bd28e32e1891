import assert from "node:assert/strict";
import { decide, type Evidence } from "../../../../core/access/plan/policy.ts";
import { decideBy, EVIDENCE, policy, REQUEST } from "./policy-setup.ts";

describe("names, issuers and moments in a policy", () => {
  it("compares names as their target does: no other letter case gets past a deny rule", () => {
    const file = policy("{ name: y, effect: allow }", "{ name: n, effect: deny, resource: 'HR-*' }");
    assert.equal(decideBy(file, { resource: "hr-graph" }), "deny n");
    assert.equal(decideBy(file, { resource: "Hr-Graph" }), "deny n");
    assert.equal(decideBy(file, { resource: "hr-graph", foldsCase: false }), "allow y");
    const claims = { ...EVIDENCE.claims, repository: "Example-Org/Lake", environment: "PROD", actor: "CI" };
    for (const when of ["repository: example-org/lake", "environment: prod", "actor: ci"]) {
      const deny = policy("{ name: y, effect: allow }", `{ name: n, effect: deny, when: { ${when} } }`);
      assert.equal(decideBy(deny, {}, { ...EVIDENCE, claims }), "deny n", when);
    }
    // Branches that differ in letter case are two.
    const ref = policy("{ name: y, effect: allow, when: { ref: refs/heads/MAIN } }");
    assert.match(decideBy(ref), /^deny/);
  });

  it("is about the principal, whichever job runs as it", () => {
    const principal = "B0000000-0000-4000-8000-000000000009";
    const file = policy("{ name: y, effect: allow }", `{ name: n, effect: deny, principal: ${principal} }`);
    assert.equal(decideBy(file), "allow y");
    assert.equal(decideBy(file, { principal: principal.toLowerCase() }), "deny n");
  });

  it("wants the issuer of an enterprise and properties of the repository, and a missing one never helps", () => {
    const issuer = "https://token.actions.githubusercontent.com/octo";
    const evidence = (more: object): Evidence => ({ ...EVIDENCE, claims: { ...EVIDENCE.claims, ...more } });
    const file = policy(
      `{ name: r, effect: allow, when: { issuer: '${issuer}', properties: { tier: [prod, gold] } } }`,
    );
    assert.equal(decideBy(file, {}, evidence({ issuer, properties: { tier: "gold" } })), "allow r");
    for (const claims of [
      { issuer, properties: { tier: "dev" } },
      { issuer, properties: { other: "prod" } },
      { issuer },
      { issuer: `${issuer}x`, properties: { tier: "prod" } },
      { properties: { tier: "prod" } },
    ])
      assert.match(decideBy(file, {}, evidence(claims)), /^deny/);
    assert.match(decide(file, REQUEST, EVIDENCE).reason, /properties\.tier \(not known\)/);
    const deny = policy(
      "{ name: y, effect: allow }",
      "{ name: n, effect: deny, when: { properties: { tier: dev } } }",
    );
    assert.equal(decideBy(deny), "deny n");
    assert.equal(decideBy(deny, {}, evidence({ properties: { tier: "prod" } })), "allow y");
  });

  it("says of a denial whether only the moment stands against it", () => {
    const moment = (...rules: string[]): boolean | undefined =>
      decide(policy(...rules), REQUEST, EVIDENCE).momentary;
    const night = "time: { from: '01:00', to: '02:00', zone: UTC }";
    assert.equal(moment(`{ name: r, effect: allow, when: { ${night} } }`), true);
    assert.equal(moment(`{ name: r, effect: allow, when: { ${night}, ref: refs/heads/other } }`), undefined);
    assert.equal(
      moment("{ name: r, effect: allow }", "{ name: n, effect: deny, when: { network: [10.0.0.0/8] } }"),
      true,
    );
    assert.equal(
      moment("{ name: r, effect: allow }", "{ name: n, effect: deny, job: nightly_ingest }"),
      undefined,
    );
  });
});
