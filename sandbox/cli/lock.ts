import { randomUUID } from "node:crypto";
import { parseJson, textOf } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { CliFailure, report, type Output } from "./diagnostics.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";

/** `deploy.lock`: whoever could write it without overwriting holds it. It never expires. */
export class DeploymentLock {
  readonly #id = randomUUID();
  readonly #path: string;
  readonly #user: string;
  readonly #files: WorkspaceFiles;

  constructor(statePath: string, user: string, files: WorkspaceFiles) {
    this.#path = `${statePath}/deploy.lock`;
    this.#user = user;
    this.#files = files;
  }

  /**
   * Acts while it is held, and releases it in any case; if both fail, both errors are shown.
   * @param destroying the lock goes with its folder: there may be nothing to release
   * @throws CliFailure
   */
  async holding(act: () => Promise<void>, output: Output, destroying = false): Promise<void> {
    await this.#acquire();
    try {
      await act();
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      report(output, error.diagnostics);
      await this.#release(destroying);
      throw new CliFailure();
    }
    await this.#release(destroying);
  }

  /** @throws CliFailure that names the holder */
  async #acquire(): Promise<void> {
    const time = new Date().toISOString();
    const lock = { ID: this.#id, AcquisitionTime: time, IsForced: false, User: this.#user };
    try {
      await this.#files.write(this.#path, Buffer.from(JSON.stringify(lock)), false);
      await this.#assertHeld();
    } catch (error) {
      const reason = (error as Error).message;
      throw new CliFailure(`Failed to acquire deployment lock: ${reason}`, reason);
    }
  }

  async #release(mayBeGone: boolean): Promise<void> {
    const there = await this.#files.status(this.#path, undefined, true);
    if (there === undefined && mayBeGone) return;
    try {
      await this.#assertHeld();
    } catch (error) {
      throw new CliFailure(`unlock called when lock is not held: ${(error as Error).message}`);
    }
    await this.#files.delete(this.#path);
  }

  async #assertHeld(): Promise<void> {
    const content = await this.#files.read(this.#path);
    if (content === undefined) throw new CliFailure("no active lock on target dir: file does not exist");
    const lock = objectOf(parseJson(content.toString("utf8")));
    if (lock["ID"] === this.#id) return;
    throw new CliFailure(
      `deploy lock acquired by ${textOf(lock["User"])} at ${goTime(textOf(lock["AcquisitionTime"]))}.\n` +
        "Another deployment may be in progress. Use --force-lock to override, but this may\n" +
        "conflict with the other deployment if it is still active",
    );
  }
}

/** `2026-11-22T01:35:14.2880Z` as Go prints it: `2026-11-22 01:35:14.288 +0000 UTC`. */
function goTime(time: string): string {
  const [date = "", clock = ""] = time.replace(/Z$/, "").split("T");
  return `${date} ${clock.replace(/\.?0+$/, (zeros) => (clock.includes(".") ? "" : zeros))} +0000 UTC`;
}
