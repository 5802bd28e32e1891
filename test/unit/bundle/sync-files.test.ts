import assert from "node:assert/strict";
import { relative } from "node:path";
import { selectArtifacts, selectFiles } from "../../../core/bundle/sync-files.ts";
import type { Tree } from "../../../core/base/tree.ts";
import { ScannedFiles } from "../../../core/scan/scanned-files.ts";
import { readSources, scanSources, type Sources } from "../../../core/scan/sources.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Boundary } from "../../../core/bundle/outside.ts";
import { memoryTree, PAT } from "../support/memory-tree.ts";

type Files = Readonly<Record<string, string | Uint8Array | null | undefined>>;

const LINUX = { os: "linux", arch: "x64" } as const;

function sourcesOf(tree: Tree, bundleRoot = "/w/b", target?: string): Promise<Sources> {
  return readSources({ checkout: "/w", bundleRoot, target, repositoryId: "r" }, tree, LINUX);
}

async function selected(files: Files, bundleRoot = "/w/b", target?: string): Promise<string[]> {
  const tree = memoryTree(files);
  const { selection } = await sourcesOf(tree, bundleRoot, target);
  const { files: all } = await selectFiles(selection, { tree, platform: LINUX }, (path) =>
    relative("/w", path),
  );
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

  it("lists links and unreadable folders, and notes what is not resolved", async () => {
    const tree = memoryTree({
      "/w/b/databricks.yml": "sync:\n  include: ['${var.x}/a']\n",
      "/w/b/link": undefined,
    });
    const { selection } = await sourcesOf(tree);
    assert.deepEqual(selection.notes, ["sync.include has variables that are not resolved here: ${var.x}/a"]);
    const closed = {
      ...tree,
      list: (folder: string) =>
        folder === "/w/b/gone" ? Promise.reject(new Error("EACCES")) : tree.list(folder),
    };
    const both = { ...selection, paths: [".", "gone"] };
    const bounds = { tree: closed, platform: LINUX };
    const { unscanned } = await selectFiles(both, bounds, (path) => relative("/w", path));
    assert.deepEqual(
      unscanned.map(({ file, harmless }) => [file, harmless]),
      [
        ["b/link", true],
        ["b/gone", false],
      ],
    );
  });

  it("are all of the bundle's folder, with a note, where its YAML cannot be read", async () => {
    const files = { "/w/b/databricks.yml": "include: [x.yml]\nsync: {paths: [src]}\n", "/w/b/x.yml": "a: [" };
    const tree = memoryTree({ ...files, "/w/b/a.py": "" });
    const { selection } = await sourcesOf(tree);
    assert.match(selection.notes.join(), /The bundle cannot be read: b\/x\.yml: Not YAML/);
    assert.deepEqual(await selected({ ...files, "/w/b/a.py": "" }), [
      "b/a.py",
      "b/databricks.yml",
      "b/x.yml",
    ]);
  });

  it("scans the selected files and the configuration", async () => {
    const files = {
      "/w/b/databricks.yml": "sync: {paths: [src]}\nbundle: {name: x}\n",
      "/w/b/src/a.py": `t = "${PAT}"`,
      "/w/b/other.py": `t = "${PAT}"`,
      "/w/b/src/no.py": null,
    };
    const done: number[] = [];
    const tree = memoryTree(files);
    const options = { checkout: "/w", bundleRoot: "/w/b", target: undefined, repositoryId: "r" };
    const scanned = new ScannedFiles(options, {
      tree,
      onProgress: ({ files: count }) => void done.push(count),
    });
    const report = await scanSources(await sourcesOf(tree), scanned, boundary(tree));
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
    const tree = memoryTree({ "/w/a.py": "" });
    const stopped = new ScannedFiles(options, { tree, signal: AbortSignal.abort(new Error("stop")) });
    await assert.rejects(stopped.scan(["/w/a.py"]), /stop/);
    assert.deepEqual(await stopped.scan(["/w/a.py"], { uncut: true }), ["/w/a.py"]);
  });

  it("are scanned again only where their content is another one", async () => {
    const files: Record<string, string | null> = { "/w/a.py": "a", "/w/b.py": "b", "/w/no.py": null };
    const options = { checkout: "/w", bundleRoot: "/w", target: undefined, repositoryId: "r" };
    const scanned = new ScannedFiles(options, { tree: memoryTree(files) });
    const all = Object.keys(files);
    assert.deepEqual(await scanned.scan([...all, ...all]), all);
    files["/w/b.py"] = `t = "${PAT}"`;
    files["/w/c.py"] = "c";
    assert.deepEqual(await scanned.scan([...all, "/w/c.py"]), ["/w/b.py", "/w/c.py", "/w/no.py"]);
    assert.deepEqual(
      scanned.report().findings.map(({ place }) => place.file),
      ["b.py"],
    );
    assert.equal(await scanned.scanContent("remote", Buffer.from("c")), 0);
    assert.equal(await scanned.scanContent("remote", Buffer.from(`u = "${PAT}"`)), 1);
    assert.equal(scanned.report().findings.length, 2);
  });

  it("are refused with their line where they lead out of the checkout, by path or link", async () => {
    const yml = `sync: {paths: [., ../../out]}
artifacts: {a: {files: [{source: /etc/passwd}, {source: in.bin}]}}
resources: {jobs: {j: {tasks: [{libraries: [{jar: ../../../x/*.jar}, {jar: lnk.jar}]}]}}}
`;
    const tree = memoryTree({
      "/w/b/databricks.yml": yml,
      "/w/b/lnk.jar": "x",
      "/w/b/in.bin": "x",
      "/out/a": "x",
    });
    const linked: Tree = {
      ...tree,
      real: (path) => Promise.resolve(path.endsWith("lnk.jar") ? "/etc/shadow" : path),
      read: (path) => {
        assert.match(path, /databricks\.yml$/, "nothing is read");
        return tree.read(path);
      },
    };
    const sources = await sourcesOf(linked);
    const scanned = new ScannedFiles(
      { checkout: "/w", bundleRoot: "/w/b", target: undefined, repositoryId: "r" },
      { tree: linked },
    );
    const where = { ...boundary(linked), placeOf: (path: string) => sources.selection.places.get(path) };
    await assert.rejects(scanSources(sources, scanned, where), (error) => {
      assert.ok(error instanceof SecretlessError && error.code === "BUNDLE_INVALID");
      assert.deepEqual(
        error.mistakes.map(({ actual, place }) => [actual, place?.line]),
        [
          ["/out", 1],
          ["/etc/passwd", 2],
          ["/x/*.jar", 3],
          ["/w/b/lnk.jar", 3],
        ],
      );
      return true;
    });
  });
});

