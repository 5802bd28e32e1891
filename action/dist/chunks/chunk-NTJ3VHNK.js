import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  require_dist
} from "./chunk-XG7PHLDC.js";
import {
  ApiFailure,
  field,
  inParallel,
  listAll,
  listField,
  textField
} from "./chunk-2QDGITXZ.js";
import {
  __toESM
} from "./chunk-U4GNHYLL.js";

// core/access/shape.ts
var import_yaml = __toESM(require_dist(), 1);
function describe(node) {
  if ((0, import_yaml.isMap)(node)) return "a mapping";
  if ((0, import_yaml.isSeq)(node)) return "a list";
  if (!(0, import_yaml.isScalar)(node) || node.value === null) return "nothing";
  return JSON.stringify(node.value);
}
function wrong(node, context, expected, remedy) {
  if ((0, import_yaml.isAlias)(node)) {
    const problem = "YAML aliases are not supported here.";
    context.report({ problem, remedy: "Write the value out.", place: context.place(node) });
    return;
  }
  context.report({
    problem: `Expected ${expected}, found ${describe(node)}.`,
    expected,
    actual: describe(node),
    ...remedy === void 0 ? {} : { remedy },
    place: context.place(node)
  });
}
function text(rules = {}) {
  const says = rules.says ?? "a text";
  return {
    schema: {
      type: "string",
      minLength: 1,
      ...rules.pattern === void 0 ? {} : { pattern: rules.pattern.source },
      ...rules.description === void 0 ? {} : { description: rules.description }
    },
    read(node, context) {
      if (!(0, import_yaml.isScalar)(node) || typeof node.value !== "string") {
        const quote = (0, import_yaml.isScalar)(node) && node.value !== null ? "Put the value in quotes." : void 0;
        wrong(node, context, says, quote);
        return void 0;
      }
      const fits = node.value !== "" && (rules.pattern?.test(node.value) ?? true);
      if (fits) return node.value;
      wrong(node, context, says);
      return void 0;
    }
  };
}
function oneOf(values, description) {
  return {
    schema: { enum: values, ...description === void 0 ? {} : { description } },
    read(node, context) {
      const value = (0, import_yaml.isScalar)(node) ? values.find((known) => known === node.value) : void 0;
      if (value === void 0)
        wrong(node, context, values.map((known) => JSON.stringify(known)).join(" or "));
      return value;
    }
  };
}
function list(item, description, least = 1) {
  return {
    schema: {
      type: "array",
      items: item.schema,
      minItems: least,
      ...description === void 0 ? {} : { description }
    },
    read(node, context) {
      if (!(0, import_yaml.isSeq)(node) || node.items.length < least) {
        wrong(node, context, least > 0 ? "a list with at least one item" : "a list");
        return void 0;
      }
      const values = node.items.map((child) => item.read(child, context));
      return values.every((value) => value !== void 0) ? values : void 0;
    }
  };
}
function oneOrMore(item, description) {
  const many = list(item);
  return {
    schema: { anyOf: [item.schema, many.schema], ...description === void 0 ? {} : { description } },
    read(node, context) {
      if ((0, import_yaml.isSeq)(node)) return many.read(node, context);
      const value = item.read(node, context);
      return value === void 0 ? void 0 : [value];
    }
  };
}
function placed(inner) {
  return {
    schema: inner.schema,
    read(node, context) {
      const value = inner.read(node, context);
      return value === void 0 ? void 0 : { value, place: context.place(node) };
    }
  };
}
function entries(key, value, description) {
  const keyShape = placed(text(key));
  return {
    schema: {
      type: "object",
      ...key.pattern === void 0 ? {} : { propertyNames: { pattern: key.pattern.source } },
      additionalProperties: value.schema,
      ...description === void 0 ? {} : { description }
    },
    read(node, context) {
      if (!(0, import_yaml.isMap)(node)) {
        wrong(node, context, "a mapping");
        return void 0;
      }
      const pairs = [];
      let complete = true;
      for (const pair of node.items) {
        const name = keyShape.read(pair.key, context);
        const read2 = value.read(pair.value, context);
        if (name === void 0 || read2 === void 0) complete = false;
        else pairs.push([name, read2]);
      }
      return complete ? pairs : void 0;
    }
  };
}
var required = (shape) => ({ shape, required: true });
var optional = (shape) => ({ shape, required: false });
function object(fields, extra = {}) {
  const names = Object.keys(fields);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, fields[name]?.shape.schema])),
      required: names.filter((name) => fields[name]?.required),
      additionalProperties: false,
      ...extra
    },
    read(node, context) {
      if (!(0, import_yaml.isMap)(node)) {
        wrong(node, context, `a mapping with ${names.join(", ")}`);
        return void 0;
      }
      const values = /* @__PURE__ */ new Map();
      let complete = true;
      for (const pair of node.items) {
        const key = (0, import_yaml.isScalar)(pair.key) ? pair.key.value : void 0;
        const field2 = typeof key === "string" && Object.hasOwn(fields, key) ? fields[key] : void 0;
        if (typeof key !== "string" || field2 === void 0) {
          complete = false;
          const problem = `Unknown key ${describe(pair.key)}.`;
          const place = context.place(pair.key);
          context.report({ problem, expected: names.join(", "), place });
          continue;
        }
        const value = field2.shape.read(pair.value, context);
        if (value === void 0) complete = false;
        else values.set(key, value);
      }
      for (const name of names) {
        if (!fields[name]?.required || node.has(name)) continue;
        complete = false;
        context.report({ problem: `Missing key "${name}".`, expected: name, place: context.place(node) });
      }
      return complete ? Object.fromEntries(values) : void 0;
    }
  };
}

