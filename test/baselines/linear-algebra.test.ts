import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factorise, invertSmall, solveLower, solveUpper } from '../../src/baselines/linear-algebra/cholesky.ts'
import { eigenSymmetric } from '../../src/baselines/linear-algebra/eigen.ts'
import { invertInPlace } from '../../src/baselines/linear-algebra/invert.ts'
import { plainProduct, runtimeProduct } from '../../src/baselines/linear-algebra/matrix-product.ts'
import { NormalEquations } from '../../src/baselines/linear-algebra/normal-equations.ts'
import { Random } from '../../src/core/random.ts'
import golden from '../golden/factorisation.json' with { type: 'json' }

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const { matrix, inverse, eigenvalues } = golden.inverse
const n = matrix.length
const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat())

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, x, k) => Math.max(most, Math.abs(x - b[k]!)), 0)
}

function definite(size: number, random: Random): Float64Array {
  const root = Float64Array.from({ length: size * size }, () => random.normal())
  const a = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) a[i * size + j]! += root[i * size + k]! * root[j * size + k]!
    }
    a[i * size + i]! += 1
  }
  return a
}

describe('Cholesky', () => {
  test('the factor of a matrix done by hand', () => {
    const a = Float64Array.of(4, 99, 99, 2, 10, 99, -2, 2, 6)
    expect(factorise(a, 3)).toBe(true)
    // [[2], [1, 3], [-1, 1, 2]], what stood above the diagonal untouched.
    expect([...a]).toEqual([2, 99, 99, 1, 3, 99, -1, 1, 2])
    const x = Float64Array.of(2, 7, 5)
    solveLower(a, 3, x)
    expect([...x]).toEqual([1, 2, 2])
    solveUpper(a, 3, x)
    expect([...x]).toEqual([0.5 * (1 - 1 / 3 + 1), 1 / 3, 1].map((value) => expect.closeTo(value, 14)))
  })

  test('refuses what is not positive definite', () => {
    expect(factorise(Float64Array.of(1, 2, 2, 1), 2)).toBe(false)
    expect(invertSmall(Float64Array.of(0), 1)).toBeNull()
  })
})

describe('the blocked inverse', () => {
  test.each([1, 7, 16, 45, 100])("is numpy's for a condition of 1e6, in blocks of %i", async (block) => {
    const a = flat(matrix)
    await invertInPlace(a, n, { block })
    expect(largestDifference(a, flat(inverse))).toBeLessThan(1e-9)
  })

  test('ONNX Runtime and plain loops give the same', async () => {
    const size = 300
    const a = definite(size, new Random(3))
    const plain = a.slice()
    await invertInPlace(plain, size, { block: 64, product: plainProduct })
    const { product, release } = await runtimeProduct(1)
    await invertInPlace(a, size, { block: 64, product })
    await release()
    expect(largestDifference(a, plain)).toBeLessThan(1e-11)
  })

  test('times the matrix is the identity, and symmetric, for any size and block', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        async (size, block, seed) => {
          const a = definite(size, new Random(seed))
          const x = a.slice()
          await invertInPlace(x, size, { block })
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              let sum = 0
              for (let k = 0; k < size; k++) sum += a[i * size + k]! * x[k * size + j]!
              expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-8)
            }
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a matrix that is not positive definite is refused, and so is a wrong size', async () => {
    await expect(invertInPlace(Float64Array.of(1, 2, 2, 1), 2)).rejects.toThrow(RangeError)
    await expect(invertInPlace(new Float64Array(3), 2)).rejects.toThrow('2 x 2')
  })

  test('stops when the signal is raised', async () => {
    const stop = AbortSignal.abort()
    await expect(invertInPlace(Float64Array.of(2), 1, { signal: stop })).rejects.toMatchObject({ code: 'interrupted' })
  })
})

test("eigenvalues are numpy's, and the vectors diagonalise", () => {
  const a = flat(matrix)
  const { values, vectors } = eigenSymmetric(a, n)
  for (const [k, value] of values.entries()) expect(value / eigenvalues[k]!).toBeCloseTo(1, 9)
  for (const k of [0, 20, n - 1]) {
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += a[i * n + j]! * vectors[j * n + k]!
      expect(Math.abs(sum - values[k]! * vectors[i * n + k]!)).toBeLessThan(1e-7)
    }
  }
})

describe('normal equations', () => {
  test('a line through three points, by hand', () => {
    const equations = new NormalEquations(2)
    for (const [x, y] of [
      [0, 1],
      [1, 3],
      [2, 5],
    ]) {
      equations.add(Float64Array.of(9, x!, 1), 1, 0.5, y!)
    }
    const solution = new Float64Array(3)
    equations.solve(solution, 1)
    expect(solution[1]).toBeCloseTo(2, 12)
    expect(solution[2]).toBeCloseTo(1, 12)
  })

  test('sparse rows are dense rows', () => {
    const [a, b] = [new NormalEquations(4), new NormalEquations(4)]
    a.addSparse(Int32Array.of(1, 3), 0.5, 2, 3)
    b.add(Float64Array.of(0, 0.5, 0, 0.5), 0, 2, 3)
    expect(a.matrix).toEqual(b.matrix)
    expect(a.vector).toEqual(b.vector)
  })

  test('a singular problem has a finite answer', () => {
    const equations = new NormalEquations(2)
    equations.add(Float64Array.of(1, 1), 0, 1, 4)
    const solution = new Float64Array(2)
    equations.solve(solution, 0)
    expect(solution[0]! + solution[1]!).toBeCloseTo(4, 5)
  })

  test('draws have the covariance of the posterior', () => {
    const { priorPrecision, covariance } = golden.gibbsUser
    const random = new Random(11)
    const precision = invertSmall(flat(covariance), 4)!
    const sums = new Float64Array(16)
    const draws = 40_000
    for (let d = 0; d < draws; d++) {
      const equations = new NormalEquations(4)
      equations.reset(precision)
      const draw = new Float64Array(4)
      equations.solve(draw, 0)
      equations.draw(
        Float64Array.from({ length: 4 }, () => random.normal()),
        draw,
        0,
      )
      for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) sums[i * 4 + j]! += (draw[i]! * draw[j]!) / draws
    }
    expect(priorPrecision.length).toBe(4)
    const scale = Math.max(...covariance.flat())
    for (const [k, value] of flat(covariance).entries()) expect(Math.abs(sums[k]! - value) / scale).toBeLessThan(0.03)
  })
})
