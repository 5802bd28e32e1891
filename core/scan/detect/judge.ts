import { isUuid } from "../../base/uuid.ts";
import { entropy } from "./entropy.ts";
import { isPlaceholder, isReference } from "./references.ts";

/** Words that a value has when it is itself the name of a secret, a column or a setting. */
const SECRET_WORDS = /(?:password|passwd|pwd|secret|token|apikey|api[-_]key|[-_]key|credential)s?/i;

/** Separated words (`prod-sql-password`, `hr.payroll`, `DB_HOST`): names, not values that a machine or a person made up. */
function isNameLike(value: string): boolean {
  return (
    /^[A-Za-z]{1,24}\d{0,2}(?:[-_./: ][A-Za-z]{1,24}\d{0,2}){0,12}[-_./:]?$/.test(value) ||
    /^[a-z]{0,20}(?:[A-Z][a-z]{1,20}){1,8}$/.test(value)
  );
}

function isPathOrUrl(value: string): boolean {
  // A base64 value may begin with a slash: a path has words between its slashes.
  if (/^(?:\.{1,2}|~)?\//.test(value))
    return value.split("/").every((part) => /^[A-Za-z._-]{0,40}\d{0,4}$/.test(part));
  return (
    /^(?:[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:\/\/)/.test(value) ||
    /\.(?:json|ya?ml|txt|pem|py|sql|csv|env|key|crt|jks|p12)$/i.test(value)
  );
}

function isHash(value: string): boolean {
  return /^\$(?:2[aby]?|5|6|argon2\w{0,3}|pbkdf2[\w-]{0,20}|scrypt)\$|^\{(?:SHA|SSHA|bcrypt|noop)\d{0,3}\}|^(?:sha\d{1,3}|md5)[:=]/i.test(
    value,
  );
}

function classes(value: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((pattern) => pattern.test(value)).length;
}

/** What every judge refuses: references, placeholders, hashes, paths, code. */
function isNoLiteral(value: string): boolean {
  return (
    isReference(value) ||
    isPlaceholder(value) ||
    isHash(value) ||
    isPathOrUrl(value) ||
    /[^\P{Cc}\x80-\x9f]/u.test(value)
  );
}

/** A password as people choose it: no name of something, at least two kinds of characters unless the place is certain. */
export function isPassword(value: string, certain: boolean): boolean {
  if (value.length < (certain ? 4 : 6) || value.length > 256 || /\s/.test(value) || isNoLiteral(value))
    return false;
  if (/^[\w.]{1,80}\(/.test(value) || /^\d{1,4}(?:[-/.:]\d{1,4}){1,5}$/.test(value)) return false;
  if (SECRET_WORDS.test(value) && isNameLike(value.replace(/\d+/g, ""))) return false;
  if (certain) return !/^\d{1,3}$/.test(value);
  return (
    classes(value) >= 2 &&
    (!isNameLike(value) || /\d{2}/.test(value)) &&
    !/^[A-Z][A-Z0-9_]{3,60}$/.test(value)
  );
}

/** A value as machines make it: long, with digits, without words. */
export function isRandom(value: string): boolean {
  if (value.length < 12 || value.length > 4096 || /[\s"'<>{}]/.test(value) || isNoLiteral(value))
    return false;
  if (isUuid(value)) return true;
  if (isNameLike(value) || /^(?:[A-Za-z]{2,20}\d{0,4}[-_.:/]){1,10}[A-Za-z0-9]{0,12}$/.test(value))
    return false;
  if (!/\d/.test(value) && !(value.length >= 24 && classes(value) >= 2)) return false;
  if (/^\d+(?:[.,]\d+)*$/.test(value)) return false;
  if (SECRET_WORDS.test(value) && /[-_]/.test(value) && value.length < 32) return false;
  return entropy(value) >= (value.length < 20 ? 2.8 : 3.1);
}

/** Any literal that is no reference, of at least four characters. */
export function isLiteral(value: string): boolean {
  return value.length >= 4 && !isNoLiteral(value);
}
