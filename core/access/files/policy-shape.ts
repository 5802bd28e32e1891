import { quote } from "../../base/quote.ts";
import { UUID } from "../../base/uuid.ts";
import { isIP } from "node:net";
import {
  described,
  either,
  entries,
  list,
  object,
  oneOf,
  oneOrMore,
  optional,
  placed,
  required,
  text,
  wholeNumber,
  wrong,
  type Read,
  type Shape,
} from "../../base/yaml/shape.ts";
import { LATER_KINDS, KINDS } from "../kinds/index.ts";
import { days, timeOfDay, timeZone } from "./policy-times.ts";
import type { KindTraits } from "../kinds/kind.ts";

const applicationId = text({ pattern: UUID, says: "an application ID (UUID)" });
const arn = text({
  pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  says: "the ARN of an IAM role",
});

const registrarId = described("Application ID of the registrar, the identity that grants.", applicationId);

const providers = object({
  databricks: optional(
    described(
      "Who registers access inside of Databricks.",
      object({
        registrar_client_id: required(registrarId),
        registrar: optional(
          oneOf(
            ["apart", "together"],
            "`apart`: trust is registered by `command: access` in a job of its own; `together`: by the step that deploys.",
          ),
        ),
      }),
    ),
  ),
  entra: optional(
    described(
      "Who registers access in Entra ID.",
      object({
        registrar_client_id: required(registrarId),
        tenant_id: optional(
          described("Tenant of the applications; default: the input `tenant-id`.", applicationId),
        ),
      }),
    ),
  ),
  aws: optional(
    described(
      "Who registers access in AWS.",
      object({
        registrar_role: required(described("ARN of the role that the registrar takes.", arn)),
        audience: required(text({ description: "Audience of the ID token that AWS STS takes." })),
      }),
    ),
  ),
  vault: optional(
    described(
      "Who registers access in HashiCorp Vault or OpenBao.",
      object({
        address: required(
          text({
            pattern: /^https:\/\/[^\s/?#@]+$/,
            says: "an https URL without a path",
            description: "URL of Vault, without a path.",
          }),
        ),
        registrar_role: required(text({ description: "Role that the registrar logs in with." })),
        mount: required(text({ description: "Path of the JWT auth method." })),
      }),
    ),
  ),
});

/** A network in CIDR notation (RFC 4632, RFC 4291). */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

const network: Shape<Network> = {
  schema: { type: "string", description: "A network in CIDR notation." },
  read(node, context) {
    const value = text().read(node, context);
    if (value === undefined) return undefined;
    const [address = "", prefix = "", ...more] = value.split("/");
    const version = isIP(address);
    const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 999;
    if (version === 0 || address.includes("%") || more.length > 0 || length > (version === 4 ? 32 : 128)) {
      wrong(node, context, "a network in CIDR notation, such as 10.0.0.0/8");
      return undefined;
    }
    return { address, prefix: length, family: version === 4 ? "ipv4" : "ipv6" };
  },
};

const patterns = (description: string): Shape<readonly string[]> =>
  oneOrMore(text({ description: "`*` stands for any characters." }), description);

/** Claims hold whole names of refs: `main` would match no run, and a deny rule with it would deny none. */
const REF = /^(?:refs\/.|(?:r(?:e(?:fs?)?)?)?\*)/;
const ref: Shape<string> = {
  schema: { type: "string", pattern: REF.source, description: "`*` stands for any characters." },
  read(node, context) {
    const value = text().read(node, context);
    if (value === undefined || REF.test(value)) return value;
    wrong(
      node,
      context,
      "a whole ref, such as refs/heads/main or refs/tags/v*",
      `The claim \`ref\` of a run holds the whole name: for a branch write \`refs/heads/${quote(value)}\`, for a tag \`refs/tags/${quote(value)}\`.`,
    );
    return undefined;
  },
};

const when = object({
  repository: optional(patterns("Claim of the pipeline's ID token.")),
  ref: optional(oneOrMore(ref, "Claim of the pipeline's ID token: whole names, such as refs/heads/main.")),
  environment: optional(patterns("Claim of the pipeline's ID token.")),
  pipeline: optional(patterns("Workflow or pipeline, from the pipeline's ID token.")),
  actor: optional(patterns("Claim of the pipeline's ID token.")),
  event: optional(patterns("Claim of the pipeline's ID token.")),
  issuer: optional(patterns("Issuer of the pipeline's ID token, such as that of an enterprise.")),
  properties: optional(
    entries(
      { description: "Custom property of the repository, without `repo_property_`." },
      patterns("Claim `repo_property_<name>` of the pipeline's ID token."),
      "Custom properties of the repository that its administrators have made claims.",
    ),
  ),
  commit: optional(oneOf(["matches"], "The commit of the ID token is the one checked out.")),
  scope: optional(oneOf(["proven", "unproven"], "`unproven` accepts what could not be read.")),
  time: optional(
    placed(
      described(
        "When the deployment may run.",
        object({
          days: optional(list(days, "Days of the week; all if absent.")),
          from: required(timeOfDay),
          to: required(timeOfDay),
          zone: required(timeZone),
        }),
      ),
    ),
  ),
  network: optional(list(network, "Addresses of the runner; self-reported.")),
});

const ruleOf = (kinds: readonly KindTraits[]) =>
  object({
    name: required(
      placed(
        text({
          pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
          says: "a name without spaces",
          description: "Name of the rule, in plans and in the audit log.",
        }),
      ),
    ),
    effect: required(oneOf(["allow", "deny"], "`deny` beats `allow`; what no rule allows is denied.")),
    job: optional(patterns("Keys of jobs.")),
    purpose: optional(patterns("Purposes.")),
    kind: optional(placed(oneOrMore(oneOf(kinds.map(({ name }) => name)), "Kinds of access."))),
    resource: optional(patterns("What is reached: the credential, role or application.")),
    target: optional(patterns("Targets of the bundle.")),
    principal: optional(patterns("Application IDs of the service principals that jobs run as.")),
    when: optional(described("Conditions; all of them must hold.", when)),
  });

const user = text({
  pattern: /^(?:group:.+|user:.+|service_principal:[0-9a-fA-F-]{36})$/,
  says: "group:<name>, user:<name> or service_principal:<application ID>",
});

const exceptionBounds = object({
  max_days: optional(wholeNumber("Days from now on after which no exception may still hold.")),
  rules: optional(patterns("Rules of the scan for which there may be exceptions.")),
  paths: optional(patterns("Files, relative to the repository, in which there may be exceptions.")),
});

const scan = object({
  exceptions: optional(
    either(oneOf(["forbid"]), exceptionBounds, "What exceptions `.secretless-ignore.yml` may make."),
  ),
  scopes: optional(
    entries(
      { description: "Target of the bundle." },
      list(text({ description: "Name of a secret scope; `*` stands for any characters." }), undefined, 0),
      "Secret scopes that the jobs of each target may read.",
    ),
  ),
});

/** What policy.yml may say, where rules can name these kinds. */
export const policyShapeOf = (kinds: readonly KindTraits[]) =>
  object({
    version: required(oneOf([1], "Version of this format.")),
    providers: optional(described("Who registers access, and where.", providers)),
    experimental: optional(list(oneOf(["databricks_issuer"]), "What is used before it is stable.")),
    principal_users: optional(list(user, "Who may hold servicePrincipal.user on run-as principals.")),
    workspace_admins: optional(
      oneOf(
        ["accepted", "restricted"],
        "`restricted`: broken while each workspace admin may make a token of a principal.",
      ),
    ),
    principal_workspaces: optional(
      oneOf(
        ["readable", "all"],
        "`all`: unproven while a workspace that a principal is assigned to cannot be read.",
      ),
    ),
    shared_principals: optional(
      list(
        list(text({ description: "Key of a job." })),
        "Groups of jobs that may share a principal or a credential; their scope is the group.",
      ),
    ),
    on_denied: optional(
      oneOf(["withdraw", "keep"], "What becomes of access that was granted and is no longer allowed."),
    ),
    scan: optional(described("What the scan for static credentials admits.", scan)),
    // None is a policy, too: it denies all access.
    rules: required(list(ruleOf(kinds), "Who may get which access.", 0)),
  });

const policyShape = policyShapeOf([...KINDS, ...LATER_KINDS]);

export type Policy = Read<typeof policyShape>;
export type Rule = Policy["rules"][number];
export type Conditions = NonNullable<Rule["when"]>;

/** `scan.scopes`: for each target the secret scopes that its jobs may read; undefined if the policy says nothing. */
export function scopesByTarget({
  scan: part,
}: Policy): Readonly<Record<string, readonly string[]>> | undefined {
  return part?.scopes && Object.fromEntries(part.scopes.map(([target, scopes]) => [target.value, scopes]));
}

/** JSON Schema of policy.yml. */
export const policyFileSchema = policyShape.schema;
