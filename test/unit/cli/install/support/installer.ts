import { writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { InstallFiles } from "../../../../../core/cli/install/files.ts";
import {
  installCli,
  type InstalledCli,
  type InstallOptions,
  type InstallPorts,
} from "../../../../../core/cli/install/install.ts";
import type { PinnedTable } from "../../../../../core/cli/install/pinned.ts";
import type { Clock } from "../../../../../core/base/ports.ts";
import { program, releaseArchive, sha256 } from "./release.ts";

export const VERSION = "1.12.1";
export const NAME = `databricks_cli_${VERSION}_linux_amd64.zip`;
export const PROGRAM = program("Databricks CLI v1.12.1");
export const ARCHIVE = releaseArchive(PROGRAM);
export const PINNED: PinnedTable = { [VERSION]: { linux_amd64: sha256(ARCHIVE) } };
/** A version that is not pinned. */
export const LATER = "1.12.0";
export const LATER_NAME = `databricks_cli_${LATER}_linux_amd64.zip`;

/** Waits between tries take no time, and count as if they had; deadlines come when the test says so. */
export class PatientClock implements Clock {
  #waited = 0;
  readonly #deadlines: (() => void)[] = [];

  now(): number {
    return Date.now() + this.#waited;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 100_000) {
      this.#waited += ms;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#deadlines.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }

  /** Lets every deadline come. */
  expire(): void {
    for (const come of this.#deadlines) come();
  }
}

/** A runner on disk: checkout, tool cache, temporary folder and a mirror folder side by side. */
export class Runner {
  readonly toolCache: string;
  readonly tempFolder: string;
  readonly checkout: string;
  readonly mirror: string;
  readonly log: string[] = [];

  constructor(folder: string) {
    this.toolCache = join(folder, "tools");
    this.tempFolder = join(folder, "temp");
    this.checkout = join(folder, "checkout");
    this.mirror = join(folder, "mirror");
  }

  async prepare(): Promise<this> {
    for (const folder of [this.toolCache, this.tempFolder, this.checkout]) await mkdir(folder);
    await this.publish(NAME, ARCHIVE);
    return this;
  }

  /** Puts a file into the mirror folder. */
  async publish(
    name: string,
    content: Buffer | string,
    version = VERSION,
    mirror = this.mirror,
  ): Promise<void> {
    const file = join(mirror, `v${version}`, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** The place in a tool cache where the CLI belongs. */
  place(root = this.toolCache, version = VERSION): string {
    return join(root, "databricks-cli", version, "x64");
  }

  install(options: Partial<InstallOptions> = {}, ports: Partial<InstallPorts> = {}): Promise<InstalledCli> {
    const { toolCache, tempFolder, checkout, mirror } = this;
    return installCli(
      { toolCache, tempFolder, checkout, mirror, ...options },
      {
        clock: new PatientClock(),
        platform: { os: "linux", arch: "x64" },
        environment: {},
        log: (line) => this.log.push(line),
        pinned: PINNED,
        ...ports,
      },
    );
  }
}

/** A file system in which `operation` fails with `code` for paths that contain `part`. */
export function broken(
  files: InstallFiles,
  operation: keyof InstallFiles,
  part: string,
  code: string,
): InstallFiles {
  const original = files[operation] as (...args: unknown[]) => Promise<unknown>;
  const failing = (...args: unknown[]): Promise<unknown> =>
    args.some((arg) => typeof arg === "string" && arg.includes(part))
      ? Promise.reject(Object.assign(new Error(`${code}: made by the test`), { code }))
      : original(...args);
  return { ...files, [operation]: failing };
}

/** A file system that is full after `bytes` more bytes in files whose path contains `part`. */
export function full(files: InstallFiles, part: string, bytes: number): InstallFiles {
  const open = async (...args: Parameters<InstallFiles["open"]>) => {
    const handle = await files.open(...args);
    if (!String(args[0]).includes(part)) return handle;
    const write = handle.write.bind(handle) as (
      chunk: Buffer,
      at: number,
    ) => Promise<{ bytesWritten: number }>;
    let left = bytes;
    Object.assign(handle, {
      write: async (chunk: Buffer, at: number) => {
        if (left === 0) throw Object.assign(new Error("ENOSPC: made by the test"), { code: "ENOSPC" });
        const part = chunk.subarray(0, at + left);
        const result = await write(part, at);
        left -= result.bytesWritten;
        return result;
      },
    });
    return handle;
  };
  return { ...files, open };
}
