import assert from "node:assert/strict";
import { applyAccess, withdrawAccess } from "../../../core/access/apply/apply.ts";
import { KINDS } from "../../../core/access/kinds/index.ts";
import { planAccess, readAccessFiles } from "../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../core/access/plan/request.ts";
import {
  bundleOf,
  counts,
  failure,
  options,
  principalOf,
  requestOf,
  workspaceWith,
} from "../access/setup.ts";
import { keyBoard } from "./toy-kind.ts";

describe("a kind of access is one more by its file and its line", () => {
  const board = new Set<string>();
  const kinds = [...KINDS, keyBoard(board)];
  const jobs = [{ key: "nightly", principal: principalOf(1), id: "7" }];
  const text = "version: 1\njobs:\n  nightly:\n    - { purpose: open, board_key: gate }\n";
  const policyOf = (provider: string): string =>
    `version: 1\n${provider}rules: [{ name: gates, effect: allow, kind: board_key, resource: gate }]\n`;
  const VAULT = "providers: { vault: { address: 'https://v.example.com', registrar_role: r, mount: m } }\n";

  const request = (policy = policyOf(VAULT)): AccessRequest => {
    const fake = workspaceWith(jobs, []);
    const files = readAccessFiles(
      { path: "access.yml", text },
      { path: "policy.yml", text: policy, insideCheckout: false },
      kinds,
    );
    return requestOf({ fake, bundle: bundleOf(jobs), over: { files, kinds } });
  };

  it("is read, planned, decided by policy, granted, confirmed and withdrawn", async () => {
    const asked = request();
    const planned = await planAccess(asked);
    assert.deepEqual(
      planned.changes.map(({ action, object }) => [action, object["key"]]),
      [["grant", "gate"]],
    );
    assert.deepEqual(counts(await applyAccess(asked, options())), [1, 0, 0, 0]);
    assert.deepEqual([...board], [`gate ${principalOf(1)}`]);
    assert.deepEqual(counts(await applyAccess(asked, options())), [0, 0, 0, 1]);
    assert.deepEqual(counts(await withdrawAccess(asked, options())), [0, 0, 1, 0]);
    assert.equal(board.size, 0);
  });

  it("needs the provider that it names, in policy.yml", async () => {
    const error = await failure(Promise.resolve().then(() => request(policyOf(""))));
    assert.match(error.message, /can never match: no provider "vault" is approved/);
  });

  it("is unknown without its line", async () => {
    const error = await failure(
      Promise.resolve().then(() => readAccessFiles({ path: "access.yml", text }, undefined)),
    );
    assert.equal(error.code, "ACCESS_FILE_INVALID");
  });
});
