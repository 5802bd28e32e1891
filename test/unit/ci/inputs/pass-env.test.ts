import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { parsePassEnv } from "../../../../core/ci/inputs/pass-env.ts";

function refusal(text: string): string {
  try {
    parsePassEnv(text);
  } catch (error) {
    assert(error instanceof SecretlessError);
    assert.equal(error.code, "INPUT_INVALID");
    return error.details.actual ?? "";
  }
  return "";
}

describe("pass-env", () => {
  it("takes names separated by any white space and commas, each once", () => {
    assert.deepEqual(parsePassEnv(" A, b_1\n\tA ProgramFiles(x86)\r\n,"), ["A", "b_1", "ProgramFiles(x86)"]);
    assert.deepEqual(parsePassEnv(""), []);
  });

  for (const name of [
    ...[
      "UV_INDEX_PRIVATE_PASSWORD",
      "POETRY_HTTP_BASIC_X_USERNAME",
      "PIP_INDEX_URL",
      "MAVEN_OPTS",
      "JAVA_HOME",
    ],
    ...[
      "AWS_REGION",
      "AWS_DEFAULT_REGION",
      "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS",
      "GITHUB_SHA",
      "SYSTEM_JOBID",
    ],
    ...["DATABRICKS_RATE_LIMIT", "DATABRICKS_BUNDLE_ENGINE", "DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION"],
    ...["DATABRICKS_TF_EXEC_PATH", "BUNDLE_VAR_x", "VAULT_ADDR", "AZURE_LOCATION"],
  ]) {
    it(`lets ${name} through`, () => {
      assert.deepEqual(parsePassEnv(name), [name]);
    });
  }

  for (const name of [
    ...[
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "ACTIONS_ID_TOKEN_REQUEST_URL",
      "ACTIONS_RUNTIME_TOKEN",
      "GITHUB_TOKEN",
    ],
    ...["GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENV", "GITHUB_PATH", "INPUT_HOST", "STATE_x"],
    ...["SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI", "ENDPOINT_AUTH_1", "SECRET_X", "AZURE_DEVOPS_EXT_PAT"],
    ...["RUNNER_TRACKING_ID", "DATABRICKS_TOKEN", "DATABRICKS_HOST", "DATABRICKS_CLIENT_SECRET"],
    ...[
      "DATABRICKS_BUNDLE_TARGET",
      "DATABRICKS_BUNDLE_ENV",
      "DATABRICKS_BUNDLE_ROOT",
      "DATABRICKS_BUNDLE_TMP",
    ],
    ...["DATABRICKS_DEBUG_HEADERS", "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_BUNDLE_ENGINE_X"],
    ...[
      "ARM_CLIENT_ID",
      "ARM_USE_OIDC",
      "AZURE_CLIENT_SECRET",
      "AZURE_FEDERATED_TOKEN_FILE",
      "AZURE_CONFIG_DIR",
    ],
    ...["IDENTITY_ENDPOINT", "MSI_SECRET", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE"],
    ...["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CORE_PROJECT", "VAULT_TOKEN"],
  ]) {
    it(`refuses ${name}, in any letter case`, () => {
      for (const spelt of [name, name.toLowerCase()]) assert(refusal(spelt).startsWith(`"${spelt}" is `));
    });
  }

  it("refuses all at once, each with its reason", () => {
    assert.equal(
      refusal("A ARM_CLIENT_ID 1x GITHUB_TOKEN"),
      '"ARM_CLIENT_ID" is a credential of another kind than the federated one: the bundle could use it instead; ' +
        '"1x" is no name of a variable; "GITHUB_TOKEN" is the token of the CI job',
    );
  });

  it("returns what it was given or refuses it, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom("A", "ARM_X", "x,y"))), (parts) => {
        const text = parts.join("\n");
        if (refusal(text) !== "") return;
        for (const name of parsePassEnv(text)) {
          assert.match(name, /^[A-Z_][\w()]*$/i);
          assert(text.includes(name));
        }
      }),
    );
  });
});
