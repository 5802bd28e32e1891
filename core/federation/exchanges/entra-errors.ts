/**
 * Whether another try can help: `propagation` for a short time, since Entra ID takes minutes to know a credential that
 * was just written; `soon` for a shorter one, since a typing error is likelier than an application that was just made;
 * `transient` until the deadline; all with a new assertion.
 */
type EntraRetry = "no" | "soon" | "propagation" | "transient";

export interface EntraError {
  /** Numbers of the codes, as in `AADSTS700213` and `error_codes`. */
  readonly codes: readonly number[];
  /** Continues "Entra ID does not accept this ID token for application …: ". */
  readonly cause: string;
  readonly remedy: string;
  readonly retry: EntraRetry;
  /** Whether a federated identity credential for the claims presented mends it. */
  readonly credentialHelps?: true;
  /** What of the token it is about, where CIs have something to add. */
  readonly about?: "issuer" | "signature";
}

/**
 * Sources: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes" and "Troubleshoot an Azure
 * Resource Manager workload identity service connection".
 */
export const ENTRA_ERRORS: readonly EntraError[] = [
  {
    codes: [70021],
    cause: "no federated identity credential fits the token.",
    remedy: "Compare issuer, subject and audience, letter by letter, with the credential; or add one.",
    retry: "propagation",
    credentialHelps: true,
  },
  {
    codes: [700211],
    cause: "no federated identity credential has its issuer.",
    remedy: "Correct the issuer of the credential, or add one.",
    about: "issuer",
    retry: "propagation",
    credentialHelps: true,
  },
  {
    codes: [700213],
    cause: "no federated identity credential of its issuer has its subject.",
    remedy:
      "Subjects are compared exactly: look for upper and lower case and for a rename; correct the credential, or add one.",
    retry: "propagation",
    credentialHelps: true,
  },
  {
    codes: [7002138],
    cause: "a federated identity credential has its subject, but in other letter case.",
    remedy:
      "Subjects are compared letter for letter: copy the one that was presented into the credential (the repository as GitHub writes it), or add one.",
    retry: "propagation",
    credentialHelps: true,
  },
  {
    codes: [50194],
    cause: "the application belongs to one tenant, and `tenant-id` names none.",
    remedy:
      "Set `tenant-id` to the ID of the tenant that the service principal is in; `common` is for users.",
    retry: "no",
  },
  {
    codes: [501051],
    cause:
      "the application Azure Databricks takes assigned identities alone in this tenant, and this one is not assigned.",
    remedy:
      "Let an administrator of the tenant assign the service principal to the enterprise application AzureDatabricks (2ff814a6-3304-4ab8-85cb-cd0e6f879c1d, *Users and groups*), or set its `appRoleAssignmentRequired` to false.",
    retry: "no",
  },
  {
    codes: [7000112],
    cause: "the application is disabled in this tenant.",
    remedy:
      "Let an administrator enable its sign-in: az ad sp update --id <client-id> --set accountEnabled=true. If it was disabled on purpose, use another service principal.",
    retry: "no",
  },
  {
    codes: [70025],
    cause: "the application has no federated identity credential at all.",
    remedy: "Add one.",
    retry: "propagation",
    credentialHelps: true,
  },
  {
    codes: [700212, 7002121],
    cause: "its audience is not the one of the federated identity credential.",
    remedy:
      "Let the token be issued for api://AzureADTokenExchange (remove the input audience), and let the credential name the same.",
    retry: "no",
  },
  {
    codes: [700214],
    cause: "the audience of the federated identity credential is not api://AzureADTokenExchange.",
    remedy: "Correct the audience of the credential; a GUID is refused there.",
    retry: "no",
  },
  {
    codes: [700016],
    cause: "the tenant knows no such application.",
    remedy: "Check client-id and tenant-id, and that the application was not deleted.",
    retry: "soon",
  },
  {
    codes: [7000229],
    cause: "the application has no service principal in this tenant.",
    remedy: "Create it: az ad sp create --id <client-id>",
    retry: "no",
  },
  {
    codes: [700024],
    cause: "the token is outside its validity time.",
    remedy: "If this comes back, correct the clock of the runner.",
    retry: "transient",
  },
  {
    codes: [700222, 700226, 700227, 700236],
    cause: "tokens of Entra ID are accepted from managed identities and Azure DevOps only.",
    remedy: "Use the CI's own ID token; do not chain tokens of other applications.",
    retry: "no",
  },
  {
    codes: [700223],
    cause: "federation is restricted or switched off in this tenant.",
    remedy: "Ask the tenant's administrator, or use a managed identity.",
    retry: "no",
  },
  {
    codes: [700238],
    cause: "a policy of the tenant refuses its issuer.",
    remedy: "Ask the tenant's administrator to allow this issuer for workload identity federation.",
    retry: "no",
  },
  {
    codes: [70052],
    cause: "the application is multitenant, which this issuer does not support.",
    remedy: "Set signInAudience of the application to AzureADMyOrg.",
    retry: "no",
  },
  {
    codes: [50166, 90061],
    cause: "Entra ID cannot reach the issuer's keys.",
    remedy:
      "Wait: this is an outage of Entra ID or of the CI's issuer. A self-hosted issuer must be reachable from the internet.",
    retry: "transient",
  },
  {
    codes: [700027, 50012, 50013, 50027],
    cause: "its signature or form is not valid.",
    remedy: "Check that the issuer publishes the keys it signs with.",
    about: "signature",
    retry: "no",
  },
  {
    codes: [500011],
    cause: "the tenant does not know Azure Databricks.",
    remedy: "Check tenant-id: it must be the tenant of the workspace.",
    retry: "no",
  },
  {
    codes: [70011, 28002],
    cause: "the scope asked for is not valid.",
    remedy: "Check that the workspace is in the cloud of this tenant.",
    retry: "no",
  },
  {
    codes: [53003, 530035],
    cause: "Conditional Access blocks it.",
    remedy:
      "Ask the tenant's administrator; policies for workload identities often name the runner's addresses.",
    retry: "no",
  },
  {
    codes: [50072, 50074, 50076, 50079],
    cause: "Entra ID wants multi-factor authentication, so this is the identity of a user.",
    remedy: "Use an application or a managed identity.",
    retry: "no",
  },
  {
    codes: [7000215, 7000222],
    cause: "Entra ID speaks of a client secret, so the connection is not federated.",
    remedy: "Convert the service connection to workload identity federation.",
    retry: "no",
  },
  {
    codes: [900382],
    cause: "this cloud does not accept applications of another one.",
    remedy: "Use an identity of the cloud in which the workspace is.",
    retry: "no",
  },
  {
    codes: [90002],
    cause: "there is no such tenant in this cloud.",
    remedy: "Check tenant-id, and AZURE_AUTHORITY_HOST if it is set.",
    retry: "no",
  },
  {
    codes: [90033, 50033],
    cause: "Entra ID has trouble for the moment.",
    remedy: "Run the job again later.",
    retry: "transient",
  },
];

/** The first code of an answer that the table knows. */
export function findEntraError(
  codes: readonly number[],
): (EntraError & { readonly code: number }) | undefined {
  for (const code of codes) {
    const error = ENTRA_ERRORS.find((one) => one.codes.includes(code));
    if (error) return { ...error, code };
  }
  return undefined;
}
