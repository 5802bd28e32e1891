import type { MistakeRow } from "./reader.ts";

/** Mistakes in the inputs of `run`, and in those that only some commands heed. */
export const RUN_MISTAKES: readonly MistakeRow[] = [
  {
    what: "a selection for a command that has none",
    written: { inputs: { command: "destroy", select: "jobs.nightly" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `select` is not for `command: destroy`, which would pass over it.",
    wanted: "it with `deploy` or `plan` alone",
    found: "jobs.nightly",
    remedy: "Take it out of this step, or correct the command.",
  },
  {
    what: "a selection that is no key",
    written: { inputs: { select: "jobs/nightly" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `select` cannot be used.",
    wanted: "keys of resources such as nightly or jobs.nightly, one a line or set apart by commas",
    found: '"jobs/nightly"',
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
  {
    what: "two choices of what to update",
    written: {
      inputs: { command: "run", resource: "flow", "full-refresh-all": "true", "validate-only": "true" },
    },
    code: "INPUT_INVALID",
    place: "",
    problem: "Inputs `full-refresh-all` and `validate-only` contradict each other.",
    wanted: "one of them",
    found: "both",
    remedy: "Take one of them out of the step.",
  },
  {
    what: "a parameter that pipeline tasks have not",
    written: { inputs: { command: "run", resource: "load", "pipeline-params": "refresh=true" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `pipeline-params` cannot be used.",
    wanted: "full_refresh=true or full_refresh=false",
    found: "refresh",
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
  {
    what: "a key of a task that is none",
    written: { inputs: { command: "run", resource: "load", only: "read ++" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `only` cannot be used.",
    wanted: "keys of tasks such as ingest, +ingest or ingest+, one a line or set apart by commas",
    found: '"read ++"',
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
];
