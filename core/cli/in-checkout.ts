import type { Place } from "../base/errors.ts";
import path, { posix } from "node:path";
import type { Diagnostic } from "./diagnostic.ts";

export interface BundleInCheckout {
  /** Absolute paths of the bundle's folder, as given and without links. */
  readonly roots: readonly string[];
  /** The same relative to the checkout, with `/`; "" if it is the checkout. */
  readonly bundlePath: string;
}

/**
 * A diagnostic with its place and the paths in its texts relative to the checkout, where users and annotations look for
 * them. The CLI names files relative to the bundle, or by their absolute path.
 */
export function inCheckout(diagnostic: Diagnostic, bundle: BundleInCheckout): Diagnostic {
  const { text, detail, place, alsoAt } = diagnostic;
  const moved = (at: Place): Place => ({ ...at, file: placeInCheckout(at.file, bundle) });
  return {
    ...diagnostic,
    text: withoutRoots(text, bundle),
    ...(detail !== undefined && { detail: withoutRoots(detail, bundle) }),
    ...(place && { place: moved(place) }),
    ...(alsoAt && { alsoAt: alsoAt.map(moved) }),
  };
}

function placeInCheckout(file: string, { roots, bundlePath }: BundleInCheckout): string {
  const inBundle = path.isAbsolute(file) ? path.relative(roots[0] ?? "", file) : file;
  return posix.join(bundlePath, inBundle.replaceAll("\\", "/"));
}

/** Folders of the runner say nothing to a reader of the log. The checkout's own is cut off, too. */
function withoutRoots(text: string, { roots, bundlePath }: BundleInCheckout): string {
  const depth = bundlePath === "" ? 0 : bundlePath.split("/").length;
  return roots.reduce((rest, root) => {
    const checkout = path.resolve(root, ...Array.from({ length: depth }, () => ".."));
    if (checkout === path.parse(checkout).root) return rest;
    const within = rest.split(`${checkout}${path.sep}`).join("");
    // The folder itself, and no other that begins alike.
    return within
      .split(checkout)
      .map((part, at) => (at > 0 && /^[\w.-]/.test(part) ? checkout + part : at > 0 ? `.${part}` : part))
      .join("");
  }, text);
}
