import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  createTerminate,
  runUntil
} from "./chunk-IN6DL3UK.js";
import {
  apiCallEvent,
  tokenExchangeEvent,
  tokenSha256
} from "./chunk-YVVBPKVN.js";
import {
  PRODUCT,
  allRight,
  code,
  errorText,
  escapeMarkdown,
  fenced,
  link,
  scanSection,
  table
} from "./chunk-KLPGEJNC.js";
import {
  ENTRA_CLOUDS,
  INPUT_NAMES,
  certificates,
  databricksCloud,
  endpointUnavailable,
  isLoopback,
  nodeHttp,
  parseCliMirror,
  parseCliVersion,
  parseSha256,
  parseWorkspaceUrl,
  proxyAgent,
  proxyFor
} from "./chunk-DYYQLW2B.js";
import "./chunk-MLVAGASE.js";
import {
  scopesByTarget
} from "./chunk-PX6CONOP.js";
import {
  require_dist
} from "./chunk-XG7PHLDC.js";
import {
  bundleFacts
} from "./chunk-SU23NQTW.js";
import {
  parse
} from "./chunk-QHD6IKUP.js";
import {
  HttpError,
  isRetryableStatus,
  nameOf,
  retry,
  statusError,
  transportError
} from "./chunk-AUO2N5D2.js";
import {
  redact,
  registerSecret
} from "./chunk-UWXWV5QH.js";
import {
  ApiFailure
} from "./chunk-2QDGITXZ.js";
import {
  SecretlessError,
  toSecretlessError
} from "./chunk-SFZ4L4OV.js";
import {
  __toESM
} from "./chunk-U4GNHYLL.js";

// core/run.ts
import path7 from "node:path";

// core/access-files.ts
import { readFile as readFile2, stat } from "node:fs/promises";
import path2 from "node:path";

// core/identity/checkout.ts
import { readFile } from "node:fs/promises";
import path from "node:path";
var COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
async function checkedOutCommit(folder) {
  const gitFolder = await findGitFolder(folder);
  if (gitFolder === void 0) return void 0;
  const head = await textOf(path.join(gitFolder, "HEAD"));
  if (head === void 0 || COMMIT.test(head)) return head;
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head) ?? [];
  if (ref === void 0 || ref.split("/").includes("..")) return void 0;
  const common = path.resolve(gitFolder, await textOf(path.join(gitFolder, "commondir")) ?? ".");
  const loose = await textOf(path.join(common, ref));
  const commit = loose ?? packedRef(await textOf(path.join(common, "packed-refs")), ref);
  return commit !== void 0 && COMMIT.test(commit) ? commit : void 0;
}
async function findGitFolder(folder) {
  const git = path.join(folder, ".git");
  if (await textOf(path.join(git, "HEAD")) !== void 0) return git;
  const [, target] = /^gitdir: (.+)$/.exec(await textOf(git) ?? "") ?? [];
  return target === void 0 ? void 0 : path.resolve(folder, target);
}
function packedRef(text, ref) {
  const line = text?.split("\n").find((one) => one.trimEnd().endsWith(` ${ref}`));
  return line?.split(" ")[0];
}
async function textOf(file) {
  return readFile(file, "utf8").then(
    (text) => text.trimEnd(),
    () => void 0
  );
}

// core/identity/claims.ts
var PIPELINE_CLAIMS = [
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "repository_visibility",
  "ref",
  "ref_type",
  "head_ref",
  "base_ref",
  "sha",
  "environment",
  "event_name",
  "actor",
  "actor_id",
  "workflow",
  "workflow_ref",
  "workflow_sha",
  "job_workflow_ref",
  "job_workflow_sha",
  "run_id",
  "run_number",
  "run_attempt",
  "runner_environment"
];
var AZURE_DEVOPS_NAMES = {
  repository: "rpo_uri",
  repository_id: "rpo_id",
  ref: "rpo_ref",
  sha: "rpo_ver"
};
var jose;
function loadClaimsReader() {
  return jose ??= import("./webapi-YY2SORZD.js");
}
async function readClaims(idToken) {
  const { decodeJwt } = await loadClaimsReader();
  let payload;
  try {
    payload = decodeJwt(idToken);
  } catch {
    throw unreadable("it is not a signed JSON Web Token");
  }
  const { iss, sub, aud, exp, iat, jti } = payload;
  const audience = (Array.isArray(aud) ? aud : [aud]).filter((value) => typeof value === "string");
  if (typeof iss !== "string" || typeof sub !== "string" || audience.length === 0 || typeof exp !== "number") {
    throw unreadable("it lacks one of `iss`, `sub`, `aud` and `exp`");
  }
  return {
    ...pipelineClaims(payload),
    issuer: iss,
    subject: sub,
    audience,
    expiresAt: exp * 1e3,
    ...typeof iat === "number" && { issuedAt: iat * 1e3 },
    ...typeof jti === "string" && { jwtId: jti }
  };
}
function pipelineClaims(payload) {
  const alias = AZURE_DEVOPS_NAMES;
  return Object.fromEntries(
    PIPELINE_CLAIMS.map((name) => [name, payload[name] ?? payload[alias[name] ?? ""]]).filter(
      ([, value]) => typeof value === "string"
    )
  );
}
function unreadable(why) {
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: `What the CI gave as ID token cannot be read: ${why}.`,
    expected: "an ID token (OpenID Connect Core 1.0, section 2)",
    remedy: "Run the job again; if this comes back, look for what answers in place of the CI's token endpoint."
  });
}

// core/access-files.ts
function secretScopes({ files }) {
  const policy = files.policy?.policy;
  return policy?.scan && scopesByTarget(policy);
}
var EVIDENCE = 6e4;
async function readAccess(step, bundleRoot) {
  const { host, inputs, ports } = step;
  const { checkout, addresses } = host.context;
  const concerned = inputs.command !== "run";
  const [access2, policy] = await allRight([
    !concerned ? Promise.resolve(void 0) : inputs.accessFile === void 0 ? sourceFile(path2.join(bundleRoot, "access.yml"), checkout, "access-file") : named(step, "access-file", inputs.accessFile),
    !concerned || inputs.policyFile === void 0 ? Promise.resolve(void 0) : named(step, "policy-file", inputs.policyFile)
  ]);
  const commit = await checkedOutCommit(checkout);
  const selfReported = { now: ports.clock.now(), addresses, ...commit !== void 0 && { commit } };
  if (access2 === void 0 && policy === void 0) {
    const files2 = { entries: [], policy: void 0 };
    return { declared: false, files: files2, evidence: { claims: {}, selfReported } };
  }
  const { readAccessFiles } = await import("./access-WMY2ISL4.js");
  const files = readAccessFiles(
    access2,
    policy && { ...policy, insideCheckout: await isInside(checkout, path2.resolve(checkout, policy.path)) }
  );
  const asked = access2 !== void 0 && asksForClaims(files);
  const claims = asked ? await pipelineClaims2(step) : {};
  return { declared: access2 !== void 0, files, evidence: { claims, selfReported } };
}
async function named({ host }, input, value) {
  const { checkout } = host.context;
  const found = await sourceFile(path2.resolve(checkout, value), checkout, input);
  if (found !== void 0) return found;
  throw unusable(input, `There is no file ${value} (input \`${input}\`).`);
}
async function sourceFile(file, checkout, input) {
  const relative = path2.relative(checkout, file);
  const outside = relative.startsWith("..") || path2.isAbsolute(relative);
  const shown = outside ? file : relative.split(path2.sep).join("/");
  try {
    return { path: shown, text: await readFile2(file, "utf8") };
  } catch (error) {
    const { code: code2, message } = error;
    if (code2 === "ENOENT" || code2 === "ENOTDIR") return void 0;
    throw unusable(input, `${shown} cannot be read: ${message}.`);
  }
}
function unusable(input, problem) {
  return new SecretlessError(input === "access-file" ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID", {
    problem,
    remedy: `Correct \`${input}\`: a path relative to the checkout, or an absolute one.`
  });
}
async function isInside(checkout, file) {
  for (let folder = path2.dirname(file); ; folder = path2.dirname(folder)) {
    if (path2.relative(checkout, folder) === "") return true;
    if (path2.dirname(folder) === folder) return false;
    const git = await stat(path2.join(folder, ".git")).catch(() => void 0);
    if (git?.isDirectory() === true) return false;
  }
}
var CLAIMS = ["repository", "ref", "environment", "pipeline", "actor", "event", "commit"];
function asksForClaims({ policy }) {
  const rules = policy?.policy.rules ?? [];
  return rules.some(({ when }) => CLAIMS.some((name) => when?.[name] !== void 0));
}
async function pipelineClaims2({ host, inputs, ports, signal }) {
  const { clock, send } = ports;
  const { verifyPipelineToken } = await import("./pipeline-claims-KEWTRTZI.js");
  const attempt = async () => {
    const { token, audience, issuers } = await host.pipelineToken();
    registerSecret(token);
    const { issuer } = await readClaims(token);
    const local = [inputs.host, issuer].every(
      (url) => URL.canParse(url) && isLoopback(new URL(url).hostname)
    );
    const accepted = local ? [issuer] : issuers;
    const { claims } = await verifyPipelineToken(token, {
      audience,
      issuers: accepted,
      send,
      now: clock.now()
    });
    return claims;
  };
  try {
    return await retry(attempt, { clock, deadline: clock.now() + EVIDENCE, signal });
  } catch (error) {
    throw error instanceof HttpError ? endpointUnavailable("The check of the pipeline's ID token against its issuer's keys", error) : error;
  }
}

// core/identity/azure-devops-subject.ts
var ENTRA_ISSUER_AUDIENCE = "fb60f99c-7a34-4190-8149-302f77469936";
function subjectKind(subject) {
  if (subject.startsWith("p://")) return "pipeline";
  if (subject.startsWith("sc://")) return "connection";
  return /^\/eid1\/.*\/sc\//.test(subject) ? "entra-connection" : void 0;
}
function readableSubject(subject) {
  if (subjectKind(subject) === void 0) return subject;
  const [, scheme = "", rest = ""] = /^(\w+:\/\/|\/)(.*)$/s.exec(subject) ?? [];
  return [scheme, ...rest.split("/").flatMap((segment, at2) => at2 === 0 ? [segment] : ["/", segment])].join(
    " "
  );
}

// core/identity/subject.ts
var REPOSITORY = /^repo:([\w.-]+)\/([\w.-]+):(.+)$/s;
var IMMUTABLE_REPOSITORY = /^repo:([\w.-]+)@(\d+)\/([\w.-]+)@(\d+):(.+)$/s;
function parseSubject(subject) {
  const plain = REPOSITORY.exec(subject);
  if (plain) {
    const [, owner = "", repository = "", context = ""] = plain;
    return withContext({ owner, repository }, context);
  }
  const immutable = IMMUTABLE_REPOSITORY.exec(subject);
  if (immutable) {
    const [, owner = "", ownerId = "", repository = "", repositoryId = "", context = ""] = immutable;
    return withContext({ owner, ownerId, repository, repositoryId }, context);
  }
  return { kind: "custom" };
}
function withContext(repository, context) {
  if (context === "pull_request") return { ...repository, kind: "pull_request" };
  const [, name, value = ""] = /^(environment|ref):([^:]+)$/s.exec(context) ?? [];
  if (name === "ref") return { ...repository, kind: "ref", ref: value };
  if (name === "environment") return { ...repository, kind: "environment", environment: decoded(value) };
  return { kind: "custom" };
}
function decoded(value) {
  return value.replace(/%3A/gi, ":");
}

// core/federation/azure-devops-hints.ts
var SUBJECTS = {
  pipeline: "The subject names organisation, project and pipeline of Azure DevOps, exactly and as they are called now: a rename changes it, a branch does not. Add the policy:",
  connection: "The subject names organisation, project and service connection of Azure DevOps as they are called now: a rename changes it. Add the policy:",
  "entra-connection": "The subject holds the GUIDs of a service connection of the Entra issuer; before its conversion the connection had the subject sc://\u2026 . Add the policy:"
};
function azureDevOpsHint(field, subject) {
  const kind = subjectKind(subject);
  if (kind === void 0) return void 0;
  if (field === "subject") return SUBJECTS[kind];
  return field === "audience" ? "Azure DevOps chooses the audience of its ID tokens. Add a policy for the audience presented:" : "The policy belongs to another CI or another organisation, or the service connection was converted to the Entra issuer. Add one for this issuer:";
}

// core/federation/subject-difference.ts
var PULL_REQUEST = "This is a pull request's run. A policy for its subject lets every pull request of this repository act as the service principal: use a separate one that can only read, and add the policy there:";
var IDS = "GitHub writes IDs into the subjects of repositories that were created, renamed or transferred since 15 July 2026, or that chose so.";
function subjectDifference(presented, wanted) {
  if (presented.toLowerCase() === wanted.toLowerCase()) {
    return {
      detail: " in upper and lower case alone",
      remedy: "Subjects are compared exactly. Add a policy for this one:"
    };
  }
  const [ours, theirs] = [parseSubject(presented), parseSubject(wanted)];
  if (ours.kind === "custom" || theirs.kind === "custom") return void 0;
  const repository = repositoryDifference(ours, theirs);
  if (repository) return repository;
  if (contextOf(ours) !== contextOf(theirs)) {
    return {
      detail: `: this job is known by ${contextOf(ours)}, the policy is for ${contextOf(theirs)}`,
      remedy: ours.kind === "pull_request" ? PULL_REQUEST : `Either ${jobFor(theirs)}, or add a policy for this subject:`
    };
  }
  return {
    detail: ours.ownerId === void 0 ? ": the policy's has IDs, this one has none" : ": it has IDs, the policy's has none",
    remedy: `${IDS} Add a policy for this subject, and delete the old one:`
  };
}
function subjectHint(presented) {
  const subject = parseSubject(presented);
  if (subject.kind === "custom") return azureDevOpsHint("subject", presented) ?? "Add the policy:";
  if (subject.kind === "pull_request") return PULL_REQUEST;
  const ids = subject.ownerId === void 0 ? "" : `${IDS} A policy of before has none. `;
  return (subject.kind === "environment" ? "The job has an `environment:`, so its subject names that and no branch; upper and lower case count. " : "The job has no `environment:`, so its subject names the branch or tag; if the policy is for an environment, add `environment:` to the job. ") + `${ids}Add the policy:`;
}
function repositoryDifference(ours, theirs) {
  const name = ({ owner, repository }) => `${owner}/${repository}`;
  if (name(ours).toLowerCase() !== name(theirs).toLowerCase()) {
    return {
      detail: ` (that names ${name(theirs)})`,
      remedy: "The policy is for another repository, or this one was renamed. If this repository may deploy, add a policy:"
    };
  }
  const bothHaveIds = ours.ownerId !== void 0 && theirs.ownerId !== void 0;
  if (!bothHaveIds || ours.ownerId === theirs.ownerId && ours.repositoryId === theirs.repositoryId)
    return void 0;
  return {
    detail: ": another repository had this name when the policy was written",
    remedy: "Find out who owns this repository now. If it may deploy, add a policy:"
  };
}
function jobFor(wanted) {
  if (wanted.kind === "environment") return `give the job \`environment: ${wanted.environment}\``;
  return `let the job run ${wanted.kind === "ref" ? `on ${wanted.ref}` : "for a pull request"}, without \`environment:\``;
}
function contextOf(subject) {
  if (subject.kind === "environment") return `environment ${subject.environment}`;
  return subject.kind === "ref" ? subject.ref : "pull_request";
}

// core/federation/policy-command.ts
function policyCommand({ issuer, subject, audience }, owner) {
  const accountHost2 = databricksCloud(owner.host)?.accountHost ?? owner.host;
  const account = owner.accountId === void 0 ? "" : ` --account-id ${shellQuoted(owner.accountId)}`;
  const policy = { oidc_policy: { issuer, audiences: [audience], subject } };
  const filter = `applicationId eq "${owner.clientId}"`;
  return [
    `databricks auth login --host ${shellQuoted(accountHost2)}${account} --profile account`,
    `id=$(databricks account service-principals list --filter ${shellQuoted(filter)} --profile account --output json | jq -r '.[0].id')`,
    `databricks account service-principal-federation-policy create "$id" --profile account --json ${shellQuoted(JSON.stringify(policy))}`
  ].join("\n");
}
function shellQuoted(text) {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

// core/federation/databricks-refusal.ts
var OTHER_PRINCIPAL = "<application ID of a service principal that can only read>";
var FIELDS = ["issuer", "subject", "audience"];
function explainRefusal(refusal, claims, options) {
  const presented = {
    issuer: claims.issuer,
    subject: claims.subject,
    audience: claims.audience[0] ?? options.audience
  };
  const accepted = parseAccepted(refusal.description);
  if (!isAboutPolicies(refusal)) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: `${options.tokenEndpoint} did not exchange the ID token.`,
      expected: "an access token, or a refusal that names a policy",
      actual: answerText(refusal),
      remedy: "Check that the input host is the URL of a workspace with token federation (Databricks Free Edition has none), and that no proxy answers in its place.",
      mistakes: comparison(presented, void 0)
    });
  }
  const { problem, remedy, field } = causeOf(refusal, presented, accepted, options.clientId);
  const clientId = parseSubject(presented.subject).kind === "pull_request" ? OTHER_PRINCIPAL : options.clientId;
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Databricks does not accept this ID token for service principal ${options.clientId}: ${problem}`,
    actual: answerText(refusal),
    remedy: `${remedy}
${policyCommand(presented, { ...options, clientId })}`,
    mistakes: comparison(presented, accepted, field)
  });
}
function parseAccepted(description) {
  const [, list] = /Valid federation polic(?:y|ies) for provided token:\s*\{(.*)\}/s.exec(description) ?? [];
  if (list === void 0) return void 0;
  const accepted = {};
  for (const field of FIELDS) {
    const [, value] = new RegExp(`\\b${field}: '(.*?)'(?=, (?:issuer|subject|audience): '|\\}|$)`, "s").exec(list) ?? [];
    if (value !== void 0 && value !== "") accepted[field] = value;
  }
  return accepted;
}
function isAboutPolicies({ error, description }) {
  return error === "invalid_grant" || error === "invalid_client" || /TOKEN_\w*INVALID|federation policy/.test(description);
}
function answerText({ status, error, description }) {
  return `status ${status}: ${error === "" ? "" : `${error}: `}${description}`;
}
function comparison(presented, accepted, blamed) {
  return FIELDS.map((field) => {
    const wanted = accepted?.[field];
    const actual = readableSubject(presented[field]);
    const expected = wanted === void 0 ? void 0 : readableSubject(wanted);
    if (expected !== void 0 && expected !== actual)
      return { problem: `${field} differs`, expected, actual };
    if (field === blamed) return { problem: `${field} is in no policy`, actual };
    return {
      problem: expected === void 0 ? `${field} presented` : `${field} as a policy must name it`,
      actual
    };
  });
}
function causeOf({ description }, presented, accepted, clientId) {
  const differs = (field) => accepted?.[field] !== void 0 && accepted[field] !== presented[field];
  if (/TOKEN_EXPIRED/.test(description)) {
    return {
      problem: "it has expired.",
      remedy: "Run the job again. If it comes back, correct the clock of the runner. If there is no policy yet, add it:"
    };
  }
  if (differs("issuer")) {
    return {
      field: "issuer",
      problem: "its issuer is another one than the policy's.",
      remedy: azureDevOpsHint("issuer", presented.subject) ?? "The policy belongs to another CI or another GitHub server. Add one for this issuer:"
    };
  }
  if (differs("audience") || /TOKEN_AUDIENCE_INVALID/.test(description)) {
    const wanted = differs("audience") ? accepted?.audience : void 0;
    return {
      field: "audience",
      problem: "its audience is another one than the policy's.",
      remedy: azureDevOpsHint("audience", presented.subject) ?? `Set the input audience to ${wanted ?? "what the policy names"}, or add a policy for the audience presented:`
    };
  }
  if (differs("subject") || /TOKEN_SUBJECT_INVALID/.test(description)) {
    const wanted = differs("subject") ? accepted?.subject : void 0;
    const difference = wanted === void 0 ? void 0 : subjectDifference(presented.subject, wanted);
    return {
      field: "subject",
      problem: `its subject is another one than the policy's${difference?.detail ?? ""}.`,
      remedy: difference?.remedy ?? subjectHint(presented.subject)
    };
  }
  return {
    problem: "no federation policy of this service principal fits.",
    remedy: `Check that ${clientId} is the application ID of the service principal that has the policy, and that the policy was not written less than two minutes ago. ${subjectHint(presented.subject)}`
  };
}

