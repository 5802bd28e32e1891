import path from "node:path";
import { readCheckoutText, readNamedFile, RefusedFile, textOf } from "../base/checkout-file.ts";
import { SecretlessError, type ErrorCode } from "../base/errors.ts";
import { isInside, pathForPeople } from "../base/paths.ts";
import type { SourceFile } from "../base/yaml/yaml-file.ts";
import type { Step } from "./step.ts";

/** The inputs that name a file of the user, with the code of what is wrong with it. */
const CODES = {
  "access-file": "ACCESS_FILE_INVALID",
  "policy-file": "POLICY_FILE_INVALID",
  "variables-file": "INPUT_INVALID",
} as const satisfies Readonly<Record<string, ErrorCode>>;

type FileInput = keyof typeof CODES;
type FileStep = Pick<Step, "ci" | "ports">;

/** The file that an input names, relative to the checkout or absolute. @throws SecretlessError with the input's code */
export async function namedFile(step: FileStep, input: FileInput, value: string): Promise<SourceFile> {
  const found = await userFile(path.resolve(step.ci.context.checkout, value), step, input);
  if (found !== undefined) return found;
  throw unusable(input, `There is no file ${value} (input \`${input}\`).`, "no file");
}

/**
 * A file by its path relative to the checkout where it is inside; undefined if there is none. One inside must really be
 * there; one outside was named by the workflow, and may lie where it wants.
 */
export async function userFile(
  file: string,
  { ci, ports: { platform } }: FileStep,
  input: FileInput,
  bundleRoot?: string,
): Promise<SourceFile | undefined> {
  const { checkout } = ci.context;
  const inside = isInside(file, checkout, platform);
  const bounds = inside ? checkout : bundleRoot;
  const shown = pathForPeople(file, checkout, platform);
  try {
    const text = bounds
      ? await readCheckoutText(file, { checkout: bounds, platform })
      : await readNamedFile(file).then((bytes) => bytes && textOf(bytes));
    return text === undefined ? undefined : { path: shown, text };
  } catch (error) {
    if (error instanceof RefusedFile)
      throw unusable(input, `${shown} is not read: it ${error.message}.`, shown);
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw unusable(input, `${shown} cannot be read (${code}).`, shown);
  }
}

function unusable(input: FileInput, problem: string, actual: string): SecretlessError {
  return new SecretlessError(CODES[input], {
    problem,
    expected: "the path of a regular file, relative to the checkout or absolute",
    actual,
    remedy: `Correct \`${input}\`, and check that the step has a checkout with the file.`,
  });
}
