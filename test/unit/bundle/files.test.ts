import assert from "node:assert/strict";
import { chmod, symlink } from "node:fs/promises";
import path from "node:path";
import { getuid } from "node:process";
import { readBundleFiles } from "../../../core/bundle/files.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { inCheckout, type Files } from "./checkouts.ts";

const LINUX = { os: "linux", arch: "x64" } as const;

describe("the files of a bundle", () => {
  const readIn = (checkout: string, root = ".") =>
    readBundleFiles({ root: path.join(checkout, root), checkout, platform: LINUX });
  const read = (files: Files, root?: string) => inCheckout(files, (checkout) => readIn(checkout, root));
  async function failure(files: Files, root?: string): Promise<SecretlessError> {
    const error: unknown = await read(files, root).then(
      () => undefined,
      (one: unknown) => one,
    );
    assert.ok(error instanceof SecretlessError, String(error));
    return error;
  }

  it("are not a file: the error names its folder", async () => {
    const error = await failure({ "lake/databricks.yml": "" }, "lake/databricks.yml");
    assert.equal(error.code, "BUNDLE_NOT_FOUND");
    assert.equal(error.details.problem, "`bundle-root` names a file.");
    assert.equal(error.details.remedy, "Name its folder: `lake`.");
  });

  it("are the root file and what it includes, in the order of the merge, named from the checkout", async () => {
    const files = await read(
      {
        "lake/databricks.yml":
          "include: [z.yml, 'r/*.yml', 'r/a.yml', ./r/../z.yml, ../shared.json, 'databricks.yml', '*.yaml']",
        "lake/z.yml": "",
        "lake/r/b.yml": "",
        "lake/r/a.yml": "",
        "lake/r/é.yml": "",
        "lake/r/Z.yml": "",
        "shared.json": "{}",
      },
      "lake",
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      [
        "lake/databricks.yml",
        "lake/z.yml",
        "lake/r/Z.yml",
        "lake/r/a.yml",
        "lake/r/b.yml",
        "lake/r/é.yml",
        "shared.json",
      ],
    );
    for (const { path: file, name } of files) assert.ok(path.isAbsolute(file) && file.endsWith(`/${name}`));
  });

  for (const name of ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"]) {
    it(`may begin in ${name}`, async () => {
      assert.deepEqual(
        (await read({ [name]: "bundle: {}" })).map((file) => file.name),
        [name],
      );
    });
  }

  it("lie in the checkout, whatever links and dots lead out of it", async () => {
    await inCheckout({ "x.yml": "", "c/real/databricks.yml": "include: ['../../x.yml']" }, async (parent) => {
      const checkout = path.join(parent, "c");
      await symlink(path.join(checkout, "real"), path.join(checkout, "link"));
      await assert.rejects(readIn(checkout, "link"), (error) => {
        assert.ok(error instanceof SecretlessError);
        const told = error.mistakes.map(({ problem }) => problem).join("\n");
        assert.match(told, /pattern `\.\.\/\.\.\/x\.yml` leads out of the checkout/);
        return true;
      });
    });
  });

  it("that cannot be read are all told at once, each at its place", async () => {
    const error = await failure({
      "databricks.yml":
        "include:\n  - /abs.yml\n  - nope.yml\n  - '[x'\n  - a.txt\n  - bad.yml\n  - dir.yml\n  - binary.yml",
      "a.txt": "",
      "bad.yml": "a: [\nb: c: d\n",
      "dir.yml/x": "",
      "binary.yml": Uint8Array.of(0xc3, 0x28),
    });
    assert.equal(error.code, "BUNDLE_INVALID");
    const told = error.mistakes.map(
      ({ problem, place }) => `${place?.file ?? ""}:${String(place?.line ?? "")} ${problem}`,
    );
    for (const expected of [
      /^databricks\.yml:2 `include` takes paths relative/,
      /^databricks\.yml:3 `include` names `nope\.yml`, which does not exist/,
      /^databricks\.yml:4 The `include` pattern `\[x` is malformed/,
      /^databricks\.yml:5 `include` takes YAML and JSON files alone, not `a\.txt`/,
      /^bad\.yml:\d Not YAML: /,
      /^dir\.yml: The file is not read: it is a folder/,
      /^binary\.yml: The file is not UTF-8 text/,
    ]) {
      assert.ok(
        told.some((one) => expected.test(one)),
        `${String(expected)} in ${told.join("\n")}`,
      );
    }
  });

  const root = getuid?.() === 0;
  it(`that the user may not read are told${root ? " (skipped: root may read everything)" : ""}`, async function () {
    if (root) this.skip();
    await inCheckout({ "databricks.yml": "" }, async (checkout) => {
      await chmod(path.join(checkout, "databricks.yml"), 0);
      await assert.rejects(readIn(checkout), /EACCES/);
    });
  });

  it("may be one mistake, told without a list", async () => {
    const error = await failure({ "databricks.yml": "include: [*nope]" });
    assert.equal(error.code, "BUNDLE_INVALID");
    assert.deepEqual(error.details.place, { file: "databricks.yml", line: 1, column: 11 });
    assert.deepEqual(error.mistakes, []);
  });

  it("are refused where the CLI finds two root files", async () => {
    const error = await failure({ "b/databricks.yml": "", "b/bundle.yaml": "" }, "b");
    assert.equal(error.code, "BUNDLE_INVALID");
    assert.equal(error.details.actual, "b/databricks.yml, b/bundle.yaml");
  });

  for (const odd of ["*", "?", "[", "]", "^"]) {
    it(`are refused below a folder with ${odd} in its name, as the CLI does`, async () => {
      const error = await failure({ [`a${odd}b/databricks.yml`]: "" }, `a${odd}b`);
      assert.equal(error.code, "BUNDLE_INVALID");
      assert.ok(error.message.includes(`\`${odd}\``));
    });
  }

  describe("that are not there", () => {
    const cases: [string, Files, string, RegExp][] = [
      ["a folder that does not exist", { "databricks.yml": "" }, "no/such", /the folder does not exist/],
      ["nothing near", { "README.md": "", "src/a.py": "" }, ".", /^none of them$/],
      ["another letter case", { "Databricks.yml": "" }, ".", /^nearby: Databricks\.yml$/],
      ["a template", { "databricks.yml.tmpl": "" }, ".", /databricks\.yml\.tmpl/],
      ["a folder below", { "a/databricks.yml": "", "b/bundle.yml": "" }, ".", /^nearby: a, b$/],
      ["a folder above", { "lake/databricks.yml": "", "lake/src/x.py": "" }, "lake/src", /^nearby: lake$/],
      ["the checkout itself", { "databricks.yml": "", "src/x.py": "" }, "src", /^nearby: \.$/],
      [
        "many",
        Object.fromEntries(Array.from("abcdefgh", (name) => [`${name}/databricks.yml`, ""])),
        ".",
        /^nearby: a, b, c, d, e$/,
      ],
    ];
    for (const [name, files, root, actual] of cases) {
      it(`are told with what was looked for and ${name}`, async () => {
        const error = await failure(files, root);
        assert.equal(error.code, "BUNDLE_NOT_FOUND");
        assert.match(
          error.details.expected ?? "",
          /databricks\.yml, databricks\.yaml, bundle\.yml, bundle\.yaml/,
        );
        assert.match(error.details.actual ?? "", actual);
        assert.match(error.details.remedy ?? "", /bundle-root/);
      });
    }
  });
});
