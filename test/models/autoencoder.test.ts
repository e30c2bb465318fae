import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { split, synthesise } from '../../src/data/index.ts'
import { reduceSum, slice } from '../../src/engine/graph/index.ts'
import { gradients, Session } from '../../src/engine/index.ts'
import { emit } from '../../src/engine/onnx/emit.ts'
import { Autoencoder } from '../../src/models/autoencoder/autoencoder.ts'
import { RowBaseline } from '../../src/models/autoencoder/baseline.ts'
import { autoencoderHyperparameters } from '../../src/models/autoencoder/hyperparameters.ts'
import { RowNetwork } from '../../src/models/autoencoder/network.ts'
import { RowBatches, roomFor } from '../../src/models/autoencoder/rows.ts'
import { createRowStep } from '../../src/models/autoencoder/step.ts'
import type { FitOptions } from '../../src/models/recommender.ts'
import { table } from '../contracts/data.ts'

const { interactions } = synthesise({
  users: 80,
  items: 40,
  ratings: 1600,
  scale: { min: 1, max: 5, step: 0.5 },
  seed: 2,
})
const parts = split(interactions, { kind: 'random', ratio: 0.8, validation: 0.2, seed: 1 })
const train = parts.train
const validation = parts.validation!
const small = { layers: [8, 4, 8], epochs: 3, batch: 16, learningRate: 0.005 }
const create = (over: Record<string, unknown> = {}): Autoencoder =>
  new Autoencoder(autoencoderHyperparameters.parse({ ...small, ...over }))
const weightsOf = (model: Autoencoder): number[] => Object.values(model.save().tensors).flatMap(({ data }) => [...data])

async function fitted(over: Record<string, unknown> = {}, options: FitOptions = {}): Promise<Autoencoder> {
  const model = create(over)
  await model.fit(train, { seed: 1, threads: 1, ...options })
  return model
}

/** Batches and a plain-SGD step over everything at once, of a tiny network. */
async function tiny(over: Record<string, unknown>) {
  const settings = autoencoderHyperparameters.parse({
    ...{ layers: [5, 3, 5], activation: 'tanh', residual: true, presence: true, withhold: 0.3, optimiser: 'sgd' },
    ...{ batch: 80, dropout: 0, l1: 0, l2: 0, ...over },
  })
  const baseline = RowBaseline.fit(train.byItem(), train.mean(), settings)
  const shape = {
    columns: 40,
    layers: settings.layers,
    activation: settings.activation,
    residual: true,
    presence: true,
  }
  const network = new RowNetwork(shape)
  const batches = new RowBatches({
    ...{ csr: train.byUser(), baseline, withhold: settings.withhold, inputDropout: 0, normalise: settings.normalise },
    ...{ bags: ['input', 'presence'], batch: 80, width: 5, seed: 3 },
  })
  const { sparsity, sparsityWeight, sparsityTarget } = settings
  const step = await createRowStep(
    network,
    batches,
    baseline,
    { ...settings, sparsity: { kind: sparsity, weight: sparsityWeight, target: sparsityTarget } },
    { random: new Random(4), seed: 1, threads: 1 },
  )
  return { settings, baseline, batches, step }
}

/** What a filled batch says, told apart: inputs with their weights, targets with their columns. */
function batchOf(batches: RowBatches, examples: number) {
  const slot = {
    ids: { output: new Int32Array(64), 'output.bias': new Int32Array(64) },
    bags: Object.fromEntries(
      ['input', 'presence'].map((name) => [
        name,
        {
          offsets: new Int32Array(examples + 1),
          ids: new Int32Array(batches.entries),
          weights: new Float32Array(batches.entries),
        },
      ]),
    ),
    inputs: { target: new Float32Array(examples * 64), known: new Float32Array(examples * 64) },
    sizes: {} as Record<string, number>,
  }
  batches.fill(
    slot,
    Int32Array.from({ length: examples }, (_, n) => n),
  )
  const wide = slot.sizes.U!
  return Array.from({ length: examples }, (_, b) => {
    const [from, to] = [slot.bags.input!.offsets[b]!, slot.bags.input!.offsets[b + 1]!]
    const targets: { column: number; target: number }[] = []
    for (let u = 0; u < wide; u++) {
      if (slot.inputs.known![b * wide + u] === 0) continue
      targets.push({ column: slot.ids.output![u]!, target: slot.inputs.target![b * wide + u]! })
    }
    return {
      inputs: [...slot.bags.input!.ids.subarray(from, to)],
      weights: [...slot.bags.input!.weights.subarray(from, to)],
      seen: [...slot.bags.presence!.weights.subarray(from, to)],
      targets,
    }
  })
}

