import type { OpAttributes, OpName } from './attributes.ts'
import type { Dim, DType, Node, Shape } from './node.ts'
import { broadcast, sameElements, sameShape, shapeError, shapesOf, show, sumOfDims } from './shapes.ts'

/* Shape rules, one per kind of op; the table of ops says which op keeps which. */

type Rule<K extends OpName> = (
  operands: readonly Node[],
  attributes: OpAttributes[K],
  op: K,
) => { readonly shape: Shape; readonly dtype: DType }

function expectDtype(op: string, node: Node, ...allowed: DType[]): void {
  if (!allowed.includes(node.dtype)) {
    throw new TypeError(`${op}: an operand ${show(node.shape)} is ${node.dtype}, not ${allowed.join(' or ')}`)
  }
}

function sameDtype(op: string, a: Node, b: Node): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(`${op}: operands ${show(a.shape)} ${a.dtype} and ${show(b.shape)} ${b.dtype} differ in dtype`)
  }
}

export const elementwise = ((operands: readonly Node[], _attributes: unknown, op: string) => {
  expectDtype(op, operands[0]!, 'float32')
  return operands[0]!
}) satisfies Rule<'relu'>

export const arithmetic = (([a, b]: readonly Node[], _attributes: unknown, op: string) => {
  sameDtype(op, a!, b!)
  expectDtype(op, a!, 'float32', 'int32', 'int64')
  return { shape: broadcast(op, a!.shape, b!.shape), dtype: a!.dtype }
}) satisfies Rule<'add'>

export const comparison = (([a, b]: readonly Node[], _attributes: unknown, op: string) => {
  sameDtype(op, a!, b!)
  return { shape: broadcast(op, a!.shape, b!.shape), dtype: 'bool' as const }
}) satisfies Rule<'greater'>

export const where: Rule<'where'> = ([condition, a, b], _attributes, op) => {
  expectDtype(op, condition!, 'bool')
  sameDtype(op, a!, b!)
  return { shape: broadcast(op, condition!.shape, broadcast(op, a!.shape, b!.shape)), dtype: a!.dtype }
}

export const reduction = ((
  [x]: readonly Node[],
  { axes, keepdims }: { readonly axes: readonly number[]; readonly keepdims: boolean },
  op: string,
) => {
  expectDtype(op, x!, 'float32')
  const shape = x!.shape.flatMap((dim, axis): Dim[] => (axes.includes(axis) ? (keepdims ? [1] : []) : [dim]))
  return { shape, dtype: x!.dtype }
}) satisfies Rule<'reduceSum'>

export const concat: Rule<'concat'> = (operands, { axis }, op) => {
  const first = operands[0]!
  for (const node of operands) {
    sameDtype(op, first, node)
    const fits = node.shape.length === first.shape.length
    if (!fits || !node.shape.every((dim, a) => a === axis || dim === first.shape[a])) {
      throw shapeError(op, shapesOf(operands), `only axis ${axis} may differ`)
    }
  }
  const joined = sumOfDims(operands.map((node) => node.shape[axis]!))
  return { shape: first.shape.map((dim, a) => (a === axis ? joined : dim)), dtype: first.dtype }
}

function knownSize(op: string, x: Node, axis: number): number {
  const size = x.shape[axis]
  if (typeof size !== 'number') throw shapeError(op, [x.shape], `the size of axis ${axis} is not known`)
  return size
}

function resized(x: Node, axis: number, size: number): { readonly shape: Shape; readonly dtype: DType } {
  return { shape: x.shape.map((dim, a) => (a === axis ? size : dim)), dtype: x.dtype }
}

export const slice: Rule<'slice'> = ([x], { axis, start, end }, op) => {
  const size = knownSize(op, x!, axis)
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= size)) {
    throw shapeError(op, [x!.shape], `${start} to ${end} is no part of axis ${axis}`)
  }
  return resized(x!, axis, end - start)
}

export const pad: Rule<'pad'> = ([x], { axis, before, after }, op) => {
  expectDtype(op, x!, 'float32')
  if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
    throw shapeError(op, [x!.shape], `${before} and ${after} are not widths`)
  }
  return resized(x!, axis, knownSize(op, x!, axis) + before + after)
}

export const part: Rule<'part'> = ([x], { axis, sizes, index }) => {
  const size = knownSize('split', x!, axis)
  if (sizes.some((n) => !Number.isInteger(n) || n <= 0) || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw shapeError('split', [x!.shape], `sizes ${sizes.join(' + ')} do not fill axis ${axis}`)
  }
  return resized(x!, axis, sizes[index]!)
}

export const reshape: Rule<'reshape'> = ([x], { shape }) => {
  onnxReshape(x!.shape, shape)
  return { shape, dtype: x!.dtype }
}