// core/federation/token-response.ts
var QUOTED = 4e3;
async function requestToken(endpoint, form, { send, clock, signal }) {
  const request = {
    method: "POST",
    url: endpoint,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams(form).toString(),
    ...signal && { signal }
  };
  const startedAt = clock.now();
  const response = await send(request);
  if (isRetryableStatus(response.status)) throw statusError(request, response);
  const answer = parsed(response.body);
  return response.status === 200 && readToken(answer, startedAt) || readRefusal(response, answer);
}
function readToken(answer, startedAt) {
  const { access_token: accessToken, token_type: type, expires_in: expiresIn } = answer;
  const seconds = typeof expiresIn === "string" && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  const isToken = typeof accessToken === "string" && accessToken !== "";
  const isBearer = typeof type === "string" && type.toLowerCase() === "bearer";
  if (!isToken || !isBearer || typeof seconds !== "number" || !(seconds > 0)) return void 0;
  registerSecret(accessToken);
  return { accessToken, expiresAt: startedAt + seconds * 1e3 };
}
function readRefusal({ status, body }, answer) {
  const pick = (...names2) => names2.map((name) => answer[name]).find((value) => typeof value === "string" && value !== "");
  const codes = answer["error_codes"];
  return {
    status,
    // The second names are those that the Databricks SDK for Python looks for.
    error: redact(pick("error", "errorCode", "error_code") ?? "").slice(0, QUOTED),
    description: redact(pick("error_description", "errorSummary", "message") ?? body).slice(0, QUOTED),
    codes: Array.isArray(codes) ? codes.filter((code2) => typeof code2 === "number") : []
  };
}
function parsed(body) {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

// core/federation/databricks.ts
function databricksExchange(options) {
  return {
    audience: options.audience,
    async exchange(idToken, signal) {
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: idToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: options.clientId,
        scope: "all-apis"
      };
      const answer = await requestToken(options.tokenEndpoint, form, { ...options, signal });
      if ("accessToken" in answer) return answer;
      throw explainRefusal(answer, await readClaims(idToken), options);
    }
  };
}

// core/federation/entra-errors.ts
var ENTRA_ERRORS = [
  {
    codes: [70021],
    cause: "no federated identity credential fits the token.",
    remedy: "Compare issuer, subject and audience, letter by letter, with the credential; or add one.",
    retry: "propagation",
    credentialHelps: true
  },
  {
    codes: [700211],
    cause: "no federated identity credential has its issuer.",
    remedy: "Correct the issuer of the credential, or add one. After an Azure DevOps connection was converted, the issuer is https://login.microsoftonline.com/<tenant>/v2.0.",
    retry: "propagation",
    credentialHelps: true
  },
  {
    codes: [700213],
    cause: "no federated identity credential of its issuer has its subject.",
    remedy: "Subjects are compared exactly: look for upper and lower case and for a rename; correct the credential, or add one.",
    retry: "propagation",
    credentialHelps: true
  },
  {
    codes: [70025],
    cause: "the application has no federated identity credential at all.",
    remedy: "Add one.",
    retry: "propagation",
    credentialHelps: true
  },
  {
    codes: [700212, 7002121],
    cause: "its audience is not the one of the federated identity credential.",
    remedy: "Let the token be issued for api://AzureADTokenExchange (remove the input audience), and let the credential name the same.",
    retry: "no"
  },
  {
    codes: [700214],
    cause: "the audience of the federated identity credential is not api://AzureADTokenExchange.",
    remedy: "Correct the audience of the credential; a GUID is refused there.",
    retry: "no"
  },
  {
    codes: [700016],
    cause: "the tenant knows no such application.",
    remedy: "Check client-id and tenant-id, and that the application was not deleted.",
    retry: "soon"
  },
  {
    codes: [7000229],
    cause: "the application has no service principal in this tenant.",
    remedy: "Create it: az ad sp create --id <client-id>",
    retry: "no"
  },
  {
    codes: [700024],
    cause: "the token is outside its validity time.",
    remedy: "If this comes back, correct the clock of the runner.",
    retry: "transient"
  },
  {
    codes: [700222, 700226, 700227, 700236],
    cause: "tokens of Entra ID are accepted from managed identities and Azure DevOps only.",
    remedy: "Use the CI's own ID token; do not chain tokens of other applications.",
    retry: "no"
  },
  {
    codes: [700223],
    cause: "federation is restricted or switched off in this tenant.",
    remedy: "Ask the tenant's administrator, or use a managed identity.",
    retry: "no"
  },
  {
    codes: [700238],
    cause: "a policy of the tenant refuses its issuer.",
    remedy: "Ask the tenant's administrator to allow this issuer for workload identity federation.",
    retry: "no"
  },
  {
    codes: [70052],
    cause: "the application is multitenant, which this issuer does not support.",
    remedy: "Set signInAudience of the application to AzureADMyOrg.",
    retry: "no"
  },
  {
    codes: [50166, 90061],
    cause: "Entra ID cannot reach the issuer's keys.",
    remedy: "Wait: this is an outage of Entra ID or of the CI's issuer. A self-hosted issuer must be reachable from the internet.",
    retry: "transient"
  },
  {
    codes: [700027, 50012, 50013, 50027],
    cause: "its signature or form is not valid.",
    remedy: "Check that the issuer publishes the keys it signs with (GitHub Enterprise Server: /_services/token/.well-known/jwks).",
    retry: "no"
  },
  {
    codes: [500011],
    cause: "the tenant does not know Azure Databricks.",
    remedy: "Check tenant-id: it must be the tenant of the workspace.",
    retry: "no"
  },
  {
    codes: [70011, 28002],
    cause: "the scope asked for is not valid.",
    remedy: "Check that the workspace is in the cloud of this tenant.",
    retry: "no"
  },
  {
    codes: [53003, 530035],
    cause: "Conditional Access blocks it.",
    remedy: "Ask the tenant's administrator; policies for workload identities often name the runner's addresses.",
    retry: "no"
  },
  {
    codes: [50072, 50074, 50076, 50079],
    cause: "Entra ID wants multi-factor authentication, so this is the identity of a user.",
    remedy: "Use an application or a managed identity.",
    retry: "no"
  },
  {
    codes: [7000215, 7000222],
    cause: "Entra ID speaks of a client secret, so the connection is not federated.",
    remedy: "Convert the service connection to workload identity federation.",
    retry: "no"
  },
  {
    codes: [900382],
    cause: "this cloud does not accept applications of another one.",
    remedy: "Use an identity of the cloud in which the workspace is.",
    retry: "no"
  },
  {
    codes: [90002],
    cause: "there is no such tenant in this cloud.",
    remedy: "Check tenant-id, and AZURE_AUTHORITY_HOST if it is set.",
    retry: "no"
  },
  {
    codes: [90033, 50033],
    cause: "Entra ID has trouble for the moment.",
    remedy: "Run the job again later.",
    retry: "transient"
  }
];
function findEntraError(codes) {
  for (const code2 of codes) {
    const error = ENTRA_ERRORS.find((one) => one.codes.includes(code2));
    if (error) return { ...error, code: code2 };
  }
  return void 0;
}

// core/federation/entra.ts
var DATABRICKS_APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
var PATIENCE = { propagation: 45e3, soon: 1e4, unknown: 45e3 };
function entraExchange(options) {
  const { cloud, tenantId, clientId, clock } = options;
  const endpoint = `${cloud.authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  let refusedSince;
  return {
    audience: options.audience ?? cloud.audience,
    async exchange(idToken, signal) {
      const form = {
        grant_type: "client_credentials",
        client_id: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: idToken,
        scope: `${DATABRICKS_APPLICATION}/.default`
      };
      const answer = await requestToken(endpoint, form, { ...options, signal });
      if ("accessToken" in answer) {
        refusedSince = void 0;
        return answer;
      }
      const error = findEntraError(codesOf(answer));
      const refusal = explain(answer, await readClaims(idToken), options);
      const retry2 = error?.retry ?? "unknown";
      if (retry2 === "propagation" || retry2 === "soon") refusedSince ??= clock.now();
      const mayHelp = retry2 === "transient" || retry2 !== "no" && refusedSince !== void 0 && clock.now() < refusedSince + PATIENCE[retry2];
      if (!mayHelp) throw refusal;
      throw new HttpError(refusal.message, { status: answer.status, retryable: true, cause: refusal });
    }
  };
}
function entraCloud(host, environment) {
  const byHost = databricksCloud(host)?.entra ?? (isLoopback(new URL(host).hostname) ? ENTRA_CLOUDS[0] : void 0);
  if (!byHost) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} is not a workspace of Azure Databricks, so it accepts no token of Entra ID.`,
      remedy: "Use `exchange: databricks`, with a federation policy of the service principal."
    });
  }
  const named2 = (environment["AZURE_AUTHORITY_HOST"] ?? "").trim();
  if (named2 === "") return byHost;
  const url = URL.canParse(named2) ? new URL(named2) : void 0;
  const known = ENTRA_CLOUDS.find(({ authority }) => authority === url?.origin);
  if (known) return known;
  if (url && isLoopback(url.hostname)) {
    return { authority: `${url.origin}${url.pathname}`.replace(/\/+$/, ""), audience: byHost.audience };
  }
  throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: "AZURE_AUTHORITY_HOST does not name Entra ID; the ID token is not sent there.",
    expected: ENTRA_CLOUDS.map(({ authority }) => authority).join(", "),
    actual: url?.origin ?? "not a URL",
    remedy: "Remove AZURE_AUTHORITY_HOST, or set it to the authority of your cloud."
  });
}
function codesOf({ codes, description }) {
  return codes.length > 0 ? codes : [...description.matchAll(/AADSTS(\d+)/g)].map(([, code2]) => Number(code2));
}
function explain(refusal, claims, options) {
  const error = findEntraError(codesOf(refusal));
  const audience = claims.audience[0] ?? options.cloud.audience;
  const presented = [
    { problem: "issuer presented", actual: claims.issuer },
    { problem: "subject presented", actual: readableSubject(claims.subject) },
    {
      problem: "audience presented",
      actual: audience,
      // Tokens of service connections at the Entra issuer have its own identifier as audience, and that is right.
      ...audience !== options.cloud.audience && audience !== ENTRA_ISSUER_AUDIENCE && { expected: options.cloud.audience }
    }
  ];
  const lookUp = "Look the code up at https://login.microsoftonline.com/error.";
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Entra ID does not accept this ID token for application ${options.clientId}: ${error?.cause ?? "see its answer."}`,
    actual: `status ${refusal.status}: ${refusal.description}`,
    remedy: (error?.remedy ?? lookUp) + (error?.credentialHelps ? `
${credentialCommand(claims, options)}` : ""),
    mistakes: presented
  });
}
function credentialCommand(claims, { clientId, cloud }) {
  const credential = {
    name: "databricks-secretless",
    issuer: claims.issuer,
    subject: claims.subject,
    audiences: [cloud.audience]
  };
  return [
    `az ad app federated-credential create --id ${shellQuoted(clientId)} --parameters ${shellQuoted(JSON.stringify(credential))}`,
    "(for a user-assigned managed identity: az identity federated-credential create, with the same three values)"
  ].join("\n");
}

// core/federation/session.ts
var PATIENCE2 = 5e3;
var MOST_EXPIRED = 3;
var LONGEST_PAUSE = 6e4;
function createSession(options) {
  const { clock, signal } = options;
  let current;
  let renewal;
  function renew() {
    renewal ??= exchangeWithRetry(options).then((token) => {
      const now = clock.now();
      current = { ...token, renewAt: now + (token.expiresAt - now) / 2 };
      return token;
    }).finally(() => {
      renewal = void 0;
    });
    return renewal;
  }
  async function renewEarly(patience) {
    const alarm = new AbortController();
    const late = clock.sleep(patience, alarm.signal).catch(() => void 0);
    const renewed = renew().catch(() => {
      if (current) current = { ...current, renewAt: clock.now() + pause(current.expiresAt - clock.now()) };
    });
    try {
      return await Promise.race([renewed, late]) ?? void 0;
    } finally {
      alarm.abort();
    }
  }
  return {
    async token() {
      signal?.throwIfAborted();
      const old = current;
      const now = clock.now();
      if (!old || old.expiresAt <= now) return renew();
      if (now < old.renewAt) return withoutTimes(old);
      const renewed = await renewEarly(Math.min(PATIENCE2, (old.expiresAt - now) / 2));
      if (renewed) return renewed;
      return clock.now() < old.expiresAt ? withoutTimes(old) : renew();
    }
  };
}
function withoutTimes({ accessToken, expiresAt }) {
  return { accessToken, expiresAt };
}
function pause(left) {
  return Math.min(LONGEST_PAUSE, left / 4);
}
async function exchangeWithRetry(options) {
  const { clock, renewalTimeout, signal, random } = options;
  const deadline = clock.now() + renewalTimeout;
  try {
    return await retry((stop, number) => exchangeOnce(options, stop, number), {
      clock,
      deadline,
      signal,
      ...random && { random }
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw error.cause instanceof SecretlessError ? error.cause : endpointUnavailable("The exchange of the ID token", error);
  }
}
async function exchangeOnce({ exchange, idToken, clock, onExchange }, stop, attempt) {
  const { audience } = exchange;
  const at2 = clock.now();
  let claims;
  let idTokenSha256 = "";
  let token;
  try {
    const [assertion] = await Promise.all([idToken(audience), loadClaimsReader()]);
    registerSecret(assertion);
    idTokenSha256 = tokenSha256(assertion);
    claims = await readClaims(assertion);
    stop.throwIfAborted();
    if (claims.expiresAt <= clock.now()) throw expired(claims, clock.now(), attempt);
    token = await exchange.exchange(assertion, stop);
  } catch (error) {
    onExchange?.({ at: at2, attempt, audience, claims, idTokenSha256, outcome: { error } });
    throw error;
  }
  registerSecret(token.accessToken);
  const { accessToken, expiresAt } = token;
  const outcome = { expiresAt, accessTokenSha256: tokenSha256(accessToken) };
  onExchange?.({ at: at2, attempt, audience, claims, idTokenSha256, outcome });
  return token;
}
function expired({ expiresAt }, now, attempt) {
  const cause = new SecretlessError("ID_TOKEN_REFUSED", {
    problem: "The ID token that the CI gave has already expired.",
    expected: `valid at ${new Date(now).toISOString()} (this runner's clock)`,
    actual: `expired at ${new Date(expiresAt).toISOString()}`,
    remedy: "Correct the clock of the runner, if it is wrong; else run the job again."
  });
  return new HttpError(cause.message, { retryable: attempt < MOST_EXPIRED, cause });
}

// core/sign-in.ts
var RENEWAL = 12e4;
function signIn(step, options) {
  const { host, ports, inputs } = step;
  const { audit, clientId, signal, onExchange, idToken = host.idToken.bind(host) } = options;
  const { exchange, endpoint } = exchangeFor(step, options);
  return createSession({
    exchange: guarded(step, exchange),
    idToken,
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal,
    onExchange: (event) => {
      record(audit, event, { exchange: inputs.exchange, endpoint, clientId });
      const { audience, attempt, outcome } = event;
      const result = "error" in outcome ? `failed: ${String(outcome.error)}` : `valid until ${new Date(outcome.expiresAt).toISOString()}`;
      host.debug(`exchange ${String(attempt)} as ${clientId} for ${audience}: ${result}`);
      onExchange?.(event);
    }
  });
}
function accountHost(host) {
  return databricksCloud(host)?.accountHost ?? (isLoopback(new URL(host).hostname) ? host : void 0);
}
function exchangeFor({ inputs, ports }, { workspace, clientId, account }) {
  const { host, tenantId } = inputs;
  if (tenantId !== void 0 && inputs.exchange === "entra") {
    const cloud = entraCloud(host, ports.environment);
    const { audience: audience2 } = inputs;
    return {
      exchange: entraExchange({ ...ports, cloud, tenantId, clientId, audience: audience2 }),
      endpoint: `${cloud.authority}/${tenantId}/oauth2/v2.0/token`
    };
  }
  const tokenEndpoint = account ? accountEndpoint(account) : workspace.tokenEndpoint;
  const audience = inputs.audience ?? account?.id ?? workspace.defaultAudience;
  const accountId = workspace.accountId ?? inputs.accountId;
  return {
    exchange: databricksExchange({ ...ports, tokenEndpoint, audience, clientId, host, accountId }),
    endpoint: tokenEndpoint
  };
}
function accountEndpoint({ host, id }) {
  return `${host}/oidc/accounts/${id}/v1/token`;
}
function guarded({ host, inputs }, exchange) {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const { event_name: event } = await readClaims(idToken);
      if (event === "pull_request_target" && inputs.command !== "plan") throw untrustedEvent(inputs.command);
      const token = await exchange.exchange(idToken, signal);
      host.mask(token.accessToken);
      return token;
    }
  };
}
function record(audit, { claims, idTokenSha256, outcome }, what) {
  if (claims === void 0) return;
  const { issuer, subject, audience, jwtId } = claims;
  const base = { ...what, issuer, subject, audience: audience.join(" "), idTokenSha256 };
  const ids = jwtId === void 0 ? {} : { jwtId };
  if ("error" in outcome) {
    const { code: code2, details } = toSecretlessError(outcome.error);
    const reason = [details.problem, details.actual].filter((text) => text !== void 0).join(" ");
    audit.note(tokenExchangeEvent({ ...base, ...ids, outcome: { ok: false, code: code2, reason } }));
  } else {
    audit.note(tokenExchangeEvent({ ...base, ...ids, ...outcome, outcome: { ok: true } }));
  }
}
function untrustedEvent(command) {
  return new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command}\` is refused: the ID token belongs to a run of pull_request_target.`,
    remedy: "Run this command on push, workflow_dispatch or release."
  });
}

// core/access-connection.ts
async function connectionOf({ step, audit, session, clientId }) {
  const { connectDatabricks } = await import("./databricks-api-IH3J6LKB.js");
  const { ApiFailure: ApiFailure2 } = await import("./rest-HD3GJCUV.js");
  const { host, inputs, ports, signal } = step;
  const onWrite = (method, url, status, requestId) => {
    const outcome = status < 400 ? { ok: true } : { ok: false, code: "ACCESS_FAILED", reason: `status ${status}` };
    const ids = requestId === void 0 ? {} : { requestId };
    return audit.write(
      apiCallEvent({ outcome, method, url, status, ...ids, caller: clientId, runner: host.context.ciName })
    );
  };
  const { clock, send } = ports;
  const api = { send, clock, signal, onWrite };
  const token = async () => (await session.token()).accessToken;
  const workspace = connectDatabricks({ ...api, host: inputs.host, token });
  const known = await step.workspace;
  const accountId = known.accountId ?? inputs.accountId;
  const accountUrl = accountHost(inputs.host);
  if (accountId === void 0 || accountUrl === void 0) return { workspace, account: void 0 };
  const account = { id: accountId, host: accountUrl };
  const ofAccount = inputs.exchange === "entra" ? session : signIn(step, { workspace: known, audit, clientId, account, signal });
  let refused3;
  const accountToken = async () => {
    try {
      if (refused3 === void 0) return (await ofAccount.token()).accessToken;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "EXCHANGE_REFUSED") throw error;
      refused3 = error;
    }
    throw new ApiFailure2(401, "UNAUTHENTICATED", refused3.message);
  };
  return { workspace, account: connectDatabricks({ ...api, host: accountUrl, token: accountToken }) };
}

// core/report/access-lines.ts
function accessLines({ rows, denied, proofs, policy, registrar, notes }) {
  const changes = rows.filter(({ action }) => action !== "unchanged");
  const line = (row) => [
    `  ${row.action} ${row.what}`,
    `job ${row.job}, ${row.purpose}`,
    row.scope && `scope ${row.scope}`,
    row.decidedBy && `rule ${row.decidedBy}`,
    row.note,
    row.action === "withdraw" && row.revocationLag
  ].filter((part) => typeof part === "string" && part !== "").join("; ");
  return [
    `Access: policy ${policy}; registered by ${registrar}`,
    ...changes.map(line),
    ...denied.map((row) => line({ ...row, action: "denied" })),
    ...proofs.filter(({ words }) => !words.endsWith(": proven")).flatMap(({ job, words, lines }) => [
      `  scope of ${job}: ${words}`,
      ...lines.map((one) => `    ${one}`)
    ]),
    ...notes.map((note) => `  ${note}`)
  ];
}
function accessSections(access2) {
  const { rows, denied, proofs, policy, registrar, notes, standards, result } = access2;
  const changes = [
    ...rows.filter(({ action }) => action !== "unchanged"),
    ...denied.map((row) => ({ ...row, action: "denied" }))
  ];
  const unchanged = rows.length + denied.length - changes.length;
  const cells = (row) => [
    `${MARKS[row.action] ?? "\u270F\uFE0F"} ${escapeMarkdown(row.action)}`,
    `${code(row.job)}, ${escapeMarkdown(row.purpose)}`,
    escapeMarkdown(row.what),
    escapeMarkdown(row.scope),
    escapeMarkdown([row.decidedBy, row.note].filter((text) => text !== "").join("; ")),
    row.action === "withdraw" ? escapeMarkdown(row.revocationLag) : ""
  ];
  const lags = [...new Set(rows.map(({ revocationLag }) => revocationLag))];
  return [
    "### Access",
    [
      `Policy: ${escapeMarkdown(policy)}. Registered by ${escapeMarkdown(registrar)}.`,
      ...result ? [
        `Done: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn, ${String(result.unchanged)} unchanged.`
      ] : [],
      ...!result && unchanged > 0 ? [`${String(unchanged)} unchanged.`] : [],
      ...lags.map((lag) => `Revocation lag: ${escapeMarkdown(lag)}.`),
      ...notes.map((note) => `${escapeMarkdown(note)}.`)
    ].join("  \n"),
    ...changes.length > 0 ? [table(["", "Job, purpose", "What", "Scope", "Decided by", "Lives on"], changes.map(cells))] : [],
    ...proofs.length > 0 ? [proofTable(proofs)] : [],
    "<details><summary>OWASP NHI Top 10 (2025) and NIST CSF 2.0</summary>",
    table(
      ["Item", "", "Status", "Because"],
      standards.map(({ item, title, status, because }) => [item, title, status, because].map(escapeMarkdown))
    ),
    "</details>"
  ];
}
var MARKS = { grant: "\u2795", withdraw: "\u274C", denied: "\u26D4", record: "\u{1F4DD}" };
function proofTable(proofs) {
  const row = ({ job, principal, words, lines }) => [
    code(job),
    code(principal),
    escapeMarkdown(words),
    lines.map((line) => escapeMarkdown(line.trim())).join("<br>")
  ];
  return table(["Job", "Runs as", "Scope", "Proof"], proofs.map(row));
}

