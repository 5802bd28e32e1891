import assert from "node:assert/strict";
import { parseApproval } from "../../../../core/ci/inputs/approval.ts";

describe("auto-approve", () => {
  for (const [text, covered] of [
    ["true", ["jobs.a", "volumes.b"]],
    ["false", []],
    ["jobs", ["jobs.a"]],
    ["volumes,\n jobs", ["jobs.a", "volumes.b"]],
    ["job_runs", []],
  ] as const) {
    it(`${JSON.stringify(text)} covers ${covered.join(" and ") || "nothing"}`, () => {
      const { covers } = parseApproval(text);
      assert.deepEqual(["jobs.a", "volumes.b"].filter(covers), covered);
    });
  }

  for (const text of ["yes", "job", "jobs, schemata", "True", ",", "jobs.a"]) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseApproval(text), { code: "INPUT_INVALID" });
    });
  }
});
