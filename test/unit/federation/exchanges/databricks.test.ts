import assert from "node:assert/strict";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { readClaims } from "../../../../core/ci/claims.ts";
import { GITHUB } from "../../../../core/ci/github/dialect.ts";
import { databricksExchange } from "../../../../core/federation/exchanges/databricks.ts";
import type { HttpResponse } from "../../../../core/base/ports.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { fakeSend, json, unsignedJwt } from "../../support/id-tokens.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const AUDIENCE = `${HOST}/oidc/v1/token`;
const ISSUER = "https://token.actions.githubusercontent.com";
const CLIENT = "5f8a6d3c-0000-4000-8000-000000000000";
const REPO = "repo:example-org/lake";

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
    dialect: GITHUB,
    send,
    clock,
  };
  const idToken = unsignedJwt({ iss: issuer, sub: subject, aud: audience, exp: 2000 });
  const port = databricksExchange(options);
  return {
    result: readClaims(idToken).then((claims) => port.exchange({ token: idToken, claims })),
    port,
    requests,
    idToken,
  };
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
  const wrongAudience = "TOKEN_AUDIENCE_INVALID (Token audience 'x' invalid)";
  const wrongSubject = "TOKEN_SUBJECT_INVALID (Token subject invalid)";
  const cases: readonly [string, HttpResponse, Presented, RegExp, RegExp][] = [
    [
      "no policy, claims echoed",
      refusedBy(policy, branch),
      branch,
      /no federation policy .* fits/,
      /application ID .* no `environment:`/s,
    ],
    [
      "no policy, nothing echoed",
      refusedBy(policy),
      environment,
      /no federation policy/,
      /The job has an `environment:`/,
    ],
    [
      "audience",
      refusedBy(wrongAudience, { audience: "mine" }),
      { audience: "x" },
      /audience is another/,
      /input audience to mine, or/,
    ],
    [
      "audience, echoed",
      refusedBy(wrongAudience, { audience: "x" }),
      { audience: "x" },
      /audience is another/,
      /what the policy names/,
    ],
    [
      "issuer",
      refusedBy(policy, { issuer: "https://ghes.example/_services/token" }),
      branch,
      /issuer is another/,
      /another GitHub server/,
    ],
    [
      "subject",
      refusedBy(wrongSubject, environment),
      branch,
      /known by refs\/heads\/main, the policy is for environment prod\.$/,
      /^Either/,
    ],
    [
      "subject, echoed",
      refusedBy(wrongSubject, branch),
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
      assert.ok(error.details.remedy?.includes(CLIENT));
      assert.match(error.details.actual ?? "", /^status 400: invalid_grant: Failed to process token: /);
    });
  }

  it("gives no command that would let pull requests act as the principal that deploys", async () => {
    for (const answer of [refusedBy(policy), refusedBy(wrongSubject, environment)]) {
      const { details } = await refusal(answer, { subject: `${REPO}:pull_request` });
      assert.match(details.remedy ?? "", /separate one that can only read/);
      assert.match(details.remedy ?? "", /federation-policy create/);
      const commands = details.remedy?.split("\n").filter((line) => line.includes("databricks account"));
      assert.equal(commands?.length, 2);
      assert.ok(!commands.join("\n").includes(CLIENT));
    }
  });

  it("gives no policy for the subject of one tag or of one place in the merge queue", async () => {
    for (const ref of ["refs/tags/v1.2.3", "refs/heads/gh-readonly-queue/main/pr-7-abc"]) {
      for (const answer of [refusedBy(policy), refusedBy(wrongSubject, environment)]) {
        const { details } = await refusal(answer, { subject: `${REPO}:ref:${ref}` });
        const commands =
          details.remedy?.split("\n").filter((line) => line.includes("databricks account")) ?? [];
        assert.ok(!commands.join("\n").includes(ref), details.remedy);
        assert.ok(
          commands.join("\n").includes(`${REPO}:environment:<name of the environment>`),
          details.remedy,
        );
      }
    }
  });

  it("shows field by field what was presented and what would be accepted", async () => {
    const [issuer, audience] = [
      { problem: "issuer as a policy must name it", actual: ISSUER },
      { problem: "audience as a policy must name it", actual: AUDIENCE },
    ];
    const { subject } = branch;
    assert.deepEqual((await refusal(refusedBy(wrongSubject, environment), branch)).mistakes, [
      issuer,
      { problem: "subject differs", expected: environment.subject, actual: subject },
      audience,
    ]);
    assert.deepEqual((await refusal(refusedBy(wrongSubject, branch), branch)).mistakes, [
      issuer,
      { problem: "subject is in no policy", actual: subject },
      audience,
    ]);
    assert.deepEqual((await refusal(refusedBy(policy), branch)).mistakes, [
      { problem: "issuer presented", actual: ISSUER },
      { problem: "subject presented", actual: subject },
      { problem: "audience presented", actual: AUDIENCE },
    ]);
  });

  for (const [name, answer] of [
    ["no such endpoint", { status: 404, body: "<html>" }],
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
