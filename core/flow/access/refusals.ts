import { ApiFailure, callError, isUnavailable } from "../../api/client.ts";
import { HttpError } from "../../net/http.ts";
import { endpointUnavailable } from "../../net/unavailable.ts";
import type { BundleFacts } from "../../access/bundle-facts.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Step } from "../step.ts";

/** With anything else in its place every grant would have another name, and so another owner. */
export function nameless(): SecretlessError {
  return new SecretlessError("WRONG_WORKSPACE", {
    problem: "The workspace does not say its ID, by which grants are named. No access was changed.",
    expected: "the response header x-databricks-org-id, or workspace_id in /.well-known/databricks-config",
    remedy: "Look for what answers in place of the workspace and leaves these out (a proxy, a gateway).",
  });
}

/** The policy wants two identities, and there is one. */
export function unseparated({ inputs }: Step): SecretlessError {
  return new SecretlessError("ACCESS_UNSEPARATED", {
    problem:
      "The policy asks for a registrar apart, and the identity that deploys is the registrar. Nothing was changed.",
    expected: "one service principal that deploys, and another that registers access in a job of its own",
    actual: `${inputs.clientId} does both`,
    remedy:
      "Deploy with a service principal that has no MANAGE on the credentials, and give the registrar to `command: access` alone: " +
      "docs/access.md, section The registrar's job.",
  });
}

/** Nothing is there that access could be for, or nothing that the registrar may see. */
export function notDeployed({ statePath, target }: BundleFacts): SecretlessError {
  return new SecretlessError("ACCESS_DEPLOYMENT_UNPROVEN", {
    problem: `access.yml declares access in target "${target}", but no job in the workspace was deployed from ${statePath}. No access was changed.`,
    expected: "the jobs of a deployment of this target",
    remedy:
      "Run this command after the deployment, and give the registrar CAN_READ on that folder and CAN_VIEW on the jobs (or make it a " +
      "workspace admin). For a bundle that is gone, take its entries out of access.yml: then its access is withdrawn.",
  });
}

/** @param stands undefined: the records cannot be read */
export function accessStands(
  { statePath }: BundleFacts,
  registrarId: string,
  stands: true | undefined,
): SecretlessError {
  const whose = registrarId === "" ? "whoever registered it" : `the registrar ${registrarId}`;
  return new SecretlessError("ACCESS_STANDS", {
    problem:
      stands === true
        ? `Access of this bundle's jobs is still recorded for ${statePath}. Nothing was destroyed.`
        : "Whether access of this bundle's jobs still stands cannot be read. Nothing was destroyed.",
    expected: `no recorded access: ${whose} withdraws it first`,
    remedy:
      "Take the entries of this target out of access.yml, run `command: access` in the registrar's job, then destroy." +
      (stands === true ? "" : " That job also lets the deployer read what is recorded.") +
      " Where the deploying step registers itself (`registrar: together`), give `policy-file` to this run.",
  });
}

/** What the registrar's tokens have to be issued for, in words. */
function audiencesOf({ ci, inputs }: Step, accountId: string | undefined): readonly string[] {
  if (ci.fixedAudience !== undefined) return [ci.fixedAudience];
  if (inputs.exchange.tenant) return [inputs.audience ?? "api://AzureADTokenExchange"];
  const ofWorkspace = inputs.audience ?? `${inputs.host}/oidc/v1/token`;
  return [
    `${ofWorkspace} (the workspace)`,
    `${accountId ?? "the account ID"} (the account, for what is proven there)`,
  ];
}

/**
 * The error of an exchange as the registrar, who is another than the deployer: its trust is what has to be mended.
 */
export function registrarRefused(
  error: unknown,
  step: Step,
  { clientId, accountId }: { readonly clientId: string; readonly accountId: string | undefined },
): unknown {
  if (!(error instanceof SecretlessError) || error.code !== "EXCHANGE_REFUSED") return error;
  const { code, details, mistakes, others, cause } = error;
  const { problem, expected, remedy = "" } = details;
  return new SecretlessError(code, {
    ...details,
    problem: `The registrar ${clientId} (registrar_client_id of the policy) was refused, not the deployer. ${problem}`,
    expected: [
      ...(expected === undefined ? [] : [expected]),
      `its trust needs the audiences ${audiencesOf(step, accountId).join(" and ")}`,
    ].join("\n"),
    remedy: `${remedy}\nThis is about the trust of the registrar; that of the deployer is right.`.trim(),
    mistakes,
    others,
    cause,
  });
}

/** Does `work`; what a server refused or did not answer becomes an error for the user. */
export async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof HttpError) throw endpointUnavailable("A request about the access of jobs", error);
    if (!(error instanceof ApiFailure)) throw error;
    if (isUnavailable(error)) throw callError("A request about the access of jobs", error);
    throw new SecretlessError("ACCESS_FAILED", {
      problem: "A request about the access of jobs was refused.",
      actual: `${error.status} ${error.errorCode}: ${error.message}`,
      remedy:
        "Give the identity what the answer asks for. What was changed so far is recorded: the next run goes on from there.",
      cause: error,
    });
  }
}
