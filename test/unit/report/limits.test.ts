import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { carefulCi } from "../../../core/report/careful-ci.ts";
import { jobSummary } from "../../../core/report/job-summary.ts";
import { reportFailure } from "../../../core/report/report.ts";
import { FakeCi } from "../support/fake-ci.ts";

const facts = { command: "deploy", workspaceUrl: "https://example.azuredatabricks.net", runUrl: "" };

describe("what is shown", () => {
  it("makes ten annotations at most, errors among them in any case, and counts the rest", async () => {
    const ci = new FakeCi();
    const careful = carefulCi(ci);
    for (let at = 0; at < 8; at++) careful.annotate("warning", `w${String(at)}`);
    const mistakes = Array.from({ length: 20 }, (_, at) => ({
      problem: "m",
      place: { file: "a", line: at + 1 },
    }));
    await reportFailure(ci, new SecretlessError("DEPLOY_FAILED", { problem: "p", mistakes }));
    assert.equal(ci.annotations.length, 10);
    assert.deepEqual(
      ci.annotations.map(({ level }) => level),
      ["warning", "error"].flatMap((level) => Array.from({ length: 5 }, () => level)),
    );
    assert.match(ci.annotations.at(-1)?.text ?? "", /17 more of these/);
    assert.match(ci.log.join("\n"), /warning: w5[^]*warning: w7[^]*3 more warnings/);
  });

  it("stays below GitHub's limit in bytes, whatever the letters, and closes what it cut", () => {
    const warnings = Array.from({ length: 5_000 }, () => "ж".repeat(200));
    const values = [{ path: "d", old: "x", now: "語".repeat(1_000) }];
    const changes = Array.from({ length: 400 }, () => ({
      action: "update",
      resource: "r",
      fields: ["d"],
      values,
    }));
    for (const more of [{ warnings }, { plan: { changes, unchanged: 0 } }]) {
      const text = jobSummary({ ...facts, warnings: [], ...more });
      assert.ok(Buffer.byteLength(text) < 1024 * 1024);
      assert.equal(text.split("<details>").length, text.split("</details>").length);
    }
    assert.match(jobSummary({ ...facts, warnings }), /cut; the log has the rest/);
  });
});
