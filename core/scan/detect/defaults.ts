import { sticky } from "./sticky.ts";

/**
 * Where a literal stands behind a name as what holds if nothing else does: the default of a look-up, of a declaration, of
 * a variable of a shell. Each pattern begins behind the name and ends where the literal begins.
 */

/** A call that looks a name up; its second argument is the default. */
const LOOK_UP =
  /(?:get|getenv|env_var|getOrElse|getOrDefault|getProperty|getString|getStr|getConf|get_config|lookup|pop|fetch|read_setting)\s{0,4}\(\s{0,20}["'`]$/;
const NEXT_ARGUMENT = /["'`]\s{0,4},\s{0,20}/y;
const NAMED_DEFAULT =
  /["'`]\s{0,4},[^()\n]{0,160}?\b(?:default|default_value|defaultValue|fallback|unset)\s{0,4}=\s{0,4}/y;
/** `name or "…"`, `process.env.NAME ?? "…"`, `get("name").getOrElse("…")`. */
const FALLBACK =
  /["'`]?[\])]{0,2}(?:\s{1,8}or\s{1,8}|\s{0,4}(?:\|\||\?\?|\?:)\s{0,20}|\s{0,4}\.(?:getOrElse|orElse|unwrap_or|or_else)\(\s{0,20})(?=[rbuRBU]?["'`])/y;
/** `DECLARE @name VARCHAR(30) = '…'`, `DECLARE name STRING DEFAULT '…'`, `param name string = '…'`. */
const DECLARATION = /(?:\bDECLARE|\bVARIABLE|\bparam)\s{1,8}@?$/i;
const DECLARED =
  /[ \t]{1,8}(?:AS[ \t]{1,4})?[A-Za-z]\w{0,30}(?:\s?\([\w, ]{1,12}\))?[ \t]{1,8}(?::?=|DEFAULT)[ \t]{0,20}N?(?=["'])/iy;
/** POSIX 2.6.2: `${NAME:-…}` and `${NAME:=…}`. */
const EXPANSION = /:?[-=]/y;

/** Where what stands exactly there ends. */
function behind(pattern: RegExp, text: string, at: number): number | undefined {
  const match = sticky(pattern, text, at);
  return match === null ? undefined : at + match[0].length;
}

/** Where the default of the name that ends at `end` begins, and whether it stands there without quotes. */
export function defaultAfter(
  text: string,
  end: number,
  before: string,
): { readonly at: number; readonly bare: boolean } | undefined {
  if (before.endsWith("${")) {
    const at = behind(EXPANSION, text, end);
    return at === undefined ? undefined : { at, bare: true };
  }
  const [previous = "", next = ""] = [before.at(-1), text[end]];
  const quoted = /["'`]/.test(next);
  // What must come first is cheap to see, and rare.
  const at =
    (quoted ? behind(NAMED_DEFAULT, text, end) : undefined) ??
    (quoted && LOOK_UP.test(before) ? behind(NEXT_ARGUMENT, text, end) : undefined) ??
    (/["'`\])\s|?.]/.test(next) ? behind(FALLBACK, text, end) : undefined) ??
    (/[\s@]/.test(previous) && /\s/.test(next) && DECLARATION.test(before)
      ? behind(DECLARED, text, end)
      : undefined);
  return at === undefined ? undefined : { at, bare: false };
}
