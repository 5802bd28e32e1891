import type { Agent } from "node:http";
import { BlockList, isIP } from "node:net";
import { SecretlessError } from "../base/errors.ts";
import type { Environment } from "../base/ports.ts";
import { isLoopback } from "./origin.ts";

export interface Proxy {
  /** May hold credentials: print `url.origin` only, which has none. */
  readonly url: URL;
}

/**
 * The proxy for an https `url`, or undefined. The rules are those of the Databricks CLI (Go's httpproxy), so that both
 * take the same way: `HTTPS_PROXY` and `NO_PROXY`, upper case before lower case, loopback never.
 * (proxy-from-env has other rules, and reads the environment of the process.)
 * @throws SecretlessError `INPUT_INVALID` for a proxy that is not an http or https URL
 */
export function proxyFor(url: URL, environment: Environment): Proxy | undefined {
  const value = (variable(environment, "HTTPS_PROXY") ?? "").trim();
  if (value === "" || isLoopback(url.hostname) || isExempt(url, variable(environment, "NO_PROXY") ?? "")) {
    return undefined;
  }
  const proxy = parseProxy(value);
  if (proxy === undefined) throw noProxy("HTTPS_PROXY");
  return { url: proxy };
}

/** RFC 3986 3.2.1 and 3.2.2; each of user, password and host ends at one place only, whoever reads it. */
const PROXY =
  /^(?:(https?):\/\/)?(?:((?:[\w.~!$&'()*+,;=:-]|%[0-9a-f]{2})*)@)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i;

/**
 * The URL of a proxy; undefined for what is none, and for what one reader takes for a password and another for a host: a
 * part of it would go to DNS and into messages. What is not accepted is never shown.
 */
export function parseProxy(value: string): URL | undefined {
  const [, scheme = "http", user, host = "", port] = PROXY.exec(value) ?? [];
  const text = `${scheme}://${user === undefined ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
  return host !== "" && URL.canParse(text) ? new URL(text) : undefined;
}

const PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] as const;

/** What of the proxies in the environment is nobody's business, as it is written and as it is meant. */
export function proxySecrets(environment: Environment): readonly string[] {
  const secrets = PROXY_VARIABLES.flatMap((name) => [environment[name], environment[name.toLowerCase()]])
    .flatMap((value) => parseProxy(value?.trim() ?? "") ?? [])
    .flatMap(({ username, password }) => [password, decoded(password), `${username}:${password}`]);
  return [...new Set(secrets)].filter((secret) => secret.replace(":", "") !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether each proxy that programs we start are given is one that all of them read alike.
 * @throws SecretlessError `INPUT_INVALID`
 */
export function checkProxies(environment: Environment): void {
  for (const name of PROXY_VARIABLES.flatMap((one) => [one, one.toLowerCase()])) {
    const value = environment[name]?.trim() ?? "";
    // Other programs know further kinds of proxies, such as socks5.
    const text = value.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, "");
    if (value !== "" && parseProxy(text) === undefined) throw noProxy(name);
  }
}

function noProxy(name: string): SecretlessError {
  return new SecretlessError("INPUT_INVALID", {
    problem: `The environment variable ${name} does not name a proxy. It is not shown, as it may hold a password.`,
    expected: "http://host:port or https://host:port, with user:password@ before the host where it needs one",
    remedy:
      `Percent-encode special characters of user and password in ${name} (@ is %40, / is %2F, # is %23, % is %25), or ` +
      "remove it if there is no proxy.",
  });
}

/** TLS options, and a signal that closes a connection to a proxy that has not answered yet. */
interface AgentOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string[];
  readonly signal: AbortSignal;
}

/** An agent for one request; its library is loaded only where there is a proxy. */
export async function proxyAgent(proxy: Proxy, options: AgentOptions): Promise<Agent> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy.url, options);
}

function variable(environment: Environment, name: string): string | undefined {
  return environment[name] || environment[name.toLowerCase()];
}

/** `NO_PROXY`: `*`, or hosts (with their subdomains), `.domains`, addresses and networks, each with a port or not. */
function isExempt(url: URL, list: string): boolean {
  const port = url.port || "443";
  const host = withoutBrackets(url.hostname);
  return list.split(",").some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry.includes("/")) return isInNetwork(host, entry);
    const [, name = "", onlyPort] = isIP(entry) ? ["", entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
    if (name === "" || (onlyPort !== undefined && onlyPort !== port)) return false;
    if (name === "*" || host === withoutBrackets(name)) return true;
    const domain = name.replace(/^\*(?=\.)/, "");
    return host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
  });
}

function isInNetwork(host: string, network: string): boolean {
  const [address = "", prefix = ""] = network.split("/");
  const family = isIP(address);
  if (
    family === 0 ||
    isIP(host) !== family ||
    !/^\d{1,3}$/.test(prefix) ||
    Number(prefix) > (family === 4 ? 32 : 128)
  ) {
    return false;
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(host, type);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
