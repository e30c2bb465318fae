import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DotSide } from '../../src/engine/dot/rows.ts'
import { EmbeddingDot } from '../../src/models/embedding-dot/embedding-dot.ts'
import { foldIn } from '../../src/models/embedding-dot/fold-in.ts'
import { embeddingDotHyperparameters } from '../../src/models/embedding-dot/hyperparameters.ts'
import { predictionOf } from '../../src/models/embedding-dot/prediction.ts'
import { solvePositiveDefinite } from '../../src/models/linear-solve.ts'
import type { ProfileRating } from '../../src/models/recommender.ts'
import { largestDifference, sgd } from '../engine/dot-data.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const none = { ratings: 0, bias: 0 }

function someItems(count: number, factors: number, seed = 1): DotSide {
  const random = new Random(seed)
  return {
    factors: Float32Array.from({ length: count * factors }, () => random.normal() * 0.3),
    biases: Float32Array.from({ length: count }, () => random.normal() * 0.3),
  }
}

function someProfile(n: number, items: number, seed: number): ProfileRating[] {
  const random = new Random(seed)
  const chosen = random.shuffle(Int32Array.from({ length: items }, (_, i) => i)).subarray(0, n)
  return Array.from(chosen, (item) => ({ item, rating: (1 + random.int(10)) / 2 }))
}

describe('solvePositiveDefinite', () => {
  test('solves what a product made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
        const random = new Random(seed)
        const half = Float64Array.from({ length: n * n }, () => random.normal())
        const x = Float64Array.from({ length: n }, () => random.normal())
        const a = new Float64Array(n * n)
        const b = new Float64Array(n)
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            for (let k = 0; k < n; k++) a[i * n + j]! += half[i * n + k]! * half[j * n + k]!
            if (i === j) a[i * n + j]! += 0.5
          }
        }
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) b[i]! += a[i * n + j]! * x[j]!
        expect(solvePositiveDefinite(a, b)).toBe(true)
        expect(largestDifference(b, x)).toBeLessThan(1e-8)
      }),
    )
  })

  test('says so where there is no solution', () => {
    expect(solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toBe(false)
    expect(solvePositiveDefinite(Float64Array.of(0), Float64Array.of(1))).toBe(false)
    expect(solvePositiveDefinite(Float64Array.of(Number.NaN), Float64Array.of(1))).toBe(false)
  })
})

describe('foldIn', () => {
  test('linear output: a hand-solved ridge regression', () => {
    // One factor, items q = 1 and -1, no biases, offset 3, ratings 5 and 3; l2 = l2Bias = 0.5, so the penalty is p^2 + b^2:
    // residuals 2 = p + b and 0 = -p + b give (2 + 1) p = 2 and (2 + 1) b = 2.
    const items = { factors: Float32Array.of(1, -1), biases: Float32Array.of(0, 0) }
    const settings = { ...sgd, factors: 1, output: 'linear', offset: 3, l2: 0.5, l2Bias: 0.5 } as const
    const profile = [
      { item: 0, rating: 5 },
      { item: 1, rating: 3 },
    ]
    const { factors, biases } = foldIn(items, settings, profile, none)
    expect(factors[0]).toBeCloseTo(2 / 3, 6)
    expect(biases[0]).toBeCloseTo(2 / 3, 6)
    // Two ratings' worth more on p: (2 + 2) p = 2; two more on b: (2 + 3) b = 2.
    const held = foldIn(items, settings, profile, { ratings: 2, bias: 2 })
    expect(held.factors[0]).toBeCloseTo(1 / 2, 6)
    expect(held.biases[0]).toBeCloseTo(2 / 5, 6)
  })

  test('no step in any direction makes the objective smaller', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sigmoid' as const, 'linear' as const),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (output, n, seed) => {
          const factors = 6
          const items = someItems(50, factors, seed)
          const settings = { ...sgd, factors, output, offset: output === 'linear' ? 3 : 0.5 }
          const prior = { ratings: 3, bias: 1 }
          const profile = someProfile(n, 50, seed)
          const side = foldIn(items, settings, profile, prior)
          const x = [...side.factors, side.biases[0]!]
          const objective = (at: readonly number[]): number => {
            let sum = 0
            for (const { item, rating } of profile) {
              let score = at[factors]! + items.biases[item]!
              for (let d = 0; d < factors; d++) score += at[d]! * items.factors[item * factors + d]!
              sum += (predictionOf(settings, score) - rating) ** 2
            }
            for (let d = 0; d < factors; d++) sum += settings.l2 * (n + 3) * at[d]! ** 2
            return sum + (settings.l2Bias * n + 1) * at[factors]! ** 2
          }
          for (let d = 0; d <= factors; d++) {
            const slope =
              (objective(x.map((v, k) => (k === d ? v + 1e-4 : v))) -
                objective(x.map((v, k) => (k === d ? v - 1e-4 : v)))) /
              2e-4
            expect(Math.abs(slope)).toBeLessThan(0.02)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an empty profile is zeros, and a wild one stays finite', () => {
    const items = someItems(30, 50)
    expect(foldIn(items, { ...sgd, factors: 50 }, [], none)).toEqual({
      factors: new Float32Array(50),
      biases: new Float32Array(1),
    })
    const huge = { factors: items.factors.map((x) => x * 1000), biases: items.biases.map((x) => x * 100) }
    for (const l2 of [0, 0.05]) {
      const side = foldIn(huge, { ...sgd, factors: 50, l2, l2Bias: l2 }, someProfile(20, 30, 3), none)
      expect([...side.factors, ...side.biases].every(Number.isFinite)).toBe(true)
    }
  })

  test('a training user, folded in from their own ratings, is predicted as in training', async () => {
    const { interactions } = await loadDataset('ml-latest-small')
    const model = new EmbeddingDot(embeddingDotHyperparameters.parse({}))
    await model.fit(interactions, { threads: 1 })
    const { offsets, indices, values } = interactions.byUser()
    let squares = 0
    let spread = 0
    let count = 0
    const mean = await model.scoreAll({ profile: [] })
    let milliseconds = 0
    for (let user = 0; user < 610; user += 6) {
      const profile: ProfileRating[] = []
      for (let k = offsets[user]!; k < offsets[user + 1]!; k++) profile.push({ item: indices[k]!, rating: values[k]! })
      const trained = await model.scoreAll({ user })
      const began = performance.now()
      const folded = await model.scoreAll({ profile })
      milliseconds += performance.now() - began
      expect(await model.scoreAll({ profile })).toEqual(folded)
      for (let i = 0; i < trained.length; i++) {
        squares += (folded[i]! - trained[i]!) ** 2
        spread += (mean[i]! - trained[i]!) ** 2
        count++
      }
    }
    console.log(
      `folded-in against trained: RMS ${Math.sqrt(squares / count).toFixed(3)} stars, an empty profile ${Math.sqrt(spread / count).toFixed(3)}; ${(milliseconds / 102).toFixed(2)} ms a user`,
    )
    expect(Math.sqrt(squares / count)).toBeLessThan(0.15)
    expect(Math.sqrt(squares / spread)).toBeLessThan(0.35)
  })
})
