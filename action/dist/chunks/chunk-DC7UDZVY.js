import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  DAYS,
  LATER_KINDS,
  TARGETS,
  effectiveGrants,
  entries,
  globMatches,
  list,
  object,
  oneOf,
  optional,
  placed,
  readCredentials,
  readPolicyFile,
  readYaml,
  required,
  targetOf,
  text,
  wrong
} from "./chunk-NTJ3VHNK.js";
import {
  require_dist
} from "./chunk-XG7PHLDC.js";
import {
  objectKey,
  readState
} from "./chunk-XITBPYNW.js";
import {
  accessName
} from "./chunk-SU23NQTW.js";
import {
  scopeWords,
  worst
} from "./chunk-WYB47XBF.js";
import {
  ApiFailure,
  field,
  inParallel,
  listAll,
  listField,
  textField
} from "./chunk-2QDGITXZ.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";
import {
  __toESM
} from "./chunk-U4GNHYLL.js";

// core/access/access-file.ts
var import_yaml = __toESM(require_dist(), 1);

// core/access/references.ts
var REFERENCE = /\$\{([^{}]*)\}/g;
var KNOWN = /^(?:bundle|var|workspace)(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/;
function referenceMistake(text2, place) {
  const rest = text2.replace(REFERENCE, "");
  if (rest.includes("${")) {
    return { problem: `"${text2}" holds a \${\u2026} that is not closed or is nested.`, place };
  }
  for (const [whole, name = ""] of text2.matchAll(REFERENCE)) {
    if (KNOWN.test(name)) continue;
    return {
      problem: `"${whole}" cannot be used here.`,
      expected: "${bundle.\u2026}, ${var.\u2026} or ${workspace.\u2026}",
      actual: whole,
      place
    };
  }
  return void 0;
}
function lookUp(config, name) {
  const [root = "", ...path] = name.split(".");
  let value = root === "var" ? field(config, "variables") : field(config, root);
  for (const step of path) value = field(value, step);
  if (root === "var") value = field(value, "value") ?? field(value, "default");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : void 0;
}
function resolveReferences(source, config, report) {
  const { value, place } = source;
  const missing = [];
  const resolved = value.replace(REFERENCE, (whole, name) => {
    const found = KNOWN.test(name) ? lookUp(config, name) : void 0;
    if (found !== void 0 && !found.includes("${")) return found;
    missing.push(whole);
    return whole;
  });
  for (const whole of missing) {
    report({
      problem: `"${whole}" has no value in this target of the bundle.`,
      expected: "a text, number or boolean of the bundle's resolved configuration",
      remedy: "Look it up with `databricks bundle summary -o json`.",
      place
    });
  }
  return missing.length === 0 ? resolved : void 0;
}

// core/access/access-file.ts
var DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
var presentCredential = object({
  credential: required(
    placed(text({ description: "Unity Catalog service credential that vends the token." }))
  ),
  audience: required(placed(text({ description: "Audience of the token." })))
});
var present = {
  schema: { anyOf: [{ const: "databricks" }, presentCredential.schema] },
  read: (node, context) => (0, import_yaml.isMap)(node) ? presentCredential.read(node, context) : oneOf(["databricks"]).read(node, context)
};
var common = {
  purpose: required(
    placed(
      text({
        pattern: /^[a-z][a-z0-9-]{0,62}$/,
        says: "a name of small letters, digits and hyphens, at most 63",
        description: "What the access is for; unique in the job."
      })
    )
  ),
  targets: optional(list(text(), "Targets of the bundle with this entry; absent: every target.")),
  until: optional(
    placed(
      text({
        pattern: DATE,
        says: "a date such as 2027-03-31",
        description: "Last day of the access (UTC)."
      })
    )
  ),
  present: optional(present)
};
var kindFields = Object.fromEntries(TARGETS.map((target) => [target.kind, optional(target.spec)]));
var entryFields = object(
  { ...common, ...kindFields },
  { oneOf: TARGETS.map((target) => ({ required: [target.kind] })) }
);
function checkReferences(value, context) {
  if (typeof value !== "object" || value === null) return true;
  const inner = value;
  if (typeof inner.value === "string" && inner.place !== void 0) {
    const mistake = referenceMistake(inner.value, inner.place);
    if (mistake !== void 0) context.report(mistake);
    return mistake === void 0;
  }
  return Object.values(value).every((child) => checkReferences(child, context));
}
function readEntry(node, context) {
  if (!(0, import_yaml.isMap)(node)) {
    wrong(node, context, "a mapping with purpose and one kind of access");
    return void 0;
  }
  const later = LATER_KINDS.filter((kind) => node.has(kind));
  for (const kind of later) {
    context.report({
      problem: `The kind of access "${kind}" is not available yet.`,
      expected: TARGETS.map((target2) => target2.kind).join(" or "),
      actual: kind,
      remedy: "Take the entry out, or use a version of this product that has the kind.",
      place: context.place(node.get(kind, true))
    });
  }
  if (later.length > 0) return void 0;
  const fields = entryFields.read(node, context);
  const kinds = TARGETS.filter((target2) => node.has(target2.kind));
  const target = kinds[0];
  if (target === void 0 || kinds.length > 1) {
    const expected = `exactly one of ${TARGETS.map((known2) => known2.kind).join(", ")}`;
    context.report({
      problem: "An entry names exactly one kind of access.",
      expected,
      place: context.place(node)
    });
  }
  if (fields === void 0 || target === void 0 || kinds.length > 1) return void 0;
  if (target.presents !== (fields.present !== void 0)) {
    const verb = target.presents ? "needs" : "does not take";
    const place = context.place(node.get("present", true) ?? node);
    context.report({ problem: `"${target.kind}" ${verb} "present".`, place });
    return void 0;
  }
  if (!checkReferences([fields.present, fields[target.kind]], context)) return void 0;
  return {
    purpose: fields.purpose,
    ...fields.targets === void 0 ? {} : { targets: fields.targets },
    ...fields.until === void 0 ? {} : { until: fields.until },
    ...fields.present === void 0 ? {} : { present: fields.present },
    target,
    spec: fields[target.kind]
  };
}
var entry = { schema: entryFields.schema, read: readEntry };
var file = object({
  version: required(oneOf([1], "Version of this format.")),
  jobs: required(
    entries(
      { pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/, says: "a key under resources.jobs" },
      list(entry),
      "What each job may reach at run time; the keys are those under resources.jobs of the bundle."
    )
  )
});
var accessFileSchema = file.schema;
function readAccessFile(source) {
  const { value, mistakes } = readYaml(source, file);
  const all = [...mistakes];
  const read = [];
  for (const [job, jobEntries] of value?.jobs ?? []) {
    const seen = /* @__PURE__ */ new Set();
    for (const one of jobEntries) {
      if (seen.has(one.purpose.value)) {
        const problem = `The purpose "${one.purpose.value}" stands twice in job "${job.value}".`;
        all.push({ problem, remedy: "Give each entry of a job its own purpose.", place: one.purpose.place });
      }
      seen.add(one.purpose.value);
      read.push({ job, ...one });
    }
  }
  return { value: value !== void 0 && all.length === 0 ? read : void 0, mistakes: all };
}

// core/access/changes.ts
function clash(entry2, shown) {
  const { target, object: object2, purpose, job } = entry2;
  return {
    code: "ACCESS_CLASH",
    mistake: {
      problem: `Job "${job.key}", ${purpose.value}: ${shown}, and this bundle has not granted it.`,
      expected: "an object that this bundle granted and recorded, or none",
      actual: shown,
      remedy: `If nobody else needs it, revoke it and deploy again: ${target.undoCommand(object2)}. Else take the entry out: what others granted is never touched.`,
      place: purpose.place
    }
  };
}
function changeFor(entry2, remote, own, shared) {
  const ours = own !== void 0 && own.phase !== "expired";
  switch (remote.state) {
    case "impossible": {
      const { mistake } = remote;
      return { code: "ACCESS_TARGET_UNUSABLE", mistake: { ...mistake, place: entry2.purpose.place } };
    }
    case "foreign":
      return clash(entry2, remote.shown);
    case "unreadable": {
      const note = `not readable without ${remote.missingRight}`;
      return ours && own.phase === "granted" ? { action: "unchanged", phase: "granted", note, unread: true } : { action: "grant", phase: "granted", note, unread: true };
    }
    case "differs":
      return { action: "update", phase: "granted", note: remote.differences.join("; ") };
    case "present":
      if (ours && own.phase === "granted") return { action: "unchanged", phase: "granted" };
      if (ours) return { action: "record", phase: "granted", note: "an interrupted run had granted it" };
      if (shared)
        return { action: "record", phase: "granted", note: "another entry of the bundle has granted it" };
      if (entry2.target.marked) return { action: "record", phase: "granted", note: "found by its mark" };
      return clash(entry2, `${entry2.target.describe(entry2.object)} is there already`);
    case "absent": {
      const drift = ours && own.phase === "granted" ? { note: "it was removed by somebody else" } : {};
      return { action: "grant", phase: "granted", ...drift };
    }
  }
}
function planChanges(declared, records, remote) {
  const changes = [];
  const findings = [];
  const warnings = [];
  const live = declared.filter((entry2) => entry2.expired === void 0);
  const keyOf = (entry2) => objectKey(entry2.target.kind, entry2.object);
  const wanted = new Set(live.map(keyOf));
  const wantedBy = new Set(live.map((entry2) => `${entry2.name} ${keyOf(entry2)}`));
  const expired = new Map(
    declared.filter((entry2) => entry2.expired !== void 0).map((entry2) => [entry2.name, entry2])
  );
  const recorded = records.map((record) => ({ record, key: objectKey(record.kind, record.object) }));
  for (const entry2 of live) {
    const { name, target, object: object2 } = entry2;
    const same = recorded.filter(({ record, key }) => key === keyOf(entry2) && record.phase !== "expired");
    const own = same.find(({ record }) => record.name === name)?.record;
    const planned = changeFor(entry2, remote(target, object2), own, same.length > 0);
    if ("code" in planned) findings.push(planned);
    else changes.push({ name, job: entry2.job.key, purpose: entry2.purpose.value, target, object: object2, ...planned });
  }
  for (const entry2 of expired.values()) {
    const { name, job, purpose, expired: until = "" } = entry2;
    if (!recorded.some(({ record }) => record.name === name)) {
      const problem = `Job "${job.key}", ${purpose.value}: its last day ${until} is over, so it cannot be granted.`;
      const remedy = "Set a later date after a review, or take the entry out.";
      findings.push({ code: "ACCESS_FILE_INVALID", mistake: { problem, remedy, place: purpose.place } });
      continue;
    }
    warnings.push(
      `Job "${job.key}", ${purpose.value}: its last day ${until} is over; its access is withdrawn.`
    );
  }
  for (const { record, key } of recorded) {
    const { name, job, purpose, kind, object: object2, phase } = record;
    const target = targetOf(kind);
    if (target === void 0) {
      warnings.push(
        `The access state records a "${kind}" for job "${job}", which this version cannot withdraw.`
      );
      continue;
    }
    const past = expired.get(name);
    const after = past === void 0 ? void 0 : "expired";
    const base = { name, job, purpose, target, object: object2, phase: after };
    if (phase === "expired") {
      if (past === void 0 && !wantedBy.has(`${name} ${key}`))
        changes.push({ ...base, action: "record", note: "its expired entry is gone" });
      continue;
    }
    if (wantedBy.has(`${name} ${key}`)) continue;
    const note = past === void 0 ? "no longer declared" : `its last day ${past.expired ?? ""} is over`;
    if (wanted.has(key)) {
      changes.push({ ...base, action: "record", note: `${note}, but another entry needs it` });
      continue;
    }
    const { state } = remote(target, object2);
    const gone = state === "absent" || state === "impossible" || state === "foreign";
    changes.push({
      ...base,
      action: gone ? "record" : "withdraw",
      note: gone ? `${note}, and already gone` : note
    });
  }
  return { changes, findings, warnings };
}

// core/access/declare.ts
var DAY = 864e5;
function isOver(date, now) {
  const start = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(date)) return void 0;
  return now >= start + DAY;
}
function runAsMistake(entry2, job) {
  const { runAs: runAs2 } = job;
  const named = runAs2.kind === "user" || runAs2.kind === "group";
  const who = named ? `the ${runAs2.kind} ${runAs2.name}` : "the identity that deploys it";
  return {
    code: "SCOPE_BROKEN",
    mistake: {
      problem: `Job "${job.key}" runs as ${who}, so its access cannot stay with the job.`,
      expected: "run_as with a service_principal_name of its own",
      remedy: `Set run_as.service_principal_name of job "${job.key}" in the bundle.`,
      place: entry2.job.place
    }
  };
}
function declareAccess(entries2, bundle, now) {
  const findings = [];
  const declared = [];
  const invalid = (mistake) => {
    findings.push({ code: "ACCESS_FILE_INVALID", mistake });
  };
  const unknown = /* @__PURE__ */ new Set();
  const wrongRunAs = /* @__PURE__ */ new Set();
  for (const entry2 of entries2) {
    if (entry2.targets?.includes(bundle.target) === false) continue;
    const job = bundle.jobs.find((one) => one.key === entry2.job.value);
    if (job === void 0) {
      if (!unknown.has(entry2.job.value)) {
        invalid({
          problem: `The bundle has no job "${entry2.job.value}" in target "${bundle.target}".`,
          expected: bundle.jobs.map((one) => one.key).join(", ") || "a job of the bundle",
          actual: entry2.job.value,
          remedy: "Correct the key, or name the targets that have the job under `targets:` of the entry.",
          place: entry2.job.place
        });
      }
      unknown.add(entry2.job.value);
      continue;
    }
    if (job.runAs.kind !== "service_principal") {
      if (!wrongRunAs.has(job.key)) findings.push(runAsMistake(entry2, job));
      wrongRunAs.add(job.key);
      continue;
    }
    const over = entry2.until === void 0 ? false : isOver(entry2.until.value, now);
    if (over === void 0) {
      invalid({
        problem: `"${entry2.until?.value ?? ""}" is not a day.`,
        ...entry2.until && { place: entry2.until.place }
      });
      continue;
    }
    const name = accessName(bundle, job.key, entry2.purpose.value);
    const resolve = (source) => resolveReferences(source, bundle.config, invalid);
    const context = { principal: job.runAs.applicationId, name, resolve, report: invalid };
    const object2 = entry2.target.object(entry2.spec, context);
    const { present: present2 } = entry2;
    const presented = present2 === void 0 || present2 === "databricks" ? void 0 : resolve(present2.credential);
    if (object2 === void 0) continue;
    declared.push({
      name,
      job,
      purpose: entry2.purpose,
      target: entry2.target,
      object: object2,
      expired: over ? entry2.until?.value : void 0,
      credentials: [
        entry2.target.kind === "unity_catalog_credential" ? object2["credential"] : presented
      ].filter((credential2) => credential2 !== void 0)
    });
  }
  return { declared, findings };
}

