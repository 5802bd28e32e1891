import assert from "node:assert/strict";
import path from "node:path";
import { checkHostPin, type HostPinOptions } from "../../../core/bundle/host-pin.ts";
import { SecretlessError } from "../../../core/base/errors.ts";

/** The judgement on the bundle in `root` of the checkout: the selected target, or the error. */
export async function judged(
  checkout: string,
  options: Partial<HostPinOptions> & { readonly host: string; readonly root?: string | undefined },
): Promise<string | SecretlessError> {
  try {
    const { name } = await checkHostPin({
      bundleRoot: path.join(checkout, options.root ?? "."),
      checkout,
      platform: { os: "linux", arch: "x64" },
      workspaceId: undefined,
      accountId: undefined,
      target: undefined,
      ...options,
    });
    return name;
  } catch (error) {
    assert(error instanceof SecretlessError, String(error));
    return error;
  }
}

export function codeOf(judgement: string | SecretlessError): string {
  return typeof judgement === "string" ? judgement : judgement.code;
}
