import { slashed } from "../base/paths.ts";
import path from "node:path";
import { DanglingLink, readCheckoutText, RefusedFile } from "../base/checkout-file.ts";
import { invalidBundle } from "../bundle/files.ts";
import { overridesPath } from "../bundle/variables-file.ts";
import { quote } from "../base/quote.ts";
import type { Step } from "./step.ts";

/**
 * Names the variables that a `variable-overrides.json` of the checkout sets: the CLI reads it, and nobody sees it in the bundle's files. `BUNDLE_VAR_*` beats it.
 * @throws SecretlessError `BUNDLE_INVALID` if it is not really a file of the checkout
 */
export async function tellOverrides(
  { ci, ports }: Pick<Step, "ci" | "ports">,
  bundleRoot: string,
  target: string,
): Promise<void> {
  const { checkout } = ci.context;
  const file = path.join(bundleRoot, ...overridesPath(target));
  const name = slashed(path.relative(checkout, file));
  const bounds = path.relative(checkout, bundleRoot).startsWith("..") ? bundleRoot : checkout;
  try {
    const text = await readCheckoutText(file, { checkout: bounds, platform: ports.platform });
    if (text === undefined) return;
    const names = namesIn(text);
    ci.info(
      names === undefined
        ? `${name} is no JSON object; the Databricks CLI reads it for values of variables.`
        : `${name} sets variables of the bundle: ${names.join(", ") || "none"}`,
    );
  } catch (error) {
    // The CLI reads nothing through it; one that an ended run has left is taken away.
    if (error instanceof DanglingLink) return;
    if (!(error instanceof RefusedFile)) throw error;
    throw invalidBundle([
      {
        problem: `The file is not read: it ${error.message}. The Databricks CLI would take values of variables from it.`,
        place: { file: name },
        remedy: "Commit it as a regular file, or give the values with the input `variables`.",
      },
    ]);
  }
}

function namesIn(text: string): string[] | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.keys(value).map(quote);
  } catch {
    return undefined;
  }
}