// core/access/policy.ts
import { BlockList, isIP } from "node:net";
var CLAIMS = ["repository", "ref", "environment", "pipeline", "actor", "event"];
var matchesAny = (patterns, value) => patterns?.some((pattern) => globMatches(pattern, value)) ?? true;
function concerns(rule, request) {
  return matchesAny(rule.job, request.job) && matchesAny(rule.purpose, request.purpose) && (rule.kind?.value.includes(request.kind) ?? true) && matchesAny(rule.resource, request.resource) && matchesAny(rule.target, request.target);
}
function inTime(time, now) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: time.zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23"
  });
  const part = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const minutes = Number(part.get("hour")) * 60 + Number(part.get("minute"));
  let day = DAYS.findIndex((name) => name === part.get("weekday")?.toLowerCase());
  const overnight = time.from > time.to;
  if (overnight ? minutes < time.from && minutes >= time.to : minutes < time.from || minutes >= time.to)
    return false;
  if (overnight && minutes < time.to) day = (day + DAYS.length - 1) % DAYS.length;
  return time.days?.flat().includes(DAYS[day] ?? "mon") ?? true;
}
function inNetwork(networks, addresses) {
  const known2 = addresses.filter((address) => isIP(address) !== 0);
  if (known2.length === 0) return void 0;
  const block = new BlockList();
  for (const { address, prefix, family } of networks) block.addSubnet(address, prefix, family);
  return known2.some((address) => block.check(address, isIP(address) === 4 ? "ipv4" : "ipv6"));
}
function conditions(rule, request, evidence) {
  const when = rule.when ?? {};
  const verdicts = [];
  for (const name of CLAIMS) {
    const wanted = when[name];
    if (wanted === void 0) continue;
    const claim = evidence.claims[name];
    verdicts.push([name, claim === void 0 ? void 0 : matchesAny(wanted, claim)]);
  }
  const { now, addresses, commit } = evidence.selfReported;
  if (when.commit !== void 0) {
    const claim = evidence.claims.commit;
    verdicts.push(["commit", claim === void 0 || commit === void 0 ? void 0 : claim === commit]);
  }
  if (rule.effect === "allow") {
    const enough = request.scope === "proven" || request.scope === "unproven" && when.scope === "unproven";
    verdicts.push(["scope", enough]);
  } else if (when.scope !== void 0) {
    verdicts.push(["scope", request.scope === "proven" === (when.scope === "proven")]);
  }
  if (when.time !== void 0) verdicts.push(["time", inTime(when.time.value, now)]);
  if (when.network !== void 0) verdicts.push(["network", inNetwork(when.network, addresses)]);
  return verdicts;
}
var SELF_REPORTED = /* @__PURE__ */ new Set(["time", "network", "commit"]);
var selfReportedOf = (verdicts) => verdicts.map(([name]) => name).filter((name) => SELF_REPORTED.has(name));
function failureOf(rule, verdicts) {
  const failed = verdicts.filter(([, verdict]) => verdict !== true);
  const words = failed.map(([name, verdict]) => verdict === void 0 ? `${name} (not known)` : name);
  return `"${rule.name.value}" fails on ${words.join(", ")}`;
}
function decide(file2, request, evidence) {
  if (request.scope === "broken") {
    const reason2 = "the scope is broken, which no rule can accept";
    return { effect: "deny", rule: "(broken scope)", reason: reason2, selfReported: [] };
  }
  if (file2 === void 0) {
    const allowed2 = request.kind === "unity_catalog_credential";
    const reason2 = allowed2 ? `without a policy file Unity Catalog credentials may be granted (scope ${request.scope})` : `without a policy file "${request.kind}" cannot be granted`;
    return { effect: allowed2 ? "allow" : "deny", rule: "(no policy file)", reason: reason2, selfReported: [] };
  }
  const rules = file2.policy.rules.filter((rule) => concerns(rule, request));
  const failures = [];
  let allowed;
  for (const rule of rules) {
    const verdicts = conditions(rule, request, evidence);
    if (rule.effect === "deny") {
      if (verdicts.some(([, verdict]) => verdict === false)) continue;
      const unknown = verdicts.filter(([, verdict]) => verdict === void 0).map(([name]) => name);
      const reason2 = unknown.length === 0 ? "a deny rule applies" : `${unknown.join(", ")} not known, so it applies`;
      return { effect: "deny", rule: rule.name.value, reason: reason2, selfReported: selfReportedOf(verdicts) };
    }
    if (!verdicts.every(([, verdict]) => verdict === true)) failures.push(failureOf(rule, verdicts));
    else {
      const reason2 = verdicts.length === 0 ? "unconditional" : `${verdicts.map(([name]) => name).join(", ")} as required`;
      allowed ??= { effect: "allow", rule: rule.name.value, reason: reason2, selfReported: selfReportedOf(verdicts) };
    }
  }
  if (allowed !== void 0) return allowed;
  const reason = failures.length > 0 ? failures.join("; ") : "no rule is about this job, purpose, kind, resource and target";
  return { effect: "deny", rule: "(no rule allows it)", reason, selfReported: [] };
}

