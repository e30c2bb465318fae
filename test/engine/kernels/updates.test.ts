import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Random } from '../../../src/core/random.ts'
import { referenceKernels } from '../../../src/engine/kernels/reference/index.ts'
import type { Workspace } from '../../../src/engine/memory/arena.ts'
import { agree, normals } from './agree.ts'

const penalties = fc.record({
  l1: fc.constantFrom(0, 0.01),
  l2: fc.constantFrom(0, 0.1),
  keep: fc.constantFrom(1, 0.99),
})
const cases = fc.record({
  dim: fc.integer({ min: 1, max: 21 }),
  rows: fc.integer({ min: 0, max: 12 }),
  nesterov: fc.boolean(),
  momentum: fc.boolean(),
  penalties,
  seed: fc.integer(),
})

/** A table with two positive and signed moments, some rows of it in random order, and their gradients. */
function table(w: Workspace, rows: number, dim: number, random: Random) {
  const size = rows * dim
  const weights = normals(w, size, random)
  if (size > 0) weights[0] = 0
  const m = normals(w, size, random)
  // A first moment that has died away beside a second that has not.
  if (rows > 0) m.fill(0, 0, dim)
  const v = normals(w, size, random)
  v.forEach((x, i) => {
    v[i] = x * x
  })
  const n = rows === 0 ? 0 : random.int(rows + 1)
  const ids = w.int32(n)
  ids.set(random.shuffle(Int32Array.from({ length: rows }, (_, i) => i)).subarray(0, n))
  return { weights, m, v, ids, n, gradients: normals(w, n * dim, random), whole: normals(w, size, random) }
}

test('Adam, SGD and Adagrad agree with the reference, whole and by rows', () => {
  fc.assert(
    fc.property(cases, ({ dim, rows, nesterov, momentum, penalties: p, seed }) => {
      const adam = { ...p, stepSize: 0.01, epsilon: 1e-7, beta1: 0.9, beta2: 0.999 }
      const sgd = { ...p, learningRate: 0.1, momentum: 0.9, nesterov }
      const adagrad = { ...p, learningRate: 0.1, epsilon: 1e-10 }
      agree(
        (w, random) => {
          const results: Float32Array[] = []
          const next = () => {
            const t = table(w, rows, dim, random)
            results.push(t.weights, t.m, t.v)
            return { ...t, buffer: momentum ? t.m : null }
          }
          let t = next()
          w.kernels.adam(t.weights, t.whole, t.m, t.v, adam)
          t = next()
          w.kernels.adamRows(t.weights, dim, t.m, t.v, t.ids, t.n, t.gradients, adam)
          t = next()
          w.kernels.sgd(t.weights, t.whole, t.buffer, sgd)
          t = next()
          w.kernels.sgdRows(t.weights, dim, t.buffer, t.ids, t.n, t.gradients, sgd)
          t = next()
          w.kernels.adagrad(t.weights, t.whole, t.v, adagrad)
          t = next()
          w.kernels.adagradRows(t.weights, dim, t.v, t.ids, t.n, t.gradients, adagrad)
          t = next()
          w.kernels.rowAdagradRows(t.weights, dim, t.v, t.ids, t.n, t.gradients, adagrad)
          return results
        },
        seed,
        2e-6,
      )
    }),
    { numRuns: 60 },
  )
})

