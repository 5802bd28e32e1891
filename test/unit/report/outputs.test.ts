import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { freshFolder } from "../../../sandbox/runner/checkout.ts";
import { jsonOutput } from "../../../core/report/outputs.ts";
import { FakeHost } from "../support/fake-ci.ts";

describe("JSON outputs", () => {
  it("are what they are while they are short", async () => {
    const host = new FakeHost();
    await jsonOutput(host, "jobs", { a: 1 }, { count: 1 });
    assert.equal(host.outputs.get("jobs"), '{"a":1}');
  });

  it("are cut to counts and a file when they are long", async () => {
    const host = new FakeHost({}, { tempFolder: await freshFolder("temp") });
    const value = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, at) => [`job_${String(at)}`, { id: "123456789" }]),
    );
    await jsonOutput(host, "jobs", value, { count: 2_000 });
    const { count, file } = JSON.parse(host.outputs.get("jobs") ?? "") as { count: number; file: string };
    assert.equal(count, 2_000);
    assert.deepEqual(JSON.parse(await readFile(file, "utf8")), value);
  });
});
