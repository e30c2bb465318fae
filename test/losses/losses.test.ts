import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Graph, gradients, type Node } from '../../src/engine/index.ts'
import { bceWithLogits, crossEntropy, mse, type Reduction } from '../../src/losses/index.ts'
import { evaluate, gradientError, spreadValues, type Value } from '../engine/graph-support.ts'

interface Golden {
  readonly shape: number[]
  readonly data: number[]
}

interface Case {
  readonly loss: 'mse' | 'bceWithLogits' | 'crossEntropy' | 'crossEntropyWeights'
  readonly reduction: Reduction
  readonly x: Golden
  readonly target: Golden
  readonly value: number
  readonly gradient: Golden
}

const golden = JSON.parse(readFileSync(new URL('../golden/engine.json', import.meta.url), 'utf8')).losses as Case[]

const losses: Readonly<Record<Case['loss'], (x: Node, target: Node, reduction?: Reduction) => Node>> = {
  mse,
  bceWithLogits,
  crossEntropy,
  crossEntropyWeights: crossEntropy,
}

describe("losses agree with PyTorch's, logits of 80 and -90 among them", () => {
  for (const { loss, reduction, x, target, value, gradient } of golden) {
    // PyTorch's mean over weighted classes is over rows, as ours.
    it(`${loss}, ${reduction}`, async () => {
      const inputs: Record<string, Value> = {
        x: { shape: x.shape, data: Float32Array.from(x.data) },
        target: {
          shape: target.shape,
          data: loss === 'crossEntropy' ? Int32Array.from(target.data) : Float32Array.from(target.data),
        },
      }
      const results = await evaluate(
        inputs,
        (n) => {
          const node = losses[loss](n.x!, n.target!, reduction)
          return { value: node, gradient: gradients(node, [n.x!])[0]! }
        },
        { batch: x.shape[0] },
      )
      expect(Math.abs(results.value![0]! / value - 1)).toBeLessThan(1e-5)
      for (const [k, d] of gradient.data.entries()) expect(results.gradient![k]).toBeCloseTo(d, 4)
    })
  }
})

describe('derivatives of losses agree with central differences', () => {
  const x = { shape: [3, 4], data: spreadValues(12, 1) }
  const target = { shape: [3, 4], data: spreadValues(12, 2).map(Math.abs) as Float32Array }
  for (const reduction of ['mean', 'sum'] as const) {
    for (const loss of ['mse', 'bceWithLogits', 'crossEntropy'] as const) {
      it(`${loss}, ${reduction}, by the target too`, async () =>
        expect(await gradientError({ x, target }, (n) => losses[loss](n.x!, n.target!, reduction))).toBeLessThan(2e-3))
    }
  }

  it('targets broadcast', async () => {
    const column = { shape: [3, 1], data: spreadValues(3, 4) }
    expect(await gradientError({ x, column }, (n) => mse(n.x!, n.column!))).toBeLessThan(2e-3)
  })
})

it('cross-entropy refuses shapes that do not fit', () => {
  const g = new Graph()
  const logits = g.input('logits', ['B', 4])
  expect(() => crossEntropy(logits, g.input('y', ['B', 3]))).toThrow('classes [B, 3] fit neither [B] nor [B, 4]')
  expect(() => crossEntropy(g.input('flat', ['B']), logits)).toThrow(
    'logits [B] are not [batch, known number of classes]',
  )
})
