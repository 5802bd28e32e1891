import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  EMPTY_REPORT,
  PRODUCT,
  findingMistake,
  fingerprint,
  mergeReports,
  mistakeText,
  placeText,
  redacted,
  scanLine,
  together
} from "./chunk-KLPGEJNC.js";
import "./chunk-MLVAGASE.js";
import {
  require_dist
} from "./chunk-XG7PHLDC.js";
import "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";
import {
  __toESM
} from "./chunk-U4GNHYLL.js";

// core/bundle-scan.ts
import path2 from "node:path";

// core/scan-outcome.ts
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

// core/scan/exceptions.ts
var import_yaml = __toESM(require_dist(), 1);
import { join, relative, sep } from "node:path";

// core/scan/ignore-patterns.ts
var ANY = { type: "any" };
var SLASH = { type: "character", character: "/" };
var skip = (count) => ({ type: "skip", count });
function stepsOf(line) {
  const anchored = line.startsWith("/") && !line.startsWith("/**/");
  const inFolder = /[^/+]\/.*\*\./.test(line);
  const steps = anchored || inFolder ? [] : [skip(2), ANY, SLASH];
  let at = line.startsWith("/") ? 1 : 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const characters = /^\[(\^?)([^\]]{1,100})\]/.exec(rest);
    const [length, read] = rest.startsWith("/**/") ? [4, [SLASH, skip(2), ANY, SLASH]] : rest.startsWith("**/") ? [3, [skip(2), ANY, SLASH]] : rest.startsWith("/**") ? [3, [skip(2), SLASH, ANY]] : rest.startsWith("*") ? [1, [{ type: "star" }]] : characters !== null ? [
      characters[0].length,
      [{ type: "class", characters: characters[2] ?? "", negated: characters[1] === "^" }]
    ] : rest.startsWith("\\") && rest.length > 1 ? [2, [{ type: "character", character: rest[1] ?? "" }]] : [1, [{ type: "character", character: rest[0] ?? "" }]];
    steps.push(...read);
    at += length;
  }
  return [...steps, ...line.endsWith("/") ? [ANY] : [skip(2), SLASH, ANY]];
}
function inClass(characters, character) {
  for (let i = 0; i < characters.length; i++) {
    const to = characters[i + 1] === "-" ? characters[i + 2] : void 0;
    if (to !== void 0 && character >= characters[i] && character <= to) return true;
    if (characters[i] === character) return true;
    if (to !== void 0) i += 2;
  }
  return false;
}
function takes(step2, character) {
  if (step2.type === "character") return step2.character === character;
  if (step2.type === "class") return inClass(step2.characters, character) !== step2.negated;
  return step2.type === "any" || step2.type === "star" && character !== "/";
}
function matches(steps, path3) {
  let states = /* @__PURE__ */ new Set();
  const enter = (into, state) => {
    if (into.has(state)) return;
    into.add(state);
    const step2 = steps[state];
    if (step2?.type === "skip") {
      enter(into, state + 1);
      enter(into, state + 1 + step2.count);
    } else if (step2?.type === "star" || step2?.type === "any") enter(into, state + 1);
  };
  enter(states, 0);
  for (const character of path3) {
    const next = /* @__PURE__ */ new Set();
    for (const state of states) {
      const step2 = steps[state];
      if (step2 === void 0 || step2.type === "skip" || !takes(step2, character)) continue;
      enter(next, step2.type === "star" || step2.type === "any" ? state : state + 1);
    }
    states = next;
    if (states.size === 0) return false;
  }
  return states.has(steps.length);
}
var UNCERTAIN = /(?<!\\)[+(){}|^$]/;
var IgnorePatterns = class {
  #patterns = [];
  constructor(lines, use) {
    for (const raw of lines) {
      const line = raw.replace(/\r+$/, "").replace(/^ +| +$/g, "");
      if (line === "" || line.startsWith("#")) continue;
      const negated = line.startsWith("!");
      const pattern = negated ? line.slice(1) : line;
      const uncertain = UNCERTAIN.test(pattern.replace(/\[[^\]]{1,100}\]/g, ""));
      if (pattern === "" || uncertain && use === "leave-out" !== negated) continue;
      this.#patterns.push({ negated, steps: stepsOf(pattern) });
    }
  }
  /** Whether the last pattern that matches `path` (relative, with slashes) is one that is not negated. */
  match(path3) {
    let matched = false;
    for (const { negated, steps } of this.#patterns) {
      if (matched === negated && matches(steps, path3)) matched = !negated;
    }
    return matched;
  }
};

// core/scan/rules/remedies.ts
var REMEDIES = {
  databricks: "Code in a job already runs as its service principal: call `WorkspaceClient()` without a token. Outside Databricks use OAuth token federation. Revoke the value.",
  azure: 'Use a Unity Catalog service or storage credential (`dbutils.credentials.getServiceCredentialsProvider("name")`), which holds no key. Until then `{{secrets/scope/key}}`. Rotate the value.',
  storage: "Use a Unity Catalog external location with a storage credential instead of keys in Spark configuration. Until then `{{secrets/scope/key}}`. Rotate the key.",
  entra: "Replace the client secret by a federated identity credential (`present` with `entra_application` in `access.yml`). Until then `{{secrets/scope/key}}`. Delete the secret in Entra ID.",
  aws: "Use a Unity Catalog service or storage credential, or a role that trusts the job's identity (`aws_role` in `access.yml`). Deactivate the key.",
  google: "Use a Unity Catalog service credential or workload identity federation; no key file is needed. Delete the key.",
  database: 'Use a Unity Catalog connection or OAuth where the database can do it. Until then `dbutils.secrets.get("scope", "key")` in code and `{{secrets/scope/key}}` in configuration. Change the password.',
  pipeline: "Let the pipeline's own identity get a short-lived token (OIDC) instead of a stored one. Revoke the token.",
  service: 'Keep it in a secret scope and read it with `dbutils.secrets.get("scope", "key")`, or `{{secrets/scope/key}}` in configuration; better, let the service trust the job\'s identity. Revoke the value.',
  key: 'Keep private keys out of the bundle: a vault or a secret scope, read with `dbutils.secrets.get("scope", "key")`; better, federation instead of a key pair. Replace the key.'
};

// core/scan/rules/practices.ts
var PRACTICES = [
  {
    id: "practice-storage-account-key",
    name: "Storage account key in Spark configuration",
    risk: "The key opens the whole storage account to everybody who can run code on the cluster, past Unity Catalog.",
    remedy: REMEDIES.storage,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.(?:account\.key|sas)\./
  },
  {
    id: "practice-oauth-client-secret",
    name: "OAuth client secret in Spark configuration",
    risk: "The secret must be stored and rotated, and works from anywhere.",
    remedy: REMEDIES.entra,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.account\.oauth2\.client\.secret|(?:^|[._])client_?secret$/i
  },
  {
    id: "practice-s3-access-key",
    name: "S3 access key in Spark configuration",
    risk: "The key works from anywhere until it is rotated by hand.",
    remedy: REMEDIES.aws,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.s3[an]?\.(?:access|secret)\.key$/
  },
  {
    id: "practice-instance-profile",
    name: "Instance profile",
    risk: "Everybody who can run code on the cluster has the role; it is bound to no job.",
    remedy: "Use a Unity Catalog storage or service credential, granted to the job's run-as principal alone.",
    owasp: "NHI4",
    setting: /^instance_profile_arn$/
  },
  {
    id: "practice-personal-access-token",
    name: "Databricks token handed to a job",
    risk: "A personal access token outlives the job, and every run has all rights of its owner.",
    remedy: REMEDIES.databricks,
    owasp: "NHI7",
    setting: /^databricks_(?:api_)?token$/i
  }
];
var SCOPE_RULE = {
  id: "scope-of-another-target",
  name: "Secret scope of another target",
  risk: "A job of one environment reads the secrets of another.",
  remedy: "Name a scope of this target (`${bundle.target}` in the scope's name), or allow it under `scan.scopes` in `policy.yml`.",
  owasp: "NHI8"
};

// core/scan/rules/azure.ts
var STORAGE_RISK = "Whoever has it reads, changes and deletes everything in the storage account, past every access control.";
var SHARED_KEY_RISK = "Whoever has it uses the resource as its owner does; it is bound to no identity and does not expire.";
var AZURE_RULES = [
  {
    type: "format",
    id: "entra-client-secret",
    name: "Entra ID client secret",
    risk: "With the application's client ID it signs in as the application from anywhere.",
    remedy: REMEDIES.entra,
    owasp: "NHI2",
    keywords: ["1Q~", "2Q~", "3Q~", "4Q~", "5Q~", "6Q~", "7Q~", "8Q~", "9Q~"],
    exactCase: true,
    back: 3,
    pattern: /(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-])/y,
    entropy: 3.5
  },
  {
    type: "format",
    id: "azure-storage-key",
    name: "Azure Storage account key",
    risk: STORAGE_RISK,
    remedy: REMEDIES.storage,
    owasp: "NHI2",
    keywords: ["+ASt"],
    exactCase: true,
    back: 76,
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{5}[AQgw]==/y
  },
  {
    type: "format",
    id: "azure-storage-connection-string",
    name: "Azure connection string with an account key",
    risk: STORAGE_RISK,
    remedy: REMEDIES.storage,
    owasp: "NHI2",
    keywords: ["accountkey"],
    prefix: "AccountKey=",
    pattern: /AccountKey=(?<value>[A-Za-z0-9+/]{86}==)/iy,
    entropy: 3.5
  },
  {
    type: "format",
    id: "azure-shared-key",
    name: "Azure resource key (Batch, API Management, Cosmos DB, Machine Learning)",
    risk: SHARED_KEY_RISK,
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["APIM", "ACDb", "+ABa", "+AMC"],
    exactCase: true,
    back: 76,
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{76}(?:APIM|ACDb|\+ABa|\+AMC)[A-Za-z0-9+/]{5}[AQgw]==/y
  },
  {
    type: "format",
    id: "azure-messaging-key",
    name: "Azure messaging key (Event Hubs, Service Bus, Relay, IoT Hub)",
    risk: "Whoever has it sends to, and listens on, every hub or queue that the policy covers.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["AIoT", "+ASb", "+AEh", "+ARm"],
    exactCase: true,
    back: 33,
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{33}(?:AIoT|\+ASb|\+AEh|\+ARm)[A-P][A-Za-z0-9+/]{5}=/y
  },
  {
    type: "format",
    id: "azure-shared-access-key",
    name: "Connection string with a shared access key (Event Hubs, Service Bus, IoT Hub)",
    risk: "Whoever has it sends to, and listens on, every hub or queue that the policy covers.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["sharedaccesskey"],
    prefix: "SharedAccessKey=",
    pattern: /SharedAccessKey=(?<value>[A-Za-z0-9+/]{43}=)/iy,
    entropy: 3.3
  },
  {
    type: "format",
    id: "azure-sas-token",
    name: "Azure shared access signature (SAS)",
    risk: "Whoever has the URL has its rights until it expires; it cannot be withdrawn alone.",
    remedy: REMEDIES.storage,
    owasp: "NHI2",
    keywords: ["sig="],
    pattern: /(?<![A-Za-z0-9_])sig=(?<value>(?:[A-Za-z0-9+/]|%2[bf]){43,88}(?:=|%3d)?)/iy,
    test: (_value, around) => /[?&;\s"']s[vrep]=|skoid=|SharedAccessSignature/i.test(around),
    entropy: 3.5
  },
  {
    type: "format",
    id: "azure-search-key",
    name: "Azure AI Search, Functions, Redis or Container Registry key",
    risk: SHARED_KEY_RISK,
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["AzSe", "AzFu", "AzCa"],
    exactCase: true,
    back: 52,
    pattern: /[^\n]{0,20}?(?<![\w-])(?<value>[\w-]{33,52}(?:AzSe|AzFu|AzCa)[A-Za-z0-9_-]{6}={0,2})(?![\w-])/y
  },
  {
    type: "format",
    id: "azure-container-registry-key",
    name: "Azure Container Registry key",
    risk: "Whoever has it pulls, and often pushes, the images that clusters run.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["+ACR"],
    exactCase: true,
    back: 42,
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}(?![A-Za-z0-9+/=])/y
  },
  {
    type: "format",
    id: "azure-ai-services-key",
    name: "Azure AI services or Azure OpenAI key",
    risk: "Whoever has it calls the models at your cost and reads what the deployment can read.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["JQQJ99"],
    exactCase: true,
    back: 52,
    pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}(?![A-Za-z0-9])/y
  },
  {
    type: "format",
    id: "azure-function-key",
    name: "Azure Functions or Logic Apps access key in a URL",
    risk: "Whoever has the URL calls the function.",
    remedy: "Protect the function with Entra ID and call it with a token of a Unity Catalog service credential. Renew the key.",
    owasp: "NHI2",
    keywords: ["code="],
    pattern: /(?<=[?&])code=(?<value>[\w-]{40,80}(?:={1,2}|%3d%3d|%3d)?)(?![\w-])/iy,
    test: (_value, around) => /azurewebsites\.net|\/api\//i.test(around),
    entropy: 3.5
  },
  {
    type: "format",
    id: "azure-devops-personal-access-token",
    name: "Azure DevOps personal access token",
    risk: "Whoever has it acts as its owner in the organisation: code, pipelines, packages.",
    remedy: REMEDIES.pipeline,
    owasp: "NHI2",
    keywords: ["AZDO"],
    exactCase: true,
    back: 76,
    pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/y
  },
  {
    type: "format",
    id: "teams-webhook",
    name: "Microsoft Teams webhook URL",
    risk: "Whoever has the URL posts to the channel.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["webhook.office.com/"],
    pattern: /webhook\.office\.com\/webhookb2\/(?<value>[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[0-9a-f]{32}\/[0-9a-f-]{36})/iy,
    entropy: 3
  }
];

// core/scan/rules/azure-named.ts
var AZURE_NAMED_RULES = [
  {
    type: "named",
    id: "azure-storage-key",
    name: "Azure Storage account key",
    risk: STORAGE_RISK,
    remedy: REMEDIES.storage,
    owasp: "NHI2",
    keywords: [
      "account.key",
      "account_key",
      "accountkey",
      "account-key",
      "storage_key",
      "storagekey",
      "storage.key",
      "storage-key",
      "access_key",
      "accesskey",
      "access-key"
    ],
    named: /account_key|accountkey|storage_(?:access_)?key|access_key/,
    value: /^[A-Za-z0-9+/]{86}==$/,
    judge: "any"
  },
  {
    type: "named",
    id: "azure-shared-key",
    name: "Azure resource key (Batch, API Management, Cosmos DB, Machine Learning)",
    risk: SHARED_KEY_RISK,
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: [
      "master_key",
      "masterkey",
      "master-key",
      "primary_key",
      "primarykey",
      "primary-key",
      "shared_key",
      "sharedkey",
      "shared-key",
      "workspace_key",
      "workspacekey",
      "cosmos_key",
      "cosmoskey",
      "cosmos-key",
      "cosmos.key"
    ],
    named: /(?:master|primary|shared|workspace|cosmos|batch)_?key/,
    value: /^[A-Za-z0-9+/]{42,86}={1,2}$/,
    judge: "any"
  },
  {
    type: "named",
    id: "entra-client-secret",
    name: "Entra ID client secret",
    risk: "With the application's client ID it signs in as the application from anywhere.",
    remedy: REMEDIES.entra,
    owasp: "NHI2",
    keywords: [
      "client_secret",
      "client.secret",
      "client-secret",
      "clientsecret",
      "azure_secret",
      "arm_secret",
      "app_secret",
      "appsecret",
      "app-secret",
      "sp_secret",
      "service_principal_secret"
    ],
    named: /client_?secret(?:_value)?(?:_|$)|(?:azure|arm|app|sp|service_principal)_secret$/,
    judge: "random"
  },
  {
    type: "named",
    id: "azure-ai-services-key",
    name: "Azure AI services or Azure OpenAI key",
    risk: "Whoever has it calls the models at your cost and reads what the deployment can read.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: [
      "openai_api_key",
      "openai_key",
      "openai-key",
      "openai.api_key",
      "cognitive",
      "ocp-apim-subscription-key",
      "subscription_key",
      "subscription-key",
      "subscriptionkey",
      "speech_key",
      "translator_key",
      "search_key",
      "search-key"
    ],
    named: /(?:openai|cognitive|speech|translator|search|subscription)(?:_\w{1,30})?_?key$/,
    value: /^[A-Za-z0-9]{32,84}$/,
    judge: "random"
  },
  {
    type: "named",
    id: "azure-devops-personal-access-token",
    name: "Azure DevOps personal access token",
    risk: "Whoever has it acts as its owner in the organisation: code, pipelines, packages.",
    remedy: REMEDIES.pipeline,
    owasp: "NHI2",
    keywords: [
      "_pat",
      "-pat",
      "azure_devops",
      "system_accesstoken",
      "vsts",
      "personal_access_token",
      "personalaccesstoken",
      "ado_token"
    ],
    named: /(?:^|_)pat$|azure_devops_(?:ext_)?(?:pat|token)$|system_accesstoken$|vsts_\w{0,20}token$|personal_access_token$|ado_token$/,
    value: /^[a-z2-7]{52}$/,
    judge: "any"
  },
  {
    type: "named",
    id: "azure-redis-key",
    name: "Azure Cache for Redis key",
    risk: "Whoever has it reads and writes the whole cache.",
    remedy: REMEDIES.azure,
    owasp: "NHI2",
    keywords: ["password"],
    named: /redis\w{0,30}password$/,
    value: /^[A-Za-z0-9+/]{43}=$/,
    judge: "any"
  }
];

