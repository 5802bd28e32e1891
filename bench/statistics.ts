/** The figures of repeated measurements. Medians, since one slow or one lucky run must not move a figure. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** @throws RangeError without values, or with one that is not finite */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("no values were measured");
  if (!values.every(Number.isFinite)) throw new RangeError(`not finite: ${values.join(", ")}`);
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number): number => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
    count: sorted.length,
  };
}

/** Two programs measured one right after the other, so that a change of the machine's speed meets both. */
export interface Measured<T> {
  readonly ours: T;
  readonly bare: T;
}

/** The ratio of each pair, then their spread. */
export function ratio(pairs: readonly Measured<number>[]): Spread {
  return spread(pairs.map(({ ours, bare }) => ours / bare));
}

/**
 * Measures both in turn, `rounds` times; every other round begins with the other one, so that neither always meets the
 * caches that its rival has warmed.
 */
export async function interleaved<T>(
  rounds: number,
  measure: { readonly ours: () => Promise<T>; readonly bare: () => Promise<T> },
): Promise<Measured<T>[]> {
  const results: Measured<T>[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const ours = await measure.ours();
      results.push({ ours, bare: await measure.bare() });
    } else {
      const bare = await measure.bare();
      results.push({ ours: await measure.ours(), bare });
    }
  }
  return results;
}
