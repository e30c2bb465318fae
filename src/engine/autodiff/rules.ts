import type { OpAttributes, OpName } from '../graph/attributes.ts'
import type { Node } from '../graph/node.ts'
import {
  cast,
  div,
  equal,
  exp,
  expandLike,
  gather,
  gemm,
  greater,
  matmul,
  mul,
  neg,
  pad,
  reduceSum,
  reshape,
  scatterAdd,
  sigmoid,
  sign,
  size,
  slice,
  split,
  square,
  sub,
  transpose,
  where,
} from '../graph/ops.ts'
import { shapeError } from '../graph/shapes.ts'

/**
 * How a change of the result reaches the operands. Given the derivative `d` of the loss with respect to the result
 * `y`, the derivative with respect to each operand, in order; undefined where there is none. A derivative may still
 * be broadcast: gradients() sums it back to the operand's shape.
 */
type Rule<K extends OpName> = (
  d: Node,
  operands: readonly Node[],
  y: Node,
  attributes: OpAttributes[K],
) => readonly (Node | undefined)[]

const none = (): undefined[] => []

export const rules: { readonly [K in OpName]: Rule<K> } = {
  input: none,
  parameter: none,
  constant: none,

  add: (d) => [d, d],
  sub: (d) => [d, neg(d)],
  mul: (d, [a, b]) => [mul(d, b!), mul(d, a!)],
  div: (d, [, b], y) => [div(d, b!), neg(div(mul(d, y), b!))],
  greater: none,
  equal: none,
  where: (d, [condition]) => [undefined, where(condition!, d, 0), where(condition!, 0, d)],

  neg: (d) => [neg(d)],
  relu: (d, _, y) => [mul(d, cast(greater(y, 0), 'float32'))],
  sigmoid: (d, _, y) => [mul(d, mul(y, sub(1, y)))],
  tanh: (d, _, y) => [mul(d, sub(1, square(y)))],
  softplus: (d, [x]) => [mul(d, sigmoid(x!))],
  log: (d, [x]) => [div(d, x!)],
  exp: (d, _, y) => [mul(d, y)],
  sqrt: (d, _, y) => [div(mul(d, 0.5), y)],
  abs: (d, [x]) => [mul(d, sign(x!))],
  sign: none,
  square: (d, [x]) => [mul(mul(d, 2), x!)],
  clip: (d, [x], y) => [where(equal(x!, y), d, 0)],
  cast: none,

  softmax: (d, _, y, { axis }) => [mul(y, sub(d, reduceSum(mul(d, y), [axis], true)))],
  logSoftmax: (d, _, y, { axis }) => [sub(d, mul(exp(y), reduceSum(d, [axis], true)))],
  reduceSum: (d, [x], _, { axes }) => [spread(d, x!, axes)],
  reduceMean: (d, [x], _, { axes }) => [spread(div(d, size(x!, axes)), x!, axes)],
  size: none,

  concat: (d, operands, _, { axis }) => {
    const sizes = operands.map((operand) => operand.shape[axis]!)
    if (sizes.some((n) => typeof n !== 'number')) {
      throw shapeError('concat', [d.shape], `no derivative along axis ${axis}, whose pieces have named sizes`)
    }
    return split(d, sizes as number[], axis)
  },
  slice: (d, [x], _, { axis, start, end }) => [pad(d, axis, start, (x!.shape[axis] as number) - end)],
  pad: (d, [x], _, { axis, before }) => [slice(d, axis, before, before + (x!.shape[axis] as number))],
  part: (d, _, __, { axis, sizes, index }) => {
    const before = sizes.slice(0, index).reduce((a, b) => a + b, 0)
    const after = sizes.slice(index + 1).reduce((a, b) => a + b, 0)
    return [pad(d, axis, before, after)]
  },
  reshape: (d, [x]) => [reshape(d, x!.shape)],
  transpose: (d, _, __, { permutation }) => [
    transpose(
      d,
      permutation.map((_p, axis) => permutation.indexOf(axis)),
    ),
  ],
  expandLike: (d) => [d],
  gather: (d, [rows, indices]) => [scatterAdd(indices!, d, rows!.shape[0] as number)],
  scatterAdd: (d, [indices]) => [undefined, gather(d, indices!)],
  oneHot: none,

  matmul: (d, [a, b]) => {
    if (a!.shape.length === 2 && b!.shape.length === 2) {
      return [gemm(d, b!, undefined, { transB: true }), gemm(a!, d, undefined, { transA: true })]
    }
    return [matmul(d, swapLast(b!)), matmul(swapLast(a!), d)]
  },
  // y = A B + c, with A = a or its transpose, B likewise: dA = d B', dB = A' d, and a transposed operand swaps roles.
  gemm: (d, [a, b, c], _, { transA, transB }) => [
    transA ? gemm(b!, d, undefined, { transA: transB, transB: true }) : gemm(d, b!, undefined, { transB: !transB }),
    transB ? gemm(d, a!, undefined, { transA: true, transB: transA }) : gemm(a!, d, undefined, { transA: !transA }),
    c === undefined ? undefined : d,
  ],
  // Through the batch's mean and variance too, in closed form (Ioffe and Szegedy 2015, section 3), with B rows:
  // dx = scale (d - mean(d) - centred / deviation^2 * mean(d centred)), all of it credited to x.
  batchNorm: (d, [x, centred, inverse, scale]) => {
    const rows = size(x!, [0])
    const dBeta = reduceSum(d, [0])
    const dGamma = mul(inverse!, reduceSum(mul(d, centred!), [0]))
    const pull = mul(mul(scale!, inverse!), div(dGamma, rows))
    const dx = sub(mul(scale!, sub(d, div(dBeta, rows))), mul(centred!, pull))
    return [dx, undefined, undefined, undefined, dGamma, dBeta]
  },

  loopState: none,
  loop: () => {
    throw new TypeError('gradients: there is no derivative through a loop')
  },
}

/** A reduction's derivative, back over the axes it removed: leading ones need no reshaping to broadcast. */
function spread(d: Node, x: Node, axes: readonly number[]): Node {
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  const leading = axes.every((axis, k) => axis === k)
  return expandLike(leading || d.shape.length === kept.length ? d : reshape(d, kept), x)
}

function swapLast(x: Node): Node {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
}
