import { isObject, member, members, textAt, type Json } from "../api/json.ts";

/**
 * Code of others that a bundle's jobs install and that can change without a change of the bundle: packages without one
 * exact version, images without a digest. From the resolved configuration (`bundle summary -o json`).
 * @returns such as `jobs.nightly: library requests>=2`
 */
export function unpinnedCode(tree: Json): string[] {
  const found: string[] = [];
  for (const [key, job] of members(member(tree, "resources", "jobs")))
    walk(job, (what) => found.push(`jobs.${key}: ${what}`));
  return [...new Set(found)];
}

function walk(value: Json | undefined, say: (what: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) walk(item, say);
    return;
  }
  if (!isObject(value)) return;
  const pypi = textAt(value, "pypi", "package");
  if (pypi !== "" && !isExact(pypi)) say(`library ${pypi}`);
  const cran = textAt(value, "cran", "package");
  if (cran !== "") say(`library ${cran} (CRAN, which has no versions to name)`);
  const maven = textAt(value, "maven", "coordinates");
  if (maven !== "" && !/^[^:]+:[^:]+:(?!latest$|release$)[^:[(,]+$/i.test(maven.replace(/-SNAPSHOT$/, ":")))
    say(`library ${maven}`);
  const image = textAt(value, "docker_image", "url");
  if (image !== "" && !/@sha256:[\da-f]{64}$/.test(image)) say(`image ${image}`);
  const dependencies = member(value, "spec", "dependencies");
  for (const dependency of Array.isArray(dependencies) ? (dependencies as readonly Json[]) : [])
    if (typeof dependency === "string" && isPackage(dependency) && !isExact(dependency))
      say(`dependency ${dependency}`);
  for (const [, inner] of members(value)) walk(inner, say);
}

/** A requirement by name (PEP 508), not a file of the bundle or of the workspace, nor an option of pip. */
function isPackage(dependency: string): boolean {
  return (
    /^[a-z\d][\w.-]*/i.test(dependency) &&
    !/[/\\]|\.(?:whl|jar|txt|toml)$/i.test(dependency.split("@")[0] ?? "")
  );
}

/** One version (PEP 440, `==` without a wildcard), or an address with a hash. */
function isExact(requirement: string): boolean {
  const [text = ""] = requirement.split(";");
  if (/#sha256=[\da-f]{64}\b/.test(text)) return true;
  return /^[^=<>~!,@]+={2,3}\s*[\w.+!-]+\s*$/.test(text);
}
