export interface InputDefinition {
  /** One sentence for the manifests and the documentation. */
  readonly description: string;
  readonly required?: true;
  /** The default as it stands in the manifests; the parser applies it too, for hosts that do not. */
  readonly default?: string;
}

export const COMMANDS = ["deploy", "plan", "run", "destroy"] as const;
export type Command = (typeof COMMANDS)[number];

/** What findings of the scan for static credentials do: stop the run, or warn. */
export const SCAN_MODES = ["block", "warn", "off"] as const;

export const EXCHANGES = ["databricks", "entra"] as const;

/** One table of inputs; action.yml and task.json are tested against it. */
export const INPUTS = {
  command: {
    description:
      "`deploy` plans and deploys the bundle; `plan` shows what a deployment would change and changes nothing; `run` runs a job or pipeline of the deployed bundle; `destroy` removes the deployment.",
    default: "deploy",
  },
  host: {
    description:
      "URL of the approved workspace. It is never taken from the bundle; a bundle that names another is refused.",
    required: true,
  },
  "client-id": {
    description: "Application ID of the service principal that deploys.",
    required: true,
  },
  exchange: {
    description:
      "Who exchanges the ID token: `databricks` (a federation policy of the service principal) or `entra` (a federated identity credential in Entra ID).",
    default: "databricks",
  },
  "tenant-id": { description: "Entra tenant, for `exchange: entra`." },
  audience: {
    description: "Audience of the ID token, if it is not the default of the exchange.",
  },
  "workspace-id": { description: "Guard: stop if the workspace has another ID." },
  "account-id": { description: "Guard: stop if the workspace belongs to another account." },
  "bundle-root": { description: "Folder of `databricks.yml`, relative to the checkout.", default: "." },
  target: { description: "Target of the bundle; the bundle's own default if absent." },
  variables: { description: "Bundle variables, one `name=value` a line." },
  "auto-approve": {
    description: "`true` allows a deployment that deletes or recreates resources, and `destroy`.",
    default: "false",
  },
  "access-file": {
    description:
      "What each job may reach at run time, relative to the checkout; if absent, `access.yml` beside `databricks.yml`, if there is one.",
  },
  "policy-file": {
    description:
      "What may be granted at all, relative to the checkout or absolute; best kept where those who edit the bundle cannot change it.",
  },
  "audit-log": {
    description:
      "File that the audit events are appended to (JSON Lines, OCSF); if absent, a new one in the CI's temporary folder. It is there until the job ends.",
  },
  resource: { description: "For `run`: key of the job or pipeline in the bundle." },
  "run-parameters": { description: "For `run`: job parameters, one `name=value` a line." },
  wait: {
    description: "For `run`: `true` waits for the end of the run and fails if it fails.",
    default: "true",
  },
  "lock-timeout": {
    description: "How long to wait for another deployment of the same bundle and target to end.",
    default: "10m",
  },
  scan: {
    description:
      "Static credentials in what would be uploaded: `block` stops before anything is uploaded, `warn` shows them, `off` does not look.",
    default: "block",
  },
  "sarif-file": {
    description:
      "For `deploy` and `plan`: file for the findings of the scan (SARIF 2.1.0), relative to the checkout; written also when they stop the run.",
  },
  "pass-env": {
    description:
      "Names of further variables for the CLI and the bundle's build commands, one a line; credentials of the CI, of Databricks and of clouds are refused.",
  },
  "cli-version": {
    description:
      "Exact version of the Databricks CLI to install; if absent, the one on `PATH`, else a pinned one.",
  },
  "cli-mirror": {
    description:
      "Where release archives are taken from: an https URL or a folder, laid out as the release site.",
  },
  "cli-sha256": { description: "SHA-256 of the archive, for a version that is not in the pinned table." },
  "plan-timeout": {
    description:
      "Limit for each command of the Databricks CLI that only reads (plan, summary), such as `10m`; build commands of the bundle run in it.",
    default: "10m",
  },
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" },
} as const satisfies Record<string, InputDefinition>;

export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];
