import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { createSend } from "../../../core/net/send.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { requestAzureDevOpsIdToken } from "../../../core/ci/azure-devops/id-token.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import {
  AZURE_DEPLOYER,
  CONNECTION,
  OLD_CONNECTION,
  SECRET_CONNECTION,
  TENANT_ID,
} from "../../../sandbox/defaults.ts";
import type { AzureDevOps } from "../../../sandbox/azure/azure.ts";
import { CLOUDS, type Cloud } from "../../../sandbox/entra/clouds.ts";
import { DATABRICKS_RESOURCE } from "../../../sandbox/entra/entra.ts";
import { entraErrorBody } from "../../../sandbox/entra/errors.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";

const send = createSend({});

function ask(azure: AzureDevOps, connectionId?: string, jobToken = azure.jobToken): Promise<string> {
  return requestAzureDevOpsIdToken({
    variables: {
      oidcRequestUri: azure.oidcRequestUri,
      collectionUri: "",
      projectId: "",
      hostType: "",
      planId: "",
      jobId: "",
    },
    jobToken,
    connectionId,
    send,
    clock: systemClock,
    debug: () => undefined,
    info: () => undefined,
  });
}

interface TokenAnswer {
  status: number;
  access_token?: string;
  expires_in?: number;
  error?: string;
  error_codes?: number[];
  error_description?: string;
}

