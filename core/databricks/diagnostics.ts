import type { Place } from "../errors.ts";

export interface Diagnostic {
  readonly severity: "error" | "warning" | "recommendation";
  readonly text: string;
  /** Path in the bundle's configuration, such as `resources.jobs.nightly`. */
  readonly path?: string;
  /** As the CLI prints it: relative to its working folder. */
  readonly place?: Place;
}

/**
 * Collects diagnostics from the lines of the CLI's stderr: `Error: text`, then `  at path` and `  in file:line:column`.
 * Source: cli `libs/diag` and `bundle/render`.
 */
export class DiagnosticsReader {
  readonly #found: { severity: Diagnostic["severity"]; text: string[]; path?: string; place?: Place }[] = [];
  #open = false;

  line(line: string): void {
    const start = /^(Error|Warning|Warn|Recommendation): (.*)$/.exec(line);
    if (start) {
      const word = start[1];
      const severity = word === "Error" ? "error" : word === "Recommendation" ? "recommendation" : "warning";
      this.#found.push({ severity, text: [start[2] ?? ""] });
      this.#open = true;
      return;
    }
    const current = this.#found.at(-1);
    if (!this.#open || !current) return;
    const path = /^ {2}at (\S.*)$/.exec(line)?.[1];
    const place = /^ {2}in (\S.*?):(\d+)(?::(\d+))?$/.exec(line);
    if (path !== undefined) current.path ??= path;
    else if (place) {
      current.place ??= {
        file: place[1] ?? "",
        line: Number(place[2]),
        ...(place[3] !== undefined && { column: Number(place[3]) }),
      };
    } else if (line.trim() === "" || current.place) this.#open = false;
    else current.text.push(line.trim());
  }

  /** Every diagnostic so far, each once: the CLI repeats some. */
  get diagnostics(): Diagnostic[] {
    const seen = new Set<string>();
    return this.#found.flatMap(({ text, ...rest }) => {
      const diagnostic = { ...rest, text: text.join(" ") };
      const key = JSON.stringify(diagnostic);
      if (seen.has(key)) return [];
      seen.add(key);
      return [diagnostic];
    });
  }
}
