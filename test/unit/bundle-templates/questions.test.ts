import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { questions, type Property } from "../../../scripts/template-questions.ts";
import { templateSchema } from "../../../scripts/template-schemas.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const FORMS = ["bundle", "ci"] as const;
const all: readonly (readonly [string, Property])[] = FORMS.flatMap((form) =>
  Object.entries(questions(form)).map(([name, property]) => [`${form}: ${name}`, property] as const),
);
const patterned = all.filter(([, { pattern }]) => pattern !== undefined);

describe("the questions of the bundle templates", () => {
  it("are what the schemas ask (npm run docs)", async () => {
    for (const form of FORMS) {
      const file = `bundle-templates/secretless-${form}/databricks_template_schema.json`;
      assert.equal(await readFile(path.join(root, file), "utf8"), templateSchema(form), file);
    }
  });

  it("have the same names in both, for they share one tree", () => {
    assert.deepEqual(Object.keys(questions("bundle")), Object.keys(questions("ci")));
  });

  it("have a default where they may be skipped, and one that their own pattern accepts", () => {
    for (const [name, property] of all) {
      const { default: value, pattern, skip_prompt_if: skip, enum: values } = property;
      if (skip !== undefined) assert.notEqual(value, undefined, name);
      if (values !== undefined) assert.ok(values.includes(value ?? ""), name);
      if (pattern === undefined || value === undefined || value.includes("{{")) continue;
      assert.match(value, new RegExp(pattern), name);
    }
  });

  it("show a good answer when they refuse one", () => {
    for (const [name, { pattern = "", pattern_match_failure_message: message = "" }] of patterned) {
      const [, example] = /(?:such as|^Wanted: (?=service_)) ?(\S+?)[,.]?(?= |$)/.exec(message) ?? [];
      assert.match(example ?? "", new RegExp(pattern), `${name}: ${message}`);
    }
  });

  it("accept nothing that could end a line, a quote, a word or a part of a subject", () => {
    for (const [name, { pattern = "" }] of patterned) {
      const answers = fc.stringMatching(new RegExp(pattern));
      fc.assert(
        fc.property(answers, (answer) => {
          assert.match(answer, /^[A-Za-z0-9._/@: -]*$/, name);
          // Colons and blanks are in URLs and names of Azure DevOps projects alone.
          if (!/_host$/.test(name)) assert.doesNotMatch(answer, /:/, name);
          if (!name.endsWith("azure_project")) assert.doesNotMatch(answer, / /, name);
          const parts = answer === "." ? [] : answer.split("/");
          assert.ok(!parts.includes(".") && !parts.includes(".."), `${name}: ${answer}`);
        }),
        { numRuns: 30 },
      );
    }
  });

  for (const bad of [
    "",
    " ",
    "a\nb",
    "a\r",
    "a\u2028b",
    "a'b",
    'a"b',
    "a`b",
    "$(a)",
    "${{ a }}",
    "{{.a}}",
    "a;b",
    "a|b",
    "a&b",
    "a\\b",
    "..",
    "../a",
    "/a",
    "a/",
    "a//b",
    "-a",
    "#a",
    "*",
    "[a]",
    "{a: b}",
    "a: b",
    "ä",
    "%0A",
  ]) {
    it(`refuse ${JSON.stringify(bad)}, whatever is asked`, () => {
      for (const [name, { pattern = "", default: value }] of patterned) {
        // Where a question is skipped, its answer is empty.
        if (bad === "" && value !== undefined) continue;
        // Begins like an argument, but stands in no command alone.
        if (bad === "-a" && /bundle_root|azure_project/.test(name)) continue;
        assert.doesNotMatch(bad, new RegExp(pattern), name);
      }
    });
  }
});
