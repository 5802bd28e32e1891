import assert from "node:assert/strict";
import fc from "fast-check";
import { ACCOUNT_ADMIN, ACCOUNT_ID, DEPLOYER, PLANNER } from "../../../sandbox/defaults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { accessToken, exchange, send, text } from "./client.ts";
import { githubClaims } from "../../../sandbox/github/claims.ts";

const ME = "/api/2.0/preview/scim/v2/Me";

describe("sandbox: who may do what", () => {
  let sandbox: Sandbox;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = new FakeClock();
    sandbox = await startSandbox({ clock });
  });
  afterEach(() => sandbox.stop());
  const workspace = (method: string, path: string, token?: string, body?: object) =>
    send(method, `${sandbox.workspace.host}${path}`, {
      ...(token === undefined ? {} : { token }),
      ...(body === undefined ? {} : { body: body as never }),
    });

  it("tells the deployer who it is and where", async () => {
    const { status, body, headers } = await workspace("GET", ME, await accessToken(sandbox));
    assert.equal(status, 200);
    assert.equal(body["userName"], DEPLOYER.applicationId);
    assert.equal(headers.get("x-databricks-org-id"), sandbox.workspace.workspaceId);
  });

  it("answers 401 to a missing, unknown, expired or revoked token", async () => {
    const token = await accessToken(sandbox);
    assert.equal((await workspace("GET", ME)).status, 401);
    assert.equal((await workspace("GET", ME, "dapi0123")).status, 401);
    assert.equal(
      (await workspace("GET", ME, await sandbox.github.mint({ audience: ACCOUNT_ID }))).status,
      401,
    );
    clock.time += 3_599_999;
    assert.equal((await workspace("GET", ME, token)).status, 200);
    clock.time += 1;
    const { status, body } = await workspace("GET", ME, token);
    assert.deepEqual([status, body["error_code"]], [401, "UNAUTHENTICATED"]);
    const other = await accessToken(sandbox);
    sandbox.tokens.revokeAll();
    assert.equal((await workspace("GET", ME, other)).status, 401);
  });

  it("derives the life of a token from the options", async () => {
    sandbox.tokens.life = 6;
    const token = await accessToken(sandbox);
    clock.time += 6_000;
    assert.equal((await workspace("GET", ME, token)).status, 401);
  });

  it("lets the planner read and not write", async () => {
    const token = await accessToken(sandbox, "planner");
    assert.equal((await workspace("GET", ME, token)).status, 200);
    const { status, body } = await workspace("POST", "/api/2.2/jobs/create", token, { name: "x" });
    assert.deepEqual([status, body["error_code"]], [403, "PERMISSION_DENIED"]);
    assert.equal(sandbox.workspace.jobs.all.size, 0);
    assert.equal(
      (await workspace("POST", "/telemetry-ext", token, { protoLogs: ["{}"] })).body["numProtoSuccess"],
      1,
    );
  });

  it("gives a token to a principal without rights, and then answers 403", async () => {
    const subject = await sandbox.github.mint({
      audience: ACCOUNT_ID,
      claims: githubClaims({ environment: "platform" }),
    });
    const answer = await exchange(sandbox, subject, { client_id: ACCOUNT_ADMIN.applicationId });
    assert.equal(answer.status, 200);
    assert.equal((await workspace("GET", ME, text(answer.body, "access_token"))).status, 403);
  });

  it("does not let a workspace token into the account, nor anybody but its administrator", async () => {
    const policies = `/api/2.0/accounts/${ACCOUNT_ID}/federationPolicies`;
    const account = (token: string) => send("GET", `${sandbox.account.host}${policies}`, { token });
    assert.equal((await account(await accessToken(sandbox))).status, 401);
    assert.equal((await account(await accessToken(sandbox, "account admin"))).status, 200);
    const endpoint = `${sandbox.account.host}/oidc/accounts/${ACCOUNT_ID}/v1/token`;
    const deployer = await exchange(
      sandbox,
      await sandbox.github.mint({ audience: ACCOUNT_ID }),
      {},
      endpoint,
    );
    assert.equal((await account(text(deployer.body, "access_token"))).status, 403);
    assert.equal((await workspace("GET", ME, text(deployer.body, "access_token"))).status, 200);
  });

  it("forgets the tokens of a principal that is taken away", async () => {
    const token = await accessToken(sandbox);
    sandbox.account.removeServicePrincipal(
      sandbox.account.principals.withApplicationId(DEPLOYER.applicationId)!.id,
    );
    assert.equal((await workspace("GET", ME, token)).status, 401);
  });

  it("finds service principals by filter", async () => {
    const token = await accessToken(sandbox);
    const list = (query: string) =>
      workspace("GET", `/api/2.0/preview/scim/v2/ServicePrincipals?${query}`, token);
    const found = (await list(`filter=applicationId eq "${PLANNER.applicationId}"`)).body["Resources"] as {
      id: string;
    }[];
    assert.equal(found.length, 1);
    assert.equal((await list("filter=displayName eq 'lake-planner'")).body["totalResults"], 1);
    assert.equal((await list("startIndex=6")).body["itemsPerPage"], 0);
    assert.equal((await list("filter=displayName co 'lake'")).status, 400);
    const one = await workspace("GET", `/api/2.0/preview/scim/v2/ServicePrincipals/${found[0]!.id}`, token);
    assert.equal(one.body["displayName"], "lake-planner");
    assert.equal((await workspace("GET", "/api/2.0/preview/scim/v2/ServicePrincipals/1", token)).status, 404);
  });

  it("logs requests without their bearer", async () => {
    const token = await accessToken(sandbox);
    await workspace("POST", "/api/2.2/jobs/create", token, { name: "x" });
    const logged = sandbox.requests.at(-1)!;
    assert.deepEqual(
      [logged.system, logged.method, logged.path, logged.body, logged.status, logged.principal, logged.at],
      ["workspace", "POST", "/api/2.2/jobs/create", { name: "x" }, 200, DEPLOYER.applicationId, clock.time],
    );
    assert.ok(!JSON.stringify(sandbox.requests).includes(token));
    const exchanged = sandbox.requests.find(({ path }) => path.endsWith("/v1/token"))!;
    assert.equal((exchanged.body as { client_id: string }).client_id, DEPLOYER.applicationId);
  });

  it("answers 404 to whatever it does not know, and never breaks, whatever comes", async () => {
    const tokens = [await accessToken(sandbox), await accessToken(sandbox, "account admin")];
    const unknown = await send("GET", `${sandbox.workspace.host}/api/2.0/nothing`);
    assert.deepEqual([unknown.status, unknown.body["error_code"]], [404, "ENDPOINT_NOT_FOUND"]);
    const routes = [...sandbox.workspace.routes(), ...sandbox.account.routes(), ...sandbox.github.routes()];
    const base = [sandbox.workspace.host, sandbox.account.host, new URL(sandbox.github.issuer).origin];
    const junk = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc
        .record(
          {
            job_id: fc.anything(),
            tasks: fc.anything(),
            new_settings: fc.anything(),
            access_control_list: fc.anything(),
            changes: fc.anything(),
            oidc_policy: fc.anything(),
            path: fc.anything(),
            serialized_dashboard: fc.string(),
            display_name: fc.string(),
          },
          { requiredKeys: [] },
        )
        .map((value) =>
          Buffer.from(
            JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)),
          ),
        ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.constantFrom(...base),
        fc.constantFrom(...tokens),
        fc.webQueryParameters(),
        fc.oneof(fc.webSegment(), fc.constantFrom("%", "1", "%2F", "jobs", "..", "constructor", "__proto__")),
        junk,
        async (route, host, token, query, segment, body) => {
          const path = route.pattern.replace(/\{[\w.]+\}/g, () => segment);
          const content = route.method === "GET" ? {} : { body };
          const { status } = await send(route.method, `${host}${path}?${query}`, { token, ...content });
          assert.ok(status < 500 && status !== 0, `${route.method} ${path}: ${String(status)}`);
        },
      ),
      { numRuns: 400 },
    );
  });
});
