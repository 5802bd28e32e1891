import { SecretlessError, type Mistake } from "../errors.ts";
import { readableSubject } from "../identity/azure-devops-subject.ts";
import type { Claims } from "../identity/claims.ts";
import { parseSubject, type GitHubSubject } from "../identity/subject.ts";
import { azureDevOpsHint } from "./azure-devops-hints.ts";
import type { DatabricksExchangeOptions } from "./databricks.ts";
import { policyCommand, type PolicyClaims } from "./policy-command.ts";
import type { TokenRefusal } from "./token-response.ts";

interface Cause {
  readonly problem: string;
  readonly remedy: string;
}

const FIELDS = ["issuer", "subject", "audience"] as const;

/**
 * `EXCHANGE_REFUSED` for a refusal by Databricks: the claims presented beside those that would be accepted, the cause
 * where it can be told, and the commands that add the missing policy.
 */
export function explainRefusal(
  refusal: TokenRefusal,
  claims: Claims,
  options: Pick<DatabricksExchangeOptions, "tokenEndpoint" | "clientId" | "host" | "accountId" | "audience">,
): SecretlessError {
  const presented: PolicyClaims = {
    issuer: claims.issuer,
    subject: claims.subject,
    audience: claims.audience[0] ?? options.audience,
  };
  const accepted = parseAccepted(refusal.description);
  if (!isAboutPolicies(refusal)) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: `${options.tokenEndpoint} did not exchange the ID token.`,
      expected: "an access token, or a refusal that names a policy",
      actual: answerText(refusal),
      remedy:
        "Check that the input host is the URL of a workspace with token federation (Databricks Free Edition has none), " +
        "and that no proxy answers in its place.",
      mistakes: comparison(presented, undefined),
    });
  }
  const { problem, remedy } = causeOf(refusal, presented, accepted, options.clientId);
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Databricks does not accept this ID token for service principal ${options.clientId}: ${problem}`,
    actual: answerText(refusal),
    remedy: `${remedy}\n${policyCommand(presented, options)}`,
    mistakes: comparison(presented, accepted),
  });
}

/** `{issuer: '…', subject: '…', audience: '…'}`; any of them may be missing. */
export function parseAccepted(description: string): Partial<PolicyClaims> | undefined {
  const [, list] = /Valid federation polic(?:y|ies) for provided token:\s*\{(.*)\}/s.exec(description) ?? [];
  if (list === undefined) return undefined;
  const accepted: { -readonly [Field in keyof PolicyClaims]?: string } = {};
  for (const field of FIELDS) {
    // A value ends at the quote that stands before the next field or the end: it may hold quotes itself.
    const [, value] =
      new RegExp(`\\b${field}: '(.*?)'(?=, (?:issuer|subject|audience): '|\\}|$)`, "s").exec(list) ?? [];
    if (value !== undefined && value !== "") accepted[field] = value;
  }
  return accepted;
}

function isAboutPolicies({ error, description }: TokenRefusal): boolean {
  return (
    error === "invalid_grant" ||
    error === "invalid_client" ||
    /TOKEN_\w*INVALID|federation policy/.test(description)
  );
}

function answerText({ status, error, description }: TokenRefusal): string {
  return `status ${status}: ${error === "" ? "" : `${error}: `}${description}`;
}

function comparison(presented: PolicyClaims, accepted: Partial<PolicyClaims> | undefined): Mistake[] {
  return FIELDS.map((field) => {
    const wanted = accepted?.[field];
    const actual = readableSubject(presented[field]);
    if (wanted === undefined) return { problem: `${field} presented`, actual };
    if (wanted === presented[field]) return { problem: `${field} as a policy must name it`, actual };
    return { problem: `${field} differs`, expected: readableSubject(wanted), actual };
  });
}

