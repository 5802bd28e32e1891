import assert from "node:assert/strict";
import { issuerRetirementWarning } from "../../../../core/ci/azure-devops/retirement.ts";
import { entraConnectionSubject, readableSubject } from "../../../../core/ci/azure-devops/subject.ts";

const connection = {
  tenantId: "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243",
  organisationId: "3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538",
  connectionId: "48c1e9a7-f036-4d5b-92e8-b7d4a16c0f53",
};
const context = {
  ...connection,
  subject: "sc://example-org/lake/databricks-legacy",
  authority: "https://login.microsoftonline.com/",
  environment: "AzureCloud",
  exchange: "entra",
} as const;

describe("the end of the Azure DevOps issuer", () => {
  it("is told with the issuer, subject and audience to add before converting", () => {
    const text = issuerRetirementWarning(context) ?? "";
    assert.match(text, /2027-07-01/);
    assert.match(text, /federated credential/);
    assert.ok(text.includes(`https://login.microsoftonline.com/${connection.tenantId}/v2.0`));
    assert.ok(text.includes(readableSubject(entraConnectionSubject(connection))));
    assert.match(text, /api:\/\/AzureADTokenExchange/);
  });

  it("names the audience that Databricks needs where Databricks trusts the connection", () => {
    const text = issuerRetirementWarning({ ...context, environment: "", exchange: "databricks" }) ?? "";
    assert.match(text, /federation policy/);
    assert.match(text, /audience: fb60f99c-7a34-4190-8149-302f77469936/);
  });

  it("is not told to others", () => {
    const kept = [
      { ...context, subject: "p://example-org/lake/deploy" },
      { ...context, subject: entraConnectionSubject(connection) },
      { ...context, environment: "AzureUSGovernment" },
      { ...context, environment: "AzureChinaCloud" },
    ];
    assert.deepEqual(kept.map(issuerRetirementWarning), [undefined, undefined, undefined, undefined]);
  });
});
