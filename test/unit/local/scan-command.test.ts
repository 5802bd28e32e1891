import assert from "node:assert/strict";
import type { Tree } from "../../../core/base/tree.ts";
import { runScan, type Terminal } from "../../../local/scan-command.ts";
import { memoryTree, PAT } from "../support/memory-tree.ts";

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(tree: Tree, ...args: string[]): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  let now = Date.parse("2026-11-25T12:00:00Z");
  const terminal: Terminal = {
    folder: "/w",
    tree,
    platform: { os: "linux", arch: "x64" },
    version: "1.0.0",
    now: () => (now += 1500),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
  };
  return { code: await runScan(args, terminal), out: out.join("\n"), err: err.join("\n") };
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

  it("exits with 2 and explains itself for wrong arguments", async () => {
    for (const args of [
      [],
      ["deploy"],
      ["scan", "a", "b"],
      ["scan", "--format", "xml"],
      ["scan", "--no-such"],
      ["scan", "gone"],
    ]) {
      const { code, err } = await run(memoryTree(clean), ...args);
      assert.equal(code, 2);
      assert.match(err, /Usage|no folder/);
    }
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
