import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import {
  accessChangeEvent,
  apiCallEvent,
  tokenExchangeEvent,
  tokenSha256,
  type AccessChange,
  type AuditEvent,
  type Outcome,
} from "../../../../core/audit/events/ocsf.ts";
import { scanEvent } from "../../../../core/audit/events/scan.ts";
import { openAuditLog } from "../../../../core/audit/json-lines.ts";
import { schemaOf } from "../../../fixtures/schemas.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
const SCHEMA_OF = { 3002: "authentication", 3004: "entity_management", 6003: "api_activity" } as const;
const validators = new Map<number, ValidateFunction>(
  Object.entries(SCHEMA_OF).map(([uid, name]) => [
    Number(uid),
    new Ajv2020({ strictTypes: false, allErrors: true }).compile(schemaOf(`ocsf/${name}.schema.json`)),
  ]),
);

const lines: string[] = [];
const append = (text: string): Promise<void> => {
  lines.push(text);
  return Promise.resolve();
};
const clock = { now: () => 1_764_000_000_000, sleep: () => Promise.resolve() };
const context = {
  productVersion: "0.1.0",
  correlationId: "https://ci.example.com/run/1",
  run: { repository: "example-org/lake", commit: "abc" },
};
const written = async (event: AuditEvent): Promise<Record<string, unknown>> => {
  await openAuditLog({ context, clock, sinks: [{ take: append }] }).write(event);
  return JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
};

const failed: Outcome = { ok: false, code: "EXCHANGE_REFUSED", reason: `invalid_grant for ${TOKEN}` };
const exchange = (outcome: Outcome): AuditEvent =>
  tokenExchangeEvent({
    outcome,
    endpoint: "https://adb-1.azuredatabricks.net/oidc/v1/token",
    exchange: "databricks",
    clientId: "d0000000-0000-4000-8000-000000000001",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:example-org/lake:environment:prod",
    audience: "acc",
    jwtId: "j1",
    keyId: "k1",
    idTokenSha256: tokenSha256(TOKEN),
    accessTokenSha256: tokenSha256("other"),
    expiresAt: 1_764_000_300_000,
    uniqueTokenIdentifier: "uti",
  });
const change = (action: AccessChange["action"], outcome: Outcome): AuditEvent =>
  accessChangeEvent({
    action,
    outcome,
    name: "dbxt-0123456789ab",
    kind: "unity_catalog_credential",
    description: 'ACCESS on credential "hr" for service principal a',
    bundle: "lake",
    target: "prod",
    job: "nightly",
    jobId: "528910734205101",
    purpose: "read-hr",
    principal: "a",
    registrar: "r",
    workspaceId: "111",
    object: { credential: "hr", principal: "a" },
    remoteIds: { FederatedCredentialId: "f" },
    decision: { effect: "allow", rule: "main", reason: "ref as required", policySha256: "00" },
    scope: { words: "job-scoped: proven", checks: { "run-as": "proven" } },
    revocationLag: "up to 24 hours",
  });
const call = (method: string, outcome: Outcome): AuditEvent =>
  apiCallEvent({
    outcome,
    method,
    url: "https://adb-1.azuredatabricks.net/api/2.1/unity-catalog/permissions/credential/hr?x=1",
    status: 200,
    requestId: "req",
    caller: "r",
    runner: "runner-1",
  });

const scan = (blocking: boolean): AuditEvent =>
  scanEvent({
    host: "https://adb-1.azuredatabricks.net",
    runner: "runner-1",
    accepted: 1,
    findings: [
      { rule: "databricks-personal-access-token", file: "a.py", line: 3, fingerprint: "f0", blocking },
    ],
  });

const KINDS: readonly (readonly [string, AuditEvent])[] = [
  ["an exchange", exchange({ ok: true })],
  ["a refused exchange", exchange(failed)],
  ["a grant", change("granted", { ok: true })],
  ["an update", change("updated", { ok: true })],
  ["a revocation", change("revoked", { ok: true })],
  ["a failed revocation", change("revoked", failed)],
  ["a denied grant", change("denied", failed)],
  ["a PATCH", call("PATCH", { ok: true })],
  ["a failed DELETE", call("DELETE", failed)],
  ["a scan that stopped the deployment", scan(true)],
  ["a scan that only warned", scan(false)],
  ["a method of its own", call("OPTIONS", { ok: true })],
];

