import assert from "node:assert/strict";
import { isInside, pathForPeople, variable } from "../../../core/base/paths.ts";
import type { Platform } from "../../../core/base/ports.ts";

const on = (os: Platform["os"]): Platform => ({ os, arch: "x64" });
const [LINUX, MAC, WINDOWS] = [on("linux"), on("darwin"), on("win32")];

describe("paths", () => {
  for (const [file, folder, platform, inside, shown] of [
    ["/co/a/b.yml", "/co", LINUX, true, "a/b.yml"],
    ["/co", "/co", LINUX, true, ""],
    ["/co/", "/co", LINUX, true, ""],
    ["/co/..b/c", "/co", LINUX, true, "..b/c"],
    ["/coat/b", "/co", LINUX, false, "/coat/b"],
    ["/CO/b", "/co", LINUX, false, "/CO/b"],
    ["/CO/b", "/co", MAC, true, undefined],
    ["/etc/passwd", "/co", LINUX, false, "/etc/passwd"],
    ["/co/a\\b", "/co", LINUX, true, "a\\b"],
    ["D:\\co\\a\\b.yml", "D:\\co", WINDOWS, true, "a/b.yml"],
    ["d:\\CO\\a", "D:\\co", WINDOWS, true, "a"],
    ["C:\\other\\a", "D:\\co", WINDOWS, false, "C:/other/a"],
  ] as const)
    it(`${file} ${inside ? "is" : "is not"} in ${folder} on ${platform.os}`, () => {
      assert.equal(isInside(file, folder, platform), inside);
      if (shown !== undefined) assert.equal(pathForPeople(file, folder, platform), shown);
    });

  it("variables have no letter case on Windows alone", () => {
    assert.equal(variable({ Path: "x" }, "PATH", WINDOWS), "x");
    assert.equal(variable({ Path: "x" }, "PATH", LINUX), undefined);
  });
});
