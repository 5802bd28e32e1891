import assert from "node:assert/strict";
import fc from "fast-check";
import { gitHubServer } from "../../../../core/ci/github/issuer.ts";
import { parseSubject } from "../../../../core/ci/github/subject.ts";

describe("subject", () => {
  const plain = { owner: "octo-org", repository: "my.repo" };
  const immutable = { owner: "octo-org", ownerId: "12", repository: "my.repo", repositoryId: "345" };
  for (const [subject, expected] of [
    ["repo:octo-org/my.repo:environment:prod", { ...plain, kind: "environment", environment: "prod" }],
    [
      "repo:octo-org/my.repo:environment:a%3Ab c/d",
      { ...plain, kind: "environment", environment: "a:b c/d" },
    ],
    ["repo:octo-org/my.repo:ref:refs/heads/a/b", { ...plain, kind: "ref", ref: "refs/heads/a/b" }],
    ["repo:octo-org/my.repo:ref:refs/tags/v1", { ...plain, kind: "ref", ref: "refs/tags/v1" }],
    ["repo:octo-org/my.repo:pull_request", { ...plain, kind: "pull_request" }],
    [
      "repo:octo-org@12/my.repo@345:environment:prod",
      { ...immutable, kind: "environment", environment: "prod" },
    ],
    [
      "repo:octo-org@12/my.repo@345:ref:refs/heads/main",
      { ...immutable, kind: "ref", ref: "refs/heads/main" },
    ],
    ["repo:octo-org@12/my.repo@345:pull_request", { ...immutable, kind: "pull_request" }],
    ["repo:octo-org@12/my.repo:pull_request", { kind: "custom" }],
    ["repo:octo-org/my.repo", { kind: "custom" }],
    ["repo:octo-org/my.repo:", { kind: "custom" }],
    ["repo:octo-org/my.repo:environment:prod:actor:mona", { kind: "custom" }],
    [
      "repo:octo-org/my.repo:job_workflow_ref:o/r/.github/workflows/x.yml@refs/heads/main",
      { kind: "custom" },
    ],
    ["repository_owner:octo-org", { kind: "custom" }],
    ["p://org/project/pipeline", { kind: "custom" }],
    ["x repo:octo-org/my.repo:pull_request", { kind: "custom" }],
    ["", { kind: "custom" }],
  ] as const) {
    it(`reads ${JSON.stringify(subject)}`, () => assert.deepEqual(parseSubject(subject), expected));
  }

  const name = fc.stringMatching(/^[\w.-]{1,20}$/);
  const id = fc.integer({ min: 1 }).map(String);
  const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[:%]/.test(text));

  it("gives back all parts of every subject", () => {
    fc.assert(
      fc.property(name, name, fc.option(fc.tuple(id, id)), value, (owner, repository, ids, text) => {
        const at = (part: string, number: string | undefined) =>
          number === undefined ? part : `${part}@${number}`;
        const repo = `repo:${at(owner, ids?.[0])}/${at(repository, ids?.[1])}`;
        const parts = { owner, repository, ...(ids && { ownerId: ids[0], repositoryId: ids[1] }) };
        assert.deepEqual(parseSubject(`${repo}:pull_request`), { ...parts, kind: "pull_request" });
        assert.deepEqual(parseSubject(`${repo}:ref:${text}`), { ...parts, kind: "ref", ref: text });
        assert.deepEqual(parseSubject(`${repo}:environment:${text}`), {
          ...parts,
          kind: "environment",
          environment: text,
        });
        assert.deepEqual(parseSubject(`${repo}:environment:${text}:${text}`), { kind: "custom" });
      }),
    );
  });

  it("never takes one context for another, whatever an environment is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (environment) => {
        const subject = parseSubject(`repo:o/r:environment:${environment.replaceAll(":", "%3A")}`);
        assert.equal(subject.kind, "environment");
      }),
    );
  });

  it("reads any text", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseSubject(text).kind === "string"));
  });
});

describe("issuer", () => {
  for (const [issuer, server] of [
    ["https://token.actions.githubusercontent.com", "https://github.com"],
    ["https://token.actions.githubusercontent.com/octo-enterprise", "https://github.com"],
    ["https://token.actions.octocorp.ghe.com", "https://octocorp.ghe.com"],
    ["https://token.actions.octocorp.ghe.com/x", "https://octocorp.ghe.com"],
    ["https://ghes.example.com/_services/token", "https://ghes.example.com"],
    ["https://ghes.example.com:8443/_services/token", "https://ghes.example.com:8443"],
    ["http://127.0.0.1:8080/_services/token", "http://127.0.0.1:8080"],
    ["https://token.actions.githubusercontent.com/", undefined],
    ["https://token.actions.githubusercontent.com.evil.example", undefined],
    ["https://evil.example/https://ghes.example.com/_services/token", undefined],
    ["https://vstoken.dev.azure.com/0c0f", undefined],
    ["", undefined],
  ] as const) {
    it(`${JSON.stringify(issuer)} is ${server ?? "no GitHub"}`, () =>
      assert.equal(gitHubServer(issuer), server));
  }
});
