import { quote, quoteAddress } from "../base/quote.ts";
import { SecretlessError, type ErrorCode, type Mistake, type Place } from "../base/errors.ts";
import type { Platform } from "../base/ports.ts";
import { parseHostOfBundle } from "../net/workspace.ts";
import { readBundleFiles, readingBundle, type BundleFile } from "./files.ts";
import { isVariable, keysOf, selectTarget, under, type Layers } from "./target.ts";
import type { BundleValue } from "./yaml.ts";

export interface HostPinOptions {
  /** Absolute paths. */
  readonly bundleRoot: string;
  readonly checkout: string;
  readonly platform: Platform;
  /** Origin of the approved workspace. */
  readonly host: string;
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
  readonly target: string | undefined;
}

export interface BundleTarget {
  /** The target that the CLI selects; it calls that of a bundle without targets `default`. */
  readonly name: string;
  /** `bundle.name`, where it is written out. */
  readonly bundle: string | undefined;
  /** Whether the bundle says where it is deployed to; else it is the home folder of whoever deploys. */
  readonly hasRootPath: boolean;
  /** `bundle.databricks_cli_version` as written; the CLI reads the top level alone (cli `verify_cli_version.go`). */
  readonly cliVersion: string | undefined;
  /** Names of all its targets. */
  readonly targets: readonly string[];
  /** Names of the variables that the bundle declares; no target can declare more (cli `bundle/config/root.go`). */
  readonly variables: readonly string[];
}

/** Fields of `workspace` that select another identity. Source: cli `bundle/config/workspace.go`, and its SDK. */
const CREDENTIAL_FIELDS = [
  ...["profile", "auth_type", "metadata_service_url", "client_id", "client_secret", "token"],
  ...["username", "password", "google_service_account", "google_credentials"],
  ...["azure_workspace_resource_id", "azure_use_msi", "azure_client_id", "azure_client_secret"],
  ...["azure_tenant_id", "azure_environment", "azure_login_app_id"],
] as const;

/**
 * Whether the bundle's selected target would talk to the approved workspace, with the identity that we give it. What
 * counts are the effective settings: what the files say at their top level, overridden by the selected target.
 * @throws SecretlessError `HOST_NOT_APPROVED` or `CREDENTIAL_IN_BUNDLE` with the lines, `BUNDLE_NOT_FOUND`, `BUNDLE_INVALID`
 */
export async function checkHostPin(options: HostPinOptions): Promise<BundleTarget> {
  const files = await readBundleFiles({ ...options, root: options.bundleRoot });
  return readingBundle(() => judge(files, options));
}

function judge(files: readonly BundleFile[], options: HostPinOptions): BundleTarget {
  const { name, names, top, overrides } = selectTarget(files, options.target);
  const workspaces = [under(overrides, "workspace"), under(top, "workspace")];
  const setting = (key: string) =>
    workspaces.map((workspace) => counting(under(workspace, key))).find((value) => value !== undefined);
  const wrong: Mistake[] = workspaces.flat().filter(isVariable).map(isNotResolved);
  for (const key of ["host", "workspace_id", "account_id"] as const) {
    const value = setting(key);
    const mistake = value && mistakeOf(key, value, options);
    if (mistake) wrong.push({ ...mistake, place: value.place });
  }
  const credentials = CREDENTIAL_FIELDS.flatMap((key): Mistake[] => {
    const value = setting(key);
    const off = key === "azure_use_msi" && value?.kind === "text" && value.boolean === false;
    if (!value || off) return [];
    const remedy = "Take the line out.";
    const expected = "no setting of identity";
    return [{ problem: `\`workspace.${key}\` is set.`, expected, actual: key, remedy, place: value.place }];
  });
  if (wrong.length > 0) throw refused("HOST_NOT_APPROVED", wrong, credentials);
  if (credentials.length > 0) throw refused("CREDENTIAL_IN_BUNDLE", credentials, []);
  const cliVersion = under(under(top, "bundle"), "databricks_cli_version").at(-1);
  const bundle = under(under(top, "bundle"), "name").at(-1);
  return {
    name,
    bundle: bundle?.kind === "text" && !bundle.text.includes("${") ? bundle.text : undefined,
    hasRootPath: setting("root_path") !== undefined,
    cliVersion: cliVersion?.kind === "text" ? cliVersion.text : undefined,
    targets: names,
    variables: keysOf(under(top, "variables")),
  };
}

