import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { ERROR_CODES } from "../../../../core/base/errors.ts";
import { AZURE_DEVOPS } from "../../../../core/ci/azure-devops/dialect.ts";
import { INPUT_NAMES } from "../../../../core/ci/inputs/table.ts";
import { MANIFESTS } from "../../../../scripts/manifests.ts";
import { PAGES, withTables } from "../../../../scripts/input-table.ts";

const root = path.resolve(import.meta.dirname, "../../../..");
const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");

/** The anchor that GitHub gives to a heading. */
const anchorOf = (title: string): string =>
  title
    .replace(/`/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");

describe("action.yml", () => {
  for (const file of ["action/action.yml", "action.yml"])
    it(`${file} is accepted by GitHub's own language service`, async () => {
      const text = await read(file);
      // The service caches by URI.
      const check = (folder: string, content: string): ReturnType<typeof validate> =>
        validate(TextDocument.create(`file:///${folder}/${file}`, "yaml", 0, content));
      assert.deepEqual(await check("ours", text), []);
      assert.notDeepEqual(await check("wrong", text.replace("using: node24", "using: node99")), []);
    });

  it("is the same at the root of the repository, and starts the same files from there", async () => {
    const [own, atRoot] = await Promise.all(
      ["action/action.yml", "action.yml"].map(
        async (file) => parse(await read(file)) as { runs: Record<string, string> },
      ),
    );
    const { runs, ...rest } = own ?? { runs: {} };
    const { runs: rootRuns, ...rootRest } = atRoot ?? { runs: {} };
    assert.deepEqual(rootRest, rest);
    const main = (folder: string, file = ""): string => path.join(root, folder, file);
    assert.equal(rootRuns["using"], runs["using"]);
    for (const name of ["main", "post"]) assert.equal(main("", rootRuns[name]), main("action", runs[name]));
  });

  it("starts files that the build makes", async () => {
    const { runs } = parse(await read("action/action.yml")) as {
      runs: { using: string; main: string; post: string };
    };
    assert.deepEqual(runs, { using: "node24", main: "dist/main.js", post: "dist/post.js" });
  });
});

describe("the manifests", () => {
  for (const [file, make] of Object.entries(MANIFESTS)) {
    it(`${file} is what the tables of core make (npm run docs)`, async () => {
      const text = await read(file);
      assert.equal(await make(text), text);
    });
  }

  it("have every input that their CI has, and none that it has not", async () => {
    const { inputs } = parse(await read("action/action.yml")) as { inputs: Record<string, unknown> };
    const { inputs: task } = JSON.parse(await read("tasks/DatabricksBundle/task.json")) as {
      inputs: { name: string }[];
    };
    const own = Object.keys(inputs);
    const theirs = task.map(({ name }) => name);
    assert.deepEqual(
      INPUT_NAMES.filter((name) => !own.includes(name)),
      ["azure-subscription"],
    );
    assert.deepEqual(
      INPUT_NAMES.filter((name) => !theirs.includes(AZURE_DEVOPS.inputLabel(name))),
      ["audience"],
    );
    assert.equal(own.length, INPUT_NAMES.length - 1);
    assert.equal(theirs.length, INPUT_NAMES.length - 1);
  });
});

describe("the documentation", () => {
  it("shows the inputs as they are in the manifests (npm run docs)", async () => {
    for (const page of Object.keys(PAGES) as (keyof typeof PAGES)[]) {
      const text = await read(page);
      assert.equal(await withTables(page, text), text);
    }
  });

  it("has an entry for every error code, and for nothing else", async () => {
    const headings = [...(await read("docs/troubleshooting.md")).matchAll(/^## (.+)$/gm)].map(
      ([, title]) => title,
    );
    assert.deepEqual(headings.toSorted(), ERROR_CODES.toSorted());
  });

  it("links only to pages and headings that exist", async () => {
    const pages = (await readdir(path.join(root, "docs"))).map((name) => `docs/${name}`);
    const headings = async (file: string): Promise<string[]> =>
      [...(await read(file)).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => anchorOf(title));
    const missing: string[] = [];
    for (const file of ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ...pages]) {
      const own =
        /\]\((?:https:\/\/github\.com\/<owner>\/databricks-secretless\/blob\/v1\/|(?!https?:))([^)#\s]*)(?:#([^)\s]+))?\)/g;
      for (const [link, target = "", anchor] of (await read(file)).matchAll(own)) {
        const page = target === "" ? file : path.posix.join(path.dirname(file), target);
        const there = await access(path.join(root, page)).then(
          () =>
            anchor === undefined ||
            !page.endsWith(".md") ||
            headings(page).then((all) => all.includes(anchor)),
          () => false,
        );
        if (!there) missing.push(`${file}: ${link}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  it("links from the extension's page to pages that exist, and fills in the repository", async () => {
    const text = await read("extension/overview.md");
    const links = [...text.matchAll(/\]\((https:\/\/[^)]+)\)/g)].map(([, url = ""]) => url);
    assert.ok(links.length >= 5);
    for (const url of links) {
      const [, page] =
        /^https:\/\/github\.com\/<owner>\/databricks-secretless\/blob\/v1\/(.+)$/.exec(url) ?? [];
      assert.ok(page !== undefined, url);
      await assert.doesNotReject(access(path.join(root, page)), url);
    }
  });
});
