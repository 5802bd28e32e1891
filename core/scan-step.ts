import type { BundleScan } from "./bundle-scan.ts";
import type { Facts } from "./report/facts.ts";
import type { Step } from "./run.ts";

/**
 * Scans the sources of the bundle, beside the handshake, and returns what scans the rest of it; undefined if nothing is
 * to be scanned. The scan is loaded only here: other commands do without its rules.
 * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
 */
export async function startScan(
  step: Step,
  facts: Facts,
  bundleRoot: string,
): Promise<BundleScan | undefined> {
  const { command, scan } = step.inputs;
  if (scan === "off" || (command !== "deploy" && command !== "plan")) return undefined;
  const { BundleScan: Scan } = await import("./bundle-scan.ts");
  return Scan.start(step, facts, bundleRoot);
}
