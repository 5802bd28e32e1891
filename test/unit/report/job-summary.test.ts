import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { AccessFacts, AccessRow, Facts } from "../../../core/report/facts.ts";
import { jobSummary } from "../../../core/report/job-summary.ts";
import { planLine } from "../../../core/report/plan-section.ts";
import { reportFailure } from "../../../core/report/report.ts";
import { EMPTY_REPORT, findingMistake, type Finding } from "../../../core/scan/finding.ts";
import { RULES } from "../../../core/scan/rules/index.ts";
import { FakeCi } from "../support/fake-ci.ts";
import { PAT } from "../support/memory-tree.ts";

const facts = (more: Partial<Facts> = {}): Facts => ({
  command: "deploy",
  workspaceUrl: "https://example.azuredatabricks.net",
  runUrl: "",
  warnings: [],
  ...more,
});

const plainText = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, digits) => String.fromCharCode(Number(digits)));
const ACCESS: AccessFacts = { rows: [], denied: [], proofs: [], policy: "p", registrar: "r", notes: [] };
const row = (job: string): AccessRow => ({
  action: "grant",
  job,
  purpose: "p",
  what: "w",
  scope: "",
  decidedBy: "",
  note: "",
  revocationLag: "",
});

describe("the job summary", () => {
  it("shows who, where, by which claim, with which CLI", () => {
    const text = jobSummary(
      facts({
        deployed: true,
        bundle: { name: "lake", target: "prod" },
        principal: { applicationId: "5f8a", name: "lake-deployer" },
        idToken: { issuer: "https://issuer", subject: "repo:o/r:environment:prod", audience: "aud" },
        exchangedAt: "Databricks",
        commit: { ofToken: "aaa", checkedOut: "bbb" },
        cli: { version: "1.13.0", file: "/usr/bin/databricks", verified: "from PATH", pinned: false },
        runUrl: "https://ci.example.com/1",
        resources: [
          { kind: "jobs", key: "a", id: "1", name: "A | job", url: "https://example.com/jobs/1" },
          { kind: "schemas", key: "bronze", id: "main.bronze", name: "bronze", url: "" },
        ],
      }),
    );
    const plain = plainText(text);
    for (const part of [
      "✅ lake → prod: deployed",
      "lake-deployer",
      "repo:o/r:environment:prod",
      "https://issuer",
      "1.13.0",
      "bbb</code>: another one",
      "schemas.bronze",
      "main.bronze",
    ]) {
      assert.ok(plain.includes(part), `${part} is not in\n${plain}`);
    }
    assert.match(text, /\[A &#124; job\]\(<https:\/\/example\.com\/jobs\/1>\)/);
  });

  it("shows the plan with its counts, and says when there is none to carry out", () => {
    const changes = [
      { action: "create", resource: "jobs.a", fields: [] },
      {
        action: "update",
        resource: "jobs.b",
        fields: Array.from({ length: 12 }, (_, at) => `f${String(at)}`),
      },
      { action: "create", resource: "jobs.c", fields: [] },
    ];
    assert.equal(planLine({ changes, unchanged: 4 }), "2 to create, 1 to update, 4 unchanged");
    assert.match(jobSummary(facts({ plan: { changes, unchanged: 4 } })), /and 2 more/);
    assert.match(jobSummary(facts({ plan: { changes: [], unchanged: 7 } })), /No changes; 7 unchanged/);
  });

  it("has mark, bundle and target in the heading of every command and failure, as far as they are known", () => {
    const bundle = { name: "lake", target: "prod" };
    const asked = { bundleRoot: "bundles/sales", target: "staging" };
    const error = new SecretlessError("DEPLOY_FAILED", { problem: "p" });
    const denied = { ...ACCESS, denied: [row("a"), row("a"), row("b")] };
    for (const [more, failed, wanted] of [
      [{ bundle, deployed: true }, undefined, "✅ lake → prod: deployed"],
      [{ bundle, deployed: true, warnings: ["w"] }, undefined, "⚠️ lake → prod: deployed"],
      [{ bundle }, error, "❌ lake → prod: deploy failed"],
      [{ asked, command: "plan" }, error, "❌ bundles/sales → staging: plan failed"],
      [{ asked: { bundleRoot: ".", target: "prod" } }, error, "❌ → prod: deploy failed"],
      [{ asked: { bundleRoot: "." } }, error, "❌ deploy failed"],
      [
        { bundle, deployed: true, access: denied },
        undefined,
        "⚠️ lake → prod: bundle deployed, access of 2 jobs not granted",
      ],
      [
        { bundle, deployed: true, access: denied },
        error,
        "❌ lake → prod: bundle deployed, access of 2 jobs not granted",
      ],
      [{ bundle, deployed: true }, error, "❌ lake → prod: bundle deployed, deploy failed after it"],
      [
        { bundle, access: denied, command: "plan" },
        undefined,
        "⚠️ lake → prod: plan, access of 2 jobs denied",
      ],
      [{ bundle, destroyed: 0, command: "destroy" }, undefined, "✅ lake → prod: nothing to destroy"],
      [{ bundle, destroyed: 3, command: "destroy" }, undefined, "✅ lake → prod: destroyed"],
      [{ loggedIn: "until the job ends", command: "login" }, undefined, "✅ logged in until the job ends"],
    ] as const)
      assert.equal(jobSummary(facts(more), failed).split("\n", 1)[0], `## ${wanted}`);
  });

  it("says in one sentence what counts and how long it took", () => {
    const plan = { changes: [{ action: "create", resource: "jobs.a", fields: [] }], unchanged: 2 };
    const second = (more: Partial<Facts>): string => plainText(jobSummary(facts(more))).split("\n")[2] ?? "";
    assert.equal(second({ plan, duration: 125_400 }), "Plan: 1 to create, 2 unchanged; took 2 min 5 s.");
    assert.equal(second({ destroyed: 1, plan, duration: 900 }), "1 resource deleted; took 1 s.");
    assert.equal(second({ duration: 7_260_000 }), "took 2 h 1 min.");
  });

  it("shows what is destroyed first, and fields as old → new: long ones folded, no credential", () => {
    const values = [
      { path: "name", old: "orders", now: "sales" },
      { path: "timeout_seconds", old: undefined, now: "60" },
      { path: "description", old: "a".repeat(100), now: "<b>|`" },
      { path: "new_cluster.spark_env_vars.API_TOKEN", old: PAT, now: "x" },
      { path: "parameters.password", old: undefined, now: "gK7-qV2xT9mP4" },
    ];
    const changes = [
      { action: "update", resource: "jobs.b", fields: values.map(({ path }) => path), values },
      { action: "delete", resource: "schemas.old", fields: [] },
    ];
    const text = jobSummary(facts({ plan: { changes, unchanged: 4 } }));
    assert.match(text, /### Plan\n\n\*\*Destroys 1:\*\*[^]*schemas[^]*✏️ update/);
    const plain = plainText(text);
    assert.ok(plain.includes("<code>name</code>: <code>orders</code> → <code>sales</code>"));
    assert.ok(plain.includes("<code>timeout_seconds</code>: <code>none</code> → <code>60</code>"));
    assert.match(text, /<details><summary><code>description<\/code>: <code>a{59}…<\/code> → [^\n]*a{100}/);
    assert.ok(!text.includes("<b>"));
    for (const hidden of [PAT.slice(4, 14), "gK7"]) assert.ok(!plain.includes(hidden), hidden);
    assert.equal(plain.match(/<code>\*\*\*<\/code>/g)?.length, 2);
  });

  it("groups what the scan found by rule, once, and folds provenance, proof and standards", () => {
    const [rule] = RULES;
    assert.ok(rule);
    const finding = (file: string): Finding => ({
      rule,
      level: "error",
      place: { file, line: 3, column: 1 },
      shown: "dapi… (36 characters)",
      fingerprint: file,
    });
    const stopping = Array.from({ length: 12 }, (_, at) => finding(`f${String(at)}.py`));
    const scan = { report: EMPTY_REPORT, stopping, others: [], accepted: 0, exceptions: [] };
    const error = new SecretlessError("CREDENTIAL_FOUND", {
      problem: "p",
      mistakes: [...stopping.map(findingMistake), { problem: "another" }],
    });
    const checks = [
      { grade: "proven", what: "principal", says: "runs this job alone" },
      { grade: "unproven", what: "actors", says: "not readable", remedy: "Give `manage` to the registrar." },
    ] as const;
    const proofs = [{ job: "a", principal: "p", words: "job-scoped: unproven", lines: ["wall"], checks }];
    const text = plainText(jobSummary(facts({ scan, access: { ...ACCESS, proofs } }), error));
    assert.equal(text.split(`<code>${rule.id}</code>`).length, 2);
    assert.match(text, /f9\.py:3:1[^\n]*and 2 more/);
    assert.match(text, /- another/);
    assert.match(
      text,
      /<summary>Proof<\/summary>[^]*\| ✔ \| principal[^]*\| \? \| actors \| not readable \| Give <code>manage/,
    );
    assert.doesNotMatch(text, /wall/);
    assert.match(text, /<details><summary>Who, where, by which claim/);
  });

  it("shows an error that wraps, its commands in a block to be copied and its page as a link", () => {
    const long = `databricks account service-principal-federation-policy create "$id" --profile account --json '{"a b": " --no"}'`;
    const error = new SecretlessError("EXCHANGE_REFUSED", {
      problem: "Refused.",
      expected: "one",
      actual: "`sub`: other",
      remedy: `Let an admin add it, for bash:\ndatabricks auth login --profile account\n${long}\nThen run again.`,
      place: { file: "a.yml", line: 3 },
    });
    const pages = "https://github.com/example-org/secretless/blob/v1/docs/";
    const text = jobSummary(facts({ pages }), error);
    const [, block = ""] = /```sh\n([^]*?)```/.exec(text) ?? [];
    assert.equal(
      block,
      `databricks auth login --profile account\n${long.replace(/ (--profile|--json)/g, " \\\n    $1")}\n`,
    );
    assert.equal(text.split("```").length, 3);
    assert.match(
      plainText(text),
      /\*\*To do:\*\* Let an admin add it, for bash:\n\n```sh[^]*```\n\nThen run again\./,
    );
    assert.match(plainText(text), /- \*\*found:\*\* <code>sub<\/code>: other/);
    assert.ok(text.includes(`](<${pages}troubleshooting.md#exchange_refused>)`));
  });

  it("shows an error after its annotations, with what was found out before it", async () => {
    const ci = new FakeCi();
    const error = new SecretlessError("DEPLOY_FAILED", {
      problem: "It failed.",
      mistakes: [{ problem: "here", place: { file: "a.yml", line: 3 } }, { problem: "nowhere" }],
      cause: new Error("inner"),
    });
    await reportFailure(ci, error, facts({ principal: { applicationId: "5f8a", name: "deployer" } }));
    const [first, second] = ci.annotations;
    assert.match(first?.text ?? "", /^DEPLOY_FAILED: It failed\./);
    assert.match(ci.summaryText, /<code>DEPLOY_FAILED<\/code>: It failed/);
    assert.match(ci.summaryText, /deploy failed[^]*5f8a/);
    assert.deepEqual(second, {
      level: "error",
      text: "DEPLOY_FAILED: here",
      place: { file: "a.yml", line: 3 },
    });
    assert.match(ci.debugLog.join("\n"), /inner/);
    await reportFailure(ci, new SecretlessError("INTERNAL", { problem: "x", cause: "text" }));
    assert.match(ci.summaryText, /^## ❌ failed before it began\n\n<code>INTERNAL<\/code>: x/m);
  });

  it("is inert, whatever resources are called", () => {
    const anything = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(anything, anything, anything, (name, url, warning) => {
        const text = jobSummary(
          facts({
            resources: [{ kind: "jobs", key: name, id: "1", name, url }],
            warnings: [warning],
            bundle: { name, target: url },
          }),
        );
        const known = /<\/?(?:code|details|summary)>|\]\(<https?:[^>]*>\)|^## .*$|^### .*$|^\| --- .*$/gm;
        assert.doesNotMatch(text.replace(known, ""), /<[a-z!/]|\]\(|^#|javascript:/im);
      }),
    );
  });
});
