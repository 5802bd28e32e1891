/** What the real CLI asks a token for; `nothing` if it gives up before. */
type CliAsks = "approved" | "other" | "nothing";

/**
 * A bundle, what we say to it, and what the real CLI makes of it. `$A` and `$O` stand for the approved and the other
 * workspace. `ours` is the selected target, or the code of the refusal.
 */
export interface PinCase {
  readonly title: string;
  /** The file at the root, or all files. */
  readonly files: string | Readonly<Record<string, string>>;
  readonly ours: string;
  readonly cli: CliAsks;
  readonly target?: string;
  /** Folder of the bundle below the checkout. */
  readonly root?: string;
}

export const HOST = "HOST_NOT_APPROVED";
export const CREDENTIAL = "CREDENTIAL_IN_BUNDLE";
export const INVALID = "BUNDLE_INVALID";

/** One case; `files` without `bundle:` get one. */
export function one(
  title: string,
  files: PinCase["files"],
  ours: string,
  cli: CliAsks,
  more: { target?: string; root?: string } = {},
): PinCase {
  return { title, files, ours, cli, ...more };
}

export const O = "workspace: { host: '$O' }";
export const A = "workspace: { host: '$A' }";

/** The files of a case for these two workspaces. */
export function filesOf({ files }: PinCase, approved: string, other: string): Record<string, string> {
  const filled = (text: string) =>
    text
      .replaceAll("$A", () => approved)
      .replaceAll("$O", () => other)
      .replaceAll("$UPPER", () => approved.toUpperCase());
  if (typeof files !== "string") {
    return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, filled(text)]));
  }
  return { "databricks.yml": filled(/^bundle:/m.test(files) ? files : `bundle: { name: b }\n${files}`) };
}