function boundary(tree: Tree): Boundary {
  return { checkout: "/w", platform: LINUX, tree, placeOf: () => undefined };
}

describe("artifacts", () => {
  const artifacts = async (files: Files): Promise<string[]> => {
    const tree = memoryTree(files);
    return selectArtifacts((await sourcesOf(tree)).selection, tree);
  };

  it("are the built wheels, the files of artifacts and the local libraries, whatever they are called", async () => {
    const yml = `artifacts:
  default: {type: whl, path: ./py}
  other: {path: ., files: [{source: ./out/*.bin}, {source: none}]}
resources:
  jobs:
    j:
      environments:
        - environment_key: e
          spec: {dependencies: ["./libs/*.whl", "x.whl[extra]", "pandas==2.0", "/Workspace/x.whl", "-r req.txt"]}
      tasks:
        - libraries: [{jar: ../jars/a.jar}, {whl: "\${var.w}/x.whl"}, {pypi: {package: x}}, {jar: noslash.odd}]
        - ai_runtime_task: {code_source_path: ./code}
`;
    const files = {
      "/w/b/databricks.yml": yml,
      "/w/b/py/dist/p.whl": "p",
      "/w/b/out/o.bin": "o",
      "/w/b/libs/l.whl": "l",
      "/w/b/x.whl": "x",
      "/w/b/noslash.odd": "n",
      "/w/b/code/deep/c.py": "c",
      "/w/b/req.txt": "",
      "/w/jars/a.jar": "a",
      "/w/jars/b.jar": "b",
    };
    assert.deepEqual(await artifacts(files), [
      "/w/b/code/deep/c.py",
      "/w/b/libs/l.whl",
      "/w/b/noslash.odd",
      "/w/b/out/o.bin",
      "/w/b/py/dist/p.whl",
      "/w/b/x.whl",
      "/w/jars/a.jar",
    ]);
  });

  it("are found behind aliases and merges, from the folder of the file that names them", async () => {
    const res = `.l: &l [{jar: a.jar}]
.t: &t {libraries: *l}
resources: {jobs: {j: {tasks: [{<<: *t, task_key: a}]}}}
`;
    const files = {
      "/w/b/databricks.yml": "include: [res/*.yml]\n",
      "/w/b/res/j.yml": res,
      "/w/b/res/a.jar": "",
    };
    assert.deepEqual(await artifacts(files), ["/w/b/res/a.jar"]);
  });
});
