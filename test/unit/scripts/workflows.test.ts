import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { languageService } from "../../shells/support/linters.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const FOLDER = ".github/workflows";

interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, { permissions?: Readonly<Record<string, string>> }>>;
}

describe("our own workflows", () => {
  const texts = new Map<string, string>();
  before(async () => {
    for (const name of await readdir(path.join(root, FOLDER)))
      texts.set(name, await readFile(path.join(root, FOLDER, name), "utf8"));
  });

  it("are accepted by GitHub's language service, which refuses what is wrong in them", async () => {
    assert.ok(texts.size >= 2);
    for (const [name, text] of texts) {
      assert.deepEqual(await languageService(name, text), []);
      assert.notDeepEqual(await languageService(name, text.replace("runs-on:", "run-on:")), []);
    }
  });

  it("name every action by its commit, the same one as the templates", async () => {
    const library = await readFile(path.join(root, "bundle-templates/shared/library/actions.tmpl"), "utf8");
    const ours = /^(\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$/;
    const known = new Map(
      [...library.matchAll(/([\w/-]+)@([0-9a-f]{40}) #/g)].map(([, name = "", commit = ""]) => [
        name,
        commit,
      ]),
    );
    assert.ok(known.size > 0);
    for (const [file, text] of texts) {
      const used = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, use = ""]) => use);
      assert.ok(used.length > 0, file);
      for (const use of used) {
        const [, name = "", commit] = ours.exec(use) ?? [];
        assert.ok(commit !== undefined, `${file}: ${use}`);
        assert.equal(commit, known.get(name) ?? commit, use);
      }
    }
  });

  it("have no rights but those that each job names; what runs foreign code may write nothing", () => {
    for (const [file, text] of texts) {
      const { permissions, jobs } = parse(text) as Workflow;
      assert.deepEqual(permissions, {}, file);
      for (const [name, job] of Object.entries(jobs)) {
        const rights = Object.values(job.permissions ?? { none: "missing" });
        const writes = rights.some((right) => right !== "read");
        assert.equal(writes, file === "release.yml" && name === "publish", `${file}, ${name}`);
      }
    }
  });
});
