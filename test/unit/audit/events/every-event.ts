import { accessChangeEvent, type AccessChange } from "../../../../core/audit/events/access-change.ts";
import { attestationEvent, type Attestation } from "../../../../core/audit/events/attestation.ts";
import {
  apiCallEvent,
  tokenExchangeEvent,
  tokenSha256,
  type AuditEvent,
  type Outcome,
} from "../../../../core/audit/events/ocsf.ts";
import { refusalEvent } from "../../../../core/audit/events/refusal.ts";
import { resourceChangeEvent, type ResourceChange } from "../../../../core/audit/events/resource-change.ts";
import { scanEvent } from "../../../../core/audit/events/scan.ts";
import { SecretlessError } from "../../../../core/base/errors.ts";

export const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

export const failed: Outcome = { ok: false, code: "EXCHANGE_REFUSED", reason: `invalid_grant for ${TOKEN}` };
export const exchange = (outcome: Outcome): AuditEvent =>
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
export const change = (action: AccessChange["action"], outcome: Outcome): AuditEvent =>
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
    reason: "main: ref as required",
  });
export const call = (method: string, outcome: Outcome): AuditEvent =>
  apiCallEvent({
    outcome,
    method,
    url: "https://adb-1.azuredatabricks.net/api/2.1/unity-catalog/permissions/credential/hr?x=1",
    status: 200,
    requestId: "req",
    caller: "r",
    runner: "runner-1",
  });

export const scan = (blocking: boolean): AuditEvent =>
  scanEvent({
    host: "https://adb-1.azuredatabricks.net",
    runner: "runner-1",
    accepted: 1,
    findings: [
      { rule: "databricks-personal-access-token", file: "a.py", line: 3, fingerprint: "f0", blocking },
    ],
  });

export const attestation = (grade: Attestation["grade"]): AuditEvent =>
  attestationEvent({
    job: "nightly",
    jobId: "528910734205101",
    principal: "a",
    grade,
    words: grade,
    checks: [{ name: "run-as", grade, says: "it runs as a" }],
    bundle: "lake",
    target: "prod",
  });

export const resource = (change: ResourceChange["change"], outcome: ResourceChange["outcome"]): AuditEvent =>
  resourceChangeEvent({
    change,
    outcome,
    kind: "jobs",
    resource: "jobs.nightly",
    id: change === "deleted" ? undefined : "7",
    fields: ["tasks"],
    bundle: "lake",
    target: "prod",
    command: "deploy",
  });

export const refused = new SecretlessError("WRONG_PRINCIPAL", {
  problem: `Another one: ${TOKEN}.`,
  actual: "b",
});

export const KINDS: readonly (readonly [string, AuditEvent])[] = [
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
  ["an allowed entry", change("allowed", { ok: true })],
  ["an entry that stays", change("unchanged", { ok: true })],
  ["a denied entry that the policy keeps", change("kept", { ok: true })],
  ["a proven scope", attestation("proven")],
  ["an unproven scope", attestation("unproven")],
  ["a broken scope", attestation("broken")],
  ["a created resource", resource("created", { ok: true })],
  ["a resource that could not be changed", resource("changed", failed)],
  ["a resource of which nothing is known", resource("changed", "unknown")],
  ["a deleted resource", resource("deleted", { ok: true })],
  ["a refusal", refusalEvent(refused, { command: "deploy", host: "https://adb-1.example", runner: "r" })],
];
