import { sticky } from "./sticky.ts";

/** Texts that start a reference to a Databricks secret: in configuration, in code, in SQL. */
export const SCOPE_KEYWORDS = ["{{secrets/", "secrets.get", "secret("] as const;

const REFERENCE =
  /(?:\{\{secrets\/(?<configured>[\w.@-]{1,128})\/|secrets\.get(?:Bytes)?\(\s{0,20}(?:scope\s{0,4}=\s{0,4})?\\?["'](?<coded>[\w.@-]{1,128})\\?["']|secret\(\s{0,8}'(?<queried>[\w.@-]{1,128})'\s{0,8},)/iy;

/** The scope of the secret reference that begins at `at`; null if none does, or its name is computed. */
export function scopeAt(text: string, at: number): string | null {
  const groups = sticky(REFERENCE, text, at)?.groups;
  return groups?.["configured"] ?? groups?.["coded"] ?? groups?.["queried"] ?? null;
}
