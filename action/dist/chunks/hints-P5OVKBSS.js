import "./chunk-U4GNHYLL.js";

// core/ci/azure-devops/hints.ts
var SUBJECTS = {
  pipeline: "The subject names organisation, project and pipeline of Azure DevOps, exactly and as they are called now: a rename changes it, a branch does not. Add the policy:",
  connection: "The subject names organisation, project and service connection of Azure DevOps as they are called now: a rename changes it. Add the policy:",
  "entra-connection": "The subject holds the GUIDs of a service connection of the Entra issuer; before its conversion the connection had the subject sc://\u2026 . Add the policy:"
};
function azureDevOpsHint(field, kind) {
  if (field === "subject") return kind === void 0 ? "Add the policy:" : SUBJECTS[kind];
  return field === "audience" ? "Azure DevOps chooses the audience of its ID tokens. Add a policy for the audience presented:" : "The policy belongs to another CI or another organisation, or the service connection was converted to the Entra issuer. Add one for this issuer:";
}
export {
  azureDevOpsHint
};
