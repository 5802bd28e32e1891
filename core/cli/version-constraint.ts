type Numbers = readonly number[];

const PART = /^(>=|<=|>|<|!=)? ?(\d+)\.(?:(\d+)\.)?(\*|\d+)$/;

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  ">=": (order) => order >= 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  "<": (order) => order < 0,
  "!=": (order) => order !== 0,
  "": (order) => order === 0,
};

/**
 * Whether a release of the CLI is one that `bundle.databricks_cli_version` allows: `1.12.1`, `>= 1.9.0, < 2.0.0`, `1.12.*`, `1.*`.
 * Undefined for what is no such constraint, or where only the CLI can say (pre-releases, operators with `*`).
 * Source: cli `bundle/config/mutator/verify_cli_version.go`.
 */
export function allows(constraint: string, version: string): boolean | undefined {
  const release = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
  const parts = constraint.split(", ").map((part) => PART.exec(part));
  if (release === undefined || parts.length > 2) return undefined;
  const verdicts = parts.map((part) => part && holds(part, release));
  return verdicts.some((one) => one === null || one === undefined) ? undefined : verdicts.every((one) => one);
}

function holds(
  [, operator = "", major, minor, last]: RegExpExecArray,
  release: Numbers,
): boolean | undefined {
  const wanted = [major, minor, last].filter((part) => part !== undefined);
  const numbers = wanted.filter((part) => part !== "*").map(Number);
  if (numbers.length < wanted.length && operator !== "") return undefined;
  if (numbers.length === wanted.length && numbers.length < 3) return undefined;
  return HOLDS[operator]?.(compareReleases(release.slice(0, numbers.length), numbers));
}

/** Below 0 if `left` is the older one. */
export function compareReleases(left: Numbers, right: Numbers): number {
  const index = left.findIndex((number, position) => number !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
