import assert from "node:assert/strict";
import { planRow } from "../../../../core/access/plan/describe.ts";
import { TENANT_ID } from "../../../../sandbox/defaults.ts";
import {
  addApplication,
  APPLICATION,
  EXCHANGE_AUDIENCE,
  IDENTITY_CREDENTIAL,
  playedApplication,
} from "../../../../sandbox/job-access.ts";
import type { EntraApplication } from "../../../../sandbox/entra/applications.ts";
import { counts, failure } from "../setup.ts";
import { KindRig } from "./rig.ts";

const entry = (credential: string, clientId: string, audience = EXCHANGE_AUDIENCE): string =>
  `{ purpose: partner-app, present: { credential: ${credential}, audience: "${audience}" }, entra_application: { client_id: ${clientId} } }`;
const IDENTITY = `{ purpose: identity, unity_catalog_credential: ${IDENTITY_CREDENTIAL} }`;
const ENTRY = entry(IDENTITY_CREDENTIAL, APPLICATION);

describe("trust of an Entra application in a job's managed identity", () => {
  let rig: KindRig;
  beforeEach(async () => {
    rig = await KindRig.start();
    addApplication(rig.sandbox);
  });
  afterEach(() => rig.sandbox.stop());

  const application = (): EntraApplication => rig.sandbox.entra.application(APPLICATION) ?? assert.fail();
  const refusal = async (...entries: string[]): Promise<string> => {
    const error = await failure(rig.apply(...entries));
    const all = [error.details, ...error.mistakes];
    return `${error.code} ${all.map(({ problem, actual, remedy }) => [problem, actual, remedy].join(" ")).join("\n")}`;
  };

  it("names exactly the identity's issuer, subject and audience, which the plan prints, and lets in this job alone", async () => {
    const { directory, entra } = rig.sandbox;
    assert.deepEqual(await playedApplication(rig.sandbox), ["refused", "refused"]);
    const { plan } = await rig.apply(IDENTITY, ENTRY);
    assert.deepEqual(await playedApplication(rig.sandbox), ["in", "refused"]);
    const [identity] = directory.identities;
    const [written, ...more] = application().credentials;
    assert.deepEqual(more, []);
    const { name, description, inForceAt, ...trust } = written ?? assert.fail();
    assert.ok(inForceAt > 0);
    assert.match(name, /^dbxt-[0-9a-f]{12}$/);
    assert.equal(description, `databricks-secretless ${name}`);
    const issuer = entra.issuer(TENANT_ID);
    assert.deepEqual(trust, { issuer, subject: identity?.principalId, audience: EXCHANGE_AUDIENCE });
    const note = `application ${APPLICATION} is to trust issuer ${issuer}, subject ${identity?.principalId}, audience ${EXCHANGE_AUDIENCE}`;
    assert.ok(plan.notes.includes(note), plan.notes.join("\n"));
    const row = plan.changes.map(planRow).find(({ purpose }) => purpose === "partner-app");
    assert.match(row?.revocationLag ?? "", /60 to 90 minutes/);
  });

  it("is planned by a deployer who has no right in Entra ID, as what the registrar will look at", async () => {
    const { changes } = await rig.plan(IDENTITY, ENTRY);
    const rows = changes.map(planRow);
    assert.deepEqual(
      rows.map(({ action, note }) => [action, note]),
      [
        ["grant", "not readable without the registrar's rights"],
        ["grant", "not readable without the registrar of Entra ID"],
      ],
    );
    assert.deepEqual(rig.writes(), []);
  });

  it("is corrected where somebody changed it, and taken over where its record is lost", async () => {
    await rig.apply(IDENTITY, ENTRY);
    const [written] = application().credentials;
    assert.ok(written);
    application().credentials.splice(0, 1, { ...written, subject: "another" });
    assert.deepEqual(await playedApplication(rig.sandbox), ["refused", "refused"]);
    assert.deepEqual(counts(await rig.apply(IDENTITY, ENTRY)), [0, 1, 0, 1]);
    assert.deepEqual(await playedApplication(rig.sandbox), ["in", "refused"]);
  });

  it("never touches what bears another mark, and reports what stands in the way", async () => {
    await rig.apply(IDENTITY, ENTRY);
    const [written] = application().credentials;
    assert.ok(written);
    const theirs = { ...written, description: "made by hand" };
    application().credentials.splice(0, 1, theirs);
    assert.match(await refusal(IDENTITY, ENTRY), /^ACCESS_CLASH .* is not this product's/);
    await rig.withdraw();
    assert.deepEqual(application().credentials, [theirs]);
    const taken = { ...theirs, name: "by-hand" };
    application().credentials.splice(0, 1, taken);
    assert.match(
      await refusal(IDENTITY, ENTRY),
      /^ACCESS_CLASH .*"by-hand" of application .* the same issuer and subject/,
    );
    assert.deepEqual(application().credentials, [taken]);
  });

  it("finds a full application, another tenant, a system-assigned identity and a wrong audience before it writes", async () => {
    for (let at = 0; at < 20; at += 1)
      rig.sandbox.entra.addCredential(APPLICATION, {
        name: `x-${at}`,
        issuer: "https://issuer.example",
        subject: `${at}`,
      });
    assert.match(await refusal(ENTRY), /^ACCESS_TARGET_UNUSABLE .* has 20 federated identity credentials/);
    application().credentials.splice(0);
    const { serviceCredentials } = rig.sandbox.workspace;
    serviceCredentials.add({ name: "system", isolated: true });
    assert.match(await refusal(entry("system", APPLICATION)), /presents no user-assigned managed identity/);
    const { id } = rig.sandbox.directory.addIdentity("elsewhere", "11111111-2222-4333-8444-555555555555");
    serviceCredentials.add({ name: "abroad", isolated: true, managedIdentity: id });
    assert.match(await refusal(entry("abroad", APPLICATION)), /is in tenant 11111111/);
    assert.match(await refusal(entry("absent", APPLICATION)), /Credential "absent" does not exist/);
    const stranger = "0b0b0b0b-52aa-4c1f-8f3e-0b6a4d2c9e10";
    assert.match(
      await refusal(entry(IDENTITY_CREDENTIAL, stranger)),
      /no app registration with the application ID 0b0b/,
    );
    assert.match(
      await refusal(entry(IDENTITY_CREDENTIAL, APPLICATION, "api://*")),
      /is no audience that an application/,
    );
    assert.deepEqual(application().credentials, []);
  });

  it("cannot be talked into an application that the registrar does not own", async () => {
    const clientId = "0c0c0c0c-52aa-4c1f-8f3e-0b6a4d2c9e10";
    const admin = rig.sandbox.entra.addApplication({ clientId, tenantId: TENANT_ID, owners: ["somebody"] });
    assert.match(
      await refusal(IDENTITY, entry(IDENTITY_CREDENTIAL, clientId)),
      /403 Authorization_RequestDenied/,
    );
    assert.deepEqual(admin.credentials, []);
  });

  it("is refused where no policy approves Entra ID", async () => {
    rig.providers = "";
    assert.match(await refusal(ENTRY), /^ACCESS_DENIED .*no policy approves the provider "entra"/);
  });

  it("converges where Graph is busy, refuses for the moment, or shows a change late", async () => {
    const busy = { status: 429, body: { error: { code: "TooManyRequests", message: "slow down" } } };
    const conflict = { status: 409, body: { error: { code: "ConcurrencyViolation", message: "again" } } };
    rig.sandbox.fault({ system: "directory", method: "POST", then: busy });
    rig.sandbox.fault({ system: "directory", method: "POST", nth: 2, then: conflict });
    assert.match(await refusal(IDENTITY, ENTRY), /^ACCESS_FAILED .*409 ConcurrencyViolation/);
    rig.sandbox.directory.propagation = 5000;
    rig.sandbox.directory.delay = 30_000;
    assert.deepEqual(counts(await rig.apply(IDENTITY, ENTRY)), [1, 0, 0, 1]);
    rig.clock.pass(60_000);
    assert.deepEqual(await playedApplication(rig.sandbox), ["in", "refused"]);
    assert.equal(application().credentials.length, 1);
    await rig.withdraw();
    assert.deepEqual(application().credentials, []);
  });
});
