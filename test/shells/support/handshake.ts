import type { FaultRule } from "../../../sandbox/http/faults.ts";

/** The requests that the action makes before it starts the CLI, by name. */
export const HANDSHAKE = {
  "the workspace's configuration": { system: "workspace", path: "/.well-known/databricks-config" },
  "the token endpoint's metadata": {
    system: "workspace",
    path: "/oidc/.well-known/oauth-authorization-server",
  },
  "the ID token": { system: "github", path: /\/idtoken\// },
  "the exchange": { system: "workspace", path: "/oidc/v1/token" },
  "the question who we are": { system: "workspace", path: "/api/2.0/preview/scim/v2/Me" },
} as const satisfies Record<string, FaultRule>;

export type HandshakeRequest = keyof typeof HANDSHAKE;
export const HANDSHAKE_REQUESTS = Object.keys(HANDSHAKE) as HandshakeRequest[];
