import assert from "node:assert/strict";
import { findCheckout, readRepositoryId, repositoryIdOf } from "../../../../core/base/git/repository-id.ts";
import { memoryTree } from "../../support/memory-tree.ts";

describe("repository id", () => {
  it("is the same for every way to write an origin", () => {
    const lake = [
      "https://github.com/Example-Org/lake.git",
      "git@github.com:example-org/lake.git",
      "ssh://git@github.com:22/example-org/lake",
      "https://x-token@github.com/example-org/lake/",
    ];
    assert.deepEqual([...new Set(lake.map(repositoryIdOf))], ["github.com/example-org/lake"]);
    const repos = [
      "https://example-org@dev.azure.com/example-org/My%20Project/_git/lake",
      "git@ssh.dev.azure.com:v3/example-org/My%20Project/lake",
    ];
    assert.deepEqual([...new Set(repos.map(repositoryIdOf))], ["dev.azure.com/example-org/my project/lake"]);
    assert.equal(repositoryIdOf("https://h/%zz"), "h/%zz");
  });

  it("is read from a clone, from a further worktree, and is absent without origin", async () => {
    const config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://h/o/r.git\n\tfetch = x\n';
    const tree = memoryTree({
      "/w/.git/config": config,
      "/w/b/x": "",
      "/v/.git": "gitdir: /w/.git/worktrees/v\n",
      "/w/.git/worktrees/v/commondir": "../..\n",
      "/n/x": "",
    });
    assert.equal(await readRepositoryId("/w", tree), "h/o/r");
    assert.equal(await readRepositoryId("/v", tree), "h/o/r");
    assert.equal(await readRepositoryId("/n", tree), undefined);
    assert.equal(await findCheckout("/w/b", tree), "/w");
    assert.equal(await findCheckout("/n", tree), "/n");
  });
});
