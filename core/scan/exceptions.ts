import { slashed } from "../base/paths.ts";
import { join, relative } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { RefusedFile, textOf } from "../base/checkout-file.ts";
import type { Mistake, Place } from "../base/errors.ts";
import { meant } from "../base/nearest.ts";
import { quote } from "../base/quote.ts";
import { isDay } from "../base/yaml/shape.ts";
import { yamlFlaw } from "../base/yaml/flaw.ts";
import type { Finding } from "./finding.ts";
import { globCovers, globMatches } from "../base/glob.ts";
import { IgnorePatterns } from "../bundle/ignore-patterns.ts";
import { PRACTICES, SCOPE_RULE, UNSCANNED_RULE } from "./rules/practices.ts";
import { RULES } from "./rules/index.ts";
import type { ScanOptions } from "./scanned-files.ts";
import { readOwn, type TreeBounds } from "../base/tree.ts";

/** The file of accepted findings, in the bundle's root. */
export const EXCEPTIONS_FILE = ".secretless-ignore.yml";

/** One finding that somebody answers for, until a day. */
export interface Exception {
  readonly rule: string;
  /** A path as reports name it, or a pattern of `.gitignore`. */
  readonly path: string;
  readonly fingerprint: string;
  readonly reason: string;
  /** ISO 8601 date: the last day on which it holds. */
  readonly expires: string;
  readonly place: Place;
  /** Files in which the policy admits it, whatever `path` matches; patterns with `*`. */
  readonly within?: readonly string[];
}

export interface Exceptions {
  readonly exceptions: readonly Exception[];
  readonly mistakes: readonly Mistake[];
}

/** What each exception must name. */
export const FIELDS = ["rule", "path", "fingerprint", "reason", "expires"] as const;
/** More of them are no exceptions; each is compared with each finding. */
export const MOST = 1000;
const REMEDY = "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).";
/** What an exception may be for. */
export const RULE_IDS: ReadonlySet<string> = new Set(
  [...RULES, ...PRACTICES, SCOPE_RULE, UNSCANNED_RULE].map((rule) => rule.id),
);

/** The exceptions beside `databricks.yml`, none if there is no such file. `today` is an ISO date. */
export async function readExceptions(
  { bundleRoot, checkout }: ScanOptions,
  bounds: TreeBounds,
  today: string,
): Promise<Exceptions> {
  const file = join(bundleRoot, EXCEPTIONS_FILE);
  const name = slashed(relative(checkout, file));
  try {
    const bytes = await readOwn(file, checkout, bounds);
    if (bytes === undefined) return { exceptions: [], mistakes: [] };
    return parseExceptions(textOf(bytes), name, today);
  } catch (error) {
    const why = error instanceof RefusedFile ? error.message : "cannot be read";
    return {
      exceptions: [],
      mistakes: [{ problem: `${name} ${why}`, remedy: REMEDY, place: { file: name } }],
    };
  }
}

