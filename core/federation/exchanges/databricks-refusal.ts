import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { readableSubject } from "../../ci/azure-devops/subject.ts";
import type { Claims, PolicyClaims } from "../../ci/claims.ts";
import { subjectAdvice } from "../../ci/github/subject-advice.ts";
import { azureDevOpsHint } from "../../ci/azure-devops/hints.ts";
import { subjectDifference, subjectHint } from "../../ci/github/subject-difference.ts";
import { policyCommand } from "./policy-command.ts";
import type { TokenRefusal } from "../token-response.ts";

/** The exchange that was refused. */
export interface RefusedExchange {
  readonly tokenEndpoint: string;
  readonly audience: string;
  /** Application ID of the service principal that has the federation policy. */
  readonly clientId: string;
  /** Origin of the workspace and its account, for the command in the error. */
  readonly host: string;
  readonly accountId: string | undefined;
}

interface Cause {
  /** Ends the sentence "Databricks does not accept this ID token for service principal …: ". */
  readonly problem: string;
  /** Ends with what introduces the commands. */
  readonly remedy: string;
  /** The claim to blame, where Databricks names one. */
  readonly field?: keyof PolicyClaims;
}

/** For a pull request's run no command names the principal that deploys: nobody shall paste that one. */
const OTHER_PRINCIPAL = "<application ID of a service principal that can only read>";

const FIELDS = ["issuer", "subject", "audience"] as const;

/**
 * `EXCHANGE_REFUSED` for a refusal by Databricks: the claims presented beside those that would be accepted, the cause
 * where it can be told, and the commands that add the missing policy.
 */
export function explainRefusal(
  refusal: TokenRefusal,
  claims: Claims,
  options: RefusedExchange,
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
  const { problem, remedy, field } = causeOf(refusal, presented, accepted, options.clientId);
  const advice = subjectAdvice(claims);
  // A foreign issuer and a foreign audience have remedies of their own; all else ends in a policy for this subject.
  const text = field === "issuer" || field === "audience" ? remedy : (advice?.remedy ?? remedy);
  const clientId = advice?.otherPrincipal === true ? OTHER_PRINCIPAL : options.clientId;
  const trusted = { ...presented, subject: advice?.subject ?? presented.subject };
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Databricks does not accept this ID token for service principal ${options.clientId}: ${problem}`,
    actual: answerText(refusal),
    remedy: `${text}\n${policyCommand(trusted, { ...options, clientId })}`,
    mistakes: comparison(presented, accepted, field),
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

function comparison(
  presented: PolicyClaims,
  accepted: Partial<PolicyClaims> | undefined,
  blamed?: keyof PolicyClaims,
): Mistake[] {
  return FIELDS.map((field) => {
    const wanted = accepted?.[field];
    const actual = readableSubject(presented[field]);
    const expected = wanted === undefined ? undefined : readableSubject(wanted);
    if (expected !== undefined && expected !== actual)
      return { problem: `${field} differs`, expected, actual };
    // Databricks often repeats the token's own claims: what a fitting policy would say.
    if (field === blamed) return { problem: `${field} is in no policy`, actual };
    return {
      problem: expected === undefined ? `${field} presented` : `${field} as a policy must name it`,
      actual,
    };
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
      field: "issuer",
      problem: "its issuer is another one than the policy's.",
      remedy:
        azureDevOpsHint("issuer", presented.subject) ??
        "The policy belongs to another CI or another GitHub server. Add one for this issuer:",
    };
  }
  if (differs("audience") || /TOKEN_AUDIENCE_INVALID/.test(description)) {
    const wanted = differs("audience") ? accepted?.audience : undefined;
    return {
      field: "audience",
      problem: "its audience is another one than the policy's.",
      remedy:
        azureDevOpsHint("audience", presented.subject) ??
        `Set the input audience to ${wanted ?? "what the policy names"}, or add a policy for the audience presented:`,
    };
  }
  if (differs("subject") || /TOKEN_SUBJECT_INVALID/.test(description)) {
    const wanted = differs("subject") ? accepted?.subject : undefined;
    const difference = wanted === undefined ? undefined : subjectDifference(presented.subject, wanted);
    return {
      field: "subject",
      problem: `its subject is another one than the policy's${difference?.detail ?? ""}.`,
      remedy: difference?.remedy ?? subjectHint(presented.subject),
    };
  }
  return {
    problem: "no federation policy of this service principal fits.",
    remedy:
      `Check that ${clientId} is the application ID of the service principal that has the policy, and that the policy ` +
      `was not written less than two minutes ago. ${subjectHint(presented.subject)}`,
  };
}
