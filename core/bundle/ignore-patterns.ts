/**
 * Patterns of `.gitignore` as the Databricks CLI reads them (its library go-gitignore is not git: `?` is a plain
 * character, a slash in the middle does not anchor, a file below an ignored folder can be taken back). Matching takes
 * time proportional to pattern times path, whatever the pattern: no regular expression is built from user's text.
 */

/** One step of a pattern. `skip` may leave out the next `count` steps. */
type Step =
  | { readonly type: "character"; readonly character: string }
  | { readonly type: "class"; readonly characters: string; readonly negated: boolean }
  /** Any characters but slashes. */
  | { readonly type: "star" }
  /** Any characters. */
  | { readonly type: "any" }
  | { readonly type: "skip"; readonly count: number };

const ANY: Step = { type: "any" };
const SLASH: Step = { type: "character", character: "/" };
const skip = (count: number): Step => ({ type: "skip", count });

function stepsOf(line: string): Step[] {
  const anchored = line.startsWith("/") && !line.startsWith("/**/");
  // `folder/*.kind` is anchored, other patterns with slashes are not.
  const inFolder = /[^/+]\/.*\*\./.test(line);
  const steps: Step[] = anchored || inFolder ? [] : [skip(2), ANY, SLASH];
  let at = line.startsWith("/") ? 1 : 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const characters = /^\[(\^?)([^\]]{1,100})\]/.exec(rest);
    const [length, read]: [number, Step[]] = rest.startsWith("/**/")
      ? [4, [SLASH, skip(2), ANY, SLASH]]
      : rest.startsWith("**/")
        ? [3, [skip(2), ANY, SLASH]]
        : rest.startsWith("/**")
          ? [3, [skip(2), SLASH, ANY]]
          : rest.startsWith("*")
            ? [1, [{ type: "star" }]]
            : characters !== null
              ? [
                  characters[0].length,
                  [{ type: "class", characters: characters[2] ?? "", negated: characters[1] === "^" }],
                ]
              : rest.startsWith("\\") && rest.length > 1
                ? [2, [{ type: "character", character: rest[1] ?? "" }]]
                : [1, [{ type: "character", character: rest[0] ?? "" }]];
    steps.push(...read);
    at += length;
  }
  return [...steps, ...(line.endsWith("/") ? [ANY] : [skip(2), SLASH, ANY])];
}

function inClass(characters: string, character: string): boolean {
  for (let i = 0; i < characters.length; i++) {
    const to = characters[i + 1] === "-" ? characters[i + 2] : undefined;
    if (to !== undefined && character >= (characters[i] as string) && character <= to) return true;
    if (characters[i] === character) return true;
    if (to !== undefined) i += 2;
  }
  return false;
}

function takes(step: Step, character: string): boolean {
  if (step.type === "character") return step.character === character;
  if (step.type === "class") return inClass(step.characters, character) !== step.negated;
  return step.type === "any" || (step.type === "star" && character !== "/");
}

/** Simulates all ways through the pattern at once. */
function matches(steps: readonly Step[], path: string): boolean {
  let states = new Set<number>();
  const enter = (into: Set<number>, state: number): void => {
    if (into.has(state)) return;
    into.add(state);
    const step = steps[state];
    if (step?.type === "skip") {
      enter(into, state + 1);
      enter(into, state + 1 + step.count);
    } else if (step?.type === "star" || step?.type === "any") enter(into, state + 1);
  };
  enter(states, 0);
  for (const character of path) {
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === undefined || step.type === "skip" || !takes(step, character)) continue;
      enter(next, step.type === "star" || step.type === "any" ? state : state + 1);
    }
    states = next;
    if (states.size === 0) return false;
  }
  return states.has(steps.length);
}

/** What the patterns decide: files that are taken, or files that are left out. */
export type PatternUse = "take" | "leave-out";

/**
 * Characters that mean something else to the CLI's library, by accident: such a pattern never leaves a file out here, and
 * takes every one.
 */
const UNCERTAIN = /(?<!\\)[+(){}|^$]/;

export class IgnorePatterns {
  readonly #patterns: { readonly negated: boolean; readonly steps: readonly Step[] }[] = [];

  constructor(lines: readonly string[], use: PatternUse) {
    for (const raw of lines) {
      const line = raw.replace(/\r+$/, "").replace(/^ +| +$/g, "");
      if (line === "" || line.startsWith("#")) continue;
      const negated = line.startsWith("!");
      const pattern = negated ? line.slice(1) : line;
      const uncertain = UNCERTAIN.test(pattern.replace(/\[[^\]]{1,100}\]/g, ""));
      if (pattern === "" || (uncertain && (use === "leave-out") !== negated)) continue;
      this.#patterns.push({ negated, steps: uncertain ? [ANY] : stepsOf(pattern) });
    }
  }

  /** Whether the last pattern that matches `path` (relative, with slashes) is one that is not negated. */
  match(path: string): boolean {
    let matched = false;
    for (const { negated, steps } of this.#patterns) {
      if (matched === negated && matches(steps, path)) matched = !negated;
    }
    return matched;
  }
}
