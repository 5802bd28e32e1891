/**
 * For our own workflows: `node --import tsx scripts/install-cli.ts <folder> [version]` installs a release of the Databricks
 * CLI with the product's own installer, below `folder`, and prints the folder of the program, for PATH.
 */
import path from "node:path";
import { systemClock, systemPlatform } from "../core/base/clock-and-platform.ts";
import { installCli } from "../core/cli/install/install.ts";

async function install(folder: string | undefined, version: string | undefined): Promise<string> {
  if (folder === undefined || !path.isAbsolute(folder))
    throw new Error("The folder must be an absolute path.");
  const { file } = await installCli(
    {
      version,
      toolCache: undefined,
      tempFolder: folder,
      checkout: path.resolve(import.meta.dirname, ".."),
    },
    { clock: systemClock, platform: systemPlatform(), environment: process.env, log: console.error },
  );
  return path.dirname(file);
}

install(process.argv[2], process.argv[3]).then(console.log, (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
