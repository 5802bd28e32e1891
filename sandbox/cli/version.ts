import type { JsonObject } from "../http/json.ts";

/** Reads as a development build of the CLI that the stand-in is held to. */
export const VERSION = "1.13.0-dev+standin";

/** `databricks version -o json`. */
export function buildInformation(): JsonObject {
  return {
    ProjectName: "cli",
    Version: VERSION,
    Branch: "standin",
    Tag: "",
    ShortCommit: "00000000",
    FullCommit: "0000000000000000000000000000000000000000",
    CommitTime: "1970-01-01T00:00:00Z",
    Summary: "stand-in for the Databricks CLI",
    Major: 1,
    Minor: 13,
    Patch: 0,
    Prerelease: "dev",
    IsSnapshot: true,
    BuildTime: "1970-01-01T00:00:00Z",
  };
}
