interface Diagnostic {
  readonly severity: "Error" | "Warning";
  readonly summary: string;
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

/** Refuses what the real CLI can do and the stand-in cannot. */
export function cannot(...what: readonly string[]): CliFailure {
  return new CliFailure(...what.map((one) => `the stand-in for the Databricks CLI cannot do this: ${one}`));
}

/** The two streams of the command. Diagnostics are printed when they are found. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export function report(output: Output, diagnostics: readonly Diagnostic[]): void {
  for (const { severity, summary } of diagnostics) output.err(`${severity}: ${summary}\n\n`);
}