// core/report/outputs.ts
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path3 from "node:path";
var LONGEST = 3e4;
async function jsonOutput(host, name, value, counts) {
  const json = JSON.stringify(value);
  if (json.length <= LONGEST) {
    await host.output(name, json);
    return;
  }
  const file = path3.join(host.context.tempFolder, `databricks-secretless-${name}-${randomUUID()}.json`);
  await writeFile(file, json);
  await host.output(name, JSON.stringify({ ...counts, file }));
}

// core/databricks/find.ts
import { stat as stat2, realpath, access, constants } from "node:fs/promises";
import { posix, win32 } from "node:path";
var REAL = {
  executable: async (path8) => {
    try {
      if (!(await stat2(path8)).isFile()) return void 0;
      await access(path8, constants.X_OK);
      return await realpath(path8);
    } catch {
      return void 0;
    }
  },
  folder: (path8) => realpath(path8).catch(() => path8)
};
async function findCli(options) {
  const { platform, environment, probe = REAL } = options;
  const path8 = platform.os === "win32" ? win32 : posix;
  const notes = [];
  const checkout = await probe.folder(options.checkout);
  const inCheckout = (file) => isInside2(file, checkout, platform) || isInside2(file, options.checkout, platform);
  const entries = (variable(environment, "PATH", platform) ?? "").split(path8.delimiter);
  for (const entry of entries.map((text) => unquoted(text, platform))) {
    if (!isAbsolute(entry, path8)) {
      if (entry !== "") notes.push(`PATH entry \`${entry}\` was passed over: it is not absolute.`);
      continue;
    }
    for (const name of names(environment, platform)) {
      const file = path8.join(entry, name);
      const real = await probe.executable(file);
      if (real === void 0) continue;
      if (!inCheckout(file) && !inCheckout(real)) return { file, notes };
      notes.push(
        `\`${file}\` was passed over: it is inside the checkout, so the code under test could replace it.`
      );
    }
  }
  throw new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI was not found on PATH.",
    expected: `an executable \`${names(environment, platform)[0] ?? ""}\` in one of the folders of PATH, outside the checkout`,
    actual: [`${String(entries.filter((entry) => entry !== "").length)} folders searched`, ...notes].join(
      "; "
    ),
    remedy: "Install the Databricks CLI before this step, for example with databricks/setup-cli."
  });
}
function isInside2(file, folder, platform) {
  const path8 = platform.os === "win32" ? win32 : posix;
  const fold = (text) => platform.os === "linux" ? text : text.toLowerCase();
  const relative = path8.relative(fold(folder), fold(file));
  return relative === "" || !(relative === ".." || relative.startsWith(`..${path8.sep}`) || path8.isAbsolute(relative));
}
function variable(environment, name, platform) {
  if (platform.os !== "win32") return environment[name];
  const wanted = name.toLowerCase();
  return Object.entries(environment).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
function isAbsolute(entry, path8) {
  return path8.isAbsolute(entry) && (path8 === posix || /^([a-z]:[\\/]|[\\/]{2})/i.test(entry));
}
function unquoted(entry, platform) {
  return platform.os === "win32" ? entry.trim().replace(/^"(.*)"$/, "$1") : entry;
}
function names(environment, platform) {
  if (platform.os !== "win32") return ["databricks"];
  const extensions = (variable(environment, "PATHEXT", platform) ?? ".COM;.EXE").toLowerCase().split(";");
  const programs = extensions.map((text) => text.trim()).filter((text) => text === ".exe" || text === ".com");
  return (programs.length > 0 ? programs : [".exe"]).map((extension) => `databricks${extension}`);
}

// core/databricks/install/install.ts
import { randomUUID as randomUUID3 } from "node:crypto";
import { isAbsolute as isAbsolute3, join as join3 } from "node:path";

// core/databricks/install/archive.ts
import { createHash as createHash2 } from "node:crypto";

// core/databricks/install/checksums.ts
var LINE = /^([\da-f]{64}) [ *](\S(?:.*\S)?)$/i;
function parseChecksums(text) {
  const found = /* @__PURE__ */ new Map();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === void 0 || name === void 0) return void 0;
    const lower = hash.toLowerCase();
    if ((found.get(name) ?? lower) !== lower) return void 0;
    found.set(name, lower);
  }
  return found;
}

// core/databricks/install/files.ts
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
var systemFiles = fs;
var CHUNK = 16 * 1024;
async function createFile(files, file, mode, fill) {
  const handle = await files.open(file, "wx", mode);
  try {
    try {
      const result = await fill((chunk) => writeAll(handle, chunk));
      await handle.chmod(mode);
      await handle.sync();
      return result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await files.rm(file, { force: true });
    throw error;
  }
}
async function writeAll(handle, chunk) {
  for (let at2 = 0; at2 < chunk.length; ) at2 += (await handle.write(chunk, at2)).bytesWritten;
}
async function* readRange(handle, start, end, reused) {
  for (let at2 = start; at2 < end; ) {
    const chunk = reused ?? Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - at2), at2);
    if (bytesRead === 0) return;
    at2 += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
async function sha256OfFile(files, file) {
  try {
    if (!(await files.lstat(file)).isFile()) return void 0;
    const handle = await files.open(file, "r");
    try {
      const hash = createHash("sha256");
      for await (const chunk of readRange(handle, 0, Infinity, Buffer.allocUnsafe(CHUNK))) hash.update(chunk);
      return hash.digest("hex");
    } finally {
      await handle.close();
    }
  } catch {
    return void 0;
  }
}
var DISK_PROBLEMS = {
  EACCES: "it may not be written to",
  EBUSY: "a file in it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else is in the way",
  EFBIG: "the file would be too large for it",
  EIO: "the disk does not work",
  EISDIR: "something else is in the way",
  ELOOP: "it is a loop of links",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "it does not exist and cannot be created",
  ENOSPC: "the disk is full",
  ENOTDIR: "something else is in the way",
  EPERM: "it may not be written to",
  EROFS: "it is read-only"
};
function diskProblem(error) {
  const { code: code2 } = error;
  const text = code2 === void 0 ? void 0 : DISK_PROBLEMS[code2];
  return text === void 0 ? void 0 : `${text} (${code2 ?? ""})`;
}

// core/databricks/install/release.ts
var RELEASE_SITE = "https://github.com/databricks/cli/releases/download";
var SYSTEMS = { linux: "linux", darwin: "darwin", win32: "windows" };
var PROCESSORS = { x64: "amd64", arm64: "arm64" };
function releasePlatform({ os, arch }) {
  return `${SYSTEMS[os]}_${PROCESSORS[arch]}`;
}
function archiveName(version, platform) {
  return `databricks_cli_${version}_${platform}.zip`;
}
function checksumsName(version) {
  return `databricks_cli_${version}_SHA256SUMS`;
}
function programName({ os }) {
  return os === "win32" ? "databricks.exe" : "databricks";
}

// core/databricks/install/source.ts
import { isAbsolute as isAbsolute2, join } from "node:path";

// core/databricks/install/download.ts
var IDLE = 3e4;
var MOST_REDIRECTS = 5;
var REDIRECTS = /* @__PURE__ */ new Set([301, 302, 303, 307, 308]);
async function download(url, sink, options) {
  const first = new URL(url);
  let at2 = first;
  for (let hops = 0; ; hops++) {
    const location = await get(at2, sink, options);
    if (location === void 0) return;
    if (hops === MOST_REDIRECTS) throw redirectRefused(at2, `more than ${String(MOST_REDIRECTS)} redirects`);
    at2 = redirected(at2, location, options.redirects === "https" ? void 0 : first.origin);
  }
}
function redirected(from, location, onlyOrigin) {
  if (!URL.canParse(location, from.href)) throw redirectRefused(from, "its Location is not a URL");
  const to = new URL(location, from);
  if (to.username !== "" || to.password !== "") throw redirectRefused(from, "it holds a user or a password");
  if (onlyOrigin === void 0 ? to.protocol !== "https:" : to.origin !== onlyOrigin) {
    throw redirectRefused(from, `it leads to ${to.protocol}//${to.host}`);
  }
  return to;
}
function redirectRefused(from, reason) {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `A redirect of ${from.origin} was not followed: ${reason}.`,
    expected: "the file itself; a mirror may redirect within its own host, the release site to other https hosts",
    actual: `${nameOf({ method: "GET", url: from.href })} redirects`,
    remedy: "If a sign-in page or a gateway is in between, let the file through, or use `cli-mirror` for a mirror inside your network."
  });
}
async function get(url, sink, options) {
  const { environment, signal, idle = IDLE } = options;
  const request = { method: "GET", url: url.href };
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => {
    stop.abort(signal.reason);
  };
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => {
    stop.abort(
      new HttpError(`${nameOf(request)} sent nothing for ${String(idle / 1e3)} s`, {
        failure: "timeout",
        retryable: true
      })
    );
  }, idle);
  const secure = url.protocol === "https:";
  const proxy = secure ? proxyFor(url, environment) : void 0;
  let fromSink;
  try {
    const { request: start } = nodeHttp(secure ? "node:https" : "node:http");
    const ca = secure ? await certificates(environment) : [];
    const tls = { rejectUnauthorized: true, ...ca.length > 0 ? { ca } : {} };
    const sent = start(url, {
      headers: { "user-agent": "databricks-secretless", accept: "*/*", "accept-encoding": "identity" },
      signal: stop.signal,
      ...tls,
      ...proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }
    });
    const answer = await answerTo(sent, request.url);
    const status = answer.statusCode ?? 0;
    if (REDIRECTS.has(status) && answer.headers.location !== void 0) return answer.headers.location;
    if (status !== 200) throw statusError(request, { status, headers: retryHeaders(answer), body: "" });
    let size = 0;
    for await (const chunk of answer) {
      timer.refresh();
      size += chunk.length;
      if (size > options.limit) throw tooLarge(request.url, options.limit);
      await sink(chunk).catch((error) => {
        fromSink = { error };
        throw error;
      });
    }
    return void 0;
  } catch (error) {
    if (fromSink) throw fromSink.error;
    if (stop.signal.aborted) throw stop.signal.reason;
    if (error instanceof HttpError || error instanceof SecretlessError) throw error;
    throw transportError(request, error, proxy?.url.origin);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
}
function answerTo(sent, url) {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.on("proxyConnect", ({ statusCode }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(
          `The proxy refused ${nameOf({ method: "GET", url })} with status ${String(statusCode)}`,
          {
            failure: "proxy",
            retryable: isRetryableStatus(statusCode)
          }
        )
      );
      sent.destroy();
    });
    sent.end();
  });
}
function retryHeaders({ headers }) {
  const { date, "retry-after": retryAfter } = headers;
  return {
    ...date !== void 0 && { date },
    ...retryAfter !== void 0 && { "retry-after": retryAfter }
  };
}
function tooLarge(url, limit) {
  return new HttpError(
    `${nameOf({ method: "GET", url })} was answered with more than ${String(limit)} bytes`,
    {
      failure: "too-large",
      retryable: false
    }
  );
}

// core/databricks/install/source.ts
function placeOf({ source, version, name }) {
  if (source?.kind === "folder") return join(source.path, `v${version}`, name);
  return `${source?.base ?? RELEASE_SITE}/v${version}/${name}`;
}
async function readReleaseFile(file, receive, ports) {
  const { source } = file;
  if (source?.kind === "folder") return receive((sink) => readFromFolder(file, source.path, sink, ports));
  let running;
  try {
    return await retry(
      (signal) => {
        const attempt = receive(
          (sink) => download(placeOf(file), sink, {
            environment: ports.environment,
            redirects: source ? "same origin" : "https",
            limit: file.limit,
            signal
          })
        );
        running = attempt.catch(() => void 0);
        return attempt;
      },
      {
        clock: ports.clock,
        deadline: ports.deadline,
        signal: ports.signal,
        onRetry: ({ message }, wait) => {
          ports.log(`${message}; the next try is in ${(wait / 1e3).toFixed(1)} s.`);
        }
      }
    );
  } catch (error) {
    throw error instanceof HttpError ? notDownloaded(file, error) : error;
  } finally {
    await running;
  }
}
async function readFromFolder(file, folder, sink, ports) {
  const { files, signal } = ports;
  const path8 = placeOf(file);
  const unreadable3 = (actual) => new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `The mirror folder does not give \`${file.name}\`.`,
    expected: `a readable file ${path8}`,
    actual,
    remedy: `Put the file of this name from the release ${file.version} there, unchanged, or correct \`cli-mirror\`.`
  });
  if (!isAbsolute2(folder)) throw unreadable3("the folder is not an absolute path on this runner");
  const handle = await open(files, path8).catch((error) => {
    throw unreadable3(error.message);
  });
  try {
    const { size } = await handle.stat();
    if (size > file.limit) throw unreadable3(`it has more than ${String(file.limit)} bytes`);
    for await (const chunk of readable(readRange(handle, 0, size), unreadable3)) {
      signal.throwIfAborted();
      await sink(chunk);
    }
  } finally {
    await handle.close();
  }
}
async function* readable(chunks, unreadable3) {
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable3(diskProblem(error) ?? error.message);
  }
}
async function open(files, path8) {
  try {
    if (!(await files.stat(path8)).isFile()) throw new Error("it is not a regular file");
    return await files.open(path8, "r");
  } catch (error) {
    const { code: code2 } = error;
    throw code2 === "ENOENT" ? new Error("there is none") : new Error(diskProblem(error) ?? error.message);
  }
}
function notDownloaded(file, error) {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` could not be downloaded.`,
    expected: `the file at ${placeOf(file)}`,
    actual: error.message,
    remedy: remedyFor(file, error),
    cause: error
  });
}
var OFFLINE = "If this runner cannot reach it, set `cli-mirror` to a mirror or a folder that it can reach, or install the Databricks CLI on the runner beforehand.";
function remedyFor({ source, version }, { status, failure }) {
  if (status === 404) {
    return source ? `Put the files of the release ${version} under v${version}/ of the mirror, or correct \`cli-version\` or \`cli-mirror\`.` : `Correct \`cli-version\`: ${version} is not a release for this platform.`;
  }
  if (status === 401 || status === 403) {
    return "The server wants a sign-in, and no credential is ever sent: use a mirror that may be read without one.";
  }
  if (failure === "certificate") {
    return "Name your organisation's CA in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE on the runner.";
  }
  if (failure === "proxy") return "Let the proxy allow this host, or correct HTTPS_PROXY and NO_PROXY.";
  return OFFLINE;
}

// core/databricks/install/archive.ts
var LARGEST_ARCHIVE = 256 * 1024 * 1024;
var LARGEST_CHECKSUMS = 64 * 1024;
var QUOTED2 = 1024;
async function publishedHash(release, name, ports) {
  const file = { ...release, name: checksumsName(release.version), limit: LARGEST_CHECKSUMS };
  const text = await readReleaseFile(
    file,
    async (feed) => {
      const chunks = [];
      await feed((chunk) => {
        chunks.push(chunk);
        return Promise.resolve();
      });
      return Buffer.concat(chunks).toString("utf8");
    },
    ports
  );
  const hashes = parseChecksums(text);
  const sha256 = hashes?.get(name);
  if (sha256 !== void 0) return { sha256, verified: "SHA256SUMS (not pinned)" };
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` does not say the hash of \`${name}\`.`,
    expected: `a line \`<SHA-256>  ${name}\` in ${placeOf(file)}`,
    actual: hashes ? `${String(hashes.size)} other files` : describe(text),
    remedy: `Give the archive's hash as \`cli-sha256\`, or correct \`cli-version\` or \`cli-mirror\`.`
  });
}
async function fetchArchive(release, expected, target, ports) {
  const file = { ...release, limit: LARGEST_ARCHIVE };
  await readReleaseFile(
    file,
    (feed) => createFile(ports.files, target, 384, async (write) => {
      const hash = createHash2("sha256");
      let size = 0;
      let head = Buffer.alloc(0);
      await feed(async (chunk) => {
        if (head.length < QUOTED2) head = Buffer.concat([head, chunk.subarray(0, QUOTED2)]);
        if (head.length >= 4) checkIsZip(head, file);
        size += chunk.length;
        hash.update(chunk);
        await write(chunk);
      });
      checkIsZip(head, file);
      const actual = hash.digest("hex");
      if (actual !== expected.sha256) throw mismatch(file, expected, actual, size);
    }),
    ports
  );
}
function checkIsZip(head, file) {
  if (head.length >= 4 && head.readUInt32LE(0) === 67324752) return;
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` is not a zip archive.`,
    expected: `the archive at ${placeOf(file)}`,
    actual: describe(head.toString("utf8")),
    remedy: "If it is the page of a sign-in, a proxy or a mirror's front end, let the file through or correct `cli-mirror`."
  });
}
function describe(text) {
  if (text === "") return "an empty file";
  if (!/<(?:!doctype html|html|head|body)\b/i.test(text)) return "something else";
  const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
  return title === void 0 ? "a web page" : `a web page with the title ${JSON.stringify(redact(title))}`;
}
var EXPLAINED = {
  pinned: {
    origin: "pinned in this product",
    remedy: "Do not use this archive: it is not what Databricks published. Find out who changed it, at the mirror first."
  },
  "given hash": {
    origin: "given as `cli-sha256`",
    remedy: "Check that `cli-sha256` is the hash of the .zip file of this version for this very platform; if it is, do not use this archive."
  },
  "SHA256SUMS (not pinned)": {
    origin: "by the release's SHA256SUMS",
    remedy: "Archive and SHA256SUMS do not belong together: run again, and if it stays so, correct the mirror."
  }
};
function mismatch(file, expected, actual, size) {
  const { origin, remedy } = EXPLAINED[expected.verified];
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: `\`${file.name}\` has another hash than expected; it was not used and is deleted.`,
    expected: `SHA-256 ${expected.sha256} (${origin})`,
    actual: `SHA-256 ${actual} (${String(size)} bytes, from ${placeOf(file)})`,
    remedy
  });
}

