import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { textAt, type Json } from "../../api/json.ts";
import { AZURE_IDENTITY, CREDENTIAL } from "../../api/shapes.ts";
import { isUuid } from "../../base/uuid.ts";
import type { EntraApis, KindPorts, RemoteState, TrustObject } from "./kind.ts";

const ARM_VERSION = "2024-11-30";

/** What the application has to trust: exact. */
export interface Expected {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** What was read, or what keeps it from being known. */
export type Read<T> = { readonly known: T } | { readonly unknown: RemoteState };
export const impossible = (problem: string, remedy: string): { readonly unknown: RemoteState } => ({
  unknown: { state: "impossible", mistake: { problem, remedy } },
});
export const unreadable = (missingRight: string): { readonly unknown: RemoteState } => ({
  unknown: { state: "unreadable", missingRight },
});

/** The answer; undefined where the API has nothing there, or hides it; null where a right is missing. */
export async function asked(api: DatabricksApi, path: string, query = {}): Promise<Json | undefined | null> {
  try {
    return await api.call({ method: "GET", path, query });
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.refused) return null;
    if (error.missing) return undefined;
    throw error;
  }
}

/**
 * What the target sees of a Unity Catalog credential: the user-assigned managed identity behind it, which Azure Resource
 * Manager knows by tenant and principal ID. Source: learn.microsoft.com, "Configure an application to trust a managed identity".
 */
export async function presentedIdentity(
  { databricks }: KindPorts,
  { arm, authority }: EntraApis,
  { tenant = "", credential = "", audience = "" }: TrustObject,
): Promise<Read<Expected>> {
  const what = `credential "${credential}"`;
  const info = await asked(
    databricks,
    `/api/2.1/unity-catalog/credentials/${encodeURIComponent(credential)}`,
  );
  if (info === null) return unreadable(`MANAGE on ${what}`);
  if (info === undefined)
    return impossible(
      `Credential "${credential}" does not exist in the metastore of this workspace, or this identity cannot see it.`,
      "Create it, correct the name, or give the registrar MANAGE on it.",
    );
  const azure = CREDENTIAL.member(info, "azure_managed_identity");
  const identity = AZURE_IDENTITY.text(azure, "managed_identity_id");
  if (!/^\/subscriptions\/[^?#]+$/i.test(identity))
    return impossible(
      `Credential "${credential}" presents no user-assigned managed identity, which is the only one that an application can trust.`,
      "Give its access connector a user-assigned identity, and make the credential with managed_identity_id.",
    );
  const path = identity.split("/").map(encodeURIComponent).join("/");
  const found = await asked(arm, path, { "api-version": ARM_VERSION });
  if (found === null || found === undefined) return unreadable(`Reader on ${identity}`);
  const home = textAt(found, "properties", "tenantId").toLowerCase();
  const subject = textAt(found, "properties", "principalId");
  if (!isUuid(subject)) return unreadable(`Reader on ${identity} (no principal ID was shown)`);
  if (home !== tenant)
    return impossible(
      `The managed identity of ${what} is in tenant ${home}, the application in ${tenant}: an application trusts identities of its own tenant alone.`,
      "Use an identity of the application's tenant.",
    );
  return { known: { issuer: `${authority}/${tenant}/v2.0`, subject, audience } };
}
