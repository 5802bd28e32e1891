/** A place in a file of the bundle; line and column count from 1, the file is relative to the bundle's folder. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic {
  readonly severity: "Error" | "Warning" | "Recommendation";
  readonly summary: string;
  /** Path of the setting, such as `resources.jobs.nightly`. */
  readonly path?: string;
  readonly location?: Location | undefined;
  readonly detail?: string;
}

/** Ends the command with exit code 1 after its diagnostics are printed. */
export class CliFailure extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(...diagnostics: readonly (Diagnostic | string)[]) {
    const all = diagnostics.map((one) =>
      typeof one === "string" ? { severity: "Error" as const, summary: one } : one,
    );
    super(all.map(({ summary }) => summary).join("; "));
    this.diagnostics = all;
  }
}

/** What the real CLI can do and the stand-in cannot. */
export function cannot(what: string, path?: string, location?: Location): Diagnostic {
  return {
    severity: "Error",
    summary: `the stand-in for the Databricks CLI cannot do this: ${what}`,
    ...(path === undefined ? {} : { path }),
    location,
  };
}

function renderDiagnostic({ severity, summary, path, location, detail }: Diagnostic): string {
  const lines = [`${severity}: ${summary}`];
  if (path !== undefined) lines.push(`  at ${path}`);
  if (location !== undefined) lines.push(`  in ${location.file}:${location.line}:${location.column}`);
  if (detail !== undefined) lines.push("", detail.trimEnd());
  return `${lines.join("\n")}\n\n`;
}

/** The two streams of the command. Diagnostics are printed when they are found. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export function report(output: Output, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) output.err(renderDiagnostic(diagnostic));
}
