import type { Route } from "./call.ts";

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the first route for a method and a raw (still percent-encoded) path. Segments are split before they are
 * decoded: the CLI sends a whole workspace path as one segment (`Workspace%2FUsers%2F…`).
 */
export function findRoute(routes: readonly Route[], method: string, rawPath: string): RouteMatch | undefined {
  const segments = decodeSegments(rawPath);
  if (segments === undefined) return undefined;
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchSegments(route.pattern.split("/"), segments);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function decodeSegments(rawPath: string): string[] | undefined {
  try {
    return rawPath.split("/").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    const name = /^\{(\w+)(\.\.\.)?\}$/.exec(part);
    if (name?.[2] !== undefined) {
      params[name[1] ?? ""] = segments.slice(index).join("/");
      return params;
    }
    if (name === null ? part !== segment : segment === "") return undefined;
    if (name !== null) params[name[1] ?? ""] = segment;
  }
  return pattern.length === segments.length ? params : undefined;
}
