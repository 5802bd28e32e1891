import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { checkHostPin, type HostPinOptions } from "../../../core/bundle/host-pin.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { inCheckout } from "./checkouts.ts";
import { PIN_CASES } from "./host-pin-cases.ts";
import { codeOf, judged } from "./judged.ts";
import { filesOf } from "./pin-case.ts";

const A = "http://127.0.0.1:4001";
const O = "http://127.0.0.1:4002";

function judgedFile(text: string, options: Partial<HostPinOptions> = {}) {
  return inCheckout({ "databricks.yml": text }, (checkout) => judged(checkout, { host: A, ...options }));
}

describe("databricks/host-pin", () => {
  for (const one of PIN_CASES) {
    it(one.title, () =>
      inCheckout(filesOf(one, A, O), async (checkout) => {
        assert.equal(
          codeOf(await judged(checkout, { host: A, target: one.target, root: one.root })),
          one.ours,
        );
      }),
    );
  }

  it("shows every wrong setting with its place, hosts first", async () => {
    const error = await judgedFile(
      "workspace:\n  host: https://other.example\n  token: x\n  workspace_id: '7'\n  azure_client_id: y\n",
      { workspaceId: "8" },
    );
    assert(error instanceof SecretlessError);
    assert.equal(error.code, "HOST_NOT_APPROVED");
    assert.deepEqual(
      error.mistakes.map(({ problem, expected, actual, place }) => [problem, expected, actual, place?.line]),
      [
        ["`workspace.host` is not the approved one.", A, "https://other.example", 2],
        ["`workspace.workspace_id` is not the approved one.", "8", "7", 4],
        ["`workspace.token` is set.", "no setting of identity", "token", 3],
        ["`workspace.azure_client_id` is set.", "no setting of identity", "azure_client_id", 5],
      ],
    );
    assert.equal(error.details.place, undefined);
  });

  it("gives the place to the whole error if there is but one", async () => {
    const error = await judgedFile("bundle:\n  name: b\nworkspace:\n  auth_type: pat\n");
    assert(error instanceof SecretlessError);
    assert.deepEqual(error.details.place, { file: "databricks.yml", line: 4, column: 14 });
  });

  it("takes the approved IDs, wherever they stand", async () => {
    const approved = { workspaceId: "8", accountId: "0d5c0b5e-0000-4000-8000-00000000000a" };
    const text = `workspace: { host: '${A}/?o=8', workspace_id: 8, account_id: 0D5C0B5E-0000-4000-8000-00000000000A }`;
    assert.equal(await judgedFile(text, approved), "default");
    assert.equal(codeOf(await judgedFile(text, { ...approved, workspaceId: "9" })), "HOST_NOT_APPROVED");
    assert.equal(codeOf(await judgedFile(text, { ...approved, accountId: "x" })), "HOST_NOT_APPROVED");
  });

  it("says which input approves an ID", async () => {
    const error = await judgedFile("workspace: { workspace_id: 8 }");
    assert(error instanceof SecretlessError);
    assert.match(error.mistakes[0]?.remedy ?? "", /`workspace-id`/);
  });

  for (const [text, has] of [
    ["workspace: { root_path: /x }", true],
    ["workspace: { root_path: }", false],
    ["workspace: { root_path: '' }", false],
    ["targets: { p: { workspace: { root_path: /x } } }", true],
    ["targets: { p: { default: true }, q: { workspace: { root_path: /x } } }", false],
  ] as const) {
    it(`root path in ${text}: ${String(has)}`, () =>
      inCheckout({ "databricks.yml": text }, async (checkout) => {
        const target = await checkHostPin({
          bundleRoot: checkout,
          checkout,
          platform: { os: "linux", arch: "x64" },
          host: A,
          workspaceId: undefined,
          accountId: undefined,
          target: undefined,
        });
        assert.equal(target.hasRootPath, has);
      }));
  }

  it("reads a bundle behind a symbolic link as the CLI does: `../` starts where the link leads", () =>
    inCheckout(
      {
        "deep/b/databricks.yml": "include: ['../x.yml']",
        "deep/x.yml": `workspace: { host: '${O}' }`,
        "x.yml": "{}",
      },
      async (checkout) => {
        await symlink(path.join(checkout, "deep/b"), path.join(checkout, "link"));
        const error = await judged(checkout, { host: A, root: "link" });
        assert(error instanceof SecretlessError);
        assert.equal(error.code, "HOST_NOT_APPROVED");
        assert.equal(error.details.place?.file, "deep/x.yml");
      },
    ));
});
