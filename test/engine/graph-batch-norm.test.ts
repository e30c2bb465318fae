import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { batchNorm, batchNormInference, mul, reduceSum } from '../../src/engine/graph/index.ts'
import { gradients } from '../../src/engine/index.ts'
import { type Array32, evaluate, type Value } from './graph-support.ts'

interface Golden {
  readonly shape: number[]
  readonly data: number[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/engine.json', import.meta.url), 'utf8')).batchNorm as {
  gamma: number[]
  beta: number[]
  momentum: number
  steps: Record<'x' | 'd' | 'y' | 'dx' | 'dgamma' | 'dbeta' | 'runningMean' | 'runningVariance', Golden>[]
  inference: { x: Golden; y: Golden }
}

function value({ shape, data }: Golden): Value {
  return { shape, data: Float32Array.from(data) }
}

function expectClose(actual: Array32, expected: Golden): void {
  expect(actual.length).toBe(expected.data.length)
  for (const [k, y] of expected.data.entries()) expect(actual[k]).toBeCloseTo(y, 4)
}

it("batch normalisation agrees with PyTorch's: results, derivatives, running statistics, inference form", async () => {
  const features = golden.gamma.length
  const gamma = { shape: [features], data: Float32Array.from(golden.gamma) }
  const beta = { shape: [features], data: Float32Array.from(golden.beta) }
  const mean = new Float32Array(features)
  const variance = new Float32Array(features).fill(1)
  for (const step of golden.steps) {
    const rows = step.x.shape[0]!
    const results = await evaluate(
      { x: value(step.x), d: value(step.d), gamma, beta },
      (n) => {
        const norm = batchNorm(n.x!, n.gamma!, n.beta!)
        const loss = reduceSum(mul(norm.output, n.d!))
        const [dx, dgamma, dbeta] = gradients(loss, [n.x!, n.gamma!, n.beta!])
        return { y: norm.output, mean: norm.mean, variance: norm.variance, dx: dx!, dgamma: dgamma!, dbeta: dbeta! }
      },
      { batch: rows },
    )
    for (const name of ['y', 'dx', 'dgamma', 'dbeta'] as const) expectClose(results[name]!, step[name])
    for (let k = 0; k < features; k++) {
      mean[k] = (1 - golden.momentum) * mean[k]! + golden.momentum * results.mean![k]!
      const unbiased = (results.variance![k]! * rows) / (rows - 1)
      variance[k] = (1 - golden.momentum) * variance[k]! + golden.momentum * unbiased
    }
    expectClose(mean, step.runningMean)
    expectClose(variance, step.runningVariance)
  }
  const statistics = { mean: { shape: [features], data: mean }, variance: { shape: [features], data: variance } }
  const { y } = await evaluate({ x: value(golden.inference.x), gamma, beta, ...statistics }, (n) => ({
    y: batchNormInference(n.x!, n.gamma!, n.beta!, n.mean!, n.variance!),
  }))
  expectClose(y!, golden.inference.y)
})
