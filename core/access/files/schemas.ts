import { accessFileSchema } from "./access-file.ts";
import { policyFileSchema } from "./policy-shape.ts";
import type { JsonSchema } from "../../base/yaml/shape.ts";

function render(title: string, schema: JsonSchema): string {
  const head = { $schema: "https://json-schema.org/draft/2020-12/schema", title };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

/** The files in schemas/, by name; scripts/schemas.ts writes them. */
export const SCHEMA_FILES: Readonly<Record<string, string>> = {
  "access.schema.json": render("access.yml of Databricks Secretless", accessFileSchema),
  "policy.schema.json": render("policy.yml of Databricks Secretless", policyFileSchema),
};
