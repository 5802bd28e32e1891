import type { YAMLError } from "yaml";

/**
 * What the parser found, in words of our own: many of its messages hold a line of the file. Source: yaml 2,
 * `ErrorCode` of errors.d.ts.
 */
const FLAWS: Readonly<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "an alias has an anchor or a tag",
  BAD_ALIAS: "an anchor or alias is not valid, or the alias has no anchor before it",
  BAD_COLLECTION_TYPE: "a tag does not fit what it stands at",
  BAD_DIRECTIVE: "a directive is not valid",
  BAD_DQ_ESCAPE: "a text in double quotes has an escape that does not exist",
  BAD_INDENT: "the indentation is not right",
  BAD_PROP_ORDER: "an anchor or tag stands before an indicator",
  BAD_SCALAR_START: "a text begins with a character that needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested mapping stands on the line of a key",
  BLOCK_IN_FLOW: "a block stands inside brackets",
  DUPLICATE_KEY: "a mapping has the same key twice",
  IMPOSSIBLE: "the text cannot be read",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a character is missing, such as a comma, a quote or a bracket",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines",
  MULTIPLE_ANCHORS: "a node has several anchors",
  MULTIPLE_DOCS: "the file holds several documents",
  MULTIPLE_TAGS: "a node has several tags",
  NON_STRING_KEY: "a key is no text",
  RESOURCE_EXHAUSTION: "the file is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation",
  TAG_RESOLVE_FAILED: "a tag is not known, or its value does not fit it",
  UNEXPECTED_TOKEN: "something stands where it cannot be",
};

export function yamlFlaw({ code }: Pick<YAMLError, "code">): string {
  return FLAWS[code];
}
