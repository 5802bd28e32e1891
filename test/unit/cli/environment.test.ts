import assert from "node:assert/strict";
import fc from "fast-check";
import { cliEnvironment, withheld, type CliEnvironmentOptions } from "../../../core/cli/environment.ts";
import { AZURE_DEVOPS as AZURE_DEVOPS_DIALECT } from "../../../core/ci/azure-devops/dialect.ts";
import { GITHUB as GITHUB_DIALECT } from "../../../core/ci/github/dialect.ts";
import type { Environment, Platform } from "../../../core/base/ports.ts";

const LINUX: Platform = { os: "linux", arch: "x64" };
const WINDOWS: Platform = { os: "win32", arch: "x64" };

function made(environment: Environment, more: Partial<CliEnvironmentOptions> = {}): Record<string, string> {
  return cliEnvironment({
    environment,
    platform: LINUX,
    host: "https://w.example",
    tokenServiceUrl: "http://127.0.0.1:1/secret",
    variables: {},
    dialect: GITHUB_DIALECT,
    folder: {
      root: "/r",
      state: "/r/state",
      cache: "/r/cache",
      home: "/r/home",
      azureConfig: "/r/azure",
    },
    product: { name: "p", version: "1" },
    ...more,
  });
}

/** What a runner of GitHub has, with every credential that a careless workflow adds. */
const GITHUB = [
  "ACTIONS_CACHE_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ORCHESTRATION_ID",
  "ACTIONS_RESULTS_URL ACTIONS_RUNNER_ACTION_ARCHIVE_CACHE ACTIONS_RUNTIME_TOKEN ACTIONS_RUNTIME_URL",
  "AGENT_TOOLSDIRECTORY ANT_HOME AZURE_EXTENSION_DIR BOOTSTRAP_HASKELL_NONINTERACTIVE CHROMEWEBDRIVER CONDA",
  "DEPLOYMENT_BASEPATH DOTNET_NOLOGO GITHUB_ACTION GITHUB_ACTIONS GITHUB_ACTOR GITHUB_API_URL GITHUB_ENV",
  "GITHUB_EVENT_PATH GITHUB_OUTPUT GITHUB_PATH GITHUB_REF GITHUB_REPOSITORY GITHUB_SHA GITHUB_STATE",
  "GITHUB_STEP_SUMMARY GITHUB_TOKEN GITHUB_WORKSPACE GH_TOKEN GOROOT_1_24_X64 GRAALVM_11_ROOT ImageOS",
  "INPUT_HOST INPUT_CLIENT-ID INVOCATION_ID JAVA_HOME JOURNAL_STREAM MEMORY_PRESSURE_WATCH NVM_DIR PWD OLDPWD",
  "PIPX_HOME RUNNER_ARCH RUNNER_DEBUG RUNNER_NAME RUNNER_OS RUNNER_TEMP RUNNER_TOOL_CACHE RUNNER_TRACKING_ID",
  "SGX_AESM_ADDR SHLVL STATE_folder SUPERVISOR_X USER_X VCPKG_ROOT XDG_CONFIG_HOME XDG_RUNTIME_DIR",
  "LD_PRELOAD LD_LIBRARY_PATH NODE_OPTIONS PYTHONPATH BASH_ENV GIT_CONFIG_COUNT SSH_AUTH_SOCK",
].flatMap((line) => line.split(" "));

