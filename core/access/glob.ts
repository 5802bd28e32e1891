import { globMatches } from "../base/glob.ts";

/**
 * Whether everything that `inner` matches is certainly matched by `outer`: a `*` of `inner`, read as a character, can
 * only be consumed by a `*` of `outer`, and so can whatever stands for it.
 */
export function globCovers(outer: string, inner: string): boolean {
  return globMatches(outer, inner);
}
