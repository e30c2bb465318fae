import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../src/core/random.ts'
import type { Interactions } from '../../src/data/index.ts'
import { referenceKernels } from '../../src/engine/index.ts'
import { runBatches } from '../../src/engine/trainer/batches.ts'
import type { EpochContext } from '../../src/engine/trainer/epochs.ts'
import type { TrainingStep } from '../../src/engine/trainer/step.ts'
import { close } from '../harness/check.ts'
import type { Torch } from '../harness/torch.ts'
import { createStep, type DnnShape, firstWeights, type Parameter, type StepSettings } from './network.ts'
import { ReferenceNetwork } from './reference.ts'

const learningRate = 1e-3
const context: EpochContext = {
  epoch: 1,
  learningRate,
  rateAt: () => learningRate,
  cursor: null,
  report: () => {},
  stopping: () => false,
}

/** One network, the ratings it is trained on and the order in which everybody visits them. */
export class Contest {
  readonly shape: DnnShape
  readonly data: Interactions
  readonly order: Int32Array
  readonly weights: readonly Parameter[]

  constructor(shape: DnnShape, data: Interactions) {
    this.shape = shape
    this.data = data
    this.weights = firstWeights(shape, 1)
    this.order = new Random(2).shuffle(Int32Array.from({ length: data.count }, (_, n) => n))
  }

  make(settings: Omit<StepSettings, 'seed'>): Promise<TrainingStep> {
    return createStep(this.shape, this.data, this.weights, { ...settings, seed: 3 })
  }

  /** Seconds a step of so many steps as training runs them: batches filled, gathered, run, weights updated. */
  async train(step: TrainingStep, batch: number, steps: number): Promise<number> {
    const order = this.order.subarray(0, steps * batch)
    const started = performance.now()
    await runBatches({ order, batch, context, step })
    return (performance.now() - started) / 1000 / steps
  }

  /**
   * Compares three steps with the plain reference: losses and all weights. Returns the largest difference of a loss, and the losses.
   * Weights after so few steps of Adam hang on the signs of gradients near zero, so a few may differ: by at most two learning rates a step.
   */
  async check(batch: number): Promise<{ loss: number; apart: number; losses: number[] }> {
    const step = await this.make({ batch, threads: 1, tables: 'lazy-adam' })
    const reference = new ReferenceNetwork(this.weights)
    const [actual, expected]: [number[], number[]] = [[], []]
    const dropped = this.shape.dropout.map((share, layer) => ({ share, layer })).filter(({ share }) => share > 0)
    const steps = 3
    for (let s = 0; s < steps; s++) {
      const rows = this.order.subarray(s * batch, (s + 1) * batch)
      const masks: Float32Array[] = []
      dropped.forEach(({ share, layer }, m) => {
        const mask = new Float32Array(batch * this.shape.layers[layer]!)
        referenceKernels.dropoutMask(mask, 1 - share, 3, s * dropped.length + m)
        masks[layer] = mask
      })
      step.prepare(0, rows, s)
      actual.push(await step.run(0, learningRate))
      const { user, item, rating } = this.data
      const pick = { users: rows.map((r) => user[r]!), items: rows.map((r) => item[r]!) }
      expected.push(
        reference.step({ ...pick, ratings: Float32Array.from(rows, (r) => rating[r]!), masks }, learningRate),
      )
    }
    const loss = close('loss', actual, expected, 1e-5)
    let [far, total] = [0, 0]
    for (const [name, values] of Object.entries(step.weights)) {
      const truth = reference.weights[name]!
      close(`weights ${name}`, values, truth, 2 * steps * learningRate)
      for (let n = 0; n < truth.length; n++) if (Math.abs(values[n]! - truth[n]!) > 1e-5) far++
      total += truth.length
    }
    const apart = far / total
    if (apart > 0.01) throw new Error(`${(100 * apart).toFixed(2)}% of the weights are not the reference's`)
    await step.release()
    return { loss, apart, losses: actual }
  }

  /** Gives PyTorch the same weights, ratings and order. */
  async give(torch: Torch, folder: string): Promise<void> {
    const write = (name: string, ...parts: readonly (Float32Array | Int32Array)[]): void =>
      writeFileSync(
        join(folder, name),
        Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
      )
    const parameters = this.weights.map(({ shape }) => shape)
    writeFileSync(join(folder, 'shape.json'), JSON.stringify({ ...this.shape, parameters }))
    write('weights.f32', ...this.weights.map(({ values }) => values))
    write('users.i32', this.data.user)
    write('items.i32', this.data.item)
    write('ratings.f32', this.data.rating)
    write('order.i32', this.order)
    await torch.ask({ load: folder })
  }
}
