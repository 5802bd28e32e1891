import { writeFileSync } from "node:fs";
import { SCHEMA_FILES } from "../core/access/files/schemas.ts";

/** Writes the JSON Schemas of the user's files; a test makes sure that they are current. */
for (const [name, text] of Object.entries(SCHEMA_FILES)) {
  writeFileSync(new URL(`../schemas/${name}`, import.meta.url), text);
}
