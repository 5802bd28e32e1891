import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { glob, matcher, PatternError } from "../../../core/bundle/include-glob.ts";
import { diskTree } from "../../../core/base/tree.ts";
import { inCheckout } from "./checkouts.ts";

const { posix, win32 } = path;

/** The table of Go's own tests for `filepath.Match`, shortened: pattern, name, whether it matches. */
const MATCHES: readonly (readonly [string, string, boolean | "malformed"])[] = [
  ["abc", "abc", true],
  ["*", "abc", true],
  ["*c", "abc", true],
  ["a*", "a", true],
  ["a*/b", "abc/b", true],
  ["a*/b", "a/c/b", false],
  ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
  ["a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false],
  ["a*b?c*x", "abxbbxdbxebxczzx", true],
  ["ab[c]", "abc", true],
  ["ab[b-d]", "abc", true],
  ["ab[e-g]", "abc", false],
  ["ab[^c]", "abc", false],
  ["ab[^e-g]", "abc", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "ab", false],
  ["a?b", "a☺b", true],
  ["a[^a]b", "a☺b", true],
  ["a???b", "a☺b", false],
  ["[a-ζ]*", "α", true],
  ["*[a-ζ]", "A", false],
  ["a?b", "a/b", false],
  ["[\\]a]", "]", true],
  ["[\\-]", "-", true],
  ["[x\\-]", "x", true],
  ["[\\-x]", "a", false],
  ["[z-a]", "b", false],
  ["[]a]", "]", "malformed"],
  ["[-]", "-", "malformed"],
  ["[x-]", "x", "malformed"],
  ["[-x]", "x", "malformed"],
  ["[a-b-c]", "a", "malformed"],
  ["[", "a", "malformed"],
  ["[^", "a", "malformed"],
  ["[^bc", "a", "malformed"],
  ["a\\", "a", "malformed"],
  ["a[", "a", "malformed"],
  ["*x", "xxx", true],
  [".*", ".x", true],
];

describe("databricks/include-glob", () => {
  for (const [pattern, name, expected] of MATCHES) {
    it(`${pattern} and ${name}: ${String(expected)}`, () => {
      if (expected === "malformed") assert.throws(() => matcher(pattern, posix), PatternError);
      else assert.equal(matcher(pattern, posix).test(name), expected);
    });
  }

  it("takes a backslash for itself on Windows", () => {
    assert(matcher("[\\a]", win32).test("\\"));
    assert(matcher("a\\*", win32).test("a\\b"));
  });

  it("finds what is there, folder by folder, and passes over files where a folder is wanted", () =>
    inCheckout(
      { "a/x.yml": "", "a/y.txt": "", "b/x.yml": "", "b/c/x.yml": "", ".d/x.yml": "", file: "" },
      async (root) => {
        const found = async (pattern: string) =>
          (await glob(path.join(root, pattern), posix, diskTree))
            .map((one) => path.relative(root, one))
            .sort();
        assert.deepEqual(await found("*/x.yml"), [".d/x.yml", "a/x.yml", "b/x.yml"]);
        assert.deepEqual(await found("[ab]/*.yml"), ["a/x.yml", "b/x.yml"]);
        assert.deepEqual(await found("*/*/*.yml"), ["b/c/x.yml"]);
        assert.deepEqual(await found("a/x.yml"), ["a/x.yml"]);
        assert.deepEqual(await found("a/z.yml"), []);
        assert.deepEqual(await found("file/*"), []);
        assert.deepEqual(await found("a/../b/*.yml"), ["b/x.yml"]);
      },
    ));

  it("ends for any pattern", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...Array.from("*?[]^-\\/a.")) }),
        async (pattern) => {
          try {
            assert(Array.isArray(await glob(path.join("/nonexistent", pattern), posix, diskTree)));
          } catch (error) {
            assert(error instanceof PatternError);
          }
        },
      ),
    );
  });

  it("matches a name that is spelt with escapes alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const escaped = Array.from(name, (character) => `\\${character}`).join("");
        assert(matcher(escaped, posix).test(name));
      }),
    );
  });
});
