import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  parse
} from "./chunk-QHD6IKUP.js";
import {
  findCli,
  isInside,
  variable
} from "./chunk-RX5L7H32.js";
import {
  apiCallEvent,
  tokenExchangeEvent,
  tokenSha256
} from "./chunk-YVVBPKVN.js";
import {
  accessLines,
  planLine,
  reportFailure,
  reportSuccess
} from "./chunk-4HUXK4MD.js";
import {
  ENTRA_CLOUDS,
  databricksCloud,
  endpointUnavailable
} from "./chunk-OEJJXNNP.js";
import {
  retry
} from "./chunk-2XX4P25X.js";
import "./chunk-7WNCT4B5.js";
import "./chunk-QEY6PIFV.js";
import {
  makePrivateFolder,
  removePrivateFolder
} from "./chunk-ZYAAOGFN.js";
import {
  createTerminate,
  runUntil
} from "./chunk-2PI7N2J7.js";
import {
  HttpError,
  isRetryableStatus,
  statusError
} from "./chunk-EVBQBKWY.js";
import {
  isLoopback,
  parseWorkspaceUrl
} from "./chunk-W6LVRVHZ.js";
import {
  redact,
  registerSecret
} from "./chunk-UWXWV5QH.js";
import {
  require_dist
} from "./chunk-XG7PHLDC.js";
import {
  bundleFacts
} from "./chunk-SU23NQTW.js";
import "./chunk-2QDGITXZ.js";
import {
  SecretlessError,
  toSecretlessError
} from "./chunk-SFZ4L4OV.js";
import {
  __toESM
} from "./chunk-U4GNHYLL.js";

// core/run.ts
import path6 from "node:path";

// core/access-files.ts
import { readFile as readFile2, stat } from "node:fs/promises";
import path2 from "node:path";