// core/access/decide.ts
function finding(entry2, decision, scope) {
  const { job, purpose } = entry2;
  const what = `Job "${job.key}", ${purpose.value}: ${entry2.target.describe(entry2.object)}`;
  const weak = scope.checks.filter((check) => check.grade === scope.grade && check.grade !== "proven");
  const found = weak.map((check) => check.says).join("; ");
  if (scope.grade === "broken") {
    const remedy = weak.map((check) => check.remedy ?? "").join(" ");
    const problem = `${what} cannot be granted: its scope is broken.`;
    return { code: "SCOPE_BROKEN", mistake: { problem, actual: found, remedy, place: purpose.place } };
  }
  const rights = [...new Set(weak.map((check) => check.missingRight ?? ""))].join("; ");
  return {
    code: "ACCESS_DENIED",
    mistake: {
      problem: `${what} is denied by ${decision.rule}: ${decision.reason}.`,
      actual: `scope ${scopeWords(scope)}${found === "" ? "" : ` (${found})`}`,
      remedy: rights === "" ? "Ask the owner of the policy file for a rule, or take the entry out." : `Give what is missing to prove the scope (${rights}), or ask for a rule that accepts it.`,
      place: purpose.place
    }
  };
}
function decideChanges(planned, declared, proofs, policy, evidence, bundleTarget) {
  const changes = [];
  const denied = [];
  const findings = [];
  const live = new Map(
    declared.filter((entry2) => entry2.expired === void 0).map((entry2) => [entry2.name, entry2])
  );
  for (const change of planned.changes) {
    const entry2 = live.get(change.name);
    if (change.action === "withdraw" || change.phase !== "granted" || entry2 === void 0) {
      changes.push(change);
      continue;
    }
    const scope = proofs.get(change.job);
    if (scope === void 0) throw new Error(`no proof was made for job ${change.job}`);
    const { job, purpose, target } = change;
    const request = {
      job,
      purpose,
      kind: target.kind,
      resource: target.resource(change.object),
      target: bundleTarget
    };
    const decision = decide(policy, { ...request, scope: scope.grade }, evidence);
    const decided = { ...change, decision, scope };
    if (decision.effect === "allow") changes.push(decided);
    else {
      denied.push(decided);
      findings.push(finding(entry2, decision, scope));
    }
  }
  return { changes, denied, findings };
}

