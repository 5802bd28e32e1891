import { entraApplication } from "./entra-application.ts";
import type { AccessKind, KindTraits } from "./kind.ts";
import { unityCatalogConnection } from "./unity-catalog-connection.ts";
import { unityCatalogCredential } from "./unity-catalog-credential.ts";
import { unityCatalogSecret } from "./unity-catalog-secret.ts";

/** Every kind of access that this version can grant. */
export const KINDS: readonly AccessKind[] = [
  unityCatalogCredential,
  unityCatalogSecret,
  unityCatalogConnection,
  entraApplication,
];

/** Kinds that the file formats name and this version refuses; each moves to a file of its own when it comes. */
export const LATER_KINDS: readonly KindTraits[] = [
  { name: "aws_role", provider: "aws", needsProvider: true },
  { name: "vault_role", provider: "vault", needsProvider: true },
];

export function kindOf(name: string, kinds: readonly AccessKind[] = KINDS): AccessKind | undefined {
  return kinds.find((one) => one.name === name);
}