// core/all-right.ts
async function allRight(work) {
  const results = await Promise.allSettled(work);
  const errors = results.flatMap(
    (result) => result.status === "rejected" ? [toSecretlessError(result.reason)] : []
  );
  const [first, ...others] = new Set(errors);
  if (first) throw others.length === 0 ? first : together(first, others);
  return results.map((result) => result.value);
}
function together(first, others) {
  const rest = others.flatMap(({ code, details, mistakes }) => [
    { ...details, problem: `${code}: ${details.problem}` },
    ...mistakes
  ]);
  return new SecretlessError(first.code, {
    ...first.details,
    mistakes: [...first.mistakes, ...rest],
    cause: first.cause
  });
}

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
var EVIDENCE = 6e4;
async function readAccess(step, bundleRoot) {
  const { host, inputs, ports } = step;
  const { checkout, addresses } = host.context;
  const concerned = inputs.command !== "run";
  const [access, policy] = await allRight([
    !concerned ? Promise.resolve(void 0) : inputs.accessFile === void 0 ? sourceFile(path2.join(bundleRoot, "access.yml"), checkout) : named(step, "access-file", inputs.accessFile, "ACCESS_FILE_INVALID"),
    !concerned || inputs.policyFile === void 0 ? Promise.resolve(void 0) : named(step, "policy-file", inputs.policyFile, "POLICY_FILE_INVALID")
  ]);
  const commit = await checkedOutCommit(checkout);
  const selfReported = { now: ports.clock.now(), addresses, ...commit !== void 0 && { commit } };
  if (access === void 0 && policy === void 0) {
    const files2 = { entries: [], policy: void 0 };
    return { declared: false, files: files2, evidence: { claims: {}, selfReported } };
  }
  const { readAccessFiles } = await import("./access-SLJFSFT3.js");
  const files = readAccessFiles(
    access,
    policy && { ...policy, insideCheckout: await isInside2(checkout, path2.resolve(checkout, policy.path)) }
  );
  const asked = access !== void 0 && asksForClaims(files);
  const claims = asked ? await pipelineClaims2(step) : {};
  return { declared: access !== void 0, files, evidence: { claims, selfReported } };
}
async function named({ host }, input, value, code) {
  const { checkout } = host.context;
  const found = await sourceFile(path2.resolve(checkout, value), checkout);
  if (found !== void 0) return found;
  throw new SecretlessError(code, {
    problem: `There is no file ${value} (input \`${input}\`).`,
    remedy: `Correct \`${input}\`: a path relative to the checkout, or an absolute one.`
  });
}
async function sourceFile(file, checkout) {
  let text;
  try {
    text = await readFile2(file, "utf8");
  } catch (error) {
    const { code } = error;
    if (code === "ENOENT" || code === "ENOTDIR") return void 0;
    throw error;
  }
  const relative = path2.relative(checkout, file);
  const outside = relative.startsWith("..") || path2.isAbsolute(relative);
  return { path: outside ? file : relative.split(path2.sep).join("/"), text };
}
async function isInside2(checkout, file) {
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
  const pick = (...names) => names.map((name) => answer[name]).find((value) => typeof value === "string" && value !== "");
  const codes = answer["error_codes"];
  return {
    status,
    // The second names are those that the Databricks SDK for Python looks for.
    error: redact(pick("error", "errorCode", "error_code") ?? "").slice(0, QUOTED),
    description: redact(pick("error_description", "errorSummary", "message") ?? body).slice(0, QUOTED),
    codes: Array.isArray(codes) ? codes.filter((code) => typeof code === "number") : []
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
    retry: "propagation"
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
  for (const code of codes) {
    const error = ENTRA_ERRORS.find((one) => one.codes.includes(code));
    if (error) return { ...error, code };
  }
  return void 0;
}

// core/federation/entra.ts
var DATABRICKS_APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
var PROPAGATION = 45e3;
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
      if (error?.retry === "propagation") refusedSince ??= clock.now();
      const mayHelp = error?.retry === "transient" || refusedSince !== void 0 && clock.now() < refusedSince + PROPAGATION;
      if (!mayHelp || error?.retry === "no") throw refusal;
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
  return codes.length > 0 ? codes : [...description.matchAll(/AADSTS(\d+)/g)].map(([, code]) => Number(code));
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
var PATIENCE = 5e3;
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
      const renewed = await renewEarly(Math.min(PATIENCE, (old.expiresAt - now) / 2));
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
  const { audit, clientId, signal, onExchange } = options;
  const { exchange, endpoint } = exchangeFor(step, options);
  return createSession({
    exchange: guarded(step, exchange),
    idToken: (audience) => host.idToken(audience),
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
    const { code, details } = toSecretlessError(outcome.error);
    const reason = [details.problem, details.actual].filter((text) => text !== void 0).join(" ");
    audit.note(tokenExchangeEvent({ ...base, ...ids, outcome: { ok: false, code, reason } }));
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
  const { connectDatabricks } = await import("./databricks-api-VND4HMKO.js");
  const { ApiFailure } = await import("./rest-HD3GJCUV.js");
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
  let refused2;
  const accountToken = async () => {
    try {
      if (refused2 === void 0) return (await ofAccount.token()).accessToken;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "EXCHANGE_REFUSED") throw error;
      refused2 = error;
    }
    throw new ApiFailure(401, "UNAUTHENTICATED", refused2.message);
  };
  return { workspace, account: connectDatabricks({ ...api, host: accountUrl, token: accountToken }) };
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
function member(value, ...path7) {
  let found = value;
  for (const key of path7) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : void 0;
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
var TIMEOUT = 3e4;
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
  options.clock.sleep(TIMEOUT, done.signal).then(
    () => {
      timeout.abort(unreadable2(SOURCE, `no answer within ${String(TIMEOUT / 1e3)} s`));
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
    const { code, signal: killed } = await runUntil(options, request, signal);
    if (code !== 0) throw unreadable2(SOURCE, `exit ${killed ?? String(code)}`);
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
  const path7 = ports.environment["PATH"];
  const env = path7 === void 0 ? {} : { PATH: path7 };
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
  const { installCli } = await import("./install-PIKAULPT.js");
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
  const { planRow, policyLine, proofLines } = await import("./describe-IGRT3DSC.js");
  const { scopeWords } = await import("./proof-XH7HK3RS.js");
  const { standardsTable } = await import("./standards-NVKOVFOS.js");
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
      credentials: void 0,
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
  path: path7,
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
    const request = { method, url: `${api.host}${path7}`, headers, ...content, signal: stop };
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
  const path7 = "/api/2.0/preview/scim/v2/Me";
  const how = { what: "The question who we are", accept: [401, 403] };
  const { status, headers, body } = await callWorkspace(api, { method: "GET", path: path7 }, how);
  if (status !== 200) throw unknownPrincipal(status, body);
  const user = parseJson(body, `GET ${path7}`);
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
  const path7 = `/api/2.0/pipelines/${encodeURIComponent(pipelineId2)}/stop`;
  const how = { what: "The cancellation of the update", accept: [400, 404] };
  await callWorkspace(api, { method: "POST", path: path7, body: "{}" }, how);
}
async function jobExists(api, jobId) {
  const path7 = `/api/2.2/jobs/get?job_id=${encodeURIComponent(jobId)}`;
  const how = { what: "The look at a job", accept: [400, 403, 404] };
  const { status } = await callWorkspace(api, { method: "GET", path: path7 }, how);
  return status === 200 || status === 403;
}

// core/connect.ts
async function connect(step, facts, audit) {
  const { host, inputs } = step;
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
function expectSame(code, what, wanted, found, input) {
  if (wanted === void 0 || wanted === found) return;
  throw new SecretlessError(code, {
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
    const request = await this.#request(await cli.summary(step.signal), false);
    if (!await this.#concerns(request)) return;
    const { planAccess } = await import("./access-SLJFSFT3.js");
    this.#shown = await planAccess(request, (plan) => this.#show(plan, request.bundle));
    await reportApplied(this.#parts, "planned", this.#shown.changes, this.#shown);
  }
  /** Registers what was planned, after the last process of the bundle has ended. */
  async apply(summary) {
    const { step, source } = this.#parts;
    if (step.signal.aborted && !source.declared) return;
    const request = await this.#request(summary, true);
    if (!await this.#concerns(request)) return;
    const { applyAccess } = await import("./apply-SYGDCI4R.js");
    await this.#change(
      request,
      (complete, options) => applyAccess(complete, { ...options, approved: this.#shown })
    );
  }
  /** Withdraws everything; what fails must keep the bundle from being destroyed. */
  async withdraw(summary) {
    const request = await this.#request(summary, true);
    if (!await recorded(request)) return;
    const { withdrawAccess } = await import("./apply-SYGDCI4R.js");
    await this.#change(request, withdrawAccess);
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
    const { auditTrail } = await import("./audit-trail-MJFX5V2O.js");
    const record2 = auditTrail(this.#parts.audit, bundle);
    for (const change of plan.denied)
      await record2({ change, outcome: "denied", reason: change.decision?.reason ?? "" }, plan);
  }
  async #change(request, work) {
    const { step, audit } = this.#parts;
    const { host, inputs } = step;
    const { auditTrail } = await import("./audit-trail-MJFX5V2O.js");
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
    const { registrarOf } = await import("./access-SLJFSFT3.js");
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
async function recorded({ deployer, bundle }) {
  const { readState } = await import("./state-B2CTVKTE.js");
  const { records, unowned } = await readState(deployer.workspace, bundle);
  return records.length + unowned.length > 0;
}

// core/audit-file.ts
import { randomUUID as randomUUID2 } from "node:crypto";
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

// package.json
var package_default = {
  name: "databricks-secretless",
  version: "0.1.0",
  private: true,
  description: "Deploy Databricks bundles from CI with no stored secret.",
  license: "Apache-2.0",
  type: "module",
  engines: {
    node: ">=20.19"
  },
  scripts: {
    build: "node --import tsx scripts/build.ts",
    demo: "node --import tsx scripts/demo.ts",
    docs: "node --import tsx scripts/input-table.ts",
    format: "prettier --write .",
    lint: "eslint .",
    test: "node --import tsx scripts/check.ts",
    types: "tsc --noEmit"
  },
  dependencies: {
    "@actions/core": "3.0.1",
    "azure-pipelines-task-lib": "5.281.0",
    "https-proxy-agent": "9.1.0",
    jose: "6.2.17",
    "lossless-json": "4.3.3",
    yaml: "2.9.1"
  },
  devDependencies: {
    "@actions/languageservice": "0.3.61",
    "@eslint/js": "10.0.1",
    "@types/mocha": "10.0.10",
    "@types/node": "20.19.43",
    "@types/sinon": "22.0.2",
    ajv: "8.20.0",
    c8: "12.0.0",
    esbuild: "0.28.2",
    eslint: "10.15.0",
    "fast-check": "4.10.2",
    fflate: "0.8.3",
    knip: "6.44.2",
    mocha: "12.0.3",
    prettier: "3.10.1",
    sinon: "22.1.0",
    "tfx-cli": "0.23.1",
    tsx: "4.23.15",
    typescript: "6.0.3",
    "typescript-eslint": "8.73.0",
    "vscode-languageserver-textdocument": "1.0.16"
  }
};

// core/product.ts
var PRODUCT = { name: package_default.name, version: package_default.version };

// core/audit-file.ts
async function openAuditFile({ host, ports, inputs }) {
  const { checkout, tempFolder, runUrl: runUrl2, ciName } = host.context;
  const file = inputs.auditLog === void 0 ? path4.join(tempFolder, `databricks-secretless-audit-${randomUUID2()}.jsonl`) : path4.resolve(checkout, inputs.auditLog);
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
    correlationId: runUrl2 || randomUUID2(),
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

// core/databricks/cli.ts
import { realpath } from "node:fs/promises";
import path5, { posix } from "node:path";

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
  const [code, problem] = OTHER_ENDS[end.result] ?? ["RUN_FAILED", "The run failed."];
  return new SecretlessError(code, {
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
    for (const [pattern, code, problem] of ENDS) {
      const match = pattern.exec(text);
      if (!match) continue;
      const remedy = code === "RESOURCE_UNKNOWN" ? "Name a key under `resources.jobs` or `resources.pipelines` that is deployed to this target." : SEE_RUN;
      return new SecretlessError(code, {
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
    this.#found.push({ severity, text: [text], detail: [], ...named2 && { place: placeOf(named2) } });
    this.#part = word === "Warn" ? "none" : "text";
  }
  #headLine(line) {
    const current = this.#found.at(-1);
    const path7 = /^ {2}at (\S.*)$/.exec(line)?.[1];
    const place = /^ {2}in (\S.*?):(\d+)(?::(\d+))?$/.exec(line);
    if (current && path7 === void 0 && !place && this.#part === "text" && !PROGRESS.test(line)) {
      current.text.push(line.trim());
      return;
    }
    this.#part = path7 !== void 0 || place || line.startsWith("    ") ? "places" : "none";
    if (current && path7 !== void 0) current.path ??= path7;
    if (current && place) current.place ??= placeOf(place);
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
function placeOf([, file = "", line, column]) {
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
    const match = /deploy lock (?:force-)?acquired by (.+?) at (\S+ \S+)/.exec(text);
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
  const path7 = `/api/2.0/workspace/get-status?${query.toString()}`;
  const how = { what: "The look at the deployment lock", accept: [404] };
  return (await callWorkspace(api, { method: "GET", path: path7 }, how)).status === 200;
}

// core/databricks/plan.ts
var ACTIONS = ["skip", "resize", "update", "update_id", "create", "recreate", "delete"];
var SOURCE2 = "databricks bundle plan -o json";
function readPlan(text) {
  const json = parseJson(text, SOURCE2);
  const plan = member(json, "plan");
  if (!isObject(json) || plan !== void 0 && plan !== null && !isObject(plan)) {
    throw unreadable2(SOURCE2, "JSON without a plan", "a JSON object with the member `plan`");
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
      SOURCE2,
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
var SOURCE3 = "databricks bundle summary -o json";
function readSummary(text) {
  const json = parseJson(text, SOURCE3);
  if (!isObject(json) || !isObject(member(json, "bundle"))) {
    throw unreadable2(SOURCE3, "JSON without a bundle", "a JSON object with the member `bundle`");
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
    return { plan: readPlan(result.stdout), diagnostics: result.diagnostics };
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
    const result = await this.#run(["deploy", ...autoApprove ? ["--auto-approve"] : []], {});
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
    const result = await this.#run(["destroy", "--auto-approve"], {});
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
      env: { ...env, DATABRICKS_BUNDLE_ROOT: root },
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
    const file = posix.join(this.#options.bundlePath, inBundle.replaceAll("\\", "/"));
    return { ...diagnostic, place: { ...place, file } };
  }
  /** Of a command that changes nothing. */
  #readingFailure(what, result) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const remote = errors.some(({ text, detail = "" }) => REMOTE.test(`${text}
${detail}`));
    const code = errors.some(({ place }) => place) || errors.length > 0 && !remote ? "BUNDLE_INVALID" : "CLI_FAILED";
    return this.#failure(code, `The Databricks CLI could not ${what} the bundle.`, result);
  }
  #failure(code, problem, result) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
    return new SecretlessError(code, {
      problem,
      ...errors.length === 0 && { actual: exit },
      remedy: "Its messages are above in the log.",
      mistakes: errors.map(toMistake)
    });
  }
};
function withoutLinks(folder) {
  return realpath(folder).catch(() => folder);
}
function toMistake({ text, path: path7, place, detail }) {
  return {
    problem: path7 === void 0 ? text : `${text} (${path7})`,
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
    // On disk it would outlive the job, and its keys are host names: another job on this runner could fill it.
    DATABRICKS_CACHE_ENABLED: "false",
    DATABRICKS_CLI_DISABLE_UPDATE_CHECK: "true",
    DATABRICKS_CLI_UPSTREAM: product.name,
    DATABRICKS_CLI_UPSTREAM_VERSION: product.version,
    NO_COLOR: "1",
    TERM: "dumb"
  };
}

// core/databricks/bundle-files.ts
import { readdir as readdir2, readFile as readFile3, realpath as realpath2, stat as stat3 } from "node:fs/promises";
import { posix as posix2, win32 } from "node:path";

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
    const refused2 = (node) => new BundleYamlError(
      "A merge key (`<<`) needs an alias of a mapping, or a sequence of them.",
      this.place(node)
    );
    if (!(0, import_yaml.isSeq)(merge) && !(0, import_yaml.isAlias)(merge)) throw refused2(merge);
    return ((0, import_yaml.isSeq)(merge) ? merge.items : [merge]).flatMap((source) => {
      const entriesOf2 = (target) => {
        if (!(0, import_yaml.isMap)(target)) throw refused2(source);
        return [...this.entries(target)];
      };
      return (0, import_yaml.isAlias)(source) ? this.followed(source, entriesOf2) : entriesOf2(source);
    });
  }
  followed(alias, read) {
    const target = this.targets.get(alias);
    if (!target) throw new BundleYamlError("An alias has no anchor.", this.place(alias));
    if (this.active.has(alias))
      throw new BundleYamlError("An alias leads back to itself.", this.place(alias));
    this.active.add(alias);
    try {
      return read(target);
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
import { lstat, readdir, stat as stat2 } from "node:fs/promises";
var PatternError = class extends Error {
  name = "PatternError";
};
async function glob(pattern, path7) {
  matcher(pattern, path7);
  if (!isPattern(pattern, path7)) return await exists(pattern) ? [pattern] : [];
  const folder = path7.dirname(pattern);
  const name = matcher(path7.basename(pattern), path7);
  const found = [];
  for (const parent of folder === pattern ? [] : await glob(folder, path7)) {
    const isFolder = await stat2(parent).then(
      (stats) => stats.isDirectory(),
      () => false
    );
    const names = isFolder ? await readdir(parent).catch(() => []) : [];
    found.push(...names.filter((entry) => name.test(entry)).map((entry) => path7.join(parent, entry)));
  }
  return found;
}
async function exists(file) {
  return lstat(file).then(
    () => true,
    () => false
  );
}
function isPattern(text, path7) {
  return path7.sep === "/" ? /[*?[\\]/.test(text) : /[*?[]/.test(text);
}
function matcher(pattern, path7) {
  const escapes = path7.sep === "/";
  const codes = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  let index = 0;
  const is = (character) => codes[index] === character.codePointAt(0);
  const next = () => {
    const code = codes[index++];
    if (code === void 0) throw new PatternError(pattern);
    return code;
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
function literal(code) {
  return `\\u{${code.toString(16)}}`;
}

// core/databricks/bundle-files.ts
var ROOT_NAMES = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"];
async function readBundleFiles(given) {
  const real = (folder) => realpath2(folder).catch(() => folder);
  const location = { ...given, root: await real(given.root), checkout: await real(given.checkout) };
  const path7 = location.platform.os === "win32" ? win32 : posix2;
  const mistakes = [];
  const root = await readBundleFile(await findRootFile(location, path7), location, mistakes);
  const included = root ? await includedFiles(root, location, path7, mistakes) : [];
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
function readingBundle(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof BundleYamlError)
      throw invalidBundle([{ problem: error.message, place: error.place }]);
    throw error;
  }
}
function displayName(file, { checkout, platform }) {
  const path7 = platform.os === "win32" ? win32 : posix2;
  return (isInside(file, checkout, platform) ? path7.relative(checkout, file) : file).replaceAll(
    path7.sep,
    "/"
  );
}
async function readBundleFile(path7, location, mistakes) {
  const name = displayName(path7, location);
  try {
    const parsed2 = parseBundleYaml(await readFile3(path7), name);
    if ("value" in parsed2) return { path: path7, name, value: parsed2.value };
    mistakes.push(...parsed2.mistakes);
  } catch (error) {
    mistakes.push({ problem: `The file cannot be read (${codeOf(error)}).`, place: { file: name } });
  }
  return void 0;
}
function codeOf(error) {
  return error.code ?? String(error);
}
async function includedFiles(root, location, path7, mistakes) {
  const seen = new Set(ROOT_NAMES);
  const files = [];
  for (const { text, place } of includePatterns(root.value)) {
    const wrong = (problem, remedy) => {
      mistakes.push({ problem, ...remedy === void 0 ? {} : { remedy }, place });
    };
    if (path7.isAbsolute(text)) {
      wrong(`\`include\` takes paths relative to the bundle, not \`${text}\`.`);
      continue;
    }
    const matches = await matchesOf(text, location.root, path7);
    if (!matches) wrong(`The \`include\` pattern \`${text}\` is malformed.`);
    else if (matches.length === 0 && !/[*?[]/.test(text))
      wrong(`\`include\` names \`${text}\`, which does not exist.`);
    const fresh = (matches ?? []).map((match) => path7.relative(location.root, match)).filter((name) => !seen.has(name));
    for (const name of fresh.sort(byBytes)) {
      seen.add(name);
      if (/\.(ya?ml|json)$/.test(name)) files.push(path7.join(location.root, name));
      else
        wrong(
          `\`include\` takes YAML and JSON files alone, not \`${name}\`.`,
          "Files to upload belong into `sync.include`."
        );
    }
  }
  return files;
}
async function matchesOf(pattern, root, path7) {
  try {
    return await glob(path7.join(root, pattern).replace(/(?<=.)[\\/]$/, ""), path7);
  } catch (error) {
    if (error instanceof PatternError) return void 0;
    throw error;
  }
}
function includePatterns(root) {
  const include = readingBundle(() => root.kind === "map" ? root.entries().get("include") : void 0);
  return include?.kind === "sequence" ? include.items().filter((item) => item.kind === "text") : [];
}
function byBytes(left, right) {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
async function findRootFile(location, path7) {
  const { root } = location;
  const found = [];
  for (const name of ROOT_NAMES) {
    if (await exists2(path7.join(root, name))) found.push(path7.join(root, name));
  }
  const [file, second] = found;
  if (file === void 0) throw await notFound(location, path7);
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
  return stat3(file).then(
    () => true,
    () => false
  );
}
async function notFound(location, path7) {
  const { root, checkout, platform } = location;
  const entries = await readdir2(root, { withFileTypes: true }).catch(() => void 0);
  const near = [];
  for (const entry of entries ?? []) {
    const inside = path7.join(root, entry.name);
    if (/^(databricks|bundle)\b.*\.(ya?ml|json|tmpl)$/i.test(entry.name)) near.push(inside);
    else if (entry.isDirectory() && await hasRootFile(inside, path7)) near.push(inside);
  }
  for (let folder = path7.dirname(root); isInside(folder, checkout, platform); folder = path7.dirname(folder)) {
    if (await hasRootFile(folder, path7)) near.push(folder);
  }
  const shown = near.slice(0, 5).map((one) => displayName(one, location) || ".");
  return new SecretlessError("BUNDLE_NOT_FOUND", {
    problem: "There is no bundle in this folder.",
    expected: `${ROOT_NAMES.join(", ")} in ${displayName(root, location) || "the checkout"}`,
    actual: entries ? shown.length > 0 ? `nearby: ${shown.join(", ")}` : "none of them" : "the folder does not exist",
    remedy: "Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step."
  });
}
async function hasRootFile(folder, path7) {
  const present = await Promise.all(ROOT_NAMES.map((name) => exists2(path7.join(folder, name))));
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
  const names = keysOf(all).filter((name2) => entriesOf(all, name2).some(isTarget));
  if (names.length === 0) names.push("default");
  const name = asked ?? (names.length === 1 ? names[0] : theDefault(all, names));
  if (name !== void 0 && names.includes(name)) return { name, top, overrides: under(all, name) };
  throw invalidBundle([
    {
      problem: `The bundle has no target \`${String(asked)}\`.`,
      expected: `one of: ${names.join(", ")}`,
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
function theDefault(targets, names) {
  const defaults = names.filter((name) => {
    const values = under(under(targets, name), "default");
    const booleans = values.flatMap((value) => value.kind === "text" ? [value.boolean] : []);
    return booleans.filter((value) => value !== void 0).at(-1) === true;
  });
  const [first, second] = defaults;
  if (first !== void 0 && second === void 0) return first;
  throw invalidBundle([
    {
      problem: first === void 0 ? "The bundle has several targets and none of them has `default: true`." : `Several targets have \`default: true\`: ${defaults.join(", ")}.`,
      expected: `the input \`target\`, one of: ${names.join(", ")}`,
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
  if (wrong.length > 0) throw refused("HOST_NOT_APPROVED", wrong, credentials);
  if (credentials.length > 0) throw refused("CREDENTIAL_IN_BUNDLE", credentials, []);
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
function refused(code, mistakes, more) {
  const host = code === "HOST_NOT_APPROVED";
  const place = mistakes[0]?.place;
  return new SecretlessError(code, {
    problem: host ? "The bundle's selected target would talk to another workspace than the approved one. No token was given, nothing was changed." : "The bundle would make the CLI use another identity than the federated one. Nothing was changed.",
    remedy: host ? "Remove the setting from the bundle, or correct the input `host`. If a pull request brought it, read that pull request again." : "Remove these settings from the bundle: the step brings host and identity.",
    mistakes: [...mistakes, ...more],
    ...mistakes.length === 1 && more.length === 0 && place && { place }
  });
}

// core/plan.ts
async function planBundle(step, cli, facts, access) {
  const { host, inputs, signal } = step;
  const { plan, diagnostics } = await host.group("Plan", () => cli.plan(signal));
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
  await access.plan(cli);
  const lost = losses(plan);
  if (lost.length > 0 && inputs.command === "deploy" && !inputs.autoApprove) {
    throw new SecretlessError("DESTRUCTIVE_PLAN", {
      problem: "The deployment would delete or recreate resources. Nothing was changed.",
      expected: `a plan without deletions, or \`${host.inputLabel("auto-approve")}: true\``,
      remedy: `If this is what you want, set \`${host.inputLabel("auto-approve")}\` to \`true\` for this run.`,
      mistakes: lost.map(({ resource, action, lost: what }) => ({
        problem: `${action} ${resource}: loses ${what}`
      }))
    });
  }
  return plan;
  function annotate(diagnostic) {
    const { problem, place } = toMistake(diagnostic);
    host.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", problem, place);
  }
}
var TERRAFORM = "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the state to the CLI's own engine.";

// core/when-free.ts
var LOOK = 1e4;
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
async function deployBundle(step, cli, api, facts, access) {
  const { host, inputs } = step;
  let planned = await planBundle(step, cli, facts, access);
  const planAgain = async () => {
    const before = planned;
    planned = await planBundle(step, cli, facts, access);
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
  await access.apply(summary);
}

// core/destroy.ts
async function destroyBundle(step, cli, api, facts, access) {
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
  await access.withdraw(summary);
  await whenFree(step, cli, api, () => host.group("Destroy", () => cli.destroy()));
  const left = [];
  for (const { key, id } of jobs) if (await jobExists(api, id)) left.push(`jobs.${key} (${id})`);
  if (left.length > 0) throw destroyIncomplete(left);
  facts.destroyed = resources.length;
}

// core/federation/token-service.ts
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
var REFUSED = "refused";
var MOST_REFUSALS = 100;
var EARLY = 12e4;
async function startTokenService({
  token,
  approvedHost,
  clock
}) {
  const secret = randomBytes(32).toString("base64url");
  registerSecret(secret);
  const path7 = `/${secret}`;
  const refusals = [];
  let lastError;
  let authority = "";
  function refusalOf({ method, url, headers }) {
    if (headers.host !== authority && headers.host !== authority.replace("127.0.0.1", "localhost"))
      return "not-local";
    if (!isSame(url ?? "", path7)) return "path";
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
      const early = Math.min(EARLY, Math.max(0, expiresAt - clock.now()) / 4);
      const expiresOn = Math.floor((expiresAt - early) / 1e3);
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_on: expiresOn }));
    } catch (error) {
      lastError = error;
      refuse(response, "no-token", host);
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  authority = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${authority}${path7}`,
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
  const digest = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
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
    const [run2, pipeline] = [runId(url), pipelineId(url)];
    const lasting = { ...api, signal: void 0 };
    if (signal.aborted && run2 !== void 0) await cancelRun(lasting, run2);
    if (signal.aborted && pipeline !== void 0) await stopPipeline(lasting, pipeline);
    if (signal.aborted && url !== "") host.info(`${url} was cancelled, as the job was.`);
    await report("failed");
    throw error;
  }
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
    const bundleRoot = path6.resolve(host.context.checkout, inputs.bundleRoot);
    const [session, file, target, source] = await allRight([
      connect(step, facts, audit),
      findTool(step, facts, folder.root),
      checkHostPin({ ...inputs, bundleRoot, checkout: host.context.checkout, platform: ports.platform }),
      readAccess(step, bundleRoot)
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
      bundlePath: path6.relative(host.context.checkout, bundleRoot).split(path6.sep).join("/"),
      target: target.name,
      onLine: (line) => host.info(line),
      onProcess: (pid) => void host.saveState("cli", String(pid ?? ""))
    });
    const access = new Access({ step, facts, audit, session, source });
    if (!target.hasRootPath) warn(step, facts, HOME_ROOT);
    const api = workspaceApi(step, session);
    switch (inputs.command) {
      case "plan":
        await planBundle(step, cli, facts, access);
        break;
      case "deploy":
        await deployBundle(step, cli, api, facts, access);
        break;
      case "run":
        await runResource(step, cli, api, facts);
        break;
      case "destroy":
        await destroyBundle(step, cli, api, facts, access);
    }
    await audit.settled();
    await reportSuccess(host, facts);
    return 0;
  } catch (error) {
    await reportFailure(host, rootCause(step, service, error), facts);
    return 1;
  } finally {
    await service?.stop();
    await removePrivateFolder(folder.root);
  }
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
  run,
  warn
};
