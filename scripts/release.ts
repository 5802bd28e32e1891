/**
 * For the release workflow: `node --import tsx scripts/release.ts <tag>` refuses a tag that is not the version of every
 * part, and prints the release's notes.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { productVersion, statedVersions } from "./versions.ts";

/** What stands in CHANGELOG.md for a version. @throws Error if there is nothing */
export function notesOf(changelog: string, version: string): string {
  const part = changelog.split(/^## /m).find((text) => text.split(/\s/, 1)[0] === version);
  const notes = part?.slice(part.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  return notes;
}

/** @throws Error with everything that is wrong */
export async function release(tag: string): Promise<string> {
  const version = await productVersion();
  const wrong = (await statedVersions()).filter(([, said, wanted]) => said !== wanted);
  const problems = [
    ...(tag === `v${version}` ? [] : [`The tag is ${tag}, package.json says ${version}.`]),
    ...wrong.map(([place, said, wanted]) => `${place} says ${said}, wanted: ${wanted}.`),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return notesOf(await readFile(path.resolve(import.meta.dirname, "../CHANGELOG.md"), "utf8"), version);
}

if (process.argv[1] === import.meta.filename) {
  release(process.argv[2] ?? "").then(console.log, (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
