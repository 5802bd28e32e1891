import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { readSyncedFiles, type SyncedFile } from "../../../core/cli/sync-snapshot.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";

async function read(...texts: readonly string[]): Promise<readonly SyncedFile[] | undefined> {
  const root = await freshUntilExit("snapshots");
  const state = path.join(root, "state");
  const lists = path.join(state, "prod/sync-snapshots");
  await mkdir(lists, { recursive: true });
  for (const [at, text] of texts.entries()) await writeFile(path.join(lists, `${String(at)}.json`), text);
  return readSyncedFiles({ root, state }, "prod", { os: "linux", arch: "x64" });
}

const list = (names: object): string => JSON.stringify({ version: "v1", local_to_remote_names: names });

describe("the CLI's list of what it uploaded", () => {
  it("is that of all its files", async () => {
    assert.deepEqual(await read(list({ "a.py": "a" }), list({ b: "b" })), [
      { local: "a.py", remote: "a" },
      { local: "b", remote: "b" },
    ]);
    assert.deepEqual(await read(list({})), []);
  });

  for (const [what, text] of Object.entries({
    "an empty file": "",
    "half a list": list({ "a.py": "a" }).slice(0, -8),
    "another document": "{}",
    "a text": '"x"',
    "names that are none": JSON.stringify({ local_to_remote_names: 5 }),
    "a list of names": JSON.stringify({ local_to_remote_names: ["a"] }),
    "a file without a name there": list({ a: null }),
  }))
    it(`is not believed where a part of it is ${what}`, async () => {
      assert.equal(await read(text), undefined);
      assert.equal(await read(list({ b: "b" }), text), undefined);
    });

  it("is none where there is none", async () => {
    assert.equal(await read(), undefined);
  });
});
