import type { Ci } from "../ci/ci.ts";

/** Annotations of a step: GitHub shows ten of a kind, and one that is not seen may be the one that counts. */
const MOST = 10;
/** So many of them are kept for errors, which come last. */
const FOR_ERRORS = 5;

export interface Budget {
  shown: number;
  hidden: number;
}

const BUDGETS = new WeakMap<Ci, Budget>();

/** What `ci` has annotated so far; the same for all wrappers of one. */
export function budgetOf(ci: Ci): Budget {
  const known = BUDGETS.get(ci);
  if (known) return known;
  const fresh = { shown: 0, hidden: 0 };
  BUDGETS.set(ci, fresh);
  return fresh;
}

/** `wrapper` counts together with `ci`. */
export function sameBudget(wrapper: Ci, ci: Ci): Ci {
  BUDGETS.set(wrapper, budgetOf(ci));
  return wrapper;
}

/** How many more errors can be annotated. */
export function leftForErrors(ci: Ci): number {
  return Math.max(1, MOST - budgetOf(ci).shown);
}

/** Whether a warning may still be annotated; if not it is counted. */
export function takeWarning(budget: Budget): boolean {
  if (budget.shown >= MOST - FOR_ERRORS) {
    budget.hidden += 1;
    return false;
  }
  budget.shown += 1;
  return true;
}