/** What is known to be missing, by class: this and nothing else may be wrong. */
const LACKS: Readonly<Record<number, { reason: string; errors: readonly string[] }>> = {
  6003: {
    reason: "`actor`, which the class requires and the event has not yet",
    errors: ["must have required property 'actor'"],
  },
};

describe("audit events", () => {
  for (const [name, event] of KINDS) {
    const lacks = event.class_uid in LACKS ? `, but for ${LACKS[event.class_uid]?.reason ?? ""}` : "";
    it(`${name} is valid OCSF 1.8.0${lacks}`, async () => {
      const validate = validators.get(event.class_uid);
      assert.ok(validate);
      const valid = validate(await written(event));
      const errors = valid ? [] : (validate.errors ?? []).map(({ message }) => message);
      assert.deepEqual(
        errors,
        LACKS[event.class_uid]?.errors ?? [],
        JSON.stringify(validate.errors, null, 1),
      );
    });
  }

  it("hold no token, wherever it came in", async () => {
    for (const [, event] of KINDS) {
      await written({ ...event, message: TOKEN, unmapped: { deep: [{ text: `Bearer ${TOKEN}` }] } });
      assert.ok(!(lines.at(-1) ?? "").includes("eyJ"), lines.at(-1));
    }
    const line = await written(exchange({ ok: true }));
    assert.equal((line["unmapped"] as Record<string, unknown>)["token_sha256"], tokenSha256(TOKEN));
  });

  it("carry the join keys and the run", async () => {
    const unmapped = (await written(change("granted", { ok: true })))["unmapped"] as Record<string, unknown>;
    assert.deepEqual(unmapped["remote_ids"], { FederatedCredentialId: "f" });
    assert.deepEqual([unmapped["job_id"], unmapped["run_as"]], ["528910734205101", "a"]);
    assert.deepEqual(unmapped["run"], context.run);
    assert.equal(unmapped["revocation_lag"], "up to 24 hours");
  });

  it("leave the query of a URL out", async () => {
    await written(call("GET", { ok: true }));
    assert.ok(!(lines.at(-1) ?? "").includes("x=1"));
  });
});

describe("the audit log", () => {
  it("writes one complete line an event, in order, numbered", async () => {
    const texts: string[] = [];
    const log = openAuditLog({
      context,
      clock,
      sinks: [
        {
          take: async (text) => {
            await new Promise((resolve) => setImmediate(resolve));
            texts.push(text);
          },
        },
      ],
    });
    await Promise.all(
      [exchange({ ok: true }), change("granted", { ok: true }), call("PATCH", { ok: true })].map((event) =>
        log.write(event),
      ),
    );
    assert.equal(log.count, 3);
    const parsed = texts.map(
      (text) => JSON.parse(text) as { class_uid: number; type_uid: number; metadata: { sequence: number } },
    );
    assert.deepEqual(
      parsed.map(({ class_uid: uid, metadata }) => [uid, metadata.sequence]),
      [
        [3002, 1],
        [3004, 2],
        [6003, 3],
      ],
    );
    assert.deepEqual(
      parsed.map(({ type_uid: uid }) => uid),
      [300201, 300401, 600303],
    );
    for (const text of texts) assert.match(text, /^[^\n]+\n$/);
  });

  it("tells whoever asked that a line could not be written, and goes on", async () => {
    let fail = true;
    const log = openAuditLog({
      context,
      clock,
      sinks: [{ take: () => (fail ? Promise.reject(new Error("disk full")) : Promise.resolve()) }],
    });
    await assert.rejects(log.write(exchange({ ok: true })), /disk full/);
    fail = false;
    await log.write(exchange({ ok: true }));
  });

  it("keeps any text on one line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        const line = await written(change("granted", { ok: false, code: "ACCESS_FAILED", reason: text }));
        assert.equal((lines.at(-1) ?? "").split("\n").length, 2);
        assert.equal(line["status_id"], 2);
      }),
    );
  });
});
