import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

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

export {
  ENTRA_CLOUDS,
  databricksCloud,
  endpointUnavailable
};
