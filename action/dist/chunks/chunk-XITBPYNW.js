import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  accessName
} from "./chunk-SU23NQTW.js";
import {
  ApiFailure,
  field,
  listField,
  textField
} from "./chunk-2QDGITXZ.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/access/state.ts
var PHASES = ["granting", "granted", "withdrawing", "expired"];
var EMPTY_STATE = { serial: 0, records: [], unowned: [] };
var statePathOf = (bundle) => `${bundle.statePath}/access.json`;
var lockPathOf = (bundle) => `${bundle.statePath}/access.lock`;
function objectKey(kind, object) {
  const fields = Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify([kind, fields]);
}
function readRecord(value, bundle) {
  const [name, job, purpose, kind] = ["name", "job", "purpose", "kind"].map((key) => textField(value, key));
  const phase = PHASES.find((known) => known === field(value, "phase"));
  const object = field(value, "object");
  if (!name || !job || !purpose || !kind || phase === void 0) return void 0;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return void 0;
  if (!Object.values(object).every((part) => typeof part === "string")) return void 0;
  if (name !== accessName(bundle, job, purpose)) return void 0;
  return { name, job, purpose, kind, object, phase };
}
function parseState(content, bundle) {
  let value;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw unreadable(bundle, "it is not JSON", error);
  }
  const serial = field(value, "serial");
  if (field(value, "version") !== 1) throw unreadable(bundle, "its version is not 1");
  if (typeof serial !== "number" || !Number.isSafeInteger(serial) || serial < 0) {
    throw unreadable(bundle, "it has no serial");
  }
  if (!Array.isArray(field(value, "records"))) throw unreadable(bundle, "it has no list of records");
  const records = [];
  const unowned = [];
  for (const item of listField(value, "records")) {
    const record = readRecord(item, bundle);
    if (record === void 0) unowned.push(item);
    else records.push(record);
  }
  return { serial, records, unowned };
}
function unreadable(bundle, why, cause) {
  return new SecretlessError("ACCESS_STATE_UNREADABLE", {
    problem: `The access state ${statePathOf(bundle)} cannot be used: ${why}.`,
    remedy: "Restore the file from its workspace history. Or delete it: then each access that it recorded is reported as not granted by this bundle, with the command that revokes it.",
    ...cause === void 0 ? {} : { cause }
  });
}
function renderState(state, bundle) {
  const { serial, records, unowned } = state;
  const { workspaceId, name, target } = bundle;
  return `${JSON.stringify({ version: 1, workspace: workspaceId, bundle: name, target, serial, records: [...records, ...unowned] }, null, 1)}
`;
}
async function readWorkspaceFile(api, path) {
  try {
    const answer = await api({
      method: "GET",
      path: "/api/2.0/workspace/export",
      query: { path, format: "AUTO" }
    });
    return Buffer.from(textField(answer, "content"), "base64").toString("utf8");
  } catch (error) {
    if (error instanceof ApiFailure && error.missing) return void 0;
    throw error;
  }
}
async function writeWorkspaceFile(api, path, text, overwrite) {
  const content = Buffer.from(text, "utf8").toString("base64");
  const body = { path, format: "AUTO", content, overwrite };
  const write = () => api({ method: "POST", path: "/api/2.0/workspace/import", body });
  try {
    await write();
    return true;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.errorCode === "RESOURCE_ALREADY_EXISTS") return false;
    if (!error.missing) throw error;
  }
  await api({
    method: "POST",
    path: "/api/2.0/workspace/mkdirs",
    body: { path: path.slice(0, path.lastIndexOf("/")) }
  });
  await write();
  return true;
}
async function deleteWorkspaceFile(api, path) {
  try {
    await api({ method: "POST", path: "/api/2.0/workspace/delete", body: { path, recursive: false } });
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.missing) throw error;
  }
}
async function readState(api, bundle) {
  const content = await readWorkspaceFile(api, statePathOf(bundle));
  return content === void 0 ? EMPTY_STATE : parseState(content, bundle);
}

export {
  PHASES,
  EMPTY_STATE,
  statePathOf,
  lockPathOf,
  objectKey,
  parseState,
  renderState,
  readWorkspaceFile,
  writeWorkspaceFile,
  deleteWorkspaceFile,
  readState
};
