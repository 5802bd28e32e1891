import { KINDS } from "../../../core/access/kinds/index.ts";
import type { MistakeRow } from "./reader.ts";

const NAMES = KINDS.map(({ name }) => name).join(", ");

export const ACCESS_MISTAKES: readonly MistakeRow[] = [
  {
    what: "an access file of another version",
    written: { files: { "access.yml": "version: 2\njobs: {}\n" } },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:1:10",
    problem: "Expected 1, found 2.",
    wanted: "1",
    found: "2",
    remedy: "Write there what is wanted.",
  },
  {
    what: "an access file without jobs",
    written: { files: { "access.yml": "version: 1\n" } },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:1:1",
    problem: 'Missing key "jobs".',
    wanted: "jobs",
    found: "version",
    remedy: 'Add the key "jobs".',
  },
  {
    what: "a key of access.yml that is misspelt",
    written: { files: { "access.yml": "version: 1\njob: {}\n" } },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:2:1",
    problem: 'Unknown key "job".',
    wanted: "version, jobs",
    found: '"job"',
    remedy: "Did you mean `jobs`? Correct the key, or take it out.",
    more: ['Missing key "jobs".'],
  },
  {
    what: "a target of access.yml that the bundle has not",
    written: {
      files: {
        "access.yml":
          "version: 1\njobs:\n  a:\n    - { purpose: p, targets: [production], unity_catalog_credential: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:31",
    problem: "The bundle has no target `production`.",
    wanted: "dev, prod",
    found: "production",
    remedy: "Did you mean `prod`? Correct the name, or add the target to the bundle.",
  },
  {
    what: "a day that no calendar has",
    written: {
      files: {
        "access.yml":
          "version: 1\njobs:\n  a:\n    - { purpose: p, until: 2027-02-30, unity_catalog_credential: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:28",
    problem: 'Expected a day that the calendar has, found "2027-02-30".',
    wanted: "a day that the calendar has",
    found: '"2027-02-30"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "a day in another form",
    written: {
      files: {
        "access.yml":
          "version: 1\njobs:\n  a:\n    - { purpose: p, until: 31.12.2027, unity_catalog_credential: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:28",
    problem: 'Expected a date such as 2027-03-31, found "31.12.2027".',
    wanted: "a date such as 2027-03-31",
    found: '"31.12.2027"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "an entry without a kind",
    written: { files: { "access.yml": "version: 1\njobs:\n  a:\n    - { purpose: p }\n" } },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:7",
    problem: "An entry names exactly one kind of access.",
    wanted: `exactly one of ${NAMES}`,
    found: "none of them",
    remedy: "Keep one kind in the entry, and write a further entry for each other one.",
  },
  {
    what: "a purpose with capitals",
    written: {
      files: {
        "access.yml": "version: 1\njobs:\n  a:\n    - { purpose: Read HR, unity_catalog_credential: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:18",
    problem: 'Expected a name of small letters, digits and hyphens, at most 63, found "Read HR".',
    wanted: "a name of small letters, digits and hyphens, at most 63",
    found: '"Read HR"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "a kind that is misspelt",
    written: {
      files: {
        "access.yml": "version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credentials: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:21",
    problem: 'Unknown key "unity_catalog_credentials".',
    wanted: `purpose, targets, until, present, ${NAMES}`,
    found: '"unity_catalog_credentials"',
    remedy: "Did you mean `unity_catalog_credential`? Correct the key, or take it out.",
    more: ["An entry names exactly one kind of access."],
  },
  {
    what: "a reference to an environment variable",
    written: {
      files: {
        "access.yml":
          'version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credential: "${env.HR}" }\n',
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:4:47",
    problem: '"${env.HR}" cannot be used here.',
    wanted: "${bundle.…}, ${var.…} or ${workspace.…}",
    found: "${env.HR}",
    remedy: "Use a variable of the bundle, or write the value out.",
  },
  {
    what: "a purpose twice",
    written: {
      files: {
        "access.yml":
          "version: 1\njobs:\n  a:\n    - { purpose: p, unity_catalog_credential: hr }\n    - { purpose: p, unity_catalog_credential: hr }\n",
      },
    },
    code: "ACCESS_FILE_INVALID",
    place: "access.yml:5:18",
    problem: 'The purpose "p" stands twice in job "a".',
    wanted: "each purpose once in a job",
    found: "p",
    remedy: "Give each entry of a job its own purpose.",
  },
  {
    what: "an access file that is not there",
    written: { inputs: { "access-file": "acces.yml" } },
    code: "ACCESS_FILE_INVALID",
    place: "",
    problem: "There is no file acces.yml (input `access-file`).",
    wanted: "the path of a regular file, relative to the checkout or absolute",
    found: "no file",
    remedy: "Correct `access-file`, and check that the step has a checkout with the file.",
  },
  {
    what: "a branch in place of a ref",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: { "policy.yml": "version: 1\nrules:\n  - { name: r, effect: allow, when: { ref: main } }\n" },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:44",
    problem: 'Expected a whole ref, such as refs/heads/main or refs/tags/v*, found "main".',
    wanted: "a whole ref, such as refs/heads/main or refs/tags/v*",
    found: '"main"',
    remedy:
      "The claim `ref` of a run holds the whole name: for a branch write `refs/heads/main`, for a tag `refs/tags/main`.",
  },
  {
    what: "a condition that there is not",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: { "policy.yml": "version: 1\nrules:\n  - { name: r, effect: allow, when: { branch: main } }\n" },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:39",
    problem: 'Unknown key "branch".',
    wanted:
      "repository, ref, environment, pipeline, actor, event, issuer, properties, commit, scope, time, network",
    found: '"branch"',
    remedy: "Correct the key, or take it out.",
  },
];
