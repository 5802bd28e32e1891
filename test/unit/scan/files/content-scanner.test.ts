import assert from "node:assert/strict";
import fc from "fast-check";
import { ContentScanner, type PlacedMatch } from "../../../../core/scan/files/content-scanner.ts";
import { PAT } from "../../support/memory-tree.ts";

function scan(path: string, content: Uint8Array, sizes: readonly number[] = []): PlacedMatch[] {
  const scanner = new ContentScanner(path);
  let at = 0;
  for (const size of sizes) {
    if (at + size >= content.length) break;
    scanner.push(content.subarray(at, at + size), false);
    at += size;
  }
  scanner.push(content.subarray(at), true);
  return scanner.matches();
}

describe("ContentScanner", () => {
  it("finds the same, at the same places, however the content is cut", () => {
    const filler = fc.constantFrom(
      "x = 1\n",
      "ü = 'ß'\n",
      "\n",
      "# Databricks notebook source\n",
      "# COMMAND ----------\n",
      "a".repeat(30_000),
      "é".repeat(9000),
    );
    const piece = fc.oneof(
      { weight: 4, arbitrary: filler },
      { weight: 1, arbitrary: fc.constant(`token = "${PAT}"\n`) },
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 20 }),
        (pieces, sizes) => {
          const content = Buffer.from(pieces.join(""));
          const whole = scan("a.py", content).map(({ position, cell, value }) => ({ position, cell, value }));
          const parts = scan("a.py", content, sizes).map(({ position, cell, value }) => ({
            position,
            cell,
            value,
          }));
          // A cut inside a character counts it once more: only the column may differ, in lines of many bytes.
          const places = (all: typeof whole): unknown[] =>
            all.map(({ position, cell, value }) => [position?.line, cell, value]);
          assert.deepEqual(places(parts), places(whole));
          assert.equal(whole.length, pieces.filter((text) => text.includes(PAT)).length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("places a finding by line and UTF-16 column", () => {
    const text = `# ü😀\nx = 1\nß = "😀"; token = "${PAT}"\n`;
    const [match] = scan("a.py", Buffer.from(text));
    const line = text.split("\n")[2] ?? "";
    const column = line.indexOf("dapi") + 1;
    assert.deepEqual(match?.position, { line: 3, column, endColumn: column + PAT.length });
  });

  it("reads UTF-16 with and without a byte order mark, in both orders, and skips that of UTF-8", () => {
    const text = `$token = "${PAT}" # and some more text\r\n`;
    const little = Buffer.from(text, "utf16le");
    const big = Buffer.from(text, "utf16le").swap16();
    const marked = [
      Buffer.from(`\ufeff${text}`, "utf16le"),
      Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
      Buffer.from(`\ufeff${text}`),
    ];
    for (const content of [little, big, ...marked]) {
      assert.deepEqual(scan("a.ps1", content, [7, 11])[0]?.position?.line, 1);
      assert.equal(scan("a.ps1", content)[0]?.value, PAT);
    }
  });

  it("finds formats, and no names, in binary data, and gives no line there", () => {
    const content = Buffer.concat([
      Buffer.from([0, 1, 2, 0]),
      Buffer.from(`password = "Harbour7781!" ${PAT}`),
      Buffer.from([0]),
    ]);
    const [match, more] = scan("a.bin", content);
    assert.equal(match?.value, PAT);
    assert.equal(match.position, undefined);
    assert.equal(more, undefined);
  });

  it("takes text for text though zero bytes stand in it", () => {
    const line = 'password = "Harb0ur-Mole7"\n';
    for (const zeros of ["\0", "x = 1\n".repeat(50) + "\0\0\0"])
      assert.equal(scan("a.sh", Buffer.from(line + zeros)).length, 1);
  });

  it("places what stands in one long line, and each scope once", () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `ü{{secrets/scope${String(at)}/key}}`);
    const scanner = new ContentScanner("a.json");
    scanner.push(Buffer.from(names.concat(names).join(" ")), true);
    assert.equal(scanner.scopes.length, 5_000);
    for (const at of [0, 1, 4_999]) {
      const before = names.slice(0, at).join(" ").length + (at > 0 ? 1 : 0);
      const { line, column } = scanner.scopes[at] ?? {};
      assert.deepEqual([line, (column ?? 0) - before], [1, (scanner.scopes[0]?.column ?? 0) + 0]);
    }
  });

  it("counts the cells of notebooks", () => {
    const source = `# Databricks notebook source\nx = 1\n# COMMAND ----------\ntoken = "${PAT}"\n`;
    assert.equal(scan("a.py", Buffer.from(source))[0]?.cell, 2);
    const cells = [
      { cell_type: "markdown", source: [] },
      { cell_type: "code", source: [`t = "${PAT}"`] },
    ];
    assert.equal(scan("a.ipynb", Buffer.from(JSON.stringify({ cells })))[0]?.cell, 2);
  });

  it("keeps 500 findings of a file, and says that there were more", () => {
    const scanner = new ContentScanner("a.txt");
    scanner.push(Buffer.from(`${PAT}\n`.repeat(600)), true);
    assert.equal(scanner.matches().length, 500);
    assert.equal(scanner.overflowed, true);
  });

  it("never fails on any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (content) => void scan("a.yml", content)));
  });

  it("collects the secret scopes that are named", () => {
    const scanner = new ContentScanner("a.py");
    const text = `a = dbutils.secrets.get("prod-kv", "x")\nb = dbutils.secrets.get(scope="prod-kv", key="y")\nc = "{{secrets/dev-kv/z}}"\nd = dbutils.secrets.get(name, "k")\n`;
    scanner.push(Buffer.from(text), true);
    assert.deepEqual(
      scanner.scopes.map(({ scope, line }) => [scope, line]),
      [
        ["prod-kv", 1],
        ["dev-kv", 3],
      ],
    );
  });
});
