/**
 * The GitHub server whose ID tokens have this issuer, as in `GITHUB_SERVER_URL`, or undefined if it is no GitHub.
 * - github.com: `https://token.actions.githubusercontent.com`, with `/<enterprise>` where an enterprise chose so
 * - GitHub Enterprise Cloud with data residency: `https://token.actions.<name>.ghe.com`
 * - GitHub Enterprise Server: `https://<host>/_services/token`
 *
 * Source: docs.github.com, "OpenID Connect reference", and the same page of Enterprise Server.
 */
export function gitHubServer(issuer: string): string | undefined {
  if (/^https:\/\/token\.actions\.githubusercontent\.com(\/[\w-]+)?$/.test(issuer))
    return "https://github.com";
  const [, residency] = /^https:\/\/token\.actions\.([\w-]+\.ghe\.com)(?:\/[\w-]+)?$/.exec(issuer) ?? [];
  if (residency !== undefined) return `https://${residency}`;
  const [, server] = /^(https?:\/\/[\w.-]+(?::\d+)?)\/_services\/token$/.exec(issuer) ?? [];
  return server;
}
