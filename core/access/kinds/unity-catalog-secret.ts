import { textAt } from "../../api/json.ts";
import { grantKind } from "./grant-kind.ts";
import type { SecurableClass } from "./securable.ts";

/** Secrets of Unity Catalog, `catalog.schema.secret`. Source: `GET /api/2.1/unity-catalog/secrets/{full_name}`, without their value. */
const SECRETS: SecurableClass = {
  type: "secret",
  privilege: "READ_SECRET",
  // REFERENCE_SECRET lets an object such as a connection sign in with it.
  using: new Set(["READ_SECRET", "REFERENCE_SECRET", "ALL_PRIVILEGES"]),
  folder: "secrets",
  bindable: false,
  described: (info) => ({
    owners: [textAt(info, "owner"), textAt(info, "effective_owner")],
    identity: "",
  }),
  residual: (name) => [
    `whoever has read the value of "${name}" before knows it until it is changed`,
    `where a vault outside of Databricks holds the value of "${name}", who can read it there is not seen`,
  ],
};

/** READ SECRET on one Unity Catalog secret for the job's run-as service principal. */
export const unityCatalogSecret = grantKind({
  of: SECRETS,
  name: "unity_catalog_secret",
  reach: "readable",
  description: "Full name of a Unity Catalog secret: catalog.schema.secret.",
  pattern: /^[^\s./\\*?\p{C}]{1,255}(?:\.[^\s./\\*?\p{C}]{1,255}){2}$/u,
  expected: "one exact secret, catalog.schema.secret: no wildcard, slash, space or invisible character",
  manifest: (secret) => ({ kind: "unity_catalog_secret", secret }),
  revocation: {
    lag: "the next read is refused; a value that was read is known for good, so change it",
    hardStop: "change the value where it is kept",
  },
});