// core/databricks/install/pinned.json
var pinned_default = {
  "1.13.0": {
    windows_amd64: "afbfee3645f90debf932dc048ccea986ef8fc4ecc785d98e6c21585583df1c51",
    windows_arm64: "11701dcab0a29d77b9a5434c0050ddcc62a98ed941f852ca89ce5dfc01b474f9"
  },
  "1.9.0": {
    darwin_amd64: "488f039954fd820bb9ad5fa94cd37a45e08607d3c22b22cfe8aeb982bc1aa063",
    darwin_arm64: "4a955804994764ef68f76563ec4aaf966cf0ab14175d1a10768e41c9be016551",
    linux_amd64: "10938da31db7f89e6e90f6be41d340e3387231e5da5125cfc97ecb8cb66f6394",
    linux_arm64: "a4fcc3b70ed4b26f0e8064e39287d0692218cf3d2f549042d66d04c9ad2d692a",
    windows_amd64: "1785d3b135e4b6a8e105ca18791b9dd39aef9e7d73bc71bcd17934ec1a02e6b2",
    windows_arm64: "ac77338f19dde29c1594e71048ab89a7c5bde763edd2a457fa9c3511a279dbd0"
  },
  "1.8.0": {
    darwin_amd64: "592f4c5f829f431e0af6229559bd773a32b9ccb56785a4412fef1f8ed65c4d10",
    darwin_arm64: "acdd0e1948a1d6791510b1fb7978daf45115e4b4fdb4aa1c98cd8037713c6f2d",
    linux_amd64: "915150a284f24376f44a2f89741319da32e6891eb4a7568199bbe0f6f3dfea02",
    linux_arm64: "0027cfa5cdb54985b52852be9ed7fce923aa352459f37053c78e160613089295",
    windows_amd64: "8cb9604efeed360f3345bdbcc046e4d138ce58d4cb1682bb9d2016eff1627a9f",
    windows_arm64: "1273cb7a7414cf0fc71b688c1d6bacbacaad4ba8cff098782b36eed4af56444c"
  },
  "1.7.0": {
    darwin_amd64: "74b720e0f1cb2e467a52028b7c6df8afcd13e580fc2089e1eb00745742961f13",
    darwin_arm64: "c6dbfa0b968d4b2eccfaf9caf23b21f62aeaacd32d77f07b8d9d96509d77c9b3",
    linux_amd64: "6ea22a7885f60592a5d22e686fdf9a761a9ee3ff80097cb35a941481b185631d",
    linux_arm64: "51beb165f3d8fee17449e8866b09d2216475e95178ecc028a1166005ced88e3c"
  },
  "1.6.0": {
    darwin_amd64: "284915dfae8225bcc8641b1a34fbed9890d9eb88c1922f2643568cc4c81774fc",
    darwin_arm64: "2184c4e4d501200192a2216f58299bcb181ade838c4dfa7cb56dc6f3f8d82096",
    linux_amd64: "16b236a8ca36bcacb533acef531d6a40f293e18148c09150fa5f0d40ed64fafd",
    linux_arm64: "a14e4c2fe4cce01cc4a55589ffa13e4cd9f47939827f00118e8d46ea3c542faf"
  },
  "1.5.0": {
    darwin_amd64: "ed4be3d15844c2791440d220e42e991bf6a87135fc5db7415f21bc370c04f9bc",
    darwin_arm64: "a5de6464271f791650d4ef2bdd0ea88d656a5d66f408e0a630908b29790715d7",
    linux_amd64: "140e0d41e474ff236594c9e8ff99c57244053077107cf6a4bed529bb65d904a8",
    linux_arm64: "593354affe6ae56187728c698f55a3b0125da73f8ea83f769765b68460554df7"
  },
  "1.4.0": {
    darwin_amd64: "21476c6412735acd58caf17f9b3c77ed4feae36b1cb9a0747274d6a85da176fe",
    darwin_arm64: "2664357d5e6d448c5143ba9e06c12e27e3c3cae4a21cffe3eb04b3762d5520a1",
    linux_amd64: "cd15f02ef19530b0601396f247c4dc90a7a84c80ef718b294d7f7f0dd5140c5b",
    linux_arm64: "7eb279ac8d5476a13354b85aa298f9bcbbe7ad3fc443612b34cc6635d45bfe79"
  },
  "1.3.0": {
    darwin_amd64: "68fe4e75e3bd208138b6f433c9186a02e6d35fa34f4ab54eb4f70ce67891d222",
    darwin_arm64: "0f8afca2a01176c2b76e72aaf57e3621f6ea8030c5154cff52bf06af83f05e25",
    linux_amd64: "a498ad7bda843141cfc5f2225b75e9c84f724007a4fe923d5cff557b417bce6a",
    linux_arm64: "fbc885420572175136e4e05f341e4148e9a6a2923b2f3ad9b0e65fc36f96239a"
  },
  "1.2.1": {
    darwin_amd64: "cef85612a993c6184051724bd366b121d79cc97f421b4ab3a0abbf0ea28c4bc7",
    darwin_arm64: "50afdf28ca4c21081ceb3bd328ebf4c650d0698e7acc4a6f73161429825dc2dd",
    linux_amd64: "c67a51ed21953e409b3e2ce144b035a56487033c58187f6313e3f3af8a88e282",
    linux_arm64: "dcbf7aa3f526eb09b4b0572f00e7747a3444aa9d8971535f228b8ea1fc53489e"
  },
  "1.2.0": {
    darwin_amd64: "70500e5fc3e8a022b5ffeb7afdfc3fed1979555ddaf29ba79a65aae1455f8a90",
    darwin_arm64: "24c5950f37ea045e730735324c282eba908f46619b2f1d0605079d7e2a107218",
    linux_amd64: "d811b2c7d973716bba91f1cf3303bd2759b2b6d41bce41c779bc1255d688ebad",
    linux_arm64: "73383f22262e98a22e23e980c5ea9020a917c0a23925342b5e04610b842c4cba"
  },
  "1.1.0": {
    darwin_amd64: "ede4572ea3669739d46434530515d0f7d19581900558ec851b339d8dd8271849",
    darwin_arm64: "b46f39143bba726c8cd14a5bae975742e53176c23cc7afd22a0113c752ae83f3",
    linux_amd64: "c3a22409e54668c301fae684c83b2600302e2664df10cf1531c194e399f1d397",
    linux_arm64: "472276031a2a308de30cd363821c057d608b6636b64ee44abbb6a42439dead1d"
  },
  "1.0.0": {
    darwin_amd64: "7629c1e01e4d0c528380bcdc67c6cb7cdd85d8690e0f2a43332e63d71a1877fa",
    darwin_arm64: "292d87bf512eadff1e6ac0a76b7eab1f2ce25a57c1996880c905b93de3711dd2",
    linux_amd64: "aef52f23df62bd029bbe25926c5371b69971cabcbcafbf1b33eb58d4f0a416d9",
    linux_arm64: "1d7177de690a64c7f21c277402ff71533d98f128229dfc587119d0de7fd90f40"
  }
};

// core/databricks/install/pinned.ts
var DEFAULT_CLI_VERSION = "1.9.0";
function pinnedSha256(version, platform, pinned = pinned_default) {
  return Object.hasOwn(pinned, version) ? pinned[version]?.[platform] : void 0;
}

// core/databricks/install/tool-cache.ts
import { randomUUID as randomUUID2 } from "node:crypto";
import { dirname, join as join2 } from "node:path";
var TOOL = "databricks-cli";
var STAGING = ".unpacking-";
var LEFTOVER = 6e5;
function cacheEntry(root, version, platform) {
  const folder = join2(root, TOOL, version, platform.arch);
  return { folder, program: join2(folder, programName(platform)), marker: `${folder}.complete` };
}
async function inspectCache(files, entry, archiveSha256) {
  const text = await files.readFile(entry.marker, "utf8").catch(() => void 0);
  if (text === void 0) return "none";
  const record2 = parseRecord(text);
  if (!record2) return "foreign";
  if (record2.archiveSha256 !== archiveSha256) return "other archive";
  return await sha256OfFile(files, entry.program) === record2.programSha256 ? "usable" : "damaged";
}
function parseRecord(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return void 0;
  }
  const { archiveSha256, programSha256 } = value ?? {};
  return isSha256(archiveSha256) && isSha256(programSha256) ? { archiveSha256, programSha256 } : void 0;
}
function isSha256(value) {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}
async function placeInCache(entry, placing) {
  const { files, archiveSha256, extract } = placing;
  const parent = dirname(entry.folder);
  await files.mkdir(parent, { recursive: true });
  const staging = join2(parent, `${STAGING}${randomUUID2()}`);
  await files.mkdir(staging);
  try {
    const unpacked = join2(staging, "program");
    const programSha256 = await extract(unpacked);
    const found = await inspectCache(files, entry, archiveSha256);
    if (found === "usable") return true;
    if (await sha256OfFile(files, entry.program) !== programSha256) {
      if (found === "foreign") return false;
      await files.mkdir(entry.folder, { recursive: true });
      await files.rename(unpacked, entry.program);
    }
    const record2 = { archiveSha256, programSha256 };
    const marker = join2(staging, "marker");
    await createFile(files, marker, 420, (write) => write(Buffer.from(`${JSON.stringify(record2)}
`)));
    await files.rename(marker, entry.marker);
    return true;
  } finally {
    await files.rm(staging, { recursive: true, force: true }).catch(() => void 0);
  }
}
async function removeLeftovers(files, clock, entry) {
  const parent = dirname(entry.folder);
  const names2 = await files.readdir(parent).catch(() => []);
  for (const name of names2.filter((one) => one.startsWith(STAGING))) {
    const path8 = join2(parent, name);
    try {
      if (clock.now() - (await files.lstat(path8)).mtimeMs > LEFTOVER)
        await files.rm(path8, { recursive: true });
    } catch {
    }
  }
}

// core/databricks/install/unzip.ts
import { createHash as createHash3 } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw, crc32 } from "node:zlib";

// core/databricks/install/zip.ts
var LOCAL = { signature: 67324752, size: 30 };
var CENTRAL = { signature: 33639248, size: 46 };
var END = { signature: 101010256, size: 22 };
var LONGEST_COMMENT = 65535;
var MOST_ENTRIES = 1e3;
var MOST_DIRECTORY_BYTES = 1024 * 1024;
var REFUSED_FLAGS = 1 | 32 | 64 | 8192;
var DATA_DESCRIPTOR = 8;
var NAME = /^[^\\:\p{Cc}\p{Cs}\ufffd]+$/u;
var FILE_TYPE = 61440;
var REGULAR = 32768;
var FOLDER = 16384;
async function findMember(handle, wanted, limit) {
  const { size } = await handle.stat();
  const directory = await readDirectory(handle, size);
  const entries = parseDirectory(directory.bytes, directory.count);
  checkNames(entries);
  const entry = entries.find(({ name }) => name === wanted);
  if (!entry) throw refused(`it holds no \`${wanted}\``);
  if (entry.size === 0 || entry.size > limit) {
    throw refused(`\`${wanted}\` has ${String(entry.size)} bytes (at most ${String(limit)} are taken)`);
  }
  return { ...entry, start: await startOfData(handle, entry, directory.start) };
}
async function readDirectory(handle, size) {
  const tailStart = Math.max(0, size - END.size - LONGEST_COMMENT);
  const tail = await read(handle, tailStart, size);
  for (let at2 = tail.length - END.size; at2 >= 0; at2--) {
    if (tail.readUInt32LE(at2) !== END.signature) continue;
    if (at2 + END.size + tail.readUInt16LE(at2 + 20) !== tail.length) continue;
    const count = tail.readUInt16LE(at2 + 10);
    const bytes = tail.readUInt32LE(at2 + 12);
    const start = tail.readUInt32LE(at2 + 16);
    if (count === 65535 || bytes === 4294967295 || start === 4294967295)
      throw refused("it is a zip64 archive");
    if (tail.readUInt32LE(at2 + 4) !== 0 || tail.readUInt16LE(at2 + 8) !== count) {
      throw refused("it is one part of several");
    }
    if (start + bytes !== tailStart + at2) throw refused("its directory is not where it should be");
    if (count > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES) throw refused("it has too many members");
    return { start, count, bytes: await read(handle, start, start + bytes) };
  }
  throw refused("it has no end record: it is no zip archive, or cut off");
}
function parseDirectory(bytes, count) {
  const entries = [];
  let at2 = 0;
  while (at2 < bytes.length) {
    if (at2 + CENTRAL.size > bytes.length || bytes.readUInt32LE(at2) !== CENTRAL.signature) {
      throw refused("its directory is damaged");
    }
    const nameEnd = at2 + CENTRAL.size + bytes.readUInt16LE(at2 + 28);
    const end = nameEnd + bytes.readUInt16LE(at2 + 30) + bytes.readUInt16LE(at2 + 32);
    if (end > bytes.length) throw refused("its directory is damaged");
    entries.push(parseEntry(bytes, at2, nameEnd));
    at2 = end;
  }
  if (entries.length !== count) throw refused("its directory has another number of members than it says");
  return entries;
}
function parseEntry(bytes, at2, nameEnd) {
  const rawName = bytes.subarray(at2 + CENTRAL.size, nameEnd);
  const name = rawName.toString("utf8");
  const system = bytes.readUInt8(at2 + 5);
  const flags = bytes.readUInt16LE(at2 + 8);
  const method = bytes.readUInt16LE(at2 + 10);
  const compressedSize = bytes.readUInt32LE(at2 + 20);
  const size = bytes.readUInt32LE(at2 + 24);
  const headerAt = bytes.readUInt32LE(at2 + 42);
  if ([compressedSize, size, headerAt].includes(4294967295)) throw refused("it is a zip64 archive");
  if (bytes.readUInt16LE(at2 + 34) !== 0) throw refused("it is one part of several");
  if ((flags & REFUSED_FLAGS) !== 0) throw refused(`\`${name}\` is encrypted or patched`);
  if (method !== 0 && method !== 8) throw refused(`\`${name}\` is compressed by method ${String(method)}`);
  const type = system === 3 || system === 19 ? bytes.readUInt16LE(at2 + 40) & FILE_TYPE : 0;
  if (type !== 0 && type !== (name.endsWith("/") ? FOLDER : REGULAR)) {
    throw refused(`\`${name}\` is a link or another special file`);
  }
  return {
    name,
    rawName,
    flags,
    method: method === 0 ? "stored" : "deflated",
    compressedSize,
    size,
    crc32: bytes.readUInt32LE(at2 + 16),
    headerAt,
    start: headerAt
  };
}
function checkNames(entries) {
  const seen = /* @__PURE__ */ new Set();
  for (const { name } of entries) {
    const segments = name.replace(/\/$/, "").split("/");
    if (!NAME.test(name) || segments.some((segment) => segment === "" || /^\.{1,2}$/.test(segment))) {
      throw refused(`${JSON.stringify(name)} is no plain path inside the archive`);
    }
    const folded = segments.join("/").normalize("NFC").toLowerCase();
    if (seen.has(folded)) throw refused(`${JSON.stringify(name)} is in it twice`);
    seen.add(folded);
  }
}
async function startOfData(handle, entry, directoryStart) {
  const at2 = entry.headerAt;
  const header = await read(handle, at2, at2 + LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw refused("a member is not where its directory says");
  const nameSize = header.readUInt16LE(26);
  const start = at2 + LOCAL.size + nameSize + header.readUInt16LE(28);
  const rawName = await read(handle, at2 + LOCAL.size, at2 + LOCAL.size + nameSize);
  const method = header.readUInt16LE(8) === 0 ? "stored" : "deflated";
  const sizes = [header.readUInt32LE(14), header.readUInt32LE(18), header.readUInt32LE(22)];
  const deferred = (entry.flags & DATA_DESCRIPTOR) !== 0 && sizes.every((value) => value === 0);
  const same = [entry.crc32, entry.compressedSize, entry.size].every(
    (value, index) => value === sizes[index]
  );
  if (!rawName.equals(entry.rawName) || method !== entry.method || header.readUInt16LE(6) !== entry.flags || !(deferred || same)) {
    throw refused(`\`${entry.name}\` is described in two ways`);
  }
  if (start + entry.compressedSize > directoryStart) throw refused(`\`${entry.name}\` is cut off`);
  return start;
}
async function read(handle, start, end) {
  const chunks = [];
  for await (const chunk of readRange(handle, start, end)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== end - start) throw refused("it is cut off");
  return bytes;
}
function refused(reason) {
  return new SecretlessError("CLI_ARCHIVE_REFUSED", {
    problem: `The archive of the Databricks CLI was refused: ${reason}.`,
    expected: "a release archive as Databricks publishes it",
    remedy: "Get the archive from the release site again; if a mirror serves it, correct the mirror."
  });
}

// core/databricks/install/unzip.ts
var LARGEST_PROGRAM = 512 * 1024 * 1024;
async function extractProgram(files, archive, name, target, limit = LARGEST_PROGRAM) {
  const handle = await files.open(archive, "r");
  try {
    const member2 = await findMember(handle, name, limit);
    const hash = createHash3("sha256");
    let size = 0;
    let checksum = 0;
    await createFile(files, target, 493, async (write) => {
      const packed = readRange(handle, member2.start, member2.start + member2.compressedSize);
      await unpack(member2, packed, async (chunk) => {
        size += chunk.length;
        if (size > member2.size) throw refused(`\`${name}\` is larger than the archive says`);
        checksum = crc32(chunk, checksum);
        hash.update(chunk);
        await write(chunk);
      });
      if (size !== member2.size || checksum !== member2.crc32) throw refused(`\`${name}\` is damaged`);
    });
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
async function unpack(member2, packed, take) {
  if (member2.method === "stored") {
    for await (const chunk of packed) await take(chunk);
    return;
  }
  const inflate = createInflateRaw({ chunkSize: CHUNK });
  let refusal;
  try {
    await pipeline(Readable.from(packed), inflate, async (chunks) => {
      for await (const chunk of chunks) {
        await take(chunk).catch((error) => {
          refusal = { error };
          throw error;
        });
      }
    });
  } catch (error) {
    if (refusal) throw refusal.error;
    throw isZlibError(error) ? refused(`\`${member2.name}\` is damaged`) : error;
  }
  if (inflate.bytesWritten !== member2.compressedSize) {
    throw refused(`\`${member2.name}\` is followed by more data`);
  }
}
function isZlibError(error) {
  return /^Z_/.test(String(error.code));
}

// core/databricks/install/install.ts
var TIMEOUT = 18e4;
async function installCli(options, ports) {
  const { platform, files = systemFiles, log } = ports;
  const version = parseCliVersion(options.version ?? DEFAULT_CLI_VERSION);
  const name = archiveName(version, releasePlatform(platform));
  const source = options.mirror === void 0 ? void 0 : parseCliMirror(options.mirror);
  const sourcePorts = {
    clock: ports.clock,
    environment: ports.environment,
    files,
    log,
    deadline: ports.clock.now() + (options.timeout ?? TIMEOUT),
    signal: options.signal ?? new AbortController().signal
  };
  const expected = knownHash(version, options.sha256, ports) ?? await unpinnedHash({ source, version, name }, options.checkout, platform, sourcePorts);
  const roots = await installRoots(options, ports, files);
  const installed2 = (file, from) => ({
    file,
    version,
    verified: expected.verified,
    from,
    archiveSha256: expected.sha256
  });
  for (const root of roots) {
    const entry = cacheEntry(root, version, platform);
    await removeLeftovers(files, ports.clock, entry);
    const found = await inspectCache(files, entry, expected.sha256);
    if (found === "usable") return installed2(entry.program, "tool cache");
    if (found === "damaged") log(`\`${entry.program}\` has changed since it was installed; it is replaced.`);
  }
  const archive = join3(options.tempFolder, `databricks-cli-${randomUUID3()}.zip`);
  try {
    await onDisk(
      options.tempFolder,
      () => fetchArchive({ source, version, name }, expected, archive, sourcePorts)
    );
    const problems = [];
    for (const root of roots) {
      const entry = cacheEntry(root, version, platform);
      const problem = await placeOrProblem(entry, archive);
      if (problem === void 0) return installed2(entry.program, "download");
      problems.push(`\`${root}\`: ${problem}`);
      log(`The Databricks CLI cannot be kept in \`${root}\`: ${problem}.`);
    }
    throw notInstalled(problems.join("; "));
  } finally {
    await files.rm(archive, { force: true }).catch(() => void 0);
  }
  async function placeOrProblem(entry, from) {
    try {
      const placed = await placeInCache(entry, {
        files,
        archiveSha256: expected.sha256,
        extract: (target) => extractProgram(files, from, programName(platform), target)
      });
      return placed ? void 0 : "another program has put something else there";
    } catch (error) {
      const problem = diskProblem(error);
      if (problem === void 0) throw error;
      return problem;
    }
  }
}
function knownHash(version, given, { platform, pinned: table2 }) {
  const pinned = pinnedSha256(version, releasePlatform(platform), table2);
  const sha256 = given === void 0 ? void 0 : parseSha256(given);
  if (pinned === void 0) return sha256 === void 0 ? void 0 : { sha256, verified: "given hash" };
  if (sha256 === void 0 || sha256 === pinned) return { sha256: pinned, verified: "pinned" };
  throw new SecretlessError("INPUT_INVALID", {
    problem: `Input \`cli-sha256\` contradicts the hash that is pinned for ${version}.`,
    expected: pinned,
    actual: sha256,
    remedy: "Remove `cli-sha256`: it is for versions that are not pinned. If it comes from the archive that you have, do not use that archive."
  });
}
async function unpinnedHash(release, checkout, platform, ports) {
  const { source, version, name } = release;
  if (source?.kind === "folder" && await isInsideReally(source.path, checkout, platform, ports.files)) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "Input `cli-mirror` is inside the checkout, and nothing else vouches for what lies there.",
      expected: "a folder outside the checkout, a pinned version, or the archive's hash in `cli-sha256`",
      actual: source.path,
      remedy: "Give `cli-sha256`, use a pinned version, or put the mirror where a pull request cannot change it."
    });
  }
  return publishedHash({ source, version }, name, ports);
}
async function installRoots({ toolCache, tempFolder, checkout }, { platform, log }, files) {
  if (toolCache === void 0) return [tempFolder];
  const unfit = !isAbsolute3(toolCache) ? "it is not an absolute path" : await isInsideReally(toolCache, checkout, platform, files) ? "it is inside the checkout" : void 0;
  if (unfit === void 0) return [toolCache, tempFolder];
  log(`The tool cache \`${toolCache}\` is not used: ${unfit}.`);
  return [tempFolder];
}
async function isInsideReally(path8, checkout, platform, files) {
  const real = (one) => files.realpath(one).catch(() => one);
  return isInside2(path8, checkout, platform) || isInside2(await real(path8), await real(checkout), platform);
}
async function onDisk(folder, work) {
  try {
    await work();
  } catch (error) {
    const problem = diskProblem(error);
    if (problem === void 0) throw error;
    throw notInstalled(`\`${folder}\`: ${problem}`);
  }
}
function notInstalled(actual) {
  return new SecretlessError("CLI_INSTALL_FAILED", {
    problem: "The Databricks CLI could not be written to disk.",
    expected: "about 100 MB that can be written in the job's temporary folder, and better also in the tool cache",
    actual,
    remedy: "Free disk space on the runner, or let its user write there."
  });
}

