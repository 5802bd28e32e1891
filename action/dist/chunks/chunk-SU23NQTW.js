import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  field,
  textField
} from "./chunk-2QDGITXZ.js";

// core/access/bundle.ts
import { createHash } from "node:crypto";
function runAsOf(settings) {
  const runAs = field(settings, "run_as");
  const applicationId = textField(runAs, "service_principal_name");
  if (applicationId !== "") return { kind: "service_principal", applicationId: applicationId.toLowerCase() };
  const user = textField(runAs, "user_name");
  if (user !== "") return { kind: "user", name: user };
  const group = textField(runAs, "group_name");
  return group === "" ? { kind: "deployer" } : { kind: "group", name: group };
}
function bundleFacts(summary, workspaceId) {
  const bundle = field(summary, "bundle");
  const workspace = field(summary, "workspace");
  const jobs = field(field(summary, "resources"), "jobs");
  const keys = typeof jobs === "object" && jobs !== null ? Object.keys(jobs) : [];
  const all = keys.map((key) => ({ key, settings: field(jobs, key) ?? null }));
  const gone = all.filter(({ settings }) => textField(settings, "modified_status") === "deleted");
  return {
    workspaceId,
    name: textField(bundle, "name"),
    target: textField(bundle, "target"),
    statePath: textField(workspace, "state_path"),
    filePath: textField(workspace, "file_path"),
    config: summary,
    jobs: all.filter((job) => !gone.includes(job)).map(({ key, settings }) => ({
      key,
      settings,
      id: textField(settings, "id") || void 0,
      runAs: runAsOf(settings)
    })),
    goneJobIds: gone.map(({ settings }) => textField(settings, "id"))
  };
}
function accessName(bundle, job, purpose) {
  const parts = JSON.stringify([bundle.workspaceId, bundle.name, bundle.target, job, purpose]);
  return `dbxt-${createHash("sha256").update(parts, "utf8").digest("hex").slice(0, 12)}`;
}

export {
  bundleFacts,
  accessName
};
