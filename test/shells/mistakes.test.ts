import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { ACCESS_MISTAKES } from "../unit/mistakes/access-mistakes.ts";
import { BUNDLE_MISTAKES } from "../unit/mistakes/bundle-mistakes.ts";
import { INPUT_MISTAKES } from "../unit/mistakes/input-mistakes.ts";
import { POLICY_MISTAKES } from "../unit/mistakes/policy-mistakes.ts";
import { BUNDLE, type MistakeRow } from "../unit/mistakes/reader.ts";
import { RUN_MISTAKES } from "../unit/mistakes/run-mistakes.ts";
import { codeOf } from "./support/results.ts";

/** Of each table the first, one from its middle, and the last that are about GitHub and no variable of the job. */
function sample(rows: readonly MistakeRow[]): readonly MistakeRow[] {
  const plain = rows.filter(
    ({ written: { azure, env, exceptions } }) => !azure && !env && exceptions === undefined,
  );
  return [...new Set([plain[0], plain[Math.floor(plain.length / 2)], plain.at(-1)])].filter(
    (row) => row !== undefined,
  );
}

const TABLES = [INPUT_MISTAKES, RUN_MISTAKES, BUNDLE_MISTAKES, ACCESS_MISTAKES, POLICY_MISTAKES];

describe("mistakes of users through the built action", () => {
  let job: GitHubJob;
  before(async () => {
    job = await startGitHubJob();
  });
  after(() => job.stop());

  for (const { what, written, code, place, problem, wanted, remedy } of TABLES.flatMap(sample)) {
    it(`${what}: the same words as in the table, and nothing changed`, async () => {
      await rm(job.checkout, { recursive: true });
      await mkdir(path.join(job.checkout, ".git"), { recursive: true });
      await writeFile(path.join(job.checkout, ".git/HEAD"), `${job.env["GITHUB_SHA"] ?? ""}\n`);
      for (const [name, text] of Object.entries({ "databricks.yml": BUNDLE, ...written.files })) {
        if (text === "") continue;
        const file = path.join(job.checkout, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      const before = job.sandbox.requests.length;
      const result = await job.step({ target: "", ...written.inputs });
      assert.equal(codeOf(result), code, result.log);
      const shown = result.annotations.map(({ message }) => message).join("\n");
      for (const text of [problem, wanted, remedy])
        for (const line of text.split("\n")) assert.ok(shown.includes(line), `${line}\n${shown}`);
      if (place !== "") assert.ok(shown.includes(place), shown);
      const writes = job.sandbox.requests
        .slice(before)
        .filter(
          ({ system, method, path: route }) =>
            system === "workspace" && method !== "GET" && !route.endsWith("/token"),
        );
      assert.deepEqual(writes, []);
    });
  }
});