// core/access/scope/reading.ts
var known = (value) => ({ state: "known", value });
async function openReader(workspace, account) {
  const me = await workspace({ method: "GET", path: "/api/2.0/preview/scim/v2/Me" });
  const groups = listField(me, "groups").map((group) => textField(group, "display"));
  const applicationId = (textField(me, "applicationId") || textField(me, "userName")).toLowerCase();
  return { workspace, account, applicationId, groups, admin: groups.includes("admins") };
}
function unreadable(eyes, missingRight) {
  return eyes.registrarLater ? { state: "later", why: "the registrar reads it after the deployment" } : { state: "unknown", missingRight };
}
var ABSENT_FEATURE = /* @__PURE__ */ new Set(["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"]);
var isAbsentFeature = (failure) => ABSENT_FEATURE.has(failure.errorCode);
async function readBy(eyes, missingRight, read) {
  let answered = "";
  for (const reader of eyes.readers) {
    const pending = read(reader);
    if (pending === void 0) continue;
    try {
      return known(await pending);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      answered = error.refused ? "" : ` (the API answered ${error.status} ${error.errorCode})`;
    }
  }
  return unreadable(eyes, `${missingRight}${answered}`);
}
function isReader(reader, principal) {
  return principal.toLowerCase() === reader.applicationId || reader.groups.includes(principal);
}

// core/access/scope/credential.ts
var VENDING = /* @__PURE__ */ new Set(["ACCESS", "ALL_PRIVILEGES"]);
async function readCredentialUsers(eyes, names) {
  const distinct = [...new Set(names)];
  const right = (name) => `MANAGE on credential "${name}", or metastore admin`;
  const metastoreOwner = await readBy(
    eyes,
    "metastore",
    async ({ workspace }) => textField(await workspace({ method: "GET", path: "/api/2.1/unity-catalog/metastore_summary" }), "owner")
  );
  const admin = metastoreOwner.state === "known" ? metastoreOwner.value : "";
  const readings = await inParallel(distinct, async (name) => {
    for (const reader of eyes.readers) {
      const facts = (await readCredentials(reader.workspace, [name])).get(name);
      if (facts?.state !== "read") continue;
      const effective = await readBy(
        { ...eyes, readers: [reader] },
        right(name),
        ({ workspace }) => effectiveGrants(workspace, name)
      );
      if (effective.state !== "known") continue;
      const managing = effective.value.filter(({ privilege }) => privilege === "MANAGE").map(({ principal }) => principal);
      const managers = [.../* @__PURE__ */ new Set([facts.facts.owner, admin, ...managing])].filter(
        (manager) => manager !== ""
      );
      if (!managers.some((manager) => isReader(reader, manager))) continue;
      const users = effective.value.filter(({ privilege }) => VENDING.has(privilege));
      return { state: "known", value: { name, users, managers } };
    }
    return unreadable(eyes, right(name));
  });
  return new Map(distinct.map((name, index) => [name, readings[index]]));
}

// core/access/scope/editors.ts
var EDITING = /* @__PURE__ */ new Set([
  "IS_OWNER",
  "CAN_MANAGE",
  "CAN_EDIT",
  "CAN_ATTACH_TO",
  "CAN_RESTART"
]);
var nameOf = (entry2) => textField(entry2, "user_name") || textField(entry2, "group_name") || textField(entry2, "service_principal_name");
async function editorsOf(api, type, id, through) {
  const list3 = await api({ method: "GET", path: `/api/2.0/permissions/${type}/${encodeURIComponent(id)}` });
  return listField(list3, "access_control_list").flatMap((entry2) => {
    const levels = listField(entry2, "all_permissions").map(
      (permission) => textField(permission, "permission_level")
    );
    const level = levels.find((one) => EDITING.has(one));
    return level === void 0 ? [] : [{ who: nameOf(entry2), level, through }];
  });
}
var OBJECT_TYPES = {
  DIRECTORY: "directories",
  NOTEBOOK: "notebooks",
  FILE: "files",
  REPO: "repos"
};
async function editorsOfPath(api, path, shown = path) {
  let status;
  try {
    status = await api({ method: "GET", path: "/api/2.0/workspace/get-status", query: { path } });
  } catch (error) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!(error instanceof ApiFailure) || !error.missing || folder === "") throw error;
    return editorsOfPath(api, folder, shown);
  }
  const type = OBJECT_TYPES[textField(status, "object_type")] ?? "directories";
  return editorsOf(api, type, textField(status, "object_id"), `code in ${shown}`);
}
function collect(value, names, into) {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (names.has(key) && typeof child === "string") into.add(child);
    else collect(child, names, into);
  }
}
var CODE_PATHS = /* @__PURE__ */ new Set([
  "notebook_path",
  "python_file",
  "path",
  "dbt_project_directory",
  "project_directory"
]);
var LIBRARIES = /* @__PURE__ */ new Set(["whl", "jar", "egg", "requirements"]);
var CLUSTERS = /* @__PURE__ */ new Set(["existing_cluster_id"]);
function codeOf(job, filePath) {
  const code = /* @__PURE__ */ new Set();
  const clusters = /* @__PURE__ */ new Set();
  const tasks = field(job.settings, "tasks");
  collect(tasks, CODE_PATHS, code);
  collect(tasks, LIBRARIES, code);
  collect(field(job.settings, "environments"), /* @__PURE__ */ new Set(["dependencies"]), code);
  collect(tasks, CLUSTERS, clusters);
  const notes = [];
  const paths = /* @__PURE__ */ new Set([filePath]);
  const git = field(job.settings, "git_source");
  const url = textField(git, "git_url");
  if (url !== "") {
    const commit = textField(git, "git_commit");
    const ref = textField(git, "git_branch") || textField(git, "git_tag");
    const who = commit === "" ? `whoever may push to ${ref || "its branch"} changes what the job runs` : `fixed to commit ${commit}`;
    notes.push(`code comes from ${url}: ${who}`);
  }
  for (const path of code) {
    if (path.startsWith(`${filePath}/`) || filePath === "") continue;
    if (path.startsWith("/Volumes/") || path.includes(":/")) {
      notes.push(`${path}: whoever may write there changes what the job runs`);
    } else if (path.startsWith("/")) paths.add(path);
  }
  return { paths: [...paths].filter((path) => path !== ""), clusters: [...clusters], notes };
}
function editorReader(eyes, bundle) {
  const shared = /* @__PURE__ */ new Map();
  const once = (key, right, read) => {
    const running = shared.get(key) ?? readBy(eyes, right, ({ workspace }) => read(workspace));
    shared.set(key, running);
    return running;
  };
  return async (job) => {
    const { paths, clusters, notes } = codeOf(job, bundle.filePath);
    const { id } = job;
    const parts = await Promise.all([
      ...id === void 0 ? [Promise.resolve({ state: "later", why: "the job does not exist yet" })] : [once(`job ${id}`, `CAN_VIEW on job ${id}`, (api) => editorsOf(api, "jobs", id, "job"))],
      ...paths.map((path) => once(path, `CAN_READ on ${path}`, (api) => editorsOfPath(api, path))),
      ...clusters.map(
        (cluster) => once(
          `cluster ${cluster}`,
          `CAN_MANAGE on cluster ${cluster}`,
          (api) => editorsOf(api, "clusters", cluster, `cluster ${cluster}`)
        )
      )
    ]);
    const unread = parts.filter((part) => part.state !== "known");
    const worstRead = unread.find((part) => part.state === "unknown") ?? unread[0];
    if (worstRead !== void 0) return worstRead;
    return known({ editors: parts.flatMap((part) => part.state === "known" ? part.value : []), notes });
  };
}

