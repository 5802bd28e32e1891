import assert from "node:assert/strict";
import { readClaims } from "../../../../core/ci/claims.ts";
import { GITHUB } from "../../../../core/ci/github/dialect.ts";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { ENTRA_ERRORS, findEntraError } from "../../../../core/federation/exchanges/entra-errors.ts";
import {
  entraCloud,
  entraExchange,
  type EntraExchangeOptions,
} from "../../../../core/federation/exchanges/entra.ts";
import { HttpError } from "../../../../core/net/http.ts";
import type { HttpResponse } from "../../../../core/base/ports.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { fakeSend, json, unsignedJwt } from "../../support/id-tokens.ts";

const CLIENT = "5f8a6d3c-0000-4000-8000-000000000000";
const TENANT = "0c0f0000-0000-4000-8000-000000000000";
const CLOUD = { authority: "https://login.microsoftonline.com", audience: "api://AzureADTokenExchange" };
const TOKEN = {
  token_type: "Bearer",
  expires_in: 3599,
  ext_expires_in: 3599,
  access_token: "an-entra-access-token",
};

function refusedWith(code: number, inText = false): HttpResponse {
  return json(
    {
      error: "invalid_client",
      error_description: `AADSTS${code}: something. Trace ID: x Correlation ID: y Timestamp: z`,
      ...(!inText && { error_codes: [code] }),
    },
    401,
  );
}

function setUp(
  answers: Partial<HttpResponse>[],
  changes: Partial<EntraExchangeOptions> = {},
  audience = CLOUD.audience,
) {
  const clock = new FakeClock(1_000_000);
  const { send, requests } = fakeSend(() => answers[Math.min(requests.length, answers.length) - 1] ?? {});
  const port = entraExchange({
    cloud: CLOUD,
    tenantId: TENANT,
    clientId: CLIENT,
    send,
    clock,
    dialect: GITHUB,
    ...changes,
  });
  const idToken = unsignedJwt({
    iss: "https://issuer.example",
    sub: "repo:o/r:environment:it's",
    aud: audience,
    exp: 2000,
  });
  const exchange = async (token = idToken) => port.exchange({ token, claims: await readClaims(token) });
  const failure = () => exchange().catch((reason: unknown) => reason);
  return { port, clock, requests, idToken, exchange, failure };
}

