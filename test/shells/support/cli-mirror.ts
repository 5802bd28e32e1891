import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { archiveName, programName, releasePlatform } from "../../../core/cli/install/release.ts";
import { systemPlatform } from "../../../core/base/clock-and-platform.ts";
import type { SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import type { FreshFolder } from "../../../sandbox/runner/scratch.ts";
import { sha256 } from "../../unit/cli/install/support/release.ts";
import { buildZip } from "../../unit/cli/install/support/zip-builder.ts";

/** A program that says this version and hands everything else on to `cli`. */
export function handingOn(version: string, cli: SandboxCli): string {
  return [
    `#!${process.execPath}`,
    `if (process.argv[2] === "version") console.log('{"Version":"${version}"}');`,
    `else process.exitCode = require("node:child_process").spawnSync(${JSON.stringify(cli.file)}, process.argv.slice(2), { stdio: "inherit" }).status;`,
    "",
  ].join("\n");
}

/** Puts a release of the CLI, whose program is this text, into a mirror of its own: a folder. */
export async function publishRelease(
  version: string,
  program: string,
  freshFolder: FreshFolder,
): Promise<{ readonly mirror: string; readonly archive: string; readonly hash: string }> {
  const platform = systemPlatform();
  const mirror = await freshFolder("mirror");
  const archive = path.join(mirror, `v${version}`, archiveName(version, releasePlatform(platform)));
  await mkdir(path.dirname(archive));
  const bytes = buildZip([
    { name: "LICENSE", content: Buffer.from("text") },
    { name: programName(platform), content: Buffer.from(program) },
  ]);
  await writeFile(archive, bytes);
  return { mirror, archive, hash: sha256(bytes) };
}
