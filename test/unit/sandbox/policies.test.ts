import assert from "node:assert/strict";
import { ACCOUNT_ID, DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import type { JsonObject, Json } from "../../../sandbox/http/json.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { accessToken, audienceOf, exchange, send, text } from "./client.ts";

describe("sandbox: federation policies", () => {
  let sandbox: Sandbox;
  let clock: FakeClock;
  let token: string;
  let base: string;
  let owner: string;
  let oidc: JsonObject;
  beforeEach(async () => {
    clock = new FakeClock();
    sandbox = await startSandbox({ clock, policyPropagation: 5_000 });
    token = await accessToken(sandbox, "account admin");
    owner = sandbox.account.principals.withApplicationId(JOB_RUNNER.applicationId)!.id;
    base = `/servicePrincipals/${owner}/federationPolicies`;
    oidc = {
      issuer: sandbox.github.issuer,
      audiences: [audienceOf(sandbox)],
      subject: "repo:example-org/lake:environment:prod",
    };
  });
  afterEach(() => sandbox.stop());

  const call = (method: string, path: string, body?: Json) =>
    send(
      method,
      `${sandbox.account.host}/api/2.0/accounts/${ACCOUNT_ID}${path}`,
      body === undefined ? { token } : { token, body },
    );
  const create = (changes: JsonObject = {}, id = "") =>
    call("POST", `${base}${id === "" ? "" : `?policy_id=${id}`}`, { oidc_policy: { ...oidc, ...changes } });
  const refused = async (answer: ReturnType<typeof call>, status: number, wording: RegExp) => {
    const { status: actual, body } = await answer;
    assert.equal(actual, status);
    assert.match(text(body, "message"), wording);
  };

  it("creates one that counts in exchanges once it has spread", async () => {
    const { status, body } = await create({}, "github-lake-prod");
    assert.equal(status, 200);
    assert.equal(body["policy_id"], "github-lake-prod");
    assert.equal(text(body, "service_principal_id"), owner);
    assert.deepEqual(body["oidc_policy"], oidc);
    assert.equal(
      body["name"],
      `accounts/${ACCOUNT_ID}/servicePrincipals/${owner}/federationPolicies/github-lake-prod`,
    );
    const idToken = await sandbox.github.mint({ audience: audienceOf(sandbox) });
    const runner = { client_id: JOB_RUNNER.applicationId };
    assert.equal((await exchange(sandbox, idToken, runner)).status, 400);
    clock.time += 5_000;
    assert.equal((await exchange(sandbox, idToken, runner)).status, 200);
    assert.equal((await call("DELETE", `${base}/github-lake-prod`)).status, 200);
    assert.equal((await exchange(sandbox, idToken, runner)).status, 400);
  });

  it("takes the account ID as audience where none is given, and another claim as subject", async () => {
    const wanted = { audiences: undefined, subject: "example-org/lake", subject_claim: "repository" };
    assert.equal((await create(wanted)).status, 200);
    clock.time += 5_000;
    const runner = { client_id: JOB_RUNNER.applicationId };
    const one = await exchange(sandbox, await sandbox.github.mint({ audience: ACCOUNT_ID }), runner);
    assert.equal(one.status, 200);
    const other = await exchange(
      sandbox,
      await sandbox.github.mint({ audience: audienceOf(sandbox) }),
      runner,
    );
    assert.match(text(other.body, "error_description"), /TOKEN_AUDIENCE_INVALID/);
  });

  it("verifies with the policy's own key set or its address", async () => {
    const keys = await (await fetch(`${sandbox.github.issuer}/.well-known/jwks`)).text();
    for (const changes of [{ jwks_json: keys }, { jwks_uri: `${sandbox.github.issuer}/.well-known/jwks` }]) {
      const issuer = "https://issuer.invalid";
      const { status, body } = await create({ issuer, ...changes });
      assert.equal(status, 200, JSON.stringify(body));
      clock.time += 5_000;
      const idToken = await sandbox.github.mint({ audience: audienceOf(sandbox), claims: { iss: issuer } });
      assert.equal((await exchange(sandbox, idToken, { client_id: JOB_RUNNER.applicationId })).status, 200);
      await call("DELETE", `${base}/${text(body, "policy_id")}`);
    }
  });

  it("assigns an id, and takes an identical policy for the one that is there", async () => {
    const first = (await create()).body;
    assert.match(text(first, "policy_id"), /^[0-9a-f-]{36}$/);
    assert.equal((await create()).body["uid"], first["uid"]);
    assert.equal(((await call("GET", base)).body["policies"] as Json[]).length, 1);
  });

  for (const id of ["a", "x".repeat(64), "Upper", "under_score", "a/b", "ä"]) {
    it(`refuses the policy id ${id}`, () =>
      refused(
        create({}, encodeURIComponent(id)),
        400,
        /^Invalid federation policy id: '.+'\. Must contain only 0-9, a-z, and hyphen\.$/,
      ));
  }

  it("refuses an id that another policy has", async () => {
    await create({}, "mine");
    await refused(create({ subject: "other" }, "mine"), 409, /already exists/);
  });

  it("refuses the twenty-first policy of a principal", async () => {
    for (let index = 0; index < 20; index += 1) {
      assert.equal((await create({ subject: `s${String(index)}` })).status, 200);
    }
    await refused(create({ subject: "one too many" }), 400, /at most 20/);
  });

  for (const [name, changes, text] of [
    ["without subject", { subject: undefined }, /subject is required/],
    ["without issuer", { issuer: undefined }, /issuer is required/],
    ["with odd audiences", { audiences: "x" }, /audiences must be a list/],
    ["with a broken key set", { jwks_json: "{}" }, /not a JSON Web Key Set/],
    ["with an unparsable key set", { jwks_json: "{" }, /not a JSON Web Key Set/],
  ] as const) {
    it(`refuses a policy ${name}`, () => refused(create(changes), 400, text));
  }

  it("refuses a policy without its OIDC part", () =>
    refused(call("POST", base, {}), 400, /oidc_policy is required/));

  it("refuses an issuer that cannot be reached or says it is another", async () => {
    for (const issuer of [
      "http://127.0.0.1:1",
      `${sandbox.github.issuer}/other`,
      `${sandbox.github.issuer}/`,
    ]) {
      await refused(create({ issuer }), 400, /^Unable to load valid OpenID configuration for issuer/);
    }
  });

  it("refuses a subject on an account-wide policy, and takes one without", async () => {
    const create = (policy: JsonObject) => call("POST", "/federationPolicies", { oidc_policy: policy });
    await refused(create(oidc), 400, /subject must not be set/);
    const { status, body } = await create({ issuer: sandbox.github.issuer });
    assert.equal(status, 200);
    assert.equal(body["service_principal_id"], undefined);
  });

  it("does not know foreign principals and policies", async () => {
    await refused(
      call("GET", "/servicePrincipals/1/federationPolicies"),
      400,
      /^Invalid service principal id/,
    );
    const { applicationId } = JOB_RUNNER;
    await refused(
      call("GET", `/servicePrincipals/${applicationId}/federationPolicies`),
      400,
      /^Invalid service principal id/,
    );
    for (const method of ["GET", "PATCH", "DELETE"])
      await refused(call(method, `${base}/none`), 404, /does not exist/);
  });

  it("lists in pages", async () => {
    for (const subject of ["a", "b", "c"]) await create({ subject });
    const first = (await call("GET", `${base}?page_size=2`)).body;
    const next = text(first, "next_page_token");
    const second = (await call("GET", `${base}?page_size=2&page_token=${next}`)).body;
    const subjects = [first, second].flatMap(
      ({ policies }) => policies as { oidc_policy: { subject: string } }[],
    );
    assert.deepEqual(
      subjects.map(({ oidc_policy: { subject } }) => subject),
      ["a", "b", "c"],
    );
    assert.equal(second["next_page_token"], undefined);
  });

  describe("update", () => {
    beforeEach(async () => {
      await create({}, "mine");
    });
    const update = async (body: Json, mask?: string) =>
      (await call("PATCH", `${base}/mine${mask === undefined ? "" : `?update_mask=${mask}`}`, body)).body;

    it("changes the fields that the mask names and no others", async () => {
      const body = { description: "new", oidc_policy: { subject: "changed", audiences: ["aud"] } };
      const one = await update(body, "oidc_policy.subject");
      assert.deepEqual(
        [one["oidc_policy"], one["description"]],
        [{ ...oidc, subject: "changed" }, undefined],
      );
      const two = await update(body, "description,oidc_policy.audiences");
      assert.equal(two["description"], "new");
      assert.deepEqual(two["oidc_policy"], { ...oidc, subject: "changed", audiences: ["aud"] });
      const three = await update({ oidc_policy: {} }, "oidc_policy.audiences");
      assert.deepEqual(three["oidc_policy"], { issuer: oidc["issuer"], subject: "changed" });
    });

    it("replaces everything with * and the whole OIDC part by its name", async () => {
      await update({ description: "old" });
      const policy = { issuer: oidc["issuer"], subject: "x" };
      const named = await update({ oidc_policy: policy }, "oidc_policy");
      assert.deepEqual([named["oidc_policy"], named["description"]], [policy, "old"]);
      const all = await update({ oidc_policy: oidc }, "*");
      assert.deepEqual([all["oidc_policy"], all["description"]], [oidc, undefined]);
    });

    it("overwrites what is in the body where there is no mask", async () => {
      const { oidc_policy: changed } = await update({ oidc_policy: { subject: "x" } });
      assert.deepEqual(changed, { ...oidc, subject: "x" });
    });

    it("refuses a mask that names nothing, and a result that is no valid policy", async () => {
      await refused(
        call("PATCH", `${base}/mine?update_mask=oidc_policy.nothing`, {}),
        400,
        /Invalid update_mask/,
      );
      await refused(
        call("PATCH", `${base}/mine?update_mask=*`, { oidc_policy: {} }),
        400,
        /issuer is required/,
      );
    });
  });

  it("deletes the policies with their principal", async () => {
    await create();
    assert.equal((await call("DELETE", `/scim/v2/ServicePrincipals/${owner}`)).status, 200);
    await refused(call("GET", base), 400, /^Invalid service principal id/);
    assert.equal(sandbox.account.policies.list(owner).length, 0);
    assert.equal((await call("GET", `/scim/v2/ServicePrincipals/${owner}`)).status, 404);
  });

  it("finds principals by application id", async () => {
    const filter = `filter=applicationId eq "${DEPLOYER.applicationId}"`;
    const { body } = await call("GET", `/scim/v2/ServicePrincipals?${filter}`);
    const [found] = body["Resources"] as { id: string }[];
    assert.equal(
      (await call("GET", `/scim/v2/ServicePrincipals/${found!.id}`)).body["displayName"],
      "lake-deployer",
    );
  });

  it("serves the account on the workspace's host too", async () => {
    const url = `${sandbox.workspace.host}/api/2.0/accounts/${ACCOUNT_ID}${base}`;
    assert.equal((await send("GET", url, { token })).status, 200);
  });
});
