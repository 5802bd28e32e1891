import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkedOutCommit } from "../../../../core/base/git/checkout.ts";

const SHA1 = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "f".repeat(40);
const SHA256 = SHA1 + SHA1.slice(0, 24);

describe("checked-out commit", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "checkout-test-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function files(contents: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(contents)) {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  const packed = `# pack-refs with: peeled fully-peeled sorted\n${OTHER} refs/heads/x/main\n${SHA1} refs/heads/main\n^${OTHER}\n`;
  const cases: Readonly<Record<string, [Record<string, string>, string | undefined]>> = {
    "a detached HEAD": [{ ".git/HEAD": `${SHA1}\n` }, SHA1],
    "a detached HEAD of a SHA-256 repository": [{ ".git/HEAD": SHA256 }, SHA256],
    "a branch": [{ ".git/HEAD": "ref: refs/heads/a/b\n", ".git/refs/heads/a/b": `${SHA1}\n` }, SHA1],
    "a packed branch": [{ ".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": packed }, SHA1],
    "a branch that was packed before": [
      {
        ".git/HEAD": "ref: refs/heads/main",
        ".git/refs/heads/main": SHA1,
        ".git/packed-refs": `${OTHER} refs/heads/main`,
      },
      SHA1,
    ],
    "a linked worktree": [
      {
        ".git": `gitdir: main/.git/worktrees/w\n`,
        "main/.git/worktrees/w/HEAD": "ref: refs/heads/w\n",
        "main/.git/worktrees/w/commondir": "../..\n",
        "main/.git/refs/heads/w": SHA1,
      },
      SHA1,
    ],
    "a submodule": [{ ".git": "gitdir: modules/m", "modules/m/HEAD": SHA1 }, SHA1],
    "no checkout": [{ "databricks.yml": "" }, undefined],
    "a branch without a commit": [{ ".git/HEAD": "ref: refs/heads/main" }, undefined],
    "a packed branch of another name": [
      { ".git/HEAD": "ref: refs/heads/ain", ".git/packed-refs": packed },
      undefined,
    ],
    "a HEAD that is nonsense": [{ ".git/HEAD": "nonsense" }, undefined],
    "a branch file that is nonsense": [
      { ".git/HEAD": "ref: refs/heads/main", ".git/refs/heads/main": "x" },
      undefined,
    ],
    "a branch outside the repository": [{ ".git/HEAD": "ref: refs/../../secret", secret: SHA1 }, undefined],
    "a .git file that is nonsense": [{ ".git": "nonsense" }, undefined],
    "a .git file that leads nowhere": [{ ".git": "gitdir: ../nowhere" }, undefined],
  };
  for (const [name, [contents, expected]] of Object.entries(cases)) {
    it(`${expected === undefined ? "is not known from" : "is read from"} ${name}`, async () => {
      await files(contents);
      assert.equal(await checkedOutCommit(folder), expected);
    });
  }
});
