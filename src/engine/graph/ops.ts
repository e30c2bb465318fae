import { build } from './build.ts'
import type { DType, Node, Operand, Shape } from './node.ts'
import { elements, normaliseAxis } from './shapes.ts'
import { arithmetic } from './simplify.ts'

/*
 * The ops as functions over nodes, named as in NumPy and ONNX. Arithmetic broadcasts by NumPy's rule. Every function
 * throws a RangeError that names the op and the shapes when they do not fit.
 */

export function add(a: Operand, b: Operand): Node {
  return arithmetic('add', ...pair(a, b))
}

export function sub(a: Operand, b: Operand): Node {
  return arithmetic('sub', ...pair(a, b))
}

export function mul(a: Operand, b: Operand): Node {
  return arithmetic('mul', ...pair(a, b))
}

export function div(a: Operand, b: Operand): Node {
  return arithmetic('div', ...pair(a, b))
}

/** a > b, elementwise, as bool. */
export function greater(a: Operand, b: Operand): Node {
  return build('greater', pair(a, b), {})
}

/** a == b, elementwise, as bool. */
export function equal(a: Operand, b: Operand): Node {
  return build('equal', pair(a, b), {})
}

/** a where the condition (bool) holds, b elsewhere. */
export function where(condition: Node, a: Operand, b: Operand): Node {
  const [x, y] = pair(a, b)
  return build('where', [condition, x, y], {})
}

export function neg(x: Node): Node {
  return build('neg', [x], {})
}

/** max(x, 0); its derivative at 0 is 0. */
export function relu(x: Node): Node {
  return build('relu', [x], {})
}

export function sigmoid(x: Node): Node {
  return build('sigmoid', [x], {})
}

export function tanh(x: Node): Node {
  return build('tanh', [x], {})
}

/** log(1 + exp(x)), without overflow. */
export function softplus(x: Node): Node {
  return build('softplus', [x], {})
}

/** Natural logarithm. */
export function log(x: Node): Node {
  return build('log', [x], {})
}

export function exp(x: Node): Node {
  return build('exp', [x], {})
}

export function sqrt(x: Node): Node {
  return build('sqrt', [x], {})
}

/** |x|; its derivative at 0 is 0. */
export function abs(x: Node): Node {
  return build('abs', [x], {})
}

/** -1, 0 or 1; its derivative is 0 everywhere. */
export function sign(x: Node): Node {
  return build('sign', [x], {})
}

export function square(x: Node): Node {
  return build('square', [x], {})
}

/** x limited to [min, max]; the derivative is 1 inside and at the ends, 0 elsewhere. */
export function clip(x: Node, min: number, max: number): Node {
  return build('clip', [x], { min, max })
}

/** x as another dtype; the gradient flows between floats only. */
export function cast(x: Node, to: DType): Node {
  return x.dtype === to ? x : build('cast', [x], { to })
}

/** exp(x) / sum(exp(x)) along an axis, the last unless given. */
export function softmax(x: Node, axis = -1): Node {
  return build('softmax', [x], { axis: normaliseAxis('softmax', axis, x.shape) })
}

/** log(softmax(x)) along an axis, the last unless given, without overflow. */
export function logSoftmax(x: Node, axis = -1): Node {
  return build('logSoftmax', [x], { axis: normaliseAxis('logSoftmax', axis, x.shape) })
}

/** The sum over the axes, all of them unless given; `keepdims` leaves them as sizes of 1. */
export function reduceSum(x: Node, axes?: readonly number[], keepdims = false): Node {
  return build('reduceSum', [x], { axes: normaliseAxes('reduceSum', axes, x.shape), keepdims })
}

/** The mean over the axes, all of them unless given; `keepdims` leaves them as sizes of 1. */
export function reduceMean(x: Node, axes?: readonly number[], keepdims = false): Node {
  return build('reduceMean', [x], { axes: normaliseAxes('reduceMean', axes, x.shape), keepdims })
}

