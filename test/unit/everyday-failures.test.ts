import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { GITHUB } from "../../core/ci/github/dialect.ts";
import { inOwnWords } from "../../core/cli/everyday.ts";
import { checkVersion } from "../../core/cli/version.ts";
import { systemClock } from "../../core/base/clock-and-platform.ts";
import { ENTRA_ERRORS } from "../../core/federation/exchanges/entra-errors.ts";
import { explainRefusal } from "../../core/federation/exchanges/databricks-refusal.ts";
import { ipAccessRemedy } from "../../core/net/ip-access.ts";
import { scratchFolders } from "./support/scratch.ts";

const CLIENT = "5f8a6d3c-0000-4000-8000-00000000ab12";
const CLAIMS = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:o/r:ref:refs/heads/main",
  audience: ["https://example.com"],
};

async function refusal(description: string, status = 400) {
  const answer = { status, error: "invalid_grant", description, codes: [] };
  const claims = CLAIMS as unknown as Parameters<typeof explainRefusal>[1];
  return explainRefusal(answer, claims, {
    tokenEndpoint: "https://w.cloud.databricks.com/oidc/v1/token",
    audience: "https://example.com",
    clientId: CLIENT,
    host: "https://w.cloud.databricks.com",
    accountId: undefined,
    dialect: GITHUB,
  });
}

describe("failures of every day, each with its cause and a command", () => {
  const freshFolder = scratchFolders();

  for (const text of [
    "Source IP address: 203.0.113.7 is blocked by Databricks IP ACL for workspace: 123",
    "403 PERMISSION_DENIED: Unauthorized: IP access list does not allow 203.0.113.7",
    "Source IP address 203.0.113.7 is not allowed",
  ]) {
    it(`an IP access list: ${text}`, () => {
      assert.match(ipAccessRemedy(text) ?? "", /^databricks ip-access-lists create .*203\.0\.113\.7/m);
      const told = inOwnWords(
        { severity: "error", text: `(403 PERMISSION_DENIED) ${text}` },
        { principal: CLIENT },
      );
      assert.match(told.remedy ?? "", /IP access list keeps this runner out \(203\.0\.113\.7\)/);
    });
  }
  it("an IP access list is not guessed", () => {
    for (const text of [
      "PERMISSION_DENIED: no CAN MANAGE",
      "The IP 10.0.0.1 of the cluster",
      "blocked by a rule",
    ])
      assert.equal(ipAccessRemedy(text), undefined, text);
  });
  it("an IP access list at the exchange", async () => {
    const error = await refusal("Source IP address: 203.0.113.7 is blocked by Databricks IP ACL", 403);
    assert.match(error.details.problem, /IP access list/);
    assert.match(error.details.remedy ?? "", /databricks account ip-access-lists create/);
  });

  it("`*` in a policy's subject is no pattern", async () => {
    const list =
      "{issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:o/r:*', audience: 'https://example.com'}";
    const error = await refusal(
      `TOKEN_SUBJECT_INVALID: Valid federation policies for provided token: ${list}`,
    );
    assert.match(error.details.remedy ?? "", /`\*`, which is no pattern there/);
  });
  it("a policy of the whole account does not count", async () => {
    const error = await refusal("no federation policy");
    assert.match(error.details.remedy ?? "", /whole account does not count for a service principal/);
  });

  for (const [code, cause, remedy] of [
    [7002138, /other letter case/, /letter for letter/],
    [50194, /one tenant/, /`tenant-id`/],
    [501051, /not assigned/, /AzureDatabricks/],
    [7000112, /disabled/, /az ad sp update --id <client-id> --set accountEnabled=true/],
  ] as const) {
    it(`AADSTS${String(code)}`, () => {
      const [one, ...more] = ENTRA_ERRORS.filter(({ codes }) => codes.includes(code));
      assert.ok(one && more.length === 0);
      assert.match(one.cause, cause);
      assert.match(one.remedy, remedy);
    });
  }

  for (const [what, text, problem, remedy] of [
    [
      "a complex variable that got a text",
      "setting via environment variables (BUNDLE_VAR_clusters) is not supported for complex variable clusters",
      /`clusters` is complex/,
      /`variables-file`/,
    ],
    [
      "git.branch with a detached head",
      "not on the right Git branch:\n  expected according to configuration: main\n  actual: \npossible solution: --force",
      /from the branch `main`.*this is no branch/,
      /detached head.*`actions\/checkout` with `ref: main`/,
    ],
    [
      "a state of a newer CLI",
      "migrating state /tmp/x/resources.json: state version 4 is newer than supported version 3; upgrade the CLI",
      /deployed by a newer Databricks CLI, .* \(version 4\)/,
      /Set `cli-version` .* `cli_version` in the file `resources.json`/,
    ],
    [
      "a state with features of a newer CLI",
      "the deployment state requires features this CLI does not support: folders, x; upgrade to the latest CLI version and see https://example.com for more information",
      /\(features folders, x\)\.$/,
      /Set `cli-version`/,
    ],
    [
      "run_as without the role",
      `cannot create resources.jobs.a: User ${CLIENT} does not have roles/servicePrincipal.user on service principal 0c0ffee0-0000-4000-8000-000000000000 (403 PERMISSION_DENIED)`,
      /cannot create/,
      /roles\/servicePrincipal\.user[^]*^databricks account access-control get-rule-set /m,
    ],
  ] as const) {
    it(what, () => {
      const told = inOwnWords({ severity: "error", text }, { principal: CLIENT });
      assert.match(told.problem, problem);
      assert.match(told.remedy ?? "", remedy);
    });
  }

  it("a legacy CLI on PATH is named with its file", async () => {
    const file = path.join(await freshFolder("legacy"), "databricks");
    await writeFile(file, "#!/usr/bin/python3\nfrom databricks_cli.cli import cli\n", { mode: 0o755 });
    const asked = checkVersion({
      clock: systemClock,
      file,
      env: {},
      cwd: "/",
      runProcess: () => Promise.resolve({ code: 2, signal: null }),
      terminate: () => Promise.resolve(),
    });
    await assert.rejects(asked, (error: { code: string; details: { actual: string; remedy: string } }) => {
      assert.deepEqual([error.code, error.details.actual], ["CLI_TOO_OLD", file]);
      assert.match(error.details.remedy, /pip uninstall databricks-cli/);
      return true;
    });
  });
});
