import { quote } from "./quote.ts";

/** Longest names that are compared; the work grows with the product of two lengths. */
const LONGEST = 100;

/**
 * The name among `names` that was probably meant by `text`: the one with the fewest letters to change, if these are few.
 * Letter case, and which sign joins words, count least. Ties go to the first.
 */
function nearest(text: string, names: readonly string[]): string | undefined {
  const folded = fold(text);
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    if (name.length > LONGEST || text.length > LONGEST) continue;
    const edits = isShort(folded, fold(name)) ? 1 : distance(folded, fold(name));
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && (best === undefined || edits < best.edits))
      best = { name, edits };
  }
  return best?.name;
}

/** What asks whether the nearest name was meant, as sentences of a remedy; none where no name is near. */
export function meant(text: string, names: readonly string[]): string[] {
  const name = nearest(text, names);
  return name === undefined ? [] : [`Did you mean \`${quote(name)}\`?`];
}

/** `prod` and `production`. */
function isShort(one: string, other: string): boolean {
  const least = Math.min(one.length, other.length);
  return least >= 3 && (one.startsWith(other) || other.startsWith(one));
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}

/** Letters to insert, delete, exchange, or swap with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const same = from[at - 1] === to[other - 1];
      const swapped = at > 1 && other > 1 && from[at - 1] === to[other - 2] && from[at - 2] === to[other - 1];
      next[other] = Math.min(
        (row[other] ?? 0) + 1,
        (next[other - 1] ?? 0) + 1,
        (row[other - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[other - 2] ?? 0) + 1 : Infinity,
      );
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
