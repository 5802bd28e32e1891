import assert from "node:assert/strict";
import fc from "fast-check";
import { destroyIncomplete, refusedDeletes } from "../../../core/cli/destroy-command.ts";
import {
  pipelineId,
  runArguments,
  runEnd,
  runFailure,
  runId,
  runUrl,
  unsuccessful,
  updateId,
} from "../../../core/cli/run-command.ts";
import type { CliResult } from "../../../core/cli/result.ts";

/** How the CLI reads `--params`: pflag `string_to_string.go` with Go's `encoding/csv`. */
function readByPflag(text: string): Record<string, string> {
  const fields: string[] = [];
  if (text.split("=").length === 2) fields.push(text.replace(/^"+|"+$/g, ""));
  else
    for (const [, field = ""] of text.matchAll(/(?:^|,)"((?:[^"]|"")*)"/g))
      fields.push(field.replaceAll('""', '"'));
  return Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
  );
}

const result = (text: string): CliResult => ({
  code: 1,
  signal: null,
  stdout: "",
  diagnostics: text === "" ? [] : [{ severity: "error", text }],
});

describe("bundle run", () => {
  it("hands parameters on unharmed, whatever is in them", () => {
    const name = fc.stringMatching(/^[a-z_]\w{0,8}$/);
    const value = fc.string({ unit: fc.constantFrom("a", '"', ",", "=", " ", "\\", "ü"), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
        (parameters) => {
          const [resource, flag, text = ""] = runArguments({
            resource: "job",
            options: { params: parameters },
            wait: true,
          });
          assert.deepEqual([resource, flag], ["job", "--params"]);
          assert.deepEqual(readByPflag(text), parameters);
        },
      ),
    );
  });

  it("hands lists on unharmed, too", () => {
    const value = fc.string({ unit: fc.constantFrom("a", '"', ",", "=", " ", "\\", "ü"), minLength: 1 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const [, flag, line = ""] = runArguments({
          resource: "job",
          options: { "python-params": values },
          wait: true,
        });
        assert.equal(flag, "--python-params");
        // pflag `string_slice.go`: one line of Go's `encoding/csv`.
        const read = [...line.matchAll(/(?:^|,)"((?:[^"]|"")*)"/g)].map(([, cell = ""]) =>
          cell.replaceAll('""', '"'),
        );
        assert.deepEqual(read, values);
      }),
    );
  });

  it("says what is asked for, and nothing of the rest", () => {
    const options = { restart: true, "refresh-all": false, only: [], params: {}, refresh: ["a.b", "c"] };
    assert.deepEqual(runArguments({ resource: "flow", options, wait: true }), [
      "flow",
      "--restart",
      "--refresh",
      '"a.b","c"',
    ]);
  });

  it("waits or does not", () => {
    assert.deepEqual(runArguments({ resource: "job", options: {}, wait: true }), ["job"]);
    assert.deepEqual(runArguments({ resource: "job", options: {}, wait: false }), ["job", "--no-wait"]);
  });

  for (const [line, url, id] of [
    ["Run URL: https://h/jobs/12/runs/345?o=6", "https://h/jobs/12/runs/345?o=6", "345"],
    [
      "Run URL: https://h/?o=6#job/12/run/9007199254740995",
      "https://h/?o=6#job/12/run/9007199254740995",
      "9007199254740995",
    ],
    [
      "Update URL: https://h/#joblist/pipelines/ab/updates/cd",
      "https://h/#joblist/pipelines/ab/updates/cd",
      undefined,
    ],
    ["You can access the app at https://board.example.com", "https://board.example.com", undefined],
    ["Run URL: javascript:alert(1)", undefined, undefined],
    ["  Run URL: https://h/jobs/1/runs/2", undefined, undefined],
  ] as const) {
    it(`reads ${line}`, () => {
      assert.equal(runUrl(line), url);
      assert.equal(runId(url ?? ""), id);
    });
  }

  it("knows a pipeline by the link of its update alone", () => {
    assert.equal(pipelineId("https://h/#joblist/pipelines/a-1/updates/c"), "a-1");
    assert.equal(updateId("https://h/#joblist/pipelines/a-1/updates/c-2"), "c-2");
    assert.equal(pipelineId("https://h/jobs/1/runs/2"), undefined);
  });

  for (const [line, result, message] of [
    ['2026-11-22 01:34:38 "nightly" TERMINATED SUCCESS', "SUCCESS", ""],
    ['2026-11-22 01:34:38 "a "b" c" TERMINATED UPSTREAM_FAILED in task x', "UPSTREAM_FAILED", "in task x"],
    ['2026-11-22 01:34:38 "nightly" RUNNING', undefined, undefined],
    ["TERMINATED SUCCESS", undefined, undefined],
  ] as const) {
    it(`reads the last state in ${line}`, () => {
      assert.deepEqual(runEnd(line), result === undefined ? undefined : { result, message });
    });
  }

  for (const [result, code] of [
    ["SUCCESS", undefined],
    ["SUCCESS_WITH_FAILURES", undefined],
    ["UPSTREAM_FAILED", "RUN_FAILED"],
    ["UPSTREAM_CANCELED", "RUN_CANCELLED"],
    ["TIMEDOUT", "RUN_TIMED_OUT"],
    ["MAXIMUM_CONCURRENT_RUNS_REACHED", "RUN_SKIPPED"],
    ["EXCLUDED", "RUN_SKIPPED"],
    ["A_RESULT_OF_LATER_YEARS", "RUN_FAILED"],
  ] as const) {
    it(`takes ${result} for ${code ?? "a success"} where the CLI ended well`, () => {
      const error = unsuccessful("x", { result, message: "why" });
      assert.equal(error?.code, code);
      assert.equal(error?.details.actual, code && `${result}: why`);
    });
  }

  it("says nothing of a run whose end it has not seen", () => {
    assert.equal(unsuccessful("x", undefined), undefined);
    assert.equal(unsuccessful("x", { result: "DISABLED", message: "" })?.details.actual, "DISABLED");
  });

  for (const [text, code, actual] of [
    ["run failed: late", "RUN_FAILED", "late"],
    ["run canceled: by hand", "RUN_CANCELLED", "by hand"],
    ["run timed out: slow", "RUN_TIMED_OUT", "slow"],
    ["run skipped: full", "RUN_SKIPPED", "full"],
    ["failed to reach TERMINATED or SKIPPED, got INTERNAL_ERROR: lost", "RUN_FAILED", "lost"],
    ["update cancelled", "RUN_CANCELLED", "update cancelled"],
    ["update failed", "RUN_FAILED", "update failed"],
    [
      "resource not found or not yet deployed. Did you forget to run 'databricks bundle deploy'?",
      "RESOURCE_UNKNOWN",
      "resource not found or not yet deployed. Did you forget to run 'databricks bundle deploy'?",
    ],
    ['resource with key "x" not found', "RESOURCE_UNKNOWN", 'resource with key "x" not found'],
    ["something else", "RUN_FAILED", "something else"],
    ["", "RUN_FAILED", "exit code 1"],
  ] as const) {
    it(`${text || "no message"} is ${code}`, () => {
      const error = runFailure("x", result(text));
      assert.equal(error.code, code);
      assert.equal(error.details.actual, actual);
    });
  }

  it("says which signal ended the CLI", () => {
    assert.equal(
      runFailure("x", { ...result(""), code: null, signal: "SIGTERM" }).details.actual,
      "ended by SIGTERM",
    );
  });
});

describe("bundle destroy", () => {
  it("finds the deletes that the CLI passed over", () => {
    const text =
      "destroying resources.jobs.nightly: Ignoring permission error when deleting resources.jobs.nightly id=528: no manage";
    const other = { severity: "warning", text: "something" } as const;
    const left = refusedDeletes([{ severity: "warning", text }, other]);
    assert.deepEqual(left, ["jobs.nightly (528)"]);
    const error = destroyIncomplete(left);
    assert.equal(error.code, "DESTROY_INCOMPLETE");
    assert.match(error.mistakes[0]?.problem ?? "", /^jobs\.nightly \(528\)/);
  });
});
