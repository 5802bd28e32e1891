import type { MistakeRow } from "./reader.ts";

export const ENVIRONMENT_MISTAKES: readonly MistakeRow[] = [
  {
    what: "a mode of the scan that there is not",
    written: { inputs: { scan: "on" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `scan` cannot be used.",
    wanted: "one of: block, warn, off",
    found: "on",
    remedy: "Write one of them, as it stands there.",
  },
  {
    what: "a credential in pass-env",
    written: { inputs: { "pass-env": "ARM_CLIENT_SECRET" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `pass-env` cannot be used.",
    wanted: "names of variables, no credentials of an identity, separated by white space or commas",
    found:
      '"ARM_CLIENT_SECRET" is a credential of another kind than the federated one: the bundle could use it instead',
    remedy: "Take them out. The step's own identity is all that the CLI and the bundle's code need.",
  },
  {
    what: "a range of CLI versions",
    written: { inputs: { "cli-version": "^1.9" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `cli-version` cannot be used.",
    wanted: "one exact version, such as 1.9.0 (no `v`, no range)",
    found: "^1.9",
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
  {
    what: "a mirror with a password",
    written: { inputs: { "cli-mirror": "https://u:p@mirror.example.com" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `cli-mirror` cannot be used.",
    wanted:
      "an https URL without user and query, or the absolute path of a folder; files lie under it as v<version>/<file>",
    found: "https://***@mirror.example.com",
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
  {
    what: "a hash that is none",
    written: { inputs: { "cli-sha256": "abc" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `cli-sha256` cannot be used.",
    wanted: "64 hexadecimal digits",
    found: "abc",
    remedy: "Write what is wanted into the pipeline file, or into the variable that it comes from.",
  },
  {
    what: "a macro that has no value",
    written: { azure: true, inputs: { target: "$(env)" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `target` holds `$(env)`, which has no value in this job.",
    wanted: "a text in which nothing is left of the CI's own expressions",
    found: "$(env)",
    remedy:
      "Azure Pipelines leaves a macro as it is when no variable has this name: the name is misspelt, its variable group is not named under `variables`, the variable belongs to another stage or job, or a step sets it that has not run yet or sets it with `isOutput` (then its name is `<step>.<variable>`). A value that really holds this text goes into `variables-file`.",
  },
  {
    what: "a runtime expression in an input",
    written: { azure: true, inputs: { "bundle-root": "$[variables.root]" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `bundleRoot` holds `$[variables.root]`, which has no value in this job.",
    wanted: "a text in which nothing is left of the CI's own expressions",
    found: "$[variables.root]",
    remedy:
      "Azure Pipelines evaluates `$[…]` only as the whole value of a variable under `variables`: put it there, and write `$(<variable>)` here.",
  },
  {
    what: "a template expression that is left over",
    written: { azure: true, inputs: { variables: "catalog=${{ parameters.catalog }}" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `variables` holds `${{ parameters.catalog }}`, which has no value in this job.",
    wanted: "a text in which nothing is left of the CI's own expressions",
    found: "${{ parameters.catalog }}",
    remedy:
      "Azure Pipelines evaluates `${{…}}` when it reads the YAML; in a variable of the pipeline's settings, of a variable group or of a step it stays as it is. Write the value itself there.",
  },
  {
    what: "an expression that is left over on GitHub",
    written: { inputs: { target: "${{ vars.TARGET }}" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "Input `target` holds `${{ vars.TARGET }}`, which has no value in this job.",
    wanted: "a text in which nothing is left of the CI's own expressions",
    found: "${{ vars.TARGET }}",
    remedy:
      "GitHub evaluates expressions in the workflow file alone, not in what a variable, a file or another step's output holds: write the value itself there.",
  },
  {
    what: "a macro without a value in a bundle variable of the job",
    written: { azure: true, env: { BUNDLE_VAR_catalog: "$(catalog)" } },
    code: "INPUT_INVALID",
    place: "",
    problem:
      "`BUNDLE_VAR_catalog` in the job's environment holds `$(catalog)`, which has no value in this job.",
    wanted: "a text in which nothing is left of the CI's own expressions",
    found: "$(catalog)",
    remedy:
      "Azure Pipelines leaves a macro as it is when no variable has this name: the name is misspelt, its variable group is not named under `variables`, the variable belongs to another stage or job, or a step sets it that has not run yet or sets it with `isOutput` (then its name is `<step>.<variable>`). A value that really holds this text goes into `variables-file`.",
  },
  {
    what: "another target in the job's environment",
    written: { inputs: { target: "prod" }, env: { DATABRICKS_BUNDLE_ENV: "dev" } },
    code: "INPUT_INVALID",
    place: "",
    problem: "`DATABRICKS_BUNDLE_ENV` in the job's environment says something else than the input `target`.",
    wanted: "prod",
    found: "dev",
    remedy:
      "Take `DATABRICKS_BUNDLE_ENV` out of the job, or give both the same value: the Databricks CLI would heed it, this step takes the input `target`.",
  },
  {
    what: "two targets in the job's environment",
    written: { env: { DATABRICKS_BUNDLE_ENV: "dev", DATABRICKS_BUNDLE_TARGET: "prod" } },
    code: "INPUT_INVALID",
    place: "",
    problem:
      "`DATABRICKS_BUNDLE_ENV` in the job's environment says something else than `DATABRICKS_BUNDLE_TARGET`.",
    wanted: "prod",
    found: "dev",
    remedy:
      "Take `DATABRICKS_BUNDLE_ENV` out of the job, or give both the same value: the Databricks CLI would heed it, this step takes the input `target`.",
  },
  {
    what: "another root in the job's environment",
    written: { inputs: { "bundle-root": "." }, env: { DATABRICKS_BUNDLE_ROOT: "other" } },
    code: "INPUT_INVALID",
    place: "",
    problem:
      "`DATABRICKS_BUNDLE_ROOT` in the job's environment says something else than the input `bundle-root`.",
    wanted: ".",
    found: "other",
    remedy:
      "Take `DATABRICKS_BUNDLE_ROOT` out of the job, or give both the same value: the Databricks CLI would heed it, this step takes the input `bundle-root`.",
  },
  {
    what: "a target that the bundle has not",
    written: { inputs: { target: "production" } },
    code: "BUNDLE_INVALID",
    place: "",
    problem: "The bundle has no target `production`.",
    wanted: "one of: dev, prod",
    found: "production",
    remedy: "Did you mean `prod`? Correct the input `target`, or add the target to the bundle.",
  },
  {
    what: "no folder",
    written: { inputs: { "bundle-root": "bundle" } },
    code: "BUNDLE_NOT_FOUND",
    place: "",
    problem: "There is no bundle in this folder.",
    wanted: "databricks.yml, databricks.yaml, bundle.yml, bundle.yaml in bundle",
    found: "the folder does not exist",
    remedy:
      "The Databricks CLI would take the bundle of the folder above; this step deploys what `bundle-root` names: set it to `.`. Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step.",
  },
];