/** A target shape in ONNX's terms: 0 keeps the size at this place, one -1 takes what is left. */
export function onnxReshape(from: Shape, to: Shape): number[] {
  if (!sameElements(from, to)) throw shapeError('reshape', [from], `${show(to)} has another number of elements`)
  const target = to.map((dim, axis) => (typeof dim === 'number' ? dim : dim === from[axis] ? 0 : -1))
  if (target.filter((dim) => dim === -1).length > 1) {
    throw shapeError('reshape', [from], `${show(to)} has more than one named size at another place`)
  }
  return target
}

export const transpose: Rule<'transpose'> = ([x], { permutation }, op) => {
  if (permutation.length !== x!.shape.length || !x!.shape.every((_, axis) => permutation.includes(axis))) {
    throw shapeError(op, [x!.shape], `[${permutation.join(', ')}] is no order of its axes`)
  }
  return { shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }
}

export const expandLike: Rule<'expandLike'> = ([x, like], _attributes, op) => {
  if (!sameShape(broadcast(op, x!.shape, like!.shape), like!.shape)) {
    throw shapeError(op, [x!.shape, like!.shape], 'the first does not broadcast to the second')
  }
  return { shape: like!.shape, dtype: x!.dtype }
}

export const gather: Rule<'gather'> = ([rows, indices], _attributes, op) => {
  expectDtype(op, indices!, 'int32', 'int64')
  if (rows!.shape.length === 0) throw shapeError(op, [rows!.shape, indices!.shape], 'a scalar has no rows')
  return { shape: [...indices!.shape, ...rows!.shape.slice(1)], dtype: rows!.dtype }
}

export const scatterAdd: Rule<'scatterAdd'> = ([indices, updates], { rows }, op) => {
  expectDtype(op, indices!, 'int32', 'int64')
  expectDtype(op, updates!, 'float32')
  const rank = indices!.shape.length
  const row = updates!.shape.slice(rank)
  if (!sameShape(updates!.shape.slice(0, rank), indices!.shape) || row.some((dim) => typeof dim !== 'number')) {
    throw shapeError(op, [indices!.shape, updates!.shape], 'updates must be one row of known size per index')
  }
  return { shape: [rows, ...row], dtype: updates!.dtype }
}

export const oneHot: Rule<'oneHot'> = ([indices], { depth }, op) => {
  expectDtype(op, indices!, 'int32', 'int64')
  if (!Number.isInteger(depth) || depth < 1) throw shapeError(op, [indices!.shape], `${depth} is no number of classes`)
  return { shape: [...indices!.shape, depth], dtype: 'float32' }
}

export const matmul: Rule<'matmul'> = ([a, b], _attributes, op) => {
  expectDtype(op, a!, 'float32')
  expectDtype(op, b!, 'float32')
  const x = a!.shape
  const y = b!.shape
  if (x.length < 2 || y.length < 2) throw shapeError(op, [x, y], 'both operands need rank 2 or more')
  if (x.at(-1) !== y.at(-2)) throw shapeError(op, [x, y], `inner sizes ${x.at(-1)} and ${y.at(-2)} differ`)
  return { shape: [...broadcast(op, x.slice(0, -2), y.slice(0, -2)), x.at(-2)!, y.at(-1)!], dtype: 'float32' }
}

export const gemm: Rule<'gemm'> = ([a, b, c], { transA, transB }, op) => {
  const shapes = shapesOf(c === undefined ? [a!, b!] : [a!, b!, c])
  for (const operand of [a!, b!, ...(c === undefined ? [] : [c])]) expectDtype(op, operand, 'float32')
  if (a!.shape.length !== 2 || b!.shape.length !== 2) throw shapeError(op, shapes, 'the factors must be matrices')
  const [rows, inner] = transA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!]
  const [other, columns] = transB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!]
  if (inner !== other) throw shapeError(op, shapes, `inner sizes ${inner} and ${other} differ`)
  const shape = [rows, columns]
  if (c !== undefined && !sameShape(broadcast(op, c.shape, shape), shape)) {
    throw shapeError(op, shapes, `the last does not broadcast to ${show(shape)}`)
  }
  return { shape, dtype: 'float32' }
}

export const loop: Rule<'loop'> = (operands, { index, states }, op) => {
  const first = operands.slice(0, states)
  const next = operands.slice(states + 2)
  for (const condition of operands.slice(states, states + 2)) {
    expectDtype(op, condition, 'bool')
    if (condition.shape.length !== 0) throw shapeError(op, [condition.shape], 'a condition must be a scalar')
  }
  if (first.length !== states || next.length !== states) {
    throw shapeError(op, shapesOf(operands), `${first.length} states and ${next.length} next ones`)
  }
  for (const [k, state] of first.entries()) {
    sameDtype(op, state, next[k]!)
    if (!sameShape(state.shape, next[k]!.shape)) {
      throw shapeError(op, [state.shape, next[k]!.shape], `state ${k} changes its shape`)
    }
  }
  return first[index]!
}
