import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import sinon from "sinon";
import { cleanUp } from "../../../core/flow/leftovers.ts";
import { scratchFolders } from "../support/scratch.ts";

describe("the post step", () => {
  const freshFolder = scratchFolders();
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
    folder = await freshFolder("leftovers");
    await writeFile(path.join(folder, "file"), "");
  });

  const terminate = sinon.stub().resolves();
  beforeEach(() => {
    terminate.reset();
    terminate.resolves();
  });

  async function linesOf(cli: string, isRunning: (pid: number) => boolean, of = folder): Promise<string> {
    const lines: string[] = [];
    const ports = { clock, isRunning, exists: existsSync, terminate };
    for await (const line of cleanUp({ folder: of, cli }, ports)) lines.push(line);
    return lines.join(" ");
  }

  it("does nothing after a run that ended well", async () => {
    const isRunning = sinon.stub().throws(new Error("must not be asked"));
    for (const gone of ["", path.join(folder, "gone")])
      assert.equal(await linesOf("12", isRunning, gone), "");
    sinon.assert.notCalled(terminate);
  });

  it("removes the folder of a run that did not", async () => {
    const isRunning = sinon.stub().returns(false);
    assert.match(await linesOf("", isRunning), /was removed/);
    assert.equal(existsSync(folder), false);
    sinon.assert.notCalled(isRunning);
    sinon.assert.notCalled(terminate);
  });

  it("waits for a deployment that was left to end, ends what it left, then removes the folder", async () => {
    const isRunning = sinon.stub().callsFake(() => now < 3_000);
    terminate.callsFake(() => {
      assert.equal(now, 3_000);
      assert.equal(existsSync(folder), true);
      return Promise.resolve();
    });
    assert.match(await linesOf("77", isRunning), /still running; waiting.*It has ended.*removed/);
    sinon.assert.alwaysCalledWithExactly(isRunning, 77);
    sinon.assert.calledOnceWithExactly(terminate, 77);
    assert.equal(existsSync(folder), false);
  });

  it("says that it waits before it does", async () => {
    const ports = { clock, isRunning: () => now < 3_000, exists: existsSync, terminate };
    const first = await cleanUp({ folder, cli: "77" }, ports).next();
    assert.match(String(first.value), /waiting/);
    assert.equal(now, 0);
  });

  it("does not wait for ever, and takes nothing from a deployment that still runs", async () => {
    assert.match(await linesOf("77", sinon.stub().returns(true)), /It is still running/);
    assert.equal(existsSync(folder), true);
    sinon.assert.notCalled(terminate);
  });
});
