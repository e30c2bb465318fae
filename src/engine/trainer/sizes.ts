import type { Node, Shape } from '../graph/index.ts'

/** Sizes of named dimensions. */
export type Dims = Readonly<Record<string, number>>

/** Elements of a shape. RangeError for a name without a size. */
export function elementsOf(shape: Shape, dims: Dims): number {
  let elements = 1
  for (const dim of shape) {
    const size = typeof dim === 'number' ? dim : dims[dim]
    if (size === undefined) throw new RangeError(`no size is known for ${dim}`)
    elements *= size
  }
  return elements
}

/** The name of an input or parameter. */
export const nameOf = (node: Node): string => (node.attributes as { name: string }).name
