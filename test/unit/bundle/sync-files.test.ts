import assert from "node:assert/strict";
import { relative } from "node:path";
import { globFiles } from "../../../core/bundle/artifact-glob.ts";
import { changedArtifacts, findArtifacts, scanSources } from "../../../core/scan/scan.ts";
import { selectFiles } from "../../../core/bundle/sync-files.ts";
import { readSyncRules } from "../../../core/bundle/sync-rules.ts";
import { memoryTree, PAT } from "../support/memory-tree.ts";

type Files = Readonly<Record<string, string | Uint8Array | null | undefined>>;

async function selected(files: Files, bundleRoot = "/w/b", target?: string): Promise<string[]> {
  const tree = memoryTree(files);
  const rules = await readSyncRules(bundleRoot, target, tree);
  const { files: all } = await selectFiles(bundleRoot, rules, tree, (path) => relative("/w", path));
  return all.map((path) => relative("/w", path));
}

describe("sync files", () => {
  it("takes everything below the bundle that git does not ignore, whichever .gitignore says so", async () => {
    const files = {
      "/w/.git/config": "",
      "/w/.gitignore": "*.tmp\n/b/out/\n",
      "/w/b/.gitignore": "build\n!keep.tmp\n",
      "/w/b/databricks.yml": "bundle: {name: x}\n",
      "/w/b/a.py": "",
      "/w/b/a.tmp": "",
      "/w/b/build/x": "",
      "/w/b/out/y": "",
      "/w/b/.databricks/z": "",
      "/w/c/other.py": "",
    };
    assert.deepEqual(await selected(files), ["b/.gitignore", "b/a.py", "b/databricks.yml"]);
  });

  it("adds what include names though git ignores it, and leaves out what exclude names", async () => {
    const files = {
      "/w/.git/config": "",
      "/w/.gitignore": "dist/\n",
      "/w/b/databricks.yml": "sync:\n  include: ['dist/*.json']\n  exclude: [tests/, '*.csv']\n",
      "/w/b/dist/a.json": "",
      "/w/b/dist/b.txt": "",
      "/w/b/tests/t.py": "",
      "/w/b/d.csv": "",
      "/w/b/a.py": "",
    };
    assert.deepEqual(await selected(files), ["b/a.py", "b/databricks.yml", "b/dist/a.json"]);
  });

  it("follows sync paths outside of the bundle, and patterns of included files from their own folder", async () => {
    const files = {
      "/w/.git/config": "",
      "/w/b/databricks.yml": "include: [res/*.yml]\nsync:\n  paths: ['../lib', src]\n",
      "/w/b/res/j.yml": "sync:\n  exclude: ['../src/big.bin']\n",
      "/w/b/src/a.py": "",
      "/w/b/src/big.bin": "",
      "/w/b/notes.md": "",
      "/w/lib/l.py": "",
    };
    assert.deepEqual(await selected(files), ["b/src/a.py", "lib/l.py"]);
  });

  it("adds the rules of the target: the one asked for, the default, or the only one", async () => {
    const yml = (more: string): Files => ({
      "/w/b/databricks.yml": `targets:\n  dev:\n    sync: {exclude: [p.py]}\n  prod:\n    ${more}\n    sync: {exclude: [d.py]}\n`,
      "/w/b/d.py": "",
      "/w/b/p.py": "",
    });
    assert.deepEqual(await selected(yml("default: true")), ["b/databricks.yml", "b/p.py"]);
    assert.deepEqual(await selected(yml("default: false"), "/w/b", "dev"), ["b/d.py", "b/databricks.yml"]);
    assert.deepEqual(await selected(yml("default: false")), ["b/d.py", "b/databricks.yml", "b/p.py"]);
  });

  it("takes a single file as a sync path", async () => {
    assert.deepEqual(
      await selected({ "/w/b/databricks.yml": "sync: {paths: [a.py]}", "/w/b/a.py": "", "/w/b/c.py": "" }),
      ["b/a.py"],
    );
  });

  it("lists links and unreadable folders, and notes what is not resolved or no YAML", async () => {
    const files = {
      "/w/b/databricks.yml": "include: [x.yml]\nsync:\n  include: ['${var.x}/a']\n",
      "/w/b/x.yml": "a: [",
      "/w/b/link": undefined,
    };
    const tree = memoryTree(files);
    const rules = await readSyncRules("/w/b", undefined, tree);
    assert.deepEqual(rules.notes, [
      "sync.include has variables that are not resolved here: ${var.x}/a",
      "x.yml cannot be read as YAML",
    ]);
    const closed = {
      ...tree,
      list: (folder: string) =>
        folder === "/w/b/gone" ? Promise.reject(new Error("EACCES")) : tree.list(folder),
    };
    const { unscanned } = await selectFiles("/w/b", { ...rules, paths: [".", "gone"] }, closed, (path) =>
      relative("/w", path),
    );
    assert.deepEqual(
      unscanned.map(({ file, harmless }) => [file, harmless]),
      [
        ["b/link", true],
        ["b/gone", false],
      ],
    );
  });

  it("scans the selected files and the configuration", async () => {
    const files = {
      "/w/b/databricks.yml": "sync: {paths: [src]}\nbundle: {name: x}\n",
      "/w/b/src/a.py": `t = "${PAT}"`,
      "/w/b/other.py": `t = "${PAT}"`,
      "/w/b/src/no.py": null,
    };
    const done: number[] = [];
    const report = await scanSources(
      { checkout: "/w", bundleRoot: "/w/b", target: undefined, repositoryId: "r" },
      { tree: memoryTree(files), onProgress: ({ files: count }) => void done.push(count) },
    );
    assert.deepEqual(
      report.findings.map(({ place }) => place.file),
      ["b/src/a.py"],
    );
    assert.equal(report.files, 3);
    assert.equal(done.length, 3);
    assert.deepEqual(
      report.unscanned.map(({ file }) => file),
      ["b/src/no.py"],
    );
  });

  it("stops when it is told to", async () => {
    const options = { checkout: "/w", bundleRoot: "/w", target: undefined, repositoryId: "r" };
    await assert.rejects(
      scanSources(options, {
        tree: memoryTree({ "/w/a.py": "" }),
        signal: AbortSignal.abort(new Error("stop")),
      }),
      /stop/,
    );
  });
});

