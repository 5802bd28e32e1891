import { isPlaceholder } from "../detect/references.ts";
import type { Rule } from "./rule.ts";
import { REMEDIES } from "./remedies.ts";

function base64Text(text: string): string {
  return Buffer.from(text, "base64").toString("latin1");
}

/** `user:password` in printable characters, neither of them a placeholder (RFC 7617). */
function isUserAndPassword(text: string): boolean {
  const match = /^([\x20-\x39\x3b-\x7e]{0,80}):([\x20-\x7e]{4,200})$/.exec(base64Text(text));
  return match !== null && !isPlaceholder(match[2] ?? "") && !/^<|\$\{|\{\{/.test(match[2] ?? "");
}

/** A JOSE header with an algorithm (RFC 7515), not the well-known sample of jwt.io and RFC 7519. */
function isJwt(token: string): boolean {
  const [head = "", body = ""] = token.split(".");
  try {
    const header: unknown = JSON.parse(Buffer.from(head, "base64url").toString("utf8"));
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    if (typeof header !== "object" || header === null || !("alg" in header) || header.alg === "none")
      return false;
    return (
      typeof claims === "object" &&
      claims !== null &&
      !/John Doe|"joe"|example\.com\/is_root/.test(JSON.stringify(claims))
    );
  } catch {
    return false;
  }
}

/** Enough base64 for a key, and not the words of a sample. */
function isKeyBody(pem: string): boolean {
  const body = pem
    .replace(/-----[^-]{0,40}-----|\\[nr]|[\s"'\\,+]/g, "")
    .replace(/^.{0,200}?DEK-Info:[\w-]{1,40},[0-9A-F]{16,32}/, "");
  return body.length >= 48 && /^[A-Za-z0-9+/=]{48}/.test(body) && !isPlaceholder(body.slice(0, 64));
}

/**
 * A value between `:` and `@` that is none: the port and the rest of a JDBC URL (`//server:1433;user=name@server`), or a
 * user that is its own password on a host without a domain, which every sample of a local database has.
 */
function isUrlPassword(value: string, around: string): boolean {
  if (/^\d{1,5};[\w .-]{1,40}=/.test(value)) return false;
  const at = around.indexOf(`:${value}@`);
  const user = /[^/:@]*$/.exec(around.slice(0, at))?.[0];
  const host = /^[\w.[\]:-]*/.exec(around.slice(at + value.length + 2))?.[0] ?? "";
  return user !== value || !/^(?:[\w-]+|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{0,5})?$/.test(host);
}

const URL_RISK = "Whoever has the URL signs in with the user and password in it.";

/** Credentials known by their structure: PEM (RFC 7468), JWT (RFC 7519), Basic (RFC 7617), URL userinfo (RFC 3986, 3.2.1). */
export const STRUCTURE_RULES: readonly Rule[] = [
  {
    type: "format",
    id: "private-key",
    name: "Private key",
    risk: "Whoever has it signs, decrypts or signs in as the key's owner: a service account, a Snowflake user, an SSH login.",
    remedy: REMEDIES.key,
    owasp: "NHI2",
    keywords: ["-----begin "],
    prefix: "-----BEGIN ",
    pattern:
      /-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP) ){0,2}PRIVATE KEY(?: BLOCK)?-----(?<value>[A-Za-z0-9+/=\s\\nr"',:.-]{48,8000}?)-----END/y,
    test: isKeyBody,
  },
  {
    type: "format",
    id: "json-web-token",
    name: "JSON Web Token",
    risk: "Whoever has it is its subject at its audience until it expires; many long-lived API tokens are JWTs.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["eyJ"],
    exactCase: true,
    prefix: "eyJ",
    pattern: /(?<![\w.-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,6000}\.[\w-]{20,2000}(?![\w-])/y,
    test: isJwt,
  },
  {
    type: "format",
    id: "basic-authorization",
    name: "Authorization header with user and password (Basic)",
    risk: URL_RISK,
    remedy: REMEDIES.service,
    owasp: "NHI4",
    keywords: ["basic "],
    pattern: /Basic (?<value>[A-Za-z0-9+/]{8,400}={0,2})(?![A-Za-z0-9+/=])/iy,
    test: isUserAndPassword,
  },
  {
    type: "format",
    id: "bearer-authorization",
    name: "Authorization header with a bearer token",
    risk: "Whoever has it is its owner at the service until it expires.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["bearer ", "authorization"],
    pattern:
      /(?:(?<=[:=,]\s{0,4}[furb]{0,2}["'`]{0,3})Bearer |Authorization["'`]?\]?\s{0,4}[:=,]\s{0,4}["'`]?(?:Bearer|Token|Api-Token|apikey|GenieKey|SSWS) )(?<value>[\w.~+/-]{24,2000}={0,2})(?![\w.~+/=-])/iy,
    test: (value) => /\d/.test(value) && !/^[a-z]{2,20}([._-][a-z]{2,20})*$/i.test(value),
    entropy: 3.2,
    judged: true,
    textOnly: true,
  },
  {
    type: "format",
    id: "registry-authorization",
    name: "Stored registry login (Docker, npm)",
    risk: "Whoever has it pulls, and often publishes, as the user.",
    remedy: REMEDIES.pipeline,
    owasp: "NHI2",
    keywords: ['"auth"', "_auth="],
    pattern:
      /(?:"auth"\s{0,4}:\s{0,4}"|_auth\s{0,2}=\s{0,2}"?)(?<value>[A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])/iy,
    test: isUserAndPassword,
    textOnly: true,
  },
  {
    type: "format",
    id: "url-password",
    name: "Password in a URL",
    risk: URL_RISK,
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: ["://"],
    pattern:
      /:\/\/[^\s:/?#@"'`<>\\,;|()[\]]{0,128}:(?<value>[^\s/?#@"'`<>\\]{3,256})@[A-Za-z0-9[\]._${-]{1,253}/y,
    test: isUrlPassword,
    judged: true,
  },
  {
    type: "format",
    id: "oracle-jdbc-password",
    name: "User and password in an Oracle JDBC URL",
    risk: URL_RISK,
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: ["jdbc:oracle:thin:"],
    pattern: /jdbc:oracle:thin:[\w$#.-]{1,60}\/(?<value>[^\s@"'`<>\\/]{4,128})@/iy,
    judged: true,
  },
  {
    type: "format",
    id: "positional-password",
    name: "Password by its place: after the user in a call that signs in",
    risk: URL_RISK,
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: [
      "auth=(",
      "auth = (",
      "basicauth(",
      "basic_auth(",
      "digestauth(",
      "proxyauth(",
      "getconnection(",
    ].concat([
      "networkcredential(",
      "passwordcredential(",
      "passwordcredentials(",
      "passwordauthentication(",
    ]),
    pattern:
      /[a-z_]{4,30}(?:(?<=auth)\s?=\s?)?\((?:\s{0,40}[^\s"'`,()]{1,80}\s{0,4},)?\s{0,40}["'][^"'\n]{0,80}["']\s{0,4},\s{0,40}["'](?<value>[^"'\s]{4,200})["']\s{0,40}[,)]/iy,
    judged: true,
    textOnly: true,
  },
  {
    type: "format",
    id: "sql-password",
    name: "Password in an SQL statement",
    risk: "Whoever has it signs in to the database as the user.",
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: ["identified by"],
    pattern: /identified by(?:\s{1,4}values?)?\s{1,8}["'](?<value>[^"'\s]{4,128})["']/iy,
    judged: true,
    textOnly: true,
  },
  {
    type: "format",
    id: "command-line-password",
    name: "Password on a command line",
    risk: "Whoever reads the file or the process list signs in as the user.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["curl ", "sshpass ", "mysql ", "mysqldump "],
    pattern:
      /(?:curl [^\n]{0,300}?(?:-u|--user)[ =]{0,2}["']?[^\s:"'/]{0,80}:["']?|sshpass -p ?["']?|mysql(?:dump)? [^\n]{0,200}?(?<=\s)-p["']?)(?<value>[^\s"'<>|;]{5,128})/iy,
    judged: true,
    textOnly: true,
  },
  {
    type: "format",
    id: "plain-text-secure-string",
    name: "Plain text turned into a PowerShell secure string",
    risk: "Whoever reads the script has the password.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["convertto-securestring"],
    pattern: /ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?["'](?<value>[^"'\s]{4,200})["']/iy,
    judged: true,
    textOnly: true,
  },
];
