import { SecretlessError } from "../../base/errors.ts";
import { meant } from "../../base/nearest.ts";

/** An input that names one of `rows`; its value is that row. */
export function choice<const Row extends { readonly name: string }>(rows: readonly Row[]) {
  const choices = rows.map(({ name }) => name);
  const parse = (text: string): Row => {
    const row = rows.find(({ name }) => name === text);
    if (row) return row;
    throw new SecretlessError("INPUT_INVALID", {
      problem: "none of its choices",
      expected: `one of: ${choices.join(", ")}`,
      actual: text,
      remedy: [...meant(text, choices), "Write one of them, as it stands there."].join(" "),
    });
  };
  return { choices, parse };
}

const { parse } = choice([{ name: "true" }, { name: "false" }]);

/** An input that is `true` or `false`. */
export const FLAG = { flag: true, parse: (text: string): boolean => parse(text).name === "true" } as const;

export function lowerCase(text: string): string {
  return text.toLowerCase();
}
