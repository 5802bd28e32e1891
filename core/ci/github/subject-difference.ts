import { PULL_REQUEST } from "./subject-advice.ts";
import { parseSubject, type GitHubSubject } from "./subject.ts";

export interface SubjectDifference {
  /** Continues "its subject is another one than the policy's". */
  readonly detail: string;
  /** What to do; ends with what introduces the commands that add a policy. */
  readonly remedy: string;
}

const IDS =
  "GitHub writes IDs into the subjects of repositories that were created, renamed or transferred since 15 July 2026, " +
  "or that chose so.";

/** What differs between two subjects of GitHub; undefined where one of them is of an organisation's own form. */
export function subjectDifference(presented: string, wanted: string): SubjectDifference | undefined {
  if (presented.toLowerCase() === wanted.toLowerCase()) {
    return {
      detail: " in upper and lower case alone",
      remedy: "Subjects are compared exactly. Add a policy for this one:",
    };
  }
  const [ours, theirs] = [parseSubject(presented), parseSubject(wanted)];
  if (ours.kind === "custom" || theirs.kind === "custom") return undefined;
  const repository = repositoryDifference(ours, theirs);
  if (repository) return repository;
  if (contextOf(ours) !== contextOf(theirs)) {
    return {
      detail: `: this job is known by ${contextOf(ours)}, the policy is for ${contextOf(theirs)}`,
      remedy:
        ours.kind === "pull_request"
          ? PULL_REQUEST
          : `Either ${jobFor(theirs)}, or add a policy for this subject:`,
    };
  }
  return {
    detail:
      ours.ownerId === undefined
        ? ": the policy's has IDs, this one has none"
        : ": it has IDs, the policy's has none",
    remedy: `${IDS} Add a policy for this subject, and delete the old one:`,
  };
}

/** What to say where Databricks does not tell the policy's subject. */
export function subjectHint(presented: string): string {
  const subject = parseSubject(presented);
  if (subject.kind === "custom") return "Add the policy:";
  if (subject.kind === "pull_request") return PULL_REQUEST;
  const ids = subject.ownerId === undefined ? "" : `${IDS} A policy of before has none. `;
  return (
    (subject.kind === "environment"
      ? "The job has an `environment:`, so its subject names that and no branch; upper and lower case count. "
      : "The job has no `environment:`, so its subject names the branch or tag; if the policy is for an environment, " +
        "add `environment:` to the job. ") + `${ids}Add the policy:`
  );
}

function repositoryDifference(ours: GitHubSubject, theirs: GitHubSubject): SubjectDifference | undefined {
  const name = ({ owner, repository }: GitHubSubject) => `${owner}/${repository}`;
  if (name(ours).toLowerCase() !== name(theirs).toLowerCase()) {
    return {
      detail: ` (that names ${name(theirs)})`,
      remedy:
        "The policy is for another repository, or this one was renamed. If this repository may deploy, add a policy:",
    };
  }
  const bothHaveIds = ours.ownerId !== undefined && theirs.ownerId !== undefined;
  if (!bothHaveIds || (ours.ownerId === theirs.ownerId && ours.repositoryId === theirs.repositoryId))
    return undefined;
  return {
    detail: ": another repository had this name when the policy was written",
    remedy: "Find out who owns this repository now. If it may deploy, add a policy:",
  };
}

function jobFor(wanted: GitHubSubject): string {
  if (wanted.kind === "environment") return `give the job \`environment: ${wanted.environment}\``;
  return `let the job run ${wanted.kind === "ref" ? `on ${wanted.ref}` : "for a pull request"}, without \`environment:\``;
}

function contextOf(subject: GitHubSubject): string {
  if (subject.kind === "environment") return `environment ${subject.environment}`;
  return subject.kind === "ref" ? subject.ref : "pull_request";
}
