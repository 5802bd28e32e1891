import assert from "node:assert/strict";
import { renderRecord, recordName } from "../../../../core/access/state/record.ts";
import { accessFileOf, OWNER, principalOf, recordsOf } from "../setup.ts";
import type { Attack } from "./attack-list.ts";
import { FOLDER, moved, ONE, OTHER, OURS, recordOf } from "./attack-world.ts";

const MINE = { credential: "hr", principal: principalOf(1) };
const as = (over: object): object => ({ owner: { ...OWNER, ...over } });
/** Sisters of ATTACKS: names, identities and records that look alike. */
export const LOOK_ALIKES: readonly Attack[] = [
  {
    attack: "one credential in two spellings is declared twice, to keep one of the two grants",
    answer: "done",
    after: [],
    work: async ({ fake, run }) => {
      const two = accessFileOf([
        ["load_a", "read-hr", "hr"],
        ["load_a", "again", "HR"],
      ]);
      assert.equal(await run(two), "done");
      assert.equal(new Set(recordsOf(fake, FOLDER).map(({ file }) => file)).size, 1);
      assert.equal(await run(accessFileOf([["load_a", "again", "Hr"]])), "done");
      assert.ok(fake.accessList().includes(OURS), "the other entry needs it");
      return run(undefined);
    },
  },
  {
    attack: "a record spells the credential otherwise, so that the grant has two",
    answer: "done",
    after: [],
    work: async ({ put, run }) => {
      put(
        recordOf(
          { object: { ...MINE, credential: "HR" } },
          { job: "load_a", jobId: "11", purpose: "read-hr" },
        ),
      );
      return run(undefined);
    },
  },
  {
    attack: "another pipeline declares the same credential in another letter case",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) =>
      run(accessFileOf([["load_a", "read-hr", "HR"]]), { owner: OTHER }, moved({ statePath: "/theirs" })),
  },
  {
    attack: "a fork with the same names and environment, and its own repository id",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, as({ repositoryId: "4712" })),
  },
  {
    attack: "a repository id that only begins alike",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, as({ repositoryId: "47110" })),
  },
  {
    attack: "another CI with the same repository id and environment",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, as({ issuer: "https://vstoken.dev.azure.com/4711" })),
  },
  {
    attack: "the parts of the identity are moved from one field to the next",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) =>
      run(undefined, as({ issuer: `${OWNER.issuer}","4711`, repositoryId: "", context: "environment:prod" })),
  },
  {
    attack: "an environment that is named like a subject",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, as({ context: "environment:subject:repo:o/r:environment:prod" })),
  },
  {
    attack: "an environment whose name differs in letter case, in a letter that looks alike, in a space",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: async ({ run }) => {
      for (const name of ["PROD", "рrod", "prod ", 'prod"\n::error::x', "prod\u0000"])
        assert.equal(
          await run(undefined, as({ context: `environment:${name}` })),
          "ACCESS_STATE_FOREIGN",
          name,
        );
      return run(ONE, as({ context: "environment:prod\u200b" }));
    },
  },
  {
    attack: "a record is copied to another target of the same bundle",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ fake, file, run }) => {
      const name = recordName(
        recordOf({ object: MINE, deployment: { workspaceId: "111", statePath: "/dev" } }),
      ).file;
      fake.files.set(`${FOLDER}/${name}`, fake.files.get(file()) ?? "");
      return run(undefined, {}, moved({ target: "dev", statePath: "/dev" }));
    },
  },
  {
    attack: "a well-formed record of another workspace is brought along",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ put, run }) => {
      put(recordOf({ deployment: { workspaceId: "222", statePath: "/state" } }));
      return run(undefined);
    },
  },
  {
    attack: "a record says a member twice, of which its name knows the last",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      const text = fake.files.get(file()) ?? "";
      fake.files.set(file(), text.replace('"kind":', '"kind": "aws_role",\n "kind":'));
      return run(undefined);
    },
  },
  {
    attack: "a record is blown up to megabytes",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      fake.files.set(file(), `${fake.files.get(file()) ?? ""}${" ".repeat(4_000_000)}`);
      return run(undefined);
    },
  },
  {
    attack: "a folder or a link has the name of a record",
    answer: "ACCESS_STATE_UNREADABLE",
    after: [OURS],
    work: ({ fake, put, run }) => {
      put(recordOf());
      fake.objectTypes.set(`${FOLDER}/${recordName(recordOf()).file}`, "DIRECTORY");
      return run(undefined);
    },
  },
  {
    attack: "a file beside the lock has a name that begins like it",
    answer: "ACCESS_STATE_UNREADABLE",
    after: [OURS],
    work: ({ fake, run }) => {
      fake.files.set(`${FOLDER}/access.lock-or-record.json`, renderRecord(recordOf()));
      return run(undefined);
    },
  },
];