// core/databricks/json.ts
function parseJson(text, source) {
  try {
    return parse(text, void 0, numberOrDigits);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw unreadable2(
      source,
      text.trim() === "" ? "nothing" : `${String(text.length)} characters that are no JSON${at(position)}`
    );
  }
}
function unreadable2(source, actual, expected = "JSON") {
  return new SecretlessError("CLI_OUTPUT_UNREADABLE", {
    problem: `The output of \`${source}\` cannot be read.`,
    expected,
    actual,
    remedy: "Use a version of the Databricks CLI that the product is tested with (1.9.0 to 1.13.0)."
  });
}
function at(position) {
  return position === void 0 ? "" : ` (from character ${position} on)`;
}
function numberOrDigits(digits) {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function member(value, ...path8) {
  let found = value;
  for (const key of path8) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : void 0;
  return found;
}
function members(value) {
  return isObject(value) ? Object.entries(value) : [];
}
function textOf2(value) {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : void 0;
}

// core/databricks/version.ts
var MINIMUM = [1, 9, 0];
var TIMEOUT2 = 3e4;
var LIMIT = 64 * 1024;
var SOURCE = "databricks version -o json";
async function checkVersion(options) {
  const version = textOf2(member(parseJson(await printed(options), SOURCE), "Version")) ?? "";
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(version);
  if (!match) throw unreadable2(SOURCE, `the version \`${version.slice(0, 50)}\``, "a version such as 1.13.0");
  const [, major, minor, patch, prerelease] = match;
  const numbers = [Number(major), Number(minor), Number(patch)];
  const unknown = numbers.every((number) => number === 0);
  if (!unknown && compare(numbers, MINIMUM) < 0) throw tooOld(version, options.file);
  if (prerelease === void 0 && !unknown) return { version };
  return {
    version,
    warning: `The Databricks CLI ${version} is a development build. It is used as it is, but it ignores the bundle's \`databricks_cli_version\` constraint, and nobody has tested this product with it.`
  };
}
function compare(left, right) {
  const index = left.findIndex((number, position) => number !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
function tooOld(version, file) {
  return new SecretlessError("CLI_TOO_OLD", {
    problem: "The Databricks CLI on PATH is too old.",
    expected: `${MINIMUM.join(".")} or newer`,
    actual: `${version} (${file})`,
    remedy: "Install a newer Databricks CLI before this step, or take the older one from PATH."
  });
}
async function printed(options) {
  const chunks = [];
  let size = 0;
  const timeout = new AbortController();
  const done = new AbortController();
  options.clock.sleep(TIMEOUT2, done.signal).then(
    () => {
      timeout.abort(unreadable2(SOURCE, `no answer within ${String(TIMEOUT2 / 1e3)} s`));
    },
    () => void 0
  );
  const request = {
    file: options.file,
    args: ["version", "-o", "json"],
    cwd: options.cwd,
    env: options.env,
    onStdout: (chunk) => {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
    },
    onStderr: () => void 0
  };
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    const { code: code2, signal: killed } = await runUntil(options, request, signal);
    if (code2 !== 0) throw unreadable2(SOURCE, `exit ${killed ?? String(code2)}`);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof SecretlessError || options.signal?.aborted) throw error;
    throw notStartable(options.file, error);
  } finally {
    done.abort();
  }
}
function notStartable(file, error) {
  return new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI cannot be started.",
    actual: `${file}: ${error instanceof Error ? error.message : String(error)}`,
    remedy: "Check that it is built for this operating system and processor, and that it may be executed.",
    cause: error
  });
}

// core/tool.ts
var FROM_PATH = "from PATH, not verified";
async function findTool(step, facts, cwd) {
  const { ports, signal } = step;
  const tool = step.inputs.cliVersion === void 0 ? await onPath(step) : await installed(step);
  const terminate = createTerminate(ports);
  const path8 = ports.environment["PATH"];
  const env = path8 === void 0 ? {} : { PATH: path8 };
  const { version, warning } = await checkVersion({ ...ports, terminate, file: tool.file, env, cwd, signal });
  if (tool.version !== void 0 && tool.version !== version) throw otherVersion(tool.version, version);
  if (warning !== void 0) warn(step, facts, warning);
  facts.cli = { version, file: tool.file, verified: tool.verified };
  return tool.file;
}
async function onPath(step) {
  const { host, ports } = step;
  try {
    const { file, notes } = await findCli({ ...ports, checkout: host.context.checkout });
    for (const note of notes) host.info(note);
    return { file, verified: FROM_PATH };
  } catch (error) {
    if (!(error instanceof SecretlessError) || error.code !== "CLI_NOT_FOUND") throw error;
    host.info(`${error.message} The pinned release is installed.`);
    return installed(step);
  }
}
async function installed({ host, inputs, ports, signal }) {
  const { toolCache, tempFolder, checkout } = host.context;
  const cli = await installCli(
    {
      version: inputs.cliVersion,
      mirror: inputs.cliMirror,
      sha256: inputs.cliSha256,
      toolCache,
      tempFolder,
      checkout,
      signal
    },
    { ...ports, log: (line) => host.info(line) }
  );
  return { file: cli.file, version: cli.version, verified: `${cli.verified}, from ${cli.from}` };
}
function otherVersion(wanted, found) {
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: "The archive of the Databricks CLI holds another version than it was taken for.",
    expected: wanted,
    actual: found,
    remedy: "Give `cli-sha256` the hash of the archive of `cli-version`."
  });
}

// core/access-report.ts
async function reportAccess({ step, facts }, plan) {
  const { planRow, policyLine, proofLines } = await import("./describe-AK2CK6I5.js");
  const { scopeWords } = await import("./proof-75DFBYRZ.js");
  const { standardsTable } = await import("./standards-4VBLRCMX.js");
  const before = facts.access ? accessLines(facts.access).join("\n") : "";
  facts.access = {
    rows: plan.changes.map(planRow),
    denied: plan.denied.map(planRow),
    proofs: [...plan.proofs.values()].map((proof) => ({
      job: proof.job,
      principal: proof.principal,
      words: scopeWords(proof),
      lines: proofLines(proof)
    })),
    policy: policyLine(plan),
    registrar: plan.selfRegistered ? `${plan.registrarId}, the deployer itself` : plan.registrarId,
    notes: plan.notes,
    standards: standardsTable(plan, {
      credentials: facts.scan && facts.scan.stopping.length + facts.scan.others.length,
      // Federation policies of a service principal take no pattern; credentials in Entra ID may.
      exactSubject: step.inputs.exchange === "databricks" ? true : void 0,
      pinnedCli: facts.cli && facts.cli.verified !== FROM_PATH
    })
  };
  const lines = accessLines(facts.access);
  if (lines.join("\n") !== before) for (const line of lines) step.host.info(line);
  for (const text of plan.warnings) if (!facts.warnings.includes(text)) warn(step, facts, text);
}
var PLANNED = { title: "Access plan", granted: "to grant", updated: "to update", revoked: "to withdraw" };
var DONE = { title: "Access", granted: "granted", updated: "updated", revoked: "withdrawn" };
var NAMES = { grant: "granted", update: "updated", withdraw: "revoked" };
async function reportApplied({ step, facts }, how, changes, plan) {
  const { host } = step;
  const lists = { granted: [], updated: [], revoked: [] };
  for (const one of changes) {
    const change = "change" in one ? one.change : one;
    const failed = "change" in one && one.outcome !== "done" ? one : void 0;
    const { action, job, purpose, target, object } = change;
    const what = target.describe(object);
    if (how === "applied" && (failed || action in NAMES))
      host.info(`  ${failed?.outcome ?? "done"}: ${action} ${what} (job ${job}, ${purpose})`);
    if (failed || action === "record" || action === "unchanged") continue;
    lists[NAMES[action]].push({ job, purpose, kind: target.kind, ...object });
  }
  const unchanged = plan.changes.filter(({ action }) => action === "unchanged").length;
  const { granted, updated, revoked } = lists;
  const counts = {
    granted: granted.length,
    updated: updated.length,
    revoked: revoked.length,
    unchanged
  };
  const words = how === "planned" ? PLANNED : DONE;
  host.info(
    `${words.title}: ${granted.length} ${words.granted}, ${updated.length} ${words.updated}, ${revoked.length} ${words.revoked}, ${unchanged} unchanged`
  );
  if (how === "applied" && facts.access) facts.access = { ...facts.access, result: counts };
  await jsonOutput(host, "access", { ...lists, unchanged }, counts);
}

// core/databricks/workspace-api.ts
var DEADLINE = 6e4;
async function callWorkspace(api, {
  method,
  path: path8,
  body
}, { what, accept = [] }) {
  const { clock, signal } = api;
  const attempt = async (stop) => {
    const headers = {
      authorization: `Bearer ${await api.token()}`,
      accept: "application/json",
      ...body !== void 0 && { "content-type": "application/json" }
    };
    const content = body === void 0 ? {} : { body };
    const request = { method, url: `${api.host}${path8}`, headers, ...content, signal: stop };
    const response = await api.send(request);
    if (response.status !== 200 && !accept.includes(response.status)) throw statusError(request, response);
    return response;
  };
  try {
    return await retry(attempt, { clock, deadline: clock.now() + DEADLINE, signal });
  } catch (error) {
    throw error instanceof HttpError ? endpointUnavailable(what, error) : error;
  }
}
async function currentUser(api) {
  const path8 = "/api/2.0/preview/scim/v2/Me";
  const how = { what: "The question who we are", accept: [401, 403] };
  const { status, headers, body } = await callWorkspace(api, { method: "GET", path: path8 }, how);
  if (status !== 200) throw unknownPrincipal(status, body);
  const user = parseJson(body, `GET ${path8}`);
  const userName = textOf2(member(user, "userName")) ?? "";
  return {
    userName,
    displayName: textOf2(member(user, "displayName")) ?? userName,
    workspaceId: headers["x-databricks-org-id"]
  };
}
function unknownPrincipal(status, body) {
  return new SecretlessError("WRONG_PRINCIPAL", {
    problem: "The exchange worked, but the workspace does not let the service principal in.",
    expected: "a service principal that is assigned to this workspace",
    actual: `status ${status}: ${redact(body).slice(0, 500)}`,
    remedy: "Add the service principal to the workspace: docs/setup-github.md, step 1."
  });
}
async function cancelRun(api, runId2) {
  const body = `{"run_id":${runId2}}`;
  const request = { method: "POST", path: "/api/2.2/jobs/runs/cancel", body };
  await callWorkspace(api, request, { what: "The cancellation of the run", accept: [400, 404] });
}
async function stopPipeline(api, pipelineId2) {
  const path8 = `/api/2.0/pipelines/${encodeURIComponent(pipelineId2)}/stop`;
  const how = { what: "The cancellation of the update", accept: [400, 404] };
  await callWorkspace(api, { method: "POST", path: path8, body: "{}" }, how);
}
async function jobExists(api, jobId) {
  const path8 = `/api/2.2/jobs/get?job_id=${encodeURIComponent(jobId)}`;
  const how = { what: "The look at a job", accept: [400, 403, 404] };
  const { status } = await callWorkspace(api, { method: "GET", path: path8 }, how);
  return status === 200 || status === 403;
}

// core/connect.ts
var EARLY = 1e4;
async function connect(step, facts, audit) {
  const { host, ports, inputs } = step;
  let { early } = step;
  const workspace = await step.workspace;
  const connecting = new AbortController();
  const abandon = () => {
    connecting.abort(step.signal.reason);
  };
  step.signal.addEventListener("abort", abandon);
  const session = signIn(step, {
    workspace,
    audit,
    clientId: inputs.clientId,
    idToken: (audience) => {
      const first = early;
      early = void 0;
      const fits = first !== void 0 && first.audience === (host.fixedAudience ?? audience);
      const inTime = fits && ports.clock.now() - first.askedAt < EARLY;
      return inTime ? first.idToken : host.idToken(audience);
    },
    signal: connecting.signal,
    onExchange: ({ claims }) => {
      if (!claims) return;
      const { issuer, subject, audience, sha } = claims;
      facts.idToken = { issuer, subject, audience: audience.join(", ") };
      facts.commit = { checkedOut: facts.commit?.checkedOut, ofToken: sha };
    }
  });
  facts.exchangedAt = inputs.exchange === "entra" ? "Microsoft Entra ID" : "Databricks";
  facts.commit = { ofToken: void 0, checkedOut: await checkedOutCommit(host.context.checkout) };
  try {
    await session.token();
    await audit.settled();
    await prove(step, workspace, session, facts);
  } finally {
    step.signal.removeEventListener("abort", abandon);
  }
  return session;
}
async function prove({ host, inputs, ports, signal }, workspace, session, facts) {
  const user = await currentUser(workspaceApi({ inputs, ports, signal }, session));
  facts.principal = { applicationId: user.userName, name: user.displayName };
  expectSame("WRONG_PRINCIPAL", "principal", inputs.clientId, user.userName.toLowerCase(), "client-id");
  const workspaceId = user.workspaceId ?? workspace.workspaceId;
  facts.workspaceId = workspaceId;
  expectSame("WRONG_WORKSPACE", "workspace", inputs.workspaceId, workspaceId, "workspace-id");
  expectSame("WRONG_ACCOUNT", "account", inputs.accountId, workspace.accountId?.toLowerCase(), "account-id");
  await host.output("principal", user.userName);
  await host.output("workspace-url", inputs.host);
}
function workspaceApi({ inputs, ports, signal }, session) {
  const token = async () => (await session.token()).accessToken;
  return { host: inputs.host, token, send: ports.send, clock: ports.clock, signal };
}
function expectSame(code2, what, wanted, found, input) {
  if (wanted === void 0 || wanted === found) return;
  throw new SecretlessError(code2, {
    problem: `The ${what} is another one than was asked for. Nothing was changed.`,
    expected: `${wanted} (input \`${input}\`)`,
    actual: found ?? `the workspace does not say which ${what} it is`,
    remedy: `Correct \`host\` or \`${input}\`.`
  });
}

// core/access-step.ts
var Access = class {
  #parts;
  /** What was shown, and so may be done. */
  #shown;
  constructor(parts) {
    this.#parts = parts;
  }
  /**
   * Shows what would be granted, changed and withdrawn; changes nothing. A deployment without an access file is not
   * held up: what such a bundle once granted is found, shown and withdrawn after it.
   * @throws SecretlessError with every entry that cannot be granted
   */
  async plan(cli) {
    const { step, source } = this.#parts;
    if (!source.declared && step.inputs.command === "deploy") return;
    const summary = await cli.summary(step.signal);
    await told(async () => {
      const request = await this.#request(summary, false);
      if (!await this.#concerns(request)) return;
      const { planAccess } = await import("./access-WMY2ISL4.js");
      this.#shown = await planAccess(request, (plan) => this.#show(plan, request.bundle));
      await reportApplied(this.#parts, "planned", this.#shown.changes, this.#shown);
    });
  }
  /** Registers what was planned, after the last process of the bundle has ended. */
  async apply(summary) {
    const { step, source } = this.#parts;
    if (step.signal.aborted && !source.declared) return;
    await told(async () => {
      const request = await this.#request(summary, true);
      if (!await this.#concerns(request)) return;
      const { applyAccess } = await import("./apply-UVU6VLIT.js");
      await this.#change(
        request,
        (complete, options) => applyAccess(complete, { ...options, approved: this.#shown })
      );
    });
  }
  /** Withdraws everything; what fails must keep the bundle from being destroyed. */
  async withdraw(summary) {
    await told(async () => {
      const request = await this.#request(summary, true);
      if (!await recorded(request)) return;
      const { withdrawAccess } = await import("./apply-UVU6VLIT.js");
      await this.#change(request, withdrawAccess);
    });
  }
  async #request({ tree }, deployed) {
    const { step, facts, audit, session, source } = this.#parts;
    const { host, clientId } = step.inputs;
    const { accountId = step.inputs.accountId } = await step.workspace;
    const { files, evidence } = source;
    return {
      files,
      bundle: bundleFacts(tree, facts.workspaceId ?? new URL(host).host),
      deployed,
      deployerId: clientId,
      accountId,
      evidence,
      deployer: await connectionOf({ step, audit, session, clientId }),
      registrar: void 0,
      clock: step.ports.clock,
      signal: step.signal
    };
  }
  /** Whether anything is declared or was granted before. */
  async #concerns(request) {
    return this.#parts.source.declared || await recorded(request);
  }
  async #show(plan, bundle) {
    await reportAccess(this.#parts, plan);
    const { auditTrail } = await import("./audit-trail-N2ELTLQY.js");
    const record2 = auditTrail(this.#parts.audit, bundle);
    for (const change of plan.denied)
      await record2({ change, outcome: "denied", reason: change.decision?.reason ?? "" }, plan);
  }
  async #change(request, work) {
    const { step, audit } = this.#parts;
    const { host, inputs } = step;
    const { auditTrail } = await import("./audit-trail-N2ELTLQY.js");
    const record2 = auditTrail(audit, request.bundle);
    const done = [];
    let last;
    const options = {
      holder: host.context.runUrl || host.context.ciName,
      lockTimeout: inputs.lockTimeout,
      onPlan: async (plan) => {
        last = plan;
        await reportAccess(this.#parts, plan);
      },
      onApplied: async (applied, plan) => {
        done.push(applied);
        await record2(applied, plan);
      }
    };
    try {
      await host.group("Access", async () => {
        const registrar = await this.#registrar(request);
        await work({ ...request, registrar }, options);
      });
    } finally {
      if (last) await reportApplied(this.#parts, "applied", done, last);
    }
  }
  /** The registrar's connection, with a token of its own that the token service never serves. */
  async #registrar({ files }) {
    const { registrarOf } = await import("./access-WMY2ISL4.js");
    const { step, audit } = this.#parts;
    const clientId = registrarOf(files);
    if (clientId === void 0) return void 0;
    const session = signIn(step, {
      workspace: await step.workspace,
      audit,
      clientId,
      signal: step.signal
    });
    await session.token();
    await audit.settled();
    const { userName } = await currentUser(workspaceApi(step, session));
    expectSame("WRONG_PRINCIPAL", "registrar", clientId, userName.toLowerCase(), "policy-file");
    return connectionOf({ step, audit, session, clientId });
  }
};
async function told(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof HttpError) throw endpointUnavailable("A request about the access of jobs", error);
    if (!(error instanceof ApiFailure)) throw error;
    throw new SecretlessError("ACCESS_FAILED", {
      problem: "A request about the access of jobs was refused.",
      actual: `${error.status} ${error.errorCode}: ${error.message}`,
      remedy: "Give the identity what the answer asks for. What was changed so far is recorded: the next run goes on from there.",
      cause: error
    });
  }
}
async function recorded({ deployer, bundle }) {
  const { readState } = await import("./state-B2CTVKTE.js");
  const { records, unowned } = await readState(deployer.workspace, bundle);
  return records.length + unowned.length > 0;
}

// core/audit-file.ts
import { randomUUID as randomUUID4 } from "node:crypto";
import { appendFile } from "node:fs/promises";
import path4 from "node:path";

// core/audit/log.ts
var SCHEMA_VERSION = "1.8.0";
function withoutTokens(value) {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutTokens(inner)]));
}
function openAuditLog({ context, clock, append }) {
  let sequence = 0;
  let last = Promise.resolve();
  return {
    get count() {
      return sequence;
    },
    write(event) {
      sequence += 1;
      const line = {
        ...event,
        type_uid: event.class_uid * 100 + event.activity_id,
        time: clock.now(),
        metadata: {
          version: SCHEMA_VERSION,
          product: {
            name: "databricks-secretless",
            vendor_name: "databricks-secretless",
            version: context.productVersion
          },
          correlation_uid: context.correlationId,
          uid: `${context.correlationId}#${sequence}`,
          sequence
        },
        unmapped: { ...event.unmapped, run: context.run }
      };
      const text = `${JSON.stringify(withoutTokens(line))}
`;
      last = last.catch(() => void 0).then(() => append(text));
      return last;
    }
  };
}

// core/audit-file.ts
async function openAuditFile({ host, ports, inputs }) {
  const { checkout, tempFolder, runUrl: runUrl2, ciName } = host.context;
  const file = inputs.auditLog === void 0 ? path4.join(tempFolder, `databricks-secretless-audit-${randomUUID4()}.jsonl`) : path4.resolve(checkout, inputs.auditLog);
  const append = async (text) => {
    try {
      await appendFile(file, text, { mode: 384 });
    } catch (error) {
      throw new SecretlessError("AUDIT_LOG_UNWRITABLE", {
        problem: `The audit log ${file} cannot be written.`,
        actual: error instanceof Error ? error.message : String(error),
        remedy: "Set the input `audit-log` to a path that may be written.",
        cause: error
      });
    }
  };
  await append("");
  await host.output("audit-log", file);
  const context = {
    productVersion: PRODUCT.version,
    correlationId: runUrl2 || randomUUID4(),
    run: { ci: ciName, command: inputs.command, ...runUrl2 !== "" && { url: runUrl2 } }
  };
  const log = openAuditLog({ context, clock: ports.clock, append });
  let last = Promise.resolve();
  return {
    file,
    get count() {
      return log.count;
    },
    write: (event) => log.write(event),
    note(event) {
      last = Promise.all([last, log.write(event)]).then(() => void 0);
      last.catch(() => void 0);
    },
    settled: () => last
  };
}

// core/audit/scan-event.ts
var MOST = 100;
function scanEvent(scan) {
  const { findings, accepted, host, runner } = scan;
  const blocked = findings.some(({ blocking }) => blocking);
  const name = new URL(host).host;
  return {
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: 99,
    activity_name: "Other",
    // OCSF severity: High, Low, Informational.
    severity_id: blocked ? 4 : findings.length > 0 ? 2 : 1,
    status_id: blocked ? 2 : 1,
    status: blocked ? "Failure" : "Success",
    ...blocked && { status_code: "CREDENTIAL_FOUND" },
    message: `Scan for static credentials: ${findings.length} found, ${accepted} accepted by exceptions${blocked ? "; the deployment was stopped" : ""}`,
    api: { operation: "Scan of the deployment", service: { name } },
    src_endpoint: { name: runner },
    dst_endpoint: { name, hostname: name },
    unmapped: { accepted, findings: findings.slice(0, MOST), findings_count: findings.length }
  };
}

// core/databricks/cli.ts
import { realpath as realpath2 } from "node:fs/promises";
import path5, { posix as posix2 } from "node:path";

