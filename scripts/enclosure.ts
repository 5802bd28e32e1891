import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds that a process has to be gone after those who started it. */
const PATIENCE = 10_000;

/** A place of its own for each check: temporary folder and home, in which nothing may be left. */
export class Enclosure {
  readonly folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "check-")));
  /** Of each check, by its name: the folders that must be empty in the end. */
  readonly #places = new Map<string, readonly string[]>();

  /** The variables of this process for a check, with folders of its own. */
  environment(name: string): NodeJS.ProcessEnv {
    const at = path.join(this.folder, String(this.#places.size + 1));
    const [temp, home] = [path.join(at, "tmp"), path.join(at, "home")];
    for (const folder of [temp, home]) mkdirSync(folder, { recursive: true });
    this.#places.set(name, [temp, home]);
    // What XDG_… names would be used instead of the home.
    const given = Object.entries(process.env).filter(([known]) => !known.startsWith("XDG_"));
    return {
      ...Object.fromEntries(given),
      TMPDIR: temp,
      TEMP: temp,
      TMP: temp,
      HOME: home,
      USERPROFILE: home,
      // Both caches would lie in the temporary folder.
      TSX_DISABLE_CACHE: "1",
      NODE_DISABLE_COMPILE_CACHE: "1",
    };
  }

  /**
   * What a check has left: names in its folders, and processes that still have them in their environment (Linux only).
   * @param makers the file that made a name, as far as that is known
   */
  async leftBy(name: string, makers: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const places = this.#places.get(name) ?? [];
    const until = Date.now() + PATIENCE;
    let processes = running(places);
    while (processes.length > 0 && Date.now() < until) {
      await sleep(100);
      processes = running(places);
    }
    const files = places.flatMap((place) =>
      readdirSync(place).map((file) => {
        const maker = makers[file];
        return `${path.basename(place)}/${file}${maker === undefined ? "" : ` (made by ${maker})`}`;
      }),
    );
    return [...files, ...processes];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function running(places: readonly string[]): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => places.some((place) => read(`/proc/${pid}/environ`).includes(place)))
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 200)}`);
}

/** Empty for a process that has ended meanwhile or is another user's. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