// core/access/scope/judge.ts
var proven = (says, residual = []) => ({
  grade: "proven",
  says,
  ...residual.length === 0 ? {} : { residual }
});
var broken = (says, remedy) => ({ grade: "broken", says, remedy });
function judge(reading, decide2) {
  if (reading.state === "known") return decide2(reading.value);
  if (reading.state === "later") {
    return {
      grade: "proven",
      says: `not checked yet: ${reading.why}; checked after the deployment`,
      later: true
    };
  }
  const { missingRight } = reading;
  return { grade: "unproven", says: `could not be read without ${missingRight}`, missingRight };
}
function runAs({ job, principal, deployer }) {
  if (job.runAs.kind !== "service_principal") {
    const who = job.runAs.kind === "deployer" ? "the identity that deploys it" : `the ${job.runAs.kind} ${job.runAs.name}`;
    const remedy = `Set run_as.service_principal_name of job "${job.key}" to a service principal of its own.`;
    return broken(`the job runs as ${who}`, remedy);
  }
  if (principal === deployer.toLowerCase()) {
    return broken(
      "the job runs as the deployer, who also deploys every other job",
      "Give the job a principal of its own."
    );
  }
  return proven(`runs as service principal ${principal}`);
}
var APART = "Give each of them a principal of its own, or name the jobs under shared_principals in the policy.";
function exclusive({ job, principal, runners, declared, mates }) {
  const allowed = /* @__PURE__ */ new Set([job.key, ...mates.map((mate) => mate.key)]);
  const borrowers = declared.filter(
    ({ key, runAs: runAs2 }) => !allowed.has(key) && runAs2.kind === "service_principal" && runAs2.applicationId === principal
  );
  if (runners.state !== "known" && borrowers.length > 0) {
    return broken(`also runs as it: ${borrowers.map(({ key }) => `job "${key}"`).join(", ")}`, APART);
  }
  return judge(runners, (all) => {
    const self = all.find((runner) => runner.key === job.key);
    if (self !== void 0 && self.principal !== principal) {
      const says = `the deployed job runs as ${self.principal || "its owner"}, not as declared`;
      return broken(says, "Deploy the bundle again, and find out who changed the job.");
    }
    const strangers = all.filter(
      (runner) => runner.principal === principal && !allowed.has(runner.key ?? "")
    );
    if (strangers.length === 0) return proven("the workspace lists nothing else that runs as it");
    const shown = strangers.slice(0, 5).map(({ type, name, id }) => `${type} "${name}" (${id})`);
    const more = strangers.length > shown.length ? ` and ${strangers.length - shown.length} more` : "";
    return broken(`also runs as it: ${shown.join(", ")}${more}`, APART);
  });
}
var RULE_SET_PREFIX = {
  user: "users",
  group: "groups",
  service_principal: "servicePrincipals"
};
function ruleSetName(user) {
  const at = user.indexOf(":");
  return `${RULE_SET_PREFIX[user.slice(0, at)] ?? ""}/${user.slice(at + 1)}`.toLowerCase();
}
function principalUsers({ identity, deployer, principalUsers: allowed, principal }) {
  const names = new Set(allowed.map(ruleSetName));
  const own = `serviceprincipals/${deployer.toLowerCase()}`;
  return judge(identity.users, (holders2) => {
    const users = holders2.filter(({ role }) => role === "roles/servicePrincipal.user").map(({ principal: who }) => who);
    const strangers = users.filter((who) => !names.has(who.toLowerCase()) && who.toLowerCase() !== own);
    if (strangers.length > 0) {
      const remedy = `Take servicePrincipal.user on ${principal} from them, or name them under principal_users in the policy.`;
      return broken(`may act as it: ${strangers.join(", ")}`, remedy);
    }
    const managers = holders2.filter(({ role }) => role === "roles/servicePrincipal.manager");
    const residual = [
      ...users.map((who) => `${who} may act as it`),
      ...managers.map(({ principal: who }) => `${who} manages it and could let itself act as it`)
    ];
    return proven("nobody else holds servicePrincipal.user on it", residual);
  });
}
function oauthSecrets({ identity, principal }) {
  return judge(
    identity.secrets,
    (ids) => ids.length === 0 ? proven("it has no OAuth secret") : broken(
      `it has ${ids.length} OAuth secret${ids.length === 1 ? "" : "s"}: whoever holds one is this principal`,
      `Delete the OAuth secrets of service principal ${principal} (${ids.join(", ")}).`
    )
  );
}
function federationPolicies({ identity, principal }) {
  return judge(identity.policies, (policies) => {
    if (policies.length === 0) return proven("it has no federation policy");
    const shown = policies.map(({ id, issuer, subject }) => `${id} (${issuer}, ${subject})`).join(", ");
    const remedy = `Delete the federation policies of service principal ${principal}: a principal for runs needs none.`;
    return broken(`workloads outside can sign in as it: ${shown}`, remedy);
  });
}
var EVERYBODY = /* @__PURE__ */ new Set(["users", "account users"]);
function editors({ editors: reading, deployer, job }) {
  return judge(reading, ({ editors: all, notes }) => {
    const everybody = all.filter(({ who }) => EVERYBODY.has(who));
    if (everybody.length > 0) {
      const shown = [
        ...new Set(everybody.map(({ who, level, through }) => `"${who}" (${level}, ${through})`))
      ];
      const remedy = `Take these rights away, so that only those who may use the access can change job "${job.key}".`;
      return broken(`every user may change what the job runs: ${shown.join(", ")}`, remedy);
    }
    const others2 = all.filter(({ who }) => who.toLowerCase() !== deployer.toLowerCase());
    const residual = [
      ...others2.map(({ who, level, through }) => `${who} has ${level} (${through})`),
      ...notes
    ];
    return proven("the list of those who may change it is complete", [...new Set(residual)]);
  });
}
function credential({ credentials, principal, mates }) {
  const allowed = /* @__PURE__ */ new Set([principal]);
  for (const { runAs: mate } of mates) if (mate.kind === "service_principal") allowed.add(mate.applicationId);
  const verdicts = credentials.map(
    (reading) => judge(reading, ({ name, users, managers }) => {
      const strangers = users.filter((user) => !allowed.has(user.principal.toLowerCase()));
      if (strangers.length > 0) {
        const shown = strangers.map((user) => {
          const from = user.inheritedFrom === "" ? "" : `, from ${user.inheritedFrom}`;
          return `${user.principal} (${user.privilege}${from})`;
        });
        const remedy = `Revoke it from them, or give the job its own credential instead of "${name}".`;
        return broken(`credential "${name}" can also be used by ${shown.join(", ")}`, remedy);
      }
      return proven(
        `no other user of credential "${name}"`,
        managers.map((who) => `${who} could grant itself "${name}"`)
      );
    })
  );
  const grade = worst(verdicts.map((verdict) => verdict.grade));
  const decisive = verdicts.find((verdict) => verdict.grade === grade) ?? proven("no credential is used");
  if (grade !== "proven") return decisive;
  const says = [...new Set(verdicts.map((verdict) => verdict.says))].join("; ") || decisive.says;
  const later = verdicts.some((verdict) => verdict.later) ? { later: true } : {};
  return { ...proven(says, [...new Set(verdicts.flatMap((verdict) => verdict.residual ?? []))]), ...later };
}
var JUDGES = {
  "run-as": runAs,
  exclusive,
  "principal-users": principalUsers,
  "oauth-secrets": oauthSecrets,
  "federation-policies": federationPolicies,
  editors,
  credential
};
function judgeScope(facts) {
  const checks = Object.keys(JUDGES).map((name) => ({ name, ...JUDGES[name](facts) }));
  const group = facts.mates.length === 0 ? [] : [facts.job, ...facts.mates].map((job) => job.key).sort();
  return {
    job: facts.job.key,
    principal: facts.principal,
    grade: worst(checks.map((check) => check.grade)),
    group,
    checks
  };
}

