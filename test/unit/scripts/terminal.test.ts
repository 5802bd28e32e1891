import assert from "node:assert/strict";
import { readable, wantsColours } from "../../../scripts/terminal.ts";

describe("a CI's log on a terminal", () => {
  for (const [line, shown] of [
    [
      "::error title=X,file=a.yml,line=3,col=2::CODE: one%0A  two: 100%25",
      "error: a.yml:3: CODE: one\n  two: 100%",
    ],
    ["::warning title=X::careful", "warning: careful"],
    ["##vso[task.logissue type=error;sourcepath=a.yml;linenumber=3;]CODE: one", "error: a.yml:3: CODE: one"],
    ["::group::Plan", "Plan"],
    ["##[group]Plan", "Plan"],
    ["a line with :: in it", "a line with :: in it"],
  ] as const)
    it(line, () => {
      assert.equal(readable(line, false), shown);
    });

  it("leaves out what only the CI reads", () => {
    const lines = [
      "::endgroup::",
      "::debug::x",
      "::add-mask::s",
      "##vso[task.setvariable variable=a]b",
      "##[endgroup]",
      "end",
    ];
    assert.equal(readable(lines.join("\n"), false), "end");
  });

  it("has colours where somebody looks, and as the variables say", () => {
    assert.match(readable("::error::x", true), /\u001b\[31merror:\u001b\[0m x/);
    assert.ok(wantsColours({}, true));
    for (const [env, terminal] of [
      [{}, false],
      [{ NO_COLOR: "1" }, true],
      [{ TERM: "dumb" }, true],
    ] as const)
      assert.ok(!wantsColours(env, terminal));
    assert.ok(wantsColours({ FORCE_COLOR: "1" }, false));
  });
});
