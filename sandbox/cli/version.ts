import type { JsonObject } from "../http/json.ts";

/** Reads as a development build of the CLI that the stand-in is held to. */
export const VERSION = "1.13.0-dev+standin";

/** `databricks version -o json`. */
export function buildInformation(): JsonObject {
  return {
    ProjectName: "cli",
    Version: VERSION,
    Summary: "stand-in for the Databricks CLI",
    Major: 1,
    Minor: 13,
    Patch: 0,
    Prerelease: "dev",
    IsSnapshot: true,
  };
}