// core/access/scope/principals.ts
var SCIM = "/api/2.0/preview/scim/v2/ServicePrincipals";
var LIST_FROM = 20;
async function numericIds(api, applicationIds) {
  const ids = /* @__PURE__ */ new Map();
  const keep = (resources) => {
    for (const resource of resources) {
      const applicationId = textField(resource, "applicationId").toLowerCase();
      ids.set(applicationId, textField(resource, "id"));
    }
  };
  if (applicationIds.length < LIST_FROM) {
    await inParallel(applicationIds, async (id) => {
      const query = { filter: `applicationId eq "${id}"`, attributes: "id,applicationId" };
      keep(listField(await api({ method: "GET", path: SCIM, query }), "Resources"));
    });
    return ids;
  }
  for (let start = 1; ; ) {
    const query = { startIndex: String(start), count: "100", attributes: "id,applicationId" };
    const page = listField(await api({ method: "GET", path: SCIM, query }), "Resources");
    keep(page);
    start += page.length;
    if (page.length === 0 || applicationIds.every((id) => ids.has(id))) return ids;
  }
}
async function holders(api, path, name) {
  const ruleSet = await api({ method: "GET", path, query: { name, etag: "" } });
  return listField(ruleSet, "grant_rules").flatMap(
    (rule) => listField(rule, "principals").filter((principal) => typeof principal === "string").map((principal) => ({ principal, role: textField(rule, "role") }))
  );
}
async function eitherRoute(workspace, account) {
  try {
    return await workspace();
  } catch (error) {
    if (account === void 0 || !(error instanceof ApiFailure)) throw error;
    return account();
  }
}
async function readOne(eyes, accountId, applicationId, id) {
  if (accountId === void 0) {
    const missing = { state: "unknown", missingRight: "the input account-id" };
    return { users: missing, secrets: missing, policies: missing };
  }
  const name = `accounts/${accountId}/servicePrincipals/${applicationId}/ruleSets/default`;
  const manager = `servicePrincipal.manager on ${applicationId}, or account admin`;
  const base = `/api/2.0/accounts/${accountId}/servicePrincipals/${id ?? ""}`;
  const [users, secrets, policies] = await Promise.all([
    readBy(
      eyes,
      manager,
      ({ workspace, account }) => eitherRoute(
        () => holders(workspace, "/api/2.0/preview/accounts/access-control/rule-sets", name),
        account && (() => holders(account, `/api/2.0/preview/accounts/${accountId}/access-control/rule-sets`, name))
      )
    ),
    readBy(eyes, manager, ({ workspace, account }) => {
      if (id === void 0) return void 0;
      const path = `/api/2.0/accounts/servicePrincipals/${id}/credentials/secrets`;
      return eitherRoute(
        () => listAll(workspace, path, "secrets"),
        account && (() => listAll(account, `${base}/credentials/secrets`, "secrets"))
      ).then((listed) => listed.map((secret) => textField(secret, "id")));
    }),
    readBy(eyes, "account admin, with a way to sign in to the account", ({ account }) => {
      if (id === void 0 || account === void 0) return void 0;
      return listAll(account, `${base}/federationPolicies`, "policies").then(
        (listed) => listed.map((policy) => ({
          id: textField(policy, "policy_id"),
          issuer: textField(field(policy, "oidc_policy"), "issuer"),
          subject: textField(field(policy, "oidc_policy"), "subject")
        }))
      );
    })
  ]);
  return { users, secrets, policies };
}
async function readPrincipals(eyes, accountId, applicationIds) {
  const distinct = [...new Set(applicationIds)];
  const none = { state: "known", value: /* @__PURE__ */ new Map() };
  const ids = accountId === void 0 ? none : await readBy(eyes, "workspace user", ({ workspace }) => numericIds(workspace, distinct));
  const idOf = (applicationId) => ids.state === "known" ? ids.value.get(applicationId) : void 0;
  const facts = await inParallel(
    distinct,
    (applicationId) => readOne(eyes, accountId, applicationId, idOf(applicationId))
  );
  return new Map(distinct.map((applicationId, index) => [applicationId, facts[index]]));
}

