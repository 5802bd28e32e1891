import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  CHECKS,
  scopeWords
} from "./chunk-WYB47XBF.js";
import "./chunk-U4GNHYLL.js";

// core/access/describe.ts
function planRow({
  action,
  job,
  purpose,
  target,
  object,
  decision,
  scope,
  note = ""
}) {
  const selfReported = decision?.selfReported.length ? ` (self-reported: ${decision.selfReported.join(", ")})` : "";
  return {
    action,
    job,
    purpose,
    what: target.describe(object),
    scope: scope === void 0 ? "" : scopeWords(scope),
    decidedBy: decision === void 0 ? "" : `${decision.rule}: ${decision.reason}${selfReported}`,
    note,
    revocationLag: target.revocation.lag
  };
}
function proofLines(proof) {
  return proof.checks.flatMap((check) => [
    `${check.later === true ? "later" : check.grade}: ${CHECKS[check.name]} (${check.says})`,
    ...check.remedy === void 0 ? [] : [`  to do: ${check.remedy}`],
    ...(check.residual ?? []).map((line) => `  remains: ${line}`)
  ]);
}
function policyLine({ policy }) {
  return policy === void 0 ? "no policy file" : `${policy.path}, sha256 ${policy.sha256}`;
}
export {
  planRow,
  policyLine,
  proofLines
};
