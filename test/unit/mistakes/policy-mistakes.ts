import type { MistakeRow } from "./reader.ts";

export const POLICY_MISTAKES: readonly MistakeRow[] = [
  {
    what: "an effect that there is not",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: { "policy.yml": "version: 1\nrules:\n  - { name: r, effect: permit }\n" },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:24",
    problem: 'Expected "allow" or "deny", found "permit".',
    wanted: '"allow" or "deny"',
    found: '"permit"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "a time that is none",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: {
        "policy.yml":
          'version: 1\nrules:\n  - { name: r, effect: allow, when: { time: { from: "6am", to: "20:00", zone: UTC } } }\n',
      },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:53",
    problem: 'Expected a time of day in quotes, such as "06:00", found "6am".',
    wanted: 'a time of day in quotes, such as "06:00"',
    found: '"6am"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "a time zone that is none",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: {
        "policy.yml":
          'version: 1\nrules:\n  - { name: r, effect: allow, when: { time: { from: "06:00", to: "20:00", zone: Berlin } } }\n',
      },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:81",
    problem: 'Expected an IANA time zone such as Europe/Berlin, found "Berlin".',
    wanted: "an IANA time zone such as Europe/Berlin",
    found: '"Berlin"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "a network that is none",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: {
        "policy.yml": "version: 1\nrules:\n  - { name: r, effect: allow, when: { network: [10.0.0.0] } }\n",
      },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:49",
    problem: 'Expected a network in CIDR notation, such as 10.0.0.0/8, found "10.0.0.0".',
    wanted: "a network in CIDR notation, such as 10.0.0.0/8",
    found: '"10.0.0.0"',
    remedy: "Write there what is wanted.",
  },
  {
    what: "two rules of one name",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: {
        "policy.yml": "version: 1\nrules:\n  - { name: r, effect: allow }\n  - { name: r, effect: allow }\n",
      },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:4:13",
    problem: 'Two rules are called "r".',
    wanted: "each name once",
    found: "r",
    remedy: "Give each rule its own name.",
  },
  {
    what: "a rule that another denies",
    written: {
      inputs: { "policy-file": "policy.yml" },
      files: {
        "policy.yml":
          "version: 1\nrules:\n  - { name: r, effect: allow }\n  - { name: none, effect: deny }\n",
      },
    },
    code: "POLICY_FILE_INVALID",
    place: "policy.yml:3:13",
    problem: 'Rule "r" can never match: rule "none" denies all that it allows.',
    wanted: "a rule that can allow something",
    found: 'a deny rule ("none") that covers it',
    remedy: "Narrow the deny rule, or take one of the two out.",
  },
  {
    what: "a policy file that is not there",
    written: { inputs: { "policy-file": "policy.yml" } },
    code: "POLICY_FILE_INVALID",
    place: "",
    problem: "There is no file policy.yml (input `policy-file`).",
    wanted: "the path of a regular file, relative to the checkout or absolute",
    found: "no file",
    remedy: "Correct `policy-file`, and check that the step has a checkout with the file.",
  },
  {
    what: "exceptions without a version",
    written: { exceptions: "exceptions: []\n" },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:1:1",
    problem: ".secretless-ignore.yml needs `version: 1` and a list `exceptions`",
    wanted: "`version: 1`, `exceptions:` with a list",
    found: "exceptions",
    remedy: "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).",
  },
  {
    what: "a rule that there is not",
    written: {
      exceptions:
        "version: 1\nexceptions:\n  - { rule: named-tokn, path: a.py, fingerprint: 1e234567890a, reason: r, expires: 2027-01-01 }\n",
    },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:13",
    problem: "There is no rule named-tokn",
    wanted: "the rule of a finding",
    found: "named-tokn",
    remedy: "Did you mean `named-token`? Copy the rule and the fingerprint from the finding.",
  },
  {
    what: "an exception until a day that is none",
    written: {
      exceptions:
        "version: 1\nexceptions:\n  - { rule: named-token, path: a.py, fingerprint: 1e234567890a, reason: r, expires: 2027-02-30 }\n",
    },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:85",
    problem: "2027-02-30 is no day of the form YYYY-MM-DD",
    wanted: "a day of the calendar, such as 2027-03-31",
    found: "2027-02-30",
    remedy: "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).",
  },
  {
    what: "an exception that is over",
    written: {
      exceptions:
        "version: 1\nexceptions:\n  - { rule: named-token, path: a.py, fingerprint: 1e234567890a, reason: r, expires: 2026-01-01 }\n",
    },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:85",
    problem: "The exception for named-token in a.py expired on 2026-01-01",
    wanted: "a day from 2026-11-25 on",
    found: "2026-01-01",
    remedy: "Take the exception out, or look at the value again and give it a new date.",
  },
  {
    what: "an exception without a reason",
    written: {
      exceptions:
        "version: 1\nexceptions:\n  - { rule: named-token, path: a.py, fingerprint: 1e234567890a, expires: 2027-01-01 }\n",
    },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:5",
    problem: "The exception has no reason",
    wanted: "`reason`",
    found: "nothing",
    remedy: "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).",
  },
  {
    what: "an exception with another key",
    written: {
      exceptions:
        "version: 1\nexceptions:\n  - { rule: named-token, file: a.py, path: a.py, fingerprint: 1e234567890a, reason: r, expires: 2027-01-01 }\n",
    },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:26",
    problem: "The exception has an unknown key file",
    wanted: "rule, path, fingerprint, reason, expires",
    found: "file",
    remedy: "Correct the key, or take it out.",
  },
  {
    what: "an exception that is a text",
    written: { exceptions: "version: 1\nexceptions:\n  - named-token\n" },
    code: "EXCEPTIONS_INVALID",
    place: ".secretless-ignore.yml:3:5",
    problem: "An exception must be a mapping",
    wanted: "rule, path, fingerprint, reason, expires",
    found: "named-token",
    remedy: "Each exception names rule, path, fingerprint, reason and expires (YYYY-MM-DD).",
  },
];
