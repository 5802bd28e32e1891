import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { readConnection } from "../../../tasks/DatabricksBundle/connection.ts";

const ID = "d5b0f8c3-1e67-4a92-8f4d-3c9a7e2b6015";
const FEDERATED = {
  [`ENDPOINT_AUTH_SCHEME_${ID}`]: "WorkloadIdentityFederation",
  [`ENDPOINT_AUTH_PARAMETER_${ID}_SERVICEPRINCIPALID`]: "9D4E7B02-6A1C-4F85-B3D9-C82F5A07E164",
  [`ENDPOINT_AUTH_PARAMETER_${ID}_TENANTID`]: "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243",
};

function refusal(id: string, environment: Record<string, string>): SecretlessError {
  try {
    readConnection(id, environment);
  } catch (error) {
    if (error instanceof SecretlessError) return error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

describe("a service connection", () => {
  it("is read from the variables that the agent gives a task", () => {
    const data = {
      [`ENDPOINT_DATA_${ID}_ENVIRONMENT`]: "AzureCloud",
      [`ENDPOINT_DATA_${ID}_ACTIVEDIRECTORYAUTHORITY`]: "https://login.microsoftonline.com",
    };
    assert.deepEqual(readConnection(ID.toUpperCase(), { ...FEDERATED, ...data }), {
      id: ID,
      clientId: "9d4e7b02-6a1c-4f85-b3d9-c82f5a07e164",
      tenantId: "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243",
      authority: "https://login.microsoftonline.com/",
      environment: "AzureCloud",
    });
  });

  it("knows its cloud: named, by its environment, else the public one", () => {
    const authority = (name: string, value: string): string =>
      readConnection(ID, { ...FEDERATED, [`ENDPOINT_DATA_${ID}_${name}`]: value }).authority;
    assert.equal(
      authority("ENVIRONMENTAUTHORITYURL", "https://login.microsoftonline.us/"),
      "https://login.microsoftonline.us/",
    );
    assert.equal(authority("ENVIRONMENT", "AzureUSGovernment"), "https://login.microsoftonline.us/");
    assert.equal(authority("ENVIRONMENT", "AzureChinaCloud"), "https://login.chinacloudapi.cn/");
    assert.equal(authority("ENVIRONMENT", "AzureCloud"), "https://login.microsoftonline.com/");
    assert.equal(authority("OTHER", ""), "https://login.microsoftonline.com/");
  });

  it("is unknown if the agent says nothing of it, or if there is a name or a macro in place of the GUID", () => {
    assert.equal(refusal(ID, {}).code, "CONNECTION_UNKNOWN");
    assert.equal(
      refusal("databricks-prod", { "ENDPOINT_AUTH_SCHEME_databricks-prod": "WorkloadIdentityFederation" })
        .code,
      "CONNECTION_UNKNOWN",
    );
    const macro = refusal("$(connection)", {});
    assert.equal(macro.code, "CONNECTION_UNKNOWN");
    assert.match(macro.details.remedy ?? "", /has no value/);
  });

  it("is refused with the way to convert it if it keeps a secret or belongs to a machine", () => {
    const scheme = (value: string): SecretlessError =>
      refusal(ID, { ...FEDERATED, [`ENDPOINT_AUTH_SCHEME_${ID}`]: value });
    for (const value of ["ServicePrincipal", "ManagedServiceIdentity", "PublishProfile", "Token"]) {
      const error = scheme(value);
      assert.equal(error.code, "CONNECTION_NOT_FEDERATED");
      assert.ok(error.details.actual?.startsWith(`${value} (`));
    }
    assert.match(scheme("ServicePrincipal").details.remedy ?? "", /choose Convert/);
    assert.match(scheme("ManagedServiceIdentity").details.remedy ?? "", /Create a new/);
  });
});
