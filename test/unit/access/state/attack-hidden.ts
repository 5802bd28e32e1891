import assert from "node:assert/strict";
import { ApiFailure } from "../../../../core/api/client.ts";
import { accessFileOf, DEPLOYER, principalOf, recordsOf, REGISTRAR } from "../setup.ts";
import type { Attack } from "./attack-list.ts";
import { bundle, FOLDER, moved, ONE, OURS, type World } from "./attack-world.ts";

/** Connections of registrar and deployer, which throw `failure` for paths that match. */
function failing({ fake }: World, path: RegExp, failure: ApiFailure): object {
  const [registrar, deployer] = [REGISTRAR, DEPLOYER].map((who) => {
    const api = fake.as(who, (request) => {
      if (path.test(request.path)) throw failure;
    });
    return { workspace: api, account: api };
  });
  return { registrar, deployer };
}
const until = (day: string): string => ONE.replace("purpose: read-hr", `purpose: read-hr, until: ${day}`);
/** A job of the stranger's own, which says that it were one of the deployment in that folder. */
const claiming = (statePath: string): Record<string, never> =>
  ({
    job_id: "666",
    settings: {
      name: "claim",
      run_as: { service_principal_name: principalOf(9) },
      deployment: { kind: "BUNDLE", metadata_file_path: `${statePath}/metadata.json` },
    },
  }) as never;

/** Sisters of ATTACKS: jobs, days and readings of the workspace that are not what they seem. */
export const HIDDEN: readonly Attack[] = [
  {
    attack: "the job is deleted and another created under the same key",
    answer: "done",
    after: [OURS],
    work: async ({ fake, run }) => {
      const [job] = fake.jobs;
      assert.ok(job);
      job["job_id"] = "99";
      const jobs = bundle.jobs.map((one) => (one.key === "load_a" ? { ...one, id: "99" } : one));
      const answer = await run(ONE, {}, moved({ jobs }));
      assert.deepEqual(
        recordsOf(fake, FOLDER).map(({ jobId }) => jobId),
        ["99"],
      );
      return answer;
    },
  },
  {
    attack: "a stranger's job claims to be of a deployment that is gone, to keep its access",
    answer: "done",
    after: [],
    work: ({ fake, run }) => {
      fake.jobs = fake.jobs.filter(({ job_id }) => job_id !== "11");
      fake.jobs.push(claiming("/state"));
      return run(undefined, {}, moved({ statePath: "/elsewhere", jobs: [] }));
    },
  },
  {
    attack: "the registrar cannot see the jobs of its other deployment, and takes it for gone",
    answer: "done",
    after: [OURS],
    work: (one) =>
      one.run(
        undefined,
        failing(one, /jobs\/get/, new ApiFailure(403, "PERMISSION_DENIED", "no View on job 11")),
        moved({ statePath: "/elsewhere", jobs: [] }),
      ),
  },
  {
    attack: "a last day that is over is given to a new entry",
    answer: "ACCESS_FILE_INVALID",
    after: [],
    work: async ({ run }) => {
      assert.equal(await run(until("2026-11-24")), "done");
      return run(
        accessFileOf([["load_a", "new", "hr"]]).replace("purpose: new", "purpose: new, until: 2026-11-24"),
      );
    },
  },
  {
    attack: "a day that does not exist, to be over never",
    answer: "ACCESS_FILE_INVALID",
    after: [OURS],
    work: ({ run }) => run(until("2027-02-30")),
  },
  {
    attack: "a stranger's grant stands on the second page of the credential's users",
    answer: "done",
    after: ["hr zz-stranger"],
    work: ({ fake, run }) => {
      fake.pageSize = 1;
      fake.grant("hr", "zz-stranger");
      return run(ONE);
    },
  },
  {
    attack: "a stranger holds the credential through a group that the principal is in, too",
    answer: "done",
    after: ["hr job-principals"],
    work: ({ fake, run }) => {
      fake.grant("hr", "job-principals");
      return run(ONE);
    },
  },
  {
    attack: "the API breaks in the middle of a proof: nothing is proven, and nothing is taken away",
    answer: "ACCESS_DENIED",
    after: [OURS],
    work: async (one) => {
      const down = new ApiFailure(503, "TEMPORARILY_UNAVAILABLE", "later");
      for (const path of [
        /rule-sets/,
        /token-management/,
        /permissions\/jobs/,
        /pipelines/,
        /federationPolicies/,
      ])
        assert.equal(await one.run(ONE, failing(one, path, down)), "ACCESS_DENIED", String(path));
      one.fake.addCredential("new");
      const more = accessFileOf([
        ["load_a", "read-hr", "hr"],
        ["load_a", "more", "new"],
      ]);
      return one.run(more, failing(one, /rule-sets/, down));
    },
  },
  {
    attack: "the registrar loses a right in the middle of a proof: unproven is no longer allowed",
    answer: "done",
    after: [],
    work: (one) =>
      one.run(ONE, failing(one, /rule-sets/, new ApiFailure(403, "PERMISSION_DENIED", "not a manager"))),
  },
  {
    attack: "the principal is deleted, and its name granted to somebody else",
    answer: "done",
    after: [],
    work: ({ fake, run }) => {
      fake.principals.delete(principalOf(1));
      return run(ONE);
    },
  },
  {
    attack: "two registrars at once",
    answer: "done",
    after: [OURS],
    work: async ({ fake, run }) => {
      assert.equal(await run(undefined), "done");
      const answers = await Promise.all([run(ONE), run(ONE), run(ONE)]);
      assert.equal(recordsOf(fake, FOLDER).length, 1);
      return [...new Set(answers)].join();
    },
  },
  {
    attack: "the deployer may read the records, and so write them",
    answer: "PERMISSION_DENIED",
    after: [OURS],
    work: async ({ fake, file, deployer }) => {
      fake.folderLevels.set(DEPLOYER, "CAN_READ");
      return deployer((api) =>
        api.call({
          method: "POST",
          path: "/api/2.0/workspace/delete",
          body: { path: file(), recursive: false },
        }),
      );
    },
  },
];
