import { parseCliMirror, parseCliVersion, parseSha256 } from "./cli-values.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Connection, Host } from "../ci.ts";
import { inputReader, type InputDefinition } from "./reader.ts";
import { parseDuration, parseNameValueLines } from "./values.ts";
import { parsePassEnv } from "./pass-env.ts";
import { parseWorkspaceUrl } from "../../net/workspace.ts";

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
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" },
} as const satisfies Record<string, InputDefinition>;

export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];

/** All inputs of a run, checked. */
export interface Inputs {
  readonly command: Command;
  /** Origin of the approved workspace, normalised by core/net/workspace.ts. */
  readonly host: string;
  readonly clientId: string;
  readonly exchange: (typeof EXCHANGES)[number];
  /** Set if `exchange` is `entra`. */
  readonly tenantId: string | undefined;
  readonly audience: string | undefined;
  /** Decimal; from the input or from `?o=` in `host`. */
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
  readonly bundleRoot: string;
  readonly target: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly autoApprove: boolean;
  readonly accessFile: string | undefined;
  readonly policyFile: string | undefined;
  readonly auditLog: string | undefined;
  /** Set if `command` is `run`. */
  readonly resource: string | undefined;
  readonly runParameters: Readonly<Record<string, string>>;
  readonly wait: boolean;
  readonly scan: (typeof SCAN_MODES)[number];
  /** As the user wrote it. */
  readonly sarifFile: string | undefined;
  readonly passEnv: readonly string[];
  readonly cliVersion: string | undefined;
  readonly cliMirror: string | undefined;
  readonly cliSha256: string | undefined;
  /** Milliseconds. */
  readonly lockTimeout: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A UUID, or a verified domain such as `contoso.onmicrosoft.com`. */
const TENANT = /^[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i;
/** A UUID in the form of RFC 9562 section 4. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads and checks every input, before any request.
 * @throws SecretlessError `INPUT_INVALID` with all mistakes at once
 */
export function parseInputs(host: Host): Inputs {
  const { mistakes, value, wrong, optional, required, matching, oneOf, flag, parsed, checked } = inputReader(
    host,
    INPUTS,
  );
  let connection: Connection | undefined;
  let noConnection: SecretlessError | undefined;
  try {
    connection = host.connection();
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    noConnection = error;
  }
  const command = oneOf("command", COMMANDS);
  const hostText = required(
    "host",
    "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net",
  );
  const url = hostText === undefined ? undefined : parsed("host", parseWorkspaceUrl);
  const clientIdExpected =
    "the application ID (a UUID) of the service principal, not its name and not its numeric ID";
  const clientId = matching("client-id", UUID, clientIdExpected) ?? connection?.clientId;
  if (!clientId && !noConnection) required("client-id", clientIdExpected);
  const workspaceId = matching("workspace-id", /^\d{1,20}$/, "the numeric workspace ID");
  if (url?.workspaceId !== undefined && workspaceId !== undefined && url.workspaceId !== workspaceId) {
    wrong(
      "workspace-id",
      `${url.workspaceId}, the workspace ID in the URL of \`${host.inputLabel("host")}\``,
      workspaceId,
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const exchange = connection && host.input("exchange") === "" ? "entra" : oneOf("exchange", EXCHANGES);
  const tenantExpected = "the ID (a UUID) or a domain of the Entra tenant";
  const tenantId = matching("tenant-id", TENANT, tenantExpected) ?? connection?.tenantId;
  if (exchange === "entra" && !tenantId && !noConnection) required("tenant-id", tenantExpected);
  const resource = matching(
    "resource",
    /^\w[\w-]*(?:\.[\w-]+)?$/,
    "the key of a job or pipeline in the bundle",
  );
  if (command === "run") required("resource", "the key of a job or pipeline in the bundle");
  const variables = parsed("variables", parseNameValueLines);
  const runParameters = parsed("run-parameters", parseNameValueLines);
  const passEnv = parsed("pass-env", parsePassEnv);
  const timeout = parsed("timeout", parseDuration);
  const lockTimeout = parsed("lock-timeout", parseDuration);
  const cliVersion = checked("cli-version", parseCliVersion);
  const cliMirror = checked("cli-mirror", parseCliMirror);
  const cliSha256 = checked("cli-sha256", parseSha256);
  const scan = oneOf("scan", SCAN_MODES);
  const sarifFile = optional("sarif-file");
  const bundleRoot = value("bundle-root");
  const target = optional("target");
  const audience = optional("audience");
  const autoApprove = flag("auto-approve");
  const wait = flag("wait");

  if (noConnection) {
    if (mistakes.length === 0) throw noConnection;
    mistakes.push(noConnection.details);
  }
  if (
    mistakes.length > 0 ||
    !(
      command &&
      url &&
      clientId &&
      exchange &&
      variables &&
      runParameters &&
      passEnv &&
      scan &&
      timeout &&
      lockTimeout
    )
  ) {
    throw new SecretlessError("INPUT_INVALID", {
      problem:
        mistakes.length === 1
          ? "One input is not right."
          : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes,
    });
  }
  return {
    command,
    host: url.origin,
    clientId: clientId.toLowerCase(),
    exchange,
    tenantId,
    audience,
    workspaceId: workspaceId ?? url.workspaceId,
    accountId: accountId?.toLowerCase() ?? url.accountId,
    bundleRoot,
    target,
    variables,
    autoApprove,
    accessFile: optional("access-file"),
    policyFile: optional("policy-file"),
    auditLog: optional("audit-log"),
    resource,
    runParameters,
    wait,
    scan,
    sarifFile,
    passEnv,
    cliVersion,
    cliMirror,
    cliSha256,
    lockTimeout,
    timeout,
  };
}