/** Reads the exceptions; every mistake is returned with its place, and what is mistaken is no exception. `today` is an ISO date. */
export function parseExceptions(text: string, file: string, today: string): Exceptions {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const mistakes: Mistake[] = [];
  const placeAt = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line, column: col };
  };
  for (const error of document.errors) {
    mistakes.push({
      problem: `${file} is not valid YAML: ${yamlFlaw(error)}`,
      expected: "YAML: one document, each key once",
      remedy: "Correct the line; an editor with a YAML extension shows the place.",
      place: placeAt(error.pos[0]),
    });
  }
  if (mistakes.length > 0 || document.contents === null) return { exceptions: [], mistakes };
  const list = isMap(document.contents) ? document.contents.get("exceptions", true) : undefined;
  if (!isSeq(list) || (document.contents as YAMLMap).get("version") !== 1) {
    mistakes.push({
      problem: `${file} needs \`version: 1\` and a list \`exceptions\``,
      expected: "`version: 1`, `exceptions:` with a list",
      actual: isMap(document.contents)
        ? quote(document.contents.items.map(({ key }) => String(key)).join(", "))
        : "no mapping",
      remedy: REMEDY,
      place: placeAt(0),
    });
    return { exceptions: [], mistakes };
  }
  for (const { key } of (document.contents as YAMLMap).items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (name === "version" || name === "exceptions") continue;
    const problem = `${file} has an unknown key ${quote(name)}`;
    mistakes.push({ problem, remedy: REMEDY, place: placeAt((key as { range?: number[] }).range?.[0]) });
  }
  if (list.items.length > MOST) {
    const problem = `${file} has more than ${String(MOST)} exceptions`;
    mistakes.push({ problem, remedy: "Remove what the exceptions are for.", place: placeAt(0) });
    return { exceptions: [], mistakes };
  }
  const exceptions: Exception[] = [];
  for (const item of list.items) {
    const place = placeAt((item as { range?: [number, number, number] }).range?.[0]);
    if (!isMap(item)) {
      const expected = FIELDS.join(", ");
      mistakes.push({
        problem: "An exception must be a mapping",
        expected,
        actual: quote(String(item)),
        remedy: REMEDY,
        place,
      });
      continue;
    }
    const { exception, mistakes: found } = parseOne(item, place, placeAt, today);
    mistakes.push(...found);
    if (found.length === 0) exceptions.push(exception);
  }
  return { exceptions, mistakes };
}

function parseOne(
  item: YAMLMap,
  place: Place,
  placeAt: (offset: number | undefined) => Place,
  today: string,
): { exception: Exception; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const wrong = (at: Place, problem: string, expected: string, actual: string, remedy = REMEDY): void => {
    mistakes.push({ problem, expected, actual, remedy, place: at });
  };
  const placeOf = (node: unknown): Place =>
    placeAt((node as { readonly range?: readonly number[] } | undefined)?.range?.[0]);
  const values = Object.fromEntries(
    FIELDS.map((field) => {
      const node = item.get(field, true);
      const text = isScalar(node) ? (node.source ?? "").trim() : "";
      if (text === "") wrong(place, `The exception has no ${field}`, `\`${field}\``, "nothing");
      return [field, text];
    }),
  ) as Record<(typeof FIELDS)[number], string>;
  for (const pair of item.items) {
    const key = String(pair.key);
    if (FIELDS.some((field) => field === key)) continue;
    const remedy = [...meant(key, FIELDS), "Correct the key, or take it out."].join(" ");
    const problem = `The exception has an unknown key ${quote(key)}`;
    wrong(placeOf(pair.key), problem, FIELDS.join(", "), quote(key), remedy);
  }
  const { rule, expires } = values;
  if (rule !== "" && !RULE_IDS.has(rule)) {
    const remedy = [
      ...meant(rule, [...RULE_IDS]),
      "Copy the rule and the fingerprint from the finding.",
    ].join(" ");
    wrong(
      placeOf(item.get("rule", true)),
      `There is no rule ${quote(rule)}`,
      "the rule of a finding",
      quote(rule),
      remedy,
    );
  }
  const isDate = isDay(expires);
  const at = placeOf(item.get("expires", true));
  if (expires !== "" && !isDate) {
    const problem = `${quote(expires)} is no day of the form YYYY-MM-DD`;
    wrong(at, problem, "a day of the calendar, such as 2027-03-31", quote(expires));
  } else if (isDate && expires < today) {
    const problem = `The exception for ${quote(rule)} in ${quote(values.path)} expired on ${expires}`;
    const remedy = "Take the exception out, or look at the value again and give it a new date.";
    wrong(at, problem, `a day from ${today} on`, expires, remedy);
  }
  return { exception: { ...values, place }, mistakes };
}

/** What a policy says of exceptions: none at all, or only such ones; patterns with `*`. */
export type ExceptionPolicy =
  | "forbid"
  | {
      readonly max_days?: number;
      readonly rules?: readonly string[];
      readonly paths?: readonly string[];
    };

