import type { EntraApis, EntraPlace } from "../../access/kinds/kind.ts";
import type { AccessFiles } from "../../access/plan/request.ts";
import type { Audit } from "../../audit/audit.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Environment } from "../../base/ports.ts";
import { databricksCloud, ENTRA_CLOUDS, type EntraCloud } from "../../federation/clouds.ts";
import { entraCloud } from "../../federation/exchanges/entra.ts";
import { isLoopback } from "../../net/origin.ts";
import { auditedApi } from "../api.ts";
import { signIn } from "../sign-in.ts";
import type { Step } from "../step.ts";

/** Whether a workspace can have to do with Entra ID: one of Azure, or one on this machine. */
const isAzure = (host: string): boolean =>
  databricksCloud(host)?.entra !== undefined || isLoopback(new URL(host).hostname);

/** The tenant that the policy approves, else that of the run; undefined where no provider is approved, or none is known. */
export function entraPlace({ inputs, ports }: Step, { policy }: AccessFiles): EntraPlace | undefined {
  const provider = policy?.policy.providers?.entra;
  const tenantId = provider?.tenant_id ?? inputs.tenantId;
  if (provider === undefined || tenantId === undefined || !isAzure(inputs.host)) return undefined;
  const { authority } = entraCloud(inputs.host, ports.environment);
  return { tenantId: tenantId.toLowerCase(), authority };
}

/**
 * Microsoft Graph and Azure Resource Manager as the registrar that the policy approves, with tokens that are asked for when they
 * are first needed, and served to nobody else.
 */
export async function entraApis(
  step: Step,
  audit: Audit,
  files: AccessFiles,
): Promise<EntraApis | undefined> {
  const place = entraPlace(step, files);
  const clientId = files.policy?.policy.providers?.entra?.registrar_client_id.toLowerCase();
  if (place === undefined || clientId === undefined) return undefined;
  const { inputs, ports, signal } = step;
  const cloud = entraCloud(inputs.host, ports.environment);
  const workspace = await step.workspace;
  const hosts = azureHosts(cloud, ports.environment);
  const api = (name: "graph" | "arm"): EntraApis["graph"] => {
    const entra = { tenantId: place.tenantId, tokenFor: cloud[name] };
    const session = signIn(step, { workspace, audit, clientId, entra, signal });
    const token = async (): Promise<string> => (await session.token()).accessToken;
    return auditedApi(step, hosts[name], token, { audit, clientId, failure: "ACCESS_FAILED" });
  };
  const { authority } = place;
  return { graph: api("graph"), arm: api("arm"), authority };
}

/**
 * Where Microsoft Graph and Azure Resource Manager are: where the job's environment says, if that is a known cloud's or on this
 * machine, else in the cloud itself.
 * @throws SecretlessError `ENDPOINT_NOT_TRUSTED`
 */
export function azureHosts(
  cloud: Pick<EntraCloud, "graph" | "arm">,
  environment: Environment,
): Pick<EntraCloud, "graph" | "arm"> {
  const host = (name: "graph" | "arm", variable: string): string => {
    const named = (environment[variable] ?? "").trim();
    if (named === "") return cloud[name];
    const url = URL.canParse(named) ? new URL(named) : undefined;
    const known = ENTRA_CLOUDS.map((one) => one[name]);
    if (url && (known.includes(url.origin) || isLoopback(url.hostname))) return url.origin;
    throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
      problem: `${variable} does not name an endpoint of Azure; no token is sent there.`,
      expected: [...new Set(known)].join(", "),
      actual: url?.origin ?? "not a URL",
      remedy: `Remove ${variable}, or set it to the endpoint of your cloud.`,
    });
  };
  return { graph: host("graph", "GRAPH_ENDPOINT"), arm: host("arm", "ARM_ENDPOINT") };
}