// core/access/scope/runners.ts
var MAX_ASKED = 500;
async function list2(api, path, items, query = {}) {
  try {
    return await listAll(api, path, items, query);
  } catch (error) {
    if (error instanceof ApiFailure && isAbsentFeature(error)) return [];
    throw error;
  }
}
async function jobs(api) {
  const listed = await list2(api, "/api/2.2/jobs/list", "jobs", { limit: "100" });
  const silent = listed.filter(
    (job) => textField(field(field(job, "settings"), "run_as"), "service_principal_name") === ""
  );
  if (silent.length > MAX_ASKED) return void 0;
  const asked = await inParallel(silent, async (job) => {
    const query = { job_id: textField(job, "job_id") };
    try {
      return textField(await api({ method: "GET", path: "/api/2.2/jobs/get", query }), "run_as_user_name");
    } catch (error) {
      if (error instanceof ApiFailure && (error.missing || error.errorCode === "INVALID_PARAMETER_VALUE"))
        return "";
      throw error;
    }
  });
  const owner = new Map(silent.map((job, index) => [job, asked[index] ?? ""]));
  return listed.map((job) => ({
    type: "job",
    id: textField(job, "job_id"),
    name: textField(field(job, "settings"), "name"),
    principal: (owner.get(job) ?? textField(field(field(job, "settings"), "run_as"), "service_principal_name")).toLowerCase()
  }));
}
async function others(api) {
  const [pipelines, apps, endpoints] = await Promise.all([
    list2(api, "/api/2.0/pipelines", "statuses", { max_results: "100" }),
    list2(api, "/api/2.0/apps", "apps", { page_size: "100" }),
    list2(api, "/api/2.0/serving-endpoints", "endpoints")
  ]);
  const runner = (type, id, principal) => (item) => ({
    type,
    id: textField(item, id),
    name: textField(item, "name"),
    principal: textField(item, principal).toLowerCase()
  });
  return [
    ...pipelines.map(runner("pipeline", "pipeline_id", "run_as_user_name")),
    ...apps.map(runner("app", "id", "service_principal_client_id")),
    // A serving endpoint acts with the identity of its creator.
    ...endpoints.map(runner("endpoint", "id", "creator"))
  ];
}
async function readRunners(eyes) {
  const admin = eyes.readers.find((reader) => reader.admin);
  if (admin === void 0)
    return unreadable(eyes, "workspace admin (a listing by anyone else may be incomplete)");
  try {
    const [ofJobs, ofOthers] = await Promise.all([jobs(admin.workspace), others(admin.workspace)]);
    if (ofJobs !== void 0) return known([...ofJobs, ...ofOthers]);
    const limit = `fewer than ${MAX_ASKED} jobs in the workspace without an explicit run_as`;
    return { state: "unknown", missingRight: limit };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return unreadable(
      eyes,
      `listing of jobs, pipelines, apps and endpoints (the API answered ${error.status})`
    );
  }
}
function withBundle(listed, bundle, deployed) {
  const declared = (job) => job.runAs.kind === "service_principal" ? job.runAs.applicationId : "";
  const byId = new Map(bundle.jobs.filter((job) => job.id !== void 0).map((job) => [job.id, job]));
  const gone = new Set(deployed ? [] : bundle.goneJobIds);
  const runners = listed.filter(({ type, id }) => type !== "job" || !gone.has(id)).map((runner) => {
    const job = runner.type === "job" ? byId.get(runner.id) : void 0;
    if (job === void 0) return runner;
    return { ...runner, key: job.key, ...deployed ? {} : { principal: declared(job) } };
  });
  const created = deployed ? [] : bundle.jobs.filter((job) => job.id === void 0);
  return [
    ...runners,
    ...created.map((job) => ({
      type: "job",
      id: "not deployed yet",
      name: job.key,
      key: job.key,
      principal: declared(job)
    }))
  ];
}

// core/access/scope/prove.ts
function afterwards(reading, { coming, leaving }) {
  if (reading.state !== "known") return reading;
  const { name, users, managers } = reading.value;
  const of = (grants) => grants.filter(({ credential: credential2 }) => credential2 === name).map(({ principal }) => principal);
  const gone = new Set(of(leaving));
  const staying = users.filter(
    (user) => user.privilege !== "ACCESS" || user.inheritedFrom !== "" || !gone.has(user.principal)
  );
  const present2 = new Set(staying.map(({ principal }) => principal));
  const added = [...new Set(of(coming))].filter((principal) => !present2.has(principal));
  const asUser = (principal) => ({ principal, privilege: "ACCESS", inheritedFrom: "" });
  return known({ name, managers, users: [...staying, ...added.map(asUser)] });
}
function matesOf(job, bundle, policy) {
  const groups = (policy?.shared_principals ?? []).filter((group) => group.includes(job.key));
  const keys = new Set(groups.flat());
  return bundle.jobs.filter((other) => other.key !== job.key && keys.has(other.key));
}
function principalOf(job) {
  return job.runAs.kind === "service_principal" ? job.runAs.applicationId : "";
}
async function proveScopes(request) {
  const { eyes, bundle, deployed, deployer, accountId, policy, needs } = request;
  const jobs2 = bundle.jobs.filter((job) => needs.has(job.key));
  if (jobs2.length === 0) return /* @__PURE__ */ new Map();
  const principals = jobs2.map(principalOf).filter((principal) => principal !== "");
  const editorsOf2 = editorReader(eyes, bundle);
  const [listed, identities, credentials, editors2] = await Promise.all([
    readRunners(eyes),
    readPrincipals(eyes, accountId, principals),
    readCredentialUsers(eyes, [...needs.values()].flat()),
    inParallel(jobs2, editorsOf2)
  ]);
  const runners = listed.state === "known" ? known(withBundle(listed.value, bundle, deployed)) : listed;
  const nobody = { state: "unknown", missingRight: "a run-as service principal" };
  const noIdentity = { users: nobody, secrets: nobody, policies: nobody };
  const proofs = jobs2.map(
    (job, index) => judgeScope({
      job,
      principal: principalOf(job),
      deployer,
      runners,
      declared: bundle.jobs,
      identity: identities.get(principalOf(job)) ?? noIdentity,
      editors: editors2[index] ?? nobody,
      credentials: (needs.get(job.key) ?? []).map(
        (name) => afterwards(credentials.get(name) ?? nobody, request)
      ),
      mates: matesOf(job, bundle, policy),
      principalUsers: policy?.principal_users ?? []
    })
  );
  return new Map(proofs.map((proof) => [proof.job, proof]));
}

