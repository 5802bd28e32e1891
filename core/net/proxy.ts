import type { Agent } from "node:http";
import { BlockList, isIP } from "node:net";
import { SecretlessError } from "../base/errors.ts";
import type { Environment } from "../base/ports.ts";
import { redact } from "../base/redact.ts";
import { isLoopback } from "./workspace.ts";

export interface Proxy {
  /** May hold credentials: print `url.origin` only. */
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
  const text = value.includes("://") ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol !== "http:" && proxy?.protocol !== "https:") {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "The environment variable HTTPS_PROXY does not name a proxy.",
      expected: "http://host:port or https://host:port",
      actual: redact(value),
      remedy: "Correct HTTPS_PROXY, or remove it if there is no proxy.",
    });
  }
  return { url: proxy };
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
