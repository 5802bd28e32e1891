import { jsonBody, type Route } from "../http/call.ts";
import { ok } from "../http/reply.ts";

/** Where the CLI sends its telemetry; any principal may. */
export function telemetryRoutes(): Route[] {
  return [
    {
      method: "POST",
      pattern: "/telemetry-ext",
      access: "authenticated",
      handle: (call) => {
        const logs = jsonBody(call)["protoLogs"];
        return ok({ errors: [], numProtoSuccess: Array.isArray(logs) ? logs.length : 0 });
      },
    },
  ];
}
