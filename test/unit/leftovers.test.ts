import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sinon from "sinon";
import { cleanUp } from "../../core/leftovers.ts";

describe("the post step", () => {
  let folder = "";
  let now = 0;
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  beforeEach(async () => {
    now = 0;
    folder = await mkdtemp(path.join(os.tmpdir(), "leftovers-"));
    await writeFile(path.join(folder, "file"), "");
  });

  it("does nothing after a run that ended well", async () => {
    const isRunning = sinon.stub().throws(new Error("must not be asked"));
    for (const gone of ["", path.join(folder, "gone")]) {
      assert.deepEqual(
        await cleanUp({ folder: gone, cli: "12" }, { clock, isRunning, exists: existsSync }),
        [],
      );
    }
  });

  it("removes the folder of a run that did not", async () => {
    const isRunning = sinon.stub().returns(false);
    const done = await cleanUp({ folder, cli: "" }, { clock, isRunning, exists: existsSync });
    assert.match(done.join(" "), /was removed/);
    assert.equal(existsSync(folder), false);
    sinon.assert.notCalled(isRunning);
  });

  it("waits for a deployment that was left to end, then removes the folder", async () => {
    const isRunning = sinon.stub().callsFake(() => now < 3_000);
    const done = await cleanUp({ folder, cli: "77" }, { clock, isRunning, exists: existsSync });
    assert.match(done.join(" "), /still running; waiting.*It has ended.*removed/);
    assert.equal(now, 3_000);
    sinon.assert.alwaysCalledWithExactly(isRunning, 77);
    assert.equal(existsSync(folder), false);
  });

  it("does not wait for ever, and takes nothing from a deployment that still runs", async () => {
    const isRunning = sinon.stub().returns(true);
    const done = await cleanUp({ folder, cli: "77" }, { clock, isRunning, exists: existsSync });
    assert.match(done.join(" "), /It is still running/);
    assert.equal(existsSync(folder), true);
  });
});
