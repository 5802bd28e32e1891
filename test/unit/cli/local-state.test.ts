import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { idsOf, readStateIds } from "../../../core/cli/local-state.ts";
import { scratchFolders } from "../support/scratch.ts";

const HEAD = { state_version: 2, cli_version: "1.13.0", lineage: "95cb68d5", serial: 1 };
const state = (entries: object, head: object = {}): string =>
  JSON.stringify({ ...HEAD, ...head, state: entries });
const GOOD = state({
  "resources.jobs.nightly": { __id__: "528910734205101", state: {} },
  "resources.jobs.nightly.permissions": { __id__: "/jobs/528910734205101", state: {} },
  "resources.schemas.lake": { __id__: "main.lake" },
});

describe("the state that the CLI leaves", () => {
  it("says the ids of resources, and passes over their parts", () => {
    const wanted = { "jobs.nightly": "528910734205101", "schemas.lake": "main.lake" };
    assert.deepEqual(Object.fromEntries(idsOf(GOOD) ?? []), wanted);
    assert.deepEqual(idsOf(state({})), new Map());
    assert.deepEqual(idsOf(state({}, { state_version: 3 })), new Map());
  });

  const job = { __id__: "7", state: {} };
  const others: Readonly<Record<string, string>> = {
    nothing: "",
    "half of it": GOOD.slice(0, -9),
    "a list": "[]",
    "Terraform's state": JSON.stringify({ version: 4, serial: 1, lineage: "x", resources: [] }),
    "an earlier version": state({}, { state_version: 1 }),
    "a later version": state({}, { state_version: 4 }),
    "a version as text": state({}, { state_version: "2" }),
    "a feature that is not known": state({}, { state_version: 3, features: { later: {} } }),
    "no lineage": state({}, { lineage: "" }),
    "no serial number": state({}, { serial: "1" }),
    "a list of resources": state([]),
    "an entry without an id": state({ "resources.jobs.nightly": { state: {} } }),
    "an empty id": state({ "resources.jobs.nightly": { __id__: "" } }),
    "an id that is a number": state({ "resources.jobs.nightly": { __id__: 7 } }),
    "a key of another form": state({ "jobs.nightly": job }),
    "a key without a name": state({ "resources.jobs": job }),
    "one job twice": state({ "resources.jobs.a": job, "resources.jobs.b": job }),
  };
  for (const [what, text] of Object.entries(others))
    it(`is not read: ${what}`, () => {
      assert.equal(idsOf(text), undefined);
    });

  it("is read, or not, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((one) => `{"state":${one}}`),
        ),
        (text) => {
          idsOf(text);
        },
      ),
    );
  });

  describe("as a file", () => {
    const freshFolder = scratchFolders();
    const read = (root: string) =>
      readStateIds({ root, state: path.join(root, "state") }, "prod", systemPlatform());
    async function folder(): Promise<{ readonly root: string; readonly file: string }> {
      const root = await freshFolder("private");
      await mkdir(path.join(root, "state/prod"), { recursive: true });
      return { root, file: path.join(root, "state/prod/resources.json") };
    }

    it("is read where it is one", async () => {
      const { root, file } = await folder();
      assert.equal(await read(root), undefined);
      await writeFile(file, GOOD);
      assert.equal((await read(root))?.get("jobs.nightly"), "528910734205101");
    });

    it("is not read beside a log of what is not yet in it", async () => {
      const { root, file } = await folder();
      await writeFile(file, GOOD);
      await writeFile(`${file}.wal`, "");
      assert.equal(await read(root), undefined);
    });

    it("is not read where it is a link out of its folder, a second name or a pipe", async function () {
      if (process.platform === "win32") this.skip();
      const elsewhere = path.join(await freshFolder("elsewhere"), "file");
      await writeFile(elsewhere, GOOD);
      const puts: ((file: string) => unknown)[] = [
        (file) => symlink(elsewhere, file),
        (file) => symlink("/dev/zero", file),
        (file) => link(elsewhere, file),
        (file) => assert.equal(spawnSync("mkfifo", [file]).status, 0),
      ];
      for (const put of puts) {
        const { root, file } = await folder();
        await put(file);
        assert.equal(await read(root), undefined);
      }
    });
  });
});
