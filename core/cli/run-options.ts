import { isObject, listAt, member, members, type Json } from "../api/json.ts";
import { SecretlessError, type Mistake } from "../base/errors.ts";
import type { Inputs } from "../ci/inputs/inputs.ts";
import type { RunOptions } from "./run-command.ts";

/** What an option of `bundle run` is for: the CLI, or the workspace, passes over it with anything else. */
interface Fit {
  /** The input that gives it. */
  readonly input: string;
  readonly kinds: readonly ("jobs" | "pipelines" | "apps")[];
  /** Members of a task, one of which takes it; undefined: it is not about tasks. */
  readonly tasks?: readonly string[];
}

/** By flag. Sources: cli `bundle/run/{job,pipeline}_options.go`; REST API, jobs/runnow. */
const FITS: Readonly<Record<string, Fit>> = {
  params: { input: "run-parameters", kinds: ["jobs"] },
  restart: { input: "restart", kinds: ["jobs", "pipelines", "apps"] },
  only: { input: "only", kinds: ["jobs"] },
  "python-params": {
    input: "python-params",
    kinds: ["jobs"],
    tasks: ["spark_python_task", "python_wheel_task"],
  },
  "python-named-params": { input: "python-named-params", kinds: ["jobs"], tasks: ["python_wheel_task"] },
  "notebook-params": { input: "notebook-params", kinds: ["jobs"], tasks: ["notebook_task"] },
  "sql-params": { input: "sql-params", kinds: ["jobs"], tasks: ["sql_task"] },
  "jar-params": { input: "jar-params", kinds: ["jobs"], tasks: ["spark_jar_task"] },
  "spark-submit-params": { input: "spark-submit-params", kinds: ["jobs"], tasks: ["spark_submit_task"] },
  "dbt-commands": { input: "dbt-commands", kinds: ["jobs"], tasks: ["dbt_task"] },
  "pipeline-params": { input: "pipeline-params", kinds: ["jobs"], tasks: ["pipeline_task"] },
  refresh: { input: "refresh", kinds: ["pipelines"] },
  "full-refresh": { input: "full-refresh", kinds: ["pipelines"] },
  "refresh-all": { input: "refresh-all", kinds: ["pipelines"] },
  "full-refresh-all": { input: "full-refresh-all", kinds: ["pipelines"] },
  "validate-only": { input: "validate-only", kinds: ["pipelines"] },
};

/** The options of `bundle run` that the inputs ask for. */
export function runOptions(inputs: Inputs): RunOptions {
  const all: RunOptions = {
    params: inputs.runParameters,
    restart: inputs.restart,
    only: inputs.only,
    "python-params": inputs.pythonParams,
    "python-named-params": inputs.pythonNamedParams,
    "notebook-params": inputs.notebookParams,
    "sql-params": inputs.sqlParams,
    "jar-params": inputs.jarParams,
    "spark-submit-params": inputs.sparkSubmitParams,
    "dbt-commands": inputs.dbtCommands,
    "pipeline-params": inputs.pipelineParams,
    refresh: inputs.refresh,
    "full-refresh": inputs.fullRefresh,
    "refresh-all": inputs.refreshAll,
    "full-refresh-all": inputs.fullRefreshAll,
    "validate-only": inputs.validateOnly,
  };
  const asked = Object.entries(all).filter(([, value]) =>
    typeof value === "boolean" ? value : Object.keys(value).length > 0,
  );
  return Object.fromEntries(asked);
}

/**
 * Holds options to what is to be run: what would be passed over without a word is a mistake. What the bundle does not have is
 * left to the CLI.
 * @param tree what `bundle summary` says
 * @throws SecretlessError `INPUT_INVALID`
 */
export function checkRunOptions(tree: Json, resource: string, options: RunOptions): void {
  const found = whatIs(tree, resource);
  if (found === undefined) return;
  const { kind, settings } = found;
  const mistakes = Object.keys(options).flatMap((flag): Mistake[] => {
    const fit = FITS[flag];
    if (!fit) return [];
    const { input, kinds, tasks } = fit;
    const problem = `Input \`${input}\` does not fit "${resource}", which would pass over it.`;
    const remedy = "Take it out of the step, or correct `resource`.";
    if (!kinds.some((one) => one === kind))
      return [{ problem, expected: namesOf(kinds), actual: NAMES[kind] ?? kind, remedy }];
    const parameters = listAt(settings, "parameters").length > 0;
    if (tasks && parameters) {
      const instead = "Name the job's own parameters in `run-parameters`.";
      return [
        { problem, expected: "parameters of the job", actual: "a job with parameters", remedy: instead },
      ];
    }
    if (flag === "params" && !parameters)
      return [{ problem, expected: "a job with `parameters`", actual: "a job without", remedy }];
    const own = tasksOf(settings);
    if (!tasks || own.length === 0 || own.some((task) => tasks.some((name) => isObject(member(task, name)))))
      return [];
    return [{ problem, expected: `a task with ${tasks.join(" or ")}`, actual: "no such task", remedy }];
  });
  if (mistakes.length === 0) return;
  throw new SecretlessError("INPUT_INVALID", {
    problem:
      mistakes.length === 1 ? "One input is not right." : `${String(mistakes.length)} inputs are not right.`,
    remedy: "Correct them in the pipeline file; nothing was started.",
    mistakes,
  });
}

const NAMES: Readonly<Record<string, string>> = {
  jobs: "a job",
  pipelines: "a pipeline",
  apps: "an app",
  scripts: "a script",
};

const namesOf = (kinds: readonly string[]): string => kinds.map((kind) => NAMES[kind] ?? kind).join(" or ");

/** What the CLI finds by a key, alone or with its kind. Source: cli `bundle/resources/lookup.go`. */
function whatIs(
  tree: Json,
  resource: string,
): { readonly kind: string; readonly settings: Json } | undefined {
  const all = [
    ...members(member(tree, "scripts")).map(([key, settings]) => ({ kind: "scripts", key, settings })),
    ...["jobs", "pipelines", "apps"].flatMap((kind) =>
      members(member(tree, "resources", kind)).map(([key, settings]) => ({ kind, key, settings })),
    ),
  ];
  return all.find(({ kind, key }) => key === resource || `${kind}.${key}` === resource);
}

/** The tasks of a job, those in loops included. */
function tasksOf(job: Json): readonly Json[] {
  return listAt(job, "tasks").flatMap((task) => {
    const inner = member(task, "for_each_task", "task");
    return inner === undefined ? [task] : [task, inner];
  });
}
