import assert from "node:assert/strict";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { AZURE_DEVOPS } from "../../../../core/ci/azure-devops/dialect.ts";
import { explainRefusal } from "../../../../core/federation/exchanges/databricks-refusal.ts";
import { entraCloud, entraExchange } from "../../../../core/federation/exchanges/entra.ts";
import { readClaims } from "../../../../core/ci/claims.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { fakeSend, json, unsignedJwt } from "../../support/id-tokens.ts";

const OPTIONS = {
  tokenEndpoint: "https://adb-1.2.azuredatabricks.net/oidc/v1/token",
  clientId: "9d4e7b02-6a1c-4f85-b3d9-c82f5a07e164",
  host: "https://adb-1.2.azuredatabricks.net",
  accountId: undefined,
  audience: "unused",
};
const SUBJECTS = {
  pipeline: "p://example-org/lake/deploy",
  connection: "sc://example-org/lake/databricks-prod",
  entra: "/eid1/c/pub/t/x/a/y/sc/o/c",
};

async function refused(subject: string, description: string): Promise<SecretlessError> {
  const token = unsignedJwt({
    iss: "https://vstoken.dev.azure.com/o",
    sub: subject,
    aud: "api://AzureADTokenExchange",
    exp: 2000,
  });
  const refusal = { status: 400, error: "invalid_grant", description, codes: [] };
  return explainRefusal(refusal, await readClaims(token), { ...OPTIONS, dialect: AZURE_DEVOPS });
}

describe("a refused ID token of Azure DevOps", () => {
  it("is shown with a subject that the agent does not mask", async () => {
    const error = await refused(SUBJECTS.connection, "TOKEN_SUBJECT_INVALID");
    const subject = error.mistakes.find(({ problem }) => problem.startsWith("subject"));
    assert.equal(subject?.actual, "sc:// example-org / lake / databricks-prod");
    // The command must have it exactly.
    assert.ok(error.details.remedy?.includes(`"subject":"${SUBJECTS.connection}"`));
  });

  it("gets advice that fits its kind", async () => {
    assert.match(
      (await refused(SUBJECTS.pipeline, "TOKEN_SUBJECT_INVALID")).details.remedy ?? "",
      /a branch does not/,
    );
    assert.match(
      (await refused(SUBJECTS.connection, "TOKEN_SUBJECT_INVALID")).details.remedy ?? "",
      /a rename changes it/,
    );
    assert.match(
      (await refused(SUBJECTS.entra, "TOKEN_INVALID (federation policy)")).details.remedy ?? "",
      /before its conversion/,
    );
    const audience = await refused(SUBJECTS.entra, "TOKEN_AUDIENCE_INVALID");
    assert.match(audience.details.remedy ?? "", /Azure DevOps chooses the audience/);
    assert.doesNotMatch(audience.details.remedy ?? "", /input audience/);
    const issuer = await refused(
      SUBJECTS.connection,
      `TOKEN_INVALID. Valid federation policy for provided token: {issuer: 'https://other.example', subject: '${SUBJECTS.connection}', audience: 'api://AzureADTokenExchange'}`,
    );
    assert.match(issuer.details.remedy ?? "", /converted to the Entra issuer/);
  });

  it("is not blamed for the audience of the Entra issuer", async () => {
    const clock = new FakeClock(1_000_000);
    const refusal = { error: "invalid_client", error_description: "AADSTS700213: x", error_codes: [700213] };
    const { send } = fakeSend(() => json(refusal, 401));
    const cloud = { authority: "https://login.microsoftonline.com", audience: "api://AzureADTokenExchange" };
    const exchange = entraExchange({
      cloud,
      tenantId: "t",
      clientId: "c",
      send,
      clock,
      dialect: AZURE_DEVOPS,
    });
    const causes = async (aud: string): Promise<SecretlessError> => {
      const token = unsignedJwt({ iss: "i", sub: SUBJECTS.entra, aud, exp: 2000 });
      const error: unknown = await exchange
        .exchange({ token, claims: await readClaims(token) })
        .catch((reason: unknown) => (reason as Error).cause ?? reason);
      assert.ok(error instanceof SecretlessError);
      return error;
    };
    const audienceOf = ({ mistakes }: SecretlessError) =>
      mistakes.find(({ problem }) => problem === "audience presented");
    const own = await causes("fb60f99c-7a34-4190-8149-302f77469936");
    assert.equal(audienceOf(own)?.expected, undefined);
    assert.equal(own.mistakes[1]?.actual, "/ eid1 / c / pub / t / x / a / y / sc / o / c");
    assert.equal(audienceOf(await causes("api://other"))?.expected, cloud.audience);
  });

  it("may be exchanged at a loopback authority with a path", () => {
    const cloud = entraCloud("http://127.0.0.1:1", { AZURE_AUTHORITY_HOST: "http://127.0.0.1:2/usgov/" });
    assert.equal(cloud.authority, "http://127.0.0.1:2/usgov");
  });
});
