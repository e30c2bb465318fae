import type { Dim, Node, Shape } from './node.ts'

/** "[B, 128]". */
export function show(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Raised by every shape rule: names the op and the shapes. A programming error, hence a RangeError. */
export function shapeError(op: string, shapes: readonly Shape[], why: string): RangeError {
  return new RangeError(`${op}: ${why} (operands ${shapes.map(show).join(' and ')})`)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

/** NumPy's rule: shapes are aligned at the right, and a size of 1 stretches. A named size fits itself and 1 only. */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const result: Dim[] = []
  for (let axis = 0; axis < rank; axis++) {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw shapeError(op, [a, b], `sizes ${x} and ${y} do not broadcast`)
    result.push(x === 1 ? y : x)
  }
  return result
}

/** An axis counted from the front; negative ones count from the end. */
export function normaliseAxis(op: string, axis: number, shape: Shape): number {
  const normal = axis < 0 ? axis + shape.length : axis
  if (!Number.isInteger(axis) || normal < 0 || normal >= shape.length) {
    throw shapeError(op, [shape], `there is no axis ${axis}`)
  }
  return normal
}

/** A sum of sizes; with a named size in it, a name such as 'B+B'. */
export function sumOfDims(dims: readonly Dim[]): Dim {
  return dims.reduce((a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : a === 0 ? b : `${a}+${b}`), 0)
}

/** A product of sizes in one canonical form (`6*B*n`), so that two shapes of equally many elements can be told. */
export function elements(shape: Shape): { readonly known: number; readonly names: readonly string[] } {
  const names: string[] = []
  let known = 1
  for (const dim of shape) {
    if (typeof dim === 'number') known *= dim
    else names.push(...dim.split('*'))
  }
  return { known, names: names.sort() }
}

export function sameElements(a: Shape, b: Shape): boolean {
  const x = elements(a)
  const y = elements(b)
  return x.known === y.known && x.names.join('*') === y.names.join('*')
}

export function shapesOf(nodes: readonly Node[]): Shape[] {
  return nodes.map((node) => node.shape)
}
