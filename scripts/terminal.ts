/** How what a CI's log has stands on a terminal: commands of the CIs as words, with colours where somebody looks. */
const COLOURS: Readonly<Record<string, number>> = { error: 31, warning: 33, notice: 36, good: 32, head: 1 };

/** Whether colours are wanted: <https://no-color.org>, else on a terminal. */
export function wantsColours(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true;
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" && isTerminal;
}

const colours = wantsColours(process.env, process.stdout.isTTY);

export function coloured(kind: keyof typeof COLOURS, text: string, on = colours): string {
  return on ? `\u001b[${String(COLOURS[kind])}m${text}\u001b[0m` : text;
}

/**
 * A log of GitHub or Azure Pipelines as people read it. Sources: docs.github.com, "Workflow commands"; learn.microsoft.com,
 * "Logging commands".
 */
export function readable(log: string, on = colours): string {
  return log
    .split("\n")
    .flatMap((line) => readableLine(line, on) ?? [])
    .join("\n");
}

const BREAKS: Readonly<Record<string, string>> = {
  "%0A": "\n",
  "%0D": "",
  "%3A": ":",
  "%2C": ",",
  "%25": "%",
};
const unescaped = (text: string): string =>
  text.replace(/%(?:0A|0D|3A|2C|25)/gi, (code) => BREAKS[code.toUpperCase()] ?? code);

function readableLine(line: string, on: boolean): string | undefined {
  const [, level = "", where = "", text = ""] =
    /^::(error|warning|notice)([^:]*)::(.*)$/.exec(line) ??
    /^##vso\[task\.logissue type=(error|warning)([^\]]*)\](.*)$/.exec(line) ??
    [];
  if (level !== "") {
    const file = /(?:file|sourcepath)=([^,;]+)(?:[,;](?:line|linenumber)=(\d+))?/.exec(where);
    const place = file ? `${file[1] ?? ""}${file[2] === undefined ? "" : `:${file[2]}`}: ` : "";
    return `${coloured(level, `${level}:`, on)} ${place}${unescaped(text)}`;
  }
  const [, title] = /^(?:::group::|##\[group\])(.*)$/.exec(line) ?? [];
  if (title !== undefined) return coloured("head", title, on);
  // What only the CI reads: masks, outputs, states, the end of a group, messages for debugging.
  return /^(?:::[a-z-]+(?: [^:]*)?::|##vso\[|##\[)/.test(line) ? undefined : line;
}
