import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeMarkdown, fenced, link, table } from "../../../core/report/markdown.ts";

describe("Markdown", () => {
  it("keeps no punctuation that a parser could read, and loses no character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const escaped = escapeMarkdown(text);
        const bare = escaped.replace(/&#\d+;/g, "");
        assert.doesNotMatch(bare, /[`*_[\]{}()<>|~#"'\\!&:.@]/);
        const back = escaped.replace(/&#(\d+);/g, (_, digits) => String.fromCharCode(Number(digits)));
        assert.equal(back, text.replace(/[\s\p{Cc}]+/gu, " "));
      }),
    );
  });

  it("links to http and https only", () => {
    assert.equal(link("a", "https://example.com/jobs/1?w=2"), "[a](<https://example.com/jobs/1?w=2>)");
    assert.equal(link("a", "javascript:alert(1)"), "a");
    assert.equal(link("a", "not a url"), "a");
    assert.equal(link("a", undefined), "a");
    assert.equal(link("a", "https://example.com/>)|x"), "[a](<https://example.com/%3E)%7Cx>)");
  });

  it("cuts long tables and says how much is missing", () => {
    const text = table(
      ["n"],
      Array.from({ length: 203 }, (_, at) => [String(at)]),
    );
    assert.match(text, /\| 199 \|\n\n… and 3 more\.$/);
    assert.equal(table(["a", "b"], [["1", "2"]]), "| a | b |\n| --- | --- |\n| 1 | 2 |");
  });

  it("fences text that holds fences", () => {
    assert.equal(fenced("x"), "```text\nx\n```");
    assert.equal(fenced("a\n```\nb"), "````text\na\n```\nb\n````");
  });
});
