import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { realCli } from "../../../sandbox/runner/find-cli.ts";

/** What the recordings, and so the stand-in, are held to. */
export const HELD_TO = "1.13";

/** The CLI on PATH with its version (such as `1.13.0`), or why there is none to compare with. */
export async function findRealCli(): Promise<
  { readonly file: string; readonly version: string } | { readonly absent: string }
> {
  const file = await realCli();
  if (file === undefined) return { absent: "no Databricks CLI on PATH" };
  const env = { HOME: "/nonexistent" };
  const { stdout } = await promisify(execFile)(file, ["version", "-o", "json"], { env });
  const { Version: version } = JSON.parse(stdout) as { Version: string };
  const held = version.startsWith(`${HELD_TO}.`) && !version.includes("standin");
  return held ? { file, version } : { absent: `the CLI on PATH is ${version}, not ${HELD_TO}` };
}
