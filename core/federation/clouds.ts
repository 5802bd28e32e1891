import { isLoopback } from "../net/origin.ts";

export type Cloud = "AWS" | "Azure" | "GCP";

export interface EntraCloud {
  /** Origin of the authority, as in `AZURE_AUTHORITY_HOST`. */
  readonly authority: string;
  /** What a federated identity credential must name as audience. */
  readonly audience: string;
  /** Origins of Microsoft Graph and Azure Resource Manager, which are their names as resources, too. */
  readonly graph: string;
  readonly arm: string;
}

interface DatabricksCloud {
  readonly cloud: Cloud;
  /** DNS zone of its workspaces, account console and regional token endpoints. */
  readonly zone: string;
  readonly accountHost: string;
  readonly entra?: EntraCloud;
}

const ENTRA_PUBLIC: EntraCloud = {
  authority: "https://login.microsoftonline.com",
  audience: "api://AzureADTokenExchange",
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com",
};
const ENTRA_US_GOVERNMENT: EntraCloud = {
  authority: "https://login.microsoftonline.us",
  audience: "api://AzureADTokenExchangeUSGov",
  graph: "https://graph.microsoft.us",
  arm: "https://management.usgovcloudapi.net",
};
const ENTRA_CHINA: EntraCloud = {
  authority: "https://login.chinacloudapi.cn",
  audience: "api://AzureADTokenExchangeChina",
  graph: "https://microsoftgraph.chinacloudapi.cn",
  arm: "https://management.chinacloudapi.cn",
};

/** Source: databricks-sdk-go `common/environment/environments.go`; learn.microsoft.com, "National clouds". */
const CLOUDS: readonly DatabricksCloud[] = [
  { cloud: "AWS", zone: ".cloud.databricks.com", accountHost: "https://accounts.cloud.databricks.com" },
  { cloud: "AWS", zone: ".cloud.databricks.us", accountHost: "https://accounts.cloud.databricks.us" },
  { cloud: "GCP", zone: ".gcp.databricks.com", accountHost: "https://accounts.gcp.databricks.com" },
  {
    cloud: "Azure",
    zone: ".azuredatabricks.net",
    accountHost: "https://accounts.azuredatabricks.net",
    entra: ENTRA_PUBLIC,
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.us",
    accountHost: "https://accounts.databricks.azure.us",
    entra: ENTRA_US_GOVERNMENT,
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.cn",
    accountHost: "https://accounts.databricks.azure.cn",
    entra: ENTRA_CHINA,
  },
];

export const ENTRA_CLOUDS: readonly EntraCloud[] = [
  ENTRA_PUBLIC,
  ENTRA_US_GOVERNMENT,
  ENTRA_CHINA,
  // MSAL's name for the authority in China.
  { ...ENTRA_CHINA, authority: "https://login.partner.microsoftonline.cn" },
];

/** One or more labels: those of Azure have a number of their own. */
const DEPLOYMENT_NAME = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d]+)?$/i;

/**
 * The URL of another workspace in the account of `host`, by its deployment name as the account lists it; undefined where that makes
 * none. Of a workspace on this machine it is host and port. Source: databricks-sdk-go `Config.GetWorkspaceClient`, `DeploymentURL`.
 */
export function workspaceUrl(host: string, deploymentName: string): string | undefined {
  const cloud = databricksCloud(host);
  if (cloud !== undefined)
    return DEPLOYMENT_NAME.test(deploymentName) ? `https://${deploymentName}${cloud.zone}` : undefined;
  const local = `http://${deploymentName}`;
  const isLocal = [host, local].every((url) => URL.canParse(url) && isLoopback(new URL(url).hostname));
  return isLocal && new URL(local).origin === local ? local : undefined;
}

/** The cloud whose DNS zone `url` is in, or undefined for a host that is not known as Databricks'. */
export function databricksCloud(url: string): DatabricksCloud | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? CLOUDS.find(({ zone }) => hostname.endsWith(zone)) : undefined;
}
