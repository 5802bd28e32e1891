import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Bytes of the largest file that is looked at. */
const LARGEST = 4 * 1024 * 1024;

/** The files below a folder with their contents; what vanishes meanwhile is left out. */
export function contentsBelow(folder: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const name of attempt(() => readdirSync(folder, { recursive: true, withFileTypes: true })) ?? []) {
    if (!name.isFile()) continue;
    const file = path.join(name.parentPath, name.name);
    const content = attempt(() => (statSync(file).size > LARGEST ? undefined : readFileSync(file)));
    if (content !== undefined) found.set(file, content);
  }
  return found;
}

/** The names in a CI's temporary folder after a step, but for its audit log, which is there until the job ends. */
export function leftIn(temp: string): string[] {
  return readdirSync(temp).filter((name) => !/^databricks-secretless-audit-[\da-f-]{36}\.jsonl$/.test(name));
}

/** Keeps every version that it sees of every file below some folders, also of those that are gone again. */
export class FileWatch {
  readonly #versions = new Map<string, { readonly file: string; readonly content: Buffer }>();
  readonly #folders: readonly string[];
  readonly #timer: NodeJS.Timeout;

  constructor(folders: readonly string[], interval = 20) {
    this.#folders = folders;
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** What was seen so far. */
  get seen(): readonly { readonly file: string; readonly content: Buffer }[] {
    return [...this.#versions.values()];
  }

  /** Looks a last time and gives everything that was seen. */
  stop(): readonly { readonly file: string; readonly content: Buffer }[] {
    clearInterval(this.#timer);
    this.#look();
    return this.seen;
  }

  #look(): void {
    for (const folder of this.#folders) {
      for (const [file, content] of contentsBelow(folder)) {
        this.#versions.set(`${file}\n${content.toString("latin1")}`, { file, content });
      }
    }
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