// core/databricks/bundle-destroy.ts
function refusedDeletes(diagnostics) {
  return diagnostics.flatMap(({ text }) => {
    const match = /Ignoring permission error when deleting (?:resources\.)?(\S+) id=(\S+?):?(?: |$)/.exec(
      text
    );
    return match ? [`${match[1] ?? ""} (${match[2] ?? ""})`] : [];
  });
}
function destroyIncomplete(left) {
  return new SecretlessError("DESTROY_INCOMPLETE", {
    problem: "Not everything was destroyed: the workspace refused to delete resources.",
    expected: "all resources of the bundle deleted",
    remedy: "Give the deploying principal CAN MANAGE on them, or let an administrator delete them.",
    mistakes: left.map((resource) => ({ problem: `${resource} is still there.` }))
  });
}

// core/databricks/bundle-run.ts
function runArguments({ resource, parameters, wait }) {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`
  );
  const line = pairs.join(",");
  const params = line.split("=").length > 2 ? line : `${line},${line}`;
  return [resource, ...wait ? [] : ["--no-wait"], ...pairs.length === 0 ? [] : ["--params", params]];
}
function runUrl(line) {
  return /^(?:Run|Update) URL: (https?:\/\/\S+)$/.exec(line)?.[1];
}
function runId(url) {
  return /\/jobs?\/\d+\/runs?\/(\d+)/.exec(url)?.[1] ?? /#job\/\d+\/run\/(\d+)/.exec(url)?.[1];
}
function pipelineId(url) {
  return /#joblist\/pipelines\/([\w-]+)\/updates\//.exec(url)?.[1];
}
function runEnd(line) {
  const match = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ".*?" TERMINATED ([A-Z_]+)(?: (.*))?$/.exec(line);
  return match ? { result: match[1] ?? "", message: match[2] ?? "" } : void 0;
}
var OTHER_ENDS = {
  UPSTREAM_CANCELED: ["RUN_CANCELLED", "A task was cancelled."],
  TIMEDOUT: ["RUN_TIMED_OUT", "The run took longer than its limit."],
  MAXIMUM_CONCURRENT_RUNS_REACHED: ["RUN_SKIPPED", "As many runs as the job allows are active."],
  EXCLUDED: ["RUN_SKIPPED", "The run was skipped."],
  DISABLED: ["RUN_SKIPPED", "The run was skipped."]
};
function unsuccessful(resource, end) {
  if (end === void 0 || /^SUCCESS(?:_WITH_FAILURES)?$/.test(end.result)) return void 0;
  const [code2, problem] = OTHER_ENDS[end.result] ?? ["RUN_FAILED", "The run failed."];
  return new SecretlessError(code2, {
    problem: `${resource}: ${problem}`,
    actual: end.message === "" ? end.result : `${end.result}: ${end.message}`,
    remedy: SEE_RUN
  });
}
var SEE_RUN = "Look at the run in the workspace; its link is above in the log.";
var ENDS = [
  [/^run canceled: ?(.*)/, "RUN_CANCELLED", "The run was cancelled."],
  [/^run timed out: ?(.*)/, "RUN_TIMED_OUT", "The run took longer than its limit."],
  [/^run skipped: ?(.*)/, "RUN_SKIPPED", "The run was skipped."],
  [/^run failed: ?(.*)/, "RUN_FAILED", "The run failed."],
  [/got INTERNAL_ERROR: ?(.*)/, "RUN_FAILED", "The run failed."],
  [/^update cancelled()$/, "RUN_CANCELLED", "The update of the pipeline was cancelled."],
  [/^update failed()$/, "RUN_FAILED", "The update of the pipeline failed."],
  [/resource with key ".*" not found/, "RESOURCE_UNKNOWN", "The bundle has no such job or pipeline."],
  [
    /resource not found or not yet deployed|resource with key ".*" is not deployed|has not been deployed/,
    "RESOURCE_UNKNOWN",
    "It is not deployed yet."
  ]
];
function runFailure(resource, result) {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  for (const { text } of errors) {
    for (const [pattern, code2, problem] of ENDS) {
      const match = pattern.exec(text);
      if (!match) continue;
      const remedy = code2 === "RESOURCE_UNKNOWN" ? "Name a key under `resources.jobs` or `resources.pipelines` that is deployed to this target." : SEE_RUN;
      return new SecretlessError(code2, {
        problem: `${resource}: ${problem}`,
        actual: match[1] || text,
        remedy
      });
    }
  }
  const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  return new SecretlessError("RUN_FAILED", {
    problem: `${resource}: the Databricks CLI could not run it to its end.`,
    actual: errors.map(({ text }) => text).join("; ") || exit,
    remedy: "Its messages are above in the log."
  });
}

// core/databricks/diagnostics.ts
var PROGRESS = /^(?:(?:Uploading|Building|Updating|Deploying|Deployment|Executing|Created|Updated|Deleted|Recreated|Resized) |(?:Files|Resources|Plan|Destroy|Run URL|Info|Debug): |\{)/;
var DiagnosticsReader = class {
  #found = [];
  /** Which part of the last diagnostic the next line belongs to. */
  #part = "none";
  line(line) {
    const start = /^(Error|Warning|Warn|Recommendation): (.*)$/.exec(line);
    if (start) this.#start(start[1] ?? "", start[2] ?? "");
    else if (line.trim() === "")
      this.#part = this.#part === "text" || this.#part === "places" ? "gap" : "none";
    else if (this.#part === "text" || this.#part === "places") this.#headLine(line);
    else if (this.#part === "gap" && PROGRESS.test(line)) this.#part = "none";
    else if (this.#part !== "none") {
      this.#part = "detail";
      this.#found.at(-1)?.detail.push(line.trimEnd());
    }
  }
  #start(word, text) {
    const severity = word === "Error" ? "error" : word === "Recommendation" ? "recommendation" : "warning";
    const named2 = /\byaml \((\S.*?):(\d+):(\d+)\)/.exec(text);
    this.#found.push({ severity, text: [text], detail: [], ...named2 && { place: placeOf2(named2) } });
    this.#part = word === "Warn" ? "none" : "text";
  }
  #headLine(line) {
    const current = this.#found.at(-1);
    const path8 = /^ {2}at (\S.*)$/.exec(line)?.[1];
    const place = /^ {2}in (\S.*?):(\d+)(?::(\d+))?$/.exec(line);
    if (current && path8 === void 0 && !place && this.#part === "text" && !PROGRESS.test(line)) {
      current.text.push(line.trim());
      return;
    }
    this.#part = path8 !== void 0 || place || line.startsWith("    ") ? "places" : "none";
    if (current && path8 !== void 0) current.path ??= path8;
    if (current && place) current.place ??= placeOf2(place);
  }
  /** Every diagnostic so far, each once: the CLI repeats some. */
  get diagnostics() {
    const seen = /* @__PURE__ */ new Set();
    return this.#found.flatMap(({ text, detail, ...rest }) => {
      const diagnostic = {
        ...rest,
        text: text.join(" "),
        ...detail.length > 0 && { detail: detail.join("\n") }
      };
      const key = JSON.stringify(diagnostic);
      if (seen.has(key)) return [];
      seen.add(key);
      return [diagnostic];
    });
  }
};
function placeOf2([, file = "", line, column]) {
  return { file, line: Number(line), ...column !== void 0 && { column: Number(column) } };
}

// core/databricks/lines.ts
import { StringDecoder } from "node:string_decoder";
var MAX_LINE = 16384;
var SLACK = 8192;
var LineSplitter = class {
  #decoder = new StringDecoder("utf8");
  #onLine;
  #rest = "";
  #dropped = 0;
  constructor(onLine) {
    this.#onLine = onLine;
  }
  write(chunk) {
    const parts = this.#decoder.write(chunk).split("\n");
    for (const [index, part] of parts.entries()) {
      this.#append(part);
      if (index < parts.length - 1) this.#emit();
    }
  }
  /** Hands on what stands after the last line break. */
  end() {
    this.#append(this.#decoder.end());
    if (this.#rest !== "") this.#emit();
  }
  #append(part) {
    const room = MAX_LINE + SLACK - this.#rest.length;
    this.#rest += part.slice(0, room);
    this.#dropped += Math.max(0, part.length - room);
  }
  #emit() {
    const whole = this.#rest.replace(/\r$/, "");
    const dropped = this.#dropped;
    this.#rest = "";
    this.#dropped = 0;
    if (whole.length <= MAX_LINE) {
      this.#onLine(whole);
      return;
    }
    const line = redact(whole).slice(0, MAX_LINE);
    this.#onLine(`${line} \u2026 (${String(whole.length - MAX_LINE + dropped)} characters more)`);
  }
};

// core/databricks/lock.ts
function heldLock(diagnostics) {
  for (const { text } of diagnostics) {
    const match = /^(?:Failed to acquire deployment lock: )?deploy lock (?:force-)?acquired by (.+?) at (\S+ \S+)/.exec(
      text
    );
    if (!match) continue;
    return new SecretlessError("DEPLOYMENT_LOCKED", {
      problem: "Another deployment of this bundle and target holds the lock.",
      actual: `held by ${match[1] ?? ""} since ${match[2] ?? ""} UTC`,
      remedy: "Let deployments of one target wait for each other (on GitHub a `concurrency:` group). If a deployment was killed and left its lock, make sure that none is running, then remove `deploy.lock` in the bundle's state folder."
    });
  }
  return void 0;
}
async function isLocked(api, statePath) {
  const query = new URLSearchParams({ path: `${statePath}/deploy.lock` });
  const path8 = `/api/2.0/workspace/get-status?${query.toString()}`;
  const how = { what: "The look at the deployment lock", accept: [404] };
  return (await callWorkspace(api, { method: "GET", path: path8 }, how)).status === 200;
}

// core/databricks/plan.ts
var ACTIONS = ["skip", "resize", "update", "update_id", "create", "recreate", "delete"];
var PLAN_COMMAND = "databricks bundle plan -o json";
function readPlan(json) {
  const plan = member(json, "plan");
  if (!isObject(json) || plan !== void 0 && plan !== null && !isObject(plan)) {
    throw unreadable2(PLAN_COMMAND, "JSON without a plan", "a JSON object with the member `plan`");
  }
  const entries = members(plan).map(([key, entry]) => readEntry(key, entry));
  return {
    engine: member(json, "plan_version") === void 0 ? "terraform" : "direct",
    entries: entries.sort((a, b) => a.resource < b.resource ? -1 : 1)
  };
}
function readEntry(key, entry) {
  const action = ACTIONS.find((known) => known === member(entry, "action"));
  const [prefix, group, name, ...rest] = key.split(".");
  if (action === void 0 || prefix !== "resources" || group === void 0 || name === void 0) {
    const found = textOf2(member(entry, "action")) ?? "none";
    throw unreadable2(
      PLAN_COMMAND,
      `the entry ${key} with the action ${found}`,
      `one of the actions ${ACTIONS.join(", ")}`
    );
  }
  const fields = members(member(entry, "changes")).filter(([, change]) => member(change, "action") !== "skip").map(([field]) => field);
  return {
    resource: [group, name, ...rest].join("."),
    action,
    child: rest.length > 0,
    gone: member(entry, "gone") === true,
    fields: fields.sort()
  };
}
function planChanged(before, after) {
  const doings = ({ engine, entries }) => {
    const changes = entries.filter(({ action }) => action !== "skip").map(
      ({ resource, action, gone, fields }) => JSON.stringify([resource, action, gone, [...fields].sort()])
    );
    return JSON.stringify([engine, changes.sort()]);
  };
  return doings(before) !== doings(after);
}
var LOSSES = {
  jobs: "its run history and its ID",
  pipelines: "the streaming tables and materialized views that it keeps",
  schemas: "every table and volume in it",
  volumes: "every file in it, if it is a managed one",
  catalogs: "every schema in it",
  dashboards: "its address and its subscriptions",
  genie_spaces: "its address and its conversations",
  database_instances: "every database in it",
  database_catalogs: "every schema in it",
  synced_database_tables: "its rows",
  postgres_projects: "every branch and database in it",
  postgres_branches: "every database in it",
  postgres_databases: "every table in it",
  vector_search_indexes: "what it has indexed",
  registered_models: "every version of it",
  experiments: "every run of it",
  model_serving_endpoints: "its address",
  secret_scopes: "every secret in it"
};
function losses(plan) {
  return plan.entries.flatMap(({ resource, action, child, gone }) => {
    if (child || gone || action !== "delete" && action !== "recreate") return [];
    const kind = resource.slice(0, resource.indexOf("."));
    return [{ resource, action, lost: LOSSES[kind] ?? "what it holds, and its ID" }];
  });
}

// core/databricks/summary.ts
var SOURCE2 = "databricks bundle summary -o json";
function readSummary(text) {
  const json = parseJson(text, SOURCE2);
  if (!isObject(json) || !isObject(member(json, "bundle"))) {
    throw unreadable2(SOURCE2, "JSON without a bundle", "a JSON object with the member `bundle`");
  }
  const all = members(member(json, "resources")).flatMap(
    ([kind, ofKind]) => members(ofKind).flatMap(([key, resource]) => {
      const id = textOf2(member(resource, "id"));
      if (id === void 0) return [];
      const name = textOf2(member(resource, "name")) ?? key;
      const declared = member(resource, "modified_status") !== "deleted";
      return [{ kind, key, id, name, url: textOf2(member(resource, "url")) ?? "", declared }];
    })
  );
  const deployed = (wanted) => all.flatMap(({ kind, declared, ...resource }) => kind === wanted && declared ? [resource] : []);
  return {
    tree: json,
    name: textOf2(member(json, "bundle", "name")) ?? "",
    target: textOf2(member(json, "bundle", "target")) ?? "",
    workspace: {
      host: textOf2(member(json, "workspace", "host")),
      rootPath: textOf2(member(json, "workspace", "root_path")) ?? "",
      statePath: textOf2(member(json, "workspace", "state_path")) ?? ""
    },
    jobs: deployed("jobs"),
    pipelines: deployed("pipelines"),
    resources: all.map(({ kind, key, id, name, url }) => ({ kind, key, id, name, url }))
  };
}

// core/databricks/cli.ts
var REMOTE = /\(\d{3}(?: [A-Z_]+)?\)|^HTTP Status: |failed during request visitor|\b(?:dial tcp|i\/o timeout|connection re(?:fused|set)|x509:)/m;
var KEEP_LOCK = "--force-lock=false";
var READING_RATE = "60";
var MAX_JSON = 256 * 1024 * 1024;
var DatabricksCli = class {
  #options;
  constructor(options) {
    this.#options = options;
  }
  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async plan(signal) {
    const result = await this.#run(["plan", "-o", "json"], { signal, capture: true });
    if (result.code !== 0) throw this.#readingFailure("plan", result);
    const json = parseJson(result.stdout, PLAN_COMMAND);
    return { plan: readPlan(json), json, diagnostics: result.diagnostics };
  }
  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async summary(signal) {
    const result = await this.#run(["summary", "-o", "json"], { signal, capture: true });
    if (result.code !== 0) throw this.#readingFailure("read", result);
    return readSummary(result.stdout);
  }
  /**
   * Deploys. Takes no signal: a CLI that is ended in the middle leaves its lock, and jobs that no state knows.
   * @throws SecretlessError `DEPLOYMENT_LOCKED` or `DEPLOY_FAILED`
   */
  async deploy({ autoApprove }) {
    const result = await this.#run(["deploy", KEEP_LOCK, ...autoApprove ? ["--auto-approve"] : []], {});
    if (result.code === 0) return result;
    throw heldLock(result.diagnostics) ?? this.#failure("DEPLOY_FAILED", "The deployment failed.", result);
  }
  /**
   * Runs a job or pipeline of the deployed bundle. When `signal` is aborted, the CLI is ended; the run goes on.
   * @throws SecretlessError of core/databricks/bundle-run.ts, unless the run succeeded or `wait` is false
   */
  async run(request, signal) {
    let end;
    const onLine = (line) => {
      const url = runUrl(line);
      if (url !== void 0) request.onUrl(url);
      end ??= runEnd(line);
    };
    const result = await this.#run(["run", ...runArguments(request)], { signal, onLine });
    if (result.code !== 0) throw runFailure(request.resource, result);
    const unsuccess = unsuccessful(request.resource, end);
    if (unsuccess) throw unsuccess;
  }
  /**
   * Destroys the deployment. Takes no signal, as {@link deploy}.
   * @throws SecretlessError `DEPLOYMENT_LOCKED`, `DEPLOY_FAILED`, or `DESTROY_INCOMPLETE` for deletes that the workspace
   * refused and the CLI passed over
   */
  async destroy() {
    const result = await this.#run(["destroy", KEEP_LOCK, "--auto-approve"], {});
    const locked = result.code === 0 ? void 0 : heldLock(result.diagnostics);
    if (locked) throw locked;
    if (result.code !== 0)
      throw this.#failure("DEPLOY_FAILED", "The deployment could not be destroyed.", result);
    const swallowed = refusedDeletes(result.diagnostics);
    if (swallowed.length > 0) throw destroyIncomplete(swallowed);
  }
  async #run(args, how) {
    const { file, env, bundleRoot, target, onLine, onProcess } = this.#options;
    const root = await withoutLinks(bundleRoot);
    const reader = new DiagnosticsReader();
    const stderr = new LineSplitter((line) => {
      reader.line(line);
      how.onLine?.(line);
      onLine(line);
    });
    const stdout = new LineSplitter(onLine);
    const captured = [];
    let size = 0;
    const capture = (chunk) => {
      size += chunk.length;
      if (size <= MAX_JSON) captured.push(chunk);
    };
    const request = {
      file,
      args: ["bundle", ...args, ...target === void 0 ? [] : ["--target", target]],
      cwd: bundleRoot,
      env: {
        ...how.capture === true && { DATABRICKS_RATE_LIMIT: READING_RATE },
        ...env,
        DATABRICKS_BUNDLE_ROOT: root
      },
      onStdout: how.capture === true ? capture : (chunk) => stdout.write(chunk),
      onStderr: (chunk) => stderr.write(chunk),
      onStart: (pid) => onProcess?.(pid),
      outlives: how.signal === void 0
    };
    try {
      const ended = await runUntil(this.#options, request, how.signal);
      stdout.end();
      stderr.end();
      if (size > MAX_JSON) throw unreadable2(`databricks bundle ${args.join(" ")}`, "more than 256 MiB");
      const diagnostics = reader.diagnostics.map((one) => this.#relocated(one, root));
      return { ...ended, stdout: Buffer.concat(captured).toString("utf8"), diagnostics };
    } finally {
      onProcess?.(void 0);
    }
  }
  /** The CLI names files relative to the bundle, annotations need them relative to the checkout. */
  #relocated(diagnostic, root) {
    const { place } = diagnostic;
    if (!place) return diagnostic;
    const inBundle = path5.isAbsolute(place.file) ? path5.relative(root, place.file) : place.file;
    const file = posix2.join(this.#options.bundlePath, inBundle.replaceAll("\\", "/"));
    return { ...diagnostic, place: { ...place, file } };
  }
  /** Of a command that changes nothing. */
  #readingFailure(what, result) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const remote = errors.some(({ text, detail = "" }) => REMOTE.test(`${text}
${detail}`));
    const code2 = errors.some(({ place }) => place) || errors.length > 0 && !remote ? "BUNDLE_INVALID" : "CLI_FAILED";
    return this.#failure(code2, `The Databricks CLI could not ${what} the bundle.`, result);
  }
  #failure(code2, problem, result) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
    return new SecretlessError(code2, {
      problem,
      ...errors.length === 0 && { actual: exit },
      remedy: "Its messages are above in the log.",
      mistakes: errors.map(toMistake)
    });
  }
};
function withoutLinks(folder) {
  return realpath2(folder).catch(() => folder);
}
function toMistake({ text, path: path8, place, detail }) {
  return {
    problem: path8 === void 0 ? text : `${text} (${path8})`,
    ...detail !== void 0 && { actual: detail },
    ...place && { place }
  };
}

// core/databricks/environment.ts
var ALLOWED = [
  // Where programs and the user's files are.
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL"],
  ...["TMPDIR", "TEMP", "TMP"],
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"],
  // The same on Windows, without which few programs start.
  ...[
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)"
  ],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERNAME", "NUMBER_OF_PROCESSORS"],
  ...["PROCESSOR_ARCHITECTURE"],
  // Proxies in both spellings, and certificates for Go, Python, Node and curl.
  ...[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy"
  ],
  ...[
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT"
  ],
  // Tools behave differently in a CI; it is no secret that they are in one.
  "CI",
  // Settings of the CLI that change neither where it connects nor as whom, nor where its state or its log is:
  // its pace and patience, its engine, its telemetry, and where Terraform comes from in closed networks.
  ...[
    "DATABRICKS_RATE_LIMIT",
    "DATABRICKS_BUNDLE_HTTP_TIMEOUT_SECONDS",
    "DATABRICKS_BUNDLE_RETRY_INTERVAL_MS"
  ],
  ...[
    "DATABRICKS_BUNDLE_RESOURCE_MAX_WAIT",
    "DATABRICKS_BUNDLE_ENGINE",
    "DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION"
  ],
  ...["DATABRICKS_CLI_DISABLE_TELEMETRY", "DATABRICKS_CLI_TELEMETRY_TIMEOUT"],
  ...["DATABRICKS_TF_EXEC_PATH", "DATABRICKS_TF_VERSION", "DATABRICKS_TF_CLI_CONFIG_FILE"]
];
var VARIABLE = "BUNDLE_VAR_";
function cliEnvironment(options) {
  const { environment, platform, variables, passEnv = [], folder, product } = options;
  const taken = {};
  const take = (name, value) => {
    const known = platform.os === "win32" && Object.keys(taken).some((key) => key.toUpperCase() === name.toUpperCase());
    if (value !== void 0 && !known) taken[name] = value;
  };
  for (const name of [...ALLOWED, ...passEnv]) take(name, variable(environment, name, platform));
  if (platform.os !== "win32" && !("HOME" in taken)) take("HOME", folder.root);
  for (const [name, value] of Object.entries(variables)) take(VARIABLE + name, value);
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(VARIABLE) && !(name in taken)) take(name, value);
  }
  return {
    ...taken,
    DATABRICKS_HOST: options.host,
    ...options.workspaceId !== void 0 && { DATABRICKS_WORKSPACE_ID: options.workspaceId },
    DATABRICKS_AUTH_TYPE: "metadata-service",
    DATABRICKS_METADATA_SERVICE_URL: options.tokenServiceUrl,
    DATABRICKS_CONFIG_FILE: folder.configFile,
    DATABRICKS_BUNDLE_TMP: folder.state,
    AZURE_CONFIG_DIR: folder.azureConfig,
    // Each command after the first finds here who it is and what the host says of itself: two requests less. In its usual
    // place the cache would outlive the job, and its keys are host names: another job on this runner could fill it.
    DATABRICKS_CACHE_DIR: folder.cache,
    DATABRICKS_CLI_DISABLE_UPDATE_CHECK: "true",
    DATABRICKS_CLI_UPSTREAM: product.name,
    DATABRICKS_CLI_UPSTREAM_VERSION: product.version,
    NO_COLOR: "1",
    TERM: "dumb"
  };
}

// core/databricks/bundle-files.ts
import { readdir as readdir2, readFile as readFile3, realpath as realpath3, stat as stat4 } from "node:fs/promises";
import { posix as posix3, win32 as win322 } from "node:path";

// core/databricks/bundle-yaml.ts
var import_yaml = __toESM(require_dist(), 1);
var BundleYamlError = class extends Error {
  name = "BundleYamlError";
  place;
  constructor(message, place) {
    super(message);
    this.place = place;
  }
};
function parseBundleYaml(bytes, file) {
  const invalid = (problem, place = { file }) => ({
    mistakes: [{ problem, place }]
  });
  const text = decoded2(bytes);
  if (text === void 0) return invalid("The file is not UTF-8 text.");
  if (text.includes("\uFEFF")) return invalid("The file has a byte order mark that is not at its start.");
  const source = text.replace(GO_LINE_BREAK, "\n");
  const lines = new import_yaml.LineCounter();
  const at2 = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const first = firstDocument(source, lines);
    if (!first) return { value: { kind: "null", place: at2(0) } };
    if (first.errors.length > 0) {
      return {
        mistakes: first.errors.map((error) => ({
          problem: `Not YAML: ${error.message}`,
          place: at2(error.pos[0])
        }))
      };
    }
    return { value: new Reader(first, at2).value(first.contents) };
  } catch (error) {
    if (error instanceof BundleYamlError) return invalid(error.message, error.place);
    if (error instanceof RangeError) return invalid("The file is nested too deeply.");
    throw error;
  }
}
var DEEPEST = 500;
function firstDocument(source, lines) {
  const parser = new import_yaml.Parser(lines.addNewLine);
  const composer = new import_yaml.Composer({
    // Scalars stay as they are written: what is an ID or a host must not become a number first.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines
  });
  const tokens = [];
  lines.addNewLine(0);
  for (const lexeme of new import_yaml.Lexer().lex(source)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST) throw new RangeError("nested too deeply");
  }
  tokens.push(...parser.end());
  return composer.compose(tokens).next().value ?? void 0;
}
var GO_LINE_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/g;
function decoded2(bytes) {
  const [first, second] = bytes;
  const encoding = first === 255 && second === 254 ? "utf-16le" : first === 254 && second === 255 ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return void 0;
  }
}
var TAG = "tag:yaml.org,2002:";
var Reader = class {
  targets = /* @__PURE__ */ new Map();
  at;
  /** Aliases being followed, to find those that lead back to themselves. */
  active = /* @__PURE__ */ new Set();
  /** Each mapping is read once, however often merges of merges ask for it. */
  read = /* @__PURE__ */ new Map();
  constructor(document, at2) {
    this.at = at2;
    const anchors = /* @__PURE__ */ new Map();
    (0, import_yaml.visit)(document, {
      Node: (_key, node) => {
        if ((0, import_yaml.isAlias)(node)) {
          const target = anchors.get(node.source);
          if (target) this.targets.set(node, target);
        } else if (node.anchor !== void 0) {
          anchors.set(node.anchor, node);
        }
      }
    });
  }
  value(node) {
    const place = this.place(node);
    if ((0, import_yaml.isAlias)(node)) return this.followed(node, (target) => this.value(target));
    if ((0, import_yaml.isMap)(node)) return { kind: "map", place, entries: () => this.entries(node) };
    if ((0, import_yaml.isSeq)(node)) {
      return { kind: "sequence", place, items: () => node.items.map((item) => this.value(item)) };
    }
    if (!(0, import_yaml.isScalar)(node) || isNull(node)) return { kind: "null", place };
    return { kind: "text", place, text: textOf3(node), boolean: booleanOf(node) };
  }
  place(node) {
    return this.at(node?.range?.[0] ?? 0);
  }
  entries(node) {
    const known = this.read.get(node) ?? this.readEntries(node);
    this.read.set(node, known);
    return known;
  }
  readEntries(node) {
    const own = /* @__PURE__ */ new Map();
    let merge;
    for (const { key, value } of node.items) {
      if (!(0, import_yaml.isScalar)(key)) throw new BundleYamlError("A key is not a plain text.", this.place(key));
      if (!isMergeKey(key)) {
        own.set(textOf3(key), value ? this.value(value) : { kind: "null", place: this.place(key) });
      } else if (merge) {
        throw new BundleYamlError("A mapping has more than one merge key (`<<`).", this.place(key));
      } else {
        merge = value ?? key;
      }
    }
    return merge ? new Map([...this.merged(merge), ...own]) : own;
  }
  /** A merge takes an alias, or a sequence of aliases and mappings; a mapping written in place is refused by the CLI. */
  merged(merge) {
    const refused3 = (node) => new BundleYamlError(
      "A merge key (`<<`) needs an alias of a mapping, or a sequence of them.",
      this.place(node)
    );
    if (!(0, import_yaml.isSeq)(merge) && !(0, import_yaml.isAlias)(merge)) throw refused3(merge);
    return ((0, import_yaml.isSeq)(merge) ? merge.items : [merge]).flatMap((source) => {
      const entriesOf2 = (target) => {
        if (!(0, import_yaml.isMap)(target)) throw refused3(source);
        return [...this.entries(target)];
      };
      return (0, import_yaml.isAlias)(source) ? this.followed(source, entriesOf2) : entriesOf2(source);
    });
  }
  followed(alias, read2) {
    const target = this.targets.get(alias);
    if (!target) throw new BundleYamlError("An alias has no anchor.", this.place(alias));
    if (this.active.has(alias))
      throw new BundleYamlError("An alias leads back to itself.", this.place(alias));
    this.active.add(alias);
    try {
      return read2(target);
    } finally {
      this.active.delete(alias);
    }
  }
};
function textOf3(scalar) {
  return scalar.source ?? "";
}
function isMergeKey(key) {
  return key.tag === `${TAG}merge` || textOf3(key) === "<<" && isPlain(key);
}
var NULLS = /* @__PURE__ */ new Set(["", "~", "null", "Null", "NULL"]);
function isNull(scalar) {
  return scalar.tag === `${TAG}null` || isPlain(scalar) && NULLS.has(textOf3(scalar));
}
var YES = /* @__PURE__ */ new Set(["true", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]);
var NO = /* @__PURE__ */ new Set(["false", "n", "N", "no", "No", "NO", "off", "Off", "OFF"]);
function booleanOf(scalar) {
  const text = textOf3(scalar);
  const folded = text.toLowerCase();
  const isBoolean = scalar.tag === `${TAG}bool` || isPlain(scalar) && /^(?:true|True|TRUE|false|False|FALSE)$/.test(text);
  if (isBoolean && (folded === "true" || folded === "false")) return folded === "true";
  return YES.has(text) ? true : NO.has(text) ? false : void 0;
}
function isPlain(scalar) {
  return scalar.type === "PLAIN" && (scalar.tag === void 0 || scalar.tag === "!");
}

// core/databricks/include-glob.ts
import { lstat, readdir, stat as stat3 } from "node:fs/promises";
var PatternError = class extends Error {
  name = "PatternError";
};
async function glob(pattern, path8) {
  matcher(pattern, path8);
  if (!isPattern(pattern, path8)) return await exists(pattern) ? [pattern] : [];
  const folder = path8.dirname(pattern);
  const name = matcher(path8.basename(pattern), path8);
  const found = [];
  for (const parent of folder === pattern ? [] : await glob(folder, path8)) {
    const isFolder = await stat3(parent).then(
      (stats) => stats.isDirectory(),
      () => false
    );
    const names2 = isFolder ? await readdir(parent).catch(() => []) : [];
    found.push(...names2.filter((entry) => name.test(entry)).map((entry) => path8.join(parent, entry)));
  }
  return found;
}
async function exists(file) {
  return lstat(file).then(
    () => true,
    () => false
  );
}
function isPattern(text, path8) {
  return path8.sep === "/" ? /[*?[\\]/.test(text) : /[*?[]/.test(text);
}
function matcher(pattern, path8) {
  const escapes = path8.sep === "/";
  const codes = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  let index = 0;
  const is = (character) => codes[index] === character.codePointAt(0);
  const next = () => {
    const code2 = codes[index++];
    if (code2 === void 0) throw new PatternError(pattern);
    return code2;
  };
  const escapable = () => {
    if (escapes && is("\\")) index++;
    return next();
  };
  const bound = () => {
    if (is("-") || is("]")) throw new PatternError(pattern);
    return escapable();
  };
  const characterClass = () => {
    const negated = is("^");
    if (negated) index++;
    let ranges = "";
    do {
      const low = bound();
      const isRange = is("-");
      if (isRange) index++;
      const high = isRange ? bound() : low;
      if (low <= high) ranges += `${literal(low)}-${literal(high)}`;
    } while (!is("]"));
    index++;
    return `[${negated ? "^" : ""}${ranges}]`;
  };
  let source = "";
  while (index < codes.length) {
    if (is("*") || is("?") || is("[")) {
      const operator = String.fromCodePoint(next());
      source += operator === "[" ? characterClass() : operator === "*" ? "[^/]*" : "[^/]";
    } else {
      source += literal(escapable());
    }
  }
  return new RegExp(`^${source}$`, "su");
}
function literal(code2) {
  return `\\u{${code2.toString(16)}}`;
}

// core/databricks/bundle-files.ts
var ROOT_NAMES = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"];
async function readBundleFiles(given) {
  const real = (folder) => realpath3(folder).catch(() => folder);
  const location = { ...given, root: await real(given.root), checkout: await real(given.checkout) };
  const path8 = location.platform.os === "win32" ? win322 : posix3;
  const mistakes = [];
  const root = await readBundleFile(await findRootFile(location, path8), location, mistakes);
  const included = root ? await includedFiles(root, location, path8, mistakes) : [];
  const files = await Promise.all(included.map((file) => readBundleFile(file, location, mistakes)));
  if (mistakes.length > 0) throw invalidBundle(mistakes);
  return [root, ...files].filter((file) => file !== void 0);
}
function invalidBundle(mistakes) {
  const [first] = mistakes;
  if (mistakes.length === 1 && first) return new SecretlessError("BUNDLE_INVALID", first);
  return new SecretlessError("BUNDLE_INVALID", {
    problem: `The bundle's configuration has ${String(mistakes.length)} mistakes.`,
    mistakes
  });
}
function readingBundle(read2) {
  try {
    return read2();
  } catch (error) {
    if (error instanceof BundleYamlError)
      throw invalidBundle([{ problem: error.message, place: error.place }]);
    throw error;
  }
}
function displayName(file, { checkout, platform }) {
  const path8 = platform.os === "win32" ? win322 : posix3;
  return (isInside2(file, checkout, platform) ? path8.relative(checkout, file) : file).replaceAll(
    path8.sep,
    "/"
  );
}
async function readBundleFile(path8, location, mistakes) {
  const name = displayName(path8, location);
  try {
    const parsed2 = parseBundleYaml(await readFile3(path8), name);
    if ("value" in parsed2) return { path: path8, name, value: parsed2.value };
    mistakes.push(...parsed2.mistakes);
  } catch (error) {
    mistakes.push({ problem: `The file cannot be read (${codeOf(error)}).`, place: { file: name } });
  }
  return void 0;
}
function codeOf(error) {
  return error.code ?? String(error);
}
async function includedFiles(root, location, path8, mistakes) {
  const seen = new Set(ROOT_NAMES);
  const files = [];
  for (const { text, place } of includePatterns(root.value)) {
    const wrong = (problem, remedy) => {
      mistakes.push({ problem, ...remedy === void 0 ? {} : { remedy }, place });
    };
    if (path8.isAbsolute(text)) {
      wrong(`\`include\` takes paths relative to the bundle, not \`${text}\`.`);
      continue;
    }
    const matches = await matchesOf(text, location.root, path8);
    if (!matches) wrong(`The \`include\` pattern \`${text}\` is malformed.`);
    else if (matches.length === 0 && !/[*?[]/.test(text))
      wrong(`\`include\` names \`${text}\`, which does not exist.`);
    const fresh = (matches ?? []).map((match) => path8.relative(location.root, match)).filter((name) => !seen.has(name));
    for (const name of fresh.sort(byBytes)) {
      seen.add(name);
      if (/\.(ya?ml|json)$/.test(name)) files.push(path8.join(location.root, name));
      else
        wrong(
          `\`include\` takes YAML and JSON files alone, not \`${name}\`.`,
          "Files to upload belong into `sync.include`."
        );
    }
  }
  return files;
}
async function matchesOf(pattern, root, path8) {
  try {
    return await glob(path8.join(root, pattern).replace(/(?<=.)[\\/]$/, ""), path8);
  } catch (error) {
    if (error instanceof PatternError) return void 0;
    throw error;
  }
}
function includePatterns(root) {
  return readingBundle(() => {
    const include = root.kind === "map" ? root.entries().get("include") : void 0;
    return include?.kind === "sequence" ? include.items().filter((item) => item.kind === "text") : [];
  });
}
function byBytes(left, right) {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
async function findRootFile(location, path8) {
  const { root } = location;
  const found = [];
  for (const name of ROOT_NAMES) {
    if (await exists2(path8.join(root, name))) found.push(path8.join(root, name));
  }
  const [file, second] = found;
  if (file === void 0) throw await notFound(location, path8);
  if (second !== void 0) {
    throw invalidBundle([
      {
        problem: "The bundle has several root files, and the Databricks CLI takes none of them then.",
        actual: found.map((one) => displayName(one, location)).join(", "),
        remedy: "Keep one of them."
      }
    ]);
  }
  const [odd] = /[*?[\]^]/.exec(root) ?? [];
  if (odd === void 0) return file;
  throw invalidBundle([
    {
      problem: `The path of the bundle contains \`${odd}\`, which the Databricks CLI does not accept.`,
      actual: root,
      remedy: "Check out or move the bundle to a folder without *, ?, [, ] and ^ in its path."
    }
  ]);
}
function exists2(file) {
  return stat4(file).then(
    () => true,
    () => false
  );
}
async function notFound(location, path8) {
  const { root, checkout, platform } = location;
  const entries = await readdir2(root, { withFileTypes: true }).catch(() => void 0);
  const near = [];
  for (const entry of entries ?? []) {
    const inside = path8.join(root, entry.name);
    if (/^(databricks|bundle)\b.*\.(ya?ml|json|tmpl)$/i.test(entry.name)) near.push(inside);
    else if (entry.isDirectory() && await hasRootFile(inside, path8)) near.push(inside);
  }
  for (let folder = path8.dirname(root); isInside2(folder, checkout, platform); folder = path8.dirname(folder)) {
    if (await hasRootFile(folder, path8)) near.push(folder);
  }
  const shown = near.slice(0, 5).map((one) => displayName(one, location) || ".");
  return new SecretlessError("BUNDLE_NOT_FOUND", {
    problem: "There is no bundle in this folder.",
    expected: `${ROOT_NAMES.join(", ")} in ${displayName(root, location) || "the checkout"}`,
    actual: entries ? shown.length > 0 ? `nearby: ${shown.join(", ")}` : "none of them" : "the folder does not exist",
    remedy: "Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step."
  });
}
async function hasRootFile(folder, path8) {
  const present = await Promise.all(ROOT_NAMES.map((name) => exists2(path8.join(folder, name))));
  return present.includes(true);
}

// core/databricks/bundle-target.ts
function under(layers, key) {
  return entriesOf(layers, key).filter(({ kind }) => kind !== "null");
}
function keysOf(layers) {
  return [...new Set(layers.flatMap((layer) => layer.kind === "map" ? [...layer.entries().keys()] : []))];
}
function selectTarget(files, asked) {
  const top = files.map(({ value }) => value);
  const environments = under(top, "environments");
  const targets = under(top, "targets");
  if (environments[0] && targets.length > 0) {
    throw invalidBundle([
      {
        problem: "The bundle has both `targets` and `environments`, an old name for the same.",
        remedy: "Move what is under `environments` to `targets`.",
        place: environments[0].place
      }
    ]);
  }
  const all = environments.length > 0 ? environments : targets;
  const names2 = keysOf(all).filter((name2) => entriesOf(all, name2).some(isTarget));
  if (names2.length === 0) names2.push("default");
  const name = asked ?? (names2.length === 1 ? names2[0] : theDefault(all, names2));
  if (name !== void 0 && names2.includes(name)) return { name, top, overrides: under(all, name) };
  throw invalidBundle([
    {
      problem: `The bundle has no target \`${String(asked)}\`.`,
      expected: `one of: ${names2.join(", ")}`,
      actual: String(asked),
      remedy: "Correct the input `target`, or add the target to the bundle."
    }
  ]);
}
function isTarget(value) {
  return value.kind === "map" || value.kind === "null" || isVariable(value);
}
function isVariable(value) {
  return value.kind === "text" && /^\$\{.*\}$/s.test(value.text);
}
function theDefault(targets, names2) {
  const defaults = names2.filter((name) => {
    const values = under(under(targets, name), "default");
    const booleans = values.flatMap((value) => value.kind === "text" ? [value.boolean] : []);
    return booleans.filter((value) => value !== void 0).at(-1) === true;
  });
  const [first, second] = defaults;
  if (first !== void 0 && second === void 0) return first;
  throw invalidBundle([
    {
      problem: first === void 0 ? "The bundle has several targets and none of them has `default: true`." : `Several targets have \`default: true\`: ${defaults.join(", ")}.`,
      expected: `the input \`target\`, one of: ${names2.join(", ")}`,
      remedy: "Name the target in the input `target`."
    }
  ]);
}
function entriesOf(layers, key) {
  return layers.flatMap((layer) => {
    const value = layer.kind === "map" ? layer.entries().get(key) : void 0;
    return value ? [value] : [];
  });
}

// core/databricks/host-pin.ts
var CREDENTIAL_FIELDS = [
  ...["profile", "auth_type", "metadata_service_url", "client_id", "client_secret", "token"],
  ...["username", "password", "google_service_account", "google_credentials"],
  ...["azure_workspace_resource_id", "azure_use_msi", "azure_client_id", "azure_client_secret"],
  ...["azure_tenant_id", "azure_environment", "azure_login_app_id"]
];
async function checkHostPin(options) {
  const files = await readBundleFiles({ ...options, root: options.bundleRoot });
  return readingBundle(() => judge(files, options));
}
function judge(files, options) {
  const { name, top, overrides } = selectTarget(files, options.target);
  const workspaces = [under(overrides, "workspace"), under(top, "workspace")];
  const setting = (key) => workspaces.map((workspace) => counting(under(workspace, key))).find((value) => value !== void 0);
  const wrong = workspaces.flat().filter(isVariable).map(isNotResolved);
  for (const key of ["host", "workspace_id", "account_id"]) {
    const value = setting(key);
    const mistake = value && mistakeOf(key, value, options);
    if (mistake) wrong.push({ ...mistake, place: value.place });
  }
  const credentials = CREDENTIAL_FIELDS.flatMap((key) => {
    const value = setting(key);
    const off = key === "azure_use_msi" && value?.kind === "text" && value.boolean === false;
    return value && !off ? [{ problem: `\`workspace.${key}\` is set.`, place: value.place }] : [];
  });
  if (wrong.length > 0) throw refused2("HOST_NOT_APPROVED", wrong, credentials);
  if (credentials.length > 0) throw refused2("CREDENTIAL_IN_BUNDLE", credentials, []);
  return { name, hasRootPath: setting("root_path") !== void 0 };
}
function counting(values) {
  const value = values.find(({ kind }) => kind !== "text") ?? values.at(-1);
  return value?.kind === "text" && value.text === "" ? void 0 : value;
}
function isNotResolved({ place }) {
  return { problem: "`workspace` is a variable, which nobody can judge before the CLI resolves it.", place };
}
function mistakeOf(key, value, approved) {
  const actual = value.kind === "text" ? value.text : `a ${value.kind}`;
  if (key === "host") return hostMistake(actual, approved);
  if (key === "workspace_id") return idMistake("`workspace.workspace_id`", actual, "workspace-id", approved);
  return idMistake("`workspace.account_id`", actual, "account-id", approved);
}
function hostMistake(actual, approved) {
  const problem = "`workspace.host` is not the approved one.";
  if (actual.includes("${")) {
    return {
      problem: `${problem} It holds a variable, which the CLI does not resolve here.`,
      expected: approved.host,
      actual
    };
  }
  if (actual !== actual.trim())
    return { problem: `${problem} It has white space around it.`, expected: approved.host, actual };
  try {
    const { origin, workspaceId, accountId } = parseWorkspaceUrl(actual);
    if (origin !== approved.host) return { problem, expected: approved.host, actual };
    return idMistake("The workspace in `workspace.host`", workspaceId, "workspace-id", approved) ?? idMistake("The account in `workspace.host`", accountId, "account-id", approved);
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    return { problem: `${problem} ${error.details.problem}`, expected: approved.host, actual };
  }
}
function idMistake(what, actual, input, { workspaceId, accountId }) {
  const wanted = input === "workspace-id" ? workspaceId : accountId?.toLowerCase();
  if (actual === void 0 || actual.toLowerCase() === wanted) return void 0;
  if (wanted !== void 0) return { problem: `${what} is not the approved one.`, expected: wanted, actual };
  return {
    problem: `${what} is one that nobody has approved.`,
    expected: `the same ID in the input \`${input}\``,
    actual,
    remedy: `If it is the right one, set the input \`${input}\` to it.`
  };
}
function refused2(code2, mistakes, more) {
  const host = code2 === "HOST_NOT_APPROVED";
  const place = mistakes[0]?.place;
  return new SecretlessError(code2, {
    problem: host ? "The bundle's selected target would talk to another workspace than the approved one. No token was given, nothing was changed." : "The bundle would make the CLI use another identity than the federated one. Nothing was changed.",
    remedy: host ? "Remove the setting from the bundle, or correct the input `host`. If a pull request brought it, read that pull request again." : "Remove these settings from the bundle: the step brings host and identity.",
    mistakes: [...mistakes, ...more],
    ...mistakes.length === 1 && more.length === 0 && place && { place }
  });
}

// core/databricks/private-folder.ts
import { mkdir, mkdtemp, realpath as realpath4, rm, writeFile as writeFile2 } from "node:fs/promises";
import path6 from "node:path";
async function makePrivateFolder(tempFolder) {
  await mkdir(tempFolder, { recursive: true });
  const root = await realpath4(await mkdtemp(path6.join(tempFolder, "databricks-secretless-")));
  const folder = {
    root,
    state: path6.join(root, "state"),
    configFile: path6.join(root, "databrickscfg"),
    cache: path6.join(root, "cache"),
    azureConfig: path6.join(root, "azure")
  };
  await Promise.all([
    ...[folder.state, folder.cache, folder.azureConfig].map((inside) => mkdir(inside)),
    writeFile2(folder.configFile, "")
  ]);
  return folder;
}
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

// core/report/job-summary.ts
var LONGEST2 = 3e5;
function jobSummary(facts, error) {
  const sections = [
    `## Databricks bundle: ${headline(facts, error)}`,
    error && fenced(errorText(error)),
    table(["", ""], identityRows(facts)),
    facts.plan && planSection(facts.plan),
    facts.scan && scanSection(facts.scan),
    ...facts.access ? accessSections(facts.access) : [],
    facts.jobs && facts.jobs.length > 0 && jobsSection(facts.jobs),
    facts.run && `### Run

${code(facts.run.resource)} ${facts.run.result}: ${link(facts.run.url, facts.run.url)}`,
    facts.warnings.length > 0 && warningsSection(facts.warnings)
  ];
  const text = sections.filter((section) => typeof section === "string").join("\n\n");
  return text.length <= LONGEST2 ? `${text}
` : `${text.slice(0, LONGEST2)}

\u2026 cut; the log has the rest.
`;
}
function headline(facts, error) {
  const where = facts.bundle ? ` ${escapeMarkdown(facts.bundle.name)} \u2192 ${escapeMarkdown(facts.bundle.target)}` : "";
  if (error) return `${facts.command} failed${where}`;
  if (facts.deployed === true) return `deployed${where}`;
  if (facts.destroyed === 0) return `nothing to destroy${where}`;
  if (facts.destroyed !== void 0) return `destroyed${where}`;
  return `${facts.command}${where}`;
}
function identityRows(facts) {
  const { principal, idToken, commit, cli, bundle } = facts;
  const differs = commit?.ofToken !== void 0 && commit.checkedOut !== void 0 && commit.ofToken !== commit.checkedOut;
  const rows = [
    ["Workspace", link(facts.workspaceUrl, facts.workspaceUrl)],
    bundle && ["Bundle, target", `${code(bundle.name)}, ${code(bundle.target)}`],
    principal && ["Deployed by", `${escapeMarkdown(principal.name)} ${code(principal.applicationId)}`],
    idToken && [
      "Proven by the claim",
      `${code(idToken.subject)} of ${code(idToken.issuer)} for ${code(idToken.audience)}`
    ],
    facts.exchangedAt !== void 0 && ["Exchanged at", escapeMarkdown(facts.exchangedAt)],
    commit?.ofToken !== void 0 && ["Commit of the run", code(commit.ofToken)],
    differs && ["**Commit checked out**", `${code(commit.checkedOut)}: another one than the ID token proves`],
    cli && [
      "Databricks CLI",
      `${escapeMarkdown(cli.version)}, ${code(cli.file)} (${escapeMarkdown(cli.verified)})`
    ],
    facts.runUrl !== "" && ["Run", link(facts.runUrl, facts.runUrl)]
  ];
  return rows.filter((row) => Array.isArray(row));
}
var MARKS2 = { create: "\u2795", delete: "\u274C", recreate: "\u267B\uFE0F" };
function planSection({ changes, unchanged }) {
  if (changes.length === 0) return `### Plan

No changes; ${String(unchanged)} unchanged.`;
  const row = ({ action, resource, fields }) => [
    `${MARKS2[action] ?? "\u270F\uFE0F"} ${escapeMarkdown(action)}`,
    code(resource),
    fields.slice(0, 10).map(code).join(", ") + (fields.length > 10 ? ` and ${String(fields.length - 10)} more` : "")
  ];
  return [
    "### Plan",
    planLine({ changes, unchanged }),
    table(["Action", "Resource", "Changed fields"], changes.map(row))
  ].join("\n\n");
}
function planLine({ changes, unchanged }) {
  const counts = /* @__PURE__ */ new Map();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [
    ...[...counts].map(([action, count]) => `${String(count)} to ${action}`),
    `${String(unchanged)} unchanged`
  ].join(", ");
}
function jobsSection(jobs) {
  const rows = jobs.map(({ key, id, name, url }) => [code(key), link(name, url), code(id)]);
  return `### Jobs

${table(["Key", "Job", "ID"], rows)}`;
}
function warningsSection(warnings) {
  return `### Warnings

${warnings.map((text) => `- ${escapeMarkdown(text)}`).join("\n")}`;
}

// core/plan.ts
async function planBundle(step, cli, facts, checks) {
  const { host, signal } = step;
  const result = await host.group("Plan", () => cli.plan(signal));
  const { plan, diagnostics } = result;
  for (const diagnostic of diagnostics) annotate(diagnostic);
  const changed = plan.entries.filter(({ action }) => action !== "skip");
  facts.plan = {
    changes: changed.map(({ action, resource, fields }) => ({ action, resource, fields })),
    unchanged: plan.entries.length - changed.length
  };
  for (const { action, resource, fields } of facts.plan.changes) {
    host.info(`  ${action} ${resource}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`);
  }
  host.info(`Plan: ${planLine(facts.plan)}`);
  const { changes, unchanged } = facts.plan;
  await jsonOutput(host, "plan", facts.plan, { changed: changes.length, unchanged });
  if (plan.engine === "terraform") warn(step, facts, TERRAFORM);
  const refused3 = refusedLosses(step, plan);
  await allRight([
    checks.scan(result),
    checks.access.plan(cli),
    refused3 ? Promise.reject(refused3) : Promise.resolve()
  ]);
  return plan;
  function annotate(diagnostic) {
    const { problem, place } = toMistake(diagnostic);
    host.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", problem, place);
  }
}
function refusedLosses({ host, inputs }, plan) {
  const lost = losses(plan);
  if (lost.length === 0 || inputs.command !== "deploy" || inputs.autoApprove) return void 0;
  return new SecretlessError("DESTRUCTIVE_PLAN", {
    problem: "The deployment would delete or recreate resources. Nothing was changed.",
    expected: `a plan without deletions, or \`${host.inputLabel("auto-approve")}: true\``,
    remedy: `If this is what you want, set \`${host.inputLabel("auto-approve")}\` to \`true\` for this run.`,
    mistakes: lost.map(({ resource, action, lost: what }) => ({
      problem: `${action} ${resource}: loses ${what}`
    }))
  });
}
var TERRAFORM = "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the state to the CLI's own engine.";

// core/when-free.ts
var LOOK = 5e3;
async function whenFree(step, cli, api, work, again = () => Promise.resolve()) {
  const { ports, inputs } = step;
  const deadline = ports.clock.now() + inputs.lockTimeout;
  for (; ; ) {
    try {
      await uncut(step, work);
      return;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "DEPLOYMENT_LOCKED") throw error;
      await waitForLock(step, cli, api, { error, deadline });
      await again();
    }
  }
}
async function uncut({ host, signal }, work) {
  signal.throwIfAborted();
  const onAbort = () => {
    host.info(
      "The deployment has begun and is left to end: the Databricks CLI would leave its lock otherwise."
    );
  };
  signal.addEventListener("abort", onAbort);
  try {
    await work();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
async function waitForLock({ host, ports, signal }, cli, api, { error, deadline }) {
  const { clock } = ports;
  const { statePath } = (await cli.summary(signal)).workspace;
  host.info(`The deployment lock is ${error.details.actual ?? "held"}; waiting for it.`);
  do {
    const left = deadline - clock.now();
    if (left <= 0) throw error;
    await clock.sleep(Math.min(LOOK, left), signal);
  } while (await isLocked(api, statePath));
  host.info("The lock is free. What was planned may be outdated, so it is looked at again.");
}

// core/deploy.ts
var READ_BACK = 6e4;
async function deployBundle(step, cli, api, facts, checks) {
  const { host, inputs } = step;
  let planned = await planBundle(step, cli, facts, checks);
  const planAgain = async () => {
    const before = planned;
    planned = await planBundle(step, cli, facts, checks);
    host.info(`The plan ${planChanged(before, planned) ? "has changed" : "is the same as before"}.`);
  };
  await whenFree(step, cli, api, () => host.group("Deploy", () => cli.deploy(inputs)), planAgain);
  facts.deployed = true;
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  facts.bundle = { name: summary.name, target: summary.target };
  facts.jobs = summary.jobs;
  for (const { name, url } of summary.jobs) host.info(`Deployed ${name}: ${url}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }]);
  await jsonOutput(host, "jobs", Object.fromEntries(jobs), { count: jobs.length });
  await checks.access.apply(summary);
}

// core/destroy.ts
async function destroyBundle(step, cli, api, facts, access2) {
  const { host, inputs, signal } = step;
  const summary = await cli.summary(signal);
  const { name, target, resources, jobs } = summary;
  facts.bundle = { name, target };
  facts.plan = {
    changes: resources.map(({ kind, key }) => ({ action: "delete", resource: `${kind}.${key}`, fields: [] })),
    unchanged: 0
  };
  if (resources.length === 0) host.info("Nothing of this bundle is deployed to this target.");
  for (const { kind, key, id } of resources) host.info(`  delete ${kind}.${key} (${id})`);
  if (resources.length > 0 && !inputs.autoApprove) {
    const label = host.inputLabel("auto-approve");
    throw new SecretlessError("DESTRUCTIVE_PLAN", {
      problem: `\`destroy\` would delete ${String(resources.length)} resources and all files of the bundle. Nothing was changed.`,
      expected: `\`${label}: true\``,
      remedy: `If this is what you want, set \`${label}\` to \`true\` for this run.`,
      mistakes: resources.map(({ kind, key }) => ({ problem: `delete ${kind}.${key}` }))
    });
  }
  await access2.withdraw(summary);
  await whenFree(step, cli, api, () => host.group("Destroy", () => cli.destroy()));
  const left = [];
  for (const { key, id } of jobs) if (await jobExists(api, id)) left.push(`jobs.${key} (${id})`);
  if (left.length > 0) throw destroyIncomplete(left);
  facts.destroyed = resources.length;
}

// core/federation/token-service.ts
import { createHash as createHash4, randomBytes, timingSafeEqual } from "node:crypto";
var REFUSED = "refused";
var MOST_REFUSALS = 100;
var EARLY2 = 12e4;
async function startTokenService({
  token,
  approvedHost,
  clock
}) {
  const secret = randomBytes(32).toString("base64url");
  registerSecret(secret);
  const path8 = `/${secret}`;
  const refusals = [];
  let lastError;
  let authority = "";
  function refusalOf({ method, url, headers }) {
    if (headers.host !== authority && headers.host !== authority.replace("127.0.0.1", "localhost"))
      return "not-local";
    if (!isSame(url ?? "", path8)) return "path";
    if (method !== "GET") return "method";
    const host = headers["x-databricks-host"];
    if (headers["x-databricks-metadata-version"] !== "1" || typeof host !== "string") return "headers";
    return isApproved(host, approvedHost) ? void 0 : "host";
  }
  function refuse(response, reason, host) {
    if (refusals.length === MOST_REFUSALS) refusals.shift();
    refusals.push({ reason, host: typeof host === "string" ? redact(host).slice(0, 200) : "" });
    response.writeHead(403, { "content-type": "text/plain", "cache-control": "no-store" }).end(REFUSED);
  }
  async function answer(request, response) {
    const host = request.headers["x-databricks-host"];
    const reason = refusalOf(request);
    if (reason !== void 0) {
      refuse(response, reason, host);
      return;
    }
    try {
      const { accessToken, expiresAt } = await token();
      lastError = void 0;
      const early = Math.min(EARLY2, Math.max(0, expiresAt - clock.now()) / 4);
      const expiresOn = Math.floor((expiresAt - early) / 1e3);
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_on: expiresOn }));
    } catch (error) {
      lastError = error;
      refuse(response, "no-token", host);
    }
  }
  const server = nodeHttp("node:http").createServer((request, response) => void answer(request, response));
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  authority = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${authority}${path8}`,
    refusals,
    get lastError() {
      return lastError;
    },
    stop: () => new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    })
  };
}
function isApproved(host, approvedHost) {
  try {
    return parseWorkspaceUrl(host).origin === approvedHost;
  } catch {
    return false;
  }
}
function isSame(given, wanted) {
  const digest = (text) => createHash4("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

// core/report/input-labels.ts
function withInputLabels(text, host) {
  return text.replace(
    /`([a-z][a-z0-9-]*)(?=[`:])/g,
    (whole, name) => isInputName(name) ? `\`${host.inputLabel(name)}` : whole
  );
}
function isInputName(name) {
  return INPUT_NAMES.includes(name);
}

