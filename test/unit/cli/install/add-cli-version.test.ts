import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import type { PinnedTable } from "../../../../core/cli/install/pinned.ts";
import { RELEASE_PLATFORMS } from "../../../../core/cli/install/release.ts";
import { addCliVersion, addVersion } from "../../../../scripts/add-cli-version.ts";
import { listen } from "../../support/servers.ts";
import { folders, sha256, site } from "./support/release.ts";

const hashOf = (version: string, platform: string) => sha256(`${version} ${platform}`);

function checksums(version: string, platforms: readonly string[] = RELEASE_PLATFORMS): string {
  const lines = platforms.flatMap((platform) => [
    `${hashOf(version, platform)}  databricks_cli_${version}_${platform}.zip`,
    `${sha256(platform)}  databricks_cli_${version}_${platform}.tar.gz`,
  ]);
  return `${lines.join("\n")}\n`;
}

describe("add-cli-version", () => {
  const folder = folders();
  const table: PinnedTable = { "1.9.0": { linux_amd64: hashOf("1.9.0", "linux_amd64") } };

  it("adds the zip archives of a version, newest version first", () => {
    const added = addVersion(addVersion(table, "1.10.0", checksums("1.10.0")), "1.2.0", checksums("1.2.0"));
    assert.deepEqual(Object.keys(added), ["1.10.0", "1.9.0", "1.2.0"]);
    assert.deepEqual(Object.keys(added["1.10.0"] ?? {}), [...RELEASE_PLATFORMS]);
    assert.equal(added["1.10.0"]?.darwin_arm64, hashOf("1.10.0", "darwin_arm64"));
    assert.deepEqual(added["1.9.0"], table["1.9.0"]);
  });

  it("completes a version that is pinned in part, and is idempotent (property)", () => {
    fc.assert(
      fc.property(
        fc.subarray([...RELEASE_PLATFORMS], { minLength: 1 }),
        fc.subarray([...RELEASE_PLATFORMS], { minLength: 1 }),
        (first, second) => {
          const once = addVersion(
            addVersion(table, "1.13.0", checksums("1.13.0", first)),
            "1.13.0",
            checksums("1.13.0", second),
          );
          assert.deepEqual(new Set(Object.keys(once["1.13.0"] ?? {})), new Set([...first, ...second]));
          assert.equal(
            JSON.stringify(addVersion(once, "1.13.0", checksums("1.13.0", first))),
            JSON.stringify(once),
          );
        },
      ),
    );
  });

  it("never changes a pinned hash", () => {
    const other = checksums("1.9.0").replace(hashOf("1.9.0", "linux_amd64"), "0".repeat(64));
    assert.throws(() => addVersion(table, "1.9.0", other), /1\.9\.0 linux_amd64 is pinned as/);
  });

  it("refuses what is no SHA256SUMS of this version", () => {
    assert.throws(() => addVersion(table, "1.10.0", "<html>"), /not a SHA256SUMS/);
    assert.throws(() => addVersion(table, "1.10.0", checksums("1.11.0")), /no archive of 1\.10\.0/);
  });

  it("reads a file or a URL, writes the table and says what is missing", async () => {
    const at = await folder();
    const tableFile = join(at, "pinned.json");
    await writeFile(tableFile, JSON.stringify(table));
    await writeFile(join(at, "SUMS"), checksums("1.13.0", ["linux_amd64"]));
    const said = await addCliVersion(["1.13.0", join(at, "SUMS")], tableFile);
    assert.match(said, /^1\.13\.0 is pinned for linux_amd64\.\nNot pinned: darwin_amd64,/);

    const server = await listen(site({ "/SUMS": checksums("1.13.0") }).listener);
    try {
      assert.doesNotMatch(await addCliVersion(["1.13.0", `${server.url}/SUMS`], tableFile), /Not pinned/);
    } finally {
      await server.stop();
    }
    const written = await readFile(tableFile, "utf8");
    assert.deepEqual(Object.keys((JSON.parse(written) as PinnedTable)["1.13.0"] ?? {}), [
      ...RELEASE_PLATFORMS,
    ]);
    assert.ok(written.endsWith("}\n"));
  });

  it("refuses a version that is none", async () => {
    await assert.rejects(addCliVersion([], "unused"), /not a version/);
  });
});
