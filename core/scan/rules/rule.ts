/** OWASP Non-Human Identities Top 10 (2025), the items that a scan can judge. */
export const OWASP_ITEMS = {
  NHI2: "NHI2:2025 Secret Leakage",
  NHI4: "NHI4:2025 Insecure Authentication",
  NHI7: "NHI7:2025 Long-Lived Secrets",
  NHI8: "NHI8:2025 Environment Isolation",
} as const;
export type OwaspItem = keyof typeof OWASP_ITEMS;

/** What a reader must know of a rule; the part that findings, SARIF and docs/scan.md share. */
export interface RuleInfo {
  /** Stable kebab-case id; exceptions and alerts name it. */
  readonly id: string;
  /** The kind of credential, as its vendor calls it. */
  readonly name: string;
  /** Who can use the value, and for what: one sentence. */
  readonly risk: string;
  /** What to write instead: one or two sentences. */
  readonly remedy: string;
  readonly owasp: OwaspItem;
}

/**
 * A credential with a format of its own. All of it is data: a keyword found in the bytes starts `pattern` (sticky) at
 * `keyword position - back`; the group `value` (or the whole match) is the credential.
 */
export interface FormatRule extends RuleInfo {
  readonly type: "format";
  /** Any of these starts the pattern. Compared without case unless `exactCase` is set. At least three characters. */
  readonly keywords: readonly string[];
  readonly exactCase?: true;
  readonly pattern: RegExp;
  /** Characters before the keyword at which the pattern starts; default 0. */
  readonly back?: number;
  /** Literal start of every such credential: public, so a report may show it; also searched for in encoded form. */
  readonly prefix?: string;
  /** Least Shannon entropy of the value behind its prefix, in bits a character. */
  readonly entropy?: number;
  /** Structure or checksum test of the value. `around` is the text from 200 characters before to 200 after the match. */
  readonly test?: (value: string, around: string) => boolean;
  /** Where the value is only a password between separators: placeholders and references must be told apart. */
  readonly judged?: true;
  /** Too weak a sign in binary data. */
  readonly textOnly?: true;
}

/** A value that is a credential because of the name it is given to. */
export interface NamedRule extends RuleInfo {
  readonly type: "named";
  /** Words that a name must contain to be looked at, lower case; see core/scan/detect/assignment.ts for what counts as one. */
  readonly keywords: readonly string[];
  /** Test of the normalised name: words in lower case joined by `_` (`spark.s3a.secretKey` is `spark_s3a_secret_key`). */
  readonly named: RegExp;
  /** Shape that the value must have. */
  readonly value?: RegExp;
  /** How sceptical to be: `password` takes what people type, `random` what a machine made, `any` what is no reference. */
  readonly judge: "password" | "random" | "any";
}

export type Rule = FormatRule | NamedRule;
