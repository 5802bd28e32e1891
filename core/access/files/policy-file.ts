import { createHash } from "node:crypto";
import type { Mistake } from "../../base/errors.ts";
import { readYaml, type SourceFile } from "../../base/yaml/yaml-file.ts";
import { impossibleRules } from "./policy-contradictions.ts";
import { KINDS, LATER_KINDS } from "../kinds/index.ts";
import type { AccessKind } from "../kinds/kind.ts";
import { policyShapeOf, type Policy } from "./policy-shape.ts";

export interface PolicyFile {
  readonly policy: Policy;
  readonly path: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** A policy that the checkout brings along can be edited by whoever edits the bundle. */
  readonly insideCheckout: boolean;
}

/** Reads policy.yml; all mistakes at once, each with its place. Rules that can never match are mistakes. */
export function readPolicyFile(
  source: SourceFile,
  insideCheckout: boolean,
  kinds: readonly AccessKind[] = KINDS,
): { readonly value: PolicyFile | undefined; readonly mistakes: readonly Mistake[] } {
  const named = [...kinds, ...LATER_KINDS];
  const { value, mistakes } = readYaml(source, policyShapeOf(named));
  const all = [...mistakes, ...(value === undefined ? [] : impossibleRules(value, named))];
  if (value === undefined || all.length > 0) return { value: undefined, mistakes: all };
  const sha256 = createHash("sha256").update(source.text, "utf8").digest("hex");
  return { value: { policy: value, path: source.path, sha256, insideCheckout }, mistakes: [] };
}
