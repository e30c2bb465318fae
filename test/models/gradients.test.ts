import { describe, expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { Random } from '../../src/core/random.ts'
import { type Interactions, synthesise } from '../../src/data/index.ts'
import { neumfHyperparameters } from '../../src/models/ncf/hyperparameters.ts'
import { NcfNetwork } from '../../src/models/ncf/network.ts'
import { createStep } from '../../src/models/ncf/step.ts'
import { createModel } from '../../src/models/registry.ts'

registerBuiltins()

/** Every user and item has ratings. */
const train: Interactions = synthesise({
  users: 9,
  items: 8,
  ratings: 50,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 3,
}).interactions

type Weights = Record<string, Float64Array>

/** The trained arrays of one epoch at a learning rate. */
async function fitted(name: string, settings: object, learningRate: number): Promise<Weights> {
  const model = await createModel(name, { ...settings, learningRate })
  await model.fit(train, { seed: 2, threads: 1 })
  return Object.fromEntries(
    Object.entries(model.save().tensors).map(([key, { data }]) => [key, Float64Array.from(data)]),
  )
}

/** Central differences of `loss` with respect to one array, changed in place and put back. */
function slopes(weights: Float64Array, loss: () => number): Float64Array {
  return weights.map((at, n) => {
    weights[n] = at + 1e-5
    const up = loss()
    weights[n] = at - 1e-5
    const down = loss()
    weights[n] = at
    return (up - down) / 2e-5
  })
}

/** Every weight must have moved by minus rate times the slope; every array of `names` must have moved at all. */
function expectDescent(before: Weights, after: Weights, names: readonly string[], rate: number, loss: () => number) {
  for (const name of names) {
    const expected = slopes(before[name]!, loss)
    expected.forEach((slope, n) => {
      expect((before[name]![n]! - after[name]![n]!) / rate, `${name}[${n}]`).toBeCloseTo(slope, 3)
    })
    expect(Math.max(...expected.map(Math.abs)), name).toBeGreaterThan(0.005)
  }
}

/**
 * End to end: fit() with all ratings in one batch of plain SGD is one step of gradient descent, so a fit at a rate that rounds
 * to nothing gives the first weights, and one at a real rate how far along the gradient they went.
 */
describe('one epoch of one batch follows the gradient of the loss in plain arithmetic', () => {
  const nothing = 1e-30
  const rate = 2 ** -8

  test.each(['shared', 'graph'])('embedding-dot, %s', async (scheme) => {
    const settings = {
      ...{ scheme, factors: 3, epochs: 1, batch: train.count, optimiser: 'sgd', initSd: 0.7, l2: 0.1, l2Bias: 0.2 },
    }
    const before = await fitted('embedding-dot', settings, nothing)
    const after = await fitted('embedding-dot', settings, rate)
    const names = ['users.factors', 'users.biases', 'items.factors', 'items.biases']
    const w = before
    const mean = (train.mean() - 1) / 4
    const shift = Math.log(mean / (1 - mean))
    const loss = (): number => {
      let sum = 0
      for (let n = 0; n < train.count; n++) {
        const [u, i] = [train.user[n]!, train.item[n]!]
        const [p, q] = [w['users.factors']!.subarray(3 * u, 3 * u + 3), w['items.factors']!.subarray(3 * i, 3 * i + 3)]
        const [b, c] = [w['users.biases']![u]!, w['items.biases']![i]!]
        const z = p.reduce((total, x, d) => total + x * q[d]!, b + c + shift)
        sum += (1 + 4 / (1 + Math.exp(-z)) - train.rating[n]!) ** 2
        sum += 0.1 * [...p, ...q].reduce((total, x) => total + x * x, 0) + 0.2 * (b * b + c * c)
      }
      return sum / train.count
    }
    expectDescent(before, after, names, rate, loss)
  })

  test('stacked-autoencoder', async () => {
    const settings = {
      ...{ layers: [4, 3], activation: 'tanh', pretrainEpochs: 0, epochs: 1, batch: 9, optimiser: 'sgd' },
      ...{ encoding: 'raw', normalise: 'mean', startAtMeans: true, dropout: 0, inputDropout: 0, l1: 0, l2: 0 },
    }
    const before = await fitted('stacked-autoencoder', settings, nothing)
    const after = await fitted('stacked-autoencoder', settings, rate)
    const names = [
      ...['input', 'layer0.bias', 'layer1.weight', 'layer1.bias', 'layer2.weight', 'layer2.bias'],
      ...['output', 'output.bias'],
    ]
    expect(Object.keys(before).sort()).toEqual([...names, 'baseline', 'baselineCounts'].sort())
    const w = before
    const { offsets, indices, values } = train.byUser()
    const loss = (): number => {
      let sum = 0
      for (let user = 0; user < 9; user++) {
        const [from, to] = [offsets[user]!, offsets[user + 1]!]
        let x = Array.from(w['layer0.bias']!, (bias, d) => {
          let total = bias
          for (let at = from; at < to; at++) total += (values[at]! / (to - from)) * w.input![indices[at]! * 4 + d]!
          return Math.tanh(total)
        })
        for (const l of [1, 2]) {
          const [weight, bias] = [w[`layer${l}.weight`]!, w[`layer${l}.bias`]!]
          const from = x
          x = Array.from(bias, (b, j) => Math.tanh(from.reduce((t, v, d) => t + v * weight[d * bias.length + j]!, b)))
        }
        for (let at = from; at < to; at++) {
          const item = indices[at]!
          const out = x.reduce((t, v, d) => t + v * w.output![item * 4 + d]!, w['output.bias']![item]!)
          sum += (out - values[at]!) ** 2
        }
      }
      return sum / train.count
    }
    expectDescent(before, after, names, rate, loss)
  })
})

/** The halves of NeuMF by themselves; NeuMF itself is in ncf.test.ts. */
describe('gmf and mlp: a step follows the gradient of the loss in plain arithmetic', () => {
  test.each([
    ['gmf', 3, null],
    ['mlp', null, [6, 5, 4]],
  ] as const)('%s', async (_, factors, layers) => {
    const settings = neumfHyperparameters.parse({ l2: 0.2, optimiser: 'sgd', batch: 14, initSd: 0.6 })
    const network = new NcfNetwork({ users: 9, items: 7, factors, layers, outputBias: true })
    const random = new Random(3)
    const pairs = Array.from({ length: 14 }, (_, n) => ({ u: random.int(8), i: random.int(6), y: n % 3 === 0 ? 1 : 0 }))
    const examples = {
      count: 14,
      fill: (_: Int32Array, users: Int32Array, items: Int32Array, labels: Float32Array) => {
        for (const [n, { u, i, y }] of pairs.entries()) [users[n], items[n], labels[n]] = [u, i, y]
      },
    }
    const step = await createStep(network, examples, settings, { random: new Random(4), seed: 1, threads: 1 })
    for (const [name, w] of Object.entries(step.weights)) if (/^layer.*bias/.test(name)) w.fill(0.3)
    const copy = (): Weights =>
      Object.fromEntries(Object.entries(step.weights).map(([k, w]) => [k, Float64Array.from(w)]))
    const w = copy()
    const rate = 2 ** -10
    step.prepare(0, Int32Array.from(pairs.keys()), 0)
    await step.run(0, rate)
    const loss = (): number => {
      let sum = 0
      for (const { u, i, y } of pairs) {
        const half = factors === null ? 'mlp' : 'gmf'
        const [p, q] = [`${half}.users`, `${half}.items`].map((name, side) => {
          const at = 3 * [u, i][side]!
          return [...w[name]!.subarray(at, at + 3)]
        }) as [number[], number[]]
        sum += 0.2 * [...p, ...q].reduce((total, x) => total + x * x, 0)
        let z = w['output.bias']![0]!
        if (factors !== null) z += p.reduce((total, x, d) => total + x * q[d]! * w['gmf.head']![d]!, 0)
        else {
          const first = Array.from(w['layer1.bias']!, (bias, j) =>
            p.reduce(
              (total, x, d) => total + x * w['layer1.user']![5 * d + j]! + q[d]! * w['layer1.item']![5 * d + j]!,
              bias,
            ),
          ).map((x) => Math.max(0, x))
          const second = Array.from(w['layer2.bias']!, (bias, j) =>
            first.reduce((total, x, d) => total + x * w['layer2.weight']![4 * d + j]!, bias),
          ).map((x) => Math.max(0, x))
          z += second.reduce((total, x, d) => total + x * w['mlp.head']![d]!, 0)
        }
        sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z
      }
      return sum / pairs.length
    }
    expectDescent(w, copy(), Object.keys(w), rate, loss)
    await step.release()
  })
})
