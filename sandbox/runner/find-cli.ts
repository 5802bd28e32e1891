import { access, constants } from "node:fs/promises";
import path from "node:path";
import { installCli } from "../../core/cli/install/install.ts";
import { systemClock, systemPlatform } from "../../core/base/clock-and-platform.ts";
import { installStandIn } from "../cli/install.ts";
import { freshUntilExit } from "./scratch.ts";

export interface SandboxCli {
  /** Absolute path. */
  readonly file: string;
  readonly kind: "real" | "installed" | "stand-in";
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
  // The same bytes for all: built once, and there until the process exits.
  standIn ??= freshUntilExit("stand-in").then(installStandIn);
  return { file: await standIn, kind: "stand-in" };
}

let standIn: Promise<string> | undefined;

/** As {@link sandboxCli}, but where there is none on PATH, the pinned release is installed if its site answers in 5 s. */
export async function demoCli(): Promise<SandboxCli> {
  if ((await realCli()) !== undefined) return sandboxCli();
  const folder = await freshUntilExit("cli");
  const options = {
    toolCache: undefined,
    tempFolder: folder,
    checkout: path.join(folder, "none"),
    timeout: 5_000,
  };
  const environment = process.env;
  const ports = { clock: systemClock, platform: systemPlatform(), environment, log: () => undefined };
  try {
    return { file: (await installCli(options, ports)).file, kind: "installed" };
  } catch {
    return sandboxCli();
  }
}
