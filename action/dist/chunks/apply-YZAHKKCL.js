import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  examineAccess,
  fail,
  registrarOf
} from "./chunk-DC7UDZVY.js";
import "./chunk-NTJ3VHNK.js";
import "./chunk-XG7PHLDC.js";
import {
  deleteWorkspaceFile,
  lockPathOf,
  objectKey,
  readWorkspaceFile,
  renderState,
  statePathOf,
  writeWorkspaceFile
} from "./chunk-XITBPYNW.js";
import "./chunk-SU23NQTW.js";
import "./chunk-WYB47XBF.js";
import {
  ApiFailure,
  textField
} from "./chunk-2QDGITXZ.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";

// core/access/recorder.ts
var recordKey = ({ name, target, object }) => `${name} ${objectKey(target.kind, object)}`;
var Recorder = class {
  #state;
  #api;
  #bundle;
  #lock;
  constructor(state, api, bundle, lock) {
    this.#state = state;
    this.#api = api;
    this.#bundle = bundle;
    this.#lock = lock;
  }
  /** Sets the phase of the records of these changes; undefined removes them. */
  async set(all, phaseOf) {
    const records = new Map(
      this.#state.records.map((record) => [
        `${record.name} ${objectKey(record.kind, record.object)}`,
        record
      ])
    );
    for (const change of all) {
      const phase = phaseOf(change);
      const { name, job, purpose, target, object } = change;
      if (phase === void 0) records.delete(recordKey(change));
      else records.set(recordKey(change), { name, job, purpose, kind: target.kind, object, phase });
    }
    const { unowned, serial } = this.#state;
    const next = { serial: serial + 1, records: [...records.values()], unowned };
    await this.#lock.hold();
    if (next.records.length + unowned.length === 0)
      await deleteWorkspaceFile(this.#api, statePathOf(this.#bundle));
    else
      await writeWorkspaceFile(this.#api, statePathOf(this.#bundle), renderState(next, this.#bundle), true);
    this.#state = next;
  }
};

// core/access/execute.ts
var CONFIRM_TIMEOUT = 6e4;
var isChange = ({ action }) => action !== "unchanged";
var isRemote = ({ action }) => action === "grant" || action === "update" || action === "withdraw";
async function confirm(batch, ports, clock) {
  const { target, action } = batch[0];
  const objects = batch.map(({ object }) => object);
  const done = ({ state }) => action === "withdraw" ? state === "absent" || state === "impossible" : state === "present";
  const deadline = clock.now() + CONFIRM_TIMEOUT;
  for (let wait = 500; ; wait = Math.min(wait * 2, 8e3)) {
    const view = await target.read(objects, ports);
    const open = objects.filter((object) => !done(view.plan(object)));
    if (open[0] === void 0) return void 0;
    if (clock.now() + wait > deadline) return `not confirmed when read back: ${target.describe(open[0])}`;
    await clock.sleep(wait, ports.signal);
  }
}
function batches(all) {
  const groups = /* @__PURE__ */ new Map();
  for (const change of all) {
    const key = JSON.stringify([change.action, change.target.kind, change.target.batch(change.object)]);
    groups.set(key, [...groups.get(key) ?? [], change]);
  }
  return [...groups.values()];
}
async function applyBatch(batch, ports, clock) {
  const { target, action } = batch[0];
  const objects = batch.map(({ object }) => object);
  try {
    await (action === "withdraw" ? target.withdraw(objects, ports) : target.apply(objects, ports));
    return await confirm(batch, ports, clock);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return `${error.status} ${error.errorCode}: ${error.message}`;
  }
}
async function execute(plan, request, lock, onApplied) {
  const { registrar, deployer, clock, bundle, signal } = request;
  const ports = {
    databricks: (registrar ?? deployer).workspace,
    clock,
    workspaceId: bundle.workspaceId,
    ...signal === void 0 ? {} : { signal }
  };
  const recorder = new Recorder(plan.state, deployer.workspace, bundle, lock);
  const all = plan.changes.filter(isChange);
  const applied = [];
  const tell = async (batch, outcome, reason) => {
    for (const change of batch) {
      const one = { change, outcome, ...reason === void 0 ? {} : { reason } };
      applied.push(one);
      await onApplied(one);
    }
  };
  await recorder.set(
    all,
    (change) => change.action === "withdraw" ? "withdrawing" : isRemote(change) ? "granting" : change.phase
  );
  await tell(
    all.filter((change) => !isRemote(change)),
    "done"
  );
  const order = [
    ...batches(all.filter(({ action }) => action === "withdraw")),
    ...batches(all.filter((change) => isRemote(change) && change.action !== "withdraw"))
  ];
  let withdrawalFailed = false;
  for (const batch of order) {
    const withdrawing = batch[0]?.action === "withdraw";
    if (!withdrawing && withdrawalFailed) {
      await tell(batch, "skipped", "a withdrawal failed");
      continue;
    }
    signal?.throwIfAborted();
    await lock.hold();
    const problem = await applyBatch(batch, ports, clock);
    if (problem !== void 0) {
      withdrawalFailed ||= withdrawing;
      await tell(batch, "failed", problem);
      continue;
    }
    await recorder.set(batch, (change) => change.phase);
    await tell(batch, "done");
  }
  return applied;
}