/** What an agent of Azure DevOps has. */
const AZURE_DEVOPS = [
  "AGENT_BUILDDIRECTORY AGENT_HOMEDIRECTORY AGENT_JOBSTATUS AGENT_TEMPDIRECTORY AGENT_WORKFOLDER",
  "AZURESUBSCRIPTION_CLIENT_ID AZURESUBSCRIPTION_SERVICE_CONNECTION_ID AZURESUBSCRIPTION_TENANT_ID",
  "BUILD_BUILDID BUILD_REPOSITORY_URI BUILD_SOURCEBRANCH BUILD_SOURCESDIRECTORY COMMON_TESTRESULTSDIRECTORY",
  "ENDPOINT_AUTH_SYSTEMVSSCONNECTION ENDPOINT_AUTH_PARAMETER_1_ACCESSTOKEN ENDPOINT_DATA_1 ENDPOINT_URL_1",
  "PIPELINE_WORKSPACE RESOURCES_TRIGGERINGALIAS SECRET_MYSECRET SECUREFILE_TICKET_1 SYSTEM_ACCESSTOKEN",
  "SYSTEM_COLLECTIONURI SYSTEM_JOBID SYSTEM_OIDCREQUESTURI SYSTEM_PLANID SYSTEM_TEAMPROJECT SYSTEM_DEBUG",
  "TASK_DISPLAYNAME TF_BUILD VSTS_AGENT_PERFLOG VSTS_PROCESS_LOOKUP_ID AZP_TOKEN AZP_URL VSO_AGENT_IGNORE",
].flatMap((line) => line.split(" "));

/** Credentials, and what would lead the CLI elsewhere. */
const CREDENTIALS = [
  "ARM_ACCESS_KEY ARM_CLIENT_ID ARM_CLIENT_SECRET ARM_OIDC_TOKEN ARM_TENANT_ID ARM_USE_MSI AZURE_CLIENT_ID",
  "AZURE_CLIENT_SECRET AZURE_CONFIG_DIR AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID IDENTITY_ENDPOINT",
  "IDENTITY_HEADER MSI_ENDPOINT MSI_SECRET AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
  "AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CREDENTIALS VAULT_TOKEN",
  "DATABRICKS_TOKEN DATABRICKS_CLIENT_ID DATABRICKS_CLIENT_SECRET DATABRICKS_USERNAME DATABRICKS_PASSWORD",
  "DATABRICKS_OIDC_TOKEN DATABRICKS_OIDC_TOKEN_FILEPATH DATABRICKS_OIDC_TOKEN_ENV DATABRICKS_TOKEN_AUDIENCE",
  "DATABRICKS_CONFIG_PROFILE DATABRICKS_ACCOUNT_ID DATABRICKS_CLUSTER_ID DATABRICKS_GOOGLE_SERVICE_ACCOUNT",
  "DATABRICKS_BUNDLE_TARGET DATABRICKS_BUNDLE_ENV DATABRICKS_BUNDLE_ROOT DATABRICKS_DEBUG_HEADERS",
  "DATABRICKS_DEBUG_TRUNCATE_BYTES DATABRICKS_LOG_FILE DATABRICKS_LOG_LEVEL DATABRICKS_CACHE_DIR",
  "DATABRICKS_AUTH_STORAGE DATABRICKS_DISCOVERY_URL DATABRICKS_AZURE_RESOURCE_ID DATABRICKS_CLI_PATH",
  "DATABRICKS_OUTPUT_FORMAT DATABRICKS_CLOUD BUNDLE_ROOT",
].flatMap((line) => line.split(" "));

const HARMLESS = [
  "PATH USER LOGNAME SHELL TMPDIR LANG LC_ALL LC_CTYPE TZ CI HTTP_PROXY https_proxy NO_PROXY SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS DATABRICKS_RATE_LIMIT DATABRICKS_BUNDLE_ENGINE DATABRICKS_TF_EXEC_PATH BUNDLE_VAR_zone",
].flatMap((line) => line.split(" "));

const OURS = [
  "AZURE_CONFIG_DIR DATABRICKS_AUTH_TYPE DATABRICKS_BUNDLE_TMP DATABRICKS_CACHE_DIR",
  "DATABRICKS_CLI_DISABLE_UPDATE_CHECK DATABRICKS_CLI_UPSTREAM DATABRICKS_CLI_UPSTREAM_VERSION",
  "DATABRICKS_CONFIG_FILE HOME DATABRICKS_HOST DATABRICKS_METADATA_SERVICE_URL NO_COLOR TERM",
].flatMap((line) => line.split(" "));

