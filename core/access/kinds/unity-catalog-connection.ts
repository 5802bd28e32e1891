import { CONNECTION } from "../../api/shapes.ts";
import type { Json } from "../../api/json.ts";
import { grantKind } from "./grant-kind.ts";
import type { SecurableClass } from "./securable.ts";

/** Ways to sign in by which Unity Catalog keeps nothing. Source: `CredentialType` of the connections API. */
const KEEPS_NOTHING: ReadonlySet<string> = new Set(["", "SERVICE_CREDENTIAL", "OIDC_TOKEN"]);

function notesOf(info: Json): readonly string[] {
  const name = `connection "${CONNECTION.text(info, "name")}"`;
  const signIn = CONNECTION.text(info, "credential_type");
  const kept = KEEPS_NOTHING.has(signIn)
    ? []
    : [`${name} signs in with ${signIn}, which Unity Catalog keeps`];
  const isHttp = CONNECTION.text(info, "connection_type") === "HTTP";
  return isHttp ? [`${name} lets the job call any path and method of its host`, ...kept] : kept;
}

/** Connections of Unity Catalog, of the metastore or of a schema. Source: `GET /api/2.1/unity-catalog/connections/{name}`. */
const CONNECTIONS: SecurableClass = {
  type: "connection",
  privilege: "USE_CONNECTION",
  // A foreign catalog opens what is behind the connection to whoever may read the catalog.
  using: new Set(["USE_CONNECTION", "CREATE_FOREIGN_CATALOG", "ALL_PRIVILEGES"]),
  folder: "connections",
  bindable: false,
  described: (info) => ({
    owners: [CONNECTION.text(info, "owner")],
    identity: "",
    notes: notesOf(info),
  }),
  residual: (name) => [
    `whoever holds what connection "${name}" signs in with can do without it, and is not seen`,
  ],
};

/** USE CONNECTION on one Unity Catalog connection for the job's run-as service principal. */
export const unityCatalogConnection = grantKind({
  of: CONNECTIONS,
  name: "unity_catalog_connection",
  reach: "callable",
  description: "Full name of a Unity Catalog connection: of the metastore, or catalog.schema.connection.",
  pattern: /^[^\s./\\*?\p{C}]{1,255}(?:(?:\.[^\s./\\*?\p{C}]{1,255}){2})?$/u,
  expected:
    "one exact connection, by its name or catalog.schema.connection: no wildcard, slash, space or invisible character",
  manifest: (connection) => ({ kind: "unity_catalog_connection", connection }),
  revocation: {
    lag: "none: the next call through it is refused",
    hardStop: "delete the connection, or change what it signs in with",
  },
});
