import { SecretlessError } from "../../base/errors.ts";
import { FLAG } from "./choices.ts";
import type { InputDefinition, InputTable } from "./definition.ts";
import { namesOf, parseLines, parseParameterLines } from "./values.ts";

const run = {
  for: ({ name }) => name === "run",
  refusedElsewhere: true,
} as const satisfies Partial<InputDefinition>;

/** A list of parameters of one kind of task. */
function list<const Kind extends string>(kind: Kind, label: string) {
  const description = `For \`run\`: parameters of ${kind}, one a line; blank lines are skipped.` as const;
  return { ...run, description, many: true, parse: parseLines, form: { label, group: "run" } } as const;
}

/** Named parameters of one kind of task. */
function map<const Kind extends string>(kind: Kind, label: string, parse = parseParameterLines) {
  const description = `For \`run\`: parameters of ${kind}, one \`name=value\` a line.` as const;
  return { ...run, description, many: true, parse, form: { label, group: "run" } } as const;
}

/** A list of tables of a pipeline. */
function tables<const What extends string>(what: What, label: string) {
  return {
    ...run,
    description: `For \`run\` of a pipeline: ${what}, one a line.`,
    many: true,
    parse: namesOf(/^[^\s,"][^,"]*$/, "names of tables"),
    form: { label, group: "run" },
  } as const;
}

const { default: no, ...flag } = { ...run, ...FLAG, default: "false" } as const;

/** A choice for all of a pipeline: the CLI takes one of them. */
function whole<const What extends string>(what: What, label: string) {
  return {
    ...flag,
    default: no,
    description: `For \`run\` of a pipeline: \`true\` ${what}.`,
    excludes: ["refresh", "full-refresh", "refresh-all", "full-refresh-all", "validate-only"],
    form: { label, group: "run" },
  } as const;
}

/** The only parameter that pipeline tasks have. Source: cli `bundle/run/job_options.go`. */
function parsePipelineParameters(text: string): Record<string, string> {
  const found = parseParameterLines(text);
  const { full_refresh: value = "true", ...others } = found;
  if (Object.keys(others).length === 0 && /^(?:true|false)$/.test(value)) return found;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not what pipeline tasks take",
    expected: "full_refresh=true or full_refresh=false",
    actual: Object.keys(others).join(", ") || `full_refresh=${value}`,
  });
}

/**
 * What is run, and how: each option of `databricks bundle run` by its own name, but for `run-parameters` (`--params`) and
 * `wait` (not `--no-wait`). All are there from the oldest CLI that is taken on.
 */
export const RUN_INPUTS = {
  resource: {
    description: "For `run`: key of the job, pipeline, app or script in the bundle.",
    expected: "the key of a job, pipeline, app or script in the bundle",
    pattern: /^\w[\w-]*(?:\.[\w-]+)?$/,
    for: ({ name }) => name === "run",
    neededBy: ["run"],
    form: { label: "Job, pipeline, app or script", group: "run" },
  },
  "run-parameters": {
    description: "For `run`: job parameters, one `name=value` a line.",
    many: true,
    parse: parseParameterLines,
    for: ({ name }) => name === "run",
    form: { label: "Job parameters", group: "run" },
  },
  wait: {
    description: "For `run`: `true` waits for the end of the run and fails if it fails.",
    default: "true",
    ...FLAG,
    for: ({ name }) => name === "run",
    form: { label: "Wait for the end of the run", group: "run" },
  },
  restart: {
    ...flag,
    default: no,
    description: "For `run`: `true` cancels what is running of the job or pipeline first.",
    form: { label: "Cancel what is running", group: "run" },
  },
  only: {
    ...run,
    description:
      "For `run` of a job: keys of the tasks to run, one a line; `+key` with those before it, `key+` with those after it.",
    many: true,
    parse: namesOf(/^\+?\w[\w.-]*\+?$/, "keys of tasks such as ingest, +ingest or ingest+"),
    form: { label: "Only these tasks", group: "run" },
  },
  "python-params": list("Python tasks", "Parameters of Python tasks"),
  "python-named-params": map("Python wheel tasks", "Named parameters of wheel tasks"),
  "notebook-params": map("notebook tasks", "Parameters of notebooks"),
  "sql-params": map("SQL tasks", "Parameters of SQL tasks"),
  "jar-params": list("JAR tasks", "Parameters of JAR tasks"),
  "spark-submit-params": list("Spark submit tasks", "Parameters of Spark submit tasks"),
  "dbt-commands": {
    ...list("dbt tasks", "Commands of dbt tasks"),
    description: "For `run`: commands of dbt tasks, one a line.",
  },
  "pipeline-params": {
    ...map("pipeline tasks", "Parameters of pipeline tasks", parsePipelineParameters),
    description: "For `run`: `full_refresh=true` for the pipeline tasks of a job.",
  },
  refresh: tables("tables to update", "Tables to update"),
  "full-refresh": tables("tables to reset and compute anew", "Tables to compute anew"),
  "refresh-all": whole("updates all tables", "Update all tables"),
  "full-refresh-all": whole("resets all tables and computes them anew", "Compute all tables anew"),
  "validate-only": whole("only checks its code and updates nothing", "Only check the pipeline"),
} as const satisfies InputTable;