describe("artifacts", () => {
  const yml = `artifacts:
  default: {type: whl, path: ./py}
resources:
  jobs:
    j:
      environments:
        - environment_key: e
          spec: {dependencies: ["./libs/*.whl", "pandas==2.0", "/Workspace/x.whl"]}
      tasks:
        - libraries: [{jar: ../jars/a.jar}, {whl: "\${var.w}/x.whl"}, {pypi: {package: x}}]
`;
  const files = {
    "/w/b/databricks.yml": yml,
    "/w/b/py/dist/p.whl": "p",
    "/w/b/libs/l.whl": "l",
    "/w/jars/a.jar": "a",
    "/w/jars/b.jar": "b",
  };
  const options = { checkout: "/w", bundleRoot: "/w/b", target: undefined, repositoryId: "r" };

  it("are the built wheels and the local libraries", async () => {
    const found = await findArtifacts(options, { tree: memoryTree(files) });
    assert.deepEqual(
      found.map(({ file }) => file),
      ["/w/b/libs/l.whl", "/w/b/py/dist/p.whl", "/w/jars/a.jar"],
    );
  });

  it("that were built anew are told from those that were scanned", async () => {
    const before = await findArtifacts(options, { tree: memoryTree(files) });
    const after = await findArtifacts(options, { tree: memoryTree({ ...files, "/w/b/py/dist/p.whl": "q" }) });
    assert.deepEqual(changedArtifacts(before, before), []);
    assert.deepEqual(
      changedArtifacts(before, after).map(({ file }) => file),
      ["/w/b/py/dist/p.whl"],
    );
  });

  it("are found by patterns with folders in them", async () => {
    const tree = memoryTree({ "/w/a/b/c/d.whl": "", "/w/a/x.whl": "", "/w/e.whl": "" });
    assert.deepEqual(await globFiles("/w", ["a/**/*.whl"], tree), ["/w/a/b/c/d.whl", "/w/a/x.whl"]);
    assert.deepEqual(await globFiles("/w/a", ["../*.whl", "gone/*.whl"], tree), ["/w/e.whl"]);
  });
});