// core/scan/rules/clouds.ts
var AWS_RISK = "With its other half it signs requests as the IAM user or role, from anywhere.";
var CLOUD_RULES = [
  {
    type: "format",
    id: "aws-access-key-id",
    name: "AWS access key ID",
    risk: AWS_RISK,
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: ["AKIA", "ASIA"],
    exactCase: true,
    prefix: "AKIA",
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/y,
    entropy: 2.9
  },
  {
    type: "format",
    id: "aws-session-token",
    name: "AWS session token",
    risk: "With its access key it acts as the role until it expires.",
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
    exactCase: true,
    pattern: /(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=]{80,2000}/y,
    entropy: 3.5
  },
  {
    type: "format",
    id: "aws-bedrock-api-key",
    name: "Amazon Bedrock API key",
    risk: "Whoever has it calls the models at your cost.",
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: ["ABSKQmVkcm9ja0FQSUtleS", "bedrock-api-key-"],
    exactCase: true,
    prefix: "ABSKQmVkcm9ja0FQSUtleS",
    pattern: /(?:ABSKQmVkcm9ja0FQSUtleS|bedrock-api-key-)[A-Za-z0-9+/]{60,300}={0,2}/y,
    entropy: 3.5
  },
  {
    type: "format",
    id: "aws-presigned-url",
    name: "AWS presigned URL",
    risk: "Whoever has the URL reads or writes the object until it expires.",
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: ["x-amz-signature="],
    pattern: /X-Amz-Signature=(?<value>[0-9a-f]{64})(?![0-9a-f])/iy,
    entropy: 3
  },
  {
    type: "format",
    id: "google-api-key",
    name: "Google API key",
    risk: "Whoever has it calls the enabled APIs at your cost.",
    remedy: REMEDIES.google,
    owasp: "NHI2",
    keywords: ["AIza"],
    exactCase: true,
    prefix: "AIza",
    pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/y,
    entropy: 3.5
  },
  {
    type: "format",
    id: "google-oauth-client-secret",
    name: "Google OAuth client secret",
    risk: "With the client ID it takes part in sign-ins as the application.",
    remedy: REMEDIES.google,
    owasp: "NHI2",
    keywords: ["GOCSPX-"],
    exactCase: true,
    prefix: "GOCSPX-",
    pattern: /(?<![\w-])GOCSPX-[\w-]{28}(?![\w-])/y,
    entropy: 3.2
  },
  {
    type: "format",
    id: "google-oauth-token",
    name: "Google OAuth access or refresh token",
    risk: "Whoever has it acts as the account that gave consent; a refresh token does not expire by itself.",
    remedy: REMEDIES.google,
    owasp: "NHI2",
    keywords: ["ya29.", "1//0"],
    exactCase: true,
    prefix: "ya29.",
    pattern: /(?<![\w/.-])(?:ya29\.[\w-]{30,2000}|1\/\/0[\w-]{40,120})/y,
    entropy: 3.5
  },
  {
    type: "format",
    id: "google-hmac-key",
    name: "Google Cloud Storage HMAC access ID",
    risk: AWS_RISK,
    remedy: REMEDIES.google,
    owasp: "NHI2",
    keywords: ["GOOG1E"],
    exactCase: true,
    prefix: "GOOG1E",
    pattern: /(?<![A-Za-z0-9])GOOG1E[A-Z0-9]{55}(?![A-Za-z0-9])/y,
    entropy: 3.2
  }
];
var CLOUD_NAMED_RULES = [
  {
    type: "named",
    id: "aws-secret-access-key",
    name: "AWS secret access key",
    risk: AWS_RISK,
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: [
      "secret_access_key",
      "secretaccesskey",
      "secret-access-key",
      "secret.key",
      "secret_key",
      "secret-key",
      "secretkey",
      "aws_secret"
    ],
    named: /secret_?access_?key|secret_?key|aws_secret/,
    value: /^[A-Za-z0-9+/]{40}$/,
    judge: "random"
  },
  {
    type: "named",
    id: "aws-session-token",
    name: "AWS session token",
    risk: "With its access key it acts as the role until it expires.",
    remedy: REMEDIES.aws,
    owasp: "NHI2",
    keywords: ["session_token", "session.token", "session-token", "sessiontoken"],
    named: /session_?token$/,
    value: /^[A-Za-z0-9+/=]{100,2000}$/,
    judge: "random"
  }
];

// core/scan/rules/code-hosts.ts
var token = (id, name, risk, keywords2, pattern, extra = {}) => ({
  type: "format",
  id,
  name,
  risk,
  remedy: REMEDIES.pipeline,
  owasp: "NHI2",
  keywords: keywords2,
  exactCase: true,
  prefix: keywords2[0] ?? "",
  pattern,
  entropy: 3,
  ...extra
});
var CODE_RISK = "Whoever has it reads, and often changes, code and pipelines as its owner.";
var PUBLISH_RISK = "Whoever has it publishes packages that others install.";
var CODE_HOST_RULES = [
  token(
    "github-token",
    "GitHub token",
    CODE_RISK,
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9])/y
  ),
  token(
    "github-fine-grained-token",
    "GitHub fine-grained personal access token",
    CODE_RISK,
    ["github_pat_"],
    /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])/y
  ),
  token(
    "gitlab-token",
    "GitLab token",
    CODE_RISK,
    ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glagent-", "gloas-"],
    /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|agent|oas)-[\w.-]{20,120}/y
  ),
  token(
    "atlassian-token",
    "Atlassian API token (Jira, Confluence, Bitbucket)",
    CODE_RISK,
    ["ATATT3xFfGF0", "ATCTT3xFfGN0", "ATBB"],
    /(?<![A-Za-z0-9])(?:AT[AC]TT3xFfG[FN]0[\w=-]{50,300}|ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9]))/y
  ),
  token("pypi-token", "PyPI upload token", PUBLISH_RISK, ["pypi-AgE"], /(?<![\w-])pypi-AgE[\w-]{50,400}/y),
  token(
    "npm-token",
    "npm access token",
    PUBLISH_RISK,
    ["npm_"],
    /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/y
  ),
  token(
    "docker-hub-token",
    "Docker Hub access token",
    PUBLISH_RISK,
    ["dckr_pat_", "dckr_oat_"],
    /(?<![A-Za-z0-9])dckr_[po]at_[\w-]{27,32}(?![\w-])/y
  ),
  token(
    "terraform-cloud-token",
    "HCP Terraform API token",
    "Whoever has it reads state, which holds every secret of the infrastructure.",
    [".atlasv1."],
    /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}(?![\w-])/y,
    { back: 14, prefix: "" }
  ),
  token(
    "vault-token",
    "HashiCorp Vault token",
    "Whoever has it reads what its policies allow.",
    ["hvs.", "hvb.", "hvr."],
    /(?<![\w.])hv[sbr]\.[\w-]{24,300}/y,
    { remedy: "Let the job's identity log in to Vault (`vault_role` in `access.yml`). Revoke the token." }
  ),
  token(
    "dbt-cloud-token",
    "dbt platform token",
    "Whoever has it runs jobs and reads their credentials' effects.",
    ["dbtc_", "dbts_", "dbtu_"],
    /(?<![A-Za-z0-9])dbt[csu]_[\w-]{36,90}(?![\w-])/y,
    { remedy: REMEDIES.service }
  ),
  token(
    "digitalocean-token",
    "DigitalOcean token",
    "Whoever has it controls the team's resources.",
    ["dop_v1_", "doo_v1_", "dor_v1_"],
    /(?<![A-Za-z0-9])do[por]_v1_[0-9a-f]{64}(?![0-9a-f])/y,
    { remedy: REMEDIES.service }
  )
];

// core/scan/rules/databricks.ts
var DATABRICKS_RULES = [
  {
    type: "format",
    id: "databricks-personal-access-token",
    name: "Databricks personal access token",
    risk: "Whoever has it acts as the user or service principal it was made for, in the whole workspace, until it is revoked.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: ["dapi"],
    prefix: "dapi",
    pattern: /(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d{1,2})?(?![0-9A-Za-z])/y,
    entropy: 2.6
  },
  {
    type: "format",
    id: "databricks-oauth-secret",
    name: "Databricks OAuth secret of a service principal",
    risk: "With the principal's application ID, which is no secret, it yields tokens for the whole account for up to two years.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: ["dose"],
    prefix: "dose",
    pattern: /(?<![A-Za-z0-9])dose[0-9a-f]{32}(?![0-9A-Za-z])/y,
    entropy: 2.6
  },
  {
    type: "named",
    id: "delta-sharing-bearer-token",
    name: "Delta Sharing bearer token",
    risk: "Whoever has the profile file reads every table of the share.",
    remedy: "Use Databricks-to-Databricks sharing or OIDC federation for recipients. Rotate the recipient's token.",
    owasp: "NHI2",
    keywords: ["bearertoken", "bearer_token"],
    named: /(?:^|_)bearer_token$/,
    judge: "random"
  },
  {
    type: "named",
    id: "databricks-token-value",
    name: "Databricks token given by name",
    risk: "Whoever has it acts as its owner in the workspace.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: [
      "databricks_token",
      "databricks.token",
      "databricks-token",
      "databrickstoken",
      "databricks_api_token"
    ],
    named: /databricks_(?:api_|access_)?token$/,
    judge: "random"
  }
];

// core/scan/rules/named.ts
var DATABASE_RISK = "Whoever has it signs in to the database as the user.";
var OWNER_RISK = "Whoever has it is the owner of the account at that service.";
var NAMED_RULES = [
  {
    type: "named",
    id: "snowflake-password",
    name: "Snowflake password",
    risk: DATABASE_RISK,
    remedy: "Use Lakehouse Federation with OAuth, or workload identity federation of Snowflake. Until then `{{secrets/scope/key}}`. Change the password.",
    owasp: "NHI2",
    keywords: ["sfpassword", "snowflake"],
    named: /^sf_?password$|snowflake_(?:\w{1,20}_)?(?:password|pwd|pass)$/,
    judge: "password"
  },
  {
    type: "named",
    id: "kafka-password",
    name: "Kafka password (SASL, key store)",
    risk: "Whoever has it reads and writes the topics of the user.",
    remedy: "Use `OAUTHBEARER` with a Unity Catalog service credential (`databricks.serviceCredential`). Change the password.",
    owasp: "NHI2",
    keywords: ["sasl", "ssl.key", "keystore", "truststore"],
    named: /(?:sasl|kafka|ssl|key_?store|trust_?store)\w{0,40}(?:password|secret)$/,
    judge: "password"
  },
  {
    type: "named",
    id: "monitoring-api-key",
    name: "Monitoring key (Datadog, Splunk, Weights & Biases, PagerDuty and others)",
    risk: "Whoever has it writes or reads your monitoring data.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: [
      "dd_api_key",
      "dd_app_key",
      "datadog",
      "wandb",
      "splunk",
      "hec_token",
      "pagerduty",
      "opsgenie",
      "honeycomb",
      "logdna",
      "appinsights"
    ],
    named: /^(?:dd|datadog|wandb|splunk|hec|pagerduty|opsgenie|honeycomb|logdna)_?\w{0,20}(?:key|token)$/,
    value: /^[A-Za-z0-9_-]{20,64}$/,
    judge: "random"
  },
  {
    type: "named",
    id: "named-connection-password",
    name: "Password",
    risk: "Whoever has it signs in as the user that stands beside it.",
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: [
      "password",
      "passwd",
      "pwd",
      "passphrase",
      "_pass",
      ".pass",
      "-pass",
      "dbpass",
      "userpass",
      "mypass",
      "passcode",
      "pass="
    ],
    named: /(?:pass_?word|passwd|pwd|pass_?phrase|pass|passcode)$/,
    judge: "password"
  },
  {
    type: "named",
    id: "named-api-key",
    name: "API key or access key",
    risk: OWNER_RISK,
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: [
      "api_key",
      "apikey",
      "api-key",
      "api.key",
      "access_key",
      "accesskey",
      "access-key",
      "access.key",
      "secret_key",
      "secretkey",
      "secret.key",
      "secret-key",
      "account_key",
      "accountkey",
      "account.key",
      "account-key",
      "signing_key",
      "signing-key",
      "signingkey",
      "encryption_key",
      "encryptionkey",
      "encryption-key",
      "private_key",
      "privatekey",
      "private-key",
      "master_key",
      "masterkey",
      "shared_key",
      "sharedkey",
      "function_key",
      "functionkey",
      "function-key",
      "functions-key",
      "app_key",
      "appkey",
      "auth_key",
      "authkey",
      "storage_key",
      "storagekey",
      "license_key",
      "webhook_key",
      "subscription_key",
      "subscription-key"
    ],
    named: /(?:api|access|secret|account|signing|encryption|private|master|shared|functions?|app|auth|storage|license|webhook|subscription)_?key$|(?:^|_)account_key_/,
    judge: "random"
  },
  {
    type: "named",
    id: "named-token",
    name: "Token",
    risk: OWNER_RISK,
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["token", "_pat", "authtoken"],
    named: /(?:token|(?:^|_)pat)$/,
    judge: "random"
  },
  {
    type: "named",
    id: "named-secret",
    name: "Secret",
    risk: OWNER_RISK,
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["secret", "credential"],
    named: /(?:secret|credentials?)$/,
    judge: "random"
  }
];

