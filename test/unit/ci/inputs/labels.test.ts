import assert from "node:assert/strict";
import fc from "fast-check";
import { INPUT_NAMES } from "../../../../core/ci/inputs/table.ts";
import { withInputLabels } from "../../../../core/ci/inputs/labels.ts";

const azure = {
  inputLabel: (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
};
const github = { inputLabel: (name: string) => name };

describe("names of inputs in texts", () => {
  it("are those of the CI, alone or with a value", () => {
    const text = "Set `auto-approve` or write `auto-approve: true`; correct `host` or `workspace-id`.";
    assert.equal(
      withInputLabels(text, azure),
      "Set `autoApprove` or write `autoApprove: true`; correct `host` or `workspaceId`.",
    );
    assert.equal(withInputLabels(text, github), text);
  });

  it("leave everything else as it is", () => {
    const text = "auto-approve, `id-token: write`, `bundle-root/x`, `workspace.root_path`, `--auto-approve`";
    assert.equal(withInputLabels(text, azure), text);
    fc.assert(fc.property(fc.string(), (any) => assert.equal(withInputLabels(any, github), any)));
  });

  it("are found whatever stands around them", () => {
    fc.assert(
      fc.property(fc.constantFrom(...INPUT_NAMES), fc.stringMatching(/^[^`]*$/), (name, around) => {
        assert.equal(
          withInputLabels(`${around}\`${name}\`${around}`, azure),
          `${around}\`${azure.inputLabel(name)}\`${around}`,
        );
      }),
    );
  });
});
