import { readdirSync, readFileSync } from "node:fs";

/** A program as /proc shows it: what `ps` and whoever is on the machine can see. */
export interface SeenProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Milliseconds between two looks: shorter than any program needs to start and end. */
const INTERVAL = 2;

/**
 * Looks again and again at a process and at all that it starts, also when that outlives it. Linux only.
 * A child that has not begun its own program yet still shows its parent's arguments and environment: that is left out.
 */
export class ProcessWatch {
  readonly #seen = new Map<string, SeenProcess>();
  readonly #alive = new Map<number, { readonly parent: number; image: string }>();
  #timer: NodeJS.Timeout | undefined;

  /** Whether this machine can show it. */
  static readonly possible = process.platform === "linux";

  watch(root: number): void {
    this.#alive.set(root, { parent: 0, image: "" });
    const look = (): void => {
      for (const pid of this.#alive.keys()) this.#look(pid);
      this.#timer = setTimeout(look, INTERVAL);
    };
    clearTimeout(this.#timer);
    look();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Every program that was seen, once for each pair of arguments and environment. */
  get seen(): readonly SeenProcess[] {
    return [...this.#seen.values()];
  }

  /** Ids of the processes that still run, of all that were seen. */
  get running(): readonly number[] {
    return [...this.#alive.keys()].filter(isThere);
  }

  #look(pid: number): void {
    const folder = `/proc/${String(pid)}`;
    const [commandLine, environment] = [read(`${folder}/cmdline`), read(`${folder}/environ`)];
    const known = this.#alive.get(pid);
    if (commandLine === "" || known === undefined) {
      // A zombie has no command line; whoever it started was seen before.
      this.#alive.delete(pid);
      return;
    }
    const image = `${commandLine}\n${environment}`;
    const begun = image !== this.#alive.get(known.parent)?.image;
    if (begun && image !== known.image) {
      known.image = image;
      this.#seen.set(`${String(pid)}\n${image}`, {
        pid,
        argv: commandLine.split("\0").slice(0, -1),
        environment: variables(environment),
      });
    }
    for (const child of childrenOf(folder)) {
      if (!this.#alive.has(child)) this.#alive.set(child, { parent: pid, image: "" });
    }
  }
}

/** Ids of a process and of all that it and its children have started, as far as their parents still live. Linux only. */
export function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(`/proc/${String(pid)}`).flatMap(familyOf)];
}

/** Whether a process runs; a zombie does not. */
export function isThere(pid: number): boolean {
  return read(`/proc/${String(pid)}/cmdline`) !== "";
}

function childrenOf(folder: string): number[] {
  try {
    return readdirSync(`${folder}/task`).flatMap((task) =>
      read(`${folder}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function variables(text: string): Record<string, string> {
  const pairs = text.split("\0").filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
