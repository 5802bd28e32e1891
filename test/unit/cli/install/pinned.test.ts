import assert from "node:assert/strict";
import table from "../../../../core/cli/install/pinned.json" with { type: "json" };
import { DEFAULT_CLI_VERSION, fittingVersion, pinnedSha256 } from "../../../../core/cli/install/pinned.ts";
import {
  archiveName,
  checksumsName,
  programName,
  RELEASE_PLATFORMS,
  releasePlatform,
} from "../../../../core/cli/install/release.ts";
import type { Platform } from "../../../../core/base/ports.ts";

describe("pinned releases", () => {
  it("are hashes by version and platform, each once", () => {
    const hashes: string[] = [];
    for (const [version, platforms] of Object.entries(table)) {
      assert.match(version, /^\d+\.\d+\.\d+$/);
      for (const [platform, sha256] of Object.entries(platforms)) {
        assert.ok(
          RELEASE_PLATFORMS.some((one) => one === platform),
          platform,
        );
        assert.match(sha256, /^[\da-f]{64}$/);
        hashes.push(sha256);
      }
    }
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("have the default version for every platform", () => {
    for (const platform of RELEASE_PLATFORMS) assert.ok(pinnedSha256(DEFAULT_CLI_VERSION, platform));
  });

  it("are chosen by what fits: the default, else the newest that is pinned for the platform", () => {
    const chosen = (...versions: readonly string[]) =>
      fittingVersion((version) => versions.includes(version), "linux_amd64");
    assert.equal(chosen("1.8.0", "1.9.0", "1.11.0", DEFAULT_CLI_VERSION), DEFAULT_CLI_VERSION);
    assert.equal(chosen("1.8.0", "1.9.0", "1.11.0"), "1.11.0");
    assert.equal(chosen("1.13.0", "1.14.0"), undefined);
    assert.equal(
      fittingVersion((version) => version === "1.13.0", "windows_amd64"),
      "1.13.0",
    );
  });

  it("are found by own names only", () => {
    assert.equal(
      pinnedSha256("1.9.0", "linux_amd64"),
      "10938da31db7f89e6e90f6be41d340e3387231e5da5125cfc97ecb8cb66f6394",
    );
    assert.equal(pinnedSha256("1.13.0", "linux_amd64"), undefined);
    assert.equal(pinnedSha256("constructor", "linux_amd64"), undefined);
  });

  const platforms: readonly (readonly [Platform, string, string])[] = [
    [{ os: "linux", arch: "x64" }, "linux_amd64", "databricks"],
    [{ os: "linux", arch: "arm64" }, "linux_arm64", "databricks"],
    [{ os: "darwin", arch: "x64" }, "darwin_amd64", "databricks"],
    [{ os: "darwin", arch: "arm64" }, "darwin_arm64", "databricks"],
    [{ os: "win32", arch: "x64" }, "windows_amd64", "databricks.exe"],
    [{ os: "win32", arch: "arm64" }, "windows_arm64", "databricks.exe"],
  ];
  for (const [platform, name, program] of platforms) {
    it(`names the files for ${platform.os} on ${platform.arch}`, () => {
      assert.equal(releasePlatform(platform), name);
      assert.equal(programName(platform), program);
      assert.equal(archiveName("1.9.0", releasePlatform(platform)), `databricks_cli_1.9.0_${name}.zip`);
    });
  }

  it("names the list of checksums", () => {
    assert.equal(checksumsName("1.9.0"), "databricks_cli_1.9.0_SHA256SUMS");
  });
});
