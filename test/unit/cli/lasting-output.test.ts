import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { lastingOutput } from "../../../core/cli/lasting-output.ts";
import { createRunProcess } from "../../../core/cli/process.ts";
import { scratchFolders } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const MODULE = path.resolve(import.meta.dirname, "../../../core/cli/process.ts");
const windows = process.platform === "win32";
describe(`output of a program that may outlive us${windows ? " (skipped: POSIX only)" : ""}`, () => {
  const freshFolder = scratchFolders();
  let folder: string;
  const { TMPDIR } = process.env;
  before(async function () {
    if (windows) this.skip();
    folder = await freshFolder("output");
    process.env["TMPDIR"] = folder;
  });
  after(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });

  it("hands on everything in order, each stream on its own, and is in no folder", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 90_000 }))), (writes) => {
        const got: [Buffer[], Buffer[]] = [[], []];
        const output = lastingOutput([(chunk) => got[0].push(chunk), (chunk) => got[1].push(chunk)]);
        assert.deepEqual(readdirSync(folder), []);
        for (const [second, bytes] of writes) writeSync(output.descriptors[second ? 1 : 0]!, bytes);
        output.end();
        output.end();
        for (const second of [false, true]) {
          const sent = writes.filter(([to]) => to === second).map(([, bytes]) => bytes);
          assert.ok(Buffer.concat(got[second ? 1 : 0]).equals(Buffer.concat(sent)));
        }
      }),
      { numRuns: 30 },
    );
  });

  const run = createRunProcess({ os: "linux", arch: "x64" });
  const request = (script: string, lines: string[] = []) => ({
    file: process.execPath,
    args: ["-e", script],
    cwd: os.tmpdir(),
    env: {},
    outlives: true,
    onStdout: (chunk: Buffer) => lines.push(`out ${chunk.toString().trim()}`),
    onStderr: (chunk: Buffer) => lines.push(`err ${chunk.toString().trim()}`),
  });

  /** A script that acts when a file is there. */
  const whenThere = (file: string, act: string): string =>
    `setInterval(() => { if (require("node:fs").existsSync(${JSON.stringify(file)})) { ${act} } }, 5);`;

  it("comes while the program runs, and its exit code after it", async () => {
    const lines: string[] = [];
    const seen = path.join(folder, "seen");
    const script = `console.log("one"); console.error("two"); ${whenThere(seen, "process.exit(3)")}`;
    const ended = run(request(script, lines));
    await until(() => lines.length >= 2);
    assert.deepEqual(lines.sort(), ["err two", "out one"]);
    await writeFile(seen, "");
    assert.deepEqual(await ended, { code: 3, signal: null });
  });

  it("of a program that cannot be started: one error", async () => {
    await assert.rejects(run({ ...request(""), file: "/nonexistent/databricks" }), { code: "ENOENT" });
  });

  it("ends no program when its reader is killed", async () => {
    const [parent, killed, proof] = ["parent.mts", "killed", "proof"].map((name) => path.join(folder, name));
    const child = whenThere(
      killed!,
      `for (let i = 0; i < 50; i++) console.error("line " + i);
       require("node:fs").writeFileSync(${JSON.stringify(proof)}, "to the end"); process.exit();`,
    );
    await writeFile(
      parent!,
      `import { createRunProcess } from ${JSON.stringify(MODULE)};
       const request = { file: process.execPath, args: ["-e", ${JSON.stringify(child)}], cwd: "/", env: {}, outlives: true };
       const started = { ...request, onStdout() {}, onStderr() {}, onStart: () => console.log("started") };
       await createRunProcess({ os: "linux", arch: "x64" })(started);`,
    );
    const reader = spawn(process.execPath, ["--import", "tsx", parent!], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(reader.stdout, "data");
    reader.kill("SIGKILL");
    await once(reader, "close");
    await writeFile(killed!, "");
    await until(async () => (await readFile(proof!, "utf8").catch(() => "")) === "to the end");
  });
});