/**
 * The value that counts. An empty text in an included file makes it unset; one in a target does not unset what stands at
 * the top level (observed). What is no text is handed on, to be refused, though the CLI passes over it.
 */
function counting(values: Layers): BundleValue | undefined {
  const value = values.find(({ kind }) => kind !== "text") ?? values.at(-1);
  return value?.kind === "text" && value.text === "" ? undefined : value;
}

function isNotResolved({ place }: BundleValue): Mistake {
  return { problem: "`workspace` is a variable, which nobody can judge before the CLI resolves it.", place };
}

function mistakeOf(
  key: "host" | "workspace_id" | "account_id",
  value: BundleValue,
  approved: HostPinOptions,
): Mistake | undefined {
  const actual = value.kind === "text" ? value.text : `a ${value.kind}`;
  if (key === "host") return hostMistake(actual, approved);
  if (key === "workspace_id") return idMistake("`workspace.workspace_id`", actual, "workspace-id", approved);
  return idMistake("`workspace.account_id`", actual, "account-id", approved);
}

function hostMistake(text: string, approved: HostPinOptions): Mistake | undefined {
  const actual = quoteAddress(text);
  const problem = "`workspace.host` is not the approved one.";
  if (text.includes("${")) {
    return {
      problem: `${problem} It holds a variable, which the CLI does not resolve here.`,
      expected: approved.host,
      actual,
    };
  }
  if (text !== text.trim())
    return { problem: `${problem} It has white space around it.`, expected: approved.host, actual };
  try {
    const { origin, workspaceId, accountId } = parseHostOfBundle(text);
    const remedy = "Take the line out, or correct the input `host`.";
    if (origin !== approved.host) return { problem, expected: approved.host, actual, remedy };
    return (
      idMistake("The workspace in `workspace.host`", workspaceId, "workspace-id", approved) ??
      idMistake("The account in `workspace.host`", accountId, "account-id", approved)
    );
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    return { problem: `${problem} ${error.details.problem}`, expected: approved.host, actual };
  }
}

/**
 * A host may serve several workspaces and accounts, between which these IDs choose: those that nobody has approved are
 * as foreign as a foreign host.
 */
function idMistake(
  what: string,
  id: string | undefined,
  input: "workspace-id" | "account-id",
  { workspaceId, accountId }: HostPinOptions,
): Mistake | undefined {
  const wanted = input === "workspace-id" ? workspaceId : accountId?.toLowerCase();
  if (id === undefined || id.toLowerCase() === wanted) return undefined;
  const actual = quote(id);
  if (wanted !== undefined) return { problem: `${what} is not the approved one.`, expected: wanted, actual };
  return {
    problem: `${what} is one that nobody has approved.`,
    expected: `the same ID in the input \`${input}\``,
    actual,
    remedy: `If it is the right one, set the input \`${input}\` to it.`,
  };
}

function refused(code: ErrorCode, mistakes: readonly Mistake[], more: readonly Mistake[]): SecretlessError {
  const host = code === "HOST_NOT_APPROVED";
  const place: Place | undefined = mistakes[0]?.place;
  return new SecretlessError(code, {
    problem: host
      ? "The bundle's selected target would talk to another workspace than the approved one. No token was given, nothing was changed."
      : "The bundle would make the CLI use another identity than the federated one. Nothing was changed.",
    remedy: host
      ? "Remove the setting from the bundle, or correct the input `host`. If a pull request brought it, read that pull request again."
      : "Remove these settings from the bundle: the step brings host and identity.",
    mistakes: [...mistakes, ...more],
    ...(mistakes.length === 1 && more.length === 0 && place && { place }),
  });
}
