import type { OpAttributes, OpName } from './attributes.ts'
import type { Node } from './node.ts'
import { table } from './table.ts'

/** A node of this op, its shape and dtype by the op table. */
export function build<K extends OpName>(op: K, operands: readonly Node[], attributes: OpAttributes[K]): Node {
  const { shape, dtype } = table[op].infer(operands, attributes, op)
  return operands[0]!.graph.make({ op, inputs: operands, attributes, shape, dtype }) as Node
}
