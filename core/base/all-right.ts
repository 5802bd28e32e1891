import { SecretlessError, toSecretlessError, type Mistake } from "./errors.ts";

/**
 * Waits for all, also when one has failed, so that every mistake is reported at once: the first failure in the order
 * given, with those of the others among its mistakes.
 */
export async function allRight<T extends readonly unknown[]>(work: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(work as readonly Promise<unknown>[]);
  const errors = results.flatMap((result) =>
    result.status === "rejected" ? [toSecretlessError(result.reason)] : [],
  );
  // What stops the whole run (a cancellation) is the failure of several, and told once.
  const [first, ...others] = new Set(errors);
  if (first) throw together(first, others);
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** Several errors as one: the first, with all others among its mistakes. */
export function together(first: SecretlessError, others: readonly SecretlessError[]): SecretlessError {
  if (others.length === 0) return first;
  const rest = others.flatMap(({ code, details, mistakes }): Mistake[] => [
    { ...details, problem: `${code}: ${details.problem}` },
    ...mistakes,
  ]);
  return new SecretlessError(first.code, {
    ...first.details,
    mistakes: [...first.mistakes, ...rest],
    others: [...first.others, ...others.flatMap((other) => [other, ...other.others])],
    cause: first.cause,
  });
}
