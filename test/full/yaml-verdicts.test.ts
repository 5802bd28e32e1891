import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { parseBundleYaml } from "../../core/bundle/yaml.ts";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { slippedYaml } from "../unit/bundle/slipped-yaml.ts";

/** What the real CLI says of these files when a bundle includes each alone; undefined if it loads them. */
async function loadError(cli: string, text: string): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), "yaml-verdict-"));
  try {
    await writeFile(path.join(folder, "databricks.yml"), "bundle:\n  name: x\ninclude: [f.yml]\n");
    await writeFile(path.join(folder, "f.yml"), text);
    const env = { PATH: process.env["PATH"], HOME: folder, DATABRICKS_CLI_DISABLE_UPDATE_CHECK: "true" };
    const child = spawn(cli, ["bundle", "summary"], { cwd: folder, env });
    let printed = "";
    child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stdout.resume();
    await new Promise((resolve) => child.once("close", resolve));
    return /failed to load .*|yaml \(.*/.exec(printed)?.[0];
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("YAML: what the real CLI loads is read", function () {
  this.timeout(600_000);

  it("for broken lines, brackets and indentation of every kind", async function () {
    const cli = await realCli();
    if (cli === undefined) this.skip();
    let [both, stricter] = [0, 0];
    await fc.assert(
      fc.asyncProperty(slippedYaml, async (text) => {
        const parsed = parseBundleYaml(Buffer.from(text), "f.yml");
        const error = await loadError(cli, text);
        if (error !== undefined || "value" in parsed) {
          both++;
          return;
        }
        // The CLI stops reading where a document ends, and leaves unread what stands behind it.
        stricter++;
        assert.match(
          parsed.mistakes[0]?.problem ?? "",
          /stands where it cannot be|goes over several lines/,
          text,
        );
      }),
      { numRuns: 1000 },
    );
    console.log(
      `      ${String(both)} alike or refused by the CLI, ${String(stricter)} stricter: text left unread`,
    );
  });
});
