import type { FormatRule, NamedRule, Rule } from "./rule.ts";
import { AZURE_NAMED_RULES } from "./azure-named.ts";
import { AZURE_RULES } from "./azure.ts";
import { CLOUD_NAMED_RULES, CLOUD_RULES } from "./clouds.ts";
import { CODE_HOST_RULES } from "./code-hosts.ts";
import { DATABRICKS_RULES } from "./databricks.ts";
import { NAMED_RULES } from "./named.ts";
import { SERVICE_RULES } from "./services.ts";
import { STRUCTURE_RULES } from "./structures.ts";

/** All rules, most specific first: where two matches overlap, the earlier rule is reported. */
export const RULES: readonly Rule[] = [
  ...DATABRICKS_RULES,
  ...AZURE_RULES,
  ...CLOUD_RULES,
  ...CODE_HOST_RULES,
  ...SERVICE_RULES,
  ...STRUCTURE_RULES,
  ...AZURE_NAMED_RULES,
  ...CLOUD_NAMED_RULES,
  ...NAMED_RULES,
];

export const FORMAT_RULES: readonly FormatRule[] = RULES.filter((rule) => rule.type === "format");
export const NAMED_VALUE_RULES: readonly NamedRule[] = RULES.filter((rule) => rule.type === "named");
