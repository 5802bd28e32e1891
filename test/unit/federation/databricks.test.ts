import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/errors.ts";
import { databricksExchange } from "../../../core/federation/databricks.ts";
import type { HttpResponse } from "../../../core/ports.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fakeSend, json, unsignedJwt } from "../support/id-tokens.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const AUDIENCE = `${HOST}/oidc/v1/token`;
const ISSUER = "https://token.actions.githubusercontent.com";
const CLIENT = "5f8a6d3c-0000-4000-8000-000000000000";
const REPO = "repo:example-org/lake";
const IMMUTABLE = "repo:example-org@12/lake@345";

type Presented = Partial<Record<"subject" | "issuer" | "audience", string>>;

function exchange(
  answer: Partial<HttpResponse>,
  { subject = `${REPO}:ref:refs/heads/main`, issuer = ISSUER, audience = AUDIENCE }: Presented = {},
) {
  const { send, requests } = fakeSend(() => answer);
  const clock = new FakeClock(1_000_000);
  const options = {
    tokenEndpoint: `${HOST}/oidc/v1/token`,
    audience: AUDIENCE,
    clientId: CLIENT,
    host: HOST,
    accountId: "acc-1",
    send,
    clock,
  };
  const idToken = unsignedJwt({ iss: issuer, sub: subject, aud: audience, exp: 2000 });
  const port = databricksExchange(options);
  return { result: port.exchange(idToken), port, requests, idToken };
}

/** How the endpoint answers where it says what it would accept. */
function refusedBy(code: string, accepted?: Presented): HttpResponse {
  const { issuer = ISSUER, subject = `${REPO}:ref:refs/heads/main`, audience = AUDIENCE } = accepted ?? {};
  const hint = `Valid federation policy for provided token: {issuer: '${issuer}', subject: '${subject}', audience: '${audience}'}`;
  return json(
    {
      error: "invalid_grant",
      error_description: `Failed to process token: ${code}. ${accepted ? hint : ""}`,
    },
    400,
  );
}

async function refusal(answer: Partial<HttpResponse>, presented?: Presented): Promise<SecretlessError> {
  const error = await exchange(answer, presented).result.catch((reason: unknown) => reason);
  assert.ok(error instanceof SecretlessError, String(error));
  assert.equal(error.code, "EXCHANGE_REFUSED");
  return error;
}

