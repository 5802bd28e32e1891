import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { folderBytes, staticBytes } from "../../../bench/bytes.ts";
import { scratchFolders } from "../support/scratch.ts";

describe("bench: bytes", () => {
  const freshFolder = scratchFolders();

  const to = (name: string, kind: "import-statement" | "dynamic-import" = "import-statement") => ({
    path: name,
    kind,
  });
  const outputs = {
    main: { bytes: 1, imports: [to("a"), to("b"), to("late", "dynamic-import"), to("node:fs")] },
    a: { bytes: 10, imports: [to("b")] },
    b: { bytes: 100, imports: [to("a")] },
    late: { bytes: 1_000, imports: [to("a")] },
    post: { bytes: 10_000, imports: [] },
  };

  it("counts what is imported statically, each file once", () => {
    assert.equal(staticBytes(outputs, "main"), 111);
    assert.equal(staticBytes(outputs, "late"), 1_110);
  });

  it("counts all files of a folder", async () => {
    const folder = await freshFolder("bytes");
    await mkdir(path.join(folder, "chunks"));
    await writeFile(path.join(folder, "main.js"), "12345");
    await writeFile(path.join(folder, "chunks/a.js"), "é");
    assert.equal(await folderBytes(folder), 7);
  });
});