test('catching up agrees with the reference, which makes every step, also beyond the point where moves are too small', () => {
  fc.assert(
    fc.property(
      cases,
      fc.integer({ min: 0, max: 600 }),
      fc.boolean(),
      ({ dim, rows, penalties: p, seed }, many, all) => {
        // An l1 makes weights near zero change sign at a step that rounding decides: keep them away from it.
        const count = p.l1 > 0 ? many % 100 : many
        agree(
          (w, random) => {
            const t = table(w, rows, dim, random)
            if (p.l1 > 0) {
              t.weights.forEach((x, i) => {
                t.weights[i] = x + 10 * Math.sign(x)
              })
            }
            const column = (value: (i: number) => number): Float32Array => {
              const x = w.float32(count)
              for (let i = 0; i < count; i++) x[i] = value(i)
              return x
            }
            const last = w.int32(rows)
            for (let i = 0; i < rows; i++) last[i] = random.int(count + 1)
            const steps = {
              count,
              stepSizes: column((i) => 0.01 / (1 + i / 100)),
              epsilons: column(() => 1e-7),
              keeps: column(() => p.keep),
              beta1: 0.9,
              beta2: 0.999,
              l1: p.l1,
              l2: p.l2,
              decays: p.keep !== 1,
            }
            w.kernels.catchUpAdam(t.weights, dim, t.m, t.v, last, all ? null : t.ids, t.n, steps)
            return [t.weights, t.m, t.v, last]
          },
          seed,
          2e-5,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('sum of squares, scaling and clipping agree with the reference', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70 }), fc.integer(), (n, seed) => {
      agree(
        (w, random) => {
          const x = normals(w, n, random)
          const squares = w.kernels.sumOfSquares(x)
          w.kernels.scale(x, 1.5)
          const scaled = x.slice()
          w.kernels.clipValues(x, 0.75)
          const sum = normals(w, n, random)
          w.kernels.add(sum, x)
          return [squares, scaled, x, sum]
        },
        seed,
        1e-6,
      )
    }),
    { numRuns: 40 },
  )
})

test('what is not finite is not hidden: NaN and infinity come through every kernel as in the reference', () => {
  agree(
    (w) => {
      const x = w.float32(7)
      x.set([1, Number.NaN, 3, 4, Number.POSITIVE_INFINITY, 6, Number.NaN])
      const clipped = w.float32(7)
      clipped.set(x)
      w.kernels.clipValues(clipped, 2)
      const weights = w.float32(7)
      w.kernels.sgd(weights, x, null, { learningRate: 0.5, momentum: 0, nesterov: false, l1: 0, l2: 0, keep: 1 })
      const [moved, m, v] = [w.float32(7), w.float32(7), w.float32(7)]
      const adam = { stepSize: 0.01, epsilon: 1e-8, beta1: 0.9, beta2: 0.999, l1: 0, l2: 0, keep: 1 }
      w.kernels.adam(moved, x, m, v, adam)
      expect([...moved].map(Number.isNaN)).toEqual([false, true, false, false, true, false, true])
      return [w.kernels.sumOfSquares(x), clipped, weights, moved, m, v]
    },
    1,
    1e-6,
  )
})

test('moments of weights without a gradient end at zero, not in denormal numbers, and no weight is moved by that', () => {
  agree(
    (w) => {
      const n = 6
      const [weights, gradient, m, v, momentum] = Array.from({ length: 5 }, () => w.float32(n)) as Float32Array[]
      gradient!.fill(0.5, 0, 4)
      const adam = { stepSize: 0.01, epsilon: 1e-8, beta1: 0.9, beta2: 0.99, l1: 0, l2: 0, keep: 1, least: 1e-31 }
      const sgd = { learningRate: 0.1, momentum: 0.9, nesterov: false, l1: 0, l2: 0, keep: 1 }
      const [byAdam, bySgd] = [w.float32(n), w.float32(n)]
      let [denormal, expected] = [0, 0]
      let [first, second] = [0, 0]
      for (let t = 0; t < 10_000; t++) {
        if (t === 3) gradient!.fill(0)
        w.kernels.adam(byAdam, gradient!, m!, v!, adam)
        w.kernels.sgd(bySgd, gradient!, momentum!, sgd)
        for (const x of [...m!, ...v!, ...momentum!]) if (x !== 0 && Math.abs(x) < 2 ** -126) denormal++
        const g = t < 3 ? 0.5 : 0
        first = 0.9 * first + 0.1 * g
        second = 0.99 * second + 0.01 * g * g
        expected -= (0.01 * first) / (Math.sqrt(second) + 1e-8)
      }
      expect(denormal).toBe(0)
      expect([...m!, ...v!, ...momentum!].every((x) => x === 0)).toBe(true)
      expect(byAdam[0]).toBeCloseTo(expected, 5)
      return [weights!, byAdam, bySgd]
    },
    1,
    1e-6,
  )
})

test('by hand: one Adam step from zero moments moves by the step size against the sign', () => {
  const weights = Float32Array.of(1, 1, 1)
  const [m, v] = [new Float32Array(3), new Float32Array(3)]
  const stepSize = (0.1 * Math.sqrt(1 - 0.999)) / (1 - 0.9)
  const step = { stepSize, epsilon: 0, beta1: 0.9, beta2: 0.999, l1: 0, l2: 0, keep: 1 }
  referenceKernels.adam(weights, Float32Array.of(5, -0.01, 2), m, v, step)
  expect([...weights].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0.9, 1.1, 0.9])
})

test('by hand: penalties and decay', () => {
  const weights = Float32Array.of(2, -2, 0)
  const zero = new Float32Array(3)
  const plain = { learningRate: 0.1, momentum: 0, nesterov: false, l1: 0, l2: 0, keep: 1 }
  referenceKernels.sgd(weights, zero, null, { ...plain, l2: 0.5 })
  expect([...weights].map((x) => x.toFixed(4))).toEqual(['1.9000', '-1.9000', '0.0000'])
  referenceKernels.sgd(weights, zero, null, { ...plain, l1: 1 })
  expect([...weights].map((x) => x.toFixed(4))).toEqual(['1.8000', '-1.8000', '0.0000'])
  referenceKernels.sgd(weights, zero, null, { ...plain, keep: 0.5 })
  expect([...weights].map((x) => x.toFixed(4))).toEqual(['0.9000', '-0.9000', '0.0000'])
})
