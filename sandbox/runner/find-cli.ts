import { access, constants } from "node:fs/promises";
import path from "node:path";
import { installStandIn } from "../cli/install.ts";
import { freshFolder } from "./checkout.ts";

export interface SandboxCli {
  /** Absolute path. */
  readonly file: string;
  readonly kind: "real" | "stand-in";
}

/** The Databricks CLI on PATH, or undefined. */
export async function realCli(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const file = path.join(folder, process.platform === "win32" ? "databricks.exe" : "databricks");
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** The Databricks CLI on PATH, else the stand-in. */
export async function sandboxCli(): Promise<SandboxCli> {
  const file = await realCli();
  if (file !== undefined) return { file, kind: "real" };
  return { file: await installStandIn(await freshFolder("stand-in")), kind: "stand-in" };
}
