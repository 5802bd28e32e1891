import { ENTRA_ISSUER_AUDIENCE, ENTRA_EXCHANGE_AUDIENCE } from "../../core/ci/azure-devops/subject.ts";
import type { Clock } from "../../core/base/ports.ts";
import type { Account } from "../account/account.ts";
import { AZURE_DEPLOYER, CONNECTION, OLD_CONNECTION, SECRET_CONNECTION, TENANT_ID } from "../defaults.ts";
import { Directory } from "../entra/directory.ts";
import { Entra } from "../entra/entra.ts";
import { textOf } from "../http/json.ts";
import type { SystemServer } from "../http/server.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import { AzureDevOps } from "./azure.ts";
import { pipelineClaims } from "./claims.ts";

interface AzureWorld {
  readonly clock: Clock;
  readonly idTokenLife: number;
  readonly handedOut: string[];
  readonly tokens: AccessTokens;
  readonly account: Account;
}

/**
 * Azure DevOps and Entra ID with a principal that each of them trusts: by the pipeline itself and by two service
 * connections, at Databricks (federation policies) and at Entra ID (federated identity credentials).
 */
export async function startAzure(
  world: AzureWorld,
  servers: {
    readonly azure: SystemServer;
    readonly entra: SystemServer;
    readonly directory: SystemServer;
  },
): Promise<{ readonly azure: AzureDevOps; readonly entra: Entra; readonly directory: Directory }> {
  const { account, ...common } = world;
  const entra = new Entra({ ...common, url: servers.entra.url, tenants: [TENANT_ID] });
  const azure = await AzureDevOps.create({ ...common, url: servers.azure.url, entra });
  servers.entra.serve(entra.routes(), () => undefined);
  servers.azure.serve(await azure.routes(), () => undefined);
  const { clock, handedOut } = world;
  const directory = new Directory({ clock, handedOut, entra, url: servers.directory.url });
  servers.directory.serve(directory.routes(), () => undefined);

  const { applicationId } = account.addServicePrincipal(AZURE_DEPLOYER);
  const identity = { clientId: applicationId, tenantId: TENANT_ID };
  entra.addApplication({ ...identity, kind: "managed-identity" });
  azure.addConnection({ ...SECRET_CONNECTION, ...identity, scheme: "ServicePrincipal" });
  const connections = [
    azure.addConnection({ ...CONNECTION, ...identity }),
    azure.addConnection({ ...OLD_CONNECTION, ...identity, issuer: "azure-devops" }),
  ];
  const trusted = [
    { name: "pipeline", issuer: azure.issuer, subject: textOf(pipelineClaims(azure.run)["sub"]) },
    ...connections.map((one) => ({
      name: one.name,
      issuer: azure.issuerOf(one),
      subject: azure.subjectOf(one),
    })),
  ];
  for (const { name, issuer, subject } of trusted) {
    const audience = subject.startsWith("/eid1/") ? ENTRA_ISSUER_AUDIENCE : ENTRA_EXCHANGE_AUDIENCE;
    account.addFederationPolicy(applicationId, {
      oidc: { issuer, subject, audiences: [audience] },
    });
    entra.addCredential(applicationId, { name, issuer, subject });
  }
  return { azure, entra, directory };
}
