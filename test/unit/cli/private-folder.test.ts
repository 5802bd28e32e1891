import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { platform } from "node:process";
import { makePrivateFolder, removePrivateFolder } from "../../../core/cli/private-folder.ts";

describe("the private folder of a run", () => {
  let temp: string;
  beforeEach(async () => {
    temp = await mkdtemp(path.join(os.tmpdir(), "private-"));
  });
  afterEach(() => rm(temp, { recursive: true, force: true }));

  it("is new, this user's alone, and empty", async () => {
    const one = await makePrivateFolder(path.join(temp, "not yet there"));
    const two = await makePrivateFolder(path.join(temp, "not yet there"));
    assert.notEqual(one.root, two.root);
    if (platform !== "win32") assert.equal((await stat(one.root)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(one.home), []);
    assert.deepEqual(await readdir(one.azureConfig), []);
    assert.deepEqual(await readdir(one.state), []);
    assert.deepEqual(await readdir(one.cache), []);
    for (const inside of [one.home, one.azureConfig, one.state, one.cache])
      assert.equal(path.dirname(inside), one.root);
  });

  it("is removed with all that is in it, and removing it twice is no mistake", async () => {
    const { root, state } = await makePrivateFolder(temp);
    await writeFile(path.join(state, "resources.json"), "{}");
    await removePrivateFolder(root);
    await removePrivateFolder(root);
    assert.deepEqual(await readdir(temp), []);
  });
});
