import os from "node:os";
import type { AzureDevOps } from "../azure/azure.ts";
import type { ServiceConnection } from "../azure/connections.ts";

/** What an agent reads in task.json. */
export interface TaskManifest {
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly defaultValue?: string | boolean;
  }[];
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
  readonly postjobexecution?: Readonly<Record<string, { readonly target: string }>>;
  readonly restrictions?: { readonly settableVariables?: { readonly allowed: readonly string[] } };
}

/** A variable's name as an environment variable (agent, VarUtil.ConvertToEnvVariableFormat). */
export function environmentName(name: string): string {
  return name.replace(/[. ]/g, "_").toUpperCase();
}

/** The predefined variables of a build, under their own names. */
export function agentVariables(
  azure: AzureDevOps,
  step: { readonly checkout: string; readonly debug?: boolean; readonly oidcRequestUri?: boolean },
  temp: string,
): Record<string, string> {
  const { run } = azure;
  return {
    "System.TeamFoundationCollectionUri": azure.collectionUri(),
    "System.CollectionId": azure.organisationId,
    "System.TeamProject": run.project,
    "System.TeamProjectId": azure.projectId,
    "System.HostType": "build",
    "System.PlanId": azure.planId,
    "System.JobId": azure.jobId,
    "System.DefaultWorkingDirectory": step.checkout,
    "System.Debug": String(step.debug === true),
    ...(step.oidcRequestUri !== false && { "System.OidcRequestUri": azure.oidcRequestUri }),
    "Build.BuildId": "4211",
    "Build.Reason": run.ref.startsWith("refs/pull/") ? "PullRequest" : "IndividualCI",
    "Build.SourceBranch": run.ref,
    "Build.SourceVersion": run.commit,
    "Build.SourcesDirectory": step.checkout,
    "Build.DefinitionName": run.pipeline,
    "Agent.TempDirectory": temp,
    "Agent.WorkFolder": temp,
    "Agent.Version": "4.275.0",
    "Agent.OS": "Linux",
    "Agent.OSArchitecture": os.arch().toUpperCase(),
    TF_BUILD: "True",
  };
}

/** The endpoints of a task: the job's own, and the connections that its inputs name. */
export function endpointVariables(
  azure: AzureDevOps,
  connections: readonly ServiceConnection[],
): Record<string, string> {
  const parameters = { AccessToken: azure.jobToken };
  return Object.assign(
    {
      ENDPOINT_URL_SYSTEMVSSCONNECTION: azure.collectionUri(),
      ENDPOINT_AUTH_SYSTEMVSSCONNECTION: JSON.stringify({ parameters, scheme: "OAuth" }),
      ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION: "OAuth",
      ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: azure.jobToken,
    },
    ...connections.map((one) => azure.endpointEnvironment(one)),
  ) as Record<string, string>;
}
