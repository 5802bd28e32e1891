/** Ends the command with exit code 1 after its errors are printed. */
export class CliFailure extends Error {
  readonly errors: readonly string[];

  constructor(...errors: readonly string[]) {
    super(errors.join("; "));
    this.errors = errors;
  }
}

/** Refuses what the real CLI can do and the stand-in cannot. */
export function cannot(...what: readonly string[]): CliFailure {
  return new CliFailure(...what.map((one) => `the stand-in for the Databricks CLI cannot do this: ${one}`));
}

/** Prints on stderr; stdout is for results. */
export type Note = (text: string) => void;
