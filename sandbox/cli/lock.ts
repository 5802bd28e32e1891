import { randomUUID } from "node:crypto";
import { isObject, parseJson, textOf } from "../http/json.ts";
import { CliFailure } from "./diagnostics.ts";
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

  /** @throws CliFailure that names the holder */
  async acquire(force: boolean): Promise<void> {
    const lock = {
      ID: this.#id,
      AcquisitionTime: new Date().toISOString(),
      IsForced: force,
      User: this.#user,
    };
    try {
      await this.#files.write(this.#path, Buffer.from(JSON.stringify(lock)), force);
      await this.#assertHeld();
    } catch (error) {
      const reason = (error as Error).message;
      throw new CliFailure(`Failed to acquire deployment lock: ${reason}`, reason);
    }
  }

  async release(): Promise<void> {
    try {
      await this.#files.status(this.#path, undefined, true);
      await this.#assertHeld();
    } catch (error) {
      throw new CliFailure(`unlock called when lock is not held: ${(error as Error).message}`);
    }
    await this.#files.delete(this.#path);
  }

  /** After destroy: the lock went with its folder. */
  async releaseAfterDestroy(): Promise<void> {
    if ((await this.#files.status(this.#path, undefined, true)) !== undefined) await this.release();
  }

  async #assertHeld(): Promise<void> {
    const content = await this.#files.read(this.#path);
    if (content === undefined) throw new CliFailure("no active lock on target dir: file does not exist");
    const lock = parseLock(content.toString("utf8"));
    if (lock.id === this.#id) return;
    throw new CliFailure(
      `deploy lock ${lock.forced ? "force-acquired" : "acquired"} by ${lock.user} at ${goTime(lock.time)}.\n` +
        "Another deployment may be in progress. Use --force-lock to override, but this may\n" +
        "conflict with the other deployment if it is still active",
    );
  }
}

function parseLock(text: string): { id: string; user: string; time: string; forced: boolean } {
  const value = parseJson(text);
  const lock = isObject(value) ? value : {};
  const id = textOf(lock["ID"]);
  if (id.length !== 36) throw new CliFailure(`invalid UUID length: ${id.length}`);
  const forced = lock["IsForced"] === true;
  return { id, user: textOf(lock["User"]), time: textOf(lock["AcquisitionTime"]), forced };
}

/** `2026-11-22T01:35:14.2880Z` as Go prints it: `2026-11-22 01:35:14.288 +0000 UTC`. */
function goTime(time: string): string {
  const [date = "", clock = ""] = time.replace(/Z$/, "").split("T");
  return `${date} ${clock.replace(/\.?0+$/, (zeros) => (clock.includes(".") ? "" : zeros))} +0000 UTC`;
}
