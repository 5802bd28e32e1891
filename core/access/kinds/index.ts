import type { AccessKind } from "./kind.ts";
import { unityCatalogCredential } from "./unity-catalog-credential.ts";

/** Every kind of access that this version can grant. */
export const KINDS: readonly AccessKind[] = [unityCatalogCredential];

/** Kinds of the file format that this version knows by name only. */
export const LATER_KINDS: readonly string[] = ["entra_application", "aws_role", "vault_role"];

export function kindOf(kind: string): AccessKind | undefined {
  return KINDS.find((target) => target.kind === kind);
}
