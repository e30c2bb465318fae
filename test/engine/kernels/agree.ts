import fc from 'fast-check'
import { expect } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import { createArena, type Workspace } from '../../../src/engine/memory/arena.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

/** Ordinary arrays and the reference kernels. */
export const plainWorkspace: Workspace = {
  float32: (n) => new Float32Array(n),
  int32: (n) => new Int32Array(n),
  uint8: (n) => new Uint8Array(n),
  kernels: referenceKernels,
}

const arenas = await Promise.all(
  (['relaxed', 'plain'] as const).flatMap((simd) =>
    [false, true].map((shared) => createArena({ bytes: 256 * 2 ** 20, simd, shared })),
  ),
)

type Result = readonly (ArrayLike<number> | number)[]

/** Equal to the last bit, or within `tolerance` of 1 + |expected|; anything not finite must be the same. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!]
    if (Object.is(a, e) || a === e) continue
    if (Math.abs(a - e) <= tolerance * (1 + Math.abs(e))) continue
    expect.fail(`${what}[${i}] is ${a}, the reference says ${e}`)
  }
}

/** Runs the same work on the reference and on every compiled variant, and compares what it returns. */
export function agree(work: (workspace: Workspace, random: Random) => Result, seed: number, tolerance = 0): void {
  const expected = work(plainWorkspace, new Random(seed))
  for (const arena of arenas) {
    const actual = work(arena, new Random(seed))
    expect(actual.length).toBe(expected.length)
    for (const [i, value] of expected.entries()) {
      const list = (x: ArrayLike<number> | number): ArrayLike<number> => (typeof x === 'number' ? [x] : x)
      expectClose(list(actual[i]!), list(value), tolerance, `${arena.simd}, result ${i}`)
    }
  }
}

/** n draws from the standard normal distribution. */
export function normals(workspace: Workspace, n: number, random: Random): Float32Array {
  const x = workspace.float32(n)
  for (let i = 0; i < n; i++) x[i] = random.normal()
  return x
}

/** n ids below `rows`, now and then -1. */
export function someIds(workspace: Workspace, n: number, rows: number, random: Random): Int32Array {
  const ids = workspace.int32(n)
  for (let i = 0; i < n; i++) ids[i] = rows === 0 || random.float() < 0.1 ? -1 : random.int(rows)
  return ids
}
