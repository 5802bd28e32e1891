import { win32 } from "node:path";
import type { Environment, Platform } from "../base/ports.ts";
import { variable } from "../base/paths.ts";
import type { Dialect } from "../ci/dialect.ts";
import { isPassable } from "../ci/inputs/pass-env.ts";
import { checkProxies } from "../net/proxy.ts";

/** What the CLI and the bundle's build commands may have of this process's environment. */
const ALLOWED: readonly string[] = [
  // Where programs are. Not the home folder, see homeVariables.
  ...["PATH", "USER", "LOGNAME", "SHELL"],
  ...["TMPDIR", "TEMP", "TMP"],
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"],
  // The same on Windows, without which few programs start.
  ...["PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERNAME", "NUMBER_OF_PROCESSORS"],
  ...["PROCESSOR_ARCHITECTURE"],
  // Proxies in both spellings, and certificates for Go, Python, Node and curl.
  ...[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
  ],
  ...[
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
  ],
  // Tools behave differently in a CI; it is no secret that they are in one.
  "CI",
  // Settings of the CLI that change neither where it connects nor as whom, nor where its state or its log is:
  // its pace and patience, its engine, its telemetry, and where Terraform comes from in closed networks.
  ...[
    "DATABRICKS_RATE_LIMIT",
    "DATABRICKS_BUNDLE_HTTP_TIMEOUT_SECONDS",
    "DATABRICKS_BUNDLE_RETRY_INTERVAL_MS",
  ],
  ...[
    "DATABRICKS_BUNDLE_RESOURCE_MAX_WAIT",
    "DATABRICKS_BUNDLE_ENGINE",
    "DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION",
  ],
  ...["DATABRICKS_CLI_DISABLE_TELEMETRY", "DATABRICKS_CLI_TELEMETRY_TIMEOUT"],
  ...["DATABRICKS_TF_EXEC_PATH", "DATABRICKS_TF_VERSION", "DATABRICKS_TF_CLI_CONFIG_FILE"],
];

const VARIABLE = "BUNDLE_VAR_";

export interface CliEnvironmentOptions {
  readonly environment: Environment;
  readonly platform: Platform;
  /** Origin of the approved workspace. */
  readonly host: string;
  /** Decimal; says which workspace is meant where a host serves several. */
  readonly workspaceId?: string | undefined;
  readonly tokenServiceUrl: string;
  /** Bundle variables by name; they go before those that the environment brings (`BUNDLE_VAR_…`). */
  readonly variables: Readonly<Record<string, string>>;
  /** Names that the user lets through, checked by parsePassEnv. */
  readonly passEnv?: readonly string[];
  /** Of the CI that this is. */
  readonly dialect: Pick<Dialect, "facts">;
  readonly folder: PrivateFolder;
  readonly product: { readonly name: string; readonly version: string };
}

/** Paths below the private folder of one run (core/cli/private-folder.ts). */
export interface PrivateFolder {
  readonly root: string;
  /** The CLI's local state: a `.databricks` in the checkout would be replayed by it. */
  readonly state: string;
  /** An empty home: that of the user may hold other credentials, and what code of the bundle puts there would be used. */
  readonly home: string;
  /** What the CLI's commands in this run tell each other. */
  readonly cache: string;
  /** An empty folder, so that `az` is not logged in. */
  readonly azureConfig: string;
}

/**
 * The whole environment of the CLI: what is not named here is not there, above all no other credential
 * (observed: `workspace.auth_type` in a bundle would use one that it finds).
 */
export function cliEnvironment(options: CliEnvironmentOptions): Record<string, string> {
  const { environment, platform, variables, passEnv = [], dialect, folder, product } = options;
  checkProxies(environment);
  const facts = Object.keys(environment).filter((name) => dialect.facts.test(name.toUpperCase()));
  const taken: Record<string, string> = {};
  const take = (name: string, value: string | undefined): void => {
    // Two spellings of one name would be one variable on Windows, and which of them counts would be chance.
    const known =
      platform.os === "win32" && Object.keys(taken).some((key) => key.toUpperCase() === name.toUpperCase());
    if (value !== undefined && !known) taken[name] = value;
  };
  for (const name of [...ALLOWED, ...facts, ...passEnv]) take(name, variable(environment, name, platform));
  for (const [name, value] of homeVariables(folder.home, platform)) if (!(name in taken)) take(name, value);
  for (const [name, value] of Object.entries(variables)) take(VARIABLE + name, value);
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(VARIABLE) && !(name in taken)) take(name, value);
  }
  return {
    ...taken,
    DATABRICKS_HOST: options.host,
    ...(options.workspaceId !== undefined && { DATABRICKS_WORKSPACE_ID: options.workspaceId }),
    DATABRICKS_AUTH_TYPE: "metadata-service",
    DATABRICKS_METADATA_SERVICE_URL: options.tokenServiceUrl,
    // A file that does not exist could be written by code of the bundle before the CLI reads it.
    DATABRICKS_CONFIG_FILE: platform.os === "win32" ? "NUL" : "/dev/null",
    DATABRICKS_BUNDLE_TMP: folder.state,
    AZURE_CONFIG_DIR: folder.azureConfig,
    // Each command after the first finds here who it is and what the host says of itself: two requests less. In its usual
    // place the cache would outlive the job, and its keys are host names: another job on this runner could fill it.
    DATABRICKS_CACHE_DIR: folder.cache,
    DATABRICKS_CLI_DISABLE_UPDATE_CHECK: "true",
    DATABRICKS_CLI_UPSTREAM: product.name,
    DATABRICKS_CLI_UPSTREAM_VERSION: product.version,
    NO_COLOR: "1",
    TERM: "dumb",
  };
}

/** Of tools that build: what they miss most often stands first. */
const OF_BUILDS =
  /^(?:UV|PIP|PIPX|POETRY|PDM|HATCH|TWINE|PYTHON|PYENV|CONDA|VIRTUAL|SETUPTOOLS|NPM|NODE|YARN|PNPM|JAVA|MAVEN|MVN|GRADLE|SBT|GO|CARGO|RUST|DOTNET|NUGET|DOCKER)(?:_|[A-Z]*$)/;
/** What every shell has, the home folder, and what runners say of their own machine. */
const OF_NOBODY =
  /^(?:_|PWD|OLDPWD|SHLVL|HOME|USERPROFILE|(?:LOCAL)?APPDATA|TERM|(?:RUNNER|AGENT|GITHUB|SYSTEM|ENV|XDG)_\w+)$/;

/** Names of variables that are set, that the CLI does not get, and that `pass-env` would give to it; those of builds first. */
export function withheld(environment: Environment, given: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(environment).filter(
    (name) => !(name in given) && !OF_NOBODY.test(name.toUpperCase()) && isPassable(name),
  );
  const rank = (name: string): number => (OF_BUILDS.test(name.toUpperCase()) ? 0 : 1);
  return names.sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
}

/** Names of the variables that say where the user's own files are; `pass-env` gives them back. */
export const HOME_VARIABLES: ReadonlySet<string> = new Set([
  "HOME",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
]);

function homeVariables(home: string, platform: Platform): readonly (readonly [string, string])[] {
  if (platform.os !== "win32") return [["HOME", home]];
  const local = win32.join(home, "AppData");
  return [
    ["USERPROFILE", home],
    ["APPDATA", win32.join(local, "Roaming")],
    ["LOCALAPPDATA", win32.join(local, "Local")],
  ];
}
