import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/audit/event.ts
import { createHash } from "node:crypto";
function tokenSha256(token) {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
var INFORMATIONAL = 1;
var LOW = 2;
var MEDIUM = 3;
function outcomeFields(outcome) {
  if (outcome.ok) return { status_id: 1, status: "Success" };
  return { status_id: 2, status: "Failure", status_code: outcome.code, status_detail: outcome.reason };
}
var given = (name, value) => value === void 0 || value === "" ? {} : { [name]: value };
function tokenExchangeEvent(exchange) {
  const { outcome, endpoint, clientId, issuer, subject } = exchange;
  return {
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    activity_id: 1,
    activity_name: "Logon",
    severity_id: outcome.ok ? INFORMATIONAL : MEDIUM,
    ...outcomeFields(outcome),
    message: `ID token of ${subject} ${outcome.ok ? "exchanged for" : "refused as"} ${clientId}`,
    // OAuth 2.0
    auth_protocol_id: 6,
    is_remote: true,
    user: { type: "Service", type_id: 4, name: clientId, uid: clientId },
    service: { name: new URL(endpoint).host, uid: endpoint },
    session: { issuer, ...given("uid", exchange.jwtId), ...given("expiration_time", exchange.expiresAt) },
    unmapped: {
      exchange: exchange.exchange,
      issuer,
      subject,
      audience: exchange.audience,
      token_sha256: exchange.idTokenSha256,
      ...given("jti", exchange.jwtId),
      ...given("kid", exchange.keyId),
      ...given("access_token_sha256", exchange.accessTokenSha256),
      ...given("uti", exchange.uniqueTokenIdentifier)
    }
  };
}
var ENTITY_ACTIVITY = {
  granted: { activity_id: 1, activity_name: "Create" },
  updated: { activity_id: 3, activity_name: "Update" },
  revoked: { activity_id: 4, activity_name: "Delete" },
  denied: { activity_id: 1, activity_name: "Create" }
};
function accessChangeEvent(change) {
  const { action, outcome, name, kind, decision, scope } = change;
  const policy = {
    uid: name,
    name: `${change.bundle}/${change.target}/${change.job}/${change.purpose}`,
    type: kind,
    is_applied: outcome.ok && action !== "revoked",
    data: change.object
  };
  return {
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ENTITY_ACTIVITY[action],
    severity_id: outcome.ok ? action === "revoked" ? INFORMATIONAL : LOW : MEDIUM,
    ...outcomeFields(outcome),
    message: `${action}: ${change.description} (job ${change.job}, ${change.purpose})`,
    entity: { uid: name, name: change.description, type: "Policy", type_id: 5, policy },
    unmapped: {
      action,
      grant_id: name,
      kind,
      bundle: change.bundle,
      bundle_target: change.target,
      job: change.job,
      purpose: change.purpose,
      registrar: change.registrar,
      workspace_id: change.workspaceId,
      revocation_lag: change.revocationLag,
      ...given("job_id", change.jobId),
      ...given("run_as", change.principal),
      ...given("remote_ids", change.remoteIds),
      ...given("decision", decision),
      ...given("scope", scope)
    }
  };
}
var API_ACTIVITY = {
  POST: [1, "Create"],
  GET: [2, "Read"],
  PUT: [3, "Update"],
  PATCH: [3, "Update"],
  DELETE: [4, "Delete"]
};
function apiCallEvent(call) {
  const { outcome, method, url, status } = call;
  const [activity, activityName] = API_ACTIVITY[method] ?? [99, "Other"];
  const { host, pathname } = new URL(url);
  const result = outcome.ok ? {} : { error: outcome.code, error_message: outcome.reason };
  return {
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: activity,
    activity_name: activityName,
    severity_id: outcome.ok ? INFORMATIONAL : MEDIUM,
    ...outcomeFields(outcome),
    message: `${method} ${pathname}: ${outcome.ok ? "done" : outcome.code}`,
    api: {
      operation: `${method} ${pathname}`,
      service: { name: host },
      ...call.requestId === void 0 ? {} : { request: { uid: call.requestId } },
      response: { ...given("code", status), ...result }
    },
    src_endpoint: { name: call.runner },
    dst_endpoint: { name: host, hostname: host },
    unmapped: { caller: call.caller }
  };
}

export {
  tokenSha256,
  tokenExchangeEvent,
  accessChangeEvent,
  apiCallEvent
};
