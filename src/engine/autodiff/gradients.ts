import type { Node } from '../graph/node.ts'
import { add, expandLike, reduceSum, reshape } from '../graph/ops.ts'
import { sameShape, show } from '../graph/shapes.ts'
import { rules } from './rules.ts'

/**
 * The derivatives of a scalar loss with respect to nodes of its graph (parameters, inputs or intermediates), by
 * reverse-mode differentiation. The results are nodes of the same graph, each of the shape of its node; a node that
 * the loss does not depend on gets zeros. With respect to an intermediate node (say, gathered rows) means: as if it
 * were an independent input; the derivatives of what it was computed from are unaffected.
 * @throws TypeError if the loss is not a float32 scalar, or a node is not float32.
 */
export function gradients(loss: Node, wrt: readonly Node[]): Node[] {
  if (loss.shape.length !== 0 || loss.dtype !== 'float32') {
    throw new TypeError(`gradients: the loss is ${loss.dtype} ${show(loss.shape)}, not a float32 scalar`)
  }
  for (const node of wrt) {
    if (node.dtype !== 'float32') throw new TypeError(`gradients: nothing can be derived by ${node.dtype} values`)
  }
  const graph = loss.graph
  const order = dependents(loss, new Set(wrt))
  const derivative = new Map<Node, Node>([[loss, graph.constant(1)]])
  for (const y of order) {
    const d = derivative.get(y)
    if (d === undefined) continue
    const parts = rules[y.op](d, y.inputs, y, y.attributes as never)
    for (const [k, part] of parts.entries()) {
      const operand = y.inputs[k]!
      if (part === undefined || !order.has(operand)) continue
      const mine = sumTo(part, operand)
      const others = derivative.get(operand)
      derivative.set(operand, others === undefined ? mine : add(others, mine))
    }
  }
  return wrt.map((node) => derivative.get(node) ?? expandLike(graph.constant(0), node))
}

/** The nodes between the loss and `wrt`, both included, users before operands. */
function dependents(loss: Node, wrt: ReadonlySet<Node>): Set<Node> {
  const reachable = new Set<Node>([loss])
  for (const node of reachable) for (const operand of node.inputs) reachable.add(operand)
  const ascending = [...reachable].sort((a, b) => a.id - b.id)
  const found = new Set<Node>()
  for (const node of ascending) {
    if (wrt.has(node) || node.inputs.some((operand) => found.has(operand))) found.add(node)
  }
  return new Set([...found].reverse())
}

/** A derivative that was broadcast, summed back to the shape of its operand. */
function sumTo(d: Node, operand: Node): Node {
  const target = operand.shape
  if (sameShape(d.shape, target)) return d
  const extra = d.shape.length - target.length
  const axes = d.shape.flatMap((dim, axis) => (axis < extra || (target[axis - extra] === 1 && dim !== 1) ? [axis] : []))
  const summed = reduceSum(
    d,
    axes,
    axes.some((axis) => axis >= extra),
  )
  return sameShape(summed.shape, target) ? summed : reshape(summed, target)
}
