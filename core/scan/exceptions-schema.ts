import type { JsonSchema } from "../base/yaml/shape.ts";
import { FIELDS, MOST, RULE_IDS } from "./exceptions.ts";

const text = (description: string): JsonSchema => ({ type: "string", minLength: 1, description });

const fields: Readonly<Record<(typeof FIELDS)[number], JsonSchema>> = {
  rule: { enum: [...RULE_IDS].sort(), description: "Id of the rule, as the report names it." },
  path: text("A file of the checkout as the report names it, or a pattern of .gitignore."),
  fingerprint: {
    // Digits alone are a number to YAML, and read as they are written.
    anyOf: [text("As the report has it."), { type: "number" }],
    description: "Fingerprint of the value, as the report has it.",
  },
  reason: text("Why it is accepted."),
  expires: {
    type: "string",
    pattern: "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$",
    description: "Last day on which it holds, YYYY-MM-DD in UTC.",
  },
};

/** JSON Schema (draft 2020-12) of `.secretless-ignore.yml`. */
export const exceptionsFileSchema: JsonSchema = {
  type: "object",
  properties: {
    version: { const: 1, description: "Version of this format." },
    exceptions: {
      type: "array",
      maxItems: MOST,
      description: "Findings of the scan that somebody answers for.",
      items: { type: "object", properties: fields, required: FIELDS, additionalProperties: false },
    },
  },
  required: ["version", "exceptions"],
  additionalProperties: false,
};
