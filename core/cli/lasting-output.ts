import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";

type Sink = (chunk: Buffer) => void;

/** Milliseconds between two looks at what the program has printed. */
const INTERVAL = 50;
const CHUNK = 64 * 1024;

export interface LastingOutput {
  /** For the program's stdout and stderr. */
  readonly descriptors: readonly number[];
  /** Hands on the rest; a second call does nothing. */
  end(): void;
}

/**
 * Takes the output of a program that must be able to outlive this process. A pipe would break with us, and the next
 * line that the program prints would end it (SIGPIPE). So it prints into files that have no name any more: nobody else
 * can open them, and they are gone with the last process that has them open. POSIX only.
 */
export function lastingOutput(sinks: readonly Sink[]): LastingOutput {
  const folder = mkdtempSync(path.join(os.tmpdir(), "databricks-secretless-output-"));
  const files = sinks.map((sink, index) => {
    const name = path.join(folder, String(index));
    const descriptor = openSync(name, "ax+", 0o600);
    unlinkSync(name);
    return { sink, descriptor, position: 0 };
  });
  rmdirSync(folder);
  const look = (): void => {
    for (const file of files) {
      for (;;) {
        const buffer = Buffer.allocUnsafe(CHUNK);
        const size = readSync(file.descriptor, buffer, 0, CHUNK, file.position);
        if (size === 0) break;
        file.position += size;
        file.sink(buffer.subarray(0, size));
      }
    }
  };
  const timer = setInterval(look, INTERVAL);
  timer.unref();
  let ended = false;
  return {
    descriptors: files.map(({ descriptor }) => descriptor),
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      look();
      for (const { descriptor } of files) closeSync(descriptor);
    },
  };
}
