import assert from "node:assert/strict";
import { notesOf, release } from "../../../scripts/release.ts";
import { productVersion, statedVersions } from "../../../scripts/versions.ts";

describe("the version", () => {
  it("is one everywhere: package, lock, extension, task, wheel, changes, pages", async () => {
    const stated = await statedVersions();
    assert.deepEqual(
      stated.filter(([, said, wanted]) => said !== wanted),
      [],
    );
    const places = stated.map(([place]) => place);
    for (const one of ["vss-extension.json", "CHANGELOG.md", "docs/setup-azure-devops.md"])
      assert.ok(places.includes(one), one);
  });

  it("is the tag of a release, which has the notes of that version alone", async () => {
    const version = await productVersion();
    assert.match(await release(`v${version}`), /^The first version|^- /m);
    await assert.rejects(release("v0.0.1"), /The tag is v0\.0\.1, package\.json says/);
    await assert.rejects(release(version), /The tag is/);
    const changelog = "# Changes\n\n## 1.2.0\n\n- b\n\n## 1.1.0\n\n- a\n";
    assert.equal(notesOf(changelog, "1.2.0"), "- b");
    assert.equal(notesOf(changelog, "1.1.0"), "- a");
    assert.throws(() => notesOf(changelog, "1.2"), /says nothing of 1\.2\./);
    assert.throws(() => notesOf("## 1.0.0\n", "1.0.0"), /says nothing/);
  });
});
