import path from "node:path";
import type { Mistake } from "../../base/errors.ts";
import type { Environment } from "../../base/ports.ts";
import { quote } from "../../base/quote.ts";
import type { Ci } from "../ci.ts";
import type { InputName } from "./table.ts";

/** Variables by which the Databricks CLI takes its target, the one that counts first. Source: cli `bundle/env/target.go`. */
const TARGET = ["DATABRICKS_BUNDLE_TARGET", "DATABRICKS_BUNDLE_ENV"] as const;
/** Source: cli `bundle/env/root.go`. */
const ROOT = ["DATABRICKS_BUNDLE_ROOT"] as const;
const VARIABLE = "BUNDLE_VAR_";

interface FromEnvironment {
  readonly values: { readonly target?: string; readonly bundleRoot?: string };
  /** Names of the variables that the values come from. */
  readonly variables: readonly string[];
  readonly mistakes: readonly Mistake[];
}

/**
 * What the job's environment says of the bundle. The CLI would heed it, so a workflow that was written for the bare CLI means
 * it: it counts where the input is left out, and is a mistake where the input says something else.
 */
export function bundleFromEnvironment(ci: Ci, environment: Environment): FromEnvironment {
  const mistakes: Mistake[] = [];
  const variables: string[] = [];
  const folder = (text: string): string => path.resolve(ci.context.checkout, text);
  const take = (
    input: InputName,
    names: readonly string[],
    meaning: (text: string) => string,
  ): string | undefined => {
    const set = names.flatMap((name) => {
      const value = environment[name]?.trim() ?? "";
      return value === "" ? [] : [[name, value] as const];
    });
    const [first] = set;
    if (!first) return undefined;
    const written = ci.input(input);
    const label = ci.inputLabel(input);
    const [source, wanted] =
      written === "" ? [`\`${first[0]}\``, first[1]] : [`the input \`${label}\``, written];
    const others = set.filter(([, value]) => meaning(value) !== meaning(wanted));
    for (const [name, value] of others)
      mistakes.push({
        problem: `\`${name}\` in the job's environment says something else than ${source}.`,
        expected: quote(wanted),
        actual: quote(value),
        remedy: `Take \`${name}\` out of the job, or give both the same value: the Databricks CLI would heed it, this step takes the input \`${label}\`.`,
      });
    if (written !== "" || others.length > 0) return undefined;
    variables.push(first[0]);
    return first[1];
  };
  const target = take("target", TARGET, (text) => text);
  const bundleRoot = take("bundle-root", ROOT, folder);
  const values = { ...(target !== undefined && { target }), ...(bundleRoot !== undefined && { bundleRoot }) };
  return { values, variables, mistakes };
}

/** Bundle variables of the job's environment in which the CI has left an expression of its own. */
export function unresolvedVariables(ci: Ci, environment: Environment): Mistake[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(VARIABLE) && value !== undefined
      ? leftOver(`\`${name}\` in the job's environment`, value, ci)
      : [],
  );
}

/** What the CI has left of its own expressions in an input: it would be deployed as it stands there. */
export function unresolved(name: string, text: string, ci: Ci): Mistake[] {
  // Its own error says why a connection is not there.
  if (name === "azure-subscription") return [];
  return leftOver(`Input \`${ci.inputLabel(name as InputName)}\``, text, ci);
}

function leftOver(where: string, text: string, { dialect }: Ci): Mistake[] {
  const found = new Map<string, string>();
  for (const [pattern, why] of dialect.expressions) {
    for (const [expression] of text.matchAll(pattern)) if (!found.has(expression)) found.set(expression, why);
  }
  // Of `$(a$(b))` the inner one is what has no value.
  return [...found].map(([expression, why]) => ({
    problem: `${where} holds \`${quote(expression)}\`, which has no value in this job.`,
    expected: "a text in which nothing is left of the CI's own expressions",
    actual: quote(expression),
    remedy: why,
  }));
}