// core/report/report.ts
async function reportSuccess(host, facts) {
  await host.summary(jobSummary(facts));
}
async function reportFailure(host, error, facts) {
  const text = withInputLabels(errorText(error), host);
  host.annotate("error", text, error.details.place);
  for (const { problem, place } of error.mistakes)
    if (place) host.annotate("error", withInputLabels(`${error.code}: ${problem}`, host), place);
  if (error.cause instanceof Error) host.debug(error.cause.stack ?? error.cause.message);
  const summary = facts ? jobSummary(facts, error) : `## Databricks bundle: failed

${fenced(text)}
`;
  await host.summary(withInputLabels(summary, host));
}

// core/run-resource.ts
async function runResource({ host, inputs, signal }, cli, api, facts) {
  const { resource = "", runParameters: parameters, wait } = inputs;
  let url = "";
  const report = async (result) => {
    facts.run = { resource, url, result };
    await host.output("run", JSON.stringify({ id: runId(url) ?? "", url, result }));
  };
  const onUrl = (started) => {
    url = started;
  };
  try {
    await host.group(`Run ${resource}`, () => cli.run({ resource, parameters, wait, onUrl }, signal));
    await report(wait ? "succeeded" : "started");
  } catch (error) {
    const [run2, pipeline2] = [runId(url), pipelineId(url)];
    const lasting = { ...api, signal: void 0 };
    if (signal.aborted && run2 !== void 0) await cancelRun(lasting, run2);
    if (signal.aborted && pipeline2 !== void 0) await stopPipeline(lasting, pipeline2);
    if (signal.aborted && url !== "") host.info(`${url} was cancelled, as the job was.`);
    await report("failed");
    throw error;
  }
}

