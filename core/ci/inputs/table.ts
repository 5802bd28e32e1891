import { COMMANDS, type CommandTraits } from "../../base/commands.ts";
import { EXCHANGES, type ExchangeTraits } from "../../base/exchanges.ts";
import { UUID } from "../../base/uuid.ts";
import { parseWorkspaceUrl } from "../../net/workspace.ts";
import { parseCliMirror, parseCliVersion, parseSha256 } from "./cli-values.ts";
import { choice, lowerCase } from "./choices.ts";
import { parseApproval } from "./approval.ts";
import type { InputTable } from "./definition.ts";
import { DEPLOY_INPUTS } from "./deploy-inputs.ts";
import { parsePassEnv } from "./pass-env.ts";
import { RUN_INPUTS } from "./run-inputs.ts";
import { parseDuration, parseNameValueLines } from "./values.ts";

/** What findings of the scan for static credentials do: stop the run, or warn. */
export const SCAN_MODES = ["block", "warn", "off"] as const;

/** Checks a text that is read again where it is used. */
function checked(parse: (text: string) => unknown): (text: string) => string {
  return (text) => {
    parse(text);
    return text;
  };
}

/** The table of inputs for these commands and exchanges: one entry an input, in the order of the manifests. */
export function inputTable<Command extends CommandTraits, Exchange extends ExchangeTraits>(
  commands: readonly Command[],
  exchanges: readonly Exchange[],
) {
  return {
    command: {
      description: `${commands.map(({ name, summary }) => `\`${name}\` ${summary}`).join("; ")}.`,
      default: commands[0]?.name ?? "",
      ...choice(commands),
      form: { label: "Command", required: true },
    },
    host: {
      description:
        "URL of the approved workspace. It is never taken from the bundle; a bundle that names another is refused.",
      required: true,
      expected: "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net",
      parse: parseWorkspaceUrl,
      form: {
        label: "Workspace URL",
        more: "Write it as in the browser's address bar, without what follows the host: https://adb-1234567890123456.7.azuredatabricks.net",
      },
    },
    "azure-subscription": {
      description:
        "A service connection with workload identity federation; one with a secret, a certificate or the agent's managed identity is refused. Client ID and tenant come from it. Without a connection the pipeline's own identity is used, and `clientId` is needed.",
      cis: ({ connections }) => connections,
      form: {
        label: "Azure Resource Manager connection",
        group: "identity",
        type: "connectedService:AzureRM",
      },
    },
    "client-id": {
      description: "Application ID of the service principal that deploys.",
      required: true,
      expected: "the application ID (a UUID) of the service principal, not its name and not its numeric ID",
      pattern: UUID,
      parse: lowerCase,
      form: {
        label: "Client ID",
        group: "identity",
        required: false,
        more: "With a connection it may be left out: then it is the connection's. Without one, this service principal needs a federation policy for the pipeline, with the subject p://&lt;organisation&gt;/&lt;project&gt;/&lt;pipeline&gt;.",
      },
    },
    exchange: {
      description: `Who exchanges the ID token: ${exchanges.map(({ name, trust }) => `\`${name}\` (${trust})`).join(" or ")}.`,
      default: exchanges[0]?.name ?? "",
      ...choice(exchanges),
      form: {
        label: "Exchange",
        group: "identity",
        open: true,
        more: "With `azureSubscription` the default is `entra`.",
      },
    },
    "tenant-id": {
      description: "Entra tenant, for `exchange: entra`.",
      expected:
        "the ID (a UUID) or a domain of the Entra tenant that the service principal is in, not `common`, `organizations` or `consumers`: an application has no tenant of its own there (AADSTS50194)",
      pattern: /^(?!(?:common|organizations|consumers)$)[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i,
      form: {
        label: "Tenant ID",
        group: "identity",
        visibleRule: "exchange = entra",
        more: "With `azureSubscription` it comes from the connection.",
      },
    },
    audience: {
      description: "Audience of the ID token, if it is not the default of the exchange.",
      cis: ({ choosesAudience }) => !choosesAudience,
    },
    "bundle-root": {
      description: "Folder of `databricks.yml`, relative to the checkout.",
      default: ".",
      form: { label: "Bundle folder", group: "bundle" },
    },
    target: {
      description:
        "Target of the bundle; if absent, that of `DATABRICKS_BUNDLE_TARGET` or `DATABRICKS_BUNDLE_ENV` in the job's environment, else the bundle's own default.",
      form: { label: "Target", group: "bundle" },
    },
    variables: {
      description:
        "Bundle variables, one `name=value` a line; a value of several lines goes into `BUNDLE_VAR_<name>` of the step's environment, or into `variables-file`.",
      many: true,
      parse: parseNameValueLines,
      form: { label: "Bundle variables", group: "bundle" },
    },
    "variables-file": {
      description:
        "File with more values of bundle variables (YAML or JSON, a mapping of names to values), relative to the checkout or absolute; takes complex values and values of several lines.",
      for: ({ needs }) => needs.bundle,
      form: { label: "File of bundle variables", group: "bundle" },
    },
    "auto-approve": {
      description:
        "`true` allows a deployment that deletes or recreates resources, and `destroy`; kinds of resources (`jobs, schemas`) allow it for these alone.",
      default: "false",
      parse: parseApproval,
      for: ({ changes, needs }) => changes && needs.cli && needs.access,
      form: { label: "Approve what deletes or recreates", group: "bundle" },
    },
    "access-file": {
      description:
        "What each job may reach at run time, relative to the checkout; if absent, `access.yml` beside `databricks.yml`, if there is one.",
      for: ({ needs }) => needs.access,
      form: { label: "Access file", group: "bundle" },
    },
    "policy-file": {
      description:
        "What may be granted at all, relative to the checkout or absolute; best kept where those who edit the bundle cannot change it.",
      for: ({ needs }) => needs.access,
      form: { label: "Policy file", group: "bundle" },
    },
    "audit-log": {
      description:
        "File that the audit events are appended to (JSON Lines, OCSF); if absent, a new one in the CI's temporary folder. It is there until the job ends.",
      form: { label: "Audit log", group: "bundle" },
    },
    ...DEPLOY_INPUTS,
    ...RUN_INPUTS,
    scan: {
      description:
        "Static credentials in what would be uploaded: `block` stops before anything is uploaded, `warn` shows them, `off` does not look.",
      default: "block",
      ...choice(SCAN_MODES.map((name) => ({ name }))),
      for: ({ needs }) => needs.scan,
      form: { label: "Scan for static credentials", group: "guards" },
    },
    "sarif-file": {
      description:
        "For `deploy` and `plan`: file for the findings of the scan (SARIF 2.1.0), relative to the checkout; written also when they stop the run.",
      for: ({ needs }) => needs.scan,
      form: { label: "SARIF file", group: "guards" },
    },
    "workspace-id": {
      description: "Guard: stop if the workspace has another ID.",
      expected: "the numeric workspace ID",
      pattern: /^\d{1,20}$/,
      form: { label: "Workspace ID", group: "guards" },
    },
    "account-id": {
      description: "Guard: stop if the workspace belongs to another account.",
      expected: "the account ID (a UUID)",
      pattern: UUID,
      parse: lowerCase,
      form: { label: "Account ID", group: "guards" },
    },
    "lock-timeout": {
      description: "How long to wait for another deployment of the same bundle and target to end.",
      default: "10m",
      parse: parseDuration,
      form: { label: "Wait for another deployment", group: "guards" },
    },
    "plan-timeout": {
      description:
        "Limit for each command of the Databricks CLI that only reads (plan, summary), such as `10m`; build commands of the bundle run in it.",
      default: "10m",
      parse: parseDuration,
      form: { label: "Timeout of a plan", group: "guards" },
    },
    timeout: {
      description: "Limit for the whole step, such as `90m` or `6h`.",
      default: "6h",
      parse: parseDuration,
      form: { label: "Timeout", group: "guards" },
    },
    "login-timeout": {
      description:
        "For `login`: how long later steps get tokens, such as `2h`; if absent, until the job ends.",
      parse: parseDuration,
      for: ({ needs }) => needs.service === "job",
      form: { label: "Timeout of the session", group: "guards" },
    },
    "pass-env": {
      description:
        "Names of further variables for the CLI and the bundle's build commands, one a line; credentials of the CI, of Databricks and of clouds are refused.",
      many: true,
      parse: (text: string) => parsePassEnv(text),
      form: { label: "Variables for the CLI and the build", group: "cli" },
    },
    "cli-version": {
      description:
        "Exact version of the Databricks CLI to install; if absent, the one on `PATH`, else a pinned one.",
      parse: checked(parseCliVersion),
      form: { label: "CLI version", group: "cli" },
    },
    "cli-mirror": {
      description:
        "Where release archives are taken from: an https URL or a folder, laid out as the release site.",
      parse: checked(parseCliMirror),
      form: { label: "CLI mirror", group: "cli" },
    },
    "cli-sha256": {
      description: "SHA-256 of the archive, for a version that is not in the pinned table.",
      parse: checked(parseSha256),
      form: { label: "SHA-256 of the archive", group: "cli" },
    },
  } as const satisfies InputTable;
}

export const INPUTS = inputTable<CommandTraits, ExchangeTraits>(COMMANDS, EXCHANGES);

export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];
