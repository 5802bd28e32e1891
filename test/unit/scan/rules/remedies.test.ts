import assert from "node:assert/strict";
import { KINDS } from "../../../../core/access/kinds/index.ts";
import { RULES } from "../../../../core/scan/rules/index.ts";

/** Kinds of access as a remedy names them: the line of access.yml, `kind: <what>`, or the bare name. */
const NAMED = /\b((?:unity_catalog|entra|aws|vault)_[a-z]+)\b/g;

describe("remedies of the scan", () => {
  const named = RULES.flatMap(({ id, remedy }) =>
    [...remedy.matchAll(NAMED)].map(([, kind = ""]) => ({ id, kind })),
  );

  it("name only kinds of access that can be granted", () => {
    const known = KINDS.map(({ name }) => name);
    assert.deepEqual(
      named.filter(({ kind }) => !known.includes(kind)),
      [],
    );
  });

  it("name the line of access.yml that replaces a value, for passwords, keys of services and of clouds", () => {
    const lines = new Set(
      RULES.flatMap(({ remedy }) => remedy.match(/`(?:unity_catalog|entra)_[a-z]+: [^`]+`/g) ?? []),
    );
    assert.deepEqual([...lines].sort(), [
      "`entra_application: { client_id: <application ID> }`",
      "`unity_catalog_connection: <name>`",
      "`unity_catalog_credential: <name>`",
      "`unity_catalog_secret: <catalog>.<schema>.<secret>`",
    ]);
  });
});
