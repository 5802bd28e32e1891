/** The subject (`sub`) of a GitHub ID token, taken apart. */
export type Subject = GitHubSubject | { readonly kind: "custom" };

export type GitHubSubject = SubjectRepository &
  (
    | { readonly kind: "environment"; readonly environment: string }
    | { readonly kind: "ref"; readonly ref: string }
    | { readonly kind: "pull_request" }
  );

interface SubjectRepository {
  readonly owner: string;
  readonly repository: string;
  /** In the immutable form alone (the default for repositories created, renamed or transferred since 15 July 2026). */
  readonly ownerId?: string;
  readonly repositoryId?: string;
}

const REPOSITORY = /^repo:([\w.-]+)\/([\w.-]+):(.+)$/s;
const IMMUTABLE_REPOSITORY = /^repo:([\w.-]+)@(\d+)\/([\w.-]+)@(\d+):(.+)$/s;

/**
 * Reads `repo:<owner>/<repository>:<context>` and `repo:<owner>@<id>/<repository>@<id>:<context>`, where the context is
 * `environment:<name>`, `ref:<ref>` or `pull_request`. Anything else is an organisation's own template: `custom`.
 * Source: docs.github.com, "OpenID Connect reference", sections "Example subject claims" and "Customizing the token claims".
 */
export function parseSubject(subject: string): Subject {
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

function withContext(repository: SubjectRepository, context: string): Subject {
  if (context === "pull_request") return { ...repository, kind: "pull_request" };
  // A second colon comes from a template with more claims: GitHub writes colons inside values as %3A.
  const [, name, value = ""] = /^(environment|ref):([^:]+)$/s.exec(context) ?? [];
  if (name === "ref") return { ...repository, kind: "ref", ref: value };
  if (name === "environment") return { ...repository, kind: "environment", environment: decoded(value) };
  return { kind: "custom" };
}

function decoded(value: string): string {
  return value.replace(/%3A/gi, ":");
}
