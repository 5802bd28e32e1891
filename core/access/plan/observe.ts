import type { BundleFacts } from "../bundle-facts.ts";
import { asDeployed } from "../scope/deployed-job.ts";
import { jobListing } from "../scope/job-listing.ts";
import type { ScopeProof } from "../scope/proof.ts";
import { matesOf, proveScopes, type ProofRequest } from "../scope/prove.ts";
import { openReader, type Reader } from "../scope/reading.ts";
import type { AccessRequest } from "./request.ts";

/** What the workspace says, by those who may read it. */
export interface Observer {
  /** After the deployment, the jobs that the files ask access for, and those in a group with one, are as they are there. */
  bundle(): Promise<BundleFacts>;
  proofs(
    subject: Pick<ProofRequest, "bundle" | "needs" | "coming" | "leaving">,
  ): Promise<ReadonlyMap<string, ScopeProof>>;
}

/** @param registrarLater whether what cannot be read now the registrar reads after the deployment */
export function observer(request: AccessRequest, registrarLater: boolean): Observer {
  const { files, deployed, deployerId, accountId, registrar, deployer } = request;
  const policy = files.policy?.policy;
  const listing = jobListing();
  let opened: Promise<readonly Reader[]> | undefined;
  // The registrar reads first: what it registers, it has seen itself.
  const readers = (): Promise<readonly Reader[]> =>
    (opened ??= Promise.all(
      [registrar, deployer].filter((connection) => connection !== undefined).map(openReader),
    ));
  return {
    async bundle() {
      const { bundle } = request;
      const keys = files.entries
        .filter((entry) => entry.targets?.includes(bundle.target) !== false)
        .map((entry) => entry.job.value);
      if (!deployed || keys.length === 0) return bundle;
      const mates = keys.flatMap((key) => matesOf(key, bundle, policy).map((mate) => mate.key));
      const eyes = { readers: await readers(), later: undefined };
      return asDeployed(eyes, bundle, new Set([...keys, ...mates]), listing);
    },
    async proofs(subject) {
      if (subject.needs.size === 0) return new Map();
      const about = { ...subject, listing, deployer: deployerId, accountId, policy };
      const eyes = { readers: await readers() };
      if (deployed)
        return proveScopes<"after">({ ...about, before: undefined, eyes: { ...eyes, later: undefined } });
      const later = registrarLater ? "before" : undefined;
      return proveScopes<"before">({ ...about, before: "before", eyes: { ...eyes, later } });
    },
  };
}
