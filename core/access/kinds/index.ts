import type { AccessTarget } from "./kind.ts";
import { unityCatalogCredential } from "./unity-catalog-credential.ts";

/** Every kind of access that this version can grant. */
export const TARGETS: readonly AccessTarget[] = [unityCatalogCredential];

/** Kinds of the file format that this version knows by name only. */
export const LATER_KINDS: readonly string[] = ["entra_application", "aws_role", "vault_role"];

export function targetOf(kind: string): AccessTarget | undefined {
  return TARGETS.find((target) => target.kind === kind);
}
