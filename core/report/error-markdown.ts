import type { Mistake, SecretlessError } from "../base/errors.ts";
import { placeText } from "./error-text.ts";
import { code, escapeMarkdown, fenced, link, prose } from "./markdown.ts";

/** Programs whose calls stand in a block of their own, to be copied. */
const COMMAND = /^(?:\w+=\$\()?(?:databricks|az|gh|git|aws|vault|npm|icacls|chmod) \S/;
/** Single mistakes that are shown; the log has all. */
const MOST = 50;

/** A text of several lines: sentences wrap, commands stand in `sh` blocks. */
function withCommands(text: string): string {
  const parts: { sh: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n").flatMap(commandAfterColon)) {
    const sh = COMMAND.test(line.trim());
    const last = parts.at(-1);
    if (last?.sh === sh) last.lines.push(line);
    else parts.push({ sh, lines: [line] });
  }
  return parts
    .map(({ sh, lines }) => (sh ? fenced(lines.map(folded).join("\n"), "sh") : lines.map(prose).join("  \n")))
    .join("\n\n");
}

/** `Create it: az ad sp create …` as a sentence and a command. */
function commandAfterColon(line: string): string[] {
  const [, sentence, command] = /^(.*?\S:) +(\S.*)$/.exec(line) ?? [];
  return sentence !== undefined && command !== undefined && COMMAND.test(command)
    ? [sentence, command]
    : [line];
}

const LONG = 100;

/** A long command over several lines, broken before options, never in quotes (POSIX shell). */
function folded(command: string): string {
  if (command.length <= LONG) return command;
  let quoted = "";
  let text = "";
  for (let at = 0; at < command.length; at++) {
    const letter = command.charAt(at);
    if (quoted === "" && (letter === "'" || letter === '"')) quoted = letter;
    else if (letter === quoted) quoted = "";
    const breaks = quoted === "" && letter === " " && /^ --\w/.test(command.slice(at, at + 4));
    text += breaks ? " \\\n   " : "";
    text += letter;
  }
  return text;
}

function details({ expected, actual }: Mistake, place?: Mistake["place"]): string[] {
  const fields = [
    ["at", place && code(placeText(place))],
    ["wanted", expected?.split("\n").map(prose).join("<br>")],
    ["found", actual?.split("\n").map(prose).join("<br>")],
  ] as const;
  return fields.flatMap(([label, value]) => (value === undefined ? [] : [`- **${label}:** ${value}`]));
}

function mistakeItem(mistake: Mistake): string {
  const { problem, remedy, place } = mistake;
  const where = place === undefined ? "" : `${code(placeText(place))}: `;
  const parts = [
    `- ${where}${prose(problem)}`,
    ...details(mistake).map((line) => `  ${line}`),
    ...(remedy === undefined ? [] : [`  - **to do:** ${prose(remedy.replaceAll("\n", " "))}`]),
  ];
  return parts.join("\n");
}

/**
 * An error as Markdown that wraps, with its commands to be copied.
 * @param elsewhere what was found by single mistakes (`actual`) that stand in a table already
 * @param pages see {@link pageOf}
 */
export function errorMarkdown(
  error: SecretlessError,
  pages: string | undefined,
  elsewhere: ReadonlySet<string> = new Set(),
): string {
  const { problem, remedy } = error.details;
  const mistakes = error.mistakes.filter(({ actual }) => !elsewhere.has(actual ?? "no text"));
  const more = mistakes.length > MOST ? [`- … and ${String(mistakes.length - MOST)} more, in the log`] : [];
  const page = pageOf(error, pages);
  return [
    `<code>${error.code}</code>: ${problem.split("\n").map(prose).join("  \n")}`,
    [...mistakes.slice(0, MOST).map(mistakeItem), ...more].join("\n"),
    details(error.details, error.details.place).join("\n"),
    remedy === undefined ? "" : `**To do:** ${withCommands(remedy)}`,
    `More: ${pages === undefined ? escapeMarkdown(page) : link(page, page)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/**
 * Where the error is explained.
 * @param pages URL of the folder `docs` of this version, with a slash at its end; undefined where it is not known
 */
export function pageOf({ code: name }: SecretlessError, pages: string | undefined): string {
  return `${pages ?? "docs/"}troubleshooting.md#${name.toLowerCase()}`;
}
