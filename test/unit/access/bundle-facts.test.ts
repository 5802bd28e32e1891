import assert from "node:assert/strict";
import { bundleFacts } from "../../../core/access/bundle-facts.ts";
import { deploymentId } from "../../../core/access/state/record.ts";

describe("what access knows of a bundle", () => {
  it("is of one deployment, however the bundle spells its folders: its records are found, and withdrawn", () => {
    const of = (state: string) =>
      bundleFacts({ workspace: { state_path: state, file_path: "/Workspace/Shared//lake/files/" } }, "111");
    const wanted = of("/Workspace/Shared/lake/state");
    for (const spelled of ["//state", "/./state", "/state/", "/x/../state", "/state/."]) {
      const facts = of(`/Workspace/Shared/lake${spelled}`);
      assert.equal(facts.statePath, wanted.statePath, spelled);
      assert.equal(deploymentId(facts), deploymentId(wanted));
      assert.equal(facts.filePath, "/Workspace/Shared/lake/files");
    }
  });
});
