import { build } from './build.ts'
import type { Node } from './node.ts'
import { broadcast, sameShape } from './shapes.ts'

type Arithmetic = 'add' | 'sub' | 'mul' | 'div'

const compute: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
}

/** The value of a float32 scalar constant. */
function scalar(node: Node): number | undefined {
  return node.op === 'constant' && node.shape.length === 0 && node.dtype === 'float32'
    ? (node.data![0] as number)
    : undefined
}

/**
 * a op b without what need not be computed: numbers are worked out now, 0 added and 1 multiplied vanish, and an
 * operand that was broadcast explicitly is taken as it was where the op broadcasts anyway. Derivatives are full of these.
 */
export function arithmetic(op: Arithmetic, a: Node, b: Node): Node {
  const x = scalar(a)
  const y = scalar(b)
  if (x !== undefined && y !== undefined) return a.graph.constant(compute[op](x, y))
  const neutral = op === 'add' || op === 'sub' ? 0 : 1
  if (y === neutral) return a
  if (x === neutral && (op === 'add' || op === 'mul')) return b
  if (op === 'add' && b.op === 'neg') return arithmetic('sub', a, b.inputs[0]!)
  if (a.dtype === b.dtype) {
    const shape = broadcast(op, a.shape, b.shape)
    for (const [wide, other, first] of [[a, b, true] as const, [b, a, false] as const]) {
      if (wide.op !== 'expandLike') continue
      const narrow = wide.inputs[0]!
      const pair = first ? ([narrow, other] as const) : ([other, narrow] as const)
      const result = broadcast(op, narrow.shape, other.shape)
      if (sameShape(result, shape)) return arithmetic(op, ...pair)
      if (sameShape(result, narrow.shape)) return build('expandLike', [arithmetic(op, ...pair), wide.inputs[1]!], {})
    }
  }
  return build(op, [a, b], {})
}