describe("exchange at Entra ID", () => {
  it("sends the form of RFC 7523 and returns the token", async () => {
    const { port, requests, idToken, exchange } = setUp([json(TOKEN)]);
    assert.equal(port.audience, "api://AzureADTokenExchange");
    assert.deepEqual(await exchange(), {
      accessToken: "an-entra-access-token",
      expiresAt: 4_599_000,
    });
    assert.equal(requests[0]?.url, `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`);
    assert.deepEqual(
      [...new URLSearchParams(requests[0].body)],
      [
        ["grant_type", "client_credentials"],
        ["client_id", CLIENT],
        ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        ["client_assertion", idToken],
        ["scope", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"],
      ],
    );
  });

  it("takes another audience, and lets no tenant change the address", async () => {
    const { port, requests, exchange } = setUp([json(TOKEN)], { audience: "mine", tenantId: "../x?" });
    assert.equal(port.audience, "mine");
    await exchange();
    assert.equal(requests[0]?.url, "https://login.microsoftonline.com/..%2Fx%3F/oauth2/v2.0/token");
  });

  for (const { codes, cause, remedy, retry, credentialHelps } of ENTRA_ERRORS) {
    for (const code of codes) {
      it(`explains AADSTS${code} (retry: ${retry})`, async () => {
        const { failure, clock, idToken } = setUp([refusedWith(code, true)]);
        const first = await failure();
        if (retry !== "no") {
          assert.ok(first instanceof HttpError);
          assert.ok(first.retryable);
        }
        clock.time += retry === "soon" ? 10_000 : 45_000;
        const later = await failure();
        if (retry === "transient") assert.ok(later instanceof HttpError);
        const error = later instanceof HttpError ? later.cause : later;
        assert.ok(error instanceof SecretlessError);
        assert.equal(error.code, "EXCHANGE_REFUSED");
        assert.ok(error.message.endsWith(`for application ${CLIENT}: ${cause}`));
        assert.ok(error.details.remedy?.startsWith(remedy));
        assert.equal(
          error.details.remedy?.includes("az ad app federated-credential create"),
          credentialHelps === true,
        );
        assert.match(error.details.actual ?? "", new RegExp(`^status 401: AADSTS${code}: something`));
        assert.ok(!JSON.stringify([error.details, error.mistakes]).includes(idToken));
      });
    }
  }

  it("retries what may be propagation only from the first refusal on", async () => {
    const { failure, clock, exchange } = setUp([refusedWith(700213), json(TOKEN), refusedWith(700213)]);
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 60_000;
    assert.equal((await exchange()).accessToken, "an-entra-access-token");
    assert.ok((await failure()) instanceof HttpError, "an outdated cache after a success is retried as well");
    clock.time += 44_999;
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 1;
    assert.ok((await failure()) instanceof SecretlessError);
  });

  it("gives an application that nobody knows less time: it is rather a typing error", async () => {
    const { failure, clock } = setUp([refusedWith(700016)]);
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 9_999;
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 1;
    const error = (await failure()) as SecretlessError;
    assert.equal(error.code, "EXCHANGE_REFUSED");
    assert.match(error.details.remedy ?? "", /client-id/);
  });

  it("goes on as long as for any credential where a new application is followed by a new credential", async () => {
    const { failure, clock } = setUp([refusedWith(700016), refusedWith(70025)]);
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 44_999;
    assert.ok((await failure()) instanceof HttpError);
    clock.time += 1;
    assert.ok((await failure()) instanceof SecretlessError);
  });

  it("fails at once when a final code follows one that may be propagation", async () => {
    const { failure } = setUp([refusedWith(70025), refusedWith(700212), json({ error: "odd" }, 400)]);
    assert.ok((await failure()) instanceof HttpError);
    assert.ok((await failure()) instanceof SecretlessError);
  });

  it("shows the claims presented, and the command that adds the credential", async () => {
    const { failure, clock } = setUp([refusedWith(700213)], {}, "elsewhere");
    await failure();
    clock.time += 60_000;
    const error = (await failure()) as SecretlessError;
    assert.deepEqual(error.mistakes, [
      { problem: "issuer presented", actual: "https://issuer.example" },
      { problem: "subject presented", actual: "repo:o/r:environment:it's" },
      { problem: "audience presented", actual: "elsewhere", expected: "api://AzureADTokenExchange" },
    ]);
    const command = error.details.remedy?.split("\n").find((line) => line.startsWith("az ")) ?? "";
    const [, quoted = ""] = /--parameters '(.*)'$/.exec(command) ?? [];
    assert.deepEqual(JSON.parse(quoted.replaceAll("'\\''", "'")), {
      name: "databricks-secretless",
      issuer: "https://issuer.example",
      subject: "repo:o/r:environment:it's",
      audiences: ["api://AzureADTokenExchange"],
    });
  });

  it("points to the look-up page for a code that it does not know", async () => {
    const error = (await setUp([refusedWith(999)]).failure()) as SecretlessError;
    assert.match(error.message, /see its answer\.$/);
    assert.match(error.details.remedy ?? "", /login\.microsoftonline\.com\/error/);
    assert.deepEqual(error.mistakes[2], {
      problem: "audience presented",
      actual: "api://AzureADTokenExchange",
    });
  });
});

describe("table of AADSTS codes", () => {
  it("has each code once", () => {
    const codes = ENTRA_ERRORS.flatMap((error) => error.codes);
    assert.equal(new Set(codes).size, codes.length);
  });

  it("finds the first code that it knows", () => {
    assert.equal(findEntraError([1, 700024, 70021])?.code, 700024);
    assert.equal(findEntraError([]), undefined);
  });
});

/** Origins of Azure Resource Manager and Microsoft Graph. Source: learn.microsoft.com, "Microsoft Graph national cloud deployments". */
const APIS: Readonly<Record<string, readonly string[]>> = {
  "api://AzureADTokenExchange": ["https://management.azure.com", "https://graph.microsoft.com"],
  "api://AzureADTokenExchangeUSGov": ["https://management.usgovcloudapi.net", "https://graph.microsoft.us"],
  "api://AzureADTokenExchangeChina": [
    "https://management.chinacloudapi.cn",
    "https://microsoftgraph.chinacloudapi.cn",
  ],
};

describe("Entra cloud", () => {
  const PUBLIC = "https://login.microsoftonline.com";
  for (const [host, named, authority, audience] of [
    ["https://adb-1.2.azuredatabricks.net", undefined, PUBLIC, "api://AzureADTokenExchange"],
    [
      "https://adb-1.2.databricks.azure.us",
      "",
      "https://login.microsoftonline.us",
      "api://AzureADTokenExchangeUSGov",
    ],
    [
      "https://adb-1.2.databricks.azure.cn",
      undefined,
      "https://login.chinacloudapi.cn",
      "api://AzureADTokenExchangeChina",
    ],
    [
      "https://adb-1.2.databricks.azure.cn",
      "https://login.partner.microsoftonline.cn/",
      "https://login.partner.microsoftonline.cn",
      "api://AzureADTokenExchangeChina",
    ],
    [
      "https://adb-1.2.azuredatabricks.net",
      "https://login.microsoftonline.us",
      "https://login.microsoftonline.us",
      "api://AzureADTokenExchangeUSGov",
    ],
    ["http://127.0.0.1:1", undefined, PUBLIC, "api://AzureADTokenExchange"],
    ["http://127.0.0.1:1", "http://127.0.0.1:2/", "http://127.0.0.1:2", "api://AzureADTokenExchange"],
    [
      "https://adb-1.2.databricks.azure.us",
      "http://localhost:2",
      "http://localhost:2",
      "api://AzureADTokenExchangeUSGov",
    ],
  ] as const) {
    it(`of ${host} with AZURE_AUTHORITY_HOST ${named ?? "unset"} is ${authority}`, () => {
      const { arm, graph, ...rest } = entraCloud(host, { AZURE_AUTHORITY_HOST: named });
      assert.deepEqual(rest, { authority, audience });
      assert.deepEqual([arm, graph], APIS[audience]);
    });
  }

  for (const named of [
    "https://login.microsoftonline.com.evil.example",
    "http://login.microsoftonline.com",
    "evil",
    "https://127.0.0.1.evil.example",
  ]) {
    it(`is never ${named}`, () =>
      assert.throws(
        () => entraCloud("https://adb-1.2.azuredatabricks.net", { AZURE_AUTHORITY_HOST: named }),
        {
          code: "ENDPOINT_NOT_TRUSTED",
        },
      ));
  }

  for (const host of ["https://x.cloud.databricks.com", "https://workspace.example"]) {
    it(`is not there for ${host}`, () =>
      assert.throws(() => entraCloud(host, { AZURE_AUTHORITY_HOST: PUBLIC }), { code: "INPUT_INVALID" }));
  }
});
