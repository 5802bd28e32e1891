import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { picture, readRooms, withRooms } from "../../../scripts/rooms.ts";

describe("the rooms of core", () => {
  it("stand in docs/architecture.md as the code has them (npm run docs)", async () => {
    const page = await readFile(new URL("../../../docs/architecture.md", import.meta.url), "utf8");
    assert.equal(await withRooms(page), page);
  });

  it("import from rooms before them alone, and only two files stand beside them", async () => {
    const rooms = await readRooms();
    const names = rooms.map(({ name }) => name);
    for (const [at, { name, imports }] of rooms.entries()) {
      const later = [...imports].filter((other) => names.indexOf(other) > at);
      assert.deepEqual(later, [], name);
    }
    assert.deepEqual(names.slice(-2), ["run.ts", "start.ts"]);
    assert.ok(rooms.every(({ files }) => files > 0));
  });

  it("are drawn with a mark for each import", () => {
    const rooms = [
      { name: "a", files: 1, imports: new Set<string>() },
      { name: "b", files: 12, imports: new Set(["a"]) },
      { name: "c", files: 3, imports: new Set(["b"]) },
    ];
    assert.equal(picture(rooms), "    a\n    b  ●\n    c  · ●");
  });
});
