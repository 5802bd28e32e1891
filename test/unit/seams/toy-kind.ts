import { placed, text, type Placed } from "../../../core/base/yaml/shape.ts";
import type { AccessKind, TrustObject } from "../../../core/access/kinds/kind.ts";

/** A kind of access that lives in a set: keys on a board. */
export function keyBoard(board: Set<string>): AccessKind {
  const key = (object: TrustObject): string => `${object["key"] ?? ""} ${object["principal"] ?? ""}`;
  return {
    name: "board_key",
    provider: "vault",
    needsProvider: true,
    connect: ({ workspace }) => workspace,
    grant: () => undefined,
    spec: placed(text()),
    presents: false,
    marked: false,
    revocation: { lag: "none", hardStop: "take the board down" },
    object: (spec, { principal, resolve }) => {
      const found = resolve(spec as Placed<string>);
      return found === undefined ? undefined : { key: found, principal };
    },
    manifest: (object) => ({ kind: "unity_catalog_connection", connection: object["key"] ?? "" }),
    resource: (object) => object["key"] ?? "",
    describe: (object) => `key ${object["key"] ?? ""} for ${object["principal"] ?? ""}`,
    undoCommand: () => "take it off",
    batch: key,
    read: () =>
      Promise.resolve({
        plan: (object) => ({ state: board.has(key(object)) ? "present" : "absent" }),
        notes: () => [],
        granted: () => [],
      }),
    apply: (objects) => {
      for (const object of objects) board.add(key(object));
      return Promise.resolve();
    },
    withdraw: (objects) => {
      for (const object of objects) board.delete(key(object));
      return Promise.resolve();
    },
  };
}
