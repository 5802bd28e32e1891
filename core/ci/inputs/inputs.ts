import { parseCliMirror, parseCliVersion, parseSha256 } from "./cli-values.ts";
import { UUID } from "../../base/uuid.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { ServiceConnection, Ci } from "../ci.ts";
import { inputReader } from "./reader.ts";
import { COMMANDS, EXCHANGES, INPUTS, SCAN_MODES, type Command } from "./table.ts";
import { parseDuration, parseNameValueLines } from "./values.ts";
import { parsePassEnv } from "./pass-env.ts";
import { parseWorkspaceUrl } from "../../net/workspace.ts";

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
  readonly planTimeout: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A UUID, or a verified domain such as `contoso.onmicrosoft.com`. */
const TENANT = /^[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i;

/**
 * Reads and checks every input, before any request.
 * @throws SecretlessError `INPUT_INVALID` with all mistakes at once
 */
export function parseInputs(ci: Ci): Inputs {
  const { mistakes, value, wrong, optional, required, matching, oneOf, flag, parsed, checked } = inputReader(
    ci,
    INPUTS,
  );
  let connection: ServiceConnection | undefined;
  let noConnection: SecretlessError | undefined;
  try {
    connection = ci.connection();
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
      `${url.workspaceId}, the workspace ID in the URL of \`${ci.inputLabel("host")}\``,
      workspaceId,
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const exchange = connection && ci.input("exchange") === "" ? "entra" : oneOf("exchange", EXCHANGES);
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
  const planTimeout = parsed("plan-timeout", parseDuration);
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
      lockTimeout &&
      planTimeout
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
    planTimeout,
    timeout,
  };
}
