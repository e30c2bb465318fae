import { expect, test } from 'vitest'
import type { Workspace } from '../../../src/engine/memory/arena.ts'
import { createArena } from '../../../src/engine/memory/arena.ts'
import { createDenseOptimiser } from '../../../src/engine/optimisers/dense.ts'
import type { OptimiserOptions } from '../../../src/engine/optimisers/optimiser.ts'
import { createTableOptimiser } from '../../../src/engine/optimisers/table.ts'
import golden from '../../golden/optimisers.json' with { type: 'json' }
import { expectClose, plainWorkspace } from '../kernels/agree.ts'

const workspaces: [string, Workspace][] = [
  ['reference', plainWorkspace],
  ['relaxed', await createArena({ bytes: 4 * 2 ** 20, simd: 'relaxed' })],
  ['plain', await createArena({ bytes: 4 * 2 ** 20, simd: 'plain' })],
]

/** PyTorch's settings in our words. */
const dense: Record<keyof typeof golden.dense, OptimiserOptions> = {
  sgd: { kind: 'sgd' },
  'sgd momentum': { kind: 'sgd', momentum: 0.9 },
  'sgd nesterov, weight decay': { kind: 'sgd', momentum: 0.9, nesterov: true, l2: 0.1 },
  adam: { kind: 'adam' },
  'adam, weight decay, betas': { kind: 'adam', l2: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-3 },
  adamw: { kind: 'adamw' },
  'adamw, weight decay': { kind: 'adamw', weightDecay: 0.2 },
  adagrad: { kind: 'adagrad' },
  'adagrad, weight decay': { kind: 'adagrad', l2: 0.1, initialSum: 0.5 },
}

/** Dense embeddings that a table optimiser matches although it touches only some rows, and PyTorch's sparse ones. */
const tables: Partial<Record<keyof typeof golden.embedding, OptimiserOptions>> = {
  sgd: { kind: 'sgd' },
  adam: { kind: 'adam' },
  'adam, weight decay, betas': dense['adam, weight decay, betas'],
  adamw: { kind: 'adamw' },
  'adamw, weight decay': dense['adamw, weight decay'],
  adagrad: { kind: 'adagrad' },
  'sparse sgd': { kind: 'sgd' },
  'sparse adam': { kind: 'lazy-adam' },
  'sparse adam, betas': { kind: 'lazy-adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-3 },
  'sparse adagrad': { kind: 'adagrad' },
}

const tolerance = 2e-6

test.each(workspaces)('%s: ten dense steps as PyTorch makes them', (_, workspace) => {
  for (const [name, options] of Object.entries(dense)) {
    const weights = workspace.float32(golden.initial.length)
    const gradient = workspace.float32(golden.initial.length)
    weights.set(golden.initial)
    const optimiser = createDenseOptimiser(workspace, { weights, gradient }, options)
    for (const [t, expected] of golden.dense[name as keyof typeof golden.dense].entries()) {
      gradient.set(golden.gradients[t]!)
      optimiser.step(golden.rates[t]!)
      expectClose(weights, expected, tolerance, `${name}, step ${t + 1}`)
    }
  }
})

test.each(workspaces)('%s: ten steps of an embedding with repeated rows as PyTorch makes them', (_, workspace) => {
  expect(Object.keys(tables).length).toBe(10)
  for (const [name, options] of Object.entries(tables)) {
    const weights = workspace.float32(15)
    weights.set(golden.table)
    const optimiser = createTableOptimiser(workspace, { weights, dim: 3, capacity: 6 }, options)
    const ids = workspace.int32(6)
    const gradients = workspace.float32(18)
    const rows = workspace.float32(18)
    for (const [t, expected] of golden.embedding[name as keyof typeof golden.embedding].entries()) {
      ids.set(golden.ids[t]!)
      gradients.set(golden.upstream[t]!)
      // The rows about to be used are as dense training would have left them, the others when flushed.
      optimiser.gather(ids, 6, rows)
      const before = t === 0 ? golden.table : golden.embedding[name as keyof typeof golden.embedding][t - 1]!
      expectClose(
        rows,
        [...ids].flatMap((id) => before.slice(3 * id, 3 * id + 3)),
        tolerance,
        `${name}, gathered`,
      )
      optimiser.accumulate(ids, 6, gradients)
      optimiser.step(golden.rates[t]!)
      if (t === 9) {
        optimiser.flush()
        expectClose(weights, expected, tolerance, `${name}, flushed`)
      }
    }
  }
})
