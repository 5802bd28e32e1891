import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { jsonOutput } from "../../../core/report/outputs.ts";
import { FakeCi } from "../support/fake-ci.ts";
import { scratchFolders } from "../support/scratch.ts";

describe("JSON outputs", () => {
  const freshFolder = scratchFolders();

  it("are what they are while they are short", async () => {
    const ci = new FakeCi();
    await jsonOutput(ci, "jobs", { a: 1 }, { count: 1 });
    assert.equal(ci.outputs.get("jobs"), '{"a":1}');
  });

  it("are cut to counts and a file when they are long", async () => {
    const ci = new FakeCi({}, { tempFolder: await freshFolder("temp") });
    const value = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, at) => [`job_${String(at)}`, { id: "123456789" }]),
    );
    await jsonOutput(ci, "jobs", value, { count: 2_000 });
    const { count, file } = JSON.parse(ci.outputs.get("jobs") ?? "") as { count: number; file: string };
    assert.equal(count, 2_000);
    assert.deepEqual(JSON.parse(await readFile(file, "utf8")), value);
  });
});
