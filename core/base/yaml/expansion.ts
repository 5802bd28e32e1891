import { isAlias, isMap, isPair, isSeq } from "yaml";

/** Nodes of a file with all aliases followed: twice what a file of 1 MB can write out. */
export const MOST_NODES = 500_000;
/** Levels of nesting with all aliases followed. */
const DEEPEST = 1000;

interface Size {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Whether a document grows beyond all measure once its aliases are followed ("billion laughs"), as whoever reads it into
 * plain values does. It is counted, not followed: each node is looked at once. An alias of a node that is not complete
 * yet leads back to itself, and counts as one.
 */
export function expandsTooFar(contents: unknown): boolean {
  const anchors = new Map<string, Size>();
  const sizeOf = (node: unknown): Size => {
    if (isAlias(node)) return anchors.get(node.source) ?? { nodes: 1, depth: 1 };
    const children = isPair(node) ? [node.key, node.value] : isMap(node) || isSeq(node) ? node.items : [];
    let [nodes, depth] = [1, 0];
    for (const child of children) {
      const inner = sizeOf(child);
      nodes += inner.nodes;
      depth = Math.max(depth, inner.depth);
    }
    const size = { nodes, depth: depth + 1 };
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, size);
    return size;
  };
  const { nodes, depth } = sizeOf(contents);
  return nodes > MOST_NODES || depth > DEEPEST;
}
