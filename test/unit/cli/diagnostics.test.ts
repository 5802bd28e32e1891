import assert from "node:assert/strict";
import fc from "fast-check";
import type { Diagnostic } from "../../../core/cli/diagnostic.ts";
import { DiagnosticsReader } from "../../../core/cli/diagnostics.ts";
import { LineSplitter } from "../../../core/cli/lines.ts";

function read(text: string): Diagnostic[] {
  const reader = new DiagnosticsReader();
  for (const line of text.split("\n")) reader.line(line);
  return reader.diagnostics;
}

/** As the CLI renders one (cli `libs/cmdio/render.go`). */
function rendered({ severity, text, path, place, detail }: Diagnostic): string {
  const word = severity === "error" ? "Error" : severity === "warning" ? "Warning" : "Recommendation";
  const at = path === undefined ? "" : `\n  at ${path}`;
  const where = place ? `\n  in ${place.file}:${String(place.line)}:${String(place.column)}` : "";
  return `${word}: ${text}${at}${where}${detail === undefined ? "" : `\n\n${detail}`}\n\n`;
}

const words = fc.stringMatching(/^[a-z][\w '"(),/-]{0,30}[\w)]$/);
const diagnostic: fc.Arbitrary<Diagnostic> = fc
  .record(
    {
      severity: fc.constantFrom("error", "warning", "recommendation"),
      text: words,
      path: fc.stringMatching(/^resources\.(jobs|pipelines)\.\w{1,9}(\.tasks\[\d\])?$/),
      place: fc.record(
        {
          file: fc.constantFrom("databricks.yml", "resources/a job.yml", "../shared/x.yml"),
          line: fc.integer({ min: 1, max: 9999 }),
          column: fc.integer({ min: 1, max: 999 }),
        },
        { noNullPrototype: true },
      ),
      detail: fc.array(words, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n")),
    },
    { requiredKeys: ["severity", "text"], noNullPrototype: true },
  )
  .map((one) => one as Diagnostic);
const progress = fc.constantFrom(
  "Uploading bundle files to /Workspace/Shared/lake/files...\n",
  "Building demo...\n",
  "Created jobs.nightly\n",
  "Files: 4 uploaded, 0 deleted\n",
  "Resources: 1 created, 0 changed, 0 deleted, 0 unchanged\n",
  "Info: Phase: deploy\n",
);

describe("the CLI's diagnostics", () => {
  it("are read as they were rendered, between other lines, however the bytes are cut", () => {
    const piece = fc.oneof(diagnostic, progress);
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(2_000), { maxLength: 8 }),
        (pieces, cuts) => {
          const bytes = Buffer.from(
            pieces.map((one) => (typeof one === "string" ? one : rendered(one))).join(""),
          );
          const reader = new DiagnosticsReader();
          const lines: string[] = [];
          const splitter = new LineSplitter((line) => {
            lines.push(line);
            reader.line(line);
          });
          const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          ends.forEach((end, index) => {
            splitter.write(bytes.subarray(ends[index - 1] ?? 0, end));
          });
          splitter.end();
          const expected = pieces.filter((one) => typeof one !== "string");
          const unique = expected.filter(
            (one, at) => at === expected.findIndex((two) => rendered(two) === rendered(one)),
          );
          assert.deepEqual(reader.diagnostics, unique);
          assert.equal(lines.map((line) => `${line}\n`).join(""), bytes.toString());
        },
      ),
    );
  });

  it("are one for each beginning, whatever stands between", () => {
    const line = fc.constantFrom(
      ...[
        "Error: a",
        "Error: b",
        "Warn: c",
        "Warning: d",
        "Recommendation: e",
        "",
        "  at x.y",
        "  in f.yml:1:2",
      ],
      ...[
        "     g.yml:1:2",
        "more text",
        "  indented",
        "Building it...",
        "::error::no",
        "Error without colon",
      ],
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const found = read(lines.join("\n"));
        const starts = lines.flatMap(
          (one) => /^(?:Error|Warn|Warning|Recommendation): (.)$/.exec(one)?.[1] ?? [],
        );
        assert.deepEqual([...new Set(found.map(({ text }) => text[0]))].sort(), [...new Set(starts)].sort());
        for (const { text, detail = "" } of found) assert.ok(!`${text}${detail}`.includes("Error: "));
      }),
    );
  });

  it("name the first of several paths, and all places", () => {
    const text = [
      "Error: multiple resources have been defined with the same key: foo",
      "  at resources.jobs.foo",
      "     resources.pipelines.foo",
      "  in databricks.yml:10:7",
      "     resources/b.yml:4:7",
      "",
      "Rename one of them.",
      "",
    ].join("\n");
    assert.deepEqual(read(text), [
      {
        severity: "error",
        text: "multiple resources have been defined with the same key: foo",
        path: "resources.jobs.foo",
        place: { file: "databricks.yml", line: 10, column: 7 },
        alsoAt: [{ file: "resources/b.yml", line: 4, column: 7 }],
        detail: "Rename one of them.",
      },
    ]);
  });

  it("have texts of several lines", () => {
    const text = [
      "Error: Failed to acquire deployment lock: deploy lock acquired by me at 2026-11-22 01:35:14.28 +0000 UTC.",
      "Another deployment may be in progress. Use --force-lock to override, but this may",
      "conflict with the other deployment if it is still active",
      "",
    ].join("\n");
    const [first] = read(text);
    assert.match(
      first?.text ?? "",
      /at 2026.* UTC\. Another deployment .* this may conflict with .* active$/,
    );
    assert.equal(first?.detail, undefined);
  });

  it("keep the first paragraph of their details alone", () => {
    const text =
      "Error: no (403 PERMISSION_DENIED)\n\nEndpoint: GET https://h/x\nHTTP Status: 403\n\nHost: h\n\nUploading x...\n";
    assert.deepEqual(
      read(text).map(({ detail }) => detail),
      ["Endpoint: GET https://h/x\nHTTP Status: 403"],
    );
  });

  it("take the logger's lines, and the place that the reader of YAML names", () => {
    assert.deepEqual(
      read("Warn: [hostmetadata] failed\nInfo: nothing\nError: map (yaml (/c/databricks.yml:3:7): no)\n"),
      [
        { severity: "warning", text: "[hostmetadata] failed" },
        {
          severity: "error",
          text: "map (yaml (/c/databricks.yml:3:7): no)",
          place: { file: "/c/databricks.yml", line: 3, column: 7 },
        },
      ],
    );
  });

  it("are each told once, though the CLI repeats some", () => {
    assert.equal(read("Error: a\n\nError: a\n\nError: b\n\nError: a\n").length, 2);
  });

  it("take a place without a column, and one on Windows", () => {
    assert.deepEqual(read("Warning: x\n  in C:\\b\\databricks.yml:3\n")[0]?.place, {
      file: "C:\\b\\databricks.yml",
      line: 3,
    });
  });
});
