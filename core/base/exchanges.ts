/** All that is known of an exchange before it is used. What it sends is in core/federation/exchanges/, loaded later. */
export interface ExchangeTraits {
  /** As in the input `exchange`. */
  readonly name: string;
  /** Who exchanges the ID token, for people. */
  readonly title: string;
  /** What must trust the pipeline; for the manifests. */
  readonly trust: string;
  /** Whether it needs an Entra tenant; such a one is the default where the CI has a service connection. */
  readonly tenant: boolean;
  /** Whether the workspace says which audience is wanted: then the first ID token can be asked for at once. */
  readonly asksWorkspace: boolean;
  /** Whether its tokens work in the account, too. */
  readonly forAccount: boolean;
  /** Whether what trusts the pipeline names one subject; undefined if it may be a pattern. */
  readonly exactSubject: true | undefined;
}

/** Every exchange, the default first. A table of its own: it is read before the first request. */
export const EXCHANGES = [
  {
    name: "databricks",
    title: "Databricks",
    trust: "a federation policy of the service principal",
    tenant: false,
    asksWorkspace: true,
    forAccount: false,
    exactSubject: true,
  },
  {
    name: "entra",
    title: "Microsoft Entra ID",
    trust: "a federated identity credential in Entra ID",
    tenant: true,
    asksWorkspace: false,
    forAccount: true,
    exactSubject: undefined,
  },
] as const satisfies readonly ExchangeTraits[];

export type ExchangeName = (typeof EXCHANGES)[number]["name"];
