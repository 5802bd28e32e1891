import { writeFileSync } from "node:fs";
import { SCHEMA_FILES } from "../core/access/files/schemas.ts";
import { MANIFEST_SCHEMA_FILE } from "../core/access/manifest.ts";

/** Writes the JSON Schemas of the user's files and of the manifest; a test makes sure that they are current. */
for (const [name, text] of Object.entries({ ...SCHEMA_FILES, ...MANIFEST_SCHEMA_FILE })) {
  writeFileSync(new URL(`../schemas/${name}`, import.meta.url), text);
}
