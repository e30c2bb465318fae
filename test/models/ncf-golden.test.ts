import { expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { neumfHyperparameters } from '../../src/models/ncf/hyperparameters.ts'
import { NcfNetwork } from '../../src/models/ncf/network.ts'
import { createStep } from '../../src/models/ncf/step.ts'
import golden from '../golden/ncf.json' with { type: 'json' }

test.each(['adam', 'lazy-adam'] as const)('NeuMF with %s goes step by step where PyTorch goes', async (optimiser) => {
  const { shape, batch, rate, users, items, labels } = golden
  const expected = golden[optimiser]
  const network = new NcfNetwork({ ...shape, outputBias: true })
  const settings = neumfHyperparameters.parse({ factors: shape.factors, layers: shape.layers, optimiser, batch })
  const start = Object.fromEntries(Object.entries(golden.initial).map(([name, w]) => [name, Float32Array.from(w)]))
  const examples = {
    count: users.length,
    fill: (chosen: Int32Array, u: Int32Array, i: Int32Array, y: Float32Array) =>
      chosen.forEach((e, n) => {
        u[n] = users[e]!
        i[n] = items[e]!
        y[n] = labels[e]!
      }),
  }
  const step = await createStep(network, examples, settings, { random: new Random(1), seed: 1, threads: 1, start })
  for (let s = 0; s < expected.losses.length; s++) {
    step.prepare(
      0,
      Int32Array.from({ length: batch }, (_, n) => s * batch + n),
      s,
    )
    expect(await step.run(0, rate)).toBeCloseTo(expected.losses[s]!, 5)
  }
  await step.flush()
  expect(Object.keys(step.weights).sort()).toEqual(Object.keys(expected.weights).sort())
  for (const [name, weights] of Object.entries(expected.weights)) {
    expect([...step.weights[name]!], name).toEqual(weights.map((w) => expect.closeTo(w, 4)))
  }
  await step.release()
})
