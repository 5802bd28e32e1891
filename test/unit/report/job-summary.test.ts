import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Facts } from "../../../core/report/facts.ts";
import { jobSummary, planLine } from "../../../core/report/job-summary.ts";
import { reportFailure } from "../../../core/report/report.ts";
import { FakeCi } from "../support/fake-ci.ts";

const facts = (more: Partial<Facts> = {}): Facts => ({
  command: "deploy",
  workspaceUrl: "https://example.azuredatabricks.net",
  runUrl: "",
  warnings: [],
  ...more,
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
    const plain = text.replace(/&#(\d+);/g, (_, digits) => String.fromCharCode(Number(digits)));
    for (const part of [
      "deployed lake → prod",
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

  it("shows an error with the very text of the log, after what was found out before it", async () => {
    const ci = new FakeCi();
    const error = new SecretlessError("DEPLOY_FAILED", {
      problem: "It failed.",
      mistakes: [{ problem: "here", place: { file: "a.yml", line: 3 } }, { problem: "nowhere" }],
      cause: new Error("inner"),
    });
    await reportFailure(ci, error, facts({ principal: { applicationId: "5f8a", name: "deployer" } }));
    const [first, second] = ci.annotations;
    assert.ok(ci.summaryText.includes(first?.text ?? "none"));
    assert.match(ci.summaryText, /deploy failed[^]*5f8a/);
    assert.deepEqual(second, {
      level: "error",
      text: "DEPLOY_FAILED: here",
      place: { file: "a.yml", line: 3 },
    });
    assert.match(ci.debugLog.join("\n"), /inner/);
    await reportFailure(ci, new SecretlessError("INTERNAL", { problem: "x", cause: "text" }));
    assert.match(ci.summaryText, /INTERNAL: x/);
  });

  it("stays below the CI's limit", () => {
    const warnings = Array.from({ length: 5_000 }, () => "w".repeat(200));
    const text = jobSummary(facts({ warnings }));
    assert.ok(text.length < 310_000);
    assert.match(text, /cut; the log has the rest/);
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
        const known = /<\/?code>|\]\(<https?:[^>]*>\)|^## .*$|^### .*$|^\| --- .*$/gm;
        assert.doesNotMatch(text.replace(known, ""), /<[a-z!/]|\]\(|^#|javascript:/im);
      }),
    );
  });
});
