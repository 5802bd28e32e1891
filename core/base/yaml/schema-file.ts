import type { JsonSchema } from "./shape.ts";

/**
 * A JSON Schema (draft 2020-12) as the text of a file. Its `$id` is a URN (RFC 8141): a name that stays when the repository
 * moves; editors find the file by path or URL.
 * @param name as in the `$id`, such as `access`
 */
export function schemaFile(name: string, title: string, schema: JsonSchema): string {
  const head = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:databricks-secretless:schema:${name}:1`,
    title,
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