/** How many elements lie along the axes (all unless given), as a float32 scalar: a constant where the sizes are known. */
export function size(x: Node, axes?: readonly number[]): Node {
  const normal = normaliseAxes('size', axes, x.shape)
  const { known, names } = elements(normal.map((axis) => x.shape[axis]!))
  if (names.length === 0) return x.graph.constant(known)
  return build('size', [x], { axes: normal })
}

/** The nodes one after the other along an axis. */
export function concat(nodes: readonly Node[], axis: number): Node {
  if (nodes.length === 0) throw new RangeError('concat: nothing to join')
  if (nodes.length === 1) return nodes[0]!
  return build('concat', nodes, { axis: normaliseAxis('concat', axis, nodes[0]!.shape) })
}

/** The part from `start` (included) to `end` (excluded) along an axis of known size. */
export function slice(x: Node, axis: number, start: number, end: number): Node {
  return build('slice', [x], { axis: normaliseAxis('slice', axis, x.shape), start, end })
}

/** Zeros put before and after along an axis of known size. */
export function pad(x: Node, axis: number, before: number, after: number): Node {
  return build('pad', [x], { axis: normaliseAxis('pad', axis, x.shape), before, after })
}

/** Consecutive pieces of the given sizes, which together fill the axis. */
export function split(x: Node, sizes: readonly number[], axis: number): Node[] {
  const normal = normaliseAxis('split', axis, x.shape)
  return sizes.map((_, index) => build('part', [x], { axis: normal, sizes: [...sizes], index }))
}

/** The same elements, row-major, in another shape. At most one size may be a name at another place than before. */
export function reshape(x: Node, shape: Shape): Node {
  return build('reshape', [x], { shape: [...shape] })
}

/** Axes in another order; reversed unless a permutation is given. */
export function transpose(x: Node, permutation?: readonly number[]): Node {
  return build('transpose', [x], { permutation: [...(permutation ?? x.shape.map((_, i) => x.shape.length - 1 - i))] })
}

/** x broadcast to the shape of another node. */
export function expandLike(x: Node, like: Node): Node {
  return build('expandLike', [x, like], {})
}

/** Rows of a table: table[indices] along axis 0. indices: int32 or int64 of any shape; result: indices.shape + row shape. */
export function gather(table: Node, indices: Node): Node {
  return build('gather', [table, indices], {})
}

/** Zeros [rows, …] to which each row of `updates` is added at its index: the dense gradient of gather. */
export function scatterAdd(indices: Node, updates: Node, rows: number): Node {
  return build('scatterAdd', [indices, updates], { rows })
}

/** float32 [...indices.shape, depth]: 1 at the index, 0 elsewhere. */
export function oneHot(indices: Node, depth: number): Node {
  return build('oneHot', [indices], { depth })
}

/** NumPy's matmul for operands of rank 2 and above; leading axes broadcast. */
export function matmul(a: Node, b: Node): Node {
  return build('matmul', [a, b], {})
}

export interface GemmOptions {
  /** a is given as its transpose. */
  readonly transA?: boolean
  /** b is given as its transpose. */
  readonly transB?: boolean
}

/** a' b' + c for matrices, where ' transposes if asked; c, if there is one, broadcasts to the product. */
export function gemm(a: Node, b: Node, c?: Node, { transA = false, transB = false }: GemmOptions = {}): Node {
  return build('gemm', c === undefined ? [a, b] : [a, b, c], { transA, transB })
}

function pair(a: Operand, b: Operand): [Node, Node] {
  if (typeof a === 'number' && typeof b === 'number') throw new TypeError('two numbers: one operand must be a node')
  if (typeof a === 'number') return [(b as Node).graph.constant(a, { dtype: (b as Node).dtype }), b as Node]
  return [a, typeof b === 'number' ? a.graph.constant(b, { dtype: a.dtype }) : b]
}

function normaliseAxes(op: string, axes: readonly number[] | undefined, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis)
  const normal = axes.map((axis) => normaliseAxis(op, axis, shape)).sort((a, b) => a - b)
  if (new Set(normal).size !== normal.length)
    throw new RangeError(`${op}: an axis is named twice in [${axes.join(', ')}]`)
  return normal
}
