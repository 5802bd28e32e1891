import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { parseAccepted } from "../../../../core/federation/exchanges/databricks-refusal.ts";
import { shellQuoted } from "../../../../core/base/shell-quoted.ts";
import { policyCommand } from "../../../../core/federation/exchanges/policy-command.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const AUDIENCE = `${HOST}/oidc/v1/token`;
const ISSUER = "https://token.actions.githubusercontent.com";
const CLIENT = "5f8a6d3c-0000-4000-8000-000000000000";

describe("what Databricks would accept", () => {
  const claim = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => !/', |'\}/.test(text) && !text.endsWith("'"));

  it("is read from its text, whatever the values are", () => {
    fc.assert(
      fc.property(claim, claim, claim, fc.string(), (issuer, subject, audience, before) => {
        const text = `${before} Valid federation policy for provided token: {issuer: '${issuer}', subject: '${subject}', audience: '${audience}'}`;
        assert.deepEqual(parseAccepted(text), { issuer, subject, audience });
      }),
    );
  });

  for (const [text, expected] of [
    ["TOKEN_INVALID", undefined],
    ["Valid federation policy for provided token: {}", {}],
    ["Valid federation policy for provided token: {subject: 's', audience: ''}", { subject: "s" }],
    [
      "Valid federation policies for provided token: {issuer: 'i', subject: 's', audience: 'a'}, {issuer: 'j'}",
      { issuer: "i", subject: "s", audience: "a" },
    ],
  ] as const) {
    it(`may be missing in part: ${text}`, () => assert.deepEqual(parseAccepted(text), expected));
  }
});

describe("policy command", () => {
  const owner = { host: HOST, accountId: "acc-1", clientId: CLIENT };

  it("is complete", () => {
    const text = policyCommand(
      { issuer: ISSUER, subject: "repo:o/r:environment:it's", audience: AUDIENCE },
      owner,
    );
    assert.equal(
      text,
      [
        "databricks auth login --host https://accounts.azuredatabricks.net --account-id acc-1 --profile account",
        `id=$(databricks account service-principals list --filter 'applicationId eq "${CLIENT}"' --profile account --output json | jq -r '.[0].id')`,
        `databricks account service-principal-federation-policy create "$id" --profile account --json '{"oidc_policy":{"issuer":"${ISSUER}","audiences":["${AUDIENCE}"],"subject":"repo:o/r:environment:it'\\''s"}}'`,
      ].join("\n"),
    );
  });

  it("needs no account ID, and takes a loopback workspace for its own account host", () => {
    const text = policyCommand(
      { issuer: "i", subject: "s", audience: "a" },
      { ...owner, host: "http://127.0.0.1:1", accountId: undefined },
    );
    assert.ok(text.startsWith("databricks auth login --host http://127.0.0.1:1 --profile account\n"), text);
  });

  it("quotes every text so that a shell gives it back", () => {
    const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (values) => {
        const script = `printf '%s\\0' ${values.map(shellQuoted).join(" ")}`;
        assert.equal(
          execFileSync("sh", ["-c", script], { encoding: "utf8" }),
          values.map((value) => `${value}\0`).join(""),
        );
      }),
      { numRuns: 20 },
    );
  });
});
