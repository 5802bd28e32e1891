import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { codeOf, errorOf } from "./support/results.ts";

const BUNDLE = `bundle: { name: options }
targets:
  prod:
    default: true
    workspace: { root_path: "/Workspace/Users/\${workspace.current_user.userName}/options" }
resources:
  jobs:
    load:
      name: load
      tasks:
        - task_key: read
          notebook_task: { notebook_path: ./read.py, source: WORKSPACE }
        - task_key: write
          depends_on: [{ task_key: read }]
          notebook_task: { notebook_path: ./read.py, source: WORKSPACE }
    other:
      name: other
      tasks: [{ task_key: a, notebook_task: { notebook_path: ./read.py, source: WORKSPACE } }]
`;
const MORE = `  pipelines:
    flow: { name: flow, catalog: main, schema: a, serverless: true, libraries: [{ notebook: { path: ./read.py } }] }
  apps:
    board: { name: board, source_code_path: ./board }
`;
interface RunOutput {
  readonly url: string;
  readonly result: string;
  readonly tasks: readonly {
    task: string;
    result: string;
    output?: string;
    error?: string;
    trace?: string;
  }[];
}
const runOf = ({ outputs }: StepResult): RunOutput => JSON.parse(outputs["run"] ?? "") as RunOutput;

