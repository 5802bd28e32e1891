import { SecretlessError, type ErrorCode, type Mistake, type Place } from "../errors.ts";
import type { Platform } from "../ports.ts";
import { parseWorkspaceUrl } from "../workspace-url.ts";
import { invalidBundle, readBundleFiles, readingBundle, type BundleFile } from "./bundle-files.ts";
import type { BundleValue } from "./bundle-yaml.ts";

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
  /** The target that the CLI will select, or undefined if the bundle has none. */
  readonly name: string | undefined;
  /** Whether the bundle says where it is deployed to; else it is the home folder of whoever deploys. */
  readonly hasRootPath: boolean;
}

/** Fields of `workspace` that select another identity. Source: cli `bundle/config/workspace.go`. */
const CREDENTIAL_FIELDS: ReadonlySet<string> = new Set([
  ...[
    "profile",
    "auth_type",
    "metadata_service_url",
    "client_id",
    "client_secret",
    "token",
    "username",
    "password",
  ],
  ...["google_service_account", "google_credentials", "azure_workspace_resource_id", "azure_use_msi"],
  ...["azure_client_id", "azure_client_secret", "azure_tenant_id", "azure_environment", "azure_login_app_id"],
]);

/**
 * Whether the bundle's selected target would talk to the approved workspace, with the identity that we give it. Judges
 * what the bundle says at its top level and in the selected target; other targets are not judged.
 * @throws SecretlessError `HOST_NOT_APPROVED` or `CREDENTIAL_IN_BUNDLE` with the lines, `BUNDLE_NOT_FOUND`, `BUNDLE_INVALID`
 */
export async function checkHostPin(options: HostPinOptions): Promise<BundleTarget> {
  const files = await readBundleFiles({ ...options, root: options.bundleRoot });
  return readingBundle(() => judge(files, options));
}

function judge(files: readonly BundleFile[], options: HostPinOptions): BundleTarget {
  const tops = files.map((file) => entries(file.value));
  const targets = tops.flatMap((top) =>
    ["targets", "environments"].flatMap((key) => [...entries(top.get(key))]),
  );
  const name = selected(targets, options.target);
  const workspaces = [
    ...tops.map((top) => top.get("workspace")),
    ...targets.filter(([key]) => key === name).map(([, target]) => entries(target).get("workspace")),
  ];
  const settings = workspaces.flatMap((workspace) => [...entries(workspace)]);
  const wrongHosts: Mistake[] = [];
  const credentials: Mistake[] = [];
  for (const [key, value] of settings) {
    if (value.kind === "null") continue;
    if (CREDENTIAL_FIELDS.has(key))
      credentials.push({ problem: `\`workspace.${key}\` is set.`, place: value.place });
    const mistake = hostMistake(key, value, options);
    if (mistake) wrongHosts.push({ ...mistake, place: value.place });
  }
  if (wrongHosts.length > 0) throw refused("HOST_NOT_APPROVED", wrongHosts, credentials);
  if (credentials.length > 0) throw refused("CREDENTIAL_IN_BUNDLE", credentials, []);
  return { name, hasRootPath: settings.some(([key, value]) => key === "root_path" && value.kind !== "null") };
}

function entries(value: BundleValue | undefined): ReadonlyMap<string, BundleValue> {
  return value?.kind === "map" ? value.entries() : new Map();
}

/** The CLI's choice: the one asked for, else the one with `default: true`, else the only one. */
function selected(
  targets: readonly (readonly [string, BundleValue])[],
  asked: string | undefined,
): string | undefined {
  const names = [...new Set(targets.map(([name]) => name))];
  if (asked !== undefined) {
    if (names.length === 0 || names.includes(asked)) return asked;
    throw invalidBundle([
      {
        problem: `The bundle has no target \`${asked}\`.`,
        expected: `one of: ${names.join(", ")}`,
        actual: asked,
      },
    ]);
  }
  const defaults = targets.filter(([, target]) => {
    const value = entries(target).get("default");
    return value?.kind === "text" && /^(?:true|yes|on|y)$/i.test(value.text);
  });
  const [first] = defaults.map(([name]) => name);
  return first ?? (names.length === 1 ? names[0] : undefined);
}

function hostMistake(key: string, value: BundleValue, options: HostPinOptions): Mistake | undefined {
  const text = value.kind === "text" ? value.text : "";
  const differs = (wanted: string, actual = text): Mistake => ({
    problem: `\`workspace.${key}\` is not the approved one.`,
    expected: wanted,
    actual,
  });
  if (key === "workspace_id" && options.workspaceId !== undefined && text !== options.workspaceId) {
    return differs(options.workspaceId);
  }
  if (key === "account_id" && options.accountId !== undefined && text.toLowerCase() !== options.accountId) {
    return differs(options.accountId);
  }
  if (key !== "host") return undefined;
  if (text.includes("${")) {
    return {
      ...differs(options.host),
      problem: "`workspace.host` holds a variable; the CLI does not resolve it here.",
    };
  }
  try {
    const url = parseWorkspaceUrl(text);
    if (url.origin !== options.host) return differs(options.host);
    if (
      url.workspaceId !== undefined &&
      options.workspaceId !== undefined &&
      url.workspaceId !== options.workspaceId
    ) {
      return differs(`?o=${options.workspaceId}`);
    }
    return undefined;
  } catch {
    return differs(options.host);
  }
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
