import type { SecretlessError } from "../base/errors.ts";
import { accessSections } from "./access-lines.ts";
import { errorMarkdown } from "./error-markdown.ts";
import type { Facts } from "./facts.ts";
import { heading, sentence } from "./heading.ts";
import { fitted, link } from "./markdown.ts";
import { planSection } from "./plan-section.ts";
import { scanSection } from "./scan-section.ts";

/** Bytes: outputs are handed on as environment variables, of which Windows takes 32,767 characters; GitHub's comments 65,536. */
const LONGEST = 30_000;

/**
 * What a reviewer asks of a plan, as Markdown: the change alone, without who made it and how that is proven. The first line is
 * no text but a mark, by which whoever posts it finds the comment of the plan before.
 */
export function planComment(facts: Facts, error?: SecretlessError): string {
  const { plan, scan, access, asked, pages, runUrl } = facts;
  const mark = [asked?.bundleRoot ?? ".", asked?.target ?? ""].map((part) =>
    encodeURIComponent(part).replaceAll("-", "%2D"),
  );
  const sections = [
    `<!-- databricks-secretless plan ${mark.join(" ").trim()} -->`,
    heading(facts, error),
    sentence(facts),
    error && errorMarkdown(error, pages),
    plan && planSection(plan),
    ...(access ? accessSections(access) : []),
    scan && scan.stopping.length > 0 && scanSection(scan),
    runUrl !== "" && link("The run of this plan", runUrl),
  ];
  return fitted(sections, LONGEST);
}
