import assert from "node:assert/strict";
import type { Tree } from "../../../core/base/tree.ts";
import { runScan, type Terminal } from "../../../local/scan-command.ts";
import { memoryTree, PAT } from "../support/memory-tree.ts";

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Written extends Run {
  readonly files: ReadonlyMap<string, string>;
}

const run = (tree: Tree, ...args: string[]): Promise<Written> => runAt("/w", tree, args);

async function runAt(folder: string, tree: Tree, args: string[], colours = false): Promise<Written> {
  const out: string[] = [];
  const files = new Map<string, string>();
  const err: string[] = [];
  let now = Date.parse("2026-11-25T12:00:00Z");
  const terminal: Terminal = {
    folder,
    tree,
    platform: { os: "linux", arch: "x64" },
    version: "1.0.0",
    colours,
    now: () => (now += 1500),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    write: (file, text) => {
      if (file.includes("/gone/")) return Promise.reject(new Error("ENOENT: no such file or directory"));
      files.set(file, text);
      return Promise.resolve();
    },
  };
  return { code: await runScan(args, terminal), out: out.join("\n"), err: err.join("\n"), files };
}

const clean = {
  "/w/.git/config": '[remote "origin"]\n\turl = https://github.com/example-org/lake.git\n',
  "/w/databricks.yml": "bundle: {name: x}\n",
  "/w/a.py": "x = 1\n",
};
const leaky = { ...clean, "/w/b.py": `token = "${PAT}"\n` };