// core/access/access.ts
function readAccessFiles(access, policy) {
  const entries2 = access === void 0 ? { value: [], mistakes: [] } : readAccessFile(access);
  const rules = policy === void 0 ? { value: void 0, mistakes: [] } : readPolicyFile(policy, policy.insideCheckout);
  const mistakes = [...entries2.mistakes, ...rules.mistakes];
  if (mistakes.length > 0) {
    const code = entries2.mistakes.length > 0 ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID";
    throw fail(mistakes.map((mistake) => ({ code, mistake })));
  }
  return { entries: entries2.value ?? [], policy: rules.value };
}
function registrarOf(files) {
  return files.policy?.policy.providers?.databricks?.registrar_client_id.toLowerCase();
}
function fail(findings) {
  const order = [
    "ACCESS_FILE_INVALID",
    "POLICY_FILE_INVALID",
    "ACCESS_TARGET_UNUSABLE",
    "ACCESS_CLASH",
    "SCOPE_BROKEN"
  ];
  const rank = (finding2) => (order.indexOf(finding2.code) + order.length) % order.length;
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  const mistakes = sorted.map(({ mistake }) => mistake);
  const code = sorted[0]?.code ?? "INTERNAL";
  if (mistakes.length === 1 && mistakes[0] !== void 0) return new SecretlessError(code, mistakes[0]);
  const problem = `${mistakes.length} mistakes keep access from being granted as declared.`;
  return new SecretlessError(code, { problem, mistakes });
}
async function readRemote(objects, ports) {
  const used = TARGETS.filter((target) => objects.some((one) => one.target === target));
  const views = await Promise.all(
    used.map(
      (target) => target.read(
        objects.filter((one) => one.target === target).map(({ object: object2 }) => object2),
        ports
      )
    )
  );
  return new Map(used.map((target, index) => [target, views[index]]));
}
function credentialGrant({ kind }, object2) {
  const { credential: credential2, principal } = object2;
  const isGrant = kind === "unity_catalog_credential" && credential2 !== void 0 && principal !== void 0;
  return isGrant ? { credential: credential2, principal } : void 0;
}
function isRegistrarLater({ files, registrar, deployed }) {
  return registrarOf(files) !== void 0 && registrar === void 0 && !deployed;
}
async function eyesOf(request) {
  const { registrar, deployer } = request;
  const connections = [registrar, deployer].filter((connection) => connection !== void 0);
  const readers = await Promise.all(
    connections.map(({ workspace, account }) => openReader(workspace, account))
  );
  return { readers, registrarLater: isRegistrarLater(request) };
}
function warningsOf(request, proofs, used) {
  const { files, bundle } = request;
  const warnings = [];
  if (used && (registrarOf(files) ?? request.deployerId) === request.deployerId) {
    warnings.push(
      "The deployer itself registers trust: name providers.databricks.registrar_client_id in the policy to separate the two."
    );
  }
  if (files.policy?.insideCheckout === true) {
    warnings.push(
      `The policy ${files.policy.path} comes with the checkout: whoever edits the bundle can edit it.`
    );
  }
  if (files.policy === void 0) {
    const unproven = proofs.filter((proof) => proof.grade === "unproven").map((proof) => proof.job);
    if (unproven.length > 0)
      warnings.push(
        `Scope is unproven for ${unproven.join(", ")}, and no policy file says whether that is accepted.`
      );
  }
  for (const entry2 of files.entries) {
    if (entry2.targets !== void 0 && !entry2.targets.includes(bundle.target)) continue;
    if (entry2.present === "databricks")
      warnings.push(
        `"${entry2.purpose.value}" presents a token of the workspace itself, which is experimental.`
      );
  }
  return warnings;
}
async function examineAccess(request) {
  const { files, bundle, deployed, deployerId, accountId, evidence, deployer, registrar, clock, signal } = request;
  const { declared, findings: inFiles } = declareAccess(files.entries, bundle, clock.now());
  const live = declared.filter((entry2) => entry2.expired === void 0);
  const state = await readState(deployer.workspace, bundle);
  const recorded = state.records.map((record) => ({ target: targetOf(record.kind), object: record.object, phase: record.phase })).filter(
    (one) => one.target !== void 0 && one.phase !== "expired"
  );
  const wanted = new Set(live.map(({ target, object: object2 }) => objectKey(target.kind, object2)));
  const leaving = recorded.filter(({ target, object: object2 }) => !wanted.has(objectKey(target.kind, object2))).map(({ target, object: object2 }) => credentialGrant(target, object2)).filter((grant) => grant !== void 0);
  const needs = /* @__PURE__ */ new Map();
  for (const { job, credentials } of live)
    needs.set(job.key, [.../* @__PURE__ */ new Set([...needs.get(job.key) ?? [], ...credentials])]);
  const targetPorts = {
    databricks: (registrar ?? deployer).workspace,
    clock,
    workspaceId: bundle.workspaceId,
    ...signal === void 0 ? {} : { signal }
  };
  const prove = async () => needs.size === 0 ? /* @__PURE__ */ new Map() : proveScopes({
    eyes: await eyesOf(request),
    bundle,
    deployed,
    deployer: deployerId,
    accountId,
    policy: files.policy?.policy,
    needs,
    coming: live.map(({ target, object: object2 }) => credentialGrant(target, object2)).filter((grant) => grant !== void 0),
    leaving
  });
  const objects = [...live, ...recorded];
  const [views, proofs] = await Promise.all([readRemote(objects, targetPorts), prove()]);
  const missing = { state: "unreadable", missingRight: "the target" };
  const unseen = { state: "unreadable", missingRight: "the registrar's rights" };
  const planned = planChanges(declared, state.records, (target, object2) => {
    const seen = views.get(target)?.plan(object2) ?? missing;
    return seen.state === "absent" && isRegistrarLater(request) ? unseen : seen;
  });
  const decided = decideChanges(planned, declared, proofs, files.policy, evidence, bundle.target);
  const registrarId = registrarOf(files);
  const notes = live.flatMap(({ target, object: object2 }) => views.get(target)?.notes(object2) ?? []);
  const unowned = state.unowned.length === 0 ? [] : [
    `${state.unowned.length} records of the access state do not fit this bundle and are never acted upon.`
  ];
  return {
    changes: decided.changes,
    denied: decided.denied,
    findings: [...inFiles, ...planned.findings, ...decided.findings],
    warnings: [
      ...warningsOf(request, [...proofs.values()], objects.length > 0),
      ...planned.warnings,
      ...unowned
    ],
    notes: [...new Set(notes)],
    proofs,
    state,
    policy: files.policy,
    registrarId: registrarId ?? deployerId,
    selfRegistered: (registrarId ?? deployerId) === deployerId
  };
}
async function planAccess(request, onPlan) {
  const plan = await examineAccess(request);
  await onPlan?.(plan);
  if (plan.findings.length > 0) throw fail(plan.findings);
  return plan;
}

export {
  readAccessFiles,
  registrarOf,
  fail,
  examineAccess,
  planAccess
};
