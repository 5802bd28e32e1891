import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  SecretlessError
} from "./chunk-YHQZU34I.js";

// core/databricks/process.ts
import { spawn as nodeSpawn } from "node:child_process";
import { kill as nodeKill } from "node:process";
import { win32 } from "node:path";
var NODE = {
  spawn: nodeSpawn,
  kill: (pid, signal) => {
    nodeKill(pid, signal);
  }
};
var DRAIN = 1e3;
var GRACE = 2e3;
function createRunProcess(platform, port = NODE) {
  const windows = platform.os === "win32";
  return (request) => new Promise((resolve, reject) => {
    const child = port.spawn(request.file, request.args, {
      cwd: request.cwd,
      env: { ...request.env },
      detached: !windows,
      windowsHide: true,
      shell: false,
      stdio: ["ignore", "pipe", "pipe"]
    });
    child.stdout?.on("data", request.onStdout);
    child.stderr?.on("data", request.onStderr);
    child.once("error", reject);
    child.once("spawn", () => {
      if (child.pid !== void 0) request.onStart?.(child.pid);
    });
    let drain;
    child.once("exit", () => {
      if (!windows && child.pid !== void 0) signalGroup(child.pid, "SIGKILL", port);
      drain = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, DRAIN);
    });
    child.once("close", (code, signal) => {
      clearTimeout(drain);
      resolve({ code, signal });
    });
  });
}
function signalGroup(pid, signal, port) {
  try {
    port.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
function createTerminate({ platform, clock, environment, port = NODE }) {
  if (platform.os === "win32") return (pid) => taskkill(pid, environment, port);
  return async (pid) => {
    if (!signalGroup(pid, "SIGTERM", port)) return;
    await clock.sleep(GRACE);
    signalGroup(pid, "SIGKILL", port);
  };
}
function taskkill(pid, environment, port) {
  const root = Object.entries(environment).find(([name]) => name.toLowerCase() === "systemroot")?.[1] ?? "C:\\Windows";
  const folder = win32.join(root, "System32");
  return new Promise((resolve) => {
    const child = port.spawn(win32.join(folder, "taskkill.exe"), ["/PID", String(pid), "/T", "/F"], {
      cwd: folder,
      env: { SystemRoot: root },
      windowsHide: true,
      shell: false,
      stdio: "ignore"
    });
    for (const event of ["error", "close"]) {
      child.once(event, () => {
        resolve();
      });
    }
  });
}
async function runUntil({ runProcess, terminate }, request, signal) {
  signal?.throwIfAborted();
  let pid;
  let ending;
  const end = () => {
    if (pid !== void 0) ending ??= terminate(pid);
  };
  signal?.addEventListener("abort", end);
  try {
    return await runProcess({
      ...request,
      onStart: (started) => {
        pid = started;
        request.onStart?.(started);
        if (signal?.aborted) end();
      }
    });
  } finally {
    signal?.removeEventListener("abort", end);
    await ending;
    if (ending) signal?.throwIfAborted();
  }
}

// core/federation/clouds.ts
var ENTRA_PUBLIC = {
  authority: "https://login.microsoftonline.com",
  audience: "api://AzureADTokenExchange"
};
var ENTRA_US_GOVERNMENT = {
  authority: "https://login.microsoftonline.us",
  audience: "api://AzureADTokenExchangeUSGov"
};
var ENTRA_CHINA = {
  authority: "https://login.chinacloudapi.cn",
  audience: "api://AzureADTokenExchangeChina"
};
var CLOUDS = [
  { cloud: "AWS", zone: ".cloud.databricks.com", accountHost: "https://accounts.cloud.databricks.com" },
  { cloud: "AWS", zone: ".cloud.databricks.us", accountHost: "https://accounts.cloud.databricks.us" },
  { cloud: "GCP", zone: ".gcp.databricks.com", accountHost: "https://accounts.gcp.databricks.com" },
  {
    cloud: "Azure",
    zone: ".azuredatabricks.net",
    accountHost: "https://accounts.azuredatabricks.net",
    entra: ENTRA_PUBLIC
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.us",
    accountHost: "https://accounts.databricks.azure.us",
    entra: ENTRA_US_GOVERNMENT
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.cn",
    accountHost: "https://accounts.databricks.azure.cn",
    entra: ENTRA_CHINA
  }
];
var ENTRA_CLOUDS = [
  ENTRA_PUBLIC,
  ENTRA_US_GOVERNMENT,
  ENTRA_CHINA,
  // MSAL's name for the authority in China.
  { ...ENTRA_CHINA, authority: "https://login.partner.microsoftonline.cn" }
];
function databricksCloud(url) {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? CLOUDS.find(({ zone }) => hostname.endsWith(zone)) : void 0;
}

// core/federation/unavailable.ts
var REMEDIES = {
  dns: "Check the spelling of the host; for private link, the runner's DNS must know it.",
  refused: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  reset: "Run the job again; if it comes back, a firewall or a proxy between runner and host closes connections.",
  timeout: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  certificate: "If your network has its own certificate authority, set NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to its PEM file. Certificate checks cannot be switched off.",
  proxy: "Ask for this host to be allowed by the proxy, and check the user name and password in HTTPS_PROXY.",
  "too-large": "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
  protocol: "What answers there does not speak HTTPS; check the URL and its port, and HTTPS_PROXY."
};
function endpointUnavailable(what, error) {
  const answer = error.body === "" ? void 0 : error.body.slice(0, 500);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: ${error.message}.`,
    ...answer !== void 0 && { actual: answer },
    remedy: error.failure === void 0 ? "The service has trouble or limits requests: look at its status page, and run the job again later." : REMEDIES[error.failure],
    cause: error
  });
}

export {
  createRunProcess,
  createTerminate,
  runUntil,
  ENTRA_CLOUDS,
  databricksCloud,
  endpointUnavailable
};