// core/scan/rules/services.ts
var MODEL_RISK = "Whoever has it calls the models at your cost.";
var POST_RISK = "Whoever has it posts, and often reads, as your application.";
var WATCH_RISK = "Whoever has it writes or reads your monitoring data.";
var key = (id, name, risk, keywords2, pattern, extra = {}) => ({
  type: "format",
  id,
  name,
  risk,
  remedy: REMEDIES.service,
  owasp: "NHI2",
  keywords: keywords2,
  exactCase: true,
  prefix: keywords2[0] ?? "",
  pattern,
  entropy: 3,
  ...extra
});
var SERVICE_RULES = [
  key(
    "openai-api-key",
    "OpenAI API key",
    MODEL_RISK,
    ["sk-proj-", "sk-svcacct-", "sk-admin-", "T3BlbkFJ"],
    /(?<![\w-])sk-(?:proj|svcacct|admin)-[\w-]{40,220}/y
  ),
  key(
    "openai-api-key",
    "OpenAI API key",
    MODEL_RISK,
    ["T3BlbkFJ"],
    /(?<![\w-])sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?![A-Za-z0-9])/y,
    { back: 23, prefix: "sk-" }
  ),
  key(
    "anthropic-api-key",
    "Anthropic API key",
    MODEL_RISK,
    ["sk-ant-"],
    /(?<![\w-])sk-ant-(?:api|admin|oat)\d{2}-[\w-]{60,120}/y
  ),
  key(
    "hugging-face-token",
    "Hugging Face token",
    "Whoever has it reads, and often writes, models and data sets.",
    ["hf_", "api_org_"],
    /(?<![A-Za-z0-9_])(?:hf_|api_org_)[A-Za-z]{34}(?![A-Za-z0-9])/y
  ),
  key(
    "groq-api-key",
    "Groq API key",
    MODEL_RISK,
    ["gsk_"],
    /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{52}(?![A-Za-z0-9])/y
  ),
  key(
    "replicate-api-token",
    "Replicate API token",
    MODEL_RISK,
    ["r8_"],
    /(?<![A-Za-z0-9])r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])/y
  ),
  key(
    "perplexity-api-key",
    "Perplexity API key",
    MODEL_RISK,
    ["pplx-"],
    /(?<![\w-])pplx-[A-Za-z0-9]{48,56}(?![\w-])/y
  ),
  key("xai-api-key", "xAI API key", MODEL_RISK, ["xai-"], /(?<![\w-])xai-[A-Za-z0-9]{80}(?![\w-])/y),
  key(
    "pinecone-api-key",
    "Pinecone API key",
    "Whoever has it reads and writes the vector indexes.",
    ["pcsk_"],
    /(?<![A-Za-z0-9])pcsk_[A-Za-z0-9_]{50,90}/y
  ),
  key(
    "langsmith-api-key",
    "LangSmith API key",
    "Whoever has it reads prompts and answers.",
    ["lsv2_pt_", "lsv2_sk_"],
    /(?<![A-Za-z0-9])lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}(?![0-9a-f])/y
  ),
  key(
    "slack-token",
    "Slack token",
    POST_RISK,
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe", "xapp-"],
    /(?<![A-Za-z0-9])(?:xox[abprs]-(?:\d{9,14}-){1,4}[A-Za-z0-9]{20,64}(?![A-Za-z0-9-])|xoxe(?:\.xox[bp])?-\d-[A-Z0-9]\w{100,240}|xapp-\d-[\w-]{40,200})/y
  ),
  key(
    "slack-webhook",
    "Slack webhook URL",
    POST_RISK,
    ["hooks.slack.com/"],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<value>T?[A-Za-z0-9]{8,14}\/[AB]?[A-Za-z0-9]{8,20}\/[A-Za-z0-9/]{20,60})/y
  ),
  key(
    "discord-webhook",
    "Discord webhook URL",
    POST_RISK,
    ["/api/webhooks/"],
    /\/api\/webhooks\/(?<value>\d{17,20}\/[\w-]{60,80})/y
  ),
  key(
    "telegram-bot-token",
    "Telegram bot token",
    POST_RISK,
    [":AA"],
    /(?<![A-Za-z0-9])\d{8,10}:AA[\w-]{33}(?![\w-])/y,
    { back: 10, prefix: "" }
  ),
  key(
    "telegram-bot-token",
    "Telegram bot token",
    POST_RISK,
    [":AA"],
    /(?<![A-Za-z0-9])\d{8,10}:AA[\w-]{33}(?![\w-])/y,
    { back: 9, prefix: "" }
  ),
  key(
    "stripe-key",
    "Stripe live key",
    "Whoever has it moves money and reads customers.",
    ["sk_live_", "rk_live_", "whsec_"],
    /(?<![A-Za-z0-9])(?:[sr]k_live_[A-Za-z0-9]{24,107}|whsec_[A-Za-z0-9+/=]{32,60})/y
  ),
  key(
    "sendgrid-api-key",
    "SendGrid API key",
    "Whoever has it sends mail in your name.",
    ["SG."],
    /(?<![\w.])SG\.[\w-]{22}\.[\w-]{43}(?![\w-])/y
  ),
  key(
    "grafana-token",
    "Grafana token",
    WATCH_RISK,
    ["glsa_", "glc_"],
    /(?<![A-Za-z0-9])(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}(?![A-Za-z0-9])|glc_[A-Za-z0-9+/=]{40,400})/y
  ),
  key(
    "new-relic-key",
    "New Relic key",
    WATCH_RISK,
    ["NRAK-", "NRII-"],
    /(?<![\w-])(?:NRAK-[A-Z0-9]{27}|NRII-[\w-]{32})(?![\w-])/y
  ),
  key(
    "dynatrace-token",
    "Dynatrace token",
    WATCH_RISK,
    ["dt0c01.", "dt0s01.", "dt0s16."],
    /(?<![\w.])dt0[a-z]\d{2}\.[A-Z2-7]{24}\.[A-Z2-7]{64}(?![A-Z0-9])/y
  ),
  key(
    "sentry-token",
    "Sentry auth token",
    WATCH_RISK,
    ["sntrys_", "sntryu_"],
    /(?<![A-Za-z0-9])(?:sntrys_[A-Za-z0-9+/=_]{60,300}|sntryu_[0-9a-f]{64})/y
  ),
  key(
    "postman-api-key",
    "Postman API key",
    "Whoever has it reads the workspaces, environments included.",
    ["PMAK-"],
    /(?<![\w-])PMAK-[0-9a-f]{24}-[0-9a-f]{34}(?![\w-])/y
  ),
  key(
    "notion-token",
    "Notion integration token",
    "Whoever has it reads and changes the shared pages.",
    ["ntn_"],
    /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{43,50}(?![A-Za-z0-9])/y
  ),
  key(
    "shopify-token",
    "Shopify access token",
    "Whoever has it reads the shop's orders and customers.",
    ["shpat_", "shpca_", "shppa_", "shpss_"],
    /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-f]{32}(?![0-9a-f])/y
  ),
  key(
    "hubspot-token",
    "HubSpot private app token",
    "Whoever has it reads the customers.",
    ["pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"],
    /(?<![\w-])pat-(?:na|eu|ap)\d-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])/y
  ),
  key(
    "linear-api-key",
    "Linear API key",
    "Whoever has it reads and changes the issues.",
    ["lin_api_"],
    /(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{40}(?![A-Za-z0-9])/y
  ),
  key(
    "age-secret-key",
    "age secret key (SOPS)",
    "Whoever has it decrypts every file that SOPS encrypted for it.",
    ["AGE-SECRET-KEY-1"],
    /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y,
    { remedy: REMEDIES.key }
  )
];

// core/scan/entropy.ts
function entropy(text) {
  const counts = /* @__PURE__ */ new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
function ascending(text, wrapFrom, wrapTo) {
  if (text.length < 2) return 0;
  let steps = 0;
  for (let i = 1; i < text.length; i++) {
    const wraps = text[i - 1] === wrapFrom && text[i] === wrapTo;
    if (wraps || text.charCodeAt(i) === text.charCodeAt(i - 1) + 1) steps++;
  }
  return steps / (text.length - 1);
}
function isCounted(text) {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (plain.length < 8) return new Set(plain).size <= 2;
  if (new Set(plain).size <= 3) return true;
  const piece = plain.slice(0, 10);
  for (const size of [4, 5, 6, 8, 10]) {
    if (plain.length >= size * 3 && plain.startsWith(piece.slice(0, size).repeat(2)) && repeats(plain, size))
      return true;
  }
  if (ascending(plain, "9", "0") >= 0.6) return true;
  const digits = plain.replace(/[^0-9]/g, "");
  const letters = plain.replace(/[^a-z]/g, "");
  const lettersCount = letters.length < 2 || Math.max(ascending(letters, "f", "a"), ascending(letters, "z", "a")) >= 0.75;
  return digits.length >= 6 && ascending(digits, "9", "0") >= 0.75 && lettersCount;
}
function repeats(text, size) {
  for (let i = size; i < text.length; i++) if (text[i] !== text[i - size]) return false;
  return true;
}

// core/scan/references.ts
var REFERENCES = [
  /\{\{[^}]{0,200}\}\}/,
  /\$\{[^}]{0,200}\}/,
  /\$\([^)]{0,200}\)/,
  /\$\[[^\]]{0,200}\]/,
  /^\$[A-Za-z_]\w{0,100}$/,
  /^\$env:/i,
  /^%[A-Za-z_][\w.]{0,100}%$/,
  /^%\(?[\w.]{0,60}\)?s$/,
  /#\{[^}]{0,100}\}/,
  /^\{[\w.[\]'"]{0,100}\}$/,
  /^<[^>]{0,100}>?$/,
  /^\[[^\]]{0,100}\]$/,
  /^__[A-Za-z]\w{0,80}__$/,
  /^@Microsoft\.KeyVault\(/i,
  /^(?:arn:aws|projects\/[^/]{1,80}\/secrets\/|secrets?\/|secrets?:\/\/|op:\/\/|vault:|akv:|ssm:|kv\/|keyvault:|env:|file:|dbfs:|ref\+)/i,
  /^(?:dbutils|os\.(?:environ|getenv)|System\.getenv|Sys\.getenv|process\.env|getenv|environ|spark\.conf|secrets?|var|vars|local|data|module|self|args|params|config|conf|settings|options|context|inputs|env|parameters|credentials?|widgets?|dotenv)[.([]/,
  /^(?:ENC|AES|KMS|CRYPT)\[/i,
  /^!(?:vault|Ref|Sub|GetAtt|secret)\b/i
];
var KNOWN_EXAMPLES = /* @__PURE__ */ new Set([
  "AKIAIOSFODNN7EXAMPLE",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  // The Azure Storage emulator's and the Cosmos DB emulator's published keys (learn.microsoft.com).
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
]);
var PLACEHOLDER_PARTS = /example|sample|placeholder|change[-_ ]?(?:me|it|this)|(?:^|[^a-z])your(?:[^a-z]|$)|your(?:password|token|secret|key|user|pass)|\bmy[-_]?(?:password|secret|token|key)\b|dummy|(?:^|[^a-z])fake|mock[-_]|x{4,}|\*{3,}|\.{3}|•{2,}|todo|fixme|redacted|masked|replace[-_ ]?(?:me|with)|insert[-_ ]|put[-_ ]your|enter[-_ ]|to[-_ ]?be[-_ ]|not[-_ ]?(?:a[-_ ])?real|no[-_ ]?secret|do[-_ ]?not[-_ ]?use|deadbeef|hidden|obfuscated|sanitized|<[a-z]/i;
var WORTHLESS = /^(?:pass(?:word|wd)?\d{0,4}[!.]?|passw0rd|p@ss(?:w[o0]rd)?\d{0,3}!?|pwd\d{0,3}|secrets?\d{0,3}|tokens?|admin\d{0,3}|root|test(?:ing|er)?\d{0,4}|guest|postgres|mysql|user(?:name)?\d{0,3}|none|null|nil|true|false|undefined|string|text|str|optional|required|default|empty|unknown|anonymous|n\/a|na|foo(?:bar)?\d{0,3}|bar|baz|qwerty|letmein|abc\d{0,6}|changeit|development|prod(?:uction)?|staging|bearer|basic|oauth|azuread|value|hello(?:world)?|welcome\d?|trustno1|supersecret(?:password)?\d{0,3}|databricks|spark|token-?value|apikey|api-key|pat)$/i;
function isReference(value) {
  return REFERENCES.some((pattern) => pattern.test(value));
}
function isPlaceholder(value) {
  return KNOWN_EXAMPLES.has(value) || WORTHLESS.test(value) || PLACEHOLDER_PARTS.test(value) || isCounted(value);
}

// core/scan/rules/structures.ts
function base64Text(text) {
  return Buffer.from(text, "base64").toString("latin1");
}
function isUserAndPassword(text) {
  const match2 = /^([\x20-\x39\x3b-\x7e]{0,80}):([\x20-\x7e]{4,200})$/.exec(base64Text(text));
  return match2 !== null && !isPlaceholder(match2[2] ?? "") && !/^<|\$\{|\{\{/.test(match2[2] ?? "");
}
function isJwt(token2) {
  const [head = "", body = ""] = token2.split(".");
  try {
    const header = JSON.parse(Buffer.from(head, "base64url").toString("utf8"));
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    if (typeof header !== "object" || header === null || !("alg" in header) || header.alg === "none")
      return false;
    return typeof claims === "object" && claims !== null && !/John Doe|"joe"|example\.com\/is_root/.test(JSON.stringify(claims));
  } catch {
    return false;
  }
}
function isKeyBody(pem) {
  const body = pem.replace(/-----[^-]{0,40}-----|\\[nr]|[\s"'\\,+]/g, "").replace(/^.{0,200}?DEK-Info:[\w-]{1,40},[0-9A-F]{16,32}/, "");
  return body.length >= 48 && /^[A-Za-z0-9+/=]{48}/.test(body) && !isPlaceholder(body.slice(0, 64));
}
var URL_RISK = "Whoever has the URL signs in with the user and password in it.";
var STRUCTURE_RULES = [
  {
    type: "format",
    id: "private-key",
    name: "Private key",
    risk: "Whoever has it signs, decrypts or signs in as the key's owner: a service account, a Snowflake user, an SSH login.",
    remedy: REMEDIES.key,
    owasp: "NHI2",
    keywords: ["-----begin "],
    prefix: "-----BEGIN ",
    pattern: /-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP) ){0,2}PRIVATE KEY(?: BLOCK)?-----(?<value>[A-Za-z0-9+/=\s\\nr"',:.-]{48,8000}?)-----END/y,
    test: isKeyBody
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
    test: isJwt
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
    test: isUserAndPassword
  },
  {
    type: "format",
    id: "bearer-authorization",
    name: "Authorization header with a bearer token",
    risk: "Whoever has it is its owner at the service until it expires.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["bearer ", "authorization"],
    pattern: /(?:(?<=[:=,]\s{0,4}[furb]{0,2}["'`]{0,3})Bearer |Authorization["'`]?\]?\s{0,4}[:=,]\s{0,4}["'`]?(?:Bearer|Token|Api-Token|apikey|GenieKey|SSWS) )(?<value>[\w.~+/-]{24,2000}={0,2})(?![\w.~+/=-])/iy,
    test: (value) => /\d/.test(value) && !/^[a-z]{2,20}([._-][a-z]{2,20})*$/i.test(value),
    entropy: 3.2,
    judged: true,
    textOnly: true
  },
  {
    type: "format",
    id: "registry-authorization",
    name: "Stored registry login (Docker, npm)",
    risk: "Whoever has it pulls, and often publishes, as the user.",
    remedy: REMEDIES.pipeline,
    owasp: "NHI2",
    keywords: ['"auth"', "_auth="],
    pattern: /(?:"auth"\s{0,4}:\s{0,4}"|_auth\s{0,2}=\s{0,2}"?)(?<value>[A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])/iy,
    test: isUserAndPassword,
    textOnly: true
  },
  {
    type: "format",
    id: "url-password",
    name: "Password in a URL",
    risk: URL_RISK,
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: ["://"],
    pattern: /:\/\/[^\s:/?#@"'`<>\\,;|()[\]]{0,128}:(?<value>[^\s/?#@"'`<>\\]{3,256})@[A-Za-z0-9[\]._${-]{1,253}/y,
    judged: true
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
    judged: true
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
    textOnly: true
  },
  {
    type: "format",
    id: "command-line-password",
    name: "Password on a command line",
    risk: "Whoever reads the file or the process list signs in as the user.",
    remedy: REMEDIES.service,
    owasp: "NHI2",
    keywords: ["curl ", "sshpass ", "mysql ", "mysqldump "],
    pattern: /(?:curl [^\n]{0,300}?(?:-u|--user)[ =]{0,2}["']?[^\s:"'/]{0,80}:["']?|sshpass -p ?["']?|mysql(?:dump)? [^\n]{0,200}?(?<=\s)-p["']?)(?<value>[^\s"'<>|;]{5,128})/iy,
    judged: true,
    textOnly: true
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
    textOnly: true
  }
];

// core/scan/rules.ts
var RULES = [
  ...DATABRICKS_RULES,
  ...AZURE_RULES,
  ...CLOUD_RULES,
  ...CODE_HOST_RULES,
  ...SERVICE_RULES,
  ...STRUCTURE_RULES,
  ...AZURE_NAMED_RULES,
  ...CLOUD_NAMED_RULES,
  ...NAMED_RULES
];
var FORMAT_RULES = RULES.filter((rule) => rule.type === "format");
var NAMED_VALUE_RULES = RULES.filter((rule) => rule.type === "named");

// core/scan/tree.ts
import { open, readdir, stat } from "node:fs/promises";
var FIRST_PIECE = 64 << 10;
var PIECE = 1 << 20;
var diskTree = {
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => {
      if (entry.isFile()) return { name: entry.name, type: "file" };
      if (entry.isDirectory()) return { name: entry.name, type: "folder" };
      return { name: entry.name, type: entry.isSymbolicLink() ? "link" : "other" };
    }).sort((a, b) => a.name < b.name ? -1 : 1);
  },
  async size(file) {
    try {
      const found = await stat(file);
      return found.isFile() ? found.size : void 0;
    } catch {
      return void 0;
    }
  },
  async *read(file) {
    const handle = await open(file, "r");
    try {
      let size = FIRST_PIECE;
      for (; ; ) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
        if (bytesRead === size) size = PIECE;
      }
    } finally {
      await handle.close();
    }
  }
};
async function readText(tree, file) {
  const pieces = [];
  for await (const piece of tree.read(file)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

// core/scan/exceptions.ts
var EXCEPTIONS_FILE = ".secretless-ignore.yml";
var FIELDS = ["rule", "path", "fingerprint", "reason", "expires"];
var REMEDY = "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).";
var RULE_IDS = new Set([...RULES, ...PRACTICES, SCOPE_RULE].map((rule) => rule.id));
async function readExceptions({ bundleRoot, checkout }, tree, today) {
  const file = join(bundleRoot, EXCEPTIONS_FILE);
  if (await tree.size(file) === void 0) return { exceptions: [], mistakes: [] };
  const name = relative(checkout, file).split(sep).join("/");
  return parseExceptions(await readText(tree, file), name, today);
}
function parseExceptions(text, file, today) {
  const lines = new import_yaml.LineCounter();
  const document = (0, import_yaml.parseDocument)(text, { lineCounter: lines });
  const mistakes = [];
  const placeAt = (offset) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line, column: col };
  };
  for (const error of document.errors) {
    mistakes.push({
      problem: `${file} is not valid YAML: ${error.message.split("\n")[0]}`,
      place: placeAt(error.pos[0])
    });
  }
  if (mistakes.length > 0 || document.contents === null) return { exceptions: [], mistakes };
  const list = (0, import_yaml.isMap)(document.contents) ? document.contents.get("exceptions", true) : void 0;
  if (!(0, import_yaml.isSeq)(list) || document.toJS().version !== 1) {
    mistakes.push({
      problem: `${file} needs \`version: 1\` and a list \`exceptions\``,
      remedy: REMEDY,
      place: placeAt(0)
    });
    return { exceptions: [], mistakes };
  }
  const exceptions = [];
  for (const item of list.items) {
    const place2 = placeAt(item.range?.[0]);
    if (!(0, import_yaml.isMap)(item)) {
      mistakes.push({ problem: "An exception must be a mapping", remedy: REMEDY, place: place2 });
      continue;
    }
    const { exception, problems } = parseOne(item, place2, today);
    mistakes.push(...problems.map((problem) => ({ problem, remedy: REMEDY, place: place2 })));
    if (problems.length === 0) exceptions.push(exception);
  }
  return { exceptions, mistakes };
}
function parseOne(item, place2, today) {
  const problems = [];
  const values = Object.fromEntries(
    FIELDS.map((field) => {
      const node = item.get(field, true);
      const text = (0, import_yaml.isScalar)(node) ? (node.source ?? "").trim() : "";
      if (text === "") problems.push(`The exception has no ${field}`);
      return [field, text];
    })
  );
  for (const pair of item.items) {
    const key2 = String(pair.key);
    if (!FIELDS.some((field) => field === key2)) problems.push(`The exception has an unknown key ${key2}`);
  }
  const { rule, expires } = values;
  if (rule !== "" && !RULE_IDS.has(rule)) problems.push(`There is no rule ${rule}`);
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(expires) && !Number.isNaN(Date.parse(expires));
  if (expires !== "" && !isDate) problems.push(`${expires} is no date of the form YYYY-MM-DD`);
  else if (isDate && expires < today)
    problems.push(`The exception for ${rule} in ${values.path} expired on ${expires}`);
  return { exception: { ...values, place: place2 }, problems };
}
function applyExceptions(findings, exceptions) {
  const matchers = exceptions.map((exception) => ({
    exception,
    paths: new IgnorePatterns([exception.path], "leave-out")
  }));
  const used = /* @__PURE__ */ new Set();
  const stay = [];
  const excepted = [];
  for (const finding of findings) {
    const { file } = finding.place;
    const found = matchers.find(
      ({ exception, paths }) => exception.rule === finding.rule.id && exception.fingerprint === finding.fingerprint && (exception.path === file || paths.match(file))
    );
    if (found === void 0) stay.push(finding);
    else {
      used.add(found.exception);
      excepted.push({ finding, exception: found.exception });
    }
  }
  return { findings: stay, excepted, unused: exceptions.filter((exception) => !used.has(exception)) };
}
function isAlwaysSeen({ rule, path: path3 }, configuration) {
  if (/^(?:practice|scope)-/.test(rule) || /\.(?:whl|jar|egg|zip)$/.test(path3)) return false;
  const paths = new IgnorePatterns([path3], "leave-out");
  return !configuration.some((file) => file === path3 || paths.match(file));
}
function unusedMistake({ rule, path: path3, place: place2 }) {
  return { problem: `The exception for ${rule} in ${path3} matches no finding`, remedy: "Remove it.", place: place2 };
}

// core/scan/rule.ts
var OWASP_ITEMS = {
  NHI2: "NHI2:2025 Secret Leakage",
  NHI4: "NHI4:2025 Insecure Authentication",
  NHI7: "NHI7:2025 Long-Lived Secrets",
  NHI8: "NHI8:2025 Environment Isolation"
};

// core/scan/sarif.ts
function sarifRule(rule) {
  const owasp = OWASP_ITEMS[rule.owasp];
  return {
    id: rule.id,
    name: rule.name,
    shortDescription: { text: rule.name },
    fullDescription: { text: rule.risk },
    help: {
      text: `${rule.risk} ${rule.remedy} (OWASP ${owasp})`,
      markdown: `${rule.risk}

**Instead:** ${rule.remedy}

OWASP ${owasp}`
    },
    defaultConfiguration: { level: "error" },
    properties: {
      tags: ["security", "secret", `OWASP/${rule.owasp}`],
      precision: "high",
      "security-severity": "8.0"
    }
  };
}
function uri(file) {
  return file.split("/").map(encodeURIComponent).join("/");
}
function sarifResult(finding, ruleIndex, exception) {
  const { rule, level, place: place2, endColumn, member: member2, setting, shown, fingerprint: fingerprint2 } = finding;
  const { line, column } = place2;
  const region = line === void 0 ? {} : {
    region: {
      startLine: line,
      startColumn: column ?? 1,
      ...endColumn !== void 0 && { endColumn }
    }
  };
  const logical = member2 ?? setting;
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: `${rule.name}: ${shown} in ${placeText(finding)}. ${rule.risk} ${rule.remedy}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uri(place2.file), uriBaseId: "%SRCROOT%" }, ...region },
        ...logical !== void 0 && { logicalLocations: [{ fullyQualifiedName: logical }] }
      }
    ],
    partialFingerprints: { "secretless/v1": fingerprint2 },
    ...exception !== void 0 && {
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: `${exception.reason} (until ${exception.expires})`
        }
      ]
    }
  };
}
function toSarif(report, options) {
  const results = [
    ...report.findings.map((finding) => ({ finding, exception: void 0 })),
    ...options.excepted ?? []
  ];
  const rules = [...new Map(results.map(({ finding }) => [finding.rule.id, finding.rule])).values()];
  const index = new Map(rules.map((rule, position) => [rule.id, position]));
  const notifications = report.unscanned.map(({ file, member: member2, reason, harmless }) => ({
    level: harmless ? "note" : "warning",
    message: { text: `Not scanned: ${member2 === void 0 ? file : `${file}!${member2}`}: ${reason}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uri(file), uriBaseId: "%SRCROOT%" } } }]
  }));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Databricks Secretless",
            version: options.version,
            rules: rules.map(sarifRule)
          }
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        columnKind: "utf16CodeUnits",
        results: results.map(
          ({ finding, exception }) => sarifResult(finding, index.get(finding.rule.id) ?? 0, exception)
        )
      }
    ]
  };
}