describe('autoencoder batches', () => {
  const data = table(
    [
      [0, 0, 5],
      [0, 1, 3],
      [0, 2, 1],
      [0, 3, 4],
      [1, 1, 2],
      [2, 0, 4],
      [2, 3, 2],
    ],
    4,
    5,
  )
  const baseline = RowBaseline.fit(data.byItem(), data.mean(), { encoding: 'centred', damping: 2 })
  const make = (withhold: 'none' | 'one' | number): RowBatches =>
    new RowBatches({
      ...{ csr: data.byUser(), baseline, withhold, inputDropout: 0, normalise: 'root', bags: ['input', 'presence'] },
      ...{ batch: 8, width: 4, seed: 5 },
    })

  test('a share: what is withheld is not in the input, nothing is lost, each epoch another part', () => {
    const batches = make(0.5)
    expect(batches.examples).toBe(3)
    const drawn = new Set<string>()
    for (let epoch = 1; epoch <= 60; epoch++) {
      batches.beginEpoch(epoch)
      const rows = batchOf(batches, 3)
      expect(batchOf(batches, 3)).toEqual(rows)
      const columns = rows.map(({ inputs, targets }) => ({
        inputs: inputs.length,
        targets: targets.length,
        all: [...inputs, ...targets.map(({ column }) => column)].sort(),
      }))
      expect(columns).toEqual([
        { inputs: 2, targets: 2, all: [0, 1, 2, 3] },
        // A single rating is the target, and nothing the input.
        { inputs: 0, targets: 1, all: [1] },
        { inputs: 1, targets: 1, all: [0, 3] },
      ])
      drawn.add(rows[0]!.inputs.join())
    }
    expect(drawn.size).toBe(6)
  })

  test('one: every rating is an example, withheld from its row', () => {
    const batches = make('one')
    expect(batches.examples).toBe(7)
    const targets = batchOf(batches, 7).map((row) => row.targets.map(({ column }) => column))
    expect(targets).toEqual([[0], [1], [2], [3], [1], [0], [3]])
    expect(batchOf(batches, 7).map(({ inputs }) => inputs.length)).toEqual([3, 3, 3, 3, 0, 1, 1])
  })

  test('inputs and targets are what is left of the baseline, which has not seen the targets', () => {
    const [first] = batchOf(make('one'), 7)
    const mean = 3
    // Damped item means by hand: item 1 has 3 and 2, item 2 has 1, item 3 has 4 and 2; damping 2.
    const level = { 1: mean - 1 / 4, 2: mean - 2 / 3, 3: mean + 0 }
    const surplus = [3 - level[1], 1 - level[2], 4 - level[3]]
    const offset = surplus.reduce((a, b) => a + b) / (3 + 2)
    expect(first!.weights).toEqual(surplus.map((x) => expect.closeTo((x - offset) / Math.sqrt(3), 5)))
    expect(first!.seen).toEqual(surplus.map(() => expect.closeTo(1 / Math.sqrt(3), 5)))
    // Without the 5 itself, item 0 has one rating of 4.
    expect(first!.targets[0]!.target).toBeCloseTo(5 - (mean + 1 / 3 + offset), 5)
  })

  test('few sizes occur, none wastes more than a quarter', () => {
    const sizes = new Set<number>()
    for (let n = 1; n <= 4096; n++) {
      sizes.add(roomFor(n))
      expect(roomFor(n)).toBeGreaterThanOrEqual(n)
      if (n >= 16) expect(roomFor(n)).toBeLessThanOrEqual(1.25 * n)
    }
    expect(sizes.size).toBeLessThan(40)
  })
})

