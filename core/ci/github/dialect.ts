import { claimsByName, type Dialect, type UntrustedEvent } from "../dialect.ts";
import { isOpenToAnybody } from "./events.ts";
import { gitHubServer } from "./issuer.ts";

/** Source: docs.github.com, "OpenID Connect reference", section "Understanding the OIDC token". */
const CLAIMS = {
  repository: "repository",
  repositoryId: "repository_id",
  ref: "ref",
  environment: "environment",
  pipeline: "workflow_ref",
  actor: "actor",
  event: "event_name",
  commit: "sha",
} as const;

/** Custom properties that an organisation or enterprise has made claims (docs.github.com, REST, "Actions OIDC"). */
const PROPERTY = "repo_property_";

function propertiesOf(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const found = Object.entries(payload).filter(([claim]) => claim.startsWith(PROPERTY));
  const texts = found.filter((one): one is [string, string] => typeof one[1] === "string");
  return Object.fromEntries(texts.map(([claim, value]) => [claim.slice(PROPERTY.length), value]));
}

/** Runs with the rights of the base repository, on what anybody proposes. */
function untrusted(event: string | undefined): UntrustedEvent | undefined {
  if (event !== "pull_request_target") return undefined;
  return {
    event,
    remedy:
      "Run this command on push, workflow_dispatch or release. For pull requests use the event pull_request with " +
      "`command: plan` and a service principal that can only read.",
  };
}

export const GITHUB: Dialect = {
  name: "github",
  title: "GitHub Actions",
  choosesAudience: false,
  connections: false,
  inputLabel: (name) => name,
  pipelineClaims(payload) {
    const properties = propertiesOf(payload);
    return {
      ...claimsByName(payload, CLAIMS),
      ...(Object.keys(properties).length > 0 && { properties }),
    };
  },
  // An enterprise may have an issuer of its own below GitHub's; GitHub's own keys sign its tokens, too.
  isOwnIssuer(issuer, issuers) {
    const server = gitHubServer(issuer);
    return issuers.some((one) => one === issuer || (server !== undefined && gitHubServer(one) === server));
  },
  untrustedRun: (environment) => untrusted(environment["GITHUB_EVENT_NAME"]),
  untrustedToken: ({ event }) => untrusted(event),
  expressions: [
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "GitHub evaluates expressions in the workflow file alone, not in what a variable, a file or another step's output holds: write the value itself there.",
    ],
  ],
  whyEmpty:
    "If it comes from `vars.…` or `secrets.…`: what belongs to an environment is there only in a job with `environment: <name>`; what belongs to the organisation must be open to this repository. GitHub gives an empty text for a name that it does not know.",
  credentials: [
    [/^ACTIONS_/, "a means of the CI to get ID tokens"],
    [/^(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN$/, "the token of the CI job"],
    [/^(?:INPUT|STATE)_/, "an input or the state of a step"],
    [
      /^GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/,
      "a file through which the bundle's code could change later steps",
    ],
    [
      /^RUNNER_TRACKING_ID$/,
      "the mark by which the runner ends processes, a deployment in progress among them",
    ],
  ],
  // Source: actions/runner, JobExtension.cs and ProcessInvoker.cs.
  tracking: "RUNNER_TRACKING_ID",
  // Source: docs.github.com, "Variables reference", section "Default environment variables".
  facts:
    /^GITHUB_(?:SHA|REF(?:_\w+)?|HEAD_REF|BASE_REF|RUN_\w+|REPOSITORY(?:_\w+)?|SERVER_URL|WORKFLOW(?:_\w+)?|JOB|EVENT_NAME|ACTOR(?:_ID)?)$/,
  // `::name::` at the start of a line, `##[name]` anywhere.
  logMarkers: [
    [/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: "],
    [/#(?=#\[)/g, "# "],
  ],
  readable: (subject) => subject,
  isOpenToAnybody,
  advise: async (claims) => (await import("./hints.ts")).subjectAdvice(claims),
  ownAudiences: [],
  entraNotes: {
    issuer: "",
    signature: "GitHub Enterprise Server publishes them at /_services/token/.well-known/jwks.",
  },
  explain: async (refused) => (await import("./hints.ts")).githubHint(refused),
};