// core/scan-outcome.ts
var MOST = 100;
var ScanOutcome = class {
  #step;
  #facts;
  #exceptions;
  /** Annotations that were made: a report holds those before it. */
  #annotated = /* @__PURE__ */ new Set();
  constructor(step2, facts, exceptions) {
    this.#step = step2;
    this.#facts = facts;
    this.#exceptions = exceptions;
  }
  /**
   * Shows all that was found so far, and stops the run for it where the input `scan` says so.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  async judge(report, stage) {
    const { host, inputs } = this.#step;
    const applied = applyExceptions(report.findings, this.#exceptions.exceptions);
    const blocks = inputs.scan === "block";
    const stopping = applied.findings.filter(({ level }) => blocks && level === "error");
    const others = applied.findings.filter((finding) => !stopping.includes(finding));
    this.#facts.scan = { report, stopping, others, accepted: applied.excepted.length };
    host.info(`${stage.title}: ${scanLine(this.#facts.scan)}`);
    for (const note of report.notes) host.info(`  ${note}`);
    const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
    for (const { file, member: member2, reason } of unscanned) {
      const name = member2 === void 0 ? file : `${file}!${member2}`;
      this.#warn({ problem: `Not scanned: ${name}: ${reason}`, place: { file } });
    }
    for (const finding of others) this.#warn(findingMistake(finding));
    const { certain: certain2, perhaps } = this.#wrongExceptions(applied, stage);
    for (const mistake of blocks ? perhaps : [...perhaps, ...certain2]) this.#warn(mistake);
    const errors = [
      ...stopping.length > 0 ? [credentialFound(stopping, stage)] : [],
      ...blocks && certain2.length > 0 ? [exceptionsInvalid(certain2)] : [],
      ...await this.#writeSarif(report, applied)
    ];
    const [first, ...rest] = errors;
    if (first) throw together(first, rest);
  }
  #wrongExceptions({ unused }, { configuration }) {
    const certain2 = [...this.#exceptions.mistakes];
    const perhaps = [];
    for (const one of configuration ? unused : [])
      (isAlwaysSeen(one, configuration ?? []) ? certain2 : perhaps).push(unusedMistake(one));
    return { certain: certain2, perhaps };
  }
  #warn(mistake) {
    const text = mistakeText(mistake);
    if (this.#annotated.has(text) || this.#annotated.size >= MOST) return;
    this.#annotated.add(text);
    this.#step.host.annotate("warning", text, mistake.place);
  }
  /** Writes the file that code scanning reads, also when the run is stopped. Resolves to the errors of that. */
  async #writeSarif(report, { findings, excepted }) {
    const { host, inputs } = this.#step;
    if (inputs.sarifFile === void 0) return [];
    const file = path.resolve(host.context.checkout, inputs.sarifFile);
    const log = toSarif({ ...report, findings }, { version: PRODUCT.version, excepted });
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify(log, null, 2)}
`);
      return [];
    } catch (error) {
      const { code = "an error" } = error;
      return [
        new SecretlessError("INPUT_INVALID", {
          problem: "The file of `sarif-file` cannot be written.",
          expected: "a path at which a file can be made",
          actual: `${inputs.sarifFile} (${code})`,
          cause: error
        })
      ];
    }
  }
};
function credentialFound(findings, { uploaded = false }) {
  const count = findings.length === 1 ? "1 finding" : `${String(findings.length)} findings`;
  const shown = findings.length > MOST ? ` The first ${String(MOST)} are shown.` : "";
  const [done, first] = uploaded ? ["It is in the workspace already.", "Revoke what was found"] : ["Nothing was uploaded.", "Revoke what was in a repository"];
  return new SecretlessError("CREDENTIAL_FOUND", {
    problem: `The scan for static credentials has ${count}. ${done}${shown}`,
    remedy: `${first}, then write what each finding says. For what is no credential, name rule, path, fingerprint, a reason and a last day in ${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings.slice(0, MOST).map(findingMistake)
  });
}
function exceptionsInvalid(mistakes) {
  return new SecretlessError("EXCEPTIONS_INVALID", {
    problem: `The exceptions of the scan in ${EXCEPTIONS_FILE} are not right. Nothing was uploaded.`,
    mistakes
  });
}

