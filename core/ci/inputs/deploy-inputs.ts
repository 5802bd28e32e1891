import { FLAG } from "./choices.ts";
import type { InputTable } from "./definition.ts";
import { namesOf } from "./values.ts";

/** Options of `databricks bundle plan` and `databricks bundle deploy`; all are there from the oldest CLI that is taken on. */
export const DEPLOY_INPUTS = {
  select: {
    description:
      "Keys of resources (`nightly`, `jobs.nightly`), one a line: only these and what they refer to are planned and deployed; files of the bundle are uploaded all the same. Needs the CLI's direct engine.",
    many: true,
    parse: namesOf(/^\w[\w-]*(?:\.[\w-]+)?$/, "keys of resources such as nightly or jobs.nightly"),
    for: ({ needs }) => needs.scan,
    refusedElsewhere: true,
    form: { label: "Only these resources", group: "bundle" },
  },
  "fail-on-active-runs": {
    description: "For `deploy`: `true` deploys nothing while a job or pipeline of the deployment is running.",
    default: "false",
    ...FLAG,
    for: ({ name }) => name === "deploy",
    refusedElsewhere: true,
    form: { label: "Fail while something is running", group: "bundle" },
  },
} as const satisfies InputTable;
