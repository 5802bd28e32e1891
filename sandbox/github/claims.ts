import type { JsonObject } from "../http/json.ts";

type GitHubEventName =
  | "push"
  | "workflow_dispatch"
  | "schedule"
  | "release"
  | "pull_request"
  | "pull_request_target"
  | "merge_group";

/** What happened in which repository; everything has a default: a push to main of example-org/lake. */
export interface GitHubEvent {
  readonly event?: GitHubEventName;
  /** `owner/name`. */
  readonly repository?: string;
  /** The job's environment; default `prod` except for pull requests. `""` for none. */
  readonly environment?: string;
  /** Full ref, such as `refs/heads/main`; for pull requests `refs/pull/7/merge`. */
  readonly ref?: string;
  readonly sha?: string;
  readonly actor?: string;
  readonly workflow?: string;
  /** `immutable`: names with ids, `repo:owner@1/name@2:…`, the default of new repositories since July 2026. */
  readonly subjectFormat?: "names" | "immutable";
}

const OWNER_ID = "16543210";
const REPOSITORY_ID = "734912856";

/**
 * The claims of a GitHub Actions ID token, but for `iss`, `aud`, `jti` and the times.
 * https://docs.github.com/actions/reference/security/oidc
 */
export function githubClaims(event: GitHubEvent = {}): JsonObject {
  const {
    event: name = "push",
    repository = "example-org/lake",
    actor = "octo-dev",
    workflow = "deploy",
  } = event;
  const pullRequest = name === "pull_request" || name === "pull_request_target";
  const environment = event.environment ?? (pullRequest ? "" : "prod");
  const ref = event.ref ?? (name === "pull_request" ? "refs/pull/7/merge" : "refs/heads/main");
  const sha = event.sha ?? "4f1c2d7a9b3e5068c7d4a1f2e8b6093d5c7a1e40";
  const owner = repository.split("/")[0] ?? "";
  const workflowRef = `${repository}/.github/workflows/${workflow}.yml@${ref}`;
  return {
    sub: `${subjectPrefix(repository, event.subjectFormat ?? "names")}:${context(name, environment, ref)}`,
    ref,
    sha,
    repository,
    repository_owner: owner,
    repository_owner_id: OWNER_ID,
    run_id: "19873465012",
    run_number: "214",
    run_attempt: "1",
    repository_visibility: "private",
    repository_id: REPOSITORY_ID,
    actor_id: "48213377",
    actor,
    workflow,
    head_ref: pullRequest ? "feature/orders" : "",
    base_ref: pullRequest ? "main" : "",
    event_name: name,
    ref_protected: pullRequest ? "false" : "true",
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    workflow_ref: workflowRef,
    workflow_sha: sha,
    job_workflow_ref: workflowRef,
    job_workflow_sha: sha,
    runner_environment: "github-hosted",
    ...(environment === "" ? {} : { environment, environment_node_id: "EN_kwDOK82vGM5Yx3Zt" }),
  };
}

function subjectPrefix(repository: string, format: "names" | "immutable"): string {
  const [owner = "", name = ""] = repository.split("/");
  return format === "names" ? `repo:${owner}/${name}` : `repo:${owner}@${OWNER_ID}/${name}@${REPOSITORY_ID}`;
}

/** An environment comes before the kind of event; colons in its name are encoded. */
function context(name: GitHubEventName, environment: string, ref: string): string {
  if (environment !== "") return `environment:${environment.replaceAll(":", "%3A")}`;
  return name === "pull_request" ? "pull_request" : `ref:${ref}`;
}