describe('autoencoder', () => {
  /** One step of plain SGD moves each weight by minus rate x gradient: compared with central differences of the loss in float64. */
  test.each([
    { encoding: 'centred', sparsity: 'kl', sparsityWeight: 0.5, sparsityTarget: 0.2 },
    { encoding: 'raw', sparsity: 'l1', sparsityWeight: 0.5, normalise: 'mean' },
  ])(
    'the step follows the gradient of the loss as written out in plain arithmetic: $encoding, $sparsity',
    async (over) => {
      const { settings, batches, step } = await tiny(over)
      const batch = batchOf(batches, 80)
      for (const [name, w] of Object.entries(step.weights)) {
        const random = new Random(name.length)
        if (name !== 'output.bias' || settings.encoding === 'centred')
          for (let i = 0; i < w.length; i++) w[i] = 0.4 * random.normal()
      }
      const before = Object.fromEntries(Object.entries(step.weights).map(([name, w]) => [name, Float64Array.from(w)]))
      const rate = 2 ** -10
      step.prepare(
        0,
        Int32Array.from({ length: 80 }, (_, n) => n),
        0,
      )
      const reported = await step.run(0, rate)
      const dense = (x: number[], w: Float64Array, b: Float64Array): number[] =>
        Array.from(b, (bias, j) => x.reduce((sum, xi, i) => sum + xi * w[i * b.length + j]!, bias))
      const forward = (row: (typeof batch)[number]): number[][] => {
        const sums = Array.from(before['layer0.bias']!)
        row.inputs.forEach((column, n) => {
          for (let d = 0; d < 5; d++) {
            sums[d]! +=
              row.weights[n]! * before.input![5 * column + d]! + row.seen[n]! * before.presence![5 * column + d]!
          }
        })
        const h0 = sums.map(Math.tanh)
        const h1 = dense(h0, before['layer1.weight']!, before['layer1.bias']!).map(Math.tanh)
        const h2 = dense(h1, before['layer2.weight']!, before['layer2.bias']!).map((x, d) => Math.tanh(x) + h0[d]!)
        return [h0, h1, h2]
      }
      const loss = (penalised: boolean): number => {
        let [squares, count] = [0, 0]
        const codes: number[][] = []
        for (const row of batch) {
          const [, code, last] = forward(row)
          codes.push(code!)
          for (const { column, target } of row.targets) {
            const out = last!.reduce(
              (sum, x, d) => sum + x * before.output![5 * column + d]!,
              before['output.bias']![column]!,
            )
            squares += (out - target) ** 2
            count++
          }
        }
        const flat = codes.flat()
        let penalty = flat.reduce((sum, x) => sum + Math.abs(x), 0) / flat.length
        if (settings.sparsity === 'kl') {
          const t = settings.sparsityTarget
          penalty = [0, 1, 2].reduce((sum, d) => {
            const a = codes.reduce((s, c) => s + Math.tanh(Math.abs(c[d]!)), 0) / codes.length
            return sum + t * Math.log(t / a) + (1 - t) * Math.log((1 - t) / (1 - a))
          }, 0)
        }
        return squares / count + (penalised ? settings.sparsityWeight * penalty : 0)
      }
      expect(reported).toBeCloseTo(loss(false), 4)
      let moved = 0
      for (const [name, after] of Object.entries(step.weights)) {
        const weights = before[name]!
        for (let i = 0; i < weights.length; i++) {
          const at = weights[i]!
          weights[i] = at + 1e-5
          const up = loss(true)
          weights[i] = at - 1e-5
          const down = loss(true)
          weights[i] = at
          const slope = (up - down) / 2e-5
          expect((at - after[i]!) / rate, `${name}[${i}]`).toBeCloseTo(slope, 3)
          if (Math.abs(slope) > 0.001) moved++
        }
      }
      expect(moved).toBeGreaterThan(200)
      await step.release()
    },
  )

  test('interrupted and resumed: the weights of an uninterrupted run, bit for bit', async () => {
    const over = { optimiser: 'adam', dropout: 0.2, inputDropout: 0.1, schedule: 'plateau', epochs: 4 }
    const whole = await fitted(over, { validation })
    const directory = mkdtempSync(join(tmpdir(), 'marquee-autoencoder-'))
    const controller = new AbortController()
    let reports = 0
    const stopping = fitted(over, {
      validation,
      signal: controller.signal,
      checkpoint: { directory, resume: false },
      onProgress: () => {
        if (++reports === 9) controller.abort()
      },
    })
    await expect(stopping).rejects.toThrow(/interrupted in epoch 2 of 4/)
    const resumed = await fitted(over, { validation, checkpoint: { directory, resume: true } })
    expect(weightsOf(resumed)).toEqual(weightsOf(whole))
  })

  test("a training user's ratings as a profile give what the user gets; its ONNX file agrees", async () => {
    for (const over of [{}, { encoding: 'raw', presence: false, normalise: 'none', activation: 'sigmoid' }]) {
      const model = await fitted(over)
      const { offsets, indices, values } = train.byUser()
      const item = indices.slice(offsets[4]!, offsets[5]!)
      const rating = values.slice(offsets[4]!, offsets[5]!)
      const scores = await model.scoreAll({ user: 4 })
      expect(await model.scoreAll({ profile: Array.from(item, (i, n) => ({ item: i, rating: rating[n]! })) })).toEqual(
        scores,
      )
      const [file] = await model.onnx()
      const session = await Session.create(file!.bytes)
      const out = new Float32Array(40)
      await session.bind({ item, rating }, { scores: out }, { B: item.length }).run()
      expect([...out]).toEqual([...scores].map((x) => expect.closeTo(x, 4)))
      await session.release()
    }
  })

  test('the gradient of a bottleneck unit by dense inputs, for clusters', async () => {
    const model = await fitted({ activation: 'tanh', presence: false })
    const { network, weights } = model.fitted()
    const input = network.graph.input('dense', [1, 40])
    const code = network.encodeDense(input)[network.bottleneck]!
    const unit = reduceSum(slice(code, 1, 2, 3))
    const form = emit({ outputs: { unit, slope: gradients(unit, [input])[0]! } })
    const session = await Session.create(form.bytes)
    const at = async (values: Float32Array): Promise<{ unit: number; slope: Float32Array }> => {
      const [value, slope] = [new Float32Array(1), new Float32Array(40)]
      const feeds: Record<string, Float32Array> = { dense: values }
      for (const { name } of form.inputs) if (name !== 'dense') feeds[name] = weights[name]!
      await session.bind(feeds, { unit: value, slope }).run()
      return { unit: value[0]!, slope }
    }
    const point = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i))
    const { slope } = await at(point)
    for (const i of [0, 7, 33]) {
      const [up, down] = [point.slice(), point.slice()]
      up[i]! += 0.01
      down[i]! -= 0.01
      expect(((await at(up)).unit - (await at(down)).unit) / 0.02).toBeCloseTo(slope[i]!, 3)
    }
    expect(slope.some((x) => Math.abs(x) > 1e-3)).toBe(true)
    await session.release()
  })

  test('withheld at once or one by one, it learns more than the baseline alone', async () => {
    const data = synthesise({ users: 200, items: 60, ratings: 5000, scale: { min: 1, max: 5, step: 0.5 }, seed: 5 })
    const cut = split(data.interactions, { kind: 'random', validation: 0.1, seed: 1 })
    for (const over of [
      { withhold: 0.3, epochs: 60 },
      { withhold: 'one', epochs: 8, batch: 64 },
    ]) {
      const model = create({ layers: [32], activation: 'linear', learningRate: 0.005, dropout: 0, ...over })
      const report = await model.fit(cut.train, { validation: cut.validation!, threads: 1 })
      const [first, best] = [report.epochs[0]!.validation!, report.epochs[report.bestEpoch! - 1]!.validation!]
      expect(best).toBeLessThan(0.97 * first)
    }
  })
})