describe("the options of run and deploy through the built action", () => {
  let job: GitHubJob;
  let isReal = false;
  before(async () => {
    job = await startGitHubJob();
    isReal = job.cli.kind !== "stand-in";
    await writeFile(path.join(job.checkout, "read.py"), "# Databricks notebook source\n");
    await mkdir(path.join(job.checkout, "board"));
    await writeFile(path.join(job.checkout, "board/app.py"), "print(1)\n");
    await writeFile(path.join(job.checkout, "databricks.yml"), BUNDLE + (isReal ? MORE : ""));
  });
  after(() => job.stop());
  const lastStarted = (): unknown =>
    job.sandbox.requests.findLast(({ path: route }) => /run-now$|\/updates$/.test(route))?.body;

  it("deploys what is selected and nothing else", async () => {
    const planned = await job.step({ command: "plan", select: "jobs.other" });
    assert.equal(planned.exitCode, 0, planned.log);
    assert.match(planned.outputs["plan"] ?? "", /"changes":\[{"action":"create","resource":"jobs\.other"/);
    assert.match(
      planned.outputs["plan-markdown"] ?? "",
      /^<!-- databricks-secretless plan \. prod -->\n\n## \S+ options → prod: plan\n[^]*### Plan[^]*jobs&#46;other/,
    );
    const result = await job.step({ select: "other" });
    assert.equal(result.exitCode, 0, result.log);
    assert.deepEqual(
      [...job.sandbox.workspace.jobs.all.values()].map(({ settings }) => settings["name"]),
      ["other"],
    );
    assert.equal(codeOf(await job.step({ select: "nosuch" })), "BUNDLE_INVALID");
    const all = await job.step();
    assert.equal(all.exitCode, 0, all.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 2);
  });

  it("refuses what another command would pass over, before anything is asked", async () => {
    const before = job.sandbox.requests.length;
    const result = await job.step({ command: "destroy", select: "jobs.load", "auto-approve": "true" });
    assert.equal(codeOf(result), "INPUT_INVALID", result.log);
    assert.match(errorOf(result), /`select` is not for `command: destroy`, which would pass over it/);
    assert.equal(job.sandbox.requests.slice(before).filter(({ method }) => method !== "GET").length, 0);
  });

  it("hands options on, and gives out what the tasks left", async () => {
    job.sandbox.workspace.runs.script({ outputs: { read: { result: "17 rows" } } });
    const result = await job.step({
      command: "run",
      resource: "load",
      only: "read+",
      "notebook-params": 'day=a,"b"=c',
    });
    assert.equal(result.exitCode, 0, result.log);
    const body = lastStarted() as Record<string, unknown>;
    assert.deepEqual([body["only"], body["notebook_params"]], [["read+"], { day: 'a,"b"=c' }]);
    const { tasks } = runOf(result);
    assert.deepEqual(tasks[0], { task: "read", result: "SUCCESS", output: "17 rows" });
    assert.match(result.log, /17 rows/);
  });

  it("refuses what would be passed over by what is run", async () => {
    const before = job.sandbox.workspace.runs.all.size;
    const result = await job.step({
      command: "run",
      resource: "load",
      "sql-params": "a=1",
      "full-refresh-all": "true",
      "run-parameters": "b=1",
    });
    assert.equal(codeOf(result), "INPUT_INVALID", result.log);
    assert.match(
      errorOf(result),
      /`run-parameters` does not fit "load"[^]*`sql-params` does not fit[^]*wanted: a task with sql_task[^]*`full-refresh-all`[^]*wanted: a pipeline\n[^]*found: a job/,
    );
    assert.equal(job.sandbox.workspace.runs.all.size, before);
  });

  it("tells a failed task's own error and trace, in log, error, summary and output, and no credential", async () => {
    const token = `dapi${"0123456789abcdef".repeat(2)}`;
    job.sandbox.workspace.runs.script({
      result: "FAILED",
      message: "Task write failed",
      outputs: {
        write: {
          error: "ValueError: no orders",
          errorTrace: `\u001b[0;31mTraceback\u001b[0m\n::error::x\n  token ${token}\nValueError: no orders`,
        },
      },
    });
    const result = await job.step({ command: "run", resource: "load" });
    assert.equal(codeOf(result), "RUN_FAILED", result.log);
    assert.match(errorOf(result), /Task "write" \(FAILED\): ValueError: no orders/);
    assert.match(errorOf(result), /Look at the run: http/);
    assert.match(result.log, /Traceback\n/);
    const { tasks, result: end } = runOf(result);
    assert.equal(end, "failed");
    assert.deepEqual(
      tasks.map(({ task, result: one }) => [task, one]),
      [
        ["write", "FAILED"],
        ["read", "SUCCESS"],
      ],
    );
    assert.match(tasks[0]?.trace ?? "", /^Traceback\n[^]*ValueError: no orders$/);
    assert.match(result.summary, /Traceback/);
    for (const text of [result.log, result.summary, JSON.stringify(result.outputs)])
      assert.ok(!text.includes(token) && !/^::error::x/m.test(text) && !text.includes("\u001b[0;31m"));
  });

  it("deploys nothing while something runs, where that is asked for", async () => {
    const [id = ""] = [...job.sandbox.workspace.jobs.all.keys()];
    job.sandbox.workspace.runs.script({ runningPolls: Infinity });
    const started = await job.step({ command: "run", resource: "other", wait: "false" });
    assert.equal(started.exitCode, 0, started.log);
    const result = await job.step({ "fail-on-active-runs": "true" });
    assert.equal(codeOf(result), "RUNS_ACTIVE", result.log);
    assert.match(errorOf(result), new RegExp(`job ${id} runs`));
    for (const run of job.sandbox.workspace.runs.all.values()) job.sandbox.workspace.runs.cancel(run);
    assert.equal((await job.step({ "fail-on-active-runs": "true" })).exitCode, 0);
  });

  it("updates a pipeline as it is asked, and tells why an update failed", async function () {
    if (!isReal) this.skip();
    const result = await job.step({
      command: "run",
      resource: "flow",
      "full-refresh": "a, b\nc",
      refresh: "d",
    });
    assert.equal(result.exitCode, 0, result.log);
    const { full_refresh_selection: full, refresh_selection: some } = lastStarted() as Record<
      string,
      unknown
    >;
    assert.deepEqual([full, some], [["a", "b", "c"], ["d"]]);
    job.sandbox.workspace.pipelines.script("FAILED", "TABLE_OR_VIEW_NOT_FOUND: orders");
    const failed = await job.step({ command: "run", resource: "flow", "validate-only": "true" });
    assert.equal(codeOf(failed), "RUN_FAILED", failed.log);
    assert.equal((lastStarted() as Record<string, unknown>)["validate_only"], true);
    assert.match(runOf(failed).tasks[0]?.error ?? "", /TABLE_OR_VIEW_NOT_FOUND: orders/);
    assert.match(failed.log, /TABLE_OR_VIEW_NOT_FOUND: orders/);
  });

  it("says that an app's code runs only after a run of it, and runs it", async function () {
    if (!isReal) this.skip();
    const { apps } = job.sandbox.workspace;
    const deployed = await job.step();
    assert.match(deployed.log, /app board goes on with the code it has[^]*`resource: board`/);
    assert.match(deployed.summary, /until they are run \(<code>command: run<\/code>\): <code>board<\/code>/);
    assert.deepEqual(apps.all.get("board")?.deployments, []);
    const result = await job.step({ command: "run", resource: "board" });
    assert.equal(result.exitCode, 0, result.log);
    assert.match(apps.all.get("board")?.deployments.join("") ?? "", /\/options\/files\/board$/);
    assert.match(runOf(result).url, /^http.*\/board$/);
  });

  it("gives variables complex values and texts of several lines, and leaves nothing of them in the checkout", async function () {
    if (!isReal) this.skip();
    const file = path.join(job.checkout, "databricks.yml");
    const before = await readFile(file, "utf8");
    const variables = "variables: { tags: { type: complex, default: {} }, note: { default: none } }\n";
    await writeFile(
      file,
      variables +
        before.replace(
          "name: other\n",
          "name: other\n      tags: ${var.tags}\n      description: ${var.note}\n",
        ),
    );
    const values = path.join(await job.freshFolder("values"), "values.yml");
    await writeFile(values, "tags: { team: lake, cost: '17' }\nnote: |\n  first: line\n  second = line\n");
    const result = await job.step({ select: "other", "variables-file": values });
    assert.equal(result.exitCode, 0, result.log);
    const [settings] = [...job.sandbox.workspace.jobs.all.values()].flatMap((one) =>
      one.settings["name"] === "other" ? [one.settings] : [],
    );
    assert.deepEqual(settings?.["tags"], { team: "lake", cost: "17" });
    assert.equal(settings["description"], "first: line\nsecond = line\n");
    const left = await readdir(job.checkout, { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.includes("variable-overrides")),
      [],
    );
    const uploaded = [...job.sandbox.workspace.files.objects.keys()].join("\n");
    assert.ok(!uploaded.includes("variable-overrides"), uploaded);
    await writeFile(file, before);
  });
});
