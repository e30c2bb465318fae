/**
 * The largest difference between two lists of numbers, relative to 1 + |expected|. Throws where it exceeds the tolerance
 * or a value is not finite on one side only: a benchmark of wrong values is not a benchmark.
 */
export function close(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): number {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, the reference has ${expected.length}`)
  }
  let worst = 0
  for (let n = 0; n < expected.length; n++) {
    const [a, e] = [actual[n]!, expected[n]!]
    if (Object.is(a, e)) continue
    const difference = Math.abs(a - e) / (1 + Math.abs(e))
    if (!(difference <= tolerance)) throw new Error(`${what}[${n}] is ${a}, the reference says ${e}`)
    if (difference > worst) worst = difference
  }
  return worst
}
