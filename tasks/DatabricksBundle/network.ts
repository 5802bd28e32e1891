import type { Environment } from "../../core/base/ports.ts";
import { parseProxy, proxySecrets } from "../../core/net/proxy.ts";

export interface AgentNetwork {
  /** What requests and the Databricks CLI understand, added to the variables of the task. */
  readonly environment: Environment;
  /** Values to be hidden in the log. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The agent's own proxy and certificates (learn.microsoft.com/azure/devops/pipelines/agents/proxy and …/certificate),
 * which it hands to tasks in variables of its own, as the variables that everybody else reads. What the pipeline itself
 * has set stays.
 */
export function withAgentNetwork(environment: Environment): AgentNetwork {
  const get = (name: string): string => environment[name] || environment[`SECRET_${name}`] || "";
  const added: Record<string, string> = {};
  const secrets: string[] = [];
  const warnings: string[] = [];
  const set = (name: string, value: string): void => {
    if (value !== "" && !environment[name] && !environment[name.toLowerCase()]) added[name] = value;
  };
  const proxy = get("AGENT_PROXYURL");
  if (proxy !== "") {
    const url = proxyUrl(proxy, get("AGENT_PROXYUSERNAME"), get("AGENT_PROXYPASSWORD"));
    if (url === undefined)
      warnings.push(
        "The proxy of the agent (Agent.ProxyUrl) is no http or https URL of a host and a port: it is not used. Percent-encode special characters of user and password in it.",
      );
    else {
      set("HTTPS_PROXY", url.href);
      set("HTTP_PROXY", url.href);
      secrets.push(
        ...[get("AGENT_PROXYPASSWORD"), ...proxySecrets({ HTTPS_PROXY: url.href })].filter(Boolean),
      );
    }
    const { hosts, unreadable } = bypassHosts(get("AGENT_PROXYBYPASSLIST"));
    set("NO_PROXY", hosts.join(","));
    if (unreadable.length > 0) {
      warnings.push(
        `These patterns of the agent's proxy bypass list cannot be written as hosts, so the proxy is used: ${unreadable.join(" ")}. Set NO_PROXY if it must not be.`,
      );
    }
  }
  set("SSL_CERT_FILE", get("AGENT_CAINFO"));
  if (get("AGENT_SKIPCERTVALIDATION").toLowerCase() === "true") {
    warnings.push(
      "The agent is configured to skip the validation of certificates; this task validates them all the same. Configure the agent with --sslcacert.",
    );
  }
  return { environment: { ...environment, ...added }, secrets, warnings };
}

/** With its credentials percent-encoded (RFC 3986 3.2.1): in the agent's variables they are plain. */
function proxyUrl(text: string, user: string, password: string): URL | undefined {
  const url = parseProxy(text.trim());
  if (url === undefined) return undefined;
  // The setters of URL leave a percent sign as it is, so it is encoded before.
  if (user !== "") url.username = encodeURIComponent(user);
  if (password !== "") url.password = encodeURIComponent(password);
  return url;
}

/**
 * The bypass list is a JSON array of regular expressions on URLs; `NO_PROXY` knows hosts and domains. Those that mean
 * a host or a domain, as nearly all do, are turned into one.
 */
function bypassHosts(list: string): { readonly hosts: string[]; readonly unreadable: string[] } {
  const hosts: string[] = [];
  const unreadable: string[] = [];
  for (const pattern of patterns(list)) {
    const host = pattern
      .replace(/^\^?(?:https?|\(https?\)|https\?|\.\*):\/\/|^\^/, "")
      .replace(/\$$/, "")
      .replace(/(?:\/|:\d+|\.\*|\/\.\*|\(\/\|\$\))$/, "")
      .replace(/^(?:\.\*|\[\^\/\]\*|\(\.\*\))?\\?\.(?=[\w-])/, ".")
      .replaceAll("\\.", ".")
      .replaceAll("\\-", "-");
    if (/^\.?[\w-]+(?:\.[\w-]+)*$/.test(host)) hosts.push(host);
    else unreadable.push(pattern);
  }
  return { hosts, unreadable };
}

function patterns(list: string): string[] {
  try {
    const found: unknown = JSON.parse(list || "[]");
    if (Array.isArray(found))
      return found.filter((one): one is string => typeof one === "string" && one !== "");
  } catch {
    // As unreadable as a single bad pattern.
  }
  return [list];
}
