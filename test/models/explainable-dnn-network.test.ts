import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { Interactions, synthesise, Vocabulary } from '../../src/data/index.ts'
import { explainableDnnHyperparameters } from '../../src/models/explainable-dnn/hyperparameters.ts'
import { ExplainableNetwork } from '../../src/models/explainable-dnn/network.ts'
import { ExplainableRuntime } from '../../src/models/explainable-dnn/runtime.ts'
import { createStep, runningStatistics } from '../../src/models/explainable-dnn/step.ts'

interface Inference {
  user: number[]
  item: number[]
  rating: number[]
  strength: number[]
  attention: number[]
}
interface Golden {
  shape: { users: number; items: number; factors: number; layers: number[]; min: number; max: number }
  l2: number
  biasL2: number
  learningRate: number
  user: number[]
  item: number[]
  rating: number[]
  initial: Record<string, number[]>
  before: Inference
  losses: number[]
  final: Record<string, number[]>
  after: Inference
}
const golden = JSON.parse(
  readFileSync(new URL('../golden/explainable-dnn.json', import.meta.url), 'utf8'),
) as unknown as Golden

const plain = { embeddingDropout: 0, dropout: [0], weightDecay: 0, embeddingL2: 0 }
const identity = (n: number): number => n

describe('the network', () => {
  test('three steps of Adam and both inference forms as PyTorch makes them', async () => {
    const { users, items, factors, layers, min, max } = golden.shape
    const network = new ExplainableNetwork({
      users,
      items,
      factors,
      layers,
      attention: true,
      batchNorm: true,
      biases: true,
      scale: { min, max },
    })
    const data = new Interactions({
      users: Vocabulary.of(Array.from({ length: users }, (_, n) => `u${n}`)),
      items: Vocabulary.of(Array.from({ length: items }, (_, n) => `i${n}`)),
      user: Int32Array.from(golden.user),
      item: Int32Array.from(golden.item),
      rating: Float32Array.from(golden.rating),
      timestamp: null,
      scale: { min, max, step: 0.5 },
    })
    const { l2, biasL2, learningRate } = golden
    const hyper = explainableDnnHyperparameters.parse({ ...plain, factors, layers, l2, biasL2, batch: 6 })
    const statistics = runningStatistics(network)
    const settings = { random: new Random(1), seed: 1, threads: 1, statistics, rowOf: identity }
    const step = await createStep(network, data, hyper, settings)
    const live: Record<string, Float32Array> = { ...step.weights, ...statistics }
    expect(Object.keys(live).sort()).toEqual(Object.keys(golden.initial).sort())
    for (const [name, values] of Object.entries(golden.initial)) live[name]!.set(values)
    const runtime = new ExplainableRuntime(network, live, 1)
    const expectInference = async ({ user, item, ...expected }: Inference): Promise<void> => {
      const rated = await runtime.rate(Int32Array.from(user), Int32Array.from(item))
      for (const name of ['rating', 'strength', 'attention'] as const) {
        expect([...rated[name]!], name).toEqual(expected[name].map((x) => expect.closeTo(x, 4)))
      }
    }
    await expectInference(golden.before)
    for (let s = 0; s < 3; s++) {
      step.prepare(
        0,
        Int32Array.from({ length: 6 }, (_, n) => 6 * s + n),
        s,
      )
      expect(await step.run(0, learningRate)).toBeCloseTo(golden.losses[s]!, 4)
    }
    await step.flush()
    for (const [name, values] of Object.entries(golden.final)) {
      expect([...live[name]!], name).toEqual(values.map((x) => expect.closeTo(x, 3)))
    }
    await expectInference(golden.after)
    await runtime.release()
    await step.release()
  })

  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences of the loss in float64. */
  test.each([
    [true, true],
    [true, false],
    [false, true],
  ])('the step follows the gradient (attention %s, batch normalisation %s)', async (attention, batchNorm) => {
    const { interactions } = synthesise({
      users: 12,
      items: 9,
      ratings: 60,
      scale: { min: 1, max: 5, step: 0.5 },
      seed: 3,
    })
    const [factors, layers] = [3, [4, 3]]
    const hyper = explainableDnnHyperparameters.parse({
      ...plain,
      factors,
      layers,
      attention,
      batchNorm,
      l2: 0.1,
      biasL2: 0.2,
      optimiser: 'sgd',
      batch: 14,
      initSd: 0.8,
    })
    const data = interactions.select(Int32Array.from({ length: 14 }, (_, n) => n))
    const network = new ExplainableNetwork({
      users: 13,
      items: 10,
      factors,
      layers,
      attention,
      batchNorm,
      biases: true,
      scale: { min: 1, max: 5 },
    })
    const statistics = runningStatistics(network)
    const random = new Random(6)
    const step = await createStep(network, data, hyper, { random, seed: 1, threads: 1, statistics, rowOf: identity })
    for (const [name, weights] of Object.entries(step.weights)) {
      if (/Bias|beta|bias/.test(name)) for (let i = 0; i < weights.length; i++) weights[i] = 0.5 * random.normal()
      // Without batch normalisation whole layers could be dead.
      if (/beta/.test(name) && !batchNorm) for (let i = 0; i < weights.length; i++) weights[i]! += 0.8
      if (/attention/.test(name)) for (let i = 0; i < weights.length; i++) weights[i] = random.normal()
    }
    const w = Object.fromEntries(Object.entries(step.weights).map(([name, x]) => [name, Float64Array.from(x)]))
    const rate = 2 ** -8
    step.prepare(0, Int32Array.from(data.user.keys()), 0)
    const reported = await step.run(0, rate)

    const loss = (penalties: boolean): number => {
      let penalty = 0
      let x: number[][] = []
      const logits: number[] = []
      for (let n = 0; n < data.count; n++) {
        const [user, item] = [data.user[n]!, data.item[n]!]
        const u = [...w.users!.subarray(factors * user, factors * (user + 1))]
        const v = [...w.items!.subarray(factors * item, factors * (item + 1))]
        const [b, c] = [w.userBias![user]!, w.itemBias![item]!]
        let gate = [1, 1]
        if (attention) {
          const score = (e: number[], g: Float64Array, shift: number): number =>
            Math.exp(e.reduce((sum, x, k) => sum + x * g[k]!, shift))
          const scores = [
            score(u, w['attention.user']!, w['attention.bias']![0]!),
            score(v, w['attention.item']!, w['attention.bias']![1]!),
          ]
          gate = scores.map((s) => s / (scores[0]! + scores[1]!))
        }
        x.push([...u.map((value) => value * gate[0]!), ...v.map((value) => value * gate[1]!)])
        logits.push(b + c + w['output.bias']![0]!)
        penalty += hyper.l2 * [...u, ...v].reduce((sum, value) => sum + value * value, 0)
        penalty += hyper.biasL2 * (b * b + c * c)
      }
      for (const [l, units] of layers.entries()) {
        const weight = w[`layer${l}.weight`]!
        const sums = x.map((row) =>
          Array.from({ length: units }, (_, j) =>
            row.reduce((sum, value, i) => sum + value * weight[i * units + j]!, 0),
          ),
        )
        for (let j = 0; j < units; j++) {
          const column = sums.map((row) => row[j]!)
          const mean = column.reduce((a, b) => a + b) / column.length
          const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length
          for (const row of sums) {
            if (batchNorm) row[j] = ((row[j]! - mean) / Math.sqrt(variance + 1e-5)) * w[`layer${l}.gamma`]![j]!
            row[j] = Math.max(0, row[j]! + w[`layer${l}.beta`]![j]!)
          }
        }
        x = sums
      }
      let squares = 0
      for (const [n, row] of x.entries()) {
        const logit = row.reduce((sum, value, i) => sum + value * w['output.weight']![i]!, logits[n]!)
        squares += (1 + 4 / (1 + Math.exp(-logit)) - data.rating[n]!) ** 2
      }
      return (squares + (penalties ? penalty : 0)) / data.count
    }
    expect(reported).toBeCloseTo(loss(false), 4)
    const moved: Record<string, number> = {}
    for (const [name, after] of Object.entries(step.weights)) {
      for (let i = 0; i < after.length; i++) {
        const at = w[name]![i]!
        w[name]![i] = at + 1e-5
        const up = loss(true)
        w[name]![i] = at - 1e-5
        const down = loss(true)
        w[name]![i] = at
        const slope = (up - down) / 2e-5
        expect((at - after[i]!) / rate, `${name}[${i}]`).toBeCloseTo(slope, 3)
        if (Math.abs(slope) > 0.005) moved[name] = (moved[name] ?? 0) + 1
      }
    }
    // Every kind of parameter has been put to the test.
    expect(Object.keys(moved).sort()).toEqual(Object.keys(step.weights).sort())
    await step.release()
  })
})
