import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folders, tree } from "./support/release.ts";
import { PROGRAM, Runner } from "./support/installer.ts";

const CHILD = fileURLToPath(new URL("./support/install-child.ts", import.meta.url));

describe("jobs side by side on one runner", () => {
  const folder = folders();
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  /** Starts jobs, lets them go at the same moment, and returns the lines that each has printed. */
  async function jobs(count: number, at: string): Promise<string[][]> {
    const running = await Promise.all(
      Array.from({ length: count }, async () => {
        const child = spawn(process.execPath, ["--import", "tsx", CHILD, at], {
          env: { PATH: process.env["PATH"], TMPDIR: at, TSX_DISABLE_CACHE: "1", NODE_V8_COVERAGE: "" },
        });
        children.push(child);
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        await once(child.stdout, "data");
        return async () => {
          const closed = once(child, "close");
          child.stdin.end("go\n");
          const [code] = (await closed) as [number | null];
          assert.equal(code, 0, output);
          return output.trim().split("\n").slice(1);
        };
      }),
    );
    return Promise.all(running.map((go) => go()));
  }

  for (const [title, prepare] of [
    ["an empty cache", undefined],
    ["what a killed job left", { program: "half", marker: undefined }],
    ["a program that was changed", { program: "evil", marker: "record" }],
  ] as const) {
    it(`agree on one program, whole at every moment, starting from ${title}`, async function () {
      this.timeout(30_000);
      const at = await folder();
      const runner = await new Runner(at).prepare();
      const program = join(runner.place(), "databricks");
      if (prepare) {
        if (prepare.marker) await runner.install();
        await mkdir(runner.place(), { recursive: true });
        await writeFile(program, prepare.program);
      }
      const said = await jobs(4, at);
      for (const lines of said) {
        assert.equal(lines.length, 5);
        for (const line of lines) assert.match(line, /^(download|tool cache): Databricks CLI v1\.12\.1$/);
        assert.match(lines.at(-1) ?? "", /^tool cache/);
      }
      assert.ok(said.some((lines) => lines[0]?.startsWith("download")));
      assert.deepEqual(await readFile(program), PROGRAM);
      assert.deepEqual(await tree(join(runner.toolCache, "databricks-cli", "1.12.1")), [
        "x64",
        "x64.complete",
        "x64/databricks",
      ]);
      assert.deepEqual(await tree(runner.tempFolder), []);
    });
  }
});
