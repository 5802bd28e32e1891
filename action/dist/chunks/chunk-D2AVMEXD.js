import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  HttpError,
  isRetryableStatus,
  nameOf,
  transportError
} from "./chunk-EVBQBKWY.js";
import {
  isLoopback
} from "./chunk-W6LVRVHZ.js";
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/system.ts
import { networkInterfaces } from "node:os";
import { arch, kill, platform } from "node:process";
import { setTimeout as delay } from "node:timers/promises";

// core/proxy.ts
import { BlockList, isIP } from "node:net";
function proxyFor(url, environment) {
  const value = (variable(environment, "HTTPS_PROXY") ?? "").trim();
  if (value === "" || isLoopback(url.hostname) || isExempt(url, variable(environment, "NO_PROXY") ?? "")) {
    return void 0;
  }
  const text = value.includes("://") ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : void 0;
  if (proxy?.protocol !== "http:" && proxy?.protocol !== "https:") {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "The environment variable HTTPS_PROXY does not name a proxy.",
      expected: "http://host:port or https://host:port",
      actual: redact(value),
      remedy: "Correct HTTPS_PROXY, or remove it if there is no proxy."
    });
  }
  return { url: proxy };
}
async function proxyAgent(proxy, options) {
  const { HttpsProxyAgent } = await import("./dist-FAQPZ5ST.js");
  return new HttpsProxyAgent(proxy.url, options);
}
function variable(environment, name) {
  return environment[name] || environment[name.toLowerCase()];
}
function isExempt(url, list) {
  const port = url.port || "443";
  const host = withoutBrackets(url.hostname);
  return list.split(",").some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry.includes("/")) return isInNetwork(host, entry);
    const [, name = "", onlyPort] = isIP(entry) ? ["", entry] : /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === "" || onlyPort !== void 0 && onlyPort !== port) return false;
    if (name === "*" || host === withoutBrackets(name)) return true;
    const domain = name.replace(/^\*(?=\.)/, "");
    return host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
  });
}
function isInNetwork(host, network) {
  const [address = "", prefix = ""] = network.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(host, type);
}
function withoutBrackets(host) {
  return host.replace(/^\[|\]$/g, "");
}

// core/system.ts
var TIMEOUT = 3e4;
var BODY_LIMIT = 16 * 1024 * 1024;
var systemClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, void 0, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }
};
function isRunning(pid) {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}
function systemPlatform(os = platform, cpu = arch) {
  if ((os === "linux" || os === "darwin" || os === "win32") && (cpu === "x64" || cpu === "arm64")) {
    return { os, arch: cpu };
  }
  throw new SecretlessError("INPUT_INVALID", {
    problem: "This kind of runner is not supported.",
    expected: "Linux, macOS or Windows on x64 or arm64",
    actual: `${os} on ${cpu}`,
    remedy: "Let the job run on one of these."
  });
}
function createSend(environment, bodyLimit = BODY_LIMIT) {
  let ca;
  return async (request) => {
    request.signal?.throwIfAborted();
    const url = new URL(request.url);
    const secure = url.protocol === "https:";
    if (!secure && !isLoopback(url.hostname)) throw notEncrypted(request);
    const proxy = secure ? proxyFor(url, environment) : void 0;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort(timedOut(request));
    }, request.timeout ?? TIMEOUT);
    const onAbort = () => {
      stop.abort(request.signal?.reason);
    };
    request.signal?.addEventListener("abort", onAbort);
    try {
      const { request: start } = secure ? await import("node:https") : await import("node:http");
      if (secure) ca ??= await certificates(environment);
      const tls = { rejectUnauthorized: true, ...ca && ca.length > 0 && { ca } };
      const options = {
        method: request.method,
        headers: headersOf(request),
        signal: stop.signal,
        ...tls,
        ...proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }
      };
      return await perform(request, (onAnswer) => start(url, options, onAnswer), bodyLimit);
    } catch (error) {
      if (stop.signal.aborted) throw stop.signal.reason;
      throw error instanceof HttpError ? error : transportError(request, error, proxy?.url.origin);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
    }
  };
}
function perform(request, start, bodyLimit) {
  return new Promise((resolve, reject) => {
    const sent = start((answer) => {
      const chunks = [];
      let size = 0;
      answer.on("data", (chunk) => {
        size += chunk.length;
        if (size <= bodyLimit) {
          chunks.push(chunk);
          return;
        }
        reject(
          new HttpError(`${nameOf(request)} was answered with more than ${String(bodyLimit)} bytes`, {
            failure: "too-large",
            retryable: false
          })
        );
        sent.destroy();
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, headers: joined(answer.headers), body });
      });
    });
    sent.on("error", reject);
    sent.on("proxyConnect", ({ statusCode }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(`The proxy refused ${nameOf(request)} with status ${String(statusCode)}`, {
          failure: "proxy",
          retryable: isRetryableStatus(statusCode)
        })
      );
      sent.destroy();
    });
    sent.end(request.body);
  });
}
function headersOf({ headers, body }) {
  return {
    "user-agent": "databricks-secretless",
    // Node leaves it out for DELETE.
    ...body === void 0 ? {} : { "content-length": String(Buffer.byteLength(body)) },
    ...headers
  };
}
function joined(headers) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value ?? ""
    ])
  );
}
function timedOut(request) {
  const seconds = String((request.timeout ?? TIMEOUT) / 1e3);
  return new HttpError(`${nameOf(request)} was not answered within ${seconds} s`, {
    failure: "timeout",
    retryable: true
  });
}
function notEncrypted(request) {
  return new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: `${nameOf(request)} would send credentials unencrypted.`,
    expected: "an https URL (plain http is accepted for loopback addresses only)",
    actual: new URL(request.url).origin,
    remedy: "Configure the https address of this service."
  });
}
function systemAddresses() {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address.replace(/%.*$/, ""));
}
async function certificates(environment) {
  const file = environment["SSL_CERT_FILE"];
  if (!file) return [];
  const [{ readFile }, { rootCertificates }] = await Promise.all([
    import("node:fs/promises"),
    import("node:tls")
  ]);
  const files = [file, environment["NODE_EXTRA_CA_CERTS"] ?? ""].filter((name) => name !== "");
  const texts = await Promise.all(files.map((name) => readFile(name, "utf8").catch(() => "")));
  return [...rootCertificates, ...texts.filter((text) => text !== "")];
}

export {
  proxyFor,
  proxyAgent,
  systemClock,
  isRunning,
  systemPlatform,
  createSend,
  systemAddresses,
  certificates
};
