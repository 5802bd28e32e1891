import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  accessChangeEvent
} from "./chunk-YVVBPKVN.js";
import {
  scopeWords
} from "./chunk-WYB47XBF.js";
import "./chunk-U4GNHYLL.js";

// core/access/audit-trail.ts
var ACTIONS = { grant: "granted", update: "updated", withdraw: "revoked" };
function outcomeOf({ outcome, reason = "" }) {
  if (outcome === "done") return { ok: true };
  return { ok: false, code: outcome === "denied" ? "ACCESS_DENIED" : "ACCESS_FAILED", reason };
}
function auditChange(applied, plan, bundle) {
  const { change, outcome } = applied;
  const { action, name, job, purpose, target, object, decision, scope } = change;
  if (action === "unchanged" && outcome !== "denied") return void 0;
  if (action === "record" && change.phase !== "granted") return void 0;
  const jobId = bundle.jobs.find(({ key }) => key === job)?.id;
  const sha256 = plan.policy?.sha256;
  return {
    action: outcome === "denied" ? "denied" : action === "record" || action === "unchanged" ? "granted" : ACTIONS[action],
    outcome: outcomeOf(applied),
    name,
    kind: target.kind,
    description: target.describe(object),
    bundle: bundle.name,
    target: bundle.target,
    job,
    ...jobId === void 0 ? {} : { jobId },
    purpose,
    ...scope === void 0 ? {} : { principal: scope.principal },
    registrar: plan.registrarId,
    workspaceId: bundle.workspaceId,
    object,
    ...decision === void 0 ? {} : {
      decision: {
        effect: decision.effect,
        rule: decision.rule,
        reason: decision.reason,
        ...sha256 === void 0 ? {} : { policySha256: sha256 }
      }
    },
    ...scope === void 0 ? {} : {
      scope: {
        words: scopeWords(scope),
        checks: Object.fromEntries(scope.checks.map((check) => [check.name, check.grade]))
      }
    },
    revocationLag: target.revocation.lag
  };
}
function auditTrail(log, bundle) {
  return async (applied, plan) => {
    const change = auditChange(applied, plan, bundle);
    if (change !== void 0) await log.write(accessChangeEvent(change));
  };
}
export {
  auditChange,
  auditTrail
};