describe("exchange at Databricks", () => {
  it("sends the form of RFC 8693 and returns the token", async () => {
    const answer = json({
      access_token: "an-access-token",
      token_type: "Bearer",
      expires_in: "3600",
      scope: "all-apis",
    });
    const { result, port, requests, idToken } = exchange(answer);
    assert.equal(port.audience, AUDIENCE);
    assert.deepEqual(await result, { accessToken: "an-access-token", expiresAt: 4_600_000 });
    assert.equal(requests.length, 1);
    assert.deepEqual(
      [...new URLSearchParams(requests[0]!.body)],
      [
        ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
        ["subject_token", idToken],
        ["subject_token_type", "urn:ietf:params:oauth:token-type:jwt"],
        ["client_id", CLIENT],
        ["scope", "all-apis"],
      ],
    );
    assert.equal(requests[0]?.headers?.["authorization"], undefined);
  });

  const policy = "TOKEN_INVALID (Ensure a valid federation policy has been configured)";
  const environment = { subject: `${REPO}:environment:prod` };
  const branch = { subject: `${REPO}:ref:refs/heads/main` };
  const cases: readonly [string, HttpResponse, Presented, RegExp, RegExp][] = [
    [
      "no policy, echoed claims",
      refusedBy(policy, branch),
      branch,
      /no federation policy .* fits/,
      /application ID .* no `environment:`/s,
    ],
    [
      "no policy, environment",
      refusedBy(policy, environment),
      environment,
      /no federation policy/,
      /The job has an `environment:`/,
    ],
    ["no policy, nothing echoed", refusedBy(policy), branch, /no federation policy/, /application ID/],
    [
      "no policy, custom subject",
      refusedBy(policy),
      { subject: "p://o/p/q" },
      /no federation policy/,
      /Add the policy:/,
    ],
    [
      "wrong audience",
      refusedBy("TOKEN_AUDIENCE_INVALID (Token audience 'x' invalid)", { audience: "wanted-aud" }),
      { audience: "x" },
      /audience is another/,
      /Set the input audience to wanted-aud, or/,
    ],
    [
      "wrong audience, not told which",
      refusedBy("TOKEN_AUDIENCE_INVALID (Token audience 'x' invalid)"),
      { audience: "x" },
      /audience is another/,
      /to what the policy names/,
    ],
    [
      "another issuer",
      refusedBy(policy, { issuer: "https://ghes.example/_services/token" }),
      branch,
      /issuer is another/,
      /another GitHub server/,
    ],
    [
      "branch instead of environment",
      refusedBy("TOKEN_SUBJECT_INVALID", environment),
      branch,
      /known by refs\/heads\/main, the policy is for environment prod/,
      /give the job `environment: prod`/,
    ],
    [
      "environment instead of branch",
      refusedBy("TOKEN_SUBJECT_INVALID", branch),
      environment,
      /known by environment prod, the policy is for refs\/heads\/main/,
      /on refs\/heads\/main, without `environment:`/,
    ],
    [
      "environment instead of pull request",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: `${REPO}:pull_request` }),
      environment,
      /the policy is for pull_request/,
      /for a pull request, without/,
    ],
    [
      "another environment",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: `${REPO}:environment:dev` }),
      environment,
      /environment prod, the policy is for environment dev/,
      /If environment prod may deploy/,
    ],
    [
      "another branch",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: `${REPO}:ref:refs/heads/dev` }),
      branch,
      /refs\/heads\/main, the policy is for refs\/heads\/dev/,
      /If refs\/heads\/main may deploy/,
    ],
    [
      "pull request",
      refusedBy("TOKEN_SUBJECT_INVALID", environment),
      { subject: `${REPO}:pull_request` },
      /known by pull_request, the policy is for environment prod/,
      /Either/,
    ],
    [
      "pull request, nothing told",
      refusedBy("TOKEN_SUBJECT_INVALID"),
      { subject: `${REPO}:pull_request` },
      /subject is another/,
      /every pull request .* only read/s,
    ],
    [
      "immutable form, old policy",
      refusedBy("TOKEN_SUBJECT_INVALID", environment),
      { subject: `${IMMUTABLE}:environment:prod` },
      /it has the immutable form with IDs/,
      /15 July 2026/,
    ],
    [
      "old form, immutable policy",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: `${IMMUTABLE}:environment:prod` }),
      environment,
      /it has names without IDs/,
      /15 July 2026/,
    ],
    [
      "upper and lower case",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: `${REPO}:environment:Prod` }),
      environment,
      /upper and lower case alone/,
      /compared exactly/,
    ],
    [
      "another repository",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: "repo:example-org/old:environment:prod" }),
      environment,
      /it names example-org\/old/,
      /another repository, or this one was renamed/,
    ],
    [
      "custom subject wanted",
      refusedBy("TOKEN_SUBJECT_INVALID", { subject: "repository_owner:x" }),
      branch,
      /subject is another one than the policy's\.$/,
      /no `environment:`/,
    ],
    [
      "expired",
      refusedBy("TOKEN_EXPIRED (Token expired at 1)"),
      branch,
      /has expired/,
      /clock of the runner/,
    ],
  ];
  for (const [name, answer, presented, problem, remedy] of cases) {
    it(`explains a refusal: ${name}`, async () => {
      const error = await refusal(answer, presented);
      assert.match(error.message, problem);
      assert.match(error.details.remedy ?? "", remedy);
      assert.match(
        error.details.remedy ?? "",
        /^databricks account service-principal-federation-policy create /m,
      );
      assert.match(error.details.actual ?? "", /^status 400: invalid_grant: Failed to process token: /);
    });
  }

  it("shows field by field what was presented and what would be accepted", async () => {
    const answer = refusedBy("TOKEN_SUBJECT_INVALID", environment);
    assert.deepEqual((await refusal(answer, branch)).mistakes, [
      { problem: "issuer as a policy must name it", actual: ISSUER },
      { problem: "subject differs", expected: environment.subject, actual: branch.subject },
      { problem: "audience as a policy must name it", actual: AUDIENCE },
    ]);
    assert.deepEqual((await refusal(refusedBy(policy), branch)).mistakes, [
      { problem: "issuer presented", actual: ISSUER },
      { problem: "subject presented", actual: branch.subject },
      { problem: "audience presented", actual: AUDIENCE },
    ]);
  });

  for (const [name, answer] of [
    ["no such endpoint", { status: 404, body: "<html>" }],
    ["HTML with status 200", { status: 200, body: "<html>" }],
    ["an unknown error", json({ error: "unsupported_grant_type", error_description: "no" }, 400)],
  ] as const) {
    it(`does not send the user to policies for ${name}`, async () => {
      const { message, details } = await refusal(answer);
      assert.match(message, /did not exchange/);
      assert.match(details.remedy ?? "", /proxy/);
    });
  }

  it("shows no token", async () => {
    const { result, idToken } = exchange(json({ error: "invalid_grant", error_description: "x" }, 400));
    const error = (await result.catch((reason: unknown) => reason)) as SecretlessError;
    const echoing = await refusal({
      status: 400,
      body: `{"error":"invalid_grant","error_description":"sent ${idToken}"}`,
    });
    for (const one of [error, echoing]) {
      assert.ok(!JSON.stringify([one.message, one.details, one.mistakes]).includes(idToken.slice(0, 30)));
    }
  });
});
