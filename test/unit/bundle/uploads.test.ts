import assert from "node:assert/strict";
import { join, relative, sep } from "node:path";
import { selectFiles } from "../../../core/bundle/sync-files.ts";
import { systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { readSources } from "../../../core/scan/sources.ts";
import { diskTree } from "../../../core/base/tree.ts";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { startSandbox } from "../../../sandbox/sandbox.ts";
import { accessToken } from "../sandbox/client.ts";
import { folderWith, metadataService, runCli } from "../sandbox/cli.ts";
import { scratchFolders } from "../support/scratch.ts";

const REPOSITORY: Readonly<Record<string, string>> = {
  ".git/HEAD": "ref: refs/heads/main\n",
  ".gitignore": "*.log\n/lake/out/\nbuild/\n!keep.log\ndoc/**/draft.md\n# comment\n\\#odd\n",
  "lake/.gitignore":
    "*.secret\n!b.secret\nlocal?.txt\n[xy]z.txt\n[!q]w.txt\n/top/*.bin\n/solo.md\n\\!bang\na+b.txt\nfoo/**\n**/deepest\nup/down/\n",
  "lake/databricks.yml":
    "bundle: {name: lake}\ninclude: [resources/*.yml, '*/more.yml']\nsync:\n  include: [build/wanted.json, 'gen/*.txt']\n  exclude: [tests, '*.csv', '!tests/b.py', 'data/*.bin']\ntargets:\n  prod:\n    sync:\n      exclude: [only-dev/**]\n",
  "lake/resources/a.yml": "sync:\n  exclude: ['../src/x.tmp']\n  paths: ['../../shared', '..']\n",
  "lake/conf/more.yml": "sync:\n  include: ['../logs/*.log']\n",
  "shared/lib.py": "",
  "shared/lib.log": "",
  "shared/.gitignore": "inner\n",
  "shared/inner/i.py": "",
  "other/o.py": "",
};
const NAMES = [
  "src/a.py",
  "src/a.log",
  "src/keep.log",
  "src/x.tmp",
  "out/o.py",
  "src/out/o.py",
  "build/wanted.json",
  "build/other.json",
  "gen/g.txt",
  "gen/deep/g.txt",
  "tests/a.py",
  "tests/b.py",
  "src/tests/c.py",
  "d.csv",
  "src/d.csv",
  "a.secret",
  "b.secret",
  "local1.txt",
  "local12.txt",
  "doc/x/y/draft.md",
  "doc/draft.md",
  "#odd",
  "only-dev/x/y.py",
  "data/a.bin",
  "data/b/a.bin",
  "logs/l.log",
  ".hidden/h.py",
  "with space/ü.py",
  "xz.txt",
  "qz.txt",
  "rw.txt",
  "!w.txt",
  "qw.txt",
  "top/t.bin",
  "u/top/t.bin",
  "solo.md",
  "u/solo.md",
  "!bang",
  "aab.txt",
  "foo/f.py",
  "u/foo/f.py",
  "u/deepest",
  "up/down/d.py",
  "u/up/down/d.py",
  "local.py",
  ".databricks/z",
];

const present = (await realCli()) !== undefined;
describe(`scan: what is selected is what the real CLI uploads${present ? "" : " (skipped: there is no databricks on PATH)"}`, function () {
  this.timeout(60_000);
  const freshFolder = scratchFolders();
  before(function () {
    if (!present) this.skip();
  });

  it("for ignore files, includes, excludes and paths of every kind", async () => {
    const sandbox = await startSandbox();
    const metadata = await metadataService(await accessToken(sandbox));
    try {
      const further = Object.fromEntries(NAMES.map((name) => [`lake/${name}`, ""]));
      const root = await folderWith({ ...REPOSITORY, ...further }, freshFolder);
      const bundleRoot = join(root, "lake");
      const env = {
        DATABRICKS_HOST: sandbox.workspace.host,
        DATABRICKS_AUTH_TYPE: "metadata-service",
        DATABRICKS_METADATA_SERVICE_URL: `${metadata.url}/token`,
      };
      const { code, stderr } = await runCli(bundleRoot, env, "bundle", "deploy", "-t", "prod");
      assert.equal(code, 0, stderr);
      const state = sandbox.workspace.files.get(
        `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/lake/prod/state/deployment.json`,
      );
      const { files } = JSON.parse(String(state?.content)) as { files: { local_path: string }[] };
      const options = { checkout: root, bundleRoot, target: "prod", repositoryId: "" };
      const { selection } = await readSources(options, diskTree, systemPlatform());
      const selected = await selectFiles(
        selection,
        { tree: diskTree, platform: systemPlatform() },
        (path) => path,
      );
      const names = selected.files.map((path) => relative(root, path).split(sep).join("/"));
      const uploaded = new Set(files.map(({ local_path }) => local_path));
      const more = names.filter((name) => !uploaded.has(name));
      assert.deepEqual(
        [...uploaded].filter((name) => !names.includes(name)),
        [],
      );
      // To the CLI `a+b` is one or more `a` and a `b`, by accident: here such a pattern leaves nothing out.
      assert.deepEqual(more, ["lake/aab.txt"]);
    } finally {
      await metadata.stop();
      await sandbox.stop();
    }
  });
});
