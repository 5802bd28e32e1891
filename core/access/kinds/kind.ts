import type { Mistake } from "../../base/errors.ts";
import type { Clock } from "../../base/ports.ts";
import type { DatabricksApi } from "../../api/client.ts";
import type { ManifestGrant } from "../manifest.ts";
import type { Placed, Shape } from "../../base/yaml/shape.ts";
import type { Securable } from "./securable.ts";

/**
 * The exact trust as the remote side knows it: flat, all texts, nothing secret. It is what the plan prints, what the
 * state file records and what two entries are compared by.
 */
export type TrustObject = Readonly<Record<string, string>>;

/** What a kind may use to turn an entry into a {@link TrustObject}. */
export interface ObjectContext {
  /** Application ID of the job's run-as service principal. */
  readonly principal: string;
  /** Deterministic name of the entry, the mark of ownership where there is a place for it. */
  readonly name: string;
  /** Replaces `${…}`; undefined after the mistake has been reported. */
  readonly resolve: (source: Placed<string>) => string | undefined;
  readonly report: (mistake: Mistake) => void;
  /** What the target sees, resolved; undefined for a kind that presents nothing. */
  readonly present?: { readonly credential: string; readonly audience: string };
  /** Where Entra ID's objects are, if policy and run say it. */
  readonly entra?: EntraPlace | undefined;
}

/** A tenant of Entra ID. */
export interface EntraPlace {
  readonly tenantId: string;
  /** Origin of its sign-in, without a slash at the end. */
  readonly authority: string;
}

/** Entra ID as its registrar: Microsoft Graph and Azure Resource Manager, which speak as Databricks' APIs do. */
export interface EntraApis {
  readonly graph: DatabricksApi;
  readonly arm: DatabricksApi;
  readonly authority: string;
}

/** What the remote side says about one object. */
export type RemoteState =
  | { readonly state: "absent" }
  | { readonly state: "present" }
  /** Ours by its mark, but not as declared. */
  | { readonly state: "differs"; readonly differences: readonly string[] }
  /** In the way, and without our mark. */
  | { readonly state: "foreign"; readonly shown: string }
  /** Cannot be granted at all, whoever asks. */
  | { readonly state: "impossible"; readonly mistake: Mistake }
  /** This caller may not read it. */
  | { readonly state: "unreadable"; readonly missingRight: string };

/** One identity's connections. */
export interface Apis {
  readonly workspace: DatabricksApi;
  readonly account: DatabricksApi | undefined;
  /** Set for whoever registers in Entra ID. */
  readonly entra?: EntraApis | undefined;
  /** Another workspace of the account, by its deployment name; undefined where that makes no address. */
  readonly elsewhere: ((deploymentName: string) => DatabricksApi | undefined) | undefined;
}

export interface KindPorts {
  /** What {@link AccessKind.connect} gave. */
  readonly databricks: DatabricksApi;
  /** undefined in a plan: its registrar has no token yet. */
  readonly entra?: EntraApis | undefined;
  readonly clock: Clock;
  readonly workspaceId: string;
  readonly signal?: AbortSignal;
}

/** One consistent reading of all objects of a kind. */
export interface RemoteView {
  /** The exact difference between an object and the remote side. */
  plan(object: TrustObject): RemoteState;
  /** What stays true of an object however it is planned, for the reader of the plan (a binding, an owner). */
  notes(object: TrustObject): readonly string[];
  /** All that these principals have on what was read, whoever granted it. */
  granted(principals: ReadonlySet<string>): readonly TrustObject[];
}

/** A grant on a Unity Catalog securable: that nobody else has one is what is proven. */
export interface SecurableGrant extends Securable {
  readonly principal: string;
}

/** All that the user's files say of a kind. */
export interface KindTraits {
  /** The key in access.yml. */
  readonly name: string;
  /** Where access is granted: the key under `providers` in policy.yml that names who registers it. */
  readonly provider: "databricks" | "entra" | "aws" | "vault";
  /** Whether nothing can be granted while policy.yml does not approve the provider; if not, the deployer registers. */
  readonly needsProvider: boolean;
  /** Whether the provider takes names that differ in letter case alone for one: rules then do, too. */
  readonly foldsCase?: true;
  /** What the job does with it, where that is no identity that it presents: a value can be copied, a call is made once. */
  readonly reach?: "readable" | "callable";
}

/**
 * One kind of access. Adding a kind means: one file that exports one of these, and one line in kinds/index.ts.
 * `apply` and `withdraw` are idempotent and all-or-nothing for the objects of one batch.
 */
export interface AccessKind extends KindTraits {
  /** The connection that it is read and changed through. */
  connect(apis: Apis): DatabricksApi;
  /** The grant on a Unity Catalog securable that the object itself is; undefined if it is none. */
  grant(object: TrustObject): SecurableGrant | undefined;
  /** What stands under that key. */
  readonly spec: Shape<unknown>;
  /** Whether the entry says with `present` what the target sees. */
  readonly presents: boolean;
  /** Whether objects carry our mark; if not, only the state file tells which are ours. */
  readonly marked: boolean;
  /** How long access lives on after trust is withdrawn, and how to end it at once. */
  readonly revocation: { readonly lag: string; readonly hardStop: string };
  /** undefined after all mistakes have been reported. */
  object(spec: unknown, context: ObjectContext): TrustObject | undefined;
  /** What the code of the job needs to use it; nothing secret. */
  manifest(object: TrustObject): ManifestGrant;
  /** The text that `resource` in policy.yml is matched with. */
  resource(object: TrustObject): string;
  /** What the object is, in one phrase for people: exact, nothing left out. */
  describe(object: TrustObject): string;
  /** The command that a person may use to undo a foreign object. */
  undoCommand(object: TrustObject): string;
  /** Objects with the same text are applied together, in one request. */
  batch(object: TrustObject): string;
  read(objects: readonly TrustObject[], ports: KindPorts): Promise<RemoteView>;
  apply(objects: readonly TrustObject[], ports: KindPorts): Promise<void>;
  withdraw(objects: readonly TrustObject[], ports: KindPorts): Promise<void>;
}
