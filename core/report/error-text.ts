import type { Mistake, Place, SecretlessError } from "../base/errors.ts";

export function placeText(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(":");
}

/** The lines below a problem, each `label: value`; continuation lines are indented alike. */
function detailLines(mistake: Mistake, indent: string): string[] {
  const fields: (readonly [string, string | undefined])[] = [
    ["at", mistake.place && placeText(mistake.place)],
    ["wanted", mistake.expected],
    ["found", mistake.actual],
    ["to do", mistake.remedy],
  ];
  return fields.flatMap(([label, value]) =>
    value === undefined
      ? []
      : `${label}: ${value}`.split("\n").map((line, at) => indent + (at === 0 ? line : `  ${line}`)),
  );
}

/** A mistake as text: the problem after `bullet`, then its details, indented by two blanks more. */
export function mistakeText(mistake: Mistake, bullet = ""): string {
  return [
    bullet + mistake.problem,
    ...detailLines(mistake, bullet.replace(/\S/g, " ") + (bullet ? "" : "  ")),
  ].join("\n");
}

/**
 * An error as log and annotation show it; the job summary has the same as Markdown.
 * @param pages URL of the folder `docs` of this version, with a slash at its end; undefined where it is not known
 */
export function errorText(error: SecretlessError, pages = "docs/"): string {
  const [first = "", ...details] = mistakeText(error.details).split("\n");
  return [
    `${error.code}: ${first}`,
    ...error.mistakes.map((mistake) => mistakeText(mistake, "  - ")),
    ...details,
    `  more: ${pages}troubleshooting.md#${error.code.toLowerCase()}`,
  ].join("\n");
}
