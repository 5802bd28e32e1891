import assert from "node:assert/strict";
import fc from "fast-check";
import { globMatches } from "../../../../core/base/glob.ts";
import { readPolicyFile } from "../../../../core/access/files/policy-file.ts";
import { scopesByTarget } from "../../../../core/access/files/policy-shape.ts";

const parse = (text: string): ReturnType<typeof readPolicyFile> =>
  readPolicyFile({ path: "policy.yml", text }, false);
const mistakes = (text: string): string =>
  parse(text)
    .mistakes.map(({ problem, place }) => `${place?.line}:${place?.column} ${problem}`)
    .join("\n");

describe("policy.yml", () => {
  it("names the secret scopes of each target for the scan", () => {
    const text = (scopes: string): string =>
      `version: 1\nscan: { scopes: ${scopes} }\nrules: [{ name: all, effect: allow }]\n`;
    const { value } = parse(text("{ prod: [prod-*, shared], dev: [] }"));
    assert.deepEqual(value && scopesByTarget(value.policy), { prod: ["prod-*", "shared"], dev: [] });
    assert.match(mistakes(text("{ prod: shared }")), /^2:\d+ Expected a list, found "shared"/);
    assert.match(mistakes(text("[prod]")), /^2:\d+ /);
  });

  it("reads all that it can hold, with its hash", () => {
    const { value, mistakes: found } = parse(`version: 1
providers:
  databricks: { registrar_client_id: 0c0ffee0-0000-4000-8000-000000000000 }
  entra: { registrar_client_id: 1d0d0d0d-0000-4000-8000-000000000000 }
  aws: { registrar_role: "arn:aws:iam::111122223333:role/trust-registrar", audience: sts.amazonaws.com }
  vault: { address: https://vault.example.com, registrar_role: ci-registrar, mount: jwt-ci }
experimental: [databricks_issuer]
principal_users: [group:data-platform-admins]
shared_principals: [[load_a, load_b]]
rules:
  - name: all
    effect: allow
    when: { time: { from: "06:00", to: "20:00", zone: Europe/Berlin } }
`);
    assert.deepEqual(found, []);
    assert.deepEqual(value && scopesByTarget(value.policy), undefined);
    assert.match(value?.sha256 ?? "", /^[0-9a-f]{64}$/);
    assert.equal(value?.policy.providers?.vault?.mount, "jwt-ci");
  });

  const one = (rule: string): string => `version: 1\nrules:\n  - ${rule}\n`;
  for (const [name, text, pattern] of [
    ["rules that are no list", "version: 1\nrules: none", /^2:8 Expected a list/],
    ["an unknown condition", one("{ name: a, effect: allow, when: { branch: x } }"), /Unknown key "branch"/],
    ["an unknown effect", one("{ name: a, effect: maybe }"), /"allow" or "deny"/],
    [
      "a day that is none",
      one(
        '{ name: a, effect: allow, when: { time: { days: [moon], from: "01:00", to: "02:00", zone: UTC } } }',
      ),
      /a day such as mon/,
    ],
    [
      "a time that is none",
      one('{ name: a, effect: allow, when: { time: { from: "25:00", to: "02:00", zone: UTC } } }'),
      /time of day/,
    ],
    [
      "a zone that is none",
      one('{ name: a, effect: allow, when: { time: { from: "01:00", to: "02:00", zone: Mars } } }'),
      /IANA time zone/,
    ],
    ["a network that is none", one("{ name: a, effect: allow, when: { network: [10.0.0.0] } }"), /CIDR/],
    ["an IPv4 prefix over 32", one("{ name: a, effect: allow, when: { network: [10.0.0.0/33] } }"), /CIDR/],
    [
      "a user without a kind",
      "version: 1\nprincipal_users: [x]\nrules: [{ name: a, effect: allow }]",
      /group:<name>/,
    ],
    [
      "two rules of one name",
      one("{ name: a, effect: allow }\n  - { name: a, effect: allow }"),
      /Two rules are called "a"/,
    ],
    [
      "a time that never is",
      one('{ name: a, effect: allow, when: { time: { from: "06:00", to: "06:00", zone: UTC } } }'),
      /can never match: its time/,
    ],
    [
      "a kind without its provider",
      one("{ name: a, effect: allow, kind: aws_role }"),
      /no provider "aws" is approved/,
    ],
    [
      "an allow rule under a wider deny rule",
      one("{ name: a, effect: allow, job: nightly_x }\n  - { name: b, effect: deny, job: nightly_* }"),
      /^3:13 Rule "a" can never match: rule "b" denies/,
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.match(mistakes(text), pattern);
      assert.equal(parse(text).value, undefined);
    });
  }

  for (const narrower of [
    "job: nightly_x",
    "when: { ref: refs/heads/main }",
    "when: { network: [10.0.0.0/8] }",
    "when: { scope: unproven }",
    "when: { commit: matches }",
  ]) {
    it(`leaves room beside a deny rule with ${narrower}`, () => {
      assert.equal(
        mistakes(one(`{ name: a, effect: allow }\n  - { name: b, effect: deny, ${narrower} }`)),
        "",
      );
    });
  }

  it("matches patterns as a regular expression would", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
    fc.assert(
      fc.property(part, part, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
        assert.equal(globMatches(pattern, text), expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