async function signIn(
  sandbox: Sandbox,
  assertion: string,
  change: { tenant?: string; cloud?: Cloud; form?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const { tenant = TENANT_ID, cloud = "public", form = {} } = change;
  const response = await fetch(`${sandbox.entra.authority(cloud)}${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: AZURE_DEPLOYER.applicationId,
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
      scope: `${DATABRICKS_RESOURCE}/.default`,
      ...form,
    }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function whoAmI(sandbox: Sandbox, token: string): Promise<{ status: number; userName: string }> {
  const response = await fetch(`${sandbox.workspace.host}/api/2.0/preview/scim/v2/Me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { userName = "" } = (await response.json()) as { userName?: string };
  return { status: response.status, userName };
}

describe("the sandbox's Azure DevOps and Entra ID", () => {
  let sandbox: Sandbox;
  let azure: AzureDevOps;
  beforeEach(async () => {
    sandbox = await startSandbox();
    azure = sandbox.azure;
  });
  afterEach(() => sandbox.stop());

  it("issue the three kinds of ID tokens, and a name gives the pipeline's", async () => {
    const [pipeline, old, entra] = await Promise.all(
      [undefined, OLD_CONNECTION.id, CONNECTION.id].map(async (id) => decodeJwt(await ask(azure, id))),
    );
    assert.deepEqual([pipeline?.iss, pipeline?.sub], [azure.issuer, "p://example-org/lake/deploy-lake"]);
    assert.deepEqual([old?.iss, old?.sub], [azure.issuer, `sc://example-org/lake/${OLD_CONNECTION.name}`]);
    assert.equal(entra?.iss, `${sandbox.entra.url}/${TENANT_ID}/v2.0`);
    assert.match(entra.sub ?? "", /^\/eid1\/c\/pub\/t\/[\w-]{22}\/a\/rISbSSETf0KqFyZ8ppdXmA\/sc\//);
    assert.equal(entra.aud, "fb60f99c-7a34-4190-8149-302f77469936");
    const named = await fetch(
      `${azure.oidcRequestUri}?api-version=7.1&serviceConnectionId=${CONNECTION.name}`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${azure.jobToken}` },
      },
    );
    const { oidcToken } = (await named.json()) as { oidcToken: string };
    assert.equal(decodeJwt(oidcToken).sub, "p://example-org/lake/deploy-lake");
    assert.ok(sandbox.handedOut.includes(oidcToken) && sandbox.handedOut.includes(azure.jobToken));
  });

  it("answer under both forms of the collection's URL", async () => {
    for (const form of ["dev.azure.com", "visualstudio.com"] as const) {
      const token = await requestAzureDevOpsIdToken({
        variables: {
          oidcRequestUri: "",
          collectionUri: azure.collectionUri(form),
          projectId: azure.projectId,
          hostType: "build",
          planId: azure.planId,
          jobId: azure.jobId,
        },
        jobToken: azure.jobToken,
        connectionId: undefined,
        send,
        clock: systemClock,
        debug: () => undefined,
        info: () => undefined,
      });
      assert.equal(decodeJwt(token).iss, azure.issuer);
    }
  });

  it("answer a bad job token with a sign-in page, or with 401 where that is suppressed", async () => {
    const url = `${azure.oidcRequestUri}?api-version=7.1`;
    const authorization = "Bearer wrong";
    const plain = await fetch(url, { method: "POST", headers: { authorization }, redirect: "manual" });
    assert.equal(plain.status, 302);
    assert.match(await plain.text(), /Object moved/);
    assert.ok(plain.headers.get("x-vss-e2eid"));
    const headers = { authorization, "x-tfs-fedauthredirect": "Suppress" };
    assert.equal((await fetch(url, { method: "POST", headers })).status, 401);
    await assert.rejects(ask(azure, undefined, "wrong"), { code: "ID_TOKEN_REFUSED" });
  });

  it("refuse connections that are not referenced, not known, or asked for without a version", async () => {
    azure.referenced.delete(CONNECTION.id);
    await assert.rejects(ask(azure, CONNECTION.id), { code: "CONNECTION_NOT_REFERENCED" });
    const unknown = "00000000-0000-4000-8000-000000000000";
    await assert.rejects(ask(azure, unknown), { code: "CONNECTION_NOT_REFERENCED" });
    azure.unknownConnections = "status404";
    await assert.rejects(ask(azure, unknown), { code: "CONNECTION_UNKNOWN" });
    const headers = { authorization: `Bearer ${azure.jobToken}` };
    assert.equal((await fetch(azure.oidcRequestUri, { method: "POST", headers })).status, 400);
  });

  it("hand out a token of the Entra issuer again until it ends", async () => {
    const first = await ask(azure, CONNECTION.id);
    assert.equal(await ask(azure, CONNECTION.id), first);
    const connection = azure.connections.find(({ id }) => id === CONNECTION.id)!;
    const old = await azure.cacheEntraToken(connection, 100);
    assert.equal(await ask(azure, CONNECTION.id), old);
    await azure.cacheEntraToken(connection, -1);
    assert.notEqual(await ask(azure, CONNECTION.id), old);
  });

  it("turn each kind into an access token that the workspace knows", async () => {
    for (const id of [undefined, OLD_CONNECTION.id, CONNECTION.id]) {
      const answer = await signIn(sandbox, await ask(azure, id));
      assert.equal(answer.expires_in, 86_399, JSON.stringify(answer));
      const expected = { status: 200, userName: AZURE_DEPLOYER.applicationId };
      assert.deepEqual(await whoAmI(sandbox, answer.access_token ?? ""), expected);
      assert.ok(sandbox.handedOut.includes(answer.access_token ?? ""));
    }
  });

  it("know clouds by their path, each with its own audience", async () => {
    const clientId = "11111111-2222-4333-8444-555555555555";
    for (const cloud of ["usgov", "china"] as const) {
      const application = sandbox.entra.addApplication({
        clientId: clientId.replace("1", cloud[0]!),
        tenantId: TENANT_ID,
        cloud,
      });
      sandbox.entra.addCredential(application.clientId, {
        name: "any",
        issuer: azure.issuer,
        subject: "sc://o/p/c",
      });
      const form = { client_id: application.clientId };
      const token = await azure.mint({ sub: "sc://o/p/c", aud: CLOUDS[cloud].audience });
      assert.equal((await signIn(sandbox, token, { cloud, form })).expires_in, 3_599);
      assert.deepEqual((await signIn(sandbox, token, { form })).error_codes, [700016]);
      const publicToken = await azure.mint({ sub: "sc://o/p/c", aud: CLOUDS.public.audience });
      assert.deepEqual((await signIn(sandbox, publicToken, { cloud, form })).error_codes, [700212]);
    }
  });

  it("say with Entra's own numbers what does not fit", async () => {
    const { entra } = sandbox;
    const pipeline = await ask(azure);
    const empty = entra.addApplication({ clientId: "empty", tenantId: TENANT_ID });
    const absent = entra.addApplication({ clientId: "absent", tenantId: TENANT_ID, servicePrincipal: false });
    const guid = entra.addApplication({ clientId: "guid", tenantId: TENANT_ID });
    entra.addCredential(guid.clientId, {
      name: "g",
      issuer: azure.issuer,
      subject: "x",
      audience: "fb60f99c-7a34-4190-8149-302f77469936",
    });
    const young = entra.addApplication({ clientId: "young", tenantId: TENANT_ID });
    entra.addCredential(young.clientId, { name: "y", issuer: azure.issuer, subject: "x" }, 60_000);
    const claims = { sub: "p://example-org/lake/deploy-lake", aud: "api://AzureADTokenExchange" };
    const as = (clientId: string) => ({ form: { client_id: clientId } });
    const form = (fields: Record<string, string>) => ({ form: fields });
    const cases: [number, string, Parameters<typeof signIn>[2]?][] = [
      [90002, pipeline, { tenant: "elsewhere" }],
      [700016, pipeline, as("nobody")],
      [7000229, pipeline, as(absent.clientId)],
      [70025, pipeline, as(empty.clientId)],
      [70021, pipeline, as(young.clientId)],
      [700211, await azure.mint({ ...claims, iss: "https://elsewhere.example.com" })],
      [700213, await azure.mint({ ...claims, sub: "p://example-org/lake/other" })],
      [700212, await azure.mint({ ...claims, aud: "api://other" })],
      [700214, await azure.mint({ ...claims, sub: "x" }), as(guid.clientId)],
      [700024, await azure.mint(claims, { age: 3_600 })],
      [700024, await azure.mint({ ...claims, nbf: 9_999_999_999, exp: 9_999_999_999 })],
      [700027, await azure.mint(claims, { key: "foreign" })],
      [50027, await azure.mint(claims, { key: "none" })],
      [50027, "no token"],
      [70011, pipeline, form({ scope: "all-apis" })],
      [500011, pipeline, form({ scope: "api://unknown/.default" })],
      [7000215, pipeline, form({ client_secret: "s" })],
      [900144, pipeline, form({ client_assertion: "" })],
      [900144, pipeline, form({ client_assertion_type: "other" })],
      [900144, pipeline, form({ grant_type: "password" })],
    ];
    for (const [code, token, change] of cases) {
      const answer = await signIn(sandbox, token, change);
      assert.deepEqual(answer.error_codes, [code], answer.error_description);
      assert.match(answer.error_description ?? "", new RegExp(`^AADSTS${String(code)}: .+ Trace ID: `));
      assert.equal(answer.status, answer.error === "invalid_client" ? 401 : 400);
    }
  });

  it("fail on request with Entra's own errors", async () => {
    const body = entraErrorBody(70021, Date.now(), "i", "s", "a");
    sandbox.fault({ system: "entra", nth: 2, then: { status: 400, body } });
    const token = await ask(azure);
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await signIn(sandbox, token)).status);
    assert.deepEqual(statuses, [200, 400, 200]);
  });

  it("give a task what an agent gives it about a connection", () => {
    const find = (id: string) => azure.connections.find((one) => one.id === id)!;
    const environment = azure.endpointEnvironment(find(CONNECTION.id));
    assert.equal(environment[`ENDPOINT_AUTH_SCHEME_${CONNECTION.id}`], "WorkloadIdentityFederation");
    assert.equal(environment[`ENDPOINT_AUTH_PARAMETER_${CONNECTION.id}_TENANTID`], TENANT_ID);
    assert.equal(
      environment[`ENDPOINT_DATA_${CONNECTION.id}_ACTIVEDIRECTORYAUTHORITY`],
      `${sandbox.entra.url}/`,
    );
    const secret = azure.endpointEnvironment(find(SECRET_CONNECTION.id));
    assert.equal(secret[`ENDPOINT_AUTH_SCHEME_${SECRET_CONNECTION.id}`], "ServicePrincipal");
    assert.ok(!Object.keys(secret).some((name) => name.includes("FEDERATION")));
  });

  it("throw errors of the product, no others", async () => {
    sandbox.fault({
      system: "azure",
      then: { status: 203, headers: { "content-type": "text/html" }, body: "<html>" },
    });
    await assert.rejects(
      ask(azure),
      (error) => error instanceof SecretlessError && error.code === "ID_TOKEN_REFUSED",
    );
  });
});
