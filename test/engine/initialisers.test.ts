import { expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { fansOf, type Initialiser, initialise } from '../../src/engine/initialisers.ts'

const n = 100_000
const draw = (initialiser: Initialiser, fans = fansOf(200, 50), seed = 1): Float32Array =>
  initialise(new Float32Array(n), initialiser, fans, new Random(seed))

function moments(x: Float32Array): { mean: number; sd: number; kurtosis: number; most: number } {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  const power = (p: number): number => x.reduce((sum, v) => sum + (v - mean) ** p, 0) / x.length
  return {
    mean,
    sd: Math.sqrt(power(2)),
    kurtosis: power(4) / power(2) ** 2,
    most: x.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
  }
}

/** Within five standard errors of the expected moments; kurtosis 3 is normal, 1.8 uniform, 2.38 normal cut at two. */
function expectMoments(x: Float32Array, sd: number, kurtosis: number): void {
  const found = moments(x)
  expect(Math.abs(found.mean)).toBeLessThan((5 * sd) / Math.sqrt(n))
  expect(Math.abs(found.sd / sd - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / (4 * n)))
  expect(Math.abs(found.kurtosis - kurtosis)).toBeLessThan(0.08)
}

test('He normal: sqrt(2 / fanIn) after the cut at two standard deviations of the uncut distribution', () => {
  const x = draw({ kind: 'he-normal' })
  // The fourth moment of a standard normal cut at a = 2: (3 - 2 (a^3 + 3 a) phi(a) / (2 Phi(a) - 1)).
  const [phi, inside] = [Math.exp(-2) / Math.sqrt(2 * Math.PI), 0.954499736103642]
  const variance = 1 - (4 * phi) / inside
  expectMoments(x, Math.sqrt(2 / 200), (3 - (2 * (8 + 6) * phi) / inside) / variance ** 2)
  const limit = (2 * Math.sqrt(2 / 200)) / 0.87962566103423978
  expect(moments(x).most).toBeLessThanOrEqual(limit * (1 + 1e-6))
  expect(moments(x).most).toBeGreaterThan(0.99 * limit)
})

test('an embedding takes its number of rows as fanIn, as Keras does', () => {
  expect(fansOf(9724, 64)).toEqual({ fanIn: 9724, fanOut: 64 })
  expect(moments(draw({ kind: 'he-normal' }, fansOf(9724, 64))).sd).toBeCloseTo(Math.sqrt(2 / 9724), 4)
})

test('Glorot: uniform within sqrt(6 / (fanIn + fanOut)), normal with sqrt(2 / (fanIn + fanOut))', () => {
  const uniform = draw({ kind: 'glorot-uniform' })
  expectMoments(uniform, Math.sqrt(2 / 250), 1.8)
  expect(moments(uniform).most).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / 250)))
  expectMoments(draw({ kind: 'glorot-normal' }), Math.sqrt(2 / 250), 3)
})

test('normal, uniform, constant and zeros', () => {
  expectMoments(draw({ kind: 'normal', sd: 0.05 }), 0.05, 3)
  expectMoments(draw({ kind: 'uniform', limit: 0.05 }), 0.05 / Math.sqrt(3), 1.8)
  expect(new Set(draw({ kind: 'constant', value: 0.5 }))).toEqual(new Set([0.5]))
  expect(new Set(initialise(new Float32Array(3).fill(7), { kind: 'zeros' }, fansOf(1, 1), new Random(1)))).toEqual(
    new Set([0]),
  )
})

test('the seed decides', () => {
  for (const kind of ['he-normal', 'glorot-uniform', 'glorot-normal'] as const) {
    expect(draw({ kind }, fansOf(2, 3), 4).join()).toBe(draw({ kind }, fansOf(2, 3), 4).join())
    expect(draw({ kind }, fansOf(2, 3), 4).join()).not.toBe(draw({ kind }, fansOf(2, 3), 5).join())
  }
})
