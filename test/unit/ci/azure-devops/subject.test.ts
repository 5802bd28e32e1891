import assert from "node:assert/strict";
import fc from "fast-check";
import {
  entraConnectionSubject,
  readableSubject,
  subjectKind,
} from "../../../../core/ci/azure-devops/subject.ts";

const name = fc.string({ minLength: 1 }).filter((text) => !text.includes("/") && text.trim() === text);

describe("subjects of Azure DevOps", () => {
  it("tells the kinds apart", () => {
    assert.equal(subjectKind("p://org/project/pipeline"), "pipeline");
    assert.equal(subjectKind("sc://org/project/connection"), "connection");
    assert.equal(subjectKind("/eid1/c/pub/t/x/a/y/sc/o/c"), "entra-connection");
    assert.equal(subjectKind("/eid1/c/pub/t/x/a/y/pl/h/z"), undefined);
    assert.equal(subjectKind("repo:org/repository:ref:refs/heads/main"), undefined);
  });

  it("composes the subject of the Entra issuer as Azure DevOps does", () => {
    const subject = entraConnectionSubject({
      tenantId: "499b84ac-1321-427f-aa17-267ca6975798",
      organisationId: "3F5D2B7C-8E14-4A69-B0C1-7D92E6A4F538",
      connectionId: "d5b0f8c3-1e67-4a92-8f4d-3c9a7e2b6015",
    });
    // The application's own encoding is known from real tokens; the tenant is encoded alike.
    const encoded = "rISbSSETf0KqFyZ8ppdXmA";
    assert.equal(
      subject,
      `/eid1/c/pub/t/${encoded}/a/${encoded}/sc/3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538/d5b0f8c3-1e67-4a92-8f4d-3c9a7e2b6015`,
    );
    assert.equal(subjectKind(subject), "entra-connection");
  });

  it("encodes every tenant in 22 characters of its own", () => {
    const ids = { organisationId: "", connectionId: "" };
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        const [a, b] = [one, other].map((tenantId) => entraConnectionSubject({ tenantId, ...ids }));
        assert.match(a ?? "", /^\/eid1\/c\/pub\/t\/[\w-]{22}\/a\//);
        assert.equal(a === b, one === other);
      }),
    );
  });

  it("shows a subject so that a mask of the whole does not hit it, and loses nothing", () => {
    assert.equal(readableSubject("sc://org/lake/databricks-prod"), "sc:// org / lake / databricks-prod");
    assert.equal(readableSubject("/eid1/c/sc/o/c"), "/ eid1 / c / sc / o / c");
    assert.equal(readableSubject("repo:a/b:ref:c"), "repo:a/b:ref:c");
    fc.assert(
      fc.property(
        fc.constantFrom("p", "sc"),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (scheme, names) => {
          const subject = `${scheme}://${names.join("/")}`;
          const shown = readableSubject(subject);
          assert.equal(shown, `${scheme}:// ${names.join(" / ")}`);
          assert.ok(!shown.includes(subject));
        },
      ),
    );
  });
});
