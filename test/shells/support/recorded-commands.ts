import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import type { Answers } from "../../../scripts/render-template.ts";
import { runTool } from "./linters.ts";
import { commandBlocks } from "./set-up.ts";

/** The numeric id that the server gives an application ID. */
export const numericId = (applicationId: string): string =>
  String(Number.parseInt(applicationId.slice(0, 8), 16));

/**
 * Runs command blocks of SETUP.md in bash with the real CLI, against a server that is everything and agrees to everything.
 * @returns each writing request as `METHOD path body`
 */
export async function requestsOf(
  folder: string,
  answers: Answers,
  wanted: (block: string) => boolean,
): Promise<readonly string[]> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
      if (method !== "GET" && !pathname.includes("telemetry")) requests.push(`${method} ${pathname} ${body}`);
      const [, id = ""] = /"(.*)"/.exec(searchParams.get("filter") ?? "") ?? [];
      // A listing ends with an empty page.
      const startIndex = Number(searchParams.get("startIndex") ?? 1);
      const principals = startIndex > 1 ? [] : [{ id: numericId(id), applicationId: id }];
      const found = {
        Resources: principals,
        startIndex,
        totalResults: 1,
        workspace_id: "4211",
        object_id: 7,
      };
      response.setHeader("content-type", "application/json").end(JSON.stringify(found));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    const home = await freshUntilExit("admin");
    const config = path.join(home, "config");
    const profile = `host = ${url}\naccount_id = ${answers["account_id"] ?? ""}\ntoken = none\n`;
    const profiles = ["account", "staging", "prod"].map((name) => `[${name}]\n${profile}`);
    await writeFile(config, profiles.join("\n"));
    const env = { PATH: process.env["PATH"], HOME: home, DATABRICKS_CONFIG_FILE: config };
    for (const { text } of await commandBlocks(folder)) {
      if (!wanted(text)) continue;
      const commands = text
        .replace(/^databricks auth login .*$/gm, "")
        .replaceAll(answers["staging_host"] ?? "", url)
        .replaceAll(answers["prod_host"] ?? "", url)
        .replaceAll("<job ID>", "12");
      const { code, output } = await runTool(
        "bash",
        ["--norc", "-euo", "pipefail", "-c", commands],
        home,
        env,
      );
      if (code !== 0) throw new Error(`${output}\n${commands}`);
    }
    return requests;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
