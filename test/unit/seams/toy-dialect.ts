import { claimsByName, type Dialect } from "../../../core/ci/dialect.ts";

/** A CI that no shell speaks. */
export const SHIPYARD: Dialect = {
  name: "shipyard",
  title: "Shipyard",
  choosesAudience: false,
  connections: false,
  inputLabel: (name) => name.replaceAll("-", "_").toUpperCase(),
  pipelineClaims: (payload) => claimsByName(payload, { repository: "yard", event: "cause" }),
  isOwnIssuer: (issuer, issuers) => issuers.includes(issuer),
  untrustedRun: () => undefined,
  untrustedToken: ({ event }) =>
    event === "stranger" ? { event, remedy: "Wait for the harbour master." } : undefined,
  tracking: "TOY_TRACKING",
  expressions: [],
  whyEmpty: "",
  credentials: [[/^YARD_/, "a key of the yard"]],
  facts: /^TOY_RUN$/,
  logMarkers: [[/@@(?=yard)/g, "@ @"]],
  readable: (subject) => subject.replace(":", " : "),
  isOpenToAnybody: () => false,
  advise: () => Promise.resolve(undefined),
  ownAudiences: [],
  entraNotes: { issuer: "", signature: "" },
  explain: ({ field }) => Promise.resolve({ detail: "!", remedy: `Ask the yard about the ${field}:` }),
};
