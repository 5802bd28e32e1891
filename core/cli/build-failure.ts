import { SecretlessError } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Most names of withheld variables that are told. */
const MOST_NAMES = 20;

/** How the CLI says that code of the bundle failed. Source: cli `bundle/artifacts/build.go`, `bundle/scripts/scripts.go`. */
const FAILURES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /^build failed (\S+), error: (.*?), output: ?/,
    ([, name = ""]) => `The build of the artifact \`${name}\` failed.`,
  ],
  [/^failed to execute script: /, () => "A script of the bundle (`experimental.scripts`) failed."],
];

/** Whether all that the CLI prints after this line of stderr is the output of code of the bundle. */
export function beginsOutput(line: string): boolean {
  return /^Error: build failed \S+, error: .*?, output:/.test(line);
}

/**
 * The error for a build or a script of the bundle that failed; undefined for another failure. Its output is told whole,
 * as the CLI prints it with its error.
 * @param withheld names of variables that the build could have asked for, those of builds first
 */
export function buildFailure(
  diagnostics: readonly Diagnostic[],
  withheld: readonly string[],
): SecretlessError | undefined {
  for (const { text, detail, severity } of diagnostics) {
    if (severity !== "error") continue;
    for (const [pattern, problem] of FAILURES) {
      const match = pattern.exec(text);
      if (!match) continue;
      const output = [text.slice(match[0].length), ...(detail === undefined ? [] : [detail])].join("\n");
      const said = [match[2] ?? "", output].filter((part) => part.trim() !== "").join("\n");
      return new SecretlessError("BUILD_FAILED", {
        problem: problem(match),
        ...(said !== "" && { actual: said.trimEnd() }),
        remedy: ["Mend what its output tells.", ...withheldNote(withheld)].join(" "),
      });
    }
  }
  return undefined;
}

function withheldNote(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${String(more)} more` : "");
  return [`Withheld from the build, though set: ${shown}; name in \`pass-env\` what it needs.`];
}