/** The exceptions that the policy admits; the others are mistakes. `today` is an ISO date. */
export function boundExceptions(
  { exceptions, mistakes }: Exceptions,
  policy: ExceptionPolicy,
  today: string,
): Exceptions {
  const refused = exceptions.flatMap((exception): [Exception, Mistake][] => {
    const why = whyRefused(exception, policy, today);
    if (why === undefined) return [];
    const problem = `The policy does not admit the exception for ${exception.rule} in ${exception.path}: ${why}`;
    const remedy = "Take the credential out, or ask who owns the policy (`scan.exceptions`).";
    return [[exception, { problem, remedy, place: exception.place }]];
  });
  const without = new Set(refused.map(([exception]) => exception));
  const within = policy === "forbid" ? undefined : policy.paths;
  return {
    exceptions: exceptions
      .filter((exception) => !without.has(exception))
      .map((exception) => ({ ...exception, ...(within && { within }) })),
    mistakes: [...mistakes, ...refused.map(([, mistake]) => mistake)],
  };
}

const DAY = 24 * 60 * 60 * 1000;

function whyRefused(
  { rule, path, expires }: Exception,
  policy: ExceptionPolicy,
  today: string,
): string | undefined {
  if (policy === "forbid") return "it forbids exceptions.";
  const { max_days: most, rules, paths } = policy;
  const days = (Date.parse(expires) - Date.parse(today)) / DAY;
  if (most !== undefined && days > most)
    return `it ends in ${String(days)} days, and may in ${String(most)} at most.`;
  if (rules && !rules.some((pattern) => globMatches(pattern, rule)))
    return `it admits them for ${rules.join(", ")} alone.`;
  if (paths && !paths.some((pattern) => globCovers(pattern, path)))
    return `it admits them in ${paths.join(", ")} alone.`;
  return undefined;
}

export interface Applied {
  /** Findings that stay. */
  readonly findings: readonly Finding[];
  readonly excepted: readonly { readonly finding: Finding; readonly exception: Exception }[];
  readonly unused: readonly Exception[];
}

/** Takes the excepted findings out. An exception holds for its rule, its path and its very value only. */
export function applyExceptions(findings: readonly Finding[], exceptions: readonly Exception[]): Applied {
  const matchers = exceptions.map((exception) => ({
    exception,
    paths: new IgnorePatterns([exception.path], "leave-out"),
  }));
  const used = new Set<Exception>();
  const stay: Finding[] = [];
  const excepted: { finding: Finding; exception: Exception }[] = [];
  for (const finding of findings) {
    const { file } = finding.place;
    const found = matchers.find(
      ({ exception, paths }) =>
        exception.rule === finding.rule.id &&
        exception.fingerprint === finding.fingerprint &&
        (exception.path === file || paths.match(file)) &&
        (exception.within?.some((pattern) => globMatches(pattern, file)) ?? true),
    );
    if (found === undefined) stay.push(finding);
    else {
      used.add(found.exception);
      excepted.push({ finding, exception: found.exception });
    }
  }
  return { findings: stay, excepted, unused: exceptions.filter((exception) => !used.has(exception)) };
}

/**
 * Whether every scan sees what the exception is for, so that it can be called unused. What a setting resolves to differs by
 * target, and the plan has only resources that change; artifacts may be built by another target alone. `configuration`
 * are the bundle's YAML files, as reports name them.
 */
export function isAlwaysSeen({ rule, path }: Exception, configuration: readonly string[]): boolean {
  if (/^(?:practice|scope)-/.test(rule) || /\.(?:whl|jar|egg|zip)$/.test(path)) return false;
  const paths = new IgnorePatterns([path], "leave-out");
  return !configuration.some((file) => file === path || paths.match(file));
}

/** The mistake that an exception is, once everything was scanned and nothing needed it. */
export function unusedMistake({ rule, path, place }: Exception): Mistake {
  return {
    problem: `The exception for ${quote(rule)} in ${quote(path)} matches no finding`,
    remedy: "Remove it.",
    place,
  };
}
