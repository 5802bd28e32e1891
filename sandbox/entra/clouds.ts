/** The clouds of Azure; each has its own sign-in host. Here they differ by the first segment of the path. */
export type Cloud = "public" | "usgov" | "china";

interface CloudFacts {
  /** First segment of the path of every URL of this cloud, with its slash. */
  readonly path: string;
  /** The one audience that federated identity credentials may have. */
  readonly audience: string;
  /** As in the `environment` of a service connection. */
  readonly environment: string;
}

export const CLOUDS: Readonly<Record<Cloud, CloudFacts>> = {
  public: { path: "", audience: "api://AzureADTokenExchange", environment: "AzureCloud" },
  usgov: { path: "/usgov", audience: "api://AzureADTokenExchangeUSGov", environment: "AzureUSGovernment" },
  china: { path: "/china", audience: "api://AzureADTokenExchangeChina", environment: "AzureChinaCloud" },
};
