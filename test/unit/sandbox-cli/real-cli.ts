import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

/** What the recordings, and so the stand-in, are held to. */
export const HELD_TO = "1.13";

interface RealCli {
  readonly file: string;
  /** Such as `1.13.0`. */
  readonly version: string;
}

/** The real CLI on PATH, or why there is none to compare with. */
export async function findRealCli(): Promise<RealCli | { readonly absent: string }> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, "databricks");
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!runs || !path.isAbsolute(folder)) continue;
    const { stdout } = await promisify(execFile)(file, ["version", "-o", "json"], {
      env: { HOME: "/nonexistent" },
    });
    const version = (JSON.parse(stdout) as { Version: string }).Version;
    if (version.includes("standin")) continue;
    if (version.startsWith(`${HELD_TO}.`)) return { file, version };
    return { absent: `the CLI on PATH is ${version}, not ${HELD_TO}` };
  }
  return { absent: "no Databricks CLI on PATH" };
}
