import { meant } from "../base/nearest.ts";
import type { Mistake } from "../base/errors.ts";
import { quote, quoteAll } from "../base/quote.ts";

/**
 * One mistake for each name that the bundle does not declare: the Databricks CLI would pass over its value in silence.
 * @param input that gave the names
 */
export function undeclared(
  names: readonly string[],
  declared: readonly string[],
  input: "variables" | "variables-file",
): Mistake[] {
  return names
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      problem: `The bundle declares no variable \`${quote(name)}\`.`,
      expected: declared.length === 0 ? "no variables: the bundle declares none" : quoteAll(declared, 30),
      actual: quote(name),
      remedy: [
        ...meant(name, declared),
        `Correct the name in \`${input}\`, or declare it under \`variables\` of the bundle.`,
      ].join(" "),
    }));
}
