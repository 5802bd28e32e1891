import assert from "node:assert/strict";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import { staticBytes } from "../../bench/bytes.ts";
import { runGitHubStep } from "../../sandbox/runner/github.ts";
import { buildAction } from "../../scripts/build.ts";
import { bundleLocal } from "../../scripts/bundle.ts";
import { buildTask } from "../../scripts/extension.ts";
import { scratchFolders } from "../unit/support/scratch.ts";

const dist = path.resolve(import.meta.dirname, "../../action/dist");

async function contents(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = new Map<string, string>();
  for (const file of files.sort()) found.set(path.relative(folder, file), await readFile(file, "utf8"));
  return found;
}

describe("action/dist", () => {
  const freshFolder = scratchFolders();

  it("is what the sources give, to the byte (npm run build)", async () => {
    const fresh = await freshFolder("dist");
    await buildAction(fresh);
    const [wanted, committed] = [await contents(fresh), await contents(dist)];
    assert.deepEqual([...committed.keys()], [...wanted.keys()]);
    for (const [name, text] of wanted) assert.ok(committed.get(name) === text, `${name} is not up to date`);
  });

  it("holds no file that is not loaded: each chunk is named by one that is, from the entry points on", async () => {
    const files = await contents(dist);
    const entries = ["main.js", "post.js"];
    const loaded = new Set(entries);
    for (const name of loaded) {
      for (const other of files.keys()) {
        if (files.get(name)?.includes(`/${path.basename(other)}"`)) loaded.add(other);
      }
    }
    // The two say what the folder is to Node and whose code is in it.
    const others = ["THIRD-PARTY-NOTICES.txt", "package.json"];
    assert.deepEqual([...files.keys()], [...loaded, ...others].sort());
    assert.ok(loaded.size > entries.length);
  });

  it("reads at most 20 KB before its first request; so does the task", async () => {
    const [ofAction, ofTask] = [await freshFolder("action"), await freshFolder("task")];
    for (const { outputs } of [await buildAction(ofAction), await buildTask(ofTask, "0.1.0")]) {
      const main = Object.keys(outputs).find((name) => path.basename(name) === "main.js") ?? "";
      const bytes = staticBytes(outputs, main);
      assert.ok(bytes > 0 && bytes <= 20_000, `${main}: ${String(bytes)} bytes`);
    }
  });

  it("is what the action at the root of the repository starts, main and post", async () => {
    const [folder, temp] = [await freshFolder("root"), await freshFolder("temp")];
    await copyFile(path.resolve(dist, "../../action.yml"), path.join(folder, "action.yml"));
    await buildAction(path.join(folder, "action/dist"));
    const { PATH } = process.env;
    const checkout = await freshFolder("checkout");
    const result = await runGitHubStep({ action: folder, checkout, temp, with: {}, env: { PATH } });
    assert.deepEqual([result.exitCode, result.postExitCode], [1, 0], result.log);
    assert.match(result.annotations[0]?.message ?? "", /^INPUT_INVALID: /);
  });

  it("holds no path of the machine that built it", async () => {
    for (const [name, text] of await contents(dist)) {
      assert.ok(!text.includes(path.resolve(dist, "../..")), name);
    }
  });

  it("holds nothing of Databricks' SDK, whose types alone are used; nor does the task", async () => {
    const [ofAction, ofTask] = [await freshFolder("action"), await freshFolder("task")];
    const inputs = [await buildAction(ofAction), await buildTask(ofTask, "0.1.0")].flatMap((built) =>
      Object.keys(built.inputs),
    );
    assert.ok(inputs.some((input) => input.endsWith("core/api/shapes.ts")));
    assert.deepEqual(
      inputs.filter((input) => input.includes("@databricks/") || input.includes("sdk-experimental")),
      [],
    );
    for (const folder of [ofAction, ofTask]) {
      for (const [name, text] of await contents(folder)) assert.ok(!text.includes("sdk-experimental/"), name);
    }
  });
});

describe("local/dist", () => {
  const freshFolder = scratchFolders();
  const committed = path.resolve(import.meta.dirname, "../../local/dist");

  it("is what the sources give, to the byte (npm run build)", async () => {
    const fresh = await freshFolder("local");
    await bundleLocal(fresh);
    const [wanted, found] = [await contents(fresh), await contents(committed)];
    assert.deepEqual([...found.keys()], [...wanted.keys()]);
    for (const [name, text] of wanted) assert.ok(found.get(name) === text, `${name} is not up to date`);
  });

  it("needs nothing but Node: an install from git builds nothing and brings no package", async () => {
    const manifest = JSON.parse(
      await readFile(path.resolve(committed, "../../package.json"), "utf8"),
    ) as Record<string, Record<string, unknown> | undefined>;
    // For any of these npm installs what is needed to develop first, and with --global does it wrongly
    // (pacote lib/git.js: the install in the clone inherits `global`, and the command becomes a dangling link).
    const before = ["prepare", "prepack", "preinstall", "install", "postinstall", "build"];
    assert.deepEqual(
      before.filter((name) => name in (manifest["scripts"] ?? {})),
      [],
    );
    const kinds = ["dependencies", "optionalDependencies", "peerDependencies", "workspaces"];
    assert.deepEqual(
      kinds.filter((name) => name in manifest),
      [],
    );
    const built = (await contents(committed)).get("databricks-secretless.js") ?? "";
    assert.match(built, /^#!\/usr\/bin\/env node\n/);
    assert.ok(!built.includes(path.resolve(committed, "../..")));
    const imported = [...built.matchAll(/^import .* from "([^"]+)";/gm)].map(([, name = ""]) => name);
    assert.ok(imported.length > 0);
    assert.deepEqual(
      imported.filter((name) => !isBuiltin(name)),
      [],
    );
  });
});
