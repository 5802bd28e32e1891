#!/usr/bin/env node
import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
  get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
}) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported');
});
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __commonJS = (cb, mod) => function __require2() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key2 of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key2) && key2 !== except)
        __defProp(to, key2, { get: () => from[key2], enumerable: !(desc = __getOwnPropDesc(from, key2)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// core/ci/azure-devops/hints.ts
var hints_exports = {};
__export(hints_exports, {
  azureDevOpsHint: () => azureDevOpsHint
});
function azureDevOpsHint(field, kind) {
  if (field === "subject") return kind === void 0 ? "Add the policy:" : SUBJECTS[kind];
  return field === "audience" ? "Azure DevOps chooses the audience of its ID tokens. Add a policy for the audience presented:" : "The policy belongs to another CI or another organisation, or the service connection was converted to the Entra issuer. Add one for this issuer:";
}
var SUBJECTS;
var init_hints = __esm({
  "core/ci/azure-devops/hints.ts"() {
    "use strict";
    SUBJECTS = {
      pipeline: "The subject names organisation, project and pipeline of Azure DevOps, exactly and as they are called now: a rename changes it, a branch does not. Add the policy:",
      connection: "The subject names organisation, project and service connection of Azure DevOps as they are called now: a rename changes it. Add the policy:",
      "entra-connection": "The subject holds the GUIDs of a service connection of the Entra issuer; before its conversion the connection had the subject sc://\u2026 . Add the policy:"
    };
  }
});

// core/ci/github/subject.ts
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
var REPOSITORY, IMMUTABLE_REPOSITORY;
var init_subject = __esm({
  "core/ci/github/subject.ts"() {
    "use strict";
    REPOSITORY = /^repo:([\w.-]+)\/([\w.-]+):(.+)$/s;
    IMMUTABLE_REPOSITORY = /^repo:([\w.-]+)@(\d+)\/([\w.-]+)@(\d+):(.+)$/s;
  }
});

// core/ci/github/subject-advice.ts
function subjectAdvice(claims) {
  const subject = parseSubject(claims.subject);
  const names = claims.subject.split(":");
  const isPullRequest = subject.kind === "pull_request" || /^pull_request/.test(claims.event ?? "") || /^refs\/pull\//.test(claims.ref ?? "") || names.some((name) => name === "pull_request" || name.startsWith("refs/pull/"));
  if (isPullRequest) return { remedy: PULL_REQUEST, otherPrincipal: true };
  const ref = subject.kind === "ref" ? subject.ref : names.find((name) => name.startsWith("refs/"));
  const passing = PASSING.find(([form]) => ref !== void 0 && form.test(ref));
  if (passing === void 0) return void 0;
  const [, why] = passing;
  const [before] = claims.subject.split(/:ref:/);
  return {
    remedy: `${why} Give the job an \`environment:\` that says which branches and tags may use it, and add the policy for the subject that the job has then:`,
    subject: `${before ?? ""}:environment:<name of the environment>`,
    otherPrincipal: false
  };
}
var PULL_REQUEST, PASSING;
var init_subject_advice = __esm({
  "core/ci/github/subject-advice.ts"() {
    "use strict";
    init_subject();
    PULL_REQUEST = "This is a pull request's run. A policy for its subject lets every pull request of this repository act as the service principal: use a separate one that can only read, and add the policy there:";
    PASSING = [
      [/^refs\/tags\//, "A policy for this subject would let this one tag deploy, and no later one."],
      [
        /^refs\/heads\/gh-readonly-queue\//,
        "This is a run of the merge queue: its branch is gone in a minute, and the next one has another name."
      ]
    ];
  }
});

// core/ci/github/subject-difference.ts
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
  if (subject.kind === "custom") return "Add the policy:";
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
var IDS;
var init_subject_difference = __esm({
  "core/ci/github/subject-difference.ts"() {
    "use strict";
    init_subject_advice();
    init_subject();
    IDS = "GitHub writes IDs into the subjects of repositories that were created, renamed or transferred since 15 July 2026, or that chose so.";
  }
});

// core/ci/github/hints.ts
var hints_exports2 = {};
__export(hints_exports2, {
  githubHint: () => githubHint,
  subjectAdvice: () => subjectAdvice
});
function githubHint({ field, presented, wanted }) {
  if (field === "issuer") {
    return { remedy: "The policy belongs to another CI or another GitHub server. Add one for this issuer:" };
  }
  if (field === "audience") {
    const right = wanted ?? "what the policy names";
    return {
      remedy: `Set the input audience to ${right}, or add a policy for the audience presented:`
    };
  }
  const difference = wanted === void 0 ? void 0 : subjectDifference(presented.subject, wanted);
  return difference ?? { remedy: subjectHint(presented.subject) };
}
var init_hints2 = __esm({
  "core/ci/github/hints.ts"() {
    "use strict";
    init_subject_advice();
    init_subject_difference();
  }
});

// node_modules/yaml/dist/nodes/identity.js
var require_identity = __commonJS({
  "node_modules/yaml/dist/nodes/identity.js"(exports) {
    "use strict";
    var ALIAS = /* @__PURE__ */ Symbol.for("yaml.alias");
    var DOC = /* @__PURE__ */ Symbol.for("yaml.document");
    var MAP = /* @__PURE__ */ Symbol.for("yaml.map");
    var PAIR = /* @__PURE__ */ Symbol.for("yaml.pair");
    var SCALAR = /* @__PURE__ */ Symbol.for("yaml.scalar");
    var SEQ = /* @__PURE__ */ Symbol.for("yaml.seq");
    var NODE_TYPE = /* @__PURE__ */ Symbol.for("yaml.node.type");
    var isAlias4 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === ALIAS;
    var isDocument = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === DOC;
    var isMap5 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === MAP;
    var isPair2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === PAIR;
    var isScalar4 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SCALAR;
    var isSeq5 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SEQ;
    function isCollection(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case MAP:
          case SEQ:
            return true;
        }
      return false;
    }
    function isNode(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case ALIAS:
          case MAP:
          case SCALAR:
          case SEQ:
            return true;
        }
      return false;
    }
    var hasAnchor = (node) => (isScalar4(node) || isCollection(node)) && !!node.anchor;
    exports.ALIAS = ALIAS;
    exports.DOC = DOC;
    exports.MAP = MAP;
    exports.NODE_TYPE = NODE_TYPE;
    exports.PAIR = PAIR;
    exports.SCALAR = SCALAR;
    exports.SEQ = SEQ;
    exports.hasAnchor = hasAnchor;
    exports.isAlias = isAlias4;
    exports.isCollection = isCollection;
    exports.isDocument = isDocument;
    exports.isMap = isMap5;
    exports.isNode = isNode;
    exports.isPair = isPair2;
    exports.isScalar = isScalar4;
    exports.isSeq = isSeq5;
  }
});

// node_modules/yaml/dist/visit.js
var require_visit = __commonJS({
  "node_modules/yaml/dist/visit.js"(exports) {
    "use strict";
    var identity = require_identity();
    var BREAK2 = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove node");
    function visit2(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = visit_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        visit_(null, node, visitor_, Object.freeze([]));
    }
    visit2.BREAK = BREAK2;
    visit2.SKIP = SKIP;
    visit2.REMOVE = REMOVE;
    function visit_(key2, node, visitor, path2) {
      const ctrl = callVisitor(key2, node, visitor, path2);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key2, path2, ctrl);
        return visit_(key2, ctrl, visitor, path2);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path2 = Object.freeze(path2.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = visit_(i, node.items[i], visitor, path2);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK2)
              return BREAK2;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path2 = Object.freeze(path2.concat(node));
          const ck = visit_("key", node.key, visitor, path2);
          if (ck === BREAK2)
            return BREAK2;
          else if (ck === REMOVE)
            node.key = null;
          const cv = visit_("value", node.value, visitor, path2);
          if (cv === BREAK2)
            return BREAK2;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    async function visitAsync(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = await visitAsync_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        await visitAsync_(null, node, visitor_, Object.freeze([]));
    }
    visitAsync.BREAK = BREAK2;
    visitAsync.SKIP = SKIP;
    visitAsync.REMOVE = REMOVE;
    async function visitAsync_(key2, node, visitor, path2) {
      const ctrl = await callVisitor(key2, node, visitor, path2);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key2, path2, ctrl);
        return visitAsync_(key2, ctrl, visitor, path2);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path2 = Object.freeze(path2.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = await visitAsync_(i, node.items[i], visitor, path2);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK2)
              return BREAK2;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path2 = Object.freeze(path2.concat(node));
          const ck = await visitAsync_("key", node.key, visitor, path2);
          if (ck === BREAK2)
            return BREAK2;
          else if (ck === REMOVE)
            node.key = null;
          const cv = await visitAsync_("value", node.value, visitor, path2);
          if (cv === BREAK2)
            return BREAK2;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    function initVisitor(visitor) {
      if (typeof visitor === "object" && (visitor.Collection || visitor.Node || visitor.Value)) {
        return Object.assign({
          Alias: visitor.Node,
          Map: visitor.Node,
          Scalar: visitor.Node,
          Seq: visitor.Node
        }, visitor.Value && {
          Map: visitor.Value,
          Scalar: visitor.Value,
          Seq: visitor.Value
        }, visitor.Collection && {
          Map: visitor.Collection,
          Seq: visitor.Collection
        }, visitor);
      }
      return visitor;
    }
    function callVisitor(key2, node, visitor, path2) {
      if (typeof visitor === "function")
        return visitor(key2, node, path2);
      if (identity.isMap(node))
        return visitor.Map?.(key2, node, path2);
      if (identity.isSeq(node))
        return visitor.Seq?.(key2, node, path2);
      if (identity.isPair(node))
        return visitor.Pair?.(key2, node, path2);
      if (identity.isScalar(node))
        return visitor.Scalar?.(key2, node, path2);
      if (identity.isAlias(node))
        return visitor.Alias?.(key2, node, path2);
      return void 0;
    }
    function replaceNode(key2, path2, node) {
      const parent = path2[path2.length - 1];
      if (identity.isCollection(parent)) {
        parent.items[key2] = node;
      } else if (identity.isPair(parent)) {
        if (key2 === "key")
          parent.key = node;
        else
          parent.value = node;
      } else if (identity.isDocument(parent)) {
        parent.contents = node;
      } else {
        const pt = identity.isAlias(parent) ? "alias" : "scalar";
        throw new Error(`Cannot replace node with ${pt} parent`);
      }
    }
    exports.visit = visit2;
    exports.visitAsync = visitAsync;
  }
});

// node_modules/yaml/dist/doc/directives.js
var require_directives = __commonJS({
  "node_modules/yaml/dist/doc/directives.js"(exports) {
    "use strict";
    var identity = require_identity();
    var visit2 = require_visit();
    var escapeChars = {
      "!": "%21",
      ",": "%2C",
      "[": "%5B",
      "]": "%5D",
      "{": "%7B",
      "}": "%7D"
    };
    var escapeTagName = (tn) => tn.replace(/[!,[\]{}]/g, (ch) => escapeChars[ch]);
    var Directives = class _Directives {
      constructor(yaml, tags) {
        this.docStart = null;
        this.docEnd = false;
        this.yaml = Object.assign({}, _Directives.defaultYaml, yaml);
        this.tags = Object.assign({}, _Directives.defaultTags, tags);
      }
      clone() {
        const copy = new _Directives(this.yaml, this.tags);
        copy.docStart = this.docStart;
        return copy;
      }
      /**
       * During parsing, get a Directives instance for the current document and
       * update the stream state according to the current version's spec.
       */
      atDocument() {
        const res = new _Directives(this.yaml, this.tags);
        switch (this.yaml.version) {
          case "1.1":
            this.atNextDocument = true;
            break;
          case "1.2":
            this.atNextDocument = false;
            this.yaml = {
              explicit: _Directives.defaultYaml.explicit,
              version: "1.2"
            };
            this.tags = Object.assign({}, _Directives.defaultTags);
            break;
        }
        return res;
      }
      /**
       * @param onError - May be called even if the action was successful
       * @returns `true` on success
       */
      add(line2, onError) {
        if (this.atNextDocument) {
          this.yaml = { explicit: _Directives.defaultYaml.explicit, version: "1.1" };
          this.tags = Object.assign({}, _Directives.defaultTags);
          this.atNextDocument = false;
        }
        const parts = line2.trim().split(/[ \t]+/);
        const name = parts.shift();
        switch (name) {
          case "%TAG": {
            if (parts.length !== 2) {
              onError(0, "%TAG directive should contain exactly two parts");
              if (parts.length < 2)
                return false;
            }
            const [handle, prefix] = parts;
            this.tags[handle] = prefix;
            return true;
          }
          case "%YAML": {
            this.yaml.explicit = true;
            if (parts.length !== 1) {
              onError(0, "%YAML directive should contain exactly one part");
              return false;
            }
            const [version] = parts;
            if (version === "1.1" || version === "1.2") {
              this.yaml.version = version;
              return true;
            } else {
              const isValid = /^\d+\.\d+$/.test(version);
              onError(6, `Unsupported YAML version ${version}`, isValid);
              return false;
            }
          }
          default:
            onError(0, `Unknown directive ${name}`, true);
            return false;
        }
      }
      /**
       * Resolves a tag, matching handles to those defined in %TAG directives.
       *
       * @returns Resolved tag, which may also be the non-specific tag `'!'` or a
       *   `'!local'` tag, or `null` if unresolvable.
       */
      tagName(source, onError) {
        if (source === "!")
          return "!";
        if (source[0] !== "!") {
          onError(`Not a valid tag: ${source}`);
          return null;
        }
        if (source[1] === "<") {
          const verbatim = source.slice(2, -1);
          if (verbatim === "!" || verbatim === "!!") {
            onError(`Verbatim tags aren't resolved, so ${source} is invalid.`);
            return null;
          }
          if (source[source.length - 1] !== ">")
            onError("Verbatim tags must end with a >");
          return verbatim;
        }
        const [, handle, suffix] = source.match(/^(.*!)([^!]*)$/s);
        if (!suffix)
          onError(`The ${source} tag has no suffix`);
        const prefix = this.tags[handle];
        if (prefix) {
          try {
            return prefix + decodeURIComponent(suffix);
          } catch (error) {
            onError(String(error));
            return null;
          }
        }
        if (handle === "!")
          return source;
        onError(`Could not resolve tag: ${source}`);
        return null;
      }
      /**
       * Given a fully resolved tag, returns its printable string form,
       * taking into account current tag prefixes and defaults.
       */
      tagString(tag) {
        for (const [handle, prefix] of Object.entries(this.tags)) {
          if (tag.startsWith(prefix))
            return handle + escapeTagName(tag.substring(prefix.length));
        }
        return tag[0] === "!" ? tag : `!<${tag}>`;
      }
      toString(doc) {
        const lines = this.yaml.explicit ? [`%YAML ${this.yaml.version || "1.2"}`] : [];
        const tagEntries = Object.entries(this.tags);
        let tagNames;
        if (doc && tagEntries.length > 0 && identity.isNode(doc.contents)) {
          const tags = {};
          visit2.visit(doc.contents, (_key, node) => {
            if (identity.isNode(node) && node.tag)
              tags[node.tag] = true;
          });
          tagNames = Object.keys(tags);
        } else
          tagNames = [];
        for (const [handle, prefix] of tagEntries) {
          if (handle === "!!" && prefix === "tag:yaml.org,2002:")
            continue;
          if (!doc || tagNames.some((tn) => tn.startsWith(prefix)))
            lines.push(`%TAG ${handle} ${prefix}`);
        }
        return lines.join("\n");
      }
    };
    Directives.defaultYaml = { explicit: false, version: "1.2" };
    Directives.defaultTags = { "!!": "tag:yaml.org,2002:" };
    exports.Directives = Directives;
  }
});

// node_modules/yaml/dist/doc/anchors.js
var require_anchors = __commonJS({
  "node_modules/yaml/dist/doc/anchors.js"(exports) {
    "use strict";
    var identity = require_identity();
    var visit2 = require_visit();
    function anchorIsValid(anchor) {
      if (/[\x00-\x19\s,[\]{}]/.test(anchor)) {
        const sa = JSON.stringify(anchor);
        const msg = `Anchor must not contain whitespace or control characters: ${sa}`;
        throw new Error(msg);
      }
      return true;
    }
    function anchorNames(root) {
      const anchors = /* @__PURE__ */ new Set();
      visit2.visit(root, {
        Value(_key, node) {
          if (node.anchor)
            anchors.add(node.anchor);
        }
      });
      return anchors;
    }
    function findNewAnchor(prefix, exclude) {
      for (let i = 1; true; ++i) {
        const name = `${prefix}${i}`;
        if (!exclude.has(name))
          return name;
      }
    }
    function createNodeAnchors(doc, prefix) {
      const aliasObjects = [];
      const sourceObjects = /* @__PURE__ */ new Map();
      let prevAnchors = null;
      return {
        onAnchor: (source) => {
          aliasObjects.push(source);
          prevAnchors ?? (prevAnchors = anchorNames(doc));
          const anchor = findNewAnchor(prefix, prevAnchors);
          prevAnchors.add(anchor);
          return anchor;
        },
        /**
         * With circular references, the source node is only resolved after all
         * of its child nodes are. This is why anchors are set only after all of
         * the nodes have been created.
         */
        setAnchors: () => {
          for (const source of aliasObjects) {
            const ref = sourceObjects.get(source);
            if (typeof ref === "object" && ref.anchor && (identity.isScalar(ref.node) || identity.isCollection(ref.node))) {
              ref.node.anchor = ref.anchor;
            } else {
              const error = new Error("Failed to resolve repeated object (this should not happen)");
              error.source = source;
              throw error;
            }
          }
        },
        sourceObjects
      };
    }
    exports.anchorIsValid = anchorIsValid;
    exports.anchorNames = anchorNames;
    exports.createNodeAnchors = createNodeAnchors;
    exports.findNewAnchor = findNewAnchor;
  }
});

// node_modules/yaml/dist/doc/applyReviver.js
var require_applyReviver = __commonJS({
  "node_modules/yaml/dist/doc/applyReviver.js"(exports) {
    "use strict";
    function applyReviver(reviver, obj, key2, val) {
      if (val && typeof val === "object") {
        if (Array.isArray(val)) {
          for (let i = 0, len = val.length; i < len; ++i) {
            const v0 = val[i];
            const v1 = applyReviver(reviver, val, String(i), v0);
            if (v1 === void 0)
              delete val[i];
            else if (v1 !== v0)
              val[i] = v1;
          }
        } else if (val instanceof Map) {
          for (const k of Array.from(val.keys())) {
            const v0 = val.get(k);
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              val.delete(k);
            else if (v1 !== v0)
              val.set(k, v1);
          }
        } else if (val instanceof Set) {
          for (const v0 of Array.from(val)) {
            const v1 = applyReviver(reviver, val, v0, v0);
            if (v1 === void 0)
              val.delete(v0);
            else if (v1 !== v0) {
              val.delete(v0);
              val.add(v1);
            }
          }
        } else {
          for (const [k, v0] of Object.entries(val)) {
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              delete val[k];
            else if (v1 !== v0)
              val[k] = v1;
          }
        }
      }
      return reviver.call(obj, key2, val);
    }
    exports.applyReviver = applyReviver;
  }
});

// node_modules/yaml/dist/nodes/toJS.js
var require_toJS = __commonJS({
  "node_modules/yaml/dist/nodes/toJS.js"(exports) {
    "use strict";
    var identity = require_identity();
    function toJS(value, arg, ctx) {
      if (Array.isArray(value))
        return value.map((v, i) => toJS(v, String(i), ctx));
      if (value && typeof value.toJSON === "function") {
        if (!ctx || !identity.hasAnchor(value))
          return value.toJSON(arg, ctx);
        const data = { aliasCount: 0, count: 1, res: void 0 };
        ctx.anchors.set(value, data);
        ctx.onCreate = (res2) => {
          data.res = res2;
          delete ctx.onCreate;
        };
        const res = value.toJSON(arg, ctx);
        if (ctx.onCreate)
          ctx.onCreate(res);
        return res;
      }
      if (typeof value === "bigint" && !ctx?.keep)
        return Number(value);
      return value;
    }
    exports.toJS = toJS;
  }
});

// node_modules/yaml/dist/nodes/Node.js
var require_Node = __commonJS({
  "node_modules/yaml/dist/nodes/Node.js"(exports) {
    "use strict";
    var applyReviver = require_applyReviver();
    var identity = require_identity();
    var toJS = require_toJS();
    var NodeBase = class {
      constructor(type) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: type });
      }
      /** Create a copy of this node.  */
      clone() {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** A plain JavaScript representation of this node. */
      toJS(doc, { mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        if (!identity.isDocument(doc))
          throw new TypeError("A document argument is required");
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc,
          keep: true,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this, "", ctx);
        if (typeof onAnchor === "function")
          for (const { count: count2, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count2);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
    };
    exports.NodeBase = NodeBase;
  }
});

// node_modules/yaml/dist/nodes/Alias.js
var require_Alias = __commonJS({
  "node_modules/yaml/dist/nodes/Alias.js"(exports) {
    "use strict";
    var anchors = require_anchors();
    var visit2 = require_visit();
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var Alias = class extends Node.NodeBase {
      constructor(source) {
        super(identity.ALIAS);
        this.source = source;
        Object.defineProperty(this, "tag", {
          set() {
            throw new Error("Alias nodes cannot have tags");
          }
        });
      }
      /**
       * Resolve the value of this alias within `doc`, finding the last
       * instance of the `source` anchor before this node.
       */
      resolve(doc, ctx) {
        if (ctx?.maxAliasCount === 0)
          throw new ReferenceError("Alias resolution is disabled");
        let nodes;
        if (ctx?.aliasResolveCache) {
          nodes = ctx.aliasResolveCache;
        } else {
          nodes = [];
          visit2.visit(doc, {
            Node: (_key, node) => {
              if (identity.isAlias(node) || identity.hasAnchor(node))
                nodes.push(node);
            }
          });
          if (ctx)
            ctx.aliasResolveCache = nodes;
        }
        let found = void 0;
        for (const node of nodes) {
          if (node === this)
            break;
          if (node.anchor === this.source)
            found = node;
        }
        if (found && ctx) {
          const { anchors: anchors2, doc: doc2, maxAliasCount } = ctx;
          let data = anchors2.get(found);
          if (!data) {
            toJS.toJS(found, null, ctx);
            data = anchors2.get(found);
          }
          if (data?.res === void 0) {
            const msg = "This should not happen: Alias anchor was not resolved?";
            throw new ReferenceError(msg);
          }
          if (maxAliasCount >= 0) {
            data.count += 1;
            if (data.aliasCount === 0)
              data.aliasCount = getAliasCount(doc2, found, anchors2);
            if (data.count * data.aliasCount > maxAliasCount) {
              const msg = "Excessive alias count indicates a resource exhaustion attack";
              throw new ReferenceError(msg);
            }
          }
        }
        return found;
      }
      toJSON(_arg, ctx) {
        if (!ctx)
          return { source: this.source };
        const source = this.resolve(ctx.doc, ctx);
        if (!source) {
          const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
          throw new ReferenceError(msg);
        }
        return ctx.anchors.get(source).res;
      }
      toString(ctx, _onComment, _onChompKeep) {
        const src = `*${this.source}`;
        if (ctx) {
          anchors.anchorIsValid(this.source);
          if (ctx.options.verifyAliasOrder && !ctx.anchors.has(this.source)) {
            const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
            throw new Error(msg);
          }
          if (ctx.implicitKey)
            return `${src} `;
        }
        return src;
      }
    };
    function getAliasCount(doc, node, anchors2) {
      if (identity.isAlias(node)) {
        const source = node.resolve(doc);
        const anchor = anchors2 && source && anchors2.get(source);
        return anchor ? anchor.count * anchor.aliasCount : 0;
      } else if (identity.isCollection(node)) {
        let count2 = 0;
        for (const item of node.items) {
          const c = getAliasCount(doc, item, anchors2);
          if (c > count2)
            count2 = c;
        }
        return count2;
      } else if (identity.isPair(node)) {
        const kc = getAliasCount(doc, node.key, anchors2);
        const vc = getAliasCount(doc, node.value, anchors2);
        return Math.max(kc, vc);
      }
      return 1;
    }
    exports.Alias = Alias;
  }
});

// node_modules/yaml/dist/nodes/Scalar.js
var require_Scalar = __commonJS({
  "node_modules/yaml/dist/nodes/Scalar.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var isScalarValue = (value) => !value || typeof value !== "function" && typeof value !== "object";
    var Scalar = class extends Node.NodeBase {
      constructor(value) {
        super(identity.SCALAR);
        this.value = value;
      }
      toJSON(arg, ctx) {
        return ctx?.keep ? this.value : toJS.toJS(this.value, arg, ctx);
      }
      toString() {
        return String(this.value);
      }
    };
    Scalar.BLOCK_FOLDED = "BLOCK_FOLDED";
    Scalar.BLOCK_LITERAL = "BLOCK_LITERAL";
    Scalar.PLAIN = "PLAIN";
    Scalar.QUOTE_DOUBLE = "QUOTE_DOUBLE";
    Scalar.QUOTE_SINGLE = "QUOTE_SINGLE";
    exports.Scalar = Scalar;
    exports.isScalarValue = isScalarValue;
  }
});

// node_modules/yaml/dist/doc/createNode.js
var require_createNode = __commonJS({
  "node_modules/yaml/dist/doc/createNode.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var Scalar = require_Scalar();
    var defaultTagPrefix = "tag:yaml.org,2002:";
    function findTagObject(value, tagName, tags) {
      if (tagName) {
        const match = tags.filter((t) => t.tag === tagName);
        const tagObj = match.find((t) => !t.format) ?? match[0];
        if (!tagObj)
          throw new Error(`Tag ${tagName} not found`);
        return tagObj;
      }
      return tags.find((t) => t.identify?.(value) && !t.format);
    }
    function createNode(value, tagName, ctx) {
      if (identity.isDocument(value))
        value = value.contents;
      if (identity.isNode(value))
        return value;
      if (identity.isPair(value)) {
        const map = ctx.schema[identity.MAP].createNode?.(ctx.schema, null, ctx);
        map.items.push(value);
        return map;
      }
      if (value instanceof String || value instanceof Number || value instanceof Boolean || typeof BigInt !== "undefined" && value instanceof BigInt) {
        value = value.valueOf();
      }
      const { aliasDuplicateObjects, onAnchor, onTagObj, schema, sourceObjects } = ctx;
      let ref = void 0;
      if (aliasDuplicateObjects && value && typeof value === "object") {
        ref = sourceObjects.get(value);
        if (ref) {
          ref.anchor ?? (ref.anchor = onAnchor(value));
          return new Alias.Alias(ref.anchor);
        } else {
          ref = { anchor: null, node: null };
          sourceObjects.set(value, ref);
        }
      }
      if (tagName?.startsWith("!!"))
        tagName = defaultTagPrefix + tagName.slice(2);
      let tagObj = findTagObject(value, tagName, schema.tags);
      if (!tagObj) {
        if (value && typeof value.toJSON === "function") {
          value = value.toJSON();
        }
        if (!value || typeof value !== "object") {
          const node2 = new Scalar.Scalar(value);
          if (ref)
            ref.node = node2;
          return node2;
        }
        tagObj = value instanceof Map ? schema[identity.MAP] : Symbol.iterator in Object(value) ? schema[identity.SEQ] : schema[identity.MAP];
      }
      if (onTagObj) {
        onTagObj(tagObj);
        delete ctx.onTagObj;
      }
      const node = tagObj?.createNode ? tagObj.createNode(ctx.schema, value, ctx) : typeof tagObj?.nodeClass?.from === "function" ? tagObj.nodeClass.from(ctx.schema, value, ctx) : new Scalar.Scalar(value);
      if (tagName)
        node.tag = tagName;
      else if (!tagObj.default)
        node.tag = tagObj.tag;
      if (ref)
        ref.node = node;
      return node;
    }
    exports.createNode = createNode;
  }
});

// node_modules/yaml/dist/nodes/Collection.js
var require_Collection = __commonJS({
  "node_modules/yaml/dist/nodes/Collection.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var identity = require_identity();
    var Node = require_Node();
    function collectionFromPath(schema, path2, value) {
      let v = value;
      for (let i = path2.length - 1; i >= 0; --i) {
        const k = path2[i];
        if (typeof k === "number" && Number.isInteger(k) && k >= 0) {
          const a = [];
          a[k] = v;
          v = a;
        } else {
          v = /* @__PURE__ */ new Map([[k, v]]);
        }
      }
      return createNode.createNode(v, void 0, {
        aliasDuplicateObjects: false,
        keepUndefined: false,
        onAnchor: () => {
          throw new Error("This should not happen, please report a bug.");
        },
        schema,
        sourceObjects: /* @__PURE__ */ new Map()
      });
    }
    var isEmptyPath = (path2) => path2 == null || typeof path2 === "object" && !!path2[Symbol.iterator]().next().done;
    var Collection = class extends Node.NodeBase {
      constructor(type, schema) {
        super(type);
        Object.defineProperty(this, "schema", {
          value: schema,
          configurable: true,
          enumerable: false,
          writable: true
        });
      }
      /**
       * Create a copy of this collection.
       *
       * @param schema - If defined, overwrites the original's schema
       */
      clone(schema) {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (schema)
          copy.schema = schema;
        copy.items = copy.items.map((it) => identity.isNode(it) || identity.isPair(it) ? it.clone(schema) : it);
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /**
       * Adds a value to the collection. For `!!map` and `!!omap` the value must
       * be a Pair instance or a `{ key, value }` object, which may not have a key
       * that already exists in the map.
       */
      addIn(path2, value) {
        if (isEmptyPath(path2))
          this.add(value);
        else {
          const [key2, ...rest] = path2;
          const node = this.get(key2, true);
          if (identity.isCollection(node))
            node.addIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key2, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key2}. Remaining path: ${rest}`);
        }
      }
      /**
       * Removes a value from the collection.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path2) {
        const [key2, ...rest] = path2;
        if (rest.length === 0)
          return this.delete(key2);
        const node = this.get(key2, true);
        if (identity.isCollection(node))
          return node.deleteIn(rest);
        else
          throw new Error(`Expected YAML collection at ${key2}. Remaining path: ${rest}`);
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path2, keepScalar) {
        const [key2, ...rest] = path2;
        const node = this.get(key2, true);
        if (rest.length === 0)
          return !keepScalar && identity.isScalar(node) ? node.value : node;
        else
          return identity.isCollection(node) ? node.getIn(rest, keepScalar) : void 0;
      }
      hasAllNullValues(allowScalar) {
        return this.items.every((node) => {
          if (!identity.isPair(node))
            return false;
          const n = node.value;
          return n == null || allowScalar && identity.isScalar(n) && n.value == null && !n.commentBefore && !n.comment && !n.tag;
        });
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       */
      hasIn(path2) {
        const [key2, ...rest] = path2;
        if (rest.length === 0)
          return this.has(key2);
        const node = this.get(key2, true);
        return identity.isCollection(node) ? node.hasIn(rest) : false;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path2, value) {
        const [key2, ...rest] = path2;
        if (rest.length === 0) {
          this.set(key2, value);
        } else {
          const node = this.get(key2, true);
          if (identity.isCollection(node))
            node.setIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key2, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key2}. Remaining path: ${rest}`);
        }
      }
    };
    exports.Collection = Collection;
    exports.collectionFromPath = collectionFromPath;
    exports.isEmptyPath = isEmptyPath;
  }
});

// node_modules/yaml/dist/stringify/stringifyComment.js
var require_stringifyComment = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyComment.js"(exports) {
    "use strict";
    var stringifyComment = (str) => str.replace(/^(?!$)(?: $)?/gm, "#");
    function indentComment(comment, indent) {
      if (/^\n+$/.test(comment))
        return comment.substring(1);
      return indent ? comment.replace(/^(?! *$)/gm, indent) : comment;
    }
    var lineComment = (str, indent, comment) => str.endsWith("\n") ? indentComment(comment, indent) : comment.includes("\n") ? "\n" + indentComment(comment, indent) : (str.endsWith(" ") ? "" : " ") + comment;
    exports.indentComment = indentComment;
    exports.lineComment = lineComment;
    exports.stringifyComment = stringifyComment;
  }
});

// node_modules/yaml/dist/stringify/foldFlowLines.js
var require_foldFlowLines = __commonJS({
  "node_modules/yaml/dist/stringify/foldFlowLines.js"(exports) {
    "use strict";
    var FOLD_FLOW = "flow";
    var FOLD_BLOCK = "block";
    var FOLD_QUOTED = "quoted";
    function foldFlowLines(text, indent, mode = "flow", { indentAtStart, lineWidth = 80, minContentWidth = 20, onFold, onOverflow } = {}) {
      if (!lineWidth || lineWidth < 0)
        return text;
      if (lineWidth < minContentWidth)
        minContentWidth = 0;
      const endStep = Math.max(1 + minContentWidth, 1 + lineWidth - indent.length);
      if (text.length <= endStep)
        return text;
      const folds = [];
      const escapedFolds = {};
      let end = lineWidth - indent.length;
      if (typeof indentAtStart === "number") {
        if (indentAtStart > lineWidth - Math.max(2, minContentWidth))
          folds.push(0);
        else
          end = lineWidth - indentAtStart;
      }
      let split = void 0;
      let prev = void 0;
      let overflow = false;
      let i = -1;
      let escStart = -1;
      let escEnd = -1;
      if (mode === FOLD_BLOCK) {
        i = consumeMoreIndentedLines(text, i, indent.length);
        if (i !== -1)
          end = i + endStep;
      }
      for (let ch; ch = text[i += 1]; ) {
        if (mode === FOLD_QUOTED && ch === "\\") {
          escStart = i;
          switch (text[i + 1]) {
            case "x":
              i += 3;
              break;
            case "u":
              i += 5;
              break;
            case "U":
              i += 9;
              break;
            default:
              i += 1;
          }
          escEnd = i;
        }
        if (ch === "\n") {
          if (mode === FOLD_BLOCK)
            i = consumeMoreIndentedLines(text, i, indent.length);
          end = i + indent.length + endStep;
          split = void 0;
        } else {
          if (ch === " " && prev && prev !== " " && prev !== "\n" && prev !== "	") {
            const next = text[i + 1];
            if (next && next !== " " && next !== "\n" && next !== "	")
              split = i;
          }
          if (i >= end) {
            if (split) {
              folds.push(split);
              end = split + endStep;
              split = void 0;
            } else if (mode === FOLD_QUOTED) {
              while (prev === " " || prev === "	") {
                prev = ch;
                ch = text[i += 1];
                overflow = true;
              }
              const j = i > escEnd + 1 ? i - 2 : escStart - 1;
              if (escapedFolds[j])
                return text;
              folds.push(j);
              escapedFolds[j] = true;
              end = j + endStep;
              split = void 0;
            } else {
              overflow = true;
            }
          }
        }
        prev = ch;
      }
      if (overflow && onOverflow)
        onOverflow();
      if (folds.length === 0)
        return text;
      if (onFold)
        onFold();
      let res = text.slice(0, folds[0]);
      for (let i2 = 0; i2 < folds.length; ++i2) {
        const fold2 = folds[i2];
        const end2 = folds[i2 + 1] || text.length;
        if (fold2 === 0)
          res = `
${indent}${text.slice(0, end2)}`;
        else {
          if (mode === FOLD_QUOTED && escapedFolds[fold2])
            res += `${text[fold2]}\\`;
          res += `
${indent}${text.slice(fold2 + 1, end2)}`;
        }
      }
      return res;
    }
    function consumeMoreIndentedLines(text, i, indent) {
      let end = i;
      let start = i + 1;
      let ch = text[start];
      while (ch === " " || ch === "	") {
        if (i < start + indent) {
          ch = text[++i];
        } else {
          do {
            ch = text[++i];
          } while (ch && ch !== "\n");
          end = i;
          start = i + 1;
          ch = text[start];
        }
      }
      return end;
    }
    exports.FOLD_BLOCK = FOLD_BLOCK;
    exports.FOLD_FLOW = FOLD_FLOW;
    exports.FOLD_QUOTED = FOLD_QUOTED;
    exports.foldFlowLines = foldFlowLines;
  }
});

// node_modules/yaml/dist/stringify/stringifyString.js
var require_stringifyString = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyString.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var foldFlowLines = require_foldFlowLines();
    var getFoldOptions = (ctx, isBlock) => ({
      indentAtStart: isBlock ? ctx.indent.length : ctx.indentAtStart,
      lineWidth: ctx.options.lineWidth,
      minContentWidth: ctx.options.minContentWidth
    });
    var containsDocumentMarker = (str) => /^(%|---|\.\.\.)/m.test(str);
    function lineLengthOverLimit(str, lineWidth, indentLength) {
      if (!lineWidth || lineWidth < 0)
        return false;
      const limit = lineWidth - indentLength;
      const strLen = str.length;
      if (strLen <= limit)
        return false;
      for (let i = 0, start = 0; i < strLen; ++i) {
        if (str[i] === "\n") {
          if (i - start > limit)
            return true;
          start = i + 1;
          if (strLen - start <= limit)
            return false;
        }
      }
      return true;
    }
    function doubleQuotedString(value, ctx) {
      const json = JSON.stringify(value);
      if (ctx.options.doubleQuotedAsJSON)
        return json;
      const { implicitKey } = ctx;
      const minMultiLineLength = ctx.options.doubleQuotedMinMultiLineLength;
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      let str = "";
      let start = 0;
      for (let i = 0, ch = json[i]; ch; ch = json[++i]) {
        if (ch === " " && json[i + 1] === "\\" && json[i + 2] === "n") {
          str += json.slice(start, i) + "\\ ";
          i += 1;
          start = i;
          ch = "\\";
        }
        if (ch === "\\")
          switch (json[i + 1]) {
            case "u":
              {
                str += json.slice(start, i);
                const code = json.substr(i + 2, 4);
                switch (code) {
                  case "0000":
                    str += "\\0";
                    break;
                  case "0007":
                    str += "\\a";
                    break;
                  case "000b":
                    str += "\\v";
                    break;
                  case "001b":
                    str += "\\e";
                    break;
                  case "0085":
                    str += "\\N";
                    break;
                  case "00a0":
                    str += "\\_";
                    break;
                  case "2028":
                    str += "\\L";
                    break;
                  case "2029":
                    str += "\\P";
                    break;
                  default:
                    if (code.substr(0, 2) === "00")
                      str += "\\x" + code.substr(2);
                    else
                      str += json.substr(i, 6);
                }
                i += 5;
                start = i + 1;
              }
              break;
            case "n":
              if (implicitKey || json[i + 2] === '"' || json.length < minMultiLineLength) {
                i += 1;
              } else {
                str += json.slice(start, i) + "\n\n";
                while (json[i + 2] === "\\" && json[i + 3] === "n" && json[i + 4] !== '"') {
                  str += "\n";
                  i += 2;
                }
                str += indent;
                if (json[i + 2] === " ")
                  str += "\\";
                i += 1;
                start = i + 1;
              }
              break;
            default:
              i += 1;
          }
      }
      str = start ? str + json.slice(start) : json;
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_QUOTED, getFoldOptions(ctx, false));
    }
    function singleQuotedString(value, ctx) {
      if (ctx.options.singleQuote === false || ctx.implicitKey && value.includes("\n") || /[ \t]\n|\n[ \t]/.test(value))
        return doubleQuotedString(value, ctx);
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      const res = "'" + value.replace(/'/g, "''").replace(/\n+/g, `$&
${indent}`) + "'";
      return ctx.implicitKey ? res : foldFlowLines.foldFlowLines(res, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function quotedString(value, ctx) {
      const { singleQuote } = ctx.options;
      let qs;
      if (singleQuote === false)
        qs = doubleQuotedString;
      else {
        const hasDouble = value.includes('"');
        const hasSingle = value.includes("'");
        if (hasDouble && !hasSingle)
          qs = singleQuotedString;
        else if (hasSingle && !hasDouble)
          qs = doubleQuotedString;
        else
          qs = singleQuote ? singleQuotedString : doubleQuotedString;
      }
      return qs(value, ctx);
    }
    var blockEndNewlines;
    try {
      blockEndNewlines = new RegExp("(^|(?<!\n))\n+(?!\n|$)", "g");
    } catch {
      blockEndNewlines = /\n+(?!\n|$)/g;
    }
    function blockString({ comment, type, value }, ctx, onComment, onChompKeep) {
      const { blockQuote, commentString, lineWidth } = ctx.options;
      if (!blockQuote || /\n[\t ]+$/.test(value)) {
        return quotedString(value, ctx);
      }
      const indent = ctx.indent || (ctx.forceBlockIndent || containsDocumentMarker(value) ? "  " : "");
      const literal2 = blockQuote === "literal" ? true : blockQuote === "folded" || type === Scalar.Scalar.BLOCK_FOLDED ? false : type === Scalar.Scalar.BLOCK_LITERAL ? true : !lineLengthOverLimit(value, lineWidth, indent.length);
      if (!value)
        return literal2 ? "|\n" : ">\n";
      let chomp;
      let endStart;
      for (endStart = value.length; endStart > 0; --endStart) {
        const ch = value[endStart - 1];
        if (ch !== "\n" && ch !== "	" && ch !== " ")
          break;
      }
      let end = value.substring(endStart);
      const endNlPos = end.indexOf("\n");
      if (endNlPos === -1) {
        chomp = "-";
      } else if (value === end || endNlPos !== end.length - 1) {
        chomp = "+";
        if (onChompKeep)
          onChompKeep();
      } else {
        chomp = "";
      }
      if (end) {
        value = value.slice(0, -end.length);
        if (end[end.length - 1] === "\n")
          end = end.slice(0, -1);
        end = end.replace(blockEndNewlines, `$&${indent}`);
      }
      let startWithSpace = false;
      let startEnd;
      let startNlPos = -1;
      for (startEnd = 0; startEnd < value.length; ++startEnd) {
        const ch = value[startEnd];
        if (ch === " ")
          startWithSpace = true;
        else if (ch === "\n")
          startNlPos = startEnd;
        else
          break;
      }
      let start = value.substring(0, startNlPos < startEnd ? startNlPos + 1 : startEnd);
      if (start) {
        value = value.substring(start.length);
        start = start.replace(/\n+/g, `$&${indent}`);
      }
      const indentSize = indent ? "2" : "1";
      let header = (startWithSpace ? indentSize : "") + chomp;
      if (comment) {
        header += " " + commentString(comment.replace(/ ?[\r\n]+/g, " "));
        if (onComment)
          onComment();
      }
      if (!literal2) {
        const foldedValue = value.replace(/\n+/g, "\n$&").replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g, "$1$2").replace(/\n+/g, `$&${indent}`);
        let literalFallback = false;
        const foldOptions = getFoldOptions(ctx, true);
        if (blockQuote !== "folded" && type !== Scalar.Scalar.BLOCK_FOLDED) {
          foldOptions.onOverflow = () => {
            literalFallback = true;
          };
        }
        const body = foldFlowLines.foldFlowLines(`${start}${foldedValue}${end}`, indent, foldFlowLines.FOLD_BLOCK, foldOptions);
        if (!literalFallback)
          return `>${header}
${indent}${body}`;
      }
      value = value.replace(/\n+/g, `$&${indent}`);
      return `|${header}
${indent}${start}${value}${end}`;
    }
    function plainString(item, ctx, onComment, onChompKeep) {
      const { type, value } = item;
      const { actualString, implicitKey, indent, indentStep, inFlow } = ctx;
      if (implicitKey && value.includes("\n") || inFlow && /[[\]{},]/.test(value)) {
        return quotedString(value, ctx);
      }
      if (/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(value)) {
        return implicitKey || inFlow || !value.includes("\n") ? quotedString(value, ctx) : blockString(item, ctx, onComment, onChompKeep);
      }
      if (!implicitKey && !inFlow && type !== Scalar.Scalar.PLAIN && value.includes("\n")) {
        return blockString(item, ctx, onComment, onChompKeep);
      }
      if (containsDocumentMarker(value)) {
        if (indent === "") {
          ctx.forceBlockIndent = true;
          return blockString(item, ctx, onComment, onChompKeep);
        } else if (implicitKey && indent === indentStep) {
          return quotedString(value, ctx);
        }
      }
      const str = value.replace(/\n+/g, `$&
${indent}`);
      if (actualString) {
        const test = (tag) => tag.default && tag.tag !== "tag:yaml.org,2002:str" && tag.test?.test(str);
        const { compat, tags } = ctx.doc.schema;
        if (tags.some(test) || compat?.some(test))
          return quotedString(value, ctx);
      }
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function stringifyString(item, ctx, onComment, onChompKeep) {
      const { implicitKey, inFlow } = ctx;
      const ss = typeof item.value === "string" ? item : Object.assign({}, item, { value: String(item.value) });
      let { type } = item;
      if (type !== Scalar.Scalar.QUOTE_DOUBLE) {
        if (/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(ss.value))
          type = Scalar.Scalar.QUOTE_DOUBLE;
      }
      const _stringify = (_type) => {
        switch (_type) {
          case Scalar.Scalar.BLOCK_FOLDED:
          case Scalar.Scalar.BLOCK_LITERAL:
            return implicitKey || inFlow ? quotedString(ss.value, ctx) : blockString(ss, ctx, onComment, onChompKeep);
          case Scalar.Scalar.QUOTE_DOUBLE:
            return doubleQuotedString(ss.value, ctx);
          case Scalar.Scalar.QUOTE_SINGLE:
            return singleQuotedString(ss.value, ctx);
          case Scalar.Scalar.PLAIN:
            return plainString(ss, ctx, onComment, onChompKeep);
          default:
            return null;
        }
      };
      let res = _stringify(type);
      if (res === null) {
        const { defaultKeyType, defaultStringType } = ctx.options;
        const t = implicitKey && defaultKeyType || defaultStringType;
        res = _stringify(t);
        if (res === null)
          throw new Error(`Unsupported default string type ${t}`);
      }
      return res;
    }
    exports.stringifyString = stringifyString;
  }
});

// node_modules/yaml/dist/stringify/stringify.js
var require_stringify = __commonJS({
  "node_modules/yaml/dist/stringify/stringify.js"(exports) {
    "use strict";
    var anchors = require_anchors();
    var identity = require_identity();
    var stringifyComment = require_stringifyComment();
    var stringifyString = require_stringifyString();
    function createStringifyContext(doc, options) {
      const opt = Object.assign({
        blockQuote: true,
        commentString: stringifyComment.stringifyComment,
        defaultKeyType: null,
        defaultStringType: "PLAIN",
        directives: null,
        doubleQuotedAsJSON: false,
        doubleQuotedMinMultiLineLength: 40,
        falseStr: "false",
        flowCollectionPadding: true,
        indentSeq: true,
        lineWidth: 80,
        minContentWidth: 20,
        nullStr: "null",
        simpleKeys: false,
        singleQuote: null,
        trailingComma: false,
        trueStr: "true",
        verifyAliasOrder: true
      }, doc.schema.toStringOptions, options);
      let inFlow;
      switch (opt.collectionStyle) {
        case "block":
          inFlow = false;
          break;
        case "flow":
          inFlow = true;
          break;
        default:
          inFlow = null;
      }
      return {
        anchors: /* @__PURE__ */ new Set(),
        doc,
        flowCollectionPadding: opt.flowCollectionPadding ? " " : "",
        indent: "",
        indentStep: typeof opt.indent === "number" ? " ".repeat(opt.indent) : "  ",
        inFlow,
        options: opt
      };
    }
    function getTagObject(tags, item) {
      if (item.tag) {
        const match = tags.filter((t) => t.tag === item.tag);
        if (match.length > 0)
          return match.find((t) => t.format === item.format) ?? match[0];
      }
      let tagObj = void 0;
      let obj;
      if (identity.isScalar(item)) {
        obj = item.value;
        let match = tags.filter((t) => t.identify?.(obj));
        if (match.length > 1) {
          const testMatch = match.filter((t) => t.test);
          if (testMatch.length > 0)
            match = testMatch;
        }
        tagObj = match.find((t) => t.format === item.format) ?? match.find((t) => !t.format);
      } else {
        obj = item;
        tagObj = tags.find((t) => t.nodeClass && obj instanceof t.nodeClass);
      }
      if (!tagObj) {
        const name = obj?.constructor?.name ?? (obj === null ? "null" : typeof obj);
        throw new Error(`Tag not resolved for ${name} value`);
      }
      return tagObj;
    }
    function stringifyProps(node, tagObj, { anchors: anchors$1, doc }) {
      if (!doc.directives)
        return "";
      const props = [];
      const anchor = (identity.isScalar(node) || identity.isCollection(node)) && node.anchor;
      if (anchor && anchors.anchorIsValid(anchor)) {
        anchors$1.add(anchor);
        props.push(`&${anchor}`);
      }
      const tag = node.tag ?? (tagObj.default ? null : tagObj.tag);
      if (tag)
        props.push(doc.directives.tagString(tag));
      return props.join(" ");
    }
    function stringify2(item, ctx, onComment, onChompKeep) {
      if (identity.isPair(item))
        return item.toString(ctx, onComment, onChompKeep);
      if (identity.isAlias(item)) {
        if (ctx.doc.directives)
          return item.toString(ctx);
        if (ctx.resolvedAliases?.has(item)) {
          throw new TypeError(`Cannot stringify circular structure without alias nodes`);
        } else {
          if (ctx.resolvedAliases)
            ctx.resolvedAliases.add(item);
          else
            ctx.resolvedAliases = /* @__PURE__ */ new Set([item]);
          item = item.resolve(ctx.doc);
        }
      }
      let tagObj = void 0;
      const node = identity.isNode(item) ? item : ctx.doc.createNode(item, { onTagObj: (o) => tagObj = o });
      tagObj ?? (tagObj = getTagObject(ctx.doc.schema.tags, node));
      const props = stringifyProps(node, tagObj, ctx);
      if (props.length > 0)
        ctx.indentAtStart = (ctx.indentAtStart ?? 0) + props.length + 1;
      const str = typeof tagObj.stringify === "function" ? tagObj.stringify(node, ctx, onComment, onChompKeep) : identity.isScalar(node) ? stringifyString.stringifyString(node, ctx, onComment, onChompKeep) : node.toString(ctx, onComment, onChompKeep);
      if (!props)
        return str;
      return identity.isScalar(node) || str[0] === "{" || str[0] === "[" ? `${props} ${str}` : `${props}
${ctx.indent}${str}`;
    }
    exports.createStringifyContext = createStringifyContext;
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/stringify/stringifyPair.js
var require_stringifyPair = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyPair.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyPair({ key: key2, value }, ctx, onComment, onChompKeep) {
      const { allNullValues, doc, indent, indentStep, options: { commentString, indentSeq, simpleKeys } } = ctx;
      let keyComment = identity.isNode(key2) && key2.comment || null;
      if (simpleKeys) {
        if (keyComment) {
          throw new Error("With simple keys, key nodes cannot have comments");
        }
        if (identity.isCollection(key2) || !identity.isNode(key2) && typeof key2 === "object") {
          const msg = "With simple keys, collection cannot be used as a key value";
          throw new Error(msg);
        }
      }
      let explicitKey = !simpleKeys && (!key2 || keyComment && value == null && !ctx.inFlow || identity.isCollection(key2) || (identity.isScalar(key2) ? key2.type === Scalar.Scalar.BLOCK_FOLDED || key2.type === Scalar.Scalar.BLOCK_LITERAL : typeof key2 === "object"));
      ctx = Object.assign({}, ctx, {
        allNullValues: false,
        implicitKey: !explicitKey && (simpleKeys || !allNullValues),
        indent: indent + indentStep
      });
      let keyCommentDone = false;
      let chompKeep = false;
      let str = stringify2.stringify(key2, ctx, () => keyCommentDone = true, () => chompKeep = true);
      if (!explicitKey && !ctx.inFlow && str.length > 1024) {
        if (simpleKeys)
          throw new Error("With simple keys, single line scalar must not span more than 1024 characters");
        explicitKey = true;
      }
      if (ctx.inFlow) {
        if (allNullValues || value == null) {
          if (keyCommentDone && onComment)
            onComment();
          return str === "" ? "?" : explicitKey ? `? ${str}` : str;
        }
      } else if (allNullValues && !simpleKeys || value == null && explicitKey) {
        str = `? ${str}`;
        if (keyComment && !keyCommentDone) {
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        } else if (chompKeep && onChompKeep)
          onChompKeep();
        return str;
      }
      if (keyCommentDone)
        keyComment = null;
      if (explicitKey) {
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        str = `? ${str}
${indent}:`;
      } else {
        str = `${str}:`;
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
      }
      let vsb, vcb, valueComment;
      if (identity.isNode(value)) {
        vsb = !!value.spaceBefore;
        vcb = value.commentBefore;
        valueComment = value.comment;
      } else {
        vsb = false;
        vcb = null;
        valueComment = null;
        if (value && typeof value === "object")
          value = doc.createNode(value);
      }
      ctx.implicitKey = false;
      if (!explicitKey && !keyComment && identity.isScalar(value))
        ctx.indentAtStart = str.length + 1;
      chompKeep = false;
      if (!indentSeq && indentStep.length >= 2 && !ctx.inFlow && !explicitKey && identity.isSeq(value) && !value.flow && !value.tag && !value.anchor) {
        ctx.indent = ctx.indent.substring(2);
      }
      let valueCommentDone = false;
      const valueStr = stringify2.stringify(value, ctx, () => valueCommentDone = true, () => chompKeep = true);
      let ws = " ";
      if (keyComment || vsb || vcb) {
        ws = vsb ? "\n" : "";
        if (vcb) {
          const cs = commentString(vcb);
          ws += `
${stringifyComment.indentComment(cs, ctx.indent)}`;
        }
        if (valueStr === "" && !ctx.inFlow) {
          if (ws === "\n" && valueComment)
            ws = "\n\n";
        } else {
          ws += `
${ctx.indent}`;
        }
      } else if (!explicitKey && identity.isCollection(value)) {
        const vs0 = valueStr[0];
        const nl0 = valueStr.indexOf("\n");
        const hasNewline = nl0 !== -1;
        const flow = ctx.inFlow ?? value.flow ?? value.items.length === 0;
        if (hasNewline || !flow) {
          let hasPropsLine = false;
          if (hasNewline && (vs0 === "&" || vs0 === "!")) {
            let sp0 = valueStr.indexOf(" ");
            if (vs0 === "&" && sp0 !== -1 && sp0 < nl0 && valueStr[sp0 + 1] === "!") {
              sp0 = valueStr.indexOf(" ", sp0 + 1);
            }
            if (sp0 === -1 || nl0 < sp0)
              hasPropsLine = true;
          }
          if (!hasPropsLine)
            ws = `
${ctx.indent}`;
        }
      } else if (valueStr === "" || valueStr[0] === "\n") {
        ws = "";
      }
      str += ws + valueStr;
      if (ctx.inFlow) {
        if (valueCommentDone && onComment)
          onComment();
      } else if (valueComment && !valueCommentDone) {
        str += stringifyComment.lineComment(str, ctx.indent, commentString(valueComment));
      } else if (chompKeep && onChompKeep) {
        onChompKeep();
      }
      return str;
    }
    exports.stringifyPair = stringifyPair;
  }
});

// node_modules/yaml/dist/log.js
var require_log = __commonJS({
  "node_modules/yaml/dist/log.js"(exports) {
    "use strict";
    var node_process = __require("process");
    function debug(logLevel, ...messages) {
      if (logLevel === "debug")
        console.log(...messages);
    }
    function warn(logLevel, warning) {
      if (logLevel === "debug" || logLevel === "warn") {
        if (typeof node_process.emitWarning === "function")
          node_process.emitWarning(warning);
        else
          console.warn(warning);
      }
    }
    exports.debug = debug;
    exports.warn = warn;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/merge.js
var require_merge = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/merge.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var MERGE_KEY = "<<";
    var merge = {
      identify: (value) => value === MERGE_KEY || typeof value === "symbol" && value.description === MERGE_KEY,
      default: "key",
      tag: "tag:yaml.org,2002:merge",
      test: /^<<$/,
      resolve: () => Object.assign(new Scalar.Scalar(Symbol(MERGE_KEY)), {
        addToJSMap: addMergeToJSMap
      }),
      stringify: () => MERGE_KEY
    };
    var isMergeKey2 = (ctx, key2) => (merge.identify(key2) || identity.isScalar(key2) && (!key2.type || key2.type === Scalar.Scalar.PLAIN) && merge.identify(key2.value)) && ctx?.doc.schema.tags.some((tag) => tag.tag === merge.tag && tag.default);
    function addMergeToJSMap(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (identity.isSeq(source))
        for (const it of source.items)
          mergeValue(ctx, map, it);
      else if (Array.isArray(source))
        for (const it of source)
          mergeValue(ctx, map, it);
      else
        mergeValue(ctx, map, source);
    }
    function mergeValue(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (!identity.isMap(source))
        throw new Error("Merge sources must be maps or map aliases");
      const srcMap = source.toJSON(null, ctx, Map);
      for (const [key2, value2] of srcMap) {
        if (map instanceof Map) {
          if (!map.has(key2))
            map.set(key2, value2);
        } else if (map instanceof Set) {
          map.add(key2);
        } else if (!Object.prototype.hasOwnProperty.call(map, key2)) {
          Object.defineProperty(map, key2, {
            value: value2,
            writable: true,
            enumerable: true,
            configurable: true
          });
        }
      }
      return map;
    }
    function resolveAliasValue(ctx, value) {
      return ctx && identity.isAlias(value) ? value.resolve(ctx.doc, ctx) : value;
    }
    exports.addMergeToJSMap = addMergeToJSMap;
    exports.isMergeKey = isMergeKey2;
    exports.merge = merge;
  }
});

// node_modules/yaml/dist/nodes/addPairToJSMap.js
var require_addPairToJSMap = __commonJS({
  "node_modules/yaml/dist/nodes/addPairToJSMap.js"(exports) {
    "use strict";
    var log = require_log();
    var merge = require_merge();
    var stringify2 = require_stringify();
    var identity = require_identity();
    var toJS = require_toJS();
    function addPairToJSMap(ctx, map, { key: key2, value }) {
      if (identity.isNode(key2) && key2.addToJSMap)
        key2.addToJSMap(ctx, map, value);
      else if (merge.isMergeKey(ctx, key2))
        merge.addMergeToJSMap(ctx, map, value);
      else {
        const jsKey = toJS.toJS(key2, "", ctx);
        if (map instanceof Map) {
          map.set(jsKey, toJS.toJS(value, jsKey, ctx));
        } else if (map instanceof Set) {
          map.add(jsKey);
        } else {
          const stringKey = stringifyKey(key2, jsKey, ctx);
          const jsValue = toJS.toJS(value, stringKey, ctx);
          if (stringKey in map)
            Object.defineProperty(map, stringKey, {
              value: jsValue,
              writable: true,
              enumerable: true,
              configurable: true
            });
          else
            map[stringKey] = jsValue;
        }
      }
      return map;
    }
    function stringifyKey(key2, jsKey, ctx) {
      if (jsKey === null)
        return "";
      if (typeof jsKey !== "object")
        return String(jsKey);
      if (identity.isNode(key2) && ctx?.doc) {
        const strCtx = stringify2.createStringifyContext(ctx.doc, {});
        strCtx.anchors = /* @__PURE__ */ new Set();
        for (const node of ctx.anchors.keys())
          strCtx.anchors.add(node.anchor);
        strCtx.inFlow = true;
        strCtx.inStringifyKey = true;
        const strKey = key2.toString(strCtx);
        if (!ctx.mapKeyWarned) {
          let jsonStr = JSON.stringify(strKey);
          if (jsonStr.length > 40)
            jsonStr = jsonStr.substring(0, 36) + '..."';
          log.warn(ctx.doc.options.logLevel, `Keys with collection values will be stringified due to JS Object restrictions: ${jsonStr}. Set mapAsMap: true to use object keys.`);
          ctx.mapKeyWarned = true;
        }
        return strKey;
      }
      return JSON.stringify(jsKey);
    }
    exports.addPairToJSMap = addPairToJSMap;
  }
});

// node_modules/yaml/dist/nodes/Pair.js
var require_Pair = __commonJS({
  "node_modules/yaml/dist/nodes/Pair.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var stringifyPair = require_stringifyPair();
    var addPairToJSMap = require_addPairToJSMap();
    var identity = require_identity();
    function createPair(key2, value, ctx) {
      const k = createNode.createNode(key2, void 0, ctx);
      const v = createNode.createNode(value, void 0, ctx);
      return new Pair(k, v);
    }
    var Pair = class _Pair {
      constructor(key2, value = null) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.PAIR });
        this.key = key2;
        this.value = value;
      }
      clone(schema) {
        let { key: key2, value } = this;
        if (identity.isNode(key2))
          key2 = key2.clone(schema);
        if (identity.isNode(value))
          value = value.clone(schema);
        return new _Pair(key2, value);
      }
      toJSON(_, ctx) {
        const pair = ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        return addPairToJSMap.addPairToJSMap(ctx, pair, this);
      }
      toString(ctx, onComment, onChompKeep) {
        return ctx?.doc ? stringifyPair.stringifyPair(this, ctx, onComment, onChompKeep) : JSON.stringify(this);
      }
    };
    exports.Pair = Pair;
    exports.createPair = createPair;
  }
});

// node_modules/yaml/dist/stringify/stringifyCollection.js
var require_stringifyCollection = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyCollection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyCollection(collection, ctx, options) {
      const flow = ctx.inFlow ?? collection.flow;
      const stringify3 = flow ? stringifyFlowCollection : stringifyBlockCollection;
      return stringify3(collection, ctx, options);
    }
    function stringifyBlockCollection({ comment, items }, ctx, { blockItemPrefix, flowChars, itemIndent, onChompKeep, onComment }) {
      const { indent, options: { commentString } } = ctx;
      const itemCtx = Object.assign({}, ctx, { indent: itemIndent, type: null });
      let chompKeep = false;
      const lines = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment2 = null;
        if (identity.isNode(item)) {
          if (!chompKeep && item.spaceBefore)
            lines.push("");
          addCommentBefore(ctx, lines, item.commentBefore, chompKeep);
          if (item.comment)
            comment2 = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (!chompKeep && ik.spaceBefore)
              lines.push("");
            addCommentBefore(ctx, lines, ik.commentBefore, chompKeep);
          }
        }
        chompKeep = false;
        let str2 = stringify2.stringify(item, itemCtx, () => comment2 = null, () => chompKeep = true);
        if (comment2)
          str2 += stringifyComment.lineComment(str2, itemIndent, commentString(comment2));
        if (chompKeep && comment2)
          chompKeep = false;
        lines.push(blockItemPrefix + str2);
      }
      let str;
      if (lines.length === 0) {
        str = flowChars.start + flowChars.end;
      } else {
        str = lines[0];
        for (let i = 1; i < lines.length; ++i) {
          const line2 = lines[i];
          str += line2 ? `
${indent}${line2}` : "\n";
        }
      }
      if (comment) {
        str += "\n" + stringifyComment.indentComment(commentString(comment), indent);
        if (onComment)
          onComment();
      } else if (chompKeep && onChompKeep)
        onChompKeep();
      return str;
    }
    function stringifyFlowCollection({ items }, ctx, { flowChars, itemIndent }) {
      const { indent, indentStep, flowCollectionPadding: fcPadding, options: { commentString } } = ctx;
      itemIndent += indentStep;
      const itemCtx = Object.assign({}, ctx, {
        indent: itemIndent,
        inFlow: true,
        type: null
      });
      let reqNewline = false;
      let linesAtValue = 0;
      const lines = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment = null;
        if (identity.isNode(item)) {
          if (item.spaceBefore)
            lines.push("");
          addCommentBefore(ctx, lines, item.commentBefore, false);
          if (item.comment)
            comment = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (ik.spaceBefore)
              lines.push("");
            addCommentBefore(ctx, lines, ik.commentBefore, false);
            if (ik.comment)
              reqNewline = true;
          }
          const iv = identity.isNode(item.value) ? item.value : null;
          if (iv) {
            if (iv.comment)
              comment = iv.comment;
            if (iv.commentBefore)
              reqNewline = true;
          } else if (item.value == null && ik?.comment) {
            comment = ik.comment;
          }
        }
        if (comment)
          reqNewline = true;
        let str = stringify2.stringify(item, itemCtx, () => comment = null);
        reqNewline || (reqNewline = lines.length > linesAtValue || str.includes("\n"));
        if (i < items.length - 1) {
          str += ",";
        } else if (ctx.options.trailingComma) {
          if (ctx.options.lineWidth > 0) {
            reqNewline || (reqNewline = lines.reduce((sum, line2) => sum + line2.length + 2, 2) + (str.length + 2) > ctx.options.lineWidth);
          }
          if (reqNewline) {
            str += ",";
          }
        }
        if (comment)
          str += stringifyComment.lineComment(str, itemIndent, commentString(comment));
        lines.push(str);
        linesAtValue = lines.length;
      }
      const { start, end } = flowChars;
      if (lines.length === 0) {
        return start + end;
      } else {
        if (!reqNewline) {
          const len = lines.reduce((sum, line2) => sum + line2.length + 2, 2);
          reqNewline = ctx.options.lineWidth > 0 && len > ctx.options.lineWidth;
        }
        if (reqNewline) {
          let str = start;
          for (const line2 of lines)
            str += line2 ? `
${indentStep}${indent}${line2}` : "\n";
          return `${str}
${indent}${end}`;
        } else {
          return `${start}${fcPadding}${lines.join(" ")}${fcPadding}${end}`;
        }
      }
    }
    function addCommentBefore({ indent, options: { commentString } }, lines, comment, chompKeep) {
      if (comment && chompKeep)
        comment = comment.replace(/^\n+/, "");
      if (comment) {
        const ic = stringifyComment.indentComment(commentString(comment), indent);
        lines.push(ic.trimStart());
      }
    }
    exports.stringifyCollection = stringifyCollection;
  }
});

// node_modules/yaml/dist/nodes/YAMLMap.js
var require_YAMLMap = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLMap.js"(exports) {
    "use strict";
    var stringifyCollection = require_stringifyCollection();
    var addPairToJSMap = require_addPairToJSMap();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    function findPair(items, key2) {
      const k = identity.isScalar(key2) ? key2.value : key2;
      for (const it of items) {
        if (identity.isPair(it)) {
          if (it.key === key2 || it.key === k)
            return it;
          if (identity.isScalar(it.key) && it.key.value === k)
            return it;
        }
      }
      return void 0;
    }
    var YAMLMap = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:map";
      }
      constructor(schema) {
        super(identity.MAP, schema);
        this.items = [];
      }
      /**
       * A generic collection parsing method that can be extended
       * to other node classes that inherit from YAMLMap
       */
      static from(schema, obj, ctx) {
        const { keepUndefined, replacer } = ctx;
        const map = new this(schema);
        const add = (key2, value) => {
          if (typeof replacer === "function")
            value = replacer.call(obj, key2, value);
          else if (Array.isArray(replacer) && !replacer.includes(key2))
            return;
          if (value !== void 0 || keepUndefined)
            map.items.push(Pair.createPair(key2, value, ctx));
        };
        if (obj instanceof Map) {
          for (const [key2, value] of obj)
            add(key2, value);
        } else if (obj && typeof obj === "object") {
          for (const key2 of Object.keys(obj))
            add(key2, obj[key2]);
        }
        if (typeof schema.sortMapEntries === "function") {
          map.items.sort(schema.sortMapEntries);
        }
        return map;
      }
      /**
       * Adds a value to the collection.
       *
       * @param overwrite - If not set `true`, using a key that is already in the
       *   collection will throw. Otherwise, overwrites the previous value.
       */
      add(pair, overwrite) {
        let _pair;
        if (identity.isPair(pair))
          _pair = pair;
        else if (!pair || typeof pair !== "object" || !("key" in pair)) {
          _pair = new Pair.Pair(pair, pair?.value);
        } else
          _pair = new Pair.Pair(pair.key, pair.value);
        const prev = findPair(this.items, _pair.key);
        const sortEntries = this.schema?.sortMapEntries;
        if (prev) {
          if (!overwrite)
            throw new Error(`Key ${_pair.key} already set`);
          if (identity.isScalar(prev.value) && Scalar.isScalarValue(_pair.value))
            prev.value.value = _pair.value;
          else
            prev.value = _pair.value;
        } else if (sortEntries) {
          const i = this.items.findIndex((item) => sortEntries(_pair, item) < 0);
          if (i === -1)
            this.items.push(_pair);
          else
            this.items.splice(i, 0, _pair);
        } else {
          this.items.push(_pair);
        }
      }
      delete(key2) {
        const it = findPair(this.items, key2);
        if (!it)
          return false;
        const del = this.items.splice(this.items.indexOf(it), 1);
        return del.length > 0;
      }
      get(key2, keepScalar) {
        const it = findPair(this.items, key2);
        const node = it?.value;
        return (!keepScalar && identity.isScalar(node) ? node.value : node) ?? void 0;
      }
      has(key2) {
        return !!findPair(this.items, key2);
      }
      set(key2, value) {
        this.add(new Pair.Pair(key2, value), true);
      }
      /**
       * @param ctx - Conversion context, originally set in Document#toJS()
       * @param {Class} Type - If set, forces the returned collection type
       * @returns Instance of Type, Map, or Object
       */
      toJSON(_, ctx, Type) {
        const map = Type ? new Type() : ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const item of this.items)
          addPairToJSMap.addPairToJSMap(ctx, map, item);
        return map;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        for (const item of this.items) {
          if (!identity.isPair(item))
            throw new Error(`Map items must all be pairs; found ${JSON.stringify(item)} instead`);
        }
        if (!ctx.allNullValues && this.hasAllNullValues(false))
          ctx = Object.assign({}, ctx, { allNullValues: true });
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "",
          flowChars: { start: "{", end: "}" },
          itemIndent: ctx.indent || "",
          onChompKeep,
          onComment
        });
      }
    };
    exports.YAMLMap = YAMLMap;
    exports.findPair = findPair;
  }
});

// node_modules/yaml/dist/schema/common/map.js
var require_map = __commonJS({
  "node_modules/yaml/dist/schema/common/map.js"(exports) {
    "use strict";
    var identity = require_identity();
    var YAMLMap = require_YAMLMap();
    var map = {
      collection: "map",
      default: true,
      nodeClass: YAMLMap.YAMLMap,
      tag: "tag:yaml.org,2002:map",
      resolve(map2, onError) {
        if (!identity.isMap(map2))
          onError("Expected a mapping for this tag");
        return map2;
      },
      createNode: (schema, obj, ctx) => YAMLMap.YAMLMap.from(schema, obj, ctx)
    };
    exports.map = map;
  }
});

// node_modules/yaml/dist/nodes/YAMLSeq.js
var require_YAMLSeq = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLSeq.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var stringifyCollection = require_stringifyCollection();
    var Collection = require_Collection();
    var identity = require_identity();
    var Scalar = require_Scalar();
    var toJS = require_toJS();
    var YAMLSeq = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:seq";
      }
      constructor(schema) {
        super(identity.SEQ, schema);
        this.items = [];
      }
      add(value) {
        this.items.push(value);
      }
      /**
       * Removes a value from the collection.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       *
       * @returns `true` if the item was found and removed.
       */
      delete(key2) {
        const idx = asItemIndex(key2);
        if (typeof idx !== "number")
          return false;
        const del = this.items.splice(idx, 1);
        return del.length > 0;
      }
      get(key2, keepScalar) {
        const idx = asItemIndex(key2);
        if (typeof idx !== "number")
          return void 0;
        const it = this.items[idx];
        return !keepScalar && identity.isScalar(it) ? it.value : it;
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       */
      has(key2) {
        const idx = asItemIndex(key2);
        return typeof idx === "number" && idx < this.items.length;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       *
       * If `key` does not contain a representation of an integer, this will throw.
       * It may be wrapped in a `Scalar`.
       */
      set(key2, value) {
        const idx = asItemIndex(key2);
        if (typeof idx !== "number")
          throw new Error(`Expected a valid index, not ${key2}.`);
        const prev = this.items[idx];
        if (identity.isScalar(prev) && Scalar.isScalarValue(value))
          prev.value = value;
        else
          this.items[idx] = value;
      }
      toJSON(_, ctx) {
        const seq = [];
        if (ctx?.onCreate)
          ctx.onCreate(seq);
        let i = 0;
        for (const item of this.items)
          seq.push(toJS.toJS(item, String(i++), ctx));
        return seq;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "- ",
          flowChars: { start: "[", end: "]" },
          itemIndent: (ctx.indent || "") + "  ",
          onChompKeep,
          onComment
        });
      }
      static from(schema, obj, ctx) {
        const { replacer } = ctx;
        const seq = new this(schema);
        if (obj && Symbol.iterator in Object(obj)) {
          let i = 0;
          for (let it of obj) {
            if (typeof replacer === "function") {
              const key2 = obj instanceof Set ? it : String(i++);
              it = replacer.call(obj, key2, it);
            }
            seq.items.push(createNode.createNode(it, void 0, ctx));
          }
        }
        return seq;
      }
    };
    function asItemIndex(key2) {
      let idx = identity.isScalar(key2) ? key2.value : key2;
      if (idx && typeof idx === "string")
        idx = Number(idx);
      return typeof idx === "number" && Number.isInteger(idx) && idx >= 0 ? idx : null;
    }
    exports.YAMLSeq = YAMLSeq;
  }
});

// node_modules/yaml/dist/schema/common/seq.js
var require_seq = __commonJS({
  "node_modules/yaml/dist/schema/common/seq.js"(exports) {
    "use strict";
    var identity = require_identity();
    var YAMLSeq = require_YAMLSeq();
    var seq = {
      collection: "seq",
      default: true,
      nodeClass: YAMLSeq.YAMLSeq,
      tag: "tag:yaml.org,2002:seq",
      resolve(seq2, onError) {
        if (!identity.isSeq(seq2))
          onError("Expected a sequence for this tag");
        return seq2;
      },
      createNode: (schema, obj, ctx) => YAMLSeq.YAMLSeq.from(schema, obj, ctx)
    };
    exports.seq = seq;
  }
});

// node_modules/yaml/dist/schema/common/string.js
var require_string = __commonJS({
  "node_modules/yaml/dist/schema/common/string.js"(exports) {
    "use strict";
    var stringifyString = require_stringifyString();
    var string = {
      identify: (value) => typeof value === "string",
      default: true,
      tag: "tag:yaml.org,2002:str",
      resolve: (str) => str,
      stringify(item, ctx, onComment, onChompKeep) {
        ctx = Object.assign({ actualString: true }, ctx);
        return stringifyString.stringifyString(item, ctx, onComment, onChompKeep);
      }
    };
    exports.string = string;
  }
});

// node_modules/yaml/dist/schema/common/null.js
var require_null = __commonJS({
  "node_modules/yaml/dist/schema/common/null.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var nullTag = {
      identify: (value) => value == null,
      createNode: () => new Scalar.Scalar(null),
      default: true,
      tag: "tag:yaml.org,2002:null",
      test: /^(?:~|[Nn]ull|NULL)?$/,
      resolve: () => new Scalar.Scalar(null),
      stringify: ({ source }, ctx) => typeof source === "string" && nullTag.test.test(source) ? source : ctx.options.nullStr
    };
    exports.nullTag = nullTag;
  }
});

// node_modules/yaml/dist/schema/core/bool.js
var require_bool = __commonJS({
  "node_modules/yaml/dist/schema/core/bool.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var boolTag = {
      identify: (value) => typeof value === "boolean",
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,
      resolve: (str) => new Scalar.Scalar(str[0] === "t" || str[0] === "T"),
      stringify({ source, value }, ctx) {
        if (source && boolTag.test.test(source)) {
          const sv = source[0] === "t" || source[0] === "T";
          if (value === sv)
            return source;
        }
        return value ? ctx.options.trueStr : ctx.options.falseStr;
      }
    };
    exports.boolTag = boolTag;
  }
});

// node_modules/yaml/dist/stringify/stringifyNumber.js
var require_stringifyNumber = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyNumber.js"(exports) {
    "use strict";
    function stringifyNumber({ format, minFractionDigits, tag, value }) {
      if (typeof value === "bigint")
        return String(value);
      const num = typeof value === "number" ? value : Number(value);
      if (!isFinite(num))
        return isNaN(num) ? ".nan" : num < 0 ? "-.inf" : ".inf";
      let n = Object.is(value, -0) ? "-0" : JSON.stringify(value);
      if (!format && minFractionDigits && (!tag || tag === "tag:yaml.org,2002:float") && /^-?\d/.test(n) && !n.includes("e")) {
        let i = n.indexOf(".");
        if (i < 0) {
          i = n.length;
          n += ".";
        }
        let d = minFractionDigits - (n.length - i - 1);
        while (d-- > 0)
          n += "0";
      }
      return n;
    }
    exports.stringifyNumber = stringifyNumber;
  }
});

// node_modules/yaml/dist/schema/core/float.js
var require_float = __commonJS({
  "node_modules/yaml/dist/schema/core/float.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,
      resolve(str) {
        const node = new Scalar.Scalar(parseFloat(str));
        const dot = str.indexOf(".");
        if (dot !== -1 && str[str.length - 1] === "0")
          node.minFractionDigits = str.length - dot - 1;
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports.float = float;
    exports.floatExp = floatExp;
    exports.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/core/int.js
var require_int = __commonJS({
  "node_modules/yaml/dist/schema/core/int.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    var intResolve = (str, offset, radix, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str.substring(offset), radix);
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value) && value >= 0)
        return prefix + value.toString(radix);
      return stringifyNumber.stringifyNumber(node);
    }
    var intOct = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^0o[0-7]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 8, opt),
      stringify: (node) => intStringify(node, 8, "0o")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^0x[0-9a-fA-F]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports.int = int;
    exports.intHex = intHex;
    exports.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/core/schema.js
var require_schema = __commonJS({
  "node_modules/yaml/dist/schema/core/schema.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.boolTag,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float
    ];
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/json/schema.js
var require_schema2 = __commonJS({
  "node_modules/yaml/dist/schema/json/schema.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var map = require_map();
    var seq = require_seq();
    function intIdentify(value) {
      return typeof value === "bigint" || Number.isInteger(value);
    }
    var stringifyJSON = ({ value }) => JSON.stringify(value);
    var jsonScalars = [
      {
        identify: (value) => typeof value === "string",
        default: true,
        tag: "tag:yaml.org,2002:str",
        resolve: (str) => str,
        stringify: stringifyJSON
      },
      {
        identify: (value) => value == null,
        createNode: () => new Scalar.Scalar(null),
        default: true,
        tag: "tag:yaml.org,2002:null",
        test: /^null$/,
        resolve: () => null,
        stringify: stringifyJSON
      },
      {
        identify: (value) => typeof value === "boolean",
        default: true,
        tag: "tag:yaml.org,2002:bool",
        test: /^true$|^false$/,
        resolve: (str) => str === "true",
        stringify: stringifyJSON
      },
      {
        identify: intIdentify,
        default: true,
        tag: "tag:yaml.org,2002:int",
        test: /^-?(?:0|[1-9][0-9]*)$/,
        resolve: (str, _onError, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str, 10),
        stringify: ({ value }) => intIdentify(value) ? value.toString() : JSON.stringify(value)
      },
      {
        identify: (value) => typeof value === "number",
        default: true,
        tag: "tag:yaml.org,2002:float",
        test: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,
        resolve: (str) => parseFloat(str),
        stringify: stringifyJSON
      }
    ];
    var jsonError = {
      default: true,
      tag: "",
      test: /^/,
      resolve(str, onError) {
        onError(`Unresolved plain scalar ${JSON.stringify(str)}`);
        return str;
      }
    };
    var schema = [map.map, seq.seq].concat(jsonScalars, jsonError);
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/binary.js
var require_binary = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/binary.js"(exports) {
    "use strict";
    var node_buffer = __require("buffer");
    var Scalar = require_Scalar();
    var stringifyString = require_stringifyString();
    var binary = {
      identify: (value) => value instanceof Uint8Array,
      // Buffer inherits from Uint8Array
      default: false,
      tag: "tag:yaml.org,2002:binary",
      /**
       * Returns a Buffer in node and an Uint8Array in browsers
       *
       * To use the resulting buffer as an image, you'll want to do something like:
       *
       *   const blob = new Blob([buffer], { type: 'image/jpeg' })
       *   document.querySelector('#photo').src = URL.createObjectURL(blob)
       */
      resolve(src, onError) {
        if (typeof node_buffer.Buffer === "function") {
          return node_buffer.Buffer.from(src, "base64");
        } else if (typeof atob === "function") {
          const str = atob(src.replace(/[\n\r]/g, ""));
          const buffer = new Uint8Array(str.length);
          for (let i = 0; i < str.length; ++i)
            buffer[i] = str.charCodeAt(i);
          return buffer;
        } else {
          onError("This environment does not support reading binary tags; either Buffer or atob is required");
          return src;
        }
      },
      stringify({ comment, type, value }, ctx, onComment, onChompKeep) {
        if (!value)
          return "";
        const buf = value;
        let str;
        if (typeof node_buffer.Buffer === "function") {
          str = buf instanceof node_buffer.Buffer ? buf.toString("base64") : node_buffer.Buffer.from(buf.buffer).toString("base64");
        } else if (typeof btoa === "function") {
          let s = "";
          for (let i = 0; i < buf.length; ++i)
            s += String.fromCharCode(buf[i]);
          str = btoa(s);
        } else {
          throw new Error("This environment does not support writing binary tags; either Buffer or btoa is required");
        }
        type ?? (type = Scalar.Scalar.BLOCK_LITERAL);
        if (type !== Scalar.Scalar.QUOTE_DOUBLE) {
          const lineWidth = Math.max(ctx.options.lineWidth - ctx.indent.length, ctx.options.minContentWidth);
          const n = Math.ceil(str.length / lineWidth);
          const lines = new Array(n);
          for (let i = 0, o = 0; i < n; ++i, o += lineWidth) {
            lines[i] = str.substr(o, lineWidth);
          }
          str = lines.join(type === Scalar.Scalar.BLOCK_LITERAL ? "\n" : " ");
        }
        return stringifyString.stringifyString({ comment, type, value: str }, ctx, onComment, onChompKeep);
      }
    };
    exports.binary = binary;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/pairs.js
var require_pairs = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/pairs.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    var YAMLSeq = require_YAMLSeq();
    function resolvePairs(seq, onError) {
      if (identity.isSeq(seq)) {
        for (let i = 0; i < seq.items.length; ++i) {
          let item = seq.items[i];
          if (identity.isPair(item))
            continue;
          else if (identity.isMap(item)) {
            if (item.items.length > 1)
              onError("Each pair must have its own sequence indicator");
            const pair = item.items[0] || new Pair.Pair(new Scalar.Scalar(null));
            if (item.commentBefore)
              pair.key.commentBefore = pair.key.commentBefore ? `${item.commentBefore}
${pair.key.commentBefore}` : item.commentBefore;
            if (item.comment) {
              const cn = pair.value ?? pair.key;
              cn.comment = cn.comment ? `${item.comment}
${cn.comment}` : item.comment;
            }
            item = pair;
          }
          seq.items[i] = identity.isPair(item) ? item : new Pair.Pair(item);
        }
      } else
        onError("Expected a sequence for this tag");
      return seq;
    }
    function createPairs(schema, iterable, ctx) {
      const { replacer } = ctx;
      const pairs2 = new YAMLSeq.YAMLSeq(schema);
      pairs2.tag = "tag:yaml.org,2002:pairs";
      let i = 0;
      if (iterable && Symbol.iterator in Object(iterable))
        for (let it of iterable) {
          if (typeof replacer === "function")
            it = replacer.call(iterable, String(i++), it);
          let key2, value;
          if (Array.isArray(it)) {
            if (it.length === 2) {
              key2 = it[0];
              value = it[1];
            } else
              throw new TypeError(`Expected [key, value] tuple: ${it}`);
          } else if (it && it instanceof Object) {
            const keys = Object.keys(it);
            if (keys.length === 1) {
              key2 = keys[0];
              value = it[key2];
            } else {
              throw new TypeError(`Expected tuple with one key, not ${keys.length} keys`);
            }
          } else {
            key2 = it;
          }
          pairs2.items.push(Pair.createPair(key2, value, ctx));
        }
      return pairs2;
    }
    var pairs = {
      collection: "seq",
      default: false,
      tag: "tag:yaml.org,2002:pairs",
      resolve: resolvePairs,
      createNode: createPairs
    };
    exports.createPairs = createPairs;
    exports.pairs = pairs;
    exports.resolvePairs = resolvePairs;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/omap.js
var require_omap = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/omap.js"(exports) {
    "use strict";
    var identity = require_identity();
    var toJS = require_toJS();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var pairs = require_pairs();
    var YAMLOMap = class _YAMLOMap extends YAMLSeq.YAMLSeq {
      constructor() {
        super();
        this.add = YAMLMap.YAMLMap.prototype.add.bind(this);
        this.delete = YAMLMap.YAMLMap.prototype.delete.bind(this);
        this.get = YAMLMap.YAMLMap.prototype.get.bind(this);
        this.has = YAMLMap.YAMLMap.prototype.has.bind(this);
        this.set = YAMLMap.YAMLMap.prototype.set.bind(this);
        this.tag = _YAMLOMap.tag;
      }
      /**
       * If `ctx` is given, the return type is actually `Map<unknown, unknown>`,
       * but TypeScript won't allow widening the signature of a child method.
       */
      toJSON(_, ctx) {
        if (!ctx)
          return super.toJSON(_);
        const map = /* @__PURE__ */ new Map();
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const pair of this.items) {
          let key2, value;
          if (identity.isPair(pair)) {
            key2 = toJS.toJS(pair.key, "", ctx);
            value = toJS.toJS(pair.value, key2, ctx);
          } else {
            key2 = toJS.toJS(pair, "", ctx);
          }
          if (map.has(key2))
            throw new Error("Ordered maps must not include duplicate keys");
          map.set(key2, value);
        }
        return map;
      }
      static from(schema, iterable, ctx) {
        const pairs$1 = pairs.createPairs(schema, iterable, ctx);
        const omap2 = new this();
        omap2.items = pairs$1.items;
        return omap2;
      }
    };
    YAMLOMap.tag = "tag:yaml.org,2002:omap";
    var omap = {
      collection: "seq",
      identify: (value) => value instanceof Map,
      nodeClass: YAMLOMap,
      default: false,
      tag: "tag:yaml.org,2002:omap",
      resolve(seq, onError) {
        const pairs$1 = pairs.resolvePairs(seq, onError);
        const seenKeys = [];
        for (const { key: key2 } of pairs$1.items) {
          if (identity.isScalar(key2)) {
            if (seenKeys.includes(key2.value)) {
              onError(`Ordered maps must not include duplicate keys: ${key2.value}`);
            } else {
              seenKeys.push(key2.value);
            }
          }
        }
        return Object.assign(new YAMLOMap(), pairs$1);
      },
      createNode: (schema, iterable, ctx) => YAMLOMap.from(schema, iterable, ctx)
    };
    exports.YAMLOMap = YAMLOMap;
    exports.omap = omap;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/bool.js
var require_bool2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/bool.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    function boolStringify({ value, source }, ctx) {
      const boolObj = value ? trueTag : falseTag;
      if (source && boolObj.test.test(source))
        return source;
      return value ? ctx.options.trueStr : ctx.options.falseStr;
    }
    var trueTag = {
      identify: (value) => value === true,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,
      resolve: () => new Scalar.Scalar(true),
      stringify: boolStringify
    };
    var falseTag = {
      identify: (value) => value === false,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
      resolve: () => new Scalar.Scalar(false),
      stringify: boolStringify
    };
    exports.falseTag = falseTag;
    exports.trueTag = trueTag;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/float.js
var require_float2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/float.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str.replace(/_/g, "")),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,
      resolve(str) {
        const node = new Scalar.Scalar(parseFloat(str.replace(/_/g, "")));
        const dot = str.indexOf(".");
        if (dot !== -1) {
          const f = str.substring(dot + 1).replace(/_/g, "");
          if (f[f.length - 1] === "0")
            node.minFractionDigits = f.length;
        }
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports.float = float;
    exports.floatExp = floatExp;
    exports.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/int.js
var require_int2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/int.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    function intResolve(str, offset, radix, { intAsBigInt }) {
      const sign = str[0];
      if (sign === "-" || sign === "+")
        offset += 1;
      str = str.substring(offset).replace(/_/g, "");
      if (intAsBigInt) {
        switch (radix) {
          case 2:
            str = `0b${str}`;
            break;
          case 8:
            str = `0o${str}`;
            break;
          case 16:
            str = `0x${str}`;
            break;
        }
        const n2 = BigInt(str);
        return sign === "-" ? BigInt(-1) * n2 : n2;
      }
      const n = parseInt(str, radix);
      return sign === "-" ? -1 * n : n;
    }
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value)) {
        const str = value.toString(radix);
        return value < 0 ? "-" + prefix + str.substr(1) : prefix + str;
      }
      return stringifyNumber.stringifyNumber(node);
    }
    var intBin = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "BIN",
      test: /^[-+]?0b[0-1_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 2, opt),
      stringify: (node) => intStringify(node, 2, "0b")
    };
    var intOct = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^[-+]?0[0-7_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 1, 8, opt),
      stringify: (node) => intStringify(node, 8, "0")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9][0-9_]*$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^[-+]?0x[0-9a-fA-F_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports.int = int;
    exports.intBin = intBin;
    exports.intHex = intHex;
    exports.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/set.js
var require_set = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/set.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSet = class _YAMLSet extends YAMLMap.YAMLMap {
      constructor(schema) {
        super(schema);
        this.tag = _YAMLSet.tag;
      }
      add(key2) {
        let pair;
        if (identity.isPair(key2))
          pair = key2;
        else if (key2 && typeof key2 === "object" && "key" in key2 && "value" in key2 && key2.value === null)
          pair = new Pair.Pair(key2.key, null);
        else
          pair = new Pair.Pair(key2, null);
        const prev = YAMLMap.findPair(this.items, pair.key);
        if (!prev)
          this.items.push(pair);
      }
      /**
       * If `keepPair` is `true`, returns the Pair matching `key`.
       * Otherwise, returns the value of that Pair's key.
       */
      get(key2, keepPair) {
        const pair = YAMLMap.findPair(this.items, key2);
        return !keepPair && identity.isPair(pair) ? identity.isScalar(pair.key) ? pair.key.value : pair.key : pair;
      }
      set(key2, value) {
        if (typeof value !== "boolean")
          throw new Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof value}`);
        const prev = YAMLMap.findPair(this.items, key2);
        if (prev && !value) {
          this.items.splice(this.items.indexOf(prev), 1);
        } else if (!prev && value) {
          this.items.push(new Pair.Pair(key2));
        }
      }
      toJSON(_, ctx) {
        return super.toJSON(_, ctx, Set);
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        if (this.hasAllNullValues(true))
          return super.toString(Object.assign({}, ctx, { allNullValues: true }), onComment, onChompKeep);
        else
          throw new Error("Set items must all have null values");
      }
      static from(schema, iterable, ctx) {
        const { replacer } = ctx;
        const set2 = new this(schema);
        if (iterable && Symbol.iterator in Object(iterable))
          for (let value of iterable) {
            if (typeof replacer === "function")
              value = replacer.call(iterable, value, value);
            set2.items.push(Pair.createPair(value, null, ctx));
          }
        return set2;
      }
    };
    YAMLSet.tag = "tag:yaml.org,2002:set";
    var set = {
      collection: "map",
      identify: (value) => value instanceof Set,
      nodeClass: YAMLSet,
      default: false,
      tag: "tag:yaml.org,2002:set",
      createNode: (schema, iterable, ctx) => YAMLSet.from(schema, iterable, ctx),
      resolve(map, onError) {
        if (identity.isMap(map)) {
          if (map.hasAllNullValues(true))
            return Object.assign(new YAMLSet(), map);
          else
            onError("Set items must all have null values");
        } else
          onError("Expected a mapping for this tag");
        return map;
      }
    };
    exports.YAMLSet = YAMLSet;
    exports.set = set;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/timestamp.js
var require_timestamp = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/timestamp.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    function parseSexagesimal(str, asBigInt) {
      const sign = str[0];
      const parts = sign === "-" || sign === "+" ? str.substring(1) : str;
      const num = (n) => asBigInt ? BigInt(n) : Number(n);
      const res = parts.replace(/_/g, "").split(":").reduce((res2, p) => res2 * num(60) + num(p), num(0));
      return sign === "-" ? num(-1) * res : res;
    }
    function stringifySexagesimal(node) {
      let { value } = node;
      let num = (n) => n;
      if (typeof value === "bigint")
        num = (n) => BigInt(n);
      else if (isNaN(value) || !isFinite(value))
        return stringifyNumber.stringifyNumber(node);
      let sign = "";
      if (value < 0) {
        sign = "-";
        value *= num(-1);
      }
      const _60 = num(60);
      const parts = [value % _60];
      if (value < 60) {
        parts.unshift(0);
      } else {
        value = (value - parts[0]) / _60;
        parts.unshift(value % _60);
        if (value >= 60) {
          value = (value - parts[0]) / _60;
          parts.unshift(value);
        }
      }
      return sign + parts.map((n) => String(n).padStart(2, "0")).join(":").replace(/000000\d*$/, "");
    }
    var intTime = {
      identify: (value) => typeof value === "bigint" || Number.isInteger(value),
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,
      resolve: (str, _onError, { intAsBigInt }) => parseSexagesimal(str, intAsBigInt),
      stringify: stringifySexagesimal
    };
    var floatTime = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
      resolve: (str) => parseSexagesimal(str, false),
      stringify: stringifySexagesimal
    };
    var timestamp = {
      identify: (value) => value instanceof Date,
      default: true,
      tag: "tag:yaml.org,2002:timestamp",
      // If the time zone is omitted, the timestamp is assumed to be specified in UTC. The time part
      // may be omitted altogether, resulting in a date format. In such a case, the time part is
      // assumed to be 00:00:00Z (start of day, UTC).
      test: RegExp("^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$"),
      resolve(str) {
        const match = str.match(timestamp.test);
        if (!match)
          throw new Error("!!timestamp expects a date, starting with yyyy-mm-dd");
        const [, year, month, day, hour, minute, second] = match.map(Number);
        const millisec = match[7] ? Number((match[7] + "00").substr(1, 3)) : 0;
        let date = Date.UTC(year, month - 1, day, hour || 0, minute || 0, second || 0, millisec);
        const tz = match[8];
        if (tz && tz !== "Z") {
          let d = parseSexagesimal(tz, false);
          if (Math.abs(d) < 30)
            d *= 60;
          date -= 6e4 * d;
        }
        return new Date(date);
      },
      stringify: ({ value }) => value?.toISOString().replace(/(T00:00:00)?\.000Z$/, "") ?? ""
    };
    exports.floatTime = floatTime;
    exports.intTime = intTime;
    exports.timestamp = timestamp;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/schema.js
var require_schema3 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/schema.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var binary = require_binary();
    var bool = require_bool2();
    var float = require_float2();
    var int = require_int2();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var set = require_set();
    var timestamp = require_timestamp();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.trueTag,
      bool.falseTag,
      int.intBin,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float,
      binary.binary,
      merge.merge,
      omap.omap,
      pairs.pairs,
      set.set,
      timestamp.intTime,
      timestamp.floatTime,
      timestamp.timestamp
    ];
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/tags.js
var require_tags = __commonJS({
  "node_modules/yaml/dist/schema/tags.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = require_schema();
    var schema$1 = require_schema2();
    var binary = require_binary();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var schema$2 = require_schema3();
    var set = require_set();
    var timestamp = require_timestamp();
    var schemas = /* @__PURE__ */ new Map([
      ["core", schema.schema],
      ["failsafe", [map.map, seq.seq, string.string]],
      ["json", schema$1.schema],
      ["yaml11", schema$2.schema],
      ["yaml-1.1", schema$2.schema]
    ]);
    var tagsByName = {
      binary: binary.binary,
      bool: bool.boolTag,
      float: float.float,
      floatExp: float.floatExp,
      floatNaN: float.floatNaN,
      floatTime: timestamp.floatTime,
      int: int.int,
      intHex: int.intHex,
      intOct: int.intOct,
      intTime: timestamp.intTime,
      map: map.map,
      merge: merge.merge,
      null: _null.nullTag,
      omap: omap.omap,
      pairs: pairs.pairs,
      seq: seq.seq,
      set: set.set,
      timestamp: timestamp.timestamp
    };
    var coreKnownTags = {
      "tag:yaml.org,2002:binary": binary.binary,
      "tag:yaml.org,2002:merge": merge.merge,
      "tag:yaml.org,2002:omap": omap.omap,
      "tag:yaml.org,2002:pairs": pairs.pairs,
      "tag:yaml.org,2002:set": set.set,
      "tag:yaml.org,2002:timestamp": timestamp.timestamp
    };
    function getTags(customTags, schemaName, addMergeTag) {
      const schemaTags = schemas.get(schemaName);
      if (schemaTags && !customTags) {
        return addMergeTag && !schemaTags.includes(merge.merge) ? schemaTags.concat(merge.merge) : schemaTags.slice();
      }
      let tags = schemaTags;
      if (!tags) {
        if (Array.isArray(customTags))
          tags = [];
        else {
          const keys = Array.from(schemas.keys()).filter((key2) => key2 !== "yaml11").map((key2) => JSON.stringify(key2)).join(", ");
          throw new Error(`Unknown schema "${schemaName}"; use one of ${keys} or define customTags array`);
        }
      }
      if (Array.isArray(customTags)) {
        for (const tag of customTags)
          tags = tags.concat(tag);
      } else if (typeof customTags === "function") {
        tags = customTags(tags.slice());
      }
      if (addMergeTag)
        tags = tags.concat(merge.merge);
      return tags.reduce((tags2, tag) => {
        const tagObj = typeof tag === "string" ? tagsByName[tag] : tag;
        if (!tagObj) {
          const tagName = JSON.stringify(tag);
          const keys = Object.keys(tagsByName).map((key2) => JSON.stringify(key2)).join(", ");
          throw new Error(`Unknown custom tag ${tagName}; use one of ${keys}`);
        }
        if (!tags2.includes(tagObj))
          tags2.push(tagObj);
        return tags2;
      }, []);
    }
    exports.coreKnownTags = coreKnownTags;
    exports.getTags = getTags;
  }
});

// node_modules/yaml/dist/schema/Schema.js
var require_Schema = __commonJS({
  "node_modules/yaml/dist/schema/Schema.js"(exports) {
    "use strict";
    var identity = require_identity();
    var map = require_map();
    var seq = require_seq();
    var string = require_string();
    var tags = require_tags();
    var sortMapEntriesByKey = (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    var Schema = class _Schema {
      constructor({ compat, customTags, merge, resolveKnownTags, schema, sortMapEntries, toStringDefaults }) {
        this.compat = Array.isArray(compat) ? tags.getTags(compat, "compat") : compat ? tags.getTags(null, compat) : null;
        this.name = typeof schema === "string" && schema || "core";
        this.knownTags = resolveKnownTags ? tags.coreKnownTags : {};
        this.tags = tags.getTags(customTags, this.name, merge);
        this.toStringOptions = toStringDefaults ?? null;
        Object.defineProperty(this, identity.MAP, { value: map.map });
        Object.defineProperty(this, identity.SCALAR, { value: string.string });
        Object.defineProperty(this, identity.SEQ, { value: seq.seq });
        this.sortMapEntries = typeof sortMapEntries === "function" ? sortMapEntries : sortMapEntries === true ? sortMapEntriesByKey : null;
      }
      clone() {
        const copy = Object.create(_Schema.prototype, Object.getOwnPropertyDescriptors(this));
        copy.tags = this.tags.slice();
        return copy;
      }
    };
    exports.Schema = Schema;
  }
});

// node_modules/yaml/dist/stringify/stringifyDocument.js
var require_stringifyDocument = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyDocument.js"(exports) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyDocument(doc, options) {
      const lines = [];
      let hasDirectives = options.directives === true;
      if (options.directives !== false && doc.directives) {
        const dir = doc.directives.toString(doc);
        if (dir) {
          lines.push(dir);
          hasDirectives = true;
        } else if (doc.directives.docStart)
          hasDirectives = true;
      }
      if (hasDirectives)
        lines.push("---");
      const ctx = stringify2.createStringifyContext(doc, options);
      const { commentString } = ctx.options;
      if (doc.commentBefore) {
        if (lines.length !== 1)
          lines.unshift("");
        const cs = commentString(doc.commentBefore);
        lines.unshift(stringifyComment.indentComment(cs, ""));
      }
      let chompKeep = false;
      let contentComment = null;
      if (doc.contents) {
        if (identity.isNode(doc.contents)) {
          if (doc.contents.spaceBefore && hasDirectives)
            lines.push("");
          if (doc.contents.commentBefore) {
            const cs = commentString(doc.contents.commentBefore);
            lines.push(stringifyComment.indentComment(cs, ""));
          }
          ctx.forceBlockIndent = !!doc.comment;
          contentComment = doc.contents.comment;
        }
        const onChompKeep = contentComment ? void 0 : () => chompKeep = true;
        let body = stringify2.stringify(doc.contents, ctx, () => contentComment = null, onChompKeep);
        if (contentComment)
          body += stringifyComment.lineComment(body, "", commentString(contentComment));
        if ((body[0] === "|" || body[0] === ">") && lines[lines.length - 1] === "---") {
          lines[lines.length - 1] = `--- ${body}`;
        } else
          lines.push(body);
      } else {
        lines.push(stringify2.stringify(doc.contents, ctx));
      }
      if (doc.directives?.docEnd) {
        if (doc.comment) {
          const cs = commentString(doc.comment);
          if (cs.includes("\n")) {
            lines.push("...");
            lines.push(stringifyComment.indentComment(cs, ""));
          } else {
            lines.push(`... ${cs}`);
          }
        } else {
          lines.push("...");
        }
      } else {
        let dc = doc.comment;
        if (dc && chompKeep)
          dc = dc.replace(/^\n+/, "");
        if (dc) {
          if ((!chompKeep || contentComment) && lines[lines.length - 1] !== "")
            lines.push("");
          lines.push(stringifyComment.indentComment(commentString(dc), ""));
        }
      }
      return lines.join("\n") + "\n";
    }
    exports.stringifyDocument = stringifyDocument;
  }
});

// node_modules/yaml/dist/doc/Document.js
var require_Document = __commonJS({
  "node_modules/yaml/dist/doc/Document.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var toJS = require_toJS();
    var Schema = require_Schema();
    var stringifyDocument = require_stringifyDocument();
    var anchors = require_anchors();
    var applyReviver = require_applyReviver();
    var createNode = require_createNode();
    var directives = require_directives();
    var Document = class _Document {
      constructor(value, replacer, options) {
        this.commentBefore = null;
        this.comment = null;
        this.errors = [];
        this.warnings = [];
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.DOC });
        let _replacer = null;
        if (typeof replacer === "function" || Array.isArray(replacer)) {
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const opt = Object.assign({
          intAsBigInt: false,
          keepSourceTokens: false,
          logLevel: "warn",
          prettyErrors: true,
          strict: true,
          stringKeys: false,
          uniqueKeys: true,
          version: "1.2"
        }, options);
        this.options = opt;
        let { version } = opt;
        if (options?._directives) {
          this.directives = options._directives.atDocument();
          if (this.directives.yaml.explicit)
            version = this.directives.yaml.version;
        } else
          this.directives = new directives.Directives({ version });
        this.setSchema(version, options);
        this.contents = value === void 0 ? null : this.createNode(value, _replacer, options);
      }
      /**
       * Create a deep copy of this Document and its contents.
       *
       * Custom Node values that inherit from `Object` still refer to their original instances.
       */
      clone() {
        const copy = Object.create(_Document.prototype, {
          [identity.NODE_TYPE]: { value: identity.DOC }
        });
        copy.commentBefore = this.commentBefore;
        copy.comment = this.comment;
        copy.errors = this.errors.slice();
        copy.warnings = this.warnings.slice();
        copy.options = Object.assign({}, this.options);
        if (this.directives)
          copy.directives = this.directives.clone();
        copy.schema = this.schema.clone();
        copy.contents = identity.isNode(this.contents) ? this.contents.clone(copy.schema) : this.contents;
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** Adds a value to the document. */
      add(value) {
        if (assertCollection(this.contents))
          this.contents.add(value);
      }
      /** Adds a value to the document. */
      addIn(path2, value) {
        if (assertCollection(this.contents))
          this.contents.addIn(path2, value);
      }
      /**
       * Create a new `Alias` node, ensuring that the target `node` has the required anchor.
       *
       * If `node` already has an anchor, `name` is ignored.
       * Otherwise, the `node.anchor` value will be set to `name`,
       * or if an anchor with that name is already present in the document,
       * `name` will be used as a prefix for a new unique anchor.
       * If `name` is undefined, the generated anchor will use 'a' as a prefix.
       */
      createAlias(node, name) {
        if (!node.anchor) {
          const prev = anchors.anchorNames(this);
          node.anchor = // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          !name || prev.has(name) ? anchors.findNewAnchor(name || "a", prev) : name;
        }
        return new Alias.Alias(node.anchor);
      }
      createNode(value, replacer, options) {
        let _replacer = void 0;
        if (typeof replacer === "function") {
          value = replacer.call({ "": value }, "", value);
          _replacer = replacer;
        } else if (Array.isArray(replacer)) {
          const keyToStr = (v) => typeof v === "number" || v instanceof String || v instanceof Number;
          const asStr = replacer.filter(keyToStr).map(String);
          if (asStr.length > 0)
            replacer = replacer.concat(asStr);
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const { aliasDuplicateObjects, anchorPrefix, flow, keepUndefined, onTagObj, tag } = options ?? {};
        const { onAnchor, setAnchors, sourceObjects } = anchors.createNodeAnchors(
          this,
          // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          anchorPrefix || "a"
        );
        const ctx = {
          aliasDuplicateObjects: aliasDuplicateObjects ?? true,
          keepUndefined: keepUndefined ?? false,
          onAnchor,
          onTagObj,
          replacer: _replacer,
          schema: this.schema,
          sourceObjects
        };
        const node = createNode.createNode(value, tag, ctx);
        if (flow && identity.isCollection(node))
          node.flow = true;
        setAnchors();
        return node;
      }
      /**
       * Convert a key and a value into a `Pair` using the current schema,
       * recursively wrapping all values as `Scalar` or `Collection` nodes.
       */
      createPair(key2, value, options = {}) {
        const k = this.createNode(key2, null, options);
        const v = this.createNode(value, null, options);
        return new Pair.Pair(k, v);
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      delete(key2) {
        return assertCollection(this.contents) ? this.contents.delete(key2) : false;
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path2) {
        if (Collection.isEmptyPath(path2)) {
          if (this.contents == null)
            return false;
          this.contents = null;
          return true;
        }
        return assertCollection(this.contents) ? this.contents.deleteIn(path2) : false;
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      get(key2, keepScalar) {
        return identity.isCollection(this.contents) ? this.contents.get(key2, keepScalar) : void 0;
      }
      /**
       * Returns item at `path`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path2, keepScalar) {
        if (Collection.isEmptyPath(path2))
          return !keepScalar && identity.isScalar(this.contents) ? this.contents.value : this.contents;
        return identity.isCollection(this.contents) ? this.contents.getIn(path2, keepScalar) : void 0;
      }
      /**
       * Checks if the document includes a value with the key `key`.
       */
      has(key2) {
        return identity.isCollection(this.contents) ? this.contents.has(key2) : false;
      }
      /**
       * Checks if the document includes a value at `path`.
       */
      hasIn(path2) {
        if (Collection.isEmptyPath(path2))
          return this.contents !== void 0;
        return identity.isCollection(this.contents) ? this.contents.hasIn(path2) : false;
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      set(key2, value) {
        if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, [key2], value);
        } else if (assertCollection(this.contents)) {
          this.contents.set(key2, value);
        }
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path2, value) {
        if (Collection.isEmptyPath(path2)) {
          this.contents = value;
        } else if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, Array.from(path2), value);
        } else if (assertCollection(this.contents)) {
          this.contents.setIn(path2, value);
        }
      }
      /**
       * Change the YAML version and schema used by the document.
       * A `null` version disables support for directives, explicit tags, anchors, and aliases.
       * It also requires the `schema` option to be given as a `Schema` instance value.
       *
       * Overrides all previously set schema options.
       */
      setSchema(version, options = {}) {
        if (typeof version === "number")
          version = String(version);
        let opt;
        switch (version) {
          case "1.1":
            if (this.directives)
              this.directives.yaml.version = "1.1";
            else
              this.directives = new directives.Directives({ version: "1.1" });
            opt = { resolveKnownTags: false, schema: "yaml-1.1" };
            break;
          case "1.2":
          case "next":
            if (this.directives)
              this.directives.yaml.version = version;
            else
              this.directives = new directives.Directives({ version });
            opt = { resolveKnownTags: true, schema: "core" };
            break;
          case null:
            if (this.directives)
              delete this.directives;
            opt = null;
            break;
          default: {
            const sv = JSON.stringify(version);
            throw new Error(`Expected '1.1', '1.2' or null as first argument, but found: ${sv}`);
          }
        }
        if (options.schema instanceof Object)
          this.schema = options.schema;
        else if (opt)
          this.schema = new Schema.Schema(Object.assign(opt, options));
        else
          throw new Error(`With a null YAML version, the { schema: Schema } option is required`);
      }
      // json & jsonArg are only used from toJSON()
      toJS({ json, jsonArg, mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc: this,
          keep: !json,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this.contents, jsonArg ?? "", ctx);
        if (typeof onAnchor === "function")
          for (const { count: count2, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count2);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
      /**
       * A JSON representation of the document `contents`.
       *
       * @param jsonArg Used by `JSON.stringify` to indicate the array index or
       *   property name.
       */
      toJSON(jsonArg, onAnchor) {
        return this.toJS({ json: true, jsonArg, mapAsMap: false, onAnchor });
      }
      /** A YAML representation of the document. */
      toString(options = {}) {
        if (this.errors.length > 0)
          throw new Error("Document with errors cannot be stringified");
        if ("indent" in options && (!Number.isInteger(options.indent) || Number(options.indent) <= 0)) {
          const s = JSON.stringify(options.indent);
          throw new Error(`"indent" option must be a positive integer, not ${s}`);
        }
        return stringifyDocument.stringifyDocument(this, options);
      }
    };
    function assertCollection(contents) {
      if (identity.isCollection(contents))
        return true;
      throw new Error("Expected a YAML collection as document contents");
    }
    exports.Document = Document;
  }
});

// node_modules/yaml/dist/errors.js
var require_errors = __commonJS({
  "node_modules/yaml/dist/errors.js"(exports) {
    "use strict";
    var YAMLError = class extends Error {
      constructor(name, pos, code, message) {
        super();
        this.name = name;
        this.code = code;
        this.message = message;
        this.pos = pos;
      }
    };
    var YAMLParseError = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLParseError", pos, code, message);
      }
    };
    var YAMLWarning = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLWarning", pos, code, message);
      }
    };
    var prettifyError = (src, lc) => (error) => {
      if (error.pos[0] === -1)
        return;
      error.linePos = error.pos.map((pos) => lc.linePos(pos));
      const { line: line2, col } = error.linePos[0];
      error.message += ` at line ${line2}, column ${col}`;
      let ci = col - 1;
      let lineStr = src.substring(lc.lineStarts[line2 - 1], lc.lineStarts[line2]).replace(/[\n\r]+$/, "");
      if (ci >= 60 && lineStr.length > 80) {
        const trimStart = Math.min(ci - 39, lineStr.length - 79);
        lineStr = "\u2026" + lineStr.substring(trimStart);
        ci -= trimStart - 1;
      }
      if (lineStr.length > 80)
        lineStr = lineStr.substring(0, 79) + "\u2026";
      if (line2 > 1 && /^ *$/.test(lineStr.substring(0, ci))) {
        let prev = src.substring(lc.lineStarts[line2 - 2], lc.lineStarts[line2 - 1]);
        if (prev.length > 80)
          prev = prev.substring(0, 79) + "\u2026\n";
        lineStr = prev + lineStr;
      }
      if (/[^ ]/.test(lineStr)) {
        let count2 = 1;
        const end = error.linePos[1];
        if (end?.line === line2 && end.col > col) {
          count2 = Math.max(1, Math.min(end.col - col, 80 - ci));
        }
        const pointer = " ".repeat(ci) + "^".repeat(count2);
        error.message += `:

${lineStr}
${pointer}
`;
      }
    };
    exports.YAMLError = YAMLError;
    exports.YAMLParseError = YAMLParseError;
    exports.YAMLWarning = YAMLWarning;
    exports.prettifyError = prettifyError;
  }
});

// node_modules/yaml/dist/compose/resolve-props.js
var require_resolve_props = __commonJS({
  "node_modules/yaml/dist/compose/resolve-props.js"(exports) {
    "use strict";
    function resolveProps(tokens, { flow, indicator, next, offset, onError, parentIndent, startOnNewline }) {
      let spaceBefore = false;
      let atNewline = startOnNewline;
      let hasSpace = startOnNewline;
      let comment = "";
      let commentSep = "";
      let hasNewline = false;
      let reqSpace = false;
      let tab = null;
      let anchor = null;
      let tag = null;
      let newlineAfterProp = null;
      let comma = null;
      let found = null;
      let start = null;
      for (const token2 of tokens) {
        if (reqSpace) {
          if (token2.type !== "space" && token2.type !== "newline" && token2.type !== "comma")
            onError(token2.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
          reqSpace = false;
        }
        if (tab) {
          if (atNewline && token2.type !== "comment" && token2.type !== "newline") {
            onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
          }
          tab = null;
        }
        switch (token2.type) {
          case "space":
            if (!flow && (indicator !== "doc-start" || next?.type !== "flow-collection") && token2.source.includes("	")) {
              tab = token2;
            }
            hasSpace = true;
            break;
          case "comment": {
            if (!hasSpace)
              onError(token2, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
            const cb = token2.source.substring(1) || " ";
            if (!comment)
              comment = cb;
            else
              comment += commentSep + cb;
            commentSep = "";
            atNewline = false;
            break;
          }
          case "newline":
            if (atNewline) {
              if (comment)
                comment += token2.source;
              else if (!found || indicator !== "seq-item-ind")
                spaceBefore = true;
            } else
              commentSep += token2.source;
            atNewline = true;
            hasNewline = true;
            if (anchor || tag)
              newlineAfterProp = token2;
            hasSpace = true;
            break;
          case "anchor":
            if (anchor)
              onError(token2, "MULTIPLE_ANCHORS", "A node can have at most one anchor");
            if (token2.source.endsWith(":"))
              onError(token2.offset + token2.source.length - 1, "BAD_ALIAS", "Anchor ending in : is ambiguous", true);
            anchor = token2;
            start ?? (start = token2.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          case "tag": {
            if (tag)
              onError(token2, "MULTIPLE_TAGS", "A node can have at most one tag");
            tag = token2;
            start ?? (start = token2.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          }
          case indicator:
            if (anchor || tag)
              onError(token2, "BAD_PROP_ORDER", `Anchors and tags must be after the ${token2.source} indicator`);
            if (found)
              onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${token2.source} in ${flow ?? "collection"}`);
            found = token2;
            atNewline = indicator === "seq-item-ind" || indicator === "explicit-key-ind";
            hasSpace = false;
            break;
          case "comma":
            if (flow) {
              if (comma)
                onError(token2, "UNEXPECTED_TOKEN", `Unexpected , in ${flow}`);
              comma = token2;
              atNewline = false;
              hasSpace = false;
              break;
            }
          // else fallthrough
          default:
            onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${token2.type} token`);
            atNewline = false;
            hasSpace = false;
        }
      }
      const last = tokens[tokens.length - 1];
      const end = last ? last.offset + last.source.length : offset;
      if (reqSpace && next && next.type !== "space" && next.type !== "newline" && next.type !== "comma" && (next.type !== "scalar" || next.source !== "")) {
        onError(next.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
      }
      if (tab && (atNewline && tab.indent <= parentIndent || next?.type === "block-map" || next?.type === "block-seq"))
        onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
      return {
        comma,
        found,
        spaceBefore,
        comment,
        hasNewline,
        anchor,
        tag,
        newlineAfterProp,
        end,
        start: start ?? end
      };
    }
    exports.resolveProps = resolveProps;
  }
});

// node_modules/yaml/dist/compose/util-contains-newline.js
var require_util_contains_newline = __commonJS({
  "node_modules/yaml/dist/compose/util-contains-newline.js"(exports) {
    "use strict";
    function containsNewline(key2) {
      if (!key2)
        return null;
      switch (key2.type) {
        case "alias":
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          if (key2.source.includes("\n"))
            return true;
          if (key2.end) {
            for (const st of key2.end)
              if (st.type === "newline")
                return true;
          }
          return false;
        case "flow-collection":
          for (const it of key2.items) {
            for (const st of it.start)
              if (st.type === "newline")
                return true;
            if (it.sep) {
              for (const st of it.sep)
                if (st.type === "newline")
                  return true;
            }
            if (containsNewline(it.key) || containsNewline(it.value))
              return true;
          }
          return false;
        default:
          return true;
      }
    }
    exports.containsNewline = containsNewline;
  }
});

// node_modules/yaml/dist/compose/util-flow-indent-check.js
var require_util_flow_indent_check = __commonJS({
  "node_modules/yaml/dist/compose/util-flow-indent-check.js"(exports) {
    "use strict";
    var utilContainsNewline = require_util_contains_newline();
    function flowIndentCheck(indent, fc, onError) {
      if (fc?.type === "flow-collection") {
        const end = fc.end[0];
        if (end.indent === indent && (end.source === "]" || end.source === "}") && utilContainsNewline.containsNewline(fc)) {
          const msg = "Flow end indicator should be more indented than parent";
          onError(end, "BAD_INDENT", msg, true);
        }
      }
    }
    exports.flowIndentCheck = flowIndentCheck;
  }
});

// node_modules/yaml/dist/compose/util-map-includes.js
var require_util_map_includes = __commonJS({
  "node_modules/yaml/dist/compose/util-map-includes.js"(exports) {
    "use strict";
    var identity = require_identity();
    function mapIncludes(ctx, items, search) {
      const { uniqueKeys } = ctx.options;
      if (uniqueKeys === false)
        return false;
      const isEqual = typeof uniqueKeys === "function" ? uniqueKeys : (a, b) => a === b || identity.isScalar(a) && identity.isScalar(b) && a.value === b.value;
      return items.some((pair) => isEqual(pair.key, search));
    }
    exports.mapIncludes = mapIncludes;
  }
});

// node_modules/yaml/dist/compose/resolve-block-map.js
var require_resolve_block_map = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-map.js"(exports) {
    "use strict";
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    var utilMapIncludes = require_util_map_includes();
    var startColMsg = "All mapping items must start at the same column";
    function resolveBlockMap({ composeNode, composeEmptyNode }, ctx, bm, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLMap.YAMLMap;
      const map = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      let offset = bm.offset;
      let commentEnd = null;
      for (const collItem of bm.items) {
        const { start, key: key2, sep: sep2, value } = collItem;
        const keyProps = resolveProps.resolveProps(start, {
          indicator: "explicit-key-ind",
          next: key2 ?? sep2?.[0],
          offset,
          onError,
          parentIndent: bm.indent,
          startOnNewline: true
        });
        const implicitKey = !keyProps.found;
        if (implicitKey) {
          if (key2) {
            if (key2.type === "block-seq")
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "A block sequence may not be used as an implicit map key");
            else if ("indent" in key2 && key2.indent !== bm.indent)
              onError(offset, "BAD_INDENT", startColMsg);
          }
          if (!keyProps.anchor && !keyProps.tag && !sep2) {
            commentEnd = keyProps.end;
            if (keyProps.comment) {
              if (map.comment)
                map.comment += "\n" + keyProps.comment;
              else
                map.comment = keyProps.comment;
            }
            continue;
          }
          if (keyProps.newlineAfterProp || utilContainsNewline.containsNewline(key2)) {
            onError(key2 ?? start[start.length - 1], "MULTILINE_IMPLICIT_KEY", "Implicit keys need to be on a single line");
          }
        } else if (keyProps.found?.indent !== bm.indent) {
          onError(offset, "BAD_INDENT", startColMsg);
        }
        ctx.atKey = true;
        const keyStart = keyProps.end;
        const keyNode = key2 ? composeNode(ctx, key2, keyProps, onError) : composeEmptyNode(ctx, keyStart, start, null, keyProps, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bm.indent, key2, onError);
        ctx.atKey = false;
        if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
          onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
        const valueProps = resolveProps.resolveProps(sep2 ?? [], {
          indicator: "map-value-ind",
          next: value,
          offset: keyNode.range[2],
          onError,
          parentIndent: bm.indent,
          startOnNewline: !key2 || key2.type === "block-scalar"
        });
        offset = valueProps.end;
        if (valueProps.found) {
          if (implicitKey) {
            if (value?.type === "block-map" && !valueProps.hasNewline)
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "Nested mappings are not allowed in compact mappings");
            if (ctx.options.strict && keyProps.start < valueProps.found.offset - 1024)
              onError(keyNode.range, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit block mapping key");
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : composeEmptyNode(ctx, offset, sep2, null, valueProps, onError);
          if (ctx.schema.compat)
            utilFlowIndentCheck.flowIndentCheck(bm.indent, value, onError);
          offset = valueNode.range[2];
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        } else {
          if (implicitKey)
            onError(keyNode.range, "MISSING_CHAR", "Implicit map keys need to be followed by map values");
          if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        }
      }
      if (commentEnd && commentEnd < offset)
        onError(commentEnd, "IMPOSSIBLE", "Map comment with trailing content");
      map.range = [bm.offset, offset, commentEnd ?? offset];
      return map;
    }
    exports.resolveBlockMap = resolveBlockMap;
  }
});

// node_modules/yaml/dist/compose/resolve-block-seq.js
var require_resolve_block_seq = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-seq.js"(exports) {
    "use strict";
    var YAMLSeq = require_YAMLSeq();
    var resolveProps = require_resolve_props();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    function resolveBlockSeq({ composeNode, composeEmptyNode }, ctx, bs, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLSeq.YAMLSeq;
      const seq = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = bs.offset;
      let commentEnd = null;
      for (const { start, value } of bs.items) {
        const props = resolveProps.resolveProps(start, {
          indicator: "seq-item-ind",
          next: value,
          offset,
          onError,
          parentIndent: bs.indent,
          startOnNewline: true
        });
        if (!props.found) {
          if (props.anchor || props.tag || value) {
            if (value?.type === "block-seq")
              onError(props.end, "BAD_INDENT", "All sequence items must start at the same column");
            else
              onError(offset, "MISSING_CHAR", "Sequence item without - indicator");
          } else {
            commentEnd = props.end;
            if (props.comment)
              seq.comment = props.comment;
            continue;
          }
        }
        const node = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, start, null, props, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bs.indent, value, onError);
        offset = node.range[2];
        seq.items.push(node);
      }
      seq.range = [bs.offset, offset, commentEnd ?? offset];
      return seq;
    }
    exports.resolveBlockSeq = resolveBlockSeq;
  }
});

// node_modules/yaml/dist/compose/resolve-end.js
var require_resolve_end = __commonJS({
  "node_modules/yaml/dist/compose/resolve-end.js"(exports) {
    "use strict";
    function resolveEnd(end, offset, reqSpace, onError) {
      let comment = "";
      if (end) {
        let hasSpace = false;
        let sep2 = "";
        for (const token2 of end) {
          const { source, type } = token2;
          switch (type) {
            case "space":
              hasSpace = true;
              break;
            case "comment": {
              if (reqSpace && !hasSpace)
                onError(token2, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
              const cb = source.substring(1) || " ";
              if (!comment)
                comment = cb;
              else
                comment += sep2 + cb;
              sep2 = "";
              break;
            }
            case "newline":
              if (comment)
                sep2 += source;
              hasSpace = true;
              break;
            default:
              onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${type} at node end`);
          }
          offset += source.length;
        }
      }
      return { comment, offset };
    }
    exports.resolveEnd = resolveEnd;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-collection.js
var require_resolve_flow_collection = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-collection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilMapIncludes = require_util_map_includes();
    var blockMsg = "Block collections are not allowed within flow collections";
    var isBlock = (token2) => token2 && (token2.type === "block-map" || token2.type === "block-seq");
    function resolveFlowCollection({ composeNode, composeEmptyNode }, ctx, fc, onError, tag) {
      const isMap5 = fc.start.source === "{";
      const fcName = isMap5 ? "flow map" : "flow sequence";
      const NodeClass = tag?.nodeClass ?? (isMap5 ? YAMLMap.YAMLMap : YAMLSeq.YAMLSeq);
      const coll = new NodeClass(ctx.schema);
      coll.flow = true;
      const atRoot = ctx.atRoot;
      if (atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = fc.offset + fc.start.source.length;
      for (let i = 0; i < fc.items.length; ++i) {
        const collItem = fc.items[i];
        const { start, key: key2, sep: sep2, value } = collItem;
        const props = resolveProps.resolveProps(start, {
          flow: fcName,
          indicator: "explicit-key-ind",
          next: key2 ?? sep2?.[0],
          offset,
          onError,
          parentIndent: fc.indent,
          startOnNewline: false
        });
        if (!props.found) {
          if (!props.anchor && !props.tag && !sep2 && !value) {
            if (i === 0 && props.comma)
              onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
            else if (i < fc.items.length - 1)
              onError(props.start, "UNEXPECTED_TOKEN", `Unexpected empty item in ${fcName}`);
            if (props.comment) {
              if (coll.comment)
                coll.comment += "\n" + props.comment;
              else
                coll.comment = props.comment;
            }
            offset = props.end;
            continue;
          }
          if (!isMap5 && ctx.options.strict && utilContainsNewline.containsNewline(key2))
            onError(
              key2,
              // checked by containsNewline()
              "MULTILINE_IMPLICIT_KEY",
              "Implicit keys of flow sequence pairs need to be on a single line"
            );
        }
        if (i === 0) {
          if (props.comma)
            onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
        } else {
          if (!props.comma)
            onError(props.start, "MISSING_CHAR", `Missing , between ${fcName} items`);
          if (props.comment) {
            let prevItemComment = "";
            loop: for (const st of start) {
              switch (st.type) {
                case "comma":
                case "space":
                  break;
                case "comment":
                  prevItemComment = st.source.substring(1);
                  break loop;
                default:
                  break loop;
              }
            }
            if (prevItemComment) {
              let prev = coll.items[coll.items.length - 1];
              if (identity.isPair(prev))
                prev = prev.value ?? prev.key;
              if (prev.comment)
                prev.comment += "\n" + prevItemComment;
              else
                prev.comment = prevItemComment;
              props.comment = props.comment.substring(prevItemComment.length + 1);
            }
          }
        }
        if (!isMap5 && !sep2 && !props.found) {
          const valueNode = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, sep2, null, props, onError);
          coll.items.push(valueNode);
          offset = valueNode.range[2];
          if (isBlock(value))
            onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
        } else {
          ctx.atKey = true;
          const keyStart = props.end;
          const keyNode = key2 ? composeNode(ctx, key2, props, onError) : composeEmptyNode(ctx, keyStart, start, null, props, onError);
          if (isBlock(key2))
            onError(keyNode.range, "BLOCK_IN_FLOW", blockMsg);
          ctx.atKey = false;
          const valueProps = resolveProps.resolveProps(sep2 ?? [], {
            flow: fcName,
            indicator: "map-value-ind",
            next: value,
            offset: keyNode.range[2],
            onError,
            parentIndent: fc.indent,
            startOnNewline: false
          });
          if (valueProps.found) {
            if (!isMap5 && !props.found && ctx.options.strict) {
              if (sep2)
                for (const st of sep2) {
                  if (st === valueProps.found)
                    break;
                  if (st.type === "newline") {
                    onError(st, "MULTILINE_IMPLICIT_KEY", "Implicit keys of flow sequence pairs need to be on a single line");
                    break;
                  }
                }
              if (props.start < valueProps.found.offset - 1024)
                onError(valueProps.found, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit flow sequence key");
            }
          } else if (value) {
            if ("source" in value && value.source?.[0] === ":")
              onError(value, "MISSING_CHAR", `Missing space after : in ${fcName}`);
            else
              onError(valueProps.start, "MISSING_CHAR", `Missing , or : between ${fcName} items`);
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : valueProps.found ? composeEmptyNode(ctx, valueProps.end, sep2, null, valueProps, onError) : null;
          if (valueNode) {
            if (isBlock(value))
              onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
          } else if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          if (isMap5) {
            const map = coll;
            if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
              onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
            map.items.push(pair);
          } else {
            const map = new YAMLMap.YAMLMap(ctx.schema);
            map.flow = true;
            map.items.push(pair);
            const endRange = (valueNode ?? keyNode).range;
            map.range = [keyNode.range[0], endRange[1], endRange[2]];
            coll.items.push(map);
          }
          offset = valueNode ? valueNode.range[2] : valueProps.end;
        }
      }
      const expectedEnd = isMap5 ? "}" : "]";
      const [ce, ...ee] = fc.end;
      let cePos = offset;
      if (ce?.source === expectedEnd)
        cePos = ce.offset + ce.source.length;
      else {
        const name = fcName[0].toUpperCase() + fcName.substring(1);
        const msg = atRoot ? `${name} must end with a ${expectedEnd}` : `${name} in block collection must be sufficiently indented and end with a ${expectedEnd}`;
        onError(offset, atRoot ? "MISSING_CHAR" : "BAD_INDENT", msg);
        if (ce && ce.source.length !== 1)
          ee.unshift(ce);
      }
      if (ee.length > 0) {
        const end = resolveEnd.resolveEnd(ee, cePos, ctx.options.strict, onError);
        if (end.comment) {
          if (coll.comment)
            coll.comment += "\n" + end.comment;
          else
            coll.comment = end.comment;
        }
        coll.range = [fc.offset, cePos, end.offset];
      } else {
        coll.range = [fc.offset, cePos, cePos];
      }
      return coll;
    }
    exports.resolveFlowCollection = resolveFlowCollection;
  }
});

// node_modules/yaml/dist/compose/compose-collection.js
var require_compose_collection = __commonJS({
  "node_modules/yaml/dist/compose/compose-collection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveBlockMap = require_resolve_block_map();
    var resolveBlockSeq = require_resolve_block_seq();
    var resolveFlowCollection = require_resolve_flow_collection();
    function resolveCollection(CN, ctx, token2, onError, tagName, tag) {
      const coll = token2.type === "block-map" ? resolveBlockMap.resolveBlockMap(CN, ctx, token2, onError, tag) : token2.type === "block-seq" ? resolveBlockSeq.resolveBlockSeq(CN, ctx, token2, onError, tag) : resolveFlowCollection.resolveFlowCollection(CN, ctx, token2, onError, tag);
      const Coll = coll.constructor;
      if (tagName === "!" || tagName === Coll.tagName) {
        coll.tag = Coll.tagName;
        return coll;
      }
      if (tagName)
        coll.tag = tagName;
      return coll;
    }
    function composeCollection(CN, ctx, token2, props, onError) {
      const tagToken = props.tag;
      const tagName = !tagToken ? null : ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg));
      if (token2.type === "block-seq") {
        const { anchor, newlineAfterProp: nl } = props;
        const lastProp = anchor && tagToken ? anchor.offset > tagToken.offset ? anchor : tagToken : anchor ?? tagToken;
        if (lastProp && (!nl || nl.offset < lastProp.offset)) {
          const message = "Missing newline after block sequence props";
          onError(lastProp, "MISSING_CHAR", message);
        }
      }
      const expType = token2.type === "block-map" ? "map" : token2.type === "block-seq" ? "seq" : token2.start.source === "{" ? "map" : "seq";
      if (!tagToken || !tagName || tagName === "!" || tagName === YAMLMap.YAMLMap.tagName && expType === "map" || tagName === YAMLSeq.YAMLSeq.tagName && expType === "seq") {
        return resolveCollection(CN, ctx, token2, onError, tagName);
      }
      let tag = ctx.schema.tags.find((t) => t.tag === tagName && t.collection === expType);
      if (!tag) {
        const kt = ctx.schema.knownTags[tagName];
        if (kt?.collection === expType) {
          ctx.schema.tags.push(Object.assign({}, kt, { default: false }));
          tag = kt;
        } else {
          if (kt) {
            onError(tagToken, "BAD_COLLECTION_TYPE", `${kt.tag} used for ${expType} collection, but expects ${kt.collection ?? "scalar"}`, true);
          } else {
            onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, true);
          }
          return resolveCollection(CN, ctx, token2, onError, tagName);
        }
      }
      const coll = resolveCollection(CN, ctx, token2, onError, tagName, tag);
      const res = tag.resolve?.(coll, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg), ctx.options) ?? coll;
      const node = identity.isNode(res) ? res : new Scalar.Scalar(res);
      node.range = coll.range;
      node.tag = tagName;
      if (tag?.format)
        node.format = tag.format;
      return node;
    }
    exports.composeCollection = composeCollection;
  }
});

// node_modules/yaml/dist/compose/resolve-block-scalar.js
var require_resolve_block_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-scalar.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    function resolveBlockScalar(ctx, scalar, onError) {
      const start = scalar.offset;
      const header = parseBlockScalarHeader(scalar, ctx.options.strict, onError);
      if (!header)
        return { value: "", type: null, comment: "", range: [start, start, start] };
      const type = header.mode === ">" ? Scalar.Scalar.BLOCK_FOLDED : Scalar.Scalar.BLOCK_LITERAL;
      const lines = scalar.source ? splitLines(scalar.source) : [];
      let chompStart = lines.length;
      for (let i = lines.length - 1; i >= 0; --i) {
        const content = lines[i][1];
        if (content === "" || content === "\r")
          chompStart = i;
        else
          break;
      }
      if (chompStart === 0) {
        const value2 = header.chomp === "+" && lines.length > 0 ? "\n".repeat(Math.max(1, lines.length - 1)) : "";
        let end2 = start + header.length;
        if (scalar.source)
          end2 += scalar.source.length;
        return { value: value2, type, comment: header.comment, range: [start, end2, end2] };
      }
      let trimIndent = scalar.indent + header.indent;
      let offset = scalar.offset + header.length;
      let contentStart = 0;
      for (let i = 0; i < chompStart; ++i) {
        const [indent, content] = lines[i];
        if (content === "" || content === "\r") {
          if (header.indent === 0 && indent.length > trimIndent)
            trimIndent = indent.length;
        } else {
          if (indent.length < trimIndent) {
            const message = "Block scalars with more-indented leading empty lines must use an explicit indentation indicator";
            onError(offset + indent.length, "MISSING_CHAR", message);
          }
          if (header.indent === 0)
            trimIndent = indent.length;
          contentStart = i;
          if (trimIndent === 0 && !ctx.atRoot) {
            const message = "Block scalar values in collections must be indented";
            onError(offset, "BAD_INDENT", message);
          }
          break;
        }
        offset += indent.length + content.length + 1;
      }
      for (let i = lines.length - 1; i >= chompStart; --i) {
        if (lines[i][0].length > trimIndent)
          chompStart = i + 1;
      }
      let value = "";
      let sep2 = "";
      let prevMoreIndented = false;
      for (let i = 0; i < contentStart; ++i)
        value += lines[i][0].slice(trimIndent) + "\n";
      for (let i = contentStart; i < chompStart; ++i) {
        let [indent, content] = lines[i];
        offset += indent.length + content.length + 1;
        const crlf = content[content.length - 1] === "\r";
        if (crlf)
          content = content.slice(0, -1);
        if (content && indent.length < trimIndent) {
          const src = header.indent ? "explicit indentation indicator" : "first line";
          const message = `Block scalar lines must not be less indented than their ${src}`;
          onError(offset - content.length - (crlf ? 2 : 1), "BAD_INDENT", message);
          indent = "";
        }
        if (type === Scalar.Scalar.BLOCK_LITERAL) {
          value += sep2 + indent.slice(trimIndent) + content;
          sep2 = "\n";
        } else if (indent.length > trimIndent || content[0] === "	") {
          if (sep2 === " ")
            sep2 = "\n";
          else if (!prevMoreIndented && sep2 === "\n")
            sep2 = "\n\n";
          value += sep2 + indent.slice(trimIndent) + content;
          sep2 = "\n";
          prevMoreIndented = true;
        } else if (content === "") {
          if (sep2 === "\n")
            value += "\n";
          else
            sep2 = "\n";
        } else {
          value += sep2 + content;
          sep2 = " ";
          prevMoreIndented = false;
        }
      }
      switch (header.chomp) {
        case "-":
          break;
        case "+":
          for (let i = chompStart; i < lines.length; ++i)
            value += "\n" + lines[i][0].slice(trimIndent);
          if (value[value.length - 1] !== "\n")
            value += "\n";
          break;
        default:
          value += "\n";
      }
      const end = start + header.length + scalar.source.length;
      return { value, type, comment: header.comment, range: [start, end, end] };
    }
    function parseBlockScalarHeader({ offset, props }, strict, onError) {
      if (props[0].type !== "block-scalar-header") {
        onError(props[0], "IMPOSSIBLE", "Block scalar header not found");
        return null;
      }
      const { source } = props[0];
      const mode = source[0];
      let indent = 0;
      let chomp = "";
      let error = -1;
      for (let i = 1; i < source.length; ++i) {
        const ch = source[i];
        if (!chomp && (ch === "-" || ch === "+"))
          chomp = ch;
        else {
          const n = Number(ch);
          if (!indent && n)
            indent = n;
          else if (error === -1)
            error = offset + i;
        }
      }
      if (error !== -1)
        onError(error, "UNEXPECTED_TOKEN", `Block scalar header includes extra characters: ${source}`);
      let hasSpace = false;
      let comment = "";
      let length = source.length;
      for (let i = 1; i < props.length; ++i) {
        const token2 = props[i];
        switch (token2.type) {
          case "space":
            hasSpace = true;
          // fallthrough
          case "newline":
            length += token2.source.length;
            break;
          case "comment":
            if (strict && !hasSpace) {
              const message = "Comments must be separated from other tokens by white space characters";
              onError(token2, "MISSING_CHAR", message);
            }
            length += token2.source.length;
            comment = token2.source.substring(1);
            break;
          case "error":
            onError(token2, "UNEXPECTED_TOKEN", token2.message);
            length += token2.source.length;
            break;
          /* istanbul ignore next should not happen */
          default: {
            const message = `Unexpected token in block scalar header: ${token2.type}`;
            onError(token2, "UNEXPECTED_TOKEN", message);
            const ts = token2.source;
            if (ts && typeof ts === "string")
              length += ts.length;
          }
        }
      }
      return { mode, indent, chomp, comment, length };
    }
    function splitLines(source) {
      const split = source.split(/\n( *)/);
      const first = split[0];
      const m = first.match(/^( *)/);
      const line0 = m?.[1] ? [m[1], first.slice(m[1].length)] : ["", first];
      const lines = [line0];
      for (let i = 1; i < split.length; i += 2)
        lines.push([split[i], split[i + 1]]);
      return lines;
    }
    exports.resolveBlockScalar = resolveBlockScalar;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-scalar.js
var require_resolve_flow_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-scalar.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var resolveEnd = require_resolve_end();
    function resolveFlowScalar(scalar, strict, onError) {
      const { offset, type, source, end } = scalar;
      let _type;
      let value;
      const _onError = (rel, code, msg) => onError(offset + rel, code, msg);
      switch (type) {
        case "scalar":
          _type = Scalar.Scalar.PLAIN;
          value = plainValue(source, _onError);
          break;
        case "single-quoted-scalar":
          _type = Scalar.Scalar.QUOTE_SINGLE;
          value = singleQuotedValue(source, _onError);
          break;
        case "double-quoted-scalar":
          _type = Scalar.Scalar.QUOTE_DOUBLE;
          value = doubleQuotedValue(source, _onError);
          break;
        /* istanbul ignore next should not happen */
        default:
          onError(scalar, "UNEXPECTED_TOKEN", `Expected a flow scalar value, but found: ${type}`);
          return {
            value: "",
            type: null,
            comment: "",
            range: [offset, offset + source.length, offset + source.length]
          };
      }
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, strict, onError);
      return {
        value,
        type: _type,
        comment: re.comment,
        range: [offset, valueEnd, re.offset]
      };
    }
    function plainValue(source, onError) {
      let badChar = "";
      switch (source[0]) {
        /* istanbul ignore next should not happen */
        case "	":
          badChar = "a tab character";
          break;
        case ",":
          badChar = "flow indicator character ,";
          break;
        case "%":
          badChar = "directive indicator character %";
          break;
        case "|":
        case ">": {
          badChar = `block scalar indicator ${source[0]}`;
          break;
        }
        case "@":
        case "`": {
          badChar = `reserved character ${source[0]}`;
          break;
        }
      }
      if (badChar)
        onError(0, "BAD_SCALAR_START", `Plain value cannot start with ${badChar}`);
      return unfoldLines(source);
    }
    function singleQuotedValue(source, onError) {
      if (source[source.length - 1] !== "'" || source.length === 1)
        onError(source.length, "MISSING_CHAR", "Missing closing 'quote");
      return unfoldLines(source.slice(1, -1)).replace(/''/g, "'");
    }
    function unfoldLines(source) {
      const line2 = /(.*?)\r?\n/sy;
      let match = line2.exec(source);
      if (!match)
        return source;
      let trimEnd, trimBoth;
      try {
        trimEnd = new RegExp("(?<![ 	])[ 	]+$");
        trimBoth = new RegExp("^[ 	]+|(?<![ 	])[ 	]+$", "g");
      } catch {
        trimEnd = /[ \t]+$/;
        trimBoth = /^[ \t]+|[ \t]+$/g;
      }
      let res = match[1].replace(trimEnd, "");
      let sep2 = " ";
      let pos = line2.lastIndex;
      while (match = line2.exec(source)) {
        const lm = match[1].replace(trimBoth, "");
        if (lm === "") {
          if (sep2 === "\n")
            res += sep2;
          else
            sep2 = "\n";
        } else {
          res += sep2 + lm;
          sep2 = " ";
        }
        pos = line2.lastIndex;
      }
      const last = /[ \t]*(.*)/sy;
      last.lastIndex = pos;
      match = last.exec(source);
      return res + sep2 + (match?.[1] ?? "");
    }
    function doubleQuotedValue(source, onError) {
      let res = "";
      for (let i = 1; i < source.length - 1; ++i) {
        const ch = source[i];
        if (ch === "\r" && source[i + 1] === "\n")
          continue;
        if (ch === "\n") {
          const { fold: fold2, offset } = foldNewline(source, i);
          res += fold2;
          i = offset;
        } else if (ch === "\\") {
          let next = source[++i];
          const cc = escapeCodes[next];
          if (cc)
            res += cc;
          else if (next === "\n") {
            next = source[i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "\r" && source[i + 1] === "\n") {
            next = source[++i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "x" || next === "u" || next === "U") {
            const length = next === "x" ? 2 : next === "u" ? 4 : 8;
            res += parseCharCode(source, i + 1, length, onError);
            i += length;
          } else {
            const raw = source.substr(i - 1, 2);
            onError(i - 1, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
            res += raw;
          }
        } else if (ch === " " || ch === "	") {
          const wsStart = i;
          let next = source[i + 1];
          while (next === " " || next === "	")
            next = source[++i + 1];
          if (next !== "\n" && !(next === "\r" && source[i + 2] === "\n"))
            res += i > wsStart ? source.slice(wsStart, i + 1) : ch;
        } else {
          res += ch;
        }
      }
      if (source[source.length - 1] !== '"' || source.length === 1)
        onError(source.length, "MISSING_CHAR", 'Missing closing "quote');
      return res;
    }
    function foldNewline(source, offset) {
      let fold2 = "";
      let ch = source[offset + 1];
      while (ch === " " || ch === "	" || ch === "\n" || ch === "\r") {
        if (ch === "\r" && source[offset + 2] !== "\n")
          break;
        if (ch === "\n")
          fold2 += "\n";
        offset += 1;
        ch = source[offset + 1];
      }
      if (!fold2)
        fold2 = " ";
      return { fold: fold2, offset };
    }
    var escapeCodes = {
      "0": "\0",
      // null character
      a: "\x07",
      // bell character
      b: "\b",
      // backspace
      e: "\x1B",
      // escape character
      f: "\f",
      // form feed
      n: "\n",
      // line feed
      r: "\r",
      // carriage return
      t: "	",
      // horizontal tab
      v: "\v",
      // vertical tab
      N: "\x85",
      // Unicode next line
      _: "\xA0",
      // Unicode non-breaking space
      L: "\u2028",
      // Unicode line separator
      P: "\u2029",
      // Unicode paragraph separator
      " ": " ",
      '"': '"',
      "/": "/",
      "\\": "\\",
      "	": "	"
    };
    function parseCharCode(source, offset, length, onError) {
      const cc = source.substr(offset, length);
      const ok = cc.length === length && /^[0-9a-fA-F]+$/.test(cc);
      const code = ok ? parseInt(cc, 16) : NaN;
      try {
        return String.fromCodePoint(code);
      } catch {
        const raw = source.substr(offset - 2, length + 2);
        onError(offset - 2, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
        return raw;
      }
    }
    exports.resolveFlowScalar = resolveFlowScalar;
  }
});

// node_modules/yaml/dist/compose/compose-scalar.js
var require_compose_scalar = __commonJS({
  "node_modules/yaml/dist/compose/compose-scalar.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    function composeScalar(ctx, token2, tagToken, onError) {
      const { value, type, comment, range } = token2.type === "block-scalar" ? resolveBlockScalar.resolveBlockScalar(ctx, token2, onError) : resolveFlowScalar.resolveFlowScalar(token2, ctx.options.strict, onError);
      const tagName = tagToken ? ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg)) : null;
      let tag;
      if (ctx.options.stringKeys && ctx.atKey) {
        tag = ctx.schema[identity.SCALAR];
      } else if (tagName)
        tag = findScalarTagByName(ctx.schema, value, tagName, tagToken, onError);
      else if (token2.type === "scalar")
        tag = findScalarTagByTest(ctx, value, token2, onError);
      else
        tag = ctx.schema[identity.SCALAR];
      let scalar;
      try {
        const res = tag.resolve(value, (msg) => onError(tagToken ?? token2, "TAG_RESOLVE_FAILED", msg), ctx.options);
        scalar = identity.isScalar(res) ? res : new Scalar.Scalar(res);
      } catch (error) {
        const msg = error instanceof Error ? error.message : String(error);
        onError(tagToken ?? token2, "TAG_RESOLVE_FAILED", msg);
        scalar = new Scalar.Scalar(value);
      }
      scalar.range = range;
      scalar.source = value;
      if (type)
        scalar.type = type;
      if (tagName)
        scalar.tag = tagName;
      if (tag.format)
        scalar.format = tag.format;
      if (comment)
        scalar.comment = comment;
      return scalar;
    }
    function findScalarTagByName(schema, value, tagName, tagToken, onError) {
      if (tagName === "!")
        return schema[identity.SCALAR];
      const matchWithTest = [];
      for (const tag of schema.tags) {
        if (!tag.collection && tag.tag === tagName) {
          if (tag.default && tag.test)
            matchWithTest.push(tag);
          else
            return tag;
        }
      }
      for (const tag of matchWithTest)
        if (tag.test?.test(value))
          return tag;
      const kt = schema.knownTags[tagName];
      if (kt && !kt.collection) {
        schema.tags.push(Object.assign({}, kt, { default: false, test: void 0 }));
        return kt;
      }
      onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, tagName !== "tag:yaml.org,2002:str");
      return schema[identity.SCALAR];
    }
    function findScalarTagByTest({ atKey, directives, schema }, value, token2, onError) {
      const tag = schema.tags.find((tag2) => (tag2.default === true || atKey && tag2.default === "key") && tag2.test?.test(value)) || schema[identity.SCALAR];
      if (schema.compat) {
        const compat = schema.compat.find((tag2) => tag2.default && tag2.test?.test(value)) ?? schema[identity.SCALAR];
        if (tag.tag !== compat.tag) {
          const ts = directives.tagString(tag.tag);
          const cs = directives.tagString(compat.tag);
          const msg = `Value may be parsed as either ${ts} or ${cs}`;
          onError(token2, "TAG_RESOLVE_FAILED", msg, true);
        }
      }
      return tag;
    }
    exports.composeScalar = composeScalar;
  }
});

// node_modules/yaml/dist/compose/util-empty-scalar-position.js
var require_util_empty_scalar_position = __commonJS({
  "node_modules/yaml/dist/compose/util-empty-scalar-position.js"(exports) {
    "use strict";
    function emptyScalarPosition(offset, before, pos) {
      if (before) {
        pos ?? (pos = before.length);
        for (let i = pos - 1; i >= 0; --i) {
          let st = before[i];
          switch (st.type) {
            case "space":
            case "comment":
            case "newline":
              offset -= st.source.length;
              continue;
          }
          st = before[++i];
          while (st?.type === "space") {
            offset += st.source.length;
            st = before[++i];
          }
          break;
        }
      }
      return offset;
    }
    exports.emptyScalarPosition = emptyScalarPosition;
  }
});

// node_modules/yaml/dist/compose/compose-node.js
var require_compose_node = __commonJS({
  "node_modules/yaml/dist/compose/compose-node.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var composeCollection = require_compose_collection();
    var composeScalar = require_compose_scalar();
    var resolveEnd = require_resolve_end();
    var utilEmptyScalarPosition = require_util_empty_scalar_position();
    var CN = { composeNode, composeEmptyNode };
    function composeNode(ctx, token2, props, onError) {
      const atKey = ctx.atKey;
      const { spaceBefore, comment, anchor, tag } = props;
      let node;
      let isSrcToken = true;
      switch (token2.type) {
        case "alias":
          node = composeAlias(ctx, token2, onError);
          if (anchor || tag)
            onError(token2, "ALIAS_PROPS", "An alias node must not specify any properties");
          break;
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "block-scalar":
          node = composeScalar.composeScalar(ctx, token2, tag, onError);
          if (anchor)
            node.anchor = anchor.source.substring(1);
          break;
        case "block-map":
        case "block-seq":
        case "flow-collection":
          try {
            node = composeCollection.composeCollection(CN, ctx, token2, props, onError);
            if (anchor)
              node.anchor = anchor.source.substring(1);
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            onError(token2, "RESOURCE_EXHAUSTION", message);
          }
          break;
        default: {
          const message = token2.type === "error" ? token2.message : `Unsupported token (type: ${token2.type})`;
          onError(token2, "UNEXPECTED_TOKEN", message);
          isSrcToken = false;
        }
      }
      node ?? (node = composeEmptyNode(ctx, token2.offset, void 0, null, props, onError));
      if (anchor && node.anchor === "")
        onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      if (atKey && ctx.options.stringKeys && (!identity.isScalar(node) || typeof node.value !== "string" || node.tag && node.tag !== "tag:yaml.org,2002:str")) {
        const msg = "With stringKeys, all keys must be strings";
        onError(tag ?? token2, "NON_STRING_KEY", msg);
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        if (token2.type === "scalar" && token2.source === "")
          node.comment = comment;
        else
          node.commentBefore = comment;
      }
      if (ctx.options.keepSourceTokens && isSrcToken)
        node.srcToken = token2;
      return node;
    }
    function composeEmptyNode(ctx, offset, before, pos, { spaceBefore, comment, anchor, tag, end }, onError) {
      const token2 = {
        type: "scalar",
        offset: utilEmptyScalarPosition.emptyScalarPosition(offset, before, pos),
        indent: -1,
        source: ""
      };
      const node = composeScalar.composeScalar(ctx, token2, tag, onError);
      if (anchor) {
        node.anchor = anchor.source.substring(1);
        if (node.anchor === "")
          onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        node.comment = comment;
        node.range[2] = end;
      }
      return node;
    }
    function composeAlias({ options }, { offset, source, end }, onError) {
      const alias = new Alias.Alias(source.substring(1));
      if (alias.source === "")
        onError(offset, "BAD_ALIAS", "Alias cannot be an empty string");
      if (alias.source.endsWith(":"))
        onError(offset + source.length - 1, "BAD_ALIAS", "Alias ending in : is ambiguous", true);
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, options.strict, onError);
      alias.range = [offset, valueEnd, re.offset];
      if (re.comment)
        alias.comment = re.comment;
      return alias;
    }
    exports.composeEmptyNode = composeEmptyNode;
    exports.composeNode = composeNode;
  }
});

// node_modules/yaml/dist/compose/compose-doc.js
var require_compose_doc = __commonJS({
  "node_modules/yaml/dist/compose/compose-doc.js"(exports) {
    "use strict";
    var Document = require_Document();
    var composeNode = require_compose_node();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    function composeDoc(options, directives, { offset, start, value, end }, onError) {
      const opts = Object.assign({ _directives: directives }, options);
      const doc = new Document.Document(void 0, opts);
      const ctx = {
        atKey: false,
        atRoot: true,
        directives: doc.directives,
        options: doc.options,
        schema: doc.schema
      };
      const props = resolveProps.resolveProps(start, {
        indicator: "doc-start",
        next: value ?? end?.[0],
        offset,
        onError,
        parentIndent: 0,
        startOnNewline: true
      });
      if (props.found) {
        doc.directives.docStart = true;
        if (value && (value.type === "block-map" || value.type === "block-seq") && !props.hasNewline)
          onError(props.end, "MISSING_CHAR", "Block collection cannot start on same line with directives-end marker");
      }
      doc.contents = value ? composeNode.composeNode(ctx, value, props, onError) : composeNode.composeEmptyNode(ctx, props.end, start, null, props, onError);
      const contentEnd = doc.contents.range[2];
      const re = resolveEnd.resolveEnd(end, contentEnd, false, onError);
      if (re.comment)
        doc.comment = re.comment;
      doc.range = [offset, contentEnd, re.offset];
      return doc;
    }
    exports.composeDoc = composeDoc;
  }
});

// node_modules/yaml/dist/compose/composer.js
var require_composer = __commonJS({
  "node_modules/yaml/dist/compose/composer.js"(exports) {
    "use strict";
    var node_process = __require("process");
    var directives = require_directives();
    var Document = require_Document();
    var errors = require_errors();
    var identity = require_identity();
    var composeDoc = require_compose_doc();
    var resolveEnd = require_resolve_end();
    function getErrorPos(src) {
      if (typeof src === "number")
        return [src, src + 1];
      if (Array.isArray(src))
        return src.length === 2 ? src : [src[0], src[1]];
      const { offset, source } = src;
      return [offset, offset + (typeof source === "string" ? source.length : 1)];
    }
    function parsePrelude(prelude) {
      let comment = "";
      let atComment = false;
      let afterEmptyLine = false;
      for (let i = 0; i < prelude.length; ++i) {
        const source = prelude[i];
        switch (source[0]) {
          case "#":
            comment += (comment === "" ? "" : afterEmptyLine ? "\n\n" : "\n") + (source.substring(1) || " ");
            atComment = true;
            afterEmptyLine = false;
            break;
          case "%":
            if (prelude[i + 1]?.[0] !== "#")
              i += 1;
            atComment = false;
            break;
          default:
            if (!atComment)
              afterEmptyLine = true;
            atComment = false;
        }
      }
      return { comment, afterEmptyLine };
    }
    var Composer2 = class {
      constructor(options = {}) {
        this.doc = null;
        this.atDirectives = false;
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
        this.onError = (source, code, message, warning) => {
          const pos = getErrorPos(source);
          if (warning)
            this.warnings.push(new errors.YAMLWarning(pos, code, message));
          else
            this.errors.push(new errors.YAMLParseError(pos, code, message));
        };
        this.directives = new directives.Directives({ version: options.version || "1.2" });
        this.options = options;
      }
      decorate(doc, afterDoc) {
        const { comment, afterEmptyLine } = parsePrelude(this.prelude);
        if (comment) {
          const dc = doc.contents;
          if (afterDoc) {
            doc.comment = doc.comment ? `${doc.comment}
${comment}` : comment;
          } else if (afterEmptyLine || doc.directives.docStart || !dc) {
            doc.commentBefore = comment;
          } else if (identity.isCollection(dc) && !dc.flow && dc.items.length > 0) {
            let it = dc.items[0];
            if (identity.isPair(it))
              it = it.key;
            const cb = it.commentBefore;
            it.commentBefore = cb ? `${comment}
${cb}` : comment;
          } else {
            const cb = dc.commentBefore;
            dc.commentBefore = cb ? `${comment}
${cb}` : comment;
          }
        }
        if (afterDoc) {
          for (let i = 0; i < this.errors.length; ++i)
            doc.errors.push(this.errors[i]);
          for (let i = 0; i < this.warnings.length; ++i)
            doc.warnings.push(this.warnings[i]);
        } else {
          doc.errors = this.errors;
          doc.warnings = this.warnings;
        }
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
      }
      /**
       * Current stream status information.
       *
       * Mostly useful at the end of input for an empty stream.
       */
      streamInfo() {
        return {
          comment: parsePrelude(this.prelude).comment,
          directives: this.directives,
          errors: this.errors,
          warnings: this.warnings
        };
      }
      /**
       * Compose tokens into documents.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *compose(tokens, forceDoc = false, endOffset = -1) {
        for (const token2 of tokens)
          yield* this.next(token2);
        yield* this.end(forceDoc, endOffset);
      }
      /** Advance the composer by one CST token. */
      *next(token2) {
        if (node_process.env.LOG_STREAM)
          console.dir(token2, { depth: null });
        switch (token2.type) {
          case "directive":
            this.directives.add(token2.source, (offset, message, warning) => {
              const pos = getErrorPos(token2);
              pos[0] += offset;
              this.onError(pos, "BAD_DIRECTIVE", message, warning);
            });
            this.prelude.push(token2.source);
            this.atDirectives = true;
            break;
          case "document": {
            const doc = composeDoc.composeDoc(this.options, this.directives, token2, this.onError);
            if (this.atDirectives && !doc.directives.docStart)
              this.onError(token2, "MISSING_CHAR", "Missing directives-end/doc-start indicator line");
            this.decorate(doc, false);
            if (this.doc)
              yield this.doc;
            this.doc = doc;
            this.atDirectives = false;
            break;
          }
          case "byte-order-mark":
          case "space":
            break;
          case "comment":
          case "newline":
            this.prelude.push(token2.source);
            break;
          case "error": {
            const msg = token2.source ? `${token2.message}: ${JSON.stringify(token2.source)}` : token2.message;
            const error = new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", msg);
            if (this.atDirectives || !this.doc)
              this.errors.push(error);
            else
              this.doc.errors.push(error);
            break;
          }
          case "doc-end": {
            if (!this.doc) {
              const msg = "Unexpected doc-end without preceding document";
              this.errors.push(new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", msg));
              break;
            }
            this.doc.directives.docEnd = true;
            const end = resolveEnd.resolveEnd(token2.end, token2.offset + token2.source.length, this.doc.options.strict, this.onError);
            this.decorate(this.doc, true);
            if (end.comment) {
              const dc = this.doc.comment;
              this.doc.comment = dc ? `${dc}
${end.comment}` : end.comment;
            }
            this.doc.range[2] = end.offset;
            break;
          }
          default:
            this.errors.push(new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", `Unsupported token ${token2.type}`));
        }
      }
      /**
       * Call at end of input to yield any remaining document.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *end(forceDoc = false, endOffset = -1) {
        if (this.doc) {
          this.decorate(this.doc, true);
          yield this.doc;
          this.doc = null;
        } else if (forceDoc) {
          const opts = Object.assign({ _directives: this.directives }, this.options);
          const doc = new Document.Document(void 0, opts);
          if (this.atDirectives)
            this.onError(endOffset, "MISSING_CHAR", "Missing directives-end indicator line");
          doc.range = [0, endOffset, endOffset];
          this.decorate(doc, false);
          yield doc;
        }
      }
    };
    exports.Composer = Composer2;
  }
});

// node_modules/yaml/dist/parse/cst-scalar.js
var require_cst_scalar = __commonJS({
  "node_modules/yaml/dist/parse/cst-scalar.js"(exports) {
    "use strict";
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    var errors = require_errors();
    var stringifyString = require_stringifyString();
    function resolveAsScalar(token2, strict = true, onError) {
      if (token2) {
        const _onError = (pos, code, message) => {
          const offset = typeof pos === "number" ? pos : Array.isArray(pos) ? pos[0] : pos.offset;
          if (onError)
            onError(offset, code, message);
          else
            throw new errors.YAMLParseError([offset, offset + 1], code, message);
        };
        switch (token2.type) {
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return resolveFlowScalar.resolveFlowScalar(token2, strict, _onError);
          case "block-scalar":
            return resolveBlockScalar.resolveBlockScalar({ options: { strict } }, token2, _onError);
        }
      }
      return null;
    }
    function createScalarToken(value, context) {
      const { implicitKey = false, indent, inFlow = false, offset = -1, type = "PLAIN" } = context;
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey,
        indent: indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      const end = context.end ?? [
        { type: "newline", offset: -1, indent, source: "\n" }
      ];
      switch (source[0]) {
        case "|":
        case ">": {
          const he = source.indexOf("\n");
          const head = source.substring(0, he);
          const body = source.substring(he + 1) + "\n";
          const props = [
            { type: "block-scalar-header", offset, indent, source: head }
          ];
          if (!addEndtoBlockProps(props, end))
            props.push({ type: "newline", offset: -1, indent, source: "\n" });
          return { type: "block-scalar", offset, indent, props, source: body };
        }
        case '"':
          return { type: "double-quoted-scalar", offset, indent, source, end };
        case "'":
          return { type: "single-quoted-scalar", offset, indent, source, end };
        default:
          return { type: "scalar", offset, indent, source, end };
      }
    }
    function setScalarValue(token2, value, context = {}) {
      let { afterKey = false, implicitKey = false, inFlow = false, type } = context;
      let indent = "indent" in token2 ? token2.indent : null;
      if (afterKey && typeof indent === "number")
        indent += 2;
      if (!type)
        switch (token2.type) {
          case "single-quoted-scalar":
            type = "QUOTE_SINGLE";
            break;
          case "double-quoted-scalar":
            type = "QUOTE_DOUBLE";
            break;
          case "block-scalar": {
            const header = token2.props[0];
            if (header.type !== "block-scalar-header")
              throw new Error("Invalid block scalar header");
            type = header.source[0] === ">" ? "BLOCK_FOLDED" : "BLOCK_LITERAL";
            break;
          }
          default:
            type = "PLAIN";
        }
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey: implicitKey || indent === null,
        indent: indent !== null && indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      switch (source[0]) {
        case "|":
        case ">":
          setBlockScalarValue(token2, source);
          break;
        case '"':
          setFlowScalarValue(token2, source, "double-quoted-scalar");
          break;
        case "'":
          setFlowScalarValue(token2, source, "single-quoted-scalar");
          break;
        default:
          setFlowScalarValue(token2, source, "scalar");
      }
    }
    function setBlockScalarValue(token2, source) {
      const he = source.indexOf("\n");
      const head = source.substring(0, he);
      const body = source.substring(he + 1) + "\n";
      if (token2.type === "block-scalar") {
        const header = token2.props[0];
        if (header.type !== "block-scalar-header")
          throw new Error("Invalid block scalar header");
        header.source = head;
        token2.source = body;
      } else {
        const { offset } = token2;
        const indent = "indent" in token2 ? token2.indent : -1;
        const props = [
          { type: "block-scalar-header", offset, indent, source: head }
        ];
        if (!addEndtoBlockProps(props, "end" in token2 ? token2.end : void 0))
          props.push({ type: "newline", offset: -1, indent, source: "\n" });
        for (const key2 of Object.keys(token2))
          if (key2 !== "type" && key2 !== "offset")
            delete token2[key2];
        Object.assign(token2, { type: "block-scalar", indent, props, source: body });
      }
    }
    function addEndtoBlockProps(props, end) {
      if (end)
        for (const st of end)
          switch (st.type) {
            case "space":
            case "comment":
              props.push(st);
              break;
            case "newline":
              props.push(st);
              return true;
          }
      return false;
    }
    function setFlowScalarValue(token2, source, type) {
      switch (token2.type) {
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          token2.type = type;
          token2.source = source;
          break;
        case "block-scalar": {
          const end = token2.props.slice(1);
          let oa = source.length;
          if (token2.props[0].type === "block-scalar-header")
            oa -= token2.props[0].source.length;
          for (const tok of end)
            tok.offset += oa;
          delete token2.props;
          Object.assign(token2, { type, source, end });
          break;
        }
        case "block-map":
        case "block-seq": {
          const offset = token2.offset + source.length;
          const nl = { type: "newline", offset, indent: token2.indent, source: "\n" };
          delete token2.items;
          Object.assign(token2, { type, source, end: [nl] });
          break;
        }
        default: {
          const indent = "indent" in token2 ? token2.indent : -1;
          const end = "end" in token2 && Array.isArray(token2.end) ? token2.end.filter((st) => st.type === "space" || st.type === "comment" || st.type === "newline") : [];
          for (const key2 of Object.keys(token2))
            if (key2 !== "type" && key2 !== "offset")
              delete token2[key2];
          Object.assign(token2, { type, indent, source, end });
        }
      }
    }
    exports.createScalarToken = createScalarToken;
    exports.resolveAsScalar = resolveAsScalar;
    exports.setScalarValue = setScalarValue;
  }
});

// node_modules/yaml/dist/parse/cst-stringify.js
var require_cst_stringify = __commonJS({
  "node_modules/yaml/dist/parse/cst-stringify.js"(exports) {
    "use strict";
    var stringify2 = (cst) => "type" in cst ? stringifyToken(cst) : stringifyItem(cst);
    function stringifyToken(token2) {
      switch (token2.type) {
        case "block-scalar": {
          let res = "";
          for (const tok of token2.props)
            res += stringifyToken(tok);
          return res + token2.source;
        }
        case "block-map":
        case "block-seq": {
          let res = "";
          for (const item of token2.items)
            res += stringifyItem(item);
          return res;
        }
        case "flow-collection": {
          let res = token2.start.source;
          for (const item of token2.items)
            res += stringifyItem(item);
          for (const st of token2.end)
            res += st.source;
          return res;
        }
        case "document": {
          let res = stringifyItem(token2);
          if (token2.end)
            for (const st of token2.end)
              res += st.source;
          return res;
        }
        default: {
          let res = token2.source;
          if ("end" in token2 && token2.end)
            for (const st of token2.end)
              res += st.source;
          return res;
        }
      }
    }
    function stringifyItem({ start, key: key2, sep: sep2, value }) {
      let res = "";
      for (const st of start)
        res += st.source;
      if (key2)
        res += stringifyToken(key2);
      if (sep2)
        for (const st of sep2)
          res += st.source;
      if (value)
        res += stringifyToken(value);
      return res;
    }
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/parse/cst-visit.js
var require_cst_visit = __commonJS({
  "node_modules/yaml/dist/parse/cst-visit.js"(exports) {
    "use strict";
    var BREAK2 = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove item");
    function visit2(cst, visitor) {
      if ("type" in cst && cst.type === "document")
        cst = { start: cst.start, value: cst.value };
      _visit(Object.freeze([]), cst, visitor);
    }
    visit2.BREAK = BREAK2;
    visit2.SKIP = SKIP;
    visit2.REMOVE = REMOVE;
    visit2.itemAtPath = (cst, path2) => {
      let item = cst;
      for (const [field, index] of path2) {
        const tok = item?.[field];
        if (tok && "items" in tok) {
          item = tok.items[index];
        } else
          return void 0;
      }
      return item;
    };
    visit2.parentCollection = (cst, path2) => {
      const parent = visit2.itemAtPath(cst, path2.slice(0, -1));
      const field = path2[path2.length - 1][0];
      const coll = parent?.[field];
      if (coll && "items" in coll)
        return coll;
      throw new Error("Parent collection not found");
    };
    function _visit(path2, item, visitor) {
      let ctrl = visitor(item, path2);
      if (typeof ctrl === "symbol")
        return ctrl;
      for (const field of ["key", "value"]) {
        const token2 = item[field];
        if (token2 && "items" in token2) {
          for (let i = 0; i < token2.items.length; ++i) {
            const ci = _visit(Object.freeze(path2.concat([[field, i]])), token2.items[i], visitor);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK2)
              return BREAK2;
            else if (ci === REMOVE) {
              token2.items.splice(i, 1);
              i -= 1;
            }
          }
          if (typeof ctrl === "function" && field === "key")
            ctrl = ctrl(item, path2);
        }
      }
      return typeof ctrl === "function" ? ctrl(item, path2) : ctrl;
    }
    exports.visit = visit2;
  }
});

// node_modules/yaml/dist/parse/cst.js
var require_cst = __commonJS({
  "node_modules/yaml/dist/parse/cst.js"(exports) {
    "use strict";
    var cstScalar = require_cst_scalar();
    var cstStringify = require_cst_stringify();
    var cstVisit = require_cst_visit();
    var BOM = "\uFEFF";
    var DOCUMENT = "";
    var FLOW_END = "";
    var SCALAR = "";
    var isCollection = (token2) => !!token2 && "items" in token2;
    var isScalar4 = (token2) => !!token2 && (token2.type === "scalar" || token2.type === "single-quoted-scalar" || token2.type === "double-quoted-scalar" || token2.type === "block-scalar");
    function prettyToken(token2) {
      switch (token2) {
        case BOM:
          return "<BOM>";
        case DOCUMENT:
          return "<DOC>";
        case FLOW_END:
          return "<FLOW_END>";
        case SCALAR:
          return "<SCALAR>";
        default:
          return JSON.stringify(token2);
      }
    }
    function tokenType(source) {
      switch (source) {
        case BOM:
          return "byte-order-mark";
        case DOCUMENT:
          return "doc-mode";
        case FLOW_END:
          return "flow-error-end";
        case SCALAR:
          return "scalar";
        case "---":
          return "doc-start";
        case "...":
          return "doc-end";
        case "":
        case "\n":
        case "\r\n":
          return "newline";
        case "-":
          return "seq-item-ind";
        case "?":
          return "explicit-key-ind";
        case ":":
          return "map-value-ind";
        case "{":
          return "flow-map-start";
        case "}":
          return "flow-map-end";
        case "[":
          return "flow-seq-start";
        case "]":
          return "flow-seq-end";
        case ",":
          return "comma";
      }
      switch (source[0]) {
        case " ":
        case "	":
          return "space";
        case "#":
          return "comment";
        case "%":
          return "directive-line";
        case "*":
          return "alias";
        case "&":
          return "anchor";
        case "!":
          return "tag";
        case "'":
          return "single-quoted-scalar";
        case '"':
          return "double-quoted-scalar";
        case "|":
        case ">":
          return "block-scalar-header";
      }
      return null;
    }
    exports.createScalarToken = cstScalar.createScalarToken;
    exports.resolveAsScalar = cstScalar.resolveAsScalar;
    exports.setScalarValue = cstScalar.setScalarValue;
    exports.stringify = cstStringify.stringify;
    exports.visit = cstVisit.visit;
    exports.BOM = BOM;
    exports.DOCUMENT = DOCUMENT;
    exports.FLOW_END = FLOW_END;
    exports.SCALAR = SCALAR;
    exports.isCollection = isCollection;
    exports.isScalar = isScalar4;
    exports.prettyToken = prettyToken;
    exports.tokenType = tokenType;
  }
});

// node_modules/yaml/dist/parse/lexer.js
var require_lexer = __commonJS({
  "node_modules/yaml/dist/parse/lexer.js"(exports) {
    "use strict";
    var cst = require_cst();
    function isEmpty(ch) {
      switch (ch) {
        case void 0:
        case " ":
        case "\n":
        case "\r":
        case "	":
          return true;
        default:
          return false;
      }
    }
    var hexDigits = new Set("0123456789ABCDEFabcdef");
    var tagChars = new Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()");
    var flowIndicatorChars = new Set(",[]{}");
    var invalidAnchorChars = new Set(" ,[]{}\n\r	");
    var isNotAnchorChar = (ch) => !ch || invalidAnchorChars.has(ch);
    var Lexer2 = class {
      constructor() {
        this.atEnd = false;
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        this.buffer = "";
        this.flowKey = false;
        this.flowLevel = 0;
        this.indentNext = 0;
        this.indentValue = 0;
        this.lineEndPos = null;
        this.next = null;
        this.pos = 0;
      }
      /**
       * Generate YAML tokens from the `source` string. If `incomplete`,
       * a part of the last line may be left as a buffer for the next call.
       *
       * @returns A generator of lexical tokens
       */
      *lex(source, incomplete = false) {
        if (source) {
          if (typeof source !== "string")
            throw TypeError("source is not a string");
          this.buffer = this.buffer ? this.buffer + source : source;
          this.lineEndPos = null;
        }
        this.atEnd = !incomplete;
        let next = this.next ?? "stream";
        while (next && (incomplete || this.hasChars(1)))
          next = yield* this.parseNext(next);
      }
      atLineEnd() {
        let i = this.pos;
        let ch = this.buffer[i];
        while (ch === " " || ch === "	")
          ch = this.buffer[++i];
        if (!ch || ch === "#" || ch === "\n")
          return true;
        if (ch === "\r")
          return this.buffer[i + 1] === "\n";
        return false;
      }
      charAt(n) {
        return this.buffer[this.pos + n];
      }
      continueScalar(offset) {
        let ch = this.buffer[offset];
        if (this.indentNext > 0) {
          let indent = 0;
          while (ch === " ")
            ch = this.buffer[++indent + offset];
          if (ch === "\r") {
            const next = this.buffer[indent + offset + 1];
            if (next === "\n" || !next && !this.atEnd)
              return offset + indent + 1;
          }
          return ch === "\n" || indent >= this.indentNext || !ch && !this.atEnd ? offset + indent : -1;
        }
        if (ch === "-" || ch === ".") {
          const dt = this.buffer.substr(offset, 3);
          if ((dt === "---" || dt === "...") && isEmpty(this.buffer[offset + 3]))
            return -1;
        }
        return offset;
      }
      getLine() {
        let end = this.lineEndPos;
        if (typeof end !== "number" || end !== -1 && end < this.pos) {
          end = this.buffer.indexOf("\n", this.pos);
          this.lineEndPos = end;
        }
        if (end === -1)
          return this.atEnd ? this.buffer.substring(this.pos) : null;
        if (this.buffer[end - 1] === "\r")
          end -= 1;
        return this.buffer.substring(this.pos, end);
      }
      hasChars(n) {
        return this.pos + n <= this.buffer.length;
      }
      setNext(state) {
        this.buffer = this.buffer.substring(this.pos);
        this.pos = 0;
        this.lineEndPos = null;
        this.next = state;
        return null;
      }
      peek(n) {
        return this.buffer.substr(this.pos, n);
      }
      *parseNext(next) {
        switch (next) {
          case "stream":
            return yield* this.parseStream();
          case "line-start":
            return yield* this.parseLineStart();
          case "block-start":
            return yield* this.parseBlockStart();
          case "doc":
            return yield* this.parseDocument();
          case "flow":
            return yield* this.parseFlowCollection();
          case "quoted-scalar":
            return yield* this.parseQuotedScalar();
          case "block-scalar":
            return yield* this.parseBlockScalar();
          case "plain-scalar":
            return yield* this.parsePlainScalar();
        }
      }
      *parseStream() {
        let line2 = this.getLine();
        if (line2 === null)
          return this.setNext("stream");
        if (line2[0] === cst.BOM) {
          yield* this.pushCount(1);
          line2 = line2.substring(1);
        }
        if (line2[0] === "%") {
          let dirEnd = line2.length;
          let cs = line2.indexOf("#");
          while (cs !== -1) {
            const ch = line2[cs - 1];
            if (ch === " " || ch === "	") {
              dirEnd = cs - 1;
              break;
            } else {
              cs = line2.indexOf("#", cs + 1);
            }
          }
          while (true) {
            const ch = line2[dirEnd - 1];
            if (ch === " " || ch === "	")
              dirEnd -= 1;
            else
              break;
          }
          const n = (yield* this.pushCount(dirEnd)) + (yield* this.pushSpaces(true));
          yield* this.pushCount(line2.length - n);
          this.pushNewline();
          return "stream";
        }
        if (this.atLineEnd()) {
          const sp = yield* this.pushSpaces(true);
          yield* this.pushCount(line2.length - sp);
          yield* this.pushNewline();
          return "stream";
        }
        yield cst.DOCUMENT;
        return yield* this.parseLineStart();
      }
      *parseLineStart() {
        const ch = this.charAt(0);
        if (!ch && !this.atEnd)
          return this.setNext("line-start");
        if (ch === "-" || ch === ".") {
          if (!this.atEnd && !this.hasChars(4))
            return this.setNext("line-start");
          const s = this.peek(3);
          if ((s === "---" || s === "...") && isEmpty(this.charAt(3))) {
            yield* this.pushCount(3);
            this.indentValue = 0;
            this.indentNext = 0;
            return s === "---" ? "doc" : "stream";
          }
        }
        this.indentValue = yield* this.pushSpaces(false);
        if (this.indentNext > this.indentValue && !isEmpty(this.charAt(1)))
          this.indentNext = this.indentValue;
        return yield* this.parseBlockStart();
      }
      *parseBlockStart() {
        const [ch0, ch1] = this.peek(2);
        if (!ch1 && !this.atEnd)
          return this.setNext("block-start");
        if ((ch0 === "-" || ch0 === "?" || ch0 === ":") && isEmpty(ch1)) {
          const n = (yield* this.pushCount(1)) + (yield* this.pushSpaces(true));
          this.indentNext = this.indentValue + 1;
          this.indentValue += n;
          return "block-start";
        }
        return "doc";
      }
      *parseDocument() {
        yield* this.pushSpaces(true);
        const line2 = this.getLine();
        if (line2 === null)
          return this.setNext("doc");
        let n = yield* this.pushIndicators();
        switch (line2[n]) {
          case "#":
            yield* this.pushCount(line2.length - n);
          // fallthrough
          case void 0:
            yield* this.pushNewline();
            return yield* this.parseLineStart();
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel = 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            return "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "doc";
          case '"':
          case "'":
            return yield* this.parseQuotedScalar();
          case "|":
          case ">":
            n += yield* this.parseBlockScalarHeader();
            n += yield* this.pushSpaces(true);
            yield* this.pushCount(line2.length - n);
            yield* this.pushNewline();
            return yield* this.parseBlockScalar();
          default:
            return yield* this.parsePlainScalar();
        }
      }
      *parseFlowCollection() {
        let nl, sp;
        let indent = -1;
        do {
          nl = yield* this.pushNewline();
          if (nl > 0) {
            sp = yield* this.pushSpaces(false);
            this.indentValue = indent = sp;
          } else {
            sp = 0;
          }
          sp += yield* this.pushSpaces(true);
        } while (nl + sp > 0);
        const line2 = this.getLine();
        if (line2 === null)
          return this.setNext("flow");
        if (indent !== -1 && indent < this.indentNext && line2[0] !== "#" || indent === 0 && (line2.startsWith("---") || line2.startsWith("...")) && isEmpty(line2[3])) {
          const atFlowEndMarker = indent === this.indentNext - 1 && this.flowLevel === 1 && (line2[0] === "]" || line2[0] === "}");
          if (!atFlowEndMarker) {
            this.flowLevel = 0;
            yield cst.FLOW_END;
            return yield* this.parseLineStart();
          }
        }
        let n = 0;
        while (line2[n] === ",") {
          n += yield* this.pushCount(1);
          n += yield* this.pushSpaces(true);
          this.flowKey = false;
        }
        n += yield* this.pushIndicators();
        switch (line2[n]) {
          case void 0:
            return "flow";
          case "#":
            yield* this.pushCount(line2.length - n);
            return "flow";
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel += 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            this.flowKey = true;
            this.flowLevel -= 1;
            return this.flowLevel ? "flow" : "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "flow";
          case '"':
          case "'":
            this.flowKey = true;
            return yield* this.parseQuotedScalar();
          case ":": {
            const next = this.charAt(1);
            if (this.flowKey || isEmpty(next) || next === ",") {
              this.flowKey = false;
              yield* this.pushCount(1);
              yield* this.pushSpaces(true);
              return "flow";
            }
          }
          // fallthrough
          default:
            this.flowKey = false;
            return yield* this.parsePlainScalar();
        }
      }
      *parseQuotedScalar() {
        const quote2 = this.charAt(0);
        let end = this.buffer.indexOf(quote2, this.pos + 1);
        if (quote2 === "'") {
          while (end !== -1 && this.buffer[end + 1] === "'")
            end = this.buffer.indexOf("'", end + 2);
        } else {
          while (end !== -1) {
            let n = 0;
            while (this.buffer[end - 1 - n] === "\\")
              n += 1;
            if (n % 2 === 0)
              break;
            end = this.buffer.indexOf('"', end + 1);
          }
        }
        const qb = this.buffer.substring(0, end);
        let nl = qb.indexOf("\n", this.pos);
        if (nl !== -1) {
          while (nl !== -1) {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = qb.indexOf("\n", cs);
          }
          if (nl !== -1) {
            end = nl - (qb[nl - 1] === "\r" ? 2 : 1);
          }
        }
        if (end === -1) {
          if (!this.atEnd)
            return this.setNext("quoted-scalar");
          end = this.buffer.length;
        }
        yield* this.pushToIndex(end + 1, false);
        return this.flowLevel ? "flow" : "doc";
      }
      *parseBlockScalarHeader() {
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        let i = this.pos;
        while (true) {
          const ch = this.buffer[++i];
          if (ch === "+")
            this.blockScalarKeep = true;
          else if (ch > "0" && ch <= "9")
            this.blockScalarIndent = Number(ch) - 1;
          else if (ch !== "-")
            break;
        }
        return yield* this.pushUntil((ch) => isEmpty(ch) || ch === "#");
      }
      *parseBlockScalar() {
        let nl = this.pos - 1;
        let indent = 0;
        let ch;
        loop: for (let i2 = this.pos; ch = this.buffer[i2]; ++i2) {
          switch (ch) {
            case " ":
              indent += 1;
              break;
            case "\n":
              nl = i2;
              indent = 0;
              break;
            case "\r": {
              const next = this.buffer[i2 + 1];
              if (!next && !this.atEnd)
                return this.setNext("block-scalar");
              if (next === "\n")
                break;
            }
            // fallthrough
            default:
              break loop;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("block-scalar");
        if (indent >= this.indentNext) {
          if (this.blockScalarIndent === -1)
            this.indentNext = indent;
          else {
            this.indentNext = this.blockScalarIndent + (this.indentNext === 0 ? 1 : this.indentNext);
          }
          do {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = this.buffer.indexOf("\n", cs);
          } while (nl !== -1);
          if (nl === -1) {
            if (!this.atEnd)
              return this.setNext("block-scalar");
            nl = this.buffer.length;
          }
        }
        let i = nl + 1;
        ch = this.buffer[i];
        while (ch === " ")
          ch = this.buffer[++i];
        if (ch === "	") {
          while (ch === "	" || ch === " " || ch === "\r" || ch === "\n")
            ch = this.buffer[++i];
          nl = i - 1;
        } else if (!this.blockScalarKeep) {
          do {
            let i2 = nl - 1;
            let ch2 = this.buffer[i2];
            if (ch2 === "\r")
              ch2 = this.buffer[--i2];
            const lastChar = i2;
            while (ch2 === " ")
              ch2 = this.buffer[--i2];
            if (ch2 === "\n" && i2 >= this.pos && i2 + 1 + indent > lastChar)
              nl = i2;
            else
              break;
          } while (true);
        }
        yield cst.SCALAR;
        yield* this.pushToIndex(nl + 1, true);
        return yield* this.parseLineStart();
      }
      *parsePlainScalar() {
        const inFlow = this.flowLevel > 0;
        let end = this.pos - 1;
        let i = this.pos - 1;
        let ch;
        while (ch = this.buffer[++i]) {
          if (ch === ":") {
            const next = this.buffer[i + 1];
            if (isEmpty(next) || inFlow && flowIndicatorChars.has(next))
              break;
            end = i;
          } else if (isEmpty(ch)) {
            let next = this.buffer[i + 1];
            if (ch === "\r") {
              if (next === "\n") {
                i += 1;
                ch = "\n";
                next = this.buffer[i + 1];
              } else
                end = i;
            }
            if (next === "#" || inFlow && flowIndicatorChars.has(next))
              break;
            if (ch === "\n") {
              const cs = this.continueScalar(i + 1);
              if (cs === -1)
                break;
              i = Math.max(i, cs - 2);
            }
          } else {
            if (inFlow && flowIndicatorChars.has(ch))
              break;
            end = i;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("plain-scalar");
        yield cst.SCALAR;
        yield* this.pushToIndex(end + 1, true);
        return inFlow ? "flow" : "doc";
      }
      *pushCount(n) {
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos += n;
          return n;
        }
        return 0;
      }
      *pushToIndex(i, allowEmpty) {
        const s = this.buffer.slice(this.pos, i);
        if (s) {
          yield s;
          this.pos += s.length;
          return s.length;
        } else if (allowEmpty)
          yield "";
        return 0;
      }
      *pushIndicators() {
        let n = 0;
        loop: while (true) {
          switch (this.charAt(0)) {
            case "!":
              n += yield* this.pushTag();
              n += yield* this.pushSpaces(true);
              continue loop;
            case "&":
              n += yield* this.pushUntil(isNotAnchorChar);
              n += yield* this.pushSpaces(true);
              continue loop;
            case "-":
            // this is an error
            case "?":
            // this is an error outside flow collections
            case ":": {
              const inFlow = this.flowLevel > 0;
              const ch1 = this.charAt(1);
              if (isEmpty(ch1) || inFlow && flowIndicatorChars.has(ch1)) {
                if (!inFlow)
                  this.indentNext = this.indentValue + 1;
                else if (this.flowKey)
                  this.flowKey = false;
                n += yield* this.pushCount(1);
                n += yield* this.pushSpaces(true);
                continue loop;
              }
            }
          }
          break loop;
        }
        return n;
      }
      *pushTag() {
        if (this.charAt(1) === "<") {
          let i = this.pos + 2;
          let ch = this.buffer[i];
          while (!isEmpty(ch) && ch !== ">")
            ch = this.buffer[++i];
          return yield* this.pushToIndex(ch === ">" ? i + 1 : i, false);
        } else {
          let i = this.pos + 1;
          let ch = this.buffer[i];
          while (ch) {
            if (tagChars.has(ch))
              ch = this.buffer[++i];
            else if (ch === "%" && hexDigits.has(this.buffer[i + 1]) && hexDigits.has(this.buffer[i + 2])) {
              ch = this.buffer[i += 3];
            } else
              break;
          }
          return yield* this.pushToIndex(i, false);
        }
      }
      *pushNewline() {
        const ch = this.buffer[this.pos];
        if (ch === "\n")
          return yield* this.pushCount(1);
        else if (ch === "\r" && this.charAt(1) === "\n")
          return yield* this.pushCount(2);
        else
          return 0;
      }
      *pushSpaces(allowTabs) {
        let i = this.pos - 1;
        let ch;
        do {
          ch = this.buffer[++i];
        } while (ch === " " || allowTabs && ch === "	");
        const n = i - this.pos;
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos = i;
        }
        return n;
      }
      *pushUntil(test) {
        let i = this.pos;
        let ch = this.buffer[i];
        while (!test(ch))
          ch = this.buffer[++i];
        return yield* this.pushToIndex(i, false);
      }
    };
    exports.Lexer = Lexer2;
  }
});

// node_modules/yaml/dist/parse/line-counter.js
var require_line_counter = __commonJS({
  "node_modules/yaml/dist/parse/line-counter.js"(exports) {
    "use strict";
    var LineCounter3 = class {
      constructor() {
        this.lineStarts = [];
        this.addNewLine = (offset) => this.lineStarts.push(offset);
        this.linePos = (offset) => {
          let low = 0;
          let high = this.lineStarts.length;
          while (low < high) {
            const mid = low + high >> 1;
            if (this.lineStarts[mid] < offset)
              low = mid + 1;
            else
              high = mid;
          }
          if (this.lineStarts[low] === offset)
            return { line: low + 1, col: 1 };
          if (low === 0)
            return { line: 0, col: offset };
          const start = this.lineStarts[low - 1];
          return { line: low, col: offset - start + 1 };
        };
      }
    };
    exports.LineCounter = LineCounter3;
  }
});

// node_modules/yaml/dist/parse/parser.js
var require_parser = __commonJS({
  "node_modules/yaml/dist/parse/parser.js"(exports) {
    "use strict";
    var node_process = __require("process");
    var cst = require_cst();
    var lexer = require_lexer();
    function includesToken(list, type) {
      for (let i = 0; i < list.length; ++i)
        if (list[i].type === type)
          return true;
      return false;
    }
    function findNonEmptyIndex(list) {
      for (let i = 0; i < list.length; ++i) {
        switch (list[i].type) {
          case "space":
          case "comment":
          case "newline":
            break;
          default:
            return i;
        }
      }
      return -1;
    }
    function isFlowToken(token2) {
      switch (token2?.type) {
        case "alias":
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "flow-collection":
          return true;
        default:
          return false;
      }
    }
    function getPrevProps(parent) {
      switch (parent.type) {
        case "document":
          return parent.start;
        case "block-map": {
          const it = parent.items[parent.items.length - 1];
          return it.sep ?? it.start;
        }
        case "block-seq":
          return parent.items[parent.items.length - 1].start;
        /* istanbul ignore next should not happen */
        default:
          return [];
      }
    }
    function getFirstKeyStartProps(prev) {
      if (prev.length === 0)
        return [];
      let i = prev.length;
      loop: while (--i >= 0) {
        switch (prev[i].type) {
          case "doc-start":
          case "explicit-key-ind":
          case "map-value-ind":
          case "seq-item-ind":
          case "newline":
            break loop;
        }
      }
      while (prev[++i]?.type === "space") {
      }
      return prev.splice(i, prev.length);
    }
    function arrayPushArray(target, source) {
      if (source.length < 1e5)
        Array.prototype.push.apply(target, source);
      else
        for (let i = 0; i < source.length; ++i)
          target.push(source[i]);
    }
    function fixFlowSeqItems(fc) {
      if (fc.start.type === "flow-seq-start") {
        for (const it of fc.items) {
          if (it.sep && !it.value && !includesToken(it.start, "explicit-key-ind") && !includesToken(it.sep, "map-value-ind")) {
            if (it.key)
              it.value = it.key;
            delete it.key;
            if (isFlowToken(it.value)) {
              if (it.value.end)
                arrayPushArray(it.value.end, it.sep);
              else
                it.value.end = it.sep;
            } else
              arrayPushArray(it.start, it.sep);
            delete it.sep;
          }
        }
      }
    }
    var Parser2 = class {
      /**
       * @param onNewLine - If defined, called separately with the start position of
       *   each new line (in `parse()`, including the start of input).
       */
      constructor(onNewLine) {
        this.atNewLine = true;
        this.atScalar = false;
        this.indent = 0;
        this.offset = 0;
        this.onKeyLine = false;
        this.stack = [];
        this.source = "";
        this.type = "";
        this.lexer = new lexer.Lexer();
        this.onNewLine = onNewLine;
      }
      /**
       * Parse `source` as a YAML stream.
       * If `incomplete`, a part of the last line may be left as a buffer for the next call.
       *
       * Errors are not thrown, but yielded as `{ type: 'error', message }` tokens.
       *
       * @returns A generator of tokens representing each directive, document, and other structure.
       */
      *parse(source, incomplete = false) {
        if (this.onNewLine && this.offset === 0)
          this.onNewLine(0);
        for (const lexeme of this.lexer.lex(source, incomplete))
          yield* this.next(lexeme);
        if (!incomplete)
          yield* this.end();
      }
      /**
       * Advance the parser by the `source` of one lexical token.
       */
      *next(source) {
        this.source = source;
        if (node_process.env.LOG_TOKENS)
          console.log("|", cst.prettyToken(source));
        if (this.atScalar) {
          this.atScalar = false;
          yield* this.step();
          this.offset += source.length;
          return;
        }
        const type = cst.tokenType(source);
        if (!type) {
          const message = `Not a YAML token: ${source}`;
          yield* this.pop({ type: "error", offset: this.offset, message, source });
          this.offset += source.length;
        } else if (type === "scalar") {
          this.atNewLine = false;
          this.atScalar = true;
          this.type = "scalar";
        } else {
          this.type = type;
          yield* this.step();
          switch (type) {
            case "newline":
              this.atNewLine = true;
              this.indent = 0;
              if (this.onNewLine)
                this.onNewLine(this.offset + source.length);
              break;
            case "space":
              if (this.atNewLine && source[0] === " ")
                this.indent += source.length;
              break;
            case "explicit-key-ind":
            case "map-value-ind":
            case "seq-item-ind":
              if (this.atNewLine)
                this.indent += source.length;
              break;
            case "doc-mode":
            case "flow-error-end":
              return;
            default:
              this.atNewLine = false;
          }
          this.offset += source.length;
        }
      }
      /** Call at end of input to push out any remaining constructions */
      *end() {
        while (this.stack.length > 0)
          yield* this.pop();
      }
      get sourceToken() {
        const st = {
          type: this.type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
        return st;
      }
      *step() {
        const top = this.peek(1);
        if (this.type === "doc-end" && top?.type !== "doc-end") {
          while (this.stack.length > 0)
            yield* this.pop();
          this.stack.push({
            type: "doc-end",
            offset: this.offset,
            source: this.source
          });
          return;
        }
        if (!top)
          return yield* this.stream();
        switch (top.type) {
          case "document":
            return yield* this.document(top);
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return yield* this.scalar(top);
          case "block-scalar":
            return yield* this.blockScalar(top);
          case "block-map":
            return yield* this.blockMap(top);
          case "block-seq":
            return yield* this.blockSequence(top);
          case "flow-collection":
            return yield* this.flowCollection(top);
          case "doc-end":
            return yield* this.documentEnd(top);
        }
        yield* this.pop();
      }
      peek(n) {
        return this.stack[this.stack.length - n];
      }
      *pop(error) {
        const token2 = error ?? this.stack.pop();
        if (!token2) {
          const message = "Tried to pop an empty stack";
          yield { type: "error", offset: this.offset, source: "", message };
        } else if (this.stack.length === 0) {
          yield token2;
        } else {
          const top = this.peek(1);
          if (token2.type === "block-scalar") {
            token2.indent = "indent" in top ? top.indent : 0;
          } else if (token2.type === "flow-collection" && top.type === "document") {
            token2.indent = 0;
          }
          if (token2.type === "flow-collection")
            fixFlowSeqItems(token2);
          switch (top.type) {
            case "document":
              top.value = token2;
              break;
            case "block-scalar":
              top.props.push(token2);
              break;
            case "block-map": {
              const it = top.items[top.items.length - 1];
              if (it.value) {
                top.items.push({ start: [], key: token2, sep: [] });
                this.onKeyLine = true;
                return;
              } else if (it.sep) {
                it.value = token2;
              } else {
                Object.assign(it, { key: token2, sep: [] });
                this.onKeyLine = !it.explicitKey;
                return;
              }
              break;
            }
            case "block-seq": {
              const it = top.items[top.items.length - 1];
              if (it.value)
                top.items.push({ start: [], value: token2 });
              else
                it.value = token2;
              break;
            }
            case "flow-collection": {
              const it = top.items[top.items.length - 1];
              if (!it || it.value)
                top.items.push({ start: [], key: token2, sep: [] });
              else if (it.sep)
                it.value = token2;
              else
                Object.assign(it, { key: token2, sep: [] });
              return;
            }
            /* istanbul ignore next should not happen */
            default:
              yield* this.pop();
              yield* this.pop(token2);
          }
          if ((top.type === "document" || top.type === "block-map" || top.type === "block-seq") && (token2.type === "block-map" || token2.type === "block-seq")) {
            const last = token2.items[token2.items.length - 1];
            if (last && !last.sep && !last.value && last.start.length > 0 && findNonEmptyIndex(last.start) === -1 && (token2.indent === 0 || last.start.every((st) => st.type !== "comment" || st.indent < token2.indent))) {
              if (top.type === "document")
                top.end = last.start;
              else
                top.items.push({ start: last.start });
              token2.items.splice(-1, 1);
            }
          }
        }
      }
      *stream() {
        switch (this.type) {
          case "directive-line":
            yield { type: "directive", offset: this.offset, source: this.source };
            return;
          case "byte-order-mark":
          case "space":
          case "comment":
          case "newline":
            yield this.sourceToken;
            return;
          case "doc-mode":
          case "doc-start": {
            const doc = {
              type: "document",
              offset: this.offset,
              start: []
            };
            if (this.type === "doc-start")
              doc.start.push(this.sourceToken);
            this.stack.push(doc);
            return;
          }
        }
        yield {
          type: "error",
          offset: this.offset,
          message: `Unexpected ${this.type} token in YAML stream`,
          source: this.source
        };
      }
      *document(doc) {
        if (doc.value)
          return yield* this.lineEnd(doc);
        switch (this.type) {
          case "doc-start": {
            if (findNonEmptyIndex(doc.start) !== -1) {
              yield* this.pop();
              yield* this.step();
            } else
              doc.start.push(this.sourceToken);
            return;
          }
          case "anchor":
          case "tag":
          case "space":
          case "comment":
          case "newline":
            doc.start.push(this.sourceToken);
            return;
        }
        const bv = this.startBlockValue(doc);
        if (bv)
          this.stack.push(bv);
        else {
          yield {
            type: "error",
            offset: this.offset,
            message: `Unexpected ${this.type} token in YAML document`,
            source: this.source
          };
        }
      }
      *scalar(scalar) {
        if (this.type === "map-value-ind") {
          const prev = getPrevProps(this.peek(2));
          const start = getFirstKeyStartProps(prev);
          let sep2;
          if (scalar.end) {
            sep2 = scalar.end;
            sep2.push(this.sourceToken);
            delete scalar.end;
          } else
            sep2 = [this.sourceToken];
          const map = {
            type: "block-map",
            offset: scalar.offset,
            indent: scalar.indent,
            items: [{ start, key: scalar, sep: sep2 }]
          };
          this.onKeyLine = true;
          this.stack[this.stack.length - 1] = map;
        } else
          yield* this.lineEnd(scalar);
      }
      *blockScalar(scalar) {
        switch (this.type) {
          case "space":
          case "comment":
          case "newline":
            scalar.props.push(this.sourceToken);
            return;
          case "scalar":
            scalar.source = this.source;
            this.atNewLine = true;
            this.indent = 0;
            if (this.onNewLine) {
              let nl = this.source.indexOf("\n") + 1;
              while (nl !== 0) {
                this.onNewLine(this.offset + nl);
                nl = this.source.indexOf("\n", nl) + 1;
              }
            }
            yield* this.pop();
            break;
          /* istanbul ignore next should not happen */
          default:
            yield* this.pop();
            yield* this.step();
        }
      }
      *blockMap(map) {
        const it = map.items[map.items.length - 1];
        switch (this.type) {
          case "newline":
            this.onKeyLine = false;
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              it.start.push(this.sourceToken);
            }
            return;
          case "space":
          case "comment":
            if (it.value) {
              map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              if (this.atIndentedComment(it.start, map.indent)) {
                const prev = map.items[map.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  map.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
        }
        if (this.indent >= map.indent) {
          const atMapIndent = !this.onKeyLine && this.indent === map.indent;
          const atNextItem = atMapIndent && (it.sep || it.explicitKey) && this.type !== "seq-item-ind";
          let start = [];
          if (atNextItem && it.sep && !it.value) {
            const nl = [];
            for (let i = 0; i < it.sep.length; ++i) {
              const st = it.sep[i];
              switch (st.type) {
                case "newline":
                  nl.push(i);
                  break;
                case "space":
                  break;
                case "comment":
                  if (st.indent > map.indent)
                    nl.length = 0;
                  break;
                default:
                  nl.length = 0;
              }
            }
            if (nl.length >= 2)
              start = it.sep.splice(nl[1]);
          }
          switch (this.type) {
            case "anchor":
            case "tag":
              if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start });
                this.onKeyLine = true;
              } else if (it.sep) {
                it.sep.push(this.sourceToken);
              } else {
                it.start.push(this.sourceToken);
              }
              return;
            case "explicit-key-ind":
              if (!it.sep && !it.explicitKey) {
                it.start.push(this.sourceToken);
                it.explicitKey = true;
              } else if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start, explicitKey: true });
              } else {
                this.stack.push({
                  type: "block-map",
                  offset: this.offset,
                  indent: this.indent,
                  items: [{ start: [this.sourceToken], explicitKey: true }]
                });
              }
              this.onKeyLine = true;
              return;
            case "map-value-ind":
              if (it.explicitKey) {
                if (!it.sep) {
                  if (includesToken(it.start, "newline")) {
                    Object.assign(it, { key: null, sep: [this.sourceToken] });
                  } else {
                    const start2 = getFirstKeyStartProps(it.start);
                    this.stack.push({
                      type: "block-map",
                      offset: this.offset,
                      indent: this.indent,
                      items: [{ start: start2, key: null, sep: [this.sourceToken] }]
                    });
                  }
                } else if (it.value) {
                  map.items.push({ start: [], key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start, key: null, sep: [this.sourceToken] }]
                  });
                } else if (isFlowToken(it.key) && !includesToken(it.sep, "newline")) {
                  const start2 = getFirstKeyStartProps(it.start);
                  const key2 = it.key;
                  const sep2 = it.sep;
                  sep2.push(this.sourceToken);
                  delete it.key;
                  delete it.sep;
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start2, key: key2, sep: sep2 }]
                  });
                } else if (start.length > 0) {
                  it.sep = it.sep.concat(start, this.sourceToken);
                } else {
                  it.sep.push(this.sourceToken);
                }
              } else {
                if (!it.sep) {
                  Object.assign(it, { key: null, sep: [this.sourceToken] });
                } else if (it.value || atNextItem) {
                  map.items.push({ start, key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: [], key: null, sep: [this.sourceToken] }]
                  });
                } else {
                  it.sep.push(this.sourceToken);
                }
              }
              this.onKeyLine = true;
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs2 = this.flowScalar(this.type);
              if (atNextItem || it.value) {
                map.items.push({ start, key: fs2, sep: [] });
                this.onKeyLine = true;
              } else if (it.sep) {
                this.stack.push(fs2);
              } else {
                Object.assign(it, { key: fs2, sep: [] });
                this.onKeyLine = true;
              }
              return;
            }
            default: {
              const bv = this.startBlockValue(map);
              if (bv) {
                if (bv.type === "block-seq") {
                  if (!it.explicitKey && it.sep && !includesToken(it.sep, "newline")) {
                    yield* this.pop({
                      type: "error",
                      offset: this.offset,
                      message: "Unexpected block-seq-ind on same line with key",
                      source: this.source
                    });
                    return;
                  }
                } else if (atMapIndent) {
                  map.items.push({ start });
                }
                this.stack.push(bv);
                return;
              }
            }
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *blockSequence(seq) {
        const it = seq.items[seq.items.length - 1];
        switch (this.type) {
          case "newline":
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                seq.items.push({ start: [this.sourceToken] });
            } else
              it.start.push(this.sourceToken);
            return;
          case "space":
          case "comment":
            if (it.value)
              seq.items.push({ start: [this.sourceToken] });
            else {
              if (this.atIndentedComment(it.start, seq.indent)) {
                const prev = seq.items[seq.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  seq.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
          case "anchor":
          case "tag":
            if (it.value || this.indent <= seq.indent)
              break;
            it.start.push(this.sourceToken);
            return;
          case "seq-item-ind":
            if (this.indent !== seq.indent)
              break;
            if (it.value || includesToken(it.start, "seq-item-ind"))
              seq.items.push({ start: [this.sourceToken] });
            else
              it.start.push(this.sourceToken);
            return;
        }
        if (this.indent > seq.indent) {
          const bv = this.startBlockValue(seq);
          if (bv) {
            this.stack.push(bv);
            return;
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *flowCollection(fc) {
        const it = fc.items[fc.items.length - 1];
        if (this.type === "flow-error-end") {
          let top;
          do {
            yield* this.pop();
            top = this.peek(1);
          } while (top?.type === "flow-collection");
        } else if (fc.end.length === 0) {
          switch (this.type) {
            case "comma":
            case "explicit-key-ind":
              if (!it || it.sep)
                fc.items.push({ start: [this.sourceToken] });
              else
                it.start.push(this.sourceToken);
              return;
            case "map-value-ind":
              if (!it || it.value)
                fc.items.push({ start: [], key: null, sep: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                Object.assign(it, { key: null, sep: [this.sourceToken] });
              return;
            case "space":
            case "comment":
            case "newline":
            case "anchor":
            case "tag":
              if (!it || it.value)
                fc.items.push({ start: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                it.start.push(this.sourceToken);
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs2 = this.flowScalar(this.type);
              if (!it || it.value)
                fc.items.push({ start: [], key: fs2, sep: [] });
              else if (it.sep)
                this.stack.push(fs2);
              else
                Object.assign(it, { key: fs2, sep: [] });
              return;
            }
            case "flow-map-end":
            case "flow-seq-end":
              fc.end.push(this.sourceToken);
              return;
          }
          const bv = this.startBlockValue(fc);
          if (bv)
            this.stack.push(bv);
          else {
            yield* this.pop();
            yield* this.step();
          }
        } else {
          const parent = this.peek(2);
          if (parent.type === "block-map" && (this.type === "map-value-ind" && parent.indent === fc.indent || this.type === "newline" && !parent.items[parent.items.length - 1].sep)) {
            yield* this.pop();
            yield* this.step();
          } else if (this.type === "map-value-ind" && parent.type !== "flow-collection") {
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            fixFlowSeqItems(fc);
            const sep2 = fc.end.splice(1, fc.end.length);
            sep2.push(this.sourceToken);
            const map = {
              type: "block-map",
              offset: fc.offset,
              indent: fc.indent,
              items: [{ start, key: fc, sep: sep2 }]
            };
            this.onKeyLine = true;
            this.stack[this.stack.length - 1] = map;
          } else {
            yield* this.lineEnd(fc);
          }
        }
      }
      flowScalar(type) {
        if (this.onNewLine) {
          let nl = this.source.indexOf("\n") + 1;
          while (nl !== 0) {
            this.onNewLine(this.offset + nl);
            nl = this.source.indexOf("\n", nl) + 1;
          }
        }
        return {
          type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
      }
      startBlockValue(parent) {
        switch (this.type) {
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return this.flowScalar(this.type);
          case "block-scalar-header":
            return {
              type: "block-scalar",
              offset: this.offset,
              indent: this.indent,
              props: [this.sourceToken],
              source: ""
            };
          case "flow-map-start":
          case "flow-seq-start":
            return {
              type: "flow-collection",
              offset: this.offset,
              indent: this.indent,
              start: this.sourceToken,
              items: [],
              end: []
            };
          case "seq-item-ind":
            return {
              type: "block-seq",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: [this.sourceToken] }]
            };
          case "explicit-key-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            start.push(this.sourceToken);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, explicitKey: true }]
            };
          }
          case "map-value-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, key: null, sep: [this.sourceToken] }]
            };
          }
        }
        return null;
      }
      atIndentedComment(start, indent) {
        if (this.type !== "comment")
          return false;
        if (this.indent <= indent)
          return false;
        return start.every((st) => st.type === "newline" || st.type === "space");
      }
      *documentEnd(docEnd) {
        if (this.type !== "doc-mode") {
          if (docEnd.end)
            docEnd.end.push(this.sourceToken);
          else
            docEnd.end = [this.sourceToken];
          if (this.type === "newline")
            yield* this.pop();
        }
      }
      *lineEnd(token2) {
        switch (this.type) {
          case "comma":
          case "doc-start":
          case "doc-end":
          case "flow-seq-end":
          case "flow-map-end":
          case "map-value-ind":
            yield* this.pop();
            yield* this.step();
            break;
          case "newline":
            this.onKeyLine = false;
          // fallthrough
          case "space":
          case "comment":
          default:
            if (token2.end)
              token2.end.push(this.sourceToken);
            else
              token2.end = [this.sourceToken];
            if (this.type === "newline")
              yield* this.pop();
        }
      }
    };
    exports.Parser = Parser2;
  }
});

// node_modules/yaml/dist/public-api.js
var require_public_api = __commonJS({
  "node_modules/yaml/dist/public-api.js"(exports) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var errors = require_errors();
    var log = require_log();
    var identity = require_identity();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    function parseOptions(options) {
      const prettyErrors = options.prettyErrors !== false;
      const lineCounter$1 = options.lineCounter || prettyErrors && new lineCounter.LineCounter() || null;
      return { lineCounter: lineCounter$1, prettyErrors };
    }
    function parseAllDocuments(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      const docs = Array.from(composer$1.compose(parser$1.parse(source)));
      if (prettyErrors && lineCounter2)
        for (const doc of docs) {
          doc.errors.forEach(errors.prettifyError(source, lineCounter2));
          doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
        }
      if (docs.length > 0)
        return docs;
      return Object.assign([], { empty: true }, composer$1.streamInfo());
    }
    function parseDocument3(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      let doc = null;
      for (const _doc of composer$1.compose(parser$1.parse(source), true, source.length)) {
        if (!doc)
          doc = _doc;
        else if (doc.options.logLevel !== "silent") {
          doc.errors.push(new errors.YAMLParseError(_doc.range.slice(0, 2), "MULTIPLE_DOCS", "Source contains multiple documents; please use YAML.parseAllDocuments()"));
          break;
        }
      }
      if (prettyErrors && lineCounter2) {
        doc.errors.forEach(errors.prettifyError(source, lineCounter2));
        doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
      }
      return doc;
    }
    function parse4(src, reviver, options) {
      let _reviver = void 0;
      if (typeof reviver === "function") {
        _reviver = reviver;
      } else if (options === void 0 && reviver && typeof reviver === "object") {
        options = reviver;
      }
      const doc = parseDocument3(src, options);
      if (!doc)
        return null;
      doc.warnings.forEach((warning) => log.warn(doc.options.logLevel, warning));
      if (doc.errors.length > 0) {
        if (doc.options.logLevel !== "silent")
          throw doc.errors[0];
        else
          doc.errors = [];
      }
      return doc.toJS(Object.assign({ reviver: _reviver }, options));
    }
    function stringify2(value, replacer, options) {
      let _replacer = null;
      if (typeof replacer === "function" || Array.isArray(replacer)) {
        _replacer = replacer;
      } else if (options === void 0 && replacer) {
        options = replacer;
      }
      if (typeof options === "string")
        options = options.length;
      if (typeof options === "number") {
        const indent = Math.round(options);
        options = indent < 1 ? void 0 : indent > 8 ? { indent: 8 } : { indent };
      }
      if (value === void 0) {
        const { keepUndefined } = options ?? replacer ?? {};
        if (!keepUndefined)
          return void 0;
      }
      if (identity.isDocument(value) && !_replacer)
        return value.toString(options);
      return new Document.Document(value, _replacer, options).toString(options);
    }
    exports.parse = parse4;
    exports.parseAllDocuments = parseAllDocuments;
    exports.parseDocument = parseDocument3;
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/index.js
var require_dist = __commonJS({
  "node_modules/yaml/dist/index.js"(exports) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var Schema = require_Schema();
    var errors = require_errors();
    var Alias = require_Alias();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var cst = require_cst();
    var lexer = require_lexer();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    var publicApi = require_public_api();
    var visit2 = require_visit();
    exports.Composer = composer.Composer;
    exports.Document = Document.Document;
    exports.Schema = Schema.Schema;
    exports.YAMLError = errors.YAMLError;
    exports.YAMLParseError = errors.YAMLParseError;
    exports.YAMLWarning = errors.YAMLWarning;
    exports.Alias = Alias.Alias;
    exports.isAlias = identity.isAlias;
    exports.isCollection = identity.isCollection;
    exports.isDocument = identity.isDocument;
    exports.isMap = identity.isMap;
    exports.isNode = identity.isNode;
    exports.isPair = identity.isPair;
    exports.isScalar = identity.isScalar;
    exports.isSeq = identity.isSeq;
    exports.Pair = Pair.Pair;
    exports.Scalar = Scalar.Scalar;
    exports.YAMLMap = YAMLMap.YAMLMap;
    exports.YAMLSeq = YAMLSeq.YAMLSeq;
    exports.CST = cst;
    exports.Lexer = lexer.Lexer;
    exports.LineCounter = lineCounter.LineCounter;
    exports.Parser = parser.Parser;
    exports.parse = publicApi.parse;
    exports.parseAllDocuments = publicApi.parseAllDocuments;
    exports.parseDocument = publicApi.parseDocument;
    exports.stringify = publicApi.stringify;
    exports.visit = visit2.visit;
    exports.visitAsync = visit2.visitAsync;
  }
});

// local/main.ts
import { writeFile } from "node:fs/promises";

// package.json
var package_default = { name: "databricks-secretless", version: "0.1.0" };

// core/base/product.ts
var PRODUCT = { name: package_default.name, version: package_default.version };

// core/base/tree.ts
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";

// core/base/checkout-file.ts
import * as fs from "node:fs/promises";
import path from "node:path";

// core/base/paths.ts
import { posix, sep, win32 } from "node:path";
function isInside(file, folder, platform) {
  const path2 = platform.os === "win32" ? win32 : posix;
  const fold2 = (text) => platform.os === "linux" ? text : text.toLowerCase();
  const relative7 = path2.relative(fold2(folder), fold2(file));
  return relative7 === "" || !(relative7 === ".." || relative7.startsWith(`..${path2.sep}`) || path2.isAbsolute(relative7));
}
function pathForPeople(file, folder, platform) {
  const path2 = platform.os === "win32" ? win32 : posix;
  return (isInside(file, folder, platform) ? path2.relative(folder, file) : file).replaceAll(path2.sep, "/");
}
var slashed = (path2) => path2.split(sep).join("/");

// core/base/checkout-file.ts
var FILE_LIMIT = 1e6;
var RefusedFile = class extends Error {
  name = "RefusedFile";
};
var DanglingLink = class extends RefusedFile {
  constructor() {
    super("is a link that leads nowhere");
  }
};
var OUTSIDE = "leads out of the checkout";
var CHANGED = "was exchanged for another one while it was read";
async function readCheckoutFile(file, bounds) {
  const { checkout, platform, port = fs } = bounds;
  const real = await realOf(file, port);
  if (real === void 0) return void 0;
  const root = await port.realpath(checkout);
  const isOurs = (one) => isInside(one, root, platform);
  if (!isOurs(real)) throw new RefusedFile(OUTSIDE);
  if (inGitFolder(path.relative(root, real))) throw new RefusedFile("leads into a folder .git");
  const { bytes, names, place } = await readRegular(real, bounds);
  if (await realOf(file, port) !== real || place !== void 0 && !isOurs(place))
    throw new RefusedFile(CHANGED);
  if (names > 1n)
    throw new RefusedFile("has a second name (a hard link), which may be that of a file elsewhere");
  return bytes;
}
async function readNamedFile(file, options = {}) {
  const real = await realOf(file, options.port ?? fs);
  return real === void 0 ? void 0 : (await readRegular(real, options)).bytes;
}
function textOf(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
  }
  throw new RefusedFile("is not UTF-8 text");
}
async function realOf(file, port) {
  try {
    return await port.realpath(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ELOOP") throw new RefusedFile("is a link that leads in a circle");
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    const found = await port.lstat(file).catch(() => void 0);
    if (found?.isSymbolicLink() === true) throw new DanglingLink();
    return void 0;
  }
}
async function readRegular(real, { limit = FILE_LIMIT, port = fs }) {
  const expected = await port.lstat(real, { bigint: true });
  checkKind(expected, limit);
  const { O_RDONLY: O_RDONLY2 = 0, O_NOFOLLOW = 0, O_NONBLOCK: O_NONBLOCK2 = 0 } = port.constants;
  const handle = await port.open(real, O_RDONLY2 | O_NOFOLLOW | O_NONBLOCK2).catch((error) => {
    throw codeOf(error) === "ELOOP" ? new RefusedFile(CHANGED) : error;
  });
  try {
    const found = await handle.stat({ bigint: true });
    checkKind(found, limit);
    if (found.ino !== expected.ino || found.dev !== expected.dev) throw new RefusedFile(CHANGED);
    const place = await port.readlink(`/proc/self/fd/${handle.fd}`).catch(() => void 0);
    const buffer = Buffer.alloc(Math.max(Number(found.size) + 1, 4096));
    const pieces = [];
    for (let size = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { bytes: Buffer.concat(pieces), names: found.nlink, place };
      size += bytesRead;
      if (size > limit) throw tooLarge(limit);
      pieces.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await handle.close();
  }
}
function checkKind(found, limit) {
  if (!found.isFile())
    throw new RefusedFile(found.isDirectory() ? "is a folder" : "is no regular file but a device or a pipe");
  if (found.size > BigInt(limit)) throw tooLarge(limit);
}
function tooLarge(limit) {
  return new RefusedFile(`is larger than ${String(limit / 1e6)} MB`);
}
function inGitFolder(relative7) {
  return relative7.split(/[\\/]/).some((part) => /^\.git[. ]*$/i.test(part));
}
function codeOf(error) {
  return error.code;
}

// core/base/tree.ts
var FIRST_PIECE = 64 << 10;
var PIECE = 1 << 20;
var { O_RDONLY, O_NONBLOCK = 0 } = constants;
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
    if (!(await stat(file)).isFile()) throw notRegular();
    const handle = await open(file, O_RDONLY | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) throw notRegular();
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
  },
  real: (path2) => realpath(path2).catch(() => path2)
};
function notRegular() {
  return new RefusedFile("is no regular file");
}
async function readOwn(file, checkout, { tree, platform }) {
  if (tree === diskTree) return readCheckoutFile(file, { checkout, platform });
  return await tree.size(file) === void 0 ? void 0 : whole(tree, file);
}
async function readGitFile(file, tree) {
  try {
    const bytes = await (tree === diskTree ? readNamedFile(file) : whole(tree, file));
    return bytes?.toString("utf8");
  } catch {
    return void 0;
  }
}
async function whole(tree, file) {
  const pieces = [];
  for await (const piece of tree.read(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

// core/base/redact.ts
var HIDDEN = "***";
var SHORTEST_SECRET = 8;
var SHAPES = [
  // RFC 7519 in compact form, also cut off in the middle.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, HIDDEN],
  // Databricks personal access tokens and OAuth secrets.
  [/\b(?:dapi|dose)[0-9a-zA-Z]{16,}(?:-\d+)?/g, HIDDEN],
  [/\b(Bearer|Basic)(\s+|%20|\+)[\w.~+/=%-]{16,}/gi, `$1 ${HIDDEN}`],
  // Members of JSON and form bodies (RFC 6749, 7521, 8693) that hold a credential whatever its shape.
  [
    /\b((?:access|refresh|id|subject|actor)_token|client_assertion|client_secret|oidcToken)(\\*"?\s*[:=]\s*\\*"?)[^\s"&,}\\]+/g,
    `$1$2${HIDDEN}`
  ],
  // RFC 3986 3.2.1: user information in a URL.
  [/(\/\/)[^\s/@"']+@/g, `$1${HIDDEN}@`]
];
var registered = /* @__PURE__ */ new Map();
var endings = new Uint8Array(65536);
var endingAt = (text, to) => (text.charCodeAt(to - 2) << 8 ^ text.charCodeAt(to - 1)) & 65535;
function redact(text) {
  let result = withoutRegistered(text);
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}
function withoutRegistered(text) {
  const hidden = new Uint8Array(text.length);
  for (let to = SHORTEST_SECRET; to <= text.length; to += 1) {
    if (!endings[endingAt(text, to)]) continue;
    for (const secret of registered.get(text.slice(to - SHORTEST_SECRET, to)) ?? [])
      if (text.endsWith(secret, to)) hidden.fill(1, to - secret.length, to);
  }
  if (!hidden.includes(1)) return text;
  let result = "";
  hidden.forEach((is, at) => {
    if (!is) result += text.charAt(at);
    else if (!hidden[at - 1]) result += HIDDEN;
  });
  return result;
}

// core/base/quote.ts
var WHOLE = 40;
var BEGINNING = 12;
var BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
var INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
var named = (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
function withoutBidi(text) {
  return text.replace(BIDI, named);
}
function quote(text) {
  const shown = redact(text).replace(INVISIBLE, named);
  const characters = Array.from(shown);
  if (characters.length <= WHOLE) return shown;
  return `${characters.slice(0, BEGINNING).join("")}\u2026 (${String(Array.from(text).length)} characters)`;
}
function quoteAll(texts, most = 10) {
  const more = texts.length > most ? [`and ${String(texts.length - most)} more`] : [];
  return [...texts.slice(0, most).map(quote), ...more].join(", ");
}

// core/ci/azure-devops/fork.ts
function isForkBuild(environment) {
  return (environment["SYSTEM_PULLREQUEST_ISFORK"] ?? "").toLowerCase() === "true";
}

// core/ci/dialect.ts
function claimsByName(payload, names) {
  const found = Object.entries(names).map(([name, claim]) => [name, payload[claim]]);
  return Object.fromEntries(found.filter(([, value]) => typeof value === "string" && value !== ""));
}

// core/ci/azure-devops/subject.ts
var ENTRA_ISSUER_AUDIENCE = "fb60f99c-7a34-4190-8149-302f77469936";
function subjectKind(subject) {
  if (subject.startsWith("p://")) return "pipeline";
  if (subject.startsWith("sc://")) return "connection";
  return /^\/eid1\/.*\/sc\//.test(subject) ? "entra-connection" : void 0;
}
function readableSubject(subject) {
  if (subjectKind(subject) === void 0) return subject;
  const [, scheme = "", rest = ""] = /^(\w+:\/\/|\/)(.*)$/s.exec(subject) ?? [];
  return [scheme, ...rest.split("/").flatMap((segment, at) => at === 0 ? [segment] : ["/", segment])].join(
    " "
  );
}

// core/ci/azure-devops/dialect.ts
var CLAIMS = { repository: "rpo_uri", repositoryId: "rpo_id", ref: "rpo_ref", commit: "rpo_ver" };
var AZURE_DEVOPS = {
  name: "azure-devops",
  title: "Azure Pipelines",
  choosesAudience: true,
  connections: true,
  inputLabel: (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
  pipelineClaims(payload) {
    const { sub } = payload;
    const pipeline = typeof sub === "string" && subjectKind(sub) === "pipeline" ? { pipeline: sub } : {};
    return { ...claimsByName(payload, CLAIMS), ...pipeline };
  },
  isOwnIssuer: (issuer, issuers) => issuers.includes(issuer),
  untrustedRun(environment) {
    if (!isForkBuild(environment)) return void 0;
    return {
      event: "pull request from a fork",
      remedy: "Run this command on the branch after the merge. For pull requests use `command: plan` and a service principal that can only read."
    };
  },
  untrustedToken: () => void 0,
  // Source: learn.microsoft.com, "Define variables", section "Understand variable syntax".
  expressions: [
    [
      /\$\([^()\n]+\)/g,
      "Azure Pipelines leaves a macro as it is when no variable has this name: the name is misspelt, its variable group is not named under `variables`, the variable belongs to another stage or job, or a step sets it that has not run yet or sets it with `isOutput` (then its name is `<step>.<variable>`). A value that really holds this text goes into `variables-file`."
    ],
    [
      /\$\[[^\]\n]+\]/g,
      "Azure Pipelines evaluates `$[\u2026]` only as the whole value of a variable under `variables`: put it there, and write `$(<variable>)` here."
    ],
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "Azure Pipelines evaluates `${{\u2026}}` when it reads the YAML; in a variable of the pipeline's settings, of a variable group or of a step it stays as it is. Write the value itself there."
    ]
  ],
  whyEmpty: "If it comes from a variable: one of a variable group is there only where `variables` names the group, and one that a step sets only in later steps of the same job.",
  credentials: [
    [/^SYSTEM_OIDC/, "a means of the CI to get ID tokens"],
    [/^SYSTEM_ACCESSTOKEN$/, "the token of the CI job"],
    [/^AZURE_DEVOPS_EXT_|^AZP_TOKEN|^VSTS_|^VSS_CREDENTIALS/, "a credential of the CI"],
    [/^(?:ENDPOINT|SECRET|SECUREFILE)_/, "a service connection or secret of the agent"]
  ],
  // Source: azure-pipelines-agent, JobExtension.cs.
  tracking: "VSTS_PROCESS_LOOKUP_ID",
  // Predefined variables alone, as a pipeline may have its own that begin with BUILD_. Source: learn.microsoft.com, "Use
  // predefined variables", section "Build variables"; without the repository's URI, which can hold a credential.
  facts: /^BUILD_(?:BUILDID|BUILDNUMBER|BUILDURI|DEFINITIONNAME|DEFINITIONVERSION|REASON|QUEUEDBY(?:ID)?|REQUESTEDFOR(?:ID|EMAIL)?|REPOSITORY_(?:ID|NAME|PROVIDER)|SOURCEBRANCH(?:NAME)?|SOURCEVERSION(?:MESSAGE|AUTHOR)?|SOURCESDIRECTORY)$/,
  // `##vso[…]` anywhere, `##[…]` at the start of a line.
  logMarkers: [[/#(?=#(?:vso)?\[)/gi, "# "]],
  readable: readableSubject,
  isOpenToAnybody: () => false,
  advise: () => Promise.resolve(void 0),
  // Tokens of service connections at the Entra issuer have its own identifier as audience.
  ownAudiences: [ENTRA_ISSUER_AUDIENCE],
  entraNotes: {
    issuer: "After an Azure DevOps connection was converted, the issuer is https://login.microsoftonline.com/<tenant>/v2.0.",
    signature: ""
  },
  async explain({ field, presented }) {
    const { azureDevOpsHint: azureDevOpsHint2 } = await Promise.resolve().then(() => (init_hints(), hints_exports));
    return { remedy: azureDevOpsHint2(field, subjectKind(presented.subject)) };
  }
};

// core/ci/github/events.ts
var WRITERS = /* @__PURE__ */ new Set([
  ...["push", "create", "delete", "release", "registry_package", "page_build"],
  ...["workflow_dispatch", "repository_dispatch", "schedule", "workflow_call"],
  ...["deployment", "deployment_status", "deployment_protection_rule", "branch_protection_rule"],
  ...["label", "milestone", "pull_request"]
]);
function isOpenToAnybody(event) {
  return !WRITERS.has(event);
}

// core/ci/github/issuer.ts
function gitHubServer(issuer) {
  if (/^https:\/\/token\.actions\.githubusercontent\.com(\/[\w-]+)?$/.test(issuer))
    return "https://github.com";
  const [, residency] = /^https:\/\/token\.actions\.([\w-]+\.ghe\.com)(?:\/[\w-]+)?$/.exec(issuer) ?? [];
  if (residency !== void 0) return `https://${residency}`;
  const [, server] = /^(https?:\/\/[\w.-]+(?::\d+)?)\/_services\/token$/.exec(issuer) ?? [];
  return server;
}

// core/ci/github/dialect.ts
var CLAIMS2 = {
  repository: "repository",
  repositoryId: "repository_id",
  ref: "ref",
  environment: "environment",
  pipeline: "workflow_ref",
  actor: "actor",
  event: "event_name",
  commit: "sha"
};
var PROPERTY = "repo_property_";
function propertiesOf(payload) {
  const found = Object.entries(payload).filter(([claim]) => claim.startsWith(PROPERTY));
  const texts = found.filter((one) => typeof one[1] === "string");
  return Object.fromEntries(texts.map(([claim, value]) => [claim.slice(PROPERTY.length), value]));
}
function untrusted(event) {
  if (event !== "pull_request_target") return void 0;
  return {
    event,
    remedy: "Run this command on push, workflow_dispatch or release. For pull requests use the event pull_request with `command: plan` and a service principal that can only read."
  };
}
var GITHUB = {
  name: "github",
  title: "GitHub Actions",
  choosesAudience: false,
  connections: false,
  inputLabel: (name) => name,
  pipelineClaims(payload) {
    const properties = propertiesOf(payload);
    return {
      ...claimsByName(payload, CLAIMS2),
      ...Object.keys(properties).length > 0 && { properties }
    };
  },
  // An enterprise may have an issuer of its own below GitHub's; GitHub's own keys sign its tokens, too.
  isOwnIssuer(issuer, issuers) {
    const server = gitHubServer(issuer);
    return issuers.some((one) => one === issuer || server !== void 0 && gitHubServer(one) === server);
  },
  untrustedRun: (environment) => untrusted(environment["GITHUB_EVENT_NAME"]),
  untrustedToken: ({ event }) => untrusted(event),
  expressions: [
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "GitHub evaluates expressions in the workflow file alone, not in what a variable, a file or another step's output holds: write the value itself there."
    ]
  ],
  whyEmpty: "If it comes from `vars.\u2026` or `secrets.\u2026`: what belongs to an environment is there only in a job with `environment: <name>`; what belongs to the organisation must be open to this repository. GitHub gives an empty text for a name that it does not know.",
  credentials: [
    [/^ACTIONS_/, "a means of the CI to get ID tokens"],
    [/^(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN$/, "the token of the CI job"],
    [/^(?:INPUT|STATE)_/, "an input or the state of a step"],
    [
      /^GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/,
      "a file through which the bundle's code could change later steps"
    ],
    [
      /^RUNNER_TRACKING_ID$/,
      "the mark by which the runner ends processes, a deployment in progress among them"
    ]
  ],
  // Source: actions/runner, JobExtension.cs and ProcessInvoker.cs.
  tracking: "RUNNER_TRACKING_ID",
  // Source: docs.github.com, "Variables reference", section "Default environment variables".
  facts: /^GITHUB_(?:SHA|REF(?:_\w+)?|HEAD_REF|BASE_REF|RUN_\w+|REPOSITORY(?:_\w+)?|SERVER_URL|WORKFLOW(?:_\w+)?|JOB|EVENT_NAME|ACTOR(?:_ID)?)$/,
  // `::name::` at the start of a line, `##[name]` anywhere.
  logMarkers: [
    [/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: "],
    [/#(?=#\[)/g, "# "]
  ],
  readable: (subject) => subject,
  isOpenToAnybody,
  advise: async (claims) => (await Promise.resolve().then(() => (init_hints2(), hints_exports2))).subjectAdvice(claims),
  ownAudiences: [],
  entraNotes: {
    issuer: "",
    signature: "GitHub Enterprise Server publishes them at /_services/token/.well-known/jwks."
  },
  explain: async (refused) => (await Promise.resolve().then(() => (init_hints2(), hints_exports2))).githubHint(refused)
};

// core/ci/index.ts
var DIALECTS = [GITHUB, AZURE_DEVOPS];

// core/ci/safe-for-log.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line2, dialects = DIALECTS) {
  return dialects.flatMap(({ logMarkers }) => logMarkers).reduce(
    (text, [marker, broken]) => text.replace(marker, broken),
    withoutBidi(line2.replace(ESCAPE_SEQUENCE, "")).replace(CONTROL, " ")
  );
}

// local/scan-command.ts
import { basename, dirname as dirname6, parse as parse3, relative as relative6, resolve as resolve2 } from "node:path";

// core/base/errors.ts
var SecretlessError = class extends Error {
  name = "SecretlessError";
  code;
  details;
  mistakes;
  others;
  constructor(code, options) {
    const { mistakes = [], others = [], cause, ...details } = options;
    super(details.problem, cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.details = details;
    this.mistakes = mistakes;
    this.others = others;
  }
};

// core/base/git/repository-id.ts
import { dirname, isAbsolute, join } from "node:path";
function repositoryIdOf(originUrl) {
  const address = originUrl.trim().replace(/^[a-z+]{2,12}:\/\//i, "").replace(/^[^@/]{1,200}@/, "").replace(/^([^/:]{1,255}):(?:\d{1,5}\/)?/, "$1/");
  const azure = /^(?:ssh\.)?dev\.azure\.com\/(?:v3\/)?([^/]+)\/([^/]+)\/(?:_git\/)?([^/]+)/.exec(address);
  const path2 = azure === null ? address : `dev.azure.com/${azure.slice(1).join("/")}`;
  return decodeURIComponentSafely(path2).replace(/(?:\.git)?\/?$/, "").toLowerCase();
}
function decodeURIComponentSafely(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
async function gitFolder(checkout, tree) {
  const dotGit = join(checkout, ".git");
  if (await tree.size(dotGit) === void 0) return dotGit;
  const target = /^gitdir: (.{1,4096})/.exec(await readGitFile(dotGit, tree) ?? "")?.[1]?.trim() ?? "";
  const folder = isAbsolute(target) ? target : join(checkout, target);
  const common = await readGitFile(join(folder, "commondir"), tree) ?? ".";
  return isAbsolute(common.trim()) ? common.trim() : join(folder, common.trim());
}
async function readRepositoryId(checkout, tree) {
  const config2 = await readGitFile(join(await gitFolder(checkout, tree), "config"), tree) ?? "";
  const origin = /\[remote "origin"\][^[]{0,2000}?\n\s{0,8}url\s{0,4}=\s{0,4}([^\n]{1,2000})/.exec(
    config2
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

// core/scan/exceptions.ts
var import_yaml2 = __toESM(require_dist(), 1);
import { join as join2, relative } from "node:path";

// core/base/nearest.ts
var LONGEST = 100;
function nearest(text, names) {
  const folded2 = fold(text);
  let best;
  for (const name of names) {
    if (name.length > LONGEST || text.length > LONGEST) continue;
    const edits = isShort(folded2, fold(name)) ? 1 : distance(folded2, fold(name));
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && (best === void 0 || edits < best.edits))
      best = { name, edits };
  }
  return best?.name;
}
function meant(text, names) {
  const name = nearest(text, names);
  return name === void 0 ? [] : [`Did you mean \`${quote(name)}\`?`];
}
function isShort(one, other) {
  const least = Math.min(one.length, other.length);
  return least >= 3 && (one.startsWith(other) || other.startsWith(one));
}
function fold(name) {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}
function distance(from, to) {
  let [before, row] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const same = from[at - 1] === to[other - 1];
      const swapped = at > 1 && other > 1 && from[at - 1] === to[other - 2] && from[at - 2] === to[other - 1];
      next[other] = Math.min(
        (row[other] ?? 0) + 1,
        (next[other - 1] ?? 0) + 1,
        (row[other - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[other - 2] ?? 0) + 1 : Infinity
      );
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}

// core/base/yaml/shape.ts
var import_yaml = __toESM(require_dist(), 1);
var DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
function isDay(text) {
  const time = Date.parse(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

// core/base/yaml/flaw.ts
var FLAWS = {
  ALIAS_PROPS: "an alias has an anchor or a tag",
  BAD_ALIAS: "an anchor or alias is not valid, or the alias has no anchor before it",
  BAD_COLLECTION_TYPE: "a tag does not fit what it stands at",
  BAD_DIRECTIVE: "a directive is not valid",
  BAD_DQ_ESCAPE: "a text in double quotes has an escape that does not exist",
  BAD_INDENT: "the indentation is not right",
  BAD_PROP_ORDER: "an anchor or tag stands before an indicator",
  BAD_SCALAR_START: "a text begins with a character that needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested mapping stands on the line of a key",
  BLOCK_IN_FLOW: "a block stands inside brackets",
  DUPLICATE_KEY: "a mapping has the same key twice",
  IMPOSSIBLE: "the text cannot be read",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a character is missing, such as a comma, a quote or a bracket",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines",
  MULTIPLE_ANCHORS: "a node has several anchors",
  MULTIPLE_DOCS: "the file holds several documents",
  MULTIPLE_TAGS: "a node has several tags",
  NON_STRING_KEY: "a key is no text",
  RESOURCE_EXHAUSTION: "the file is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation",
  TAG_RESOLVE_FAILED: "a tag is not known, or its value does not fit it",
  UNEXPECTED_TOKEN: "something stands where it cannot be"
};
function yamlFlaw({ code }) {
  return FLAWS[code];
}

// core/base/glob.ts
function globMatches(pattern, text) {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === void 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

// core/bundle/ignore-patterns.ts
var ANY = { type: "any" };
var SLASH = { type: "character", character: "/" };
var skip = (count2) => ({ type: "skip", count: count2 });
function stepsOf(line2) {
  const anchored = line2.startsWith("/") && !line2.startsWith("/**/");
  const inFolder = /[^/+]\/.*\*\./.test(line2);
  const steps = anchored || inFolder ? [] : [skip(2), ANY, SLASH];
  let at = line2.startsWith("/") ? 1 : 0;
  while (at < line2.length) {
    const rest = line2.slice(at);
    const characters = /^\[(\^?)([^\]]{1,100})\]/.exec(rest);
    const [length, read] = rest.startsWith("/**/") ? [4, [SLASH, skip(2), ANY, SLASH]] : rest.startsWith("**/") ? [3, [skip(2), ANY, SLASH]] : rest.startsWith("/**") ? [3, [skip(2), SLASH, ANY]] : rest.startsWith("*") ? [1, [{ type: "star" }]] : characters !== null ? [
      characters[0].length,
      [{ type: "class", characters: characters[2] ?? "", negated: characters[1] === "^" }]
    ] : rest.startsWith("\\") && rest.length > 1 ? [2, [{ type: "character", character: rest[1] ?? "" }]] : [1, [{ type: "character", character: rest[0] ?? "" }]];
    steps.push(...read);
    at += length;
  }
  return [...steps, ...line2.endsWith("/") ? [ANY] : [skip(2), SLASH, ANY]];
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
function takes(step, character) {
  if (step.type === "character") return step.character === character;
  if (step.type === "class") return inClass(step.characters, character) !== step.negated;
  return step.type === "any" || step.type === "star" && character !== "/";
}
function matches(steps, path2) {
  let states = /* @__PURE__ */ new Set();
  const enter = (into, state) => {
    if (into.has(state)) return;
    into.add(state);
    const step = steps[state];
    if (step?.type === "skip") {
      enter(into, state + 1);
      enter(into, state + 1 + step.count);
    } else if (step?.type === "star" || step?.type === "any") enter(into, state + 1);
  };
  enter(states, 0);
  for (const character of path2) {
    const next = /* @__PURE__ */ new Set();
    for (const state of states) {
      const step = steps[state];
      if (step === void 0 || step.type === "skip" || !takes(step, character)) continue;
      enter(next, step.type === "star" || step.type === "any" ? state : state + 1);
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
      const line2 = raw.replace(/\r+$/, "").replace(/^ +| +$/g, "");
      if (line2 === "" || line2.startsWith("#")) continue;
      const negated = line2.startsWith("!");
      const pattern = negated ? line2.slice(1) : line2;
      const uncertain = UNCERTAIN.test(pattern.replace(/\[[^\]]{1,100}\]/g, ""));
      if (pattern === "" || uncertain && use === "leave-out" !== negated) continue;
      this.#patterns.push({ negated, steps: uncertain ? [ANY] : stepsOf(pattern) });
    }
  }
  /** Whether the last pattern that matches `path` (relative, with slashes) is one that is not negated. */
  match(path2) {
    let matched = false;
    for (const { negated, steps } of this.#patterns) {
      if (matched === negated && matches(steps, path2)) matched = !negated;
    }
    return matched;
  }
};

// core/scan/rules/remedies.ts
var REMEDIES = {
  databricks: "Code in a job already runs as its service principal: call `WorkspaceClient()` without a token. Outside Databricks use OAuth token federation. Revoke the value.",
  azure: 'Use a Unity Catalog service or storage credential (`dbutils.credentials.getServiceCredentialsProvider("name")`), which holds no key. Until then `{{secrets/scope/key}}`. Rotate the value.',
  storage: "Use a Unity Catalog external location with a storage credential instead of keys in Spark configuration. Until then `{{secrets/scope/key}}`. Rotate the key.",
  entra: "Let the job use a managed identity (`unity_catalog_credential: <name>` in `access.yml`), and the application trust it (`present` with `entra_application: { client_id: <application ID> }`). Where a secret has to remain, one job alone may read it: `unity_catalog_secret: <catalog>.<schema>.<secret>`. Delete the secret in Entra ID.",
  aws: "Use a Unity Catalog storage credential, or a service credential: `unity_catalog_credential: <name>` in `access.yml`. Deactivate the key.",
  google: "Use a Unity Catalog service credential: `unity_catalog_credential: <name>` in `access.yml`; no key file is needed. Delete the key.",
  database: "Use OAuth where the database can do it, or a Unity Catalog connection: `unity_catalog_connection: <name>` in `access.yml`. Until then `unity_catalog_secret: <catalog>.<schema>.<secret>` lets one job read it; in configuration `{{secrets/scope/key}}`. Change the password.",
  pipeline: "Let the pipeline's own identity get a short-lived token (OIDC) instead of a stored one. Revoke the token.",
  service: "Keep it as a Unity Catalog secret that one job may read: `unity_catalog_secret: <catalog>.<schema>.<secret>` in `access.yml`; or call the service through a connection: `unity_catalog_connection: <name>`. In configuration `{{secrets/scope/key}}`. Revoke the value.",
  key: "Keep private keys out of the bundle: a vault or a secret scope, read by one job alone (`unity_catalog_secret: <catalog>.<schema>.<secret>` in `access.yml`); better, federation instead of a key pair. Replace the key."
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
var UNSCANNED_RULE = {
  id: "not-scanned",
  name: "File that cannot be scanned",
  risk: "What it holds is not known, and it would be uploaded.",
  remedy: "Leave it out of the upload (`sync.exclude`), or store it so that it can be read: whole, unencrypted, smaller.",
  owasp: "NHI2"
};
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
    pattern: /(?<![A-Za-z0-9_])sig=(?<value>(?:[A-Za-z0-9+/_-]|%2[bf]){43,88}(?:=|%3d)?)/iy,
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
      "search-key",
      "analytics_key",
      "analytics-key",
      "analyticskey",
      "vision_key",
      "visionkey",
      "language_key",
      "recognizer_key",
      "intelligence_key",
      "content_safety_key",
      "maps_key"
    ],
    named: /(?:openai|cognitive|speech|translator|search|subscription|analytics|vision|language|recognizer|intelligence|content_safety|maps)(?:_\w{1,30})?_?key$/,
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
    {
      remedy: "Let the job log in to Vault with a token of its own identity: `unity_catalog_credential: <name>` in `access.yml`. Revoke the token."
    }
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
  },
  {
    type: "format",
    id: "databricks-secret-value",
    name: "Value of a Databricks secret, where it is put into its scope",
    risk: "Whoever reads the file has the secret, whatever the scope allows.",
    remedy: "Put the value in by hand (`databricks secrets put-secret scope key` asks for it), or from a vault; better, let the job's identity replace the secret. Change the value.",
    owasp: "NHI2",
    keywords: ["string-value", "string_value", "stringvalue"],
    pattern: /string[-_]?value(?:["']?\s{0,20}[:=]\s{0,20}["']|[ =]{1,4}["']?)(?<value>[^\s"'`,;)]{4,512})/iy,
    test: (value, around) => /secret/i.test(around) && /[^a-z.]/.test(value),
    judged: true,
    textOnly: true
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
      "pass=",
      "pass:"
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

// core/scan/detect/entropy.ts
function entropy(text) {
  const counts = /* @__PURE__ */ new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count2 of counts.values()) {
    const share = count2 / text.length;
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

// core/scan/detect/references.ts
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
  /^!(?:vault|Ref|Sub|GetAtt|secret)\b/i,
  // Expressions of Data Factory and Synapse: `@parameters('…')`, `@{linkedService().…}`, `@pipeline().…`.
  /^@(?:\{|[A-Za-z]{1,40}\()/
];
var KNOWN_EXAMPLES = /* @__PURE__ */ new Set([
  "AKIAIOSFODNN7EXAMPLE",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  // The Azure Storage emulator's and the Cosmos DB emulator's published keys (learn.microsoft.com).
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
]);
var PLACEHOLDER_PARTS = /example|sample|placeholder|change[-_ ]?(?:me|it|this)|(?:^|[^a-z])your(?:[^a-z]|$)|your(?:password|token|secret|key|user|pass)|\bmy[-_]?(?:password|secret|token|key)\b|dummy|(?:^|[^a-z])fake|mock[-_]|x{4,}|\*{3,}|\.{3}|•{2,}|todo|fixme|redacted|masked|replace[-_ ]?(?:me|with)|insert[-_ ]|put[-_ ]your|enter[-_ ]|to[-_ ]?be[-_ ]|not[-_ ]?(?:a[-_ ])?real|no[-_ ]?secret|do[-_ ]?not[-_ ]?use|deadbeef|hidden|obfuscated|sanitized|<[a-z]/i;
var WORTHLESS = /^(?:pass(?:word|wd)?\d{0,4}[!.]?|passw0rd|p@ss(?:w[o0]rd)?\d{0,3}!?|pwd\d{0,3}|secrets?\d{0,3}|tokens?|admin\d{0,3}|root|test(?:ing|er)?\d{0,4}|guest|postgres|mysql|user(?:name)?\d{0,3}|none|null|nil|true|false|undefined|string|text|str|optional|required|default|empty|unknown|anonymous|n\/a|na|foo(?:bar)?\d{0,3}|bar|baz|qwerty|letmein|abc\d{0,6}|changeit|development|prod(?:uction)?|staging|bearer|basic|oauth|azuread|value|hello(?:world)?|welcome\d?|trustno1|supersecret(?:password)?\d{0,3}|databricks|spark|(?:token|test|secret)-?value|apikey|api-key|pat)$/i;
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
  const match = /^([\x20-\x39\x3b-\x7e]{0,80}):([\x20-\x7e]{4,200})$/.exec(base64Text(text));
  return match !== null && !isPlaceholder(match[2] ?? "") && !/^<|\$\{|\{\{/.test(match[2] ?? "");
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
function isUrlPassword(value, around) {
  if (/^\d{1,5};[\w .-]{1,40}=/.test(value)) return false;
  const at = around.indexOf(`:${value}@`);
  const user = /[^/:@]*$/.exec(around.slice(0, at))?.[0];
  const host = /^[\w.[\]:-]*/.exec(around.slice(at + value.length + 2))?.[0] ?? "";
  return user !== value || !/^(?:[\w-]+|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{0,5})?$/.test(host);
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
    test: isUrlPassword,
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
    id: "positional-password",
    name: "Password by its place: after the user in a call that signs in",
    risk: URL_RISK,
    remedy: REMEDIES.database,
    owasp: "NHI2",
    keywords: [
      "auth=(",
      "auth = (",
      "basicauth(",
      "basic_auth(",
      "digestauth(",
      "proxyauth(",
      "getconnection("
    ].concat([
      "networkcredential(",
      "passwordcredential(",
      "passwordcredentials(",
      "passwordauthentication("
    ]),
    pattern: /[a-z_]{4,30}(?:(?<=auth)\s?=\s?)?\((?:\s{0,40}[^\s"'`,()]{1,80}\s{0,4},)?\s{0,40}["'][^"'\n]{0,80}["']\s{0,4},\s{0,40}["'](?<value>[^"'\s]{4,200})["']\s{0,40}[,)]/iy,
    judged: true,
    textOnly: true
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

// core/scan/rules/index.ts
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

// core/scan/exceptions.ts
var EXCEPTIONS_FILE = ".secretless-ignore.yml";
var FIELDS = ["rule", "path", "fingerprint", "reason", "expires"];
var MOST = 1e3;
var REMEDY = "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).";
var RULE_IDS = new Set(
  [...RULES, ...PRACTICES, SCOPE_RULE, UNSCANNED_RULE].map((rule) => rule.id)
);
async function readExceptions({ bundleRoot, checkout }, bounds, today) {
  const file = join2(bundleRoot, EXCEPTIONS_FILE);
  const name = slashed(relative(checkout, file));
  try {
    const bytes = await readOwn(file, checkout, bounds);
    if (bytes === void 0) return { exceptions: [], mistakes: [] };
    return parseExceptions(textOf(bytes), name, today);
  } catch (error) {
    const why = error instanceof RefusedFile ? error.message : "cannot be read";
    return {
      exceptions: [],
      mistakes: [{ problem: `${name} ${why}`, remedy: REMEDY, place: { file: name } }]
    };
  }
}
function parseExceptions(text, file, today) {
  const lines = new import_yaml2.LineCounter();
  const document = (0, import_yaml2.parseDocument)(text, { lineCounter: lines });
  const mistakes = [];
  const placeAt = (offset) => {
    const { line: line2, col } = lines.linePos(offset ?? 0);
    return { file, line: line2, column: col };
  };
  for (const error of document.errors) {
    mistakes.push({
      problem: `${file} is not valid YAML: ${yamlFlaw(error)}`,
      expected: "YAML: one document, each key once",
      remedy: "Correct the line; an editor with a YAML extension shows the place.",
      place: placeAt(error.pos[0])
    });
  }
  if (mistakes.length > 0 || document.contents === null) return { exceptions: [], mistakes };
  const list = (0, import_yaml2.isMap)(document.contents) ? document.contents.get("exceptions", true) : void 0;
  if (!(0, import_yaml2.isSeq)(list) || document.contents.get("version") !== 1) {
    mistakes.push({
      problem: `${file} needs \`version: 1\` and a list \`exceptions\``,
      expected: "`version: 1`, `exceptions:` with a list",
      actual: (0, import_yaml2.isMap)(document.contents) ? quote(document.contents.items.map(({ key: key2 }) => String(key2)).join(", ")) : "no mapping",
      remedy: REMEDY,
      place: placeAt(0)
    });
    return { exceptions: [], mistakes };
  }
  for (const { key: key2 } of document.contents.items) {
    const name = (0, import_yaml2.isScalar)(key2) ? String(key2.value) : "";
    if (name === "version" || name === "exceptions") continue;
    const problem = `${file} has an unknown key ${quote(name)}`;
    mistakes.push({ problem, remedy: REMEDY, place: placeAt(key2.range?.[0]) });
  }
  if (list.items.length > MOST) {
    const problem = `${file} has more than ${String(MOST)} exceptions`;
    mistakes.push({ problem, remedy: "Remove what the exceptions are for.", place: placeAt(0) });
    return { exceptions: [], mistakes };
  }
  const exceptions = [];
  for (const item of list.items) {
    const place = placeAt(item.range?.[0]);
    if (!(0, import_yaml2.isMap)(item)) {
      const expected = FIELDS.join(", ");
      mistakes.push({
        problem: "An exception must be a mapping",
        expected,
        actual: quote(String(item)),
        remedy: REMEDY,
        place
      });
      continue;
    }
    const { exception, mistakes: found } = parseOne(item, place, placeAt, today);
    mistakes.push(...found);
    if (found.length === 0) exceptions.push(exception);
  }
  return { exceptions, mistakes };
}
function parseOne(item, place, placeAt, today) {
  const mistakes = [];
  const wrong = (at2, problem, expected, actual, remedy = REMEDY) => {
    mistakes.push({ problem, expected, actual, remedy, place: at2 });
  };
  const placeOf = (node) => placeAt(node?.range?.[0]);
  const values = Object.fromEntries(
    FIELDS.map((field) => {
      const node = item.get(field, true);
      const text = (0, import_yaml2.isScalar)(node) ? (node.source ?? "").trim() : "";
      if (text === "") wrong(place, `The exception has no ${field}`, `\`${field}\``, "nothing");
      return [field, text];
    })
  );
  for (const pair of item.items) {
    const key2 = String(pair.key);
    if (FIELDS.some((field) => field === key2)) continue;
    const remedy = [...meant(key2, FIELDS), "Correct the key, or take it out."].join(" ");
    const problem = `The exception has an unknown key ${quote(key2)}`;
    wrong(placeOf(pair.key), problem, FIELDS.join(", "), quote(key2), remedy);
  }
  const { rule, expires } = values;
  if (rule !== "" && !RULE_IDS.has(rule)) {
    const remedy = [
      ...meant(rule, [...RULE_IDS]),
      "Copy the rule and the fingerprint from the finding."
    ].join(" ");
    wrong(
      placeOf(item.get("rule", true)),
      `There is no rule ${quote(rule)}`,
      "the rule of a finding",
      quote(rule),
      remedy
    );
  }
  const isDate = isDay(expires);
  const at = placeOf(item.get("expires", true));
  if (expires !== "" && !isDate) {
    const problem = `${quote(expires)} is no day of the form YYYY-MM-DD`;
    wrong(at, problem, "a day of the calendar, such as 2027-03-31", quote(expires));
  } else if (isDate && expires < today) {
    const problem = `The exception for ${quote(rule)} in ${quote(values.path)} expired on ${expires}`;
    const remedy = "Take the exception out, or look at the value again and give it a new date.";
    wrong(at, problem, `a day from ${today} on`, expires, remedy);
  }
  return { exception: { ...values, place }, mistakes };
}
var DAY = 24 * 60 * 60 * 1e3;
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
      ({ exception, paths }) => exception.rule === finding.rule.id && exception.fingerprint === finding.fingerprint && (exception.path === file || paths.match(file)) && (exception.within?.some((pattern) => globMatches(pattern, file)) ?? true)
    );
    if (found === void 0) stay.push(finding);
    else {
      used.add(found.exception);
      excepted.push({ finding, exception: found.exception });
    }
  }
  return { findings: stay, excepted, unused: exceptions.filter((exception) => !used.has(exception)) };
}
function isAlwaysSeen({ rule, path: path2 }, configuration) {
  if (/^(?:practice|scope)-/.test(rule) || /\.(?:whl|jar|egg|zip)$/.test(path2)) return false;
  const paths = new IgnorePatterns([path2], "leave-out");
  return !configuration.some((file) => file === path2 || paths.match(file));
}
function unusedMistake({ rule, path: path2, place }) {
  return {
    problem: `The exception for ${quote(rule)} in ${quote(path2)} matches no finding`,
    remedy: "Remove it.",
    place
  };
}

// core/scan/finding.ts
import { createHmac } from "node:crypto";
var EMPTY_REPORT = {
  findings: [],
  unscanned: [],
  scopes: [],
  notes: [],
  files: 0,
  bytes: 0
};
function mergeReports(reports) {
  const findings = reports.flatMap((report) => report.findings);
  const key2 = ({ fingerprint: mark, place }) => `${mark} ${place.file}`;
  const written = new Set(findings.filter(({ setting }) => setting === void 0).map(key2));
  return {
    findings: findings.filter((finding) => finding.setting === void 0 || !written.has(key2(finding))),
    unscanned: reports.flatMap((report) => report.unscanned),
    scopes: reports.flatMap((report) => report.scopes),
    notes: [...new Set(reports.flatMap((report) => report.notes))],
    files: reports.reduce((sum, report) => sum + report.files, 0),
    bytes: reports.reduce((sum, report) => sum + report.bytes, 0)
  };
}
function fingerprint(value, repositoryId) {
  return createHmac("sha256", repositoryId).update(value, "latin1").digest("hex").slice(0, 12);
}
function unscannedFindings({ unscanned }, repositoryId) {
  return unscanned.filter(({ harmless: harmless2 }) => !harmless2).map(({ file, member, reason }) => ({
    rule: UNSCANNED_RULE,
    level: "error",
    place: { file },
    ...member !== void 0 && { member },
    shown: reason,
    fingerprint: fingerprint(
      Buffer.from(`${file}!${member ?? ""}: ${reason}`).toString("latin1"),
      repositoryId
    )
  }));
}
function redacted(value, prefix) {
  const known = prefix !== void 0 && value.toLowerCase().startsWith(prefix.toLowerCase()) ? prefix : "";
  return `${known}\u2026 (${value.length} characters)`;
}
function placeText({ place, member, cell, setting }) {
  const position = place.line === void 0 ? "" : `:${place.line}:${place.column ?? 1}`;
  const file = member === void 0 ? place.file : `${place.file}!${member}`;
  return `${file}${position}${cell === void 0 ? "" : ` (cell ${cell})`}${setting === void 0 ? "" : ` (${setting})`}`;
}

// core/scan/rules/rule.ts
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
  const { rule, level, place, endColumn, member, setting, shown, fingerprint: fingerprint2 } = finding;
  const { line: line2, column } = place;
  const region = line2 === void 0 ? {} : {
    region: {
      startLine: line2,
      startColumn: column ?? 1,
      ...endColumn !== void 0 && { endColumn }
    }
  };
  const logical = member ?? setting;
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: `${rule.name}: ${shown} in ${placeText(finding)}. ${rule.risk} ${rule.remedy}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uri(place.file), uriBaseId: "%SRCROOT%" }, ...region },
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
  const notifications = report.unscanned.map(({ file, member, reason, harmless: harmless2 }) => ({
    level: harmless2 ? "note" : "warning",
    message: { text: `Not scanned: ${member === void 0 ? file : `${file}!${member}`}: ${reason}` },
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

// core/scan/scanned-files.ts
import { createHash } from "node:crypto";
import { relative as relative2 } from "node:path";

// node_modules/lossless-json/lib/esm/utils.js
function isInteger(value) {
  return INTEGER_REGEX.test(value);
}
var INTEGER_REGEX = /^-?[0-9]+$/;
function isNumber(value) {
  return NUMBER_REGEX.test(value);
}
var NUMBER_REGEX = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
function isSafeNumber(value, config2) {
  if (isInteger(value)) {
    return Number.isSafeInteger(Number.parseInt(value, 10));
  }
  const num = Number.parseFloat(value);
  if (Number.isInteger(num) && !Number.isSafeInteger(num)) {
    return false;
  }
  const parsed = String(num);
  if (value === parsed) {
    return true;
  }
  const valueDigits = extractSignificantDigits(value);
  const parsedDigits = extractSignificantDigits(parsed);
  if (valueDigits === parsedDigits) {
    return true;
  }
  if (config2?.approx === true) {
    const requiredDigits = 14;
    if (parsedDigits.length >= requiredDigits && valueDigits.startsWith(parsedDigits.substring(0, requiredDigits))) {
      return true;
    }
  }
  return false;
}
var UnsafeNumberReason = /* @__PURE__ */ (function(UnsafeNumberReason2) {
  UnsafeNumberReason2["underflow"] = "underflow";
  UnsafeNumberReason2["overflow"] = "overflow";
  UnsafeNumberReason2["truncate_integer"] = "truncate_integer";
  UnsafeNumberReason2["truncate_float"] = "truncate_float";
  return UnsafeNumberReason2;
})({});
function getUnsafeNumberReason(value) {
  if (isSafeNumber(value, {
    approx: false
  })) {
    return void 0;
  }
  if (isInteger(value)) {
    return UnsafeNumberReason.truncate_integer;
  }
  const num = Number.parseFloat(value);
  if (!Number.isFinite(num)) {
    return UnsafeNumberReason.overflow;
  }
  if (num === 0) {
    return UnsafeNumberReason.underflow;
  }
  return UnsafeNumberReason.truncate_float;
}
function extractSignificantDigits(value) {
  const {
    start,
    end
  } = getSignificantDigitRange(value);
  const digits = value.substring(start, end);
  const dot = digits.indexOf(".");
  if (dot === -1) {
    return digits;
  }
  return digits.substring(0, dot) + digits.substring(dot + 1);
}
function getSignificantDigitRange(value) {
  let start = 0;
  if (value[0] === "-") {
    start++;
  }
  while (value[start] === "0" || value[start] === ".") {
    start++;
  }
  let end = value.lastIndexOf("e");
  if (end === -1) {
    end = value.lastIndexOf("E");
  }
  if (end === -1) {
    end = value.length;
  }
  while ((value[end - 1] === "0" || value[end - 1] === ".") && end > start) {
    end--;
  }
  return {
    start,
    end
  };
}

// node_modules/lossless-json/lib/esm/LosslessNumber.js
var losslessNumberMarker = /* @__PURE__ */ Symbol.for("lossless-json.LosslessNumber");
var LosslessNumber = class {
  // numeric value as string
  value;
  /**
   * @deprecated Use the isLosslessNumber(value) function instead.
   *
   * Ordinary objects may also have an isLosslessNumber property, so this
   * field cannot reliably identify lossless numbers.
   */
  isLosslessNumber = true;
  get [losslessNumberMarker]() {
    return true;
  }
  constructor(value) {
    if (!isNumber(value)) {
      throw new Error(`Invalid number (value: "${value}")`);
    }
    this.value = value;
  }
  /**
   * Get the value of the LosslessNumber as number or bigint.
   *
   * - a number is returned for safe numbers and decimal values that only lose some insignificant digits
   * - a bigint is returned for big integer numbers
   * - an Error is thrown for values that will overflow or underflow
   *
   * Note that you can implement your own strategy for conversion by just getting the value as string
   * via .toString(), and using util functions like isInteger, isSafeNumber, getUnsafeNumberReason,
   * and toSafeNumberOrThrow to convert it to a numeric value.
   */
  valueOf() {
    const unsafeReason = getUnsafeNumberReason(this.value);
    if (unsafeReason === void 0 || unsafeReason === UnsafeNumberReason.truncate_float) {
      return Number.parseFloat(this.value);
    }
    if (isInteger(this.value)) {
      return BigInt(this.value);
    }
    throw new Error(`Cannot safely convert to number: the value '${this.value}' would ${unsafeReason} and become ${Number.parseFloat(this.value)}`);
  }
  /**
   * Get the value of the LosslessNumber as string.
   */
  toString() {
    return this.value;
  }
  // Note: we do NOT implement a .toJSON() method, and you should not implement
  // or use that, it cannot safely turn the numeric value in the string into
  // stringified JSON since it has to be parsed into a number first.
};

// core/api/paging.ts
async function inParallel(items, work, width = 8) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

// core/scan/files/archive.ts
import { gunzipSync, inflateRawSync } from "node:zlib";

// core/scan/files/zip-directory.ts
var END = 101010256;
var END_64 = 101075792;
var LOCATOR_64 = 117853008;
var MEMBER = 33639248;
var LOCAL = 67324752;
var ZIP_END = 22 + 65535;
function endsAsZip(tail) {
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).subarray(-ZIP_END).includes("PK");
}
function hasUnlistedMembers(zip, members) {
  const extents = members.map((member) => {
    const start = member.header + 30 + lengthAt(zip, member.header + 26) + lengthAt(zip, member.header + 28);
    return [member.header, start + member.compressedSize];
  }).sort(([a], [b]) => a - b);
  let next = 0;
  for (let at = zip.indexOf("PK"); at >= 0; at = zip.indexOf("PK", at + 1)) {
    while ((extents[next]?.[1] ?? Infinity) <= at) next++;
    if ((extents[next]?.[0] ?? Infinity) > at) return true;
  }
  return false;
}
var lengthAt = (zip, at) => at + 2 <= zip.length ? zip.readUInt16LE(at) : 0;
function endOfDirectory(zip) {
  const first = Math.max(0, zip.length - 22 - 65535);
  for (let at = zip.length - 22; at >= first; at--) if (zip.readUInt32LE(at) === END) return at;
  throw new RangeError("it has no central directory");
}
function directoryOf(zip) {
  const end = endOfDirectory(zip);
  let [count2, size, offset] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16)
  ];
  let directoryEnd = end;
  if (end >= 20 && zip.readUInt32LE(end - 20) === LOCATOR_64) {
    const at = zip.lastIndexOf(Buffer.from([80, 75, 6, 6]), end - 20);
    if (at < 0 || zip.readUInt32LE(at) !== END_64) throw new RangeError("its central directory is damaged");
    [count2, size, offset] = [at + 32, at + 40, at + 48].map(
      (place) => Number(zip.readBigUInt64LE(place))
    );
    directoryEnd = at;
  }
  const shift = directoryEnd - size - offset;
  if (shift < 0) throw new RangeError("its central directory is damaged");
  return { count: count2, size, offset, shift };
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
  const { count: count2, offset, shift } = directoryOf(zip);
  let at = offset + shift;
  for (let i = 0; i < count2; i++) {
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
function memberBytes(zip, member) {
  if (zip.readUInt32LE(member.header) !== LOCAL) throw new RangeError("it has no local header");
  const start = member.header + 30 + zip.readUInt16LE(member.header + 26) + zip.readUInt16LE(member.header + 28);
  if (start + member.compressedSize > zip.length) throw new RangeError("it is cut off");
  return zip.subarray(start, start + member.compressedSize);
}

// core/scan/files/archive.ts
var ARCHIVE_LIMITS = {
  file: 256 << 20,
  member: 128 << 20,
  total: 1 << 30,
  members: 1e5
};
function closedArchive(head) {
  const start = Buffer.from(head).toString("latin1");
  return CLOSED.find(([magic]) => start.startsWith(magic))?.[1];
}
var HEAD = 262;
var CLOSED = [
  ...Array.from({ length: 9 }, (_, level) => [`BZh${String(level + 1)}1AY&SY`, "bzip2"]),
  ["\xFD7zXZ\0", "xz"],
  ["(\xB5/\xFD", "zstd"],
  ["7z\xBC\xAF'", "7z"],
  ["Rar!\x07", "rar"],
  ['"M', "lz4"]
];
function archiveKinds(content) {
  const first = archiveKind(content.subarray(0, HEAD));
  return [.../* @__PURE__ */ new Set([...first ? [first] : [], ...endsAsZip(content) ? ["zip"] : []])];
}
function archiveKind(head) {
  if (head[0] === 80 && head[1] === 75 && (head[2] === 3 && head[3] === 4 || head[2] === 5 && head[3] === 6))
    return "zip";
  if (head[0] === 31 && head[1] === 139 && head[2] === 8) return "gzip";
  return isTar(head) ? "tar" : void 0;
}
var TightBudget = class {
  bytes = ARCHIVE_LIMITS.total;
};
var UnpackBudget = class {
  bytes = ARCHIVE_LIMITS.total;
  members = ARCHIVE_LIMITS.members;
  #tight;
  constructor(tight) {
    this.#tight = tight;
  }
  /** How many bytes may come out of `packed` ones. */
  most(packed) {
    return Math.min(this.bytes, ARCHIVE_LIMITS.member, Math.max(packed * TIGHT, this.#tight.bytes));
  }
  take(packed, unpacked) {
    this.bytes -= unpacked;
    if (unpacked > packed * TIGHT) this.#tight.bytes -= unpacked;
  }
};
var TIGHT = 100;
var TOO_TIGHT = "this run has unpacked 1 GiB of what is packed tighter than 100 to 1: a zip bomb";
function explained(error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ERR_BUFFER_TOO_LARGE") return "it unpacks to more than it says: a zip bomb";
  return error instanceof Error ? error.message : String(error);
}
function unpackMember(zip, member, budget) {
  const { name } = member;
  if (member.encrypted) return { name, reason: "it is encrypted" };
  if (member.size > ARCHIVE_LIMITS.member) return { name, reason: "it unpacks to more than 128 MiB" };
  if (member.size > budget.bytes) return { name, reason: "the archive unpacks to more than 1 GiB" };
  if (member.method !== 0 && member.method !== 8)
    return { name, reason: `its compression method ${member.method} is not known` };
  try {
    const stored = memberBytes(zip, member);
    if (member.size > budget.most(stored.length)) return { name, reason: TOO_TIGHT };
    const content = member.method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, member.size) });
    if (content.length !== member.size) return { name, reason: "its content is damaged" };
    budget.take(stored.length, content.length);
    return { name, content };
  } catch (error) {
    return { name, reason: explained(error) };
  }
}
function* unpackZip(zip, budget) {
  const members = [];
  try {
    for (const member of zipMembers(zip)) {
      members.push(member);
      if (member.name.endsWith("/")) continue;
      if (--budget.members < 0) {
        yield { name: "", reason: "it has more than 100,000 members" };
        return;
      }
      yield unpackMember(zip, member, budget);
    }
    if (hasUnlistedMembers(zip, members))
      yield { name: "", reason: "it has members that its directory does not name" };
  } catch (error) {
    if (members.length === 0 && archiveKind(zip.subarray(0, HEAD)) !== "zip") return;
    yield { name: "", reason: `it is no whole zip archive: ${explained(error)}` };
  }
}
var BLOCK = 512;
function tarText(header, from, size) {
  const field = header.toString("utf8", from, from + size);
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}
function isTar(head) {
  return Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar";
}
function unpackTar(tar, budget) {
  const members = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + BLOCK);
    const size = parseInt(tarText(header, 124, 12).trim() || "0", 8);
    const prefix = tarText(header, 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${tarText(header, 0, 100)}`;
    if (--budget.members < 0) {
      members.push({ name: "", reason: "it has more than 100,000 members" });
      break;
    }
    if (!Number.isSafeInteger(size) || at + BLOCK + size > tar.length) {
      members.push({ name, reason: "the archive is cut off" });
      break;
    }
    if (/[0\0]/.test(String.fromCharCode(header[156] ?? 0))) {
      members.push({ name, content: tar.subarray(at + BLOCK, at + BLOCK + size) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return [...members, { name: "", content: tar, around: true }];
}
function unpackGzip(gzip, budget) {
  const most = budget.most(gzip.length);
  try {
    const content = gunzipSync(gzip, { maxOutputLength: Math.max(1, most) });
    budget.take(gzip.length, content.length);
    return isTar(content) ? unpackTar(content, budget) : [{ name: "", content }];
  } catch (error) {
    const reason = explained(error);
    return [
      {
        name: "",
        reason: reason.includes("bomb") ? most < ARCHIVE_LIMITS.member ? TOO_TIGHT : "it unpacks to more than 128 MiB" : `it is no whole gzip file: ${reason}`
      }
    ];
  }
}

// core/scan/detect/sticky.ts
function sticky(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

// core/scan/detect/defaults.ts
var LOOK_UP = /(?:get|getenv|env_var|getOrElse|getOrDefault|getProperty|getString|getStr|getConf|get_config|lookup|pop|fetch|read_setting)\s{0,4}\(\s{0,20}["'`]$/;
var NEXT_ARGUMENT = /["'`]\s{0,4},\s{0,20}/y;
var NAMED_DEFAULT = /["'`]\s{0,4},[^()\n]{0,160}?\b(?:default|default_value|defaultValue|fallback|unset)\s{0,4}=\s{0,4}/y;
var FALLBACK = /["'`]?[\])]{0,2}(?:\s{1,8}or\s{1,8}|\s{0,4}(?:\|\||\?\?|\?:)\s{0,20}|\s{0,4}\.(?:getOrElse|orElse|unwrap_or|or_else)\(\s{0,20})(?=[rbuRBU]?["'`])/y;
var DECLARATION = /(?:\bDECLARE|\bVARIABLE|\bparam)\s{1,8}@?$/i;
var DECLARED = /[ \t]{1,8}(?:AS[ \t]{1,4})?[A-Za-z]\w{0,30}(?:\s?\([\w, ]{1,12}\))?[ \t]{1,8}(?::?=|DEFAULT)[ \t]{0,20}N?(?=["'])/iy;
var EXPANSION = /:?[-=]/y;
function behind(pattern, text, at) {
  const match = sticky(pattern, text, at);
  return match === null ? void 0 : at + match[0].length;
}
function defaultAfter(text, end, before) {
  if (before.endsWith("${")) {
    const at2 = behind(EXPANSION, text, end);
    return at2 === void 0 ? void 0 : { at: at2, bare: true };
  }
  const [previous = "", next = ""] = [before.at(-1), text[end]];
  const quoted = /["'`]/.test(next);
  const at = (quoted ? behind(NAMED_DEFAULT, text, end) : void 0) ?? (quoted && LOOK_UP.test(before) ? behind(NEXT_ARGUMENT, text, end) : void 0) ?? (/["'`\])\s|?.]/.test(next) ? behind(FALLBACK, text, end) : void 0) ?? (/[\s@]/.test(previous) && /\s/.test(next) && DECLARATION.test(before) ? behind(DECLARED, text, end) : void 0);
  return at === void 0 ? void 0 : { at, bare: false };
}

// core/scan/detect/assignment.ts
var NAME_REACH = 120;
var NAME_CHARACTER = /[\w.$-]/;
var ASSIGN = /["'`]{0,3}\]?[ \t]{0,20}(?::[ \t]{0,4}[A-Za-z][\w.[\] |]{0,40}[ \t]{0,4}=(?![=~>])|:=|=>|<-|->|=(?![=~])|:(?![:=/]))(?:[ \t]{0,40}\r?\n)?[ \t]{0,60}/y;
var CALL = /["'`]{1,3}\s{0,8},\s{0,40}/y;
var XML_ELEMENT = />/y;
var XML_PROPERTY = /<\/name>\s{0,60}<value>/y;
var YAML_DEFAULT = /:[ \t]{0,4}\r?\n(?:[ \t]{1,20}(?:description|type|lookup|sensitive):[^\n]{0,200}\n){0,3}[ \t]{1,20}default:[ \t]{1,8}/y;
var BLOCK_DEFAULT = /["']?\s{0,4}:?\s{0,4}\{[^{}]{0,400}?(?<![\w])["']?(?:default|value|defaultValue)["']?\s{0,20}[:=]\s{0,20}/y;
var PAIRED_VALUE = /["']?,?\s{0,60}["']?(?:value|default|default_value|stringValue)["']?\s{0,20}[:=]\s{0,20}/y;
var SPACED = /`?[ \t]{1,8}(?=["'])/y;
var BLANKS = /[ \t]{1,40}/y;
var CALLEES = /(?:option|options|set|put|config|conf|setProperty|property|env|setenv|setEnv|header|headers|add|append|setConf|hadoopConfiguration|entry|of|text|dropdown|combobox|withOption|update|putIfAbsent|setString|Tuple2|setattr|with|param|parameter|setParameter|credential|setdefault|monkeypatch\.setenv)\s{0,4}\(\s{0,40}$/;
var PAIR_KEY = /(?:name|key|variable|param|parameter|keyword|setting)["']?\s{0,4}[:=]\s{0,4}["']?$/i;
var BARE_AFTER = /(?:\b(?:export|set|setx|env|conf|declare|local|readonly)|-[De]|--(?:conf|env|build-arg|set|var))[ \t=]{1,4}["']?$/i;
var WRAPPERS = /(?:(?:[\w.]{0,40}\.)?(?:SecretStr|Secret|str|lit|String|Some|bytes|bytearray|quote|quote_plus|encode|toCharArray|StringType|sensitive|tostring|list)\s{0,2})?\(\s{0,20}/y;
var QUOTED = /([A-Za-z]{0,2})("""|'''|["'`])/y;
var BARE = /[^\s"'`,;<>(){}|&\\]{4,512}/y;
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
  const [all, prefix = "", quote2 = ""] = opening;
  const start = opening.index + all.length;
  const end = text.indexOf(quote2, start);
  if (end < 0 || end - start > 4096) return null;
  const value = text.slice(start, end);
  if (value.includes("\n") && quote2.length === 1) return null;
  if (/[fs]/i.test(prefix) && /[{$]/.test(value)) return null;
  const next = text.slice(end + quote2.length, end + quote2.length + 24);
  if (/^\s{0,8}(?:\+|%\s|\.format\b|\.replace\b|\|\||\?)/.test(next)) return null;
  return { value, start, quoted: true };
}
function bareLiteral(text, at) {
  const match = sticky(BARE, text, at);
  if (match === null) return null;
  const next = text[at + match[0].length];
  if (next === "(" || next === "{") return null;
  return { value: match[0], start: at, quoted: false };
}
var CONNECTION = /\b(?:host|hostaddr|dbname|user|port|sslmode|uid|server)\s{0,2}=[^=\n]{1,60}[ \t;]$/i;
var STARTS_LINE = /(?:^|\n)[ \t>*#|-]{0,20}[*`_]{0,2}$/;
var COMMENTED = /(?:^|\n)[^\n"'`]{0,80}(?:#|\/\/|--|\*|\bREM\b)[ \t]{0,8}$/;
var ENDS_LINE = /[ \t]{0,8}(?:\r?\n|$)/y;
function wholeLine(text, at) {
  const literal2 = bareLiteral(text, at);
  return literal2 !== null && sticky(ENDS_LINE, text, at + literal2.value.length) !== null ? literal2 : null;
}
function bracedLiteral(text, at) {
  const end = text.indexOf("}", at);
  const value = text.slice(at + 1, end);
  if (end < 0 || value.length > 128 || /^[\s{]|^[\w.[\]'"!:]*$|[\r\n]/.test(value)) return null;
  return { value, start: at + 1, quoted: true };
}
function closesString({ value, start }, { text }) {
  if (!/^\s{0,4}(?:[+.,)\]|&%?:;]|$)/.test(value)) return false;
  const quote2 = text[start - 1] ?? "";
  const line2 = text.slice(Math.max(text.lastIndexOf("\n", start) + 1, start - 2e3), start - 1);
  return (line2.split(quote2).length - 1) % 2 === 1;
}
function literalAfter(where) {
  const { text, end, before, kind } = where;
  const previous = before[before.length - 1] ?? "\n";
  const flag = text.startsWith("--", where.start);
  const call = sticky(CALL, text, end);
  if (call !== null && (flag || CALLEES.test(before.replace(/["'`]{1,3}$/, "")))) {
    const literal2 = quotedLiteral(text, end + call[0].length);
    if (literal2 !== null) return { ...literal2, certain: true };
  }
  for (const pattern of [YAML_DEFAULT, BLOCK_DEFAULT]) {
    const match = sticky(pattern, text, end);
    const at = match === null ? -1 : end + match[0].length;
    if (match !== null)
      return certain(
        quotedLiteral(text, at) ?? (pattern === YAML_DEFAULT ? bareLiteral(text, at) : null),
        false
      );
  }
  const fallback = defaultAfter(text, end, before);
  if (fallback !== void 0)
    return certain((fallback.bare ? bareLiteral : quotedLiteral)(text, fallback.at), false);
  if (PAIR_KEY.test(before)) {
    const pair = sticky(PAIRED_VALUE, text, end);
    if (pair === null) return null;
    const at = end + pair[0].length;
    return certain(quotedLiteral(text, at) ?? (kind === "config" ? bareLiteral(text, at) : null), false);
  }
  const xml = sticky(XML_PROPERTY, text, end) ?? (previous === "<" ? sticky(XML_ELEMENT, text, end) : null);
  if (xml !== null) {
    const literal2 = bareLiteral(text, end + xml[0].length);
    return literal2 !== null && text.startsWith("</", literal2.start + literal2.value.length) ? certain(literal2, false) : null;
  }
  const assign = sticky(ASSIGN, text, end);
  if (assign !== null) {
    const at = end + assign[0].length;
    const quoted = quotedLiteral(text, at);
    if (quoted !== null && closesString(quoted, where)) return null;
    if (quoted !== null) return isExpanded(quoted, assign[0], where) ? null : certain(quoted, false);
    if (assign[0].includes("\n")) return null;
    const tight = assign[0] === "=";
    const connection = tight && (/[;?&]/.test(previous) || /\s/.test(previous) && CONNECTION.test(before));
    const inString = tight && /["'`]/.test(previous);
    if (connection && text[at] === "{") return certain(bracedLiteral(text, at), true);
    if (kind === "config" || connection || inString || flag || BARE_AFTER.test(before)) {
      return certain(bareLiteral(text, at), connection);
    }
    const line2 = kind === "code" ? COMMENTED : STARTS_LINE;
    return line2.test(before) ? certain(wholeLine(text, at), false) : null;
  }
  const spaced = sticky(SPACED, text, end);
  if (spaced !== null && SUBCOMMAND.test(before)) return null;
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
var SUBCOMMAND = /\$\([^()\n]{0,120}$/;
function isExpanded({ value, start }, operator, { text, start: name, kind }) {
  const shell = kind === "config" && /^=["\\]?$/.test(operator.trimEnd()) || text[name] === "$";
  return shell && text[start - 1] === '"' && /(?<!\\)\$[A-Za-z_(]/.test(value);
}
function certain(literal2, isCertain) {
  return literal2 && { ...literal2, certain: isCertain };
}
function readAssignment(text, keywordStart, keywordEnd, kind) {
  const named2 = /[:=]/.test(text[keywordEnd - 1] ?? "") ? keywordEnd - 1 : keywordEnd;
  const { start, end } = nameAround(text, keywordStart, named2);
  const before = text.slice(Math.max(0, start - 120), start);
  const literal2 = literalAfter({ text, start, end, before, kind });
  if (literal2 === null) return null;
  return {
    name: text.slice(start, end),
    value: literal2.value,
    valueStart: literal2.start,
    certain: literal2.certain
  };
}

// core/scan/detect/encoded-forms.ts
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
    const run2 = from < 0 ? null : sticky(BASE64_RUN, text, from)?.[0] ?? null;
    if (run2 === null) return null;
    const decoded4 = Buffer.from(run2.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
    return located(decoded4, prefix, from + run2.length);
  }
  const run = sticky(form.encoding === "hex" ? HEX_RUN : PERCENT_RUN, text, start)?.[0] ?? null;
  if (run === null) return null;
  const decoded3 = form.encoding === "hex" ? Buffer.from(run, "hex").toString("latin1") : run.replace(/%([0-9a-fA-F]{2})/g, (_all, code) => String.fromCharCode(parseInt(code, 16)));
  return located(decoded3, prefix, start + run.length);
}
function located(text, prefix, end) {
  const at = text.slice(0, prefix.length + 6).indexOf(prefix);
  return at < 0 ? null : { text, at, end };
}

// core/base/uuid.ts
var UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
function isUuid(text) {
  return UUID.test(text);
}

// core/scan/detect/judge.ts
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
function isRandom(value) {
  if (value.length < 12 || value.length > 4096 || /[\s"'<>{}]/.test(value) || isNoLiteral(value))
    return false;
  if (isUuid(value)) return true;
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

// core/scan/detect/format-match.ts
var AROUND = 200;
var LOOKED_AT = 96;
function matchFormat(rule, text, at) {
  const from = Math.max(0, at - (rule.back ?? 0));
  rule.pattern.lastIndex = from;
  const match = rule.pattern.exec(text);
  if (match === null) return null;
  const value = match.groups?.["value"] ?? match[0];
  const start = from + match[0].lastIndexOf(value);
  const end = start + value.length;
  const body = rule.prefix !== void 0 && value.startsWith(rule.prefix) ? value.slice(rule.prefix.length) : value;
  const head = body.slice(0, LOOKED_AT);
  if (rule.judged === true ? isReference(value) || !isPassword(value, true) : isPlaceholder(head))
    return null;
  if (rule.entropy !== void 0 && entropy(head) < rule.entropy) return null;
  if (rule.test !== void 0) {
    const around = text.slice(Math.max(0, from - AROUND), from + match[0].length + AROUND);
    if (!rule.test(value, around)) return null;
  }
  return { start, end, value };
}

// core/scan/detect/keyword-automaton.ts
var KeywordAutomaton = class {
  #classes = new Uint8Array(256);
  #shift;
  #next;
  /** For each state the index into `#found`, or 0. */
  #output;
  #found = [[]];
  constructor(keywords2) {
    const folded2 = keywords2.map((keyword) => Buffer.from(keyword.text.toLowerCase(), "latin1"));
    let classCount = 1;
    for (const byte of folded2.flatMap((text) => [...text])) {
      if (this.#classes[byte] === 0) this.#classes[byte] = classCount++;
    }
    for (let upper = 65; upper <= 90; upper++) this.#classes[upper] = this.#classes[upper + 32] ?? 0;
    this.#shift = Math.ceil(Math.log2(classCount));
    const states = folded2.reduce((sum, text) => sum + text.length, 1);
    if (states > 65535) throw new RangeError("too many keywords for 16-bit states");
    this.#next = new Uint16Array(states << this.#shift);
    this.#output = new Uint16Array(states);
    this.#build(keywords2, folded2);
  }
  #build(keywords2, folded2) {
    const own = /* @__PURE__ */ new Map();
    const children = [[]];
    let count2 = 1;
    folded2.forEach((text, index) => {
      let state = 0;
      for (const byte of text) {
        const slot = state << this.#shift | (this.#classes[byte] ?? 0);
        if (this.#next[slot] === 0) {
          children[state]?.push(slot);
          children.push([]);
          this.#next[slot] = count2++;
        }
        state = this.#next[slot] ?? 0;
      }
      own.set(state, [...own.get(state) ?? [], keywords2[index]]);
    });
    const fallback = new Uint16Array(count2);
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
        const child = targets[index] ?? 0;
        fallback[child] = this.#next[slot] ?? 0;
        this.#next[slot] = child;
        queue.push(child);
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

// core/scan/detect/scope-use.ts
var SCOPE_KEYWORDS = ["{{secrets/", "secrets.get", "secret("];
var REFERENCE = /(?:\{\{secrets\/(?<configured>[\w.@-]{1,128})\/|secrets\.get(?:Bytes)?\(\s{0,20}(?:scope\s{0,4}=\s{0,4})?\\?["'](?<coded>[\w.@-]{1,128})\\?["']|secret\(\s{0,8}'(?<queried>[\w.@-]{1,128})'\s{0,8},)/iy;
function scopeAt(text, at) {
  const groups = sticky(REFERENCE, text, at)?.groups;
  return groups?.["configured"] ?? groups?.["coded"] ?? groups?.["queried"] ?? null;
}

// core/scan/detect/keyword-index.ts
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

// core/scan/detect/views.ts
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
  for (let match = mark.exec(text); match !== null && match.index < to; match = mark.exec(text)) {
    const decoded3 = decode(match.index);
    if (decoded3 === null) continue;
    builder.copy(text, copied, match.index);
    if (decoded3.character !== "") builder.add(decoded3.character, match.index);
    copied = match.index + decoded3.length;
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
    const match = JOINER.exec(text);
    return match !== null && (match[2] === void 0 || commas) ? { length: match[0].length, character: "" } : null;
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

// core/scan/detect/joined-literals.ts
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
  const matches2 = [];
  automaton().scan(Buffer.from(view.text, "latin1"), ({ payload }, start) => {
    if (payload.type !== "format") return;
    for (const rule of payload.rules) {
      if (rule.prefix === void 0 && rule.back === void 0) continue;
      const found = matchFormat(rule, view.text, start);
      if (found === null) continue;
      const [first, last] = [view.offsets[found.start] ?? from, view.offsets[found.end] ?? to];
      if (last - first === found.end - found.start) continue;
      matches2.push({ rule, start: first, end: last, value: found.value, via: "concatenated" });
    }
  });
  return matches2;
}

// core/scan/detect/names.ts
function normaliseName(name) {
  const words = name.replace(/([a-z]\d{0,3})([A-Z])/g, "$1_$2").replace(/([A-Z]{2,20})([A-Z][a-z])/g, "$1_$2").toLowerCase().split(/[^a-z0-9]{1,20}/).filter((word) => word !== "");
  while (words.length > 1 && FILLERS.test(words[words.length - 1] ?? "")) words.pop();
  return words.join("_").replace(/\d{1,4}$/, "");
}
var FILLERS = /^(?:value|val|str|string|plain|plaintext|text|literal|default|raw|clear|dev|test|tst|qa|uat|int|stg|stage|staging|prd|prod|production|live|eu|us|\d{1,6}|primary|secondary|old|new|current|env|var|param|com|net|windows|core|dfs|blob)$/;
var HARMLESS = /(?:^|_)(?:idempotency|page|paging|next|next_page|prev|previous|continuation|pagination|cursor|sync|resume|delta|change|csrf|xsrf|authenticity|antiforgery|pad|eos|bos|unk|sep|cls|mask|special|stop|start|end|begin|image|text|word|sub|oov|max|min|num|total|avg|input|output|prompt|completion|cached|reasoning|per|count|public|pub|partition|sort|foreign|hash|lock|fencing|concurrency|client_request|request|dedup|duplicate|verb|lex|syntax|design|reset|forgot|show|hide|confirm|no|has|is|use|with|without|require|required|enable|enabled|disable|allow|validate|check|verify|invalid|wrong|bad|missing|empty)_(?:(?:page|forward|backward|new|request|sequence|word|text|id|count|length|index|default|sort|cache)_)?(?:token|tokens|key|secret|password|pwd|passwd|pass|pat|credential|credentials)$|(?:^|_)encrypted_credentials?$|(?:by|bypass|compass|first_pass|second_pass|multi_?pass|single_pass|low_pass|high_pass|band_pass|one_pass|two_pass|(?:^|_)(?:backward|forward)_pass)$/;
function isHarmlessName(normalised) {
  return HARMLESS.test(normalised);
}

// core/scan/detect/detector.ts
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
var BROKEN = /[\w.~+/=-]{0,100}["'`]{1,3}\s{0,8}(?:\+|\|\||,|&|\.(?:concat\()?|\\)?\s{0,60}[rbuRBU]?["'`]{1,3}[\w.~+/=-]/y;
var TAKES_COMMAS = /(?:join|paste0?|concat|concat_ws)\s{0,2}\([^()]{0,200}$/;
function* readings(text, at, rule) {
  const from = Math.max(0, at - (rule.back ?? 0) * 2 - 64);
  const to = Math.min(text.length, at + 3e3);
  const commas = TAKES_COMMAS.test(text.slice(Math.max(0, at - 240), at));
  if (sticky(BROKEN, text, at)) yield [joined(text, from, to, commas), "concatenated"];
  const near = text.slice(from, Math.min(to, at + 400));
  if (near.includes("\\")) {
    const plain = unescaped(text, from, to);
    yield [plain, void 0];
    const inView = indexInView(plain, at);
    if (sticky(BROKEN, plain.text, inView)) {
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
  const decoded3 = decodeAt(text, at, payload.form, payload.prefix);
  if (decoded3 === null) return null;
  const found = matchFormat(payload.rule, decoded3.text, decoded3.at);
  return found && {
    rule: payload.rule,
    start: at,
    end: decoded3.end,
    value: found.value,
    via: payload.form.encoding
  };
}
function detect(bytes, text, options) {
  const matches2 = [];
  const push = (match) => {
    if (match !== null) matches2.push(match);
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
      matches2.push(...joinedMatches(text, Math.max(0, start - 300), end));
    }
  });
  return matches2;
}
var ESCAPED_OPERATOR = /[\w.$-]{0,120}(?:\\["'`])?\]?[ \t]{0,20}(?:[=:,{>]|<-|->|\\["'n])/y;
function readName(text, start, end, kind) {
  const plain = namedMatch(text, start, end, kind);
  if (plain !== null || !sticky(ESCAPED_OPERATOR, text, end)) return plain;
  const to = Math.min(text.length, end + 640);
  const escape = text.indexOf("\\", end);
  if (escape < 0 || escape >= to) return null;
  const view = unescaped(text, Math.max(0, start - 160), to);
  const inView = indexInView(view, start);
  const found = namedMatch(view.text, inView, inView + end - start, "code");
  return found && { ...found, start: view.offsets[found.start] ?? start, end: view.offsets[found.end] ?? end };
}

// core/scan/detect/file-kind.ts
var CONFIG = /\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|tfvars|sh|bash|zsh|ksh|ps1|psm1|bat|cmd|netrc|pgpass|pypirc|npmrc|databrickscfg|hocon|sql\.tpl|service|secrets?|credentials|keys?)$/;
var CONFIG_NAMES = /^(?:\.?env(?:\..{1,20})?|\.?(?:netrc|pgpass|pypirc|npmrc|databrickscfg)|my\.cnf|credentials|config|\.dockercfg|pip\.conf|(?:.{1,40}\.)?dockerfile(?:\..{1,40})?|makefile|procfile)$/;
var DATA = /\.(?:json|ipynb|jsonl|ndjson|geojson|csv|tsv|parquet|avro|orc|xml|lvdash|har|tfstate|plist)$/;
var TEXT = /\.(?:md|markdown|rst|txt|html?|log|adoc|tex)$/;
function fileKind(path2) {
  const name = path2.slice(path2.lastIndexOf("/") + 1).toLowerCase();
  if (CONFIG.test(name) || CONFIG_NAMES.test(name)) return "config";
  if (DATA.test(name)) return "data";
  if (TEXT.test(name)) return "text";
  return "code";
}

// core/scan/detect/match.ts
var PRIORITY = new Map(RULES.map((rule, index) => [rule, index]));
function withoutOverlaps(matches2) {
  const byRule = [...matches2].sort(
    (a, b) => (PRIORITY.get(a.rule) ?? 0) - (PRIORITY.get(b.rule) ?? 0) || a.start - b.start
  );
  const kept = [];
  for (const match of byRule) {
    if (!kept.some((other) => match.start < other.end && other.start < match.end)) kept.push(match);
  }
  return kept.sort((a, b) => a.start - b.start);
}

// core/scan/files/text-encoding.ts
import { TextDecoder as TextDecoder2 } from "node:util";
var SAMPLE = 8192;
function zeroShare(sample, start) {
  let zeros = 0;
  for (let i = start; i < sample.length; i += 2) if (sample[i] === 0) zeros++;
  return zeros / Math.max(1, sample.length / 2);
}
function isBinary(sample) {
  if (!sample.includes(0)) return false;
  const controls = sample.reduce(
    (sum, byte) => sum + (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27 ? 1 : 0),
    0
  );
  return controls > 3 && controls * 20 > sample.length;
}
function utf32(sample) {
  if (sample.length < 16) return void 0;
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i % 4] = (zeros[i % 4] ?? 0) + 1;
  const most = 0.9 * Math.floor(sample.length / 4);
  const [first = 0, second = 0, third = 0, fourth = 0] = zeros;
  if (fourth >= most && third >= most && first < most / 9) return "utf-32le";
  return first >= most && second >= most && fourth < most / 9 ? "utf-32be" : void 0;
}
function encodingOf(sample) {
  const wide2 = utf32(sample);
  if (wide2) return wide2;
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
  /** Known once something is decoded. */
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
      this.binary = this.#encoding === "bytes" && isBinary(sample);
      this.#head = Buffer.alloc(0);
      if (bytes[0] === 239 && bytes[1] === 187 && bytes[2] === 191) bytes = bytes.subarray(3);
    }
    if (this.#encoding === "bytes") return bytes;
    if (this.#encoding === "utf-32le" || this.#encoding === "utf-32be") return this.#narrowed(bytes);
    this.#utf16 ??= new TextDecoder2("utf-16le");
    if (this.#encoding === "utf-16be") bytes = this.#swapped(bytes);
    return Buffer.from(this.#utf16.decode(bytes, { stream: !final }), "utf8");
  }
  #narrowed(bytes) {
    const whole2 = Buffer.concat([this.#odd, bytes]);
    const even = whole2.length - whole2.length % 4;
    this.#odd = Buffer.from(whole2.subarray(even));
    let text = "";
    for (let at = 0; at < even; at += 4) {
      const code = this.#encoding === "utf-32le" ? whole2.readUInt32LE(at) : whole2.readUInt32BE(at);
      text += code <= 1114111 ? String.fromCodePoint(code) : "\uFFFD";
    }
    return Buffer.from(text, "utf8");
  }
  #swapped(bytes) {
    const whole2 = Buffer.concat([this.#odd, bytes]);
    const even = whole2.length - whole2.length % 2;
    this.#odd = Buffer.from(whole2.subarray(even));
    return Buffer.from(whole2.subarray(0, even)).swap16();
  }
};

// core/scan/files/content-scanner.ts
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
  /** Where the buffer begins. */
  #start = { offset: 0, line: 1, column: 0 };
  /** What was placed last: places are asked for nearly in their order, so that each byte is counted once. */
  #last = this.#start;
  #cells = 0;
  #matches = [];
  /** Where the content first names each of its secret scopes. */
  scopes = [];
  #knownScopes = /* @__PURE__ */ new Set();
  /** True if there were more matches than are kept. */
  overflowed = false;
  constructor(path2) {
    this.#kind = fileKind(path2);
    this.#ipynb = path2.toLowerCase().endsWith(".ipynb");
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
      if (this.#knownScopes.has(scope)) return;
      this.#knownScopes.add(scope);
      const { line: line2, column } = this.#placeOf(start);
      this.scopes.push({ scope, line: line2, column: column + 1 });
    };
    const found = detect(this.#buffer, text, { kind: this.#kind, binary, from: this.#done, to, onScope });
    for (const match of found.length < 2 ? found : withoutOverlaps(found)) {
      if (this.#matches.length >= MOST_MATCHES) this.overflowed = true;
      else this.#matches.push(binary ? match : this.#placed(match));
    }
    this.#done = to;
  }
  #placed(match) {
    const { line: line2, column: before } = this.#placeOf(match.start);
    const column = before + 1;
    const ends = this.#buffer.indexOf(10, match.start);
    const oneLine = ends < 0 || ends >= match.end;
    const cells = this.#cells + this.#countCells(match.start);
    return {
      ...match,
      position: {
        line: line2,
        column,
        ...oneLine && { endColumn: column + this.#length(match.start, match.end) }
      },
      ...cells > 0 && { cell: cells }
    };
  }
  #placeOf(offset) {
    let { offset: at, line: line2, column } = offset < this.#last.offset ? this.#start : this.#last;
    for (let next = this.#buffer.indexOf(10, at); next >= 0 && next < offset; next = this.#buffer.indexOf(10, next + 1)) {
      line2++;
      at = next + 1;
      column = 0;
    }
    this.#last = { offset, line: line2, column: column + this.#length(at, offset) };
    return this.#last;
  }
  #length(from, to) {
    return this.#buffer.toString("utf8", from, to).length;
  }
  #countCells(to) {
    const marker = this.#ipynb ? IPYNB_CELL : NOTEBOOK_CELL;
    let count2 = 0;
    for (let at = this.#buffer.indexOf(marker); at >= 0 && at < to; at = this.#buffer.indexOf(marker, at + 1))
      count2++;
    return count2 > 0 && !this.#ipynb && this.#cells === 0 ? count2 + 1 : count2;
  }
  #drop(size) {
    if (size === 0) return;
    this.#cells += this.#countCells(size);
    this.#start = { ...this.#placeOf(size), offset: 0 };
    this.#buffer = Buffer.from(this.#buffer.subarray(size));
    this.#done -= size;
    this.#last = this.#start;
  }
};

// core/scan/files/scan-file.ts
var NOTHING = Buffer.alloc(0);
var DEEPEST = 1;
var UNPACK = { zip: unpackZip, gzip: unpackGzip, tar: unpackTar };
var PIECE2 = 1 << 20;
var BYTES_BEFORE_PAUSE = 8 << 20;
function toFinding(match, file, member, repositoryId) {
  const { rule, value, position, cell, via } = match;
  const { line: line2, column, endColumn } = position ?? {};
  return {
    rule,
    level: "error",
    place: { file, ...line2 !== void 0 && { line: line2 }, ...column !== void 0 && { column } },
    ...endColumn !== void 0 && { endColumn },
    ...member !== void 0 && { member },
    ...cell !== void 0 && { cell },
    shown: redacted(value, rule.type === "format" ? rule.prefix : void 0),
    fingerprint: fingerprint(value, repositoryId),
    ...via !== void 0 && { via }
  };
}
function pushAll(scanner, content) {
  for (let at = 0; at + PIECE2 < content.length; at += PIECE2)
    scanner.push(content.subarray(at, at + PIECE2), false);
  scanner.push(
    content.subarray(content.length - (content.length % PIECE2 || Math.min(PIECE2, content.length))),
    true
  );
}
async function scanFile(file, repositoryId, tight = new TightBudget()) {
  const results = { findings: [], unscanned: [], scopes: [], bytes: 0 };
  try {
    await new FileScan(file, repositoryId, results, tight).run();
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
  #budget;
  #sincePause = 0;
  constructor(file, repositoryId, results, tight) {
    this.#file = file;
    this.#repositoryId = repositoryId;
    this.#results = results;
    this.#budget = new UnpackBudget(tight);
  }
  async run() {
    this.#lookAtName(this.#file.name, void 0);
    const scanner = new ContentScanner(this.#file.name);
    let whole2;
    let tail = Buffer.alloc(0);
    const pieces = [];
    let held;
    for await (const piece of this.#file.read()) {
      whole2 ??= this.#isArchive(piece.subarray(0, HEAD));
      this.#results.bytes += piece.length;
      if (whole2) {
        if (this.#isTooLarge(this.#results.bytes)) return;
        pieces.push(piece);
        continue;
      }
      tail = Buffer.concat([piece.length < ZIP_END ? tail : NOTHING, piece.subarray(-ZIP_END)]).subarray(
        -ZIP_END
      );
      if (held !== void 0) scanner.push(held, false);
      held = piece;
    }
    if (whole2 === true) return this.#unpackAll(Buffer.concat(pieces), "", 0);
    scanner.push(held ?? NOTHING, true);
    this.#take(scanner, void 0);
    if (endsAsZip(tail)) await this.#unpackAppended();
  }
  #isArchive(head) {
    const closed = closedArchive(head);
    if (closed !== void 0) this.#skip(`it is compressed (${closed}) in a way that is not opened`);
    return archiveKind(head) !== void 0;
  }
  #isTooLarge(size) {
    if (size <= ARCHIVE_LIMITS.file) return false;
    this.#skip("the archive is larger than 256 MiB");
    return true;
  }
  /** An archive behind other bytes is known by its end alone: the file is read once more. */
  async #unpackAppended() {
    if (this.#isTooLarge(this.#results.bytes)) return;
    const pieces = [];
    for await (const piece of this.#file.read()) pieces.push(piece);
    await this.#unpackAll(Buffer.concat(pieces), "", 0);
  }
  /** The members of an archive, then what stands around them: comments, headers, bytes that belong to none. */
  async #unpackAll(content, path2, depth) {
    for (const kind of archiveKinds(content)) await this.#unpack(kind, content, path2, depth);
    this.#lookAround(content, path2);
  }
  async #unpack(kind, content, path2, depth) {
    for (const member of UNPACK[kind](content, this.#budget)) {
      const name = [path2, member.name].filter((part) => part !== "").join("!");
      if (member.name !== "") this.#lookAtName(member.name, name);
      if ("reason" in member) this.#skip(member.reason, name);
      else if (member.around === true) {
        if (endsAsZip(member.content)) await this.#member(member.content, name, depth);
        this.#lookAround(member.content, name);
      } else await this.#member(member.content, name, depth);
    }
  }
  async #member(content, name, depth) {
    const closed = closedArchive(content.subarray(0, HEAD));
    if (closed !== void 0) this.#skip(`it is compressed (${closed}) in a way that is not opened`, name);
    const inner = archiveKinds(content);
    if (inner.length > 0 && depth < DEEPEST) return this.#unpackAll(content, name, depth + 1);
    if (archiveKind(content.subarray(0, HEAD)) !== void 0) {
      this.#skip("it is an archive nested more than once", name);
      return;
    }
    const scanner = new ContentScanner(name === "" ? this.#file.name.replace(/\.gz$/i, "") : name);
    pushAll(scanner, content);
    this.#take(scanner, name === "" ? void 0 : name);
    this.#sincePause += content.length;
    if (this.#sincePause < BYTES_BEFORE_PAUSE) return;
    this.#sincePause = 0;
    await new Promise((resolve3) => setImmediate(resolve3));
  }
  /** What stands uncompressed in an archive is told once: in its member, if it is in one. */
  #lookAround(content, path2) {
    const scanner = new ContentScanner("archive.bin");
    pushAll(scanner, content);
    const known = new Set(this.#results.findings.map((finding) => finding.fingerprint));
    for (const match of scanner.matches()) {
      const finding = toFinding(match, this.#file.name, path2 === "" ? void 0 : path2, this.#repositoryId);
      if (!known.has(finding.fingerprint)) this.#results.findings.push(finding);
    }
  }
  /** Names are uploaded as well; in them only formats of their own are looked for. */
  #lookAtName(name, member) {
    const bytes = Buffer.from(name);
    const text = bytes.toString("latin1");
    for (const match of detect(bytes, text, { kind: "code", binary: true, from: 0, to: text.length })) {
      const finding = toFinding(match, this.#file.name, member, this.#repositoryId);
      this.#results.findings.push({ ...finding, shown: `${finding.shown} in the name` });
    }
  }
  #take(scanner, member) {
    for (const match of scanner.matches()) {
      this.#results.findings.push(toFinding(match, this.#file.name, member, this.#repositoryId));
    }
    for (const { scope, line: line2, column } of scanner.scopes) {
      this.#results.scopes.push({ scope, place: { file: this.#file.name, line: line2, column } });
    }
    if (scanner.overflowed) this.#skip("it has more than 500 findings: the rest is not listed", member);
  }
  #skip(reason, member) {
    const inside = member === void 0 || member === "" ? {} : { member };
    this.#results.unscanned.push({ file: this.#file.name, ...inside, reason, harmless: false });
  }
};

// core/scan/scanned-files.ts
var ScannedFiles = class {
  #options;
  #ports;
  #reports = /* @__PURE__ */ new Map();
  /** SHA-256 of the content that was scanned last under a path. */
  #hashes = /* @__PURE__ */ new Map();
  #contents = /* @__PURE__ */ new Set();
  #tight = new TightBudget();
  constructor(options, ports) {
    this.#options = options;
    this.#ports = ports;
  }
  /**
   * Scans those of the files, absolute paths, whose content has not been scanned. Rejects only when the signal is aborted,
   * and not at all if `uncut` (what was uploaded is looked at in any case).
   * @returns the files that were scanned
   */
  async scan(files, { uncut = false } = {}) {
    const fresh = [];
    const done = { files: 0, bytes: 0, ofFiles: files.length };
    await inParallel([...new Set(files)], async (path2) => {
      if (!uncut) this.#ports.signal?.throwIfAborted();
      if (!await this.#isKnown(path2)) {
        fresh.push(path2);
        done.bytes += await this.#scanOne(path2, this.name(path2), () => this.#ports.tree.read(path2));
      }
      done.files++;
      this.#ports.onProgress?.({ ...done });
    });
    return fresh.sort();
  }
  /**
   * Scans the content of something that is no file here, under the name that reports give it.
   * @returns how much was found; nothing in content that was scanned before
   */
  async scanContent(name, content) {
    if (this.#contents.has(createHash("sha256").update(content).digest("hex"))) return 0;
    const key2 = `content of ${name}`;
    await this.#scanOne(key2, name, async function* () {
      yield await Promise.resolve(content);
    });
    return this.#reports.get(key2)?.findings.length ?? 0;
  }
  /** All that was found. */
  report() {
    return mergeReports([...this.#reports].sort(([a], [b]) => a < b ? -1 : 1).map(([, report]) => report));
  }
  /** As reports name a file. */
  name(path2) {
    return slashed(relative2(this.#options.checkout, path2));
  }
  async #isKnown(path2) {
    const known = this.#hashes.get(path2);
    if (known === void 0) return false;
    const hash = createHash("sha256");
    try {
      for await (const piece of this.#ports.tree.read(path2)) hash.update(piece);
    } catch {
      return false;
    }
    return hash.digest("hex") === known;
  }
  async #scanOne(key2, name, read) {
    const contents = /* @__PURE__ */ new Set();
    const hashed = async function* () {
      const hash = createHash("sha256");
      for await (const piece of read()) {
        hash.update(piece);
        yield piece;
      }
      onEnd(hash.digest("hex"));
    };
    this.#hashes.delete(key2);
    const onEnd = (hex) => {
      contents.add(hex);
      if (contents.size > 1) {
        this.#hashes.delete(key2);
        for (const one of contents) this.#contents.delete(one);
        return;
      }
      this.#hashes.set(key2, hex);
      this.#contents.add(hex);
    };
    const report = await scanFile({ name, read: hashed }, this.#options.repositoryId, this.#tight);
    this.#reports.set(key2, report);
    return report.bytes;
  }
};

// core/bundle/files.ts
import { posix as posix2, win32 as win322 } from "node:path";

// core/bundle/yaml.ts
var import_yaml5 = __toESM(require_dist(), 1);

// core/bundle/go-yaml.ts
var import_yaml3 = __toESM(require_dist(), 1);
function goLexer() {
  const lexer = new import_yaml3.Lexer();
  const state = lexer;
  const { parseFlowCollection, parseQuotedScalar } = state;
  const unindented = (parse4) => () => {
    state.indentNext = 0;
    return parse4.call(lexer);
  };
  state.parseFlowCollection = unindented(parseFlowCollection);
  state.parseQuotedScalar = unindented(parseQuotedScalar);
  return lexer;
}
var BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/g;
function withKnownBreaks(text) {
  return text.replace(BREAK, "\n");
}
var SEPARATOR = /[\u2028\u2029]/;
function separatedText(raw, type, read) {
  if (!SEPARATOR.test(raw) || type === "BLOCK_FOLDED") return void 0;
  if (type === "QUOTE_SINGLE") return folded(raw.slice(1, -1)).replaceAll("''", "'");
  if (type === "QUOTE_DOUBLE") {
    const line2 = folded(raw.slice(1, -1)).replace(
      /[\n\u2028\u2029]/g,
      (character) => ESCAPES[character] ?? ""
    );
    return String((0, import_yaml3.parseDocument)(`"${line2}"`).toJS());
  }
  if (type !== "BLOCK_LITERAL") return folded(raw);
  const breaks = [...raw.matchAll(/\r\n|[\r\n\u0085\u2028\u2029]/g)].map(([text]) => text).slice(1);
  let next = 0;
  return read.replaceAll("\n", () => {
    const written = breaks[next++] ?? "\n";
    return SEPARATOR.test(written) ? written : "\n";
  });
}
var ESCAPES = { "\n": "\\n", "\u2028": "\\L", "\u2029": "\\P" };
function folded(raw) {
  return raw.replace(/[ \t]*(?:\r\n|[\r\n\u0085\u2028\u2029])[ \t\r\n\u0085\u2028\u2029]*/g, (run) => {
    const breaks = run.replace(/[ \t]/g, "").replace(/\r\n|[\r\u0085]/g, "\n");
    return breaks === "\n" ? " " : breaks.replace(/^\n/, "");
  });
}

// core/base/yaml/expansion.ts
var import_yaml4 = __toESM(require_dist(), 1);
var MOST_NODES = 5e5;
var DEEPEST2 = 1e3;
function expandsTooFar(contents) {
  const anchors = /* @__PURE__ */ new Map();
  const sizeOf = (node) => {
    if ((0, import_yaml4.isAlias)(node)) return anchors.get(node.source) ?? { nodes: 1, depth: 1 };
    const children = (0, import_yaml4.isPair)(node) ? [node.key, node.value] : (0, import_yaml4.isMap)(node) || (0, import_yaml4.isSeq)(node) ? node.items : [];
    let [nodes2, depth2] = [1, 0];
    for (const child of children) {
      const inner = sizeOf(child);
      nodes2 += inner.nodes;
      depth2 = Math.max(depth2, inner.depth);
    }
    const size = { nodes: nodes2, depth: depth2 + 1 };
    const { anchor } = node ?? {};
    if (anchor !== void 0) anchors.set(anchor, size);
    return size;
  };
  const { nodes, depth } = sizeOf(contents);
  return nodes > MOST_NODES || depth > DEEPEST2;
}

// core/bundle/yaml.ts
var BundleYamlError = class extends Error {
  name = "BundleYamlError";
  place;
  remedy;
  constructor(message, place, remedy) {
    super(message);
    this.place = place;
    this.remedy = remedy;
  }
};
function parseBundleYaml(bytes, file) {
  const invalid = (problem, place = { file }) => ({
    mistakes: [{ problem, place }]
  });
  const text = decoded2(bytes);
  if (text === void 0) return invalid("The file is not UTF-8 text.");
  if (text.includes("\uFEFF")) return invalid("The file has a byte order mark that is not at its start.");
  const source = withKnownBreaks(text);
  const lines = new import_yaml5.LineCounter();
  const at = (offset) => {
    const { line: line2, col } = lines.linePos(offset);
    return { file, line: Math.max(line2, 1), column: Math.max(col, 1) };
  };
  try {
    const first = firstDocument(source, lines);
    if (!first) return { value: { kind: "null", place: at(0) } };
    const [slip] = first.errors.filter(isSlip).sort((left, right) => left.pos[0] - right.pos[0]);
    if (slip) return { mistakes: [mistakeOf(slip, at, source)] };
    if (expandsTooFar(first.contents)) return invalid("Its aliases expand to more than any bundle needs.");
    return { value: new Reader(first, at, text).value(first.contents) };
  } catch (error) {
    if (error instanceof BundleYamlError) return invalid(error.message, error.place);
    if (error instanceof RangeError)
      return invalid(`The file is nested deeper than ${String(DEEPEST3)} levels.`);
    throw error;
  }
}
var DEEPEST3 = 500;
function firstDocument(source, lines) {
  const parser = new import_yaml5.Parser(lines.addNewLine);
  const composer = new import_yaml5.Composer({
    // Scalars stay as they are written: what is an ID or a host must not become a number first.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines
  });
  const tokens = [];
  lines.addNewLine(0);
  for (const lexeme of goLexer().lex(source)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST3) throw new RangeError("nested too deeply");
  }
  tokens.push(...parser.end());
  return composer.compose(tokens).next().value ?? void 0;
}
function decoded2(bytes) {
  const [first, second] = bytes;
  const encoding = first === 255 && second === 254 ? "utf-16le" : first === 254 && second === 255 ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return void 0;
  }
}
function isSlip({ message }) {
  return !message.startsWith("Comments must be separated");
}
function mistakeOf({ code, pos }, at, source) {
  const [offset] = pos;
  const before = source.slice(0, offset).split("\n").slice(-2).join("\n");
  const line2 = before + (source.slice(offset).split("\n", 1)[0] ?? "");
  const remedy = /(?:^|[:,-][ \t]+)[{[]/m.test(line2) || code === "UNEXPECTED_TOKEN" && /[}\]]/.test(line2) ? QUOTE_BRACES : REMEDIES2[code];
  return {
    problem: `Not YAML: ${yamlFlaw({ code })}.`,
    expected: "YAML as the Databricks CLI reads it",
    remedy: remedy ?? "Correct the line; an editor with a YAML extension shows the place.",
    place: at(offset)
  };
}
var QUOTE_BRACES = "A value with `{` or `}`, `[` or `]` needs quotes, unless it is a whole mapping or list in brackets.";
var REMEDIES2 = {
  BAD_INDENT: "Indent the keys of one mapping alike.",
  BAD_SCALAR_START: "Put the value into quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Indent the keys of one mapping alike; a value with `: ` needs quotes.",
  MULTILINE_IMPLICIT_KEY: "Write `key: value` with a blank behind the colon, and indent a value of several lines deeper than its key.",
  TAB_AS_INDENT: "Indent with blanks."
};
var TAG = "tag:yaml.org,2002:";
var Reader = class {
  targets = /* @__PURE__ */ new Map();
  at;
  text;
  /** Aliases being followed, to find those that lead back to themselves. */
  active = /* @__PURE__ */ new Set();
  /** Each mapping is read once, however often merges of merges ask for it. */
  read = /* @__PURE__ */ new Map();
  constructor(document, at, text) {
    this.at = at;
    this.text = text;
    const anchors = /* @__PURE__ */ new Map();
    (0, import_yaml5.visit)(document, {
      Node: (_key, node) => {
        if ((0, import_yaml5.isAlias)(node)) {
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
    if ((0, import_yaml5.isAlias)(node)) return this.followed(node, (target) => this.value(target));
    if ((0, import_yaml5.isMap)(node)) return { kind: "map", place, entries: () => this.entries(node) };
    if ((0, import_yaml5.isSeq)(node)) {
      return { kind: "sequence", place, items: () => node.items.map((item) => this.value(item)) };
    }
    if (!(0, import_yaml5.isScalar)(node) || isNull(node)) return { kind: "null", place };
    return { kind: "text", place, text: this.textOf(node), boolean: booleanOf(node) };
  }
  textOf(scalar) {
    const [start, end] = scalar.range ?? [0, 0];
    const raw = this.text.slice(start, end);
    const text = separatedText(raw, scalar.type, textOf2(scalar)) ?? textOf2(scalar);
    return scalar.type?.startsWith("BLOCK") === true && end === this.text.length && !/[\r\n\u0085]$/.test(raw) ? text.replace(/\n$/, "") : text;
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
    for (const { key: key2, value } of node.items) {
      if (!(0, import_yaml5.isScalar)(key2))
        throw new BundleYamlError("A key is not a plain text.", this.place(key2), QUOTE_BRACES);
      if (!isMergeKey(key2)) {
        own.set(this.textOf(key2), value ? this.value(value) : { kind: "null", place: this.place(key2) });
      } else if (merge) {
        throw new BundleYamlError("A mapping has more than one merge key (`<<`).", this.place(key2));
      } else {
        merge = value ?? key2;
      }
    }
    return merge ? new Map([...this.merged(merge), ...own]) : own;
  }
  /** A merge takes an alias, or a sequence of aliases and mappings; a mapping written in place is refused by the CLI. */
  merged(merge) {
    const refused = (node) => new BundleYamlError(
      "A merge key (`<<`) needs an alias of a mapping, or a sequence of them.",
      this.place(node)
    );
    if (!(0, import_yaml5.isSeq)(merge) && !(0, import_yaml5.isAlias)(merge)) throw refused(merge);
    return ((0, import_yaml5.isSeq)(merge) ? merge.items : [merge]).flatMap((source) => {
      const entriesOf2 = (target) => {
        if (!(0, import_yaml5.isMap)(target)) throw refused(source);
        return [...this.entries(target)];
      };
      return (0, import_yaml5.isAlias)(source) ? this.followed(source, entriesOf2) : entriesOf2(source);
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
function textOf2(scalar) {
  return scalar.source ?? "";
}
function isMergeKey(key2) {
  return key2.tag === `${TAG}merge` || textOf2(key2) === "<<" && isPlain(key2);
}
var NULLS = /* @__PURE__ */ new Set(["", "~", "null", "Null", "NULL"]);
function isNull(scalar) {
  return scalar.tag === `${TAG}null` || isPlain(scalar) && NULLS.has(textOf2(scalar));
}
var YES = /* @__PURE__ */ new Set(["true", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]);
var NO = /* @__PURE__ */ new Set(["false", "n", "N", "no", "No", "NO", "off", "Off", "OFF"]);
function booleanOf(scalar) {
  const text = textOf2(scalar);
  const folded2 = text.toLowerCase();
  const isBoolean = scalar.tag === `${TAG}bool` || isPlain(scalar) && /^(?:true|True|TRUE|false|False|FALSE)$/.test(text);
  if (isBoolean && (folded2 === "true" || folded2 === "false")) return folded2 === "true";
  return YES.has(text) ? true : NO.has(text) ? false : void 0;
}
function isPlain(scalar) {
  return scalar.type === "PLAIN" && (scalar.tag === void 0 || scalar.tag === "!");
}

// core/bundle/include-glob.ts
var PatternError = class extends Error {
  name = "PatternError";
};
async function glob(pattern, path2, tree, mayList = () => Promise.resolve(true)) {
  matcher(pattern, path2);
  if (!isPattern(pattern, path2)) return await exists(pattern, tree) ? [pattern] : [];
  const folder = path2.dirname(pattern);
  const name = matcher(path2.basename(pattern), path2);
  const found = [];
  for (const parent of folder === pattern ? [] : await glob(folder, path2, tree, mayList)) {
    const entries = await mayList(parent) ? await tree.list(parent).catch(() => void 0) : [];
    if (entries === void 0 && parent.includes("\uFFFD")) found.push(parent);
    if (entries === void 0) continue;
    const names = entries.map((entry) => entry.name).filter((entry) => name.test(entry));
    found.push(...names.map((entry) => path2.join(parent, entry)));
  }
  return found;
}
async function exists(file, tree) {
  const isFolder = () => tree.list(file).then(
    () => true,
    () => false
  );
  return await tree.size(file) !== void 0 || isFolder();
}
function isPattern(text, path2) {
  return path2.sep === "/" ? /[*?[\\]/.test(text) : /[*?[]/.test(text);
}
function matcher(pattern, path2) {
  const escapes = path2.sep === "/";
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

// core/bundle/files.ts
var ROOT_NAMES = [
  "databricks.yml",
  "databricks.yaml",
  "bundle.yml",
  "bundle.yaml"
];
async function readBundleFiles(given) {
  const location = await withoutLinks(given);
  const path2 = location.platform.os === "win32" ? win322 : posix2;
  const mistakes = [];
  const first = await readBundleFile(await findRootFile(location, path2), location, mistakes);
  const included = first ? await includedFiles(first, location, path2, mistakes) : [];
  const files = await Promise.all(included.map((file) => readBundleFile(file, location, mistakes)));
  if (mistakes.length > 0) throw invalidBundle(mistakes);
  return [first, ...files].filter((file) => file !== void 0);
}
async function withoutLinks(given) {
  const { platform, tree = diskTree } = given;
  const [root, checkout] = await Promise.all([tree.real(given.root), tree.real(given.checkout)]);
  const location = { root, checkout, platform, tree };
  if (isInside(root, checkout, platform)) return { ...location, bounds: checkout };
  if (!isInside(given.root, given.checkout, platform)) return { ...location, bounds: root };
  throw invalidBundle([
    {
      problem: "The folder of the bundle is a link that leads out of the checkout.",
      expected: "a folder of the checkout",
      actual: displayName(given.root, given),
      remedy: "Set `bundle-root` to the folder of databricks.yml itself."
    }
  ]);
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
    if (!(error instanceof BundleYamlError)) throw error;
    const { message, place, remedy } = error;
    throw invalidBundle([{ problem: message, place, ...remedy !== void 0 && { remedy } }]);
  }
}
function displayName(file, { checkout, platform }) {
  return pathForPeople(file, checkout, platform);
}
async function readBundleFile(path2, location, mistakes) {
  const name = displayName(path2, location);
  try {
    const bytes = await readOwn(path2, location.bounds, location);
    if (bytes === void 0) throw new RefusedFile("is not there any more");
    const parsed = parseBundleYaml(bytes, name);
    if ("value" in parsed) return { path: path2, name, value: parsed.value };
    mistakes.push(...parsed.mistakes);
  } catch (error) {
    mistakes.push({ problem: whyUnread(error), place: { file: name } });
  }
  return void 0;
}
function whyUnread(error) {
  if (error instanceof RefusedFile) return `The file is not read: it ${error.message}.`;
  return `The file cannot be read (${error.code ?? String(error)}).`;
}
async function includedFiles(root, location, path2, mistakes) {
  const seen2 = new Set(ROOT_NAMES);
  const files = [];
  for (const { text, place } of includePatterns(root.value)) {
    const wrong = (problem, remedy = "Correct the pattern, or take it out.") => {
      const expected = "paths of YAML or JSON files of the checkout, relative to the bundle";
      mistakes.push({ problem, expected, actual: quote(text), remedy, place });
    };
    if (path2.isAbsolute(text)) {
      wrong(`\`include\` takes paths relative to the bundle, not \`${quote(text)}\`.`);
      continue;
    }
    let outside = false;
    const inside = async (folder) => {
      const known = isInside(await location.tree.real(folder), location.bounds, location.platform);
      outside ||= !known;
      return known;
    };
    if (!/[*?[]/.test(text)) await inside(path2.dirname(path2.join(location.root, text)));
    const matches2 = await matchesOf(text, location, path2, inside);
    if (outside) wrong(`The \`include\` pattern \`${quote(text)}\` leads out of the checkout.`);
    else if (!matches2) wrong(`The \`include\` pattern \`${quote(text)}\` is malformed.`);
    else if (matches2.length === 0 && !/[*?[]/.test(text))
      wrong(`\`include\` names \`${quote(text)}\`, which does not exist.`);
    const fresh = (matches2 ?? []).map((match) => path2.relative(location.root, match)).filter((name) => !seen2.has(name));
    for (const name of fresh.sort(byBytes)) {
      seen2.add(name);
      if (/\.(ya?ml|json)$/.test(name)) files.push(path2.join(location.root, name));
      else
        wrong(
          `\`include\` takes YAML and JSON files alone, not \`${quote(name)}\`.`,
          "Files to upload belong into `sync.include`."
        );
    }
  }
  return files;
}
async function matchesOf(pattern, { root, tree }, path2, inside) {
  try {
    return await glob(path2.join(root, pattern).replace(/(?<=.)[\\/]$/, ""), path2, tree, inside);
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
async function findRootFile(location, path2) {
  const { root } = location;
  const found = [];
  for (const name of ROOT_NAMES) {
    if (await location.tree.size(path2.join(root, name)) !== void 0) found.push(path2.join(root, name));
  }
  const [file, second] = found;
  if (file === void 0) throw await notFound(location, path2);
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
async function notFound(location, path2) {
  const { root, checkout, platform, tree } = location;
  if (await tree.size(root) !== void 0) {
    return new SecretlessError("BUNDLE_NOT_FOUND", {
      problem: "`bundle-root` names a file.",
      expected: "the folder of databricks.yml",
      actual: displayName(root, location),
      remedy: `Name its folder: \`${displayName(path2.dirname(root), location) || "."}\`.`
    });
  }
  const entries = await tree.list(root).catch(() => void 0);
  const near = [];
  for (const entry of entries ?? []) {
    const inside = path2.join(root, entry.name);
    if (/^(databricks|bundle)\b.*\.(ya?ml|json|tmpl)$/i.test(entry.name)) near.push(inside);
    else if (entry.type === "folder" && await hasRootFile(inside, path2, tree)) near.push(inside);
  }
  let above2;
  for (let folder = path2.dirname(root); isInside(folder, checkout, platform); folder = path2.dirname(folder)) {
    if (!await hasRootFile(folder, path2, tree)) continue;
    above2 ??= folder;
    near.push(folder);
  }
  const shown = near.slice(0, 5).map((one) => displayName(one, location) || ".");
  return new SecretlessError("BUNDLE_NOT_FOUND", {
    problem: "There is no bundle in this folder.",
    expected: `${ROOT_NAMES.join(", ")} in ${displayName(root, location) || "the checkout"}`,
    actual: entries ? shown.length > 0 ? `nearby: ${shown.join(", ")}` : "none of them" : "the folder does not exist",
    remedy: [
      ...above2 === void 0 ? [] : [
        `The Databricks CLI would take the bundle of the folder above; this step deploys what \`bundle-root\` names: set it to \`${displayName(above2, location) || "."}\`.`
      ],
      "Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step."
    ].join(" ")
  });
}
async function hasRootFile(folder, path2, tree) {
  const present = await Promise.all(ROOT_NAMES.map((name) => tree.size(path2.join(folder, name))));
  return present.some((size) => size !== void 0);
}

// core/bundle/outside.ts
import { dirname as dirname2, join as join3 } from "node:path";
async function refuseOutside(selections, boundary) {
  const paths = selections.flatMap(({ syncRoot, paths: all }) => all.map((path2) => join3(syncRoot, path2)));
  const patterns = selections.flatMap(({ artifacts }) => artifacts);
  const mistakes = [
    ...await mistakesOf("A path of `sync.paths`", paths, (path2) => path2, boundary),
    ...await mistakesOf("An artifact, a library or the file of a resource", patterns, fixedPart, boundary)
  ];
  if (mistakes.length > 0) throw invalidBundle(mistakes);
}
async function refuseFilesOutside(files, boundary) {
  const mistakes = await mistakesOf(
    "An artifact, a library or the file of a resource",
    files,
    (file) => file,
    boundary
  );
  if (mistakes.length > 0) throw invalidBundle(mistakes);
}
async function mistakesOf(what, all, start, { checkout, platform, tree, placeOf }) {
  const mistakes = [];
  for (const path2 of new Set(all)) {
    if (isInside(await tree.real(start(path2)), checkout, platform)) continue;
    const place = placeOf(path2);
    mistakes.push({
      problem: `${what} leads out of the repository's checkout, so nothing of it is read or uploaded.`,
      expected: "a path in the checkout, also after links are followed",
      actual: path2,
      remedy: "Copy or check out what the bundle needs into the repository, and name it there.",
      ...place && { place }
    });
  }
  return mistakes;
}
function fixedPart(pattern) {
  const wild = pattern.search(/[*?[]/);
  return wild < 0 ? pattern : dirname2(`${pattern.slice(0, wild)}x`);
}

// core/bundle/sync-files.ts
import nodePath, { dirname as dirname3, join as join4, relative as relative3 } from "node:path";
async function worktreeOf(bundleRoot, syncRoot, tree) {
  const found = await findCheckout(bundleRoot, tree);
  return found === bundleRoot ? syncRoot : found;
}
var GitIgnores = class {
  #bounds;
  #root;
  #byFolder = /* @__PURE__ */ new Map();
  constructor(bounds, root) {
    this.#bounds = bounds;
    this.#root = root;
  }
  async ignores(path2, isFolder) {
    for (let folder = dirname3(path2); ; folder = dirname3(folder)) {
      const inside = slashed(relative3(folder, path2));
      const rules = await this.#rules(folder);
      if (rules.match(inside) || isFolder && rules.match(`${inside}/`)) return true;
      if (folder === this.#root || dirname3(folder) === folder) return false;
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
    const bytes = await readOwn(file, this.#root, this.#bounds).catch(() => void 0);
    const text = bytes?.toString("utf8") ?? "";
    const always = folder === this.#root ? [".git", ".databricks"] : [];
    return new IgnorePatterns([...text.split("\n"), ...always], "leave-out");
  }
};
async function selectFiles(selection, bounds, name) {
  const { bundleRoot, syncRoot } = selection;
  const { tree } = bounds;
  const ignores = new GitIgnores(bounds, await worktreeOf(bundleRoot, syncRoot, tree));
  const included = new IgnorePatterns(selection.include, "take");
  const excluded = new IgnorePatterns(selection.exclude, "leave-out");
  const files = /* @__PURE__ */ new Set();
  const unscanned = /* @__PURE__ */ new Map();
  const take = (path2) => {
    if (!excluded.match(slashed(relative3(syncRoot, path2)))) files.add(path2);
  };
  const walk = async (folder, all) => {
    const entries = await tree.list(folder).catch((error) => {
      const reason = `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      unscanned.set(folder, { file: name(folder), reason, harmless: false });
      return [];
    });
    for (const entry of entries) {
      const path2 = join4(folder, entry.name);
      if (entry.type === "folder") {
        if (all || !await ignores.ignores(path2, true)) await walk(path2, all);
      } else if (all) {
        if (entry.type === "file" && included.match(slashed(relative3(syncRoot, path2)))) take(path2);
      } else if (!await ignores.ignores(path2, false)) {
        if (entry.type === "file") take(path2);
        else {
          const what = entry.type === "link" ? "a symbolic link" : "no regular file";
          unscanned.set(path2, {
            file: name(path2),
            reason: `it is ${what}, which the Databricks CLI does not upload`,
            harmless: true
          });
        }
      }
    }
  };
  for (const path2 of selection.paths) {
    const start = join4(syncRoot, path2);
    if (await tree.size(start) !== void 0) take(start);
    else await walk(start, false);
  }
  if (selection.include.length > 0) await walk(syncRoot, true);
  return { files: [...files].sort(), unscanned: [...unscanned.values()] };
}
async function selectArtifacts({ artifacts }, tree) {
  const found = /* @__PURE__ */ new Set();
  const take = async (path2) => {
    if (await tree.size(path2) !== void 0) found.add(path2);
    else {
      const entries = await tree.list(path2).catch(() => void 0);
      if (entries === void 0) found.add(path2);
      for (const { name } of entries ?? []) await take(join4(path2, name));
    }
  };
  for (const pattern of artifacts) for (const path2 of await matchesOf2(pattern, tree)) await take(path2);
  return [...found].sort();
}
async function matchesOf2(pattern, tree) {
  try {
    return await glob(pattern, nodePath, tree);
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}

// core/bundle/written-selection.ts
import { dirname as dirname4, isAbsolute as isAbsolute3, join as join6, posix as posix4 } from "node:path";

// core/bundle/selection.ts
import { isAbsolute as isAbsolute2, join as join5, posix as posix3, relative as relative4, resolve } from "node:path";
function foldersUp(path2) {
  return posix3.normalize(slashed(path2)).split("/").filter((part) => part === "..").length;
}
function above(folder, levels) {
  return resolve(folder, ...Array.from({ length: levels }, () => ".."));
}
function fromSyncRoot({ bundleRoot, syncRoot }, path2) {
  return posix3.join(slashed(relative4(syncRoot, bundleRoot)), path2);
}
var LIBRARY_KEYS = /* @__PURE__ */ new Set(["whl", "jar", "egg", "requirements", "dependencies", "code_source_path"]);
var CONTENT_KEY = "file_path";
function isLibraryKey(key2) {
  return LIBRARY_KEYS.has(key2) || key2 === CONTENT_KEY;
}
function libraryPatterns(key2, text, folder) {
  if (key2 === CONTENT_KEY && !text.includes("${")) return [isAbsolute2(text) ? text : join5(folder, text)];
  if (/^(?:\/|-|[a-z][a-z0-9+.]*:)/i.test(text) || text.includes("${")) return [];
  const withoutExtras = text.replace(/\[[^\]]*\]$/, "");
  return [.../* @__PURE__ */ new Set([text, withoutExtras])].map((pattern) => join5(folder, pattern));
}
function wheelsOf(folder) {
  return join5(folder, "dist", "*.whl");
}

// core/bundle/target.ts
function under(layers, key2) {
  return entriesOf(layers, key2).filter(({ kind }) => kind !== "null");
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
  if (name !== void 0 && names.includes(name)) return { name, names, top, overrides: under(all, name) };
  throw invalidBundle([
    {
      problem: `The bundle has no target \`${String(asked)}\`.`,
      expected: `one of: ${quoteAll(names)}`,
      actual: String(asked),
      remedy: [
        ...meant(asked ?? "", names),
        "Correct the input `target`, or add the target to the bundle."
      ].join(" ")
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
      problem: first === void 0 ? "The bundle has several targets and none of them has `default: true`." : `Several targets have \`default: true\`: ${quoteAll(defaults)}.`,
      expected: `the input \`target\`, one of: ${quoteAll(names)}`,
      actual: first === void 0 ? "no default" : quoteAll(defaults),
      remedy: "Name the target in the input `target`."
    }
  ]);
}
function entriesOf(layers, key2) {
  return layers.flatMap((layer) => {
    const value = layer.kind === "map" ? layer.entries().get(key2) : void 0;
    return value ? [value] : [];
  });
}

// core/bundle/written-selection.ts
function writtenSelection(files, target, bundleRoot) {
  return readingBundle(() => new Written(files, target, bundleRoot).selection());
}
var Written = class {
  #bundleRoot;
  #layers;
  #folders;
  #notes = [];
  #places = /* @__PURE__ */ new Map();
  #artifacts = [];
  /** What was looked into: aliases lead to the same one many times. */
  #seen = /* @__PURE__ */ new Set();
  constructor(files, target, bundleRoot) {
    this.#bundleRoot = bundleRoot;
    const { top, overrides } = selectTarget(files, target);
    this.#layers = [...top, ...overrides];
    this.#folders = new Map(files.map(({ name, path: path2 }) => [name, dirname4(path2)]));
  }
  selection() {
    const sync = under(this.#layers, "sync");
    const written = under(sync, "paths");
    const paths = written.length === 0 ? [this.#bundleRoot] : this.#absolute(written);
    const bundleRoot = this.#bundleRoot;
    const fromBundle = (path2) => slashed(posix4.relative(slashed(bundleRoot), slashed(path2)));
    const levels = Math.max(0, ...paths.map((path2) => foldersUp(fromBundle(path2))));
    const roots = { bundleRoot, syncRoot: above(bundleRoot, levels) };
    const relativeToRoot = (path2) => fromSyncRoot(roots, fromBundle(path2));
    const known = (key2, all) => {
      const relative7 = all.map(relativeToRoot);
      const computed = relative7.filter(hasVariable);
      if (computed.length > 0)
        this.#notes.push(`sync.${key2} has variables that are not resolved here: ${computed.join(", ")}`);
      return relative7.filter((path2) => !hasVariable(path2));
    };
    this.#collectArtifacts();
    for (const part of under(this.#layers, "resources")) this.#collectLibraries(part, "");
    return {
      ...roots,
      paths: known("paths", paths),
      include: known("include", this.#absolute(under(sync, "include"))),
      exclude: known("exclude", this.#absolute(under(sync, "exclude"))),
      artifacts: [...new Set(this.#artifacts)],
      allPaths: paths.map(relativeToRoot),
      runsCode: this.#runsCode(),
      infersWheel: keysOf(under(this.#layers, "artifacts")).length === 0,
      notes: this.#notes,
      places: this.#places
    };
  }
  #runsCode() {
    const artifacts = under(this.#layers, "artifacts");
    const experimental = under(this.#layers, "experimental");
    const code = ["scripts", "python", "pydabs"].flatMap((key2) => under(experimental, key2));
    const builds = artifacts.flatMap(valuesOf).some((artifact) => {
      const fields = artifact.kind === "map" ? artifact.entries() : void 0;
      return !fields || fields.has("build") || fields.has("type");
    });
    const computed = [...this.#layers, ...experimental, ...artifacts].some(({ kind }) => kind === "text");
    return builds || computed || [...code, ...under(this.#layers, "python")].some(isGiven);
  }
  /** The texts of `sync.<key>`, each from the folder of the file in which it stands. */
  #absolute(layers) {
    const values = layers.flatMap((layer) => layer.kind === "sequence" ? layer.items() : [layer]);
    return values.flatMap(
      (value) => value.kind === "text" ? [this.#located(join6(this.#folderOf(value.place), value.text), value.place)] : []
    );
  }
  #folderOf({ file }) {
    return this.#folders.get(file) ?? this.#bundleRoot;
  }
  #located(path2, place) {
    if (!this.#places.has(path2)) this.#places.set(path2, place);
    return path2;
  }
  #collectArtifacts() {
    for (const artifact of under(this.#layers, "artifacts").flatMap(valuesOf)) {
      const fields = artifact.kind === "map" ? artifact.entries() : /* @__PURE__ */ new Map();
      const folder = this.#folderOf(artifact.place);
      const base = textOf3(fields.get("path"));
      const files = fields.get("files");
      const sources = files?.kind === "sequence" ? files.items() : [];
      for (const file of sources) {
        const source = file.kind === "map" ? file.entries().get("source") : void 0;
        const text = textOf3(source);
        if (source && text !== void 0)
          this.#artifact(isAbsolute3(text) ? text : join6(folder, text), source.place);
      }
      if (textOf3(fields.get("type")) === "whl" && sources.length === 0)
        this.#artifact(wheelsOf(base === void 0 ? this.#bundleRoot : join6(folder, base)), artifact.place);
    }
  }
  #collectLibraries(value, key2) {
    if (value.kind === "map" || value.kind === "sequence") {
      const { file, line: line2 = 0, column = 0 } = value.place;
      const mark = JSON.stringify([value.kind, key2, file, line2, column]);
      if (this.#seen.has(mark)) return;
      this.#seen.add(mark);
      if (value.kind === "map")
        for (const [name, inner] of value.entries()) this.#collectLibraries(inner, name);
      else for (const item of value.items()) this.#collectLibraries(item, key2);
    } else if (value.kind === "text" && isLibraryKey(key2)) {
      for (const pattern of libraryPatterns(key2, value.text, this.#folderOf(value.place)))
        this.#artifact(pattern, value.place);
    }
  }
  #artifact(pattern, place) {
    if (!hasVariable(pattern)) this.#artifacts.push(this.#located(pattern, place));
  }
};
function isGiven(value) {
  return value.kind !== "map" || value.entries().size > 0;
}
var hasVariable = (text) => text.includes("${");
function textOf3(value) {
  return value?.kind === "text" ? value.text : void 0;
}
function valuesOf(value) {
  return value.kind === "map" ? [...value.entries().values()] : [];
}

// core/scan/sources.ts
async function readSources(options, tree, platform) {
  const { bundleRoot, checkout, target } = options;
  try {
    const files = await readBundleFiles({ root: bundleRoot, checkout, platform, tree });
    const selection = writtenSelection(files, target, bundleRoot);
    const builds = selection.infersWheel && await hasSetup(bundleRoot, tree);
    return { files, selection, runsCode: selection.runsCode || builds };
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    const [mistake = error.details] = error.mistakes;
    const where = mistake.place === void 0 ? "" : `${mistake.place.file}: `;
    return {
      files: [],
      runsCode: true,
      selection: wholeFolder(bundleRoot, `The bundle cannot be read: ${where}${mistake.problem}`)
    };
  }
}
async function hasSetup(bundleRoot, tree) {
  return (await tree.list(bundleRoot)).some(({ name }) => name.toLowerCase() === "setup.py");
}
function wholeFolder(bundleRoot, note) {
  const nothing = { include: [], exclude: [], artifacts: [] };
  const root = { bundleRoot, syncRoot: bundleRoot, paths: ["."] };
  const unknown = { runsCode: true, infersWheel: true };
  return { ...root, ...nothing, ...unknown, allPaths: root.paths, notes: [note], places: /* @__PURE__ */ new Map() };
}
async function filesOf(selections, scanned, boundary) {
  await refuseOutside(selections, boundary);
  const files = /* @__PURE__ */ new Set();
  const unscanned = [];
  for (const selection of selections) {
    const artifacts = await selectArtifacts(selection, boundary.tree);
    await refuseFilesOutside(artifacts, boundary);
    const sources = await selectFiles(selection, boundary, (path2) => scanned.name(path2));
    for (const file of [...sources.files, ...artifacts]) files.add(file);
    unscanned.push(...sources.unscanned);
  }
  return { files: [...files], unscanned };
}
async function scanSources({ files, selection }, scanned, boundary) {
  const selected = await filesOf([selection], scanned, boundary);
  await scanned.scan([...selected.files, ...files.map(({ path: path2 }) => path2)]);
  const { unscanned } = selected;
  return mergeReports([scanned.report(), { ...EMPTY_REPORT, unscanned, notes: selection.notes }]);
}

// local/arguments.ts
import { parseArgs } from "node:util";
var USAGE = `Usage: databricks-secretless scan [path] [options]

Looks for static credentials in what the bundle at path (default: .) would upload. Where path is no bundle, everything
below it is looked at, with the bundles in there as their own files say. A file is looked at alone.

  -t, --target name          the target whose settings select files
      --format text|json|sarif
  -o, --output file          writes the report there; the terminal gets its last line
  -h, --help
      --version

Exit code: 0 nothing found, 1 findings, 2 something could not be scanned, 3 wrong arguments.
What is accepted stands in .secretless-ignore.yml beside databricks.yml. NO_COLOR turns colours off, FORCE_COLOR on.`;
var FORMATS = ["text", "json", "sarif"];
function isFormat(text) {
  return FORMATS.includes(text);
}
function readArguments(args) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        target: { type: "string", short: "t" },
        format: { type: "string", default: "text" },
        output: { type: "string", short: "o" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" }
      }
    });
    const { format, target, output } = values;
    if (values.help) return "help";
    if (values.version) return "version";
    const [command, path2 = ".", ...more] = positionals;
    if (command === void 0) return { wrong: "A command is missing: `scan` is the one that there is." };
    if (command !== "scan")
      return { wrong: `There is no command ${command}; the one that there is is \`scan\`.` };
    if (more.length > 0) return { wrong: `One path at most, found ${[path2, ...more].join(" ")}.` };
    if (!isFormat(format)) return { wrong: `There is no format ${format}, only ${FORMATS.join(", ")}.` };
    for (const [name, value] of Object.entries({ path: path2, target, output }))
      if (value === "") return { wrong: `The ${name} is empty.` };
    return { path: path2, target, format, output };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

// local/bundles.ts
import { dirname as dirname5, join as join7, parse as parse2 } from "node:path";
var NOT_LOOKED_INTO = /* @__PURE__ */ new Set([".git", ".databricks", "node_modules", ".venv", "venv"]);
var DEEPEST4 = 8;
async function isBundle(folder, tree) {
  const entries = await tree.list(folder).catch(() => []);
  return entries.some(({ name, type }) => type !== "folder" && ROOT_NAMES.includes(name));
}
async function bundlesBelow(folder, tree, levels = DEEPEST4) {
  const own = await isBundle(folder, tree) ? [folder] : [];
  if (levels === 0) return own;
  const entries = await tree.list(folder).catch(() => []);
  const below = [];
  for (const { name, type } of entries)
    if (type === "folder" && !NOT_LOOKED_INTO.has(name))
      below.push(await bundlesBelow(join7(folder, name), tree, levels - 1));
  return [...own, ...below.flat()];
}
async function bundleAbove(folder, checkout, tree) {
  for (let at = folder; at !== checkout && at !== parse2(at).root; ) {
    at = dirname5(at);
    if (await isBundle(at, tree)) return at;
  }
  return void 0;
}

// local/report-text.ts
import { isAbsolute as isAbsolute4, join as join8, relative as relative5 } from "node:path";
var COLOURS = {
  error: ["\x1B[1;31m", "\x1B[0m"],
  warning: ["\x1B[1;33m", "\x1B[0m"],
  note: ["\x1B[2m", "\x1B[0m"],
  good: ["\x1B[32m", "\x1B[0m"],
  plain: ["", ""]
};
function line(style, text, { colours: colours2 }, head = text) {
  const [all, first] = [harmless(text), harmless(head)];
  if (!colours2 || !all.startsWith(first)) return all;
  const [on, off] = COLOURS[style];
  return on + first + off + all.slice(first.length);
}
function seenFrom(file, { folder, checkout }) {
  if (isAbsolute4(file)) return file;
  return slashed(relative5(folder, join8(checkout, file)));
}
var seen = (finding, from) => ({
  ...finding,
  place: { ...finding.place, file: seenFrom(finding.place.file, from) }
});
function findingLines(finding, from) {
  const { rule, level, shown, via, fingerprint: fingerprint2, place } = finding;
  const hidden = via === void 0 ? "" : `, ${via}`;
  return [
    line(level, `${level} ${placeText(seen(finding, from))}: ${rule.name}, ${shown}${hidden}`, from, level),
    line("plain", `    ${rule.risk}`, from),
    line("plain", `    Instead: ${rule.remedy}`, from),
    line("note", `    rule ${rule.id}, fingerprint ${fingerprint2}, path ${place.file}`, from)
  ];
}
function mistakeLines({ problem, remedy, place }, from) {
  const where = place === void 0 ? "" : `${seenFrom(place.file, from)}:${place.line ?? 1}:${place.column ?? 1}: `;
  return [
    line("error", `error ${where}${problem}`, from, "error"),
    ...remedy === void 0 ? [] : [line("plain", `    ${remedy}`, from)]
  ];
}
var count = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;
function sumLine(report, excepted, from) {
  const { findings, unscanned, files, bytes } = report;
  const accepted = excepted === 0 ? "" : `, ${count(excepted, "accepted finding")}`;
  const sum = `${count(findings.length, "finding")}${accepted} in ${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`;
  const skipped = unscanned.length === 0 ? "" : `, ${unscanned.length} not scanned`;
  return line(findings.length === 0 ? "good" : "error", sum + skipped, from, sum);
}
function reportText(report, unknown, excepted, mistakes, from) {
  const { findings, unscanned, notes } = report;
  const harmlessly = unscanned.filter((one) => one.harmless);
  return [
    ...findings.flatMap((finding) => findingLines(finding, from)),
    ...mistakes.flatMap((mistake) => mistakeLines(mistake, from)),
    ...unknown.flatMap((finding) => findingLines(finding, from)),
    ...harmlessly.map(
      ({ file, reason }) => line("note", `note ${seenFrom(file, from)}: not scanned: ${reason}`, from)
    ),
    ...notes.map((note) => line("note", `note ${note}`, from)),
    sumLine(report, excepted, from)
  ];
}
function reportJson(report, mistakes) {
  return {
    version: 1,
    findings: report.findings.map(({ rule, ...rest }) => ({
      rule: rule.id,
      name: rule.name,
      risk: rule.risk,
      remedy: rule.remedy,
      owasp: rule.owasp,
      ...rest
    })),
    unscanned: report.unscanned,
    mistakes,
    notes: report.notes,
    files: report.files,
    bytes: report.bytes
  };
}

// local/scan-command.ts
var PROGRESS_EVERY = 2e3;
function progress(terminal) {
  let last = terminal.now();
  return ({ files, bytes, ofFiles }) => {
    if (terminal.now() - last < PROGRESS_EVERY) return;
    last = terminal.now();
    terminal.err(`scanned ${files} of ${ofFiles} files, ${(bytes / 1e6).toFixed(0)} MB`);
  };
}
async function findPlace(folder, tree) {
  const checkout = await findCheckout(folder, tree);
  if (await isBundle(folder, tree)) return { checkout, folder, bundles: [folder], above: void 0 };
  const bundles = await bundlesBelow(folder, tree);
  return { checkout, folder, bundles, above: await bundleAbove(folder, checkout, tree) };
}
async function findFile(file, tree) {
  const folder = dirname6(file);
  const entries = await tree.list(folder).catch(() => []);
  if (!entries.some(({ name, type }) => name === basename(file) && type === "file")) return void 0;
  const checkout = await findCheckout(folder, tree);
  const above2 = await isBundle(folder, tree) ? folder : await bundleAbove(folder, checkout, tree);
  return { checkout, folder, bundles: [], above: above2, file };
}
async function sourcesAt({ folder, bundles, checkout, file }, options, terminal) {
  if (file !== void 0) return [];
  const { tree, platform } = terminal;
  const sources = [];
  for (const bundleRoot of bundles)
    sources.push(await readSources({ ...options, bundleRoot }, tree, platform));
  if (bundles[0] === folder) return sources;
  const whole2 = await readSources(options, tree, platform);
  const named2 = bundles.map((one) => quote(slashed(relative6(checkout, one)))).join(", ");
  const note = bundles.length === 0 ? whole2.selection.notes : [`There is no bundle in the folder itself: all of it was read, with the bundles ${named2}.`];
  return [...sources, { ...whole2, selection: { ...whole2.selection, notes: note } }];
}
async function scanAll(sources, options, terminal, file) {
  const { tree, platform } = terminal;
  const scanned = new ScannedFiles(options, { tree, onProgress: progress(terminal) });
  const entries = await tree.list(options.checkout).catch(() => []);
  const isRepository = entries.some(({ name }) => name === ".git");
  const checkout = isRepository ? options.checkout : parse3(options.checkout).root;
  const reports = [];
  for (const one of sources) {
    const placeOf = (path2) => one.selection.places.get(path2);
    reports.push(await scanSources(one, scanned, { checkout, platform, tree, placeOf }));
  }
  if (file !== void 0) {
    await scanned.scan([file]);
    return scanned.report();
  }
  const note = "Configuration was read as it is written: variables are resolved only when a deployment is planned.";
  const unscanned = reports.flatMap((report) => report.unscanned);
  return {
    ...scanned.report(),
    unscanned: [...new Map(unscanned.map((one) => [JSON.stringify(one), one])).values()],
    notes: [.../* @__PURE__ */ new Set([...reports.flatMap(({ notes }) => notes), note])]
  };
}
async function exceptionsAt({ folder, bundles, above: above2 }, options, terminal) {
  const today = new Date(terminal.now()).toISOString().slice(0, 10);
  const read = (bundleRoot) => readExceptions({ ...options, bundleRoot }, terminal, today);
  const all = await Promise.all([.../* @__PURE__ */ new Set([...bundles, folder])].map(read));
  return {
    own: {
      exceptions: all.flatMap(({ exceptions }) => exceptions),
      mistakes: all.flatMap(({ mistakes }) => mistakes)
    },
    above: above2 === void 0 ? { exceptions: [], mistakes: [] } : await read(above2)
  };
}
async function runScan(args, terminal) {
  const asked = readArguments(args);
  if (asked === "help" || asked === "version") {
    terminal.out(asked === "help" ? USAGE : terminal.version);
    return 0;
  }
  if ("wrong" in asked) {
    terminal.err(harmless(asked.wrong));
    terminal.err(`
${USAGE}`);
    return 3;
  }
  const { tree } = terminal;
  const path2 = await tree.real(resolve2(terminal.folder, asked.path));
  const isFolder = await tree.list(path2).then(
    () => true,
    () => false
  );
  const place = isFolder ? await findPlace(path2, tree) : await findFile(path2, tree);
  if (place !== void 0) return scanAt(place, asked, terminal);
  terminal.err(
    `${harmless(asked.path)} is no folder or file that can be read. Name the folder of databricks.yml, or a file.`
  );
  return 3;
}
async function scanAt(place, asked, terminal) {
  const { checkout, folder, file } = place;
  const from = { folder: terminal.folder, checkout, colours: terminal.colours };
  const repositoryId = await readRepositoryId(checkout, terminal.tree) ?? "";
  const options = { checkout, bundleRoot: folder, target: asked.target, repositoryId };
  const accepted = await exceptionsAt(place, options, terminal);
  const sources = await sourcesAt(place, options, terminal);
  const scanned = await scanAll(sources, options, terminal, file).catch((error) => {
    if (!(error instanceof SecretlessError)) throw error;
    return error;
  });
  if (scanned instanceof SecretlessError) {
    for (const mistake of scanned.mistakes.length > 0 ? scanned.mistakes : [scanned.details])
      for (const line2 of mistakeLines(mistake, from)) terminal.err(line2);
    return 2;
  }
  const unscanned = unscannedFindings(scanned, repositoryId);
  const every = [...accepted.own.exceptions, ...accepted.above.exceptions];
  const applied = applyExceptions([...scanned.findings, ...unscanned], every);
  const { excepted } = applied;
  const unknown = applied.findings.filter((finding) => unscanned.includes(finding));
  const findings = applied.findings.filter((finding) => !unknown.includes(finding));
  const yaml = sources.flatMap(({ files }) => files.map(({ name }) => name));
  const unused = applied.unused.filter(
    (one) => file === void 0 && accepted.own.exceptions.includes(one) && isAlwaysSeen(one, yaml)
  );
  const mistakes = [
    ...accepted.own.mistakes,
    ...accepted.above.mistakes,
    ...unused.map(unusedMistake)
  ];
  const noOrigin = repositoryId === "" ? ["The repository has no origin: fingerprints hold for this folder only."] : [];
  const report = { ...scanned, findings, notes: [...scanned.notes, ...noOrigin] };
  const lines = (() => {
    const looks = { ...from, colours: from.colours && asked.output === void 0 };
    if (asked.format === "text") return reportText(report, unknown, excepted.length, mistakes, looks);
    const { version } = terminal;
    const data = asked.format === "json" ? reportJson(report, mistakes) : toSarif(report, { version, excepted });
    return [JSON.stringify(data, null, 2)];
  })();
  if (asked.format === "sarif") for (const { problem } of mistakes) terminal.err(harmless(problem));
  if (!await show(lines, asked, terminal)) return 3;
  if (asked.output !== void 0) terminal.out(sumLine(report, excepted.length, from));
  if (findings.length > 0 || mistakes.length > 0) return 1;
  return unknown.length > 0 ? 2 : 0;
}
async function show(lines, { output }, terminal) {
  if (output === void 0) {
    for (const line2 of lines) terminal.out(line2);
    return true;
  }
  try {
    await terminal.write(resolve2(terminal.folder, output), `${lines.join("\n")}
`);
    return true;
  } catch (error) {
    terminal.err(
      harmless(`The report cannot be written: ${error instanceof Error ? error.message : String(error)}`)
    );
    return false;
  }
}

// local/main.ts
function colours() {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== void 0 && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== void 0 && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return process.stdout.isTTY && TERM !== "dumb";
}
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
});
try {
  process.exitCode = await runScan(process.argv.slice(2), {
    folder: process.cwd(),
    tree: diskTree,
    platform: {
      os: process.platform === "win32" || process.platform === "darwin" ? process.platform : "linux",
      arch: "x64"
    },
    version: PRODUCT.version,
    colours: colours(),
    now: () => Date.now(),
    out: (line2) => void process.stdout.write(`${line2}
`),
    err: (line2) => void process.stderr.write(`${line2}
`),
    write: (file, text) => writeFile(file, text)
  });
} catch (error) {
  process.stderr.write(
    `${harmless(error instanceof Error ? error.stack ?? error.message : String(error))}
`
  );
  process.exitCode = 2;
}