// core/scan/assignment.ts
var NAME_REACH = 120;
var NAME_CHARACTER = /[\w.$-]/;
var ASSIGN = /["'`]{0,3}\]?[ \t]{0,20}(?::[ \t]{0,4}[A-Za-z][\w.[\] |]{0,40}[ \t]{0,4}=(?![=~>])|:=|=>|<-|->|=(?![=~])|:(?![:=/]))(?:[ \t]{0,40}\r?\n)?[ \t]{0,60}/y;
var CALL = /["'`]{1,3}\s{0,8},\s{0,40}/y;
var XML_ELEMENT = />/y;
var XML_PROPERTY = /<\/name>\s{0,60}<value>/y;
var YAML_DEFAULT = /:[ \t]{0,4}\r?\n(?:[ \t]{1,20}(?:description|type|lookup|sensitive):[^\n]{0,200}\n){0,3}[ \t]{1,20}default:[ \t]{1,8}/y;
var BLOCK_DEFAULT = /["']?\s{0,4}:?\s{0,4}\{[^{}]{0,400}?(?<![\w])["']?(?:default|value)["']?\s{0,20}[:=]\s{0,20}/y;
var PAIRED_VALUE = /["']?,?\s{0,60}["']?(?:value|default|default_value|stringValue)["']?\s{0,20}[:=]\s{0,20}/y;
var ARGUMENT_DEFAULT = /["']\s{0,4},[^()\n]{0,160}?\bdefault\s{0,4}=\s{0,4}/y;
var SPACED = /`?[ \t]{1,8}(?=["'])/y;
var BLANKS = /[ \t]{1,40}/y;
var CALLEES = /(?:option|options|set|put|config|conf|setProperty|property|env|setenv|setEnv|header|headers|add|append|setConf|hadoopConfiguration|entry|of|text|dropdown|combobox|withOption|update|putIfAbsent|setString|Tuple2|setattr|with|param|parameter|setParameter|credential|setdefault|monkeypatch\.setenv)\s{0,4}\(\s{0,40}$/;
var PAIR_KEY = /(?:name|key|variable|param|parameter|keyword|setting)["']?\s{0,4}[:=]\s{0,4}["']?$/i;
var BARE_AFTER = /(?:\b(?:export|set|setx|env|conf|declare|local|readonly)|-[De]|--(?:conf|env|build-arg|set|var))[ \t=]{1,4}["']?$/i;
var WRAPPERS = /(?:(?:[\w.]{0,40}\.)?(?:SecretStr|Secret|str|lit|String|Some|bytes|bytearray|quote|quote_plus|encode|toCharArray|StringType|sensitive|tostring|list)\s{0,2})?\(\s{0,20}/y;
var QUOTED = /([A-Za-z]{0,2})("""|'''|["'`])/y;
var BARE = /[^\s"'`,;<>(){}|&\\]{4,512}/y;
function sticky(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
function nameAround(text, keywordStart, keywordEnd) {
  let start = keywordStart;
  let end = keywordEnd;
  while (start > 0 && keywordStart - start < NAME_REACH && NAME_CHARACTER.test(text[start - 1]))
    start--;
  while (end < text.length && end - keywordEnd < NAME_REACH && NAME_CHARACTER.test(text[end]))
    end++;
  while (end > keywordEnd && /[-.]/.test(text[end - 1])) end--;
  return { start, end };
}
function quotedLiteral(text, at) {
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
function bareLiteral(text, at) {
  const match2 = sticky(BARE, text, at);
  if (match2 === null) return null;
  const next = text[at + match2[0].length];
  if (next === "(" || next === "{") return null;
  return { value: match2[0], start: at, quoted: false };
}
function literalAfter(where) {
  const { text, end, before, kind } = where;
  const previous = before[before.length - 1] ?? "\n";
  const flag = text.startsWith("--", where.start);
  const call = sticky(CALL, text, end);
  if (call !== null && (flag || CALLEES.test(before.replace(/["'`]{1,3}$/, "")))) {
    const literal = quotedLiteral(text, end + call[0].length);
    if (literal !== null) return { ...literal, certain: true };
  }
  for (const pattern of [YAML_DEFAULT, BLOCK_DEFAULT, ARGUMENT_DEFAULT]) {
    const match2 = sticky(pattern, text, end);
    const at = match2 === null ? -1 : end + match2[0].length;
    if (match2 !== null)
      return certain(
        quotedLiteral(text, at) ?? (pattern === YAML_DEFAULT ? bareLiteral(text, at) : null),
        false
      );
  }
  if (PAIR_KEY.test(before)) {
    const pair = sticky(PAIRED_VALUE, text, end);
    if (pair === null) return null;
    const at = end + pair[0].length;
    return certain(quotedLiteral(text, at) ?? (kind === "config" ? bareLiteral(text, at) : null), false);
  }
  const xml = sticky(XML_PROPERTY, text, end) ?? (previous === "<" ? sticky(XML_ELEMENT, text, end) : null);
  if (xml !== null) return certain(bareLiteral(text, end + xml[0].length), false);
  const assign = sticky(ASSIGN, text, end);
  if (assign !== null) {
    const at = end + assign[0].length;
    const quoted = quotedLiteral(text, at);
    if (quoted !== null) return certain(quoted, false);
    if (assign[0].includes("\n")) return null;
    const tight = assign[0] === "=";
    const connection = tight && /[;?&]/.test(previous);
    const inString = tight && /["'`]/.test(previous);
    if (kind === "config" || connection || inString || flag || BARE_AFTER.test(before)) {
      return certain(bareLiteral(text, at), connection);
    }
    return null;
  }
  const spaced = sticky(SPACED, text, end);
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
function certain(literal, isCertain) {
  return literal && { ...literal, certain: isCertain };
}
function readAssignment(text, keywordStart, keywordEnd, kind) {
  const { start, end } = nameAround(text, keywordStart, keywordEnd);
  const before = text.slice(Math.max(0, start - 120), start);
  const literal = literalAfter({ text, start, end, before, kind });
  if (literal === null) return null;
  return {
    name: text.slice(start, end),
    value: literal.value,
    valueStart: literal.start,
    certain: literal.certain
  };
}

// core/scan/encoded-forms.ts
var LEAST = 4;
function encodedForms(prefix) {
  const forms = [];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.from("\0".repeat(shift) + prefix, "latin1").toString("base64");
    const lead = Math.ceil(shift * 8 / 6);
    const keyword = encoded.slice(lead, Math.floor((shift + prefix.length) * 8 / 6));
    if (keyword.length >= LEAST) forms.push({ encoding: "base64", keyword, exactCase: true, lead });
  }
  const bytes = [...Buffer.from(prefix, "latin1")].map((byte) => byte.toString(16).padStart(2, "0"));
  forms.push({ encoding: "hex", keyword: bytes.join(""), exactCase: false, lead: 0 });
  forms.push({
    encoding: "percent",
    keyword: bytes.map((byte) => `%${byte}`).join(""),
    exactCase: false,
    lead: 0
  });
  return forms;
}
var BASE64_RUN = /[A-Za-z0-9+/_-]{1,8192}/y;
var HEX_RUN = /(?:[0-9a-fA-F]{2}){1,4096}/y;
var PERCENT_RUN = /(?:%[0-9a-fA-F]{2}|[\w.~+/=-]){1,4096}/y;
function decodeAt(text, start, form, prefix) {
  if (form.encoding === "base64") {
    let from = start - form.lead;
    if (/^[A-Za-z0-9+/_-]{4}$/.test(text.slice(Math.max(0, from - 4), from))) from -= 4;
    const run2 = from < 0 ? null : match(BASE64_RUN, text, from);
    if (run2 === null) return null;
    const decoded2 = Buffer.from(run2.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
    return located(decoded2, prefix, from + run2.length);
  }
  const run = match(form.encoding === "hex" ? HEX_RUN : PERCENT_RUN, text, start);
  if (run === null) return null;
  const decoded = form.encoding === "hex" ? Buffer.from(run, "hex").toString("latin1") : run.replace(/%([0-9a-fA-F]{2})/g, (_all, code) => String.fromCharCode(parseInt(code, 16)));
  return located(decoded, prefix, start + run.length);
}
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
function located(text, prefix, end) {
  const at = text.slice(0, prefix.length + 6).indexOf(prefix);
  return at < 0 ? null : { text, at, end };
}

// core/scan/judge.ts
var SECRET_WORDS = /(?:password|passwd|pwd|secret|token|apikey|api[-_]key|[-_]key|credential)s?/i;
function isNameLike(value) {
  return /^[A-Za-z]{1,24}\d{0,2}(?:[-_./: ][A-Za-z]{1,24}\d{0,2}){0,12}[-_./:]?$/.test(value) || /^[a-z]{0,20}(?:[A-Z][a-z]{1,20}){1,8}$/.test(value);
}
function isPathOrUrl(value) {
  if (/^(?:\.{1,2}|~)?\//.test(value))
    return value.split("/").every((part) => /^[A-Za-z._-]{0,40}\d{0,4}$/.test(part));
  return /^(?:[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:\/\/)/.test(value) || /\.(?:json|ya?ml|txt|pem|py|sql|csv|env|key|crt|jks|p12)$/i.test(value);
}
function isHash(value) {
  return /^\$(?:2[aby]?|5|6|argon2\w{0,3}|pbkdf2[\w-]{0,20}|scrypt)\$|^\{(?:SHA|SSHA|bcrypt|noop)\d{0,3}\}|^(?:sha\d{1,3}|md5)[:=]/i.test(
    value
  );
}
function classes(value) {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((pattern) => pattern.test(value)).length;
}
function isNoLiteral(value) {
  return isReference(value) || isPlaceholder(value) || isHash(value) || isPathOrUrl(value) || /[^\P{Cc}\x80-\x9f]/u.test(value);
}
function isPassword(value, certain2) {
  if (value.length < (certain2 ? 4 : 6) || value.length > 256 || /\s/.test(value) || isNoLiteral(value))
    return false;
  if (/^[\w.]{1,80}\(/.test(value) || /^\d{1,4}(?:[-/.:]\d{1,4}){1,5}$/.test(value)) return false;
  if (SECRET_WORDS.test(value) && isNameLike(value.replace(/\d+/g, ""))) return false;
  if (certain2) return !/^\d{1,3}$/.test(value);
  return classes(value) >= 2 && (!isNameLike(value) || /\d{2}/.test(value)) && !/^[A-Z][A-Z0-9_]{3,60}$/.test(value);
}
var UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
function isRandom(value) {
  if (value.length < 12 || value.length > 4096 || /[\s"'<>{}]/.test(value) || isNoLiteral(value))
    return false;
  if (UUID.test(value)) return true;
  if (isNameLike(value) || /^(?:[A-Za-z]{2,20}\d{0,4}[-_.:/]){1,10}[A-Za-z0-9]{0,12}$/.test(value))
    return false;
  if (!/\d/.test(value) && !(value.length >= 24 && classes(value) >= 2)) return false;
  if (/^\d+(?:[.,]\d+)*$/.test(value)) return false;
  if (SECRET_WORDS.test(value) && /[-_]/.test(value) && value.length < 32) return false;
  return entropy(value) >= (value.length < 20 ? 2.8 : 3.1);
}
function isLiteral(value) {
  return value.length >= 4 && !isNoLiteral(value);
}

// core/scan/format-match.ts
var AROUND = 200;
var LOOKED_AT = 96;
function matchFormat(rule, text, at) {
  const from = Math.max(0, at - (rule.back ?? 0));
  rule.pattern.lastIndex = from;
  const match2 = rule.pattern.exec(text);
  if (match2 === null) return null;
  const value = match2.groups?.["value"] ?? match2[0];
  const start = from + match2[0].lastIndexOf(value);
  const end = start + value.length;
  const body = rule.prefix !== void 0 && value.startsWith(rule.prefix) ? value.slice(rule.prefix.length) : value;
  const head = body.slice(0, LOOKED_AT);
  if (rule.judged === true ? isReference(value) || !isPassword(value, true) : isPlaceholder(head))
    return null;
  if (rule.entropy !== void 0 && entropy(head) < rule.entropy) return null;
  if (rule.test !== void 0) {
    const around = text.slice(Math.max(0, from - AROUND), from + match2[0].length + AROUND);
    if (!rule.test(value, around)) return null;
  }
  return { start, end, value };
}

// core/scan/keyword-automaton.ts
var KeywordAutomaton = class {
  #classes = new Uint8Array(256);
  #shift;
  #next;
  /** For each state the index into `#found`, or 0. */
  #output;
  #found = [[]];
  constructor(keywords2) {
    const folded = keywords2.map((keyword) => Buffer.from(keyword.text.toLowerCase(), "latin1"));
    let classCount = 1;
    for (const byte of folded.flatMap((text) => [...text])) {
      if (this.#classes[byte] === 0) this.#classes[byte] = classCount++;
    }
    for (let upper = 65; upper <= 90; upper++) this.#classes[upper] = this.#classes[upper + 32] ?? 0;
    this.#shift = Math.ceil(Math.log2(classCount));
    const states = folded.reduce((sum, text) => sum + text.length, 1);
    if (states > 65535) throw new RangeError("too many keywords for 16-bit states");
    this.#next = new Uint16Array(states << this.#shift);
    this.#output = new Uint16Array(states);
    this.#build(keywords2, folded);
  }
  #build(keywords2, folded) {
    const own = /* @__PURE__ */ new Map();
    const children = [[]];
    let count = 1;
    folded.forEach((text, index) => {
      let state = 0;
      for (const byte of text) {
        const slot = state << this.#shift | (this.#classes[byte] ?? 0);
        if (this.#next[slot] === 0) {
          children[state]?.push(slot);
          children.push([]);
          this.#next[slot] = count++;
        }
        state = this.#next[slot] ?? 0;
      }
      own.set(state, [...own.get(state) ?? [], keywords2[index]]);
    });
    const fallback = new Uint16Array(count);
    const queue = [];
    const width = 1 << this.#shift;
    for (const slot of children[0] ?? []) queue.push(this.#next[slot] ?? 0);
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head];
      const back = fallback[state] ?? 0;
      const outputs = [...own.get(state) ?? [], ...this.#found[this.#output[back] ?? 0] ?? []];
      if (outputs.length > 0) this.#output[state] = this.#found.push(outputs) - 1;
      const slots = children[state] ?? [];
      const targets = slots.map((slot) => this.#next[slot] ?? 0);
      const row = state << this.#shift;
      this.#next.copyWithin(row, back << this.#shift, (back << this.#shift) + width);
      slots.forEach((slot, index) => {
        const child2 = targets[index] ?? 0;
        fallback[child2] = this.#next[slot] ?? 0;
        this.#next[slot] = child2;
        queue.push(child2);
      });
    }
  }
  /** Calls `onHit(keyword, start)` for each occurrence, in the order of their ends; `start` is an index into `bytes`. */
  scan(bytes, onHit) {
    const classes2 = this.#classes;
    const next = this.#next;
    const output = this.#output;
    const shift = this.#shift;
    const length = bytes.length;
    let state = 0;
    for (let i = 0; i < length; i++) {
      state = next[state << shift | classes2[bytes[i]]];
      if (output[state] === 0) continue;
      for (const keyword of this.#found[output[state]]) {
        const start = i + 1 - keyword.text.length;
        if (!keyword.exactCase || matchesAt(bytes, start, keyword.text)) onHit(keyword, start);
      }
    }
  }
};
function matchesAt(bytes, start, text) {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

// core/scan/scope-use.ts
var SCOPE_KEYWORDS = ["{{secrets/", "secrets.get", "secret("];
var REFERENCE = /(?:\{\{secrets\/(?<configured>[\w.@-]{1,128})\/|secrets\.get(?:Bytes)?\(\s{0,20}(?:scope\s{0,4}=\s{0,4})?\\?["'](?<coded>[\w.@-]{1,128})\\?["']|secret\(\s{0,8}'(?<queried>[\w.@-]{1,128})'\s{0,8},)/iy;
function scopeAt(text, at) {
  REFERENCE.lastIndex = at;
  const groups = REFERENCE.exec(text)?.groups;
  return groups?.["configured"] ?? groups?.["coded"] ?? groups?.["queried"] ?? null;
}

// core/scan/keyword-index.ts
var JOINERS = [
  ...[
    '" + "',
    '"+"',
    '" || "',
    '"||"',
    '".concat("',
    '" "',
    '"\n',
    '"\r\n',
    'paste0("',
    'concat("',
    'join(["',
    'join(("'
  ]
].flatMap((joiner) => [joiner, joiner.replaceAll('"', "'")]);
function keywords() {
  const all = [];
  const formats = /* @__PURE__ */ new Map();
  for (const rule of FORMAT_RULES) {
    for (const text of rule.keywords) {
      const key2 = `${rule.exactCase ?? false}:${text}`;
      const entry = formats.get(key2) ?? { exactCase: rule.exactCase ?? false, rules: [] };
      entry.rules.push(rule);
      formats.set(key2, entry);
    }
    if (rule.back !== void 0 || rule.prefix === void 0) continue;
    for (const prefix of rule.exactCase ? rule.keywords : [rule.prefix]) {
      if (prefix.length < 4) continue;
      for (const form of encodedForms(prefix)) {
        all.push({
          text: form.keyword,
          exactCase: form.exactCase,
          payload: { type: "encoded", rule, form, prefix }
        });
      }
    }
  }
  for (const [key2, { exactCase, rules }] of formats) {
    all.push({ text: key2.slice(key2.indexOf(":") + 1), exactCase, payload: { type: "format", rules } });
  }
  const names = new Set(NAMED_VALUE_RULES.flatMap((rule) => rule.keywords));
  for (const text of names) all.push({ text, exactCase: false, payload: { type: "name" } });
  for (const text of JOINERS) all.push({ text, exactCase: true, payload: { type: "joiner" } });
  for (const text of SCOPE_KEYWORDS) all.push({ text, exactCase: false, payload: { type: "scope" } });
  return all;
}
var built;
function automaton() {
  built ??= new KeywordAutomaton(keywords());
  return built;
}

// core/scan/views.ts
var Builder = class {
  #parts = [];
  #offsets;
  #length = 0;
  constructor(most) {
    this.#offsets = new Int32Array(most + 1);
  }
  /** Takes over the characters of `text` from `from` to `to` as they are. */
  copy(text, from, to) {
    if (from === to) return;
    this.#parts.push(text.slice(from, to));
    for (let i = from; i < to; i++) this.#offsets[this.#length++] = i;
  }
  add(character, offset) {
    this.#parts.push(character);
    this.#offsets[this.#length++] = offset;
  }
  view(end) {
    this.#offsets[this.#length] = end;
    return { text: this.#parts.join(""), offsets: this.#offsets.subarray(0, this.#length + 1) };
  }
};
var SIMPLE_ESCAPES = {
  n: "\n",
  r: "\r",
  t: "	",
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/"
};
function rebuilt(text, from, to, mark, decode) {
  const builder = new Builder(to - from);
  let copied = from;
  mark.lastIndex = from;
  for (let match2 = mark.exec(text); match2 !== null && match2.index < to; match2 = mark.exec(text)) {
    const decoded = decode(match2.index);
    if (decoded === null) continue;
    builder.copy(text, copied, match2.index);
    if (decoded.character !== "") builder.add(decoded.character, match2.index);
    copied = match2.index + decoded.length;
    mark.lastIndex = copied;
  }
  builder.copy(text, copied, Math.max(copied, to));
  return builder.view(Math.max(copied, to));
}
function unescaped(text, from, to) {
  return rebuilt(text, from, to, /\\/g, (at) => {
    const next = text[at + 1] ?? "";
    const simple = SIMPLE_ESCAPES[next];
    if (simple !== void 0) return { length: 2, character: simple };
    const code = /[ux]/.test(next) ? /^(?:u00|x)([0-7][0-9a-fA-F])/.exec(text.slice(at + 1, at + 6)) : null;
    return code && { length: 1 + code[0].length, character: String.fromCharCode(parseInt(code[1] ?? "", 16)) };
  });
}
function percentDecoded(text, from, to) {
  return rebuilt(text, from, to, /%/g, (at) => {
    const code = text.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(code)) return null;
    return { length: 3, character: String.fromCharCode(parseInt(code, 16)) };
  });
}
var JOINER = /(["'`]{1,3})(?:\s{0,8}(?:\+|\|\||&|\.concat\(|\.(?=\s))\s{0,8}|\s{0,4}\\\r?\n\s{0,60}|\s{1,60}|\s{0,8}(,)\s{0,60})[rbuRBU]?(["'`]{1,3})/y;
function joined(text, from, to, commas) {
  return rebuilt(text, from, to, /["'`]/g, (at) => {
    JOINER.lastIndex = at;
    const match2 = JOINER.exec(text);
    return match2 !== null && (match2[2] === void 0 || commas) ? { length: match2[0].length, character: "" } : null;
  });
}
function composed(outer, inner) {
  return { text: inner.text, offsets: inner.offsets.map((offset) => outer.offsets[offset]) };
}
function indexInView(view, offset) {
  let low = 0;
  let high = view.offsets.length - 1;
  while (low < high) {
    const middle = low + high >> 1;
    if (view.offsets[middle] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

// core/scan/joined-literals.ts
var NEXT_LITERAL = /["'`]\s{0,4}(?:\+|\|\||,|\.concat\()?\s{0,60}[rbu]?["'`](?<right>[\w.~+/=-]{1,14})/y;
var LITERAL_START = /[\w.~+/=-]{0,14}/y;
function completesKeyword(text, at, joiner) {
  const opens = /(?:paste0|concat|join)\([[(]?["']$/.test(joiner) && !joiner.startsWith('"') && !joiner.startsWith("'");
  const first = opens ? at + joiner.length : Math.max(0, at - 14);
  LITERAL_START.lastIndex = first;
  const left = opens ? LITERAL_START.exec(text)?.[0] ?? "" : /[\w.~+/=-]{0,14}$/.exec(text.slice(first, at))?.[0] ?? "";
  NEXT_LITERAL.lastIndex = opens ? first + left.length : at;
  const right = NEXT_LITERAL.exec(text)?.groups?.["right"];
  if (left === "" || right === void 0) return false;
  let completes = false;
  automaton().scan(Buffer.from(left + right, "latin1"), ({ payload, text: keyword }, start) => {
    if (payload.type === "format" && start < left.length && start + keyword.length > left.length)
      completes = true;
  });
  return completes;
}
function joinedMatches(text, from, to) {
  const view = joined(text, from, to, /(?:join|paste0?|concat)/.test(text.slice(from, to)));
  const matches3 = [];
  automaton().scan(Buffer.from(view.text, "latin1"), ({ payload }, start) => {
    if (payload.type !== "format") return;
    for (const rule of payload.rules) {
      if (rule.prefix === void 0 && rule.back === void 0) continue;
      const found = matchFormat(rule, view.text, start);
      if (found === null) continue;
      const [first, last] = [view.offsets[found.start] ?? from, view.offsets[found.end] ?? to];
      if (last - first === found.end - found.start) continue;
      matches3.push({ rule, start: first, end: last, value: found.value, via: "concatenated" });
    }
  });
  return matches3;
}

// core/scan/names.ts
function normaliseName(name) {
  const words = name.replace(/([a-z]\d{0,3})([A-Z])/g, "$1_$2").replace(/([A-Z]{2,20})([A-Z][a-z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]{1,20}/).filter((word) => word !== "");
  while (words.length > 1 && FILLERS.test(words[words.length - 1] ?? "")) words.pop();
  return words.join("_").replace(/\d{1,4}$/, "");
}
var FILLERS = /^(?:value|val|str|string|plain|plaintext|text|literal|default|raw|clear|dev|test|tst|qa|uat|int|stg|stage|staging|prd|prod|production|live|eu|us|\d{1,6}|primary|secondary|old|new|current|env|var|param|com|net|windows|core|dfs|blob)$/;
var HARMLESS = /(?:^|_)(?:idempotency|page|paging|next|next_page|prev|previous|continuation|pagination|cursor|sync|resume|delta|change|csrf|xsrf|authenticity|antiforgery|pad|eos|bos|unk|sep|cls|mask|special|stop|start|end|begin|image|text|word|sub|oov|max|min|num|total|avg|input|output|prompt|completion|cached|reasoning|per|count|public|pub|partition|sort|foreign|hash|lock|fencing|concurrency|client_request|request|dedup|duplicate|verb|lex|syntax|design|reset|forgot|show|hide|confirm|no|has|is|use|with|without|require|required|enable|enabled|disable|allow|validate|check|verify|invalid|wrong|bad|missing|empty)_(?:\w{1,20}_)?(?:token|tokens|key|secret|password|pwd|passwd|pass|pat|credential|credentials)$|(?:by|bypass|compass|first_pass|second_pass|multi_?pass|single_pass|low_pass|high_pass|band_pass|one_pass|two_pass|(?:^|_)(?:backward|forward)_pass)$/;
function isHarmlessName(normalised) {
  return HARMLESS.test(normalised);
}

// core/scan/detector.ts
function fits(rule, name, { value, certain: certain2 }) {
  if (!rule.named.test(name) || rule.value !== void 0 && !rule.value.test(value)) return false;
  if (rule.judge === "password") return isPassword(value, certain2);
  return rule.judge === "random" ? isRandom(value) : isLiteral(value);
}
function namedMatch(text, start, end, kind) {
  const assignment = readAssignment(text, start, end, kind);
  return assignment && judged(assignment);
}
function judged(assignment) {
  const name = normaliseName(assignment.name);
  if (isHarmlessName(name)) return null;
  const rule = NAMED_VALUE_RULES.find((candidate) => fits(candidate, name, assignment));
  if (rule === void 0) return null;
  const { value, valueStart } = assignment;
  return { rule, start: valueStart, end: valueStart + value.length, value };
}
function matchNamed(name, value) {
  return judged({ name, value, valueStart: 0, certain: false });
}
var BROKEN = /[\w.~+/=-]{0,100}["'`]{1,3}\s{0,8}(?:\+|\|\||,|&|\.(?:concat\()?|\\)?\s{0,60}[rbuRBU]?["'`]{1,3}[\w.~+/=-]/y;
var TAKES_COMMAS = /(?:join|paste0?|concat|concat_ws)\s{0,2}\([^()]{0,200}$/;
function isSticky(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text);
}
function* readings(text, at, rule) {
  const from = Math.max(0, at - (rule.back ?? 0) * 2 - 64);
  const to = Math.min(text.length, at + 3e3);
  const commas = TAKES_COMMAS.test(text.slice(Math.max(0, at - 240), at));
  if (isSticky(BROKEN, text, at)) yield [joined(text, from, to, commas), "concatenated"];
  const near = text.slice(from, Math.min(to, at + 400));
  if (near.includes("\\")) {
    const plain = unescaped(text, from, to);
    yield [plain, void 0];
    const inView = indexInView(plain, at);
    if (isSticky(BROKEN, plain.text, inView)) {
      yield [composed(plain, joined(plain.text, 0, plain.text.length, commas)), "concatenated"];
    }
  }
  if (/%[0-9a-fA-F]{2}/.test(near)) yield [percentDecoded(text, from, to), "percent"];
}
function formatMatch(text, at, rule) {
  const plain = matchFormat(rule, text, at);
  if (plain !== null) return { rule, ...plain };
  if (rule.prefix === void 0 && rule.entropy === void 0) return null;
  for (const [view, via] of readings(text, at, rule)) {
    const found = matchFormat(rule, view.text, indexInView(view, at));
    if (found === null) continue;
    const start = view.offsets[found.start] ?? at;
    const end = view.offsets[found.end] ?? text.length;
    return { rule, start, end, value: found.value, ...via !== void 0 && { via } };
  }
  return null;
}
function encodedMatch(text, at, payload) {
  const decoded = decodeAt(text, at, payload.form, payload.prefix);
  if (decoded === null) return null;
  const found = matchFormat(payload.rule, decoded.text, decoded.at);
  return found && {
    rule: payload.rule,
    start: at,
    end: decoded.end,
    value: found.value,
    via: payload.form.encoding
  };
}
function detect(bytes, text, options) {
  const matches3 = [];
  const push = (match2) => {
    if (match2 !== null) matches3.push(match2);
  };
  let joinedUpTo = 0;
  automaton().scan(bytes, ({ payload, text: keyword }, start) => {
    if (start < options.from || start >= options.to) return;
    if (payload.type === "format") {
      for (const rule of payload.rules)
        if (!options.binary || rule.textOnly !== true) push(formatMatch(text, start, rule));
    } else if (payload.type === "encoded") push(encodedMatch(text, start, payload));
    else if (options.binary) return;
    else if (payload.type === "scope") {
      const scope = scopeAt(text, start);
      if (scope !== null) options.onScope?.(scope, start);
    } else if (payload.type === "name") push(readName(text, start, start + keyword.length, options.kind));
    else if (start >= joinedUpTo && completesKeyword(text, start, keyword)) {
      const end = Math.min(text.length, start + 600);
      joinedUpTo = end - 300;
      matches3.push(...joinedMatches(text, Math.max(0, start - 300), end));
    }
  });
  return matches3;
}
var ESCAPED_OPERATOR = /[\w.$-]{0,120}(?:\\["'`])?\]?[ \t]{0,20}(?:[=:,{>]|<-|->|\\["'n])/y;
function readName(text, start, end, kind) {
  const plain = namedMatch(text, start, end, kind);
  if (plain !== null || !isSticky(ESCAPED_OPERATOR, text, end)) return plain;
  const to = Math.min(text.length, end + 640);
  const escape = text.indexOf("\\", end);
  if (escape < 0 || escape >= to) return null;
  const view = unescaped(text, Math.max(0, start - 160), to);
  const inView = indexInView(view, start);
  const found = namedMatch(view.text, inView, inView + end - start, "code");
  return found && { ...found, start: view.offsets[found.start] ?? start, end: view.offsets[found.end] ?? end };
}

// core/scan/match.ts
var PRIORITY = new Map(RULES.map((rule, index) => [rule, index]));
function withoutOverlaps(matches3) {
  const byRule = [...matches3].sort(
    (a, b) => (PRIORITY.get(a.rule) ?? 0) - (PRIORITY.get(b.rule) ?? 0) || a.start - b.start
  );
  const kept = [];
  for (const match2 of byRule) {
    if (!kept.some((other) => match2.start < other.end && other.start < match2.end)) kept.push(match2);
  }
  return kept.sort((a, b) => a.start - b.start);
}

// core/scan/yaml-places.ts
var import_yaml2 = __toESM(require_dist(), 1);
var ITEM_KEYS = ["task_key", "job_cluster_key", "environment_key", "name", "key"];
var YamlPlaces = class {
  #files;
  /** Parsed when the first place is asked for: mostly none is. */
  #parsed;
  #target;
  constructor(sources, target) {
    this.#files = sources;
    this.#target = target;
  }
  get #sources() {
    this.#parsed ??= this.#files.map(({ file, text }) => {
      const lines = new import_yaml2.LineCounter();
      return { file, document: (0, import_yaml2.parseDocument)(text, { lineCounter: lines }), lines };
    });
    return this.#parsed;
  }
  /**
   * The place of a setting: of the setting itself, else of the innermost part of its path that is written anywhere. A
   * value that comes from a variable leads to the variable's value. `itemKeys` gives, for an index in the path, what
   * identifies the item of the list.
   */
  find(path3, itemKeys) {
    const inTarget = this.#target === void 0 ? [] : [["targets", this.#target, ...path3]];
    const tries = [...inTarget, [...path3]].map(
      (full) => this.#deepest(full, full.length - path3.length, itemKeys)
    );
    const best = tries.reduce((a, b) => b.depth > a.depth ? b : a);
    if (best.node === void 0 || best.source === void 0) return void 0;
    const variable = (0, import_yaml2.isScalar)(best.node) ? /\$\{var\.(\w{1,100})\}/.exec(String(best.node.value))?.[1] : void 0;
    return (variable === void 0 ? void 0 : this.#variable(variable)) ?? place(best.source, best.node);
  }
  #variable(name) {
    const paths = [
      ["variables", name, "default"],
      ["variables", name]
    ];
    const all = this.#target === void 0 ? paths : [...paths.map((path3) => ["targets", this.#target, ...path3]), ...paths];
    for (const path3 of all) {
      const { node, source, depth } = this.#deepest(path3, 0, /* @__PURE__ */ new Map());
      if (depth === path3.length && node !== void 0 && source !== void 0) return place(source, node);
    }
    return void 0;
  }
  #deepest(path3, shift, itemKeys) {
    let best = { depth: 0 };
    for (const source of this.#sources) {
      let node = source.document.contents;
      for (let depth = 1; depth <= path3.length; depth++) {
        node = step(
          source.document,
          node,
          path3[depth - 1],
          itemKeys.get(depth - 1 - shift)
        );
        if (node === void 0) break;
        if (depth > best.depth) best = { depth, node, source };
      }
    }
    return best.depth > shift + 1 ? best : { depth: 0 };
  }
};
function step(document, node, key2, itemKey) {
  const at = (0, import_yaml2.isAlias)(node) ? node.resolve(document) : node;
  if ((0, import_yaml2.isMap)(at)) return at.get(String(key2), true) ?? void 0;
  if (!(0, import_yaml2.isSeq)(at)) return void 0;
  const keyed = at.items.find(
    (item) => (0, import_yaml2.isMap)(item) && ITEM_KEYS.some((name) => itemKey !== void 0 && item.get(name) === itemKey)
  );
  return keyed ?? at.items[Number(key2)];
}
function place({ file, lines }, node) {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { file, line, column: col };
}
function itemKeyOf(item) {
  if (typeof item !== "object" || item === null) return void 0;
  const key2 = ITEM_KEYS.find((name) => name in item);
  return key2 === void 0 ? void 0 : String(item[key2]);
}

// core/scan/configuration.ts
function scanConfiguration(plan, options) {
  const scan = new ConfigurationScan(options);
  for (const [resource, entry] of Object.entries(member(plan, "plan") ?? {})) {
    const value = member(member(entry, "new_state"), "value");
    if (value !== void 0) scan.walk(value, resource.split("."), /* @__PURE__ */ new Map());
  }
  const { findings, scopes, strings: strings2, bytes } = scan;
  return {
    ...EMPTY_REPORT,
    findings,
    scopes,
    files: 0,
    bytes,
    notes: [`settings of the resolved configuration that were scanned: ${strings2}`]
  };
}
function member(value, key2) {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key2)) return void 0;
  const found = value[key2];
  return typeof found === "object" && found !== null ? found : void 0;
}
var ConfigurationScan = class {
  findings = [];
  scopes = [];
  strings = 0;
  bytes = 0;
  #options;
  #places;
  constructor(options) {
    this.#options = options;
    this.#places = new YamlPlaces(options.sources, options.target);
  }
  walk(value, path3, itemKeys) {
    if (typeof value === "string") this.#text(value, path3, itemKeys);
    else if (Array.isArray(value)) this.#list(value, path3, itemKeys);
    else if (typeof value === "object" && value !== null) {
      const named = pairOf(value);
      for (const [key2, inner] of Object.entries(value)) {
        const isPair = named !== void 0 && inner === named.value;
        if (isPair) this.#text(named.value, [...path3, key2], itemKeys, named.name);
        else this.walk(inner, [...path3, key2], itemKeys);
      }
    }
  }
  #list(list, path3, itemKeys) {
    list.forEach((item, index) => {
      const key2 = itemKeyOf(item);
      const keys = key2 === void 0 ? itemKeys : new Map([...itemKeys, [path3.length, key2]]);
      const before = list[index - 1];
      const flag = typeof before === "string" && before.startsWith("--") && !before.includes("=") ? before : void 0;
      if (typeof item === "string") this.#text(item, [...path3, index], keys, flag ?? "");
      else this.walk(item, [...path3, index], keys);
    });
  }
  #text(text, path3, itemKeys, name = String(path3[path3.length - 1])) {
    this.strings++;
    this.bytes += text.length;
    const bytes = Buffer.from(text);
    const found = [];
    const onScope = (scope) => {
      this.scopes.push({ scope, place: this.#place(path3, itemKeys), setting: settingText(path3) });
    };
    found.push(
      ...detect(bytes, bytes.toString("latin1"), {
        kind: "code",
        binary: false,
        from: 0,
        to: bytes.length,
        onScope
      })
    );
    const named = matchNamed(name, text);
    if (named !== null) found.push(named);
    for (const { rule, value, via } of withoutOverlaps(found)) {
      const shown = redacted(value, rule.type === "format" ? rule.prefix : void 0);
      const mark = fingerprint(value, this.#options.repositoryId);
      this.#add(rule, "error", path3, itemKeys, {
        shown,
        fingerprint: mark,
        ...via !== void 0 && { via }
      });
    }
    const practice = text === "" ? void 0 : PRACTICES.find((candidate) => candidate.setting.test(name));
    if (practice !== void 0) {
      this.#add(practice, "warning", path3, itemKeys, {
        shown: name,
        fingerprint: fingerprint(settingText(path3), "")
      });
    }
  }
  #add(rule, level, path3, itemKeys, what) {
    this.findings.push({
      rule,
      level,
      place: this.#place(path3, itemKeys),
      setting: settingText(path3),
      ...what
    });
  }
  #place(path3, itemKeys) {
    return this.#places.find(path3, itemKeys) ?? this.#options.fallback;
  }
};
function pairOf(value) {
  const entries = value;
  const name = entries["name"] ?? entries["key"];
  const given = entries["default"] ?? entries["value"];
  return typeof name === "string" && typeof given === "string" ? { name, value: given } : void 0;
}
function settingText(path3) {
  return path3.map((part, index) => typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`).join("");
}

// core/scan/repository-id.ts
import { dirname, isAbsolute, join as join2 } from "node:path";
function repositoryIdOf(originUrl) {
  const address = originUrl.trim().replace(/^[a-z+]{2,12}:\/\//i, "").replace(/^[^@/]{1,200}@/, "").replace(/^([^/:]{1,255}):(?:\d{1,5}\/)?/, "$1/");
  const azure = /^(?:ssh\.)?dev\.azure\.com\/(?:v3\/)?([^/]+)\/([^/]+)\/(?:_git\/)?([^/]+)/.exec(address);
  const path3 = azure === null ? address : `dev.azure.com/${azure.slice(1).join("/")}`;
  return decodeURIComponentSafely(path3).replace(/(?:\.git)?\/?$/, "").toLowerCase();
}
function decodeURIComponentSafely(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
async function gitFolder(checkout, tree) {
  const dotGit = join2(checkout, ".git");
  if (await tree.size(dotGit) === void 0) return dotGit;
  const target = /^gitdir: (.{1,4096})/.exec(await readText(tree, dotGit))?.[1]?.trim() ?? "";
  const folder = isAbsolute(target) ? target : join2(checkout, target);
  const common = await readText(tree, join2(folder, "commondir")).catch(() => ".");
  return isAbsolute(common.trim()) ? common.trim() : join2(folder, common.trim());
}
async function readRepositoryId(checkout, tree) {
  const config = await readText(tree, join2(await gitFolder(checkout, tree), "config")).catch(() => "");
  const origin = /\[remote "origin"\][^[]{0,2000}?\n\s{0,8}url\s{0,4}=\s{0,4}([^\n]{1,2000})/.exec(
    config
  )?.[1];
  return origin === void 0 ? void 0 : repositoryIdOf(origin);
}
async function findCheckout(start, tree) {
  for (let folder = start; ; folder = dirname(folder)) {
    const entries = await tree.list(folder).catch(() => []);
    if (entries.some((entry) => entry.name === ".git")) return folder;
    if (dirname(folder) === folder) return start;
  }
}

// core/scan/scan.ts
import { createHash } from "node:crypto";
import { relative as relative5, sep as sep5 } from "node:path";

// core/scan/glob.ts
import { join as join3, relative as relative2, sep as sep2 } from "node:path";
function fixedPart(pattern) {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return (wild < 0 ? parts.slice(0, -1) : parts.slice(0, wild)).join("/");
}
async function globFiles(root, patterns, tree) {
  const found = /* @__PURE__ */ new Set();
  for (const pattern of patterns) {
    const clean = pattern.replace(/^\.\//, "");
    const base = join3(root, fixedPart(clean));
    const rest = clean.slice(fixedPart(clean).length).replace(/^\//, "");
    const matcher = new IgnorePatterns([`/${rest}`], "take");
    const walk = async (folder) => {
      const entries = await tree.list(folder).catch(() => []);
      for (const entry of entries) {
        const path3 = join3(folder, entry.name);
        if (entry.type === "file" && matcher.match(relative2(base, path3).split(sep2).join("/")))
          found.add(path3);
        if (entry.type === "folder" && (rest.includes("/") || rest.includes("**"))) await walk(path3);
      }
    };
    await walk(base);
  }
  return [...found].sort();
}

// core/scan/archive.ts
import { gunzipSync, inflateRawSync } from "node:zlib";

// core/scan/zip-directory.ts
var END = 101010256;
var END_64 = 101075792;
var LOCATOR_64 = 117853008;
var MEMBER = 33639248;
var LOCAL = 67324752;
function endOfDirectory(zip) {
  const first = Math.max(0, zip.length - 22 - 65535);
  for (let at = zip.length - 22; at >= first; at--) if (zip.readUInt32LE(at) === END) return at;
  throw new RangeError("it has no central directory");
}
function directoryOf(zip) {
  const end = endOfDirectory(zip);
  let [count, size, offset] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16)
  ];
  let directoryEnd = end;
  if (end >= 20 && zip.readUInt32LE(end - 20) === LOCATOR_64) {
    const at = zip.lastIndexOf(Buffer.from([80, 75, 6, 6]), end - 20);
    if (at < 0 || zip.readUInt32LE(at) !== END_64) throw new RangeError("its central directory is damaged");
    [count, size, offset] = [at + 32, at + 40, at + 48].map(
      (place2) => Number(zip.readBigUInt64LE(place2))
    );
    directoryEnd = at;
  }
  const shift = directoryEnd - size - offset;
  if (shift < 0) throw new RangeError("its central directory is damaged");
  return { count, size, offset, shift };
}
function wide(zip, extra, extraSize, narrow) {
  const values = [...narrow];
  for (let at = extra; at + 4 <= extra + extraSize; at += 4 + zip.readUInt16LE(at + 2)) {
    if (zip.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== 4294967295) continue;
      values[i] = Number(zip.readBigUInt64LE(next));
      next += 8;
    }
  }
  return values;
}
function* zipMembers(zip) {
  const { count, offset, shift } = directoryOf(zip);
  let at = offset + shift;
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== MEMBER) throw new RangeError("its central directory is damaged");
    const nameSize = zip.readUInt16LE(at + 28);
    const extraSize = zip.readUInt16LE(at + 30);
    const [size = 0, compressedSize = 0, header = 0] = wide(zip, at + 46 + nameSize, extraSize, [
      zip.readUInt32LE(at + 24),
      zip.readUInt32LE(at + 20),
      zip.readUInt32LE(at + 42)
    ]);
    yield {
      name: zip.toString("utf8", at + 46, at + 46 + nameSize),
      method: zip.readUInt16LE(at + 10),
      encrypted: (zip.readUInt16LE(at + 8) & 1) === 1,
      compressedSize,
      size,
      header: header + shift
    };
    at += 46 + nameSize + extraSize + zip.readUInt16LE(at + 32);
  }
}
function memberBytes(zip, member2) {
  if (zip.readUInt32LE(member2.header) !== LOCAL) throw new RangeError("it has no local header");
  const start = member2.header + 30 + zip.readUInt16LE(member2.header + 26) + zip.readUInt16LE(member2.header + 28);
  if (start + member2.compressedSize > zip.length) throw new RangeError("it is cut off");
  return zip.subarray(start, start + member2.compressedSize);
}

// core/scan/archive.ts
var ARCHIVE_LIMITS = {
  file: 256 << 20,
  member: 128 << 20,
  total: 1 << 30,
  members: 1e5
};
function archiveKind(head) {
  if (head[0] === 80 && head[1] === 75 && (head[2] === 3 && head[3] === 4 || head[2] === 5 && head[3] === 6))
    return "zip";
  return head[0] === 31 && head[1] === 139 && head[2] === 8 ? "gzip" : void 0;
}
var UnpackBudget = class {
  bytes = ARCHIVE_LIMITS.total;
  members = ARCHIVE_LIMITS.members;
};
function explained(error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ERR_BUFFER_TOO_LARGE") return "it unpacks to more than it says: a zip bomb";
  return error instanceof Error ? error.message : String(error);
}
function unpackMember(zip, member2, budget) {
  const { name } = member2;
  if (member2.encrypted) return { name, reason: "it is encrypted" };
  if (member2.size > ARCHIVE_LIMITS.member) return { name, reason: "it unpacks to more than 128 MiB" };
  if (member2.size > budget.bytes) return { name, reason: "the archive unpacks to more than 1 GiB" };
  if (member2.method !== 0 && member2.method !== 8)
    return { name, reason: `its compression method ${member2.method} is not known` };
  try {
    const stored = memberBytes(zip, member2);
    const content = member2.method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, member2.size) });
    if (content.length !== member2.size) return { name, reason: "its content is damaged" };
    budget.bytes -= content.length;
    return { name, content };
  } catch (error) {
    return { name, reason: explained(error) };
  }
}
function* unpackZip(zip, budget) {
  try {
    for (const member2 of zipMembers(zip)) {
      if (member2.name.endsWith("/")) continue;
      if (--budget.members < 0) {
        yield { name: "", reason: "it has more than 100,000 members" };
        return;
      }
      yield unpackMember(zip, member2, budget);
    }
  } catch (error) {
    yield { name: "", reason: `it is no whole zip archive: ${explained(error)}` };
  }
}
var BLOCK = 512;
function tarText(header, from, size) {
  const field = header.toString("utf8", from, from + size);
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}
function tarMembers(tar) {
  if (tar.length < BLOCK || tar.toString("latin1", 257, 262) !== "ustar") return void 0;
  const members = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const size = parseInt(tarText(header, 124, 12).trim() || "0", 8);
    const prefix = tarText(header, 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${tarText(header, 0, 100)}`;
    if (!Number.isSafeInteger(size) || at + BLOCK + size > tar.length) {
      members.push({ name, reason: "the archive is cut off" });
      break;
    }
    if (/[0\0]/.test(String.fromCharCode(header[156] ?? 0))) {
      members.push({ name, content: tar.subarray(at + BLOCK, at + BLOCK + size) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}
function unpackGzip(gzip, budget) {
  try {
    const most = Math.min(ARCHIVE_LIMITS.member, budget.bytes);
    const content = gunzipSync(gzip, { maxOutputLength: Math.max(1, most) });
    budget.bytes -= content.length;
    return tarMembers(content) ?? [{ name: "", content }];
  } catch (error) {
    const reason = explained(error);
    return [
      {
        name: "",
        reason: reason.includes("bomb") ? "it unpacks to more than 128 MiB" : `it is no whole gzip file: ${reason}`
      }
    ];
  }
}

// core/scan/file-kind.ts
var CONFIG = /\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|tfvars|sh|bash|zsh|ksh|ps1|psm1|bat|cmd|netrc|pgpass|pypirc|npmrc|databrickscfg|hocon|sql\.tpl|service|secrets?|credentials|keys?)$/;
var CONFIG_NAMES = /^(?:\.?env(?:\..{1,20})?|\.?(?:netrc|pgpass|pypirc|npmrc|databrickscfg)|my\.cnf|credentials|config|\.dockercfg|pip\.conf|(?:.{1,40}\.)?dockerfile(?:\..{1,40})?|makefile|procfile)$/;
var DATA = /\.(?:json|ipynb|jsonl|ndjson|geojson|csv|tsv|parquet|avro|orc|xml|lvdash|har|tfstate|plist)$/;
var TEXT = /\.(?:md|markdown|rst|txt|html?|log|adoc|tex)$/;
function fileKind(path3) {
  const name = path3.slice(path3.lastIndexOf("/") + 1).toLowerCase();
  if (CONFIG.test(name) || CONFIG_NAMES.test(name)) return "config";
  if (DATA.test(name)) return "data";
  if (TEXT.test(name)) return "text";
  return "code";
}

// core/scan/text-encoding.ts
import { TextDecoder } from "node:util";
var SAMPLE = 8192;
function zeroShare(sample, start) {
  let zeros = 0;
  for (let i = start; i < sample.length; i += 2) if (sample[i] === 0) zeros++;
  return zeros / Math.max(1, sample.length / 2);
}
function encodingOf(sample) {
  if (sample[0] === 255 && sample[1] === 254) return "utf-16le";
  if (sample[0] === 254 && sample[1] === 255) return "utf-16be";
  if (sample.length < 8) return "bytes";
  const [even, odd] = [zeroShare(sample, 0), zeroShare(sample, 1)];
  if (odd > 0.7 && even < 0.1) return "utf-16le";
  return even > 0.7 && odd < 0.1 ? "utf-16be" : "bytes";
}
var Decoder = class {
  #encoding;
  #utf16;
  #head = Buffer.alloc(0);
  #odd = Buffer.alloc(0);
  /** Known once something is decoded. Zero bytes do not occur in text. */
  binary = false;
  /** The content so far, as UTF-8; empty until there is enough of it to tell its encoding. */
  decode(chunk, final) {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#encoding === void 0) {
      if (this.#head.length > 0) bytes = Buffer.concat([this.#head, bytes]);
      this.#head = bytes;
      if (bytes.length < SAMPLE && !final) return Buffer.alloc(0);
      const sample = bytes.subarray(0, SAMPLE);
      this.#encoding = encodingOf(sample);
      this.binary = this.#encoding === "bytes" && sample.includes(0);
      this.#head = Buffer.alloc(0);
      if (bytes[0] === 239 && bytes[1] === 187 && bytes[2] === 191) bytes = bytes.subarray(3);
    }
    if (this.#encoding === "bytes") return bytes;
    this.#utf16 ??= new TextDecoder("utf-16le");
    if (this.#encoding === "utf-16be") bytes = this.#swapped(bytes);
    return Buffer.from(this.#utf16.decode(bytes, { stream: !final }), "utf8");
  }
  #swapped(bytes) {
    const whole = Buffer.concat([this.#odd, bytes]);
    const even = whole.length - whole.length % 2;
    this.#odd = Buffer.from(whole.subarray(even));
    return Buffer.from(whole.subarray(0, even)).swap16();
  }
};

// core/scan/content-scanner.ts
var AHEAD = 20 * 1024;
var BEHIND = 2 * 1024;
var MOST_MATCHES = 500;
var NOTEBOOK_CELL = Buffer.from("COMMAND ----------");
var IPYNB_CELL = Buffer.from('"cell_type"');
var ContentScanner = class {
  #kind;
  #ipynb;
  #decoder = new Decoder();
  #buffer = Buffer.alloc(0);
  /** Index in the buffer up to which keywords have been dealt with. */
  #done = 0;
  #lines = 0;
  #columns = 0;
  #cells = 0;
  #matches = [];
  /** Where the content first names each of its secret scopes. */
  scopes = [];
  /** True if there were more matches than are kept. */
  overflowed = false;
  constructor(path3) {
    this.#kind = fileKind(path3);
    this.#ipynb = path3.toLowerCase().endsWith(".ipynb");
  }
  push(chunk, final) {
    const bytes = this.#decoder.decode(chunk, final);
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const to = final ? this.#buffer.length : this.#buffer.length - AHEAD;
    if (to <= this.#done && !final) return;
    this.#scan(to);
    if (!final) this.#drop(Math.max(0, to - BEHIND));
  }
  /** All matches, after the last piece; in the order of the file. */
  matches() {
    return this.#matches;
  }
  #scan(to) {
    const binary = this.#decoder.binary;
    const text = this.#buffer.toString("latin1");
    const onScope = (scope, start) => {
      if (this.scopes.some((known) => known.scope === scope)) return;
      const { line, lineStart, columns } = this.#lineAt(start);
      this.scopes.push({ scope, line, column: columns + this.#length(lineStart, start) + 1 });
    };
    const found = detect(this.#buffer, text, { kind: this.#kind, binary, from: this.#done, to, onScope });
    for (const match2 of found.length < 2 ? found : withoutOverlaps(found)) {
      if (this.#matches.length >= MOST_MATCHES) this.overflowed = true;
      else this.#matches.push(binary ? match2 : this.#placed(match2));
    }
    this.#done = to;
  }
  #placed(match2) {
    const { line, lineStart, columns } = this.#lineAt(match2.start);
    const column = columns + this.#length(lineStart, match2.start) + 1;
    const ends = this.#buffer.indexOf(10, match2.start);
    const oneLine = ends < 0 || ends >= match2.end;
    const cells = this.#cells + this.#countCells(match2.start);
    return {
      ...match2,
      position: {
        line,
        column,
        ...oneLine && { endColumn: column + this.#length(match2.start, match2.end) }
      },
      ...cells > 0 && { cell: cells }
    };
  }
  #lineAt(offset) {
    let line = this.#lines + 1;
    let lineStart = 0;
    for (let next = this.#buffer.indexOf(10); next >= 0 && next < offset; next = this.#buffer.indexOf(10, next + 1)) {
      line++;
      lineStart = next + 1;
    }
    return { line, lineStart, columns: lineStart === 0 ? this.#columns : 0 };
  }
  #length(from, to) {
    return this.#buffer.toString("utf8", from, to).length;
  }
  #countCells(to) {
    const marker = this.#ipynb ? IPYNB_CELL : NOTEBOOK_CELL;
    let count = 0;
    for (let at = this.#buffer.indexOf(marker); at >= 0 && at < to; at = this.#buffer.indexOf(marker, at + 1))
      count++;
    return count > 0 && !this.#ipynb && this.#cells === 0 ? count + 1 : count;
  }
  #drop(size) {
    if (size === 0) return;
    const { line, lineStart, columns } = this.#lineAt(size);
    this.#cells += this.#countCells(size);
    this.#columns = columns + this.#length(lineStart, size);
    this.#lines = line - 1;
    this.#buffer = Buffer.from(this.#buffer.subarray(size));
    this.#done -= size;
  }
};

// core/scan/scan-file.ts
var HEAD = 8;
var DEEPEST = 1;
var PIECE2 = 1 << 20;
var BYTES_BEFORE_PAUSE = 8 << 20;
function toFinding(match2, file, member2, repositoryId) {
  const { rule, value, position, cell, via } = match2;
  const { line, column, endColumn } = position ?? {};
  return {
    rule,
    level: "error",
    place: { file, ...line !== void 0 && { line }, ...column !== void 0 && { column } },
    ...endColumn !== void 0 && { endColumn },
    ...member2 !== void 0 && { member: member2 },
    ...cell !== void 0 && { cell },
    shown: redacted(value, rule.type === "format" ? rule.prefix : void 0),
    fingerprint: fingerprint(value, repositoryId),
    ...via !== void 0 && { via }
  };
}
async function scanFile(file, repositoryId) {
  const results = { findings: [], unscanned: [], scopes: [], bytes: 0 };
  try {
    await new FileScan(file, repositoryId, results).run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    results.unscanned.push({ file: file.name, reason: `it cannot be read: ${reason}`, harmless: false });
  }
  return { ...EMPTY_REPORT, ...results, files: 1 };
}
var FileScan = class {
  #file;
  #repositoryId;
  #results;
  #budget = new UnpackBudget();
  #sincePause = 0;
  constructor(file, repositoryId, results) {
    this.#file = file;
    this.#repositoryId = repositoryId;
    this.#results = results;
  }
  async run() {
    const scanner = new ContentScanner(this.#file.name);
    let archive;
    let first = true;
    const pieces = [];
    let held;
    for await (const piece of this.#file.read()) {
      if (first) archive = archiveKind(piece.subarray(0, HEAD));
      first = false;
      this.#results.bytes += piece.length;
      if (archive !== void 0) {
        if (this.#results.bytes > ARCHIVE_LIMITS.file) {
          this.#skip("the archive is larger than 256 MiB");
          return;
        }
        pieces.push(piece);
        continue;
      }
      if (held !== void 0) scanner.push(held, false);
      held = piece;
    }
    if (archive !== void 0) return this.#unpack(archive, Buffer.concat(pieces), "", 0);
    scanner.push(held ?? new Uint8Array(), true);
    this.#take(scanner, void 0);
  }
  async #unpack(kind, content, path3, depth) {
    const members = kind === "zip" ? unpackZip(content, this.#budget) : unpackGzip(content, this.#budget);
    for (const member2 of members) {
      const name = [path3, member2.name].filter((part) => part !== "").join("!");
      if ("reason" in member2) this.#skip(member2.reason, name);
      else await this.#member(member2.content, name, depth);
    }
  }
  async #member(content, name, depth) {
    const inner = archiveKind(content.subarray(0, HEAD));
    if (inner !== void 0 && depth < DEEPEST) return this.#unpack(inner, content, name, depth + 1);
    if (inner !== void 0) {
      this.#skip("it is an archive nested more than once", name);
      return;
    }
    const scanner = new ContentScanner(name === "" ? this.#file.name.replace(/\.gz$/i, "") : name);
    for (let at = 0; at + PIECE2 < content.length; at += PIECE2)
      scanner.push(content.subarray(at, at + PIECE2), false);
    scanner.push(
      content.subarray(content.length - (content.length % PIECE2 || Math.min(PIECE2, content.length))),
      true
    );
    this.#take(scanner, name === "" ? void 0 : name);
    this.#sincePause += content.length;
    if (this.#sincePause < BYTES_BEFORE_PAUSE) return;
    this.#sincePause = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  #take(scanner, member2) {
    for (const match2 of scanner.matches()) {
      this.#results.findings.push(toFinding(match2, this.#file.name, member2, this.#repositoryId));
    }
    for (const { scope, line, column } of scanner.scopes) {
      this.#results.scopes.push({ scope, place: { file: this.#file.name, line, column } });
    }
    if (scanner.overflowed) this.#skip("it has more than 500 findings: the rest is not listed", member2);
  }
  #skip(reason, member2) {
    const inside = member2 === void 0 || member2 === "" ? {} : { member: member2 };
    this.#results.unscanned.push({ file: this.#file.name, ...inside, reason, harmless: false });
  }
};

// core/scan/sync-files.ts
import { dirname as dirname2, join as join4, posix, relative as relative3, sep as sep3 } from "node:path";
function syncRootOf(bundleRoot, paths) {
  let root = bundleRoot;
  for (const path3 of paths) {
    const ups = posix.normalize(path3).split("/").filter((part) => part === "..").length;
    let candidate = bundleRoot;
    for (let i = 0; i < ups; i++) candidate = dirname2(candidate);
    if (candidate.length < root.length) root = candidate;
  }
  return root;
}
async function worktreeOf(bundleRoot, syncRoot, tree) {
  const found = await findCheckout(bundleRoot, tree);
  return found === bundleRoot ? syncRoot : found;
}
var slashed = (path3) => path3.split(sep3).join("/");
var GitIgnores = class {
  #tree;
  #root;
  #byFolder = /* @__PURE__ */ new Map();
  constructor(tree, root) {
    this.#tree = tree;
    this.#root = root;
  }
  async ignores(path3, isFolder) {
    for (let folder = dirname2(path3); ; folder = dirname2(folder)) {
      const inside = slashed(relative3(folder, path3));
      const rules = await this.#rules(folder);
      if (rules.match(inside) || isFolder && rules.match(`${inside}/`)) return true;
      if (folder === this.#root || dirname2(folder) === folder) return false;
    }
  }
  #rules(folder) {
    let rules = this.#byFolder.get(folder);
    if (rules === void 0) {
      rules = this.#load(folder);
      this.#byFolder.set(folder, rules);
    }
    return rules;
  }
  async #load(folder) {
    const file = join4(folder, ".gitignore");
    const text = await this.#tree.size(file) === void 0 ? "" : await readText(this.#tree, file);
    const always = folder === this.#root ? [".git", ".databricks"] : [];
    return new IgnorePatterns([...text.split("\n"), ...always], "leave-out");
  }
};
async function selectFiles(bundleRoot, rules, tree, name) {
  const syncRoot = syncRootOf(bundleRoot, rules.paths);
  const ignores = new GitIgnores(tree, await worktreeOf(bundleRoot, syncRoot, tree));
  const inside = slashed(relative3(syncRoot, bundleRoot));
  const matcher = (patterns, use) => new IgnorePatterns(
    patterns.map((pattern) => posix.join(inside, pattern)),
    use
  );
  const included = matcher(rules.include, "take");
  const excluded = matcher(rules.exclude, "leave-out");
  const files = /* @__PURE__ */ new Set();
  const unscanned = /* @__PURE__ */ new Map();
  const take = (path3) => {
    if (!excluded.match(slashed(relative3(syncRoot, path3)))) files.add(path3);
  };
  const walk = async (folder, all) => {
    const entries = await tree.list(folder).catch((error) => {
      const reason = `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      unscanned.set(folder, { file: name(folder), reason, harmless: false });
      return [];
    });
    for (const entry of entries) {
      const path3 = join4(folder, entry.name);
      if (entry.type === "folder") {
        if (all || !await ignores.ignores(path3, true)) await walk(path3, all);
      } else if (all) {
        if (entry.type === "file" && included.match(slashed(relative3(syncRoot, path3)))) take(path3);
      } else if (!await ignores.ignores(path3, false)) {
        if (entry.type === "file") take(path3);
        else {
          const what = entry.type === "link" ? "a symbolic link" : "no regular file";
          unscanned.set(path3, {
            file: name(path3),
            reason: `it is ${what}, which the Databricks CLI does not upload`,
            harmless: true
          });
        }
      }
    }
  };
  for (const path3 of rules.paths) {
    const start = join4(bundleRoot, path3);
    if (await tree.size(start) !== void 0) take(start);
    else await walk(start, false);
  }
  if (rules.include.length > 0) await walk(syncRoot, true);
  return { files: [...files].sort(), unscanned: [...unscanned.values()] };
}

// core/scan/sync-rules.ts
var import_yaml3 = __toESM(require_dist(), 1);
import { dirname as dirname3, join as join5, posix as posix2, relative as relative4, sep as sep4 } from "node:path";
var BUNDLE_FILES = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"];
var strings = (map, key2) => {
  const list = map?.get(key2, true);
  if (!(0, import_yaml3.isSeq)(list)) return [];
  return list.items.flatMap((item) => (0, import_yaml3.isScalar)(item) && typeof item.value === "string" ? [item.value] : []);
};
var child = (map, key2) => {
  const found = (0, import_yaml3.isMap)(map) ? map.get(key2, true) : void 0;
  return (0, import_yaml3.isMap)(found) ? found : void 0;
};
function targetOf(root, target) {
  const targets = child(root, "targets");
  if (target !== void 0 || targets === void 0) return target;
  const names = targets.items.map((pair) => String(pair.key));
  return names.find((name) => child(targets, name)?.get("default") === true) ?? (names.length === 1 ? names[0] : void 0);
}
var LIBRARY_KEYS = /* @__PURE__ */ new Set(["whl", "jar", "egg", "dependencies", "requirements", "source"]);
function collectLibraries(node, key2, found) {
  if ((0, import_yaml3.isMap)(node)) for (const pair of node.items) collectLibraries(pair.value, String(pair.key), found);
  else if ((0, import_yaml3.isSeq)(node)) for (const item of node.items) collectLibraries(item, key2, found);
  else if ((0, import_yaml3.isScalar)(node) && typeof node.value === "string" && LIBRARY_KEYS.has(key2)) {
    const local = /[/*]/.test(node.value) && !/^(?:\/|dbfs:|s3:|abfss?:|gs:|https?:|-)/.test(node.value) && !node.value.includes("${");
    if (local && /\.(?:whl|jar|egg|zip|txt)$/.test(node.value)) found.push(node.value);
  }
}
function collect(root, folder, target, into) {
  const rebase = (pattern) => posix2.join(folder, pattern);
  for (const part of [root, target === void 0 ? void 0 : child(child(root, "targets"), target)]) {
    const sync = child(part, "sync");
    const usable = (key2) => {
      const all = strings(sync, key2);
      const computed = all.filter((pattern) => pattern.includes("${"));
      if (computed.length > 0)
        into.notes.push(`sync.${key2} has variables that are not resolved here: ${computed.join(", ")}`);
      return all.filter((pattern) => !pattern.includes("${")).map(rebase);
    };
    if (sync?.has("paths") === true) into.paths = [...into.paths ?? [], ...usable("paths")];
    into.include.push(...usable("include"));
    into.exclude.push(...usable("exclude"));
    for (const pair of child(part, "artifacts")?.items ?? []) {
      const artifact = pair.value;
      const path3 = (0, import_yaml3.isMap)(artifact) ? artifact.get("path") : void 0;
      const built2 = (0, import_yaml3.isMap)(artifact) && artifact.get("type") === "whl" ? ["dist/*.whl"] : [];
      into.artifacts.push(
        ...built2.map((pattern) => posix2.join(folder, typeof path3 === "string" ? path3 : ".", pattern))
      );
    }
    const libraries = [];
    collectLibraries(part, "", libraries);
    into.artifacts.push(...libraries.map(rebase));
  }
}
async function readSyncRules(bundleRoot, target, tree) {
  const into = { paths: void 0, include: [], exclude: [], artifacts: [], notes: [] };
  const configuration = [];
  const load = async (file) => {
    configuration.push(file);
    try {
      const [document] = (0, import_yaml3.parseAllDocuments)(await readText(tree, file));
      if (document !== void 0 && "contents" in document && document.errors.length === 0)
        return document.contents;
    } catch {
    }
    into.notes.push(`${relative4(bundleRoot, file).split(sep4).join("/")} cannot be read as YAML`);
    return void 0;
  };
  const sizes = await Promise.all(BUNDLE_FILES.map((name) => tree.size(join5(bundleRoot, name))));
  const main = BUNDLE_FILES.find((_name, index) => sizes[index] !== void 0);
  if (main !== void 0) {
    const root = await load(join5(bundleRoot, main));
    const selected = targetOf(root, target);
    collect(root, ".", selected, into);
    const includes = strings((0, import_yaml3.isMap)(root) ? root : void 0, "include").filter(
      (pattern) => !pattern.includes("${")
    );
    for (const file of await globFiles(bundleRoot, includes, tree)) {
      if (!/\.ya?ml$/.test(file)) continue;
      const folder = posix2.normalize(relative4(bundleRoot, dirname3(file)).split(sep4).join("/") || ".");
      collect(await load(file), folder, selected, into);
    }
  }
  const { paths = ["."], include, exclude, notes } = into;
  return { paths, include, exclude, notes, artifacts: [...new Set(into.artifacts)], configuration };
}

// core/scan/scan.ts
var AT_ONCE = 8;
async function scanFiles(files, options, ports) {
  const { checkout, repositoryId } = options;
  const reports = [];
  let next = 0;
  let done = 0;
  let bytes = 0;
  const work = async () => {
    for (let index = next++; index < files.length; index = next++) {
      ports.signal?.throwIfAborted();
      const path3 = files[index];
      const name = relative5(checkout, path3).split(sep5).join("/");
      const report = await scanFile({ name, read: () => ports.tree.read(path3) }, repositoryId);
      reports[index] = report;
      bytes += report.bytes;
      done++;
      ports.onProgress?.({ files: done, bytes, ofFiles: files.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return mergeReports(reports);
}
async function scanSources(options, ports) {
  const { checkout, bundleRoot, target } = options;
  const rules = await readSyncRules(bundleRoot, target, ports.tree);
  const name = (path3) => relative5(checkout, path3).split(sep5).join("/");
  const { files, unscanned } = await selectFiles(bundleRoot, rules, ports.tree, name);
  const all = [.../* @__PURE__ */ new Set([...files, ...rules.configuration])];
  const report = await scanFiles(all, options, ports);
  return mergeReports([report, { ...EMPTY_REPORT, unscanned, notes: rules.notes }]);
}
async function findArtifacts(options, ports) {
  const { artifacts } = await readSyncRules(options.bundleRoot, options.target, ports.tree);
  const files = await globFiles(options.bundleRoot, artifacts, ports.tree);
  return Promise.all(
    files.map(async (file) => {
      const hash = createHash("sha256");
      for await (const piece of ports.tree.read(file)) hash.update(piece);
      return { file, sha256: hash.digest("hex") };
    })
  );
}
function scanArtifacts(artifacts, options, ports) {
  return scanFiles(
    artifacts.map(({ file }) => file),
    options,
    ports
  );
}
function changedArtifacts(before, after) {
  const known = new Set(before.map(({ file, sha256 }) => `${sha256} ${file}`));
  return after.filter(({ file, sha256 }) => !known.has(`${sha256} ${file}`));
}

// core/scan/scope-policy.ts
function matches2(pattern, name) {
  const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^]*")}$`).test(name);
}
function scopeRefusal(scope, target, policy) {
  const own = Object.hasOwn(policy, target) ? policy[target] : void 0;
  if (own !== void 0) {
    if (own.some((pattern) => matches2(pattern, scope))) return void 0;
    return `target ${target} may read ${own.length === 0 ? "no scope" : own.join(", ")}`;
  }
  const owner = Object.entries(policy).find(
    ([, patterns]) => patterns.some((pattern) => matches2(pattern, scope))
  );
  return owner && `the scope belongs to target ${owner[0]}`;
}
function scopeFindings(uses, target, policy) {
  return uses.flatMap(({ scope, place: place2, setting }) => {
    const refusal = scopeRefusal(scope, target, policy);
    if (refusal === void 0) return [];
    return [
      {
        rule: SCOPE_RULE,
        level: "error",
        place: place2,
        ...setting !== void 0 && { setting },
        shown: `scope ${scope}: ${refusal}`,
        fingerprint: scope
      }
    ];
  });
}

// core/bundle-scan.ts
var BundleScan = class _BundleScan {
  #host;
  #options;
  #ports;
  #outcome;
  #sources = EMPTY_REPORT;
  #planned = EMPTY_REPORT;
  #artifacts = [];
  constructor(host, options, ports, outcome) {
    this.#host = host;
    this.#options = options;
    this.#ports = ports;
    this.#outcome = outcome;
  }
  /**
   * Scans the sources.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  static async start(step2, facts, bundleRoot) {
    const { host, inputs, ports, signal } = step2;
    const checkout = await repositoryOf(bundleRoot, host.context.checkout);
    const repositoryId = await readRepositoryId(checkout, diskTree) ?? "";
    const options = { checkout, bundleRoot, target: inputs.target, repositoryId };
    const today = new Date(ports.clock.now()).toISOString().slice(0, 10);
    const outcome = new ScanOutcome(step2, facts, await readExceptions(options, diskTree, today));
    const scan = new _BundleScan(host, options, { tree: diskTree, signal }, outcome);
    scan.#sources = await scanSources(options, scan.#ports);
    await outcome.judge(scan.#sources, { title: "Scan of the sources" });
    return scan;
  }
  /**
   * Scans what the plan has built and resolved. Nothing may be uploaded before this resolves.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  async planned(resolved) {
    this.#artifacts = await findArtifacts(this.#options, this.#ports);
    const artifacts = await scanArtifacts(this.#artifacts, this.#options, this.#ports);
    const yaml = await this.#configurationFiles();
    this.#planned = mergeReports([artifacts, this.#scanConfiguration(resolved, yaml)]);
    const all = mergeReports([this.#sources, this.#planned]);
    const scopes = resolved.scopes ? scopeFindings(all.scopes, resolved.target, resolved.scopes) : [];
    await this.#outcome.judge(
      { ...all, findings: [...all.findings, ...scopes] },
      {
        title: "Scan with artifacts and resolved configuration",
        configuration: yaml.map(({ file }) => file)
      }
    );
  }
  /**
   * Scans artifacts that the deployment's own build has made anew: they were uploaded as they are now.
   * @throws SecretlessError `CREDENTIAL_FOUND`
   */
  async deployed() {
    const changed = changedArtifacts(this.#artifacts, await findArtifacts(this.#options, this.#ports));
    if (changed.length === 0) return;
    const names = changed.map(({ file }) => this.#name(file)).join(", ");
    this.#host.info(`Built anew by the deployment, so scanned again: ${names}`);
    const again = await scanArtifacts(changed, this.#options, this.#ports);
    await this.#outcome.judge(mergeReports([this.#sources, this.#planned, again]), {
      title: "Scan with what was built anew",
      uploaded: true
    });
  }
  #scanConfiguration({ plan, json, target }, sources) {
    const fallback = { file: sources[0]?.file ?? "databricks.yml" };
    const { repositoryId } = this.#options;
    const report = scanConfiguration(json, { target, repositoryId, sources, fallback });
    if (plan.engine === "direct" || plan.entries.every(({ action }) => action === "skip")) return report;
    const reason = "the plan for a Terraform state does not hold the resolved configuration";
    return { ...report, unscanned: [{ ...fallback, reason, harmless: false }] };
  }
  /** The bundle's YAML files, as reports name them. */
  async #configurationFiles() {
    const { bundleRoot, target } = this.#options;
    const { configuration } = await readSyncRules(bundleRoot, target, diskTree);
    return Promise.all(
      configuration.map(async (file) => ({ file: this.#name(file), text: await readText(diskTree, file) }))
    );
  }
  #name(file) {
    return path2.relative(this.#options.checkout, file).split(path2.sep).join("/");
  }
};
async function repositoryOf(bundleRoot, checkout) {
  const repository = await findCheckout(bundleRoot, diskTree);
  const entries = await diskTree.list(repository).catch(() => []);
  const inside = !path2.relative(checkout, repository).startsWith("..");
  return inside && entries.some(({ name }) => name === ".git") ? repository : checkout;
}
export {
  BundleScan
};
