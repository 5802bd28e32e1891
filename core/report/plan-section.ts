import { withoutCredentials } from "../scan/hide.ts";
import type { ChangedValue, Facts, PlannedChange } from "./facts.ts";
import { code, escapeMarkdown, table } from "./markdown.ts";

type PlanFacts = NonNullable<Facts["plan"]>;

const MARKS: Readonly<Record<string, string>> = { create: "➕", delete: "❌", recreate: "♻️" };
const DESTRUCTIVE: readonly string[] = ["delete", "recreate"];
/** Fields that are shown of a change. */
const MOST = 10;
/** Characters of a value that stand in a row; the rest is folded, and ends at the second figure. */
const SHORT = 60;
const LONGEST = 2_000;

/** `2 to create, 1 to delete, 3 unchanged`, for the log too. */
export function planLine({ changes, unchanged }: PlanFacts): string {
  const counts = new Map<string, number>();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [
    ...[...counts].map(([action, count]) => `${String(count)} to ${action}`),
    `${String(unchanged)} unchanged`,
  ].join(", ");
}

/** The plan: what is destroyed first, each changed field as `old → new`. */
export function planSection({ changes, unchanged }: PlanFacts): string {
  if (changes.length === 0) return `### Plan\n\nNo changes; ${String(unchanged)} unchanged.`;
  const destroyed = changes.filter(({ action }) => DESTRUCTIVE.includes(action));
  const others = changes.filter((change) => !destroyed.includes(change));
  return [
    "### Plan",
    ...(destroyed.length > 0 ? [`**Destroys ${String(destroyed.length)}:**`, changeTable(destroyed)] : []),
    ...(others.length > 0 ? [changeTable(others)] : []),
    `${String(unchanged)} unchanged.`,
  ].join("\n\n");
}

function changeTable(changes: readonly PlannedChange[]): string {
  return table(
    ["Action", "Resource", "Changes"],
    changes.map((change) => [
      `${MARKS[change.action] ?? "✏️"} ${escapeMarkdown(change.action)}`,
      code(change.resource),
      fieldsCell(change),
    ]),
  );
}

function fieldsCell({ fields, values = [] }: PlannedChange): string {
  const shown = fields.slice(0, MOST).map((field) => {
    const value = values.find(({ path }) => path === field);
    return value === undefined ? code(field) : valueText(value);
  });
  const more = fields.length > MOST ? [`and ${String(fields.length - MOST)} more`] : [];
  return [...shown, ...more].join("<br>");
}

/** `name: old → new`; what the scan would find in a file is not shown, and a long value is folded. */
function valueText({ path, old, now }: ChangedValue): string {
  const [before, after] = [shownValue(path, old), shownValue(path, now)];
  const short = `${code(path)}: ${code(cut(before, SHORT))} → ${code(cut(after, SHORT))}`;
  if (before.length <= SHORT && after.length <= SHORT) return short;
  const whole = `${code(cut(before, LONGEST))} → ${code(cut(after, LONGEST))}`;
  return `<details><summary>${short}</summary>${whole}</details>`;
}

function shownValue(path: string, value: string | undefined): string {
  if (value === undefined) return "none";
  // A password is one by its name: the scan sees both together.
  const name = /[\w-]+(?=\W*$)/.exec(path)?.[0] ?? path;
  const forms = [`${name}: ${value}`, `${JSON.stringify(name)}: ${JSON.stringify(value)}`];
  return forms.every((form) => withoutCredentials(form) === form) ? value : "***";
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
