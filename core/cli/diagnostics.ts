import type { Place } from "../base/errors.ts";
import { beginsOutput } from "./build-failure.ts";
import type { Diagnostic } from "./diagnostic.ts";

interface Draft {
  readonly severity: Diagnostic["severity"];
  readonly text: string[];
  path?: string;
  place?: Place;
  readonly alsoAt: Place[];
  readonly detail: string[];
}

const START = /^(Error|Warning|Warn|Recommendation): (.*)$/;

/** What the CLI says about its own work: it may follow a diagnostic at once, or after the blank line before a detail. */
const PROGRESS =
  /^(?:(?:Uploading|Building|Updating|Deploying|Deployment|Executing|Created|Updated|Deleted|Recreated|Resized) |(?:Files|Resources|Plan|Destroy|Run URL|Info|Debug): |\{)/;

/**
 * Collects diagnostics from the lines of the CLI's stderr: `Error: text`, then `  at path` and `  in file:line:column`,
 * then after a blank line the detail. Lines of the CLI's logger (`Warn: text`) are diagnostics, too.
 * Source: cli `libs/cmdio/render.go` and `libs/log/handler/friendly.go`.
 */
export class DiagnosticsReader {
  readonly #found: Draft[] = [];
  /** Which part of the last diagnostic the next line belongs to; behind a build's error all is its output. */
  #part: "text" | "places" | "gap" | "detail" | "output" | "none" = "none";

  /** @returns how severe the diagnostic is that the line belongs to; undefined if it is part of none */
  line(line: string): Diagnostic["severity"] | undefined {
    const before = this.#part;
    this.#take(line);
    const belongs = START.test(line) || before === "output" || this.#part !== "none";
    const closes = line.trim() === "" && before !== "none";
    return belongs || closes ? this.#found.at(-1)?.severity : undefined;
  }

  #take(line: string): void {
    if (this.#part === "output") {
      this.#found.at(-1)?.detail.push(line.trimEnd());
      return;
    }
    const start = START.exec(line);
    if (start) this.#start(start[1] ?? "", start[2] ?? "");
    else if (line.trim() === "")
      this.#part = this.#part === "text" || this.#part === "places" ? "gap" : "none";
    else if (this.#part === "text" || this.#part === "places") this.#headLine(line);
    else if (this.#part === "gap" && PROGRESS.test(line)) this.#part = "none";
    else if (this.#part !== "none") {
      this.#part = "detail";
      this.#found.at(-1)?.detail.push(line.trimEnd());
    }
  }

  #start(word: string, text: string): void {
    const severity = word === "Error" ? "error" : word === "Recommendation" ? "recommendation" : "warning";
    // The reader of YAML names the place in its text alone.
    const named =
      /\byaml \((\S.*?):(\d+):(\d+)\)/.exec(text) ?? /^failed to load (\S.*?): yaml: line (\d+): /.exec(text);
    this.#found.push({
      severity,
      text: [text],
      alsoAt: [],
      detail: [],
      ...(named && { place: placeOf(named) }),
    });
    // The logger's warnings end with their line.
    this.#part = word === "Warn" ? "none" : beginsOutput(`${word}: ${text}`) ? "output" : "text";
  }

  #headLine(line: string): void {
    const current = this.#found.at(-1);
    const path = /^ {2}at (\S.*)$/.exec(line)?.[1];
    const place = /^ {2}in (\S.*?):(\d+)(?::(\d+))?$/.exec(line);
    if (current && path === undefined && !place && this.#part === "text" && !PROGRESS.test(line)) {
      current.text.push(line.trim());
      return;
    }
    // Further paths and places stand below the first ones, indented.
    const further = /^ {5}(\S.*?):(\d+):(\d+)$/.exec(line);
    if (further && current?.place) current.alsoAt.push(placeOf(further));
    this.#part = path !== undefined || place || line.startsWith("    ") ? "places" : "none";
    if (current && path !== undefined) current.path ??= path;
    if (current && place) current.place ??= placeOf(place);
  }

  /** Every diagnostic so far, each once: the CLI repeats some. */
  get diagnostics(): Diagnostic[] {
    const seen = new Set<string>();
    return this.#found.flatMap(({ text, detail, alsoAt, ...rest }) => {
      const diagnostic = {
        ...rest,
        text: text.join(" "),
        ...(alsoAt.length > 0 && { alsoAt }),
        ...(detail.some((line) => line !== "") && { detail: detail.join("\n").trimEnd() }),
      };
      const key = JSON.stringify(diagnostic);
      if (seen.has(key)) return [];
      seen.add(key);
      return [diagnostic];
    });
  }
}

function placeOf([, file = "", line, column]: readonly (string | undefined)[]): Place {
  return { file, line: Number(line), ...(column !== undefined && { column: Number(column) }) };
}
