import { SecretlessError } from "../../base/errors.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * `90s`, `10m`, `6h` or `1h30m` in milliseconds, between one second and seven days.
 * @throws SecretlessError `INPUT_INVALID`
 */
export function parseDuration(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smh])/g))
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  if (/^(?:\d{1,6}[smh])+$/.test(text) && total >= 1_000 && total <= 168 * 3_600_000) return total;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not a duration",
    expected: "a duration such as 90s, 10m, 6h or 1h30m, at most 168h",
    actual: text,
  });
}

/** The CLI's rule for variable names (JSON-schema pattern of a bundle's `variables`). */
const NAME = /^[A-Za-z_][\w-]*$/;
/** Names of job parameters. Source: REST API, jobs/create, `parameters.name`. */
const PARAMETER = /^[\w.-]+$/;
/** Longest value that is handed on; the environment of a Windows process ends at 32,767 characters. */
const MAX_VALUE = 10_000;

/**
 * `name=value` lines. The value is everything after the first `=`, unchanged; blank lines are skipped, a name twice
 * is a mistake. Values are not quoted in mistakes: a variable may be confidential.
 * @throws SecretlessError `INPUT_INVALID` that names every wrong line
 */
export function parseNameValueLines(text: string): Record<string, string> {
  return nameValueLines(text, NAME, "letters, digits, _ and - (not first)");
}

/** {@link parseNameValueLines} for parameters of a job, whose names may hold dots. */
export function parseParameterLines(text: string): Record<string, string> {
  return nameValueLines(text, PARAMETER, "letters, digits, _, - and dots");
}

/** Values, one a line and unchanged; blank lines are skipped. */
export function parseLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/**
 * Names, one a line or set apart by commas.
 * @param form of each name
 * @param wanted what a name may be, for people
 * @throws SecretlessError `INPUT_INVALID` that names every wrong one
 */
export function namesOf(form: RegExp, wanted: string): (text: string) => readonly string[] {
  return (text) => {
    const names = text.split(/[,\r\n]/).flatMap((name) => name.trim() || []);
    const wrong = names.filter((name) => !form.test(name));
    if (wrong.length === 0) return names;
    throw new SecretlessError("INPUT_INVALID", {
      problem: "not a list of names",
      expected: `${wanted}, one a line or set apart by commas`,
      actual: wrong.map((name) => JSON.stringify(name.slice(0, 60))).join(", "),
    });
  };
}

function nameValueLines(text: string, form: RegExp, letters: string): Record<string, string> {
  const found = new Map<string, string>();
  const wrong: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === "") continue;
    const where = `line ${String(index + 1)}`;
    const equals = raw.indexOf("=");
    const name = raw.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0) wrong.push(`${where} has no "="`);
    else if (!form.test(name)) wrong.push(`${where}: ${JSON.stringify(name.slice(0, 60))} is not a name`);
    else if (found.has(name)) wrong.push(`${where}: ${name} is given twice`);
    else if (raw.length - equals - 1 > MAX_VALUE)
      wrong.push(`${where}: the value of ${name} has over ${String(MAX_VALUE)} characters`);
    else found.set(name, raw.slice(equals + 1).replace(/\r$/, ""));
  }
  if (wrong.length === 0) return Object.fromEntries(found);
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not name=value lines",
    expected: `one name=value a line, each name once: ${letters}`,
    actual: wrong.join("; "),
    ...(wrong.some((one) => one.endsWith('"="')) && {
      remedy:
        "Each line is one value. For one of several lines use `BUNDLE_VAR_<name>` in the step's environment, or `variables-file`.",
    }),
  });
}
