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
