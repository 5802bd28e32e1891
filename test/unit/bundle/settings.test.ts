import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { readBundleSettings, type BundleSettings } from "../../../core/bundle/settings.ts";
import { resolveReferences } from "../../../core/access/files/references.ts";
import { inCheckout } from "./checkouts.ts";

type Files = Readonly<Record<string, string>>;

function read(
  files: Files | string,
  over: { target?: string; variables?: Readonly<Record<string, string>> } = {},
): Promise<BundleSettings | SecretlessError> {
  const all = typeof files === "string" ? { "databricks.yml": files } : files;
  return inCheckout(all, async (checkout) => {
    try {
      return await readBundleSettings({
        ...{ root: checkout, checkout, platform: { os: "linux", arch: "x64" } },
        asked: over.target,
        variables: over.variables ?? {},
      });
    } catch (error) {
      assert.ok(error instanceof SecretlessError, String(error));
      return error;
    }
  });
}

async function settings(...args: Parameters<typeof read>): Promise<BundleSettings> {
  const found = await read(...args);
  assert.ok(!(found instanceof SecretlessError), "it was refused");
  return found;
}

async function problems(...args: Parameters<typeof read>): Promise<string> {
  const found = await read(...args);
  assert.ok(found instanceof SecretlessError, "nothing was refused");
  assert.equal(found.code, "BUNDLE_INVALID");
  return [found.details, ...found.mistakes]
    .map(({ problem, remedy = "" }) => `${problem} ${remedy}`)
    .join("\n");
}

const BUNDLE = `bundle: { name: lake }
variables:
  team: { default: data }
  nested: { default: "x-\${var.team}" }
  looked_up: { lookup: { cluster: c } }
  given: { description: no default }
  complex: { type: complex, default: { a: 1 } }
  loop: { default: "\${var.loop}" }
targets:
  dev:
    default: true
    workspace: { root_path: "/Workspace/Shared/\${var.nested}/\${bundle.name}/\${bundle.target}" }
    variables: { team: dev-team }
  prod:
    workspace:
      root_path: /Shared/prod
      state_path: "\${workspace.root_path}/the-state"
    variables: { team: { default: prod-team } }
`;

describe("a bundle's settings, by its files alone", () => {
  it("has name, target and folders as the CLI completes them", async () => {
    const dev = await settings(BUNDLE);
    assert.deepEqual(
      [dev.name, dev.target, dev.statePath, dev.filePath],
      [
        "lake",
        "dev",
        "/Workspace/Shared/x-dev-team/lake/dev/state",
        "/Workspace/Shared/x-dev-team/lake/dev/files",
      ],
    );
    const prod = await settings(BUNDLE, { target: "prod" });
    assert.deepEqual(
      [prod.statePath, prod.filePath],
      ["/Workspace/Shared/prod/the-state", "/Workspace/Shared/prod/files"],
    );
  });

  it("has one spelling of a folder, as the CLI joins to it", async () => {
    for (const root of ["/Workspace/Shared/lake/", "/Shared//lake", "/Workspace/Shared/x/../lake/."]) {
      const { statePath, filePath } = await settings(
        `bundle: { name: lake }\ntargets: { dev: { workspace: { root_path: "${root}" } } }\n`,
      );
      assert.deepEqual(
        [statePath, filePath],
        ["/Workspace/Shared/lake/state", "/Workspace/Shared/lake/files"],
      );
    }
  });

  it("takes variables from the input, the target, the top, in this order, and gives only literal ones", async () => {
    const value = async (
      name: string,
      over: Parameters<typeof read>[1] = {},
    ): Promise<string | undefined> => {
      const { config } = await settings(BUNDLE, over);
      const source = { value: `\${var.${name}}`, place: { file: "access.yml" } };
      return resolveReferences(source, config, () => undefined);
    };
    assert.equal(await value("team"), "dev-team");
    assert.equal(await value("team", { target: "prod" }), "prod-team");
    assert.equal(await value("nested", { target: "prod" }), "x-prod-team");
    assert.equal(await value("team", { variables: { team: "mine" } }), "mine");
    for (const name of ["looked_up", "given", "complex", "loop", "unknown"])
      assert.equal(await value(name), undefined, name);
  });

  it("reads what is included, the last one counting", async () => {
    const files = {
      "databricks.yml": "bundle: { name: a }\ninclude: [more.yml]\nworkspace: { root_path: /Workspace/a }\n",
      "more.yml": "workspace: { root_path: /Workspace/b }\n",
    };
    assert.equal((await settings(files)).statePath, "/Workspace/b/state");
  });

  for (const [what, text, wanted] of [
    ["no root path", "bundle: { name: a }\n", /sets no `workspace.root_path`/],
    ["a home", "bundle: { name: a }\nworkspace: { root_path: ~/x }\n", /not an absolute path.*home folder/],
    [
      "a reference to the user",
      'bundle: { name: a }\nworkspace: { root_path: "/Workspace/Users/${workspace.current_user.userName}/x" }\n',
      /only the Databricks CLI can resolve/,
    ],
    [
      "a reference to a resource",
      'bundle: { name: a }\nworkspace: { root_path: "/Workspace/${resources.jobs.x.id}" }\n',
      /only the Databricks CLI can resolve/,
    ],
    ["no name", "workspace: { root_path: /Workspace/a }\n", /no `bundle.name`/],
    [
      "a name that is a list",
      "bundle: { name: [a] }\nworkspace: { root_path: /Workspace/a }\n",
      /not a text/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.match(await problems(text), wanted);
    });
  }

  it("refuses values that only the CLI reads", async () => {
    const files = {
      "databricks.yml": BUNDLE,
      ".databricks/bundle/dev/variable-overrides.json": '{"team":"x"}',
    };
    assert.match(await problems(files), /variable-overrides\.json.*the input `variables`/s);
    assert.equal((await settings(files, { target: "prod" })).name, "lake");
  });
});
