import { BundleScan } from "./bundle-scan.ts";
import type { Step } from "../step.ts";

/**
 * Scans the sources of the bundle, beside the handshake, and returns what scans the rest of it; undefined if nothing is
 * to be scanned.
 * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
 */
export async function startScan(step: Step, bundleRoot: string): Promise<BundleScan | undefined> {
  const { command, scan } = step.inputs;
  if (scan === "off" || !command.needs.scan) return undefined;
  return BundleScan.start(step, bundleRoot);
}
