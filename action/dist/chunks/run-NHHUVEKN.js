import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  DIALECTS,
  ENTRA_CLOUDS,
  INPUT_NAMES,
  RefusedFile,
  ServerTime,
  UUID,
  addressBlocked,
  approvedAudience,
  databricksCloud,
  endpointUnavailable,
  harmlessLines,
  inGitFolder,
  isInside,
  isPassable,
  isUuid,
  jsonWithoutBidi,
  meant,
  parseCliMirror,
  parseCliVersion,
  parseHostOfBundle,
  parseInputs,
  parseSha256,
  parseWorkspaceUrl,
  pathForPeople,
  quote,
  quoteAddress,
  quoteAll,
  readCheckoutFile,
  readCheckoutText,
  readNamedFile,
  redactingCi,
  retry,
  textOf,
  variable,
  withoutBidi,
  workspaceUrl
} from "./chunk-O7YCLKHK.js";
import {
  HttpError,
  SecretlessError,
  certificates,
  checkProxies,
  isLoopback,
  isPage,
  isRetryableStatus,
  nameOf,
  nodeHttp,
  proxyAgent,
  proxyFor,
  redact,
  registerSecret,
  statusError,
  toSecretlessError,
  transportError
} from "./chunk-CCOILW5G.js";
import {
  createTerminate,
  isRunning,
  runUntil
} from "./chunk-FNIIXPTF.js";
import {
  readLines
} from "./chunk-GQNXZMSJ.js";
import {
  __commonJS,
  __require,
  __toESM
} from "./chunk-U4GNHYLL.js";

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
    var isMap7 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === MAP;
    var isPair2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === PAIR;
    var isScalar5 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SCALAR;
    var isSeq6 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SEQ;
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
    var hasAnchor = (node) => (isScalar5(node) || isCollection(node)) && !!node.anchor;
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
    exports.isMap = isMap7;
    exports.isNode = isNode;
    exports.isPair = isPair2;
    exports.isScalar = isScalar5;
    exports.isSeq = isSeq6;
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
    function visit_(key2, node, visitor, path20) {
      const ctrl = callVisitor(key2, node, visitor, path20);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key2, path20, ctrl);
        return visit_(key2, ctrl, visitor, path20);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path20 = Object.freeze(path20.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = visit_(i, node.items[i], visitor, path20);
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
          path20 = Object.freeze(path20.concat(node));
          const ck = visit_("key", node.key, visitor, path20);
          if (ck === BREAK2)
            return BREAK2;
          else if (ck === REMOVE)
            node.key = null;
          const cv = visit_("value", node.value, visitor, path20);
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
    async function visitAsync_(key2, node, visitor, path20) {
      const ctrl = await callVisitor(key2, node, visitor, path20);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key2, path20, ctrl);
        return visitAsync_(key2, ctrl, visitor, path20);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path20 = Object.freeze(path20.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = await visitAsync_(i, node.items[i], visitor, path20);
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
          path20 = Object.freeze(path20.concat(node));
          const ck = await visitAsync_("key", node.key, visitor, path20);
          if (ck === BREAK2)
            return BREAK2;
          else if (ck === REMOVE)
            node.key = null;
          const cv = await visitAsync_("value", node.value, visitor, path20);
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
    function callVisitor(key2, node, visitor, path20) {
      if (typeof visitor === "function")
        return visitor(key2, node, path20);
      if (identity.isMap(node))
        return visitor.Map?.(key2, node, path20);
      if (identity.isSeq(node))
        return visitor.Seq?.(key2, node, path20);
      if (identity.isPair(node))
        return visitor.Pair?.(key2, node, path20);
      if (identity.isScalar(node))
        return visitor.Scalar?.(key2, node, path20);
      if (identity.isAlias(node))
        return visitor.Alias?.(key2, node, path20);
      return void 0;
    }
    function replaceNode(key2, path20, node) {
      const parent = path20[path20.length - 1];
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
      add(line, onError) {
        if (this.atNextDocument) {
          this.yaml = { explicit: _Directives.defaultYaml.explicit, version: "1.1" };
          this.tags = Object.assign({}, _Directives.defaultTags);
          this.atNextDocument = false;
        }
        const parts = line.trim().split(/[ \t]+/);
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
            const ref2 = sourceObjects.get(source);
            if (typeof ref2 === "object" && ref2.anchor && (identity.isScalar(ref2.node) || identity.isCollection(ref2.node))) {
              ref2.node.anchor = ref2.anchor;
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
          for (const { count: count3, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count3);
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
        let found2 = void 0;
        for (const node of nodes) {
          if (node === this)
            break;
          if (node.anchor === this.source)
            found2 = node;
        }
        if (found2 && ctx) {
          const { anchors: anchors2, doc: doc2, maxAliasCount } = ctx;
          let data = anchors2.get(found2);
          if (!data) {
            toJS.toJS(found2, null, ctx);
            data = anchors2.get(found2);
          }
          if (data?.res === void 0) {
            const msg = "This should not happen: Alias anchor was not resolved?";
            throw new ReferenceError(msg);
          }
          if (maxAliasCount >= 0) {
            data.count += 1;
            if (data.aliasCount === 0)
              data.aliasCount = getAliasCount(doc2, found2, anchors2);
            if (data.count * data.aliasCount > maxAliasCount) {
              const msg = "Excessive alias count indicates a resource exhaustion attack";
              throw new ReferenceError(msg);
            }
          }
        }
        return found2;
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
        let count3 = 0;
        for (const item of node.items) {
          const c = getAliasCount(doc, item, anchors2);
          if (c > count3)
            count3 = c;
        }
        return count3;
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
        const match2 = tags.filter((t) => t.tag === tagName);
        const tagObj = match2.find((t) => !t.format) ?? match2[0];
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
      let ref2 = void 0;
      if (aliasDuplicateObjects && value && typeof value === "object") {
        ref2 = sourceObjects.get(value);
        if (ref2) {
          ref2.anchor ?? (ref2.anchor = onAnchor(value));
          return new Alias.Alias(ref2.anchor);
        } else {
          ref2 = { anchor: null, node: null };
          sourceObjects.set(value, ref2);
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
          if (ref2)
            ref2.node = node2;
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
      if (ref2)
        ref2.node = node;
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
    function collectionFromPath(schema, path20, value) {
      let v = value;
      for (let i = path20.length - 1; i >= 0; --i) {
        const k = path20[i];
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
    var isEmptyPath = (path20) => path20 == null || typeof path20 === "object" && !!path20[Symbol.iterator]().next().done;
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
      addIn(path20, value) {
        if (isEmptyPath(path20))
          this.add(value);
        else {
          const [key2, ...rest] = path20;
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
      deleteIn(path20) {
        const [key2, ...rest] = path20;
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
      getIn(path20, keepScalar) {
        const [key2, ...rest] = path20;
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
      hasIn(path20) {
        const [key2, ...rest] = path20;
        if (rest.length === 0)
          return this.has(key2);
        const node = this.get(key2, true);
        return identity.isCollection(node) ? node.hasIn(rest) : false;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path20, value) {
        const [key2, ...rest] = path20;
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
    function foldFlowLines(text3, indent, mode = "flow", { indentAtStart, lineWidth = 80, minContentWidth = 20, onFold, onOverflow } = {}) {
      if (!lineWidth || lineWidth < 0)
        return text3;
      if (lineWidth < minContentWidth)
        minContentWidth = 0;
      const endStep = Math.max(1 + minContentWidth, 1 + lineWidth - indent.length);
      if (text3.length <= endStep)
        return text3;
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
        i = consumeMoreIndentedLines(text3, i, indent.length);
        if (i !== -1)
          end = i + endStep;
      }
      for (let ch; ch = text3[i += 1]; ) {
        if (mode === FOLD_QUOTED && ch === "\\") {
          escStart = i;
          switch (text3[i + 1]) {
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
            i = consumeMoreIndentedLines(text3, i, indent.length);
          end = i + indent.length + endStep;
          split = void 0;
        } else {
          if (ch === " " && prev && prev !== " " && prev !== "\n" && prev !== "	") {
            const next = text3[i + 1];
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
                ch = text3[i += 1];
                overflow = true;
              }
              const j = i > escEnd + 1 ? i - 2 : escStart - 1;
              if (escapedFolds[j])
                return text3;
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
        return text3;
      if (onFold)
        onFold();
      let res = text3.slice(0, folds[0]);
      for (let i2 = 0; i2 < folds.length; ++i2) {
        const fold = folds[i2];
        const end2 = folds[i2 + 1] || text3.length;
        if (fold === 0)
          res = `
${indent}${text3.slice(0, end2)}`;
        else {
          if (mode === FOLD_QUOTED && escapedFolds[fold])
            res += `${text3[fold]}\\`;
          res += `
${indent}${text3.slice(fold + 1, end2)}`;
        }
      }
      return res;
    }
    function consumeMoreIndentedLines(text3, i, indent) {
      let end = i;
      let start = i + 1;
      let ch = text3[start];
      while (ch === " " || ch === "	") {
        if (i < start + indent) {
          ch = text3[++i];
        } else {
          do {
            ch = text3[++i];
          } while (ch && ch !== "\n");
          end = i;
          start = i + 1;
          ch = text3[start];
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
                const code2 = json.substr(i + 2, 4);
                switch (code2) {
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
                    if (code2.substr(0, 2) === "00")
                      str += "\\x" + code2.substr(2);
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
        const match2 = tags.filter((t) => t.tag === item.tag);
        if (match2.length > 0)
          return match2.find((t) => t.format === item.format) ?? match2[0];
      }
      let tagObj = void 0;
      let obj;
      if (identity.isScalar(item)) {
        obj = item.value;
        let match2 = tags.filter((t) => t.identify?.(obj));
        if (match2.length > 1) {
          const testMatch = match2.filter((t) => t.test);
          if (testMatch.length > 0)
            match2 = testMatch;
        }
        tagObj = match2.find((t) => t.format === item.format) ?? match2.find((t) => !t.format);
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
    function warn2(logLevel, warning) {
      if (logLevel === "debug" || logLevel === "warn") {
        if (typeof node_process.emitWarning === "function")
          node_process.emitWarning(warning);
        else
          console.warn(warning);
      }
    }
    exports.debug = debug;
    exports.warn = warn2;
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
          const line = lines[i];
          str += line ? `
${indent}${line}` : "\n";
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
            reqNewline || (reqNewline = lines.reduce((sum, line) => sum + line.length + 2, 2) + (str.length + 2) > ctx.options.lineWidth);
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
          const len = lines.reduce((sum, line) => sum + line.length + 2, 2);
          reqNewline = ctx.options.lineWidth > 0 && len > ctx.options.lineWidth;
        }
        if (reqNewline) {
          let str = start;
          for (const line of lines)
            str += line ? `
${indentStep}${indent}${line}` : "\n";
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
        const match2 = str.match(timestamp.test);
        if (!match2)
          throw new Error("!!timestamp expects a date, starting with yyyy-mm-dd");
        const [, year, month, day, hour, minute, second] = match2.map(Number);
        const millisec = match2[7] ? Number((match2[7] + "00").substr(1, 3)) : 0;
        let date2 = Date.UTC(year, month - 1, day, hour || 0, minute || 0, second || 0, millisec);
        const tz = match2[8];
        if (tz && tz !== "Z") {
          let d = parseSexagesimal(tz, false);
          if (Math.abs(d) < 30)
            d *= 60;
          date2 -= 6e4 * d;
        }
        return new Date(date2);
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
      addIn(path20, value) {
        if (assertCollection(this.contents))
          this.contents.addIn(path20, value);
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
      deleteIn(path20) {
        if (Collection.isEmptyPath(path20)) {
          if (this.contents == null)
            return false;
          this.contents = null;
          return true;
        }
        return assertCollection(this.contents) ? this.contents.deleteIn(path20) : false;
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
      getIn(path20, keepScalar) {
        if (Collection.isEmptyPath(path20))
          return !keepScalar && identity.isScalar(this.contents) ? this.contents.value : this.contents;
        return identity.isCollection(this.contents) ? this.contents.getIn(path20, keepScalar) : void 0;
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
      hasIn(path20) {
        if (Collection.isEmptyPath(path20))
          return this.contents !== void 0;
        return identity.isCollection(this.contents) ? this.contents.hasIn(path20) : false;
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
      setIn(path20, value) {
        if (Collection.isEmptyPath(path20)) {
          this.contents = value;
        } else if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, Array.from(path20), value);
        } else if (assertCollection(this.contents)) {
          this.contents.setIn(path20, value);
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
          for (const { count: count3, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count3);
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
      constructor(name, pos, code2, message) {
        super();
        this.name = name;
        this.code = code2;
        this.message = message;
        this.pos = pos;
      }
    };
    var YAMLParseError = class extends YAMLError {
      constructor(pos, code2, message) {
        super("YAMLParseError", pos, code2, message);
      }
    };
    var YAMLWarning = class extends YAMLError {
      constructor(pos, code2, message) {
        super("YAMLWarning", pos, code2, message);
      }
    };
    var prettifyError = (src, lc) => (error) => {
      if (error.pos[0] === -1)
        return;
      error.linePos = error.pos.map((pos) => lc.linePos(pos));
      const { line, col } = error.linePos[0];
      error.message += ` at line ${line}, column ${col}`;
      let ci = col - 1;
      let lineStr = src.substring(lc.lineStarts[line - 1], lc.lineStarts[line]).replace(/[\n\r]+$/, "");
      if (ci >= 60 && lineStr.length > 80) {
        const trimStart = Math.min(ci - 39, lineStr.length - 79);
        lineStr = "\u2026" + lineStr.substring(trimStart);
        ci -= trimStart - 1;
      }
      if (lineStr.length > 80)
        lineStr = lineStr.substring(0, 79) + "\u2026";
      if (line > 1 && /^ *$/.test(lineStr.substring(0, ci))) {
        let prev = src.substring(lc.lineStarts[line - 2], lc.lineStarts[line - 1]);
        if (prev.length > 80)
          prev = prev.substring(0, 79) + "\u2026\n";
        lineStr = prev + lineStr;
      }
      if (/[^ ]/.test(lineStr)) {
        let count3 = 1;
        const end = error.linePos[1];
        if (end?.line === line && end.col > col) {
          count3 = Math.max(1, Math.min(end.col - col, 80 - ci));
        }
        const pointer = " ".repeat(ci) + "^".repeat(count3);
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
    function resolveProps(tokens2, { flow, indicator, next, offset, onError, parentIndent, startOnNewline }) {
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
      let found2 = null;
      let start = null;
      for (const token2 of tokens2) {
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
              else if (!found2 || indicator !== "seq-item-ind")
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
            if (found2)
              onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${token2.source} in ${flow ?? "collection"}`);
            found2 = token2;
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
      const last = tokens2[tokens2.length - 1];
      const end = last ? last.offset + last.source.length : offset;
      if (reqSpace && next && next.type !== "space" && next.type !== "newline" && next.type !== "comma" && (next.type !== "scalar" || next.source !== "")) {
        onError(next.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
      }
      if (tab && (atNewline && tab.indent <= parentIndent || next?.type === "block-map" || next?.type === "block-seq"))
        onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
      return {
        comma,
        found: found2,
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
        const { start, key: key2, sep: sep4, value } = collItem;
        const keyProps = resolveProps.resolveProps(start, {
          indicator: "explicit-key-ind",
          next: key2 ?? sep4?.[0],
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
          if (!keyProps.anchor && !keyProps.tag && !sep4) {
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
        const valueProps = resolveProps.resolveProps(sep4 ?? [], {
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
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : composeEmptyNode(ctx, offset, sep4, null, valueProps, onError);
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
        let sep4 = "";
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
                comment += sep4 + cb;
              sep4 = "";
              break;
            }
            case "newline":
              if (comment)
                sep4 += source;
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
      const isMap7 = fc.start.source === "{";
      const fcName = isMap7 ? "flow map" : "flow sequence";
      const NodeClass = tag?.nodeClass ?? (isMap7 ? YAMLMap.YAMLMap : YAMLSeq.YAMLSeq);
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
        const { start, key: key2, sep: sep4, value } = collItem;
        const props = resolveProps.resolveProps(start, {
          flow: fcName,
          indicator: "explicit-key-ind",
          next: key2 ?? sep4?.[0],
          offset,
          onError,
          parentIndent: fc.indent,
          startOnNewline: false
        });
        if (!props.found) {
          if (!props.anchor && !props.tag && !sep4 && !value) {
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
          if (!isMap7 && ctx.options.strict && utilContainsNewline.containsNewline(key2))
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
        if (!isMap7 && !sep4 && !props.found) {
          const valueNode = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, sep4, null, props, onError);
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
          const valueProps = resolveProps.resolveProps(sep4 ?? [], {
            flow: fcName,
            indicator: "map-value-ind",
            next: value,
            offset: keyNode.range[2],
            onError,
            parentIndent: fc.indent,
            startOnNewline: false
          });
          if (valueProps.found) {
            if (!isMap7 && !props.found && ctx.options.strict) {
              if (sep4)
                for (const st of sep4) {
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
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : valueProps.found ? composeEmptyNode(ctx, valueProps.end, sep4, null, valueProps, onError) : null;
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
          if (isMap7) {
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
      const expectedEnd = isMap7 ? "}" : "]";
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
      let sep4 = "";
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
          value += sep4 + indent.slice(trimIndent) + content;
          sep4 = "\n";
        } else if (indent.length > trimIndent || content[0] === "	") {
          if (sep4 === " ")
            sep4 = "\n";
          else if (!prevMoreIndented && sep4 === "\n")
            sep4 = "\n\n";
          value += sep4 + indent.slice(trimIndent) + content;
          sep4 = "\n";
          prevMoreIndented = true;
        } else if (content === "") {
          if (sep4 === "\n")
            value += "\n";
          else
            sep4 = "\n";
        } else {
          value += sep4 + content;
          sep4 = " ";
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
      const _onError = (rel, code2, msg) => onError(offset + rel, code2, msg);
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
      const line = /(.*?)\r?\n/sy;
      let match2 = line.exec(source);
      if (!match2)
        return source;
      let trimEnd, trimBoth;
      try {
        trimEnd = new RegExp("(?<![ 	])[ 	]+$");
        trimBoth = new RegExp("^[ 	]+|(?<![ 	])[ 	]+$", "g");
      } catch {
        trimEnd = /[ \t]+$/;
        trimBoth = /^[ \t]+|[ \t]+$/g;
      }
      let res = match2[1].replace(trimEnd, "");
      let sep4 = " ";
      let pos = line.lastIndex;
      while (match2 = line.exec(source)) {
        const lm = match2[1].replace(trimBoth, "");
        if (lm === "") {
          if (sep4 === "\n")
            res += sep4;
          else
            sep4 = "\n";
        } else {
          res += sep4 + lm;
          sep4 = " ";
        }
        pos = line.lastIndex;
      }
      const last = /[ \t]*(.*)/sy;
      last.lastIndex = pos;
      match2 = last.exec(source);
      return res + sep4 + (match2?.[1] ?? "");
    }
    function doubleQuotedValue(source, onError) {
      let res = "";
      for (let i = 1; i < source.length - 1; ++i) {
        const ch = source[i];
        if (ch === "\r" && source[i + 1] === "\n")
          continue;
        if (ch === "\n") {
          const { fold, offset } = foldNewline(source, i);
          res += fold;
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
      let fold = "";
      let ch = source[offset + 1];
      while (ch === " " || ch === "	" || ch === "\n" || ch === "\r") {
        if (ch === "\r" && source[offset + 2] !== "\n")
          break;
        if (ch === "\n")
          fold += "\n";
        offset += 1;
        ch = source[offset + 1];
      }
      if (!fold)
        fold = " ";
      return { fold, offset };
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
      const code2 = ok ? parseInt(cc, 16) : NaN;
      try {
        return String.fromCodePoint(code2);
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
        this.onError = (source, code2, message, warning) => {
          const pos = getErrorPos(source);
          if (warning)
            this.warnings.push(new errors.YAMLWarning(pos, code2, message));
          else
            this.errors.push(new errors.YAMLParseError(pos, code2, message));
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
      *compose(tokens2, forceDoc = false, endOffset = -1) {
        for (const token2 of tokens2)
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
        const _onError = (pos, code2, message) => {
          const offset = typeof pos === "number" ? pos : Array.isArray(pos) ? pos[0] : pos.offset;
          if (onError)
            onError(offset, code2, message);
          else
            throw new errors.YAMLParseError([offset, offset + 1], code2, message);
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
    function stringifyItem({ start, key: key2, sep: sep4, value }) {
      let res = "";
      for (const st of start)
        res += st.source;
      if (key2)
        res += stringifyToken(key2);
      if (sep4)
        for (const st of sep4)
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
    visit2.itemAtPath = (cst, path20) => {
      let item = cst;
      for (const [field, index] of path20) {
        const tok = item?.[field];
        if (tok && "items" in tok) {
          item = tok.items[index];
        } else
          return void 0;
      }
      return item;
    };
    visit2.parentCollection = (cst, path20) => {
      const parent = visit2.itemAtPath(cst, path20.slice(0, -1));
      const field = path20[path20.length - 1][0];
      const coll = parent?.[field];
      if (coll && "items" in coll)
        return coll;
      throw new Error("Parent collection not found");
    };
    function _visit(path20, item, visitor) {
      let ctrl = visitor(item, path20);
      if (typeof ctrl === "symbol")
        return ctrl;
      for (const field of ["key", "value"]) {
        const token2 = item[field];
        if (token2 && "items" in token2) {
          for (let i = 0; i < token2.items.length; ++i) {
            const ci = _visit(Object.freeze(path20.concat([[field, i]])), token2.items[i], visitor);
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
            ctrl = ctrl(item, path20);
        }
      }
      return typeof ctrl === "function" ? ctrl(item, path20) : ctrl;
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
    var isScalar5 = (token2) => !!token2 && (token2.type === "scalar" || token2.type === "single-quoted-scalar" || token2.type === "double-quoted-scalar" || token2.type === "block-scalar");
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
    exports.isScalar = isScalar5;
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
      *lex(source, incomplete2 = false) {
        if (source) {
          if (typeof source !== "string")
            throw TypeError("source is not a string");
          this.buffer = this.buffer ? this.buffer + source : source;
          this.lineEndPos = null;
        }
        this.atEnd = !incomplete2;
        let next = this.next ?? "stream";
        while (next && (incomplete2 || this.hasChars(1)))
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
        let line = this.getLine();
        if (line === null)
          return this.setNext("stream");
        if (line[0] === cst.BOM) {
          yield* this.pushCount(1);
          line = line.substring(1);
        }
        if (line[0] === "%") {
          let dirEnd = line.length;
          let cs = line.indexOf("#");
          while (cs !== -1) {
            const ch = line[cs - 1];
            if (ch === " " || ch === "	") {
              dirEnd = cs - 1;
              break;
            } else {
              cs = line.indexOf("#", cs + 1);
            }
          }
          while (true) {
            const ch = line[dirEnd - 1];
            if (ch === " " || ch === "	")
              dirEnd -= 1;
            else
              break;
          }
          const n = (yield* this.pushCount(dirEnd)) + (yield* this.pushSpaces(true));
          yield* this.pushCount(line.length - n);
          this.pushNewline();
          return "stream";
        }
        if (this.atLineEnd()) {
          const sp = yield* this.pushSpaces(true);
          yield* this.pushCount(line.length - sp);
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
        const line = this.getLine();
        if (line === null)
          return this.setNext("doc");
        let n = yield* this.pushIndicators();
        switch (line[n]) {
          case "#":
            yield* this.pushCount(line.length - n);
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
            yield* this.pushCount(line.length - n);
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
        const line = this.getLine();
        if (line === null)
          return this.setNext("flow");
        if (indent !== -1 && indent < this.indentNext && line[0] !== "#" || indent === 0 && (line.startsWith("---") || line.startsWith("...")) && isEmpty(line[3])) {
          const atFlowEndMarker = indent === this.indentNext - 1 && this.flowLevel === 1 && (line[0] === "]" || line[0] === "}");
          if (!atFlowEndMarker) {
            this.flowLevel = 0;
            yield cst.FLOW_END;
            return yield* this.parseLineStart();
          }
        }
        let n = 0;
        while (line[n] === ",") {
          n += yield* this.pushCount(1);
          n += yield* this.pushSpaces(true);
          this.flowKey = false;
        }
        n += yield* this.pushIndicators();
        switch (line[n]) {
          case void 0:
            return "flow";
          case "#":
            yield* this.pushCount(line.length - n);
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
    var LineCounter4 = class {
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
    exports.LineCounter = LineCounter4;
  }
});

// node_modules/yaml/dist/parse/parser.js
var require_parser = __commonJS({
  "node_modules/yaml/dist/parse/parser.js"(exports) {
    "use strict";
    var node_process = __require("process");
    var cst = require_cst();
    var lexer = require_lexer();
    function includesToken(list3, type) {
      for (let i = 0; i < list3.length; ++i)
        if (list3[i].type === type)
          return true;
      return false;
    }
    function findNonEmptyIndex(list3) {
      for (let i = 0; i < list3.length; ++i) {
        switch (list3[i].type) {
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
      *parse(source, incomplete2 = false) {
        if (this.onNewLine && this.offset === 0)
          this.onNewLine(0);
        for (const lexeme of this.lexer.lex(source, incomplete2))
          yield* this.next(lexeme);
        if (!incomplete2)
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
          let sep4;
          if (scalar.end) {
            sep4 = scalar.end;
            sep4.push(this.sourceToken);
            delete scalar.end;
          } else
            sep4 = [this.sourceToken];
          const map = {
            type: "block-map",
            offset: scalar.offset,
            indent: scalar.indent,
            items: [{ start, key: scalar, sep: sep4 }]
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
                  const sep4 = it.sep;
                  sep4.push(this.sourceToken);
                  delete it.key;
                  delete it.sep;
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start2, key: key2, sep: sep4 }]
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
              const fs3 = this.flowScalar(this.type);
              if (atNextItem || it.value) {
                map.items.push({ start, key: fs3, sep: [] });
                this.onKeyLine = true;
              } else if (it.sep) {
                this.stack.push(fs3);
              } else {
                Object.assign(it, { key: fs3, sep: [] });
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
              const fs3 = this.flowScalar(this.type);
              if (!it || it.value)
                fc.items.push({ start: [], key: fs3, sep: [] });
              else if (it.sep)
                this.stack.push(fs3);
              else
                Object.assign(it, { key: fs3, sep: [] });
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
            const sep4 = fc.end.splice(1, fc.end.length);
            sep4.push(this.sourceToken);
            const map = {
              type: "block-map",
              offset: fc.offset,
              indent: fc.indent,
              items: [{ start, key: fc, sep: sep4 }]
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
    function parseDocument4(source, options = {}) {
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
      const doc = parseDocument4(src, options);
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
    exports.parseDocument = parseDocument4;
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

// core/run.ts
import path19 from "node:path";

// core/audit/events/ocsf.ts
import { createHash } from "node:crypto";
function tokenSha256(token2) {
  return createHash("sha256").update(token2, "utf8").digest("hex");
}
var SEVERITY = { informational: 1, low: 2, medium: 3, high: 4 };
function servicePrincipal(applicationId2) {
  return { type: "Service", type_id: 4, name: applicationId2, uid: applicationId2 };
}
function outcomeFields(outcome2) {
  if (outcome2.ok) return { status_id: 1, status: "Success" };
  return { status_id: 2, status: "Failure", status_code: outcome2.code, status_detail: outcome2.reason };
}
var given = (name, value) => value === void 0 || value === "" ? {} : { [name]: value };
function tokenExchangeEvent(exchange) {
  const { outcome: outcome2, endpoint, clientId, issuer, subject: subject2 } = exchange;
  return {
    event_code: "token_exchange",
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    activity_id: 1,
    activity_name: "Logon",
    severity_id: outcome2.ok ? SEVERITY.informational : SEVERITY.medium,
    ...outcomeFields(outcome2),
    message: `ID token of ${subject2} ${outcome2.ok ? "exchanged for" : "refused as"} ${clientId}`,
    // OAuth 2.0
    auth_protocol_id: 6,
    is_remote: true,
    user: servicePrincipal(clientId),
    actor: { user: servicePrincipal(clientId) },
    service: { name: new URL(endpoint).host, uid: endpoint },
    session: { issuer, ...given("uid", exchange.jwtId), ...given("expiration_time", exchange.expiresAt) },
    unmapped: {
      exchange: exchange.exchange,
      issuer,
      subject: subject2,
      audience: exchange.audience,
      token_sha256: exchange.idTokenSha256,
      ...given("jti", exchange.jwtId),
      ...given("kid", exchange.keyId),
      ...given("access_token_sha256", exchange.accessTokenSha256),
      ...given("uti", exchange.uniqueTokenIdentifier)
    }
  };
}
var API_ACTIVITY = {
  POST: [1, "Create"],
  GET: [2, "Read"],
  PUT: [3, "Update"],
  PATCH: [3, "Update"],
  DELETE: [4, "Delete"]
};
function apiCallEvent(call) {
  const { outcome: outcome2, method, url, status } = call;
  const { host, pathname } = new URL(url);
  const verb = method === "POST" && pathname.endsWith("/delete") ? "DELETE" : method;
  const [activity, activityName] = API_ACTIVITY[verb] ?? [99, "Other"];
  const result = outcome2.ok ? {} : { error: outcome2.code, error_message: outcome2.reason };
  return {
    event_code: "api_call",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: activity,
    activity_name: activityName,
    severity_id: outcome2.ok ? SEVERITY.informational : SEVERITY.medium,
    ...outcomeFields(outcome2),
    message: `${method} ${pathname}: ${outcome2.ok ? "done" : outcome2.code}`,
    api: {
      operation: `${method} ${pathname}`,
      service: { name: host },
      ...call.requestId === void 0 ? {} : { request: { uid: call.requestId } },
      response: { ...given("code", status), ...result }
    },
    src_endpoint: { name: call.runner },
    dst_endpoint: { name: host, hostname: host },
    actor: { user: servicePrincipal(call.caller) },
    unmapped: { caller: call.caller }
  };
}

// core/audit/events/refusal.ts
var REFUSALS = /* @__PURE__ */ new Set([
  "EVENT_NOT_TRUSTED",
  "WRONG_PRINCIPAL",
  "WRONG_WORKSPACE",
  "WRONG_ACCOUNT",
  "HOST_NOT_APPROVED",
  "ENDPOINT_NOT_TRUSTED",
  "AUDIENCE_NOT_APPROVED",
  "CREDENTIAL_IN_BUNDLE",
  "CLI_HASH_MISMATCH",
  "CLI_ARCHIVE_REFUSED",
  "DESTRUCTIVE_PLAN",
  "ID_TOKEN_NOT_VERIFIED",
  "ACCESS_CLASH",
  "ACCESS_STATE_UNREADABLE",
  "ACCESS_STATE_FORGED",
  "ACCESS_STATE_FOREIGN",
  "ACCESS_STATE_ORPHANED",
  "ACCESS_STATE_WRITABLE",
  "ACCESS_UNSEPARATED",
  "ACCESS_DEPLOYMENT_UNPROVEN",
  "ACCESS_STANDS",
  "ACCESS_PLAN_OUTDATED"
]);
function isRefusal({ code: code2 }) {
  return REFUSALS.has(code2);
}
function refusalEvent({ code: code2, details: details2 }, { command, host, runner }) {
  const reason = [details2.problem, details2.actual].filter((text3) => text3 !== void 0).join(" ");
  const name = new URL(host).host;
  return {
    event_code: "refusal",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: 99,
    activity_name: "Other",
    severity_id: SEVERITY.high,
    ...outcomeFields({ ok: false, code: code2, reason }),
    message: `refused: ${code2}`,
    api: { operation: command, service: { name }, response: { error: code2, error_message: reason } },
    src_endpoint: { name: runner },
    dst_endpoint: { name, hostname: name },
    unmapped: { reason, ...details2.expected !== void 0 && { expected: details2.expected } }
  };
}

// core/ci/pipeline-claims.ts
var PIPELINE_CLAIMS = [
  "repository",
  "ref",
  "environment",
  "pipeline",
  "actor",
  "event",
  "commit"
];

// core/audit/pipeline.ts
function pipelineOf(token2, worth) {
  const names2 = ["issuer", "subject", ...PIPELINE_CLAIMS];
  const said = names2.flatMap((name) => {
    const value = token2[name];
    return value === void 0 ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(said), claims: worth };
}

// core/base/all-right.ts
async function allRight(work) {
  const results = await Promise.allSettled(work);
  const errors = results.flatMap(
    (result) => result.status === "rejected" ? [toSecretlessError(result.reason)] : []
  );
  const [first, ...others2] = new Set(errors);
  if (first) throw together(first, others2);
  return results.map((result) => result.value);
}
function together(first, others2) {
  if (others2.length === 0) return first;
  const rest = others2.flatMap(({ code: code2, details: details2, mistakes }) => [
    { ...details2, problem: `${code2}: ${details2.problem}` },
    ...mistakes
  ]);
  return new SecretlessError(first.code, {
    ...first.details,
    mistakes: [...first.mistakes, ...rest],
    others: [...first.others, ...others2.flatMap((other) => [other, ...other.others])],
    cause: first.cause
  });
}

// package.json
var package_default = { name: "databricks-secretless", version: "0.1.0" };

// core/base/product.ts
var PRODUCT = { name: package_default.name, version: package_default.version };

// core/bundle/files.ts
import { posix, win32 } from "node:path";

// core/bundle/yaml.ts
var import_yaml3 = __toESM(require_dist(), 1);

// core/bundle/go-yaml.ts
var import_yaml = __toESM(require_dist(), 1);
function goLexer() {
  const lexer = new import_yaml.Lexer();
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
function withKnownBreaks(text3) {
  return text3.replace(BREAK, "\n");
}
var SEPARATOR = /[\u2028\u2029]/;
function separatedText(raw, type, read4) {
  if (!SEPARATOR.test(raw) || type === "BLOCK_FOLDED") return void 0;
  if (type === "QUOTE_SINGLE") return folded(raw.slice(1, -1)).replaceAll("''", "'");
  if (type === "QUOTE_DOUBLE") {
    const line = folded(raw.slice(1, -1)).replace(
      /[\n\u2028\u2029]/g,
      (character) => ESCAPES[character] ?? ""
    );
    return String((0, import_yaml.parseDocument)(`"${line}"`).toJS());
  }
  if (type !== "BLOCK_LITERAL") return folded(raw);
  const breaks = [...raw.matchAll(/\r\n|[\r\n\u0085\u2028\u2029]/g)].map(([text3]) => text3).slice(1);
  let next = 0;
  return read4.replaceAll("\n", () => {
    const written = breaks[next++] ?? "\n";
    return SEPARATOR.test(written) ? written : "\n";
  });
}
var ESCAPES = { "\n": "\\n", "\u2028": "\\L", "\u2029": "\\P" };
function folded(raw) {
  return raw.replace(/[ \t]*(?:\r\n|[\r\n\u0085\u2028\u2029])[ \t\r\n\u0085\u2028\u2029]*/g, (run2) => {
    const breaks = run2.replace(/[ \t]/g, "").replace(/\r\n|[\r\u0085]/g, "\n");
    return breaks === "\n" ? " " : breaks.replace(/^\n/, "");
  });
}

// core/base/yaml/expansion.ts
var import_yaml2 = __toESM(require_dist(), 1);
var MOST_NODES = 5e5;
var DEEPEST = 1e3;
function expandsTooFar(contents) {
  const anchors = /* @__PURE__ */ new Map();
  const sizeOf = (node) => {
    if ((0, import_yaml2.isAlias)(node)) return anchors.get(node.source) ?? { nodes: 1, depth: 1 };
    const children = (0, import_yaml2.isPair)(node) ? [node.key, node.value] : (0, import_yaml2.isMap)(node) || (0, import_yaml2.isSeq)(node) ? node.items : [];
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
  return nodes > MOST_NODES || depth > DEEPEST;
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
function yamlFlaw({ code: code2 }) {
  return FLAWS[code2];
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
  const text3 = decoded(bytes);
  if (text3 === void 0) return invalid("The file is not UTF-8 text.");
  if (text3.includes("\uFEFF")) return invalid("The file has a byte order mark that is not at its start.");
  const source = withKnownBreaks(text3);
  const lines = new import_yaml3.LineCounter();
  const at3 = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const first = firstDocument(source, lines);
    if (!first) return { value: { kind: "null", place: at3(0) } };
    const [slip] = first.errors.filter(isSlip).sort((left, right) => left.pos[0] - right.pos[0]);
    if (slip) return { mistakes: [mistakeOf(slip, at3, source)] };
    if (expandsTooFar(first.contents)) return invalid("Its aliases expand to more than any bundle needs.");
    return { value: new Reader(first, at3, text3).value(first.contents) };
  } catch (error) {
    if (error instanceof BundleYamlError) return invalid(error.message, error.place);
    if (error instanceof RangeError)
      return invalid(`The file is nested deeper than ${String(DEEPEST2)} levels.`);
    throw error;
  }
}
var DEEPEST2 = 500;
function firstDocument(source, lines) {
  const parser = new import_yaml3.Parser(lines.addNewLine);
  const composer = new import_yaml3.Composer({
    // Scalars stay as they are written: what is an ID or a host must not become a number first.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines
  });
  const tokens2 = [];
  lines.addNewLine(0);
  for (const lexeme of goLexer().lex(source)) {
    tokens2.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST2) throw new RangeError("nested too deeply");
  }
  tokens2.push(...parser.end());
  return composer.compose(tokens2).next().value ?? void 0;
}
function decoded(bytes) {
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
function mistakeOf({ code: code2, pos }, at3, source) {
  const [offset] = pos;
  const before = source.slice(0, offset).split("\n").slice(-2).join("\n");
  const line = before + (source.slice(offset).split("\n", 1)[0] ?? "");
  const remedy = /(?:^|[:,-][ \t]+)[{[]/m.test(line) || code2 === "UNEXPECTED_TOKEN" && /[}\]]/.test(line) ? QUOTE_BRACES : REMEDIES[code2];
  return {
    problem: `Not YAML: ${yamlFlaw({ code: code2 })}.`,
    expected: "YAML as the Databricks CLI reads it",
    remedy: remedy ?? "Correct the line; an editor with a YAML extension shows the place.",
    place: at3(offset)
  };
}
var QUOTE_BRACES = "A value with `{` or `}`, `[` or `]` needs quotes, unless it is a whole mapping or list in brackets.";
var REMEDIES = {
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
  constructor(document, at3, text3) {
    this.at = at3;
    this.text = text3;
    const anchors = /* @__PURE__ */ new Map();
    (0, import_yaml3.visit)(document, {
      Node: (_key, node) => {
        if ((0, import_yaml3.isAlias)(node)) {
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
    if ((0, import_yaml3.isAlias)(node)) return this.followed(node, (target) => this.value(target));
    if ((0, import_yaml3.isMap)(node)) return { kind: "map", place, entries: () => this.entries(node) };
    if ((0, import_yaml3.isSeq)(node)) {
      return { kind: "sequence", place, items: () => node.items.map((item) => this.value(item)) };
    }
    if (!(0, import_yaml3.isScalar)(node) || isNull(node)) return { kind: "null", place };
    return { kind: "text", place, text: this.textOf(node), boolean: booleanOf(node) };
  }
  textOf(scalar) {
    const [start, end] = scalar.range ?? [0, 0];
    const raw = this.text.slice(start, end);
    const text3 = separatedText(raw, scalar.type, textOf2(scalar)) ?? textOf2(scalar);
    return scalar.type?.startsWith("BLOCK") === true && end === this.text.length && !/[\r\n\u0085]$/.test(raw) ? text3.replace(/\n$/, "") : text3;
  }
  place(node) {
    return this.at(node?.range?.[0] ?? 0);
  }
  entries(node) {
    const known2 = this.read.get(node) ?? this.readEntries(node);
    this.read.set(node, known2);
    return known2;
  }
  readEntries(node) {
    const own = /* @__PURE__ */ new Map();
    let merge;
    for (const { key: key2, value } of node.items) {
      if (!(0, import_yaml3.isScalar)(key2))
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
    const refused3 = (node) => new BundleYamlError(
      "A merge key (`<<`) needs an alias of a mapping, or a sequence of them.",
      this.place(node)
    );
    if (!(0, import_yaml3.isSeq)(merge) && !(0, import_yaml3.isAlias)(merge)) throw refused3(merge);
    return ((0, import_yaml3.isSeq)(merge) ? merge.items : [merge]).flatMap((source) => {
      const entriesOf2 = (target) => {
        if (!(0, import_yaml3.isMap)(target)) throw refused3(source);
        return [...this.entries(target)];
      };
      return (0, import_yaml3.isAlias)(source) ? this.followed(source, entriesOf2) : entriesOf2(source);
    });
  }
  followed(alias, read4) {
    const target = this.targets.get(alias);
    if (!target) throw new BundleYamlError("An alias has no anchor.", this.place(alias));
    if (this.active.has(alias))
      throw new BundleYamlError("An alias leads back to itself.", this.place(alias));
    this.active.add(alias);
    try {
      return read4(target);
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
  const text3 = textOf2(scalar);
  const folded4 = text3.toLowerCase();
  const isBoolean = scalar.tag === `${TAG}bool` || isPlain(scalar) && /^(?:true|True|TRUE|false|False|FALSE)$/.test(text3);
  if (isBoolean && (folded4 === "true" || folded4 === "false")) return folded4 === "true";
  return YES.has(text3) ? true : NO.has(text3) ? false : void 0;
}
function isPlain(scalar) {
  return scalar.type === "PLAIN" && (scalar.tag === void 0 || scalar.tag === "!");
}

// core/base/tree.ts
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
var FIRST_PIECE = 64 << 10;
var PIECE = 1 << 20;
var { O_RDONLY, O_NONBLOCK = 0 } = constants;
var diskTree = {
  async list(folder) {
    const entries2 = await readdir(folder, { withFileTypes: true });
    return entries2.map((entry) => {
      if (entry.isFile()) return { name: entry.name, type: "file" };
      if (entry.isDirectory()) return { name: entry.name, type: "folder" };
      return { name: entry.name, type: entry.isSymbolicLink() ? "link" : "other" };
    }).sort((a, b) => a.name < b.name ? -1 : 1);
  },
  async size(file) {
    try {
      const found2 = await stat(file);
      return found2.isFile() ? found2.size : void 0;
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
  real: (path20) => realpath(path20).catch(() => path20)
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

// core/bundle/include-glob.ts
var PatternError = class extends Error {
  name = "PatternError";
};
async function glob(pattern, path20, tree, mayList = () => Promise.resolve(true)) {
  matcher(pattern, path20);
  if (!isPattern(pattern, path20)) return await exists(pattern, tree) ? [pattern] : [];
  const folder = path20.dirname(pattern);
  const name = matcher(path20.basename(pattern), path20);
  const found2 = [];
  for (const parent of folder === pattern ? [] : await glob(folder, path20, tree, mayList)) {
    const entries2 = await mayList(parent) ? await tree.list(parent).catch(() => void 0) : [];
    if (entries2 === void 0 && parent.includes("\uFFFD")) found2.push(parent);
    if (entries2 === void 0) continue;
    const names2 = entries2.map((entry) => entry.name).filter((entry) => name.test(entry));
    found2.push(...names2.map((entry) => path20.join(parent, entry)));
  }
  return found2;
}
async function exists(file, tree) {
  const isFolder = () => tree.list(file).then(
    () => true,
    () => false
  );
  return await tree.size(file) !== void 0 || isFolder();
}
function isPattern(text3, path20) {
  return path20.sep === "/" ? /[*?[\\]/.test(text3) : /[*?[]/.test(text3);
}
function matcher(pattern, path20) {
  const escapes = path20.sep === "/";
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

// core/bundle/files.ts
var ROOT_NAMES = [
  "databricks.yml",
  "databricks.yaml",
  "bundle.yml",
  "bundle.yaml"
];
async function readBundleFiles(given2) {
  const location = await withoutLinks(given2);
  const path20 = location.platform.os === "win32" ? win32 : posix;
  const mistakes = [];
  const first = await readBundleFile(await findRootFile(location, path20), location, mistakes);
  const included = first ? await includedFiles(first, location, path20, mistakes) : [];
  const files = await Promise.all(included.map((file) => readBundleFile(file, location, mistakes)));
  if (mistakes.length > 0) throw invalidBundle(mistakes);
  return [first, ...files].filter((file) => file !== void 0);
}
async function withoutLinks(given2) {
  const { platform, tree = diskTree } = given2;
  const [root, checkout] = await Promise.all([tree.real(given2.root), tree.real(given2.checkout)]);
  const location = { root, checkout, platform, tree };
  if (isInside(root, checkout, platform)) return { ...location, bounds: checkout };
  if (!isInside(given2.root, given2.checkout, platform)) return { ...location, bounds: root };
  throw invalidBundle([
    {
      problem: "The folder of the bundle is a link that leads out of the checkout.",
      expected: "a folder of the checkout",
      actual: displayName(given2.root, given2),
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
function readingBundle(read4) {
  try {
    return read4();
  } catch (error) {
    if (!(error instanceof BundleYamlError)) throw error;
    const { message, place, remedy } = error;
    throw invalidBundle([{ problem: message, place, ...remedy !== void 0 && { remedy } }]);
  }
}
function displayName(file, { checkout, platform }) {
  return pathForPeople(file, checkout, platform);
}
async function readBundleFile(path20, location, mistakes) {
  const name = displayName(path20, location);
  try {
    const bytes = await readOwn(path20, location.bounds, location);
    if (bytes === void 0) throw new RefusedFile("is not there any more");
    const parsed3 = parseBundleYaml(bytes, name);
    if ("value" in parsed3) return { path: path20, name, value: parsed3.value };
    mistakes.push(...parsed3.mistakes);
  } catch (error) {
    mistakes.push({ problem: whyUnread(error), place: { file: name } });
  }
  return void 0;
}
function whyUnread(error) {
  if (error instanceof RefusedFile) return `The file is not read: it ${error.message}.`;
  return `The file cannot be read (${error.code ?? String(error)}).`;
}
async function includedFiles(root, location, path20, mistakes) {
  const seen = new Set(ROOT_NAMES);
  const files = [];
  for (const { text: text3, place } of includePatterns(root.value)) {
    const wrong2 = (problem, remedy = "Correct the pattern, or take it out.") => {
      const expected = "paths of YAML or JSON files of the checkout, relative to the bundle";
      mistakes.push({ problem, expected, actual: quote(text3), remedy, place });
    };
    if (path20.isAbsolute(text3)) {
      wrong2(`\`include\` takes paths relative to the bundle, not \`${quote(text3)}\`.`);
      continue;
    }
    let outside2 = false;
    const inside = async (folder) => {
      const known2 = isInside(await location.tree.real(folder), location.bounds, location.platform);
      outside2 ||= !known2;
      return known2;
    };
    if (!/[*?[]/.test(text3)) await inside(path20.dirname(path20.join(location.root, text3)));
    const matches2 = await matchesOf(text3, location, path20, inside);
    if (outside2) wrong2(`The \`include\` pattern \`${quote(text3)}\` leads out of the checkout.`);
    else if (!matches2) wrong2(`The \`include\` pattern \`${quote(text3)}\` is malformed.`);
    else if (matches2.length === 0 && !/[*?[]/.test(text3))
      wrong2(`\`include\` names \`${quote(text3)}\`, which does not exist.`);
    const fresh = (matches2 ?? []).map((match2) => path20.relative(location.root, match2)).filter((name) => !seen.has(name));
    for (const name of fresh.sort(byBytes)) {
      seen.add(name);
      if (/\.(ya?ml|json)$/.test(name)) files.push(path20.join(location.root, name));
      else
        wrong2(
          `\`include\` takes YAML and JSON files alone, not \`${quote(name)}\`.`,
          "Files to upload belong into `sync.include`."
        );
    }
  }
  return files;
}
async function matchesOf(pattern, { root, tree }, path20, inside) {
  try {
    return await glob(path20.join(root, pattern).replace(/(?<=.)[\\/]$/, ""), path20, tree, inside);
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
async function findRootFile(location, path20) {
  const { root } = location;
  const found2 = [];
  for (const name of ROOT_NAMES) {
    if (await location.tree.size(path20.join(root, name)) !== void 0) found2.push(path20.join(root, name));
  }
  const [file, second] = found2;
  if (file === void 0) throw await notFound(location, path20);
  if (second !== void 0) {
    throw invalidBundle([
      {
        problem: "The bundle has several root files, and the Databricks CLI takes none of them then.",
        actual: found2.map((one) => displayName(one, location)).join(", "),
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
async function notFound(location, path20) {
  const { root, checkout, platform, tree } = location;
  if (await tree.size(root) !== void 0) {
    return new SecretlessError("BUNDLE_NOT_FOUND", {
      problem: "`bundle-root` names a file.",
      expected: "the folder of databricks.yml",
      actual: displayName(root, location),
      remedy: `Name its folder: \`${displayName(path20.dirname(root), location) || "."}\`.`
    });
  }
  const entries2 = await tree.list(root).catch(() => void 0);
  const near = [];
  for (const entry of entries2 ?? []) {
    const inside = path20.join(root, entry.name);
    if (/^(databricks|bundle)\b.*\.(ya?ml|json|tmpl)$/i.test(entry.name)) near.push(inside);
    else if (entry.type === "folder" && await hasRootFile(inside, path20, tree)) near.push(inside);
  }
  let above2;
  for (let folder = path20.dirname(root); isInside(folder, checkout, platform); folder = path20.dirname(folder)) {
    if (!await hasRootFile(folder, path20, tree)) continue;
    above2 ??= folder;
    near.push(folder);
  }
  const shown3 = near.slice(0, 5).map((one) => displayName(one, location) || ".");
  return new SecretlessError("BUNDLE_NOT_FOUND", {
    problem: "There is no bundle in this folder.",
    expected: `${ROOT_NAMES.join(", ")} in ${displayName(root, location) || "the checkout"}`,
    actual: entries2 ? shown3.length > 0 ? `nearby: ${shown3.join(", ")}` : "none of them" : "the folder does not exist",
    remedy: [
      ...above2 === void 0 ? [] : [
        `The Databricks CLI would take the bundle of the folder above; this step deploys what \`bundle-root\` names: set it to \`${displayName(above2, location) || "."}\`.`
      ],
      "Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step."
    ].join(" ")
  });
}
async function hasRootFile(folder, path20, tree) {
  const present5 = await Promise.all(ROOT_NAMES.map((name) => tree.size(path20.join(folder, name))));
  return present5.some((size) => size !== void 0);
}

// core/bundle/find-text.ts
async function findText(texts2, location) {
  const files = await readBundleFiles(location).catch(() => []);
  const sources = await Promise.all(
    files.map(async ({ path: path20, name }) => {
      const text3 = await readCheckoutText(path20, location);
      return { name, lines: (text3 ?? "").split(/\r?\n/) };
    })
  ).catch(() => []);
  for (const text3 of texts2) {
    for (const { name, lines } of sources) {
      const index = lines.findIndex((line) => line.includes(text3) && !line.trimStart().startsWith("#"));
      if (index >= 0) return { file: name, line: index + 1, column: (lines[index] ?? "").indexOf(text3) + 1 };
    }
  }
  return void 0;
}

// core/bundle/target.ts
function under(layers, key2) {
  return entriesOf(layers, key2).filter(({ kind }) => kind !== "null");
}
function keysOf(layers) {
  return [...new Set(layers.flatMap((layer) => layer.kind === "map" ? [...layer.entries().keys()] : []))];
}
function selectTarget(files, asked3) {
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
  const name = asked3 ?? (names2.length === 1 ? names2[0] : theDefault(all, names2));
  if (name !== void 0 && names2.includes(name)) return { name, names: names2, top, overrides: under(all, name) };
  throw invalidBundle([
    {
      problem: `The bundle has no target \`${String(asked3)}\`.`,
      expected: `one of: ${quoteAll(names2)}`,
      actual: String(asked3),
      remedy: [
        ...meant(asked3 ?? "", names2),
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
      problem: first === void 0 ? "The bundle has several targets and none of them has `default: true`." : `Several targets have \`default: true\`: ${quoteAll(defaults)}.`,
      expected: `the input \`target\`, one of: ${quoteAll(names2)}`,
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

// core/bundle/host-pin.ts
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
  const { name, names: names2, top, overrides } = selectTarget(files, options.target);
  const workspaces = [under(overrides, "workspace"), under(top, "workspace")];
  const setting = (key2) => workspaces.map((workspace) => counting(under(workspace, key2))).find((value) => value !== void 0);
  const wrong2 = workspaces.flat().filter(isVariable).map(isNotResolved);
  for (const key2 of ["host", "workspace_id", "account_id"]) {
    const value = setting(key2);
    const mistake = value && mistakeOf2(key2, value, options);
    if (mistake) wrong2.push({ ...mistake, place: value.place });
  }
  const credentials = CREDENTIAL_FIELDS.flatMap((key2) => {
    const value = setting(key2);
    const off = key2 === "azure_use_msi" && value?.kind === "text" && value.boolean === false;
    if (!value || off) return [];
    const remedy = "Take the line out.";
    const expected = "no setting of identity";
    return [{ problem: `\`workspace.${key2}\` is set.`, expected, actual: key2, remedy, place: value.place }];
  });
  if (wrong2.length > 0) throw refused("HOST_NOT_APPROVED", wrong2, credentials);
  if (credentials.length > 0) throw refused("CREDENTIAL_IN_BUNDLE", credentials, []);
  const cliVersion = under(under(top, "bundle"), "databricks_cli_version").at(-1);
  const bundle = under(under(top, "bundle"), "name").at(-1);
  return {
    name,
    bundle: bundle?.kind === "text" && !bundle.text.includes("${") ? bundle.text : void 0,
    hasRootPath: setting("root_path") !== void 0,
    cliVersion: cliVersion?.kind === "text" ? cliVersion.text : void 0,
    targets: names2,
    variables: keysOf(under(top, "variables"))
  };
}
function counting(values) {
  const value = values.find(({ kind }) => kind !== "text") ?? values.at(-1);
  return value?.kind === "text" && value.text === "" ? void 0 : value;
}
function isNotResolved({ place }) {
  return { problem: "`workspace` is a variable, which nobody can judge before the CLI resolves it.", place };
}
function mistakeOf2(key2, value, approved) {
  const actual = value.kind === "text" ? value.text : `a ${value.kind}`;
  if (key2 === "host") return hostMistake(actual, approved);
  if (key2 === "workspace_id") return idMistake("`workspace.workspace_id`", actual, "workspace-id", approved);
  return idMistake("`workspace.account_id`", actual, "account-id", approved);
}
function hostMistake(text3, approved) {
  const actual = quoteAddress(text3);
  const problem = "`workspace.host` is not the approved one.";
  if (text3.includes("${")) {
    return {
      problem: `${problem} It holds a variable, which the CLI does not resolve here.`,
      expected: approved.host,
      actual
    };
  }
  if (text3 !== text3.trim())
    return { problem: `${problem} It has white space around it.`, expected: approved.host, actual };
  try {
    const { origin, workspaceId, accountId } = parseHostOfBundle(text3);
    const remedy = "Take the line out, or correct the input `host`.";
    if (origin !== approved.host) return { problem, expected: approved.host, actual, remedy };
    return idMistake("The workspace in `workspace.host`", workspaceId, "workspace-id", approved) ?? idMistake("The account in `workspace.host`", accountId, "account-id", approved);
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    return { problem: `${problem} ${error.details.problem}`, expected: approved.host, actual };
  }
}
function idMistake(what, id, input, { workspaceId, accountId }) {
  const wanted = input === "workspace-id" ? workspaceId : accountId?.toLowerCase();
  if (id === void 0 || id.toLowerCase() === wanted) return void 0;
  const actual = quote(id);
  if (wanted !== void 0) return { problem: `${what} is not the approved one.`, expected: wanted, actual };
  return {
    problem: `${what} is one that nobody has approved.`,
    expected: `the same ID in the input \`${input}\``,
    actual,
    remedy: `If it is the right one, set the input \`${input}\` to it.`
  };
}
function refused(code2, mistakes, more) {
  const host = code2 === "HOST_NOT_APPROVED";
  const place = mistakes[0]?.place;
  return new SecretlessError(code2, {
    problem: host ? "The bundle's selected target would talk to another workspace than the approved one. No token was given, nothing was changed." : "The bundle would make the CLI use another identity than the federated one. Nothing was changed.",
    remedy: host ? "Remove the setting from the bundle, or correct the input `host`. If a pull request brought it, read that pull request again." : "Remove these settings from the bundle: the step brings host and identity.",
    mistakes: [...mistakes, ...more],
    ...mistakes.length === 1 && more.length === 0 && place && { place }
  });
}

// core/cli/destroy-command.ts
function refusedDeletes(diagnostics) {
  return diagnostics.flatMap(({ text: text3 }) => {
    const match2 = /Ignoring permission error when deleting (?:resources\.)?(\S+) id=(\S+?):?(?: |$)/.exec(
      text3
    );
    return match2 ? [`${match2[1] ?? ""} (${match2[2] ?? ""})`] : [];
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

// core/cli/run-command.ts
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
  const match2 = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ".*?" TERMINATED ([A-Z_]+)(?: (.*))?$/.exec(line);
  return match2 ? { result: match2[1] ?? "", message: match2[2] ?? "" } : void 0;
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
  [
    /resource with key ".*" not found/,
    "RESOURCE_UNKNOWN",
    "The bundle has nothing of this key that can be run."
  ],
  [
    /resource not found or not yet deployed|resource with key ".*" is not deployed|has not been deployed/,
    "RESOURCE_UNKNOWN",
    "It is not deployed yet."
  ]
];
function runFailure(resource, result) {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  for (const { text: text3 } of errors) {
    for (const [pattern, code2, problem] of ENDS) {
      const match2 = pattern.exec(text3);
      if (!match2) continue;
      const remedy = code2 === "RESOURCE_UNKNOWN" ? "Name the key of a job, a pipeline or an app (`resources.jobs`, `resources.pipelines`, `resources.apps`) that is deployed to this target, or of a script (`scripts`)." : SEE_RUN;
      return new SecretlessError(code2, {
        problem: `${resource}: ${problem}`,
        actual: match2[1] || text3,
        remedy
      });
    }
  }
  const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  return new SecretlessError("RUN_FAILED", {
    problem: `${resource}: the Databricks CLI could not run it to its end.`,
    actual: errors.map(({ text: text3 }) => text3).join("; ") || exit,
    remedy: "Its messages are above in the log."
  });
}

// core/cli/build-failure.ts
var MOST_NAMES = 20;
var FAILURES = [
  [
    /^build failed (\S+), error: (.*?), output: ?/,
    ([, name = ""]) => `The build of the artifact \`${name}\` failed.`
  ],
  [/^failed to execute script: /, () => "A script of the bundle (`experimental.scripts`) failed."]
];
function beginsOutput(line) {
  return /^Error: build failed \S+, error: .*?, output:/.test(line);
}
function buildFailure(diagnostics, withheld2) {
  for (const { text: text3, detail, severity } of diagnostics) {
    if (severity !== "error") continue;
    for (const [pattern, problem] of FAILURES) {
      const match2 = pattern.exec(text3);
      if (!match2) continue;
      const output = [text3.slice(match2[0].length), ...detail === void 0 ? [] : [detail]].join("\n");
      const said = [match2[2] ?? "", output].filter((part) => part.trim() !== "").join("\n");
      return new SecretlessError("BUILD_FAILED", {
        problem: problem(match2),
        ...said !== "" && { actual: said.trimEnd() },
        remedy: ["Mend what its output tells.", ...withheldNote(withheld2)].join(" ")
      });
    }
  }
  return void 0;
}
function withheldNote(names2) {
  if (names2.length === 0) return [];
  const more = names2.length - MOST_NAMES;
  const shown3 = names2.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${String(more)} more` : "");
  return [`Withheld from the build, though set: ${shown3}; name in \`pass-env\` what it needs.`];
}

// core/cli/diagnostics.ts
var START = /^(Error|Warning|Warn|Recommendation): (.*)$/;
var PROGRESS = /^(?:(?:Uploading|Building|Updating|Deploying|Deployment|Executing|Created|Updated|Deleted|Recreated|Resized) |(?:Files|Resources|Plan|Destroy|Run URL|Info|Debug): |\{)/;
var DiagnosticsReader = class {
  #found = [];
  /** Which part of the last diagnostic the next line belongs to; behind a build's error all is its output. */
  #part = "none";
  /** @returns how severe the diagnostic is that the line belongs to; undefined if it is part of none */
  line(line) {
    const before = this.#part;
    this.#take(line);
    const belongs = START.test(line) || before === "output" || this.#part !== "none";
    const closes = line.trim() === "" && before !== "none";
    return belongs || closes ? this.#found.at(-1)?.severity : void 0;
  }
  #take(line) {
    if (this.#part === "output") {
      this.#found.at(-1)?.detail.push(line.trimEnd());
      return;
    }
    const start = START.exec(line);
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
  #start(word, text3) {
    const severity = word === "Error" ? "error" : word === "Recommendation" ? "recommendation" : "warning";
    const named = /\byaml \((\S.*?):(\d+):(\d+)\)/.exec(text3) ?? /^failed to load (\S.*?): yaml: line (\d+): /.exec(text3);
    this.#found.push({
      severity,
      text: [text3],
      alsoAt: [],
      detail: [],
      ...named && { place: placeOf(named) }
    });
    this.#part = word === "Warn" ? "none" : beginsOutput(`${word}: ${text3}`) ? "output" : "text";
  }
  #headLine(line) {
    const current = this.#found.at(-1);
    const path20 = /^ {2}at (\S.*)$/.exec(line)?.[1];
    const place = /^ {2}in (\S.*?):(\d+)(?::(\d+))?$/.exec(line);
    if (current && path20 === void 0 && !place && this.#part === "text" && !PROGRESS.test(line)) {
      current.text.push(line.trim());
      return;
    }
    const further = /^ {5}(\S.*?):(\d+):(\d+)$/.exec(line);
    if (further && current?.place) current.alsoAt.push(placeOf(further));
    this.#part = path20 !== void 0 || place || line.startsWith("    ") ? "places" : "none";
    if (current && path20 !== void 0) current.path ??= path20;
    if (current && place) current.place ??= placeOf(place);
  }
  /** Every diagnostic so far, each once: the CLI repeats some. */
  get diagnostics() {
    const seen = /* @__PURE__ */ new Set();
    return this.#found.flatMap(({ text: text3, detail, alsoAt, ...rest }) => {
      const diagnostic = {
        ...rest,
        text: text3.join(" "),
        ...alsoAt.length > 0 && { alsoAt },
        ...detail.some((line) => line !== "") && { detail: detail.join("\n").trimEnd() }
      };
      const key2 = JSON.stringify(diagnostic);
      if (seen.has(key2)) return [];
      seen.add(key2);
      return [diagnostic];
    });
  }
};
function placeOf([, file = "", line, column]) {
  return { file, line: Number(line), ...column !== void 0 && { column: Number(column) } };
}

// core/net/ip-access.ts
var BLOCKED = /\bIP ACL\b|\bIP access list|\b(?:source )?IP (?:address )?[\da-f.:]*\s*(?:is|was) (?:not allowed|blocked)/i;
var ADDRESS = /\b(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}(?::[\da-f]{0,4}){2,7})\b/i;
function ipAccessRemedy(text3) {
  if (!BLOCKED.test(text3)) return void 0;
  const address = ADDRESS.exec(text3)?.[0] ?? "<address of the runner>";
  return `An IP access list keeps this runner out (${address}). Let the job run on a runner whose address is on the list (self-hosted, or a hosted one with fixed addresses), or let an admin add the address, for the workspace, and for the account if its list says no:
databricks ip-access-lists create --json '{"label":"CI runners","list_type":"ALLOW","ip_addresses":["${address}"]}'
databricks account ip-access-lists create --json '{"label":"CI runners","list_type":"ALLOW","ip_addresses":["${address}"]}'`;
}

// core/cli/everyday.ts
var WORDS = [
  [
    /no value assigned to required variable ([\w-]+)\..*$/s,
    ([, name = ""]) => ({
      problem: `The variable \`${name}\` of the bundle has no value.`,
      remedy: `Give it one in the input \`variables\`, as a line \`${name}=\u2026\`, or a \`default\` in the bundle.`
    })
  ],
  [
    /^not on the right Git branch:\s+expected according to configuration: (\S+)\s+actual: (\S*).*$/s,
    ([, wanted = "", actual = ""]) => ({
      problem: `The target is deployed from the branch \`${wanted}\` (\`bundle.git.branch\`), and this is ${actual === "" ? "no branch" : `\`${actual}\``}.`,
      remedy: `${actual === "" || actual === "HEAD" ? `The checkout has a detached head, as pull requests, tags and checkouts by commit have: check the branch out by its name (\`actions/checkout\` with \`ref: ${wanted}\`; \`git switch ${wanted}\`). ` : ""}Run this command on \`${wanted}\`, choose another \`target\`, or change \`bundle.git.branch\` of the target.`
    })
  ],
  [
    /^Databricks CLI version constraint not satisfied\. Required: (.*), current: (\S+)$/s,
    ([, wanted = "", current = ""]) => ({
      problem: `The bundle wants the Databricks CLI ${wanted} (\`bundle.databricks_cli_version\`), and this is ${current}.`,
      remedy: "Set `cli-version` to a version that it allows, or change `databricks_cli_version`."
    })
  ],
  [
    /setting via environment variables \(BUNDLE_VAR_([\w-]+)\) is not supported for complex variable/,
    ([, name = ""]) => ({
      problem: `The variable \`${name}\` is complex, and a text was given for it.`,
      remedy: `Give \`${name}\` its value in a file, and name that in \`variables-file\`.`
    })
  ],
  [
    /servicePrincipal\.user|(?:not authorized|permission)[^.]*\b(?:to use|as) (?:the )?service principal|does not have permission to (?:set|use) run_as/i,
    (_, text3) => {
      const id = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i.exec(text3)?.[0] ?? "<application ID of run_as>";
      return {
        remedy: `A job may run as another service principal only where who deploys has the role \`roles/servicePrincipal.user\` on it. Let an account admin, or its manager, give the role:
databricks account access-control get-rule-set "accounts/<account ID>/servicePrincipals/${id}/ruleSets/default" ""
then \`update-rule-set\` with the role for the deploying service principal beside what is there.`
      };
    }
  ],
  [
    /has been modified remotely/,
    () => ({
      remedy: "Take the changes over with `databricks bundle generate`, or undo them in the workspace. This step overwrites none by force."
    })
  ]
];
function inOwnWords(diagnostic, acting) {
  const { text: text3, detail = "" } = diagnostic;
  const mistake = toMistake(diagnostic);
  for (const [pattern, words] of WORDS) {
    const match2 = pattern.exec(text3);
    if (!match2) continue;
    const { problem, remedy } = words(match2, text3);
    return {
      ...mistake,
      ...problem !== void 0 && {
        problem: text3.slice(0, match2.index) + problem + inPath(diagnostic)
      },
      ...remedy !== void 0 && { remedy }
    };
  }
  const ofAddress = ipAccessRemedy(`${text3}
${detail}`);
  if (ofAddress !== void 0) return { ...mistake, remedy: ofAddress };
  const denied = deniedWords(`${text3}
${detail}`, acting);
  return denied === void 0 ? mistake : { ...mistake, remedy: denied };
}
function toMistake(diagnostic) {
  const { text: text3, place, detail } = diagnostic;
  return {
    problem: text3 + inPath(diagnostic),
    ...detail !== void 0 && { actual: detail },
    ...place && { place }
  };
}
function inPath({ path: path20 }) {
  return path20 === void 0 ? "" : ` (${path20})`;
}
function deniedWords(text3, { principal }) {
  const who = `the service principal \`${principal}\``;
  const unable = /unable to deploy to (\S+) as /.exec(text3)?.[1];
  if (unable === void 0 && !/\(403 [A-Z_]+\)|HTTP Status: 403\b/.test(text3)) return void 0;
  const folder = unable ?? folderOf(text3);
  if (folder !== void 0)
    return `Give ${who} the permission CAN MANAGE on the folder \`${folder}\` of the workspace, or deploy with the principal that deployed before.`;
  const [, method = "", path20 = ""] = /^Endpoint: ([A-Z]+) https?:\/\/[^/\s]+(\/[^?\s]*)/m.exec(text3) ?? [];
  const request = path20 === "" ? "" : ` for \`${method} ${path20}\``;
  return `Give ${who} the permission that the workspace asks${request}: CAN MANAGE on what is changed, CAN VIEW or CAN USE on what is only named.`;
}
function folderOf(text3) {
  const inQuery = /[?&]path=([^&\s]+)/.exec(text3)?.[1];
  const inApi = /\/api\/2\.0\/workspace-files\/import-file\/([^?\s]+)/.exec(text3)?.[1];
  const encoded = inQuery ?? (inApi === void 0 ? void 0 : `/${inApi}`);
  if (encoded === void 0) return /\/(?:Workspace|Users|Shared)\/[^\s'",;)]+/.exec(text3)?.[0];
  try {
    return decodeURIComponent(encoded).replace(/^\/\//, "/");
  } catch {
    return encoded;
  }
}

// core/cli/failure.ts
var REMOTE = /\(\d{3}(?: [A-Z_]+)?\)|^HTTP Status: |failed during request visitor|\b(?:dial tcp|i\/o timeout|connection re(?:fused|set)|x509:)/m;
var CRASH = /^(?:panic: |fatal error: |The Databricks CLI unexpectedly had a fatal error|SIG[A-Z]+: )/;
var CRASH_SIGNALS = /* @__PURE__ */ new Set([
  "SIGSEGV",
  "SIGABRT",
  "SIGBUS",
  "SIGILL",
  "SIGFPE",
  "SIGTRAP"
]);
function isRemote({ text: text3, detail = "" }) {
  return REMOTE.test(`${text3}
${detail}`);
}
function readingFailure(what, result, context) {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const remote2 = errors.some(isRemote);
  const code2 = errors.some(({ place }) => place) || errors.length > 0 && !remote2 ? "BUNDLE_INVALID" : "CLI_FAILED";
  return cliFailure(code2, `The Databricks CLI could not ${what} the bundle.`, result, context);
}
function cliFailure(code2, problem, result, context) {
  const build = buildFailure(result.diagnostics, context.withheld);
  if (build) return build;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const exit = result.signal === null ? `exit code ${String(result.code)}` : `ended by ${result.signal}`;
  if (crashed(result)) {
    return new SecretlessError(code2 === "BUNDLE_INVALID" ? "CLI_FAILED" : code2, {
      problem: `${problem} It crashed: that is a defect of the CLI, not of the bundle.`,
      actual: result.crash ?? exit,
      remedy: "Try another version with the input `cli-version`, and report the crash to the CLI's vendor with the log."
    });
  }
  return new SecretlessError(code2, {
    problem,
    ...errors.length === 0 && { actual: exit },
    remedy: "Its messages are above in the log.",
    mistakes: errors.flatMap((error) => [
      inOwnWords(error, context),
      ...(error.alsoAt ?? []).map((place) => ({ problem: `The other place: ${error.text}`, place }))
    ])
  });
}
function isCrash(line) {
  return CRASH.test(line);
}
function crashed({ signal, crash }) {
  return crash !== void 0 || signal !== null && CRASH_SIGNALS.has(signal);
}

// core/cli/text-place.ts
var NAMED = [
  /\$\{[\w.[\]-]+\}/g,
  /\b(?:notebook|file|path|library|directory) "?([^\s"]*[./][^\s"]*)"? (?:not found|does not exist|is not contained)/g,
  /\b(?:stat|open|lstat) ([^\s:]+): no such file/g,
  /"([^"\s]{3,})"/g,
  /'([^'\s]{3,})'/g
];
async function placed(diagnostic, findText2) {
  if (diagnostic.severity !== "error" || diagnostic.place || isRemote(diagnostic)) return diagnostic;
  const texts2 = namedTexts(diagnostic.text);
  const place = texts2.length === 0 ? void 0 : await findText2(texts2);
  return place ? { ...diagnostic, place } : diagnostic;
}
function namedTexts(text3) {
  const named = NAMED.flatMap(
    (pattern) => [...text3.matchAll(pattern)].map(([whole2, inner]) => inner ?? whole2)
  );
  const names2 = named.flatMap(
    (one) => one.includes("/") ? [one, one.replace(/^.*\/(?=[^/]{3})/, "")] : [one]
  );
  return [...new Set(names2)];
}

// core/cli/in-checkout.ts
import path, { posix as posix2 } from "node:path";
function inCheckout(diagnostic, bundle) {
  const { text: text3, detail, place, alsoAt } = diagnostic;
  const moved = (at3) => ({ ...at3, file: placeInCheckout(at3.file, bundle) });
  return {
    ...diagnostic,
    text: withoutRoots(text3, bundle),
    ...detail !== void 0 && { detail: withoutRoots(detail, bundle) },
    ...place && { place: moved(place) },
    ...alsoAt && { alsoAt: alsoAt.map(moved) }
  };
}
function placeInCheckout(file, { roots, bundlePath }) {
  const inBundle = path.isAbsolute(file) ? path.relative(roots[0] ?? "", file) : file;
  return posix2.join(bundlePath, inBundle.replaceAll("\\", "/"));
}
function withoutRoots(text3, { roots, bundlePath }) {
  const depth = bundlePath === "" ? 0 : bundlePath.split("/").length;
  return roots.reduce((rest, root) => {
    const checkout = path.resolve(root, ...Array.from({ length: depth }, () => ".."));
    if (checkout === path.parse(checkout).root) return rest;
    const within = rest.split(`${checkout}${path.sep}`).join("");
    return within.split(checkout).map((part, at3) => at3 > 0 && /^[\w.-]/.test(part) ? checkout + part : at3 > 0 ? `.${part}` : part).join("");
  }, text3);
}

// node_modules/lossless-json/lib/esm/utils.js
function isInteger(value) {
  return INTEGER_REGEX.test(value);
}
var INTEGER_REGEX = /^-?[0-9]+$/;
function isNumber(value) {
  return NUMBER_REGEX.test(value);
}
var NUMBER_REGEX = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
function isSafeNumber(value, config3) {
  if (isInteger(value)) {
    return Number.isSafeInteger(Number.parseInt(value, 10));
  }
  const num = Number.parseFloat(value);
  if (Number.isInteger(num) && !Number.isSafeInteger(num)) {
    return false;
  }
  const parsed3 = String(num);
  if (value === parsed3) {
    return true;
  }
  const valueDigits = extractSignificantDigits(value);
  const parsedDigits = extractSignificantDigits(parsed3);
  if (valueDigits === parsedDigits) {
    return true;
  }
  if (config3?.approx === true) {
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
function isLosslessNumber(value) {
  return value !== null && typeof value === "object" && value[losslessNumberMarker] === true;
}

// node_modules/lossless-json/lib/esm/numberParsers.js
function parseLosslessNumber(value) {
  return new LosslessNumber(value);
}

// node_modules/lossless-json/lib/esm/revive.js
function revive(json, reviver) {
  return reviveValue({
    "": json
  }, "", json, reviver);
}
function reviveValue(context, key2, value, reviver) {
  if (Array.isArray(value)) {
    return reviver.call(context, key2, reviveArray(value, reviver));
  }
  if (value && typeof value === "object" && !isLosslessNumber(value)) {
    return reviver.call(context, key2, reviveObject(value, reviver));
  }
  return reviver.call(context, key2, value);
}
function reviveObject(object3, reviver) {
  for (const key2 of Object.keys(object3)) {
    const value = reviveValue(object3, key2, object3[key2], reviver);
    if (value !== void 0) {
      object3[key2] = value;
    } else {
      delete object3[key2];
    }
  }
  return object3;
}
function reviveArray(array, reviver) {
  for (let i = 0; i < array.length; i++) {
    const value = reviveValue(array, String(i), array[i], reviver);
    if (value === void 0) {
      delete array[i];
    } else {
      array[i] = value;
    }
  }
  return array;
}

// node_modules/lossless-json/lib/esm/parse.js
function parse(text3, reviver, options) {
  const optionsObj = typeof options === "function" ? {
    parseNumber: options
  } : options;
  const parseNumber = optionsObj?.parseNumber ?? parseLosslessNumber;
  const onDuplicateKey = optionsObj?.onDuplicateKey ?? throwDuplicateKey;
  let i = 0;
  const value = parseValue();
  expectValue(value);
  expectEndOfInput();
  return reviver ? revive(value, reviver) : value;
  function parseObject() {
    if (text3.charCodeAt(i) === codeOpeningBrace) {
      i++;
      skipWhitespace();
      const object3 = {};
      let initial = true;
      while (i < text3.length && text3.charCodeAt(i) !== codeClosingBrace) {
        if (!initial) {
          eatComma();
          skipWhitespace();
        } else {
          initial = false;
        }
        const start = i;
        const key2 = parseString();
        if (key2 === void 0) {
          throwObjectKeyExpected();
          return;
        }
        skipWhitespace();
        eatColon();
        const value2 = parseValue();
        if (value2 === void 0) {
          throwObjectValueExpected();
          return;
        }
        if (Object.prototype.hasOwnProperty.call(object3, key2) && !isDeepEqual(value2, object3[key2])) {
          const returnedValue = onDuplicateKey({
            key: key2,
            position: start + 1,
            oldValue: object3[key2],
            newValue: value2
          });
          if (returnedValue !== void 0) {
            setObjectKey(object3, key2, returnedValue);
          }
        } else {
          setObjectKey(object3, key2, value2);
        }
      }
      if (text3.charCodeAt(i) !== codeClosingBrace) {
        throwObjectKeyOrEndExpected();
      }
      i++;
      return object3;
    }
  }
  function parseArray() {
    if (text3.charCodeAt(i) === codeOpeningBracket) {
      i++;
      skipWhitespace();
      const array = [];
      let initial = true;
      while (i < text3.length && text3.charCodeAt(i) !== codeClosingBracket) {
        if (!initial) {
          eatComma();
        } else {
          initial = false;
        }
        const value2 = parseValue();
        expectArrayItem(value2);
        array.push(value2);
      }
      if (text3.charCodeAt(i) !== codeClosingBracket) {
        throwArrayItemOrEndExpected();
      }
      i++;
      return array;
    }
  }
  function parseValue() {
    skipWhitespace();
    const value2 = parseString() ?? parseNumeric() ?? parseObject() ?? parseArray() ?? parseKeyword("true", true) ?? parseKeyword("false", false) ?? parseKeyword("null", null);
    skipWhitespace();
    return value2;
  }
  function parseKeyword(name, value2) {
    if (text3.slice(i, i + name.length) === name) {
      i += name.length;
      return value2;
    }
  }
  function skipWhitespace() {
    while (isWhitespace(text3.charCodeAt(i))) {
      i++;
    }
  }
  function parseString() {
    if (text3.charCodeAt(i) === codeDoubleQuote) {
      i++;
      let result = "";
      while (i < text3.length && text3.charCodeAt(i) !== codeDoubleQuote) {
        if (text3.charCodeAt(i) === codeBackslash) {
          const char = text3[i + 1];
          const escapeChar = escapeCharacters[char];
          if (escapeChar !== void 0) {
            result += escapeChar;
            i++;
          } else if (char === "u") {
            if (isHex(text3.charCodeAt(i + 2)) && isHex(text3.charCodeAt(i + 3)) && isHex(text3.charCodeAt(i + 4)) && isHex(text3.charCodeAt(i + 5))) {
              result += String.fromCharCode(Number.parseInt(text3.slice(i + 2, i + 6), 16));
              i += 5;
            } else {
              throwInvalidUnicodeCharacter(i);
            }
          } else {
            throwInvalidEscapeCharacter(i);
          }
        } else {
          if (isValidStringCharacter(text3.charCodeAt(i))) {
            result += text3[i];
          } else {
            throwInvalidCharacter(text3[i]);
          }
        }
        i++;
      }
      expectEndOfString();
      i++;
      return result;
    }
  }
  function parseNumeric() {
    const start = i;
    if (text3.charCodeAt(i) === codeMinus) {
      i++;
      expectDigit(start);
    }
    if (text3.charCodeAt(i) === codeZero) {
      i++;
    } else if (isNonZeroDigit(text3.charCodeAt(i))) {
      i++;
      while (isDigit(text3.charCodeAt(i))) {
        i++;
      }
    } else {
      return void 0;
    }
    if (text3.charCodeAt(i) === codeDot) {
      i++;
      expectDigit(start);
      while (isDigit(text3.charCodeAt(i))) {
        i++;
      }
    }
    if (text3.charCodeAt(i) === codeLowercaseE || text3.charCodeAt(i) === codeUppercaseE) {
      i++;
      if (text3.charCodeAt(i) === codeMinus || text3.charCodeAt(i) === codePlus) {
        i++;
      }
      expectDigit(start);
      while (isDigit(text3.charCodeAt(i))) {
        i++;
      }
    }
    if (i > start) {
      return parseNumber(text3.slice(start, i));
    }
  }
  function eatComma() {
    if (text3.charCodeAt(i) !== codeComma) {
      throw new SyntaxError(`Comma ',' expected after value ${gotAt()}`);
    }
    i++;
  }
  function eatColon() {
    if (text3.charCodeAt(i) !== codeColon) {
      throw new SyntaxError(`Colon ':' expected after property name ${gotAt()}`);
    }
    i++;
  }
  function expectValue(value2) {
    if (value2 === void 0) {
      throw new SyntaxError(`JSON value expected ${gotAt()}`);
    }
  }
  function expectArrayItem(value2) {
    if (value2 === void 0) {
      throw new SyntaxError(`Array item expected ${gotAt()}`);
    }
  }
  function expectEndOfInput() {
    if (i < text3.length) {
      throw new SyntaxError(`Expected end of input ${gotAt()}`);
    }
  }
  function expectDigit(start) {
    if (!isDigit(text3.charCodeAt(i))) {
      const numSoFar = text3.slice(start, i);
      throw new SyntaxError(`Invalid number '${numSoFar}', expecting a digit ${gotAt()}`);
    }
  }
  function expectEndOfString() {
    if (text3.charCodeAt(i) !== codeDoubleQuote) {
      throw new SyntaxError(`End of string '"' expected ${gotAt()}`);
    }
  }
  function throwObjectKeyExpected() {
    throw new SyntaxError(`Quoted object key expected ${gotAt()}`);
  }
  function throwDuplicateKey({
    key: key2,
    position
  }) {
    throw new SyntaxError(`Duplicate key '${key2}' encountered at position ${position}`);
  }
  function throwObjectKeyOrEndExpected() {
    throw new SyntaxError(`Quoted object key or end of object '}' expected ${gotAt()}`);
  }
  function throwArrayItemOrEndExpected() {
    throw new SyntaxError(`Array item or end of array ']' expected ${gotAt()}`);
  }
  function throwInvalidCharacter(char) {
    throw new SyntaxError(`Invalid character '${char}' ${pos()}`);
  }
  function throwInvalidEscapeCharacter(start) {
    const chars = text3.slice(start, start + 2);
    throw new SyntaxError(`Invalid escape character '${chars}' ${pos()}`);
  }
  function throwObjectValueExpected() {
    throw new SyntaxError(`Object value expected after ':' ${pos()}`);
  }
  function throwInvalidUnicodeCharacter(start) {
    const chars = text3.slice(start, start + 6);
    throw new SyntaxError(`Invalid unicode character '${chars}' ${pos()}`);
  }
  function pos() {
    return `at position ${i}`;
  }
  function got() {
    return i < text3.length ? `but got '${text3[i]}'` : "but reached end of input";
  }
  function gotAt() {
    return `${got()} ${pos()}`;
  }
}
function setObjectKey(object3, key2, value) {
  if (key2 === "__proto__") {
    Object.defineProperty(object3, key2, {
      value,
      writable: true,
      enumerable: true,
      configurable: true
    });
  } else {
    object3[key2] = value;
  }
}
function isWhitespace(code2) {
  return code2 === codeSpace || code2 === codeNewline || code2 === codeTab || code2 === codeReturn;
}
function isHex(code2) {
  return code2 >= codeZero && code2 <= codeNine || code2 >= codeUppercaseA && code2 <= codeUppercaseF || code2 >= codeLowercaseA && code2 <= codeLowercaseF;
}
function isDigit(code2) {
  return code2 >= codeZero && code2 <= codeNine;
}
function isNonZeroDigit(code2) {
  return code2 >= codeOne && code2 <= codeNine;
}
function isValidStringCharacter(code2) {
  return code2 >= 32 && code2 <= 1114111;
}
function isDeepEqual(a, b) {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isDeepEqual(item, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = [.../* @__PURE__ */ new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.every((key2) => isDeepEqual(a[key2], b[key2]));
  }
  return false;
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}
var escapeCharacters = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "	"
  // note that \u is handled separately in parseString()
};
var codeBackslash = 92;
var codeOpeningBrace = 123;
var codeClosingBrace = 125;
var codeOpeningBracket = 91;
var codeClosingBracket = 93;
var codeSpace = 32;
var codeNewline = 10;
var codeTab = 9;
var codeReturn = 13;
var codeDoubleQuote = 34;
var codePlus = 43;
var codeMinus = 45;
var codeZero = 48;
var codeOne = 49;
var codeNine = 57;
var codeComma = 44;
var codeDot = 46;
var codeColon = 58;
var codeUppercaseA = 65;
var codeLowercaseA = 97;
var codeUppercaseE = 69;
var codeLowercaseE = 101;
var codeUppercaseF = 70;
var codeLowercaseF = 102;

// node_modules/lossless-json/lib/esm/stringify.js
function stringify(value, replacer, space, numberStringifiers) {
  const resolvedSpace = resolveSpace(space);
  const replacedValue = typeof replacer === "function" ? replacer.call({
    "": value
  }, "", value) : value;
  return stringifyValue(replacedValue, "");
  function stringifyValue(value2, indent) {
    if (Array.isArray(numberStringifiers)) {
      const stringifier = numberStringifiers.find((item) => item.test(value2));
      if (stringifier) {
        const str = stringifier.stringify(value2);
        if (typeof str !== "string" || !isNumber(str)) {
          throw new Error(`Invalid JSON number: output of a number stringifier must be a string containing a JSON number (output: ${str})`);
        }
        return str;
      }
    }
    if (typeof value2 === "boolean" || typeof value2 === "number" || typeof value2 === "string" || value2 === null || value2 instanceof Date || value2 instanceof Boolean || value2 instanceof Number || value2 instanceof String) {
      return JSON.stringify(value2);
    }
    if (isLosslessNumber(value2)) {
      return value2.toString();
    }
    if (typeof value2 === "bigint") {
      return value2.toString();
    }
    if (Array.isArray(value2)) {
      return stringifyArray(value2, indent);
    }
    if (value2 && typeof value2 === "object") {
      return stringifyObject(value2, indent);
    }
    return void 0;
  }
  function stringifyArray(array, indent) {
    if (array.length === 0) {
      return "[]";
    }
    const childIndent = resolvedSpace ? indent + resolvedSpace : void 0;
    let str = resolvedSpace ? "[\n" : "[";
    for (let i = 0; i < array.length; i++) {
      const item = typeof replacer === "function" ? replacer.call(array, String(i), array[i]) : array[i];
      if (resolvedSpace) {
        str += childIndent;
      }
      if (typeof item !== "undefined" && typeof item !== "function") {
        const serialized = stringifyValue(item, childIndent);
        str += serialized === void 0 ? "null" : serialized;
      } else {
        str += "null";
      }
      if (i < array.length - 1) {
        str += resolvedSpace ? ",\n" : ",";
      }
    }
    str += resolvedSpace ? `
${indent}]` : "]";
    return str;
  }
  function stringifyObject(object3, indent) {
    if (typeof object3.toJSON === "function") {
      return stringifyValue(object3.toJSON(), indent);
    }
    const keys = Array.isArray(replacer) ? [...new Set(replacer.map(String))] : Object.keys(object3);
    if (keys.length === 0) {
      return "{}";
    }
    const childIndent = resolvedSpace ? indent + resolvedSpace : void 0;
    let first = true;
    let str = resolvedSpace ? "{\n" : "{";
    for (const key2 of keys) {
      const value2 = typeof replacer === "function" ? replacer.call(object3, key2, object3[key2]) : object3[key2];
      if (includeProperty(key2, value2)) {
        const serialized = stringifyValue(value2, childIndent);
        if (serialized === void 0) {
          continue;
        }
        if (first) {
          first = false;
        } else {
          str += resolvedSpace ? ",\n" : ",";
        }
        const keyStr = JSON.stringify(key2);
        str += resolvedSpace ? `${childIndent + keyStr}: ` : `${keyStr}:`;
        str += serialized;
      }
    }
    str += resolvedSpace ? `
${indent}}` : "}";
    return str;
  }
  function includeProperty(_key, value2) {
    return typeof value2 !== "undefined" && typeof value2 !== "function" && typeof value2 !== "symbol";
  }
}
var MAX_SPACE_LENGTH = 10;
function resolveSpace(space) {
  if (typeof space === "number") {
    const count3 = Math.min(Math.trunc(space), MAX_SPACE_LENGTH);
    return count3 >= 1 ? " ".repeat(count3) : void 0;
  }
  if (typeof space === "string" && space !== "") {
    return space.slice(0, MAX_SPACE_LENGTH);
  }
  return void 0;
}

// core/api/json.ts
function readJson(text3) {
  return parse(text3, void 0, numberOrDigits);
}
function numberOrDigits(digits) {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}
function writeJson(body) {
  return stringify(body) ?? "null";
}
function isObject2(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isList(value) {
  return Array.isArray(value);
}
function member(value, ...path20) {
  let found2 = value;
  for (const key2 of path20) found2 = isObject2(found2) && Object.hasOwn(found2, key2) ? found2[key2] : void 0;
  return found2;
}
function members(value) {
  return isObject2(value) ? Object.entries(value) : [];
}
function textAt(value, ...path20) {
  const found2 = member(value, ...path20);
  return typeof found2 === "string" ? found2 : typeof found2 === "number" ? String(found2) : "";
}
function listAt(value, ...path20) {
  const found2 = member(value, ...path20);
  return Array.isArray(found2) ? found2 : [];
}

// core/cli/json-output.ts
function parseJson(text3, source) {
  try {
    return readJson(text3);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw unreadable(
      source,
      text3.trim() === "" ? "nothing" : `${String(text3.length)} characters that are no JSON${at(position)}`
    );
  }
}
function unreadable(source, actual, expected = "JSON") {
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

// core/cli/lines.ts
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
    const whole2 = this.#rest.replace(/\r$/, "");
    const dropped = this.#dropped;
    this.#rest = "";
    this.#dropped = 0;
    if (whole2.length <= MAX_LINE) {
      this.#onLine(whole2);
      return;
    }
    const line = redact(whole2).slice(0, MAX_LINE);
    this.#onLine(`${line} \u2026 (${String(whole2.length - MAX_LINE + dropped)} characters more)`);
  }
};

// core/api/client.ts
var DEADLINE = 6e4;
var UNREADABLE_ANSWER = "UNREADABLE_ANSWER";
var ApiFailure = class extends Error {
  name = "ApiFailure";
  status;
  /** Databricks' `error_code`, such as PERMISSION_DENIED; `HTTP_<status>` if there is none. */
  errorCode;
  constructor(status, errorCode, message, cause) {
    super(message, cause === void 0 ? void 0 : { cause });
    this.status = status;
    this.errorCode = errorCode;
  }
  /** Whether the API itself, and not a proxy's page, answered with one of these statuses. */
  is(...statuses) {
    return this.errorCode !== UNREADABLE_ANSWER && statuses.includes(this.status);
  }
  /** The caller lacks a right. */
  get refused() {
    return this.is(401, 403);
  }
  /** Nothing is there, or Databricks hides it from those who may not see it. */
  get missing() {
    return this.is(404);
  }
};
function isUnavailable({ cause, status, errorCode }) {
  const body = cause instanceof HttpError ? cause.body : "";
  return errorCode === UNREADABLE_ANSWER || // A redirect leads to somebody else.
  status < 400 || isRetryableStatus(status) || addressBlocked("", status, body) !== void 0;
}
function callError(what, error) {
  if (error instanceof HttpError) return endpointUnavailable(what, error);
  if (!(error instanceof ApiFailure)) return error;
  if (error.cause instanceof HttpError) return endpointUnavailable(what, error.cause);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: status ${error.status} ${error.errorCode}, ${error.message}.`,
    remedy: ipAccessRemedy(error.message) ?? "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
    cause: error
  });
}
function connectDatabricks(options) {
  const { clock } = options;
  const answer = async (request) => {
    const signal = request.lasting ? void 0 : options.signal;
    try {
      return await retry((stop) => attempt(options, request, stop), {
        clock,
        deadline: clock.now() + DEADLINE,
        signal
      });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status === void 0) throw error;
      if (error.failure === "foreign-answer")
        throw new ApiFailure(error.status, UNREADABLE_ANSWER, error.message, error);
      throw new ApiFailure(error.status, `HTTP_${error.status}`, error.message, error);
    }
  };
  return { answer, call: async (request) => (await answer(request)).json };
}
async function attempt(options, call, signal) {
  const { method, path: path20, query, body } = call;
  const search = query === void 0 ? "" : `?${new URLSearchParams(query).toString()}`;
  const request = {
    method,
    url: `${options.host}${path20}${search}`,
    headers: {
      authorization: `Bearer ${await options.token()}`,
      accept: "application/json",
      ...body !== void 0 && { "content-type": "application/json" }
    },
    ...body !== void 0 && { body: writeJson(body) },
    signal
  };
  const tell = async (response) => {
    if (method === "GET") return;
    const requestId = response?.headers["x-request-id"] ?? response?.headers["x-databricks-request-id"];
    await options.onWrite?.({ method, url: `${options.host}${path20}`, status: response?.status, requestId });
  };
  try {
    const response = await options.send(request).catch(async (error) => {
      if (error instanceof HttpError) await tell();
      throw error;
    });
    await tell(response);
    const { status, headers } = response;
    if (status >= 200 && status < 300) return { json: answerOf(request, response, call.array), headers };
    throw failureOf(request, response);
  } catch (error) {
    if (!(error instanceof HttpError) || !error.retryable || mayRepeat(call, error)) throw error;
    const { message, status, failure, body: quoted } = error;
    throw new HttpError(message, {
      retryable: false,
      ...status !== void 0 && { status },
      ...failure !== void 0 && { failure },
      body: quoted,
      cause: error
    });
  }
}
function mayRepeat({ method, repeatable = false }, { status, failure }) {
  return repeatable || method !== "POST" && method !== "PATCH" || status === 429 || failure === "refused";
}
function failureOf(request, response) {
  const error = statusError(request, response);
  if (error.retryable) return error;
  const envelope = jsonOf(response, error);
  const code2 = textAt(envelope, "error_code") || `HTTP_${response.status}`;
  return new ApiFailure(response.status, code2, redact(textAt(envelope, "message")) || error.message, error);
}
function answerOf(request, response, array = false) {
  const { status, body } = response;
  const isEmpty = body.trim() === "";
  if (isEmpty && request.method !== "GET") return {};
  const unreadable4 = (retryable) => new HttpError(`${nameOf(request)} was answered with status ${status}, but not as the API does`, {
    status,
    failure: "foreign-answer",
    retryable,
    body: redact(body).slice(0, 200)
  });
  if (isEmpty) throw unreadable4(true);
  try {
    const json = readJson(body);
    if (array ? isList(json) : isObject2(json)) return json;
  } catch {
    if (!isPage(body)) throw unreadable4(true);
  }
  throw new ApiFailure(status, UNREADABLE_ANSWER, "the answer is not the API's", unreadable4(false));
}
function jsonOf({ status, body }, cause) {
  try {
    return body.trim() === "" ? {} : readJson(body);
  } catch {
    throw new ApiFailure(status, UNREADABLE_ANSWER, "the answer is not JSON", cause);
  }
}

// core/api/shapes.ts
function shape() {
  return { member, text: textAt, list: listAt, key: (name) => name };
}
var JOB = shape();
var JOB_SETTINGS = shape();
var JOBS = shape();
var TASK = shape();
var JOB_CLUSTER = shape();
var CLUSTER = shape();
var LIBRARY_STATUSES = shape();
var LIBRARY_STATUS = shape();
var PIPELINE = shape();
var PIPELINES = shape();
var APP = shape();
var ENDPOINT = shape();
var CREDENTIAL = shape();
var CREDENTIALS = shape();
var AZURE_IDENTITY = shape();
var VOLUME = shape();
var METASTORE = shape();
var PERMISSIONS = shape();
var GRANT = shape();
var EFFECTIVE_PRIVILEGE = shape();
var BINDINGS = shape();
var BINDING = shape();
var ME = shape();
var SERVICE_PRINCIPALS = shape();
var SERVICE_PRINCIPAL = shape();
var GROUP = shape();
var GROUPS = shape();
var GROUP_RESOURCE = shape();
var RULE_SET = shape();
var GRANT_RULE = shape();
var OBJECT_PERMISSIONS = shape();
var ACCESS_CONTROL = shape();
var PERMISSION = shape();
var OTHER_WORKSPACE = shape();
var WORKSPACE_ASSIGNMENTS = shape();
var WORKSPACE_ASSIGNMENT = shape();
var SECRETS = shape();
var SECRET = shape();
var FEDERATION_POLICIES = shape();
var FEDERATION_POLICY = shape();
var TOKENS = shape();
var TOKEN = shape();
var ADMIN_SETTING = shape();
var OBJECT = shape();
var EXPORTED = shape();

// core/api/workspace-files.ts
var at2 = (operation) => `/api/2.0/workspace/${operation}`;
async function readWorkspaceFile(api, path20) {
  const query = { path: path20, format: "AUTO" };
  const answer = await unlessMissing(api.call({ method: "GET", path: at2("export"), query }));
  return answer === void 0 ? void 0 : Buffer.from(EXPORTED.text(answer, "content"), "base64").toString("utf8");
}
async function writeWorkspaceFile(api, path20, text3, overwrite) {
  const content = Buffer.from(text3, "utf8").toString("base64");
  const body = { path: path20, format: "AUTO", content, overwrite };
  const write = () => api.call({ method: "POST", path: at2("import"), body, repeatable: true });
  const written = async () => {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ApiFailure && error.errorCode === "RESOURCE_ALREADY_EXISTS") return false;
      throw error;
    }
  };
  try {
    return await written();
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.missing) throw error;
  }
  const folder = { path: path20.slice(0, path20.lastIndexOf("/")) };
  await api.call({ method: "POST", path: at2("mkdirs"), body: folder, repeatable: true });
  return written();
}
async function deleteWorkspaceFile(api, path20) {
  const body = { path: path20, recursive: false };
  await unlessMissing(api.call({ method: "POST", path: at2("delete"), body, repeatable: true }));
}
function workspaceObject(api, path20) {
  const query = { path: path20 };
  return unlessMissing(api.call({ method: "GET", path: at2("get-status"), query }));
}
async function unlessMissing(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.missing) return void 0;
    throw error;
  }
}

// core/cli/deployment-lock.ts
function heldLock(diagnostics) {
  for (const { text: text3 } of diagnostics) {
    const match2 = /^(?:Failed to acquire deployment lock: )?deploy lock (?:force-)?acquired by (.+?) at (\S+ \S+)/.exec(
      text3
    );
    if (!match2) continue;
    return new SecretlessError("DEPLOYMENT_LOCKED", {
      problem: "Another deployment of this bundle and target holds the lock.",
      actual: `held by ${match2[1] ?? ""} since ${match2[2] ?? ""} UTC`,
      remedy: "Let deployments of one target wait for each other (a concurrency group, an exclusive lock on the environment). If a deployment was killed and left its lock, make sure that none is running, then remove `deploy.lock` in the bundle's state folder."
    });
  }
  return void 0;
}
async function isLocked(api, statePath) {
  try {
    return await workspaceObject(api, `${statePath}/deploy.lock`) !== void 0;
  } catch (error) {
    throw callError("The look at the deployment lock", error);
  }
}

// core/cli/plan.ts
var ACTIONS = ["skip", "resize", "update", "update_id", "create", "recreate", "delete"];
var PLAN_COMMAND = "databricks bundle plan -o json";
function readPlan(json) {
  const plan = member(json, "plan");
  if (!isObject2(json) || plan !== void 0 && plan !== null && !isObject2(plan)) {
    throw unreadable(PLAN_COMMAND, "JSON without a plan", "a JSON object with the member `plan`");
  }
  const entries2 = members(plan).map(([key2, entry]) => readEntry(key2, entry));
  return {
    engine: member(json, "plan_version") === void 0 ? "terraform" : "direct",
    entries: entries2.sort((a, b) => a.resource < b.resource ? -1 : 1)
  };
}
function readEntry(key2, entry) {
  const action = ACTIONS.find((known2) => known2 === member(entry, "action"));
  const [prefix, group, name, ...rest] = key2.split(".");
  if (action === void 0 || prefix !== "resources" || group === void 0 || name === void 0) {
    const found2 = textAt(entry, "action") || "none";
    throw unreadable(
      PLAN_COMMAND,
      `the entry ${key2} with the action ${found2}`,
      `one of the actions ${ACTIONS.join(", ")}`
    );
  }
  const changes = members(member(entry, "changes")).filter(
    ([, change2]) => member(change2, "action") !== "skip"
  );
  const values = changes.flatMap(([path20, change2]) => {
    const [old, now] = [member(change2, "old") ?? member(change2, "remote"), member(change2, "new")];
    if (old === void 0 && now === void 0) return [];
    return [{ path: path20, ...old !== void 0 && { old }, ...now !== void 0 && { now } }];
  });
  return {
    resource: [group, name, ...rest].join("."),
    action,
    child: rest.length > 0,
    gone: member(entry, "gone") === true,
    fields: changes.map(([field]) => field).sort(),
    ...values.length > 0 && { values }
  };
}
function planChanged(before, after) {
  const doings = ({ engine, entries: entries2 }) => {
    const changes = entries2.filter(({ action }) => action !== "skip").map(
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

// core/cli/version-constraint.ts
var PART = /^(>=|<=|>|<|!=)? ?(\d+)\.(?:(\d+)\.)?(\*|\d+)$/;
var HOLDS = {
  ">=": (order) => order >= 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  "<": (order) => order < 0,
  "!=": (order) => order !== 0,
  "": (order) => order === 0
};
function allows(constraint, version) {
  const release = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
  const parts = constraint.split(", ").map((part) => PART.exec(part));
  if (release === void 0 || parts.length > 2) return void 0;
  const verdicts = parts.map((part) => part && holds(part, release));
  return verdicts.some((one) => one === null || one === void 0) ? void 0 : verdicts.every((one) => one);
}
function holds([, operator = "", major, minor, last], release) {
  const wanted = [major, minor, last].filter((part) => part !== void 0);
  const numbers = wanted.filter((part) => part !== "*").map(Number);
  if (numbers.length < wanted.length && operator !== "") return void 0;
  if (numbers.length === wanted.length && numbers.length < 3) return void 0;
  return HOLDS[operator]?.(compareReleases(release.slice(0, numbers.length), numbers));
}
function compareReleases(left, right) {
  const index = left.findIndex((number, position) => number !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

// core/cli/request-rate.ts
var NEW_UPLOADS = [1, 21, 0];
function requestRate(version, readsOnly) {
  if (readsOnly) return "60";
  const release = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return compareReleases(release, NEW_UPLOADS) >= 0 && release.length > 0 ? "30" : "20";
}

// core/cli/effective-workspace.ts
var HARMLESS = /* @__PURE__ */ new Set([
  ...["host", "workspace_id", "account_id", "current_user"],
  ...["root_path", "file_path", "resource_path", "artifact_path", "state_path"]
]);
function refuseOtherWorkspace({ tree }, approved) {
  const workspace = member(tree, "workspace");
  const mistakes = members(workspace).flatMap(([key2, value]) => {
    const text3 = textAt(value);
    const set = text3 !== "" || isObject2(value) || value === true;
    if (!set || isApproved(key2, text3, approved)) return [];
    return [{ problem: `\`workspace.${key2}\` is resolved to ${text3 === "" ? "something else" : text3}.` }];
  });
  if (mistakes.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem: "The Databricks CLI has resolved the bundle to another workspace or identity than the approved one. It was not ours.",
    expected: `${approved.host} and no other setting of identity`,
    remedy: "Code of the bundle (`experimental.scripts`, `python`) has changed its files after they were checked: read what it does.",
    mistakes
  });
}
function isApproved(key2, text3, approved) {
  if (!HARMLESS.has(key2)) return false;
  if (key2 === "host") return isApprovedHost(text3, approved);
  if (key2 === "workspace_id") return text3 === approved.workspaceId;
  if (key2 === "account_id") return text3.toLowerCase() === approved.accountId?.toLowerCase();
  return true;
}
function isApprovedHost(text3, { host, workspaceId, accountId }) {
  try {
    const url = parseHostOfBundle(text3);
    return url.origin === host && (url.workspaceId === void 0 || url.workspaceId === workspaceId) && (url.accountId === void 0 || url.accountId.toLowerCase() === accountId?.toLowerCase());
  } catch {
    return false;
  }
}
function noTokenAsked(command) {
  return new SecretlessError("HOST_NOT_APPROVED", {
    problem: `\`databricks bundle ${command}\` ended well without a token of this step: it worked as somebody else, or somewhere else.`,
    expected: "a token asked for from the token service of this step, for the approved workspace",
    actual: "none was asked for",
    remedy: "Find out what gives the CLI another identity: code of the bundle (`experimental.scripts`, `python`, build commands) that writes configuration, or a CLI that is not Databricks' own."
  });
}

// core/cli/summary.ts
var SOURCE = "databricks bundle summary -o json";
function readSummary(text3) {
  const json = parseJson(text3, SOURCE);
  if (!isObject2(json) || !isObject2(member(json, "bundle"))) {
    throw unreadable(SOURCE, "JSON without a bundle", "a JSON object with the member `bundle`");
  }
  return summaryOf(json);
}
function summaryOf(json) {
  const all = members(member(json, "resources")).flatMap(
    ([kind, ofKind]) => members(ofKind).flatMap(([key2, resource]) => {
      const id = textAt(resource, "id");
      if (id === "") return [];
      const name = textAt(resource, "name") || textAt(resource, "display_name") || key2;
      const declared = member(resource, "modified_status") !== "deleted";
      return [{ kind, key: key2, id, name, url: textAt(resource, "url"), declared }];
    })
  );
  const deployed2 = (wanted) => all.flatMap(({ kind, declared, ...resource }) => kind === wanted && declared ? [resource] : []);
  return {
    tree: json,
    name: textAt(json, "bundle", "name"),
    target: textAt(json, "bundle", "target"),
    workspace: {
      host: textAt(json, "workspace", "host") || void 0,
      rootPath: textAt(json, "workspace", "root_path"),
      statePath: textAt(json, "workspace", "state_path")
    },
    jobs: deployed2("jobs"),
    pipelines: deployed2("pipelines"),
    resources: all
  };
}

// core/cli/cli.ts
var KEEP_LOCK = "--force-lock=false";
var MAX_JSON = 256 * 1024 * 1024;
var DatabricksCli = class {
  #options;
  #warned = /* @__PURE__ */ new Set();
  constructor(options) {
    this.#options = options;
  }
  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async plan(signal) {
    const result = await this.#run(["plan", "-o", "json"], { signal, capture: true });
    if (result.code !== 0) throw readingFailure("plan", result, this.#options);
    const json = parseJson(result.stdout, PLAN_COMMAND);
    return { plan: readPlan(json), json, diagnostics: result.diagnostics };
  }
  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async summary(signal) {
    const result = await this.#run(["summary", "-o", "json"], { signal, capture: true });
    if (result.code !== 0) throw readingFailure("read", result, this.#options);
    const summary = readSummary(result.stdout);
    refuseOtherWorkspace(summary, this.#options.approved);
    return summary;
  }
  /**
   * Deploys. Takes no signal: a CLI that is ended in the middle leaves its lock, and jobs that no state knows.
   * @throws SecretlessError `DEPLOYMENT_LOCKED` or `DEPLOY_FAILED`
   */
  async deploy({ autoApprove }) {
    const result = await this.#run(["deploy", KEEP_LOCK, ...autoApprove ? ["--auto-approve"] : []], {});
    if (result.code === 0) return result;
    throw heldLock(result.diagnostics) ?? cliFailure("DEPLOY_FAILED", "The deployment failed.", result, this.#options);
  }
  /**
   * Runs a job, pipeline, app or script of the deployed bundle. When `signal` is aborted, the CLI is ended; the run goes on.
   * @throws SecretlessError of core/cli/run-command.ts, unless the run succeeded or `wait` is false
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
      throw cliFailure("DEPLOY_FAILED", "The deployment could not be destroyed.", result, this.#options);
    const swallowed = refusedDeletes(result.diagnostics);
    if (swallowed.length > 0) throw destroyIncomplete(swallowed);
  }
  async #run(args, how) {
    const { file, version, env, bundleRoot, bundlePath, target, onLine, onProcess } = this.#options;
    const root = await diskTree.real(bundleRoot);
    await this.#options.beforeEach();
    const served = this.#options.tokensServed();
    const reader = new DiagnosticsReader();
    let crash;
    const stderr = new LineSplitter((line) => {
      if (isCrash(line)) crash ??= line;
      how.onLine?.(line);
      const severity = reader.line(line);
      if (severity === void 0 || severity === "error") onLine(line);
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
        DATABRICKS_RATE_LIMIT: requestRate(version, how.capture === true),
        ...env,
        DATABRICKS_BUNDLE_ROOT: root
      },
      onStdout: how.capture === true ? capture : (chunk) => stdout.write(chunk),
      onStderr: (chunk) => stderr.write(chunk),
      onStart: (pid) => onProcess?.(pid),
      outlives: how.signal === void 0
    };
    try {
      const ended = await this.#ended(request, how);
      stdout.end();
      stderr.end();
      if (ended.code === 0 && this.#options.tokensServed() === served) throw noTokenAsked(args[0] ?? "");
      if (ended.code === 0) await this.#options.afterEach();
      if (size > MAX_JSON) throw unreadable(`databricks bundle ${args.join(" ")}`, "more than 256 MiB");
      const places = { roots: [root, bundleRoot], bundlePath };
      const printedOnes = reader.diagnostics.map((one) => inCheckout(one, places));
      const diagnostics = await Promise.all(printedOnes.map((one) => placed(one, this.#options.findText)));
      this.#warn(diagnostics);
      const printed2 = Buffer.concat(captured).toString("utf8");
      return { ...ended, stdout: printed2, diagnostics, ...crash !== void 0 && { crash } };
    } finally {
      onProcess?.(void 0);
    }
  }
  #warn(diagnostics) {
    for (const diagnostic of diagnostics) {
      const key2 = JSON.stringify(diagnostic);
      if (diagnostic.severity === "error" || this.#warned.has(key2)) continue;
      this.#warned.add(key2);
      this.#options.onWarning(diagnostic);
    }
  }
  /** How the process ended; a command that only reads has a limit of its own. */
  async #ended(request, { signal, capture }) {
    if (signal === void 0 || capture !== true) return runUntil(this.#options, request, signal);
    const { clock, readTimeout } = this.#options;
    const done = new AbortController();
    const late = new AbortController();
    clock.sleep(readTimeout, done.signal).then(
      () => {
        late.abort(readTimedOut(request.args, readTimeout));
      },
      () => void 0
    );
    try {
      return await runUntil(this.#options, request, AbortSignal.any([signal, late.signal]));
    } finally {
      done.abort();
    }
  }
};
function readTimedOut(args, limit) {
  return new SecretlessError("TIMED_OUT", {
    problem: `\`databricks ${args.slice(0, 2).join(" ")}\` was not done after ${String(Math.round(limit / 1e3))} s, and was ended.`,
    remedy: "Find out in the log what took so long (build commands of the bundle run in it), or raise the input `plan-timeout`."
  });
}

// core/cli/environment.ts
import { win32 as win322 } from "node:path";
var ALLOWED = [
  // Where programs are. Not the home folder, see homeVariables.
  ...["PATH", "USER", "LOGNAME", "SHELL"],
  ...["TMPDIR", "TEMP", "TMP"],
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"],
  // The same on Windows, without which few programs start.
  ...["PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"],
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
  const { environment: environment2, platform, variables, passEnv = [], dialect, folder, product } = options;
  checkProxies(environment2);
  const facts = Object.keys(environment2).filter((name) => dialect.facts.test(name.toUpperCase()));
  const taken = {};
  const take = (name, value) => {
    const known2 = platform.os === "win32" && Object.keys(taken).some((key2) => key2.toUpperCase() === name.toUpperCase());
    if (value !== void 0 && !known2) taken[name] = value;
  };
  for (const name of [...ALLOWED, ...facts, ...passEnv]) take(name, variable(environment2, name, platform));
  for (const [name, value] of homeVariables(folder.home, platform)) if (!(name in taken)) take(name, value);
  for (const [name, value] of Object.entries(variables)) take(VARIABLE + name, value);
  for (const [name, value] of Object.entries(environment2)) {
    if (name.startsWith(VARIABLE) && !(name in taken)) take(name, value);
  }
  return {
    ...taken,
    DATABRICKS_HOST: options.host,
    ...options.workspaceId !== void 0 && { DATABRICKS_WORKSPACE_ID: options.workspaceId },
    DATABRICKS_AUTH_TYPE: "metadata-service",
    DATABRICKS_METADATA_SERVICE_URL: options.tokenServiceUrl,
    // A file that does not exist could be written by code of the bundle before the CLI reads it.
    DATABRICKS_CONFIG_FILE: platform.os === "win32" ? "NUL" : "/dev/null",
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
var OF_BUILDS = /^(?:UV|PIP|PIPX|POETRY|PDM|HATCH|TWINE|PYTHON|PYENV|CONDA|VIRTUAL|SETUPTOOLS|NPM|NODE|YARN|PNPM|JAVA|MAVEN|MVN|GRADLE|SBT|GO|CARGO|RUST|DOTNET|NUGET|DOCKER)(?:_|[A-Z]*$)/;
var OF_NOBODY = /^(?:_|PWD|OLDPWD|SHLVL|HOME|USERPROFILE|(?:LOCAL)?APPDATA|TERM|(?:RUNNER|AGENT|GITHUB|SYSTEM|ENV|XDG)_\w+)$/;
function withheld(environment2, given2) {
  const names2 = Object.keys(environment2).filter(
    (name) => !(name in given2) && !OF_NOBODY.test(name.toUpperCase()) && isPassable(name)
  );
  const rank = (name) => OF_BUILDS.test(name.toUpperCase()) ? 0 : 1;
  return names2.sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
}
var HOME_VARIABLES = /* @__PURE__ */ new Set([
  "HOME",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA"
]);
function homeVariables(home, platform) {
  if (platform.os !== "win32") return [["HOME", home]];
  const local = win322.join(home, "AppData");
  return [
    ["USERPROFILE", home],
    ["APPDATA", win322.join(local, "Roaming")],
    ["LOCALAPPDATA", win322.join(local, "Local")]
  ];
}

// core/cli/private-folder.ts
import { mkdir, mkdtemp, realpath as realpath2, rm } from "node:fs/promises";
import path2 from "node:path";
async function makePrivateFolder(tempFolder) {
  try {
    return await madeIn(tempFolder);
  } catch (error) {
    const { code: code2 = String(error) } = error;
    throw new SecretlessError("TEMP_FOLDER_UNUSABLE", {
      problem: "The CI's temporary folder cannot be written to. Nothing was requested with a token, and nothing was changed.",
      expected: "a folder that the runner's user may write, on a disk with room",
      actual: `${tempFolder} (${code2})`,
      remedy: "Look at the rights of the folder (`RUNNER_TEMP`, or `Agent.TempDirectory`) and at the room on its disk. In a job container it must be mounted for the container's user.",
      cause: error
    });
  }
}
async function madeIn(tempFolder) {
  await mkdir(tempFolder, { recursive: true });
  const root = await realpath2(await mkdtemp(path2.join(tempFolder, "databricks-secretless-")));
  const folder = {
    root,
    state: path2.join(root, "state"),
    home: path2.join(root, "home"),
    cache: path2.join(root, "cache"),
    azureConfig: path2.join(root, "azure")
  };
  const { state, home, cache, azureConfig } = folder;
  await Promise.all([state, home, cache, azureConfig].map((inside) => mkdir(inside)));
  return folder;
}
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

// core/commands/access.ts
import path3 from "node:path";

// core/bundle/settings.ts
import { stat as stat2 } from "node:fs/promises";
import { posix as posix3, win32 as win323 } from "node:path";
var DEEPEST3 = 20;
var REFERENCE = /\$\{([^{}]*)\}/g;
async function readBundleSettings(options) {
  const files = await readBundleFiles(options);
  const selected = readingBundle(() => selectTarget(files, options.asked));
  const reader = new SettingsReader(selected, options.variables);
  const settings = readingBundle(() => reader.read());
  const path20 = options.platform.os === "win32" ? win323 : posix3;
  const overrides = path20.join(".databricks", "bundle", selected.name, "variable-overrides.json");
  if (await stat2(path20.join(options.root, overrides)).catch(() => void 0)) {
    reader.mistakes.push({
      problem: `${overrides} gives variables other values, which the Databricks CLI alone reads.`,
      remedy: "Give these values with the input `variables`, to this step and to the one that deploys."
    });
  }
  if (settings === void 0 || reader.mistakes.length > 0) throw invalidBundle(reader.mistakes);
  return settings;
}
var SettingsReader = class {
  mistakes = [];
  #selected;
  #given;
  constructor(selected, given2) {
    this.#selected = selected;
    this.#given = given2;
  }
  read() {
    const { name: target } = this.#selected;
    const bundleName = this.#setting("bundle", "name");
    if (bundleName === void 0) {
      this.mistakes.push({ problem: "The bundle has no `bundle.name`.", remedy: "Give it one." });
      return void 0;
    }
    const name = this.#needed("bundle.name", bundleName);
    const rootPath = this.#root();
    if (name === void 0 || rootPath === void 0) return void 0;
    const folder = (key2, last) => {
      const written = this.#setting("workspace", key2);
      return written ? this.#folder(`workspace.${key2}`, written) : `${rootPath}/${last}`;
    };
    const [statePath, filePath] = [folder("state_path", "state"), folder("file_path", "files")];
    if (statePath === void 0 || filePath === void 0) return void 0;
    const variables = this.#variableNames().map(
      (key2) => [key2, { value: this.#lookUp(`var.${key2}`, 0) }]
    );
    const config3 = {
      bundle: { name, target },
      workspace: { root_path: rootPath, state_path: statePath, file_path: filePath },
      variables: Object.fromEntries(variables)
    };
    return { name, target, statePath, filePath, config: config3 };
  }
  /** What counts of a text setting: the target's, else the top level's. */
  #setting(section, key2) {
    const { top, overrides } = this.#selected;
    for (const layers of [under(overrides, section), under(top, section)]) {
      const value = under(layers, key2).at(-1);
      if (value?.kind === "text" && value.text !== "") return { text: value.text, place: value.place };
      if (value !== void 0 && value.kind !== "text") {
        this.mistakes.push({ problem: `\`${section}.${key2}\` is not a text.`, place: value.place });
        return void 0;
      }
    }
    return void 0;
  }
  /** Source: cli `bundle/config/mutator/{expand_workspace_root,prepend_workspace_prefix}.go`. */
  #root() {
    const written = this.#setting("workspace", "root_path");
    if (written !== void 0) return this.#folder("workspace.root_path", written);
    this.mistakes.push({
      problem: "The bundle sets no `workspace.root_path`: it is in the home folder of whoever deploys it.",
      expected: "a folder that both the deploying job and this one know",
      remedy: "Set `workspace.root_path` in the target, such as `/Workspace/Shared/.bundle/${bundle.name}/${bundle.target}`."
    });
    return void 0;
  }
  #folder(what, written) {
    const text3 = this.#needed(what, written);
    if (text3 === void 0) return void 0;
    if (!text3.startsWith("/")) {
      this.mistakes.push({
        problem: `\`${what}\` is not an absolute path of the workspace.`,
        actual: text3,
        remedy: "`~/` is the home folder of whoever deploys: write the folder out.",
        place: written.place
      });
      return void 0;
    }
    return /^\/(?:Workspace|Volumes)\//.test(text3) ? text3 : `/Workspace${text3}`;
  }
  #needed(what, { text: text3, place }) {
    const resolved = this.#resolve(text3, 0);
    if (resolved !== void 0) return resolved;
    this.mistakes.push({
      problem: `\`${what}\` holds what only the Databricks CLI can resolve.`,
      expected: "texts, ${bundle.name}, ${bundle.target}, ${workspace.*} and variables with literal values",
      actual: text3,
      remedy: "Write it out, or give the variable's value with the input `variables`.",
      place
    });
    return void 0;
  }
  #resolve(text3, depth) {
    if (depth > DEEPEST3) return void 0;
    const missing = [];
    const resolved = text3.replace(REFERENCE, (_, name) => {
      const found2 = this.#lookUp(name, depth + 1);
      if (found2 === void 0) missing.push(name);
      return found2 ?? "";
    });
    return missing.length === 0 && !resolved.includes("${") ? resolved : void 0;
  }
  #lookUp(name, depth) {
    const [root = "", key2 = "", ...more] = name.split(".");
    if (name === "bundle.target") return this.#selected.name;
    if (more.length > 0) return void 0;
    if (root === "var") return this.#variable(key2, depth);
    if (name !== "bundle.name" && !/^workspace\.(?:root|state|file)_path$/.test(name)) return void 0;
    const written = this.#setting(root, key2);
    if (written !== void 0) return this.#resolve(written.text, depth);
    const last = /^(state|file)_path$/.exec(key2)?.[1];
    const rootPath = last === void 0 ? void 0 : this.#lookUp("workspace.root_path", depth + 1);
    return rootPath === void 0 ? void 0 : `${rootPath}/${last === "file" ? "files" : "state"}`;
  }
  #variableNames() {
    const { top, overrides } = this.#selected;
    return [.../* @__PURE__ */ new Set([...keysOf(under(top, "variables")), ...keysOf(under(overrides, "variables"))])];
  }
  /** Source: cli `bundle/config/mutator/set_variables.go`; a target may give the value alone. */
  #variable(name, depth) {
    if (Object.hasOwn(this.#given, name)) return this.#given[name];
    const { top, overrides } = this.#selected;
    const [ofTarget, ofTop] = [overrides, top].map((layers) => under(under(layers, "variables"), name));
    const all = [...ofTop ?? [], ...ofTarget ?? []];
    if (under(all, "lookup").length > 0) return void 0;
    const short = ofTarget?.filter(({ kind }) => kind !== "map").at(-1);
    const value = short ?? under(ofTarget ?? [], "default").at(-1) ?? under(ofTop ?? [], "default").at(-1);
    return value?.kind === "text" ? this.#resolve(value.text, depth) : void 0;
  }
};

// core/access/bundle-facts.ts
import { createHash as createHash2 } from "node:crypto";
function principalNamed(name) {
  return isUuid(name) ? { kind: "service_principal", applicationId: name.toLowerCase() } : { kind: name.includes("@") ? "user" : "name", name };
}
function runAsOf(settings) {
  const principal = textAt(settings, "run_as", "service_principal_name");
  if (principal !== "")
    return isUuid(principal) ? principalNamed(principal) : { kind: "name", name: principal };
  const user2 = textAt(settings, "run_as", "user_name");
  if (user2 !== "") return { kind: "user", name: user2 };
  const group = textAt(settings, "run_as", "group_name");
  return group === "" ? { kind: "deployer" } : { kind: "group", name: group };
}
var NOT_SETTINGS = /* @__PURE__ */ new Set([
  "id",
  "url",
  "modified_status",
  "permissions",
  "lifecycle"
]);
function jobSettings(job2) {
  return Object.fromEntries(members(job2).filter(([name]) => !NOT_SETTINGS.has(name)));
}
function bundleFacts(summary, workspaceId) {
  const jobs2 = members(member(summary, "resources", "jobs"));
  const all = jobs2.map(([key2, settings]) => ({ key: key2, settings }));
  const gone = all.filter(({ settings }) => textAt(settings, "modified_status") === "deleted");
  return {
    workspaceId,
    name: textAt(summary, "bundle", "name"),
    target: textAt(summary, "bundle", "target"),
    statePath: textAt(summary, "workspace", "state_path"),
    filePath: textAt(summary, "workspace", "file_path"),
    config: summary,
    jobs: all.filter((job2) => !gone.includes(job2)).map(({ key: key2, settings }) => ({
      key: key2,
      settings: jobSettings(settings),
      id: textAt(settings, "id") || void 0,
      runAs: runAsOf(settings)
    })),
    goneJobIds: gone.map(({ settings }) => textAt(settings, "id"))
  };
}
function accessName(bundle, job2, purpose) {
  const parts = JSON.stringify([bundle.workspaceId, bundle.name, bundle.target, job2, purpose]);
  return `dbxt-${createHash2("sha256").update(parts, "utf8").digest("hex").slice(0, 12)}`;
}

// core/api/paging.ts
var MAX_PAGES = 1e4;
async function listAll(api, path20, itemsField, query = {}) {
  const items = [];
  const seen = /* @__PURE__ */ new Set();
  for (let token2 = ""; seen.size < MAX_PAGES; seen.add(token2)) {
    const page = token2 === "" ? query : { ...query, page_token: token2 };
    const answer = await api.call({ method: "GET", path: path20, query: page });
    for (const item of listAt(answer, itemsField)) items.push(item);
    token2 = textAt(answer, "next_page_token");
    if (token2 === "") return items;
    if (seen.has(token2)) break;
  }
  throw endless(path20);
}
async function listScim(api, path20, query, last) {
  const items = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const startIndex = String(items.length + 1);
    const answer = await api.call({ method: "GET", path: path20, query: { startIndex, count: "100", ...query } });
    const resources = listAt(answer, "Resources");
    for (const resource of resources) items.push(resource);
    if (resources.length === 0 || last(resources)) return items;
  }
  throw endless(path20);
}
function endless(path20) {
  return new ApiFailure(502, "PAGING_BROKEN", `${path20} does not come to an end`);
}
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

// core/flow/access/deployed-bundle.ts
async function deployedBundle(api, settings, workspaceId) {
  const { name, target, statePath, filePath, config: config3 } = settings;
  const path20 = `${statePath}/metadata.json`;
  const query = { limit: "100", expand_tasks: "true" };
  const [text3, listed] = await Promise.all([
    readWorkspaceFile(api, path20),
    listAll(api, "/api/2.2/jobs/list", JOBS.key("jobs"), query)
  ]);
  const here = listed.filter((job2) => textAt(job2, "settings", "deployment", "metadata_file_path") === path20);
  const byId = new Map(here.map((job2) => [textAt(job2, "job_id"), job2]));
  const metadata = text3 === void 0 ? void 0 : parse2(text3);
  const mistakes = metadata === void 0 ? [] : wrongBundle(metadata, settings);
  if (metadata === void 0 && here.length > 0) {
    mistakes.push({
      problem: `${path20} is not there, or not readable, and ${here.length} jobs say that they belong to it.`,
      remedy: "Give the registrar CAN_READ on the bundle's state folder, or deploy the bundle again."
    });
  }
  const jobs2 = [];
  for (const [key2, job2] of members(member(metadata, "config", "resources", "jobs"))) {
    const id = textAt(job2, "id");
    const found2 = byId.get(id);
    if (found2 === void 0) mistakes.push(notThere(key2, id, path20));
    else jobs2.push({ key: key2, id, ...await settingsOf(api, id, found2) });
  }
  if (mistakes.length > 0) throw unproven(mistakes);
  const known2 = new Set(jobs2.map(({ id }) => id));
  const creators = here.filter((job2) => known2.has(textAt(job2, "job_id"))).map((job2) => textAt(job2, "creator_user_name").toLowerCase());
  return {
    facts: {
      ...{ workspaceId, name, target, statePath, filePath, config: config3, jobs: jobs2 },
      goneJobIds: [...byId.keys()].filter((id) => !known2.has(id))
    },
    creators: [...new Set(creators.filter(isUuid))]
  };
}
async function settingsOf(api, id, listed) {
  const query = { job_id: id };
  const whole2 = member(listed, "has_more") === true;
  const job2 = whole2 ? await api.call({ method: "GET", path: "/api/2.2/jobs/get", query }) : listed;
  const settings = member(job2, "settings") ?? {};
  return { settings, runAs: runAsOf(settings) };
}
function parse2(text3) {
  try {
    return readJson(text3);
  } catch {
    return {};
  }
}
function wrongBundle(metadata, { name, target, statePath }) {
  const found2 = ["name", "target"].map((key2) => textAt(metadata, "config", "bundle", key2));
  if (found2[0] === name && found2[1] === target) return [];
  return [
    {
      problem: `What is deployed in ${statePath} is another bundle or target than this checkout's.`,
      expected: `bundle ${name}, target ${target}`,
      actual: `bundle ${found2[0] || "(none)"}, target ${found2[1] || "(none)"}`,
      remedy: "Check out the commit that was deployed, or deploy this one first."
    }
  ];
}
function notThere(key2, id, path20) {
  return {
    problem: `Job "${key2}" (${id}) is not in the workspace as a job of this deployment.`,
    expected: `a job with deployment.metadata_file_path ${path20}`,
    remedy: "Deploy the bundle again. If it is there, give the registrar CAN_VIEW on it (or make the registrar a workspace admin)."
  };
}
function unproven(mistakes) {
  return new SecretlessError("ACCESS_DEPLOYMENT_UNPROVEN", {
    problem: "What is deployed of this bundle cannot be proven from the workspace. No access was changed.",
    mistakes
  });
}

// core/commands/access.ts
async function registerAccess(context) {
  const { step: step2, api, access: access2, connection, variables } = context;
  const { ci, inputs, ports, found: found2 } = step2;
  const settings = await readBundleSettings({
    root: path3.resolve(ci.context.checkout, inputs.bundleRoot),
    checkout: ci.context.checkout,
    platform: ports.platform,
    asked: inputs.target,
    variables
  });
  const { name, target } = settings;
  const bundle = await deployedBundle(api, settings, connection.workspaceId ?? "").catch((error) => {
    throw error instanceof SecretlessError ? error : callError("The look at what is deployed", error);
  });
  found2({ bundle: { name, target } });
  await access2.register(bundle);
}

// core/bundle/unpinned.ts
function unpinnedCode(tree) {
  const found2 = [];
  for (const [key2, job2] of members(member(tree, "resources", "jobs")))
    walk(job2, (what) => found2.push(`jobs.${key2}: ${what}`));
  return [...new Set(found2)];
}
function walk(value, say) {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, say);
    return;
  }
  if (!isObject2(value)) return;
  const pypi2 = textAt(value, "pypi", "package");
  if (pypi2 !== "" && !isExact(pypi2)) say(`library ${pypi2}`);
  const cran = textAt(value, "cran", "package");
  if (cran !== "") say(`library ${cran} (CRAN, which has no versions to name)`);
  const maven2 = textAt(value, "maven", "coordinates");
  if (maven2 !== "" && !/^[^:]+:[^:]+:(?!latest$|release$)[^:[(,]+$/i.test(maven2.replace(/-SNAPSHOT$/, ":")))
    say(`library ${maven2}`);
  const image = textAt(value, "docker_image", "url");
  if (image !== "" && !/@sha256:[\da-f]{64}$/.test(image)) say(`image ${image}`);
  const dependencies = member(value, "spec", "dependencies");
  for (const dependency2 of Array.isArray(dependencies) ? dependencies : [])
    if (typeof dependency2 === "string" && isPackage(dependency2) && !isExact(dependency2))
      say(`dependency ${dependency2}`);
  for (const [, inner] of members(value)) walk(inner, say);
}
function isPackage(dependency2) {
  return /^[a-z\d][\w.-]*/i.test(dependency2) && !/[/\\]|\.(?:whl|jar|txt|toml)$/i.test(dependency2.split("@")[0] ?? "");
}
function isExact(requirement) {
  const [text3 = ""] = requirement.split(";");
  if (/#sha256=[\da-f]{64}\b/.test(text3)) return true;
  return /^[^=<>~!,@]+={2,3}\s*[\w.+!-]+\s*$/.test(text3);
}

// core/audit/events/resource-change.ts
var ACTIVITY = {
  created: { activity_id: 1, activity_name: "Create" },
  changed: { activity_id: 3, activity_name: "Update" },
  deleted: { activity_id: 4, activity_name: "Delete" }
};
function resourceChangeEvent(resource) {
  const { change: change2, outcome: outcome2, kind, resource: name, id, fields = [] } = resource;
  const failed = outcome2 === "unknown" || !outcome2.ok;
  return {
    event_code: "resource_change",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ACTIVITY[change2],
    severity_id: failed ? SEVERITY.medium : SEVERITY.informational,
    ...outcome2 === "unknown" ? { status_id: 0, status: "Unknown" } : outcomeFields(outcome2),
    message: `${resource.command}: ${name} ${failed ? `not known to be ${change2}` : change2}`,
    entity: { ...given("uid", id), name, type: kind, type_id: 99 },
    unmapped: {
      action: change2,
      bundle: resource.bundle,
      bundle_target: resource.target,
      kind,
      ...given("resource_id", id),
      ...fields.length > 0 && { fields }
    }
  };
}

// core/flow/changed-resources.ts
var CHANGES = {
  skip: [],
  create: ["created"],
  update: ["changed"],
  update_id: ["changed"],
  resize: ["changed"],
  recreate: ["deleted", "created"],
  delete: ["deleted"]
};
function deployedChanges({ plan, there, failure, command }) {
  const ids = new Map(there?.resources.map(({ kind, key: key2, id }) => [`${kind}.${key2}`, id]));
  const base = { bundle: there?.name ?? "", target: there?.target ?? "", command };
  const changes = plan.entries.flatMap((entry) => {
    const id = ids.get(ownerOf(entry));
    return CHANGES[entry.action].flatMap((change2) => {
      const outcome2 = entry.gone ? void 0 : outcomeOf(change2, entry, { id, there, failure });
      if (outcome2 === void 0) return [];
      const { resource, fields } = entry;
      return [{ ...base, change: change2, outcome: outcome2, kind: kindOf(entry), resource, id, fields }];
    });
  });
  const path20 = there?.workspace.rootPath;
  if (path20 === void 0 || failure) return changes;
  return [...changes, { ...base, change: "changed", outcome: { ok: true }, kind: "files", resource: path20 }];
}
function destroyedChanges(there, left, failure) {
  const base = { bundle: there.name, target: there.target, command: "destroy", change: "deleted" };
  const changes = there.resources.map(({ kind, key: key2, id }) => {
    const resource = `${kind}.${key2}`;
    const said = failure && whatIsSaidOf(resource, failure);
    const isLeft = left.includes(resource);
    const failed = { ok: false, code: failure?.code ?? "DESTROY_INCOMPLETE", reason: said ?? "still there" };
    const unsure = failure !== void 0 && kind !== "jobs";
    const outcome2 = isLeft || said !== void 0 ? failed : unsure ? "unknown" : { ok: true };
    return { ...base, outcome: outcome2, kind, resource, id };
  });
  if (failure || left.length > 0 || changes.length === 0) return changes;
  return [...changes, { ...base, outcome: { ok: true }, kind: "files", resource: there.workspace.rootPath }];
}
function noteChanges(audit, changes) {
  for (const change2 of changes) audit.note(resourceChangeEvent(change2));
}
function outcomeOf(change2, { resource, child }, { id, there, failure }) {
  const said = failure && whatIsSaidOf(resource, failure);
  if (failure && said !== void 0) return { ok: false, code: failure.code, reason: said };
  const isThere2 = id !== void 0;
  if (!failure) {
    const seen = child || there === void 0 || (change2 === "deleted" ? !isThere2 : isThere2);
    if (seen || change2 === "deleted") return { ok: true };
    return { ok: false, code: "DEPLOY_FAILED", reason: "not there when it was read back" };
  }
  if (there === void 0 || change2 === "changed") return "unknown";
  if (child) return isThere2 ? "unknown" : void 0;
  return change2 === "created" === isThere2 ? { ok: true } : void 0;
}
function ownerOf({ resource }) {
  return resource.split(".").slice(0, 2).join(".");
}
function kindOf({ resource }) {
  const [kind, , ...part] = resource.split(".");
  return [kind, ...part].join(".");
}
function whatIsSaidOf(resource, { details: details2, mistakes }) {
  const escaped = resource.replace(/[^\w]/g, "\\$&");
  const named = new RegExp(`\\bresources\\.${escaped}(?![\\w.-]*[\\w-])`);
  const texts2 = [details2, ...mistakes].map(({ problem, actual = "" }) => `${problem} ${actual}`.trim());
  return texts2.find((text3) => named.test(text3));
}

// core/base/yaml/shape.ts
var import_yaml5 = __toESM(require_dist(), 1);
function describe(node) {
  if ((0, import_yaml5.isMap)(node)) return "a mapping";
  if ((0, import_yaml5.isSeq)(node)) return "a list";
  if (!(0, import_yaml5.isScalar)(node) || node.value === null) return "nothing";
  return typeof node.value === "string" ? `"${quote(node.value)}"` : quote(JSON.stringify(node.value));
}
function wrong(node, context, expected, remedy) {
  if ((0, import_yaml5.isAlias)(node)) {
    const problem = "YAML aliases are not supported here.";
    const remedy2 = "Write the value out.";
    context.report({ problem, expected, actual: "an alias", remedy: remedy2, place: context.place(node) });
    return;
  }
  context.report({
    problem: `Expected ${expected}, found ${describe(node)}.`,
    expected,
    actual: describe(node),
    remedy: remedy ?? "Write there what is wanted.",
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
      if (!(0, import_yaml5.isScalar)(node) || typeof node.value !== "string") {
        const quote2 = (0, import_yaml5.isScalar)(node) && node.value !== null ? "Put the value in quotes." : void 0;
        wrong(node, context, says, quote2);
        return void 0;
      }
      const fits2 = node.value !== "" && (rules.pattern?.test(node.value) ?? true);
      if (fits2) return node.value;
      wrong(node, context, says);
      return void 0;
    }
  };
}
var DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
function date(description) {
  const says = "a date such as 2027-03-31";
  const form = text({ pattern: DATE, says, description });
  return {
    schema: form.schema,
    read(node, context) {
      const value = form.read(node, context);
      if (value === void 0 || isDay(value)) return value;
      wrong(node, context, "a day that the calendar has");
      return void 0;
    }
  };
}
function isDay(text3) {
  const time = Date.parse(`${text3}T00:00:00Z`);
  return DATE.test(text3) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text3);
}
function oneOf(values, description) {
  return {
    schema: { enum: values, ...description === void 0 ? {} : { description } },
    read(node, context) {
      const value = (0, import_yaml5.isScalar)(node) ? values.find((known2) => known2 === node.value) : void 0;
      if (value === void 0)
        wrong(node, context, values.map((known2) => JSON.stringify(known2)).join(" or "));
      return value;
    }
  };
}
function wholeNumber(description) {
  return {
    schema: { type: "integer", minimum: 1, description },
    read(node, context) {
      const value = (0, import_yaml5.isScalar)(node) ? node.value : void 0;
      if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
      wrong(node, context, "a whole number from 1");
      return void 0;
    }
  };
}
function either(word, mapping, description) {
  return {
    schema: { anyOf: [word.schema, mapping.schema], description },
    read: (node, context) => ((0, import_yaml5.isMap)(node) ? mapping : word).read(node, context)
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
      if (!(0, import_yaml5.isSeq)(node) || node.items.length < least) {
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
      if ((0, import_yaml5.isSeq)(node)) return many.read(node, context);
      const value = item.read(node, context);
      return value === void 0 ? void 0 : [value];
    }
  };
}
function described(description, inner) {
  return { ...inner, schema: { ...inner.schema, description } };
}
function placed2(inner) {
  return {
    schema: inner.schema,
    read(node, context) {
      const value = inner.read(node, context);
      return value === void 0 ? void 0 : { value, place: context.place(node) };
    }
  };
}
function entries(key2, value, description) {
  const keyShape = placed2(text(key2));
  return {
    schema: {
      type: "object",
      ...key2.pattern === void 0 ? {} : { propertyNames: { pattern: key2.pattern.source } },
      additionalProperties: value.schema,
      ...description === void 0 ? {} : { description }
    },
    read(node, context) {
      if (!(0, import_yaml5.isMap)(node)) {
        wrong(node, context, "a mapping");
        return void 0;
      }
      const pairs = [];
      let complete = true;
      for (const pair of node.items) {
        const name = keyShape.read(pair.key, context);
        const read4 = value.read(pair.value, context);
        if (name === void 0 || read4 === void 0) complete = false;
        else pairs.push([name, read4]);
      }
      return complete ? pairs : void 0;
    }
  };
}
var required = (shape2) => ({ shape: shape2, required: true });
var optional = (shape2) => ({ shape: shape2, required: false });
function object(fields, extra = {}) {
  const names2 = Object.keys(fields);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(names2.map((name) => [name, fields[name]?.shape.schema])),
      required: names2.filter((name) => fields[name]?.required),
      additionalProperties: false,
      ...extra
    },
    read(node, context) {
      if (!(0, import_yaml5.isMap)(node)) {
        wrong(node, context, `a mapping with ${names2.join(", ")}`);
        return void 0;
      }
      const values = /* @__PURE__ */ new Map();
      let complete = true;
      for (const pair of node.items) {
        const key2 = (0, import_yaml5.isScalar)(pair.key) ? pair.key.value : void 0;
        const field = typeof key2 === "string" && Object.hasOwn(fields, key2) ? fields[key2] : void 0;
        if (typeof key2 !== "string" || field === void 0) {
          complete = false;
          const problem = `Unknown key ${describe(pair.key)}.`;
          const place = context.place(pair.key);
          const remedy = [
            ...typeof key2 === "string" ? meant(key2, names2) : [],
            "Correct the key, or take it out."
          ].join(" ");
          const actual = describe(pair.key);
          context.report({ problem, expected: names2.join(", "), actual, remedy, place });
          continue;
        }
        const value = field.shape.read(pair.value, context);
        if (value === void 0) complete = false;
        else values.set(key2, value);
      }
      for (const name of names2) {
        if (!fields[name]?.required || node.has(name)) continue;
        complete = false;
        const found2 = node.items.map(({ key: key2 }) => (0, import_yaml5.isScalar)(key2) ? quote(String(key2.value)) : "\u2026");
        context.report({
          problem: `Missing key "${name}".`,
          expected: name,
          actual: found2.join(", ") || "nothing",
          remedy: `Add the key "${name}".`,
          place: context.place(node)
        });
      }
      return complete ? Object.fromEntries(values) : void 0;
    }
  };
}

// core/access/kinds/unity-catalog-credential.ts
var NAME = /^[^\s./\\*?\p{Cc}]{1,255}$/u;
var path4 = (kind, name) => `/api/2.1/unity-catalog/${kind}/credential/${encodeURIComponent(name)}`;
function identityOf(info) {
  const azure = CREDENTIAL.member(info, "azure_managed_identity");
  const managed = AZURE_IDENTITY.text(azure, "managed_identity_id");
  const connector = AZURE_IDENTITY.text(azure, "access_connector_id");
  return (managed || connector).toLowerCase() || CREDENTIAL.text(info, "aws_iam_role", "role_arn") || CREDENTIAL.text(info, "databricks_gcp_service_account", "email").toLowerCase();
}
async function readCredential(api, name) {
  try {
    const info = await api.call({
      method: "GET",
      path: `/api/2.1/unity-catalog/credentials/${encodeURIComponent(name)}`
    });
    const purpose = CREDENTIAL.text(info, "purpose");
    if (purpose !== "SERVICE") {
      return {
        state: "impossible",
        problem: `Credential "${name}" has the purpose ${purpose || "(none)"}, not SERVICE.`,
        remedy: "Name a service credential; a storage credential cannot be used by code in a job."
      };
    }
    const page = { max_results: "0" };
    const isolated = CREDENTIAL.text(info, "isolation_mode") === "ISOLATION_MODE_ISOLATED";
    const [grants2, bindings] = await Promise.all([
      listAll(api, path4("permissions", name), PERMISSIONS.key("privilege_assignments"), page),
      isolated ? listAll(api, path4("bindings", name), BINDINGS.key("bindings"), page) : []
    ]);
    const workspaces = bindings.map((binding) => BINDING.text(binding, "workspace_id"));
    return {
      state: "read",
      facts: {
        name,
        owner: CREDENTIAL.text(info, "owner"),
        identity: identityOf(info),
        isolated,
        workspaces,
        grants: grants2
      }
    };
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
async function readCredentials(api, names2) {
  const distinct = [...new Set(names2)];
  const readings2 = await inParallel(distinct, (name) => readCredential(api, name));
  return new Map(distinct.map((name, index) => [name, readings2[index]]));
}
function hasAccess(facts, principal) {
  return facts.grants.some(
    (grant) => GRANT.text(grant, "principal").toLowerCase() === principal && GRANT.list(grant, "privileges").includes("ACCESS")
  );
}
function planOne(reading, object3, workspaceId) {
  if (reading === void 0 || reading.state === "unreadable") {
    return { state: "unreadable", missingRight: reading?.missingRight ?? "MANAGE on the credential" };
  }
  if (reading.state === "impossible") {
    const { problem, remedy } = reading;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  const { facts } = reading;
  if (hasAccess(facts, object3["principal"] ?? "")) return { state: "present" };
  if (facts.isolated && !facts.workspaces.includes(workspaceId)) {
    const problem = `Credential "${facts.name}" is isolated and not bound to workspace ${workspaceId}.`;
    const body = `{"add":[{"workspace_id":${workspaceId}}]}`;
    const remedy = `Bind it: databricks workspace-bindings update-bindings credential ${facts.name} --json '${body}'`;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  return { state: "absent" };
}
async function read(objects, ports) {
  const names2 = objects.map((object3) => object3["credential"] ?? "");
  const readings2 = await readCredentials(ports.databricks, names2);
  return {
    granted: (principals) => [...readings2.values()].flatMap(
      (reading) => reading.state !== "read" ? [] : [...principals].filter((principal) => hasAccess(reading.facts, principal)).map((principal) => ({ credential: reading.facts.name, principal }))
    ),
    plan: (object3) => planOne(readings2.get(object3["credential"] ?? ""), object3, ports.workspaceId),
    notes(object3) {
      const reading = readings2.get(object3["credential"] ?? "");
      if (reading?.state !== "read") return [];
      const { facts } = reading;
      const binding = facts.isolated ? `isolated, bound to workspace ${facts.workspaces.join(", ")}` : "not isolated: every workspace of the metastore can use it";
      return [`credential "${facts.name}" is ${binding}`];
    }
  };
}
async function change(objects, ports, verb) {
  const credential = objects[0]?.["credential"] ?? "";
  const principals = [...new Set(objects.map((object3) => object3["principal"] ?? ""))];
  const body = {
    changes: principals.map(
      (principal) => verb === "add" ? { principal, add: ["ACCESS"] } : { principal, remove: ["ACCESS"] }
    )
  };
  try {
    await ports.databricks.call({
      method: "PATCH",
      path: path4("permissions", credential),
      body,
      repeatable: true
    });
  } catch (error) {
    if (verb === "remove" && error instanceof ApiFailure && error.missing) return;
    throw error;
  }
}
var unityCatalogCredential = {
  kind: "unity_catalog_credential",
  provider: "databricks",
  needsProvider: false,
  // docs.databricks.com, "Securable objects in Unity Catalog": names are not case-sensitive.
  foldsCase: true,
  connect: ({ workspace }) => workspace,
  credential: ({ credential, principal }) => credential === void 0 || principal === void 0 ? void 0 : { credential, principal },
  spec: placed2(text({ description: "Name of a Unity Catalog service credential." })),
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
    return { credential: credential.toLowerCase(), principal: context.principal };
  },
  manifest: (object3) => ({ kind: "unity_catalog_credential", credential: object3["credential"] ?? "" }),
  resource: (object3) => object3["credential"] ?? "",
  describe: (object3) => `ACCESS on credential "${object3["credential"]}" for service principal ${object3["principal"]}`,
  undoCommand(object3) {
    const changes = { changes: [{ principal: object3["principal"] ?? "", remove: ["ACCESS"] }] };
    return `databricks grants update credential ${object3["credential"]} --json '${JSON.stringify(changes)}'`;
  },
  batch: (object3) => object3["credential"] ?? "",
  read,
  apply: (objects, ports) => change(objects, ports, "add"),
  withdraw: (objects, ports) => change(objects, ports, "remove")
};
async function effectiveGrants(api, name, type = "credential") {
  const page = { max_results: "0" };
  const assignments2 = PERMISSIONS.key("privilege_assignments");
  const route = `/api/2.1/unity-catalog/effective-permissions/${type}/${encodeURIComponent(name)}`;
  const listed = await listAll(api, route, assignments2, page);
  return listed.flatMap(
    (assignment) => GRANT.list(assignment, "privileges").map((privilege) => ({
      principal: GRANT.text(assignment, "principal"),
      privilege: EFFECTIVE_PRIVILEGE.text(privilege, "privilege"),
      inheritedFrom: [
        EFFECTIVE_PRIVILEGE.text(privilege, "inherited_from_type"),
        EFFECTIVE_PRIVILEGE.text(privilege, "inherited_from_name")
      ].filter((part) => part !== "").join(" ")
    }))
  );
}

// core/api/workspace.ts
var WHO_AM_I = "/api/2.0/preview/scim/v2/Me";
async function currentUser(api) {
  try {
    const { json, headers } = await api.answer({ method: "GET", path: WHO_AM_I });
    const userName = ME.text(json, "userName");
    return {
      userName,
      displayName: ME.text(json, "displayName") || userName,
      workspaceId: headers["x-databricks-org-id"]
    };
  } catch (error) {
    const { cause } = error;
    if (error instanceof ApiFailure && cause instanceof HttpError && [401, 403].includes(error.status)) {
      throw addressBlocked("The question who we are", error.status, cause.body) ?? unknownPrincipal(error.status, cause.body);
    }
    throw callError("The question who we are", error);
  }
}
function unknownPrincipal(status, body) {
  return new SecretlessError("WRONG_PRINCIPAL", {
    problem: "The exchange worked, but the workspace does not let the service principal in.",
    expected: "a service principal that is assigned to this workspace",
    actual: `status ${String(status)}: ${body.slice(0, 500)}`,
    remedy: "Add the service principal to the workspace: docs/setup-github.md, step 1."
  });
}
async function cancelRun(api, runId2) {
  const body = { run_id: BigInt(runId2) };
  const path20 = "/api/2.2/jobs/runs/cancel";
  const request = { method: "POST", path: path20, body, repeatable: true, lasting: true };
  await unless([400, 404], "The cancellation of the run", api.call(request));
}
async function stopPipeline(api, pipelineId2) {
  const path20 = `/api/2.0/pipelines/${encodeURIComponent(pipelineId2)}/stop`;
  const request = { method: "POST", path: path20, body: {}, repeatable: true, lasting: true };
  await unless([400, 404], "The cancellation of the update", api.call(request));
}
async function jobExists(api, jobId) {
  const query = { job_id: jobId };
  const answer = api.call({ method: "GET", path: "/api/2.2/jobs/get", query });
  const status = await unless([400, 403, 404], "The look at a job", answer);
  return status === void 0 || status === 403;
}
async function unless(statuses, what, answer) {
  try {
    await answer;
    return void 0;
  } catch (error) {
    if (error instanceof ApiFailure && error.is(...statuses)) return error.status;
    throw callError(what, error);
  }
}

// core/access/scope/reading.ts
var known = (value) => ({
  state: "known",
  value
});
var unknown = (missingRight, passing = false) => ({
  state: "unknown",
  missingRight,
  ...passing && { passing }
});
var isPassing = ({ status }) => status === 429 || status >= 500;
async function openReader(apis) {
  const { workspace } = apis;
  const me = await workspace.call({ method: "GET", path: WHO_AM_I });
  const groups = ME.list(me, "groups").map((group) => GROUP.text(group, "display"));
  const applicationId2 = (ME.text(me, "applicationId") || ME.text(me, "userName")).toLowerCase();
  return { ...apis, applicationId: applicationId2, groups, admin: groups.includes("admins") };
}
function unreadable2(eyes, missingRight, passing = false) {
  return eyes.later === void 0 ? unknown(missingRight, passing) : { state: "later", why: "the registrar reads it after the deployment", when: eyes.later };
}
var ABSENT_FEATURE = /* @__PURE__ */ new Set(["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"]);
var isAbsentFeature = (failure) => ABSENT_FEATURE.has(failure.errorCode);
async function readBy(eyes, missingRight, read4) {
  let answered2 = "";
  let passing = false;
  for (const reader of eyes.readers) {
    const pending = read4(reader);
    if (pending === void 0) continue;
    try {
      return known(await pending);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      passing = isPassing(error);
      answered2 = error.refused ? "" : ` (the API answered ${error.status} ${error.errorCode})`;
    }
  }
  return unreadable2(eyes, `${missingRight}${answered2}`, passing);
}
function isReader(reader, principal) {
  return principal.toLowerCase() === reader.applicationId || reader.groups.includes(principal);
}

// core/access/scope/editors.ts
var NO_EDITING = /* @__PURE__ */ new Set([
  "CAN_VIEW",
  "CAN_VIEW_METADATA",
  "CAN_READ",
  "CAN_USE",
  "CAN_RUN",
  "CAN_MANAGE_RUN",
  "CAN_MONITOR",
  "CAN_MONITOR_ONLY"
]);
var SHARING = /* @__PURE__ */ new Set(["CAN_ATTACH_TO", "CAN_RESTART"]);
var nameOf2 = (entry) => ACCESS_CONTROL.text(entry, "user_name") || ACCESS_CONTROL.text(entry, "group_name") || ACCESS_CONTROL.text(entry, "service_principal_name");
async function holders(api, [type, id], through, counts) {
  const path20 = `/api/2.0/permissions/${type}/${encodeURIComponent(id)}`;
  const list3 = await api.call({ method: "GET", path: path20 });
  return OBJECT_PERMISSIONS.list(list3, "access_control_list").flatMap((entry) => {
    const levels = ACCESS_CONTROL.list(entry, "all_permissions").map(
      (permission) => PERMISSION.text(permission, "permission_level")
    );
    const level = levels.find(counts);
    return level === void 0 ? [] : [{ who: nameOf2(entry), level, through }];
  });
}
function editorsOf(api, type, id, through) {
  const shared = type === "clusters" || type === "instance-pools";
  return holders(
    api,
    [type, id],
    through,
    (level) => !NO_EDITING.has(level) && !(shared && SHARING.has(level))
  );
}
function attachersOf(api, cluster) {
  return holders(api, ["clusters", cluster], `cluster ${cluster}`, (level) => !NO_EDITING.has(level));
}
var OBJECT_TYPES = {
  DIRECTORY: "directories",
  NOTEBOOK: "notebooks",
  FILE: "files",
  REPO: "repos"
};
async function editorsOfPath(api, path20, shown3 = path20) {
  const object3 = await workspaceObject(api, path20);
  if (object3 === void 0) {
    const folder = path20.slice(0, path20.lastIndexOf("/"));
    if (folder === "") throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", `${shown3} does not exist`);
    return editorsOfPath(api, folder, shown3);
  }
  const type = OBJECT_TYPES[OBJECT.text(object3, "object_type")] ?? "directories";
  return editorsOf(api, type, OBJECT.text(object3, "object_id"), `code in ${shown3}`);
}
var WRITING = /* @__PURE__ */ new Set(["WRITE_VOLUME", "MANAGE", "ALL_PRIVILEGES"]);
async function writersOfVolume(reader, volume, metastoreOwner) {
  const api = reader.workspace;
  const path20 = `/api/2.1/unity-catalog/volumes/${encodeURIComponent(volume)}`;
  const owner = VOLUME.text(await api.call({ method: "GET", path: path20 }), "owner");
  if (![owner, metastoreOwner].some((who) => who !== "" && isReader(reader, who))) return void 0;
  const through = `code in volume ${volume}`;
  const grants2 = await effectiveGrants(api, volume, "volume");
  return [
    { who: owner, level: "owner", through },
    ...grants2.filter(({ privilege }) => WRITING.has(privilege)).map(({ principal, privilege }) => ({ who: principal, level: privilege, through }))
  ];
}

// core/access/scope/clusters.ts
function tasksOf(settings) {
  const inside = (task2) => {
    const nested = member(task2, "for_each_task", "task");
    return nested === void 0 ? [task2] : [task2, ...inside(nested)];
  };
  return JOB_SETTINGS.list(settings, "tasks").flatMap(inside);
}
function sharedClusters(settings) {
  const ids = tasksOf(settings).map((task2) => TASK.text(task2, "existing_cluster_id"));
  return [...new Set(ids.filter((id) => id !== ""))];
}
async function readClusters(eyes, ids) {
  const distinct = [...new Set(ids)];
  const read4 = (id) => readBy(eyes, `CAN_MANAGE on cluster ${id}`, async ({ workspace }) => {
    const query = { cluster_id: id };
    const [details2, statuses, attachers] = await Promise.all([
      workspace.call({ method: "GET", path: "/api/2.1/clusters/get", query }),
      workspace.call({ method: "GET", path: "/api/2.0/libraries/cluster-status", query }),
      attachersOf(workspace, id)
    ]);
    const installed2 = LIBRARY_STATUSES.list(statuses, "library_statuses").map(
      (status) => LIBRARY_STATUS.member(status, "library") ?? null
    );
    return { id, details: details2, installed: installed2, attachers };
  });
  const readings2 = await inParallel(distinct, read4);
  return new Map(distinct.map((id, index) => [id, readings2[index] ?? unknown(`cluster ${id}`)]));
}

// core/access/scope/job-listing.ts
var PAGED = ["tasks", "job_clusters", "environments", "parameters"];
var MAX_PAGES2 = 20;
async function readJob(api, id) {
  const path20 = "/api/2.2/jobs/get";
  let job2;
  let token2 = "";
  for (let page = 0; page < MAX_PAGES2; page += 1) {
    const query = {
      job_id: id,
      ...token2 === "" ? {} : { page_token: token2 }
    };
    try {
      const answer = await api.call({ method: "GET", path: path20, query });
      job2 = job2 === void 0 ? answer : appended(job2, answer);
      token2 = textAt(answer, "next_page_token");
    } catch (error) {
      if (error instanceof ApiFailure && (error.missing || error.errorCode === "INVALID_PARAMETER_VALUE"))
        return void 0;
      throw error;
    }
    if (token2 === "") return job2;
  }
  throw new ApiFailure(502, "PAGING_BROKEN", `${path20} of job ${id} does not come to an end`);
}
function appended(job2, next) {
  const settings = JOB.member(job2, "settings");
  if (!isObject2(job2) || !isObject2(settings)) return job2;
  const lists = PAGED.flatMap((name) => {
    const more = JOB.list(next, "settings", name);
    return more.length === 0 ? [] : [[name, [...JOB.list(job2, "settings", name), ...more]]];
  });
  return { ...job2, settings: { ...settings, ...Object.fromEntries(lists) } };
}
function explicitRunAs(job2) {
  const names2 = ["service_principal_name", "user_name", "group_name"];
  return names2.map((name) => textAt(job2, "settings", "run_as", name)).find((name) => name !== "") ?? "";
}
var bare = (path20) => path20.replace(/^\/Workspace(?=\/)/, "");
function isDeployedFrom(job2, statePath) {
  return isOfState(JOB.text(job2, "settings", "deployment", "metadata_file_path"), statePath);
}
function isOfState(metadataPath, statePath) {
  return bare(metadataPath) === `${bare(statePath)}/metadata.json`;
}
var isCutOff = (listed) => member(listed, "has_more") === true;
function isWhole(listed) {
  const settings = JOB.member(listed, "settings");
  const named = (list3, key2) => new Set(JOB_SETTINGS.list(settings, list3).map((one) => textAt(one, key2)));
  const environments = named("environments", "environment_key");
  const clusters = named("job_clusters", "job_cluster_key");
  const tasks = tasksOf(settings ?? null);
  const refers = (key2, to) => tasks.every((task2) => TASK.text(task2, key2) === "" || to.has(TASK.text(task2, key2)));
  return !isCutOff(listed) && tasks.length > 0 && JOB.text(listed, "settings", "run_as", "service_principal_name") !== "" && refers("environment_key", environments) && refers("job_cluster_key", clusters);
}
function jobListing() {
  const made = /* @__PURE__ */ new Map();
  return (reader) => {
    const query = { limit: "100", expand_tasks: "true" };
    const listed = made.get(reader) ?? listAll(reader.workspace, "/api/2.2/jobs/list", JOBS.key("jobs"), query);
    made.set(reader, listed);
    return listed;
  };
}
var LIST_FROM = 20;
async function listedWhole({ readers }, ids, listing) {
  const admin = readers.find((reader) => reader.admin);
  if (admin === void 0 || ids.length < LIST_FROM) return /* @__PURE__ */ new Map();
  const wanted = new Set(ids);
  const listed = await listing(admin).catch((error) => {
    if (error instanceof ApiFailure) return [];
    throw error;
  });
  const mine = listed.map((job2) => [JOB.text(job2, "job_id"), job2]);
  return new Map(mine.filter(([id, job2]) => wanted.has(id) && isWhole(job2)));
}
function completed(api, jobs2) {
  return inParallel(jobs2, async (job2) => await readJob(api, JOB.text(job2, "job_id")) ?? job2);
}

// core/cli/private-file.ts
import path5 from "node:path";
var LIMIT = 64e6;
async function readPrivateFile({ root, state }, platform, ...names2) {
  try {
    return await readCheckoutText(path5.join(state, ...names2), { checkout: root, platform, limit: LIMIT });
  } catch (error) {
    if (error instanceof RefusedFile) return void 0;
    throw error;
  }
}

// core/flow/deployed-here.ts
async function proveDeployed(api, summary, left) {
  const here = { call: (request) => api.call({ ...request, lasting: true }) };
  const { statePath } = summary.workspace;
  const record2 = `${statePath}/deployment.json`;
  const looks = [
    async () => await isOurs(here, record2, summary.target, left) ? void 0 : record2,
    ...summary.jobs.map(({ key: key2, id }) => async () => {
      const odd = await oddJob(here, summary, { key: key2, id });
      return odd === void 0 ? void 0 : `jobs.${key2} (${id}${odd})`;
    }),
    ...summary.pipelines.map(({ key: key2, id }) => async () => {
      const pipeline2 = await found(here, "The look at a pipeline", {
        path: `/api/2.0/pipelines/${encodeURIComponent(id)}`
      });
      const marked = textAt(pipeline2, "spec", "deployment", "metadata_file_path");
      const ours = pipeline2 !== void 0 && (marked === "" || isOfState(marked, statePath));
      return ours ? void 0 : `pipelines.${key2} (${id})`;
    })
  ];
  const missing = (await inParallel(looks, (look) => look())).filter((name) => name !== void 0);
  if (missing.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem: `The Databricks CLI ended well, but what it says it has deployed is not in the approved workspace.`,
    expected: "the record of this deployment, its jobs and its pipelines, in the approved workspace",
    actual: `not there, or of another deployment: ${missing.slice(0, 20).join(", ")}`,
    remedy: "Find out where it was deployed to: code of the bundle (`experimental.scripts`, `python`, build commands) can write configuration that sends the CLI elsewhere, and the state from which ids are read. If another deployment ran at the same time, run this one again."
  });
}
async function oddJob(api, { jobs: jobs2, workspace }, { key: key2, id }) {
  const query = { job_id: id };
  const job2 = await found(api, "The look at a job", { path: "/api/2.2/jobs/get", query });
  if (job2 === void 0) return "";
  if (job2 === "hidden") return void 0;
  if (!isDeployedFrom(job2, workspace.statePath)) return ", of another bundle or target";
  const name = JOB.text(job2, "settings", "name");
  const own = jobs2.find((one) => one.key === key2)?.name;
  const other = jobs2.find((one) => one.name === name);
  return name === own || other === void 0 ? void 0 : `, which is jobs.${other.key}`;
}
async function found(api, what, request) {
  try {
    return await api.call({ method: "GET", ...request });
  } catch (error) {
    if (error instanceof ApiFailure && error.is(400, 404)) return void 0;
    if (error instanceof ApiFailure && error.is(403)) return "hidden";
    throw callError(what, error);
  }
}
async function isOurs(api, record2, target, { folder, platform }) {
  const ours = await readPrivateFile(folder, platform, target, "deployment.json");
  try {
    return ours !== void 0 && ours === await readWorkspaceFile(api, record2);
  } catch (error) {
    throw callError("The look at the record of the deployment", error);
  }
}

// core/cli/resource-link.ts
var PAGES = {
  alerts: "sql/alerts-v2/*",
  apps: "apps/*",
  catalogs: "explore/data/*",
  clusters: "compute/clusters/*",
  dashboards: "dashboardsv3/*/published",
  experiments: "ml/experiments/*",
  genie_spaces: "genie/rooms/*",
  instance_pools: "compute/instance-pools/*",
  jobs: "jobs/*",
  model_serving_endpoints: "ml/endpoints/*",
  models: "ml/models/*",
  pipelines: "pipelines/*",
  registered_models: "explore/data/models/*",
  schemas: "explore/data/*",
  sql_warehouses: "sql/warehouses/*",
  volumes: "explore/data/volumes/*"
};
var PATHS = /* @__PURE__ */ new Set(["catalogs", "registered_models", "schemas", "volumes"]);
var NO_PAGE = /* @__PURE__ */ new Set(["external_locations", "secret_scopes"]);
function resourceLink(kind, id, { host, workspaceId }) {
  if (NO_PAGE.has(kind)) return "";
  const page = Object.hasOwn(PAGES, kind) ? PAGES[kind] : void 0;
  if (page === void 0) return void 0;
  const place = (PATHS.has(kind) ? id.split(".") : [id]).map(encodeURIComponent).join("/");
  const link2 = `${host}/${page.split("*").join(place)}`;
  return new URL(host).hostname.includes(workspaceId) ? link2 : `${link2}?w=${workspaceId}`;
}

// core/cli/deployed-summary.ts
function deployedSummary(before, ids, workspace) {
  const resources = /* @__PURE__ */ new Map();
  const put = (kind, key2, resource) => {
    const ofKind = resources.get(kind) ?? /* @__PURE__ */ new Map();
    resources.set(kind, ofKind.set(key2, resource));
  };
  for (const [kind, ofKind] of members(member(before.tree, "resources")))
    for (const [key2, resource] of members(ofKind)) {
      if (textAt(resource, "modified_status") === "deleted") continue;
      const { id: former, url, ...rest } = isObject2(resource) ? resource : {};
      const settings = Object.fromEntries(
        Object.entries(rest).filter(([name]) => name !== "modified_status")
      );
      const id = ids.get(`${kind}.${key2}`);
      const link2 = id === void 0 ? "" : linkOf({ kind, id, former, url: textAt(url) }, workspace);
      if (link2 === void 0) return void 0;
      const there = id === void 0 ? { modified_status: "created" } : { id, ...link2 !== "" && { url: link2 } };
      put(kind, key2, { ...settings, ...there });
    }
  for (const [name, id] of ids) {
    const [kind = "", key2 = ""] = name.split(".");
    if (resources.get(kind)?.has(key2) !== true) put(kind, key2, { id, modified_status: "deleted" });
  }
  const tree = {
    ...isObject2(before.tree) ? before.tree : {},
    resources: Object.fromEntries([...resources].map(([kind, all]) => [kind, Object.fromEntries(all)]))
  };
  return summaryOf(tree);
}
function linkOf({ kind, id, former, url }, workspace) {
  if (url !== "" && id === former) return url;
  const link2 = resourceLink(kind, id, workspace);
  return link2 ?? (url !== "" || id === former ? url : void 0);
}

// core/cli/local-state.ts
var VERSIONS = [2, 3];
var ONE_EACH = /* @__PURE__ */ new Set(["jobs", "pipelines"]);
async function readStateIds(folder, target, platform) {
  const read4 = (name) => readPrivateFile(folder, platform, target, name);
  const [text3, pending] = await Promise.all([read4("resources.json"), read4("resources.json.wal")]);
  return text3 === void 0 || pending !== void 0 ? void 0 : idsOf(text3);
}
function idsOf(text3) {
  const json = parsed(text3);
  const state = member(json, "state");
  const features = members(member(json, "features"));
  const version = member(json, "state_version") ?? null;
  if (!isObject2(state) || !VERSIONS.includes(version) || features.length > 0) return void 0;
  if (textAt(json, "lineage") === "" || !Number.isSafeInteger(member(json, "serial"))) return void 0;
  const ids = /* @__PURE__ */ new Map();
  const taken = /* @__PURE__ */ new Set();
  for (const [key2, entry] of members(state)) {
    const [prefix, kind = "", name = "", ...part] = key2.split(".");
    const id = member(entry, "__id__");
    if (prefix !== "resources" || kind === "" || name === "" || typeof id !== "string") return void 0;
    if (part.length > 0) continue;
    const known2 = `${kind} ${id}`;
    if (id === "" || ONE_EACH.has(kind) && taken.has(known2)) return void 0;
    taken.add(known2);
    ids.set(`${kind}.${name}`, id);
  }
  return ids;
}
function parsed(text3) {
  try {
    return readJson(text3);
  } catch {
    return void 0;
  }
}

// core/flow/read-deployed.ts
var READ_BACK = 6e4;
function readBack(cli) {
  return cli.summary(AbortSignal.timeout(READ_BACK));
}
async function readDeployed(cli, done, platform) {
  const { plan, resolved, folder, host, workspaceId } = done;
  if (plan.engine !== "direct" || resolved === void 0 || workspaceId === void 0) return readBack(cli);
  const ids = await readStateIds(folder, resolved.target, platform);
  return (ids && deployedSummary(resolved, ids, { host, workspaceId })) ?? readBack(cli);
}

// core/federation/exchanges/policy-command.ts
function policyCommand({ issuer, subject: subject2, audience }, owner) {
  const accountHost2 = databricksCloud(owner.host)?.accountHost ?? owner.host;
  const account = owner.accountId === void 0 ? "" : ` --account-id ${shellQuoted(owner.accountId)}`;
  const policy2 = { oidc_policy: { issuer, audiences: [audience], subject: subject2 } };
  const filter = `applicationId eq "${owner.clientId}"`;
  return [
    `databricks auth login --host ${shellQuoted(accountHost2)}${account} --profile account`,
    `id=$(databricks account service-principals list --filter ${shellQuoted(filter)} --profile account --output json | jq -r '.[0].id')`,
    `databricks account service-principal-federation-policy create "$id" --profile account --json ${shellQuoted(JSON.stringify(policy2))}`
  ].join("\n");
}
function shellQuoted(text3) {
  return /^[\w./:@-]+$/.test(text3) ? text3 : `'${text3.replaceAll("'", `'\\''`)}'`;
}

// core/flow/when-free.ts
var LOOK = 5e3;
async function whenFree(step2, cli, api, work, again = () => Promise.resolve()) {
  const { ports, inputs } = step2;
  const deadline = ports.clock.now() + inputs.lockTimeout;
  for (; ; ) {
    try {
      await uncut(step2, work);
      return;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "DEPLOYMENT_LOCKED") throw error;
      await waitForLock(step2, cli, api, { error, deadline });
      await again();
    }
  }
}
async function uncut({ ci, signal }, work) {
  signal.throwIfAborted();
  const onAbort = () => {
    ci.info(
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
async function waitForLock({ ci, ports, inputs, signal }, cli, api, { error, deadline }) {
  const { clock } = ports;
  const { statePath } = (await cli.summary(signal)).workspace;
  ci.info(`The deployment lock is ${error.details.actual ?? "held"}; waiting for it.`);
  do {
    const left = deadline - clock.now();
    if (left <= 0) throw stillLocked(error, statePath, inputs.host);
    await clock.sleep(Math.min(LOOK, left), signal);
  } while (await isLocked(api, statePath));
  ci.info("The lock is free. What was planned may be outdated, so it is looked at again.");
}
function stillLocked({ code: code2, details: details2, cause }, statePath, host) {
  return new SecretlessError(code2, {
    ...details2,
    remedy: `${details2.remedy ?? ""} Signed in to ${host}, with a profile or in a shell of your own:
databricks workspace delete ${shellQuoted(`${statePath}/deploy.lock`)}`,
    cause
  });
}

// core/report/outputs.ts
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path6 from "node:path";
var LONGEST = 3e4;
async function jsonOutput(ci, name, value, counts) {
  const json = jsonWithoutBidi(JSON.stringify(value));
  if (json.length <= LONGEST) {
    await ci.output(name, json);
    return;
  }
  const file = path6.join(ci.context.tempFolder, `databricks-secretless-${name}-${randomUUID()}.json`);
  await writeFile(file, json, { flag: "wx", mode: 384 });
  await ci.output(name, JSON.stringify({ ...counts, file }));
}

// core/flow/step.ts
function noteTarget({ found: found2 }, target) {
  if (target.bundle !== void 0) found2({ bundle: { name: target.bundle, target: target.name } });
  return target;
}
function warn({ ci, found: found2 }, text3) {
  found2({ warnings: [text3] });
  ci.annotate("warning", text3);
}

// core/scan/detect/assignment.ts
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
function sticky(pattern, text3, at3) {
  pattern.lastIndex = at3;
  return pattern.exec(text3);
}
function nameAround(text3, keywordStart, keywordEnd) {
  let start = keywordStart;
  let end = keywordEnd;
  while (start > 0 && keywordStart - start < NAME_REACH && NAME_CHARACTER.test(text3[start - 1]))
    start--;
  while (end < text3.length && end - keywordEnd < NAME_REACH && NAME_CHARACTER.test(text3[end]))
    end++;
  while (end > keywordEnd && /[-.]/.test(text3[end - 1])) end--;
  return { start, end };
}
function quotedLiteral(text3, at3) {
  const wrapper = sticky(WRAPPERS, text3, at3);
  const opening = sticky(QUOTED, text3, wrapper === null ? at3 : at3 + wrapper[0].length);
  if (opening === null) return null;
  const [all, prefix = "", quote2 = ""] = opening;
  const start = opening.index + all.length;
  const end = text3.indexOf(quote2, start);
  if (end < 0 || end - start > 4096) return null;
  const value = text3.slice(start, end);
  if (value.includes("\n") && quote2.length === 1) return null;
  if (/[fs]/i.test(prefix) && /[{$]/.test(value)) return null;
  const next = text3.slice(end + quote2.length, end + quote2.length + 24);
  if (/^\s{0,8}(?:\+|%\s|\.format\b|\.replace\b|\|\||\?)/.test(next)) return null;
  return { value, start, quoted: true };
}
function bareLiteral(text3, at3) {
  const match2 = sticky(BARE, text3, at3);
  if (match2 === null) return null;
  const next = text3[at3 + match2[0].length];
  if (next === "(" || next === "{") return null;
  return { value: match2[0], start: at3, quoted: false };
}
function literalAfter(where) {
  const { text: text3, end, before, kind } = where;
  const previous = before[before.length - 1] ?? "\n";
  const flag = text3.startsWith("--", where.start);
  const call = sticky(CALL, text3, end);
  if (call !== null && (flag || CALLEES.test(before.replace(/["'`]{1,3}$/, "")))) {
    const literal2 = quotedLiteral(text3, end + call[0].length);
    if (literal2 !== null) return { ...literal2, certain: true };
  }
  for (const pattern of [YAML_DEFAULT, BLOCK_DEFAULT, ARGUMENT_DEFAULT]) {
    const match2 = sticky(pattern, text3, end);
    const at3 = match2 === null ? -1 : end + match2[0].length;
    if (match2 !== null)
      return certain(
        quotedLiteral(text3, at3) ?? (pattern === YAML_DEFAULT ? bareLiteral(text3, at3) : null),
        false
      );
  }
  if (PAIR_KEY.test(before)) {
    const pair = sticky(PAIRED_VALUE, text3, end);
    if (pair === null) return null;
    const at3 = end + pair[0].length;
    return certain(quotedLiteral(text3, at3) ?? (kind === "config" ? bareLiteral(text3, at3) : null), false);
  }
  const xml = sticky(XML_PROPERTY, text3, end) ?? (previous === "<" ? sticky(XML_ELEMENT, text3, end) : null);
  if (xml !== null) return certain(bareLiteral(text3, end + xml[0].length), false);
  const assign = sticky(ASSIGN, text3, end);
  if (assign !== null) {
    const at3 = end + assign[0].length;
    const quoted = quotedLiteral(text3, at3);
    if (quoted !== null) return isExpanded(quoted, assign[0], where) ? null : certain(quoted, false);
    if (assign[0].includes("\n")) return null;
    const tight = assign[0] === "=";
    const connection = tight && /[;?&]/.test(previous);
    const inString = tight && /["'`]/.test(previous);
    if (kind === "config" || connection || inString || flag || BARE_AFTER.test(before)) {
      return certain(bareLiteral(text3, at3), connection);
    }
    return null;
  }
  const spaced = sticky(SPACED, text3, end);
  if (spaced !== null && SUBCOMMAND.test(before)) return null;
  if (spaced !== null) return certain(quotedLiteral(text3, end + spaced[0].length), false);
  if (flag || kind === "config") {
    const blanks = sticky(BLANKS, text3, end);
    const startsLine = /(?:^|\n)[ \t]{0,20}(?:ENV[ \t]{1,4})?$/.test(before);
    const afterLogin = /\b(?:login|machine)[ \t]{1,4}\S{1,80}\s{1,8}$/.test(before);
    if (blanks !== null && (flag || startsLine || afterLogin))
      return certain(bareLiteral(text3, end + blanks[0].length), false);
  }
  return null;
}
var SUBCOMMAND = /\$\([^()\n]{0,120}$/;
function isExpanded({ value, start }, operator, { text: text3, start: name, kind }) {
  const shell = kind === "config" && /^=["\\]?$/.test(operator.trimEnd()) || text3[name] === "$";
  return shell && text3[start - 1] === '"' && /(?<!\\)\$[A-Za-z_(]/.test(value);
}
function certain(literal2, isCertain) {
  return literal2 && { ...literal2, certain: isCertain };
}
function readAssignment(text3, keywordStart, keywordEnd, kind) {
  const { start, end } = nameAround(text3, keywordStart, keywordEnd);
  const before = text3.slice(Math.max(0, start - 120), start);
  const literal2 = literalAfter({ text: text3, start, end, before, kind });
  if (literal2 === null) return null;
  return {
    name: text3.slice(start, end),
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
function decodeAt(text3, start, form, prefix) {
  if (form.encoding === "base64") {
    let from = start - form.lead;
    if (/^[A-Za-z0-9+/_-]{4}$/.test(text3.slice(Math.max(0, from - 4), from))) from -= 4;
    const run3 = from < 0 ? null : match(BASE64_RUN, text3, from);
    if (run3 === null) return null;
    const decoded3 = Buffer.from(run3.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
    return located(decoded3, prefix, from + run3.length);
  }
  const run2 = match(form.encoding === "hex" ? HEX_RUN : PERCENT_RUN, text3, start);
  if (run2 === null) return null;
  const decoded2 = form.encoding === "hex" ? Buffer.from(run2, "hex").toString("latin1") : run2.replace(/%([0-9a-fA-F]{2})/g, (_all, code2) => String.fromCharCode(parseInt(code2, 16)));
  return located(decoded2, prefix, start + run2.length);
}
function match(pattern, text3, at3) {
  pattern.lastIndex = at3;
  return pattern.exec(text3)?.[0] ?? null;
}
function located(text3, prefix, end) {
  const at3 = text3.slice(0, prefix.length + 6).indexOf(prefix);
  return at3 < 0 ? null : { text: text3, at: at3, end };
}

// core/scan/detect/entropy.ts
function entropy(text3) {
  const counts = /* @__PURE__ */ new Map();
  for (const character of text3) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count3 of counts.values()) {
    const share = count3 / text3.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
function ascending(text3, wrapFrom, wrapTo) {
  if (text3.length < 2) return 0;
  let steps = 0;
  for (let i = 1; i < text3.length; i++) {
    const wraps = text3[i - 1] === wrapFrom && text3[i] === wrapTo;
    if (wraps || text3.charCodeAt(i) === text3.charCodeAt(i - 1) + 1) steps++;
  }
  return steps / (text3.length - 1);
}
function isCounted(text3) {
  const plain = text3.toLowerCase().replace(/[^a-z0-9]/g, "");
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
function repeats(text3, size) {
  for (let i = size; i < text3.length; i++) if (text3[i] !== text3[i - size]) return false;
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
function matchFormat(rule, text3, at3) {
  const from = Math.max(0, at3 - (rule.back ?? 0));
  rule.pattern.lastIndex = from;
  const match2 = rule.pattern.exec(text3);
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
    const around = text3.slice(Math.max(0, from - AROUND), from + match2[0].length + AROUND);
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
    const folded4 = keywords2.map((keyword) => Buffer.from(keyword.text.toLowerCase(), "latin1"));
    let classCount = 1;
    for (const byte of folded4.flatMap((text3) => [...text3])) {
      if (this.#classes[byte] === 0) this.#classes[byte] = classCount++;
    }
    for (let upper = 65; upper <= 90; upper++) this.#classes[upper] = this.#classes[upper + 32] ?? 0;
    this.#shift = Math.ceil(Math.log2(classCount));
    const states = folded4.reduce((sum, text3) => sum + text3.length, 1);
    if (states > 65535) throw new RangeError("too many keywords for 16-bit states");
    this.#next = new Uint16Array(states << this.#shift);
    this.#output = new Uint16Array(states);
    this.#build(keywords2, folded4);
  }
  #build(keywords2, folded4) {
    const own = /* @__PURE__ */ new Map();
    const children = [[]];
    let count3 = 1;
    folded4.forEach((text3, index) => {
      let state = 0;
      for (const byte of text3) {
        const slot = state << this.#shift | (this.#classes[byte] ?? 0);
        if (this.#next[slot] === 0) {
          children[state]?.push(slot);
          children.push([]);
          this.#next[slot] = count3++;
        }
        state = this.#next[slot] ?? 0;
      }
      own.set(state, [...own.get(state) ?? [], keywords2[index]]);
    });
    const fallback = new Uint16Array(count3);
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
function matchesAt(bytes, start, text3) {
  for (let i = 0; i < text3.length; i++) if (bytes[start + i] !== text3.charCodeAt(i)) return false;
  return true;
}

// core/scan/rules/remedies.ts
var REMEDIES2 = {
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

// core/scan/rules/azure.ts
var STORAGE_RISK = "Whoever has it reads, changes and deletes everything in the storage account, past every access control.";
var SHARED_KEY_RISK = "Whoever has it uses the resource as its owner does; it is bound to no identity and does not expire.";
var AZURE_RULES = [
  {
    type: "format",
    id: "entra-client-secret",
    name: "Entra ID client secret",
    risk: "With the application's client ID it signs in as the application from anywhere.",
    remedy: REMEDIES2.entra,
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
    remedy: REMEDIES2.storage,
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
    remedy: REMEDIES2.storage,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.storage,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.pipeline,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.storage,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.entra,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.pipeline,
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
    remedy: REMEDIES2.azure,
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
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.google,
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
    remedy: REMEDIES2.google,
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
    remedy: REMEDIES2.google,
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
    remedy: REMEDIES2.google,
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
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.aws,
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
  remedy: REMEDIES2.pipeline,
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
    { remedy: REMEDIES2.service }
  ),
  token(
    "digitalocean-token",
    "DigitalOcean token",
    "Whoever has it controls the team's resources.",
    ["dop_v1_", "doo_v1_", "dor_v1_"],
    /(?<![A-Za-z0-9])do[por]_v1_[0-9a-f]{64}(?![0-9a-f])/y,
    { remedy: REMEDIES2.service }
  )
];

// core/scan/rules/databricks.ts
var DATABRICKS_RULES = [
  {
    type: "format",
    id: "databricks-personal-access-token",
    name: "Databricks personal access token",
    risk: "Whoever has it acts as the user or service principal it was made for, in the whole workspace, until it is revoked.",
    remedy: REMEDIES2.databricks,
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
    remedy: REMEDIES2.databricks,
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
    remedy: REMEDIES2.databricks,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.database,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.service,
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
  remedy: REMEDIES2.service,
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
    { remedy: REMEDIES2.key }
  )
];

// core/scan/rules/structures.ts
function base64Text(text3) {
  return Buffer.from(text3, "base64").toString("latin1");
}
function isUserAndPassword(text3) {
  const match2 = /^([\x20-\x39\x3b-\x7e]{0,80}):([\x20-\x7e]{4,200})$/.exec(base64Text(text3));
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
    remedy: REMEDIES2.key,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.pipeline,
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
    remedy: REMEDIES2.database,
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
    remedy: REMEDIES2.database,
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
    remedy: REMEDIES2.database,
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
    remedy: REMEDIES2.service,
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
    remedy: REMEDIES2.service,
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

// core/scan/detect/scope-use.ts
var SCOPE_KEYWORDS = ["{{secrets/", "secrets.get", "secret("];
var REFERENCE2 = /(?:\{\{secrets\/(?<configured>[\w.@-]{1,128})\/|secrets\.get(?:Bytes)?\(\s{0,20}(?:scope\s{0,4}=\s{0,4})?\\?["'](?<coded>[\w.@-]{1,128})\\?["']|secret\(\s{0,8}'(?<queried>[\w.@-]{1,128})'\s{0,8},)/iy;
function scopeAt(text3, at3) {
  REFERENCE2.lastIndex = at3;
  const groups = REFERENCE2.exec(text3)?.groups;
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
    for (const text3 of rule.keywords) {
      const key2 = `${rule.exactCase ?? false}:${text3}`;
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
  const names2 = new Set(NAMED_VALUE_RULES.flatMap((rule) => rule.keywords));
  for (const text3 of names2) all.push({ text: text3, exactCase: false, payload: { type: "name" } });
  for (const text3 of JOINERS) all.push({ text: text3, exactCase: true, payload: { type: "joiner" } });
  for (const text3 of SCOPE_KEYWORDS) all.push({ text: text3, exactCase: false, payload: { type: "scope" } });
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
  copy(text3, from, to) {
    if (from === to) return;
    this.#parts.push(text3.slice(from, to));
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
function rebuilt(text3, from, to, mark2, decode) {
  const builder = new Builder(to - from);
  let copied = from;
  mark2.lastIndex = from;
  for (let match2 = mark2.exec(text3); match2 !== null && match2.index < to; match2 = mark2.exec(text3)) {
    const decoded2 = decode(match2.index);
    if (decoded2 === null) continue;
    builder.copy(text3, copied, match2.index);
    if (decoded2.character !== "") builder.add(decoded2.character, match2.index);
    copied = match2.index + decoded2.length;
    mark2.lastIndex = copied;
  }
  builder.copy(text3, copied, Math.max(copied, to));
  return builder.view(Math.max(copied, to));
}
function unescaped(text3, from, to) {
  return rebuilt(text3, from, to, /\\/g, (at3) => {
    const next = text3[at3 + 1] ?? "";
    const simple = SIMPLE_ESCAPES[next];
    if (simple !== void 0) return { length: 2, character: simple };
    const code2 = /[ux]/.test(next) ? /^(?:u00|x)([0-7][0-9a-fA-F])/.exec(text3.slice(at3 + 1, at3 + 6)) : null;
    return code2 && { length: 1 + code2[0].length, character: String.fromCharCode(parseInt(code2[1] ?? "", 16)) };
  });
}
function percentDecoded(text3, from, to) {
  return rebuilt(text3, from, to, /%/g, (at3) => {
    const code2 = text3.slice(at3 + 1, at3 + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(code2)) return null;
    return { length: 3, character: String.fromCharCode(parseInt(code2, 16)) };
  });
}
var JOINER = /(["'`]{1,3})(?:\s{0,8}(?:\+|\|\||&|\.concat\(|\.(?=\s))\s{0,8}|\s{0,4}\\\r?\n\s{0,60}|\s{1,60}|\s{0,8}(,)\s{0,60})[rbuRBU]?(["'`]{1,3})/y;
function joined(text3, from, to, commas) {
  return rebuilt(text3, from, to, /["'`]/g, (at3) => {
    JOINER.lastIndex = at3;
    const match2 = JOINER.exec(text3);
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

// core/scan/detect/joined-literals.ts
var NEXT_LITERAL = /["'`]\s{0,4}(?:\+|\|\||,|\.concat\()?\s{0,60}[rbu]?["'`](?<right>[\w.~+/=-]{1,14})/y;
var LITERAL_START = /[\w.~+/=-]{0,14}/y;
function completesKeyword(text3, at3, joiner) {
  const opens = /(?:paste0|concat|join)\([[(]?["']$/.test(joiner) && !joiner.startsWith('"') && !joiner.startsWith("'");
  const first = opens ? at3 + joiner.length : Math.max(0, at3 - 14);
  LITERAL_START.lastIndex = first;
  const left = opens ? LITERAL_START.exec(text3)?.[0] ?? "" : /[\w.~+/=-]{0,14}$/.exec(text3.slice(first, at3))?.[0] ?? "";
  NEXT_LITERAL.lastIndex = opens ? first + left.length : at3;
  const right = NEXT_LITERAL.exec(text3)?.groups?.["right"];
  if (left === "" || right === void 0) return false;
  let completes = false;
  automaton().scan(Buffer.from(left + right, "latin1"), ({ payload, text: keyword }, start) => {
    if (payload.type === "format" && start < left.length && start + keyword.length > left.length)
      completes = true;
  });
  return completes;
}
function joinedMatches(text3, from, to) {
  const view = joined(text3, from, to, /(?:join|paste0?|concat)/.test(text3.slice(from, to)));
  const matches2 = [];
  automaton().scan(Buffer.from(view.text, "latin1"), ({ payload }, start) => {
    if (payload.type !== "format") return;
    for (const rule of payload.rules) {
      if (rule.prefix === void 0 && rule.back === void 0) continue;
      const found2 = matchFormat(rule, view.text, start);
      if (found2 === null) continue;
      const [first, last] = [view.offsets[found2.start] ?? from, view.offsets[found2.end] ?? to];
      if (last - first === found2.end - found2.start) continue;
      matches2.push({ rule, start: first, end: last, value: found2.value, via: "concatenated" });
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
var HARMLESS2 = /(?:^|_)(?:idempotency|page|paging|next|next_page|prev|previous|continuation|pagination|cursor|sync|resume|delta|change|csrf|xsrf|authenticity|antiforgery|pad|eos|bos|unk|sep|cls|mask|special|stop|start|end|begin|image|text|word|sub|oov|max|min|num|total|avg|input|output|prompt|completion|cached|reasoning|per|count|public|pub|partition|sort|foreign|hash|lock|fencing|concurrency|client_request|request|dedup|duplicate|verb|lex|syntax|design|reset|forgot|show|hide|confirm|no|has|is|use|with|without|require|required|enable|enabled|disable|allow|validate|check|verify|invalid|wrong|bad|missing|empty)_(?:\w{1,20}_)?(?:token|tokens|key|secret|password|pwd|passwd|pass|pat|credential|credentials)$|(?:by|bypass|compass|first_pass|second_pass|multi_?pass|single_pass|low_pass|high_pass|band_pass|one_pass|two_pass|(?:^|_)(?:backward|forward)_pass)$/;
function isHarmlessName(normalised) {
  return HARMLESS2.test(normalised);
}

// core/scan/detect/detector.ts
function fits(rule, name, { value, certain: certain2 }) {
  if (!rule.named.test(name) || rule.value !== void 0 && !rule.value.test(value)) return false;
  if (rule.judge === "password") return isPassword(value, certain2);
  return rule.judge === "random" ? isRandom(value) : isLiteral(value);
}
function namedMatch(text3, start, end, kind) {
  const assignment = readAssignment(text3, start, end, kind);
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
function isSticky(pattern, text3, at3) {
  pattern.lastIndex = at3;
  return pattern.test(text3);
}
function* readings(text3, at3, rule) {
  const from = Math.max(0, at3 - (rule.back ?? 0) * 2 - 64);
  const to = Math.min(text3.length, at3 + 3e3);
  const commas = TAKES_COMMAS.test(text3.slice(Math.max(0, at3 - 240), at3));
  if (isSticky(BROKEN, text3, at3)) yield [joined(text3, from, to, commas), "concatenated"];
  const near = text3.slice(from, Math.min(to, at3 + 400));
  if (near.includes("\\")) {
    const plain = unescaped(text3, from, to);
    yield [plain, void 0];
    const inView = indexInView(plain, at3);
    if (isSticky(BROKEN, plain.text, inView)) {
      yield [composed(plain, joined(plain.text, 0, plain.text.length, commas)), "concatenated"];
    }
  }
  if (/%[0-9a-fA-F]{2}/.test(near)) yield [percentDecoded(text3, from, to), "percent"];
}
function formatMatch(text3, at3, rule) {
  const plain = matchFormat(rule, text3, at3);
  if (plain !== null) return { rule, ...plain };
  if (rule.prefix === void 0 && rule.entropy === void 0) return null;
  for (const [view, via] of readings(text3, at3, rule)) {
    const found2 = matchFormat(rule, view.text, indexInView(view, at3));
    if (found2 === null) continue;
    const start = view.offsets[found2.start] ?? at3;
    const end = view.offsets[found2.end] ?? text3.length;
    return { rule, start, end, value: found2.value, ...via !== void 0 && { via } };
  }
  return null;
}
function encodedMatch(text3, at3, payload) {
  const decoded2 = decodeAt(text3, at3, payload.form, payload.prefix);
  if (decoded2 === null) return null;
  const found2 = matchFormat(payload.rule, decoded2.text, decoded2.at);
  return found2 && {
    rule: payload.rule,
    start: at3,
    end: decoded2.end,
    value: found2.value,
    via: payload.form.encoding
  };
}
function detect(bytes, text3, options) {
  const matches2 = [];
  const push = (match2) => {
    if (match2 !== null) matches2.push(match2);
  };
  let joinedUpTo = 0;
  automaton().scan(bytes, ({ payload, text: keyword }, start) => {
    if (start < options.from || start >= options.to) return;
    if (payload.type === "format") {
      for (const rule of payload.rules)
        if (!options.binary || rule.textOnly !== true) push(formatMatch(text3, start, rule));
    } else if (payload.type === "encoded") push(encodedMatch(text3, start, payload));
    else if (options.binary) return;
    else if (payload.type === "scope") {
      const scope = scopeAt(text3, start);
      if (scope !== null) options.onScope?.(scope, start);
    } else if (payload.type === "name") push(readName(text3, start, start + keyword.length, options.kind));
    else if (start >= joinedUpTo && completesKeyword(text3, start, keyword)) {
      const end = Math.min(text3.length, start + 600);
      joinedUpTo = end - 300;
      matches2.push(...joinedMatches(text3, Math.max(0, start - 300), end));
    }
  });
  return matches2;
}
var ESCAPED_OPERATOR = /[\w.$-]{0,120}(?:\\["'`])?\]?[ \t]{0,20}(?:[=:,{>]|<-|->|\\["'n])/y;
function readName(text3, start, end, kind) {
  const plain = namedMatch(text3, start, end, kind);
  if (plain !== null || !isSticky(ESCAPED_OPERATOR, text3, end)) return plain;
  const to = Math.min(text3.length, end + 640);
  const escape = text3.indexOf("\\", end);
  if (escape < 0 || escape >= to) return null;
  const view = unescaped(text3, Math.max(0, start - 160), to);
  const inView = indexInView(view, start);
  const found2 = namedMatch(view.text, inView, inView + end - start, "code");
  return found2 && { ...found2, start: view.offsets[found2.start] ?? start, end: view.offsets[found2.end] ?? end };
}

// core/scan/hide.ts
var LONGEST2 = 1e6;
function withoutCredentials(text3) {
  const bytes = Buffer.from(text3.slice(0, LONGEST2), "utf8");
  const raw = bytes.toString("latin1");
  const options = { kind: "config", binary: false, from: 0, to: raw.length };
  const matches2 = detect(bytes, raw, options).sort((a, b) => a.start - b.start || b.end - a.end);
  if (matches2.length === 0) return text3.slice(0, LONGEST2);
  let [shown3, at3] = ["", 0];
  for (const match2 of matches2) {
    if (match2.end <= at3) continue;
    shown3 += raw.slice(at3, Math.max(at3, match2.start)) + markOf(match2);
    at3 = match2.end;
  }
  return Buffer.from(shown3 + raw.slice(at3), "latin1").toString("utf8");
}
function markOf({ rule }) {
  return `*** (${rule.id})`;
}

// core/report/markdown.ts
function escapeMarkdown(text3) {
  const plain = redact(withoutBidi(text3.replace(/[\s\p{Cc}]+/gu, " ")));
  return withoutCredentials(plain).replace(/[!-+.:-@[-`{-~]/g, (mark2) => `&#${String(mark2.charCodeAt(0))};`);
}
function code(text3) {
  return `<code>${escapeMarkdown(text3)}</code>`;
}
function link(text3, url) {
  const label = escapeMarkdown(text3);
  if (url === void 0 || !URL.canParse(url)) return label;
  const parsed3 = new URL(url);
  if (parsed3.protocol !== "https:" && parsed3.protocol !== "http:") return label;
  return `[${label}](<${parsed3.href.replace(/[<>|\\]/g, encodeURIComponent)}>)`;
}
var MAX_ROWS = 200;
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const shown3 = rows.slice(0, MAX_ROWS).map(line);
  const more = rows.length > MAX_ROWS ? [`
\u2026 and ${String(rows.length - MAX_ROWS)} more.`] : [];
  return [line(head), line(head.map(() => "---")), ...shown3, ...more].join("\n");
}
function prose(line) {
  const parts = line.split("`");
  const whole2 = parts.length % 2 === 1 ? parts : [line];
  return whole2.map((part, at3) => at3 % 2 === 0 ? escapeMarkdown(part) : code(part)).join("");
}
function fenced(text3, language = "text") {
  const longest = Math.max(2, ...[...text3.matchAll(/`+/g)].map(([run2]) => run2.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}
${withoutCredentials(harmlessLines(text3).join("\n"))}
${fence}`;
}

// core/report/plan-section.ts
var MARKS = { create: "\u2795", delete: "\u274C", recreate: "\u267B\uFE0F" };
var DESTRUCTIVE = ["delete", "recreate"];
var MOST = 10;
var SHORT = 60;
var LONGEST3 = 2e3;
function planLine({ changes, unchanged }) {
  const counts = /* @__PURE__ */ new Map();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [
    ...[...counts].map(([action, count3]) => `${String(count3)} to ${action}`),
    `${String(unchanged)} unchanged`
  ].join(", ");
}
function planSection({ changes, unchanged }) {
  if (changes.length === 0) return `### Plan

No changes; ${String(unchanged)} unchanged.`;
  const destroyed = changes.filter(({ action }) => DESTRUCTIVE.includes(action));
  const others2 = changes.filter((change2) => !destroyed.includes(change2));
  return [
    "### Plan",
    ...destroyed.length > 0 ? [`**Destroys ${String(destroyed.length)}:**`, changeTable(destroyed)] : [],
    ...others2.length > 0 ? [changeTable(others2)] : [],
    `${String(unchanged)} unchanged.`
  ].join("\n\n");
}
function changeTable(changes) {
  return table(
    ["Action", "Resource", "Changes"],
    changes.map((change2) => [
      `${MARKS[change2.action] ?? "\u270F\uFE0F"} ${escapeMarkdown(change2.action)}`,
      code(change2.resource),
      fieldsCell(change2)
    ])
  );
}
function fieldsCell({ fields, values = [] }) {
  const shown3 = fields.slice(0, MOST).map((field) => {
    const value = values.find(({ path: path20 }) => path20 === field);
    return value === void 0 ? code(field) : valueText(value);
  });
  const more = fields.length > MOST ? [`and ${String(fields.length - MOST)} more`] : [];
  return [...shown3, ...more].join("<br>");
}
function valueText({ path: path20, old, now }) {
  const [before, after] = [shownValue(path20, old), shownValue(path20, now)];
  const short = `${code(path20)}: ${code(cut(before, SHORT))} \u2192 ${code(cut(after, SHORT))}`;
  if (before.length <= SHORT && after.length <= SHORT) return short;
  const whole2 = `${code(cut(before, LONGEST3))} \u2192 ${code(cut(after, LONGEST3))}`;
  return `<details><summary>${short}</summary>${whole2}</details>`;
}
function shownValue(path20, value) {
  if (value === void 0) return "none";
  const name = /[\w-]+(?=\W*$)/.exec(path20)?.[0] ?? path20;
  const forms = [`${name}: ${value}`, `${JSON.stringify(name)}: ${JSON.stringify(value)}`];
  return forms.every((form) => withoutCredentials(form) === form) ? value : "***";
}
var cut = (text3, length) => text3.length <= length ? text3 : `${text3.slice(0, length - 1)}\u2026`;

// core/commands/plan.ts
async function showPlan(context) {
  await planBundle(context);
}
async function planBundle({ step: step2, cli, access: access2, scan: scan2 }) {
  const { ci, signal, found: found2 } = step2;
  const result = await ci.group("Plan", () => cli.plan(signal));
  const { plan } = result;
  const changed = plan.entries.filter(({ action }) => action !== "skip");
  const planned = {
    changes: changed.map(({ action, resource, fields }) => ({ action, resource, fields })),
    unchanged: plan.entries.length - changed.length
  };
  const values = new Map(changed.map(({ resource, values: all = [] }) => [resource, all.map(shownValue2)]));
  found2({
    plan: {
      ...planned,
      changes: planned.changes.map((change2) => ({ ...change2, values: values.get(change2.resource) ?? [] }))
    }
  });
  for (const { action, resource, fields } of planned.changes) {
    ci.info(`  ${action} ${resource}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`);
  }
  ci.info(`Plan: ${planLine(planned)}`);
  await jsonOutput(ci, "plan", planned, { changed: changed.length, unchanged: planned.unchanged });
  if (plan.engine === "terraform") warn(step2, TERRAFORM);
  const refused3 = refusedLosses(step2, plan);
  let asked3;
  const summary = () => asked3 ??= cli.summary(signal);
  await allRight([
    scan2.planned(result, summary),
    access2.plan(summary),
    refused3 ? Promise.reject(refused3) : Promise.resolve()
  ]);
  return { plan, resolved: await asked3 };
}
function shownValue2({ path: path20, old, now }) {
  const text3 = (value) => value === void 0 || typeof value === "string" ? value : JSON.stringify(value);
  return { path: path20, old: text3(old), now: text3(now) };
}
function refusedLosses({ ci, inputs }, plan) {
  if (!inputs.command.changes) return void 0;
  const refused3 = losses(plan).filter(({ resource }) => !inputs.autoApprove.covers(resource));
  if (refused3.length === 0) return void 0;
  const label = ci.inputLabel("auto-approve");
  return new SecretlessError("DESTRUCTIVE_PLAN", {
    problem: "The deployment would delete or recreate resources. Nothing was changed.",
    expected: `a plan without deletions, or \`${label}: true\``,
    remedy: `If this is what you want, set \`${label}\` for this run: to \`${kindsOf(refused3)}\` for these kinds alone, or to \`true\` for all.`,
    mistakes: refused3.map(({ resource, action, lost: what }) => ({
      problem: `${action} ${resource}: loses ${what}`
    }))
  });
}
function kindsOf(resources) {
  return [...new Set(resources.map(({ resource }) => resource.slice(0, resource.indexOf("."))))].join(", ");
}
var TERRAFORM = "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the state to the CLI's own engine.";

// core/commands/deploy.ts
async function reportDeployed({ ci, found: found2 }, summary) {
  const resources = summary.resources.filter(({ declared }) => declared);
  found2({ bundle: { name: summary.name, target: summary.target }, resources });
  for (const { kind, key: key2, name, url } of resources)
    ci.info(`Deployed ${name} (${kind}.${key2})${url === "" ? "" : `: ${url}`}`);
  const jobs2 = summary.jobs.map(({ key: key2, id, url }) => [key2, { id, url }]);
  await jsonOutput(ci, "jobs", Object.fromEntries(jobs2), { count: jobs2.length });
  const kinds = [...new Set(resources.map(({ kind }) => kind))].map((kind) => {
    const ofKind = resources.filter((resource) => resource.kind === kind);
    return [
      kind,
      Object.fromEntries(ofKind.map(({ key: key2, id, name, url }) => [key2, { id, name, url }]))
    ];
  });
  await jsonOutput(ci, "resources", Object.fromEntries(kinds), { count: resources.length });
}
async function deployBundle(context) {
  const { step: step2, audit, cli, api, access: access2, scan: scan2, folder, connection } = context;
  const { ci, inputs, found: found2, ports } = step2;
  let planned = await planBundle(context);
  const planAgain = async () => {
    const before = planned;
    planned = await planBundle(context);
    ci.info(`The plan ${planChanged(before.plan, planned.plan) ? "has changed" : "is the same as before"}.`);
  };
  const note2 = (there, failure) => {
    const { name: command } = inputs.command;
    noteChanges(audit, deployedChanges({ plan: planned.plan, there, ...failure && { failure }, command }));
  };
  const deploy = async () => {
    try {
      await ci.group("Deploy", () => cli.deploy({ autoApprove: losses(planned.plan).length > 0 }));
    } catch (error) {
      const failure = toSecretlessError(error);
      if (failure.code !== "DEPLOYMENT_LOCKED") note2(await readBack(cli).catch(() => void 0), failure);
      await alsoUploaded(error, scan2);
    }
  };
  await whenFree(step2, cli, api, deploy, planAgain);
  found2({ deployed: true });
  const unknown2 = (error) => {
    note2(void 0, toSecretlessError(error));
    throw error;
  };
  const { workspaceId } = connection;
  const done = { ...planned, folder, host: inputs.host, workspaceId };
  const summary = await readDeployed(cli, done, ports.platform).catch(unknown2);
  const here = proveDeployed(api, summary, { folder, platform: ports.platform }).then(() => {
    note2(summary);
  }, unknown2);
  const looks = [here, scan2.deployed(true)];
  const uploads = looks[1].catch(() => allRight(looks));
  uploads.catch(() => void 0);
  await looks[0].catch(() => allRight(looks));
  found2({ unpinned: unpinnedCode(summary.tree) });
  await reportDeployed(step2, summary);
  await uploads;
  await access2.apply(summary);
}
var STOPPED_HALFWAY = /* @__PURE__ */ new Set(["DEPLOY_FAILED", "BUILD_FAILED"]);
async function alsoUploaded(error, scan2) {
  if (!(error instanceof SecretlessError) || !STOPPED_HALFWAY.has(error.code)) throw error;
  await scan2.deployed(false).catch((found2) => {
    throw together(toSecretlessError(found2), [error]);
  });
  throw error;
}

// core/commands/destroy.ts
async function destroyBundle({ step: step2, audit, cli, api, access: access2 }) {
  const { ci, inputs, signal, found: found2 } = step2;
  const summary = await cli.summary(signal);
  const { name, target, resources, jobs: jobs2 } = summary;
  const changes = resources.map(({ kind, key: key2 }) => ({
    action: "delete",
    resource: `${kind}.${key2}`,
    fields: []
  }));
  found2({ bundle: { name, target }, plan: { changes, unchanged: 0 } });
  if (resources.length === 0) ci.info("Nothing of this bundle is deployed to this target.");
  for (const { kind, key: key2, id } of resources) ci.info(`  delete ${kind}.${key2} (${id})`);
  const refused3 = changes.filter(({ resource }) => !inputs.autoApprove.covers(resource));
  if (refused3.length > 0) {
    const label = ci.inputLabel("auto-approve");
    throw new SecretlessError("DESTRUCTIVE_PLAN", {
      problem: `\`destroy\` would delete ${String(resources.length)} resources and all files of the bundle. Nothing was changed.`,
      expected: `\`${label}: true\``,
      remedy: `If this is what you want, set \`${label}\` to \`true\` for this run, or to all kinds that go: \`${kindsOf(changes)}\`.`,
      mistakes: refused3.map(({ resource }) => ({ problem: `delete ${resource}` }))
    });
  }
  await access2.withdraw(summary);
  const stillThere = async () => {
    const left2 = [];
    for (const job2 of jobs2) if (await jobExists(api, job2.id)) left2.push(job2);
    return left2;
  };
  const note2 = (left2, failure) => {
    const names2 = left2.map(({ key: key2 }) => `jobs.${key2}`);
    noteChanges(audit, destroyedChanges(summary, names2, failure));
  };
  const destroy = async () => {
    try {
      await ci.group("Destroy", () => cli.destroy());
    } catch (error) {
      const failure = toSecretlessError(error);
      if (failure.code !== "DEPLOYMENT_LOCKED") note2(await stillThere().catch(() => jobs2), failure);
      throw error;
    }
  };
  await whenFree(step2, cli, api, destroy);
  const left = await stillThere();
  note2(left);
  if (left.length > 0) throw destroyIncomplete(left.map(({ key: key2, id }) => `jobs.${key2} (${id})`));
  found2({ destroyed: resources.length });
}

// core/commands/login.ts
var LOOPBACK = ["127.0.0.1", "localhost"];
var URL_VARIABLE = "DATABRICKS_METADATA_SERVICE_URL";
var RIVALS = ["DATABRICKS_CONFIG_PROFILE", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET"];
async function logIn({ step: step2, service }) {
  const { ci, inputs, ports, found: found2 } = step2;
  const { environment: environment2, platform } = ports;
  if ((environment2[URL_VARIABLE] ?? "") !== "")
    warn(
      step2,
      "An earlier `login` of this job has set its session for the later steps. From here on they use this one; the earlier session goes on for what was started with it, until its own post step."
    );
  warnOfRivals(step2);
  await service.leave();
  await ci.exportVariable("DATABRICKS_HOST", inputs.host);
  await ci.exportVariable("DATABRICKS_AUTH_TYPE", "metadata-service");
  await ci.exportVariable(URL_VARIABLE, service.url);
  if (inputs.workspaceId !== void 0)
    await ci.exportVariable("DATABRICKS_WORKSPACE_ID", inputs.workspaceId);
  const noProxy = withLoopback([environment2["NO_PROXY"], environment2["no_proxy"]]);
  await ci.exportVariable("NO_PROXY", noProxy);
  if (platform.os !== "win32" && environment2["no_proxy"] !== void 0)
    await ci.exportVariable("no_proxy", noProxy);
  const limit = inputs.loginTimeout;
  const until = limit === void 0 ? "until the job ends" : `until ${new Date(ports.clock.now() + limit).toISOString()}, or the job's end`;
  ci.info(`Later steps of this job are signed in to ${inputs.host} (auth type metadata-service), ${until}.`);
  found2({ loggedIn: until });
}
function withLoopback(lists) {
  const entries2 = lists.flatMap((list3) => (list3 ?? "").split(",")).map((entry) => entry.trim());
  return [.../* @__PURE__ */ new Set([...entries2, ...LOOPBACK])].filter((entry) => entry !== "").join(",");
}
function warnOfRivals(step2) {
  const set = RIVALS.filter((name) => (step2.ports.environment[name] ?? "") !== "");
  if (set.length === 0) return;
  warn(
    step2,
    `The job sets ${set.join(", ")}: clients may use that in place of this session, or refuse to choose. Take it out of the job.`
  );
}

// core/commands/run.ts
async function runResource({ step: step2, audit, cli, api }) {
  const { ci, inputs, signal, found: found2 } = step2;
  const { resource = "", runParameters: parameters, wait } = inputs;
  let url = "";
  const report = async (result) => {
    found2({ run: { resource, url, result } });
    await ci.output("run", JSON.stringify({ id: runId(url) ?? "", url, result }));
  };
  const onUrl = (started) => {
    url = started;
    const id = runId(url) ?? pipelineId(url);
    const { name: command } = inputs.command;
    const run2 = { change: "created", outcome: { ok: true }, kind: "runs", resource, id };
    noteChanges(audit, [{ ...run2, bundle: "", target: inputs.target ?? "", command }]);
  };
  try {
    await ci.group(`Run ${resource}`, () => cli.run({ resource, parameters, wait, onUrl }, signal));
    await report(wait ? "succeeded" : "started");
  } catch (error) {
    const [run2, pipeline2] = [runId(url), pipelineId(url)];
    if (signal.aborted && run2 !== void 0) await cancelRun(api, run2);
    if (signal.aborted && pipeline2 !== void 0) await stopPipeline(api, pipeline2);
    if (signal.aborted && url !== "") ci.info(`${url} was cancelled, as the job was.`);
    await report("failed");
    throw withLink(error, url);
  }
}
function withLink(error, url) {
  if (!(error instanceof SecretlessError) || !error.code.startsWith("RUN_") || url === "") return error;
  const { code: code2, details: details2, mistakes, others: others2, cause } = error;
  return new SecretlessError(code2, {
    ...details2,
    remedy: `Look at the run: ${url}`,
    mistakes,
    others: others2,
    cause
  });
}

// core/commands/index.ts
var RUN_COMMANDS = {
  deploy: deployBundle,
  plan: showPlan,
  run: runResource,
  destroy: destroyBundle,
  access: registerAccess,
  login: logIn
};

// core/federation/exchanges/databricks-refusal.ts
var OTHER_PRINCIPAL = "<application ID of a service principal that can only read>";
var LITERAL = "The policy's subject holds `*`, which is no pattern there: subjects are compared letter by letter, so each subject needs a policy of its own.";
var OF_ACCOUNT = "A federation policy of the whole account does not count for a service principal: it needs its own.";
var FIELDS = ["issuer", "subject", "audience"];
var BLAMED = [
  ["issuer"],
  ["audience", /TOKEN_AUDIENCE_INVALID/],
  ["subject", /TOKEN_SUBJECT_INVALID/]
];
async function explainRefusal(refusal, claims, options) {
  const { dialect } = options;
  const presented = {
    issuer: claims.issuer,
    subject: claims.subject,
    audience: claims.audience[0] ?? options.audience
  };
  const accepted = parseAccepted(refusal.description);
  const ofAddress = ipAccessRemedy(`${refusal.error} ${refusal.description}`);
  if (ofAddress !== void 0) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: "An IP access list of Databricks refuses the address of this runner.",
      expected: "an address that the list allows",
      actual: answerText(refusal),
      remedy: ofAddress
    });
  }
  if (!isAboutPolicies(refusal)) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: `${options.tokenEndpoint} did not exchange the ID token.`,
      expected: "an access token, or a refusal that names a policy",
      actual: answerText(refusal),
      remedy: "Check that the input host is the URL of a workspace with token federation (Databricks Free Edition has none), and that no proxy answers in its place.",
      mistakes: comparison(dialect, presented, void 0)
    });
  }
  const { problem, remedy, field } = await causeOf(refusal, presented, accepted, options);
  const advice = await dialect.advise(claims);
  const text3 = field === "issuer" || field === "audience" ? remedy : advice?.remedy ?? remedy;
  const literal2 = accepted?.subject?.includes("*") === true ? [LITERAL] : [];
  const clientId = advice?.otherPrincipal === true ? OTHER_PRINCIPAL : options.clientId;
  const trusted = { ...presented, subject: advice?.subject ?? presented.subject };
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Databricks does not accept this ID token for service principal ${options.clientId}: ${problem}`,
    actual: answerText(refusal),
    remedy: `${[...literal2, ...accepted === void 0 ? [OF_ACCOUNT] : [], text3].join(" ")}
${policyCommand(trusted, { ...options, clientId })}`,
    mistakes: comparison(dialect, presented, accepted, field)
  });
}
function parseAccepted(description) {
  const [, list3] = /Valid federation polic(?:y|ies) for provided token:\s*\{(.*)\}/s.exec(description) ?? [];
  if (list3 === void 0) return void 0;
  const accepted = {};
  for (const field of FIELDS) {
    const [, value] = new RegExp(`\\b${field}: '(.*?)'(?=, (?:issuer|subject|audience): '|\\}|$)`, "s").exec(list3) ?? [];
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
function comparison({ readable: readable2 }, presented, accepted, blamed) {
  return FIELDS.map((field) => {
    const wanted = accepted?.[field];
    const actual = readable2(presented[field]);
    const expected = wanted === void 0 ? void 0 : readable2(wanted);
    if (expected !== void 0 && expected !== actual)
      return { problem: `${field} differs`, expected, actual };
    if (field === blamed) return { problem: `${field} is in no policy`, actual };
    return {
      problem: expected === void 0 ? `${field} presented` : `${field} as a policy must name it`,
      actual
    };
  });
}
async function causeOf({ description }, presented, accepted, { clientId, dialect }) {
  const wantedOther = (field) => accepted?.[field] === presented[field] ? void 0 : accepted?.[field];
  if (/TOKEN_EXPIRED/.test(description)) {
    return {
      problem: "it has expired.",
      remedy: "Run the job again. If it comes back, correct the clock of the runner. If there is no policy yet, add it:"
    };
  }
  for (const [field, code2] of BLAMED) {
    const wanted = wantedOther(field);
    if (wanted === void 0 && code2?.test(description) !== true) continue;
    const { detail = "", remedy: remedy2 } = await dialect.explain({ field, presented, wanted });
    return { field, problem: `its ${field} is another one than the policy's${detail}.`, remedy: remedy2 };
  }
  const { remedy } = await dialect.explain({ field: "subject", presented, wanted: void 0 });
  return {
    problem: "no federation policy of this service principal fits.",
    remedy: `Check that ${clientId} is the application ID of the service principal that has the policy, and that the policy was not written less than two minutes ago. ${remedy}`
  };
}

// core/federation/token-response.ts
var QUOTED2 = 4e3;
var LONGEST_LIFE = 86400;
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
  const object3 = parsed2(response.body);
  const answer = object3 ?? {};
  const token2 = response.status === 200 ? readToken(answer, startedAt) : void 0;
  if (token2) return token2;
  const refusal = readRefusal(response, answer);
  const { status, body } = response;
  const blocked = addressBlocked("The exchange of the ID token", status, refusal.description);
  if (blocked) throw blocked;
  if (object3 === void 0 && status < 400) throw noTokenEndpoint(request, status, body);
  return refusal;
}
function noTokenEndpoint(request, status, body) {
  return new HttpError(
    `${nameOf(request)} was answered with status ${String(status)}, and neither a token nor a refusal`,
    {
      status,
      failure: "foreign-answer",
      retryable: status === 200 && !isPage(body),
      body: redact(body).slice(0, 200)
    }
  );
}
function readToken(answer, startedAt) {
  const { access_token: accessToken, token_type: type, expires_in: expiresIn } = answer;
  const seconds = typeof expiresIn === "string" && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  const isToken = typeof accessToken === "string" && accessToken !== "";
  const isBearer = typeof type === "string" && type.toLowerCase() === "bearer";
  if (!isToken || !isBearer || typeof seconds !== "number" || !(seconds > 0)) return void 0;
  registerSecret(accessToken);
  return { accessToken, expiresAt: startedAt + Math.min(seconds, LONGEST_LIFE) * 1e3 };
}
function readRefusal({ status, body }, answer) {
  const pick = (...names2) => names2.map((name) => answer[name]).find((value) => typeof value === "string" && value !== "");
  const codes = answer["error_codes"];
  return {
    status,
    // The second names are those that the Databricks SDK for Python looks for.
    error: redact(pick("error", "errorCode", "error_code") ?? "").slice(0, QUOTED2),
    description: redact(pick("error_description", "errorSummary", "message") ?? body).slice(0, QUOTED2),
    codes: Array.isArray(codes) ? codes.filter((code2) => typeof code2 === "number") : []
  };
}
function parsed2(body) {
  try {
    const value = JSON.parse(body);
    const isObject3 = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject3 ? value : void 0;
  } catch {
    return void 0;
  }
}

// core/federation/exchanges/databricks.ts
function databricksExchange(options) {
  return {
    audience: options.audience,
    async exchange({ token: token2, claims }, signal) {
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: token2,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: options.clientId,
        scope: "all-apis"
      };
      const answer = await requestToken(options.tokenEndpoint, form, { ...options, signal });
      if ("accessToken" in answer) return answer;
      throw await explainRefusal(answer, claims, options);
    }
  };
}
function openDatabricks(request) {
  const { workspace, account } = request;
  const tokenEndpoint = account ? `${account.host}/oidc/accounts/${account.id}/v1/token` : workspace.tokenEndpoint;
  const { host } = request;
  const named = (defaultAudience) => approvedAudience({ host, defaultAudience });
  const audience = request.audience ?? request.fixedAudience ?? named(account?.id ?? workspace.defaultAudience);
  const accountId = workspace.accountId ?? request.accountId;
  return {
    exchange: databricksExchange({ ...request, tokenEndpoint, audience, accountId }),
    endpoint: tokenEndpoint
  };
}

// core/federation/exchanges/entra-errors.ts
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
    remedy: "Correct the issuer of the credential, or add one.",
    about: "issuer",
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
    codes: [7002138],
    cause: "no federated identity credential has its subject, letter for letter.",
    remedy: "Subjects are compared with regard to upper and lower case: copy the one that was presented into the credential, or add one.",
    retry: "propagation",
    credentialHelps: true
  },
  {
    codes: [50194],
    cause: "the application belongs to one tenant, and `tenant-id` names none.",
    remedy: "Set `tenant-id` to the ID of the tenant that the service principal is in; `common` is for users.",
    retry: "no"
  },
  {
    codes: [501051],
    cause: "the application Azure Databricks takes assigned identities alone in this tenant, and this one is not assigned.",
    remedy: "Let an administrator of the tenant assign the service principal to the enterprise application AzureDatabricks (2ff814a6-3304-4ab8-85cb-cd0e6f879c1d, *Users and groups*), or set its `appRoleAssignmentRequired` to false.",
    retry: "no"
  },
  {
    codes: [7000112],
    cause: "the application is disabled in this tenant.",
    remedy: "Let an administrator enable its sign-in: az ad sp update --id <client-id> --set accountEnabled=true. If it was disabled on purpose, use another service principal.",
    retry: "no"
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
    remedy: "Check that the issuer publishes the keys it signs with.",
    about: "signature",
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

// core/federation/exchanges/entra.ts
var DATABRICKS_APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
var PATIENCE = { propagation: 45e3, soon: 1e4, unknown: 45e3 };
function entraExchange(options) {
  const { cloud, tenantId, clientId, clock } = options;
  const endpoint = `${cloud.authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  let refusedSince;
  return {
    audience: options.audience ?? cloud.audience,
    async exchange({ token: token2, claims }, signal) {
      const form = {
        grant_type: "client_credentials",
        client_id: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: token2,
        scope: `${DATABRICKS_APPLICATION}/.default`
      };
      const answer = await requestToken(endpoint, form, { ...options, signal });
      if ("accessToken" in answer) {
        refusedSince = void 0;
        return answer;
      }
      const error = findEntraError(codesOf(answer));
      const refusal = explain(answer, claims, options);
      const retry2 = error?.retry ?? "unknown";
      if (retry2 === "propagation" || retry2 === "soon") refusedSince ??= clock.now();
      const mayHelp = retry2 === "transient" || retry2 !== "no" && refusedSince !== void 0 && clock.now() < refusedSince + PATIENCE[retry2];
      if (!mayHelp) throw refusal;
      throw new HttpError(refusal.message, { status: answer.status, retryable: true, cause: refusal });
    }
  };
}
function entraCloud(host, environment2) {
  const byHost = databricksCloud(host)?.entra ?? (isLoopback(new URL(host).hostname) ? ENTRA_CLOUDS[0] : void 0);
  if (!byHost) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} is not a workspace of Azure Databricks, so it accepts no token of Entra ID.`,
      remedy: "Use `exchange: databricks`, with a federation policy of the service principal."
    });
  }
  const named = (environment2["AZURE_AUTHORITY_HOST"] ?? "").trim();
  if (named === "") return byHost;
  const url = URL.canParse(named) ? new URL(named) : void 0;
  const known2 = ENTRA_CLOUDS.find(({ authority }) => authority === url?.origin);
  if (known2) return known2;
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
function openEntra({ tenantId = "", ...request }) {
  const cloud = entraCloud(request.host, request.environment);
  return {
    exchange: entraExchange({ ...request, cloud, tenantId }),
    endpoint: `${cloud.authority}/${tenantId}/oauth2/v2.0/token`
  };
}
function codesOf({ codes, description }) {
  return codes.length > 0 ? codes : [...description.matchAll(/AADSTS(\d+)/g)].map(([, code2]) => Number(code2));
}
function explain(refusal, claims, options) {
  const error = findEntraError(codesOf(refusal));
  const audience = claims.audience[0] ?? options.cloud.audience;
  const presented = [
    { problem: "issuer presented", actual: claims.issuer },
    { problem: "subject presented", actual: options.dialect.readable(claims.subject) },
    {
      problem: "audience presented",
      actual: audience,
      ...audience !== options.cloud.audience && !options.dialect.ownAudiences.includes(audience) && { expected: options.cloud.audience }
    }
  ];
  const lookUp2 = "Look the code up at https://login.microsoftonline.com/error.";
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Entra ID does not accept this ID token for application ${options.clientId}: ${error?.cause ?? "see its answer."}`,
    actual: `status ${refusal.status}: ${refusal.description}`,
    remedy: (error?.remedy ?? lookUp2) + note(error?.about, options.dialect) + (error?.credentialHelps ? `
${credentialCommand(claims, options)}` : ""),
    mistakes: presented
  });
}
function note(about, { entraNotes }) {
  return about === void 0 || entraNotes[about] === "" ? "" : ` ${entraNotes[about]}`;
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

// core/federation/exchanges/index.ts
var OPEN_EXCHANGES = {
  databricks: openDatabricks,
  entra: openEntra
};

// core/access/state/folder.ts
var stateFolder = (registrarId2) => `/Workspace/Users/${registrarId2}/.databricks-secretless/access`;
var lockPath = (registrarId2) => `${stateFolder(registrarId2)}/access.lock`;
async function listFolder(api, folder) {
  try {
    const query = { path: folder };
    const answer = await api.call({ method: "GET", path: "/api/2.0/workspace/list", query });
    return listAt(answer, "objects").map((one) => {
      const modified = Number(OBJECT.text(one, "modified_at"));
      const writtenAt = modified > 0 ? new Date(modified).toISOString() : void 0;
      const isFile = OBJECT.text(one, "object_type") === "FILE";
      return { name: OBJECT.text(one, "path").replace(/^.*\//, ""), isFile, writtenAt };
    });
  } catch (error) {
    if (error instanceof ApiFailure && (error.missing || error.refused)) return void 0;
    throw error;
  }
}
var READING = /* @__PURE__ */ new Set(["CAN_READ", "CAN_RUN"]);
async function proveFolder(api, registrarId2) {
  const folder = stateFolder(registrarId2);
  const found2 = await workspaceObject(api, folder);
  if (found2 === void 0) return void 0;
  const id = OBJECT.text(found2, "object_id");
  const permissions = await api.call({
    method: "GET",
    path: `/api/2.0/permissions/directories/${encodeURIComponent(id)}`
  });
  const readers = /* @__PURE__ */ new Set();
  const writers = [];
  for (const entry of OBJECT_PERMISSIONS.list(permissions, "access_control_list")) {
    const group = ACCESS_CONTROL.text(entry, "group_name");
    const principal = ACCESS_CONTROL.text(entry, "service_principal_name");
    const who = principal || group || ACCESS_CONTROL.text(entry, "user_name");
    const levels = ACCESS_CONTROL.list(entry, "all_permissions");
    const writes = levels.filter((level) => !READING.has(PERMISSION.text(level, "permission_level")));
    if (principal !== "") readers.add(principal.toLowerCase());
    if (writes.length === 0 || principal.toLowerCase() === registrarId2) continue;
    if (group === "admins" && writes.every((level) => member(level, "inherited") === true)) continue;
    writers.push(`${who} (${writes.map((level) => textAt(level, "permission_level")).join(", ")})`);
  }
  if (textAt(found2, "object_type") !== "DIRECTORY") writers.push("what is there is no folder");
  if (writers.length > 0) throw writable(folder, writers);
  return { id, readers };
}
function writable(folder, writers) {
  return new SecretlessError("ACCESS_STATE_WRITABLE", {
    problem: `Others than the registrar can write the access state in ${folder}. Nothing was changed.`,
    expected: "no permission beside CAN_READ for anybody but the registrar (and the workspace admins, who inherit theirs)",
    actual: writers.join("; "),
    remedy: "Take these permissions away, on this folder and on those above it. Look at what the records say before the next run: whoever could write them could have changed them."
  });
}
async function letRead(api, folder, principals) {
  const missing = principals.filter((one) => !folder.readers.has(one.toLowerCase()));
  if (missing.length === 0) return;
  await api.call({
    method: "PATCH",
    path: `/api/2.0/permissions/directories/${encodeURIComponent(folder.id)}`,
    body: {
      access_control_list: missing.map((principal) => ({
        service_principal_name: principal,
        permission_level: "CAN_READ"
      }))
    },
    repeatable: true
  });
}

// core/access/kinds/index.ts
var KINDS = [unityCatalogCredential];
var LATER_KINDS = [
  { kind: "entra_application", provider: "entra", needsProvider: true },
  { kind: "aws_role", provider: "aws", needsProvider: true },
  { kind: "vault_role", provider: "vault", needsProvider: true }
];
function kindOf2(kind, kinds = KINDS) {
  return kinds.find((one) => one.kind === kind);
}

// core/access/state/owner.ts
import { createHash as createHash3 } from "node:crypto";
var NOBODY = { issuer: "", repositoryId: "", context: "nobody" };
function digest(parts, length) {
  return createHash3("sha256").update(JSON.stringify(parts), "utf8").digest("hex").slice(0, length);
}
var ownerId = ({ issuer, repositoryId, context }) => digest([issuer, repositoryId, context], 12);
function ownerWords({ issuer, repositoryId, context }) {
  const repository = repositoryId === "" ? "" : ` of repository ${repositoryId}`;
  return `${context}${repository} (${issuer})`;
}

// core/access/state/record.ts
var PHASES = ["granting", "granted", "withdrawing", "expired"];
function objectKey(kind, object3) {
  const folds = kindOf2(kind)?.foldsCase === true;
  const fields = Object.entries(object3).map(([name, value]) => [name, folds ? value.toLowerCase() : value]).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([kind, fields]);
}
var objectId = (kind, object3) => digest(objectKey(kind, object3), 32);
var deploymentId = ({ statePath }) => digest([statePath], 12);
function renderRecord({ kind, object: object3, owner, deployment, entries: entries2 }) {
  const { issuer, repositoryId, context } = owner;
  const { workspaceId, statePath } = deployment;
  const fields = Object.entries(object3).sort(([a], [b]) => a < b ? -1 : 1);
  const sorted2 = [...entries2].sort((a, b) => a.name < b.name ? -1 : 1);
  const value = {
    version: 1,
    kind,
    object: Object.fromEntries(fields),
    owner: { issuer, repositoryId, context },
    deployment: { workspaceId, statePath },
    entries: sorted2.map(({ name, bundle, target, job: job2, jobId, purpose, phase }) => ({
      ...{ name, bundle, target, job: job2, jobId, purpose, phase }
    }))
  };
  return `${JSON.stringify(value, null, 1)}
`;
}
function recordName(record2) {
  const object3 = objectId(record2.kind, record2.object);
  const owner = ownerId(record2.owner);
  const deployment = deploymentId(record2.deployment);
  const file = `${object3}-${owner}-${deployment}-${digest(renderRecord(record2), 12)}.json`;
  return { file, object: object3, owner, deployment };
}
var NAME2 = /^([\da-f]{32})-([\da-f]{12})-([\da-f]{12})-[\da-f]{12}\.json$/;
function parseRecordName(file) {
  const [, object3, owner, deployment] = NAME2.exec(file) ?? [];
  if (object3 === void 0 || owner === void 0 || deployment === void 0) return void 0;
  return { file, object: object3, owner, deployment };
}
function readEntry2(value, workspaceId) {
  const text3 = (key2) => textAt(value, key2);
  const [name, bundle, target, job2] = [text3("name"), text3("bundle"), text3("target"), text3("job")];
  const [jobId, purpose] = [text3("jobId"), text3("purpose")];
  const phase = PHASES.find((known2) => known2 === member(value, "phase"));
  if (phase === void 0 || [bundle, target, job2, purpose].includes("")) return void 0;
  if (name !== accessName({ workspaceId, name: bundle, target }, job2, purpose)) return void 0;
  return { name, bundle, target, job: job2, jobId, purpose, phase };
}
function parseRecord(content, { file }) {
  let value;
  try {
    value = JSON.parse(content);
  } catch {
    return void 0;
  }
  const object3 = member(value, "object");
  if (member(value, "version") !== 1 || !isObject2(object3)) return void 0;
  if (!Object.values(object3).every((part) => typeof part === "string")) return void 0;
  const workspaceId = textAt(value, "deployment", "workspaceId");
  const read4 = listAt(value, "entries").map((entry) => readEntry2(entry, workspaceId));
  const entries2 = read4.filter((entry) => entry !== void 0);
  if (entries2.length === 0 || entries2.length < read4.length) return void 0;
  const record2 = {
    kind: textAt(value, "kind"),
    object: object3,
    owner: {
      issuer: textAt(value, "owner", "issuer"),
      repositoryId: textAt(value, "owner", "repositoryId"),
      context: textAt(value, "owner", "context")
    },
    deployment: { workspaceId, statePath: textAt(value, "deployment", "statePath") },
    entries: entries2
  };
  return recordName(record2).file === file && renderRecord(record2) === content ? record2 : void 0;
}
function mergeRecords(records) {
  const [first, ...more] = records;
  if (more.length === 0) return first;
  const byName = /* @__PURE__ */ new Map();
  for (const entry of records.flatMap(({ entries: entries2 }) => entries2)) {
    const known2 = byName.get(entry.name);
    const spent = entry.phase === "expired" && (known2 === void 0 || known2.phase === "expired");
    byName.set(entry.name, { ...entry, phase: spent ? "expired" : "granting" });
  }
  return { ...first, entries: [...byName.values()] };
}

// core/access/state/legacy.ts
var legacyPath = ({ statePath }) => `${statePath}/access.json`;
function isOfBundle(object3, bundle) {
  return bundle.jobs.some(
    ({ runAs: runAs2 }) => runAs2.kind === "service_principal" && runAs2.applicationId === object3["principal"]
  );
}
function readRecord(value, bundle) {
  const [name, job2, purpose, kind] = ["name", "job", "purpose", "kind"].map((key2) => textAt(value, key2));
  const object3 = member(value, "object");
  const phase = PHASES.find((known2) => known2 === member(value, "phase"));
  if (!name || !job2 || !purpose || !kind || kindOf2(kind) === void 0 || phase === void 0)
    return void 0;
  if (!isObject2(object3) || !Object.values(object3).every((part) => typeof part === "string")) return void 0;
  const trust = object3;
  if (name !== accessName(bundle, job2, purpose) || !isOfBundle(trust, bundle)) return void 0;
  const jobId = bundle.jobs.find(({ key: key2 }) => key2 === job2)?.id ?? "";
  const origin = { bundle: bundle.name, target: bundle.target, job: job2, jobId, purpose };
  return { name, ...origin, kind, object: trust, phase: phase === "expired" ? phase : "granting" };
}
async function readLegacy(api, bundle) {
  const content = await readWorkspaceFile(api, legacyPath(bundle));
  if (content === void 0) return void 0;
  let value;
  try {
    value = JSON.parse(content);
  } catch {
    return { records: [], doubtful: [`${legacyPath(bundle)} is not JSON`] };
  }
  const records = [];
  const doubtful = [];
  for (const item of listAt(value, "records")) {
    const record2 = readRecord(item, bundle);
    if (record2) records.push(record2);
    else doubtful.push(textAt(item, "name") || "a record without a name");
  }
  return { records, doubtful };
}
function withLegacy(records, legacy2) {
  const key2 = (record2) => `${record2.name} ${objectKey(record2.kind, record2.object)}`;
  const known2 = new Set(records.map(key2));
  return [...records, ...(legacy2?.records ?? []).filter((record2) => !known2.has(key2(record2)))];
}
async function removeLegacy(api, bundle) {
  await deleteWorkspaceFile(api, legacyPath(bundle));
}

// core/access/state/registrar-note.ts
var registrarNotePath = ({ statePath }) => `${statePath}/access-registrar.json`;
var UUID2 = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
async function readRegistrarNote(api, bundle) {
  const text3 = await readWorkspaceFile(api, registrarNotePath(bundle));
  if (text3 === void 0) return void 0;
  try {
    const registrar = textAt(readJson(text3), "registrar").toLowerCase();
    return UUID2.test(registrar) ? registrar : "";
  } catch {
    return "";
  }
}
async function noteRegistrar(api, bundle, registrarId2) {
  if (await readRegistrarNote(api, bundle) === registrarId2) return;
  const path20 = registrarNotePath(bundle);
  if (await writeWorkspaceFile(api, path20, `${JSON.stringify({ registrar: registrarId2 })}
`, true)) return;
  throw new SecretlessError("ACCESS_FAILED", {
    problem: `What is at ${path20} is no file, so that it cannot be noted who registers access.`,
    remedy: "Take it away, and deploy again."
  });
}

// core/access/state/state.ts
var UNSEEN = { readable: false, records: [], files: /* @__PURE__ */ new Map() };
var isLock = (name) => /^access\.lock(?:\.[0-9a-f-]*)*$/.test(name);
async function isRecorded(api, folder, deployment) {
  const ours = deploymentId(deployment);
  const files = await listFolder(api, folder);
  return files?.some(({ name }) => parseRecordName(name)?.deployment === ours);
}
async function readState(request) {
  const { api, folder, owner, deployment, expected, looksOnly } = request;
  const files = await listFolder(api, folder);
  if (files === void 0) return UNSEEN;
  const named = files.filter(({ name }) => !isLock(name));
  const names2 = named.map(({ name, isFile }) => isFile ? parseRecordName(name) : void 0);
  const strangers = named.filter((_, at3) => names2[at3] === void 0);
  if (strangers.length > 0)
    throw unowned(
      folder,
      strangers.map(({ name }) => name)
    );
  const all = names2.filter((name) => name !== void 0);
  const [me, here] = [ownerId(owner), deploymentId(deployment)];
  const isOwn = (name) => name.owner === me || looksOnly;
  const own = all.filter((name) => isOwn(name) && name.deployment === here);
  const elsewhere3 = all.filter((name) => name.owner === me && name.deployment !== here);
  const concerned = /* @__PURE__ */ new Set([
    ...expected.map(({ kind, object: object3 }) => objectId(kind, object3)),
    ...own.map(({ object: object3 }) => object3)
  ]);
  const foreign = all.filter(
    (name) => name.owner !== me && (name.deployment === here ? !looksOnly : concerned.has(name.object))
  );
  const read4 = (list3) => readRecords(request, list3);
  const [gone, others2] = await Promise.all([goneDeployments(api, elsewhere3, read4), read4(foreign)]);
  const inTheWay2 = elsewhere3.filter((name) => concerned.has(name.object) && !gone.has(name.deployment));
  const obstacles = [...others2, ...await read4(inTheWay2)];
  if (obstacles.length > 0) throw await foreignRecords(request, obstacles);
  const ours = [...own, ...elsewhere3.filter((name) => gone.has(name.deployment))];
  const times = new Map(files.map(({ name, writtenAt }) => [name, writtenAt]));
  return { readable: true, ...await ownRecords(request, ours, read4, times) };
}
async function isLive(api, { entries: entries2, deployment }) {
  const ids = [...new Set(entries2.map(({ jobId }) => jobId))].filter((id) => id !== "");
  const live = await inParallel(ids, async (id) => {
    try {
      const job2 = await readJob(api, id);
      return job2 !== void 0 && isDeployedFrom(job2, deployment.statePath);
    } catch (error) {
      if (error instanceof ApiFailure && error.refused) return true;
      throw error;
    }
  });
  return live.includes(true);
}
async function goneDeployments(api, elsewhere3, read4) {
  const samples = new Map(elsewhere3.map((name) => [name.deployment, name]));
  const gone = await inParallel([...samples], async ([deployment, sample]) => {
    const more = elsewhere3.filter((name) => name.deployment === deployment && name !== sample);
    for (const names2 of [[sample], more]) {
      const live = await inParallel(await read4(names2), (record2) => isLive(api, record2));
      if (live.includes(true)) return "";
    }
    return deployment;
  });
  return new Set(gone.filter((deployment) => deployment !== ""));
}
async function readRecords({ api, folder, deployment }, names2) {
  const texts2 = await inParallel(names2, ({ file }) => readWorkspaceFile(api, `${folder}/${file}`));
  const forged = [];
  const records = names2.flatMap((name, at3) => {
    const text3 = texts2[at3];
    if (text3 === void 0) return [];
    const record2 = parseRecord(text3, name);
    if (record2?.deployment.workspaceId === deployment.workspaceId) return record2;
    forged.push(name.file);
    return [];
  });
  if (forged.length > 0) throw forgedRecords(folder, forged);
  return records;
}
async function ownRecords({ expected }, names2, read4, times) {
  const known2 = new Map(expected.map((record2) => [recordName(record2).file, record2]));
  const byObject = /* @__PURE__ */ new Map();
  for (const name of names2) byObject.set(name.object, [...byObject.get(name.object) ?? [], name]);
  const settled = [...byObject.values()].flatMap(
    (list3) => list3.length === 1 && list3[0] ? known2.get(list3[0].file) ?? [] : []
  );
  const settledIds = new Set(settled.map(({ kind, object: object3 }) => objectId(kind, object3)));
  const rest = await read4(names2.filter(({ object: object3 }) => !settledIds.has(object3)));
  const groups = /* @__PURE__ */ new Map();
  for (const record2 of rest) {
    const key2 = objectKey(record2.kind, record2.object);
    const group = groups.get(key2);
    if (group) group.push(record2);
    else groups.set(key2, [record2]);
  }
  const records = [...settled, ...[...groups.values()].map(mergeRecords)];
  return {
    records: records.flatMap(({ kind, object: object3, entries: entries2 }) => {
      const [name] = byObject.get(objectId(kind, object3)) ?? [];
      const since = name && times.get(name.file);
      return entries2.map((entry) => ({ ...entry, kind, object: object3, ...since !== void 0 && { since } }));
    }),
    files: new Map([...byObject].map(([object3, list3]) => [object3, list3.map(({ file }) => file)]))
  };
}
function unowned(folder, files) {
  return new SecretlessError("ACCESS_STATE_UNREADABLE", {
    problem: `The access state ${folder} holds files that are no records: ${files.slice(0, 10).join(", ")}.`,
    expected: "records alone, written by this product",
    remedy: "Look where they come from, and remove them. Nothing was changed."
  });
}
function forgedRecords(folder, files) {
  return new SecretlessError("ACCESS_STATE_FORGED", {
    problem: `The access state ${folder} holds records that do not fit their own names: somebody has changed them. Nothing was changed.`,
    actual: files.slice(0, 10).join(", "),
    remedy: "Find out who could write there. Then restore each record from the history of the workspace, or delete it: what it granted is then reported, with the command that revokes it."
  });
}
async function foreignRecords({ api, folder, owner }, records) {
  const live = await inParallel(records, (record2) => isLive(api, record2));
  const orphaned = !live.includes(true);
  const mistakes = records.map((record2, at3) => {
    const { kind, object: object3, deployment, owner: theirs } = record2;
    const known2 = kindOf2(kind);
    const undo = known2?.undoCommand(object3);
    const alive = live[at3] === true ? "still deployed" : "gone";
    return {
      problem: `${known2?.describe(object3) ?? kind} is recorded by another pipeline or for another bundle.`,
      expected: ownerWords(owner),
      actual: `${ownerWords(theirs)}, for the bundle with the state ${deployment.statePath} (${alive})`,
      remedy: `Give this job a principal or a credential of its own. Or, if the other one needs it no longer: let that pipeline withdraw it; where that is gone, ${undo === void 0 ? "revoke it" : `\`${undo}\``}, then \`databricks workspace delete ${folder}/${recordName(record2).file}\`.`
    };
  });
  return new SecretlessError(orphaned ? "ACCESS_STATE_ORPHANED" : "ACCESS_STATE_FOREIGN", {
    problem: orphaned ? "What this bundle declares is recorded for deployments that are gone, by pipelines that are not this one. Nothing was changed." : "What this bundle declares is recorded for somebody else. Nothing was changed.",
    mistakes
  });
}

// core/audit/events/access-change.ts
var ENTITY_ACTIVITY = {
  granted: { activity_id: 1, activity_name: "Create" },
  updated: { activity_id: 3, activity_name: "Update" },
  revoked: { activity_id: 4, activity_name: "Delete" },
  denied: { activity_id: 1, activity_name: "Create" },
  allowed: { activity_id: 99, activity_name: "Allow" },
  unchanged: { activity_id: 99, activity_name: "Leave" },
  kept: { activity_id: 99, activity_name: "Keep" }
};
var GRAVE = /* @__PURE__ */ new Set(["granted", "updated", "kept"]);
var CHANGES2 = /* @__PURE__ */ new Set(["granted", "updated", "revoked"]);
function accessChangeEvent(change2) {
  const { action, outcome: outcome2, name, kind, decision, scope } = change2;
  const policy2 = {
    uid: name,
    name: `${change2.bundle}/${change2.target}/${change2.job}/${change2.purpose}`,
    type: kind,
    is_applied: outcome2.ok && action !== "revoked" && action !== "allowed",
    data: change2.object
  };
  const changes = CHANGES2.has(action);
  return {
    event_code: changes ? "access_change" : "decision",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ENTITY_ACTIVITY[action],
    severity_id: outcome2.ok ? GRAVE.has(action) ? SEVERITY.low : SEVERITY.informational : SEVERITY.medium,
    ...outcomeFields(outcome2),
    message: `${action}: ${change2.description} (job ${change2.job}, ${change2.purpose})`,
    comment: change2.reason,
    actor: { user: servicePrincipal(change2.registrar) },
    entity: { uid: name, name: change2.description, type: "Policy", type_id: 5, policy: policy2 },
    unmapped: {
      action,
      grant_id: name,
      kind,
      bundle: change2.bundle,
      bundle_target: change2.target,
      job: change2.job,
      purpose: change2.purpose,
      registrar: change2.registrar,
      workspace_id: change2.workspaceId,
      reason: change2.reason,
      revocation_lag: change2.revocationLag,
      ...given("job_id", change2.jobId),
      ...given("run_as", change2.principal),
      ...given("remote_ids", change2.remoteIds),
      ...given("decision", decision),
      ...given("scope", scope)
    }
  };
}

// core/audit/events/attestation.ts
function attestationEvent(attestation) {
  const { job: job2, principal, grade, words, checks } = attestation;
  const weak = checks.filter((check) => check.grade === grade).map(({ says }) => says);
  const reason = `scope ${words}: ${weak.join("; ")}`;
  const status = grade === "unproven" ? { status_id: 99, status: "Other", status_detail: reason } : outcomeFields(grade === "proven" ? { ok: true } : { ok: false, code: "SCOPE_BROKEN", reason });
  const severity = { proven: SEVERITY.informational, unproven: SEVERITY.low, broken: SEVERITY.high };
  return {
    event_code: "attestation",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    activity_id: 2,
    activity_name: "Read",
    severity_id: severity[grade],
    ...status,
    message: `scope of job ${job2}: ${words}`,
    entity: { uid: principal, name: job2, type: "User", type_id: 2 },
    unmapped: {
      job: job2,
      run_as: principal,
      grade,
      words,
      checks: checks.map(({ name, grade: one, says }) => ({ name, grade: one, says })),
      bundle: attestation.bundle,
      bundle_target: attestation.target,
      ...given("job_id", attestation.jobId)
    }
  };
}

// core/access/scope/proof.ts
var CHECKS = {
  principal: "the job runs as a service principal that runs this job alone",
  actors: "nobody else can act as the principal",
  credential: "the credential is this workspace's, and has no other user",
  twins: "no other credential stands behind the same cloud identity",
  compute: "nothing else shares the job's compute",
  code: "who may change what the job runs is known"
};
var ORDER = ["proven", "unproven", "broken"];
function worst(grades) {
  return ORDER[Math.max(0, ...grades.map((grade) => ORDER.indexOf(grade)))] ?? "broken";
}
var proven = (says, residual = []) => ({
  grade: "proven",
  says,
  ...residual.length === 0 ? {} : { residual: [...new Set(residual)] }
});
var broken = (says, remedy) => ({ grade: "broken", says, remedy });
var unproven2 = (says, remedy) => ({
  grade: "unproven",
  says,
  remedy
});
function judge2(reading, decide2) {
  if (reading.state === "known") return decide2(reading.value);
  if (reading.state === "later") {
    const says = `not checked yet: ${reading.why}; checked after the deployment`;
    return { grade: "proven", says, later: true };
  }
  const { missingRight, passing } = reading;
  return {
    grade: "unproven",
    says: `could not be read without ${missingRight}`,
    missingRight,
    ...passing && { passing }
  };
}
function joined2(texts2, by) {
  const distinct = [...new Set(texts2.filter((text3) => text3 !== void 0 && text3 !== ""))];
  return distinct.length === 0 ? void 0 : distinct.join(by);
}
function weakest(verdicts) {
  const grade = worst(verdicts.map((verdict) => verdict.grade));
  const decisive = verdicts.filter((verdict) => verdict.grade === grade);
  const residual = [...new Set(verdicts.flatMap((verdict) => verdict.residual ?? []))];
  const sharers = [...new Set(verdicts.flatMap((verdict) => verdict.sharers ?? []))];
  const missingRight = joined2(
    decisive.map((verdict) => verdict.missingRight),
    "; "
  );
  const remedy = joined2(
    decisive.map((verdict) => verdict.remedy),
    " "
  );
  const except = joined2(
    verdicts.map((verdict) => verdict.except),
    " and "
  );
  const passing = grade === "unproven" && decisive.every((verdict) => verdict.passing === true);
  const later = decisive.find((verdict) => verdict.later)?.later;
  return {
    grade,
    says: joined2(
      decisive.map((verdict) => verdict.says),
      "; "
    ) ?? "nothing to check",
    ...missingRight === void 0 || grade !== "unproven" ? {} : { missingRight },
    ...passing && { passing },
    ...remedy === void 0 || grade === "proven" ? {} : { remedy },
    ...residual.length === 0 ? {} : { residual },
    ...sharers.length === 0 ? {} : { sharers },
    ...except === void 0 ? {} : { except },
    ...later === void 0 || grade !== "proven" ? {} : { later }
  };
}
function claim(subject2, points2) {
  const checks = points2.map(([name, of]) => ({ name, points: of, ...weakest(of) }));
  const shared = checks.some(({ sharers }) => sharers !== void 0);
  return {
    ...subject2,
    grade: worst(checks.map(({ grade }) => grade)),
    level: shared ? "cluster" : subject2.group.length > 0 ? "group" : "job",
    checks
  };
}
function isHidden({ grade, checks }) {
  const unproven3 = checks.filter((check) => check.grade === "unproven");
  return grade === "unproven" && unproven3.every(({ passing }) => passing === true);
}
function gradeForPolicy({ grade, level }) {
  return worst([grade, level === "cluster" ? "unproven" : "proven"]);
}
function scopeWords({ grade, level, group, checks }) {
  if (grade === "broken") return "broken";
  if (grade === "proven" && checks.some(({ later }) => later))
    return "not broken so far; to be proven after the deployment";
  const sharers = checks.flatMap((check) => check.sharers ?? []);
  const names2 = { job: [], group, cluster: sharers.length > 0 ? sharers : ["whoever shares it"] }[level];
  const what = `${level}-scoped${names2.length === 0 ? "" : ` (${names2.join(", ")})`}`;
  const except = joined2(
    checks.map((check) => check.except),
    " and "
  );
  return `${what}: ${grade}${except === void 0 ? "" : `, except ${except}`}`;
}

// core/access/plan/audit-events.ts
function changeFacts(change2, plan, bundle) {
  const { name, job: job2, purpose, target, object: object3, decision, scope, note: note2 } = change2;
  const jobId = bundle.jobs.find(({ key: key2 }) => key2 === job2)?.id;
  const principal = scope?.principal ?? target.credential(object3)?.principal;
  const sha256 = plan.policy?.sha256;
  return {
    name,
    kind: target.kind,
    description: target.describe(object3),
    bundle: bundle.name,
    target: bundle.target,
    job: job2,
    ...jobId !== void 0 && { jobId },
    purpose,
    ...principal !== void 0 && { principal },
    registrar: plan.registrarId,
    workspaceId: bundle.workspaceId,
    object: object3,
    ...decision && {
      decision: {
        effect: decision.effect,
        rule: decision.rule,
        reason: decision.reason,
        ...sha256 !== void 0 && { policySha256: sha256 }
      }
    },
    ...scope && {
      scope: {
        words: scopeWords(scope),
        checks: Object.fromEntries(scope.checks.map((check) => [check.name, check.grade]))
      }
    },
    revocationLag: target.revocation.lag,
    reason: [decision && `${decision.rule}: ${decision.reason}`, note2].filter(Boolean).join("; ")
  };
}
function examinationEvents(plan, bundle) {
  const proofs = [...plan.proofs.values()].map((proof) => {
    const { job: job2, principal, grade, checks } = proof;
    const later = grade === "proven" && checks.some((check) => check.later);
    return attestationEvent({
      job: job2,
      jobId: bundle.jobs.find(({ key: key2 }) => key2 === job2)?.id,
      principal,
      // What is yet to be seen is not proven.
      grade: later ? "unproven" : grade,
      words: scopeWords(proof),
      checks: checks.flatMap(({ points: points2 }) => points2).map(({ point, grade: one, says, later: yet }) => ({
        name: point,
        grade: yet ? "unproven" : one,
        says
      })),
      bundle: bundle.name,
      target: bundle.target
    });
  });
  const decisions = [...plan.changes, ...plan.denied].flatMap((change2) => {
    const { decision, action, scope } = change2;
    if (!decision) return [];
    const denied = decision.effect === "deny";
    const kept = denied && action === "unchanged" && plan.changes.includes(change2);
    const code2 = scope?.grade === "broken" ? "SCOPE_BROKEN" : "ACCESS_DENIED";
    const outcome2 = denied ? { ok: false, code: code2, reason: decision.reason } : { ok: true };
    const decided = denied ? "denied" : action === "unchanged" ? "unchanged" : "allowed";
    const facts = changeFacts(change2, plan, bundle);
    return [
      accessChangeEvent({
        ...facts,
        action: kept ? "kept" : decided,
        outcome: kept ? { ok: true } : outcome2
      })
    ];
  });
  return [...proofs, ...decisions];
}
function newlyExamined() {
  const said = /* @__PURE__ */ new Set();
  return (plan, bundle) => examinationEvents(plan, bundle).filter((event) => {
    const { event_code: code2, message, unmapped, status_code: why } = event;
    const { decision, checks } = unmapped;
    const text3 = JSON.stringify([code2, message, why, decision, checks]);
    return !said.has(text3) && said.add(text3);
  });
}

// core/access/apply/audit-trail.ts
var ACTIONS2 = { grant: "granted", update: "updated", withdraw: "revoked", record: "granted" };
function outcomeOf2({ outcome: outcome2, reason = "" }) {
  return outcome2 === "done" ? { ok: true } : { ok: false, code: "ACCESS_FAILED", reason };
}
function auditChange(applied, plan, bundle) {
  const { change: change2, outcome: outcome2 } = applied;
  const { action, phase } = change2;
  if (outcome2 === "denied" || action === "unchanged") return void 0;
  if (action === "record" && phase !== "granted") return void 0;
  return { ...changeFacts(change2, plan, bundle), action: ACTIONS2[action], outcome: outcomeOf2(applied) };
}
function auditTrail(log, bundle) {
  return async (applied, plan) => {
    const change2 = auditChange(applied, plan, bundle);
    if (change2 !== void 0) await log.write(accessChangeEvent(change2));
  };
}

// core/access/files/access-file.ts
var import_yaml7 = __toESM(require_dist(), 1);

// core/access/files/references.ts
var REFERENCE3 = /\$\{([^{}]*)\}/g;
var KNOWN = /^(?:bundle|var|workspace)(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/;
function referenceMistake(text3, place) {
  const rest = text3.replace(REFERENCE3, "");
  if (rest.includes("${")) {
    return {
      problem: `"${quote(text3)}" holds a \${\u2026} that is not closed or is nested.`,
      expected: "${bundle.\u2026}, ${var.\u2026} or ${workspace.\u2026}, each closed by a brace",
      actual: quote(text3),
      remedy: "Close the reference, or write the value out.",
      place
    };
  }
  for (const [whole2, name = ""] of text3.matchAll(REFERENCE3)) {
    if (KNOWN.test(name)) continue;
    return {
      problem: `"${quote(whole2)}" cannot be used here.`,
      expected: "${bundle.\u2026}, ${var.\u2026} or ${workspace.\u2026}",
      actual: quote(whole2),
      remedy: "Use a variable of the bundle, or write the value out.",
      place
    };
  }
  return void 0;
}
function lookUp(config3, name) {
  const [root = "", ...path20] = name.split(".");
  let value = root === "var" ? member(config3, "variables") : member(config3, root);
  for (const step2 of path20) value = member(value, step2);
  if (root === "var") value = member(value, "value") ?? member(value, "default");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : void 0;
}
function resolveReferences(source, config3, report) {
  const { value, place } = source;
  const missing = [];
  const resolved = value.replace(REFERENCE3, (whole2, name) => {
    const found2 = KNOWN.test(name) ? lookUp(config3, name) : void 0;
    if (found2 !== void 0 && !found2.includes("${")) return found2;
    missing.push(whole2);
    return whole2;
  });
  for (const whole2 of missing) {
    report({
      problem: `"${quote(whole2)}" has no value in this target of the bundle.`,
      expected: "a text, number or boolean of the bundle's resolved configuration",
      remedy: "Look it up with `databricks bundle summary -o json`.",
      place
    });
  }
  return missing.length === 0 ? resolved : void 0;
}

// core/base/yaml/yaml-file.ts
var import_yaml6 = __toESM(require_dist(), 1);
var MAX_LENGTH = 1e6;
var NO_YAML = {
  expected: "YAML 1.2: one document, each key once, no aliases",
  remedy: "Correct the line; an editor with a YAML extension shows the place."
};
function readYaml(file, shape2) {
  const mistakes = [];
  if (file.text.length > MAX_LENGTH) {
    return {
      value: void 0,
      mistakes: [{ problem: "The file is larger than 1 MB.", place: { file: file.path } }]
    };
  }
  const lines = new import_yaml6.LineCounter();
  const placeAt = (offset) => {
    if (offset === void 0) return { file: file.path, line: 1, column: 1 };
    const { line, col } = lines.linePos(offset);
    return { file: file.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document;
  try {
    document = (0, import_yaml6.parseDocument)(file.text, {
      version: "1.2",
      schema: "core",
      lineCounter: lines,
      prettyErrors: false,
      keepSourceTokens: false
    });
  } catch (error) {
    const problem = error instanceof RangeError ? "The file is nested too deeply." : "The file is not YAML.";
    return { value: void 0, mistakes: [{ problem, place: { file: file.path, line: 1, column: 1 } }] };
  }
  for (const flaw of [...document.errors, ...document.warnings]) {
    mistakes.push({
      problem: `YAML: ${yamlFlaw(flaw)}.`,
      ...NO_YAML,
      place: placeAt(flaw.pos[0])
    });
  }
  if (document.directives.yaml.explicit === true) {
    const remedy = "Take the line out.";
    mistakes.push({ problem: "A %YAML directive is not supported.", ...NO_YAML, remedy, place: placeAt(0) });
  }
  if (mistakes.length > 0) return { value: void 0, mistakes };
  const context = {
    place: (node) => placeAt(node?.range?.[0]),
    report: (mistake) => mistakes.push(mistake)
  };
  const value = shape2.read(document.contents, context);
  return { value: mistakes.length === 0 ? value : void 0, mistakes };
}

// core/access/files/access-file.ts
var presentCredential = object({
  credential: required(
    placed2(text({ description: "Unity Catalog service credential that vends the token." }))
  ),
  audience: required(placed2(text({ description: "Audience of the token." })))
});
var present = {
  schema: {
    anyOf: [{ const: "databricks" }, presentCredential.schema],
    description: "What the target sees: a token of a service credential, or one of the workspace itself."
  },
  read: (node, context) => (0, import_yaml7.isMap)(node) ? presentCredential.read(node, context) : oneOf(["databricks"]).read(node, context)
};
var common = {
  purpose: required(
    placed2(
      text({
        pattern: /^[a-z][a-z0-9-]{0,62}$/,
        says: "a name of small letters, digits and hyphens, at most 63",
        description: "What the access is for; unique in the job."
      })
    )
  ),
  targets: optional(list(placed2(text()), "Targets of the bundle with this entry; absent: every target.")),
  until: optional(placed2(date("Last day of the access (UTC)."))),
  present: optional(present)
};
function entryFieldsOf(kinds) {
  const kindFields = Object.fromEntries(kinds.map(({ kind, spec }) => [kind, optional(spec)]));
  return object({ ...common, ...kindFields }, { oneOf: kinds.map(({ kind }) => ({ required: [kind] })) });
}
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
function readEntry3(node, context, kinds) {
  if (!(0, import_yaml7.isMap)(node)) {
    wrong(node, context, "a mapping with purpose and one kind of access");
    return void 0;
  }
  const later = LATER_KINDS.filter(({ kind }) => node.has(kind));
  for (const { kind } of later) {
    context.report({
      problem: `The kind of access "${kind}" is not available yet.`,
      expected: kinds.map((one) => one.kind).join(" or "),
      actual: kind,
      remedy: "Take the entry out, or use a version of this product that has the kind.",
      place: context.place(node.get(kind, true))
    });
  }
  if (later.length > 0) return void 0;
  const fields = entryFieldsOf(kinds).read(node, context);
  const named = kinds.filter(({ kind }) => node.has(kind));
  const target = named[0];
  if (target === void 0 || named.length > 1) {
    const expected = `exactly one of ${kinds.map(({ kind }) => kind).join(", ")}`;
    context.report({
      problem: "An entry names exactly one kind of access.",
      expected,
      actual: named.map(({ kind }) => kind).join(", ") || "none of them",
      remedy: "Keep one kind in the entry, and write a further entry for each other one.",
      place: context.place(node)
    });
  }
  if (fields === void 0 || target === void 0 || named.length > 1) return void 0;
  if (target.presents !== (fields.present !== void 0)) {
    const verb = target.presents ? "needs" : "does not take";
    const place = context.place(node.get("present", true) ?? node);
    context.report({
      problem: `"${target.kind}" ${verb} "present".`,
      expected: target.presents ? "a key `present`" : "an entry without `present`",
      actual: fields.present === void 0 ? "none" : "`present`",
      remedy: target.presents ? "Add `present`: what the target sees." : "Take `present` out.",
      place
    });
    return void 0;
  }
  if (!checkReferences([fields.present, fields[target.kind]], context)) return void 0;
  return {
    purpose: fields.purpose,
    ...fields.targets === void 0 ? {} : {
      targets: fields.targets.map(({ value }) => value),
      targetPlaces: fields.targets.map(({ place }) => place)
    },
    ...fields.until === void 0 ? {} : { until: fields.until },
    ...fields.present === void 0 ? {} : { present: fields.present },
    target,
    spec: fields[target.kind]
  };
}
function fileOf(kinds) {
  const entry = {
    schema: entryFieldsOf(kinds).schema,
    read: (node, context) => readEntry3(node, context, kinds)
  };
  return object({
    version: required(oneOf([1], "Version of this format.")),
    jobs: required(
      entries(
        { pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/, says: "a key under resources.jobs" },
        list(entry),
        "What each job may reach at run time; the keys are those under resources.jobs of the bundle."
      )
    )
  });
}
var accessFileSchema = fileOf(KINDS).schema;
function readAccessFile(source, kinds = KINDS) {
  const { value, mistakes } = readYaml(source, fileOf(kinds));
  const all = [...mistakes];
  const read4 = [];
  for (const [job2, jobEntries] of value?.jobs ?? []) {
    const seen = /* @__PURE__ */ new Set();
    for (const one of jobEntries) {
      if (seen.has(one.purpose.value)) {
        const problem = `The purpose "${one.purpose.value}" stands twice in job "${quote(job2.value)}".`;
        all.push({
          problem,
          expected: "each purpose once in a job",
          actual: one.purpose.value,
          remedy: "Give each entry of a job its own purpose.",
          place: one.purpose.place
        });
      }
      seen.add(one.purpose.value);
      read4.push({ job: job2, ...one });
    }
  }
  return { value: value !== void 0 && all.length === 0 ? read4 : void 0, mistakes: all };
}

// core/access/plan/changes.ts
function clash(entry, shown3) {
  const { target, object: object3, purpose, job: job2 } = entry;
  return {
    code: "ACCESS_CLASH",
    mistake: {
      problem: `Job "${job2.key}", ${purpose.value}: ${shown3}, and this bundle has not granted it.`,
      expected: "an object that this bundle granted and recorded, or none",
      actual: shown3,
      remedy: `If nobody else needs it, revoke it and deploy again: ${target.undoCommand(object3)}. Else take the entry out: what others granted is never touched.`,
      place: purpose.place
    }
  };
}
function changeFor(entry, remote2, own, shared) {
  const ours = own !== void 0 && own.phase !== "expired";
  switch (remote2.state) {
    case "impossible": {
      const { mistake } = remote2;
      return { code: "ACCESS_TARGET_UNUSABLE", mistake: { ...mistake, place: entry.purpose.place } };
    }
    case "foreign":
      return clash(entry, remote2.shown);
    case "unreadable": {
      const note2 = `not readable without ${remote2.missingRight}`;
      return ours && own.phase === "granted" ? { action: "unchanged", phase: "granted", note: note2, unread: true } : { action: "grant", phase: "granted", note: note2, unread: true };
    }
    case "differs":
      return { action: "update", phase: "granted", note: remote2.differences.join("; ") };
    case "present":
      if (ours && own.phase === "granted") {
        const { jobId } = entry.origin;
        return jobId === "" || jobId === own.jobId ? { action: "unchanged", phase: "granted" } : { action: "record", phase: "granted", note: `the job was created anew, as ${jobId}` };
      }
      if (ours) return { action: "record", phase: "granted", note: "an interrupted run had granted it" };
      if (shared)
        return { action: "record", phase: "granted", note: "another entry of the bundle has granted it" };
      if (entry.target.marked) return { action: "record", phase: "granted", note: "found by its mark" };
      return clash(entry, `${entry.target.describe(entry.object)} is there already`);
    case "absent": {
      const drift = ours && own.phase === "granted" ? { note: "it was removed by somebody else" } : {};
      return { action: "grant", phase: "granted", ...drift };
    }
  }
}
function planChanges(declared, records, remote2, { kinds, unclear = /* @__PURE__ */ new Set() } = {}) {
  const changes = [];
  const findings2 = [];
  const warnings = [];
  const live = declared.filter((entry) => entry.expired === void 0);
  const keyOf = (entry) => objectKey(entry.target.kind, entry.object);
  const wanted = new Set(live.map(keyOf));
  const wantedBy = new Set(live.map((entry) => `${entry.name} ${keyOf(entry)}`));
  const expired2 = new Map(
    declared.filter((entry) => entry.expired !== void 0).map((entry) => [entry.name, entry])
  );
  const recorded = records.map((record2) => ({ record: record2, key: objectKey(record2.kind, record2.object) }));
  for (const entry of live) {
    const { name, target, object: object3, origin } = entry;
    const same = recorded.filter(({ record: record2, key: key2 }) => key2 === keyOf(entry) && record2.phase !== "expired");
    const own = same.find(({ record: record2 }) => record2.name === name)?.record;
    const planned = changeFor(entry, remote2(target, object3), own, same.length > 0);
    if ("code" in planned) findings2.push(planned);
    else {
      const stands = planned.action !== "grant" && (own !== void 0 || target.marked);
      changes.push({
        ...{ name, origin, job: entry.job.key, purpose: entry.purpose.value, target, object: object3 },
        ...planned,
        ...stands && { standing: { since: own?.since } }
      });
    }
  }
  for (const entry of expired2.values()) {
    const { name, job: job2, purpose, expired: until = "" } = entry;
    if (!recorded.some(({ record: record2 }) => record2.name === name)) {
      const problem = `Job "${job2.key}", ${purpose.value}: its last day ${until} is over, so it cannot be granted.`;
      const remedy = "Set a later date after a review, or take the entry out.";
      findings2.push({ code: "ACCESS_FILE_INVALID", mistake: { problem, remedy, place: purpose.place } });
      continue;
    }
    warnings.push(
      `Job "${job2.key}", ${purpose.value}: its last day ${until} is over; its access is withdrawn.`
    );
  }
  for (const { record: record2, key: key2 } of recorded) {
    if (unclear.has(record2.name)) continue;
    const { name, job: job2, purpose, kind, object: object3, phase } = record2;
    const target = kindOf2(kind, kinds);
    if (target === void 0) {
      warnings.push(
        `The access state records a "${kind}" for job "${job2}", which this version cannot withdraw.`
      );
      continue;
    }
    const past = expired2.get(name);
    const after = past === void 0 ? void 0 : "expired";
    const origin = { bundle: record2.bundle, target: record2.target, jobId: record2.jobId };
    const base = { name, origin, job: job2, purpose, target, object: object3, phase: after };
    if (phase === "expired") {
      if (past === void 0 && !wantedBy.has(`${name} ${key2}`))
        changes.push({ ...base, action: "record", note: "its expired entry is gone" });
      continue;
    }
    if (wantedBy.has(`${name} ${key2}`)) continue;
    const note2 = past === void 0 ? "no longer declared" : `its last day ${past.expired ?? ""} is over`;
    if (wanted.has(key2)) {
      changes.push({ ...base, action: "record", note: `${note2}, but another entry needs it` });
      continue;
    }
    const { state } = remote2(target, object3);
    const gone = state === "absent" || state === "impossible" || state === "foreign";
    changes.push({
      ...base,
      action: gone ? "record" : "withdraw",
      note: gone ? `${note2}, and already gone` : note2
    });
  }
  return { changes, findings: findings2, warnings };
}

// core/access/scope/principal.ts
function runAsWords(runAs2) {
  switch (runAs2.kind) {
    case "service_principal":
      return `service principal ${runAs2.applicationId}`;
    case "deployer":
      return "the identity that deploys it";
    case "name":
      return `"${runAs2.name}", which is no application ID`;
    default:
      return `the ${runAs2.kind} ${runAs2.name}`;
  }
}
function runAs({ job: job2, principal, deployer, numericId }) {
  const own = `Set run_as.service_principal_name of job "${job2.key}" to a service principal of its own.`;
  if (job2.runAs.kind !== "service_principal") return broken(`the job runs as ${runAsWords(job2.runAs)}`, own);
  if (principal === deployer.toLowerCase())
    return broken("the job runs as the deployer, who also deploys every other job", own);
  return judge2(
    numericId,
    (id) => id === void 0 ? broken(`there is no service principal ${principal}`, own) : proven(`runs as service principal ${principal}`)
  );
}
function deployed({ job: job2, before }) {
  const now = job2.deployed;
  if (before !== void 0) {
    const why = "the job is read from the workspace once it is deployed";
    return judge2({ state: "later", why, when: before }, () => proven(""));
  }
  const again = "Deploy the bundle again, and find out who changed the job.";
  if (now === void 0) return broken("the job was not read from the workspace", again);
  if (now.state === "unread") return broken(now.why, now.remedy);
  const said = runAsWords(now.declared);
  const found2 = runAsWords(job2.runAs);
  if (said !== found2) return broken(`the deployed job runs as ${found2}, not as ${said}, as declared`, again);
  return proven(`job ${job2.id ?? ""} is this bundle's`);
}
var APART = "Give each of them a principal of its own, or name the jobs under shared_principals in the policy.";
function exclusive({
  principal,
  runners: runners2,
  declared,
  allowed
}) {
  const borrowers = declared.filter(
    ({ key: key2, runAs: of }) => !allowed.has(key2) && of.kind === "service_principal" && of.applicationId === principal
  );
  if (runners2.state !== "known" && borrowers.length > 0) {
    return broken(`also runs as it: ${borrowers.map(({ key: key2 }) => `job "${key2}"`).join(", ")}`, APART);
  }
  return judge2(runners2, (all) => {
    const strangers = all.filter(
      (runner) => runner.principal === principal && !allowed.has(runner.key ?? "")
    );
    if (strangers.length === 0) return proven("this workspace lists nothing else that runs as it");
    return broken(`also runs as it: ${shown(strangers.map(runnerWords))}`, APART);
  });
}
var runnerWords = ({ type, name, id }) => `${type} "${name}" (${id})`;
function shown(words) {
  const more = words.length > 5 ? ` and ${words.length - 5} more` : "";
  return `${words.slice(0, 5).join(", ")}${more}`;
}
function elsewhere(subject2) {
  const { principal, numericId, elsewhere: others2 } = subject2;
  return judge2(
    numericId,
    (id) => judge2(others2, (all) => {
      const mine = all.filter(({ assigned }) => id !== void 0 && assigned.has(id));
      const strangers = mine.flatMap(
        ({ name, runners: runners2 }) => (runners2.state === "known" ? runners2.value : []).filter((runner) => runner.principal === principal).map((runner) => `${runnerWords(runner)} in workspace "${name}"`)
      );
      if (strangers.length > 0) return broken(`also runs as it: ${shown(strangers)}`, APART_ELSEWHERE);
      const unread = mine.filter(({ runners: runners2 }) => runners2.state !== "known");
      if (unread.length > 0) return unreadThere(unread, subject2);
      if (mine.length === 0) return proven("it is assigned to no other workspace of the account");
      const names2 = shown(mine.map(({ name }) => `"${name}"`));
      return proven(`nothing runs as it in the other workspaces that it is assigned to (${names2})`);
    })
  );
}
var APART_ELSEWHERE = "Give each of them a principal of its own.";
function unreadThere(unread, { everywhere }) {
  const cannot = (reading) => judge2(reading, () => proven(""));
  const later = unread.find(({ runners: runners2 }) => runners2.state === "later");
  if (later !== void 0) return cannot(later.runners);
  const rights2 = unread.flatMap(
    ({ runners: runners2, unreached }) => runners2.state === "unknown" ? [{ ...runners2, unreached }] : []
  );
  const outage = rights2.some(({ passing, unreached }) => passing && !unreached);
  if (everywhere || outage) {
    const missing = rights2.map(({ missingRight }) => missingRight).join("; ");
    return cannot(
      unknown(
        missing,
        rights2.every(({ passing }) => passing)
      )
    );
  }
  const names2 = shown(unread.map(({ name }) => `"${name}"`));
  const says = rights2.map(({ missingRight }, at3) => {
    return `what runs as it in workspace "${unread[at3]?.name ?? ""}" is not read: that needs ${missingRight}`;
  });
  const found2 = proven("nothing runs as it in those other workspaces that can be read", says);
  return { ...found2, except: `${unread.length === 1 ? "workspace" : "workspaces"} ${names2}` };
}
function principalPoints(subject2) {
  return [
    { point: "run-as", ...runAs(subject2) },
    { point: "deployed", ...deployed(subject2) },
    { point: "exclusive", ...exclusive(subject2) },
    { point: "other-workspaces", ...elsewhere(subject2) }
  ];
}

// core/access/plan/declare.ts
var DAY = 864e5;
function isOver(date2, now) {
  return now >= Date.parse(`${date2}T00:00:00Z`) + DAY;
}
function runAsMistake(entry, job2) {
  return {
    code: "SCOPE_BROKEN",
    mistake: {
      problem: `Job "${job2.key}" runs as ${runAsWords(job2.runAs)}, so its access cannot stay with the job.`,
      expected: "run_as with a service_principal_name of its own",
      remedy: `Set run_as.service_principal_name of job "${job2.key}" in the bundle.`,
      place: entry.job.place
    }
  };
}
function declareAccess(entries2, bundle, now) {
  const unclear = /* @__PURE__ */ new Set();
  const findings2 = [];
  const declared = [];
  const invalid = (mistake) => {
    findings2.push({ code: "ACCESS_FILE_INVALID", mistake });
  };
  const unknown2 = /* @__PURE__ */ new Set();
  const wrongRunAs = /* @__PURE__ */ new Set();
  for (const entry of entries2) {
    if (entry.targets?.includes(bundle.target) === false) continue;
    const job2 = bundle.jobs.find((one) => one.key === entry.job.value);
    if (job2 === void 0) {
      if (!unknown2.has(entry.job.value)) {
        invalid({
          problem: `The bundle has no job "${quote(entry.job.value)}" in target "${bundle.target}".`,
          expected: bundle.jobs.map((one) => one.key).join(", ") || "a job of the bundle",
          actual: quote(entry.job.value),
          remedy: "Correct the key, or name the targets that have the job under `targets:` of the entry.",
          place: entry.job.place
        });
      }
      unknown2.add(entry.job.value);
      continue;
    }
    if (job2.runAs.kind !== "service_principal") {
      if (!wrongRunAs.has(job2.key)) findings2.push(runAsMistake(entry, job2));
      wrongRunAs.add(job2.key);
      continue;
    }
    const name = accessName(bundle, job2.key, entry.purpose.value);
    const over = entry.until === void 0 ? false : isOver(entry.until.value, now);
    const resolve2 = (source) => resolveReferences(source, bundle.config, invalid);
    const context = { principal: job2.runAs.applicationId, name, resolve: resolve2, report: invalid };
    const object3 = entry.target.object(entry.spec, context);
    const { present: present5 } = entry;
    const presented = present5 === void 0 || present5 === "databricks" ? void 0 : resolve2(present5.credential)?.toLowerCase();
    if (object3 === void 0) {
      unclear.add(name);
      continue;
    }
    declared.push({
      name,
      job: job2,
      origin: { bundle: bundle.name, target: bundle.target, jobId: job2.id ?? "" },
      purpose: entry.purpose,
      target: entry.target,
      object: object3,
      expired: over ? entry.until?.value : void 0,
      credentials: [entry.target.credential(object3)?.credential ?? presented].filter(
        (credential) => credential !== void 0
      )
    });
  }
  return { declared, findings: findings2, unclear };
}

// core/access/plan/policy.ts
import { BlockList, isIP as isIP2 } from "node:net";

// core/base/glob.ts
function globMatches(pattern, text3) {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === void 0) return pattern === text3;
  if (!text3.startsWith(first)) return false;
  let at3 = first.length;
  for (const part of rest) {
    const found2 = text3.indexOf(part, at3);
    if (found2 < 0) return false;
    at3 = found2 + part.length;
  }
  return text3.length - at3 >= last.length && text3.endsWith(last);
}
function globCovers(outer, inner) {
  return globMatches(outer, inner);
}
function withoutCase(text3) {
  return text3.normalize("NFC").toLowerCase();
}

// core/access/files/policy-shape.ts
import { isIP } from "node:net";
var applicationId = text({ pattern: UUID, says: "an application ID (UUID)" });
var arn = text({
  pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  says: "the ARN of an IAM role"
});
var registrarId = described("Application ID of the registrar, the identity that grants.", applicationId);
var providers = object({
  databricks: optional(
    described(
      "Who registers access inside of Databricks.",
      object({
        registrar_client_id: required(registrarId),
        registrar: optional(
          oneOf(
            ["apart", "together"],
            "`apart`: trust is registered by `command: access` in a job of its own; `together`: by the step that deploys."
          )
        )
      })
    )
  ),
  entra: optional(
    described("Who registers access in Entra ID.", object({ registrar_client_id: required(registrarId) }))
  ),
  aws: optional(
    described(
      "Who registers access in AWS.",
      object({
        registrar_role: required(described("ARN of the role that the registrar takes.", arn)),
        audience: required(text({ description: "Audience of the ID token that AWS STS takes." }))
      })
    )
  ),
  vault: optional(
    described(
      "Who registers access in HashiCorp Vault or OpenBao.",
      object({
        address: required(
          text({
            pattern: /^https:\/\/[^\s/?#@]+$/,
            says: "an https URL without a path",
            description: "URL of Vault, without a path."
          })
        ),
        registrar_role: required(text({ description: "Role that the registrar logs in with." })),
        mount: required(text({ description: "Path of the JWT auth method." }))
      })
    )
  )
});
var DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
var days = {
  schema: {
    type: "string",
    pattern: `^(?:${DAYS.join("|")})(?:-(?:${DAYS.join("|")}))?$`,
    description: "A day such as `mon`, or a range such as `mon-fri`."
  },
  read(node, context) {
    const value = text().read(node, context);
    if (value === void 0) return void 0;
    const [first, last = first, ...more] = value.split("-").map((day) => DAYS.indexOf(day));
    if (first === void 0 || last === void 0 || more.length > 0 || first < 0 || last < 0) {
      wrong(node, context, "a day such as mon, or a range such as mon-fri");
      return void 0;
    }
    const count3 = (last - first + DAYS.length) % DAYS.length + 1;
    return Array.from({ length: count3 }, (_, index) => DAYS[(first + index) % DAYS.length]);
  }
};
var timeOfDay = {
  schema: {
    type: "string",
    pattern: "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$",
    description: 'A time of day in quotes, `"06:00"`.'
  },
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
var REF = /^(?:refs\/.|(?:r(?:e(?:fs?)?)?)?\*)/;
var ref = {
  schema: { type: "string", pattern: REF.source, description: "`*` stands for any characters." },
  read(node, context) {
    const value = text().read(node, context);
    if (value === void 0 || REF.test(value)) return value;
    wrong(
      node,
      context,
      "a whole ref, such as refs/heads/main or refs/tags/v*",
      `The claim \`ref\` of a run holds the whole name: for a branch write \`refs/heads/${quote(value)}\`, for a tag \`refs/tags/${quote(value)}\`.`
    );
    return void 0;
  }
};
var when = object({
  repository: optional(patterns("Claim of the pipeline's ID token.")),
  ref: optional(oneOrMore(ref, "Claim of the pipeline's ID token: whole names, such as refs/heads/main.")),
  environment: optional(patterns("Claim of the pipeline's ID token.")),
  pipeline: optional(patterns("Workflow or pipeline, from the pipeline's ID token.")),
  actor: optional(patterns("Claim of the pipeline's ID token.")),
  event: optional(patterns("Claim of the pipeline's ID token.")),
  issuer: optional(patterns("Issuer of the pipeline's ID token, such as that of an enterprise.")),
  properties: optional(
    entries(
      { description: "Custom property of the repository, without `repo_property_`." },
      patterns("Claim `repo_property_<name>` of the pipeline's ID token."),
      "Custom properties of the repository that its administrators have made claims."
    )
  ),
  commit: optional(oneOf(["matches"], "The commit of the ID token is the one checked out.")),
  scope: optional(oneOf(["proven", "unproven"], "`unproven` accepts what could not be read.")),
  time: optional(
    placed2(
      described(
        "When the deployment may run.",
        object({
          days: optional(list(days, "Days of the week; all if absent.")),
          from: required(timeOfDay),
          to: required(timeOfDay),
          zone: required(timeZone)
        })
      )
    )
  ),
  network: optional(list(network, "Addresses of the runner; self-reported."))
});
var ruleOf = (kinds) => object({
  name: required(
    placed2(
      text({
        pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
        says: "a name without spaces",
        description: "Name of the rule, in plans and in the audit log."
      })
    )
  ),
  effect: required(oneOf(["allow", "deny"], "`deny` beats `allow`; what no rule allows is denied.")),
  job: optional(patterns("Keys of jobs.")),
  purpose: optional(patterns("Purposes.")),
  kind: optional(placed2(oneOrMore(oneOf(kinds.map(({ kind }) => kind)), "Kinds of access."))),
  resource: optional(patterns("What is reached: the credential, role or application.")),
  target: optional(patterns("Targets of the bundle.")),
  principal: optional(patterns("Application IDs of the service principals that jobs run as.")),
  when: optional(described("Conditions; all of them must hold.", when))
});
var user = text({
  pattern: /^(?:group:.+|user:.+|service_principal:[0-9a-fA-F-]{36})$/,
  says: "group:<name>, user:<name> or service_principal:<application ID>"
});
var exceptionBounds = object({
  max_days: optional(wholeNumber("Days from now on after which no exception may still hold.")),
  rules: optional(patterns("Rules of the scan for which there may be exceptions.")),
  paths: optional(patterns("Files, relative to the repository, in which there may be exceptions."))
});
var scan = object({
  exceptions: optional(
    either(oneOf(["forbid"]), exceptionBounds, "What exceptions `.secretless-ignore.yml` may make.")
  ),
  scopes: optional(
    entries(
      { description: "Target of the bundle." },
      list(text({ description: "Name of a secret scope; `*` stands for any characters." }), void 0, 0),
      "Secret scopes that the jobs of each target may read."
    )
  )
});
var policyShapeOf = (kinds) => object({
  version: required(oneOf([1], "Version of this format.")),
  providers: optional(described("Who registers access, and where.", providers)),
  experimental: optional(list(oneOf(["databricks_issuer"]), "What is used before it is stable.")),
  principal_users: optional(list(user, "Who may hold servicePrincipal.user on run-as principals.")),
  workspace_admins: optional(
    oneOf(
      ["accepted", "restricted"],
      "`restricted`: broken while each workspace admin may make a token of a principal."
    )
  ),
  principal_workspaces: optional(
    oneOf(
      ["readable", "all"],
      "`all`: unproven while a workspace that a principal is assigned to cannot be read."
    )
  ),
  shared_principals: optional(
    list(
      list(text({ description: "Key of a job." })),
      "Groups of jobs that may share a principal or a credential; their scope is the group."
    )
  ),
  on_denied: optional(
    oneOf(["withdraw", "keep"], "What becomes of access that was granted and is no longer allowed.")
  ),
  scan: optional(described("What the scan for static credentials admits.", scan)),
  // None is a policy, too: it denies all access.
  rules: required(list(ruleOf(kinds), "Who may get which access.", 0))
});
var policyShape = policyShapeOf([...KINDS, ...LATER_KINDS]);
function scopesByTarget({
  scan: part
}) {
  return part?.scopes && Object.fromEntries(part.scopes.map(([target, scopes]) => [target.value, scopes]));
}
var policyFileSchema = policyShape.schema;

// core/access/plan/policy.ts
var CLAIMS = [...PIPELINE_CLAIMS.filter((name) => name !== "commit"), "issuer"];
var FOLDED = /* @__PURE__ */ new Set(["repository", "environment", "actor"]);
function matchesAny(patterns2, value, folds = false) {
  const fold = folds ? withoutCase : String;
  return patterns2?.some((pattern) => globMatches(fold(pattern), fold(value))) ?? true;
}
function asksForClaims(file) {
  const names2 = [...PIPELINE_CLAIMS, "issuer", "properties"];
  return file?.policy.rules.some(({ when: when3 }) => names2.some((name) => when3?.[name] !== void 0)) ?? false;
}
function concerns(rule, request) {
  return matchesAny(rule.job, request.job) && matchesAny(rule.purpose, request.purpose) && (rule.kind?.value.includes(request.kind) ?? true) && matchesAny(rule.resource, request.resource, request.foldsCase) && matchesAny(rule.target, request.target) && matchesAny(rule.principal, request.principal, true);
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
  const known2 = addresses.filter((address) => isIP2(address) !== 0);
  if (known2.length === 0) return void 0;
  const block = new BlockList();
  for (const { address, prefix, family } of networks) block.addSubnet(address, prefix, family);
  return known2.some((address) => block.check(address, isIP2(address) === 4 ? "ipv4" : "ipv6"));
}
function compared(presented, wanted) {
  return `the run has ${presented === void 0 ? "none that is known" : quote(presented)}, the rule wants ${wanted.map(quote).join(" or ")}`;
}
function conditions(rule, request, evidence) {
  const when3 = rule.when ?? {};
  const verdicts = [];
  for (const name of CLAIMS) {
    const wanted = when3[name];
    if (wanted === void 0) continue;
    const claim2 = evidence.claims[name];
    const verdict = claim2 === void 0 ? void 0 : matchesAny(wanted, claim2, FOLDED.has(name));
    verdicts.push([name, verdict, compared(claim2, wanted)]);
  }
  for (const [{ value: name }, wanted] of when3.properties ?? []) {
    const property = evidence.claims.properties?.[name];
    const verdict = property === void 0 ? void 0 : matchesAny(wanted, property);
    verdicts.push([`properties.${name}`, verdict, compared(property, wanted)]);
  }
  const { now, addresses, commit } = evidence.selfReported;
  if (when3.commit !== void 0) {
    const claim2 = evidence.claims.commit;
    const verdict = claim2 === void 0 || commit === void 0 ? void 0 : claim2 === commit;
    verdicts.push(["commit", verdict, compared(commit, [claim2 ?? "the commit of the ID token"])]);
  }
  if (rule.effect === "allow") {
    const enough = request.scope === "proven" || request.scope === "unproven" && when3.scope === "unproven";
    verdicts.push(["scope", enough, compared(request.scope, [when3.scope ?? "proven"])]);
  } else if (when3.scope !== void 0) {
    verdicts.push(["scope", request.scope === "proven" === (when3.scope === "proven")]);
  }
  if (when3.time !== void 0) verdicts.push(["time", inTime(when3.time.value, now)]);
  if (when3.network !== void 0) verdicts.push(["network", inNetwork(when3.network, addresses)]);
  return verdicts;
}
var SELF_REPORTED = /* @__PURE__ */ new Set(["time", "network", "commit"]);
var selfReportedOf = (verdicts) => verdicts.map(([name]) => name).filter((name) => SELF_REPORTED.has(name));
function failureOf2(rule, verdicts) {
  const failed = verdicts.filter(([, verdict]) => verdict !== true);
  const words = failed.map(([name, verdict, comparison2]) => {
    const of = verdict === void 0 ? `${name} (not known)` : name;
    return comparison2 === void 0 ? of : `${of}: ${comparison2}`;
  });
  return `"${rule.name.value}" fails on ${words.join("; ")}`;
}
function atBest(rule, verdicts) {
  return verdicts.map(([name, verdict, words]) => [
    name,
    SELF_REPORTED.has(name) ? rule.effect === "allow" : verdict,
    words
  ]);
}
function decide(file, request, evidence) {
  const decision = decideBy(file, request, evidence, (_, verdicts) => verdicts);
  if (decision.effect === "allow") return decision;
  const { effect } = decideBy(file, request, evidence, atBest);
  return effect === "allow" ? { ...decision, momentary: true } : decision;
}
function decideBy(file, request, evidence, seen) {
  if (request.scope === "broken") {
    const reason2 = "the scope is broken, which no rule can accept";
    return { effect: "deny", rule: "(broken scope)", reason: reason2, selfReported: [] };
  }
  if (file === void 0) {
    const allowed2 = request.kind === "unity_catalog_credential";
    const reason2 = allowed2 ? `without a policy file Unity Catalog credentials may be granted (scope ${request.scope})` : `without a policy file "${request.kind}" cannot be granted`;
    return { effect: allowed2 ? "allow" : "deny", rule: "(no policy file)", reason: reason2, selfReported: [] };
  }
  const rules = file.policy.rules.filter((rule) => concerns(rule, request));
  const failures2 = [];
  let allowed;
  for (const rule of rules) {
    const verdicts = seen(rule, conditions(rule, request, evidence));
    if (rule.effect === "deny") {
      if (verdicts.some(([, verdict]) => verdict === false)) continue;
      const unknown2 = verdicts.filter(([, verdict]) => verdict === void 0).map(([name]) => name);
      const reason2 = unknown2.length === 0 ? "a deny rule applies" : `${unknown2.join(", ")} not known, so it applies`;
      return { effect: "deny", rule: rule.name.value, reason: reason2, selfReported: selfReportedOf(verdicts) };
    }
    if (!verdicts.every(([, verdict]) => verdict === true)) failures2.push(failureOf2(rule, verdicts));
    else {
      const reason2 = verdicts.length === 0 ? "unconditional" : `${verdicts.map(([name]) => name).join(", ")} as required`;
      allowed ??= { effect: "allow", rule: rule.name.value, reason: reason2, selfReported: selfReportedOf(verdicts) };
    }
  }
  if (allowed !== void 0) return allowed;
  const reason = failures2.length > 0 ? failures2.join("; ") : "no rule is about this job, purpose, kind, resource and target";
  return { effect: "deny", rule: "(no rule allows it)", reason, selfReported: [] };
}

// core/access/plan/decide.ts
var IN_FORCE = " What was granted before stays in force.";
function finding(entry, { decision, scope, standing }) {
  const { job: job2, purpose } = entry;
  const what = `Job "${job2.key}", ${purpose.value}: ${entry.target.describe(entry.object)}`;
  const stands = standing === void 0 ? "" : IN_FORCE;
  const weak = scope.checks.filter((check) => check.grade === scope.grade && check.grade !== "proven");
  const found2 = weak.map((check) => check.says).join("; ");
  if (scope.grade === "broken") {
    const remedy = weak.map((check) => check.remedy ?? "").join(" ");
    const problem = `${what} cannot be granted: its scope is broken.${stands}`;
    return { code: "SCOPE_BROKEN", mistake: { problem, actual: found2, remedy, place: purpose.place } };
  }
  const rights2 = [...new Set(weak.map((check) => check.missingRight ?? ""))].join("; ");
  return {
    code: "ACCESS_DENIED",
    mistake: {
      problem: `${what} is denied by ${decision.rule}: ${decision.reason}.${stands}`,
      actual: `scope ${scopeWords(scope)}${found2 === "" ? "" : ` (${found2})`}`,
      remedy: rights2 === "" ? "Ask the owner of the policy file for a rule, or take the entry out." : `Give what is missing to prove the scope (${rights2}), or ask for a rule that accepts it.`,
      place: purpose.place
    }
  };
}
function whyDenied({ decision, scope }) {
  if (scope.grade !== "broken") return `denied by ${decision.rule}: ${decision.reason}`;
  const broken2 = scope.checks.filter(({ grade }) => grade === "broken");
  return `its scope is broken: ${broken2.map(({ says }) => says).join("; ")}`;
}
function isProposed({ scope }, { bundle, deployed: deployed2 }) {
  if (deployed2 || scope.grade !== "broken") return false;
  const runners2 = bundle.jobs.filter(
    ({ runAs: runAs2 }) => runAs2.kind === "service_principal" && runAs2.applicationId === scope.principal
  );
  return runners2.length > 1;
}
function decideChanges(planned, declared, basis) {
  const { proofs, policy: policy2, evidence, bundle } = basis;
  const changes = [];
  const denied = [];
  const revoked = [];
  const findings2 = [];
  const warnings = [];
  const live = new Map(
    declared.filter((entry) => entry.expired === void 0).map((entry) => [entry.name, entry])
  );
  for (const change2 of planned.changes) {
    const entry = live.get(change2.name);
    if (change2.action === "withdraw" || change2.phase !== "granted" || entry === void 0) {
      changes.push(change2);
      continue;
    }
    const scope = proofs.get(change2.job);
    if (scope === void 0) throw new Error(`no proof was made for job ${change2.job}`);
    const { job: job2, purpose, target, object: object3, standing } = change2;
    const request = {
      job: job2,
      purpose,
      kind: target.kind,
      resource: target.resource(object3),
      foldsCase: target.foldsCase === true,
      target: bundle.target,
      principal: scope.principal
    };
    const decision = decide(policy2, { ...request, scope: gradeForPolicy(scope) }, evidence);
    const decided = { ...change2, decision, scope };
    const isOutage = isHidden(scope) && decide(policy2, { ...request, scope: "proven" }, evidence).effect === "allow";
    if (decision.effect === "allow") changes.push(decided);
    else if (standing === void 0 || decision.momentary || isOutage || isProposed(decided, basis)) {
      denied.push(decided);
      findings2.push(finding(entry, decided));
    } else if (policy2?.policy.on_denied === "keep") {
      const since = standing.since ?? "a time that was not recorded";
      const note2 = `${whyDenied(decided)}; kept by the policy (on_denied: keep), in force since ${since}`;
      changes.push({ ...decided, action: "unchanged", note: note2 });
      warnings.push(`Job "${job2}", ${purpose}: ${target.describe(object3)} is no longer allowed: ${note2}.`);
    } else revoked.push(decided);
  }
  const allowed = new Set(
    changes.filter(({ phase, action }) => phase === "granted" && action !== "withdraw").map(({ target, object: object3 }) => objectKey(target.kind, object3))
  );
  for (const one of revoked) {
    const { job: job2, purpose, target, object: object3 } = one;
    const why = whyDenied(one);
    const shared = allowed.has(objectKey(target.kind, object3));
    const note2 = shared ? `${why}, but another entry needs it` : why;
    changes.push({ ...one, action: shared ? "record" : "withdraw", phase: void 0, note: note2 });
    const fate = shared ? "stays for another entry" : "is withdrawn";
    warnings.push(`Job "${job2}", ${purpose}: ${target.describe(object3)} ${fate}: ${why}.`);
  }
  return { changes, denied, findings: findings2, warnings };
}

// core/access/files/policy-file.ts
import { createHash as createHash4 } from "node:crypto";

// core/access/files/policy-contradictions.ts
var CLAIMS2 = [...PIPELINE_CLAIMS.filter((name) => name !== "commit"), "issuer"];
var MATCHERS = ["job", "purpose", "target"];
function coversAll(outer, inner) {
  if (outer === void 0) return true;
  return inner?.every((one) => outer.some((pattern) => globCovers(pattern, one))) ?? false;
}
function denies(deny, allow, kinds) {
  if (!MATCHERS.every((name) => coversAll(deny[name], allow[name]))) return false;
  if (!coversAll(deny.principal?.map(withoutCase), allow.principal?.map(withoutCase))) return false;
  const named = kinds.filter(({ kind }) => allow.kind?.value.includes(kind) ?? true);
  const fold = named.every(({ foldsCase }) => foldsCase) ? withoutCase : String;
  if (!coversAll(deny.resource?.map(fold), allow.resource?.map(fold))) return false;
  if (!coversAll(deny.kind?.value, allow.kind?.value)) return false;
  const when3 = deny.when;
  if (when3 === void 0) return true;
  if (when3.time !== void 0 || when3.network !== void 0 || when3.properties !== void 0) return false;
  if (when3.commit !== void 0 && allow.when?.commit === void 0) return false;
  if (when3.scope === "unproven") return false;
  if (when3.scope === "proven" && allow.when?.scope === "unproven") return false;
  return CLAIMS2.every((name) => coversAll(when3[name], allow.when?.[name]));
}
function impossibleRules(policy2, kinds) {
  const mistakes = [];
  const names2 = /* @__PURE__ */ new Set();
  for (const rule of policy2.rules) {
    const { value: name, place } = rule.name;
    if (names2.has(name)) {
      mistakes.push({
        problem: `Two rules are called "${quote(name)}".`,
        expected: "each name once",
        actual: quote(name),
        remedy: "Give each rule its own name.",
        place
      });
    }
    names2.add(name);
    const time = rule.when?.time;
    if (time !== void 0 && time.value.from === time.value.to) {
      const problem = `Rule "${quote(name)}" can never match: its time begins and ends at once.`;
      mistakes.push({
        problem,
        expected: "a time that ends later than it begins, or the next day",
        actual: "the same time twice",
        remedy: "Correct `from` or `to`, or take `time` out.",
        place: time.place
      });
    }
    if (rule.effect === "deny") continue;
    const named = kinds.filter(({ kind }) => rule.kind?.value.includes(kind));
    const without = named.filter(({ provider, needsProvider }) => needsProvider && !policy2.providers?.[provider]).map(({ provider }) => provider);
    if (rule.kind !== void 0 && without.length > 0 && without.length === named.length) {
      mistakes.push({
        problem: `Rule "${quote(name)}" can never match: no provider "${quote(without[0] ?? "")}" is approved.`,
        expected: `providers.${quote(without[0] ?? "")}`,
        actual: "no such provider",
        remedy: `Add providers.${quote(without[0] ?? "")}, or take the rule out.`,
        place: rule.kind.place
      });
    }
    const stronger = policy2.rules.find((other) => other.effect === "deny" && denies(other, rule, kinds));
    if (stronger !== void 0) {
      mistakes.push({
        problem: `Rule "${quote(name)}" can never match: rule "${quote(stronger.name.value)}" denies all that it allows.`,
        expected: "a rule that can allow something",
        actual: `a deny rule ("${quote(stronger.name.value)}") that covers it`,
        remedy: "Narrow the deny rule, or take one of the two out.",
        place
      });
    }
  }
  return mistakes;
}

// core/access/files/policy-file.ts
function readPolicyFile(source, insideCheckout, kinds = KINDS) {
  const named = [...kinds, ...LATER_KINDS];
  const { value, mistakes } = readYaml(source, policyShapeOf(named));
  const all = [...mistakes, ...value === void 0 ? [] : impossibleRules(value, named)];
  if (value === void 0 || all.length > 0) return { value: void 0, mistakes: all };
  const sha256 = createHash4("sha256").update(source.text, "utf8").digest("hex");
  return { value: { policy: value, path: source.path, sha256, insideCheckout }, mistakes: [] };
}

// core/access/scope/deployed-job.ts
function effectiveRunAs(job2) {
  const settings = JOB.member(job2, "settings");
  const named = runAsOf(settings);
  const effective = JOB.text(job2, "run_as_user_name");
  if (named.kind === "group" || effective === "") return named;
  return principalNamed(effective);
}
async function readOne(eyes, bundle, job2, listed) {
  const unread = (why, remedy2) => ({
    ...job2,
    id: void 0,
    deployed: { state: "unread", why, remedy: remedy2 }
  });
  const { id, runAs: declared } = job2;
  const again = "Deploy the bundle again, and find out who or what changed the job or its record.";
  if (id === void 0) return unread("the bundle records no job for it after the deployment", again);
  for (const { workspace } of eyes.readers) {
    let found2;
    try {
      found2 = listed.get(id) ?? await readJob(workspace, id);
    } catch (error) {
      if (error instanceof ApiFailure && error.refused) continue;
      throw error;
    }
    if (found2 === void 0 || JOB.text(found2, "job_id") !== id)
      return unread(`job ${id} is not in this workspace`, again);
    if (!isDeployedFrom(found2, bundle.statePath)) {
      const path20 = JOB.text(found2, "settings", "deployment", "metadata_file_path");
      const whose = path20 === "" ? "no bundle" : `the bundle whose metadata is ${path20}`;
      return unread(`job ${id} belongs to ${whose}, not to this bundle and target`, again);
    }
    const settings = JOB.member(found2, "settings") ?? {};
    return { ...job2, settings, runAs: effectiveRunAs(found2), deployed: { state: "read", declared } };
  }
  const remedy = `Give the registrar CAN_VIEW on job ${id} (\`permissions\` of the job in the bundle).`;
  return unread(`job ${id} cannot be read by the identity that registers`, remedy);
}
async function asDeployed(eyes, bundle, keys, listing) {
  const ids = bundle.jobs.flatMap(({ key: key2, id }) => keys.has(key2) && id !== void 0 ? [id] : []);
  const listed = await listedWhole(eyes, ids, listing);
  const jobs2 = await inParallel(
    bundle.jobs,
    (job2) => keys.has(job2.key) ? readOne(eyes, bundle, job2, listed) : Promise.resolve(job2)
  );
  return { ...bundle, jobs: jobs2 };
}

// core/access/scope/actors.ts
var RULE_SET_PREFIX = {
  user: "users",
  group: "groups",
  service_principal: "servicePrincipals"
};
function ruleSetName(user2) {
  const at3 = user2.indexOf(":");
  return `${RULE_SET_PREFIX[user2.slice(0, at3)] ?? ""}/${user2.slice(at3 + 1)}`.toLowerCase();
}
function users(facts) {
  const { identity, deployer, principal } = facts;
  const names2 = new Set(facts.principalUsers.map(ruleSetName));
  const own = `serviceprincipals/${deployer.toLowerCase()}`;
  return judge2(identity.users, (holders3) => {
    const holding2 = (role) => holders3.filter((one) => one.role === `roles/servicePrincipal.${role}`).map((one) => one.principal);
    const acting = holding2("user");
    const managing = holding2("manager");
    const strangers = acting.filter((who) => !names2.has(who.toLowerCase()) && who.toLowerCase() !== own);
    if (strangers.length > 0) {
      const remedy = `Take servicePrincipal.user on ${principal} from them, or name them under principal_users in the policy.`;
      return broken(`may act as it: ${strangers.join(", ")}`, remedy);
    }
    return proven("nobody else holds servicePrincipal.user on it", [
      ...acting.map(
        (who) => managing.includes(who) ? `${who} may act as it, and sign in on its behalf` : `${who} may act as it`
      ),
      ...managing.filter((who) => !acting.includes(who)).map((who) => `${who} manages it and could let itself act as it`)
    ]);
  });
}
var counted = (count3, what) => `${count3} ${what}${count3 === 1 ? "" : "s"}`;
function secrets({ identity, principal }) {
  return judge2(
    identity.secrets,
    (ids) => ids.length === 0 ? proven("it has no OAuth secret") : broken(
      `it has ${counted(ids.length, "OAuth secret")}: whoever holds one is this principal`,
      `Delete the OAuth secrets of service principal ${principal} (${ids.join(", ")}).`
    )
  );
}
function tokens({ identity, principal, tokens: all }) {
  return judge2(
    identity.numericId,
    (id) => judge2(all, (listed) => {
      const own = listed.filter(({ ownerId: ownerId2 }) => ownerId2 === id);
      if (own.length === 0) return proven("it has no personal access token");
      const shown3 = own.map((token2) => `${token2.id}, made by ${token2.createdBy || "an unknown user"}`);
      return broken(
        `it has ${counted(own.length, "personal access token")}: whoever holds one is this principal (${shown3.join("; ")})`,
        `Delete the tokens of service principal ${principal}: databricks token-management delete ${own[0]?.id ?? ""}`
      );
    })
  );
}
function policies({ identity, principal }) {
  return judge2(identity.policies, (found2) => {
    if (found2.length === 0) return proven("it has no federation policy");
    const shown3 = found2.map(({ id, issuer, subject: subject2 }) => `${id} (${issuer}, ${subject2})`).join(", ");
    const remedy = `Delete the federation policies of service principal ${principal}: a principal for runs needs none.`;
    return broken(`workloads outside can sign in as it: ${shown3}`, remedy);
  });
}
function admins(facts) {
  return judge2(facts.admins, ({ restricted, names: names2 }) => {
    const shown3 = names2.length === 0 ? "each workspace admin" : `workspace admins (${names2.join(", ")})`;
    const secret = `${shown3} can make an OAuth secret of it`;
    if (restricted) return proven("workspace admins are restricted", [secret]);
    const says = `${shown3} can make a token of it, and give a job to it (restrict_workspace_admins is ALLOW_ALL)`;
    if (facts.adminsMustBeRestricted) {
      const remedy = "An account admin sets it: databricks settings restrict-workspace-admins update, with the status RESTRICT_TOKENS_AND_JOB_RUN_AS.";
      return broken(says, remedy);
    }
    return { ...proven("nobody but workspace admins", [says, secret]), except: "workspace admins" };
  });
}
function ofDeployer(facts) {
  const { deployer, deployerIsAdmin, adminsMustBeRestricted } = facts;
  if (deployer === "")
    return proven("nobody is taken for the deployer", ["several identities have created the bundle's jobs"]);
  return judge2(deployerIsAdmin, (isAdmin2) => {
    if (!isAdmin2) return proven("the deployer is no workspace admin");
    const says = `the deployer ${deployer} is a workspace admin: code of the bundle can change every job, permission and record`;
    const remedy = "Take the deployer out of the group admins: deploying needs rights on its own folder and jobs alone.";
    if (adminsMustBeRestricted) return broken(says, remedy);
    return proven("the deployer is known", [says]);
  });
}
function actorPoints(facts) {
  return [
    { point: "principal-users", ...users(facts) },
    { point: "oauth-secrets", ...secrets(facts) },
    { point: "tokens", ...tokens(facts) },
    { point: "federation-policies", ...policies(facts) },
    { point: "workspace-admins", ...admins(facts) },
    { point: "workspace-admins", ...ofDeployer(facts) }
  ];
}

// core/access/scope/code.ts
import { posix as posix5 } from "node:path";

// core/access/scope/code-rules.ts
import { posix as posix4 } from "node:path";
var shown2 = (value) => withoutBidi(redact(value.replace(/\/\/[^/@\s]*@/g, "//")));
var inert = () => void 0;
var unjudged = (why) => (_value, at3, seen) => {
  seen.unproven(at3, why);
};
function table2(rules) {
  const known2 = new Map(Object.entries(rules));
  return (value, at3, seen) => {
    if (!isObject2(value)) {
      seen.unproven(at3, "is not an object");
      return;
    }
    for (const [key2, member3] of Object.entries(value)) {
      if (member3 === void 0 || member3 === null || member3 === "") continue;
      const place = at3 === "" ? key2 : `${at3}.${key2}`;
      const rule = known2.get(key2);
      if (rule === void 0) seen.unproven(place, "is no member that this version can judge");
      else rule(member3, place, seen, value);
    }
  };
}
var each = (rule) => (value, at3, seen, parent) => {
  if (!Array.isArray(value)) seen.unproven(at3, "is not a list");
  else
    for (const [index, item] of value.entries())
      rule(item, `${at3}[${index}]`, seen, parent);
};
var text2 = (use) => (value, at3, seen, parent) => {
  if (typeof value === "string" || typeof value === "number") use(String(value), at3, seen, parent);
  else seen.unproven(at3, "is not a text");
};
var path7 = text2((value, at3, seen) => {
  seen.path(value, at3);
});
var sourced = text2((value, at3, seen, parent) => {
  const source = textAt(parent, "source") || (seen.git ? "GIT" : "WORKSPACE");
  const inside = !/^(?:\/|\.\.(?:\/|$)|[a-z][\w+.-]*:)/i.test(posix4.normalize(value));
  if (source === "GIT" && seen.git && inside) return;
  seen.path(value, at3);
});
var object2 = (type) => text2((value, at3, seen) => {
  seen.object(type, value, at3);
});
var destination = table2({ destination: path7 });
var remote = unjudged("a cloud path: who may write there is not readable");
var s3 = table2({
  destination: remote,
  region: inert
});
var HARMLESS3 = /^[\w.@+\-*[\], =%]*$/;
var INTERPRETERS = /^(?:PYTHON|PIP_|UV_|LD_|JAVA|JDK_|_JAVA|SPARK_|PYSPARK|R_|PATH$|HOME$|BASH|ENV$|GIT_|CONDA|NODE_)/i;
var SECRET2 = /^\{\{secrets\/[^/{}]+\/[^/{}]+\}\}$/;
var config2 = (value, at3, seen) => {
  for (const [name, one] of members(value)) {
    const harmless = typeof one === "number" || typeof one === "boolean" || typeof one === "string" && SECRET2.test(one);
    if (INTERPRETERS.test(name) || !(harmless || HARMLESS3.test(typeof one === "string" ? one : "/")))
      seen.unproven(`${at3}.${name}`, "may name a place that code comes from");
  }
};
var fixed = (value) => /^[A-Za-z0-9][\w.-]*(?:\[[\w, .-]*\])?\s*==\s*[\w.!+-]+$/.test(value.trim());
var published = (value, at3, seen) => {
  if (fixed(value)) seen.note(`${shown2(value)}: its publishers chose what the job runs`);
  else seen.unproven(at3, "is not fixed to one version of the public package index");
};
var dependency = text2((line, at3, seen) => {
  const value = line.trim();
  const requirements = /^(?:-r|--requirement)[ =]+(\S+)$/.exec(value)?.[1];
  if (requirements !== void 0) {
    seen.path(requirements, at3);
    seen.unproven(at3, "the packages that the file names are not read");
  } else if (/^(?:[./]|[a-z][\w+.-]*:)/i.test(value)) seen.path(value, at3);
  else published(value, at3, seen);
});
var pypi = table2({
  package: text2(published),
  repo: unjudged("a package index of its own: who publishes there is not readable")
});
var maven = table2({
  coordinates: text2((value, _at, seen) => {
    seen.note(`${shown2(value)}: its publishers chose what the job runs`);
  }),
  exclusions: inert,
  repo: unjudged("a repository of its own: who publishes there is not readable")
});
var library = table2({
  jar: path7,
  egg: path7,
  whl: path7,
  requirements: (value, at3, seen, parent) => {
    path7(value, at3, seen, parent);
    seen.unproven(at3, "the packages that it names are not read");
  },
  pypi,
  maven,
  cran: unjudged("a CRAN package has no fixed version")
});

// core/access/scope/code-table.ts
var dockerImage = table2({
  url: text2((value, at3, seen) => {
    if (/@sha256:[0-9a-f]{64}$/.test(value)) seen.note(`${shown2(value)} is fixed by its digest`);
    else seen.unproven(at3, "whoever may push the image changes what the job runs; fix it by its digest");
  }),
  basic_auth: inert
});
var initScript = table2({
  workspace: destination,
  volumes: destination,
  file: destination,
  dbfs: destination,
  abfss: remote,
  gcs: remote,
  s3
});
var CLUSTER_FIELDS = {
  apply_policy_default_values: inert,
  autoscale: inert,
  autotermination_minutes: inert,
  aws_attributes: inert,
  azure_attributes: inert,
  cluster_log_conf: inert,
  cluster_name: inert,
  custom_tags: inert,
  // Judged with the compute.
  data_security_mode: inert,
  docker_image: dockerImage,
  driver_instance_pool_id: object2("instance-pools"),
  driver_node_type_id: inert,
  enable_elastic_disk: inert,
  enable_local_disk_encryption: inert,
  gcp_attributes: inert,
  init_scripts: each(initScript),
  instance_pool_id: object2("instance-pools"),
  is_single_node: inert,
  kind: inert,
  node_type_id: inert,
  num_workers: inert,
  policy_id: object2("cluster-policies"),
  remote_disk_throughput: inert,
  runtime_engine: inert,
  single_user_name: inert,
  spark_conf: config2,
  spark_env_vars: config2,
  spark_version: inert,
  ssh_public_keys: unjudged("whoever holds such a key signs in to the cluster"),
  total_initial_remote_disk_size: inert,
  use_ml_runtime: inert,
  workload_type: inert
};
var newCluster = table2(CLUSTER_FIELDS);
var existingCluster = table2({
  ...CLUSTER_FIELDS,
  cluster_cores: inert,
  cluster_id: inert,
  cluster_log_status: inert,
  cluster_memory_mb: inert,
  cluster_source: inert,
  creator_user_name: inert,
  default_tags: inert,
  driver: inert,
  executors: inert,
  jdbc_port: inert,
  last_restarted_time: inert,
  last_state_loss_time: inert,
  spark_context_id: inert,
  spec: newCluster,
  start_time: inert,
  state: inert,
  state_message: inert,
  terminated_time: inert,
  termination_reason: inert
});
var libraries = each(library);
var elsewhere2 = (what) => text2((value, _at, seen) => {
  seen.note(`${what} ${shown2(value)} runs as its own identity, with none of this access`);
});
var outside = unjudged("what it runs is not decided in this workspace's jobs");
var subscribers = { pause_subscriptions: inert, subscriptions: inert };
var forEach = (value, at3, seen, parent) => {
  table2({ concurrency: inert, inputs: inert, task })(value, at3, seen, parent);
};
var task = table2({
  clean_rooms_notebook_task: outside,
  condition_task: inert,
  dashboard_task: outside,
  dbt_cloud_task: outside,
  dbt_platform_task: outside,
  dbt_task: table2({
    catalog: inert,
    commands: each(
      text2((value, at3, seen) => {
        if (/^dbt\s+(?:--?[\w-]+\s+)*deps\b/.test(value.trim()))
          seen.unproven(at3, "dbt deps downloads packages that are not read");
      })
    ),
    profiles_directory: sourced,
    project_directory: sourced,
    schema: inert,
    source: inert,
    warehouse_id: inert
  }),
  depends_on: inert,
  description: inert,
  disable_auto_optimization: inert,
  disabled: inert,
  email_notifications: inert,
  environment_key: inert,
  existing_cluster_id: object2("clusters"),
  for_each_task: forEach,
  gen_ai_compute_task: outside,
  health: inert,
  job_cluster_key: inert,
  libraries,
  max_retries: inert,
  min_retry_interval_millis: inert,
  new_cluster: newCluster,
  notebook_task: table2({
    base_parameters: inert,
    notebook_path: sourced,
    source: inert,
    warehouse_id: inert
  }),
  notification_settings: inert,
  pipeline_task: table2({ full_refresh: inert, pipeline_id: elsewhere2("pipeline") }),
  power_bi_task: outside,
  python_wheel_task: table2({
    entry_point: inert,
    named_parameters: inert,
    package_name: inert,
    parameters: inert
  }),
  retry_on_timeout: inert,
  run_if: inert,
  run_job_task: table2({
    dbt_commands: inert,
    jar_params: inert,
    job_id: elsewhere2("job"),
    job_parameters: inert,
    notebook_params: inert,
    pipeline_params: inert,
    python_named_params: inert,
    python_params: inert,
    spark_submit_params: inert,
    sql_params: inert
  }),
  spark_jar_task: table2({
    jar_uri: path7,
    main_class_name: inert,
    parameters: inert,
    run_as_repl: inert
  }),
  spark_python_task: table2({ parameters: inert, python_file: sourced, source: inert }),
  spark_submit_task: unjudged("its parameters name code in forms that are not judged"),
  sql_task: table2({
    alert: table2({ alert_id: object2("alerts"), ...subscribers }),
    dashboard: table2({
      custom_subject: inert,
      dashboard_id: object2("dbsql-dashboards"),
      ...subscribers
    }),
    file: table2({ path: sourced, source: inert }),
    parameters: inert,
    query: table2({ query_id: object2("queries") }),
    warehouse_id: inert
  }),
  task_key: inert,
  timeout_seconds: inert,
  webhook_notifications: inert
});
var gitSource = (value, at3, seen) => {
  const commit = textAt(value, "git_commit");
  const ref2 = textAt(value, "git_branch") || textAt(value, "git_tag");
  const who = commit === "" ? `whoever may push to ${ref2 || "its branch"} changes what the job runs` : `fixed to commit ${commit}`;
  seen.note(`code comes from ${shown2(textAt(value, "git_url"))}: ${who}`);
  if (member(value, "job_source") !== void 0)
    seen.unproven(`${at3}.job_source`, "the job's settings come from the Git source, too");
};
var jobSettings2 = table2({
  budget_policy_id: inert,
  continuous: inert,
  deployment: inert,
  description: inert,
  edit_mode: inert,
  email_notifications: inert,
  environments: each(
    table2({
      environment_key: inert,
      spec: table2({
        client: inert,
        dependencies: each(dependency),
        environment_version: inert,
        java_dependencies: each(
          text2((value, at3, seen) => {
            if (/^[/.]|^[a-z][\w+.-]*:\//i.test(value)) seen.path(value, at3);
            else seen.note(`${shown2(value)}: its publishers chose what the job runs`);
          })
        )
      })
    })
  ),
  format: inert,
  git_source: gitSource,
  health: inert,
  job_clusters: each(table2({ job_cluster_key: inert, new_cluster: newCluster })),
  max_concurrent_runs: inert,
  name: inert,
  notification_settings: inert,
  parameters: inert,
  performance_target: inert,
  queue: inert,
  // Judged with the principal.
  run_as: inert,
  schedule: inert,
  tags: inert,
  tasks: each(task),
  timeout_seconds: inert,
  trigger: inert,
  usage_policy_id: inert,
  webhook_notifications: inert
});

// core/access/scope/code.ts
var bare2 = (path20) => path20.replace(/^\/Workspace(?=\/|$)/, "");
function codeOf(settings, filePath, clusters = []) {
  const paths = new Set(filePath === "" ? [] : [bare2(posix5.normalize(filePath))]);
  const volumes = /* @__PURE__ */ new Set();
  const objects = /* @__PURE__ */ new Map();
  const notes = /* @__PURE__ */ new Set();
  const holes = [];
  const relative6 = [];
  const seen = {
    git: JOB_SETTINGS.text(settings, "git_source", "git_url") !== "",
    path(value, at3) {
      const path20 = posix5.normalize(value.replace(/^dbfs:(?=\/Volumes\/)/, "").trim());
      const hole = (why) => {
        holes.push({ at: at3, why });
      };
      if (value.includes("{{")) hole("is put together when the job runs");
      else if (/^(?:dbfs:|\/dbfs(?:\/|$))/i.test(path20)) hole("by default every user may write to DBFS");
      else if (/^[a-z][\w+.-]*:/i.test(path20)) hole("who may write there is not readable");
      else if (!path20.startsWith("/")) relative6.push({ at: at3, why: "is relative to nothing that is known" });
      else if (path20.startsWith("/Volumes/")) {
        const [catalog, schema, volume, ...rest] = path20.slice("/Volumes/".length).split("/");
        if (!catalog || !schema || !volume || rest.length === 0) hole("is not in a volume");
        else volumes.add(`${catalog}.${schema}.${volume}`);
      } else paths.add(bare2(path20));
    },
    object(type, id) {
      objects.set(`${type} ${id}`, { type, id });
    },
    note(text3) {
      notes.add(text3);
    },
    unproven(at3, why) {
      holes.push({ at: at3, why });
    }
  };
  jobSettings2(settings, "", seen, {});
  for (const { id, details: details2, installed: installed2 } of clusters) {
    existingCluster(details2, `cluster ${id}`, seen, {});
    libraries(installed2, `cluster ${id}, libraries`, seen, {});
  }
  return {
    paths: [...paths],
    volumes: [...volumes],
    objects: [...objects.values()],
    notes: [...notes],
    unproven: holes,
    relative: relative6
  };
}
function codeReader(eyes, filePath, metastoreOwner) {
  const shared = /* @__PURE__ */ new Map();
  const once = (key2, read4) => {
    const running = shared.get(key2) ?? read4();
    shared.set(key2, running);
    return running;
  };
  const ofVolume = async (volume) => {
    const right = `ownership of volume ${volume}, or metastore admin`;
    const found2 = await readBy(eyes, right, (reader) => writersOfVolume(reader, volume, metastoreOwner));
    if (found2.state !== "known") return found2;
    return found2.value === void 0 ? unreadable2(eyes, right) : known(found2.value);
  };
  return async (job2, clusters) => {
    const code2 = codeOf(job2.settings, filePath, clusters);
    const editors = await Promise.all([
      "unread" in job2 ? job2.unread : readBy(
        eyes,
        `CAN_VIEW on job ${job2.id}`,
        ({ workspace }) => editorsOf(workspace, "jobs", job2.id, "job")
      ),
      ...code2.paths.map(
        (path20) => once(
          path20,
          () => readBy(eyes, `CAN_READ on ${path20}`, ({ workspace }) => editorsOfPath(workspace, path20))
        )
      ),
      ...code2.volumes.map((volume) => once(`volume ${volume}`, () => ofVolume(volume))),
      ...code2.objects.map(
        ({ type, id }) => once(
          `${type} ${id}`,
          () => readBy(
            eyes,
            `CAN_MANAGE on ${type} ${id}`,
            ({ workspace }) => editorsOf(workspace, type, id, `${type} ${id}`)
          )
        )
      )
    ]);
    return { code: code2, editors };
  };
}
var EVERYBODY = /* @__PURE__ */ new Set(["users", "account users"]);
var SHOWN = 5;
function codePoints({ code: code2, editors }, { job: job2, deployer, before }) {
  const found2 = [...code2.unproven, ...before === void 0 ? code2.relative : []];
  const holes = found2.map(({ at: at3, why: why2 }) => `${at3}: ${why2}`);
  const more = holes.length > SHOWN ? ` and ${holes.length - SHOWN} more` : "";
  const settings = holes.length === 0 ? { point: "settings", ...proven("every member of the job's settings is judged", code2.notes) } : {
    point: "settings",
    ...unproven2(
      `not judged: ${holes.slice(0, SHOWN).join("; ")}${more}`,
      "Take code from the bundle's own files, a volume, or fixed versions; or accept it with a rule."
    ),
    residual: code2.notes
  };
  const ofEditors = editors.map((reading) => ({
    point: "editors",
    ...judge2(reading, (all) => {
      const everybody = all.filter(({ who }) => EVERYBODY.has(who));
      if (everybody.length > 0) {
        const shown3 = everybody.map(({ who, level, through }) => `"${who}" (${level}, ${through})`);
        const remedy = `Take these rights away, so that only those who may use the access can change job "${job2}".`;
        return broken(`every user may change what the job runs: ${[...new Set(shown3)].join(", ")}`, remedy);
      }
      const others2 = all.filter(({ who }) => who.toLowerCase() !== deployer.toLowerCase());
      return proven(
        "the list of those who may change it is complete",
        others2.map(({ who, level, through }) => `${who || "a deleted principal"} has ${level} (${through})`)
      );
    })
  }));
  if (before === void 0 || code2.relative.length === 0) return [settings, ...ofEditors];
  const why = "where the bundle's local files will be is known once they are uploaded";
  const uploaded = judge2({ state: "later", why, when: before }, () => proven(""));
  return [settings, { point: "settings", ...uploaded }, ...ofEditors];
}

// core/access/scope/compute.ts
var ISOLATING = /* @__PURE__ */ new Set(["DATA_SECURITY_MODE_STANDARD", "USER_ISOLATION"]);
var DEDICATED = /* @__PURE__ */ new Set(["DATA_SECURITY_MODE_DEDICATED", "SINGLE_USER"]);
function ofCluster({ id, details: details2, attachers }, { runners: runners2, allowed, principal }) {
  const mode = CLUSTER.text(details2, "data_security_mode");
  const what = `cluster ${id} (${mode || "no access mode"})`;
  if (ISOLATING.has(mode)) return proven(`${what} isolates its users from each other`);
  const own = "Give the task a job cluster or serverless compute, or a cluster in standard access mode.";
  if (mode === "DATA_SECURITY_MODE_AUTO")
    return unproven2(`the access mode of ${what} is chosen when it starts`, own);
  const user2 = CLUSTER.text(details2, "single_user_name");
  const dedicated = DEDICATED.has(mode);
  return judge2(runners2, (all) => {
    const jobs2 = all.filter((one) => one.clusters?.includes(id) && !allowed.has(one.key ?? ""));
    const sharers = new Set(jobs2.map(({ type, name, id: of }) => `${type} "${name}" (${of})`));
    if (dedicated && user2 !== "" && user2.toLowerCase() !== principal) sharers.add(user2);
    if (!dedicated) for (const { who } of attachers) sharers.add(who);
    if (dedicated && sharers.size === 0) return proven(`${what} is the job's principal's alone`);
    return {
      ...proven(`code of others on ${what} can reach the job's session`),
      sharers: sharers.size === 0 ? [`whoever runs code on cluster ${id}`] : [...sharers]
    };
  });
}
function computePoints(facts) {
  const { settings, clusters } = facts;
  const shared = clusters.map((reading) => ({
    point: "compute",
    ...judge2(reading, (cluster) => ofCluster(cluster, facts))
  }));
  const keys = new Set(
    JOB_SETTINGS.list(settings, "job_clusters").map((one) => JOB_CLUSTER.text(one, "job_cluster_key"))
  );
  const missing = tasksOf(settings).map((task2) => TASK.text(task2, "job_cluster_key")).filter((key2) => key2 !== "" && !keys.has(key2));
  const own = {
    point: "compute",
    ...missing.length === 0 ? proven("job clusters and serverless compute are each run's own") : unproven2(
      `job cluster ${missing.join(", ")} is not in the job's settings`,
      "Declare it under job_clusters."
    )
  };
  return shared.length > 0 && missing.length === 0 ? shared : [own, ...shared];
}

// core/access/scope/credential.ts
var USING = /* @__PURE__ */ new Set(["ACCESS", "ALL_PRIVILEGES", "CREATE_CONNECTION"]);
async function readMetastoreOwner(eyes) {
  const path20 = "/api/2.1/unity-catalog/metastore_summary";
  const owner = await readBy(
    eyes,
    "metastore",
    async ({ workspace }) => METASTORE.text(await workspace.call({ method: "GET", path: path20 }), "owner")
  );
  return owner.state === "known" ? owner.value : "";
}
async function readCredentialUsers(eyes, names2, metastoreOwner) {
  const distinct = [...new Set(names2)];
  const right = (name) => `MANAGE on credential "${name}", or metastore admin`;
  const read4 = async (name) => {
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
      const { owner, identity, isolated, workspaces } = facts.facts;
      const managers = [.../* @__PURE__ */ new Set([owner, metastoreOwner, ...managing])].filter((one) => one !== "");
      if (!managers.some((manager) => isReader(reader, manager))) continue;
      const users2 = effective.value.filter(({ privilege }) => USING.has(privilege));
      return known({ name, identity, isolated, workspaces, users: users2, managers });
    }
    return unreadable2(eyes, right(name));
  };
  const readings2 = await inParallel(distinct, read4);
  return new Map(distinct.map((name, index) => [name, readings2[index] ?? unreadable2(eyes, right(name))]));
}
function shownUsers(users2) {
  return users2.map(({ principal, privilege, inheritedFrom }) => {
    const from = inheritedFrom === "" ? "" : `, from ${inheritedFrom}`;
    return `${principal || "a deleted principal"} (${privilege}${from})`;
  }).join(", ");
}
function credentialPoints(readings2, allowed, workspaceId) {
  if (readings2.length === 0) return [{ point: "credential-users", ...proven("no credential is used") }];
  return readings2.flatMap((reading) => [
    {
      point: "credential-users",
      ...judge2(reading, ({ name, users: users2, managers }) => {
        const strangers = users2.filter((user2) => !allowed.has(user2.principal.toLowerCase()));
        if (strangers.length > 0) {
          const says = `credential "${name}" can also be used by ${shownUsers(strangers)}`;
          return broken(
            says,
            `Revoke it from them, or give the job its own credential instead of "${name}".`
          );
        }
        const residual = managers.map((who) => `${who} could grant itself "${name}"`);
        return proven(`no other user of credential "${name}"`, residual);
      })
    },
    {
      point: "isolation",
      ...judge2(reading, ({ name, isolated, workspaces }) => {
        const update = `databricks credentials update-credential ${name} --isolation-mode ISOLATION_MODE_ISOLATED`;
        if (!isolated) {
          return unproven2(
            `credential "${name}" is open to every workspace of the metastore`,
            `Isolate it and bind it to this workspace: ${update}`
          );
        }
        const others2 = workspaces.filter((id) => id !== workspaceId);
        return others2.length === 0 ? proven(`credential "${name}" is bound to this workspace alone`) : unproven2(
          `credential "${name}" can also be used in workspace ${others2.join(", ")}`,
          "Bind it to this workspace alone: what runs in the others was not read."
        );
      })
    }
  ]);
}

// core/access/scope/runners.ts
var MAX_ASKED = 500;
async function list2(api, path20, items, query = {}) {
  try {
    return await listAll(api, path20, items, query);
  } catch (error) {
    if (error instanceof ApiFailure && isAbsentFeature(error)) return [];
    throw error;
  }
}
async function jobs(reader, listing, tasksMatter) {
  const listed = await listing(reader);
  const isShort = (job2) => explicitRunAs(job2) === "" || tasksMatter && isCutOff(job2);
  const short = listed.filter(isShort);
  if (short.length > MAX_ASKED) return void 0;
  const asked3 = await completed(reader.workspace, short);
  return [...listed.filter((job2) => !isShort(job2)), ...asked3].map((job2) => ({
    type: "job",
    id: JOB.text(job2, "job_id"),
    name: JOB.text(job2, "settings", "name"),
    principal: (explicitRunAs(job2) || JOB.text(job2, "run_as_user_name")).toLowerCase(),
    clusters: sharedClusters(JOB.member(job2, "settings") ?? {})
  }));
}
async function others(api) {
  const [pipelines, apps, endpoints] = await Promise.all([
    list2(api, "/api/2.0/pipelines", PIPELINES.key("statuses"), { max_results: "100" }),
    list2(api, "/api/2.0/apps", "apps", { page_size: "100" }),
    list2(api, "/api/2.0/serving-endpoints", "endpoints")
  ]);
  return [
    ...pipelines.map((item) => ({
      type: "pipeline",
      id: PIPELINE.text(item, "pipeline_id"),
      name: PIPELINE.text(item, "name"),
      principal: PIPELINE.text(item, "run_as_user_name").toLowerCase()
    })),
    ...apps.map((item) => ({
      type: "app",
      id: APP.text(item, "id"),
      name: APP.text(item, "name"),
      principal: APP.text(item, "service_principal_client_id").toLowerCase()
    })),
    // A serving endpoint acts with the identity of its creator.
    ...endpoints.map((item) => ({
      type: "endpoint",
      id: ENDPOINT.text(item, "id"),
      name: ENDPOINT.text(item, "name"),
      principal: ENDPOINT.text(item, "creator").toLowerCase()
    }))
  ];
}
var TOO_MANY = `at most ${MAX_ASKED} jobs in the workspace that have no explicit run_as, or more than 100 tasks`;
async function runnersOf(reader, listing, tasksMatter) {
  const [ofJobs, ofOthers] = await Promise.all([
    jobs(reader, listing, tasksMatter),
    others(reader.workspace)
  ]);
  return ofJobs && [...ofJobs, ...ofOthers];
}
async function readRunners(eyes, listing, tasksMatter) {
  const admin = eyes.readers.find((reader) => reader.admin);
  if (admin === void 0)
    return unreadable2(eyes, "workspace admin (a listing by anyone else may be incomplete)");
  try {
    const all = await runnersOf(admin, listing, tasksMatter);
    return all === void 0 ? unknown(TOO_MANY) : known(all);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return unreadable2(
      eyes,
      `listing of jobs, pipelines, apps and endpoints (the API answered ${error.status})`,
      isPassing(error)
    );
  }
}
function withBundle(listed, bundle, deployed2) {
  const declared = (job2) => job2.runAs.kind === "service_principal" ? job2.runAs.applicationId : "";
  const own = bundle.jobs.filter((job2) => !deployed2 || job2.deployed?.state === "read");
  const byId = new Map(own.filter((job2) => job2.id !== void 0).map((job2) => [job2.id, job2]));
  const gone = new Set(deployed2 ? [] : bundle.goneJobIds);
  const runners2 = listed.filter(({ type, id }) => type !== "job" || !gone.has(id)).map((runner) => {
    const job2 = runner.type === "job" ? byId.get(runner.id) : void 0;
    if (job2 === void 0) return runner;
    const planned = { principal: declared(job2), clusters: sharedClusters(job2.settings) };
    return { ...runner, key: job2.key, ...deployed2 ? {} : planned };
  });
  const created = deployed2 ? [] : bundle.jobs.filter((job2) => job2.id === void 0);
  return [
    ...runners2,
    ...created.map((job2) => ({
      type: "job",
      id: "not deployed yet",
      name: job2.key,
      key: job2.key,
      principal: declared(job2),
      clusters: sharedClusters(job2.settings)
    }))
  ];
}

// core/access/scope/elsewhere.ts
var EVERYBODY2 = "account users";
var MAX_GROUPS = 1e3;
async function readElsewhere(eyes, accountId, here, numericIds2) {
  if (accountId === void 0) return unknown("the input account-id");
  const right = "account admin, with a way to sign in to the account";
  const listed = await readBy(eyes, right, ({ account, elsewhere: elsewhere4 }) => {
    if (account === void 0) return void 0;
    const assigned = assignments({ api: account, id: accountId }, here, numericIds2);
    return assigned.then((all2) => ({ elsewhere: elsewhere4, all: all2 }));
  });
  if (listed.state !== "known") return listed;
  const { elsewhere: elsewhere3, all } = listed.value;
  if (all === void 0) return unknown("a listing of the account's workspaces that names this one");
  const read4 = all.map(async ({ name, deployment, ids }) => ({
    name,
    assigned: ids,
    ...await runners(eyes, name, elsewhere3?.(deployment))
  }));
  return known(await Promise.all(read4));
}
async function assignments(account, here, numericIds2) {
  const path20 = `/api/2.0/accounts/${account.id}/workspaces`;
  const listed = await account.api.call({ method: "GET", path: path20, array: true });
  const all = isList(listed) ? listed : [];
  const others2 = all.filter((one) => OTHER_WORKSPACE.text(one, "workspace_id") !== here);
  if (others2.length === all.length) return void 0;
  const members2 = groupMembers(account, numericIds2);
  const found2 = await inParallel(others2, async (one) => {
    const id = OTHER_WORKSPACE.text(one, "workspace_id");
    const deployment = OTHER_WORKSPACE.text(one, "deployment_name");
    const name = OTHER_WORKSPACE.text(one, "workspace_name") || deployment || id;
    const path21 = `/api/2.0/accounts/${account.id}/workspaces/${id}/permissionassignments`;
    const rows = await orAll(
      account.api.call({ method: "GET", path: path21 }),
      (answer) => WORKSPACE_ASSIGNMENTS.list(answer, "permission_assignments")
    );
    if (rows === void 0) return { name, deployment, ids: numericIds2 };
    const ids = await inParallel(rows, async (row) => {
      const principal = WORKSPACE_ASSIGNMENT.text(row, "principal", "principal_id");
      const group = WORKSPACE_ASSIGNMENT.text(row, "principal", "group_name");
      if (group === "") return numericIds2.has(principal) ? [principal] : [];
      return group === EVERYBODY2 ? [...numericIds2] : [...await members2(principal)];
    });
    return { name, deployment, ids: new Set(ids.flat()) };
  });
  return found2.filter(({ ids }) => ids.size > 0);
}
function groupMembers({ api, id: accountId }, numericIds2) {
  const asked3 = /* @__PURE__ */ new Map();
  const membersOf = (id) => {
    const path20 = `/api/2.0/accounts/${accountId}/scim/v2/Groups/${encodeURIComponent(id)}`;
    const answer = asked3.get(id) ?? orAll(
      api.call({ method: "GET", path: path20, query: { attributes: "members" } }),
      (group) => GROUP_RESOURCE.list(group, "members")
    );
    asked3.set(id, answer);
    return answer;
  };
  return async (groupId) => {
    const found2 = /* @__PURE__ */ new Set();
    const groups = /* @__PURE__ */ new Set([groupId]);
    for (const group of groups) {
      const members2 = groups.size > MAX_GROUPS ? void 0 : await membersOf(group);
      if (members2 === void 0) return numericIds2;
      for (const member3 of members2) {
        const id = GROUP.text(member3, "value");
        if (numericIds2.has(id)) found2.add(id);
        else if (isGroup(member3)) groups.add(id);
      }
    }
    return found2;
  };
}
var isGroup = (member3) => GROUP.text(member3, "$ref").includes("Groups/");
async function orAll(answer, read4) {
  try {
    return read4(await answer);
  } catch (error) {
    if (error instanceof ApiFailure && !isPassing(error)) return void 0;
    throw error;
  }
}
async function runners(eyes, name, workspace) {
  if (workspace === void 0) return { runners: unreadable2(eyes, `the address of workspace "${name}"`) };
  const admin = `workspace admin of "${name}"`;
  try {
    const reader = await openReader({ workspace, account: void 0 });
    if (!reader.admin) return { runners: unreadable2(eyes, admin) };
    const all = await runnersOf(reader, jobListing(), false);
    return { runners: all === void 0 ? unknown(`${TOO_MANY} of "${name}"`) : known(all) };
  } catch (error) {
    if (error instanceof HttpError)
      return { runners: unreadable2(eyes, `a network path to workspace "${name}"`, true), unreached: true };
    if (!(error instanceof ApiFailure)) throw error;
    const answered2 = error.refused ? "" : ` (the API answered ${error.status} ${error.errorCode})`;
    return { runners: unreadable2(eyes, `${admin}${answered2}`, isPassing(error)) };
  }
}

// core/access/scope/principals.ts
var SCIM = "/api/2.0/preview/scim/v2/ServicePrincipals";
var LIST_FROM2 = 20;
async function numericIds(api, applicationIds) {
  const found2 = [];
  const idsOf2 = (resources) => new Map(
    resources.map((resource) => [
      SERVICE_PRINCIPAL.text(resource, "applicationId").toLowerCase(),
      SERVICE_PRINCIPAL.text(resource, "id")
    ])
  );
  if (applicationIds.length >= LIST_FROM2) {
    const missing = new Set(applicationIds);
    return idsOf2(
      await listScim(api, SCIM, { attributes: "id,applicationId" }, (page) => {
        for (const id of idsOf2(page).keys()) missing.delete(id);
        return missing.size === 0;
      })
    );
  }
  await inParallel(applicationIds, async (id) => {
    const query = { filter: `applicationId eq "${id}"`, attributes: "id,applicationId" };
    found2.push(...listAt(await api.call({ method: "GET", path: SCIM, query }), "Resources"));
  });
  return idsOf2(found2);
}
async function holders2(api, path20, name) {
  const ruleSet = await api.call({ method: "GET", path: path20, query: { name, etag: "" } });
  return RULE_SET.list(ruleSet, "grant_rules").flatMap(
    (rule) => GRANT_RULE.list(rule, "principals").filter((principal) => typeof principal === "string").map((principal) => ({ principal, role: GRANT_RULE.text(rule, "role") }))
  );
}
async function eitherRoute(workspace, account) {
  try {
    return await workspace();
  } catch (error) {
    if (account === void 0 || !(error instanceof ApiFailure)) throw error;
    return account().catch((second) => {
      throw isPassing(error) ? error : second;
    });
  }
}
async function readOne2(eyes, accountId, applicationId2, numericId) {
  if (accountId === void 0) {
    const missing = unknown("the input account-id");
    return { numericId, users: missing, secrets: missing, policies: missing };
  }
  const id = numericId.state === "known" ? numericId.value : void 0;
  const name = `accounts/${accountId}/servicePrincipals/${applicationId2}/ruleSets/default`;
  const manager = `servicePrincipal.manager on ${applicationId2}, or account admin`;
  const base = `/api/2.0/accounts/${accountId}/servicePrincipals/${id ?? ""}`;
  const [users2, secrets2, policies2] = await Promise.all([
    readBy(
      eyes,
      manager,
      ({ workspace, account }) => eitherRoute(
        () => holders2(workspace, "/api/2.0/preview/accounts/access-control/rule-sets", name),
        account && (() => holders2(account, `/api/2.0/preview/accounts/${accountId}/access-control/rule-sets`, name))
      )
    ),
    readBy(eyes, manager, ({ workspace, account }) => {
      if (id === void 0) return void 0;
      const path20 = `/api/2.0/accounts/servicePrincipals/${id}/credentials/secrets`;
      return eitherRoute(
        () => listAll(workspace, path20, SECRETS.key("secrets")),
        account && (() => listAll(account, `${base}/credentials/secrets`, SECRETS.key("secrets")))
      ).then((listed) => listed.map((secret) => SECRET.text(secret, "id")));
    }),
    readBy(eyes, "account admin, with a way to sign in to the account", ({ account }) => {
      if (id === void 0 || account === void 0) return void 0;
      return listAll(account, `${base}/federationPolicies`, FEDERATION_POLICIES.key("policies")).then(
        (listed) => listed.map((policy2) => ({
          id: FEDERATION_POLICY.text(policy2, "policy_id"),
          issuer: FEDERATION_POLICY.text(policy2, "oidc_policy", "issuer"),
          subject: FEDERATION_POLICY.text(policy2, "oidc_policy", "subject")
        }))
      );
    })
  ]);
  return { numericId, users: users2, secrets: secrets2, policies: policies2 };
}
async function readPrincipals(eyes, accountId, applicationIds) {
  const distinct = [...new Set(applicationIds)];
  const ids = await readBy(eyes, "workspace user", ({ workspace }) => numericIds(workspace, distinct));
  const facts = await inParallel(distinct, (applicationId2) => {
    const numericId = ids.state === "known" ? { state: "known", value: ids.value.get(applicationId2) } : ids;
    return readOne2(eyes, accountId, applicationId2, numericId);
  });
  return new Map(
    distinct.flatMap((applicationId2, index) => {
      const found2 = facts[index];
      return found2 === void 0 ? [] : [[applicationId2, found2]];
    })
  );
}

// core/access/scope/twins.ts
var HARMLESS4 = /* @__PURE__ */ new Set(["BROWSE", "MANAGE"]);
async function readTwins(eyes, identities, metastoreOwner) {
  if (identities.size === 0) return known({ complete: known(true), twins: [] });
  const isAdmin2 = eyes.readers.filter((reader) => metastoreOwner !== "" && isReader(reader, metastoreOwner));
  const right = "metastore admin (anybody else is shown only some credentials)";
  const complete = isAdmin2.length > 0 ? known(true) : unreadable2(eyes, right);
  const readers = isAdmin2.length > 0 ? isAdmin2 : eyes.readers;
  const path20 = "/api/2.1/unity-catalog/credentials";
  const query = { max_results: "0", include_unbound: "true" };
  const listed = await readBy(
    { ...eyes, readers },
    right,
    ({ workspace }) => listAll(workspace, path20, CREDENTIALS.key("credentials"), query)
  );
  if (listed.state !== "known") return listed;
  const wanted = new Set(identities.values());
  const held = listed.value.filter((info) => wanted.has(identityOf(info)));
  const alone = (info) => held.every((other) => other === info || identityOf(other) !== identityOf(info));
  const isOwn = (info) => identities.has(CREDENTIAL.text(info, "name").toLowerCase());
  const same = held.filter((info) => !isOwn(info) || !alone(info));
  const found2 = await inParallel(same, async (info) => {
    const name = CREDENTIAL.text(info, "name");
    const storage = CREDENTIAL.text(info, "purpose") !== "SERVICE";
    const type = storage ? "storage_credential" : "credential";
    const manage = `MANAGE on credential "${name}", or metastore admin`;
    const grants2 = await readBy(
      { ...eyes, readers },
      manage,
      ({ workspace }) => effectiveGrants(workspace, name, type)
    );
    const users2 = grants2.state === "known" ? known(grants2.value.filter(({ privilege }) => !HARMLESS4.has(privilege))) : grants2;
    return { name, identity: identityOf(info), storage, users: users2 };
  });
  return known({ complete, twins: found2 });
}
function ofTwin({ name, storage, users: users2 }, own, allowed) {
  return judge2(users2, (all) => {
    const strangers = all.filter(({ principal }) => !allowed.has(principal.toLowerCase()));
    const what = `${storage ? "storage credential" : "credential"} "${name}" has the identity of "${own}"`;
    const remedy = `Give "${own}" an identity of its own, or delete "${name}".`;
    if (strangers.length > 0) return broken(`${what}, and can be used by ${shownUsers(strangers)}`, remedy);
    if (storage) return unproven2(`${what}, and external locations may use it`, remedy);
    return proven(`${what}, without other users`, [`whoever manages "${name}" could grant it`]);
  });
}
function twinPoints(credentials, facts, allowed) {
  if (credentials.length === 0) return [{ point: "twins", ...proven("no credential is used") }];
  return credentials.flatMap((reading) => {
    if (reading.state !== "known") {
      return [{ point: "twins", ...judge2(reading, () => proven("")) }];
    }
    const { name, identity } = reading.value;
    if (identity === "") {
      const says = `the cloud identity of credential "${name}" is of no known form`;
      return [{ point: "twins", ...unproven2(says, "Use a managed identity, a role or a service account.") }];
    }
    if (facts.state !== "known") {
      return [{ point: "twins", ...judge2(facts, () => proven("")) }];
    }
    const { complete, twins } = facts.value;
    const outside2 = `whatever else holds ${identity} outside Databricks is not seen`;
    const listing = judge2(
      complete,
      () => proven(`the listing of credentials behind the identity of "${name}" is complete`, [outside2])
    );
    const found2 = twins.filter((twin) => twin.identity === identity && twin.name.toLowerCase() !== name);
    const points2 = found2.map((twin) => ({ point: "twins", ...ofTwin(twin, name, allowed) }));
    return [{ point: "twins", ...listing }, ...points2];
  });
}

// core/access/scope/workspace-admins.ts
function readTokens(eyes) {
  return readBy(eyes, "workspace admin (the list of personal access tokens)", async ({ workspace }) => {
    const path20 = "/api/2.0/token-management/tokens";
    const answer = await unlessAbsent(workspace.call({ method: "GET", path: path20 }));
    return TOKENS.list(answer, "token_infos").map((token2) => ({
      id: TOKEN.text(token2, "token_id"),
      ownerId: TOKEN.text(token2, "owner_id"),
      createdBy: TOKEN.text(token2, "created_by_username")
    }));
  });
}
var SHOWN2 = 10;
function readDeployer(eyes, deployer) {
  return readBy(eyes, "workspace admin (the groups of the deployer)", (reader) => {
    if (reader.applicationId === deployer.toLowerCase()) return Promise.resolve(reader.admin);
    return reader.admin ? isAdmin(reader.workspace, deployer) : void 0;
  });
}
async function isAdmin(api, applicationId2) {
  const path20 = "/api/2.0/preview/scim/v2/ServicePrincipals";
  const query = { filter: `applicationId eq "${applicationId2}"`, attributes: "applicationId,groups" };
  const answer = await api.call({ method: "GET", path: path20, query });
  const found2 = listAt(answer, SERVICE_PRINCIPALS.key("Resources"));
  if (found2.length === 0) throw new ApiFailure(404, "NOT_FOUND", "there is no such service principal");
  return found2.flatMap((one) => SERVICE_PRINCIPAL.list(one, "groups")).some((group) => GROUP.text(group, "display") === "admins");
}
function readAdmins(eyes) {
  return readBy(eyes, "workspace admin (the setting restrict_workspace_admins)", async ({ workspace }) => {
    const path20 = "/api/2.0/settings/types/restrict_workspace_admins/names/default";
    const [setting, names2] = await Promise.all([
      unlessAbsent(workspace.call({ method: "GET", path: path20 }), ({ missing }) => missing),
      admins2(workspace)
    ]);
    const status = ADMIN_SETTING.text(setting, "restrict_workspace_admins", "status");
    return { restricted: status === "RESTRICT_TOKENS_AND_JOB_RUN_AS", names: names2 };
  });
}
async function admins2(api) {
  const query = { filter: 'displayName eq "admins"', attributes: "members" };
  try {
    const answer = await api.call({ method: "GET", path: "/api/2.0/preview/scim/v2/Groups", query });
    const members2 = listAt(answer, GROUPS.key("Resources")).flatMap(
      (group) => GROUP_RESOURCE.list(group, "members")
    );
    const names2 = members2.map((member3) => GROUP.text(member3, "display") || GROUP.text(member3, "value"));
    const more = names2.length - SHOWN2;
    return more > 0 ? [...names2.slice(0, SHOWN2), `${more} more`] : names2;
  } catch (error) {
    if (error instanceof ApiFailure) return [];
    throw error;
  }
}
async function unlessAbsent(answer, isAbsent = isAbsentFeature) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && isAbsent(error)) return void 0;
    throw error;
  }
}

// core/access/scope/prove.ts
function usersAfterwards(credential, users2, { coming, leaving }) {
  const of = (grants2) => grants2.filter((grant) => grant.credential.toLowerCase() === credential.toLowerCase()).map(({ principal }) => principal);
  const gone = new Set(of(leaving));
  const staying = users2.filter(
    (user2) => user2.privilege !== "ACCESS" || user2.inheritedFrom !== "" || !gone.has(user2.principal)
  );
  const present5 = new Set(staying.map(({ principal }) => principal));
  const added = [...new Set(of(coming))].filter((principal) => !present5.has(principal));
  const asUser = (principal) => ({
    principal,
    privilege: "ACCESS",
    inheritedFrom: ""
  });
  return [...staying, ...added.map(asUser)];
}
function afterwards(reading, grants2) {
  if (reading.state !== "known") return reading;
  const { name, users: users2 } = reading.value;
  return known({ ...reading.value, users: usersAfterwards(name, users2, grants2) });
}
function twinsAfterwards(reading, grants2) {
  if (reading.state !== "known") return reading;
  const twins = reading.value.twins.map(
    (twin) => twin.users.state === "known" ? { ...twin, users: known(usersAfterwards(twin.name, twin.users.value, grants2)) } : twin
  );
  return known({ ...reading.value, twins });
}
function matesOf(key2, bundle, policy2) {
  const groups = (policy2?.shared_principals ?? []).filter((group) => group.includes(key2));
  const keys = new Set(groups.flat());
  return bundle.jobs.filter((other) => other.key !== key2 && keys.has(other.key));
}
function principalOf(job2) {
  return job2.runAs.kind === "service_principal" ? job2.runAs.applicationId : "";
}
async function proveScopes(request) {
  const { eyes, before, bundle, deployer, accountId, policy: policy2, needs } = request;
  const jobs2 = bundle.jobs.filter((job2) => needs.has(job2.key));
  if (jobs2.length === 0) return /* @__PURE__ */ new Map();
  const clusterIds = jobs2.flatMap((job2) => sharedClusters(job2.settings));
  const metastoreOwner = await readMetastoreOwner(eyes);
  const [listed, identities, tokens2, admins3, deployerIsAdmin, credentials, clusters] = await Promise.all([
    readRunners(eyes, request.listing, clusterIds.length > 0),
    readPrincipals(
      eyes,
      accountId,
      jobs2.map(principalOf).filter((principal) => principal !== "")
    ),
    readTokens(eyes),
    readAdmins(eyes),
    deployer === "" ? known(false) : readDeployer(eyes, deployer),
    readCredentialUsers(eyes, [...needs.values()].flat(), metastoreOwner),
    readClusters(eyes, clusterIds)
  ]);
  const cloudIdentities = new Map(
    [...credentials.values()].flatMap(
      (one) => one.state === "known" && one.value.identity !== "" ? [[one.value.name, one.value.identity]] : []
    )
  );
  const code2 = codeReader(eyes, bundle.filePath, metastoreOwner);
  const numericIds2 = [...identities.values()].flatMap(
    ({ numericId: id }) => id.state === "known" && id.value !== void 0 ? [id.value] : []
  );
  const [elsewhere3, allTwins, codes] = await Promise.all([
    readElsewhere(eyes, accountId, bundle.workspaceId, new Set(numericIds2)),
    readTwins(eyes, cloudIdentities, metastoreOwner),
    inParallel(jobs2, (job2) => {
      const shared = sharedClusters(job2.settings).flatMap((id) => {
        const reading = clusters.get(id);
        return reading?.state === "known" ? [reading.value] : [];
      });
      return code2(codeSubject(job2, before), shared);
    })
  ]);
  const runners2 = listed.state === "known" ? known(withBundle(listed.value, bundle, before === void 0)) : listed;
  const nobody = unknown("a run-as service principal");
  const noIdentity = {
    numericId: nobody,
    users: nobody,
    secrets: nobody,
    policies: nobody
  };
  const proofs = jobs2.map((job2, index) => {
    const principal = principalOf(job2);
    const mates = matesOf(job2.key, bundle, policy2);
    const allowed = /* @__PURE__ */ new Set([job2.key, ...mates.map(({ key: key2 }) => key2)]);
    const principals = /* @__PURE__ */ new Set([principal, ...mates.filter(isTrusted(before)).map(principalOf)]);
    principals.delete("");
    const identity = identities.get(principal) ?? noIdentity;
    const used = (needs.get(job2.key) ?? []).map(
      (name) => afterwards(credentials.get(name) ?? unknown(`credential "${name}"`), request)
    );
    const ofCode = codes[index] ?? { code: EMPTY, editors: [nobody] };
    const group = mates.length === 0 ? [] : [...allowed].sort();
    return claim({ job: job2.key, principal, group }, [
      [
        "principal",
        principalPoints({
          job: job2,
          before,
          principal,
          deployer,
          numericId: identity.numericId,
          runners: runners2,
          elsewhere: elsewhere3,
          everywhere: policy2?.principal_workspaces === "all",
          declared: bundle.jobs,
          allowed
        })
      ],
      [
        "actors",
        actorPoints({
          principal,
          deployer,
          identity,
          tokens: tokens2,
          admins: admins3,
          deployerIsAdmin,
          principalUsers: policy2?.principal_users ?? [],
          adminsMustBeRestricted: policy2?.workspace_admins === "restricted"
        })
      ],
      ["credential", credentialPoints(used, principals, bundle.workspaceId)],
      ["twins", twinPoints(used, twinsAfterwards(allTwins, request), principals)],
      [
        "compute",
        computePoints({
          settings: job2.settings,
          principal,
          clusters: sharedClusters(job2.settings).map((id) => clusters.get(id) ?? unknown(`cluster ${id}`)),
          runners: runners2,
          allowed
        })
      ],
      ["code", codePoints(ofCode, { job: job2.key, deployer, before })]
    ]);
  });
  return new Map(proofs.map((proof) => [proof.job, proof]));
}
var EMPTY = { paths: [], volumes: [], objects: [], notes: [], unproven: [], relative: [] };
function isTrusted(before) {
  return (job2) => before !== void 0 || job2.deployed?.state === "read";
}
function codeSubject({ id, settings }, before) {
  if (id !== void 0) return { id, settings };
  const unread = before === void 0 ? unknown("a job that the workspace has") : { state: "later", why: "the job does not exist yet", when: before };
  return { settings, unread };
}

// core/access/plan/observe.ts
function observer(request, registrarLater) {
  const { files, deployed: deployed2, deployerId, accountId, registrar, deployer } = request;
  const policy2 = files.policy?.policy;
  const listing = jobListing();
  let opened;
  const readers = () => opened ??= Promise.all(
    [registrar, deployer].filter((connection) => connection !== void 0).map(openReader)
  );
  return {
    async bundle() {
      const { bundle } = request;
      const keys = files.entries.filter((entry) => entry.targets?.includes(bundle.target) !== false).map((entry) => entry.job.value);
      if (!deployed2 || keys.length === 0) return bundle;
      const mates = keys.flatMap((key2) => matesOf(key2, bundle, policy2).map((mate) => mate.key));
      const eyes = { readers: await readers(), later: void 0 };
      return asDeployed(eyes, bundle, /* @__PURE__ */ new Set([...keys, ...mates]), listing);
    },
    async proofs(subject2) {
      if (subject2.needs.size === 0) return /* @__PURE__ */ new Map();
      const about = { ...subject2, listing, deployer: deployerId, accountId, policy: policy2 };
      const eyes = { readers: await readers() };
      if (deployed2)
        return proveScopes({ ...about, before: void 0, eyes: { ...eyes, later: void 0 } });
      const later = registrarLater ? "before" : void 0;
      return proveScopes({ ...about, before: "before", eyes: { ...eyes, later } });
    }
  };
}

// core/access/state/known.ts
function expectedRecords(live, owner, deployment) {
  const byObject = /* @__PURE__ */ new Map();
  for (const { name, origin, job: job2, purpose, target, object: object3 } of live) {
    const key2 = objectKey(target.kind, object3);
    const entry = { name, ...origin, job: job2.key, purpose: purpose.value, phase: "granted" };
    const { workspaceId, statePath } = deployment;
    byObject.set(key2, {
      kind: target.kind,
      object: object3,
      owner,
      deployment: { workspaceId, statePath },
      entries: [...byObject.get(key2)?.entries ?? [], entry]
    });
  }
  return [...byObject.values()];
}
async function knownState(options, live) {
  const { api, deployer, registrarId: registrarId2, registrarLater, owner, bundle } = options;
  const request = {
    api,
    folder: stateFolder(registrarId2),
    owner,
    deployment: bundle,
    expected: expectedRecords(live, owner, bundle),
    looksOnly: options.looksOnly
  };
  const [folder, seen, legacy2] = await Promise.all([
    registrarLater ? void 0 : proveFolder(api, registrarId2),
    readState(request),
    readLegacy(deployer, bundle)
  ]);
  const readable2 = seen.readable || !registrarLater;
  return { state: { ...seen, readable: readable2, records: withLegacy(seen.records, legacy2) }, legacy: legacy2, folder };
}
function assumedRecords(live, remote2) {
  const there = live.filter(({ target, object: object3 }) => remote2(target, object3).state === "present");
  return there.map(({ name, origin, job: job2, purpose, target, object: object3 }) => ({
    ...{ name, ...origin, job: job2.key, purpose: purpose.value, kind: target.kind, object: object3, phase: "granted" }
  }));
}

// core/access/plan/state-warnings.ts
function stateWarnings({ known: known2, views, principals, objects }) {
  const ours = new Set(objects.map(({ target, object: object3 }) => objectKey(target.kind, object3)));
  const warnings = [...views].flatMap(
    ([target, view]) => view.granted(new Set(principals)).filter((object3) => !ours.has(objectKey(target.kind, object3))).map(
      (object3) => `${target.describe(object3)} is there, and neither declared nor recorded: if nobody needs it, ${target.undoCommand(object3)}`
    )
  );
  const { state, legacy: legacy2 } = known2;
  if (!state.readable && ours.size > 0)
    warnings.push(
      "What is recorded is not readable here: what will be withdrawn is shown when access is registered."
    );
  if (legacy2 !== void 0)
    warnings.push(
      "The access state that an earlier version kept beside the bundle's own is taken over, as far as the workspace bears it out, and then removed."
    );
  if (legacy2 !== void 0 && legacy2.doubtful.length > 0)
    warnings.push(
      `Not taken over from it, because it is about no job of this bundle: ${legacy2.doubtful.slice(0, 10).join(", ")}.`
    );
  return warnings;
}

// core/access/plan/plan.ts
function readAccessFiles(access2, policy2, kinds = KINDS) {
  const entries2 = access2 === void 0 ? { value: [], mistakes: [] } : readAccessFile(access2, kinds);
  const rules = policy2 === void 0 ? { value: void 0, mistakes: [] } : readPolicyFile(policy2, policy2.insideCheckout, kinds);
  const mistakes = [...entries2.mistakes, ...rules.mistakes];
  if (mistakes.length > 0) {
    const code2 = entries2.mistakes.length > 0 ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID";
    throw fail(mistakes.map((mistake) => ({ code: code2, mistake })));
  }
  return { entries: entries2.value ?? [], policy: rules.value };
}
function registrarOf(files) {
  return files.policy?.policy.providers?.databricks?.registrar_client_id.toLowerCase();
}
function isApart(files) {
  return files.policy?.policy.providers?.databricks?.registrar === "apart";
}
function fail(findings2) {
  const order = [
    "ACCESS_FILE_INVALID",
    "POLICY_FILE_INVALID",
    "ACCESS_TARGET_UNUSABLE",
    "ACCESS_CLASH",
    "SCOPE_BROKEN"
  ];
  const rank = (finding2) => (order.indexOf(finding2.code) + order.length) % order.length;
  const sorted2 = [...findings2].sort((a, b) => rank(a) - rank(b));
  const mistakes = sorted2.map(({ mistake }) => mistake);
  const code2 = sorted2[0]?.code ?? "INTERNAL";
  if (mistakes.length === 1 && mistakes[0] !== void 0) return new SecretlessError(code2, mistakes[0]);
  const problem = `${mistakes.length} mistakes keep access from being granted as declared.`;
  return new SecretlessError(code2, { problem, mistakes });
}
async function readRemote(objects, request) {
  const used = [...new Set(objects.map(({ target }) => target))];
  const views = await Promise.all(
    used.map(
      (target) => target.read(
        objects.filter((one) => one.target === target).map(({ object: object3 }) => object3),
        portsOf(target, request)
      )
    )
  );
  return new Map(used.map((target, index) => [target, views[index]]));
}
function portsOf(target, request) {
  const { registrar, deployer, clock, bundle, signal } = request;
  return {
    databricks: target.connect(registrar ?? deployer),
    clock,
    workspaceId: bundle.workspaceId,
    ...signal === void 0 ? {} : { signal }
  };
}
function isRegistrarLater({ files, registrar, deployed: deployed2 }) {
  return registrarOf(files) !== void 0 && registrar === void 0 && !deployed2;
}
function warningsOf(request, proofs, used) {
  const { files, bundle } = request;
  const warnings = [];
  if (used && !isApart(files) && (registrarOf(files) ?? request.deployerId) === request.deployerId) {
    warnings.push(
      "Unseparated: the deployer itself registers trust. Name providers.databricks.registrar_client_id in the policy, and `registrar: apart`."
    );
  }
  if (files.policy?.insideCheckout === true) {
    warnings.push(
      `The policy ${files.policy.path} comes with the checkout: whoever edits the bundle can edit it.`
    );
  }
  if (files.policy === void 0) {
    const unproven3 = proofs.filter((proof) => proof.grade === "unproven").map((proof) => proof.job);
    if (unproven3.length > 0)
      warnings.push(
        `Scope is unproven for ${unproven3.join(", ")}, and no policy file says whether that is accepted.`
      );
  }
  for (const entry of files.entries) {
    if (entry.targets !== void 0 && !entry.targets.includes(bundle.target)) continue;
    if (entry.present === "databricks")
      warnings.push(
        `"${entry.purpose.value}" presents a token of the workspace itself, which is experimental.`
      );
  }
  return warnings;
}
async function examineAccess(request) {
  const { files, deployerId, evidence, deployer, clock } = request;
  const registrarLater = isRegistrarLater(request);
  const see = observer(request, registrarLater);
  const bundle = await see.bundle();
  const { declared, findings: inFiles, unclear } = declareAccess(files.entries, bundle, clock.now());
  const live = declared.filter((entry) => entry.expired === void 0);
  const registrarId2 = registrarOf(files) ?? deployerId;
  const known2 = await knownState(
    {
      api: (request.registrar ?? deployer).workspace,
      deployer: deployer.workspace,
      ...{ registrarId: registrarId2, registrarLater, owner: request.owner, bundle, looksOnly: request.looksOnly === true }
    },
    live
  );
  const { state } = known2;
  const recorded = state.records.map((record2) => ({
    target: kindOf2(record2.kind, request.kinds),
    object: record2.object,
    ...{ name: record2.name, phase: record2.phase }
  })).filter(
    (one) => one.target !== void 0 && one.phase !== "expired"
  );
  const wanted = new Set(live.map(({ target, object: object3 }) => objectKey(target.kind, object3)));
  const leaving = recorded.filter(({ name, target, object: object3 }) => !unclear.has(name) && !wanted.has(objectKey(target.kind, object3))).map(({ target, object: object3 }) => target.credential(object3)).filter((grant) => grant !== void 0);
  const needs = /* @__PURE__ */ new Map();
  for (const { job: job2, credentials } of live)
    needs.set(job2.key, [.../* @__PURE__ */ new Set([...needs.get(job2.key) ?? [], ...credentials])]);
  const coming = live.map(({ target, object: object3 }) => target.credential(object3)).filter((grant) => grant !== void 0);
  const objects = [...live, ...recorded];
  const [views, proofs] = await Promise.all([
    readRemote(objects, request),
    see.proofs({ bundle, needs, coming, leaving })
  ]);
  const missing = { state: "unreadable", missingRight: "the target" };
  const unseen = { state: "unreadable", missingRight: "the registrar's rights" };
  const remote2 = (target, object3) => {
    const seen = views.get(target)?.plan(object3) ?? missing;
    return seen.state === "absent" && registrarLater ? unseen : seen;
  };
  const records = state.readable ? state.records : [...state.records, ...assumedRecords(live, remote2)];
  const planned = planChanges(declared, records, remote2, { kinds: request.kinds, unclear });
  const decided = decideChanges(planned, declared, {
    proofs,
    policy: files.policy,
    evidence,
    bundle,
    deployed: request.deployed
  });
  const notes = live.flatMap(({ target, object: object3 }) => views.get(target)?.notes(object3) ?? []);
  const principals = bundle.jobs.flatMap(
    ({ runAs: runAs2 }) => runAs2.kind === "service_principal" ? [runAs2.applicationId] : []
  );
  return {
    changes: decided.changes,
    denied: decided.denied,
    findings: [...inFiles, ...planned.findings, ...decided.findings],
    warnings: [
      ...warningsOf(request, [...proofs.values()], objects.length > 0),
      ...planned.warnings,
      ...decided.warnings,
      ...stateWarnings({ known: known2, views, principals, objects })
    ],
    notes: [...new Set(notes)],
    proofs,
    state,
    legacy: known2.legacy !== void 0,
    folder: known2.folder,
    policy: files.policy,
    registrarId: registrarId2,
    apart: isApart(files),
    selfRegistered: registrarId2 === deployerId && !isApart(files)
  };
}
async function planAccess(request, onPlan) {
  const plan = await examineAccess(request);
  await onPlan?.(plan);
  if (plan.findings.length > 0) throw fail(plan.findings);
  return plan;
}

// core/access/state/recorder.ts
var recordKey = ({ name, target, object: object3 }) => `${name} ${objectKey(target.kind, object3)}`;
var Recorder = class {
  /** By object, then by the name of the entry. */
  #records = /* @__PURE__ */ new Map();
  #files;
  #options;
  constructor(state, options) {
    for (const record2 of state.records) this.#of(record2).set(record2.name, record2);
    this.#files = new Map(state.files);
    this.#options = options;
  }
  /** Sets the phase of the records of these changes; undefined removes them. */
  async set(changes, phaseOf) {
    for (const change2 of changes) {
      const phase = phaseOf(change2);
      const { name, origin, job: job2, purpose, target, object: object3 } = change2;
      const entry = { name, ...origin, job: job2, purpose, kind: target.kind, object: object3 };
      if (phase === void 0) this.#of(entry).delete(name);
      else this.#of(entry).set(name, { ...entry, phase });
    }
    const touched = new Map(changes.map((change2) => [objectKey(change2.target.kind, change2.object), change2]));
    await inParallel([...touched.values()], (change2) => this.#write(change2));
  }
  #of({ kind, object: object3 }) {
    const key2 = objectKey(kind, object3);
    const entries2 = this.#records.get(key2) ?? /* @__PURE__ */ new Map();
    this.#records.set(key2, entries2);
    return entries2;
  }
  async #write({ target: { kind }, object: object3 }) {
    const { api, folder, owner, deployment, lock } = this.#options;
    await lock.hold();
    const entries2 = [...this.#of({ kind, object: object3 }).values()];
    const id = objectId(kind, object3);
    const old = this.#files.get(id) ?? [];
    const written = [];
    if (entries2.length > 0) {
      const record2 = { kind, object: object3, owner, deployment, entries: entries2 };
      const { file } = recordName(record2);
      if (!old.includes(file)) await writeWorkspaceFile(api, `${folder}/${file}`, renderRecord(record2), true);
      written.push(file);
    }
    for (const file of old) if (!written.includes(file)) await deleteWorkspaceFile(api, `${folder}/${file}`);
    this.#files.set(id, written);
  }
};

// core/access/apply/execute.ts
var CONFIRM_TIMEOUT = 6e4;
var isChange = ({ action }) => action !== "unchanged";
var isRemote2 = ({ action }) => action === "grant" || action === "update" || action === "withdraw";
async function confirm({ target, action, objects }, ports, clock) {
  const done = ({ state }) => action === "withdraw" ? state === "absent" || state === "impossible" : state === "present";
  const deadline = clock.now() + CONFIRM_TIMEOUT;
  for (let wait = 500; ; wait = Math.min(wait * 2, 8e3)) {
    const view = await target.read(objects, ports);
    const open4 = objects.filter((object3) => !done(view.plan(object3)));
    if (open4[0] === void 0) return void 0;
    if (clock.now() + wait > deadline) return `not confirmed when read back: ${target.describe(open4[0])}`;
    await clock.sleep(wait, ports.signal);
  }
}
function batches(all) {
  const groups = /* @__PURE__ */ new Map();
  for (const change2 of all) {
    const key2 = JSON.stringify([change2.action, change2.target.kind, change2.target.batch(change2.object)]);
    const group = groups.get(key2);
    if (group) group.push(change2);
    else groups.set(key2, [change2]);
  }
  return [...groups.values()].map((changes) => {
    const [{ target, action }] = changes;
    return { target, action, changes, objects: changes.map(({ object: object3 }) => object3) };
  });
}
async function applyBatch(batch, ports, clock) {
  const { target, action, objects } = batch;
  try {
    await (action === "withdraw" ? target.withdraw(objects, ports) : target.apply(objects, ports));
    return await confirm(batch, ports, clock);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return `${error.status} ${error.errorCode}: ${error.message}`;
  }
}
async function execute(plan, request, lock, onApplied) {
  const { deployer, registrar, owner, clock, bundle, signal } = request;
  const recorder = new Recorder(plan.state, {
    api: (registrar ?? deployer).workspace,
    folder: stateFolder(plan.registrarId),
    deployment: bundle,
    ...{ owner, lock }
  });
  const all = plan.changes.filter(isChange);
  const applied = [];
  const tell = async (changes, outcome2, reason) => {
    for (const change2 of changes) {
      const one = { change: change2, outcome: outcome2, ...reason === void 0 ? {} : { reason } };
      applied.push(one);
      await onApplied(one);
    }
  };
  await recorder.set(
    all,
    (change2) => change2.action === "withdraw" ? "withdrawing" : isRemote2(change2) ? "granting" : change2.phase
  );
  await tell(
    all.filter((change2) => !isRemote2(change2)),
    "done"
  );
  const order = [
    ...batches(all.filter(({ action }) => action === "withdraw")),
    ...batches(all.filter((change2) => isRemote2(change2) && change2.action !== "withdraw"))
  ];
  let withdrawalFailed = false;
  for (const batch of order) {
    const withdrawing = batch.action === "withdraw";
    if (!withdrawing && withdrawalFailed) {
      await tell(batch.changes, "skipped", "a withdrawal failed");
      continue;
    }
    signal?.throwIfAborted();
    await lock.hold();
    const problem = await applyBatch(batch, portsOf(batch.target, request), clock);
    if (problem !== void 0) {
      withdrawalFailed ||= withdrawing;
      await tell(batch.changes, "failed", problem);
      continue;
    }
    await recorder.set(batch.changes, (change2) => change2.phase);
    await tell(batch.changes, "done");
  }
  return applied;
}

// core/access/state/lock.ts
import { randomUUID as randomUUID2 } from "node:crypto";
var LEASE = 6e4;
var RENEW = 2e4;
var POLL = 5e3;
function parse3(content) {
  try {
    const value = JSON.parse(content);
    return {
      id: textAt(value, "id"),
      holder: textAt(value, "holder"),
      after: textAt(value, "after")
    };
  } catch {
    return { id: "", holder: "(unreadable)", after: "" };
  }
}
async function takeLock(path20, options) {
  const { api, clock, holder, timeout, signal } = options;
  const id = randomUUID2();
  let after = "";
  const text3 = () => JSON.stringify({ id, holder, after, renewed: clock.now() });
  const deadline = clock.now() + timeout;
  let renewed = clock.now();
  const lock = {
    async hold() {
      if (clock.now() - renewed < RENEW) return;
      const content = await readWorkspaceFile(api, path20);
      if (content === void 0 || parse3(content).id !== id) throw lost(path20);
      renewed = clock.now();
      await writeWorkspaceFile(api, path20, text3(), true);
    },
    async release() {
      const content = await readWorkspaceFile(api, path20);
      if (content !== void 0 && parse3(content).id === id) await deleteWorkspaceFile(api, path20);
    }
  };
  let seen;
  let since = clock.now();
  for (; ; ) {
    renewed = clock.now();
    if (await writeWorkspaceFile(api, path20, text3(), false)) return lock;
    const content = await readWorkspaceFile(api, path20);
    if (content === void 0) continue;
    if (parse3(content).id === id) return lock;
    if (content !== seen) {
      seen = content;
      since = clock.now();
    } else if (clock.now() - since >= LEASE) {
      after = parse3(content).id;
      if (await takeOver(path20, content, text3(), options)) return lock;
      seen = void 0;
    }
    if (clock.now() >= deadline) throw busy(path20, parse3(content).holder);
    await clock.sleep(POLL, signal);
  }
}
function takeOverPath(path20, id) {
  return `${path20}.${id.replace(/[^0-9a-f-]/g, "").slice(0, 36)}`;
}
async function takeOver(path20, left, text3, options) {
  const { id, after } = parse3(left);
  const takeover = await takeLock(takeOverPath(path20, id), options);
  try {
    if (await readWorkspaceFile(options.api, path20) !== left) return false;
    await writeWorkspaceFile(options.api, path20, text3, true);
    if (after !== "") await deleteWorkspaceFile(options.api, takeOverPath(path20, after));
    return true;
  } finally {
    await takeover.release();
  }
}
function busy(path20, holder) {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `Another run holds the access lock ${path20}.`,
    actual: holder,
    remedy: "Wait for that run to end and run this one again. A lock that is left over is taken over after a minute."
  });
}
function lost(path20) {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `The access lock ${path20} was taken over by another run while this one was changing access.`,
    remedy: "Run it again: what was changed so far is recorded, and the next run converges."
  });
}

// core/access/apply/apply.ts
var isRevoked = ({ action, decision }) => action === "withdraw" && decision?.effect === "deny";
function checkApproved(fresh, approved) {
  const shown3 = new Set(approved.changes.map((change2) => `${change2.action} ${recordKey(change2)}`));
  for (const change2 of approved.changes) if (change2.unread) shown3.add(`grant ${recordKey(change2)}`);
  const hidden = ({ action }) => action === "withdraw" && !approved.state.readable;
  const surprises = fresh.changes.filter(
    (change2) => isRemote2(change2) && !hidden(change2) && !isRevoked(change2) && !shown3.has(`${change2.action} ${recordKey(change2)}`)
  );
  if (surprises.length === 0) return;
  throw new SecretlessError("ACCESS_PLAN_OUTDATED", {
    problem: "Access has changed since it was planned: what would happen now was not shown.",
    remedy: "Plan and deploy again. If another pipeline deploys the same bundle and target, let only one of them do it.",
    mistakes: surprises.map(({ action, target, object: object3, job: job2, purpose }) => ({
      problem: `${action}: ${target.describe(object3)} (job "${job2}", ${purpose})`
    }))
  });
}
function holding(request, lock) {
  const held = (api) => ({
    async call(one) {
      await lock.hold();
      return api.call(one);
    }
  });
  const all = ({ workspace, account }) => ({
    workspace: held(workspace),
    account: account && held(account)
  });
  const { deployer, registrar } = request;
  return { ...request, deployer: all(deployer), registrar: registrar && all(registrar) };
}
function failures(applied) {
  const mistakes = applied.filter(({ outcome: outcome2 }) => outcome2 === "failed" || outcome2 === "skipped");
  return mistakes.map(({ change: change2, outcome: outcome2, reason = "" }) => {
    const { action, target, object: object3, job: job2, purpose } = change2;
    const mistake = {
      problem: `Job "${job2}", ${purpose}: ${action} of ${target.describe(object3)} ${outcome2}: ${reason}.`,
      remedy: "What was done is recorded; mend the cause and deploy again, the next run goes on from there."
    };
    return { code: "ACCESS_FAILED", mistake };
  });
}
async function applyAccess(request, options) {
  if (registrarOf(request.files) !== void 0 && request.registrar === void 0) {
    throw new Error("the policy names a registrar, so its connection is needed to apply");
  }
  let plan = await examineAccess(request);
  let applied = [];
  if (!plan.changes.some(isChange)) await options.onPlan?.(plan);
  else {
    const { deployer, registrar, clock, signal } = request;
    const { workspace } = registrar ?? deployer;
    const { registrarId: registrarId2 } = plan;
    const lock = await takeLock(lockPath(registrarId2), {
      api: workspace,
      clock,
      holder: options.holder,
      timeout: options.lockTimeout,
      ...signal === void 0 ? {} : { signal }
    });
    try {
      plan = await examineAccess(holding(request, lock));
      if (options.approved !== void 0) checkApproved(plan, options.approved);
      await options.onPlan?.(plan);
      const readers = request.readers.filter((one) => one !== registrarId2);
      if (plan.folder) await letRead(workspace, plan.folder, readers);
      if (plan.changes.some(isChange))
        applied = await execute(plan, request, lock, (one) => options.onApplied(one, plan));
    } finally {
      await lock.release();
    }
  }
  for (const change2 of plan.denied) {
    const one = { change: change2, outcome: "denied", reason: change2.decision?.reason ?? "" };
    applied = [...applied, one];
    await options.onApplied(one, plan);
  }
  const problems = [...plan.findings, ...failures(applied)];
  if (problems.length > 0) throw fail(problems);
  if (plan.legacy) await retireLegacy(request);
  const count3 = (action) => applied.filter(({ change: change2, outcome: outcome2 }) => outcome2 === "done" && change2.action === action).length;
  return {
    plan,
    applied,
    granted: count3("grant"),
    updated: count3("update"),
    revoked: count3("withdraw"),
    unchanged: plan.changes.filter(({ action }) => action === "unchanged").length
  };
}
async function retireLegacy({ deployer, bundle }) {
  try {
    await removeLegacy(deployer.workspace, bundle);
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.refused) throw error;
  }
}
function withdrawAccess(request, options) {
  const { files } = request;
  return applyAccess({ ...request, files: { ...files, entries: [] } }, { ...options, approved: void 0 });
}

// core/access/apply/in-force.ts
function grantedNow(plan, applied) {
  const done = new Set(applied.flatMap(({ change: change2, outcome: outcome2 }) => outcome2 === "done" ? [change2] : []));
  const stands = plan.changes.filter(
    (change2) => change2.phase === "granted" && change2.action !== "withdraw" && (!isRemote2(change2) || done.has(change2))
  );
  return [...stands, ...plan.denied.filter(({ standing }) => standing !== void 0)];
}
function declaredNow(entries2, bundle, now) {
  const { declared } = declareAccess(entries2, bundle, now);
  return declared.filter(({ expired: expired2 }) => expired2 === void 0).map(({ job: job2, purpose, target, object: object3 }) => ({ job: job2.key, purpose: purpose.value, target, object: object3 }));
}
function manifestOf(bundle, workspace, entries2, inForce) {
  const { name, target } = bundle;
  const jobs2 = bundle.jobs.flatMap(({ key: key2, id, runAs: runAs2 }) => {
    if (id === void 0 || runAs2.kind !== "service_principal") return [];
    const ofJob = entries2.filter(({ job: job2 }) => job2.value === key2);
    const purposes = inForce.filter(({ job: job2 }) => job2 === key2).map((one) => {
      const until = ofJob.find(({ purpose }) => purpose.value === one.purpose)?.until;
      const grant = one.target.manifest(one.object);
      return { ...grant, purpose: one.purpose, ...until && { until: until.value } };
    });
    const elsewhere3 = Object.fromEntries(
      ofJob.flatMap(
        ({ purpose, targets = [target] }) => targets.includes(target) || targets.length === 0 ? [] : [[purpose.value, targets]]
      )
    );
    if (purposes.length === 0 && Object.keys(elsewhere3).length === 0) return [];
    return [{ key: key2, id, runAs: runAs2.applicationId, purposes, elsewhere: elsewhere3 }];
  });
  return { bundle: name, target, workspace, jobs: jobs2 };
}
function isManifestOf({ name, target }, text3) {
  try {
    const content = readJson(text3);
    return member(content, "bundle") === name && member(content, "target") === target;
  } catch {
    return false;
  }
}

// core/flow/api.ts
function auditedApi({ ci, ports, signal }, host, token2, { audit, clientId: caller, failure }) {
  const onWrite = ({ method, url, status, requestId }) => {
    const reason = status === void 0 ? "no answer came" : `status ${status}`;
    const ok = status !== void 0 && status < 400;
    return audit.write(
      apiCallEvent({
        outcome: ok ? { ok } : { ok: false, code: failure, reason },
        method,
        url,
        ...status !== void 0 && { status },
        ...requestId !== void 0 && { requestId },
        caller,
        runner: ci.context.ciName
      })
    );
  };
  return connectDatabricks({ host, token: token2, send: ports.send, clock: ports.clock, signal, onWrite });
}
function workspaceApi(step2, session, caller) {
  const token2 = async () => (await session.token()).accessToken;
  return auditedApi(step2, step2.inputs.host, token2, caller);
}

// core/ci/claims.ts
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
    throw unreadable3("it is not a signed JSON Web Token");
  }
  const { iss, sub, aud, exp, iat, jti } = payload;
  const audience = (Array.isArray(aud) ? aud : [aud]).filter((value) => typeof value === "string");
  if (typeof iss !== "string" || typeof sub !== "string" || audience.length === 0 || typeof exp !== "number") {
    throw unreadable3("it lacks one of `iss`, `sub`, `aud` and `exp`");
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
function pipelineClaims(payload, dialects = DIALECTS) {
  return Object.assign({}, ...dialects.map((dialect) => dialect.pipelineClaims(payload)));
}
function unreadable3(why) {
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: `What the CI gave as ID token cannot be read: ${why}.`,
    expected: "an ID token (OpenID Connect Core 1.0, section 2)",
    remedy: "Run the job again; if this comes back, look for what answers in place of the CI's token endpoint."
  });
}

// core/federation/session.ts
var PATIENCE2 = 5e3;
var MOST_EXPIRED = 3;
var LONGEST_PAUSE = 6e4;
var SPARED = { first: 500, most: 15e3 };
function createSession(options) {
  const { clock, signal, initial } = options;
  let current;
  let renewal;
  let isSlow = false;
  let failed;
  if (initial) keep(initial);
  function keep(token2) {
    const now = clock.now();
    current = { ...token2, since: now, renewAt: now + (token2.expiresAt - now) / 2 };
    failed = void 0;
  }
  function renew(isEarly) {
    renewal ??= exchangeWithRetry(options).then((token2) => {
      keep(token2);
      return token2;
    }).catch((error) => {
      const next = Math.min(SPARED.most, failed ? failed.pause * 2 : SPARED.first);
      if (!isEarly) failed = { error, until: clock.now() + next, pause: next };
      throw error;
    }).finally(() => {
      renewal = void 0;
      isSlow = false;
    });
    return renewal;
  }
  async function renewNow() {
    const now = clock.now();
    if (failed && now < failed.until && failed.until - now <= failed.pause) throw failed.error;
    return renew(false);
  }
  async function renewEarly(patience) {
    const renewed = renew(true).catch(() => {
      if (current) current = { ...current, renewAt: clock.now() + pause(current.expiresAt - clock.now()) };
    });
    if (isSlow) return void 0;
    const alarm = new AbortController();
    const late = clock.sleep(patience, alarm.signal).then(
      () => {
        isSlow = renewal !== void 0;
      },
      () => void 0
    );
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
      if (!old || old.expiresAt <= now || now < old.since) return renewNow();
      if (now < old.renewAt) return withoutTimes(old);
      const renewed = await renewEarly(Math.min(PATIENCE2, (old.expiresAt - now) / 2));
      if (renewed) return renewed;
      return clock.now() < old.expiresAt ? withoutTimes(old) : renewNow();
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
async function exchangeOnce({ exchange, idToken, clock, onExchange, serverNow = () => clock.now() }, stop, attempt2) {
  const { audience } = exchange;
  const at3 = clock.now();
  let claims;
  let idTokenSha256 = "";
  let token2;
  try {
    const [assertion] = await Promise.all([idToken(audience, stop), loadClaimsReader()]);
    registerSecret(assertion);
    idTokenSha256 = tokenSha256(assertion);
    claims = await readClaims(assertion);
    stop.throwIfAborted();
    if (claims.expiresAt <= serverNow()) throw expired(claims, serverNow(), attempt2);
    token2 = await exchange.exchange({ token: assertion, claims }, stop);
  } catch (error) {
    onExchange?.({ at: at3, attempt: attempt2, audience, claims, idTokenSha256, outcome: { error } });
    throw error;
  }
  registerSecret(token2.accessToken);
  const { accessToken, expiresAt } = token2;
  const outcome2 = { expiresAt, accessTokenSha256: tokenSha256(accessToken) };
  onExchange?.({ at: at3, attempt: attempt2, audience, claims, idTokenSha256, outcome: outcome2 });
  return token2;
}
function expired({ expiresAt }, now, attempt2) {
  const cause = new SecretlessError("ID_TOKEN_REFUSED", {
    problem: "The ID token that the CI gave has already expired.",
    expected: `valid at ${new Date(now).toISOString()} (by the workspace's clock, where it says its time, else by this runner's)`,
    actual: `expired at ${new Date(expiresAt).toISOString()}`,
    remedy: "Correct the clock of the runner, if it is wrong; else run the job again."
  });
  return new HttpError(cause.message, { retryable: attempt2 < MOST_EXPIRED, cause });
}

// core/flow/foreign-checkout.ts
import path9 from "node:path";

// core/base/git/checkout.ts
import path8 from "node:path";
var COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
async function checkedOutCommit(folder) {
  const gitFolder2 = await findGitFolder(folder);
  if (gitFolder2 === void 0) return void 0;
  const head = await textOf3(path8.join(gitFolder2, "HEAD"));
  if (head === void 0 || COMMIT.test(head)) return head;
  const [, ref2] = /^ref: (refs\/\S+)$/.exec(head) ?? [];
  if (ref2 === void 0 || ref2.split("/").includes("..")) return void 0;
  const common2 = path8.resolve(gitFolder2, await textOf3(path8.join(gitFolder2, "commondir")) ?? ".");
  const loose = await textOf3(path8.join(common2, ref2));
  const commit = loose ?? packedRef(await textOf3(path8.join(common2, "packed-refs")), ref2);
  return commit !== void 0 && COMMIT.test(commit) ? commit : void 0;
}
async function findGitFolder(folder) {
  const git = path8.join(folder, ".git");
  if (await textOf3(path8.join(git, "HEAD")) !== void 0) return git;
  const [, target] = /^gitdir: (.+)$/.exec(await textOf3(git) ?? "") ?? [];
  return target === void 0 ? void 0 : path8.resolve(folder, target);
}
function packedRef(text3, ref2) {
  const line = text3?.split("\n").find((one) => one.trimEnd().endsWith(` ${ref2}`));
  return line?.split(" ")[0];
}
var LARGEST = 64e6;
async function textOf3(file) {
  return readNamedFile(file, { limit: LARGEST }).then(
    (bytes) => bytes?.toString("utf8").trimEnd(),
    () => void 0
  );
}

// core/base/git/repository-id.ts
import { dirname, isAbsolute, join } from "node:path";
function repositoryIdOf(originUrl) {
  const address = originUrl.trim().replace(/^[a-z+]{2,12}:\/\//i, "").replace(/^[^@/]{1,200}@/, "").replace(/^([^/:]{1,255}):(?:\d{1,5}\/)?/, "$1/");
  const azure = /^(?:ssh\.)?dev\.azure\.com\/(?:v3\/)?([^/]+)\/([^/]+)\/(?:_git\/)?([^/]+)/.exec(address);
  const path20 = azure === null ? address : `dev.azure.com/${azure.slice(1).join("/")}`;
  return decodeURIComponentSafely(path20).replace(/(?:\.git)?\/?$/, "").toLowerCase();
}
function decodeURIComponentSafely(text3) {
  try {
    return decodeURIComponent(text3);
  } catch {
    return text3;
  }
}
async function gitFolder(checkout, tree) {
  const dotGit = join(checkout, ".git");
  if (await tree.size(dotGit) === void 0) return dotGit;
  const target = /^gitdir: (.{1,4096})/.exec(await readGitFile(dotGit, tree) ?? "")?.[1]?.trim() ?? "";
  const folder = isAbsolute(target) ? target : join(checkout, target);
  const common2 = await readGitFile(join(folder, "commondir"), tree) ?? ".";
  return isAbsolute(common2.trim()) ? common2.trim() : join(folder, common2.trim());
}
async function readRepositoryId(checkout, tree) {
  const config3 = await readGitFile(join(await gitFolder(checkout, tree), "config"), tree) ?? "";
  const origin = /\[remote "origin"\][^[]{0,2000}?\n\s{0,8}url\s{0,4}=\s{0,4}([^\n]{1,2000})/.exec(
    config3
  )?.[1];
  return origin === void 0 ? void 0 : repositoryIdOf(origin);
}
async function findCheckout(start, tree) {
  for (let folder = start; ; folder = dirname(folder)) {
    const entries2 = await tree.list(folder).catch(() => []);
    if (entries2.some((entry) => entry.name === ".git")) return folder;
    if (dirname(folder) === folder) return start;
  }
}

// core/flow/foreign-checkout.ts
async function refuseForeignCheckout({ ci, inputs }, { name, commit }) {
  const { checkout } = ci.context;
  const ofBundle = await findCheckout(path9.resolve(checkout, inputs.bundleRoot), diskTree);
  const found2 = await Promise.all([.../* @__PURE__ */ new Set([checkout, ofBundle])].map(checkedOutCommit));
  if (commit !== void 0 && found2.every((one) => one === commit)) return;
  throw new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${inputs.command.name}\` is refused: anybody can cause the event ${name}, and what is checked out is not the commit that this run belongs to.`,
    expected: commit ?? "a commit that the CI's ID token names",
    actual: found2.find((one) => one !== commit) ?? "no commit can be read from the checkout",
    remedy: "Check out no `ref:` of somebody else in this job. For pull requests use the event pull_request with `command: plan` and a service principal that can only read."
  });
}

// core/flow/sign-in.ts
var RENEWAL = 12e4;
function signIn(step2, options) {
  const { ci, ports, inputs } = step2;
  const { audit, clientId, signal, onExchange, initial, idToken = ci.idToken.bind(ci) } = options;
  const { exchange, endpoint } = exchangeFor(step2, options);
  return createSession({
    exchange: guarded(step2, exchange),
    idToken,
    clock: ports.clock,
    renewalTimeout: Math.min(RENEWAL, inputs.timeout),
    signal,
    initial,
    serverNow: () => step2.serverTime.now(),
    onExchange: (event) => {
      record(audit, event, { exchange: inputs.exchange.name, endpoint, clientId });
      const { audience, attempt: attempt2, outcome: outcome2 } = event;
      const result = "error" in outcome2 ? `failed: ${String(outcome2.error)}` : `valid until ${new Date(outcome2.expiresAt).toISOString()}`;
      ci.debug(`exchange ${String(attempt2)} as ${clientId} for ${audience}: ${result}`);
      onExchange?.(event);
    }
  });
}
function accountHost(host) {
  return databricksCloud(host)?.accountHost ?? (isLoopback(new URL(host).hostname) ? host : void 0);
}
function exchangeFor({ ci, inputs, ports, exchanges, serverTime }, { workspace, clientId, account }) {
  const open4 = exchanges[inputs.exchange.name];
  if (!open4) throw new Error(`nothing is known of the exchange ${inputs.exchange.name}`);
  return open4({
    ...inputs,
    ...ports,
    send: serverTime.measuring(ports.send),
    workspace,
    account,
    clientId,
    fixedAudience: ci.fixedAudience,
    dialect: ci.dialect
  });
}
function guarded({ ci, inputs }, exchange) {
  return {
    audience: exchange.audience,
    async exchange(idToken, signal) {
      const untrusted = ci.dialect.untrustedToken(idToken.claims);
      if (untrusted && inputs.command.changes) throw untrustedEvent(inputs.command.name, untrusted);
      const { event, commit } = idToken.claims;
      if (event !== void 0 && ci.dialect.isOpenToAnybody(event))
        await refuseForeignCheckout({ ci, inputs }, { name: event, commit });
      const token2 = await exchange.exchange(idToken, signal);
      ci.mask(token2.accessToken);
      return token2;
    }
  };
}
function record(audit, { claims, idTokenSha256, outcome: outcome2 }, what) {
  if (claims === void 0) return;
  const { issuer, subject: subject2, audience, jwtId } = claims;
  audit.identify(pipelineOf(claims, "error" in outcome2 ? "presented" : "verified"));
  const base = { ...what, issuer, subject: subject2, audience: audience.join(" "), idTokenSha256 };
  const ids = jwtId === void 0 ? {} : { jwtId };
  if ("error" in outcome2) {
    const error = toSecretlessError(outcome2.error);
    if (isRefusal(error)) return;
    const { code: code2, details: details2 } = error;
    const reason = [details2.problem, details2.actual].filter((text3) => text3 !== void 0).join(" ");
    audit.note(tokenExchangeEvent({ ...base, ...ids, outcome: { ok: false, code: code2, reason } }));
  } else {
    audit.note(tokenExchangeEvent({ ...base, ...ids, ...outcome2, outcome: { ok: true } }));
  }
}
function untrustedEvent(command, { event, remedy }) {
  return new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command}\` is refused: the ID token belongs to a run of ${event}.`,
    remedy
  });
}

// core/flow/access/connection.ts
async function connectionOf({ step: step2, audit, session, clientId }) {
  const { inputs, signal } = step2;
  const caller = { audit, clientId, failure: "ACCESS_FAILED" };
  const workspace = workspaceApi(step2, session, caller);
  const known2 = await step2.workspace;
  const accountId = known2.accountId ?? inputs.accountId;
  const accountUrl = accountHost(inputs.host);
  if (accountId === void 0 || accountUrl === void 0) return { workspace, account: void 0 };
  const account = { id: accountId, host: accountUrl };
  const ofAccount = inputs.exchange.forAccount ? session : signIn(step2, { workspace: known2, audit, clientId, account, signal });
  let refused3;
  const accountToken = async () => {
    try {
      if (refused3 === void 0) return (await ofAccount.token()).accessToken;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "EXCHANGE_REFUSED") throw error;
      refused3 = error;
    }
    throw new ApiFailure(401, "UNAUTHENTICATED", refused3.message);
  };
  const elsewhere3 = (deploymentName) => {
    const url = workspaceUrl(inputs.host, deploymentName);
    return url === void 0 ? void 0 : auditedApi(step2, url, accountToken, caller);
  };
  return { workspace, account: auditedApi(step2, accountUrl, accountToken, caller), elsewhere: elsewhere3 };
}

// core/base/yaml/schema-file.ts
function schemaFile(name, title, schema) {
  const head = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:databricks-secretless:schema:${name}:1`,
    title
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}
`;
}

// core/access/manifest.ts
var MANIFEST_FILE = "secretless-access.json";
var MANIFEST_VERSION = 1;
var TEXT = { type: "string", minLength: 1 };
var PURPOSE = "^[a-z][a-z0-9-]{0,62}$";
var ADDRESS2 = "^(?:https://[^\\s/?#@\\\\]+|http://(?:localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])(?::\\d+)?)(?:/[^\\s?#\\\\]*)?$";
var URL_TEXT = { type: "string", pattern: ADDRESS2 };
var DATE2 = { type: "string", pattern: "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$" };
var closed = (properties, optional2 = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional2.includes(name)),
  additionalProperties: false
});
var present2 = { anyOf: [{ const: "databricks" }, closed({ credential: TEXT, audience: TEXT })] };
var MEMBERS = {
  unity_catalog_credential: { credential: TEXT },
  unity_catalog_secret: { secret: { type: "string", pattern: "^[^.]+\\.[^.]+\\.[^.]+$" } },
  unity_catalog_connection: { connection: TEXT },
  entra_application: { present: present2, tenant: TEXT, client_id: TEXT, authority: URL_TEXT },
  aws_role: { present: present2, role: { type: "string", pattern: "^arn:[a-z-]+:iam::\\d{12}:role/.+$" } },
  vault_role: { present: present2, address: URL_TEXT, mount: TEXT, role: TEXT, namespace: TEXT }
};
var grants = Object.entries(MEMBERS).map(
  ([kind, members2]) => closed({ kind: { const: kind }, ...members2, until: DATE2 }, ["until", "namespace"])
);
var job = closed(
  {
    id: { type: "string", pattern: "^\\d+$", description: "Id of the job." },
    run_as: { ...TEXT, description: "Application ID of the run-as service principal." },
    purposes: {
      type: "object",
      propertyNames: { pattern: PURPOSE },
      additionalProperties: { anyOf: grants },
      description: "What is granted now, by purpose."
    },
    elsewhere: {
      type: "object",
      propertyNames: { pattern: PURPOSE },
      additionalProperties: { type: "array", items: TEXT, minItems: 1 },
      description: "Purposes that are declared for other targets alone, with those targets."
    }
  },
  ["elsewhere"]
);
var manifestSchema = closed({
  version: { const: MANIFEST_VERSION, description: "Version of this format." },
  bundle: TEXT,
  target: TEXT,
  workspace: { ...URL_TEXT, description: "URL of the workspace." },
  jobs: {
    type: "object",
    additionalProperties: job,
    description: "Jobs of the bundle that were granted something; the keys are those under resources.jobs."
  }
});
var MANIFEST_SCHEMA_FILE = {
  "manifest.schema.json": schemaFile("manifest", "Access manifest of Databricks Secretless", manifestSchema)
};
var byKey = ([a], [b]) => a < b ? -1 : a > b ? 1 : 0;
function sorted(pairs, what) {
  const names2 = pairs.map(([name]) => name);
  const twice = names2.find((name, at3) => names2.indexOf(name) !== at3);
  if (twice !== void 0) throw new Error(`${what} "${twice}" stands twice in the manifest`);
  return Object.fromEntries([...pairs].sort(byKey));
}
function checkAddress(address, what) {
  if (!new RegExp(ADDRESS2).test(address)) {
    throw new Error(`${what} of the manifest is no https URL without user information, query and fragment`);
  }
}
function renderPresent(value) {
  return value === "databricks" ? value : { credential: value.credential, audience: value.audience };
}
function renderPurpose(one) {
  const source = one;
  const members2 = { kind: one.kind };
  for (const name of Object.keys(MEMBERS[one.kind])) {
    if (source[name] === void 0) continue;
    members2[name] = name === "present" ? renderPresent(source[name]) : source[name];
  }
  if (one.kind === "vault_role") checkAddress(one.address, "Vault's address");
  if (one.kind === "entra_application") checkAddress(one.authority, "The authority");
  if (one.until !== void 0) members2["until"] = one.until;
  return [one.purpose, members2];
}
function renderJob(one) {
  const elsewhere3 = Object.entries(one.elsewhere ?? {}).map(
    ([purpose, targets]) => [purpose, [...targets].sort()]
  );
  return [
    one.key,
    {
      id: one.id,
      run_as: one.runAs,
      purposes: sorted(one.purposes.map(renderPurpose), "The purpose"),
      ...elsewhere3.length === 0 ? {} : { elsewhere: sorted(elsewhere3, "The purpose") }
    }
  ];
}
function renderManifest({ bundle, target, workspace, jobs: jobs2 }) {
  checkAddress(workspace, "The workspace");
  const content = {
    version: MANIFEST_VERSION,
    bundle,
    target,
    workspace,
    jobs: sorted(jobs2.map(renderJob), "The job")
  };
  return `${JSON.stringify(content, null, 2)}
`;
}

// core/flow/access/manifest.ts
async function keepManifest({ step: step2, audit, connection, ...kept }) {
  const { bundle, entries: entries2, inForce } = kept;
  const { ci, inputs } = step2;
  const caller = { audit, clientId: inputs.clientId, failure: "ACCESS_FAILED" };
  const api = workspaceApi(step2, connection.session, caller);
  const path20 = `${bundle.filePath}/${MANIFEST_FILE}`;
  const there = await readWorkspaceFile(api, path20);
  if (inForce === void 0) {
    if (there === void 0 || !isManifestOf(bundle, there)) return;
    await deleteWorkspaceFile(api, path20);
    ci.info(`Removed ${path20}: no access is declared any more.`);
    return;
  }
  const text3 = renderManifest(manifestOf(bundle, inputs.host, entries2, inForce));
  if (text3 === there) return;
  if (!await writeWorkspaceFile(api, path20, text3, true)) {
    throw new SecretlessError("ACCESS_FAILED", {
      problem: `What is at ${path20} is no file, so the code of the jobs cannot be told what it may use.`,
      remedy: "Take it away (the name belongs to the access manifest), and deploy again."
    });
  }
  ci.info(`Wrote ${path20}: what the code of each job may use.`);
}

// core/access/plan/describe.ts
function planRow({
  action,
  job: job2,
  purpose,
  target,
  object: object3,
  decision,
  scope,
  note: note2 = ""
}) {
  const selfReported = decision?.selfReported.length ? ` (self-reported: ${decision.selfReported.join(", ")})` : "";
  return {
    action,
    job: job2,
    purpose,
    what: target.describe(object3),
    scope: scope === void 0 ? "" : scopeWords(scope),
    decidedBy: decision === void 0 ? "" : `${decision.rule}: ${decision.reason}${selfReported}`,
    note: note2,
    revocationLag: target.revocation.lag
  };
}
function proofLines(proof) {
  return proof.checks.flatMap((check) => [
    `${check.later === true ? "later" : check.grade}: ${CHECKS[check.name]} (${check.says})`,
    ...check.sharers === void 0 ? [] : [`  shared with: ${check.sharers.join(", ")}`],
    ...check.remedy === void 0 ? [] : [`  to do: ${check.remedy}`],
    ...(check.residual ?? []).map((line) => `  remains: ${line}`)
  ]);
}
function proofChecks(proof) {
  return proof.checks.map(({ name, grade, later, says, remedy }) => ({
    grade: later === true ? "later" : grade,
    what: CHECKS[name],
    says,
    remedy
  }));
}
function policyLine({ policy: policy2 }) {
  return policy2 === void 0 ? "no policy file" : `${policy2.path}, sha256 ${policy2.sha256}`;
}

// core/report/access-lines.ts
function accessLines({ rows, denied, proofs, policy: policy2, registrar, notes }) {
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
    `Access: policy ${policy2}; registered by ${registrar}`,
    ...changes.map(line),
    ...denied.map((row) => line({ ...row, action: "denied" })),
    ...proofs.filter(({ words }) => !words.endsWith(": proven")).flatMap(({ job: job2, words, lines }) => [
      `  scope of ${job2}: ${words}`,
      ...lines.map((one) => `    ${one}`)
    ]),
    ...notes.map((note2) => `  ${note2}`)
  ];
}
function accessSections(access2) {
  const { rows, denied, policy: policy2, registrar, notes, result } = access2;
  const changes = [
    ...rows.filter(({ action }) => action !== "unchanged"),
    ...denied.map((row) => ({ ...row, action: "denied" }))
  ];
  const unchanged = rows.length + denied.length - changes.length;
  const cells = (row) => [
    `${MARKS2[row.action] ?? "\u270F\uFE0F"} ${escapeMarkdown(row.action)}`,
    `${code(row.job)}, ${escapeMarkdown(row.purpose)}`,
    escapeMarkdown(row.what),
    escapeMarkdown(row.scope),
    escapeMarkdown([row.decidedBy, row.note].filter((text3) => text3 !== "").join("; ")),
    row.action === "withdraw" ? escapeMarkdown(row.revocationLag) : ""
  ];
  const lags = [...new Set(rows.map(({ revocationLag }) => revocationLag))];
  return [
    "### Access",
    [
      `Policy: ${escapeMarkdown(policy2)}. Registered by ${escapeMarkdown(registrar)}.`,
      ...result ? [
        `Done: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn, ${String(result.unchanged)} unchanged.`
      ] : [],
      ...!result && unchanged > 0 ? [`${String(unchanged)} unchanged.`] : [],
      ...lags.map((lag) => `Revocation lag: ${escapeMarkdown(lag)}.`),
      ...notes.map((note2) => `${escapeMarkdown(note2)}.`)
    ].join("  \n"),
    ...changes.length > 0 ? [table(["", "Job, purpose", "What", "Scope", "Decided by", "Lives on"], changes.map(cells))] : []
  ];
}
var MARKS2 = { grant: "\u2795", withdraw: "\u274C", denied: "\u26D4", record: "\u{1F4DD}" };
var GRADES = { proven: "\u2714", unproven: "?", broken: "\u2718", later: "later" };
function proofTables(proofs) {
  return proofs.map(({ job: job2, principal, words, lines, checks }) => {
    const title = `${code(job2)}, runs as ${code(principal)}: ${escapeMarkdown(words)}`;
    const rows = checks?.map(({ grade, what, says, remedy = "" }) => [
      GRADES[grade],
      escapeMarkdown(what),
      escapeMarkdown(says),
      remedy.split("\n").map(prose).join("<br>")
    ]);
    const body = rows ? table(["", "What", "Found", "To do"], rows) : lines.map((line) => `- ${escapeMarkdown(line.trim())}`).join("\n");
    return `${title}

${body}`;
  }).join("\n\n");
}

// core/flow/access/report.ts
var PLANNED = { title: "Access plan", granted: "to grant", updated: "to update", revoked: "to withdraw" };
var DONE = { title: "Access", granted: "granted", updated: "updated", revoked: "withdrawn" };
var NAMES = { grant: "granted", update: "updated", withdraw: "revoked" };
function registrarWords({ apart, selfRegistered }) {
  if (apart) return "apart: in a job of its own";
  return selfRegistered ? "the deployer itself: unseparated" : "in the step that deploys: unseparated";
}
var AccessReport = class {
  #parts;
  /** What was shown last. */
  #shown;
  #warned = /* @__PURE__ */ new Set();
  constructor(parts) {
    this.#parts = parts;
  }
  /** Takes a plan into the report, and shows it in the log where it differs from what was shown. */
  plan(plan) {
    const { step: step2 } = this.#parts;
    const before = this.#shown ? accessLines(this.#shown).join("\n") : "";
    const access2 = {
      rows: plan.changes.map(planRow),
      denied: plan.denied.map(planRow),
      proofs: [...plan.proofs.values()].map((proof) => ({
        job: proof.job,
        principal: proof.principal,
        words: scopeWords(proof),
        lines: proofLines(proof),
        checks: proofChecks(proof)
      })),
      policy: policyLine(plan),
      registrar: `${plan.registrarId}, ${registrarWords(plan)}`,
      notes: plan.notes
    };
    this.#shown = access2;
    step2.found({ access: access2 });
    const lines = accessLines(access2);
    if (lines.join("\n") !== before) for (const line of lines) step2.ci.info(line);
    for (const text3 of plan.warnings) {
      if (this.#warned.has(text3)) continue;
      this.#warned.add(text3);
      warn(step2, text3);
    }
  }
  /** Sets the output `access`, and says what became of each change. */
  async changes(how, changes, plan) {
    const { ci, found: found2 } = this.#parts.step;
    const withdrawn = [];
    const lists = { granted: [], updated: [], revoked: [] };
    for (const one of changes) {
      const change2 = "change" in one ? one.change : one;
      const failed = "change" in one && one.outcome !== "done" ? one : void 0;
      const { action, job: job2, purpose, target, object: object3 } = change2;
      const what = target.describe(object3);
      if (how === "applied" && (failed || action in NAMES))
        ci.info(`  ${failed?.outcome ?? "done"}: ${action} ${what} (job ${job2}, ${purpose})`);
      if (failed || action === "record" || action === "unchanged") continue;
      if (action === "withdraw") withdrawn.push(`${what} (job ${job2}, ${purpose})`);
      lists[NAMES[action]].push({ job: job2, purpose, kind: target.kind, ...object3 });
    }
    const unchanged = plan.changes.filter(({ action }) => action === "unchanged").length;
    const { granted, updated, revoked } = lists;
    const counts = {
      granted: granted.length,
      updated: updated.length,
      revoked: revoked.length,
      unchanged
    };
    this.#warnOfWithdrawals(withdrawn, how);
    const words = how === "planned" ? PLANNED : DONE;
    ci.info(
      `${words.title}: ${granted.length} ${words.granted}, ${updated.length} ${words.updated}, ${revoked.length} ${words.revoked}, ${unchanged} unchanged`
    );
    if (how === "applied" && this.#shown) found2({ access: { ...this.#shown, result: counts } });
    await jsonOutput(ci, "access", { ...lists, unchanged }, counts);
  }
  /** What a job could reach until now and no longer can is never a side note: a mistake in a file may be the cause. */
  #warnOfWithdrawals(withdrawn, how) {
    const text3 = withdrawn.join("; ");
    if (text3 === "" || this.#warned.has(text3)) return;
    this.#warned.add(text3);
    const verb = how === "planned" ? "is to be withdrawn" : "was withdrawn";
    warn(this.#parts.step, `Access ${verb}, as it is no longer declared or allowed: ${text3}.`);
  }
};

// core/flow/access/refusals.ts
function nameless() {
  return new SecretlessError("WRONG_WORKSPACE", {
    problem: "The workspace does not say its ID, by which grants are named. No access was changed.",
    expected: "the response header x-databricks-org-id, or workspace_id in /.well-known/databricks-config",
    remedy: "Look for what answers in place of the workspace and leaves these out (a proxy, a gateway)."
  });
}
function unseparated({ inputs }) {
  return new SecretlessError("ACCESS_UNSEPARATED", {
    problem: "The policy asks for a registrar apart, and the identity that deploys is the registrar. Nothing was changed.",
    expected: "one service principal that deploys, and another that registers access in a job of its own",
    actual: `${inputs.clientId} does both`,
    remedy: "Deploy with a service principal that has no MANAGE on the credentials, and give the registrar to `command: access` alone: docs/access.md, section The registrar's job."
  });
}
function notDeployed({ statePath, target }) {
  return new SecretlessError("ACCESS_DEPLOYMENT_UNPROVEN", {
    problem: `access.yml declares access in target "${target}", but no job in the workspace was deployed from ${statePath}. No access was changed.`,
    expected: "the jobs of a deployment of this target",
    remedy: "Run this command after the deployment, and give the registrar CAN_READ on that folder and CAN_VIEW on the jobs (or make it a workspace admin). For a bundle that is gone, take its entries out of access.yml: then its access is withdrawn."
  });
}
function accessStands({ statePath }, registrarId2, stands) {
  const whose = registrarId2 === "" ? "whoever registered it" : `the registrar ${registrarId2}`;
  return new SecretlessError("ACCESS_STANDS", {
    problem: stands === true ? `Access of this bundle's jobs is still recorded for ${statePath}. Nothing was destroyed.` : "Whether access of this bundle's jobs still stands cannot be read. Nothing was destroyed.",
    expected: `no recorded access: ${whose} withdraws it first`,
    remedy: "Take the entries of this target out of access.yml, run `command: access` in the registrar's job, then destroy." + (stands === true ? "" : " That job also lets the deployer read what is recorded.") + " Where the deploying step registers itself (`registrar: together`), give `policy-file` to this run."
  });
}

// core/flow/connect.ts
var EARLY = 1e4;
async function connect(step2, audit) {
  const { ci, ports, inputs, found: found2 } = step2;
  let { early } = step2;
  const [workspace, checkedOut] = await Promise.all([step2.workspace, checkedOutCommit(ci.context.checkout)]);
  const connecting = new AbortController();
  const abandon = () => {
    connecting.abort(step2.signal.reason);
  };
  step2.signal.addEventListener("abort", abandon);
  const session = signIn(step2, {
    workspace,
    audit,
    clientId: inputs.clientId,
    idToken: (audience, signal) => {
      const first = early;
      early = void 0;
      const fits2 = first !== void 0 && first.audience === (ci.fixedAudience ?? audience);
      const inTime2 = fits2 && ports.clock.now() - first.askedAt < EARLY;
      return inTime2 ? first.idToken : ci.idToken(audience, signal);
    },
    signal: connecting.signal,
    onExchange: ({ claims }) => {
      if (!claims) return;
      const { issuer, subject: subject2, audience, commit, environment: environment2, event } = claims;
      found2({
        idToken: { issuer, subject: subject2, audience: audience.join(", "), environment: environment2, event },
        commit: { checkedOut, ofToken: commit }
      });
    }
  });
  found2({
    exchangedAt: inputs.exchange.title,
    commit: { checkedOut, ofToken: void 0 }
  });
  try {
    await session.token();
    await audit.settled();
    return { session, workspaceId: await prove(step2, workspace, session, audit) };
  } finally {
    step2.signal.removeEventListener("abort", abandon);
  }
}
async function prove(step2, workspace, session, audit) {
  const { ci, inputs, found: found2 } = step2;
  const caller = { audit, clientId: inputs.clientId, failure: "WRONG_PRINCIPAL" };
  const user2 = await currentUser(workspaceApi(step2, session, caller));
  found2({ principal: { applicationId: user2.userName, name: user2.displayName } });
  expectSame("WRONG_PRINCIPAL", "principal", inputs.clientId, user2.userName.toLowerCase(), "client-id");
  const workspaceId = user2.workspaceId ?? workspace.workspaceId;
  expectSame("WRONG_WORKSPACE", "workspace", inputs.workspaceId, workspaceId, "workspace-id");
  expectSame("WRONG_ACCOUNT", "account", inputs.accountId, workspace.accountId?.toLowerCase(), "account-id");
  await ci.output("principal", user2.userName);
  await ci.output("workspace-url", inputs.host);
  return workspaceId;
}
function expectSame(code2, what, wanted, found2, input) {
  if (wanted === void 0 || wanted === found2) return;
  throw new SecretlessError(code2, {
    problem: `The ${what} is another one than was asked for. Nothing was changed.`,
    expected: `${wanted} (input \`${input}\`)`,
    actual: found2 ?? `the workspace does not say which ${what} it is`,
    remedy: `Correct \`host\` or \`${input}\`.`
  });
}
async function knownWorkspaceId({ inputs, workspace }) {
  if (inputs.workspaceId !== void 0) return inputs.workspaceId;
  return workspace.then(
    (found2) => found2.workspaceId,
    () => void 0
  );
}

// core/flow/access/access.ts
var Access = class {
  #parts;
  #report;
  #newlyExamined = newlyExamined();
  #last;
  /** What was shown, and so may be done. */
  #shown;
  constructor(parts) {
    this.#parts = parts;
    this.#report = new AccessReport(parts);
  }
  /**
   * Shows what would be granted, changed and withdrawn; changes nothing. A deployment without an access file is not
   * held up: what such a bundle once granted is found, shown and withdrawn after it.
   * @throws SecretlessError with every entry that cannot be granted
   */
  async plan(summaryOf2) {
    const { step: step2, source } = this.#parts;
    if (isApart(source.files) && registrarOf(source.files) === step2.inputs.clientId) throw unseparated(step2);
    if (!source.declared && step2.inputs.command.changes) return;
    const summary = await summaryOf2();
    await told(async () => {
      const request = await this.#request(summary, { deployed: false, declared: source.declared });
      if (!request) return;
      this.#shown = await planAccess(request, (plan) => this.#show(plan, request.bundle));
      await this.#report.changes("planned", this.#shown.changes, this.#shown);
    });
  }
  /** The last examination; undefined if there was nothing to examine. */
  get examined() {
    return this.#last;
  }
  /**
   * Registers what was planned, after the last process of the bundle has ended; where the policy wants the registrar apart,
   * its own job does.
   */
  async apply(summary) {
    const { step: step2, source, connection } = this.#parts;
    const registrarId2 = registrarOf(source.files);
    const bundle = bundleFacts(summary.tree, connection.workspaceId ?? "");
    if (source.declared && registrarId2 !== void 0 && registrarId2 !== step2.inputs.clientId)
      await told(async () => noteRegistrar((await this.#deployer()).workspace, bundle, registrarId2));
    if (isApart(source.files)) {
      if (source.declared) step2.ci.info(LEFT);
      const { entries: entries2 } = source.files;
      const inForce = source.declared ? declaredNow(entries2, bundle, step2.ports.clock.now()) : void 0;
      await told(() => keepManifest({ ...this.#parts, bundle, entries: entries2, inForce }));
      return;
    }
    if (step2.signal.aborted && !source.declared) return;
    await told(async () => {
      const request = await this.#request(summary, { deployed: true, declared: source.declared });
      if (!request) return;
      await this.#change(
        request,
        (complete, options) => applyAccess(complete, { ...options, approved: this.#shown }),
        source.declared ? "keep" : "remove"
      );
    });
  }
  /**
   * Registers, withdraws and sweeps, as the registrar, in a job that ran no code of the bundle.
   * @throws SecretlessError
   */
  async register({ facts, creators }) {
    const { step: step2, audit, connection, source } = this.#parts;
    const { clientId } = step2.inputs;
    const { files } = source;
    const registrarId2 = registrarOf(files) ?? clientId;
    expectSame("WRONG_PRINCIPAL", "registrar", registrarId2, clientId, "policy-file");
    if (isApart(files) && creators.includes(registrarId2)) throw unseparated(step2);
    const wanted = files.entries.some(({ targets }) => targets?.includes(facts.target) !== false);
    if (facts.workspaceId === "") throw nameless();
    if (wanted && facts.jobs.length === 0) throw notDeployed(facts);
    await told(async () => {
      const { session } = connection;
      const registrar = await connectionOf({ step: step2, audit, session, clientId });
      const deployerId = registrarOf(files) === void 0 ? clientId : deployerAmong(creators);
      const request = await this.#complete(facts, registrar, { deployed: true, deployerId });
      const complete = { ...request, registrar, readers: creators };
      const manifest = !creators.includes(clientId) ? "leave" : source.declared ? "keep" : "remove";
      const register = (one, options) => applyAccess(one, { ...options, approved: void 0 });
      await this.#change(complete, register, manifest);
    });
  }
  /**
   * Withdraws everything; what fails must keep the bundle from being destroyed. Whoever the policy of this run names, the
   * deployment itself says by whom its access was registered.
   */
  async withdraw(summary) {
    const { connection, source, step: step2 } = this.#parts;
    const own = registrarOf(source.files) ?? step2.inputs.clientId;
    await told(async () => {
      const facts = bundleFacts(summary.tree, connection.workspaceId ?? "");
      const noted = await readRegistrarNote((await this.#deployer()).workspace, facts);
      if (isApart(source.files)) await this.#checkGone(facts, own, source.declared);
      else {
        const request = await this.#request(summary, { deployed: true, declared: false });
        if (request) await this.#change(request, withdrawAccess, "remove");
      }
      if (noted !== void 0 && noted !== own) await this.#checkGone(facts, noted, true);
    });
  }
  #deployer() {
    const { step: step2, audit, connection } = this.#parts;
    const { session } = connection;
    return connectionOf({ step: step2, audit, session, clientId: step2.inputs.clientId });
  }
  /** What is to be planned or done; undefined where nothing is declared and nothing was granted before. */
  async #request({ tree }, { deployed: deployed2, declared }) {
    const { step: step2, connection } = this.#parts;
    const { workspaceId } = connection;
    const { clientId, command } = step2.inputs;
    const deployer = await this.#deployer();
    const facts = bundleFacts(tree, workspaceId ?? "");
    if (!declared) {
      const registrarId2 = registrarOf(this.#parts.source.files) ?? clientId;
      const known2 = await isRecorded(deployer.workspace, stateFolder(registrarId2), facts) === true;
      const former = !known2 && command.name === "destroy" && await readLegacy(deployer.workspace, facts);
      if (!known2 && !former) return void 0;
    }
    if (workspaceId === void 0) throw nameless();
    return this.#complete(facts, deployer, { deployed: deployed2, deployerId: clientId });
  }
  async #complete(bundle, deployer, how) {
    const { step: step2, source } = this.#parts;
    const { accountId = step2.inputs.accountId } = await step2.workspace;
    const { files, evidence } = source;
    const { command } = step2.inputs;
    const looksOnly = !command.changes || isApart(files) && command.name !== "access";
    return {
      ...{ files, bundle, accountId, evidence, deployer, looksOnly, ...how },
      registrar: void 0,
      owner: looksOnly ? NOBODY : await source.owner(),
      readers: [how.deployerId],
      clock: step2.ports.clock,
      signal: step2.signal
    };
  }
  /**
   * Where only the registrar can withdraw, nothing is destroyed while access stands.
   * @param mayStand whether it may stand where its records cannot be read
   */
  async #checkGone(facts, registrarId2, mayStand) {
    if (facts.workspaceId === "") throw nameless();
    const { workspace } = await this.#deployer();
    const stands = await isRecorded(workspace, stateFolder(registrarId2), facts);
    if (stands === false || stands === void 0 && !mayStand) return;
    throw accessStands(facts, registrarId2, stands);
  }
  async #show(plan, bundle) {
    this.#last = plan;
    this.#report.plan(plan);
    for (const event of this.#newlyExamined(plan, bundle)) await this.#parts.audit.write(event);
  }
  async #change(request, work, manifest) {
    const { step: step2, audit, source } = this.#parts;
    const { ci, inputs } = step2;
    const { bundle } = request;
    const record2 = auditTrail(audit, bundle);
    const done = [];
    let last;
    const options = {
      holder: ci.context.runUrl || ci.context.ciName,
      lockTimeout: inputs.lockTimeout,
      onPlan: (plan) => {
        last = plan;
        return this.#show(plan, bundle);
      },
      onApplied: async (applied, plan) => {
        done.push(applied);
        await record2(applied, plan);
      }
    };
    const keep = async () => {
      if (last === void 0 || manifest === "leave") return;
      const inForce = manifest === "keep" ? grantedNow(last, done) : void 0;
      await keepManifest({ ...this.#parts, bundle, entries: source.files.entries, inForce });
    };
    try {
      await ci.group("Access", async () => {
        const registrar = await this.#registrar(request);
        await work({ ...request, registrar }, options);
        await keep();
      });
    } catch (error) {
      await keep().catch(() => void 0);
      throw error;
    } finally {
      if (last) await this.#report.changes("applied", done, last);
    }
  }
  /** The registrar's connection, with a token of its own that the token service never serves. */
  async #registrar({ files }) {
    const { step: step2, audit } = this.#parts;
    const clientId = registrarOf(files);
    if (clientId === void 0) return void 0;
    const session = signIn(step2, {
      workspace: await step2.workspace,
      audit,
      clientId,
      signal: step2.signal
    });
    await session.token();
    await audit.settled();
    const { userName } = await currentUser(
      workspaceApi(step2, session, { audit, clientId, failure: "ACCESS_FAILED" })
    );
    expectSame("WRONG_PRINCIPAL", "registrar", clientId, userName.toLowerCase(), "policy-file");
    return connectionOf({ step: step2, audit, session, clientId });
  }
};
async function told(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof HttpError) throw endpointUnavailable("A request about the access of jobs", error);
    if (!(error instanceof ApiFailure)) throw error;
    if (isUnavailable(error)) throw callError("A request about the access of jobs", error);
    throw new SecretlessError("ACCESS_FAILED", {
      problem: "A request about the access of jobs was refused.",
      actual: `${error.status} ${error.errorCode}: ${error.message}`,
      remedy: "Give the identity what the answer asks for. What was changed so far is recorded: the next run goes on from there.",
      cause: error
    });
  }
}
var deployerAmong = (creators) => creators.length === 1 ? creators[0] ?? "" : "";
var LEFT = "Access is left to the registrar: `command: access`, in a job of its own, registers and withdraws what the plan shows.";

// core/flow/access/files.ts
import { realpath as realpath3, stat as stat3 } from "node:fs/promises";
import path11 from "node:path";

// core/ci/verify.ts
var CLOCK_TOLERANCE = 60;
function refuse(problem, cause) {
  return new SecretlessError("ID_TOKEN_NOT_VERIFIED", {
    problem,
    remedy: "Policy conditions need a token that its issuer's own keys prove; check the CI's ID-token settings.",
    ...cause === void 0 ? {} : { cause }
  });
}
function secureUrl(text3) {
  if (typeof text3 !== "string" || !URL.canParse(text3)) return void 0;
  const { protocol, hostname } = new URL(text3);
  return protocol === "https:" || protocol === "http:" && isLoopback(hostname) ? text3 : void 0;
}
async function fetchJson(send, url) {
  const response = await send({ method: "GET", url, headers: { accept: "application/json" } });
  if (response.status !== 200) throw refuse(`${url} answered ${response.status}.`);
  const value = JSON.parse(response.body);
  if (typeof value !== "object" || value === null) throw refuse(`${url} did not answer with a JSON object.`);
  return value;
}
async function verifyPipelineToken(idToken, options) {
  const { audience, issuers, send, now } = options;
  const { createLocalJWKSet, decodeJwt, errors, jwtVerify } = await import("./webapi-YY2SORZD.js");
  let issuer;
  try {
    issuer = decodeJwt(idToken).iss;
  } catch (error) {
    throw refuse("The CI's ID token is not a JWT.", error);
  }
  if (issuer === void 0 || !issuers.includes(issuer) || secureUrl(issuer) === void 0) {
    throw refuse(`The ID token's issuer is "${issuer ?? "(none)"}", expected ${issuers.join(" or ")}.`);
  }
  try {
    const discovery = await fetchJson(send, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (discovery["issuer"] !== issuer)
      throw refuse(`The discovery document of ${issuer} names another issuer.`);
    const jwksUri = secureUrl(discovery["jwks_uri"]);
    if (jwksUri === void 0) throw refuse(`The discovery document of ${issuer} names no secure jwks_uri.`);
    const keys = createLocalJWKSet(await fetchJson(send, jwksUri));
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now)
    });
    return { issuer, subject: payload.sub ?? "", claims: pipelineClaims(payload) };
  } catch (error) {
    if (error instanceof errors.JOSEError)
      throw refuse(`The ID token does not verify: ${error.message}`, error);
    if (error instanceof SyntaxError)
      throw refuse(`${issuer} answered with something that is not JSON.`, error);
    throw error;
  }
}

// core/flow/access/pipeline.ts
var EVIDENCE = 6e4;
function verifiedPipeline(step2) {
  let verified;
  return () => verified ??= verify(step2);
}
async function verify({ ci, inputs, ports, signal }) {
  const { clock, send } = ports;
  const attempt2 = async (stop) => {
    const { token: token2, audience, issuers } = await ci.pipelineToken(stop);
    registerSecret(token2);
    const { issuer } = await readClaims(token2);
    const local = [inputs.host, issuer].every(
      (url) => URL.canParse(url) && isLoopback(new URL(url).hostname)
    );
    return verifyPipelineToken(token2, {
      audience,
      issuers: local || ci.dialect.isOwnIssuer(issuer, issuers) ? [issuer] : issuers,
      send,
      now: clock.now()
    });
  };
  try {
    const token2 = await retry(attempt2, { clock, deadline: clock.now() + EVIDENCE, signal });
    return { claims: { ...token2.claims, issuer: token2.issuer }, identity: identityOf2(token2) };
  } catch (error) {
    throw error instanceof HttpError ? endpointUnavailable("The check of the pipeline's ID token against its issuer's keys", error) : error;
  }
}
function identityOf2({ issuer, subject: subject2, claims }) {
  const { environment: environment2, repositoryId = "" } = claims;
  const context = environment2 === void 0 ? `subject:${subject2}` : `environment:${environment2}`;
  return { issuer, repositoryId, context };
}

// core/flow/user-file.ts
import path10 from "node:path";
var CODES = {
  "access-file": "ACCESS_FILE_INVALID",
  "policy-file": "POLICY_FILE_INVALID",
  "variables-file": "INPUT_INVALID"
};
async function namedFile(step2, input, value) {
  const found2 = await userFile(path10.resolve(step2.ci.context.checkout, value), step2, input);
  if (found2 !== void 0) return found2;
  throw unusable(input, `There is no file ${value} (input \`${input}\`).`, "no file");
}
async function userFile(file, { ci, ports: { platform } }, input, bundleRoot) {
  const { checkout } = ci.context;
  const inside = isInside(file, checkout, platform);
  const bounds = inside ? checkout : bundleRoot;
  const shown3 = pathForPeople(file, checkout, platform);
  try {
    const text3 = bounds ? await readCheckoutText(file, { checkout: bounds, platform }) : await readNamedFile(file).then((bytes) => bytes && textOf(bytes));
    return text3 === void 0 ? void 0 : { path: shown3, text: text3 };
  } catch (error) {
    if (error instanceof RefusedFile)
      throw unusable(input, `${shown3} is not read: it ${error.message}.`, shown3);
    const { code: code2 = String(error) } = error;
    throw unusable(input, `${shown3} cannot be read (${code2}).`, shown3);
  }
}
function unusable(input, problem, actual) {
  return new SecretlessError(CODES[input], {
    problem,
    expected: "the path of a regular file, relative to the checkout or absolute",
    actual,
    remedy: `Correct \`${input}\`, and check that the step has a checkout with the file.`
  });
}

// core/flow/access/files.ts
function scanPolicy({ files }) {
  const policy2 = files.policy?.policy;
  return policy2 && { scopes: scopesByTarget(policy2), exceptions: policy2.scan?.exceptions };
}
async function readAccess(step2, bundleRoot, judged2) {
  const { ci, inputs, ports } = step2;
  const { checkout, addresses } = ci.context;
  const concerned = inputs.command.needs.access;
  const [access2, policy2] = await allRight([
    !concerned ? Promise.resolve(void 0) : inputs.accessFile === void 0 ? userFile(path11.join(bundleRoot, "access.yml"), step2, "access-file", bundleRoot) : namedFile(step2, "access-file", inputs.accessFile),
    !concerned || inputs.policyFile === void 0 ? Promise.resolve(void 0) : namedFile(step2, "policy-file", inputs.policyFile)
  ]);
  const commit = await checkedOutCommit(checkout);
  const selfReported = { now: ports.clock.now(), addresses, ...commit !== void 0 && { commit } };
  const pipeline2 = verifiedPipeline(step2);
  const owner = async () => (await pipeline2()).identity;
  if (access2 === void 0 && policy2 === void 0) {
    const files2 = { entries: [], policy: void 0 };
    return { declared: false, files: files2, evidence: { claims: {}, selfReported }, owner };
  }
  const files = readAccessFiles(
    access2,
    policy2 && {
      ...policy2,
      insideCheckout: await comesAlong(checkout, path11.resolve(checkout, policy2.path), ports.platform)
    }
  );
  await refuseUnknownTargets(files.entries, judged2);
  const asked3 = access2 !== void 0 && asksForClaims(files.policy);
  const claims = asked3 ? (await pipeline2()).claims : {};
  return { declared: access2 !== void 0, files, evidence: { claims, selfReported }, owner };
}
async function refuseUnknownTargets(entries2, judged2) {
  const bundle = await judged2.catch(() => void 0);
  if (bundle === void 0) return;
  const known2 = bundle.targets;
  const unknown2 = entries2.flatMap(
    ({ targets = [], targetPlaces = [] }) => targets.flatMap((value, at3) => known2.includes(value) ? [] : [{ value, place: targetPlaces[at3] }])
  );
  if (unknown2.length === 0) return;
  throw new SecretlessError("ACCESS_FILE_INVALID", {
    problem: "The access file names targets that the bundle has not. Nothing was changed.",
    mistakes: unknown2.map(({ value, place }) => ({
      problem: `The bundle has no target \`${quote(value)}\`.`,
      expected: quoteAll(known2, 30),
      actual: quote(value),
      remedy: [...meant(value, known2), "Correct the name, or add the target to the bundle."].join(" "),
      ...place && { place }
    }))
  });
}
async function comesAlong(checkout, named, platform) {
  const [root, file] = await Promise.all([realpath3(checkout), realpath3(named)]);
  if (!isInside(file, root, platform)) return false;
  for (let folder = path11.dirname(file); ; folder = path11.dirname(folder)) {
    if (path11.relative(root, folder) === "") return true;
    if (path11.dirname(folder) === folder) return false;
    const git = await stat3(path11.join(folder, ".git")).catch(() => void 0);
    if (git?.isDirectory() === true) return false;
  }
}

// core/flow/bundle-variables.ts
import path13 from "node:path";

// core/bundle/declared-variables.ts
function undeclared(names2, declared, input) {
  return names2.filter((name) => !declared.includes(name)).map((name) => ({
    problem: `The bundle declares no variable \`${quote(name)}\`.`,
    expected: declared.length === 0 ? "no variables: the bundle declares none" : quoteAll(declared, 30),
    actual: quote(name),
    remedy: [
      ...meant(name, declared),
      `Correct the name in \`${input}\`, or declare it under \`variables\` of the bundle.`
    ].join(" ")
  }));
}

// core/bundle/variables-file.ts
var import_yaml8 = __toESM(require_dist(), 1);
var NO_VARIABLES = { texts: {}, complex: {} };
var NAME3 = /^[A-Za-z_][\w-]*$/;
function readVariablesFile(source) {
  return readYaml(source, FILE);
}
var FILE = {
  schema: { type: "object" },
  read(node, context) {
    if (!(0, import_yaml8.isMap)(node)) {
      wrong(node, context, "a mapping of names of variables to their values");
      return void 0;
    }
    const texts2 = {};
    const complex = {};
    for (const { key: key2, value } of node.items) {
      const name = (0, import_yaml8.isScalar)(key2) ? String(key2.value) : "";
      if (!NAME3.test(name)) {
        context.report({
          problem: `\`${quote(name)}\` is no name of a variable.`,
          expected: "letters, digits, _ and - (not first)",
          actual: quote(name),
          remedy: "Correct the name: it is one that the bundle declares under `variables`.",
          place: context.place(key2)
        });
      } else if ((0, import_yaml8.isMap)(value) || (0, import_yaml8.isSeq)(value)) complex[name] = jsonOf2(value, name, context);
      else texts2[name] = textOf4(value, name, context);
    }
    return { texts: texts2, complex };
  }
};
function textOf4(node, name, context) {
  if (!(0, import_yaml8.isScalar)(node) || node.value === null) {
    noValue(node, name, context);
    return "";
  }
  return typeof node.value === "string" ? node.value : node.source ?? "";
}
function jsonOf2(node, name, context) {
  if ((0, import_yaml8.isSeq)(node)) return node.items.map((item) => jsonOf2(item, name, context));
  if ((0, import_yaml8.isMap)(node)) {
    const items = node.items;
    return Object.fromEntries(
      items.map(({ key: key2, value: value2 }) => [
        (0, import_yaml8.isScalar)(key2) ? String(key2.value) : key2.toString(),
        jsonOf2(value2, name, context)
      ])
    );
  }
  if (!(0, import_yaml8.isScalar)(node)) {
    noValue(node, name, context);
    return null;
  }
  const { value, source } = node;
  if (typeof value === "number" && source !== void 0 && String(value) !== source) {
    context.report({
      problem: `A number of \`${name}\` would be read as another text than it is written.`,
      expected: `\`${quote(String(value))}\`, or a text in quotes`,
      actual: quote(source),
      remedy: "Put it in quotes if it is a text, such as a version.",
      place: context.place(node)
    });
  }
  return value;
}
function noValue(node, name, context) {
  context.report({
    problem: `The variable \`${name}\` has no value.`,
    expected: "a text, a number, true, false, a mapping or a list, written out (no alias)",
    actual: "nothing",
    remedy: 'Give it one, or take the line out. An empty text is `""`.',
    place: context.place(node)
  });
}

// core/cli/variable-overrides.ts
import { lstat, mkdir as mkdir2, rm as rm2, rmdir, stat as stat4, symlink, writeFile as writeFile2 } from "node:fs/promises";
import path12 from "node:path";
var FOLDERS = [".databricks", "bundle"];
var FILE2 = "variable-overrides.json";
async function placeOverrides(values, place) {
  const { target, folder, platform } = place;
  const file = path12.join(folder, FILE2);
  const json = JSON.stringify(values);
  await writeFile2(file, json, { flag: "wx", mode: 384 });
  if (/[/\\]|^\.{0,2}$/.test(target))
    throw inTheWay(place, target, "the target's name is no name of a folder");
  const made = [];
  let at3 = await diskTree.real(place.bundleRoot);
  for (const name of [...FOLDERS, target]) {
    at3 = path12.join(at3, name);
    const there2 = await lstat(at3).catch(() => void 0);
    if (there2 === void 0) {
      await mkdir2(at3);
      made.unshift(at3);
    } else if (!there2.isDirectory()) throw inTheWay(place, at3, "it is no folder");
  }
  const link2 = path12.join(at3, FILE2);
  const there = await lstat(link2).catch(() => void 0);
  const dangling = there?.isSymbolicLink() === true && !await stat4(link2).catch(() => void 0);
  if (there && !dangling) throw inTheWay(place, link2, "it gives variables values, too");
  if (dangling) await rm2(link2);
  try {
    await symlink(file, link2);
  } catch (error) {
    if (platform.os !== "win32") throw error;
    await writeFile2(link2, json, { flag: "wx", mode: 384 });
  }
  return async () => {
    await rm2(link2, { force: true });
    for (const one of made) await rmdir(one).catch(() => void 0);
  };
}
function inTheWay({ checkout, platform }, file, why) {
  const shown3 = pathForPeople(file, checkout, platform);
  return new SecretlessError("INPUT_INVALID", {
    problem: `The Databricks CLI cannot be given the complex values of \`variables-file\`: ${shown3} is in the way, ${why}.`,
    expected: `no \`${FILE2}\` in the checkout, and folders without links`,
    actual: shown3,
    remedy: `Move its values into the file of \`variables-file\`, and take ${shown3} out of the repository.`
  });
}

// core/flow/bundle-variables.ts
var VARIABLE2 = "BUNDLE_VAR_";
async function givenVariables(step2, judged2) {
  const { inputs } = step2;
  const ofFile = inputs.variablesFile === void 0 ? NO_VARIABLES : await fileValues(step2, inputs.variablesFile);
  const target = await judged2.catch(() => void 0);
  if (target) {
    const declared = target.variables;
    const mistakes = [
      ...undeclared(Object.keys(inputs.variables), declared, "variables"),
      ...undeclared(
        [...Object.keys(ofFile.texts), ...Object.keys(ofFile.complex)],
        declared,
        "variables-file"
      )
    ];
    if (mistakes.length > 0) {
      throw new SecretlessError("INPUT_INVALID", {
        problem: "The bundle does not declare every variable that gets a value. Nothing was changed.",
        mistakes
      });
    }
    warnOfUndeclared(step2, declared);
  }
  const simple = new Set(Object.keys(inputs.variables));
  return {
    texts: { ...ofFile.texts, ...inputs.variables },
    complex: Object.fromEntries(Object.entries(ofFile.complex).filter(([name]) => !simple.has(name)))
  };
}
async function fileValues(step2, file) {
  const { value, mistakes } = readVariablesFile(await namedFile(step2, "variables-file", file));
  if (value !== void 0) return value;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "The file that `variables-file` names has mistakes. Nothing was changed.",
    mistakes
  });
}
function warnOfUndeclared(step2, declared) {
  const { environment: environment2, platform } = step2.ports;
  const fold = (name) => platform.os === "win32" ? name.toUpperCase() : name;
  const known2 = new Set(declared.map(fold));
  const others2 = Object.keys(environment2).filter((name) => name.startsWith(VARIABLE2)).map((name) => name.slice(VARIABLE2.length)).filter((name) => !known2.has(fold(name)));
  if (others2.length > 0)
    warn(
      step2,
      `The job sets ${quoteAll(others2.map((name) => VARIABLE2 + name))}, and this bundle declares no such variable: without effect here.`
    );
}
async function placeComplex({ ci, ports, inputs }, { complex }, folder, target) {
  if (Object.keys(complex).length === 0) return () => Promise.resolve();
  const { checkout } = ci.context;
  const bundleRoot = path13.resolve(checkout, inputs.bundleRoot);
  return placeOverrides(complex, { bundleRoot, checkout, folder, target, platform: ports.platform });
}

// core/cli/own-process.ts
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { getuid, kill, pid as ownPid } from "node:process";
async function markOf2(pid, port) {
  const started = await port.startedAt(pid);
  return started === void 0 ? "" : `${String(pid)} ${started}`;
}
async function lightMark(pid, port) {
  if (!port.isRunning) return markOf2(pid, port);
  return port.isRunning(pid) ? `${String(pid)} -` : "";
}
async function stillRuns(mark2, port) {
  const { pid, started } = partsOf(mark2);
  if (pid < 1) return false;
  return port.isRunning ? port.isRunning(pid) : await port.startedAt(pid) === started;
}
function partsOf(mark2) {
  const [, text3 = "", started] = /^([1-9]\d{0,9}) (\S.{0,99})$/.exec(mark2) ?? [];
  return { pid: Number(text3), started };
}
var ROUNDS = 5;
function endStrays(folder, port) {
  const ended = /* @__PURE__ */ new Set();
  let hidden = [];
  for (let round = 0; round < ROUNDS; round++) {
    const found2 = [];
    hidden = [];
    for (const pid of port.ours()) {
      if (pid === ownPid) continue;
      const environment2 = port.environmentOf(pid);
      if (environment2 === void 0) hidden.push(pid);
      else if (hasVariable(environment2, folderVariable(folder))) found2.push(pid);
    }
    if (found2.length === 0) break;
    for (const pid of found2) {
      port.kill(pid);
      ended.add(pid);
    }
  }
  return { ended: [...ended], hidden };
}
var folderVariable = (folder) => `DATABRICKS_BUNDLE_TMP=${folder}`;
function hasVariable(environment2, begin) {
  return environment2.some((variable2) => variable2.startsWith(begin));
}
function processPort({ os }) {
  return os === "linux" ? LINUX : { ...NOTHING, isRunning, startedAt: (pid) => asked(STARTED[os](pid)) };
}
var NOTHING = {
  environmentOf: () => void 0,
  ours: () => [],
  kill: (pid) => {
    try {
      kill(pid, "SIGKILL");
    } catch {
    }
  }
};
var LINUX = {
  ...NOTHING,
  startedAt(pid) {
    const fields = read2(`/proc/${String(pid)}/stat`)?.replace(/^.*\) /s, "").split(" ");
    return Promise.resolve(fields?.[0] === "Z" || fields?.[0] === "X" ? void 0 : fields?.[19]);
  },
  environmentOf(pid) {
    try {
      return readFileSync(`/proc/${String(pid)}/environ`, "latin1").split("\0");
    } catch (error) {
      const { code: code2 } = error;
      return code2 === "EACCES" || code2 === "EPERM" ? void 0 : [];
    }
  },
  ours() {
    const user2 = getuid?.();
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
      try {
        return statSync(`/proc/${name}`).uid === user2;
      } catch {
        return false;
      }
    }).map(Number);
  }
};
function read2(file) {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return void 0;
  }
}
var POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
var STARTED = {
  darwin: (pid) => ["/bin/ps", ["-o", "lstart=", "-p", String(pid)]],
  win32: (pid) => [
    POWERSHELL,
    [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      `(Get-Process -Id ${String(pid)}).StartTime.ToFileTimeUtc()`
    ]
  ]
};
function asked([file, args]) {
  return new Promise((resolve2) => {
    const child = spawn(file, args, { env: {}, windowsHide: true, stdio: ["ignore", "pipe", "ignore"] });
    let text3 = "";
    child.stdout.setEncoding("utf8").on("data", (piece) => text3 += piece);
    child.once("error", () => resolve2(void 0));
    child.once("close", (code2) => resolve2(code2 === 0 && text3.trim() !== "" ? text3.trim() : void 0));
  });
}

// core/flow/service/open.ts
import { randomUUID as randomUUID3 } from "node:crypto";

// core/federation/token-service.ts
import { createHash as createHash5, randomBytes, timingSafeEqual } from "node:crypto";
var REFUSED = "refused";
var HEADERS = { "content-type": "application/json", "cache-control": "no-store", connection: "close" };
var MOST_REFUSALS = 100;
var EARLY2 = 12e4;
var PATIENCE3 = 5e3;
var LARGEST_HEAD = 8192;
function newSecret() {
  const secret = randomBytes(32).toString("base64url");
  registerSecret(secret);
  return secret;
}
function keepRefusal(refusals, refusal) {
  if (refusals.length === MOST_REFUSALS) refusals.shift();
  refusals.push(refusal);
}
async function startTokenService(options) {
  const { token: token2, clock, control, patience = PATIENCE3 } = options;
  const path20 = `/${options.secret ?? newSecret()}`;
  const refusals = [];
  let lastError;
  let served = 0;
  let authority = "";
  function refusalOf(request) {
    const { method, headers } = request;
    if (!isLocal(request, authority)) return "not-local";
    if (!isSame(request.url ?? "", path20)) return "path";
    if (method !== "GET") return "method";
    const host = headers["x-databricks-host"];
    if (headers["transfer-encoding"] !== void 0 || (headers["content-length"] ?? "0") !== "0")
      return "headers";
    if (headers["x-databricks-metadata-version"] !== "1" || typeof host !== "string") return "headers";
    return isApproved2(host, options) ? void 0 : "host";
  }
  function refuse2(response, reason, host) {
    const refusal = { reason, host: typeof host === "string" ? redact(host).slice(0, 200) : "" };
    keepRefusal(refusals, refusal);
    options.onRefusal?.(refusal);
    response.writeHead(403, { ...HEADERS, "content-type": "text/plain" }).end(REFUSED);
  }
  async function answer(request, response) {
    if (control && isControl(request, authority, control.secret)) {
      const text3 = JSON.stringify(await control.answer());
      response.writeHead(200, HEADERS).end(text3);
      return;
    }
    const host = request.headers["x-databricks-host"];
    const reason = refusalOf(request);
    if (reason !== void 0) {
      refuse2(response, reason, host);
      return;
    }
    try {
      const { accessToken, expiresAt } = await token2();
      lastError = void 0;
      served += 1;
      const early = Math.min(EARLY2, Math.max(0, expiresAt - clock.now()) / 4);
      const expiresOn = Math.floor((expiresAt - early) / 1e3);
      response.writeHead(200, HEADERS).end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_on: expiresOn }));
    } catch (error) {
      lastError = error;
      refuse2(response, "no-token", host);
    }
  }
  const { createServer } = nodeHttp("node:http");
  const limits = {
    headersTimeout: patience,
    requestTimeout: 2 * patience,
    connectionsCheckingInterval: patience / 5,
    maxHeaderSize: LARGEST_HEAD,
    insecureHTTPParser: false
  };
  const server = createServer(limits, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise((resolve2, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve2);
  });
  authority = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${authority}${path20}`,
    refusals,
    get served() {
      return served;
    },
    get lastError() {
      return lastError;
    },
    stop: () => new Promise((resolve2) => {
      server.close(() => {
        resolve2();
      });
      server.closeAllConnections();
    })
  };
}
function isApproved2(host, { approvedHost, approvedWorkspaceId, approvedAccountId }) {
  try {
    const { origin, workspaceId, accountId } = parseWorkspaceUrl(host);
    return origin === approvedHost && (workspaceId === void 0 || workspaceId === approvedWorkspaceId) && (accountId === void 0 || accountId.toLowerCase() === approvedAccountId?.toLowerCase());
  } catch {
    return false;
  }
}
function isLocal({ headers, rawHeaders }, authority) {
  const hosts = rawHeaders.filter((name, at3) => at3 % 2 === 0 && name.toLowerCase() === "host").length;
  return hosts === 1 && (headers.host === authority || headers.host === authority.replace("127.0.0.1", "localhost"));
}
function isControl(request, authority, secret) {
  return isLocal(request, authority) && request.method === "POST" && isSame(request.url ?? "", `/${secret}`);
}
function isSame(given2, wanted) {
  const digest2 = (text3) => createHash5("sha256").update(text3).digest();
  return timingSafeEqual(digest2(given2), digest2(wanted));
}

// core/flow/service/mark.ts
var SERVICE_MARK = "DATABRICKS_SECRETLESS_SERVICE";

// core/flow/service/detached.ts
var OF_NODE = [
  ...["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "NODE_USE_SYSTEM_CA", "OPENSSL_CONF"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR"]
];
var PATIENCE4 = 3e4;
function serviceEnvironment({ environment: environment2, platform }, { id, tracking }) {
  const names2 = tracking === void 0 ? OF_NODE : [...OF_NODE, tracking];
  const taken = names2.flatMap((name) => {
    const value = variable(environment2, name, platform);
    return value === void 0 ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(taken), [SERVICE_MARK]: id };
}
async function chargeService(options) {
  const { process, clock } = options;
  const send = (message) => {
    process.write(JSON.stringify(message));
  };
  const refusals = [];
  const echoes = /* @__PURE__ */ new Map();
  const ended = new AbortController();
  let [served, count3] = [0, 0];
  let lastError;
  let isReleased = false;
  const answer = async (id) => {
    try {
      const token2 = await options.token();
      lastError = void 0;
      served += 1;
      send({ type: "answer", id, token: token2 });
    } catch (error) {
      lastError = error;
      send({ type: "answer", id });
    }
  };
  const port = await new Promise((resolve2, reject) => {
    const lost2 = () => reject(serviceLost("did not begin"));
    const end = process.read((line) => {
      const message = JSON.parse(line);
      if (message.type === "listening") resolve2(message.port);
      else if (message.type === "ask") void answer(message.id);
      else if (message.type === "refused") keepRefusal(refusals, message.refusal);
      else echoes.get(message.id)?.();
    });
    void end.then(() => {
      lost2();
      ended.abort();
    });
    clock.sleep(PATIENCE4, ended.signal).then(lost2, () => void 0);
    send({ type: "charge", charge: { ...options.charge, environment: present3(options.charge.environment) } });
  }).catch((error) => {
    process.kill();
    process.release();
    throw error;
  });
  const isGone = () => ended.signal.aborted && !isReleased;
  const synced = async () => {
    if (ended.signal.aborted) return false;
    const id = ++count3;
    const echoed = new Promise((resolve2) => echoes.set(id, () => resolve2(true)));
    const gone = new Promise((resolve2) => {
      ended.signal.addEventListener("abort", () => resolve2(false), { once: true });
    });
    send({ type: "sync", id });
    const result = await Promise.race([echoed, gone]);
    echoes.delete(id);
    return result;
  };
  const check = async () => {
    if (!await synced()) throw serviceLost("has ended");
  };
  return {
    url: `http://127.0.0.1:${String(port)}/${options.charge.secrets.path}`,
    get served() {
      return served;
    },
    get lastError() {
      return lastError ?? (isGone() ? serviceLost("has ended") : void 0);
    },
    check,
    refusals: async () => {
      await synced();
      return refusals;
    },
    async neededBy(pid) {
      const mark2 = pid === void 0 ? "" : await lightMark(pid, options.processes);
      send({ type: "needed-by", mark: mark2 });
    },
    async leave() {
      await check();
      isReleased = true;
      process.release();
    },
    get isLeft() {
      return isReleased;
    },
    async stop() {
      send({ type: "stop" });
      const late = new AbortController();
      const patience = clock.sleep(PATIENCE4, late.signal).catch(() => void 0);
      const gone = new Promise((resolve2) => {
        if (ended.signal.aborted) resolve2();
        else ended.signal.addEventListener("abort", () => resolve2(), { once: true });
      });
      await Promise.race([gone, patience]);
      late.abort();
      if (!ended.signal.aborted) process.kill();
      process.release();
    }
  };
}
function present3(environment2) {
  const set = Object.entries(environment2).filter((one) => one[1] !== void 0);
  return Object.fromEntries(set);
}
function serviceLost(what) {
  return new SecretlessError("TOKEN_SERVICE_LOST", {
    problem: `The token service of this step ${what}, though nobody had told it to.`,
    remedy: "Look for what ends processes of this user on the runner: code of the bundle, a limit of memory, a virus scanner. Then run the job again."
  });
}

// core/flow/service/step-service.ts
async function serviceInProcess(options) {
  const service = await startTokenService(options);
  return {
    url: service.url,
    get served() {
      return service.served;
    },
    get lastError() {
      return service.lastError;
    },
    check: () => Promise.resolve(),
    refusals: () => Promise.resolve(service.refusals),
    neededBy: () => Promise.resolve(),
    leave: () => Promise.reject(new Error("a token service in the step's own process ends with it")),
    isLeft: false,
    stop: () => service.stop()
  };
}

// core/flow/service/open.ts
var BEYOND = 6 * 36e5;
var LONGEST_JOB = 5 * 24 * 36e5;
var ServiceLauncher = class {
  #step;
  #launched;
  #service;
  constructor(step2) {
    this.#step = step2;
    if (step2.inputs.command.needs.service === "none") return;
    this.#launched = step2.ports.detached && this.#launch(step2.ports.detached);
    this.#launched?.catch(() => void 0);
  }
  /** @throws SecretlessError `TOKEN_SERVICE_LOST` */
  async open({ session, workspaceId, auditFile }) {
    const { ci, inputs, ports, serverTime, workspace } = this.#step;
    const { accountId, loginTimeout = LONGEST_JOB } = inputs;
    const ids = { approvedWorkspaceId: workspaceId, approvedAccountId: accountId };
    const token2 = () => session.token();
    const secret = newSecret();
    ci.mask(secret);
    const launched = await this.#launched;
    if (!launched) {
      const { clock } = ports;
      const approvedHost = inputs.host;
      return this.#service = await serviceInProcess({ ...ids, token: token2, approvedHost, clock, secret });
    }
    const { process, control } = launched;
    const processes = processPort(ports.platform);
    const runner = ports.detached?.runner;
    const service = this.#service = await chargeService({
      process,
      processes,
      clock: ports.clock,
      token: token2,
      charge: {
        ...ids,
        environment: ports.environment,
        workspace: await workspace,
        ahead: serverTime.ahead,
        token: await session.token(),
        secrets: { path: secret, control },
        auditFile,
        lifetime: inputs.command.needs.service === "job" ? loginTimeout : inputs.timeout + BEYOND,
        runner: runner === void 0 ? "" : await lightMark(runner, processes)
      }
    });
    await this.#saveState(launched, new URL(service.url).port);
    return service;
  }
  /** Ends the service at the end of the step, unless it was left to later ones. */
  async end() {
    if (this.#service?.isLeft) return;
    await this.#service?.stop();
    const launched = await this.#launched?.catch(() => void 0);
    if (!launched) return;
    launched.process.kill();
    launched.process.release();
    await this.#step.ci.saveState("service", "");
  }
  async #launch(detached) {
    const { ci, inputs, ports } = this.#step;
    const { service } = inputs.command.needs;
    const id = randomUUID3();
    const control = newSecret();
    ci.mask(control);
    const tracking = service === "job" ? ci.dialect.tracking : void 0;
    const launched = {
      process: await detached.start(serviceEnvironment(ports, { id, tracking })),
      id,
      control
    };
    await this.#saveState(launched, "0");
    return launched;
  }
  /** For the post step: where the service can be asked and stopped, and what tells it from another process. */
  async #saveState({ process, id, control }, port) {
    const mark2 = await markOf2(process.pid, processPort(this.#step.ports.platform));
    await this.#step.ci.saveState("service", [port, control, id, mark2].join(" "));
  }
};

// core/flow/strays.ts
function strayEnder(step2, folder) {
  const port = processPort(step2.ports.platform);
  const before = new Set(endStrays(folder, port).hidden);
  return () => {
    const { ended, hidden } = endStrays(folder, port);
    const strange = hidden.filter((pid) => !before.has(pid));
    for (const pid of strange) before.add(pid);
    if (ended.length > 0) {
      const list3 = ended.join(", ");
      warn(
        step2,
        `The bundle had left programs running when the CLI had ended; they were ended (process ${list3}).`
      );
    }
    if (strange.length > 0) {
      const list3 = strange.join(", ");
      warn(
        step2,
        `Programs of this user that hide their environment were started beside the CLI (process ${list3}). Whether the bundle started them cannot be told, and they were left running.`
      );
    }
  };
}

// core/report/annotations.ts
var MOST2 = 10;
var FOR_ERRORS = 5;
var BUDGETS = /* @__PURE__ */ new WeakMap();
function budgetOf(ci) {
  const known2 = BUDGETS.get(ci);
  if (known2) return known2;
  const fresh = { shown: 0, hidden: 0 };
  BUDGETS.set(ci, fresh);
  return fresh;
}
function sameBudget(wrapper, ci) {
  BUDGETS.set(wrapper, budgetOf(ci));
  return wrapper;
}
function leftForErrors(ci) {
  return Math.max(1, MOST2 - budgetOf(ci).shown);
}
function takeWarning(budget) {
  if (budget.shown >= MOST2 - FOR_ERRORS) {
    budget.hidden += 1;
    return false;
  }
  budget.shown += 1;
  return true;
}

// core/report/careful-ci.ts
var CAREFUL = /* @__PURE__ */ new WeakSet();
function carefulCi(ci) {
  if (CAREFUL.has(ci)) return ci;
  const text3 = withoutCredentials;
  const careful = {
    ...ci,
    info: (line) => ci.info(text3(line)),
    debug: (line) => ci.debug(text3(line)),
    annotate: (level, line, place) => {
      if (level !== "error" && !takeWarning(budgetOf(ci))) ci.info(`${level}: ${text3(line)}`);
      else ci.annotate(level, text3(line), place && { ...place, file: text3(place.file) });
    },
    group: (title, body) => ci.group(text3(title), body)
  };
  CAREFUL.add(careful);
  return sameBudget(careful, ci);
}

// core/cli/find.ts
import { stat as stat5, realpath as realpath4, access, constants as constants2 } from "node:fs/promises";
import { posix as posix6, win32 as win324 } from "node:path";
var REAL = {
  executable: async (path20) => {
    try {
      if (!(await stat5(path20)).isFile()) return void 0;
      await access(path20, constants2.X_OK);
      return await realpath4(path20);
    } catch {
      return void 0;
    }
  },
  folder: (path20) => realpath4(path20).catch(() => path20)
};
async function findCli(options) {
  const { platform, environment: environment2, probe = REAL } = options;
  const path20 = platform.os === "win32" ? win324 : posix6;
  const notes = [];
  const checkout = await probe.folder(options.checkout);
  const inCheckout2 = (file) => isInside(file, checkout, platform) || isInside(file, options.checkout, platform);
  const entries2 = (variable(environment2, "PATH", platform) ?? "").split(path20.delimiter);
  for (const entry of entries2.map((text3) => unquoted(text3, platform))) {
    if (!isAbsolute2(entry, path20)) {
      if (entry !== "") notes.push(`PATH entry \`${entry}\` was passed over: it is not absolute.`);
      continue;
    }
    for (const name of names(environment2, platform)) {
      const file = path20.join(entry, name);
      const real = await probe.executable(file);
      if (real === void 0) continue;
      if (!inCheckout2(file) && !inCheckout2(real)) return { file, notes };
      notes.push(
        `\`${file}\` was passed over: it is inside the checkout, so the code under test could replace it.`
      );
    }
  }
  throw new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI was not found on PATH.",
    expected: `an executable \`${names(environment2, platform)[0] ?? ""}\` in one of the folders of PATH, outside the checkout`,
    actual: [`${String(entries2.filter((entry) => entry !== "").length)} folders searched`, ...notes].join(
      "; "
    ),
    remedy: "Install the Databricks CLI before this step, for example with databricks/setup-cli."
  });
}
function isAbsolute2(entry, path20) {
  return path20.isAbsolute(entry) && (path20 === posix6 || /^([a-z]:[\\/]|[\\/]{2})/i.test(entry));
}
function unquoted(entry, platform) {
  return platform.os === "win32" ? entry.trim().replace(/^"(.*)"$/, "$1") : entry;
}
function names(environment2, platform) {
  if (platform.os !== "win32") return ["databricks"];
  const extensions = (variable(environment2, "PATHEXT", platform) ?? ".COM;.EXE").toLowerCase().split(";");
  const programs = extensions.map((text3) => text3.trim()).filter((text3) => text3 === ".exe" || text3 === ".com");
  return (programs.length > 0 ? programs : [".exe"]).map((extension) => `databricks${extension}`);
}

// core/cli/install/install.ts
import { randomUUID as randomUUID5 } from "node:crypto";
import { isAbsolute as isAbsolute4, join as join4 } from "node:path";

// core/cli/install/archive.ts
import { createHash as createHash7 } from "node:crypto";

// core/cli/install/checksums.ts
var LINE = /^([\da-f]{64}) [ *](\S(?:.*\S)?)$/i;
function parseChecksums(text3) {
  const found2 = /* @__PURE__ */ new Map();
  for (const line of text3.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === void 0 || name === void 0) return void 0;
    const lower = hash.toLowerCase();
    if ((found2.get(name) ?? lower) !== lower) return void 0;
    found2.set(name, lower);
  }
  return found2;
}

// core/cli/install/files.ts
import { createHash as createHash6 } from "node:crypto";
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
  for (let at3 = 0; at3 < chunk.length; ) at3 += (await handle.write(chunk, at3)).bytesWritten;
}
async function* readRange(handle, start, end, reused) {
  for (let at3 = start; at3 < end; ) {
    const chunk = reused ?? Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - at3), at3);
    if (bytesRead === 0) return;
    at3 += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
async function sha256OfFile(files, file) {
  try {
    if (!(await files.lstat(file)).isFile()) return void 0;
    const handle = await files.open(file, "r");
    try {
      const hash = createHash6("sha256");
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
  const text3 = code2 === void 0 ? void 0 : DISK_PROBLEMS[code2];
  return text3 === void 0 ? void 0 : `${text3} (${code2 ?? ""})`;
}

// core/cli/install/release.ts
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

// core/cli/install/source.ts
import { isAbsolute as isAbsolute3, join as join2 } from "node:path";

// core/cli/install/download.ts
var IDLE = 3e4;
var MOST_REDIRECTS = 5;
var REDIRECTS = /* @__PURE__ */ new Set([301, 302, 303, 307, 308]);
async function download(url, sink, options) {
  const first = new URL(url);
  let at3 = first;
  for (let hops = 0; ; hops++) {
    const location = await get(at3, sink, options);
    if (location === void 0) return;
    if (hops === MOST_REDIRECTS) throw redirectRefused(at3, `more than ${String(MOST_REDIRECTS)} redirects`);
    at3 = redirected(at3, location, options.redirects === "https" ? void 0 : first.origin);
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
  const { environment: environment2, signal, idle = IDLE } = options;
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
  const proxy = secure ? proxyFor(url, environment2) : void 0;
  let fromSink;
  try {
    const { request: start } = nodeHttp(secure ? "node:https" : "node:http");
    const ca = secure ? await certificates(environment2) : [];
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
  return new Promise((resolve2, reject) => {
    sent.on("response", resolve2);
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
  const { date: date2, "retry-after": retryAfter } = headers;
  return {
    ...date2 !== void 0 && { date: date2 },
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

// core/cli/install/source.ts
function placeOf2({ source, version, name }) {
  if (source?.kind === "folder") return join2(source.path, `v${version}`, name);
  return `${source?.base ?? RELEASE_SITE}/v${version}/${name}`;
}
async function readReleaseFile(file, receive, ports) {
  const { source } = file;
  if (source?.kind === "folder") return receive((sink) => readFromFolder(file, source.path, sink, ports));
  let running;
  try {
    return await retry(
      (signal) => {
        const attempt2 = receive(
          (sink) => download(placeOf2(file), sink, {
            environment: ports.environment,
            redirects: source ? "same origin" : "https",
            limit: file.limit,
            signal
          })
        );
        running = attempt2.catch(() => void 0);
        return attempt2;
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
  const path20 = placeOf2(file);
  const unreadable4 = (actual) => new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `The mirror folder does not give \`${file.name}\`.`,
    expected: `a readable file ${path20}`,
    actual,
    remedy: `Put the file of this name from the release ${file.version} there, unchanged, or correct \`cli-mirror\`.`
  });
  if (!isAbsolute3(folder)) throw unreadable4("the folder is not an absolute path on this runner");
  const handle = await open2(files, path20).catch((error) => {
    throw unreadable4(error.message);
  });
  try {
    const { size } = await handle.stat();
    if (size > file.limit) throw unreadable4(`it has more than ${String(file.limit)} bytes`);
    for await (const chunk of readable(readRange(handle, 0, size), unreadable4)) {
      signal.throwIfAborted();
      await sink(chunk);
    }
  } finally {
    await handle.close();
  }
}
async function* readable(chunks, unreadable4) {
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable4(diskProblem(error) ?? error.message);
  }
}
async function open2(files, path20) {
  try {
    if (!(await files.stat(path20)).isFile()) throw new Error("it is not a regular file");
    return await files.open(path20, "r");
  } catch (error) {
    const { code: code2 } = error;
    throw code2 === "ENOENT" ? new Error("there is none") : new Error(diskProblem(error) ?? error.message);
  }
}
function notDownloaded(file, error) {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` could not be downloaded.`,
    expected: `the file at ${placeOf2(file)}`,
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

// core/cli/install/archive.ts
var LARGEST_ARCHIVE = 256 * 1024 * 1024;
var LARGEST_CHECKSUMS = 64 * 1024;
var QUOTED3 = 1024;
async function publishedHash(release, name, ports) {
  const file = { ...release, name: checksumsName(release.version), limit: LARGEST_CHECKSUMS };
  const text3 = await readReleaseFile(
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
  const hashes = parseChecksums(text3);
  const sha256 = hashes?.get(name);
  if (sha256 !== void 0) return { sha256, verified: "SHA256SUMS (not pinned)" };
  throw new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` does not say the hash of \`${name}\`.`,
    expected: `a line \`<SHA-256>  ${name}\` in ${placeOf2(file)}`,
    actual: hashes ? `${String(hashes.size)} other files` : describe2(text3),
    remedy: `Give the archive's hash as \`cli-sha256\`, or correct \`cli-version\` or \`cli-mirror\`.`
  });
}
async function fetchArchive(release, expected, target, ports) {
  const file = { ...release, limit: LARGEST_ARCHIVE };
  await readReleaseFile(
    file,
    (feed) => createFile(ports.files, target, 384, async (write) => {
      const hash = createHash7("sha256");
      let size = 0;
      let head = Buffer.alloc(0);
      await feed(async (chunk) => {
        if (head.length < QUOTED3) head = Buffer.concat([head, chunk.subarray(0, QUOTED3)]);
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
    expected: `the archive at ${placeOf2(file)}`,
    actual: describe2(head.toString("utf8")),
    remedy: "If it is the page of a sign-in, a proxy or a mirror's front end, let the file through or correct `cli-mirror`."
  });
}
function describe2(text3) {
  if (text3 === "") return "an empty file";
  if (!/<(?:!doctype html|html|head|body)\b/i.test(text3)) return "something else";
  const title = /<title[^>]*>([^<]{1,80})/i.exec(text3)?.[1]?.trim();
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
    actual: `SHA-256 ${actual} (${String(size)} bytes, from ${placeOf2(file)})`,
    remedy
  });
}

// core/cli/install/pinned.json
var pinned_default = {
  "1.14.0": {
    windows_amd64: "f4b78114280bf56fcca062532c078f613c774ae9c8c9165efcc3ac5b89fbb5ba",
    windows_arm64: "65c5ccf911ec34fd67dc6616e6044ad0f59a04d56ed54872f1979bfb9e6de52c"
  },
  "1.13.0": {
    windows_amd64: "afbfee3645f90debf932dc048ccea986ef8fc4ecc785d98e6c21585583df1c51",
    windows_arm64: "11701dcab0a29d77b9a5434c0050ddcc62a98ed941f852ca89ce5dfc01b474f9"
  },
  "1.12.1": {
    darwin_amd64: "5c609f7743941150138d15cc1891a0a32b643eb4b66f46701005026e944b2aad",
    darwin_arm64: "b43e40d2ea7046866849755747a8cb7b4a322e694c0215e53b481eb842bc908c",
    linux_amd64: "60833feee22caa98f575c4948ccbbc9473fda0dd80c9b79544dc7b079f6a9815",
    linux_arm64: "8c2a3acd5f563fd8e3c9e64ee4566e1ec7cef087934fd4fb099d92b709f7e3a2",
    windows_amd64: "d0ae7bc459ab3fdd8c1c2a6be78de5d5b81bb66a188b8b56482c02e6009a8c55",
    windows_arm64: "e0d25f588da3241cf3fb94b887c1d898d34a8c188e4ed9d258e71784449f2ec9"
  },
  "1.11.0": {
    darwin_amd64: "62e6302b3679d7f8275d59a5d5c12de936fa13001bc3eeb194565a33910234e0",
    darwin_arm64: "b2660f5acf50b7ca699ed628ca5419845a6b64e2669e27a19722e6b3d4377504",
    linux_amd64: "bddad9e2d830dd7ea00292203c00088f3efe6f940f1ecdad59a3dc25bc28bca9",
    linux_arm64: "1f7ea230c6f89b2f76ed3bf6063ea8f1c5931f740744de692be7f33cca43f04b"
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

// core/cli/install/pinned.ts
var DEFAULT_CLI_VERSION = "1.12.1";
function fittingVersion(fits2, platform, pinned = pinned_default) {
  const newestFirst = Object.keys(pinned).filter((version) => pinnedSha256(version, platform, pinned));
  return [DEFAULT_CLI_VERSION, ...newestFirst].find(fits2);
}
function pinnedSha256(version, platform, pinned = pinned_default) {
  return Object.hasOwn(pinned, version) ? pinned[version]?.[platform] : void 0;
}

// core/cli/install/tool-cache.ts
import { randomUUID as randomUUID4 } from "node:crypto";
import { dirname as dirname2, join as join3 } from "node:path";
var TOOL = "databricks-cli";
var STAGING = ".unpacking-";
var LEFTOVER = 6e5;
function cacheEntry(root, version, platform) {
  const folder = join3(root, TOOL, version, platform.arch);
  return { folder, program: join3(folder, programName(platform)), marker: `${folder}.complete` };
}
async function inspectCache(files, entry, archiveSha256) {
  const text3 = await files.readFile(entry.marker, "utf8").catch(() => void 0);
  if (text3 === void 0) return "none";
  const record2 = parseRecord2(text3);
  if (!record2) return "foreign";
  if (record2.archiveSha256 !== archiveSha256) return "other archive";
  return await sha256OfFile(files, entry.program) === record2.programSha256 ? "usable" : "damaged";
}
function parseRecord2(text3) {
  let value;
  try {
    value = JSON.parse(text3);
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
  const parent = dirname2(entry.folder);
  await files.mkdir(parent, { recursive: true });
  const staging = join3(parent, `${STAGING}${randomUUID4()}`);
  await files.mkdir(staging);
  try {
    const unpacked = join3(staging, "program");
    const programSha256 = await extract(unpacked);
    const found2 = await inspectCache(files, entry, archiveSha256);
    if (found2 === "usable") return true;
    if (await sha256OfFile(files, entry.program) !== programSha256) {
      if (found2 === "foreign") return false;
      await files.mkdir(entry.folder, { recursive: true });
      await files.rename(unpacked, entry.program);
    }
    const record2 = { archiveSha256, programSha256 };
    const marker = join3(staging, "marker");
    await createFile(files, marker, 420, (write) => write(Buffer.from(`${JSON.stringify(record2)}
`)));
    await files.rename(marker, entry.marker);
    return true;
  } finally {
    await files.rm(staging, { recursive: true, force: true }).catch(() => void 0);
  }
}
async function removeLeftovers(files, clock, entry) {
  const parent = dirname2(entry.folder);
  const names2 = await files.readdir(parent).catch(() => []);
  for (const name of names2.filter((one) => one.startsWith(STAGING))) {
    const path20 = join3(parent, name);
    try {
      if (clock.now() - (await files.lstat(path20)).mtimeMs > LEFTOVER)
        await files.rm(path20, { recursive: true });
    } catch {
    }
  }
}

// core/cli/install/unzip.ts
import { createHash as createHash8 } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw, crc32 } from "node:zlib";

// core/cli/install/zip.ts
var LOCAL = { signature: 67324752, size: 30 };
var CENTRAL = { signature: 33639248, size: 46 };
var END = { signature: 101010256, size: 22 };
var LONGEST_COMMENT = 65535;
var MOST_ENTRIES = 1e3;
var MOST_DIRECTORY_BYTES = 1024 * 1024;
var REFUSED_FLAGS = 1 | 32 | 64 | 8192;
var DATA_DESCRIPTOR = 8;
var NAME4 = /^[^\\:\p{Cc}\p{Cs}\ufffd]+$/u;
var FILE_TYPE = 61440;
var REGULAR = 32768;
var FOLDER = 16384;
async function findMember(handle, wanted, limit) {
  const { size } = await handle.stat();
  const directory = await readDirectory(handle, size);
  const entries2 = parseDirectory(directory.bytes, directory.count);
  checkNames(entries2);
  const entry = entries2.find(({ name }) => name === wanted);
  if (!entry) throw refused2(`it holds no \`${wanted}\``);
  if (entry.size === 0 || entry.size > limit) {
    throw refused2(`\`${wanted}\` has ${String(entry.size)} bytes (at most ${String(limit)} are taken)`);
  }
  return { ...entry, start: await startOfData(handle, entry, directory.start) };
}
async function readDirectory(handle, size) {
  const tailStart = Math.max(0, size - END.size - LONGEST_COMMENT);
  const tail = await read3(handle, tailStart, size);
  for (let at3 = tail.length - END.size; at3 >= 0; at3--) {
    if (tail.readUInt32LE(at3) !== END.signature) continue;
    if (at3 + END.size + tail.readUInt16LE(at3 + 20) !== tail.length) continue;
    const count3 = tail.readUInt16LE(at3 + 10);
    const bytes = tail.readUInt32LE(at3 + 12);
    const start = tail.readUInt32LE(at3 + 16);
    if (count3 === 65535 || bytes === 4294967295 || start === 4294967295)
      throw refused2("it is a zip64 archive");
    if (tail.readUInt32LE(at3 + 4) !== 0 || tail.readUInt16LE(at3 + 8) !== count3) {
      throw refused2("it is one part of several");
    }
    if (start + bytes !== tailStart + at3) throw refused2("its directory is not where it should be");
    if (count3 > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES) throw refused2("it has too many members");
    return { start, count: count3, bytes: await read3(handle, start, start + bytes) };
  }
  throw refused2("it has no end record: it is no zip archive, or cut off");
}
function parseDirectory(bytes, count3) {
  const entries2 = [];
  let at3 = 0;
  while (at3 < bytes.length) {
    if (at3 + CENTRAL.size > bytes.length || bytes.readUInt32LE(at3) !== CENTRAL.signature) {
      throw refused2("its directory is damaged");
    }
    const nameEnd = at3 + CENTRAL.size + bytes.readUInt16LE(at3 + 28);
    const end = nameEnd + bytes.readUInt16LE(at3 + 30) + bytes.readUInt16LE(at3 + 32);
    if (end > bytes.length) throw refused2("its directory is damaged");
    entries2.push(parseEntry(bytes, at3, nameEnd));
    at3 = end;
  }
  if (entries2.length !== count3) throw refused2("its directory has another number of members than it says");
  return entries2;
}
function parseEntry(bytes, at3, nameEnd) {
  const rawName = bytes.subarray(at3 + CENTRAL.size, nameEnd);
  const name = rawName.toString("utf8");
  const system = bytes.readUInt8(at3 + 5);
  const flags = bytes.readUInt16LE(at3 + 8);
  const method = bytes.readUInt16LE(at3 + 10);
  const compressedSize = bytes.readUInt32LE(at3 + 20);
  const size = bytes.readUInt32LE(at3 + 24);
  const headerAt = bytes.readUInt32LE(at3 + 42);
  if ([compressedSize, size, headerAt].includes(4294967295)) throw refused2("it is a zip64 archive");
  if (bytes.readUInt16LE(at3 + 34) !== 0) throw refused2("it is one part of several");
  if ((flags & REFUSED_FLAGS) !== 0) throw refused2(`\`${name}\` is encrypted or patched`);
  if (method !== 0 && method !== 8) throw refused2(`\`${name}\` is compressed by method ${String(method)}`);
  const type = system === 3 || system === 19 ? bytes.readUInt16LE(at3 + 40) & FILE_TYPE : 0;
  if (type !== 0 && type !== (name.endsWith("/") ? FOLDER : REGULAR)) {
    throw refused2(`\`${name}\` is a link or another special file`);
  }
  return {
    name,
    rawName,
    flags,
    method: method === 0 ? "stored" : "deflated",
    compressedSize,
    size,
    crc32: bytes.readUInt32LE(at3 + 16),
    headerAt,
    start: headerAt
  };
}
function checkNames(entries2) {
  const seen = /* @__PURE__ */ new Set();
  for (const { name } of entries2) {
    const segments = name.replace(/\/$/, "").split("/");
    if (!NAME4.test(name) || segments.some((segment) => segment === "" || /^\.{1,2}$/.test(segment))) {
      throw refused2(`${JSON.stringify(name)} is no plain path inside the archive`);
    }
    const folded4 = segments.join("/").normalize("NFC").toLowerCase();
    if (seen.has(folded4)) throw refused2(`${JSON.stringify(name)} is in it twice`);
    seen.add(folded4);
  }
}
async function startOfData(handle, entry, directoryStart) {
  const at3 = entry.headerAt;
  const header = await read3(handle, at3, at3 + LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw refused2("a member is not where its directory says");
  const nameSize = header.readUInt16LE(26);
  const start = at3 + LOCAL.size + nameSize + header.readUInt16LE(28);
  const rawName = await read3(handle, at3 + LOCAL.size, at3 + LOCAL.size + nameSize);
  const method = header.readUInt16LE(8) === 0 ? "stored" : "deflated";
  const sizes = [header.readUInt32LE(14), header.readUInt32LE(18), header.readUInt32LE(22)];
  const deferred = (entry.flags & DATA_DESCRIPTOR) !== 0 && sizes.every((value) => value === 0);
  const same = [entry.crc32, entry.compressedSize, entry.size].every(
    (value, index) => value === sizes[index]
  );
  if (!rawName.equals(entry.rawName) || method !== entry.method || header.readUInt16LE(6) !== entry.flags || !(deferred || same)) {
    throw refused2(`\`${entry.name}\` is described in two ways`);
  }
  if (start + entry.compressedSize > directoryStart) throw refused2(`\`${entry.name}\` is cut off`);
  return start;
}
async function read3(handle, start, end) {
  const chunks = [];
  for await (const chunk of readRange(handle, start, end)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== end - start) throw refused2("it is cut off");
  return bytes;
}
function refused2(reason) {
  return new SecretlessError("CLI_ARCHIVE_REFUSED", {
    problem: `The archive of the Databricks CLI was refused: ${reason}.`,
    expected: "a release archive as Databricks publishes it",
    remedy: "Get the archive from the release site again; if a mirror serves it, correct the mirror."
  });
}

// core/cli/install/unzip.ts
var LARGEST_PROGRAM = 512 * 1024 * 1024;
async function extractProgram(files, archive, name, target, limit = LARGEST_PROGRAM) {
  const handle = await files.open(archive, "r");
  try {
    const member3 = await findMember(handle, name, limit);
    const hash = createHash8("sha256");
    let size = 0;
    let checksum = 0;
    await createFile(files, target, 493, async (write) => {
      const packed = readRange(handle, member3.start, member3.start + member3.compressedSize);
      await unpack(member3, packed, async (chunk) => {
        size += chunk.length;
        if (size > member3.size) throw refused2(`\`${name}\` is larger than the archive says`);
        checksum = crc32(chunk, checksum);
        hash.update(chunk);
        await write(chunk);
      });
      if (size !== member3.size || checksum !== member3.crc32) throw refused2(`\`${name}\` is damaged`);
    });
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
async function unpack(member3, packed, take) {
  if (member3.method === "stored") {
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
    throw isZlibError(error) ? refused2(`\`${member3.name}\` is damaged`) : error;
  }
  if (inflate.bytesWritten !== member3.compressedSize) {
    throw refused2(`\`${member3.name}\` is followed by more data`);
  }
}
function isZlibError(error) {
  return /^Z_/.test(String(error.code));
}

// core/cli/install/install.ts
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
    const found2 = await inspectCache(files, entry, expected.sha256);
    if (found2 === "usable") return installed2(entry.program, "tool cache");
    if (found2 === "damaged") log(`\`${entry.program}\` has changed since it was installed; it is replaced.`);
  }
  const archive = join4(options.tempFolder, `databricks-cli-${randomUUID5()}.zip`);
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
      const placed3 = await placeInCache(entry, {
        files,
        archiveSha256: expected.sha256,
        extract: (target) => extractProgram(files, from, programName(platform), target)
      });
      return placed3 ? void 0 : "another program has put something else there";
    } catch (error) {
      const problem = diskProblem(error);
      if (problem === void 0) throw error;
      return problem;
    }
  }
}
function knownHash(version, given2, { platform, pinned: table3 }) {
  const pinned = pinnedSha256(version, releasePlatform(platform), table3);
  const sha256 = given2 === void 0 ? void 0 : parseSha256(given2);
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
  const unfit = !isAbsolute4(toolCache) ? "it is not an absolute path" : await isInsideReally(toolCache, checkout, platform, files) ? "it is inside the checkout" : void 0;
  if (unfit === void 0) return [toolCache, tempFolder];
  log(`The tool cache \`${toolCache}\` is not used: ${unfit}.`);
  return [tempFolder];
}
async function isInsideReally(path20, checkout, platform, files) {
  const real = (one) => files.realpath(one).catch(() => one);
  return isInside(path20, checkout, platform) || isInside(await real(path20), await real(checkout), platform);
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

// core/cli/version.ts
import { open as open3 } from "node:fs/promises";
var MINIMUM = [1, 9, 0];
var TIMEOUT2 = 3e4;
var LIMIT2 = 64 * 1024;
var SOURCE2 = "databricks version -o json";
async function checkVersion(options) {
  const version = textAt(parseJson(await printed(options), SOURCE2), "Version");
  const match2 = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(version);
  if (!match2) throw unreadable(SOURCE2, `the version \`${version.slice(0, 50)}\``, "a version such as 1.13.0");
  const [, major, minor, patch, prerelease] = match2;
  const numbers = [Number(major), Number(minor), Number(patch)];
  const unknown2 = numbers.every((number) => number === 0);
  if (!unknown2 && compareReleases(numbers, MINIMUM) < 0) throw tooOld(version, options.file);
  if (prerelease === void 0 && !unknown2) return { version };
  return {
    version,
    warning: `The Databricks CLI ${version} is a development build. It is used as it is, but it ignores the bundle's \`databricks_cli_version\` constraint, and nobody has tested this product with it.`
  };
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
      timeout.abort(unreadable(SOURCE2, `no answer within ${String(TIMEOUT2 / 1e3)} s`));
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
      if (size <= LIMIT2) chunks.push(chunk);
    },
    onStderr: () => void 0
  };
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    const { code: code2, signal: killed } = await runUntil(options, request, signal);
    if (code2 !== 0 && await isPython(options.file)) throw legacy(options.file);
    if (code2 !== 0) throw unreadable(SOURCE2, `exit ${killed ?? String(code2)} (${options.file})`);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof SecretlessError || options.signal?.aborted) throw error;
    throw notStartable(options.file, error);
  } finally {
    done.abort();
  }
}
async function isPython(file) {
  const handle = await open3(file).catch(() => void 0);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0);
    return /^#![^\n]*python/.test(buffer.toString("latin1", 0, bytesRead));
  } finally {
    await handle.close();
  }
}
function legacy(file) {
  return new SecretlessError("CLI_TOO_OLD", {
    problem: "The `databricks` on PATH is the legacy CLI, a Python package, which knows no bundles.",
    expected: `the Databricks CLI ${MINIMUM.join(".")} or newer`,
    actual: file,
    remedy: "Take it out of the job (`pip uninstall databricks-cli`), or set `cli-version`, which installs a release and does not look at PATH."
  });
}
function notStartable(file, error) {
  return new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI cannot be started.",
    actual: `${file}: ${error instanceof Error ? error.message : String(error)}`,
    remedy: "Check that it is built for this operating system and processor, and that it may be executed.",
    cause: error
  });
}

// core/flow/find-cli.ts
async function findTool(step2, cwd, constraint) {
  const { ci, inputs } = step2;
  if (inputs.cliVersion !== void 0) return checked(step2, cwd, await installed(step2, inputs.cliVersion));
  const tool2 = await onPath(step2);
  const fitting = fittingOf(step2, constraint);
  if (tool2 === void 0) return checked(step2, cwd, await installed(step2, fitting));
  const found2 = await checked(step2, cwd, tool2);
  if (constraint === void 0 || fitting === void 0 || allows(constraint, found2.version) !== false)
    return found2;
  ci.info(
    `The bundle wants the Databricks CLI ${constraint}, and ${found2.file} is ${found2.version}: ${fitting} is installed.`
  );
  return checked(step2, cwd, await installed(step2, fitting));
}
function fittingOf({ inputs, ports }, constraint) {
  if (constraint === void 0 || inputs.cliSha256 !== void 0) return void 0;
  const fits2 = (version) => compareReleases(version.split(".").map(Number), MINIMUM) >= 0 && allows(constraint, version) === true;
  return fittingVersion(fits2, releasePlatform(ports.platform));
}
async function checked(step2, cwd, tool2) {
  const { ports, signal } = step2;
  const terminate = createTerminate(ports);
  const path20 = ports.environment["PATH"];
  const env = path20 === void 0 ? {} : { PATH: path20 };
  const { version, warning } = await checkVersion({ ...ports, terminate, file: tool2.file, env, cwd, signal });
  if (tool2.version !== void 0 && tool2.version !== version) throw otherVersion(tool2.version, version);
  if (warning !== void 0) warn(step2, warning);
  return { version, file: tool2.file, verified: tool2.verified, pinned: tool2.version !== void 0 };
}
async function onPath(step2) {
  const { ci, ports } = step2;
  try {
    const { file, notes } = await findCli({ ...ports, checkout: ci.context.checkout });
    for (const note2 of notes) ci.info(note2);
    return { file, verified: "from PATH, not verified" };
  } catch (error) {
    if (!(error instanceof SecretlessError) || error.code !== "CLI_NOT_FOUND") throw error;
    ci.info(`${error.message} A pinned release is installed.`);
    return void 0;
  }
}
async function installed({ ci, inputs, ports, signal }, version) {
  const { toolCache, tempFolder, checkout } = ci.context;
  const { cliMirror: mirror, cliSha256: sha256 } = inputs;
  const cli = await installCli(
    { version, mirror, sha256, toolCache, tempFolder, checkout, signal },
    { ...ports, log: (line) => ci.info(line) }
  );
  return { file: cli.file, version: cli.version, verified: `${cli.verified}, from ${cli.from}` };
}
function otherVersion(wanted, found2) {
  return new SecretlessError("CLI_HASH_MISMATCH", {
    problem: "The archive of the Databricks CLI holds another version than it was taken for.",
    expected: wanted,
    actual: found2,
    remedy: "Give `cli-sha256` the hash of the archive of `cli-version`."
  });
}

// core/audit/events/scan.ts
var MOST3 = 100;
function scanEvent(scan2) {
  const { findings: findings2, accepted, host, runner } = scan2;
  const blocked = findings2.some(({ blocking }) => blocking);
  const name = new URL(host).host;
  return {
    event_code: "scan",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: 99,
    activity_name: "Other",
    // OCSF severity: High, Low, Informational.
    severity_id: blocked ? 4 : findings2.length > 0 ? 2 : 1,
    status_id: blocked ? 2 : 1,
    status: blocked ? "Failure" : "Success",
    ...blocked && { status_code: "CREDENTIAL_FOUND" },
    message: `Scan for static credentials: ${findings2.length} found, ${accepted} accepted by exceptions${blocked ? "; the deployment was stopped" : ""}`,
    api: { operation: "Scan of the deployment", service: { name } },
    src_endpoint: { name: runner },
    dst_endpoint: { name, hostname: name },
    unmapped: { accepted, findings: findings2.slice(0, MOST3), findings_count: findings2.length }
  };
}

// core/flow/scan/audit.ts
function scanAudit({ ci, inputs }, audit) {
  const { host } = inputs;
  return ({ stopping, others: others2, accepted }) => {
    const findings2 = [...stopping.map(audited(true)), ...others2.map(audited(false))];
    audit.note(scanEvent({ host, runner: ci.context.ciName, accepted, findings: findings2 }));
  };
}
var audited = (blocking) => ({ rule, place, fingerprint: fingerprint2 }) => ({
  rule: rule.id,
  file: place.file,
  line: place.line,
  fingerprint: fingerprint2,
  blocking
});

// core/audit/audit.ts
import { randomUUID as randomUUID7 } from "node:crypto";
import path15 from "node:path";

// core/base/written-file.ts
import { randomUUID as randomUUID6 } from "node:crypto";
import * as fs2 from "node:fs/promises";
import path14 from "node:path";
import { getuid as getuid2 } from "node:process";
async function writeOwnFile(file, content, bounds) {
  const { port = fs2 } = bounds;
  const place = await placeOf3(file, bounds);
  const found2 = await lookAt(place.file, port);
  if (found2 !== void 0) checkKind(found2);
  const fresh = path14.join(place.folder, `.${path14.basename(place.file)}.${randomUUID6()}.tmp`);
  const { O_WRONLY = 0, O_CREAT = 0, O_EXCL = 0, O_NOFOLLOW = 0 } = port.constants;
  const handle = await port.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 420);
  try {
    try {
      await checkDescriptor(handle.fd, fresh, port);
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    if (await port.realpath(place.folder) !== place.folder) throw new RefusedFile(CHANGED);
    await port.rename(fresh, place.file);
  } catch (error) {
    await port.rm(fresh, { force: true }).catch(() => void 0);
    throw error;
  }
}
async function appendOwnFile(file, text3, bounds) {
  const { port = fs2, user: user2 = getuid2?.() } = bounds;
  const place = await placeOf3(file, bounds);
  const expected = await lookAt(place.file, port);
  if (expected !== void 0) checkKind(expected);
  const { O_WRONLY = 0, O_CREAT = 0, O_APPEND = 0, O_NOFOLLOW = 0, O_NONBLOCK: O_NONBLOCK2 = 0 } = port.constants;
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK2;
  const handle = await port.open(place.file, flags, 384).catch((error) => {
    throw error.code === "ELOOP" ? new RefusedFile(LINK) : error;
  });
  try {
    const found2 = await handle.stat({ bigint: true });
    checkKind(found2);
    if (expected !== void 0 && (found2.ino !== expected.ino || found2.dev !== expected.dev))
      throw new RefusedFile(CHANGED);
    if (found2.nlink !== 1n) throw new RefusedFile("has a second name (a hard link)");
    if (user2 !== void 0 && found2.uid !== BigInt(user2)) throw new RefusedFile("belongs to another user");
    await checkDescriptor(handle.fd, place.file, port);
    if (await port.realpath(place.folder) !== place.folder) throw new RefusedFile(CHANGED);
    await handle.appendFile(text3);
  } finally {
    await handle.close();
  }
}
var LINK = "is reached through a link";
var CHANGED = "was exchanged for another one while it was written";
async function placeOf3(file, { roots, platform, port = fs2 }) {
  for (const root of roots) {
    const real = await port.realpath(root).catch(() => void 0);
    if (real === void 0) continue;
    const under2 = [root, real].find((one) => isInside(file, one, platform));
    if (under2 === void 0) continue;
    const parts = path14.relative(under2, file).split(path14.sep);
    const name = parts.pop() ?? "";
    if (name === "") throw new RefusedFile("is a folder");
    if (inGitFolder(path14.join(...parts, name))) throw new RefusedFile("is in a folder .git");
    let folder = real;
    for (const part of parts) {
      folder = path14.join(folder, part);
      await madeFolder(folder, port);
    }
    return { folder, file: path14.join(folder, name) };
  }
  throw new RefusedFile("is neither in the checkout nor in the CI's temporary folder");
}
async function madeFolder(folder, port) {
  let found2 = await lookAt(folder, port);
  if (found2 === void 0) {
    await port.mkdir(folder).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
    found2 = await lookAt(folder, port);
  }
  if (found2?.isSymbolicLink() === true) throw new RefusedFile(LINK);
  if (found2?.isDirectory() !== true) throw new RefusedFile("lies below something that is no folder");
}
function lookAt(file, port) {
  return port.lstat(file, { bigint: true }).catch((error) => {
    if (error.code === "ENOENT") return void 0;
    throw error;
  });
}
function checkKind(found2) {
  if (found2.isSymbolicLink()) throw new RefusedFile(LINK);
  if (found2.isDirectory()) throw new RefusedFile("is a folder");
  if (!found2.isFile()) throw new RefusedFile("is no regular file but a device or a pipe");
}
async function checkDescriptor(descriptor, file, port) {
  const place = await port.readlink(`/proc/self/fd/${descriptor}`).catch(() => file);
  if (place !== file) throw new RefusedFile(CHANGED);
}

// core/audit/sinks/file.ts
async function openFile({ file, roots, platform }) {
  const take = async (line) => {
    try {
      await appendOwnFile(file, line, { roots, platform });
    } catch (error) {
      throw new SecretlessError("AUDIT_LOG_UNWRITABLE", {
        problem: `The audit log ${file} cannot be written.`,
        expected: "a path in the checkout or in the CI's temporary folder, with no link in it",
        actual: error instanceof RefusedFile ? `it ${error.message}` : String(error),
        remedy: "Set the input `audit-log` to such a path.",
        cause: error
      });
    }
  };
  await take("");
  return { take };
}

// core/audit/sinks/index.ts
var SINKS = [openFile];

// core/audit/json-lines.ts
var SCHEMA_VERSION = "1.8.0";
var PRODUCT_NAME = "databricks-secretless";
function withoutTokens(value, clean) {
  if (typeof value === "string") return clean(redact(value));
  if (Array.isArray(value)) return value.map((inner) => withoutTokens(inner, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key2, inner]) => [key2, withoutTokens(inner, clean)]));
}
var Queue = class {
  #sink;
  #last = Promise.resolve();
  constructor(sink) {
    this.#sink = sink;
  }
  add(line) {
    this.#last = this.#last.catch(() => void 0).then(() => this.#sink.take(line));
    return this.#last;
  }
};
async function inAll(queues, line) {
  const taken = await Promise.allSettled(queues.map((queue) => queue.add(line)));
  const refused3 = taken.find((one) => one.status === "rejected");
  if (refused3) throw refused3.reason;
}
function openAuditLog({ context, clock, sinks, clean = (text3) => text3 }) {
  let sequence = 0;
  let run2 = context.run;
  const queues = sinks.map((sink) => new Queue(sink));
  return {
    get count() {
      return sequence;
    },
    identify(pipeline2) {
      run2 = { ...run2, ...pipeline2 };
    },
    write({ event_code: code2, ...event }) {
      sequence += 1;
      const { issuer } = run2;
      const line = {
        ...event,
        type_uid: event.class_uid * 100 + event.activity_id,
        time: clock.now(),
        metadata: {
          version: SCHEMA_VERSION,
          product: {
            name: PRODUCT_NAME,
            vendor_name: PRODUCT_NAME,
            version: context.productVersion
          },
          correlation_uid: context.correlationId,
          // One run of a CI has several steps, which may write into one file.
          uid: `${context.stepId}.${sequence}`,
          event_code: code2,
          sequence
        },
        actor: {
          user: servicePrincipal(context.principal),
          ...event["actor"],
          app_name: PRODUCT_NAME,
          ...issuer !== void 0 && { session: { issuer } }
        },
        unmapped: { ...event.unmapped, run: { ...run2, step: context.stepId } }
      };
      const text3 = `${jsonWithoutBidi(JSON.stringify(withoutTokens(line, clean)))}
`;
      return inAll(queues, text3);
    }
  };
}

// core/audit/audit.ts
async function openAudit({ ci, clock, platform, command, clientId, auditLog, clean }, open4 = SINKS) {
  const { checkout, tempFolder } = ci.context;
  const file = auditLog === void 0 ? path15.join(tempFolder, `databricks-secretless-audit-${randomUUID7()}.jsonl`) : path15.resolve(checkout, auditLog);
  const sinks = await Promise.all(open4.map((one) => one({ file, roots: [checkout, tempFolder], platform })));
  await ci.output("audit-log", file);
  const context = auditContext({ ci, command, clientId });
  return auditOver(openAuditLog({ context, clock, sinks, clean }), file);
}
function auditContext({ ci, command, clientId }) {
  const { runUrl: runUrl2, ciName } = ci.context;
  return {
    productVersion: PRODUCT.version,
    correlationId: runUrl2 || randomUUID7(),
    stepId: randomUUID7(),
    principal: clientId,
    run: { ci: ciName, command, ...runUrl2 !== "" && { url: runUrl2 } }
  };
}
function auditOver(log, file) {
  let last = Promise.resolve();
  return {
    file,
    get count() {
      return log.count;
    },
    write: (event) => log.write(event),
    identify(pipeline2) {
      log.identify(pipeline2);
    },
    note(event) {
      last = Promise.all([last, log.write(event)]).then(() => void 0);
      last.catch(() => void 0);
    },
    settled: () => last
  };
}

// core/flow/record.ts
function openAuditOf({ ci, ports, inputs }, sinks) {
  const { auditLog, clientId, command } = inputs;
  const record2 = { ci, ...ports, command: command.name, clientId, auditLog, clean: withoutCredentials };
  return openAudit(record2, sinks);
}
async function recordRefusals({ ci, inputs }, audit, failure) {
  const what = { command: inputs.command.name, host: inputs.host, runner: ci.context.ciName };
  const refusals = [failure, ...failure.others].filter(isRefusal);
  for (const refusal of refusals) audit.note(refusalEvent(refusal, what));
  await audit.settled().catch((error) => {
    if (error !== failure) ci.annotate("warning", toSecretlessError(error).message);
  });
}

// core/flow/scan/outcome.ts
import path16 from "node:path";

// core/report/error-text.ts
function placeText(place) {
  return [place.file, place.line, place.line === void 0 ? void 0 : place.column].filter((part) => part !== void 0).join(":");
}
function detailLines(mistake, indent) {
  const fields = [
    ["at", mistake.place && placeText(mistake.place)],
    ["wanted", mistake.expected],
    ["found", mistake.actual],
    ["to do", mistake.remedy]
  ];
  return fields.flatMap(
    ([label, value]) => value === void 0 ? [] : `${label}: ${value}`.split("\n").map((line, at3) => indent + (at3 === 0 ? line : `  ${line}`))
  );
}
function mistakeText(mistake, bullet = "") {
  return [
    bullet + mistake.problem,
    ...detailLines(mistake, bullet.replace(/\S/g, " ") + (bullet ? "" : "  "))
  ].join("\n");
}
function errorText(error, pages = "docs/") {
  const [first = "", ...details2] = mistakeText(error.details).split("\n");
  return [
    `${error.code}: ${first}`,
    ...error.mistakes.map((mistake) => mistakeText(mistake, "  - ")),
    ...details2,
    `  more: ${pages}troubleshooting.md#${error.code.toLowerCase()}`
  ].join("\n");
}

// core/scan/finding.ts
import { createHmac } from "node:crypto";

// core/scan/rules/practices.ts
var PRACTICES = [
  {
    id: "practice-storage-account-key",
    name: "Storage account key in Spark configuration",
    risk: "The key opens the whole storage account to everybody who can run code on the cluster, past Unity Catalog.",
    remedy: REMEDIES2.storage,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.(?:account\.key|sas)\./
  },
  {
    id: "practice-oauth-client-secret",
    name: "OAuth client secret in Spark configuration",
    risk: "The secret must be stored and rotated, and works from anywhere.",
    remedy: REMEDIES2.entra,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.account\.oauth2\.client\.secret|(?:^|[._])client_?secret$/i
  },
  {
    id: "practice-s3-access-key",
    name: "S3 access key in Spark configuration",
    risk: "The key works from anywhere until it is rotated by hand.",
    remedy: REMEDIES2.aws,
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
    remedy: REMEDIES2.databricks,
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

// core/scan/finding.ts
var EMPTY_REPORT = {
  findings: [],
  unscanned: [],
  scopes: [],
  notes: [],
  files: 0,
  bytes: 0
};
function mergeReports(reports) {
  const findings2 = reports.flatMap((report) => report.findings);
  const key2 = ({ fingerprint: mark2, place }) => `${mark2} ${place.file}`;
  const written = new Set(findings2.filter(({ setting }) => setting === void 0).map(key2));
  return {
    findings: findings2.filter((finding2) => finding2.setting === void 0 || !written.has(key2(finding2))),
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
  return unscanned.filter(({ harmless }) => !harmless).map(({ file, member: member3, reason }) => ({
    rule: UNSCANNED_RULE,
    level: "error",
    place: { file },
    ...member3 !== void 0 && { member: member3 },
    shown: reason,
    fingerprint: fingerprint(
      Buffer.from(`${file}!${member3 ?? ""}: ${reason}`).toString("latin1"),
      repositoryId
    )
  }));
}
function redacted(value, prefix) {
  const known2 = prefix !== void 0 && value.toLowerCase().startsWith(prefix.toLowerCase()) ? prefix : "";
  return `${known2}\u2026 (${value.length} characters)`;
}
function placeText2({ place, member: member3, cell, setting }) {
  const position = place.line === void 0 ? "" : `:${place.line}:${place.column ?? 1}`;
  const file = member3 === void 0 ? place.file : `${place.file}!${member3}`;
  return `${file}${position}${cell === void 0 ? "" : ` (cell ${cell})`}${setting === void 0 ? "" : ` (${setting})`}`;
}
var HIDDEN = {
  base64: ", base64 encoded",
  hex: ", hex encoded",
  percent: ", percent encoded",
  concatenated: ", put together from pieces"
};
function findingMistake(finding2) {
  const { rule, shown: shown3, via, fingerprint: mark2 } = finding2;
  return {
    problem: `${rule.name}: ${shown3}${via === void 0 ? "" : HIDDEN[via]}. ${rule.risk}`,
    actual: `${placeText2(finding2)}, rule ${rule.id}, fingerprint ${mark2}`,
    remedy: rule.remedy,
    place: finding2.place
  };
}

// core/report/scan-section.ts
var count = (number, one) => `${String(number)} ${one}${number === 1 ? "" : "s"}`;
function scanLine({ report, stopping, others: others2, accepted }) {
  const { files, bytes, unscanned } = report;
  const skipped = unscanned.filter(({ harmless }) => !harmless).length;
  const findings2 = stopping.length + others2.length;
  return [
    `${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`,
    findings2 === 0 ? "nothing found" : count(findings2, "finding"),
    ...stopping.length > 0 && others2.length > 0 ? [`${String(stopping.length)} of them stop the run`] : [],
    ...accepted > 0 ? [`${String(accepted)} accepted`] : [],
    ...skipped > 0 ? [`${String(skipped)} not scanned`] : []
  ].join(", ");
}
function acceptedLine({ rule, file, until, reason }) {
  return `Accepted until ${until}: ${rule} in ${file} (${reason})`;
}
function scanSection(facts) {
  const { stopping, others: others2, report, exceptions } = facts;
  const accepted = exceptions.map(({ rule, file, until, reason }) => [
    code(rule),
    code(file),
    escapeMarkdown(until),
    escapeMarkdown(reason)
  ]);
  const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
  const skipped = unscanned.map(({ file, member: member3, reason }) => [
    code(member3 === void 0 ? file : `${file}!${member3}`),
    escapeMarkdown(reason)
  ]);
  return [
    "### Static credentials",
    escapeMarkdown(`${scanLine(facts)}.`),
    ...stopping.length > 0 ? ["**Stops the run:**", findingsTable(stopping)] : [],
    ...others2.length > 0 ? [findingsTable(others2)] : [],
    ...accepted.length > 0 ? [table(["Accepted", "In", "Until", "Because"], accepted)] : [],
    ...skipped.length > 0 ? [table(["Not scanned", "Why"], skipped)] : [],
    ...report.notes.map((note2) => `- ${escapeMarkdown(note2)}`)
  ].join("\n\n");
}
var PLACES = 10;
function findingsTable(findings2) {
  const groups = /* @__PURE__ */ new Map();
  for (const finding2 of findings2) {
    const group = groups.get(finding2.rule.id);
    if (group) group.push(finding2);
    else groups.set(finding2.rule.id, [finding2]);
  }
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === void 0) return [];
    const { id, name, risk, remedy } = first.rule;
    const more = group.length > PLACES ? [`and ${String(group.length - PLACES)} more`] : [];
    const places = group.slice(0, PLACES).map(
      (one) => `${code(placeText2(one))} ${escapeMarkdown(one.shown)}, fingerprint ${code(one.fingerprint)}`
    );
    return [
      [
        `${escapeMarkdown(name)}<br>${code(id)}`,
        [...places, ...more].join("<br>"),
        escapeMarkdown(risk),
        prose(remedy.replaceAll("\n", " "))
      ]
    ];
  });
  return table(["Found", "Where", "Who can use it", "Write instead"], rows);
}

// core/scan/exceptions.ts
var import_yaml9 = __toESM(require_dist(), 1);
import { join as join5, relative, sep } from "node:path";

// core/bundle/ignore-patterns.ts
var ANY = { type: "any" };
var SLASH = { type: "character", character: "/" };
var skip = (count3) => ({ type: "skip", count: count3 });
function stepsOf(line) {
  const anchored = line.startsWith("/") && !line.startsWith("/**/");
  const inFolder = /[^/+]\/.*\*\./.test(line);
  const steps = anchored || inFolder ? [] : [skip(2), ANY, SLASH];
  let at3 = line.startsWith("/") ? 1 : 0;
  while (at3 < line.length) {
    const rest = line.slice(at3);
    const characters = /^\[(\^?)([^\]]{1,100})\]/.exec(rest);
    const [length, read4] = rest.startsWith("/**/") ? [4, [SLASH, skip(2), ANY, SLASH]] : rest.startsWith("**/") ? [3, [skip(2), ANY, SLASH]] : rest.startsWith("/**") ? [3, [skip(2), SLASH, ANY]] : rest.startsWith("*") ? [1, [{ type: "star" }]] : characters !== null ? [
      characters[0].length,
      [{ type: "class", characters: characters[2] ?? "", negated: characters[1] === "^" }]
    ] : rest.startsWith("\\") && rest.length > 1 ? [2, [{ type: "character", character: rest[1] ?? "" }]] : [1, [{ type: "character", character: rest[0] ?? "" }]];
    steps.push(...read4);
    at3 += length;
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
function matches(steps, path20) {
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
  for (const character of path20) {
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
      this.#patterns.push({ negated, steps: uncertain ? [ANY] : stepsOf(pattern) });
    }
  }
  /** Whether the last pattern that matches `path` (relative, with slashes) is one that is not negated. */
  match(path20) {
    let matched = false;
    for (const { negated, steps } of this.#patterns) {
      if (matched === negated && matches(steps, path20)) matched = !negated;
    }
    return matched;
  }
};

// core/scan/exceptions.ts
var EXCEPTIONS_FILE = ".secretless-ignore.yml";
var FIELDS2 = ["rule", "path", "fingerprint", "reason", "expires"];
var MOST4 = 1e3;
var REMEDY = "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).";
var RULE_IDS = new Set(
  [...RULES, ...PRACTICES, SCOPE_RULE, UNSCANNED_RULE].map((rule) => rule.id)
);
async function readExceptions({ bundleRoot, checkout }, bounds, today) {
  const file = join5(bundleRoot, EXCEPTIONS_FILE);
  const name = relative(checkout, file).split(sep).join("/");
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
function parseExceptions(text3, file, today) {
  const lines = new import_yaml9.LineCounter();
  const document = (0, import_yaml9.parseDocument)(text3, { lineCounter: lines });
  const mistakes = [];
  const placeAt = (offset) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line, column: col };
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
  const list3 = (0, import_yaml9.isMap)(document.contents) ? document.contents.get("exceptions", true) : void 0;
  if (!(0, import_yaml9.isSeq)(list3) || document.contents.get("version") !== 1) {
    mistakes.push({
      problem: `${file} needs \`version: 1\` and a list \`exceptions\``,
      expected: "`version: 1`, `exceptions:` with a list",
      actual: (0, import_yaml9.isMap)(document.contents) ? quote(document.contents.items.map(({ key: key2 }) => String(key2)).join(", ")) : "no mapping",
      remedy: REMEDY,
      place: placeAt(0)
    });
    return { exceptions: [], mistakes };
  }
  for (const { key: key2 } of document.contents.items) {
    const name = (0, import_yaml9.isScalar)(key2) ? String(key2.value) : "";
    if (name === "version" || name === "exceptions") continue;
    const problem = `${file} has an unknown key ${quote(name)}`;
    mistakes.push({ problem, remedy: REMEDY, place: placeAt(key2.range?.[0]) });
  }
  if (list3.items.length > MOST4) {
    const problem = `${file} has more than ${String(MOST4)} exceptions`;
    mistakes.push({ problem, remedy: "Remove what the exceptions are for.", place: placeAt(0) });
    return { exceptions: [], mistakes };
  }
  const exceptions = [];
  for (const item of list3.items) {
    const place = placeAt(item.range?.[0]);
    if (!(0, import_yaml9.isMap)(item)) {
      const expected = FIELDS2.join(", ");
      mistakes.push({
        problem: "An exception must be a mapping",
        expected,
        actual: quote(String(item)),
        remedy: REMEDY,
        place
      });
      continue;
    }
    const { exception, mistakes: found2 } = parseOne(item, place, placeAt, today);
    mistakes.push(...found2);
    if (found2.length === 0) exceptions.push(exception);
  }
  return { exceptions, mistakes };
}
function parseOne(item, place, placeAt, today) {
  const mistakes = [];
  const wrong2 = (at4, problem, expected, actual, remedy = REMEDY) => {
    mistakes.push({ problem, expected, actual, remedy, place: at4 });
  };
  const placeOf4 = (node) => placeAt(node?.range?.[0]);
  const values = Object.fromEntries(
    FIELDS2.map((field) => {
      const node = item.get(field, true);
      const text3 = (0, import_yaml9.isScalar)(node) ? (node.source ?? "").trim() : "";
      if (text3 === "") wrong2(place, `The exception has no ${field}`, `\`${field}\``, "nothing");
      return [field, text3];
    })
  );
  for (const pair of item.items) {
    const key2 = String(pair.key);
    if (FIELDS2.some((field) => field === key2)) continue;
    const remedy = [...meant(key2, FIELDS2), "Correct the key, or take it out."].join(" ");
    const problem = `The exception has an unknown key ${quote(key2)}`;
    wrong2(placeOf4(pair.key), problem, FIELDS2.join(", "), quote(key2), remedy);
  }
  const { rule, expires } = values;
  if (rule !== "" && !RULE_IDS.has(rule)) {
    const remedy = [
      ...meant(rule, [...RULE_IDS]),
      "Copy the rule and the fingerprint from the finding."
    ].join(" ");
    wrong2(
      placeOf4(item.get("rule", true)),
      `There is no rule ${quote(rule)}`,
      "the rule of a finding",
      quote(rule),
      remedy
    );
  }
  const isDate = isDay(expires);
  const at3 = placeOf4(item.get("expires", true));
  if (expires !== "" && !isDate) {
    const problem = `${quote(expires)} is no day of the form YYYY-MM-DD`;
    wrong2(at3, problem, "a day of the calendar, such as 2027-03-31", quote(expires));
  } else if (isDate && expires < today) {
    const problem = `The exception for ${quote(rule)} in ${quote(values.path)} expired on ${expires}`;
    const remedy = "Take the exception out, or look at the value again and give it a new date.";
    wrong2(at3, problem, `a day from ${today} on`, expires, remedy);
  }
  return { exception: { ...values, place }, mistakes };
}
function boundExceptions({ exceptions, mistakes }, policy2, today) {
  const refused3 = exceptions.flatMap((exception) => {
    const why = whyRefused(exception, policy2, today);
    if (why === void 0) return [];
    const problem = `The policy does not admit the exception for ${exception.rule} in ${exception.path}: ${why}`;
    const remedy = "Take the credential out, or ask who owns the policy (`scan.exceptions`).";
    return [[exception, { problem, remedy, place: exception.place }]];
  });
  const without = new Set(refused3.map(([exception]) => exception));
  const within = policy2 === "forbid" ? void 0 : policy2.paths;
  return {
    exceptions: exceptions.filter((exception) => !without.has(exception)).map((exception) => ({ ...exception, ...within && { within } })),
    mistakes: [...mistakes, ...refused3.map(([, mistake]) => mistake)]
  };
}
var DAY2 = 24 * 60 * 60 * 1e3;
function whyRefused({ rule, path: path20, expires }, policy2, today) {
  if (policy2 === "forbid") return "it forbids exceptions.";
  const { max_days: most, rules, paths } = policy2;
  const days2 = (Date.parse(expires) - Date.parse(today)) / DAY2;
  if (most !== void 0 && days2 > most)
    return `it ends in ${String(days2)} days, and may in ${String(most)} at most.`;
  if (rules && !rules.some((pattern) => globMatches(pattern, rule)))
    return `it admits them for ${rules.join(", ")} alone.`;
  if (paths && !paths.some((pattern) => globCovers(pattern, path20)))
    return `it admits them in ${paths.join(", ")} alone.`;
  return void 0;
}
function applyExceptions(findings2, exceptions) {
  const matchers = exceptions.map((exception) => ({
    exception,
    paths: new IgnorePatterns([exception.path], "leave-out")
  }));
  const used = /* @__PURE__ */ new Set();
  const stay = [];
  const excepted = [];
  for (const finding2 of findings2) {
    const { file } = finding2.place;
    const found2 = matchers.find(
      ({ exception, paths }) => exception.rule === finding2.rule.id && exception.fingerprint === finding2.fingerprint && (exception.path === file || paths.match(file)) && (exception.within?.some((pattern) => globMatches(pattern, file)) ?? true)
    );
    if (found2 === void 0) stay.push(finding2);
    else {
      used.add(found2.exception);
      excepted.push({ finding: finding2, exception: found2.exception });
    }
  }
  return { findings: stay, excepted, unused: exceptions.filter((exception) => !used.has(exception)) };
}
function isAlwaysSeen({ rule, path: path20 }, configuration) {
  if (/^(?:practice|scope)-/.test(rule) || /\.(?:whl|jar|egg|zip)$/.test(path20)) return false;
  const paths = new IgnorePatterns([path20], "leave-out");
  return !configuration.some((file) => file === path20 || paths.match(file));
}
function unusedMistake({ rule, path: path20, place }) {
  return {
    problem: `The exception for ${quote(rule)} in ${quote(path20)} matches no finding`,
    remedy: "Remove it.",
    place
  };
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
function sarifResult(finding2, ruleIndex, exception) {
  const { rule, level, place, endColumn, member: member3, setting, shown: shown3, fingerprint: fingerprint2 } = finding2;
  const { line, column } = place;
  const region = line === void 0 ? {} : {
    region: {
      startLine: line,
      startColumn: column ?? 1,
      ...endColumn !== void 0 && { endColumn }
    }
  };
  const logical = member3 ?? setting;
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: `${rule.name}: ${shown3} in ${placeText2(finding2)}. ${rule.risk} ${rule.remedy}` },
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
    ...report.findings.map((finding2) => ({ finding: finding2, exception: void 0 })),
    ...options.excepted ?? []
  ];
  const rules = [...new Map(results.map(({ finding: finding2 }) => [finding2.rule.id, finding2.rule])).values()];
  const index = new Map(rules.map((rule, position) => [rule.id, position]));
  const notifications = report.unscanned.map(({ file, member: member3, reason, harmless }) => ({
    level: harmless ? "note" : "warning",
    message: { text: `Not scanned: ${member3 === void 0 ? file : `${file}!${member3}`}: ${reason}` },
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
          ({ finding: finding2, exception }) => sarifResult(finding2, index.get(finding2.rule.id) ?? 0, exception)
        )
      }
    ]
  };
}

// core/flow/scan/outcome.ts
var MOST5 = 100;
var ScanOutcome = class {
  #step;
  #repositoryId;
  #exceptions;
  /** Annotations that were made: a report holds those before it. */
  #annotated = /* @__PURE__ */ new Set();
  /** `repositoryId` is the key of the fingerprints. */
  constructor(step2, exceptions, repositoryId) {
    this.#step = step2;
    this.#exceptions = exceptions;
    this.#repositoryId = repositoryId;
  }
  /** Takes what the policy says of exceptions; what it does not admit accepts nothing from now on, and is a mistake. */
  bound(policy2, today) {
    this.#exceptions = boundExceptions(this.#exceptions, policy2, today);
  }
  /** Stops the run for something that cannot be judged, where the input `scan` says so; else warns of it. */
  unjudged(mistake) {
    if (this.#step.inputs.scan === "block") throw new SecretlessError("SCAN_INCOMPLETE", mistake);
    this.#warn(mistake);
  }
  /**
   * Shows all that was found so far, and stops the run for it where the input `scan` says so.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `CREDENTIAL_UPLOADED`, `SCAN_INCOMPLETE`, `EXCEPTIONS_INVALID`
   */
  async judge(report, stage) {
    const { ci, inputs } = this.#step;
    const unscanned = unscannedFindings(report, this.#repositoryId);
    const applied = applyExceptions([...report.findings, ...unscanned], this.#exceptions.exceptions);
    const blocks = inputs.scan === "block";
    const unknown2 = applied.findings.filter((finding2) => unscanned.includes(finding2));
    const found2 = applied.findings.filter((finding2) => !unknown2.includes(finding2));
    const stopping = found2.filter(({ level }) => blocks && level === "error");
    const others2 = found2.filter((finding2) => !stopping.includes(finding2));
    const exceptions = acceptedBy(applied);
    const scan2 = { report, stopping, others: others2, accepted: applied.excepted.length, exceptions };
    this.#step.found({ scan: scan2 });
    ci.info(`${stage.title}: ${scanLine(scan2)}`);
    for (const exception of exceptions) ci.info(`  ${acceptedLine(exception)}`);
    for (const note2 of report.notes) ci.info(`  ${note2}`);
    for (const finding2 of blocks ? others2 : [...unknown2, ...others2]) this.#warn(findingMistake(finding2));
    const { certain: certain2, perhaps } = this.#wrongExceptions(applied, stage);
    for (const mistake of blocks ? perhaps : [...perhaps, ...certain2]) this.#warn(mistake);
    const errors = [
      ...stopping.length > 0 ? [credentialFound(stopping, stage)] : [],
      ...blocks && unknown2.length > 0 ? [incomplete(unknown2, stage)] : [],
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
    const text3 = mistakeText(mistake);
    if (this.#annotated.has(text3) || this.#annotated.size >= MOST5) return;
    this.#annotated.add(text3);
    this.#step.ci.annotate("warning", text3, mistake.place);
  }
  /** Writes the file that code scanning reads, also when the run is stopped. Resolves to the errors of that. */
  async #writeSarif(report, { findings: findings2, excepted }) {
    const { ci, inputs, ports } = this.#step;
    if (inputs.sarifFile === void 0) return [];
    const file = path16.resolve(ci.context.checkout, inputs.sarifFile);
    const log = toSarif({ ...report, findings: findings2 }, { version: PRODUCT.version, excepted });
    try {
      const roots = [ci.context.checkout, ci.context.tempFolder];
      const text3 = jsonWithoutBidi(JSON.stringify(log, (_, value) => cleaned(value), 2));
      await writeOwnFile(file, `${text3}
`, { roots, platform: ports.platform });
      return [];
    } catch (error) {
      const { code: code2 = "an error" } = error;
      const why = error instanceof RefusedFile ? `it ${error.message}` : code2;
      return [
        new SecretlessError("INPUT_INVALID", {
          problem: "The file of `sarif-file` cannot be written.",
          expected: "a path in the checkout or in the CI's temporary folder, with no link in it",
          actual: `${inputs.sarifFile}: ${why}`,
          cause: error
        })
      ];
    }
  }
};
function cleaned(value) {
  return typeof value === "string" ? withoutCredentials(redact(value)) : value;
}
function acceptedBy({ excepted }) {
  const lines = excepted.map(({ finding: finding2, exception: { rule, expires, reason } }) => {
    const accepted = { rule, file: finding2.place.file, until: expires, reason };
    return [JSON.stringify(accepted), accepted];
  });
  return [...new Map(lines).values()];
}
function credentialFound(findings2, { uploaded = false }) {
  const count3 = findings2.length === 1 ? "1 finding" : `${String(findings2.length)} findings`;
  const shown3 = findings2.length > MOST5 ? ` The first ${String(MOST5)} are shown.` : "";
  const [done, first] = uploaded ? ["It is in the workspace already: it came after the scan of what was planned.", "Revoke what was found"] : ["Nothing was uploaded.", "Revoke what was in a repository"];
  return new SecretlessError(uploaded ? "CREDENTIAL_UPLOADED" : "CREDENTIAL_FOUND", {
    problem: `The scan for static credentials has ${count3}. ${done}${shown3}`,
    remedy: `${first}, then write what each finding says. For what is no credential, name rule, path, fingerprint, a reason and a last day in ${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings2.slice(0, MOST5).map(findingMistake)
  });
}
function incomplete(findings2, { uploaded = false }) {
  const count3 = findings2.length === 1 ? "1 file" : `${String(findings2.length)} files`;
  return new SecretlessError("SCAN_INCOMPLETE", {
    problem: `The scan cannot read ${count3}, and \`scan: block\` passes nothing over. ` + (uploaded ? "It is in the workspace already." : "Nothing was uploaded."),
    remedy: `Do what each line says. For a file that has to be as it is, name rule, path, fingerprint, a reason and a last day in ${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings2.slice(0, MOST5).map(findingMistake)
  });
}
function exceptionsInvalid(mistakes) {
  return new SecretlessError("EXCEPTIONS_INVALID", {
    problem: `The exceptions of the scan in ${EXCEPTIONS_FILE} are not right. Nothing was uploaded.`,
    mistakes
  });
}

// core/flow/scan/uploaded.ts
import { basename, join as join9, posix as posix9 } from "node:path";

// core/api/uploaded-files.ts
async function filesInFolder(api, path20) {
  return (await objectsIn(api, path20)).files;
}
var MOST_FOLDERS = 5e3;
async function filesBelow(api, path20) {
  const files = [];
  let seen = 0;
  for (let level = [path20]; level.length > 0; ) {
    seen += level.length;
    if (seen > MOST_FOLDERS) return void 0;
    const next = [];
    await inParallel(level, async (folder) => {
      const found2 = await objectsIn(api, folder);
      files.push(...found2.files);
      next.push(...found2.folders);
    });
    level = next;
  }
  return files.sort();
}
async function objectsIn(api, path20) {
  const request = { method: "GET", path: "/api/2.0/workspace/list", query: { path: path20 } };
  const answer = await answered(api, request, "The list of what was uploaded");
  const objects = listAt(answer, "objects").filter((object3) => textAt(object3, "path") !== "");
  const pathsOf = (isFolder) => objects.filter((object3) => textAt(object3, "object_type") === "DIRECTORY" === isFolder).map((object3) => textAt(object3, "path"));
  return { files: pathsOf(false), folders: pathsOf(true) };
}
async function exportedFile(api, path20) {
  const query = { path: path20, format: "AUTO" };
  const request = { method: "GET", path: "/api/2.0/workspace/export", query };
  const content = member(await answered(api, request, "The look at what was uploaded"), "content");
  return typeof content === "string" ? Buffer.from(content, "base64") : void 0;
}
async function answered(api, request, what) {
  try {
    return await api.call({ ...request, lasting: true });
  } catch (error) {
    if (error instanceof ApiFailure && error.is(400, 403, 404)) return void 0;
    throw callError(what, error);
  }
}

// core/bundle/resolved-selection.ts
import { isAbsolute as isAbsolute6, join as join7, posix as posix8, relative as relative3 } from "node:path";

// core/bundle/selection.ts
import { isAbsolute as isAbsolute5, join as join6, posix as posix7, relative as relative2, resolve, sep as sep2 } from "node:path";
var slashed = (path20) => path20.split(sep2).join("/");
function foldersUp(path20) {
  return posix7.normalize(slashed(path20)).split("/").filter((part) => part === "..").length;
}
function above(folder, levels) {
  return resolve(folder, ...Array.from({ length: levels }, () => ".."));
}
function fromSyncRoot({ bundleRoot, syncRoot }, path20) {
  return posix7.join(slashed(relative2(syncRoot, bundleRoot)), path20);
}
var LIBRARY_KEYS = /* @__PURE__ */ new Set(["whl", "jar", "egg", "requirements", "dependencies", "code_source_path"]);
var CONTENT_KEY = "file_path";
function isLibraryKey(key2) {
  return LIBRARY_KEYS.has(key2) || key2 === CONTENT_KEY;
}
function libraryPatterns(key2, text3, folder) {
  if (key2 === CONTENT_KEY && !text3.includes("${")) return [isAbsolute5(text3) ? text3 : join6(folder, text3)];
  if (/^(?:\/|-|[a-z][a-z0-9+.]*:)/i.test(text3) || text3.includes("${")) return [];
  const withoutExtras = text3.replace(/\[[^\]]*\]$/, "");
  return [.../* @__PURE__ */ new Set([text3, withoutExtras])].map((pattern) => join6(folder, pattern));
}
function wheelsOf(folder) {
  return join6(folder, "dist", "*.whl");
}

// core/bundle/resolved-selection.ts
async function resolvedSelections(tree, from) {
  const sync = member(tree, "sync");
  const [paths, include, exclude] = ["paths", "include", "exclude"].map((key2) => texts(member(sync, key2)));
  if (!isObject2(sync) || !paths || !include || !exclude) return void 0;
  const artifacts = artifactPatterns(tree, from.bundleRoot);
  const libraries2 = libraryTexts(member(tree, "resources"), "");
  const selections = (await syncRoots(paths, from)).map((syncRoot) => ({
    bundleRoot: from.bundleRoot,
    syncRoot,
    paths: paths.map(slashed),
    include,
    exclude,
    artifacts: [
      .../* @__PURE__ */ new Set([...artifacts, ...libraries2.flatMap(([key2, text3]) => libraryPatterns(key2, text3, syncRoot))])
    ]
  }));
  return selections.length === 0 ? void 0 : selections;
}
function runsCode(tree) {
  const has = (value) => members(value).length > 0;
  const builds = members(member(tree, "artifacts")).some(
    ([, artifact]) => member(artifact, "build") !== void 0 || textAt(artifact, "type") === "whl"
  );
  const python = [member(tree, "python"), member(tree, "experimental", "python")];
  return builds || has(member(tree, "experimental", "scripts")) || python.some(has);
}
function texts(value) {
  if (value === void 0 || value === null) return [];
  if (!Array.isArray(value)) return void 0;
  const read4 = value.map((item) => typeof item === "string" ? item : void 0);
  return read4.every((text3) => text3 !== void 0) ? read4 : void 0;
}
async function syncRoots(paths, from) {
  const { bundleRoot, checkout, written, tree } = from;
  if (written && resolvesTo(written.allPaths, paths)) return [written.syncRoot];
  const depth = relative3(checkout, bundleRoot).split(/[\\/]/).filter(Boolean).length;
  const roots = [];
  for (let levels = 0; levels <= depth; levels++) {
    const root = above(bundleRoot, levels);
    const present5 = await Promise.all(paths.map((path20) => isThere(join7(root, path20), tree)));
    const [first = ""] = fromSyncRoot({ bundleRoot, syncRoot: root }, "").split("/");
    const needed = levels === 0 || paths.some((path20) => cleaned2(path20).split("/")[0] !== first);
    if (needed && present5.every(Boolean)) roots.push(root);
  }
  return roots;
}
function resolvesTo(written, paths) {
  const patterns2 = written.map((path20) => cleaned2(path20).replace(/\$\{[^}]*\}/g, "*"));
  const fits2 = (path20) => patterns2.some((pattern) => globMatches(pattern, cleaned2(path20)));
  return written.length === paths.length && paths.every(fits2);
}
var cleaned2 = (path20) => posix8.normalize(slashed(path20)).replace(/(?<=.)\/$/, "");
async function isThere(path20, tree) {
  if (await tree.size(path20) !== void 0) return true;
  return tree.list(path20).then(
    () => true,
    () => false
  );
}
function artifactPatterns(tree, bundleRoot) {
  return members(member(tree, "artifacts")).flatMap(([, artifact]) => {
    const sources = listAt(artifact, "files").map((file) => textAt(file, "source")).filter((source) => source !== "");
    const folder = textAt(artifact, "path") || ".";
    const absolute = (path20) => isAbsolute6(path20) ? path20 : join7(bundleRoot, path20);
    const built2 = textAt(artifact, "type") === "whl" ? [wheelsOf(absolute(folder))] : [];
    return [...sources.map(absolute), ...built2];
  });
}
function libraryTexts(value, key2) {
  if (typeof value === "string") return isLibraryKey(key2) ? [[key2, value]] : [];
  return listAt(value).flatMap((item) => libraryTexts(item, key2)).concat(members(value).flatMap(([name, inner]) => libraryTexts(inner, name)));
}

// core/bundle/sync-files.ts
import nodePath, { dirname as dirname3, join as join8, relative as relative4 } from "node:path";
async function worktreeOf(bundleRoot, syncRoot, tree) {
  const found2 = await findCheckout(bundleRoot, tree);
  return found2 === bundleRoot ? syncRoot : found2;
}
var GitIgnores = class {
  #bounds;
  #root;
  #byFolder = /* @__PURE__ */ new Map();
  constructor(bounds, root) {
    this.#bounds = bounds;
    this.#root = root;
  }
  async ignores(path20, isFolder) {
    for (let folder = dirname3(path20); ; folder = dirname3(folder)) {
      const inside = slashed(relative4(folder, path20));
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
    const file = join8(folder, ".gitignore");
    const bytes = await readOwn(file, this.#root, this.#bounds).catch(() => void 0);
    const text3 = bytes?.toString("utf8") ?? "";
    const always = folder === this.#root ? [".git", ".databricks"] : [];
    return new IgnorePatterns([...text3.split("\n"), ...always], "leave-out");
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
  const take = (path20) => {
    if (!excluded.match(slashed(relative4(syncRoot, path20)))) files.add(path20);
  };
  const walk2 = async (folder, all) => {
    const entries2 = await tree.list(folder).catch((error) => {
      const reason = `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      unscanned.set(folder, { file: name(folder), reason, harmless: false });
      return [];
    });
    for (const entry of entries2) {
      const path20 = join8(folder, entry.name);
      if (entry.type === "folder") {
        if (all || !await ignores.ignores(path20, true)) await walk2(path20, all);
      } else if (all) {
        if (entry.type === "file" && included.match(slashed(relative4(syncRoot, path20)))) take(path20);
      } else if (!await ignores.ignores(path20, false)) {
        if (entry.type === "file") take(path20);
        else {
          const what = entry.type === "link" ? "a symbolic link" : "no regular file";
          unscanned.set(path20, {
            file: name(path20),
            reason: `it is ${what}, which the Databricks CLI does not upload`,
            harmless: true
          });
        }
      }
    }
  };
  for (const path20 of selection.paths) {
    const start = join8(syncRoot, path20);
    if (await tree.size(start) !== void 0) take(start);
    else await walk2(start, false);
  }
  if (selection.include.length > 0) await walk2(syncRoot, true);
  return { files: [...files].sort(), unscanned: [...unscanned.values()] };
}
async function selectArtifacts({ artifacts }, tree) {
  const found2 = /* @__PURE__ */ new Set();
  const take = async (path20) => {
    if (await tree.size(path20) !== void 0) found2.add(path20);
    else {
      const entries2 = await tree.list(path20).catch(() => void 0);
      if (entries2 === void 0) found2.add(path20);
      for (const { name } of entries2 ?? []) await take(join8(path20, name));
    }
  };
  for (const pattern of artifacts) for (const path20 of await matchesOf2(pattern, tree)) await take(path20);
  return [...found2].sort();
}
async function matchesOf2(pattern, tree) {
  try {
    return await glob(pattern, nodePath, tree);
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}

// core/cli/sync-snapshot.ts
import { readdir as readdir2 } from "node:fs/promises";
import path17 from "node:path";
async function readSyncedFiles(folder, target, platform) {
  const lists = path17.join(folder.state, target, "sync-snapshots");
  const names2 = (await readdir2(lists).catch(() => [])).filter((name) => name.endsWith(".json"));
  const read4 = (name) => readPrivateFile(folder, platform, target, "sync-snapshots", name);
  const texts2 = (await Promise.all(names2.map(read4))).filter((text3) => text3 !== void 0);
  if (texts2.length === 0 || texts2.length < names2.length) return void 0;
  return texts2.flatMap(
    (text3) => members(member(parseJson(text3, "the list of uploaded files"), "local_to_remote_names")).flatMap(
      ([local, remote2]) => typeof remote2 === "string" ? [{ local, remote: remote2 }] : []
    )
  );
}

// core/flow/scan/uploaded.ts
async function uploadedFiles(scanned, bounds, uploading) {
  const { tree, platform } = bounds;
  const { selections, summary, folder, target, complete, api } = uploading;
  const synced = await readSyncedFiles(folder, target, platform);
  const code2 = runsCode(summary);
  const here = [];
  const remote2 = /* @__PURE__ */ new Map();
  const filePath = textAt(summary, "workspace", "file_path");
  for (const file of synced ?? []) {
    const files = await present4(selections, file.local, tree);
    here.push(...files);
    const [first] = files;
    const path20 = posix9.join(filePath, file.remote);
    if (first === void 0 || code2) remote2.set(path20, first === void 0 ? path20 : scanned.name(first));
  }
  const there = code2 && filePath !== "" ? await filesBelow(api, filePath) : [];
  for (const path20 of there ?? []) if (!remote2.has(path20)) remote2.set(path20, path20);
  const artifacts = (await Promise.all(selections.map((one) => selectArtifacts(one, tree)))).flat();
  const sources = synced ? [] : await selectedNow(selections, scanned, bounds);
  const different = await scanned.scan([...here, ...artifacts, ...sources], { uncut: true });
  const names2 = new Set(different.map((file) => scanned.name(file)));
  for (const path20 of artifacts.length > 0 || code2 ? await uploadedArtifacts(api, summary) : []) {
    const local = artifacts.find((file) => basename(file) === posix9.basename(path20));
    if (local === void 0 || code2) remote2.set(path20, local === void 0 ? path20 : scanned.name(local));
  }
  const unscanned = [];
  const unread = [];
  await inParallel([...remote2], async ([path20, name]) => {
    const content = await exportedFile(api, path20);
    if (content === void 0 && name !== path20) unread.push(name);
    else if (content === void 0)
      unscanned.push({ file: name, reason: "it cannot be read back from the workspace", harmless: false });
    else if (await scanned.scanContent(name, content) > 0 || name === path20) names2.add(name);
  });
  return {
    different: [...names2].sort(),
    unscanned,
    unread: unread.sort(),
    unknown: !there ? TOO_MANY2 : synced || !complete ? void 0 : await unlisted(uploading, bounds)
  };
}
var TOO_MANY2 = {
  problem: "The workspace folder of the bundle's files has too many folders to be looked at, and code of the bundle ran: nobody knows what it left there.",
  remedy: "Give the bundle a folder of its own (`workspace.root_path`, and no `workspace.file_path` elsewhere)."
};
async function uploadedArtifacts(api, summary) {
  const folder = textAt(summary, "workspace", "artifact_path");
  if (folder === "" || folder.startsWith("/Volumes/")) return [];
  return filesInFolder(api, posix9.join(folder, ".internal"));
}
async function present4(selections, local, tree) {
  const files = selections.map(({ syncRoot }) => join9(syncRoot, local));
  const sizes = await Promise.all(files.map((file) => tree.size(file)));
  return files.filter((_file, index) => sizes[index] !== void 0);
}
async function selectedNow(selections, scanned, bounds) {
  const all = selections.map((one) => selectFiles(one, bounds, (file) => scanned.name(file)));
  return (await Promise.all(all)).flatMap(({ files }) => files);
}
async function unlisted({ selections, summary }, bounds) {
  if (member(summary, "experimental", "immutable_folder") === true) return void 0;
  const all = await Promise.all(selections.map((one) => selectFiles(one, bounds, (file) => file)));
  if (all.every(({ files }) => files.length === 0)) return void 0;
  return {
    problem: "The Databricks CLI has deployed and left no list of the files it uploaded: nothing says whether they are those that were scanned.",
    expected: "a list in `sync-snapshots` below the CLI's state",
    remedy: "See that no script of the bundle touches the CLI's state, and look at the files in the workspace folder of the bundle."
  };
}

// core/scan/detect/match.ts
var PRIORITY = new Map(RULES.map((rule, index) => [rule, index]));
function withoutOverlaps(matches2) {
  const byRule = [...matches2].sort(
    (a, b) => (PRIORITY.get(a.rule) ?? 0) - (PRIORITY.get(b.rule) ?? 0) || a.start - b.start
  );
  const kept = [];
  for (const match2 of byRule) {
    if (!kept.some((other) => match2.start < other.end && other.start < match2.end)) kept.push(match2);
  }
  return kept.sort((a, b) => a.start - b.start);
}

// core/bundle/places.ts
var ITEM_KEYS = ["task_key", "job_cluster_key", "environment_key", "name", "key"];
var YamlPlaces = class {
  #files;
  #target;
  constructor(files, target) {
    this.#files = files;
    this.#target = target;
  }
  /**
   * The place of a setting: of the setting itself, else of the innermost part of its path that is written anywhere. A
   * value that comes from a variable leads to the variable's value. `itemKeys` gives, for an index in the path, what
   * identifies the item of the list.
   */
  find(path20, itemKeys) {
    const tries = [...this.#inTarget(path20), path20].map(
      (full) => this.#deepest(full, full.length - path20.length, itemKeys)
    );
    const { value } = tries.reduce((a, b) => b.depth > a.depth ? b : a);
    const variable2 = value?.kind === "text" ? /\$\{var\.(\w{1,100})\}/.exec(value.text)?.[1] : void 0;
    return (variable2 === void 0 ? void 0 : this.#variable(variable2)) ?? value?.place;
  }
  #variable(name) {
    const paths = [
      ["variables", name, "default"],
      ["variables", name]
    ];
    for (const path20 of [...paths.flatMap((one) => this.#inTarget(one)), ...paths]) {
      const { value, depth } = this.#deepest(path20, 0, /* @__PURE__ */ new Map());
      if (depth === path20.length && value) return value.place;
    }
    return void 0;
  }
  #inTarget(path20) {
    const target = this.#target;
    return target === void 0 ? [] : ["targets", "environments"].map((key2) => [key2, target, ...path20]);
  }
  #deepest(path20, shift, itemKeys) {
    let best = { depth: 0 };
    for (const file of this.#files) {
      let value = file.value;
      for (let depth = 1; depth <= path20.length; depth++) {
        value = step(value, path20[depth - 1], itemKeys.get(depth - 1 - shift));
        if (value === void 0) break;
        if (depth > best.depth) best = { depth, value };
      }
    }
    return best.depth > shift + 1 ? best : { depth: 0 };
  }
};
function step(value, key2, itemKey) {
  try {
    if (value.kind === "map") return value.entries().get(String(key2));
    if (value.kind !== "sequence") return void 0;
    const items = value.items();
    return items.find((item) => itemKey !== void 0 && keysOf2(item).includes(itemKey)) ?? items[Number(key2)];
  } catch (error) {
    if (error instanceof BundleYamlError) return void 0;
    throw error;
  }
}
function keysOf2(item) {
  if (item.kind !== "map") return [];
  const entries2 = item.entries();
  return ITEM_KEYS.flatMap((name) => {
    const key2 = entries2.get(name);
    return key2?.kind === "text" ? [key2.text] : [];
  });
}
function itemKeyOf(item) {
  if (typeof item !== "object" || item === null) return void 0;
  const key2 = ITEM_KEYS.find((name) => name in item);
  return key2 === void 0 ? void 0 : String(item[key2]);
}

// core/scan/configuration.ts
function scanConfiguration(plan, summary, options) {
  const scan2 = new ConfigurationScan(options);
  for (const section of DEPLOYED) {
    const value = member2(summary, section);
    if (value !== void 0) scan2.walk(value, [section], /* @__PURE__ */ new Map());
  }
  for (const [resource, entry] of Object.entries(member2(plan, "plan") ?? {})) {
    const value = member2(member2(entry, "new_state"), "value");
    if (value !== void 0) scan2.walk(value, resource.split("."), /* @__PURE__ */ new Map());
  }
  const { findings: findings2, scopes, strings, bytes } = scan2;
  return {
    ...EMPTY_REPORT,
    findings: findings2,
    scopes,
    files: 0,
    bytes,
    notes: [`settings of the resolved configuration that were scanned: ${strings}`]
  };
}
var DEPLOYED = ["resources", "bundle", "workspace", "presets"];
function member2(value, key2) {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key2)) return void 0;
  const found2 = value[key2];
  return typeof found2 === "object" && found2 !== null ? found2 : void 0;
}
var ConfigurationScan = class {
  findings = [];
  scopes = [];
  strings = 0;
  bytes = 0;
  /** Texts that were looked at, by setting: a resource stands in plan and summary. */
  #seen = /* @__PURE__ */ new Set();
  #keys = /* @__PURE__ */ new Set();
  #options;
  #places;
  constructor(options) {
    this.#options = options;
    this.#places = new YamlPlaces(options.sources, options.target);
  }
  walk(value, path20, itemKeys) {
    if (typeof value === "string") this.#text(value, path20, itemKeys);
    else if (Array.isArray(value)) this.#list(value, path20, itemKeys);
    else if (typeof value === "object" && value !== null) {
      const named = pairOf(value);
      for (const [key2, inner] of Object.entries(value)) {
        this.#key(key2, path20, itemKeys);
        const isPair2 = named !== void 0 && inner === named.value;
        if (isPair2) this.#text(named.value, [...path20, key2], itemKeys, named.name);
        else this.walk(inner, [...path20, key2], itemKeys);
      }
    }
  }
  /** Keys are sent as well: of tags, of parameters, of resources. Their findings stand where their mapping does. */
  #key(key2, path20, itemKeys) {
    if (this.#keys.has(key2)) return;
    this.#keys.add(key2);
    const bytes = Buffer.from(key2);
    const text3 = bytes.toString("latin1");
    for (const { rule, value } of detect(bytes, text3, {
      kind: "code",
      binary: true,
      from: 0,
      to: text3.length
    })) {
      const mark2 = fingerprint(value, this.#options.repositoryId);
      const shown3 = `${redacted(value, rule.type === "format" ? rule.prefix : void 0)} in a key`;
      this.#add(rule, "error", path20, itemKeys, { shown: shown3, fingerprint: mark2 });
    }
  }
  #list(list3, path20, itemKeys) {
    list3.forEach((item, index) => {
      const key2 = itemKeyOf(item);
      const keys = key2 === void 0 ? itemKeys : new Map([...itemKeys, [path20.length, key2]]);
      const before = list3[index - 1];
      const flag = typeof before === "string" && before.startsWith("--") && !before.includes("=") ? before : void 0;
      if (typeof item === "string") this.#text(item, [...path20, index], keys, flag ?? "");
      else this.walk(item, [...path20, index], keys);
    });
  }
  #text(text3, path20, itemKeys, name = String(path20[path20.length - 1])) {
    const seen = JSON.stringify([path20, text3]);
    if (this.#seen.has(seen)) return;
    this.#seen.add(seen);
    this.strings++;
    this.bytes += text3.length;
    const bytes = Buffer.from(text3);
    const found2 = [];
    const onScope = (scope) => {
      this.scopes.push({ scope, place: this.#place(path20, itemKeys), setting: settingText(path20) });
    };
    found2.push(
      ...detect(bytes, bytes.toString("latin1"), {
        kind: "code",
        binary: false,
        from: 0,
        to: bytes.length,
        onScope
      })
    );
    const named = matchNamed(name, text3);
    if (named !== null) found2.push(named);
    for (const { rule, value, via } of withoutOverlaps(found2)) {
      const shown3 = redacted(value, rule.type === "format" ? rule.prefix : void 0);
      const mark2 = fingerprint(value, this.#options.repositoryId);
      this.#add(rule, "error", path20, itemKeys, {
        shown: shown3,
        fingerprint: mark2,
        ...via !== void 0 && { via }
      });
    }
    const practice = text3 === "" ? void 0 : PRACTICES.find((candidate) => candidate.setting.test(name));
    if (practice !== void 0) {
      this.#add(practice, "warning", path20, itemKeys, {
        shown: name,
        fingerprint: fingerprint(settingText(path20), "")
      });
    }
  }
  #add(rule, level, path20, itemKeys, what) {
    this.findings.push({
      rule,
      level,
      place: this.#place(path20, itemKeys),
      setting: settingText(path20),
      ...what
    });
  }
  #place(path20, itemKeys) {
    return this.#places.find(path20, itemKeys) ?? this.#options.fallback;
  }
};
function pairOf(value) {
  const entries2 = value;
  const name = entries2["name"] ?? entries2["key"];
  const given2 = entries2["default"] ?? entries2["value"];
  return typeof name === "string" && typeof given2 === "string" ? { name, value: given2 } : void 0;
}
function settingText(path20) {
  return path20.map((part, index) => typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`).join("");
}

// core/scan/scanned-files.ts
import { createHash as createHash9 } from "node:crypto";
import { relative as relative5, sep as sep3 } from "node:path";

// core/scan/files/archive.ts
import { gunzipSync, inflateRawSync } from "node:zlib";

// core/scan/files/zip-directory.ts
var END2 = 101010256;
var END_64 = 101075792;
var LOCATOR_64 = 117853008;
var MEMBER = 33639248;
var LOCAL2 = 67324752;
var ZIP_END = 22 + 65535;
function endsAsZip(tail) {
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).subarray(-ZIP_END).includes("PK");
}
function hasUnlistedMembers(zip, members2) {
  const extents = members2.map((member3) => {
    const start = member3.header + 30 + lengthAt(zip, member3.header + 26) + lengthAt(zip, member3.header + 28);
    return [member3.header, start + member3.compressedSize];
  }).sort(([a], [b]) => a - b);
  let next = 0;
  for (let at3 = zip.indexOf("PK"); at3 >= 0; at3 = zip.indexOf("PK", at3 + 1)) {
    while ((extents[next]?.[1] ?? Infinity) <= at3) next++;
    if ((extents[next]?.[0] ?? Infinity) > at3) return true;
  }
  return false;
}
var lengthAt = (zip, at3) => at3 + 2 <= zip.length ? zip.readUInt16LE(at3) : 0;
function endOfDirectory(zip) {
  const first = Math.max(0, zip.length - 22 - 65535);
  for (let at3 = zip.length - 22; at3 >= first; at3--) if (zip.readUInt32LE(at3) === END2) return at3;
  throw new RangeError("it has no central directory");
}
function directoryOf(zip) {
  const end = endOfDirectory(zip);
  let [count3, size, offset] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16)
  ];
  let directoryEnd = end;
  if (end >= 20 && zip.readUInt32LE(end - 20) === LOCATOR_64) {
    const at3 = zip.lastIndexOf(Buffer.from([80, 75, 6, 6]), end - 20);
    if (at3 < 0 || zip.readUInt32LE(at3) !== END_64) throw new RangeError("its central directory is damaged");
    [count3, size, offset] = [at3 + 32, at3 + 40, at3 + 48].map(
      (place) => Number(zip.readBigUInt64LE(place))
    );
    directoryEnd = at3;
  }
  const shift = directoryEnd - size - offset;
  if (shift < 0) throw new RangeError("its central directory is damaged");
  return { count: count3, size, offset, shift };
}
function wide(zip, extra, extraSize, narrow) {
  const values = [...narrow];
  for (let at3 = extra; at3 + 4 <= extra + extraSize; at3 += 4 + zip.readUInt16LE(at3 + 2)) {
    if (zip.readUInt16LE(at3) !== 1) continue;
    let next = at3 + 4;
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== 4294967295) continue;
      values[i] = Number(zip.readBigUInt64LE(next));
      next += 8;
    }
  }
  return values;
}
function* zipMembers(zip) {
  const { count: count3, offset, shift } = directoryOf(zip);
  let at3 = offset + shift;
  for (let i = 0; i < count3; i++) {
    if (zip.readUInt32LE(at3) !== MEMBER) throw new RangeError("its central directory is damaged");
    const nameSize = zip.readUInt16LE(at3 + 28);
    const extraSize = zip.readUInt16LE(at3 + 30);
    const [size = 0, compressedSize = 0, header = 0] = wide(zip, at3 + 46 + nameSize, extraSize, [
      zip.readUInt32LE(at3 + 24),
      zip.readUInt32LE(at3 + 20),
      zip.readUInt32LE(at3 + 42)
    ]);
    yield {
      name: zip.toString("utf8", at3 + 46, at3 + 46 + nameSize),
      method: zip.readUInt16LE(at3 + 10),
      encrypted: (zip.readUInt16LE(at3 + 8) & 1) === 1,
      compressedSize,
      size,
      header: header + shift
    };
    at3 += 46 + nameSize + extraSize + zip.readUInt16LE(at3 + 32);
  }
}
function memberBytes(zip, member3) {
  if (zip.readUInt32LE(member3.header) !== LOCAL2) throw new RangeError("it has no local header");
  const start = member3.header + 30 + zip.readUInt16LE(member3.header + 26) + zip.readUInt16LE(member3.header + 28);
  if (start + member3.compressedSize > zip.length) throw new RangeError("it is cut off");
  return zip.subarray(start, start + member3.compressedSize);
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
var HEAD = 10;
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
  return head[0] === 31 && head[1] === 139 && head[2] === 8 ? "gzip" : void 0;
}
var UnpackBudget = class {
  bytes = ARCHIVE_LIMITS.total;
  members = ARCHIVE_LIMITS.members;
};
function explained(error) {
  const code2 = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code2 === "ERR_BUFFER_TOO_LARGE") return "it unpacks to more than it says: a zip bomb";
  return error instanceof Error ? error.message : String(error);
}
function unpackMember(zip, member3, budget) {
  const { name } = member3;
  if (member3.encrypted) return { name, reason: "it is encrypted" };
  if (member3.size > ARCHIVE_LIMITS.member) return { name, reason: "it unpacks to more than 128 MiB" };
  if (member3.size > budget.bytes) return { name, reason: "the archive unpacks to more than 1 GiB" };
  if (member3.method !== 0 && member3.method !== 8)
    return { name, reason: `its compression method ${member3.method} is not known` };
  try {
    const stored = memberBytes(zip, member3);
    const content = member3.method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, member3.size) });
    if (content.length !== member3.size) return { name, reason: "its content is damaged" };
    budget.bytes -= content.length;
    return { name, content };
  } catch (error) {
    return { name, reason: explained(error) };
  }
}
function* unpackZip(zip, budget) {
  const members2 = [];
  try {
    for (const member3 of zipMembers(zip)) {
      members2.push(member3);
      if (member3.name.endsWith("/")) continue;
      if (--budget.members < 0) {
        yield { name: "", reason: "it has more than 100,000 members" };
        return;
      }
      yield unpackMember(zip, member3, budget);
    }
    if (hasUnlistedMembers(zip, members2))
      yield { name: "", reason: "it has members that its directory does not name" };
  } catch (error) {
    if (members2.length === 0 && archiveKind(zip.subarray(0, HEAD)) !== "zip") return;
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
  const members2 = [];
  for (let at3 = 0; at3 + BLOCK <= tar.length && tar[at3] !== 0; ) {
    const header = tar.subarray(at3, at3 + BLOCK);
    const size = parseInt(tarText(header, 124, 12).trim() || "0", 8);
    const prefix = tarText(header, 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${tarText(header, 0, 100)}`;
    if (!Number.isSafeInteger(size) || at3 + BLOCK + size > tar.length) {
      members2.push({ name, reason: "the archive is cut off" });
      break;
    }
    if (/[0\0]/.test(String.fromCharCode(header[156] ?? 0))) {
      members2.push({ name, content: tar.subarray(at3 + BLOCK, at3 + BLOCK + size) });
    }
    at3 += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members2;
}
function unpackGzip(gzip, budget) {
  try {
    const most = Math.min(ARCHIVE_LIMITS.member, budget.bytes);
    const content = gunzipSync(gzip, { maxOutputLength: Math.max(1, most) });
    budget.bytes -= content.length;
    const members2 = tarMembers(content);
    return members2 ? [...members2, { name: "", content, around: true }] : [{ name: "", content }];
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

// core/scan/detect/file-kind.ts
var CONFIG = /\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|tfvars|sh|bash|zsh|ksh|ps1|psm1|bat|cmd|netrc|pgpass|pypirc|npmrc|databrickscfg|hocon|sql\.tpl|service|secrets?|credentials|keys?)$/;
var CONFIG_NAMES = /^(?:\.?env(?:\..{1,20})?|\.?(?:netrc|pgpass|pypirc|npmrc|databrickscfg)|my\.cnf|credentials|config|\.dockercfg|pip\.conf|(?:.{1,40}\.)?dockerfile(?:\..{1,40})?|makefile|procfile)$/;
var DATA = /\.(?:json|ipynb|jsonl|ndjson|geojson|csv|tsv|parquet|avro|orc|xml|lvdash|har|tfstate|plist)$/;
var TEXT2 = /\.(?:md|markdown|rst|txt|html?|log|adoc|tex)$/;
function fileKind(path20) {
  const name = path20.slice(path20.lastIndexOf("/") + 1).toLowerCase();
  if (CONFIG.test(name) || CONFIG_NAMES.test(name)) return "config";
  if (DATA.test(name)) return "data";
  if (TEXT2.test(name)) return "text";
  return "code";
}

// core/scan/files/text-encoding.ts
import { TextDecoder as TextDecoder2 } from "node:util";
var SAMPLE = 8192;
function zeroShare(sample, start) {
  let zeros = 0;
  for (let i = start; i < sample.length; i += 2) if (sample[i] === 0) zeros++;
  return zeros / Math.max(1, sample.length / 2);
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
    if (this.#encoding === "utf-32le" || this.#encoding === "utf-32be") return this.#narrowed(bytes);
    this.#utf16 ??= new TextDecoder2("utf-16le");
    if (this.#encoding === "utf-16be") bytes = this.#swapped(bytes);
    return Buffer.from(this.#utf16.decode(bytes, { stream: !final }), "utf8");
  }
  #narrowed(bytes) {
    const whole2 = Buffer.concat([this.#odd, bytes]);
    const even = whole2.length - whole2.length % 4;
    this.#odd = Buffer.from(whole2.subarray(even));
    let text3 = "";
    for (let at3 = 0; at3 < even; at3 += 4) {
      const code2 = this.#encoding === "utf-32le" ? whole2.readUInt32LE(at3) : whole2.readUInt32BE(at3);
      text3 += code2 <= 1114111 ? String.fromCodePoint(code2) : "\uFFFD";
    }
    return Buffer.from(text3, "utf8");
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
  #lines = 0;
  #columns = 0;
  #cells = 0;
  #matches = [];
  /** Where the content first names each of its secret scopes. */
  scopes = [];
  /** True if there were more matches than are kept. */
  overflowed = false;
  constructor(path20) {
    this.#kind = fileKind(path20);
    this.#ipynb = path20.toLowerCase().endsWith(".ipynb");
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
    const text3 = this.#buffer.toString("latin1");
    const onScope = (scope, start) => {
      if (this.scopes.some((known2) => known2.scope === scope)) return;
      const { line, lineStart, columns } = this.#lineAt(start);
      this.scopes.push({ scope, line, column: columns + this.#length(lineStart, start) + 1 });
    };
    const found2 = detect(this.#buffer, text3, { kind: this.#kind, binary, from: this.#done, to, onScope });
    for (const match2 of found2.length < 2 ? found2 : withoutOverlaps(found2)) {
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
    let count3 = 0;
    for (let at3 = this.#buffer.indexOf(marker); at3 >= 0 && at3 < to; at3 = this.#buffer.indexOf(marker, at3 + 1))
      count3++;
    return count3 > 0 && !this.#ipynb && this.#cells === 0 ? count3 + 1 : count3;
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

// core/scan/files/scan-file.ts
var NOTHING2 = Buffer.alloc(0);
var DEEPEST4 = 1;
var PIECE2 = 1 << 20;
var BYTES_BEFORE_PAUSE = 8 << 20;
function toFinding(match2, file, member3, repositoryId) {
  const { rule, value, position, cell, via } = match2;
  const { line, column, endColumn } = position ?? {};
  return {
    rule,
    level: "error",
    place: { file, ...line !== void 0 && { line }, ...column !== void 0 && { column } },
    ...endColumn !== void 0 && { endColumn },
    ...member3 !== void 0 && { member: member3 },
    ...cell !== void 0 && { cell },
    shown: redacted(value, rule.type === "format" ? rule.prefix : void 0),
    fingerprint: fingerprint(value, repositoryId),
    ...via !== void 0 && { via }
  };
}
function pushAll(scanner, content) {
  for (let at3 = 0; at3 + PIECE2 < content.length; at3 += PIECE2)
    scanner.push(content.subarray(at3, at3 + PIECE2), false);
  scanner.push(
    content.subarray(content.length - (content.length % PIECE2 || Math.min(PIECE2, content.length))),
    true
  );
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
      tail = Buffer.concat([piece.length < ZIP_END ? tail : NOTHING2, piece.subarray(-ZIP_END)]).subarray(
        -ZIP_END
      );
      if (held !== void 0) scanner.push(held, false);
      held = piece;
    }
    if (whole2 === true) return this.#unpackAll(Buffer.concat(pieces), "", 0);
    scanner.push(held ?? NOTHING2, true);
    this.#take(scanner, void 0);
    if (endsAsZip(tail)) await this.#unpackAppended();
  }
  #isArchive(head) {
    const closed2 = closedArchive(head);
    if (closed2 !== void 0) this.#skip(`it is compressed (${closed2}) in a way that is not opened`);
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
  async #unpackAll(content, path20, depth) {
    for (const kind of archiveKinds(content)) await this.#unpack(kind, content, path20, depth);
    this.#lookAround(content, path20);
  }
  async #unpack(kind, content, path20, depth) {
    const members2 = kind === "zip" ? unpackZip(content, this.#budget) : unpackGzip(content, this.#budget);
    for (const member3 of members2) {
      const name = [path20, member3.name].filter((part) => part !== "").join("!");
      if (member3.name !== "") this.#lookAtName(member3.name, name);
      if ("reason" in member3) this.#skip(member3.reason, name);
      else if (member3.around === true) {
        if (endsAsZip(member3.content)) await this.#member(member3.content, name, depth);
        this.#lookAround(member3.content, name);
      } else await this.#member(member3.content, name, depth);
    }
  }
  async #member(content, name, depth) {
    const closed2 = closedArchive(content.subarray(0, HEAD));
    if (closed2 !== void 0) this.#skip(`it is compressed (${closed2}) in a way that is not opened`, name);
    const inner = archiveKinds(content);
    if (inner.length > 0 && depth < DEEPEST4) return this.#unpackAll(content, name, depth + 1);
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
    await new Promise((resolve2) => setImmediate(resolve2));
  }
  /** What stands uncompressed in an archive is told once: in its member, if it is in one. */
  #lookAround(content, path20) {
    const scanner = new ContentScanner("archive.bin");
    pushAll(scanner, content);
    const known2 = new Set(this.#results.findings.map((finding2) => finding2.fingerprint));
    for (const match2 of scanner.matches()) {
      const finding2 = toFinding(match2, this.#file.name, path20 === "" ? void 0 : path20, this.#repositoryId);
      if (!known2.has(finding2.fingerprint)) this.#results.findings.push(finding2);
    }
  }
  /** Names are uploaded as well; in them only formats of their own are looked for. */
  #lookAtName(name, member3) {
    const bytes = Buffer.from(name);
    const text3 = bytes.toString("latin1");
    for (const match2 of detect(bytes, text3, { kind: "code", binary: true, from: 0, to: text3.length })) {
      const finding2 = toFinding(match2, this.#file.name, member3, this.#repositoryId);
      this.#results.findings.push({ ...finding2, shown: `${finding2.shown} in the name` });
    }
  }
  #take(scanner, member3) {
    for (const match2 of scanner.matches()) {
      this.#results.findings.push(toFinding(match2, this.#file.name, member3, this.#repositoryId));
    }
    for (const { scope, line, column } of scanner.scopes) {
      this.#results.scopes.push({ scope, place: { file: this.#file.name, line, column } });
    }
    if (scanner.overflowed) this.#skip("it has more than 500 findings: the rest is not listed", member3);
  }
  #skip(reason, member3) {
    const inside = member3 === void 0 || member3 === "" ? {} : { member: member3 };
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
  constructor(options, ports) {
    this.#options = options;
    this.#ports = ports;
  }
  /**
   * Scans those of the files, absolute paths, whose content has not been scanned. Rejects only when the signal is aborted,
   * and not at all if `uncut` (what was uploaded is looked at in any case).
   * @returns the files that were scanned
   */
  async scan(files, { uncut: uncut2 = false } = {}) {
    const fresh = [];
    const done = { files: 0, bytes: 0, ofFiles: files.length };
    await inParallel([...new Set(files)], async (path20) => {
      if (!uncut2) this.#ports.signal?.throwIfAborted();
      if (!await this.#isKnown(path20)) {
        fresh.push(path20);
        done.bytes += await this.#scanOne(path20, this.name(path20), () => this.#ports.tree.read(path20));
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
    if (this.#contents.has(createHash9("sha256").update(content).digest("hex"))) return 0;
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
  name(path20) {
    return relative5(this.#options.checkout, path20).split(sep3).join("/");
  }
  async #isKnown(path20) {
    const known2 = this.#hashes.get(path20);
    if (known2 === void 0) return false;
    const hash = createHash9("sha256");
    try {
      for await (const piece of this.#ports.tree.read(path20)) hash.update(piece);
    } catch {
      return false;
    }
    return hash.digest("hex") === known2;
  }
  async #scanOne(key2, name, read4) {
    const contents = /* @__PURE__ */ new Set();
    const hashed = async function* () {
      const hash = createHash9("sha256");
      for await (const piece of read4()) {
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
    const report = await scanFile({ name, read: hashed }, this.#options.repositoryId);
    this.#reports.set(key2, report);
    return report.bytes;
  }
};

// core/bundle/outside.ts
import { dirname as dirname4, join as join10 } from "node:path";
async function refuseOutside(selections, boundary) {
  const paths = selections.flatMap(({ syncRoot, paths: all }) => all.map((path20) => join10(syncRoot, path20)));
  const patterns2 = selections.flatMap(({ artifacts }) => artifacts);
  const mistakes = [
    ...await mistakesOf("A path of `sync.paths`", paths, (path20) => path20, boundary),
    ...await mistakesOf("An artifact, a library or the file of a resource", patterns2, fixedPart, boundary)
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
async function mistakesOf(what, all, start, { checkout, platform, tree, placeOf: placeOf4 }) {
  const mistakes = [];
  for (const path20 of new Set(all)) {
    if (isInside(await tree.real(start(path20)), checkout, platform)) continue;
    const place = placeOf4(path20);
    mistakes.push({
      problem: `${what} leads out of the repository's checkout, so nothing of it is read or uploaded.`,
      expected: "a path in the checkout, also after links are followed",
      actual: path20,
      remedy: "Copy or check out what the bundle needs into the repository, and name it there.",
      ...place && { place }
    });
  }
  return mistakes;
}
function fixedPart(pattern) {
  const wild = pattern.search(/[*?[]/);
  return wild < 0 ? pattern : dirname4(`${pattern.slice(0, wild)}x`);
}

// core/bundle/written-selection.ts
import { dirname as dirname5, isAbsolute as isAbsolute7, join as join11, posix as posix10 } from "node:path";
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
    this.#folders = new Map(files.map(({ name, path: path20 }) => [name, dirname5(path20)]));
  }
  selection() {
    const sync = under(this.#layers, "sync");
    const written = under(sync, "paths");
    const paths = written.length === 0 ? [this.#bundleRoot] : this.#absolute(written);
    const bundleRoot = this.#bundleRoot;
    const fromBundle = (path20) => slashed(posix10.relative(slashed(bundleRoot), slashed(path20)));
    const levels = Math.max(0, ...paths.map((path20) => foldersUp(fromBundle(path20))));
    const roots = { bundleRoot, syncRoot: above(bundleRoot, levels) };
    const relativeToRoot = (path20) => fromSyncRoot(roots, fromBundle(path20));
    const known2 = (key2, all) => {
      const relative6 = all.map(relativeToRoot);
      const computed = relative6.filter(hasVariable2);
      if (computed.length > 0)
        this.#notes.push(`sync.${key2} has variables that are not resolved here: ${computed.join(", ")}`);
      return relative6.filter((path20) => !hasVariable2(path20));
    };
    this.#collectArtifacts();
    for (const part of under(this.#layers, "resources")) this.#collectLibraries(part, "");
    return {
      ...roots,
      paths: known2("paths", paths),
      include: known2("include", this.#absolute(under(sync, "include"))),
      exclude: known2("exclude", this.#absolute(under(sync, "exclude"))),
      artifacts: [...new Set(this.#artifacts)],
      allPaths: paths.map(relativeToRoot),
      notes: this.#notes,
      places: this.#places
    };
  }
  /** The texts of `sync.<key>`, each from the folder of the file in which it stands. */
  #absolute(layers) {
    const values = layers.flatMap((layer) => layer.kind === "sequence" ? layer.items() : [layer]);
    return values.flatMap(
      (value) => value.kind === "text" ? [this.#located(join11(this.#folderOf(value.place), value.text), value.place)] : []
    );
  }
  #folderOf({ file }) {
    return this.#folders.get(file) ?? this.#bundleRoot;
  }
  #located(path20, place) {
    if (!this.#places.has(path20)) this.#places.set(path20, place);
    return path20;
  }
  #collectArtifacts() {
    for (const artifact of under(this.#layers, "artifacts").flatMap(valuesOf)) {
      const fields = artifact.kind === "map" ? artifact.entries() : /* @__PURE__ */ new Map();
      const folder = this.#folderOf(artifact.place);
      const base = textOf5(fields.get("path"));
      const files = fields.get("files");
      const sources = files?.kind === "sequence" ? files.items() : [];
      for (const file of sources) {
        const source = file.kind === "map" ? file.entries().get("source") : void 0;
        const text3 = textOf5(source);
        if (source && text3 !== void 0)
          this.#artifact(isAbsolute7(text3) ? text3 : join11(folder, text3), source.place);
      }
      if (textOf5(fields.get("type")) === "whl" && sources.length === 0)
        this.#artifact(wheelsOf(base === void 0 ? this.#bundleRoot : join11(folder, base)), artifact.place);
    }
  }
  #collectLibraries(value, key2) {
    if (value.kind === "map" || value.kind === "sequence") {
      const { file, line = 0, column = 0 } = value.place;
      const mark2 = JSON.stringify([value.kind, key2, file, line, column]);
      if (this.#seen.has(mark2)) return;
      this.#seen.add(mark2);
      if (value.kind === "map")
        for (const [name, inner] of value.entries()) this.#collectLibraries(inner, name);
      else for (const item of value.items()) this.#collectLibraries(item, key2);
    } else if (value.kind === "text" && isLibraryKey(key2)) {
      for (const pattern of libraryPatterns(key2, value.text, this.#folderOf(value.place)))
        this.#artifact(pattern, value.place);
    }
  }
  #artifact(pattern, place) {
    if (!hasVariable2(pattern)) this.#artifacts.push(this.#located(pattern, place));
  }
};
var hasVariable2 = (text3) => text3.includes("${");
function textOf5(value) {
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
    return { files, selection: writtenSelection(files, target, bundleRoot) };
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    const [mistake = error.details] = error.mistakes;
    const where = mistake.place === void 0 ? "" : `${mistake.place.file}: `;
    return {
      files: [],
      selection: wholeFolder(bundleRoot, `The bundle cannot be read: ${where}${mistake.problem}`)
    };
  }
}
function wholeFolder(bundleRoot, note2) {
  const nothing = { include: [], exclude: [], artifacts: [] };
  const root = { bundleRoot, syncRoot: bundleRoot, paths: ["."] };
  return { ...root, ...nothing, allPaths: root.paths, notes: [note2], places: /* @__PURE__ */ new Map() };
}
async function filesOf(selections, scanned, boundary) {
  await refuseOutside(selections, boundary);
  const files = /* @__PURE__ */ new Set();
  const unscanned = [];
  for (const selection of selections) {
    const artifacts = await selectArtifacts(selection, boundary.tree);
    await refuseFilesOutside(artifacts, boundary);
    const sources = await selectFiles(selection, boundary, (path20) => scanned.name(path20));
    for (const file of [...sources.files, ...artifacts]) files.add(file);
    unscanned.push(...sources.unscanned);
  }
  return { files: [...files], unscanned };
}
async function scanSources({ files, selection }, scanned, boundary) {
  const selected = await filesOf([selection], scanned, boundary);
  await scanned.scan([...selected.files, ...files.map(({ path: path20 }) => path20)]);
  const { unscanned } = selected;
  return mergeReports([scanned.report(), { ...EMPTY_REPORT, unscanned, notes: selection.notes }]);
}

// core/scan/secret-scopes.ts
function scopeRefusal(scope, target, policy2) {
  const own = Object.hasOwn(policy2, target) ? policy2[target] : void 0;
  if (own !== void 0) {
    if (own.some((pattern) => globMatches(pattern, scope))) return void 0;
    return `target ${target} may read ${own.length === 0 ? "no scope" : own.join(", ")}`;
  }
  const owner = Object.entries(policy2).find(
    ([, patterns2]) => patterns2.some((pattern) => globMatches(pattern, scope))
  );
  return owner && `the scope belongs to target ${owner[0]}`;
}
function scopeFindings(uses, target, policy2) {
  return uses.flatMap(({ scope, place, setting }) => {
    const refusal = scopeRefusal(scope, target, policy2);
    if (refusal === void 0) return [];
    return [
      {
        rule: SCOPE_RULE,
        level: "error",
        place,
        ...setting !== void 0 && { setting },
        shown: `scope ${scope}: ${refusal}`,
        fingerprint: scope
      }
    ];
  });
}

// core/flow/scan/bundle-scan.ts
var BundleScan = class _BundleScan {
  #step;
  #options;
  #outcome;
  #scanned;
  #sources;
  #today = "";
  #configuration = EMPTY_REPORT;
  #resolved;
  constructor(step2, options, outcome2, sources) {
    this.#step = step2;
    this.#options = options;
    this.#outcome = outcome2;
    this.#scanned = new ScannedFiles(options, { tree: diskTree, signal: step2.signal });
    this.#sources = sources;
  }
  /**
   * Scans the sources that the bundle's files select.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`, or `BUNDLE_INVALID` for a selection that leads out of
   * the checkout
   */
  static async start(step2, folder) {
    const { ci, inputs, ports } = step2;
    const bundleRoot = await diskTree.real(folder);
    const checkout = await repositoryOf(bundleRoot, await diskTree.real(ci.context.checkout), step2);
    const repositoryId = await readRepositoryId(checkout, diskTree) ?? "";
    const options = { checkout, bundleRoot, target: inputs.target, repositoryId };
    const today = new Date(ports.clock.now()).toISOString().slice(0, 10);
    const bounds = { tree: diskTree, platform: ports.platform };
    const outcome2 = new ScanOutcome(step2, await readExceptions(options, bounds, today), repositoryId);
    const sources = await readSources(options, diskTree, ports.platform);
    const scan2 = new _BundleScan(step2, options, outcome2, sources);
    scan2.#today = today;
    const report = await scanSources(sources, scan2.#scanned, scan2.#boundary);
    await outcome2.judge(report, { title: "Scan of the sources" });
    return scan2;
  }
  /**
   * Scans what the plan has resolved and built. Nothing may be uploaded before this resolves.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`, `BUNDLE_INVALID`, or `SCAN_INCOMPLETE` where it is not
   * known what would be uploaded
   */
  async planned(resolved) {
    const { summary, target, policy: policy2 } = resolved;
    const selections = await this.#selections(summary);
    if (!selections) this.#outcome.unjudged(NOT_RESOLVED);
    this.#resolved = { selections: selections ?? [], summary, target };
    if (policy2?.exceptions !== void 0) this.#outcome.bound(policy2.exceptions, this.#today);
    const selected = await filesOf(selections ?? [], this.#scanned, this.#boundary);
    await this.#scanned.scan([...selected.files, ...this.#sources.files.map((file) => file.path)]);
    const files = mergeReports([this.#scanned.report(), { ...EMPTY_REPORT, unscanned: selected.unscanned }]);
    this.#configuration = this.#scanConfiguration(resolved);
    const all = mergeReports([files, this.#configuration]);
    const scopes = policy2?.scopes ? scopeFindings(all.scopes, target, policy2.scopes) : [];
    await this.#outcome.judge(
      { ...all, findings: [...all.findings, ...scopes] },
      {
        title: "Scan with what the plan has built and resolved",
        configuration: this.#sources.files.map(({ name }) => name)
      }
    );
  }
  /**
   * Compares what was uploaded with what was scanned, and scans what differs.
   * @throws SecretlessError `CREDENTIAL_UPLOADED`, `SCAN_INCOMPLETE`
   */
  async deployed(deployed2) {
    if (!this.#resolved) return;
    const bounds = { tree: diskTree, platform: this.#step.ports.platform };
    const found2 = await uploadedFiles(this.#scanned, bounds, { ...deployed2, ...this.#resolved });
    const { different, unread } = found2;
    if (different.length > 0)
      this.#step.ci.info(`Uploaded otherwise than it was scanned, so scanned again: ${shortList(different)}`);
    if (unread.length > 0)
      this.#step.ci.info(
        `The workspace does not hand these out, so what is here was scanned alone: ${shortList(unread)}`
      );
    if (different.length > 0 || found2.unscanned.length > 0) {
      const rest = { ...EMPTY_REPORT, unscanned: found2.unscanned };
      await this.#outcome.judge(mergeReports([this.#scanned.report(), this.#configuration, rest]), {
        title: "Scan with what was uploaded",
        uploaded: true
      });
    }
    if (found2.unknown) this.#outcome.unjudged(found2.unknown);
  }
  #selections(summary) {
    const { bundleRoot, checkout } = this.#options;
    const { files, selection } = this.#sources;
    const written = files.length > 0 ? selection : void 0;
    return resolvedSelections(summary, { bundleRoot, checkout, written, tree: diskTree });
  }
  get #boundary() {
    const { selection } = this.#sources;
    const fallback = selection.places.values().next().value;
    return {
      checkout: this.#options.checkout,
      platform: this.#step.ports.platform,
      tree: diskTree,
      placeOf: (file) => selection.places.get(file) ?? fallback
    };
  }
  #scanConfiguration({ plan, json, summary, target }) {
    const { files } = this.#sources;
    const fallback = { file: files[0]?.name ?? "databricks.yml" };
    const { repositoryId } = this.#options;
    const report = scanConfiguration(json, summary, { target, repositoryId, sources: files, fallback });
    if (plan.engine === "direct" || plan.entries.every(({ action }) => action === "skip")) return report;
    const note2 = "the plan for a Terraform state does not hold the configuration as it is sent; scanned is what the summary resolved";
    return { ...report, notes: [...report.notes, note2] };
  }
};
var SHOWN3 = 20;
function shortList(names2) {
  return names2.slice(0, SHOWN3).join(", ") + (names2.length > SHOWN3 ? ", \u2026" : "");
}
var NOT_RESOLVED = {
  problem: "What the bundle would upload is not known, so it cannot be scanned. Nothing was uploaded.",
  expected: "`sync.paths`, `sync.include` and `sync.exclude` in the output of `databricks bundle summary -o json`",
  remedy: "Write `sync.paths` without variables, as paths that exist, in a file that no script of the bundle changes."
};
async function repositoryOf(bundleRoot, checkout, { ports }) {
  const repository = await findCheckout(bundleRoot, diskTree);
  const entries2 = await diskTree.list(repository).catch(() => []);
  const inside = isInside(repository, checkout, ports.platform);
  return inside && entries2.some(({ name }) => name === ".git") ? repository : checkout;
}

// core/flow/scan/start.ts
async function startScan(step2, bundleRoot) {
  const { command, scan: scan2 } = step2.inputs;
  if (scan2 === "off" || !command.needs.scan) return void 0;
  return BundleScan.start(step2, bundleRoot);
}

// core/access/plan/standards.ts
var STATUS = {
  proven: "enforced",
  unproven: "unproven",
  broken: "violated"
};
var points = (...names2) => ({ access: access2 }) => {
  const proofs = [...access2?.proofs.values() ?? []];
  const found2 = proofs.flatMap(
    ({ job: job2, checks }) => checks.flatMap((check) => check.points).filter(({ point }) => names2.includes(point)).map(({ grade: grade2, later, says }) => ({
      job: job2,
      says,
      grade: later && grade2 === "proven" ? "unproven" : grade2
    }))
  );
  if (found2.length === 0) return [void 0];
  const grade = worst(found2.map((one) => one.grade));
  const shown3 = found2.filter((one) => one.grade === grade).slice(0, 3);
  const jobs2 = proofs.length === 1 ? "the one job" : `all ${proofs.length} jobs`;
  const because = grade === "proven" ? `holds for ${jobs2} with access` : shown3.map(({ job: job2, says }) => `${job2}: ${says}`).join("; ");
  return [{ status: STATUS[grade], because }];
};
var findings = (item) => ({ findings: all }) => {
  if (all === void 0) return [void 0];
  const count3 = all.get(item) ?? 0;
  if (count3 === 0)
    return [{ status: "enforced", because: "the scan of what is deployed has no finding of it" }];
  return [{ status: "violated", because: `${count3} finding${count3 === 1 ? "" : "s"} of the scan` }];
};
var offboarding = ({ access: access2 }) => {
  if (access2 === void 0) return [void 0];
  const over = access2.changes.filter(({ action }) => action === "withdraw").length;
  const kept = access2.changes.filter(
    ({ decision, action }) => decision?.effect === "deny" && action === "unchanged"
  );
  if (kept.length > 0)
    return [
      { status: "violated", because: `${kept.length} grants are no longer allowed and kept by the policy` }
    ];
  const because = over === 0 ? "no grant of this bundle is without a declaration" : `${over} grants to withdraw, or withdrawn`;
  return [{ status: "enforced", because }];
};
var tool = ({ cli }) => {
  if (cli === void 0) return [void 0];
  const because = `Databricks CLI ${cli.version}: ${cli.verified}`;
  return [{ status: cli.pinned ? "enforced" : "violated", because }];
};
var thirdParties = ({ unpinned }) => {
  if (unpinned === void 0) return [void 0];
  if (unpinned.length === 0)
    return [{ status: "enforced", because: "jobs install nothing of others that is not pinned" }];
  const shown3 = unpinned.slice(0, 3).join("; ");
  const more = unpinned.length > 3 ? ` and ${unpinned.length - 3} more` : "";
  return [{ status: "violated", because: `not pinned: ${shown3}${more}` }];
};
var subject = ({ idToken }) => {
  if (idToken === void 0) return [void 0];
  const { openTo, exact, subject: name } = idToken;
  if (openTo !== void 0)
    return [
      { status: "violated", because: `anybody can cause the event ${openTo}, which has the subject ${name}` }
    ];
  if (exact) return [{ status: "enforced", because: `one exact subject is trusted: ${name}` }];
  return [
    { status: "unproven", because: `what trusts ${name} may be a pattern, which this run cannot read` }
  ];
};
var environment = ({ idToken }) => {
  if (idToken === void 0) return [void 0];
  const { environment: name } = idToken;
  return name === void 0 ? [{ status: "unproven", because: "the ID token names no environment" }] : [{ status: "enforced", because: `the ID token is that of the environment ${name}` }];
};
var rights = ({ access: access2 }) => {
  const granted = access2?.changes.filter(({ phase, decision }) => phase === "granted" && decision !== void 0) ?? [];
  if (access2 === void 0 || granted.length === 0) return [void 0];
  const denied = granted.filter(({ decision }) => decision?.effect === "deny");
  if (denied.length > 0)
    return [
      {
        status: "violated",
        because: `${denied.length} of ${granted.length} grants are denied by the policy`
      }
    ];
  return access2.policy === void 0 ? [{ status: "unproven", because: `${granted.length} grants, and no policy file says what is too much` }] : [
    {
      status: "enforced",
      because: `each of ${granted.length} grants is allowed by a rule of ${access2.policy.path}`
    }
  ];
};
var policy = ({ access: access2 }) => {
  if (access2 === void 0 || access2.proofs.size === 0) return [void 0];
  if (access2.policy === void 0) return [{ status: "unproven", because: "there is no policy file" }];
  const { path: path20, sha256, insideCheckout } = access2.policy;
  const because = `decided by ${path20} (sha256 ${sha256.slice(0, 12)})`;
  if (!insideCheckout) return [{ status: "enforced", because }];
  return [{ status: "unproven", because: `${because}, which whoever edits the bundle can edit` }];
};
var separation = ({ access: access2 }) => {
  if (access2 === void 0 || access2.proofs.size === 0) return [void 0];
  return access2.selfRegistered ? [{ status: "violated", because: "the deployer itself registers trust" }] : [{ status: "enforced", because: `trust is registered by ${access2.registrarId} alone` }];
};
var authenticated = ({ principal, idToken }) => {
  if (principal === void 0 || idToken === void 0) return [void 0];
  return [
    {
      status: "enforced",
      because: `the workspace has answered as ${principal}, the principal that was asked for`
    }
  ];
};
var assertions = ({ principal, idToken }) => {
  if (principal === void 0 || idToken === void 0) return [void 0];
  return [
    { status: "enforced", because: `the token endpoint has verified the ID token of ${idToken.subject}` }
  ];
};
var ITEMS = [
  ["NHI1", "Improper offboarding", [offboarding]],
  ["NHI2", "Secret leakage", [findings("NHI2")]],
  ["NHI3", "Vulnerable third-party NHI", [tool, thirdParties]],
  ["NHI4", "Insecure authentication", [authenticated, findings("NHI4")]],
  ["NHI5", "Overprivileged NHI", [rights]],
  ["NHI6", "Insecure cloud deployment configurations", [subject]],
  ["NHI7", "Long-lived secrets", [points("oauth-secrets", "tokens"), findings("NHI7")]],
  [
    "NHI8",
    "Environment isolation",
    [environment, points("isolation", "federation-policies"), findings("NHI8")]
  ],
  ["NHI9", "NHI reuse", [points("exclusive", "other-workspaces", "credential-users", "twins", "compute")]],
  ["NHI10", "Human use of NHI", [points("run-as", "principal-users", "workspace-admins")]],
  [
    "PR.AA-01",
    "Identities and credentials are managed",
    [points("run-as", "oauth-secrets", "tokens", "federation-policies")]
  ],
  ["PR.AA-03", "Services are authenticated", [authenticated]],
  ["PR.AA-04", "Identity assertions are protected and verified", [assertions]],
  ["PR.AA-05", "Permissions are defined, enforced and reviewed", [policy]],
  ["PR.AA-05", "Separation of duties", [separation]]
];
var ORDER2 = ["enforced", "unproven", "violated"];
function standardsTable(evidence) {
  return ITEMS.flatMap(([item, title, looks]) => {
    const found2 = looks.flatMap((look) => look(evidence)).filter((one) => one !== void 0);
    if (found2.length === 0) return [];
    const at3 = Math.max(...found2.map(({ status: status2 }) => ORDER2.indexOf(status2)));
    const status = ORDER2[at3] ?? "violated";
    const shown3 = found2.filter((one) => one.status === status);
    return [{ item, title, status, because: shown3.map(({ because }) => because).join("; ") }];
  });
}

// core/flow/standards.ts
function standardsOf({ ci, inputs }, { scan: scan2, cli, idToken, principal, unpinned }, access2) {
  const found2 = scan2 && [...scan2.stopping, ...scan2.others];
  const findings2 = found2 && /* @__PURE__ */ new Map();
  for (const { rule } of found2 ?? []) findings2?.set(rule.owasp, (findings2.get(rule.owasp) ?? 0) + 1);
  return standardsTable({
    findings: findings2,
    cli,
    unpinned,
    idToken: idToken && {
      subject: idToken.subject,
      openTo: idToken.event !== void 0 && ci.dialect.isOpenToAnybody(idToken.event) ? idToken.event : void 0,
      exact: inputs.exchange.exactSubject,
      environment: idToken.environment
    },
    principal: principal?.applicationId,
    access: access2
  });
}

// core/flow/root-cause.ts
async function rootCause({ ci }, service, error) {
  if (ci.cancelled.aborted && !(error instanceof SecretlessError)) {
    return new SecretlessError("CANCELLED", { problem: "The job was cancelled.", cause: error });
  }
  const foreign = (await service?.refusals())?.find(({ reason }) => reason === "host");
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

// core/flow/cli-warning.ts
function showWarning(ci, diagnostic) {
  const { problem, actual, place } = toMistake(diagnostic);
  const text3 = actual === void 0 ? problem : `${problem}
${actual}`;
  ci.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", text3, place);
}

// core/flow/home-warnings.ts
var HOME_PASSED = "`pass-env` gives the home folder of this runner's user to the CLI and the bundle's code: with it credentials that lie there (`~/.databrickscfg`, cloud CLIs, `~/.netrc`, SSH keys), and what earlier jobs have left. Name the folder that a build needs instead, such as `UV_CACHE_DIR` or `PIP_CACHE_DIR`.";
var HOME_ROOT = "The bundle sets no `workspace.root_path`, so it is deployed into the home folder of the principal that deploys. With another principal the next deployment would not find this one, and would create every job a second time. Set `workspace.root_path` in the target.";
function warnOfHomes(step2, target) {
  if (target?.hasRootPath === false) warn(step2, HOME_ROOT);
  if (step2.inputs.passEnv.some((name) => HOME_VARIABLES.has(name.toUpperCase()))) warn(step2, HOME_PASSED);
}

// core/flow/variable-overrides.ts
import path18 from "node:path";
async function tellOverrides({ ci, ports }, bundleRoot, target) {
  const { checkout } = ci.context;
  const file = path18.join(bundleRoot, ".databricks", "bundle", target, "variable-overrides.json");
  const name = path18.relative(checkout, file).split(path18.sep).join("/");
  const bounds = path18.relative(checkout, bundleRoot).startsWith("..") ? bundleRoot : checkout;
  try {
    const text3 = await readCheckoutText(file, { checkout: bounds, platform: ports.platform });
    if (text3 === void 0) return;
    const names2 = namesIn(text3);
    ci.info(
      names2 === void 0 ? `${name} is no JSON object; the Databricks CLI reads it for values of variables.` : `${name} sets variables of the bundle: ${names2.join(", ") || "none"}`
    );
  } catch (error) {
    if (!(error instanceof RefusedFile)) throw error;
    throw invalidBundle([
      {
        problem: `The file is not read: it ${error.message}. The Databricks CLI would take values of variables from it.`,
        place: { file: name },
        remedy: "Commit it as a regular file, or give the values with the input `variables`."
      }
    ]);
  }
}
function namesIn(text3) {
  try {
    const value = JSON.parse(text3);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return void 0;
    return Object.keys(value).map(quote);
  } catch {
    return void 0;
  }
}

// core/report/facts.ts
function runFacts({
  command,
  host,
  bundleRoot,
  target
}, { runUrl: runUrl2, pages }) {
  return { command: command.name, workspaceUrl: host, runUrl: runUrl2, pages, asked: { bundleRoot, target } };
}
var FactsSoFar = class {
  #facts;
  constructor(run2) {
    this.#facts = { ...run2, warnings: [] };
  }
  get facts() {
    return this.#facts;
  }
  /** Takes in what was found: warnings join those before, each once; of anything else the latest counts. */
  add = (found2) => {
    const { warnings = [], ...rest } = found2;
    this.#facts = {
      ...this.#facts,
      ...rest,
      warnings: [.../* @__PURE__ */ new Set([...this.#facts.warnings, ...warnings])]
    };
  };
};

// core/report/opening.ts
function heldBack(ci) {
  const held = [];
  let holding2 = true;
  const release = () => {
    holding2 = false;
    for (const line of held.splice(0)) ci.info(line);
  };
  const info = (line) => {
    if (holding2) held.push(line);
    else ci.info(line);
  };
  return { ci: { ...ci, info }, release };
}
function logBeginning(ci, { host, clientId }) {
  ci.info(`Product: ${PRODUCT.name} ${PRODUCT.version}`);
  ci.info(`Workspace: ${host}`);
  ci.info(`Principal: ${clientId}`);
}
function logFound(ci, inputs, { idToken, cli }) {
  if (idToken) ci.info(`Subject: ${ci.dialect.readable(idToken.subject)}`);
  if (cli) ci.info(`CLI: ${cli.version}, ${cli.file} (${cli.verified})`);
  for (const name of inputs.fromEnvironment)
    ci.info(`${name} of the job's environment counts, as its input is left out.`);
}

// core/ci/inputs/labels.ts
function withInputLabels(text3, ci) {
  return text3.replace(
    /`([a-z][a-z0-9-]*)(?=[`:])/g,
    (whole2, name) => isInputName(name) ? `\`${ci.inputLabel(name)}` : whole2
  );
}
function isInputName(name) {
  return INPUT_NAMES.includes(name);
}

// core/report/error-markdown.ts
var COMMAND = /^(?:\w+=\$\()?(?:databricks|az|gh|git|aws|vault|npm|icacls|chmod) \S/;
var MOST6 = 50;
function withCommands(text3) {
  const parts = [];
  for (const line of text3.split("\n").flatMap(commandAfterColon)) {
    const sh = COMMAND.test(line.trim());
    const last = parts.at(-1);
    if (last?.sh === sh) last.lines.push(line);
    else parts.push({ sh, lines: [line] });
  }
  return parts.map(({ sh, lines }) => sh ? fenced(lines.map(folded2).join("\n"), "sh") : lines.map(prose).join("  \n")).join("\n\n");
}
function commandAfterColon(line) {
  const [, sentence2, command] = /^(.*?\S:) +(\S.*)$/.exec(line) ?? [];
  return sentence2 !== void 0 && command !== void 0 && COMMAND.test(command) ? [sentence2, command] : [line];
}
var LONG = 100;
function folded2(command) {
  if (command.length <= LONG) return command;
  let quoted = "";
  let text3 = "";
  for (let at3 = 0; at3 < command.length; at3++) {
    const letter = command.charAt(at3);
    if (quoted === "" && (letter === "'" || letter === '"')) quoted = letter;
    else if (letter === quoted) quoted = "";
    const breaks = quoted === "" && letter === " " && /^ --\w/.test(command.slice(at3, at3 + 4));
    text3 += breaks ? " \\\n   " : "";
    text3 += letter;
  }
  return text3;
}
function details({ expected, actual }, place) {
  const fields = [
    ["at", place && code(placeText(place))],
    ["wanted", expected?.split("\n").map(prose).join("<br>")],
    ["found", actual?.split("\n").map(prose).join("<br>")]
  ];
  return fields.flatMap(([label, value]) => value === void 0 ? [] : [`- **${label}:** ${value}`]);
}
function mistakeItem(mistake) {
  const { problem, remedy, place } = mistake;
  const where = place === void 0 ? "" : `${code(placeText(place))}: `;
  const parts = [
    `- ${where}${prose(problem)}`,
    ...details(mistake).map((line) => `  ${line}`),
    ...remedy === void 0 ? [] : [`  - **to do:** ${prose(remedy.replaceAll("\n", " "))}`]
  ];
  return parts.join("\n");
}
function errorMarkdown(error, pages, elsewhere3 = /* @__PURE__ */ new Set()) {
  const { problem, remedy } = error.details;
  const mistakes = error.mistakes.filter(({ actual }) => !elsewhere3.has(actual ?? "no text"));
  const more = mistakes.length > MOST6 ? [`- \u2026 and ${String(mistakes.length - MOST6)} more, in the log`] : [];
  const page = pageOf(error, pages);
  return [
    `<code>${error.code}</code>: ${problem.split("\n").map(prose).join("  \n")}`,
    [...mistakes.slice(0, MOST6).map(mistakeItem), ...more].join("\n"),
    details(error.details, error.details.place).join("\n"),
    remedy === void 0 ? "" : `**To do:** ${withCommands(remedy)}`,
    `More: ${pages === void 0 ? escapeMarkdown(page) : link(page, page)}`
  ].filter((part) => part !== "").join("\n\n");
}
function pageOf({ code: name }, pages) {
  return `${pages ?? "docs/"}troubleshooting.md#${name.toLowerCase()}`;
}

// core/report/heading.ts
function heading(facts, error) {
  const where = whereOf(facts);
  const what = outcome(facts, error);
  return `## ${mark(facts, error)} ${where === "" ? what : `${where}: ${what}`}`;
}
function mark({ access: access2, warnings }, error) {
  if (error) return "\u274C";
  return warnings.length > 0 || (access2?.denied.length ?? 0) > 0 ? "\u26A0\uFE0F" : "\u2705";
}
function whereOf({ bundle, asked: asked3 }) {
  if (bundle) return `${escapeMarkdown(bundle.name)} \u2192 ${escapeMarkdown(bundle.target)}`;
  const folder = asked3 === void 0 || asked3.bundleRoot === "." ? "" : escapeMarkdown(asked3.bundleRoot);
  const target = asked3?.target === void 0 ? "" : `\u2192 ${escapeMarkdown(asked3.target)}`;
  return [folder, target].filter((part) => part !== "").join(" ");
}
function outcome(facts, error) {
  const { command, deployed: deployed2, destroyed, loggedIn, access: access2 } = facts;
  const denied = new Set(access2?.denied.map(({ job: job2 }) => job2)).size;
  const jobs2 = `${String(denied)} job${denied === 1 ? "" : "s"}`;
  if (deployed2 === true && (denied > 0 || error))
    return denied > 0 ? `bundle deployed, access of ${jobs2} not granted` : `bundle deployed, ${command} failed after it`;
  if (error) return `${command} failed`;
  if (deployed2 === true) return "deployed";
  if (loggedIn !== void 0) return `logged in ${loggedIn}`;
  if (destroyed === 0) return "nothing to destroy";
  if (destroyed !== void 0) return "destroyed";
  if (denied > 0) return `${command}, access of ${jobs2} denied`;
  return command;
}
function sentence({
  plan,
  resources,
  scan: scan2,
  access: access2,
  destroyed,
  run: run2,
  duration
}) {
  const result = access2?.result;
  const parts = [
    plan && destroyed === void 0 && `Plan: ${planLine(plan)}`,
    resources && resources.length > 0 && count2(resources.length, "resource") + " in the workspace",
    destroyed !== void 0 && destroyed > 0 && `${count2(destroyed, "resource")} deleted`,
    result && `access: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn`,
    scan2 && scan2.stopping.length > 0 && `${count2(scan2.stopping.length, "static credential")} found`,
    run2 && `${run2.resource}: ${run2.result}`,
    duration !== void 0 && `took ${durationText(duration)}`
  ].filter((part) => typeof part === "string");
  return parts.length === 0 ? void 0 : escapeMarkdown(`${parts.join("; ")}.`);
}
var count2 = (number, one) => `${String(number)} ${one}${number === 1 ? "" : "s"}`;
function durationText(milliseconds) {
  const seconds = Math.round(milliseconds / 1e3);
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(seconds % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

// core/report/job-summary.ts
var LONGEST4 = 9e5;
function jobSummary(facts, error) {
  const { plan, scan: scan2, access: access2, standards = [], resources = [], run: run2, warnings } = facts;
  const stops = scan2 !== void 0 && scan2.stopping.length > 0;
  const sections = [
    heading(facts, error),
    sentence(facts),
    error && errorMarkdown(error, facts.pages, inTable(scan2)),
    run2 && `### Run

${code(run2.resource)} ${escapeMarkdown(run2.result)}: ${link(run2.url, run2.url)}`,
    stops && scanSection(scan2),
    plan && planSection(plan),
    resources.length > 0 && resourcesSection(resources),
    ...access2 ? accessSections(access2) : [],
    scan2 && !stops && scanSection(scan2),
    warnings.length > 0 && warningsSection(warnings),
    folded3("Who, where, by which claim", table(["", ""], identityRows(facts))),
    ...access2 && access2.proofs.length > 0 ? [folded3("Proof", proofTables(access2.proofs))] : [],
    standards.length > 0 && folded3("OWASP NHI Top 10 (2025) and NIST CSF 2.0", standardsTable2(standards))
  ];
  const text3 = sections.filter((section) => typeof section === "string").join("\n\n");
  return bytesOf(text3) <= LONGEST4 ? `${text3}
` : `${cutTo(text3)}

\u2026 cut; the log has the rest.
`;
}
function inTable(scan2) {
  return new Set(scan2?.stopping.map((finding2) => findingMistake(finding2).actual ?? ""));
}
var bytesOf = (text3) => Buffer.byteLength(text3, "utf8");
function cutTo(text3) {
  const part = Buffer.from(text3, "utf8").subarray(0, LONGEST4).toString("utf8");
  const whole2 = part.slice(0, part.lastIndexOf("\n"));
  const open4 = (whole2.match(/<details>/g)?.length ?? 0) - (whole2.match(/<\/details>/g)?.length ?? 0);
  return whole2 + "\n\n</details>".repeat(Math.max(0, open4));
}
function folded3(title, content) {
  return [`<details><summary>${title}</summary>`, content, "</details>"].join("\n\n");
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
var OPENED = ["jobs", "pipelines", "apps", "dashboards"];
function resourcesSection(resources) {
  const rows = (some) => table(
    ["Key", "Resource", "ID"],
    some.map(({ kind, key: key2, id, name, url }) => [code(`${kind}.${key2}`), link(name, url), code(id)])
  );
  const opened = resources.filter(({ kind }) => OPENED.includes(kind));
  const others2 = resources.filter((one) => !opened.includes(one));
  return [
    "### Deployed",
    ...opened.length > 0 ? [rows(opened)] : [],
    ...others2.length > 0 ? [folded3(`${String(others2.length)} more`, rows(others2))] : []
  ].join("\n\n");
}
function standardsTable2(standards) {
  const rows = standards.map((row) => [row.item, row.title, row.status, row.because].map(escapeMarkdown));
  return table(["Item", "", "Status", "Because"], rows);
}
function warningsSection(warnings) {
  return `### Warnings

${warnings.map((text3) => `- ${prose(text3.replaceAll("\n", " "))}`).join("\n")}`;
}

// core/report/report.ts
async function reportSuccess(ci, facts) {
  tellHidden(ci);
  await ci.summary(jobSummary(facts));
}
async function reportFailure(ci, error, facts) {
  const careful = carefulCi(ci);
  const { pages } = ci.context;
  const text3 = withInputLabels(errorText(error, pages), ci);
  careful.annotate("error", text3, error.details.place);
  const placed3 = error.mistakes.filter(({ place }) => place !== void 0);
  const left = leftForErrors(careful) - 1;
  const shown3 = placed3.length <= left ? placed3 : placed3.slice(0, Math.max(0, left - 1));
  for (const { problem, place } of shown3)
    careful.annotate("error", withInputLabels(`${error.code}: ${problem}`, ci), place);
  const rest = placed3.length - shown3.length;
  if (rest > 0 && left > 0)
    careful.annotate(
      "error",
      `${error.code}: ${String(rest)} more of these; the log and the job summary have all.`
    );
  tellHidden(careful);
  if (error.cause instanceof Error) careful.debug(error.cause.stack ?? error.cause.message);
  const labelled = withLabels(error, ci);
  const summary = facts ? jobSummary(facts, labelled) : `## \u274C failed before it began

${errorMarkdown(labelled, pages)}
`;
  await ci.summary(summary);
}
function tellHidden(ci) {
  const { hidden } = budgetOf(ci);
  if (hidden > 0) ci.info(`${String(hidden)} more warnings stand in this log alone, without an annotation.`);
}
function withLabels(error, ci) {
  const label = (text3) => withInputLabels(text3, ci);
  const labelled = (one) => ({
    ...one,
    problem: label(one.problem),
    ...one.expected !== void 0 && { expected: label(one.expected) },
    ...one.actual !== void 0 && { actual: label(one.actual) },
    ...one.remedy !== void 0 && { remedy: label(one.remedy) }
  });
  return new SecretlessError(error.code, {
    ...labelled(error.details),
    mistakes: error.mistakes.map(labelled)
  });
}

// core/flow/service/alone.ts
var MOST_HOSTS = 5;
var AloneSession = class {
  clock;
  approved;
  #charge;
  #ci;
  #ports;
  #lines = [];
  #seed;
  #session;
  #audit;
  #served = 0;
  #exchanges = 0;
  #failed = 0;
  #lastError;
  #refused = {};
  #hosts = [];
  constructor(charge, shellOf) {
    const { ci, ports } = shellOf(charge.environment);
    for (const secret of [charge.token.accessToken, ...Object.values(charge.secrets)]) registerSecret(secret);
    this.#charge = charge;
    this.#ci = redactingCi(ci);
    this.#ports = ports;
    this.#seed = charge.token;
    this.clock = ports.clock;
    const { approvedWorkspaceId, approvedAccountId } = charge;
    this.approved = { approvedHost: parseInputs(this.#ci).host, approvedWorkspaceId, approvedAccountId };
  }
  /** Takes down the step's token of this moment. */
  keep(token2) {
    this.#seed = token2;
  }
  /** A valid token. @throws what signIn's session throws */
  async token() {
    this.#session ??= this.#signIn();
    const token2 = await this.#session.token();
    this.#served += 1;
    return token2;
  }
  /** @param told whether the step is there and reports it itself */
  refused({ reason, host }, told2) {
    if (told2) return;
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    if (reason === "host" && this.#hosts.length < MOST_HOSTS && !this.#hosts.includes(host))
      this.#hosts.push(host);
  }
  /** What is reported is not written down by this process any more. */
  async report() {
    await this.#audit?.settled().catch(() => void 0);
    return {
      served: this.#served,
      refused: this.#refused,
      foreignHosts: this.#hosts,
      exchanges: this.#exchanges,
      failedExchanges: this.#failed,
      ...this.#lastError !== void 0 && { lastError: this.#lastError },
      audit: { file: this.#charge.auditFile, lines: this.#lines.splice(0) }
    };
  }
  /** Writes down what nobody has asked for. */
  async settle() {
    await this.#audit?.settled().catch(() => void 0);
    const text3 = this.#lines.splice(0).join("");
    if (text3 === "") return;
    const { checkout, tempFolder } = this.#ci.context;
    const bounds = { roots: [checkout, tempFolder], platform: this.#ports.platform };
    await appendOwnFile(this.#charge.auditFile, text3, bounds).catch(() => void 0);
  }
  #signIn() {
    const inputs = parseInputs(this.#ci);
    const run2 = { ci: this.#ci, command: inputs.command.name, clientId: inputs.clientId };
    const sink = { take: (line) => Promise.resolve(void this.#lines.push(line)) };
    const { clock } = this.#ports;
    const log = openAuditLog({
      context: auditContext(run2),
      clock,
      sinks: [sink],
      clean: withoutCredentials
    });
    const audit = this.#audit = auditOver(log, this.#charge.auditFile);
    const { workspace } = this.#charge;
    const step2 = {
      ci: this.#ci,
      ports: this.#ports,
      inputs,
      workspace: Promise.resolve(workspace),
      serverTime: new ServerTime(clock, this.#charge.ahead),
      signal: new AbortController().signal,
      found: () => void 0,
      exchanges: OPEN_EXCHANGES
    };
    return signIn(step2, {
      workspace,
      audit,
      clientId: inputs.clientId,
      initial: this.#seed,
      onExchange: ({ outcome: outcome2 }) => {
        this.#exchanges += 1;
        this.#lastError = void 0;
        if (!("error" in outcome2)) return;
        this.#failed += 1;
        const { code: code2, message } = toSecretlessError(outcome2.error);
        this.#lastError = redact(code2 === "INTERNAL" ? message : `${code2}: ${message}`);
      }
    });
  }
};

// core/flow/service/companion.ts
var Companion = class {
  #send;
  #asked = /* @__PURE__ */ new Map();
  #gone = false;
  #count = 0;
  constructor(send) {
    this.#send = send;
  }
  get isThere() {
    return !this.#gone;
  }
  /**
   * A token of the step's own session, which masks and records it; undefined if the step has gone.
   * @throws Error if the step has none; it knows why
   */
  async token() {
    if (this.#gone) return void 0;
    const id = ++this.#count;
    const answer = new Promise((resolve2) => this.#asked.set(id, resolve2));
    this.#send({ type: "ask", id });
    const token2 = await answer;
    if (token2 instanceof Error) throw token2;
    return token2;
  }
  answered({ id, token: token2 }) {
    this.#asked.get(id)?.(token2 ?? new Error("the step has no token"));
    this.#asked.delete(id);
  }
  tell(message) {
    if (!this.#gone) this.#send(message);
  }
  /** From now on the service is alone; whoever waits for the step is served by it. */
  leave() {
    this.#gone = true;
    for (const resolve2 of this.#asked.values()) resolve2(void 0);
    this.#asked.clear();
  }
};

// core/flow/service/serve.ts
function serveTokenService({ stdin, stdout }, shellOf, platform) {
  stdout.on("error", () => void 0);
  const pipe = {
    read: (onLine) => readLines(stdin, onLine),
    write: (line) => {
      stdout.write(`${line}
`);
    }
  };
  return serveTokens(pipe, shellOf, processPort(platform));
}
var INTERVAL = 2e3;
async function serveTokens(pipe, shellOf, processes) {
  const send = (message) => {
    pipe.write(JSON.stringify(message));
  };
  const companion = new Companion(send);
  const end = new AbortController();
  let neededBy = "";
  const charge = await new Promise((resolve2) => {
    const closed2 = pipe.read((line) => {
      const message = JSON.parse(line);
      if (message.type === "charge") resolve2(message.charge);
      else if (message.type === "answer") companion.answered(message);
      else if (message.type === "sync") send({ type: "echo", id: message.id });
      else if (message.type === "needed-by") neededBy = message.mark;
      else end.abort();
    });
    void closed2.then(() => {
      companion.leave();
      resolve2(void 0);
    });
  });
  if (charge === void 0) return;
  const alone = new AloneSession(charge, shellOf);
  const { clock } = alone;
  const server = await startTokenService({
    ...alone.approved,
    clock,
    secret: charge.secrets.path,
    token: async () => {
      const token2 = await companion.token();
      if (token2) alone.keep(token2);
      return token2 ?? alone.token();
    },
    onRefusal: (refusal) => {
      alone.refused(refusal, companion.isThere);
      companion.tell({ type: "refused", refusal });
    },
    control: {
      secret: charge.secrets.control,
      answer: async () => {
        const report = await alone.report();
        setTimeout(() => end.abort(), 0);
        return report;
      }
    }
  });
  companion.tell({ type: "listening", port: Number(new URL(server.url).port) });
  const isNeeded = async () => companion.isThere || charge.runner === "" || await stillRuns(charge.runner, processes) || neededBy !== "" && await stillRuns(neededBy, processes);
  await untilUnneeded({ clock, lifetime: charge.lifetime, end: end.signal, isNeeded });
  await server.stop();
  await alone.settle();
}
async function untilUnneeded({ clock, lifetime, end, isNeeded }) {
  const until = clock.now() + lifetime;
  while (!end.aborted && clock.now() < until && await isNeeded()) {
    await clock.sleep(Math.min(INTERVAL, Math.max(0, until - clock.now())), end).catch(() => void 0);
  }
}

// core/run.ts
async function run(given2, seams = {}) {
  const log = carefulCi(given2.ci);
  const { ci, release } = heldBack(log);
  const begun = { ...given2, ci };
  const { ports, inputs } = begun;
  const { command } = inputs;
  const soFar = new FactsSoFar(runFacts(inputs, ci.context));
  const began = ports.clock.now();
  logBeginning(log, inputs);
  const folder = await makePrivateFolder(ci.context.tempFolder);
  await ci.saveState("folder", folder.root);
  const audit = await openAuditOf(begun, seams.sinks).catch(async (error) => {
    await removePrivateFolder(folder.root);
    throw error;
  });
  const noteScan = scanAudit(begun, audit);
  let connected = Promise.resolve();
  const found2 = (one) => {
    soFar.add(one);
    const { scan: scan2 } = one;
    if (scan2)
      void connected.then(() => {
        noteScan(scan2);
      });
  };
  const step2 = { ...begun, found: found2, exchanges: seams.exchanges ?? OPEN_EXCHANGES };
  const launcher = new ServiceLauncher(step2);
  let service;
  let access2;
  let withdrawVariables = () => Promise.resolve();
  const withStandards = () => {
    soFar.add({ duration: ports.clock.now() - began });
    if (command.needs.scan) soFar.add({ standards: standardsOf(begun, soFar.facts, access2?.examined) });
    return soFar.facts;
  };
  try {
    const { needs } = command;
    const bundleRoot = path19.resolve(ci.context.checkout, inputs.bundleRoot);
    const { checkout } = ci.context;
    const pin = { ...inputs, bundleRoot, checkout, platform: ports.platform };
    const connecting = connect(step2, audit);
    connected = connecting.catch(() => void 0);
    const judged2 = when2(
      needs.bundle,
      async () => noteTarget(step2, await checkHostPin({ ...pin, workspaceId: await knownWorkspaceId(step2) }))
    );
    const [connection, tool2, target, variables, source, scan2] = await allRight([
      connecting,
      when2(needs.cli, () => findCli2(step2, folder.root, judged2)),
      judged2,
      givenVariables(step2, judged2),
      readAccess(step2, bundleRoot, judged2),
      startScan(step2, bundleRoot)
    ]);
    logFound(log, inputs, soFar.facts);
    release();
    const { claims } = source.evidence;
    if (Object.keys(claims).length > 0) audit.identify(pipelineOf(claims, "verified"));
    const { session } = connection;
    const { workspaceId = connection.workspaceId, accountId } = inputs;
    const tokens2 = await when2(
      needs.service !== "none",
      () => launcher.open({ session, workspaceId, auditFile: audit.file })
    );
    service = tokens2;
    const { dialect } = ci;
    const env = cliEnvironment({
      ...ports,
      ...inputs,
      variables: variables.texts,
      dialect,
      tokenServiceUrl: tokens2?.url ?? "",
      folder,
      product: PRODUCT
    });
    const endWhatIsLeft = strayEnder(step2, folder.root);
    const processes = processPort(ports.platform);
    let marked = Promise.resolve();
    const cli = tool2 && tokens2 && new DatabricksCli({
      ...ports,
      terminate: createTerminate(ports),
      file: tool2.file,
      version: tool2.version,
      env,
      withheld: withheld(ports.environment, env),
      principal: inputs.clientId,
      onWarning: (warning) => {
        showWarning(ci, warning);
      },
      bundleRoot,
      bundlePath: pathForPeople(bundleRoot, checkout, ports.platform),
      target: target?.name,
      approved: { host: inputs.host, workspaceId, accountId },
      tokensServed: () => tokens2.served,
      findText: (texts2) => findText(texts2, { root: bundleRoot, checkout, platform: ports.platform }),
      beforeEach: () => checkHostPin({ ...pin, workspaceId }),
      afterEach: () => tokens2.check(),
      readTimeout: inputs.planTimeout,
      onLine: (line) => ci.info(line),
      onProcess: (pid) => {
        if (pid === void 0) endWhatIsLeft();
        void tokens2.neededBy(pid);
        marked = marked.then(
          async () => ci.saveState("cli", pid === void 0 ? "" : await markOf2(pid, processes))
        );
      }
    });
    warnOfHomes(step2, target);
    if (target) await tellOverrides(step2, bundleRoot, target.name);
    if (tool2 && target) withdrawVariables = await placeComplex(step2, variables, folder.root, target.name);
    access2 = needs.access ? new Access({ step: step2, audit, connection, source }) : void 0;
    const caller = { audit, clientId: inputs.clientId, failure: "ENDPOINT_UNAVAILABLE" };
    const api = workspaceApi(step2, session, caller);
    const commands = seams.commands ?? RUN_COMMANDS;
    await asked2(
      command.name,
      commands[command.name]
    )({
      step: step2,
      audit,
      api,
      connection,
      folder,
      variables: variables.texts,
      get cli() {
        return asked2("cli", cli);
      },
      get access() {
        return asked2("access", access2);
      },
      get service() {
        return asked2("service", service);
      },
      scan: {
        planned: async (result, summary) => {
          if (!scan2) return;
          const policy2 = scanPolicy(source);
          await scan2.planned({
            ...result,
            summary: (await summary()).tree,
            target: target?.name ?? "",
            policy: policy2
          });
        },
        deployed: async (complete) => scan2?.deployed({ folder, api, complete })
      }
    });
    await audit.settled();
    await reportSuccess(ci, withStandards());
    return 0;
  } catch (error) {
    release();
    const failure = await rootCause(step2, service, error);
    await recordRefusals(begun, audit, failure);
    await reportFailure(ci, failure, withStandards());
    return 1;
  } finally {
    await launcher.end();
    await withdrawVariables();
    await removePrivateFolder(folder.root);
  }
}
async function when2(needed, work) {
  return needed ? work() : void 0;
}
function asked2(what, found2) {
  if (found2 === void 0) throw new Error(`${what} is not there: the command does not say that it needs it`);
  return found2;
}
async function findCli2(step2, cwd, judged2) {
  const target = await judged2.catch(() => void 0);
  const cli = await findTool(step2, cwd, target?.cliVersion);
  step2.found({ cli });
  return cli;
}
async function refuseStep(begun, error, seams) {
  if (isRefusal(error)) await recordRefusals(begun, await openAuditOf(begun, seams.sinks), error);
  await reportFailure(begun.ci, error);
}
export {
  refuseForeignCheckout,
  refuseStep,
  reportFailure,
  run,
  serveTokenService
};
