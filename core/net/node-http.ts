import type * as http from "node:http";
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/**
 * `node:http` or `node:https`, loaded at the first call, as CommonJS: as an ES module it would come with all its exports,
 * in Node 24 undici among them, which takes 30 ms.
 */
export function nodeHttp(name: "node:http" | "node:https"): typeof http {
  return load(name) as typeof http;
}
