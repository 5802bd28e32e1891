import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/access/scope/proof.ts
var CHECKS = {
  "run-as": "the job runs as a service principal of its own",
  exclusive: "no other job, pipeline, app or endpoint runs as it",
  "principal-users": "nobody outside principal_users may act as it",
  "oauth-secrets": "it has no OAuth secrets",
  "federation-policies": "no outside workload can sign in as it",
  editors: "who may change what the job runs is known",
  credential: "the credential has no other user"
};
var ORDER = ["proven", "unproven", "broken"];
function worst(grades) {
  return ORDER[Math.max(0, ...grades.map((grade) => ORDER.indexOf(grade)))] ?? "broken";
}
function scopeWords(proof) {
  if (proof.grade === "broken") return "broken";
  const what = proof.group.length > 0 ? `group-scoped (${proof.group.join(", ")})` : "job-scoped";
  if (proof.grade === "unproven") return "unproven";
  return proof.checks.some(({ later }) => later) ? "not broken so far; to be proven after the deployment" : `${what}: proven`;
}

export {
  CHECKS,
  worst,
  scopeWords
};