const valueOf = (name: string) => (/^(?!no).*_proxy$/i.test(name) ? `foreign.${name}` : `foreign ${name}`);
const full = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, valueOf(name)]));

describe("databricks/environment", () => {
  for (const [ci, names, dialect, facts] of [
    ["GitHub", GITHUB, GITHUB_DIALECT, ["GITHUB_ACTOR", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_SHA"]],
    [
      "Azure DevOps",
      AZURE_DEVOPS,
      AZURE_DEVOPS_DIALECT,
      ["BUILD_BUILDID", "BUILD_SOURCEBRANCH", "BUILD_SOURCESDIRECTORY"],
    ],
  ] as const) {
    it(`leaves nothing of a full environment of ${ci} but the list`, () => {
      const env = made(full([...names, ...CREDENTIALS, ...HARMLESS]), { dialect });
      assert.deepEqual(Object.keys(env).sort(), [...HARMLESS, ...OURS, ...facts].sort());
      for (const name of HARMLESS) assert.equal(env[name], valueOf(name));
      for (const name of OURS) assert.doesNotMatch(env[name] ?? "", /foreign/);
    });
  }

  it("says host, token service, and where the CLI's files are", () => {
    const env = made({}, { workspaceId: "7" });
    assert.equal(env["DATABRICKS_HOST"], "https://w.example");
    assert.equal(env["DATABRICKS_WORKSPACE_ID"], "7");
    assert.equal(env["DATABRICKS_AUTH_TYPE"], "metadata-service");
    assert.equal(env["DATABRICKS_METADATA_SERVICE_URL"], "http://127.0.0.1:1/secret");
    assert.equal(env["DATABRICKS_CONFIG_FILE"], "/dev/null");
    assert.equal(made({}, { platform: WINDOWS })["DATABRICKS_CONFIG_FILE"], "NUL");
    assert.equal(env["DATABRICKS_BUNDLE_TMP"], "/r/state");
    assert.equal(env["AZURE_CONFIG_DIR"], "/r/azure");
  });

  it("lets the variables of the input go before those of the environment", () => {
    const env = made({ BUNDLE_VAR_a: "old", BUNDLE_VAR_b: "kept" }, { variables: { a: "new", c: "" } });
    assert.equal(env["BUNDLE_VAR_a"], "new");
    assert.equal(env["BUNDLE_VAR_b"], "kept");
    assert.equal(env["BUNDLE_VAR_c"], "");
  });

  it("passes on what the user names, if it is there", () => {
    const env = made({ UV_INDEX_PASSWORD: "x" }, { passEnv: ["UV_INDEX_PASSWORD", "ABSENT"] });
    assert.equal(env["UV_INDEX_PASSWORD"], "x");
    assert(!("ABSENT" in env));
  });

  it("knows no letter case on Windows, and names no variable twice", () => {
    const env = made(
      {
        Path: "C:\\x",
        SystemRoot: "C:\\Windows",
        "ProgramFiles(x86)": "C:\\p",
        https_proxy: "http://p",
        My_Var: "1",
      },
      { platform: WINDOWS, passEnv: ["MY_VAR", "path"] },
    );
    assert.equal(env["PATH"], "C:\\x");
    assert.equal(env["SYSTEMROOT"], "C:\\Windows");
    assert.equal(env["PROGRAMFILES(X86)"], "C:\\p");
    assert.equal(env["HTTPS_PROXY"], "http://p");
    assert.equal(env["MY_VAR"], "1");
    const folded = Object.keys(env).map((name) => name.toUpperCase());
    assert.deepEqual(folded, [...new Set(folded)]);
  });

  it("reads names exactly elsewhere", () => {
    assert(!("PATH" in made({ Path: "/x" })));
  });

  it("never hands on what is on no list, whatever it is called", () => {
    const name = fc.oneof(fc.string(), fc.constantFrom(...GITHUB, ...AZURE_DEVOPS, ...CREDENTIALS));
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.constant("secret")),
        fc.constantFrom(LINUX, WINDOWS),
        (environment, platform) => {
          for (const [key, value] of Object.entries(made(environment, { platform }))) {
            if (value === "secret") {
              const known = HARMLESS.includes(key) || key.startsWith("BUNDLE_VAR_");
              assert(known || GITHUB_DIALECT.facts.test(key.toUpperCase()), key);
            }
          }
        },
      ),
    );
  });

  it("passes on what the CI says of the run, and no credential that is named like it", () => {
    const facts = [
      "GITHUB_SHA GITHUB_REF GITHUB_REF_NAME GITHUB_REF_TYPE GITHUB_HEAD_REF GITHUB_RUN_ID GITHUB_RUN_NUMBER",
      "GITHUB_RUN_ATTEMPT GITHUB_REPOSITORY GITHUB_REPOSITORY_OWNER GITHUB_SERVER_URL GITHUB_WORKFLOW_REF",
    ].flatMap((line) => line.split(" "));
    const others = [
      "GITHUB_TOKEN",
      "GITHUB_ENV",
      "GITHUB_PATH",
      "GITHUB_OUTPUT",
      "GITHUB_EVENT_PATH",
      "BUILD_BUILDID",
    ];
    const onGitHub = made(full([...facts, ...others]));
    assert.deepEqual(
      [...facts, ...others].filter((name) => name in onGitHub),
      facts,
    );
    const azure = [
      "BUILD_BUILDID BUILD_BUILDNUMBER BUILD_DEFINITIONNAME BUILD_REASON BUILD_REPOSITORY_NAME",
      "BUILD_SOURCEBRANCH BUILD_SOURCEBRANCHNAME BUILD_SOURCEVERSION BUILD_SOURCEVERSIONMESSAGE",
    ].flatMap((line) => line.split(" "));
    const own = ["BUILD_TOKEN", "BUILD_FEED_PASSWORD", "BUILD_REPOSITORY_URI", "GITHUB_SHA"];
    const onAzure = made(full([...azure, ...own]), { dialect: AZURE_DEVOPS_DIALECT });
    assert.deepEqual(
      [...azure, ...own].filter((name) => name in onAzure),
      azure,
    );
  });

  it("names what is withheld and may be asked for, what builds need first, and no credential", () => {
    const environment = full([
      ...["ANDROID_HOME", "JAVA_HOME", "UV_INDEX_URL", "PIP_INDEX_URL", "PATH", "HOME", "PWD", "SHLVL"],
      ...["GITHUB_TOKEN", "GITHUB_ENV", "RUNNER_TEMP", "ARM_CLIENT_SECRET", "DATABRICKS_TOKEN", "AGENT_ID"],
    ]);
    assert.deepEqual(withheld(environment, made(environment)), [
      "JAVA_HOME",
      "PIP_INDEX_URL",
      "UV_INDEX_URL",
      "ANDROID_HOME",
    ]);
  });

  it("has a home of its own, unless the user passes theirs on", () => {
    assert.equal(made({})["HOME"], "/r/home");
    assert.equal(made({ HOME: "/home/runner" })["HOME"], "/r/home");
    assert.equal(made({ HOME: "/home/runner" }, { passEnv: ["HOME"] })["HOME"], "/home/runner");
    const home = { USERPROFILE: "C:\\Users\\me", HOMEDRIVE: "C:", HOMEPATH: "\\Users\\me", APPDATA: "C:\\a" };
    const env = made(home, { platform: WINDOWS });
    assert.deepEqual(
      Object.keys(home).map((name) => env[name]),
      ["/r/home", undefined, undefined, "\\r\\home\\AppData\\Roaming"],
    );
    assert.equal(env["HOME"], undefined);
    const passed = made({ userprofile: "C:\\Users\\me" }, { platform: WINDOWS, passEnv: ["UserProfile"] });
    assert.equal(passed["UserProfile"], "C:\\Users\\me");
    assert.equal(passed["USERPROFILE"], undefined);
  });
});
