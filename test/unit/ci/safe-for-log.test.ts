import assert from "node:assert/strict";
import fc from "fast-check";
import { harmless, harmlessLines } from "../../../core/ci/safe-for-log.ts";

/** How GitHub's runner and the Azure Pipelines agent find a command in a line. */
function isCommand(line: string): boolean {
  return /^\s*::/u.test(line) || /##\[/.test(line) || /##vso\[/i.test(line);
}

describe("harmless lines", () => {
  for (const [text, wanted] of [
    ["::set-output name=a::b", ": :set-output name=a::b"],
    ["  ::add-mask::x", "  : :add-mask::x"],
    ["a ::error:: b", "a ::error:: b"],
    ["::::stop", ": :::stop"],
    ["##[error]x", "# #[error]x"],
    ["y ##vso[task.setvariable variable=a]b", "y # #vso[task.setvariable variable=a]b"],
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;title\u0007text", "text"],
    ["a\r::error::b", "a ::error::b"],
    ["\u001b[0m::error::b", ": :error::b"],
    ["#\u001b[1m#[x]", "# #[x]"],
    ["tab\tstays, ünïcode too", "tab\tstays, ünïcode too"],
  ] as const) {
    it(JSON.stringify(text), () => {
      assert.equal(harmless(text), wanted);
    });
  }

  it("are never a command and never two lines, whatever came in", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "::",
        ":",
        "#",
        "##",
        "##vso[",
        "##[",
        "\u001b",
        "\u001b[",
        "\u001b]",
        "0m",
        "\u0007",
        "\r",
        "\n",
        " ",
        "\u200b",
        "\ufeff",
        "\u009b",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const line of [harmless(pieces.join("")), ...harmlessLines(pieces.join(""))]) {
          assert.ok(!isCommand(line), JSON.stringify(line));
          assert.doesNotMatch(line, /[\r\n\u001b]/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
