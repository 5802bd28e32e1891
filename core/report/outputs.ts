import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { jsonWithoutBidi } from "../base/quote.ts";
import type { Ci } from "../ci/ci.ts";

/**
 * Longest output, in characters. Pipelines hand outputs on as environment variables, of which Windows takes 32,767
 * characters; GitHub takes 1 MiB in all.
 */
const LONGEST = 30_000;

/**
 * Sets an output to `value` as JSON. One that would be too long is cut to its counts and the path of a file that holds
 * the whole, in the CI's temporary folder.
 */
export async function jsonOutput(ci: Ci, name: string, value: object, counts: object): Promise<void> {
  const json = jsonWithoutBidi(JSON.stringify(value));
  if (json.length <= LONGEST) {
    await ci.output(name, json);
    return;
  }
  const file = path.join(ci.context.tempFolder, `databricks-secretless-${name}-${randomUUID()}.json`);
  // A new file: whatever has this name already, a link among it, is left alone (open(2), O_EXCL).
  await writeFile(file, json, { flag: "wx", mode: 0o600 });
  await ci.output(name, JSON.stringify({ ...counts, file }));
}
