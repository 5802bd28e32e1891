/** Prints a table: what was measured is shown, not only judged. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
): void {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `  ${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}`;
  console.log([`\n${title}`, ...cells.map(line)].join("\n"));
}