function causeOf(
  { description }: TokenRefusal,
  presented: PolicyClaims,
  accepted: Partial<PolicyClaims> | undefined,
  clientId: string,
): Cause {
  const differs = (field: keyof PolicyClaims) =>
    accepted?.[field] !== undefined && accepted[field] !== presented[field];
  if (/TOKEN_EXPIRED/.test(description)) {
    return {
      problem: "it has expired.",
      remedy:
        "Run the job again. If it comes back, correct the clock of the runner. If there is no policy yet, add it:",
    };
  }
  if (differs("issuer")) {
    return {
      problem: "its issuer is another one than the policy's.",
      remedy:
        azureDevOpsHint("issuer", presented) ??
        "The policy belongs to another CI or another GitHub server. Add one for this issuer:",
    };
  }
  if (differs("audience") || /TOKEN_AUDIENCE_INVALID/.test(description)) {
    return {
      problem: "its audience is another one than the policy's.",
      remedy:
        azureDevOpsHint("audience", presented) ??
        (accepted?.audience === undefined
          ? "Set the input audience to what the policy names"
          : `Set the input audience to ${accepted.audience}`) +
          ", or add a policy for the audience presented:",
    };
  }
  const subjectIsWrong = differs("subject") || /TOKEN_SUBJECT_INVALID/.test(description);
  const wanted = differs("subject") ? accepted?.subject : undefined;
  const cause =
    (wanted !== undefined && subjectDifference(presented.subject, wanted)) || subjectHint(presented);
  if (subjectIsWrong)
    return { problem: `its subject is another one than the policy's${cause.problem}.`, remedy: cause.remedy };
  return {
    problem: "no federation policy of this service principal fits.",
    remedy:
      `Check that ${clientId} is the application ID of the service principal that has the policy, and that the policy ` +
      `was not written less than two minutes ago. ${cause.remedy}`,
  };
}

/** What differs between two subjects of GitHub, in words that continue "… another one than the policy's". */
function subjectDifference(presented: string, wanted: string): Cause | undefined {
  if (presented.toLowerCase() === wanted.toLowerCase()) {
    return {
      problem: " in upper and lower case alone",
      remedy: "Subjects are compared exactly. Add a policy for this one:",
    };
  }
  const [ours, theirs] = [parseSubject(presented), parseSubject(wanted)];
  if (ours.kind === "custom" || theirs.kind === "custom") return undefined;
  if (
    `${ours.owner}/${ours.repository}`.toLowerCase() !== `${theirs.owner}/${theirs.repository}`.toLowerCase()
  ) {
    return {
      problem: ` (it names ${theirs.owner}/${theirs.repository})`,
      remedy:
        "The policy is for another repository, or this one was renamed. If this repository may deploy, add a policy:",
    };
  }
  if (ours.kind !== theirs.kind) {
    const wantedJob =
      theirs.kind === "environment"
        ? `give the job \`environment: ${theirs.environment}\``
        : `let the job run ${theirs.kind === "ref" ? `on ${theirs.ref}` : "for a pull request"}, without \`environment:\``;
    return {
      problem: `: this job is known by ${contextOf(ours)}, the policy is for ${contextOf(theirs)}`,
      remedy: `Either ${wantedJob}, or add a policy for this subject:`,
    };
  }
  if (contextOf(ours) !== contextOf(theirs)) {
    return {
      problem: `: this job is known by ${contextOf(ours)}, the policy is for ${contextOf(theirs)}`,
      remedy: `If ${contextOf(ours)} may deploy, add a policy:`,
    };
  }
  const form = ours.ownerId === undefined ? "names without IDs" : "the immutable form with IDs";
  return {
    problem: `: it has ${form}, the policy's has not`,
    remedy:
      "GitHub writes IDs into the subjects of repositories that were created, renamed or transferred since 15 July 2026, " +
      "or that chose so. Add a policy for this subject, and delete the old one:",
  };
}

/** What to say where Databricks does not tell the policy's subject. */
function subjectHint(presented: PolicyClaims): Cause {
  const subject = parseSubject(presented.subject);
  const remedies: Readonly<Record<typeof subject.kind, string>> = {
    environment:
      "The job has an `environment:`, so its subject names that and no branch; upper and lower case count. Add the policy:",
    ref: "The job has no `environment:`, so its subject names the branch or tag. If the policy is for an environment, add `environment:` to the job; else add the policy:",
    pull_request:
      "This is a pull request's run. A policy for its subject lets every pull request of this repository act as the " +
      "service principal: use a separate one that can only read. The policy for it:",
    custom: azureDevOpsHint("subject", presented) ?? "Add the policy:",
  };
  return { problem: "", remedy: remedies[subject.kind] };
}

function contextOf(subject: GitHubSubject): string {
  if (subject.kind === "environment") return `environment ${subject.environment}`;
  return subject.kind === "ref" ? subject.ref : "pull_request";
}
