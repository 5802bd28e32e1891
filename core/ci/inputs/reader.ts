import { SecretlessError, type Mistake } from "../../base/errors.ts";
import type { Ci } from "../ci.ts";
import type { InputDefinition, InputName } from "./table.ts";

/** Reads inputs of a host with their defaults. What is wrong with them is gathered in `mistakes`. */
export function inputReader(ci: Ci, definitions: Readonly<Record<InputName, InputDefinition>>) {
  const mistakes: Mistake[] = [];
  const value = (name: InputName): string => ci.input(name) || (definitions[name].default ?? "");
  const wrong = (name: InputName, expected: string, actual: string, remedy?: string): void => {
    mistakes.push({
      problem: `Input \`${ci.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
      expected,
      ...(actual === "" ? {} : { actual }),
      ...(remedy === undefined ? {} : { remedy }),
    });
  };
  const optional = (name: InputName): string | undefined => value(name) || undefined;
  const required = (name: InputName, expected: string): string | undefined => {
    const found = optional(name);
    if (found === undefined) wrong(name, expected, "");
    return found;
  };
  const matching = (name: InputName, pattern: RegExp, expected: string): string | undefined => {
    const found = optional(name);
    if (found === undefined || pattern.test(found)) return found;
    wrong(name, expected, found);
    return undefined;
  };
  const oneOf = <const T extends string>(name: InputName, allowed: readonly T[]): T | undefined => {
    const found = value(name);
    const match = allowed.find((one) => one === found);
    if (match === undefined) wrong(name, `one of: ${allowed.join(", ")}`, found);
    return match;
  };
  const flag = (name: InputName): boolean => oneOf(name, ["true", "false"]) === "true";
  const parsed = <T>(name: InputName, parse: (text: string) => T): T | undefined => {
    try {
      return parse(value(name));
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      wrong(name, expected, actual, remedy);
      return undefined;
    }
  };
  const checked = (name: InputName, parse: (text: string) => unknown): string | undefined => {
    if (value(name) !== "") parsed(name, parse);
    return optional(name);
  };
  return { mistakes, value, wrong, optional, required, matching, oneOf, flag, parsed, checked };
}
