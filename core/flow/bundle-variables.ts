import path from "node:path";
import { SecretlessError } from "../base/errors.ts";
import { quoteAll } from "../base/quote.ts";
import { undeclared } from "../bundle/declared-variables.ts";
import type { BundleTarget } from "../bundle/host-pin.ts";
import { NO_VARIABLES, readVariablesFile, type VariableValues } from "../bundle/variables-file.ts";
import { placeOverrides } from "../cli/variable-overrides.ts";
import { warn, type Step } from "./step.ts";
import { namedFile } from "./user-file.ts";

const VARIABLE = "BUNDLE_VAR_";

/**
 * The values that the inputs give to the bundle's variables: those of `variables` go before those of `variables-file`.
 * @param judged the bundle; what is wrong with it, it tells itself
 * @throws SecretlessError `INPUT_INVALID` for a file that cannot be read, or a name that the bundle does not declare
 */
export async function givenVariables(
  step: Step,
  judged: Promise<BundleTarget | undefined>,
): Promise<VariableValues> {
  const { inputs } = step;
  const ofFile =
    inputs.variablesFile === undefined ? NO_VARIABLES : await fileValues(step, inputs.variablesFile);
  const target = await judged.catch(() => undefined);
  if (target) {
    const declared = target.variables;
    const mistakes = [
      ...undeclared(Object.keys(inputs.variables), declared, "variables"),
      ...undeclared(
        [...Object.keys(ofFile.texts), ...Object.keys(ofFile.complex)],
        declared,
        "variables-file",
      ),
    ];
    if (mistakes.length > 0) {
      throw new SecretlessError("INPUT_INVALID", {
        problem: "The bundle does not declare every variable that gets a value. Nothing was changed.",
        mistakes,
      });
    }
    warnOfUndeclared(step, declared);
  }
  const simple = new Set(Object.keys(inputs.variables));
  return {
    texts: { ...ofFile.texts, ...inputs.variables },
    complex: Object.fromEntries(Object.entries(ofFile.complex).filter(([name]) => !simple.has(name))),
  };
}

async function fileValues(step: Step, file: string): Promise<VariableValues> {
  const { value, mistakes } = readVariablesFile(await namedFile(step, "variables-file", file));
  if (value !== undefined) return value;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "The file that `variables-file` names has mistakes. Nothing was changed.",
    mistakes,
  });
}

/** A job may set variables for several bundles: one that this bundle has not is no mistake, but nothing happens by it. */
function warnOfUndeclared(step: Step, declared: readonly string[]): void {
  const { environment, platform } = step.ports;
  const fold = (name: string): string => (platform.os === "win32" ? name.toUpperCase() : name);
  const known = new Set(declared.map(fold));
  const others = Object.keys(environment)
    .filter((name) => name.startsWith(VARIABLE))
    .map((name) => name.slice(VARIABLE.length))
    .filter((name) => !known.has(fold(name)));
  if (others.length > 0)
    warn(
      step,
      `The job sets ${quoteAll(others.map((name) => VARIABLE + name))}, and this bundle declares no such variable: without effect here.`,
    );
}

/** Lets the CLI find the complex values. @returns what takes them away again */
export async function placeComplex(
  { ci, ports, inputs }: Step,
  { complex }: VariableValues,
  folder: string,
  target: string,
): Promise<() => Promise<void>> {
  if (Object.keys(complex).length === 0) return () => Promise.resolve();
  const { checkout } = ci.context;
  const bundleRoot = path.resolve(checkout, inputs.bundleRoot);
  return placeOverrides(complex, { bundleRoot, checkout, folder, target, platform: ports.platform });
}
