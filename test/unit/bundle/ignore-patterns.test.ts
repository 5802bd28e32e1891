import assert from "node:assert/strict";
import fc from "fast-check";
import { IgnorePatterns } from "../../../core/bundle/ignore-patterns.ts";

const leavesOut = (lines: readonly string[], path: string): boolean =>
  new IgnorePatterns(lines, "leave-out").match(path);

describe("IgnorePatterns", () => {
  it("takes all, and leaves out nothing, where the CLI's library reads a pattern otherwise", () => {
    for (const pattern of ["gen/(a|b).py", "gen/a.py$", "^gen/a.py", "gen/a{1}.py"]) {
      assert.ok(new IgnorePatterns([pattern], "take").match("gen/a.py"), pattern);
      assert.ok(!leavesOut([pattern], "gen/a.py"), pattern);
    }
    assert.ok(!leavesOut(["*", "!(a|b).py"], "gen/a.py"));
    assert.ok(new IgnorePatterns(["*", "!(a|b).py"], "take").match("gen/a.py"));
  });

  const table: readonly (readonly [
    pattern: string,
    matching: readonly string[],
    others: readonly string[],
  ])[] = [
    ["*.log", ["a.log", "b/a.log", "a.log/x"], ["a.logs", "log"]],
    ["/a/b", ["a/b", "a/b/c"], ["x/a/b", "a/bc"]],
    ["a/b", ["a/b", "x/a/b"], ["ab"]],
    ["build/", ["build/x", "a/build/x/y", "build/"], ["build"]],
    ["a/*.py", ["a/x.py"], ["z/a/x.py", "a/b/x.py"]],
    ["a/**/b", ["a/b", "a/x/y/b"], ["ab", "a/xb"]],
    ["**/b", ["b", "x/y/b"], ["xb"]],
    ["/a/**", ["a", "a/x/y"], ["b/a/x"]],
    ["x?.txt", ["x?.txt"], ["xy.txt"]],
    ["[a-c]1", ["a1", "x/c1"], ["d1", "-1"]],
    ["[^a]1", ["b1"], ["a1"]],
    ["\\#a", ["#a"], ["a"]],
    ["\\*", ["*"], ["a"]],
    ["# comment", [], ["# comment", "comment"]],
    ["a.b \r", ["a.b"], ["axb"]],
  ];
  for (const [pattern, matching, others] of table) {
    it(`reads ${JSON.stringify(pattern)} as the Databricks CLI does`, () => {
      for (const path of matching) assert.ok(leavesOut([pattern], path), path);
      for (const path of others) assert.ok(!leavesOut([pattern], path), path);
    });
  }

  it("lets the last pattern that matches decide", () => {
    assert.ok(!leavesOut(["*.log", "!keep.log"], "keep.log"));
    assert.ok(leavesOut(["!keep.log", "*.log"], "keep.log"));
    assert.ok(leavesOut(["*.log", "!keep.log", "keep*"], "keep.log"));
  });

  it("rather takes too much where the CLI's reading is an accident", () => {
    assert.ok(!leavesOut(["a+b"], "a+b"));
    assert.ok(leavesOut(["a*", "!x"], "a+b"));
    assert.ok(!leavesOut(["a*", "!a+b"], "a+b"));
    assert.ok(new IgnorePatterns(["a+b"], "take").match("a+b"));
  });

  it("ends on any pattern and path", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "/", "*", "?", "[", "]", "!", "\\", "-", "^", "."),
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, (lines, path) => {
        leavesOut(lines, path);
      }),
      { numRuns: 1000 },
    );
    assert.ok(!leavesOut(["*a".repeat(200) + "b"], "a".repeat(2000)));
  });
});