describe("databricks-secretless scan", () => {
  it("exits with 0 where nothing is found, and says that YAML was not resolved", async () => {
    const { code, out } = await run(memoryTree(clean), "scan");
    assert.equal(code, 0);
    assert.match(out, /note Configuration was read as it is written[^]*0 findings in 2 files/);
  });

  it("looks at one file alone, selected or not, and accepts what the files of its bundle accept", async () => {
    const files = { ...leaky, "/w/.gitignore": "b.py\n", "/w/sub/c.py": `token = "${PAT}"\n` };
    const one = await run(memoryTree(files), "scan", "b.py");
    assert.equal(one.code, 1);
    assert.match(one.out, /b\.py[^]*1 finding in 1 file/);
    assert.equal((await run(memoryTree(files), "scan", "a.py")).code, 0);
    const rule =
      "version: 1\nexceptions:\n  - rule: databricks-personal-access-token\n    path: sub/c.py\n    fingerprint: 772184c10127\n    reason: revoked last week\n    expires: 2026-12-20\n";
    const excepted = await run(
      memoryTree({ ...files, "/w/.secretless-ignore.yml": rule }),
      "scan",
      "sub/c.py",
    );
    assert.equal(excepted.code, 0, excepted.out);
    const missing = await run(memoryTree(files), "scan", "nosuch.py");
    assert.equal(missing.code, 3);
    assert.match(missing.err, /no folder or file that can be read/);
  });

  it("exits with 1 on findings, tells kind, place and remedy, shows progress, and never the value", async () => {
    for (const format of ["text", "json", "sarif"]) {
      const { code, out, err } = await run(memoryTree(leaky), "scan", ".", "--format", format);
      assert.equal(code, 1);
      assert.match(out, /b\.py/);
      assert.match(out, /databricks-personal-access-token/);
      assert.match(out, /WorkspaceClient\(\)/);
      assert.match(err, /scanned \d of \d files/);
      assert.ok(!`${out}${err}`.includes(PAT.slice(4, 14)));
      if (format !== "text") JSON.parse(out);
    }
  });

  it("exits with 2 where something could not be scanned, not for links", async () => {
    const unread = { ...clean, "/w/c.py": null };
    const { code, out } = await run(memoryTree(unread), "scan");
    assert.equal(code, 2);
    const [, mark = ""] = /rule not-scanned, fingerprint (\w{12})/.exec(out) ?? [];
    const exception = `{rule: not-scanned, path: c.py, fingerprint: ${mark}, reason: r, expires: 2999-01-01}`;
    const accepted = `version: 1\nexceptions: [${exception}]\n`;
    const excepted = { ...unread, "/w/.secretless-ignore.yml": accepted };
    assert.equal((await run(memoryTree(excepted), "scan")).code, 0);
    const links = await run(memoryTree({ ...clean, "/w/l": undefined }), "scan");
    assert.equal(links.code, 0);
    assert.match(links.out, /note l: not scanned: it is a symbolic link/);
  });

  it("exits with 3 and says what is wrong with the arguments, with the usage", async () => {
    for (const [args, says] of [
      [[], /^A command is missing[^]*Usage:/],
      [["deploy"], /^There is no command deploy[^]*Usage:/],
      [["scan", "a", "b"], /^One path at most, found a b\.[^]*Usage:/],
      [["scan", "--format", "xml"], /^There is no format xml, only text, json, sarif\.[^]*Usage:/],
      [["scan", "--no-such"], /--no-such[^]*Usage:/],
      [["scan", "--target="], /^The target is empty[^]*Usage:/],
      [["scan", "gone"], /^gone is no folder or file that can be read/],
      [["scan", "--output", "gone/report.txt"], /^The report cannot be written: ENOENT/m],
    ] as const) {
      const { code, out, err } = await run(memoryTree(clean), ...args);
      assert.deepEqual([code, out], [3, ""], args.join(" "));
      assert.match(err, says);
    }
  });

  it("tells its version, and its usage on stdout when asked", async () => {
    for (const args of [["--help"], ["-h"], ["scan", "--help"]]) {
      const { code, out, err } = await run(memoryTree(clean), ...args);
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /^Usage: [^]*Exit code: 0 nothing found, 1 findings, 2 [^]*3 wrong arguments/);
    }
    const { code, out } = await run(memoryTree(clean), "--version");
    assert.deepEqual([code, out], [0, "1.0.0"]);
  });

  it("writes the report into --output, without colours, and shows its last line", async () => {
    for (const format of ["text", "json", "sarif"]) {
      const args = ["scan", "--format", format, "-o", "report.out"];
      const { code, out, files } = await runAt("/w", memoryTree(leaky), args, true);
      assert.equal(code, 1);
      assert.match(out, /^\u001b\[1;31m1 finding in 3 files [^\n]*$/);
      const text = files.get("/w/report.out") ?? "";
      assert.ok(text.includes("b.py") && text.endsWith("\n") && !text.includes("\u001b"));
      if (format !== "text") JSON.parse(text);
    }
  });

  it("colours a terminal, and only what is its own", async () => {
    const tree = memoryTree({ ...clean, "/w/\u001b[31mx.py": `t = "${PAT}"` });
    const { out } = await runAt("/w", tree, ["scan"], true);
    assert.match(out, /^\u001b\[1;31merror\u001b\[0m x\.py:1:6: /m);
    assert.doesNotMatch((await runAt("/w", tree, ["scan"])).out, /\u001b/);
  });

  it("shows files from where one stands, and names them for an exception as the checkout has them", async () => {
    const tree = memoryTree({ ...leaky, "/w/docs/x.md": "", "/w/.secretless-ignore.yml": "version: 2\n" });
    const { out } = await runAt("/w/docs", tree, ["scan", ".."]);
    assert.match(out, /^error \.\.\/b\.py:1:10: /m);
    assert.match(out, /fingerprint \w{12}, path b\.py$/m);
    assert.match(out, /^error \.\.\/\.secretless-ignore\.yml:1:1: /m);
    const json = JSON.parse((await runAt("/w/docs", tree, ["scan", "..", "--format", "json"])).out) as {
      findings: { place: { file: string } }[];
    };
    assert.equal(json.findings[0]?.place.file, "b.py");
  });

  describe("in a repository of several bundles", () => {
    const monorepo = (ignored: Readonly<Record<string, string>> = {}): Tree =>
      memoryTree({
        "/w/.git/config": clean["/w/.git/config"],
        "/w/tools/x.py": "x = 1\n",
        "/w/one/databricks.yml": "bundle: {name: one}\nsync: {paths: [., ../shared]}\n",
        "/w/one/src/a.py": `token = "${PAT}"\n`,
        "/w/deep/er/two/bundle.yaml": "bundle: {name: two}\n",
        "/w/deep/er/two/b.py": `token = "${PAT}"\n`,
        "/w/shared/c.py": "y = 2\n",
        "/w/node_modules/three/databricks.yml": "bundle: {name: three}\n",
        ...ignored,
      });
    const exception = (path: string, mark: string): string =>
      `version: 1\nexceptions:\n  - {rule: databricks-personal-access-token, path: ${path}, fingerprint: "${mark}", reason: r, expires: 2027-01-01}\n`;
    const markOf = ({ out }: Run): string => /fingerprint (\w{12})/.exec(out)?.[1] ?? "";

    it("finds each, says so, reads every file once and takes each one's own exceptions", async () => {
      const open = await run(monorepo(), "scan");
      assert.equal(open.code, 1);
      assert.match(open.out, /all of it was read, with the bundles deep\/er\/two, one\./);
      assert.match(open.out, /^2 findings in \d+ files/m);
      const mark = markOf(open);
      const one = { "/w/one/.secretless-ignore.yml": exception("one/src/a.py", mark) };
      const both = { ...one, "/w/deep/er/two/.secretless-ignore.yml": exception("deep/er/two/b.py", mark) };
      assert.match((await run(monorepo(one), "scan")).out, /^1 finding, 1 accepted finding in/m);
      const accepted = await run(monorepo(both), "scan");
      assert.equal(accepted.code, 0);
      assert.match(accepted.out, /^0 findings, 2 accepted findings in/m);
    });

    it("takes the exceptions of the bundle around a folder, and asks of none there that it is needed", async () => {
      const mark = markOf(await run(monorepo(), "scan", "one"));
      const text = `${exception("one/src/a.py", mark)}${exception("one/gone.py", mark).split("\n")[2] ?? ""}\n`;
      const tree = monorepo({ "/w/one/.secretless-ignore.yml": text });
      assert.equal((await run(tree, "scan", "one/src")).code, 0);
      const whole = await run(tree, "scan", "one");
      assert.equal(whole.code, 1);
      assert.match(whole.out, /one\/gone\.py matches no finding/);
    });
  });

  it("accepts what an exception names, and refuses expired and unused ones", async () => {
    const mark = /fingerprint ([0-9a-f]{12})/.exec((await run(memoryTree(leaky), "scan")).out)?.[1] ?? "";
    const exception = (expires: string, print: string): string =>
      `version: 1\nexceptions:\n  - {rule: databricks-personal-access-token, path: b.py, fingerprint: ${print}, reason: sample, expires: ${expires}}\n`;
    const withFile = (text: string): Tree => memoryTree({ ...leaky, "/w/.secretless-ignore.yml": text });
    const accepted = await run(withFile(exception("2027-01-01", mark)), "scan");
    assert.equal(accepted.code, 0);
    assert.match(accepted.out, /0 findings, 1 accepted finding in/);
    assert.match((await run(withFile(exception("2026-01-01", mark)), "scan")).out, /expired on 2026-01-01/);
    const unused = await run(
      withFile(exception("2027-01-01", '"000000000000"')),
      "scan",
      "--format",
      "sarif",
    );
    assert.equal(unused.code, 1);
    assert.match(unused.err, /matches no finding/);
  });

  it("notes a repository without origin, and keeps control characters from the terminal", async () => {
    const { out } = await run(memoryTree({ "/w/\u001b[31mx.py": `t = "${PAT}"` }), "scan");
    assert.match(out, /no origin/);
    assert.ok(!out.includes("\u001b"));
  });
});
