import { slashed } from "../base/paths.ts";
import { createHash } from "node:crypto";
import { relative } from "node:path";
import { inParallel } from "../api/paging.ts";
import { mergeReports, type ScanReport } from "./finding.ts";
import { TightBudget } from "./files/archive.ts";
import { scanFile } from "./files/scan-file.ts";
import type { Tree } from "../base/tree.ts";

export interface ScanOptions {
  /** Absolute path of the checkout: reports name files relative to it. */
  readonly checkout: string;
  /** Absolute path of the folder of `databricks.yml`. */
  readonly bundleRoot: string;
  readonly target: string | undefined;
  /** Key of the fingerprints: the repository's own id at its host (see {@link ScanReport}). */
  readonly repositoryId: string;
}

export interface ScanPorts {
  readonly tree: Tree;
  readonly signal?: AbortSignal;
  /** Called after each file with how many files and bytes are done, of how many files. */
  readonly onProgress?: (done: { files: number; bytes: number; ofFiles: number }) => void;
}

/**
 * What was scanned, by path and content: a file is scanned again only if its content is another one. (Size, times and
 * inode prove nothing to whoever may set them.)
 */
export class ScannedFiles {
  readonly #options: ScanOptions;
  readonly #ports: ScanPorts;
  readonly #reports = new Map<string, ScanReport>();
  /** SHA-256 of the content that was scanned last under a path. */
  readonly #hashes = new Map<string, string>();
  readonly #contents = new Set<string>();
  readonly #tight = new TightBudget();

  constructor(options: ScanOptions, ports: ScanPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Scans those of the files, absolute paths, whose content has not been scanned. Rejects only when the signal is aborted,
   * and not at all if `uncut` (what was uploaded is looked at in any case).
   * @returns the files that were scanned
   */
  async scan(files: readonly string[], { uncut = false } = {}): Promise<string[]> {
    const fresh: string[] = [];
    const done = { files: 0, bytes: 0, ofFiles: files.length };
    await inParallel([...new Set(files)], async (path) => {
      if (!uncut) this.#ports.signal?.throwIfAborted();
      if (!(await this.#isKnown(path))) {
        fresh.push(path);
        done.bytes += await this.#scanOne(path, this.name(path), () => this.#ports.tree.read(path));
      }
      done.files++;
      this.#ports.onProgress?.({ ...done });
    });
    return fresh.sort();
  }

  /**
   * Scans the content of something that is no file here, under the name that reports give it.
   * @returns how much was found; nothing in content that was scanned before
   */
  async scanContent(name: string, content: Uint8Array): Promise<number> {
    if (this.#contents.has(createHash("sha256").update(content).digest("hex"))) return 0;
    const key = `content of ${name}`;
    await this.#scanOne(key, name, async function* () {
      yield await Promise.resolve(content);
    });
    return this.#reports.get(key)?.findings.length ?? 0;
  }

  /** All that was found. */
  report(): ScanReport {
    return mergeReports([...this.#reports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report));
  }

  /** As reports name a file. */
  name(path: string): string {
    return slashed(relative(this.#options.checkout, path));
  }

  async #isKnown(path: string): Promise<boolean> {
    const known = this.#hashes.get(path);
    if (known === undefined) return false;
    const hash = createHash("sha256");
    try {
      for await (const piece of this.#ports.tree.read(path)) hash.update(piece);
    } catch {
      return false;
    }
    return hash.digest("hex") === known;
  }

  async #scanOne(key: string, name: string, read: () => AsyncIterable<Uint8Array>): Promise<number> {
    const contents = new Set<string>();
    const hashed = async function* (): AsyncIterable<Uint8Array> {
      const hash = createHash("sha256");
      for await (const piece of read()) {
        hash.update(piece);
        yield piece;
      }
      onEnd(hash.digest("hex"));
    };
    this.#hashes.delete(key);
    // What was not read to its end (an archive that is too large), or was another content when it was read for the second
    // time, is never called known.
    const onEnd = (hex: string): void => {
      contents.add(hex);
      if (contents.size > 1) {
        this.#hashes.delete(key);
        for (const one of contents) this.#contents.delete(one);
        return;
      }
      this.#hashes.set(key, hex);
      this.#contents.add(hex);
    };
    const report = await scanFile({ name, read: hashed }, this.#options.repositoryId, this.#tight);
    this.#reports.set(key, report);
    return report.bytes;
  }
}
