import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import sinon from "sinon";
import type { ProcessPort } from "../../../core/cli/own-process.ts";
import { cleanUp } from "../../../core/flow/leftovers.ts";
import { scratchFolders } from "../support/scratch.ts";

const STARTED = "4711";

async function* noService(): AsyncGenerator<string> {}

describe("the post step", () => {
  const freshFolder = scratchFolders();
  let temp = "";
  let folder = "";
  let now = 0;
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  const terminate = sinon.stub().resolves();
  const kill = sinon.fake();
  beforeEach(async () => {
    now = 0;
    temp = await realpath(await freshFolder("leftovers"));
    folder = await mkdtemp(path.join(temp, "databricks-secretless-"));
    await writeFile(path.join(folder, "file"), "");
    terminate.reset();
    terminate.resolves();
    kill.resetHistory();
  });

  /** A machine with one process, 77, of this run. */
  const machine = (isRunning: () => boolean, more: Partial<ProcessPort> = {}): ProcessPort => ({
    startedAt: (pid) => Promise.resolve(pid === 77 && isRunning() ? STARTED : undefined),
    environmentOf: () => ["A=1", `DATABRICKS_BUNDLE_TMP=${folder}/state`],
    ours: () => [],
    kill,
    ...more,
  });

  async function linesOf(cli: string, processes: ProcessPort, of = folder): Promise<string> {
    const lines: string[] = [];
    const ports = { clock, processes, terminate };
    for await (const line of cleanUp({ folder: of, cli, tempFolder: temp }, ports, noService))
      lines.push(line);
    return lines.join(" ");
  }

  it("does nothing after a run that ended well", async () => {
    for (const gone of ["", path.join(temp, "databricks-secretless-abcdef")])
      assert.equal(
        await linesOf(
          `77 ${STARTED}`,
          machine(() => true),
          gone,
        ),
        "",
      );
    sinon.assert.notCalled(terminate);
  });

  it("removes the folder of a run that did not", async () => {
    assert.match(
      await linesOf(
        "",
        machine(() => false),
      ),
      /was removed/,
    );
    assert.equal(existsSync(folder), false);
    sinon.assert.notCalled(terminate);
  });

  it("waits for a deployment that was left to end, ends what it left, then removes the folder", async () => {
    terminate.callsFake(() => {
      assert.equal(now, 3_000);
      assert.equal(existsSync(folder), true);
      return Promise.resolve();
    });
    const told = await linesOf(
      `77 ${STARTED}`,
      machine(() => now < 3_000),
    );
    assert.match(told, /still running; waiting.*It has ended.*removed/);
    sinon.assert.calledOnceWithExactly(terminate, 77);
    assert.equal(existsSync(folder), false);
  });

  it("says that it waits before it does", async () => {
    const ports = { clock, processes: machine(() => now < 3_000), terminate };
    const first = await cleanUp({ folder, cli: `77 ${STARTED}`, tempFolder: temp }, ports, noService).next();
    assert.match(String(first.value), /waiting/);
    assert.equal(now, 0);
  });

  it("does not wait for ever, and takes nothing from a deployment that still runs", async () => {
    assert.match(
      await linesOf(
        `77 ${STARTED}`,
        machine(() => true),
      ),
      /It is still running/,
    );
    assert.equal(existsSync(folder), true);
    sinon.assert.notCalled(terminate);
  });

  it("ends what has left the group by the folder in its environment, whoever it is not", async () => {
    const living = new Set([5, 6, 7]);
    const told = await linesOf(
      "",
      machine(() => false, {
        ours: () => [...living],
        environmentOf: (pid) =>
          pid === 5 ? ["A=1"] : pid === 6 ? undefined : [`DATABRICKS_BUNDLE_TMP=${folder}/state`],
        kill: (pid) => living.delete(pid),
      }),
    );
    assert.match(told, /process 7\)/);
    assert.deepEqual([...living], [5, 6]);
  });

  describe("believes nothing that code of the bundle can have written", () => {
    for (const [what, cli] of Object.entries({
      "an id alone": "77",
      "another start": "77 4712",
      "a process that is not there": `78 ${STARTED}`,
      "a group": `-77 ${STARTED}`,
      "every process": `-1 ${STARTED}`,
      init: `1 ${STARTED}`,
      "its own group": `0 ${STARTED}`,
      "a number in another form": `0x4d ${STARTED}`,
      "an exponent": `77e0 ${STARTED}`,
      "white space": ` 77 ${STARTED}`,
      "two lines": `77 ${STARTED}\n78 ${STARTED}`,
      "this very process": `${String(process.pid)} ${STARTED}`,
    })) {
      it(`of the process: ${what}`, async () => {
        assert.doesNotMatch(
          await linesOf(
            cli,
            machine(() => true),
          ),
          /waiting|Ended/,
        );
        sinon.assert.notCalled(terminate);
        sinon.assert.notCalled(kill);
      });
    }

    it("of the process: one of this user that this run has not started", async () => {
      const foreign = machine(() => true, { environmentOf: () => [`DATABRICKS_BUNDLE_TMP=/elsewhere`] });
      assert.doesNotMatch(await linesOf(`77 ${STARTED}`, foreign), /waiting/);
      sinon.assert.notCalled(terminate);
    });

    for (const [what, name] of Object.entries({
      "a folder elsewhere": "ELSEWHERE/databricks-secretless-abcdef",
      "another folder of the CI": "TEMP/_runner_file_commands",
      "a name that begins alike": "TEMP/databricks-secretless-audit",
      "the temporary folder": "TEMP",
      dots: "TEMP/databricks-secretless-abcdef/../../ELSE",
      "a link": "TEMP/databricks-secretless-linked",
      "a folder below one of ours": "TEMP/databricks-secretless-abcdef/databricks-secretless-abcdef",
      "a slash at the end": "TEMP/databricks-secretless-linked/",
      "a relative path": "databricks-secretless-abcdef",
    })) {
      it(`of the folder: ${what}`, async () => {
        const elsewhere = path.join(temp, "elsewhere");
        await mkdir(path.join(elsewhere, "databricks-secretless-abcdef"), { recursive: true });
        await mkdir(path.join(temp, "_runner_file_commands"));
        await mkdir(path.join(temp, "databricks-secretless-abcdef/databricks-secretless-abcdef"), {
          recursive: true,
        });
        await mkdir(path.join(temp, "databricks-secretless-audit"));
        await symlink(elsewhere, path.join(temp, "databricks-secretless-linked"));
        const forged = name.replace("ELSEWHERE", elsewhere).replace("TEMP", temp);
        assert.match(
          await linesOf(
            `77 ${STARTED}`,
            machine(() => true),
            forged,
          ),
          /nothing was removed or ended/,
        );
        for (const kept of [
          elsewhere,
          path.join(elsewhere, "databricks-secretless-abcdef"),
          folder,
          path.join(temp, "_runner_file_commands"),
          path.join(temp, "databricks-secretless-audit"),
          path.join(temp, "databricks-secretless-abcdef/databricks-secretless-abcdef"),
        ])
          assert.ok(existsSync(kept), kept);
        sinon.assert.notCalled(terminate);
      });
    }
  });
});