// core/access/lock.ts
import { randomUUID } from "node:crypto";
var LEASE = 6e4;
var RENEW = 2e4;
var POLL = 5e3;
function parse(content) {
  try {
    const value = JSON.parse(content);
    return {
      id: textField(value, "id"),
      holder: textField(value, "holder"),
      after: textField(value, "after")
    };
  } catch {
    return { id: "", holder: "(unreadable)", after: "" };
  }
}
async function takeLock(path, options) {
  const { api, clock, holder, timeout, signal } = options;
  const id = randomUUID();
  let after = "";
  const text = () => JSON.stringify({ id, holder, after, renewed: clock.now() });
  const deadline = clock.now() + timeout;
  let renewed = clock.now();
  const lock = {
    async hold() {
      if (clock.now() - renewed < RENEW) return;
      const content = await readWorkspaceFile(api, path);
      if (content === void 0 || parse(content).id !== id) throw lost(path);
      renewed = clock.now();
      await writeWorkspaceFile(api, path, text(), true);
    },
    async release() {
      const content = await readWorkspaceFile(api, path);
      if (content !== void 0 && parse(content).id === id) await deleteWorkspaceFile(api, path);
    }
  };
  let seen;
  let since = clock.now();
  for (; ; ) {
    renewed = clock.now();
    if (await writeWorkspaceFile(api, path, text(), false)) return lock;
    const content = await readWorkspaceFile(api, path);
    if (content === void 0) continue;
    if (parse(content).id === id) return lock;
    if (content !== seen) {
      seen = content;
      since = clock.now();
    } else if (clock.now() - since >= LEASE) {
      after = parse(content).id;
      if (await takeOver(path, content, text(), options)) return lock;
      seen = void 0;
    }
    if (clock.now() >= deadline) throw busy(path, parse(content).holder);
    await clock.sleep(POLL, signal);
  }
}
function takeOverPath(path, id) {
  return `${path}.${id.replace(/[^0-9a-f-]/g, "").slice(0, 36)}`;
}
async function takeOver(path, left, text, options) {
  const { id, after } = parse(left);
  const takeover = await takeLock(takeOverPath(path, id), options);
  try {
    if (await readWorkspaceFile(options.api, path) !== left) return false;
    await writeWorkspaceFile(options.api, path, text, true);
    if (after !== "") await deleteWorkspaceFile(options.api, takeOverPath(path, after));
    return true;
  } finally {
    await takeover.release();
  }
}
function busy(path, holder) {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `Another run holds the access lock ${path}.`,
    actual: holder,
    remedy: "Wait for that run to end and run this one again. A lock that is left over is taken over after a minute."
  });
}
function lost(path) {
  return new SecretlessError("ACCESS_LOCKED", {
    problem: `The access lock ${path} was taken over by another run while this one was changing access.`,
    remedy: "Run it again: what was changed so far is recorded, and the next run converges."
  });
}

// core/access/apply.ts
function checkApproved(fresh, approved) {
  const shown = new Set(approved.changes.map((change) => `${change.action} ${recordKey(change)}`));
  for (const change of approved.changes) if (change.unread) shown.add(`grant ${recordKey(change)}`);
  const surprises = fresh.changes.filter(
    (change) => isRemote(change) && !shown.has(`${change.action} ${recordKey(change)}`)
  );
  if (surprises.length === 0) return;
  throw new SecretlessError("ACCESS_PLAN_OUTDATED", {
    problem: "Access has changed since it was planned: what would happen now was not shown.",
    remedy: "Plan and deploy again. If another pipeline deploys the same bundle and target, let only one of them do it.",
    mistakes: surprises.map(({ action, target, object, job, purpose }) => ({
      problem: `${action}: ${target.describe(object)} (job "${job}", ${purpose})`
    }))
  });
}
function failures(applied) {
  const mistakes = applied.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
  return mistakes.map(({ change, outcome, reason = "" }) => {
    const { action, target, object, job, purpose } = change;
    const mistake = {
      problem: `Job "${job}", ${purpose}: ${action} of ${target.describe(object)} ${outcome}: ${reason}.`,
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
    const { deployer, clock, bundle, signal } = request;
    const lock = await takeLock(lockPathOf(bundle), {
      api: deployer.workspace,
      clock,
      holder: options.holder,
      timeout: options.lockTimeout,
      ...signal === void 0 ? {} : { signal }
    });
    try {
      plan = await examineAccess(request);
      if (options.approved !== void 0) checkApproved(plan, options.approved);
      await options.onPlan?.(plan);
      if (plan.changes.some(isChange))
        applied = await execute(plan, request, lock, (one) => options.onApplied(one, plan));
    } finally {
      await lock.release();
    }
  }
  for (const change of plan.denied) {
    const one = { change, outcome: "denied", reason: change.decision?.reason ?? "" };
    applied = [...applied, one];
    await options.onApplied(one, plan);
  }
  const problems = [...plan.findings, ...failures(applied)];
  if (problems.length > 0) throw fail(problems);
  const count = (action) => applied.filter(({ change, outcome }) => outcome === "done" && change.action === action).length;
  return {
    plan,
    applied,
    granted: count("grant"),
    updated: count("update"),
    revoked: count("withdraw"),
    unchanged: plan.changes.filter(({ action }) => action === "unchanged").length
  };
}
function withdrawAccess(request, options) {
  const { files } = request;
  return applyAccess({ ...request, files: { ...files, entries: [] } }, { ...options, approved: void 0 });
}
export {
  applyAccess,
  withdrawAccess
};
