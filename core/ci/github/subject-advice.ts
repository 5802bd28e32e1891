import type { Claims } from "../pipeline-claims.ts";
import type { SubjectAdvice } from "../dialect.ts";
import { parseSubject } from "./subject.ts";

export const PULL_REQUEST =
  "This is a pull request's run. A policy for its subject lets every pull request of this repository act as the " +
  "service principal: use a separate one that can only read, and add the policy there:";

const PASSING: readonly (readonly [RegExp, string])[] = [
  [/^refs\/tags\//, "A policy for this subject would let this one tag deploy, and no later one."],
  [
    /^refs\/heads\/gh-readonly-queue\//,
    "This is a run of the merge queue: its branch is gone in a minute, and the next one has another name.",
  ],
];

/**
 * Runs for whose subject nobody should write a policy: those of pull requests, also where an organisation has its own form
 * of subjects, and those whose ref is never seen again. undefined for all others.
 */
export function subjectAdvice(claims: Pick<Claims, "subject" | "event" | "ref">): SubjectAdvice | undefined {
  const subject = parseSubject(claims.subject);
  const names = claims.subject.split(":");
  const isPullRequest =
    subject.kind === "pull_request" ||
    /^pull_request/.test(claims.event ?? "") ||
    /^refs\/pull\//.test(claims.ref ?? "") ||
    names.some((name) => name === "pull_request" || name.startsWith("refs/pull/"));
  if (isPullRequest) return { remedy: PULL_REQUEST, otherPrincipal: true };
  const ref = subject.kind === "ref" ? subject.ref : names.find((name) => name.startsWith("refs/"));
  const passing = PASSING.find(([form]) => ref !== undefined && form.test(ref));
  if (passing === undefined) return undefined;
  const [, why] = passing;
  const [before] = claims.subject.split(/:ref:/);
  return {
    remedy: `${why} Give the job an \`environment:\` that says which branches and tags may use it, and add the policy for the subject that the job has then:`,
    subject: `${before ?? ""}:environment:<name of the environment>`,
    otherPrincipal: false,
  };
}
