import { isForkBuild } from "./fork.ts";
import { claimsByName, type Dialect } from "../dialect.ts";
import { ENTRA_ISSUER_AUDIENCE, readableSubject, subjectKind } from "./subject.ts";

/**
 * Pipeline tokens (`sub` p://organisation/project/pipeline) prove no environment, actor or event (gravitational/teleport,
 * rfd/0211: real tokens).
 */
const CLAIMS = { repository: "rpo_uri", repositoryId: "rpo_id", ref: "rpo_ref", commit: "rpo_ver" } as const;

export const AZURE_DEVOPS: Dialect = {
  name: "azure-devops",
  title: "Azure Pipelines",
  choosesAudience: true,
  connections: true,
  inputLabel: (name) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  pipelineClaims(payload) {
    const { sub } = payload;
    const pipeline = typeof sub === "string" && subjectKind(sub) === "pipeline" ? { pipeline: sub } : {};
    return { ...claimsByName(payload, CLAIMS), ...pipeline };
  },
  isOwnIssuer: (issuer, issuers) => issuers.includes(issuer),
  untrustedRun(environment) {
    if (!isForkBuild(environment)) return undefined;
    return {
      event: "pull request from a fork",
      remedy:
        "Run this command on the branch after the merge. For pull requests use `command: plan` and a service principal that can only read.",
    };
  },
  untrustedToken: () => undefined,
  // Source: learn.microsoft.com, "Define variables", section "Understand variable syntax".
  expressions: [
    [
      /\$\([^()\n]+\)/g,
      "Azure Pipelines leaves a macro as it is when no variable has this name: the name is misspelt, its variable group is not named under `variables`, the variable belongs to another stage or job, or a step sets it that has not run yet or sets it with `isOutput` (then its name is `<step>.<variable>`). A value that really holds this text goes into `variables-file`.",
    ],
    [
      /\$\[[^\]\n]+\]/g,
      "Azure Pipelines evaluates `$[…]` only as the whole value of a variable under `variables`: put it there, and write `$(<variable>)` here.",
    ],
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "Azure Pipelines evaluates `${{…}}` when it reads the YAML; in a variable of the pipeline's settings, of a variable group or of a step it stays as it is. Write the value itself there.",
    ],
  ],
  whyEmpty:
    "If it comes from a variable: one of a variable group is there only where `variables` names the group, and one that a step sets only in later steps of the same job.",
  credentials: [
    [/^SYSTEM_OIDC/, "a means of the CI to get ID tokens"],
    [/^SYSTEM_ACCESSTOKEN$/, "the token of the CI job"],
    [/^AZURE_DEVOPS_EXT_|^AZP_TOKEN|^VSTS_|^VSS_CREDENTIALS/, "a credential of the CI"],
    [/^(?:ENDPOINT|SECRET|SECUREFILE)_/, "a service connection or secret of the agent"],
  ],
  // Source: azure-pipelines-agent, JobExtension.cs.
  tracking: "VSTS_PROCESS_LOOKUP_ID",
  // Predefined variables alone, as a pipeline may have its own that begin with BUILD_. Source: learn.microsoft.com, "Use
  // predefined variables", section "Build variables"; without the repository's URI, which can hold a credential.
  facts:
    /^BUILD_(?:BUILDID|BUILDNUMBER|BUILDURI|DEFINITIONNAME|DEFINITIONVERSION|REASON|QUEUEDBY(?:ID)?|REQUESTEDFOR(?:ID|EMAIL)?|REPOSITORY_(?:ID|NAME|PROVIDER)|SOURCEBRANCH(?:NAME)?|SOURCEVERSION(?:MESSAGE|AUTHOR)?|SOURCESDIRECTORY)$/,
  // `##vso[…]` anywhere, `##[…]` at the start of a line.
  logMarkers: [[/#(?=#(?:vso)?\[)/gi, "# "]],
  readable: readableSubject,
  isOpenToAnybody: () => false,
  advise: () => Promise.resolve(undefined),
  // Tokens of service connections at the Entra issuer have its own identifier as audience.
  ownAudiences: [ENTRA_ISSUER_AUDIENCE],
  entraNotes: {
    issuer:
      "After an Azure DevOps connection was converted, the issuer is https://login.microsoftonline.com/<tenant>/v2.0.",
    signature: "",
  },
  async explain({ field, presented }) {
    const { azureDevOpsHint } = await import("./hints.ts");
    return { remedy: azureDevOpsHint(field, subjectKind(presented.subject)) };
  },
};
