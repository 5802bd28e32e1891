import { schemaFile } from "../../base/yaml/schema-file.ts";
import { exceptionsFileSchema } from "../../scan/exceptions-schema.ts";
import { accessFileSchema } from "./access-file.ts";
import { policyFileSchema } from "./policy-shape.ts";

/** The files in schemas/, by name; scripts/schemas.ts writes them. */
export const SCHEMA_FILES: Readonly<Record<string, string>> = {
  "access.schema.json": schemaFile("access", "access.yml of Databricks Secretless", accessFileSchema),
  "policy.schema.json": schemaFile("policy", "policy.yml of Databricks Secretless", policyFileSchema),
  "secretless-ignore.schema.json": schemaFile(
    "secretless-ignore",
    ".secretless-ignore.yml of Databricks Secretless",
    exceptionsFileSchema,
  ),
};
