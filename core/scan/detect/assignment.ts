import { defaultAfter } from "./defaults.ts";
import type { FileKind } from "./file-kind.ts";
import { sticky } from "./sticky.ts";

/** A name and the literal that it is given; offsets are into the text that was parsed. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly valueStart: number;
  /** A place where anything but a reference is a credential: a connection string, a JDBC option, an SQL clause. */
  readonly certain: boolean;
}

const NAME_REACH = 120;
const NAME_CHARACTER = /[\w.$-]/;

const ASSIGN =
  /["'`]{0,3}\]?[ \t]{0,20}(?::[ \t]{0,4}[A-Za-z][\w.[\] |]{0,40}[ \t]{0,4}=(?![=~>])|:=|=>|<-|->|=(?![=~])|:(?![:=/]))(?:[ \t]{0,40}\r?\n)?[ \t]{0,60}/y;
const CALL = /["'`]{1,3}\s{0,8},\s{0,40}/y;
const XML_ELEMENT = />/y;
const XML_PROPERTY = /<\/name>\s{0,60}<value>/y;
const YAML_DEFAULT =
  /:[ \t]{0,4}\r?\n(?:[ \t]{1,20}(?:description|type|lookup|sensitive):[^\n]{0,200}\n){0,3}[ \t]{1,20}default:[ \t]{1,8}/y;
const BLOCK_DEFAULT =
  /["']?\s{0,4}:?\s{0,4}\{[^{}]{0,400}?(?<![\w])["']?(?:default|value|defaultValue)["']?\s{0,20}[:=]\s{0,20}/y;
const PAIRED_VALUE =
  /["']?,?\s{0,60}["']?(?:value|default|default_value|stringValue)["']?\s{0,20}[:=]\s{0,20}/y;
const SPACED = /`?[ \t]{1,8}(?=["'])/y;
const BLANKS = /[ \t]{1,40}/y;

const CALLEES =
  /(?:option|options|set|put|config|conf|setProperty|property|env|setenv|setEnv|header|headers|add|append|setConf|hadoopConfiguration|entry|of|text|dropdown|combobox|withOption|update|putIfAbsent|setString|Tuple2|setattr|with|param|parameter|setParameter|credential|setdefault|monkeypatch\.setenv)\s{0,4}\(\s{0,40}$/;
const PAIR_KEY = /(?:name|key|variable|param|parameter|keyword|setting)["']?\s{0,4}[:=]\s{0,4}["']?$/i;
const BARE_AFTER =
  /(?:\b(?:export|set|setx|env|conf|declare|local|readonly)|-[De]|--(?:conf|env|build-arg|set|var))[ \t=]{1,4}["']?$/i;
const WRAPPERS =
  /(?:(?:[\w.]{0,40}\.)?(?:SecretStr|Secret|str|lit|String|Some|bytes|bytearray|quote|quote_plus|encode|toCharArray|StringType|sensitive|tostring|list)\s{0,2})?\(\s{0,20}/y;
const QUOTED = /([A-Za-z]{0,2})("""|'''|["'`])/y;
const BARE = /[^\s"'`,;<>(){}|&\\]{4,512}/y;

/** The whole name around a keyword, as far as names go. */
function nameAround(text: string, keywordStart: number, keywordEnd: number): { start: number; end: number } {
  let start = keywordStart;
  let end = keywordEnd;
  while (start > 0 && keywordStart - start < NAME_REACH && NAME_CHARACTER.test(text[start - 1] as string))
    start--;
  while (end < text.length && end - keywordEnd < NAME_REACH && NAME_CHARACTER.test(text[end] as string))
    end++;
  // `password->x` and `password-` keep their operator.
  while (end > keywordEnd && /[-.]/.test(text[end - 1] as string)) end--;
  return { start, end };
}

interface Literal {
  readonly value: string;
  readonly start: number;
  readonly quoted: boolean;
}

/** A quoted literal without computed parts; null if there is none or something is computed. */
function quotedLiteral(text: string, at: number): Literal | null {
  const wrapper = sticky(WRAPPERS, text, at);
  const opening = sticky(QUOTED, text, wrapper === null ? at : at + wrapper[0].length);
  if (opening === null) return null;
  const [all, prefix = "", quote = ""] = opening;
  const start = opening.index + all.length;
  const end = text.indexOf(quote, start);
  if (end < 0 || end - start > 4096) return null;
  const value = text.slice(start, end);
  if (value.includes("\n") && quote.length === 1) return null;
  if (/[fs]/i.test(prefix) && /[{$]/.test(value)) return null;
  const next = text.slice(end + quote.length, end + quote.length + 24);
  if (/^\s{0,8}(?:\+|%\s|\.format\b|\.replace\b|\|\||\?)/.test(next)) return null;
  return { value, start, quoted: true };
}

function bareLiteral(text: string, at: number): Literal | null {
  const match = sticky(BARE, text, at);
  if (match === null) return null;
  const next = text[at + match[0].length];
  if (next === "(" || next === "{") return null;
  return { value: match[0], start: at, quoted: false };
}

/** Members of a connection string that stand before it: libpq's are parted by blanks (PostgreSQL, 34.1.1). */
const CONNECTION = /\b(?:host|hostaddr|dbname|user|port|sslmode|uid|server)\s{0,2}=[^=\n]{1,60}[ \t;]$/i;
/** Prose and tables: only where the name begins the line, or the comment, and the value ends it. */
const STARTS_LINE = /(?:^|\n)[ \t>*#|-]{0,20}[*`_]{0,2}$/;
const COMMENTED = /(?:^|\n)[^\n"'`]{0,80}(?:#|\/\/|--|\*|\bREM\b)[ \t]{0,8}$/;
const ENDS_LINE = /[ \t]{0,8}(?:\r?\n|$)/y;

function wholeLine(text: string, at: number): Literal | null {
  const literal = bareLiteral(text, at);
  return literal !== null && sticky(ENDS_LINE, text, at + literal.value.length) !== null ? literal : null;
}

/** ODBC: `PWD={…}`, where braces let a value have any character; not `{name}` of a template. */
function bracedLiteral(text: string, at: number): Literal | null {
  const end = text.indexOf("}", at);
  const value = text.slice(at + 1, end);
  if (end < 0 || value.length > 128 || /^[\s{]|^[\w.[\]'"!:]*$|[\r\n]/.test(value)) return null;
  return { value, start: at + 1, quoted: true };
}

/**
 * True where the quote that seems to open the value closes the string in which the name stands, as in
 * `";password="+password+";"`: an odd one of its kind in the line, followed by what code writes behind a string.
 */
function closesString({ value, start }: Literal, { text }: Surroundings): boolean {
  if (!/^\s{0,4}(?:[+.,)\]|&%?:;]|$)/.test(value)) return false;
  const quote = text[start - 1] ?? "";
  const line = text.slice(Math.max(text.lastIndexOf("\n", start) + 1, start - 2000), start - 1);
  return (line.split(quote).length - 1) % 2 === 1;
}

/** The parts of a document that decide how an operator is read. */
interface Surroundings {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly kind: FileKind;
}

function literalAfter(where: Surroundings): (Literal & { certain: boolean }) | null {
  const { text, end, before, kind } = where;
  const previous = before[before.length - 1] ?? "\n";
  const flag = text.startsWith("--", where.start);

  const call = sticky(CALL, text, end);
  if (call !== null && (flag || CALLEES.test(before.replace(/["'`]{1,3}$/, "")))) {
    const literal = quotedLiteral(text, end + call[0].length);
    if (literal !== null) return { ...literal, certain: true };
  }
  for (const pattern of [YAML_DEFAULT, BLOCK_DEFAULT]) {
    const match = sticky(pattern, text, end);
    const at = match === null ? -1 : end + match[0].length;
    if (match !== null)
      return certain(
        quotedLiteral(text, at) ?? (pattern === YAML_DEFAULT ? bareLiteral(text, at) : null),
        false,
      );
  }
  const fallback = defaultAfter(text, end, before);
  if (fallback !== undefined)
    return certain((fallback.bare ? bareLiteral : quotedLiteral)(text, fallback.at), false);
  if (PAIR_KEY.test(before)) {
    const pair = sticky(PAIRED_VALUE, text, end);
    if (pair === null) return null;
    const at = end + pair[0].length;
    return certain(quotedLiteral(text, at) ?? (kind === "config" ? bareLiteral(text, at) : null), false);
  }
  const xml = sticky(XML_PROPERTY, text, end) ?? (previous === "<" ? sticky(XML_ELEMENT, text, end) : null);
  if (xml !== null) {
    const literal = bareLiteral(text, end + xml[0].length);
    // `<user>:<password>@host` is no element.
    return literal !== null && text.startsWith("</", literal.start + literal.value.length)
      ? certain(literal, false)
      : null;
  }

  const assign = sticky(ASSIGN, text, end);
  if (assign !== null) {
    const at = end + assign[0].length;
    const quoted = quotedLiteral(text, at);
    if (quoted !== null && closesString(quoted, where)) return null;
    if (quoted !== null) return isExpanded(quoted, assign[0], where) ? null : certain(quoted, false);
    if (assign[0].includes("\n")) return null;
    const tight = assign[0] === "=";
    const connection = tight && (/[;?&]/.test(previous) || (/\s/.test(previous) && CONNECTION.test(before)));
    const inString = tight && /["'`]/.test(previous);
    if (connection && text[at] === "{") return certain(bracedLiteral(text, at), true);
    if (kind === "config" || connection || inString || flag || BARE_AFTER.test(before)) {
      return certain(bareLiteral(text, at), connection);
    }
    const line = kind === "code" ? COMMENTED : STARTS_LINE;
    return line.test(before) ? certain(wholeLine(text, at), false) : null;
  }
  const spaced = sticky(SPACED, text, end);
  if (spaced !== null && SUBCOMMAND.test(before)) return null;
  if (spaced !== null) return certain(quotedLiteral(text, end + spaced[0].length), false);
  if (flag || kind === "config") {
    const blanks = sticky(BLANKS, text, end);
    const startsLine = /(?:^|\n)[ \t]{0,20}(?:ENV[ \t]{1,4})?$/.test(before);
    const afterLogin = /\b(?:login|machine)[ \t]{1,4}\S{1,80}\s{1,8}$/.test(before);
    if (blanks !== null && (flag || startsLine || afterLogin))
      return certain(bareLiteral(text, end + blanks[0].length), false);
  }
  return null;
}

/** Inside of `$(command …`: the word is one of the command, and what follows it an argument. */
const SUBCOMMAND = /\$\([^()\n]{0,120}$/;

/** A shell puts in the values of variables between double quotes, where no blanks stand around `=` (POSIX 2.2.3); PowerShell, too. */
function isExpanded(
  { value, start }: Literal,
  operator: string,
  { text, start: name, kind }: Surroundings,
): boolean {
  const shell = (kind === "config" && /^=["\\]?$/.test(operator.trimEnd())) || text[name] === "$";
  return shell && text[start - 1] === '"' && /(?<!\\)\$[A-Za-z_(]/.test(value);
}

function certain(literal: Literal | null, isCertain: boolean): (Literal & { certain: boolean }) | null {
  return literal && { ...literal, certain: isCertain };
}

/** Reads what stands around a keyword as `name operator value`, in the ways of code, SQL and configuration. */
export function readAssignment(
  text: string,
  keywordStart: number,
  keywordEnd: number,
  kind: FileKind,
): Assignment | null {
  // Keywords like `pass:` end with their operator.
  const named = /[:=]/.test(text[keywordEnd - 1] ?? "") ? keywordEnd - 1 : keywordEnd;
  const { start, end } = nameAround(text, keywordStart, named);
  const before = text.slice(Math.max(0, start - 120), start);
  const literal = literalAfter({ text, start, end, before, kind });
  if (literal === null) return null;
  return {
    name: text.slice(start, end),
    value: literal.value,
    valueStart: literal.start,
    certain: literal.certain,
  };
}
