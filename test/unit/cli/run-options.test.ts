import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { checkRunOptions } from "../../../core/cli/run-options.ts";
import type { RunOptions } from "../../../core/cli/run-command.ts";

const TREE = {
  resources: {
    jobs: {
      load: { tasks: [{ task_key: "a", notebook_task: {} }] },
      loop: { tasks: [{ for_each_task: { task: { python_wheel_task: {} } } }] },
      parts: { parameters: [{ name: "day" }], tasks: [{ notebook_task: {} }] },
      // As `bundle summary` has it for a job of which only the key is known.
      bare: {},
    },
    pipelines: { flow: {} },
    apps: { board: {} },
  },
  scripts: { load_all: { content: "true" } },
};

const inputsOf = (resource: string, options: RunOptions): readonly string[] => {
  try {
    checkRunOptions(TREE, resource, options);
    return [];
  } catch (error) {
    assert.ok(error instanceof SecretlessError);
    assert.equal(error.code, "INPUT_INVALID");
    return error.mistakes.map(({ problem }) => /`([\w-]+)`/.exec(problem)?.[1] ?? problem);
  }
};

describe("options that are held to what is run", () => {
  for (const [resource, options, refused] of [
    ["load", { "notebook-params": { a: "1" }, only: ["a"], restart: true }, []],
    ["jobs.load", { "notebook-params": { a: "1" } }, []],
    ["load", { "sql-params": { a: "1" }, "dbt-commands": ["dbt run"] }, ["sql-params", "dbt-commands"]],
    ["load", { params: { a: "1" } }, ["run-parameters"]],
    ["parts", { params: { day: "1" } }, []],
    ["parts", { "notebook-params": { day: "1" } }, ["notebook-params"]],
    ["loop", { "python-params": ["a"], "python-named-params": { a: "1" } }, []],
    ["loop", { "jar-params": ["a"], "spark-submit-params": ["a"] }, ["jar-params", "spark-submit-params"]],
    ["bare", { "python-params": ["a"] }, []],
    ["load", { refresh: ["a"], "full-refresh-all": true }, ["refresh", "full-refresh-all"]],
    ["flow", { refresh: ["a"], "full-refresh": ["b"], restart: true }, []],
    ["flow", { params: { a: "1" }, only: ["a"] }, ["run-parameters", "only"]],
    ["board", { restart: true }, []],
    [
      "board",
      { "validate-only": true, "pipeline-params": { full_refresh: "true" } },
      ["validate-only", "pipeline-params"],
    ],
    ["load_all", { restart: true }, ["restart"]],
    // What there is not is the CLI's to tell.
    ["nosuch", { refresh: ["a"] }, []],
  ] as const) {
    it(`${resource} ${JSON.stringify(options)}: ${refused.join(", ") || "fits"}`, () => {
      assert.deepEqual(inputsOf(resource, options), refused);
    });
  }
});
