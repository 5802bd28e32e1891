import { SecretlessError } from "../../core/base/errors.ts";
import type { ServiceConnection } from "../../core/ci/ci.ts";
import type { Environment } from "../../core/base/ports.ts";
import { UUID } from "../../core/base/uuid.ts";

/** An Azure Resource Manager service connection as the agent describes it to a task whose input names it. */
export interface AzureConnection extends ServiceConnection {
  /** Its GUID. */
  readonly id: string;
  /** The sign-in endpoint of its cloud, with a slash at its end: `https://login.microsoftonline.com/`. */
  readonly authority: string;
  /** `AzureCloud`, `AzureUSGovernment`, …; "" where it says none. */
  readonly environment: string;
}

/** Sign-in hosts by the `environment` of a connection that names none itself. */
const AUTHORITIES: Readonly<Record<string, string>> = {
  AzureCloud: "https://login.microsoftonline.com/",
  AzureUSGovernment: "https://login.microsoftonline.us/",
  AzureChinaCloud: "https://login.chinacloudapi.cn/",
};

/** What to do with a connection of another scheme; the names are those of Azure DevOps. */
const SCHEMES: Readonly<Record<string, string>> = {
  serviceprincipal: "an app registration with a secret or a certificate",
  managedserviceidentity: "the managed identity of the agent's machine",
  publishprofile: "a publish profile",
};

/**
 * Reads the connection with the GUID `id` from the variables of the task (agent, Handler.cs).
 * @throws SecretlessError `CONNECTION_UNKNOWN`, `CONNECTION_NOT_FEDERATED`
 */
export function readConnection(id: string, environment: Environment): AzureConnection {
  const value = (name: string): string => {
    const wanted = name.toUpperCase();
    const key = Object.keys(environment).find((one) => one.toUpperCase() === wanted);
    return key === undefined ? "" : (environment[key] ?? "").trim();
  };
  const scheme = value(`ENDPOINT_AUTH_SCHEME_${id}`);
  if (!UUID.test(id) || scheme === "") throw unknown(id);
  if (scheme.toLowerCase() !== "workloadidentityfederation") throw notFederated(scheme);
  const cloud = value(`ENDPOINT_DATA_${id}_environment`);
  const authority =
    value(`ENDPOINT_DATA_${id}_activeDirectoryAuthority`) ||
    value(`ENDPOINT_DATA_${id}_environmentAuthorityUrl`) ||
    AUTHORITIES[cloud] ||
    "https://login.microsoftonline.com/";
  return {
    id: id.toLowerCase(),
    clientId: value(`ENDPOINT_AUTH_PARAMETER_${id}_serviceprincipalid`).toLowerCase(),
    tenantId: value(`ENDPOINT_AUTH_PARAMETER_${id}_tenantid`).toLowerCase(),
    authority: authority.replace(/\/*$/, "/"),
    environment: cloud,
  };
}

function unknown(id: string): SecretlessError {
  const macro = /^\$\(.*\)$/.test(id);
  return new SecretlessError("CONNECTION_UNKNOWN", {
    problem: "The agent gave this task no service connection for `azureSubscription`.",
    expected: "the name of one Azure Resource Manager connection of this project",
    actual: id,
    remedy: macro
      ? "The variable has no value. Write the name literally, or use a template parameter or a variable of the pipeline's YAML: Azure DevOps reads it when the job is queued."
      : "Check that the connection exists in this project, and that this pipeline may use it (Project settings, Service connections, Security).",
  });
}

function notFederated(scheme: string): SecretlessError {
  return new SecretlessError("CONNECTION_NOT_FEDERATED", {
    problem: "The service connection in `azureSubscription` does not use workload identity federation.",
    expected: "the scheme WorkloadIdentityFederation",
    actual: `${scheme} (${SCHEMES[scheme.toLowerCase()] ?? "another way to sign in"})`,
    remedy:
      scheme.toLowerCase() === "serviceprincipal"
        ? "Open the connection in Project settings, Service connections, and choose Convert: it keeps its identity and loses its secret. See docs/migrate.md."
        : "Create a new Azure Resource Manager connection with workload identity federation; this kind cannot be converted. See docs/migrate.md.",
  });
}
