import type { OpAttributes, OpName } from './attributes.ts'
import type { Node } from './node.ts'
import { table } from './table.ts'

/** A node of this op: its shape and dtype by the op table. */
export function build<K extends OpName>(op: K, inputs: readonly Node[], attributes: OpAttributes[K]): Node {
  const { shape, dtype } = table[op].infer(inputs, attributes)
  return inputs[0]!.graph.make({ op, inputs, attributes, shape, dtype }) as Node
}