// core/scan-step.ts
async function startScan(step, facts, bundleRoot) {
  const { command, scan } = step.inputs;
  if (scan === "off" || command !== "deploy" && command !== "plan") return void 0;
  const { BundleScan: Scan } = await import("./bundle-scan-YKWGX54Q.js");
  return Scan.start(step, facts, bundleRoot);
}

// core/run.ts
async function run(step) {
  const { host, ports, inputs } = step;
  const facts = {
    command: inputs.command,
    workspaceUrl: inputs.host,
    runUrl: host.context.runUrl,
    warnings: []
  };
  const audit = await openAuditFile(step);
  const folder = await makePrivateFolder(host.context.tempFolder);
  await host.saveState("folder", folder.root);
  let service;
  try {
    const bundleRoot = path7.resolve(host.context.checkout, inputs.bundleRoot);
    const [session, file, target, source, scan] = await allRight([
      connect(step, facts, audit),
      findTool(step, facts, folder.root),
      checkHostPin({ ...inputs, bundleRoot, checkout: host.context.checkout, platform: ports.platform }),
      readAccess(step, bundleRoot),
      startScan(step, facts, bundleRoot)
    ]);
    service = await startTokenService({
      token: () => session.token(),
      approvedHost: inputs.host,
      clock: ports.clock
    });
    host.mask(new URL(service.url).pathname.slice(1));
    const cli = new DatabricksCli({
      ...ports,
      terminate: createTerminate(ports),
      file,
      env: cliEnvironment({ ...ports, ...inputs, tokenServiceUrl: service.url, folder, product: PRODUCT }),
      bundleRoot,
      bundlePath: path7.relative(host.context.checkout, bundleRoot).split(path7.sep).join("/"),
      target: target.name,
      onLine: (line) => host.info(line),
      onProcess: (pid) => void host.saveState("cli", String(pid ?? ""))
    });
    const access2 = new Access({ step, facts, audit, session, source });
    const checks = {
      scan: async (result) => scan?.planned({ ...result, target: target.name, scopes: secretScopes(source) }),
      access: access2
    };
    if (!target.hasRootPath) warn(step, facts, HOME_ROOT);
    const api = workspaceApi(step, session);
    switch (inputs.command) {
      case "plan":
        await planBundle(step, cli, facts, checks);
        break;
      case "deploy":
        await deployBundle(step, cli, api, facts, checks);
        await scan?.deployed();
        break;
      case "run":
        await runResource(step, cli, api, facts);
        break;
      case "destroy":
        await destroyBundle(step, cli, api, facts, access2);
    }
    noteScan(step, facts, audit);
    await audit.settled();
    await reportSuccess(host, facts);
    return 0;
  } catch (error) {
    noteScan(step, facts, audit);
    await reportFailure(host, rootCause(step, service, error), facts);
    return 1;
  } finally {
    await service?.stop();
    await removePrivateFolder(folder.root);
  }
}
function noteScan({ host, inputs }, { scan }, audit) {
  if (!scan) return;
  const audited = (blocking) => (finding) => ({
    rule: finding.rule.id,
    file: finding.place.file,
    line: finding.place.line,
    fingerprint: finding.fingerprint,
    blocking
  });
  const findings = [...scan.stopping.map(audited(true)), ...scan.others.map(audited(false))];
  audit.note(
    scanEvent({ host: inputs.host, runner: host.context.ciName, accepted: scan.accepted, findings })
  );
}
var HOME_ROOT = "The bundle sets no `workspace.root_path`, so it is deployed into the home folder of the principal that deploys. With another principal the next deployment would not find this one, and would create every job a second time. Set `workspace.root_path` in the target.";
function warn({ host }, facts, text) {
  facts.warnings.push(text);
  host.annotate("warning", text);
}
function rootCause({ host }, service, error) {
  if (host.cancelled.aborted && !(error instanceof SecretlessError)) {
    return new SecretlessError("CANCELLED", { problem: "The job was cancelled.", cause: error });
  }
  const foreign = service?.refusals.find(({ reason }) => reason === "host");
  if (foreign) {
    return new SecretlessError("HOST_NOT_APPROVED", {
      problem: "The bundle would talk to a workspace that is not approved; it got no token.",
      expected: "the workspace of the input `host`",
      actual: foreign.host,
      remedy: "Remove what sets `workspace.host` for this target, or correct the input `host`.",
      cause: error
    });
  }
  return toSecretlessError(service?.lastError ?? error);
}
export {
  reportFailure,
  run,
  warn
};
