import type { Node } from '../graph/node.ts'

/** The body a node is written in: the number of a loop, or null for the model itself. */
export type Scope = number | null

/** Where each node of a model goes: computed in the innermost loop whose states it depends on, and nowhere deeper. */
export interface Scopes {
  of(node: Node): Scope
  /** The scope that a loop stands in. */
  parent(loop: number): Scope
}

/** `nodes`: what a model needs, operands first; `fed`: those of them that are inputs and depend on nothing. */
export function scopesOf(nodes: readonly Node[], fed: (node: Node) => boolean): Scopes {
  const loops = new Map<Node, ReadonlySet<number>>()
  const around = new Map<number, ReadonlySet<number>>()
  for (const node of nodes) {
    const own = new Set(fed(node) ? [] : node.inputs.flatMap((operand) => [...(loops.get(operand) ?? [])]))
    const { loop } = node.attributes as { loop?: number }
    if (node.op === 'loopState') own.add(loop!)
    if (node.op === 'loop') {
      own.delete(loop!)
      around.set(loop!, own)
    }
    loops.set(node, own)
  }
  const depth = (loop: number): number => 1 + Math.max(0, ...[...(around.get(loop) ?? [])].map(depth))
  const innermost = (set: ReadonlySet<number>): Scope =>
    [...set].reduce<Scope>((best, loop) => (best === null || depth(loop) > depth(best) ? loop : best), null)
  return {
    of: (node) => innermost(loops.get(node)!),
    parent: (loop) => innermost(around.get(loop) ?? new Set()),
  }
}
