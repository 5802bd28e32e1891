import assert from "node:assert/strict";
import { accessName } from "../../../../core/access/bundle-facts.ts";
import { recordName, renderRecord } from "../../../../core/access/state/record.ts";
import { deleteWorkspaceFile, writeWorkspaceFile } from "../../../../core/api/workspace-files.ts";
import { apisOf, DEPLOYER, OWNER, principalOf, recordsOf, REGISTRAR, rewriteRecords } from "../setup.ts";
import { bundle, FOLDER, moved, ONE, OTHER, OURS, recordOf, setPath, type World } from "./attack-world.ts";

/** An attack, what the run that meets it answers, and what is granted after it. */
export interface Attack {
  readonly attack: string;
  readonly answer: string;
  /** Beside the victim's grant, which must always stand. */
  readonly after: readonly string[];
  readonly work: (world: World) => Promise<string>;
}

export const ATTACKS: readonly Attack[] = [
  {
    attack: "the bundle's code forges a record",
    answer: "PERMISSION_DENIED",
    after: [OURS],
    work: ({ deployer }) =>
      deployer((api) =>
        writeWorkspaceFile(api, `${FOLDER}/${recordName(recordOf()).file}`, renderRecord(recordOf()), true),
      ),
  },
  {
    attack: "the bundle's code deletes a record, so that access stays",
    answer: "PERMISSION_DENIED",
    after: [OURS],
    work: ({ deployer, file }) => deployer((api) => deleteWorkspaceFile(api, file())),
  },
  {
    attack: "the bundle's code forges the state of an earlier version, to have another's grant withdrawn",
    answer: "done",
    after: [],
    work: async ({ fake, run }) => {
      const name = accessName({ workspaceId: "111", name: "lake", target: "prod" }, "gone", "p");
      const object = { credential: "orders", principal: "somebody-else" };
      fake.grant("orders", "somebody-else");
      const record = {
        name,
        job: "gone",
        purpose: "p",
        kind: "unity_catalog_credential",
        object,
        phase: "granted",
      };
      fake.files.set("/state/access.json", JSON.stringify({ version: 1, serial: 1, records: [record] }));
      const answer = await run(undefined);
      assert.ok(fake.accessList().includes("orders somebody-else"));
      assert.ok(!fake.files.has("/state/access.json"), "read once, then removed");
      fake.grants.get("orders")?.delete("somebody-else");
      return answer;
    },
  },
  {
    attack: "a record is changed where it lies: another principal",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      fake.files.set(file(), (fake.files.get(file()) ?? "").replace(principalOf(1), principalOf(2)));
      return run(undefined);
    },
  },
  {
    attack: "a record is changed where it lies: another credential",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      fake.files.set(file(), (fake.files.get(file()) ?? "").replace('"hr"', '"orders"'));
      return run(undefined);
    },
  },
  {
    attack: "a record is cut off",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      fake.files.set(file(), (fake.files.get(file()) ?? "").slice(0, 100));
      return run(undefined);
    },
  },
  {
    attack: "a record is copied to the name of another object",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ fake, file, run }) => {
      fake.files.set(`${FOLDER}/${recordName(recordOf()).file}`, fake.files.get(file()) ?? "");
      return run(undefined);
    },
  },
  {
    attack: "a record has an entry whose name is not that of its job and purpose",
    answer: "ACCESS_STATE_FORGED",
    after: [OURS],
    work: ({ put, run }) => {
      put(recordOf({}, { name: "dbxt-000000000000" }));
      return run(ONE);
    },
  },
  {
    attack: "a file that is no record lies among the records",
    answer: "ACCESS_STATE_UNREADABLE",
    after: [OURS],
    work: ({ fake, run }) => {
      fake.files.set(`${FOLDER}/readme.txt`, "hello");
      return run(ONE);
    },
  },
  {
    attack: "the folder of the records is made writable for the deployer",
    answer: "ACCESS_STATE_WRITABLE",
    after: [OURS],
    work: ({ fake, run }) => {
      fake.folderLevels.set(DEPLOYER, "CAN_EDIT");
      return run(undefined);
    },
  },
  {
    attack: "the folder of the records is made writable for everybody",
    answer: "ACCESS_STATE_WRITABLE",
    after: [OURS],
    work: ({ fake, run }) => {
      fake.folderLevels.set("users", "CAN_MANAGE");
      return run(undefined);
    },
  },
  {
    attack: "another repository with the same deployer withdraws the victim's access",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(ONE, { owner: OTHER }),
  },
  {
    attack: "another repository with the same bundle, target and folder destroys it",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, { owner: OTHER }, bundle, "withdraw"),
  },
  {
    attack: "the same repository in another environment takes the access over",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(ONE, { owner: { ...OWNER, context: "environment:dev" } }),
  },
  {
    attack: "a pull request of the same repository, without an environment, withdraws it",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, { owner: { ...OWNER, context: "subject:repo:o/r:pull_request" } }),
  },
  {
    attack: "another issuer says that it is the same repository and environment",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(undefined, { owner: { ...OWNER, issuer: "https://token.example.com" } }),
  },
  {
    attack: "two targets of one bundle: the second withdraws what the first has",
    answer: "done",
    after: [OURS],
    work: ({ run }) => run(undefined, {}, moved({ target: "dev", statePath: "/dev-state" })),
  },
  {
    attack: "two targets of one bundle: the second takes the first's principal",
    answer: "ACCESS_STATE_FOREIGN",
    after: [OURS],
    work: ({ run }) => run(ONE, {}, moved({ target: "dev", statePath: "/dev-state" })),
  },
  {
    attack: "the bundle is renamed, to keep its access",
    answer: "done",
    after: [],
    work: ({ run }) => run(undefined, {}, moved({ name: "pond" })),
  },
  {
    attack: "the bundle's state is moved and the old jobs are gone, to keep its access",
    answer: "done",
    after: [],
    work: ({ fake, run }) => {
      for (const job of fake.jobs) setPath(job, "/elsewhere");
      return run(undefined, {}, moved({ statePath: "/elsewhere" }));
    },
  },
  {
    attack: "a record of another pipeline whose deployment is gone stands in the way",
    answer: "ACCESS_STATE_ORPHANED",
    after: [OURS],
    work: ({ put, run }) => {
      const deployment = { workspaceId: "111", statePath: "/long-gone" };
      put(recordOf({ owner: OTHER, deployment, object: { credential: "hr", principal: principalOf(1) } }));
      return run(ONE);
    },
  },
  {
    attack: "an old record is put back after a withdrawal, to have a later grant of others withdrawn",
    answer: "PERMISSION_DENIED",
    after: [OURS],
    work: async ({ fake, file, run, deployer }) => {
      const [name, text] = [file(), fake.files.get(file()) ?? ""];
      assert.equal(await run(undefined), "done");
      fake.grant("hr", principalOf(1));
      return deployer((api) => writeWorkspaceFile(api, name, text, true));
    },
  },
  {
    attack: "a group as the principal of a job",
    answer: "done",
    after: [],
    work: ({ run }) =>
      run(
        ONE,
        {},
        {
          ...bundle,
          jobs: bundle.jobs.map((job) => ({ ...job, runAs: { kind: "group", name: "account users" } })),
        },
      ),
  },
  {
    attack: "a record of another job of the same bundle is taken for this one's",
    answer: "done",
    after: [OURS],
    work: async ({ fake, run }) => {
      rewriteRecords(fake, (record) => ({
        ...record,
        entries: record.entries.map((entry) => ({ ...entry, jobId: "12" })),
      }));
      const answer = await run(ONE);
      assert.deepEqual(
        recordsOf(fake, FOLDER).map(({ job, jobId }) => [job, jobId]),
        [["load_a", "11"]],
      );
      return answer;
    },
  },
  {
    attack: "between proof and grant another pipeline records the same object",
    answer: "ACCESS_STATE_FOREIGN",
    after: [],
    work: async ({ fake, put, run }) => {
      assert.equal(await run(undefined), "done");
      const object = { credential: "hr", principal: principalOf(1) };
      const registrar = fake.as(REGISTRAR, ({ body }) => {
        // The lock is being taken: what was read before it does not count.
        if (JSON.stringify(body ?? "").includes("access.lock")) put(recordOf({ owner: OTHER, object }));
      });
      return run(ONE, { registrar: apisOf(fake, registrar) });
    },
  },
];
