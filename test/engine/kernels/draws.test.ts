import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawKeys } from '../../../src/engine/kernels/draws.ts'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import { agree, plainWorkspace } from './agree.ts'

test('dropout masks agree with the reference bit for bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(1, 0.9, 0.5, 1 / 3, 1e-9),
      fc.maxSafeNat(),
      fc.nat(),
      (n, keep, seed, step) => {
        agree((w) => {
          const mask = w.float32(n).fill(7)
          w.kernels.dropoutMask(mask, keep, seed, step)
          return [mask]
        }, 0)
      },
    ),
    { numRuns: 100 },
  )
})

test('a mask keeps the wanted share, scaled, and neighbours, steps and seeds are independent', () => {
  const n = 200_000
  const mask = (seed: number, step: number): Float32Array => {
    const out = new Float32Array(n)
    referenceKernels.dropoutMask(out, 0.75, seed, step)
    return out
  }
  const one = mask(1, 1)
  expect(new Set(one)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  const share = (values: Float32Array): number => values.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0) / n
  expect(share(one)).toBeGreaterThan(0.75 - 5 * Math.sqrt((0.75 * 0.25) / n))
  expect(share(one)).toBeLessThan(0.75 + 5 * Math.sqrt((0.75 * 0.25) / n))
  // Both kept: 0.75^2 where independent.
  const both = (a: Float32Array, b: Float32Array): number => share(a.map((x, i) => x * b[i]!))
  const shifted = (by: number): Float32Array => Float32Array.from(one, (_, i) => one[(i + by) % n]!)
  for (const other of [mask(1, 2), mask(2, 1), mask(1 + 2 ** 32, 1), shifted(1), shifted(2), shifted(4), shifted(64)]) {
    expect(Math.abs(both(one, other) - 0.5625)).toBeLessThan(5 * Math.sqrt((0.5625 * 0.4375) / n))
  }
})

test('keep outside (0, 1] is refused', () => {
  for (const keep of [0, -1, 1.1, Number.NaN]) {
    expect(() => referenceKernels.dropoutMask(new Float32Array(1), keep, 1, 1)).toThrow(RangeError)
  }
})

test('negatives agree with the reference bit for bit, uniform and weighted, also where nearly everything is known', () => {
  const cases = fc.record({
    users: fc.integer({ min: 1, max: 6 }),
    items: fc.integer({ min: 1, max: 12 }),
    density: fc.constantFrom(0, 0.3, 0.9, 1),
    n: fc.integer({ min: 0, max: 20 }),
    per: fc.integer({ min: 1, max: 4 }),
    start: fc.integer({ min: 0, max: 1000 }),
    epoch: fc.nat(100),
    seed: fc.integer(),
  })
  fc.assert(
    fc.property(cases, ({ users, items, density, n, per, start, epoch, seed }) => {
      agree((w, random) => {
        const offsets = w.int32(users + 1)
        const all: number[] = []
        for (let u = 0; u < users; u++) {
          for (let i = 0; i < items; i++) if (random.float() < density) all.push(i)
          offsets[u + 1] = all.length
        }
        const positives = w.int32(all.length)
        positives.set(all)
        const who = w.int32(n)
        for (let r = 0; r < n; r++) who[r] = random.int(users + 1) - 1
        const [thresholds, alias, weights] = [w.int32(items), w.int32(items), w.float32(items)]
        for (let i = 0; i < items; i++) {
          thresholds[i] = random.uint32()
          alias[i] = random.int(items)
          weights[i] = random.int(3) === 0 ? 0 : random.float()
        }
        const keys = drawKeys(seed, epoch)
        const known = { offsets, positives, items }
        const [uniform, weighted] = [w.int32(n * per), w.int32(n * per)]
        const none = w.kernels.uniformNegatives(keys, start, who, n, per, known, uniform)
        const short = w.kernels.weightedNegatives(
          keys,
          start,
          who,
          n,
          per,
          known,
          { thresholds, alias, weights },
          weighted,
        )
        return [none, short, uniform, weighted]
      }, seed)
    }),
    { numRuns: 150 },
  )
})

test('users that do not exist are refused', () => {
  const known = { offsets: Int32Array.of(0, 1), positives: Int32Array.of(0), items: 2 }
  const out = plainWorkspace.int32(1)
  expect(() => referenceKernels.uniformNegatives([1, 2], 0, Int32Array.of(1), 1, 1, known, out)).toThrow(
    'users[0] = 1 of 1 users',
  )
})
