import "./chunk-U4GNHYLL.js";

// core/ci/github/subject.ts
var REPOSITORY = /^repo:([\w.-]+)\/([\w.-]+):(.+)$/s;
var IMMUTABLE_REPOSITORY = /^repo:([\w.-]+)@(\d+)\/([\w.-]+)@(\d+):(.+)$/s;
function parseSubject(subject) {
  const plain = REPOSITORY.exec(subject);
  if (plain) {
    const [, owner = "", repository = "", context = ""] = plain;
    return withContext({ owner, repository }, context);
  }
  const immutable = IMMUTABLE_REPOSITORY.exec(subject);
  if (immutable) {
    const [, owner = "", ownerId = "", repository = "", repositoryId = "", context = ""] = immutable;
    return withContext({ owner, ownerId, repository, repositoryId }, context);
  }
  return { kind: "custom" };
}
function withContext(repository, context) {
  if (context === "pull_request") return { ...repository, kind: "pull_request" };
  const [, name, value = ""] = /^(environment|ref):([^:]+)$/s.exec(context) ?? [];
  if (name === "ref") return { ...repository, kind: "ref", ref: value };
  if (name === "environment") return { ...repository, kind: "environment", environment: decoded(value) };
  return { kind: "custom" };
}
function decoded(value) {
  return value.replace(/%3A/gi, ":");
}

// core/ci/github/subject-advice.ts
var PULL_REQUEST = "This is a pull request's run. A policy for its subject lets every pull request of this repository act as the service principal: use a separate one that can only read, and add the policy there:";
var PASSING = [
  [/^refs\/tags\//, "A policy for this subject would let this one tag deploy, and no later one."],
  [
    /^refs\/heads\/gh-readonly-queue\//,
    "This is a run of the merge queue: its branch is gone in a minute, and the next one has another name."
  ]
];
function subjectAdvice(claims) {
  const subject = parseSubject(claims.subject);
  const names = claims.subject.split(":");
  const isPullRequest = subject.kind === "pull_request" || /^pull_request/.test(claims.event ?? "") || /^refs\/pull\//.test(claims.ref ?? "") || names.some((name) => name === "pull_request" || name.startsWith("refs/pull/"));
  if (isPullRequest) return { remedy: PULL_REQUEST, otherPrincipal: true };
  const ref = subject.kind === "ref" ? subject.ref : names.find((name) => name.startsWith("refs/"));
  const passing = PASSING.find(([form]) => ref !== void 0 && form.test(ref));
  if (passing === void 0) return void 0;
  const [, why] = passing;
  const [before] = claims.subject.split(/:ref:/);
  return {
    remedy: `${why} Give the job an \`environment:\` that says which branches and tags may use it, and add the policy for the subject that the job has then:`,
    subject: `${before ?? ""}:environment:<name of the environment>`,
    otherPrincipal: false
  };
}

// core/ci/github/subject-difference.ts
var IDS = "GitHub writes IDs into the subjects of repositories that were created, renamed or transferred since 15 July 2026, or that chose so.";
function subjectDifference(presented, wanted) {
  if (presented.toLowerCase() === wanted.toLowerCase()) {
    return {
      detail: " in upper and lower case alone",
      remedy: "Subjects are compared exactly. Add a policy for this one:"
    };
  }
  const [ours, theirs] = [parseSubject(presented), parseSubject(wanted)];
  if (ours.kind === "custom" || theirs.kind === "custom") return void 0;
  const repository = repositoryDifference(ours, theirs);
  if (repository) return repository;
  if (contextOf(ours) !== contextOf(theirs)) {
    return {
      detail: `: this job is known by ${contextOf(ours)}, the policy is for ${contextOf(theirs)}`,
      remedy: ours.kind === "pull_request" ? PULL_REQUEST : `Either ${jobFor(theirs)}, or add a policy for this subject:`
    };
  }
  return {
    detail: ours.ownerId === void 0 ? ": the policy's has IDs, this one has none" : ": it has IDs, the policy's has none",
    remedy: `${IDS} Add a policy for this subject, and delete the old one:`
  };
}
function subjectHint(presented) {
  const subject = parseSubject(presented);
  if (subject.kind === "custom") return "Add the policy:";
  if (subject.kind === "pull_request") return PULL_REQUEST;
  const ids = subject.ownerId === void 0 ? "" : `${IDS} A policy of before has none. `;
  return (subject.kind === "environment" ? "The job has an `environment:`, so its subject names that and no branch; upper and lower case count. " : "The job has no `environment:`, so its subject names the branch or tag; if the policy is for an environment, add `environment:` to the job. ") + `${ids}Add the policy:`;
}
function repositoryDifference(ours, theirs) {
  const name = ({ owner, repository }) => `${owner}/${repository}`;
  if (name(ours).toLowerCase() !== name(theirs).toLowerCase()) {
    return {
      detail: ` (that names ${name(theirs)})`,
      remedy: "The policy is for another repository, or this one was renamed. If this repository may deploy, add a policy:"
    };
  }
  const bothHaveIds = ours.ownerId !== void 0 && theirs.ownerId !== void 0;
  if (!bothHaveIds || ours.ownerId === theirs.ownerId && ours.repositoryId === theirs.repositoryId)
    return void 0;
  return {
    detail: ": another repository had this name when the policy was written",
    remedy: "Find out who owns this repository now. If it may deploy, add a policy:"
  };
}
function jobFor(wanted) {
  if (wanted.kind === "environment") return `give the job \`environment: ${wanted.environment}\``;
  return `let the job run ${wanted.kind === "ref" ? `on ${wanted.ref}` : "for a pull request"}, without \`environment:\``;
}
function contextOf(subject) {
  if (subject.kind === "environment") return `environment ${subject.environment}`;
  return subject.kind === "ref" ? subject.ref : "pull_request";
}

// core/ci/github/hints.ts
function githubHint({ field, presented, wanted }) {
  if (field === "issuer") {
    return { remedy: "The policy belongs to another CI or another GitHub server. Add one for this issuer:" };
  }
  if (field === "audience") {
    const right = wanted ?? "what the policy names";
    return {
      remedy: `Set the input audience to ${right}, or add a policy for the audience presented:`
    };
  }
  const difference = wanted === void 0 ? void 0 : subjectDifference(presented.subject, wanted);
  return difference ?? { remedy: subjectHint(presented.subject) };
}
export {
  githubHint,
  subjectAdvice
};
