import type { Spread } from "./statistics.ts";

/** One line of the report. */
export interface Figure {
  readonly name: string;
  readonly unit: "×" | "ms" | "s" | "KB" | "MiB" | "MB/s" | "requests";
  readonly spread: Spread;
  /** The median must not be above it, or below it where more is better. */
  readonly goal?: number;
  readonly moreIsBetter?: true;
}

const DIGITS = { "×": 2, ms: 0, s: 2, KB: 0, MiB: 0, "MB/s": 0, requests: 0 } as const;
const HEAD = ["figure", "median", "min", "max", "runs", "goal", ""] as const;

export function isMissed({ spread, goal, moreIsBetter }: Figure): boolean {
  if (goal === undefined) return false;
  return moreIsBetter === true ? spread.median < goal : spread.median > goal;
}

/** A Markdown table, with columns aligned for a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, unit, spread, goal, moreIsBetter } = figure;
    const text = (value: number): string => `${value.toFixed(DIGITS[unit])} ${unit}`;
    const values = [spread.median, spread.min, spread.max].map(text);
    const wanted = goal === undefined ? "" : `${moreIsBetter === true ? "≥" : "≤"} ${String(goal)} ${unit}`;
    const verdict = goal === undefined ? "" : isMissed(figure) ? "MISSED" : "met";
    return [name, ...values, String(spread.count), wanted, verdict];
  });
  const widths = HEAD.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(HEAD), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join(
    "\n",
  );
}