// core/access/targets/unity-catalog-credential.ts
var NAME = /^[^\s./\\*?\p{Cc}]{1,255}$/u;
var path = (kind, name) => `/api/2.1/unity-catalog/${kind}/credential/${encodeURIComponent(name)}`;
async function readCredential(api, name) {
  try {
    const info = await api({
      method: "GET",
      path: `/api/2.1/unity-catalog/credentials/${encodeURIComponent(name)}`
    });
    if (textField(info, "purpose") !== "SERVICE") {
      return {
        state: "impossible",
        problem: `Credential "${name}" has the purpose ${textField(info, "purpose") || "(none)"}, not SERVICE.`,
        remedy: "Name a service credential; a storage credential cannot be used by code in a job."
      };
    }
    const page = { max_results: "0" };
    const isolated = textField(info, "isolation_mode") === "ISOLATION_MODE_ISOLATED";
    const [grants, bindings] = await Promise.all([
      listAll(api, path("permissions", name), "privilege_assignments", page),
      isolated ? listAll(api, path("bindings", name), "bindings", page) : []
    ]);
    const workspaces = bindings.map((binding) => textField(binding, "workspace_id"));
    return { state: "read", facts: { name, owner: textField(info, "owner"), isolated, workspaces, grants } };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.refused) {
      return { state: "unreadable", missingRight: `MANAGE on credential "${name}" (or ownership of it)` };
    }
    if (!error.missing) throw error;
    return {
      state: "impossible",
      problem: `Credential "${name}" does not exist in the metastore of this workspace, or this identity cannot see it.`,
      remedy: "Create it, correct the name, or give the registrar MANAGE on it."
    };
  }
}
async function readCredentials(api, names) {
  const distinct = [...new Set(names)];
  const readings = await inParallel(distinct, (name) => readCredential(api, name));
  return new Map(distinct.map((name, index) => [name, readings[index]]));
}
function hasAccess(facts, principal) {
  return facts.grants.some(
    (grant) => textField(grant, "principal") === principal && listField(grant, "privileges").includes("ACCESS")
  );
}
function planOne(reading, object2, workspaceId) {
  if (reading === void 0 || reading.state === "unreadable") {
    return { state: "unreadable", missingRight: reading?.missingRight ?? "MANAGE on the credential" };
  }
  if (reading.state === "impossible") {
    const { problem, remedy } = reading;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  const { facts } = reading;
  if (hasAccess(facts, object2["principal"] ?? "")) return { state: "present" };
  if (facts.isolated && !facts.workspaces.includes(workspaceId)) {
    const problem = `Credential "${facts.name}" is isolated and not bound to workspace ${workspaceId}.`;
    const body = `{"add":[{"workspace_id":${workspaceId}}]}`;
    const remedy = `Bind it: databricks workspace-bindings update-bindings credential ${facts.name} --json '${body}'`;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  return { state: "absent" };
}
async function read(objects, ports) {
  const names = objects.map((object2) => object2["credential"] ?? "");
  const readings = await readCredentials(ports.databricks, names);
  return {
    plan: (object2) => planOne(readings.get(object2["credential"] ?? ""), object2, ports.workspaceId),
    notes(object2) {
      const reading = readings.get(object2["credential"] ?? "");
      if (reading?.state !== "read") return [];
      const { facts } = reading;
      const binding = facts.isolated ? `isolated, bound to workspace ${facts.workspaces.join(", ")}` : "not isolated: every workspace of the metastore can use it";
      return [`credential "${facts.name}" is ${binding}`];
    }
  };
}
async function change(objects, ports, verb) {
  const credential = objects[0]?.["credential"] ?? "";
  const principals = [...new Set(objects.map((object2) => object2["principal"] ?? ""))];
  const changes = principals.map((principal) => ({ principal, [verb]: ["ACCESS"] }));
  try {
    await ports.databricks({ method: "PATCH", path: path("permissions", credential), body: { changes } });
  } catch (error) {
    if (verb === "remove" && error instanceof ApiFailure && error.missing) return;
    throw error;
  }
}
var unityCatalogCredential = {
  kind: "unity_catalog_credential",
  spec: placed(text({ description: "Name of a Unity Catalog service credential." })),
  presents: false,
  marked: false,
  revocation: {
    lag: "a managed identity token already vended lives on for up to 24 hours; an AWS session for up to 1 hour",
    hardStop: "remove the role assignment of the credential's cloud identity"
  },
  object(spec, context) {
    const source = spec;
    const credential = context.resolve(source);
    if (credential === void 0) return void 0;
    if (!NAME.test(credential)) {
      const expected = "one exact name: no wildcard, period, slash or space";
      context.report({
        problem: `"${credential}" is not the name of a credential.`,
        expected,
        place: source.place
      });
      return void 0;
    }
    return { credential, principal: context.principal };
  },
  resource: (object2) => object2["credential"] ?? "",
  describe: (object2) => `ACCESS on credential "${object2["credential"]}" for service principal ${object2["principal"]}`,
  undoCommand(object2) {
    const changes = { changes: [{ principal: object2["principal"] ?? "", remove: ["ACCESS"] }] };
    return `databricks grants update credential ${object2["credential"]} --json '${JSON.stringify(changes)}'`;
  },
  batch: (object2) => object2["credential"] ?? "",
  read,
  apply: (objects, ports) => change(objects, ports, "add"),
  withdraw: (objects, ports) => change(objects, ports, "remove")
};
async function effectiveGrants(api, credential) {
  const page = { max_results: "0" };
  const listed = await listAll(api, path("effective-permissions", credential), "privilege_assignments", page);
  return listed.flatMap(
    (assignment) => listField(assignment, "privileges").map((privilege) => ({
      principal: textField(assignment, "principal"),
      privilege: textField(privilege, "privilege"),
      inheritedFrom: [field(privilege, "inherited_from_type"), field(privilege, "inherited_from_name")].filter((part) => typeof part === "string").join(" ")
    }))
  );
}

// core/access/targets/index.ts
var TARGETS = [unityCatalogCredential];
var LATER_KINDS = ["entra_application", "aws_role", "vault_role"];
function targetOf(kind) {
  return TARGETS.find((target) => target.kind === kind);
}

// core/access/policy-file.ts
import { createHash } from "node:crypto";
import { isIP } from "node:net";

// core/access/glob.ts
function globMatches(pattern, text2) {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === void 0) return pattern === text2;
  if (!text2.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text2.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text2.length - at >= last.length && text2.endsWith(last);
}
function globCovers(outer, inner) {
  return globMatches(outer, inner);
}

// core/access/policy-contradictions.ts
var CLAIMS = ["repository", "ref", "environment", "pipeline", "actor", "event"];
var MATCHERS = ["job", "purpose", "resource", "target"];
var PROVIDER_OF = {
  entra_application: "entra",
  aws_role: "aws",
  vault_role: "vault"
};
function coversAll(outer, inner) {
  if (outer === void 0) return true;
  return inner?.every((one) => outer.some((pattern) => globCovers(pattern, one))) ?? false;
}
function denies(deny, allow) {
  if (!MATCHERS.every((name) => coversAll(deny[name], allow[name]))) return false;
  if (!coversAll(deny.kind?.value, allow.kind?.value)) return false;
  const when2 = deny.when;
  if (when2 === void 0) return true;
  if (when2.time !== void 0 || when2.network !== void 0) return false;
  if (when2.commit !== void 0 && allow.when?.commit === void 0) return false;
  if (when2.scope === "unproven") return false;
  if (when2.scope === "proven" && allow.when?.scope === "unproven") return false;
  return CLAIMS.every((name) => coversAll(when2[name], allow.when?.[name]));
}
function impossibleRules(policy) {
  const mistakes = [];
  const names = /* @__PURE__ */ new Set();
  for (const rule2 of policy.rules) {
    const { value: name, place } = rule2.name;
    if (names.has(name)) {
      mistakes.push({
        problem: `Two rules are called "${name}".`,
        remedy: "Give each rule its own name.",
        place
      });
    }
    names.add(name);
    const time = rule2.when?.time;
    if (time !== void 0 && time.value.from === time.value.to) {
      const problem = `Rule "${name}" can never match: its time begins and ends at once.`;
      mistakes.push({ problem, place: time.place });
    }
    if (rule2.effect === "deny") continue;
    const missing = (rule2.kind?.value ?? []).map((kind) => PROVIDER_OF[kind]);
    const without = missing.filter((provider) => provider !== void 0 && !policy.providers?.[provider]);
    if (rule2.kind !== void 0 && without.length > 0 && without.length === missing.length) {
      mistakes.push({
        problem: `Rule "${name}" can never match: no provider "${without[0] ?? ""}" is approved.`,
        remedy: `Add providers.${without[0] ?? ""}, or take the rule out.`,
        place: rule2.kind.place
      });
    }
    const stronger = policy.rules.find((other) => other.effect === "deny" && denies(other, rule2));
    if (stronger !== void 0) {
      mistakes.push({
        problem: `Rule "${name}" can never match: rule "${stronger.name.value}" denies all that it allows.`,
        place
      });
    }
  }
  return mistakes;
}

// core/access/yaml-file.ts
var import_yaml2 = __toESM(require_dist(), 1);
var MAX_LENGTH = 1e6;
function readYaml(file2, shape) {
  const mistakes = [];
  if (file2.text.length > MAX_LENGTH) {
    return {
      value: void 0,
      mistakes: [{ problem: "The file is larger than 1 MB.", place: { file: file2.path } }]
    };
  }
  const lines = new import_yaml2.LineCounter();
  const placeAt = (offset) => {
    if (offset === void 0) return { file: file2.path, line: 1, column: 1 };
    const { line, col } = lines.linePos(offset);
    return { file: file2.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document;
  try {
    document = (0, import_yaml2.parseDocument)(file2.text, {
      version: "1.2",
      schema: "core",
      lineCounter: lines,
      prettyErrors: false,
      keepSourceTokens: false
    });
  } catch (error) {
    const problem = error instanceof RangeError ? "The file is nested too deeply." : "The file is not YAML.";
    return { value: void 0, mistakes: [{ problem, place: { file: file2.path, line: 1, column: 1 } }] };
  }
  for (const flaw of [...document.errors, ...document.warnings]) {
    mistakes.push({ problem: `YAML: ${flaw.message.split("\n")[0] ?? ""}`, place: placeAt(flaw.pos[0]) });
  }
  if (document.directives.yaml.explicit === true) {
    mistakes.push({ problem: "A %YAML directive is not supported.", place: placeAt(0) });
  }
  if (mistakes.length > 0) return { value: void 0, mistakes };
  const context = {
    place: (node) => placeAt(node?.range?.[0]),
    report: (mistake) => mistakes.push(mistake)
  };
  const value = shape.read(document.contents, context);
  return { value: mistakes.length === 0 ? value : void 0, mistakes };
}

// core/access/policy-file.ts
var UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
var applicationId = text({ pattern: UUID, says: "an application ID (UUID)" });
var arn = text({
  pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  says: "the ARN of an IAM role"
});
var providers = object({
  databricks: optional(object({ registrar_client_id: required(applicationId) })),
  entra: optional(object({ registrar_client_id: required(applicationId) })),
  aws: optional(object({ registrar_role: required(arn), audience: required(text()) })),
  vault: optional(
    object({
      address: required(text({ pattern: /^https:\/\/[^\s/?#@]+$/, says: "an https URL without a path" })),
      registrar_role: required(text()),
      mount: required(text())
    })
  )
});
var DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
var days = {
  schema: { type: "string", pattern: `^(?:${DAYS.join("|")})(?:-(?:${DAYS.join("|")}))?$` },
  read(node, context) {
    const value = text().read(node, context);
    if (value === void 0) return void 0;
    const [first, last = first, ...more] = value.split("-").map((day) => DAYS.indexOf(day));
    if (first === void 0 || last === void 0 || more.length > 0 || first < 0 || last < 0) {
      wrong(node, context, "a day such as mon, or a range such as mon-fri");
      return void 0;
    }
    const count = (last - first + DAYS.length) % DAYS.length + 1;
    return Array.from({ length: count }, (_, index) => DAYS[(first + index) % DAYS.length]);
  }
};
var timeOfDay = {
  schema: { type: "string", pattern: "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$" },
  read(node, context) {
    const rules = {
      pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$/,
      says: 'a time of day in quotes, such as "06:00"'
    };
    const value = text(rules).read(node, context);
    return value === void 0 ? void 0 : Number(value.slice(0, 2)) * 60 + Number(value.slice(3));
  }
};
var timeZone = {
  schema: { type: "string", description: "IANA name of a time zone." },
  read(node, context) {
    const value = text().read(node, context);
    try {
      if (value !== void 0) new Intl.DateTimeFormat("en", { timeZone: value });
      return value;
    } catch {
      wrong(node, context, "an IANA time zone such as Europe/Berlin");
      return void 0;
    }
  }
};
var network = {
  schema: { type: "string", description: "A network in CIDR notation." },
  read(node, context) {
    const value = text().read(node, context);
    if (value === void 0) return void 0;
    const [address = "", prefix = "", ...more] = value.split("/");
    const version = isIP(address);
    const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 999;
    if (version === 0 || address.includes("%") || more.length > 0 || length > (version === 4 ? 32 : 128)) {
      wrong(node, context, "a network in CIDR notation, such as 10.0.0.0/8");
      return void 0;
    }
    return { address, prefix: length, family: version === 4 ? "ipv4" : "ipv6" };
  }
};
var patterns = (description) => oneOrMore(text({ description: "`*` stands for any characters." }), description);
var KINDS = [...TARGETS.map((target) => target.kind), ...LATER_KINDS];
var when = object({
  repository: optional(patterns("Claim of the pipeline's ID token.")),
  ref: optional(patterns("Claim of the pipeline's ID token.")),
  environment: optional(patterns("Claim of the pipeline's ID token.")),
  pipeline: optional(patterns("Workflow or pipeline, from the pipeline's ID token.")),
  actor: optional(patterns("Claim of the pipeline's ID token.")),
  event: optional(patterns("Claim of the pipeline's ID token.")),
  commit: optional(oneOf(["matches"], "The commit of the ID token is the one checked out.")),
  scope: optional(oneOf(["proven", "unproven"], "`unproven` accepts what could not be read.")),
  time: optional(
    placed(
      object({
        days: optional(list(days)),
        from: required(timeOfDay),
        to: required(timeOfDay),
        zone: required(timeZone)
      })
    )
  ),
  network: optional(list(network, "Addresses of the runner; self-reported."))
});
var rule = object({
  name: required(placed(text({ pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, says: "a name without spaces" }))),
  effect: required(oneOf(["allow", "deny"])),
  job: optional(patterns("Keys of jobs.")),
  purpose: optional(patterns("Purposes.")),
  kind: optional(placed(oneOrMore(oneOf(KINDS)))),
  resource: optional(patterns("What is reached: the credential, role or application.")),
  target: optional(patterns("Targets of the bundle.")),
  when: optional(when)
});
var user = text({
  pattern: /^(?:group:.+|user:.+|service_principal:[0-9a-fA-F-]{36})$/,
  says: "group:<name>, user:<name> or service_principal:<application ID>"
});
var scan = object({
  scopes: required(
    entries(
      { description: "Target of the bundle." },
      list(text({ description: "Name of a secret scope; `*` stands for any characters." }), void 0, 0),
      "Secret scopes that the jobs of each target may read."
    )
  )
});
var file = object({
  version: required(oneOf([1], "Version of this format.")),
  providers: optional(providers),
  experimental: optional(list(oneOf(["databricks_issuer"]))),
  principal_users: optional(list(user, "Who may hold servicePrincipal.user on run-as principals.")),
  shared_principals: optional(
    list(
      list(text({ description: "Key of a job." })),
      "Groups of jobs that may share a principal or a credential; their scope is the group."
    )
  ),
  scan: optional(scan),
  rules: required(list(rule))
});
function scopesByTarget({ scan: part }) {
  return Object.fromEntries((part?.scopes ?? []).map(([target, scopes]) => [target.value, scopes]));
}
var policyFileSchema = file.schema;
function readPolicyFile(source, insideCheckout) {
  const { value, mistakes } = readYaml(source, file);
  const all = [...mistakes, ...value === void 0 ? [] : impossibleRules(value)];
  if (value === void 0 || all.length > 0) return { value: void 0, mistakes: all };
  const sha256 = createHash("sha256").update(source.text, "utf8").digest("hex");
  return { value: { policy: value, path: source.path, sha256, insideCheckout }, mistakes: [] };
}

export {
  globMatches,
  wrong,
  text,
  oneOf,
  list,
  placed,
  entries,
  required,
  optional,
  object,
  readCredentials,
  effectiveGrants,
  TARGETS,
  LATER_KINDS,
  targetOf,
  readYaml,
  DAYS,
  scopesByTarget,
  readPolicyFile
};
