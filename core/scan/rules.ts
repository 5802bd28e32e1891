import type { FormatRule, NamedRule, Rule } from "./rule.ts";
import { AZURE_NAMED_RULES } from "./rules/azure-named.ts";
import { AZURE_RULES } from "./rules/azure.ts";
import { CLOUD_NAMED_RULES, CLOUD_RULES } from "./rules/clouds.ts";
import { CODE_HOST_RULES } from "./rules/code-hosts.ts";
import { DATABRICKS_RULES } from "./rules/databricks.ts";
import { NAMED_RULES } from "./rules/named.ts";
import { SERVICE_RULES } from "./rules/services.ts";
import { STRUCTURE_RULES } from "./rules/structures.ts";

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
