import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../core/random.ts'
import { Graph, gemm, reduceMean, square, sub } from '../../engine/graph/index.ts'
import { initialise } from '../../engine/initialisers.ts'
import {
  type CheckpointPlace,
  checkpointFile,
  readCheckpoint,
  removeCheckpoint,
} from '../../engine/trainer/checkpoint.ts'
import { trainEpochs } from '../../engine/trainer/epochs.ts'
import { GraphStep } from '../../engine/trainer/step.ts'
import { graphTask } from '../../engine/trainer/task.ts'
import type { StackedHyperparameters } from './hyperparameters.ts'
import { activations } from './network.ts'
import type { RowWeights } from './runtime.ts'
import { type RowSettings, type RowTraining, trainRows } from './train.ts'
import { UserRowModel } from './user-rows.ts'

/**
 * A stacked autoencoder (Bengio et al. 2007; Vincent et al. 2010): each encoder layer is first trained alone, with a
 * decoder of its own, to reconstruct the codes of the layer before (the first: the ratings); the pairs, unfolded, are
 * where the whole network starts from, which is then trained on all observed ratings.
 */
export class StackedAutoencoder extends UserRowModel {
  readonly name = 'stacked-autoencoder'
  readonly hyperparameters: StackedHyperparameters

  constructor(hyperparameters: StackedHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected settings(): RowSettings {
    const { layers, activation, pretrainEpochs: _, ...rest } = this.hyperparameters
    return {
      ...rest,
      shape: { layers: [...layers, ...layers.slice(0, -1).reverse()], activation, residual: false, presence: false },
      withhold: 'none',
      sparsity: { kind: 'none', weight: 0, target: 0.5 },
    }
  }

  protected override async trainAs(training: RowTraining): Promise<Awaited<ReturnType<typeof trainRows>>> {
    const { layers, pretrainEpochs } = this.hyperparameters
    if (pretrainEpochs === 0) return trainRows(training)
    const { settings, random, checkpoint } = training
    const places = layers.map((_, l) => placeOf(checkpoint, `layer${l + 1}`))
    const begun = places.some((place) => place?.resume)
    const whole = checkpoint && existsSync(checkpointFile(checkpoint.directory))
    // Without any checkpoint resuming is an error, told before anything is trained.
    if (checkpoint?.resume && !begun && !whole) readCheckpoint(checkpoint.directory, '')
    const first = await trainRows({
      ...training,
      settings: { ...settings, shape: { ...settings.shape, layers: [layers[0]!] }, epochs: pretrainEpochs },
      random: random.fork('layer1'),
      validate: undefined,
      checkpoint: places[0],
      fingerprint: { ...training.fingerprint, layer: 1 },
    })
    const { offsets, indices, values } = training.side.rows
    const rows = Array.from({ length: offsets.length - 1 }, (_, row) => ({
      columns: indices.subarray(offsets[row]!, offsets[row + 1]!),
      values: values.subarray(offsets[row]!, offsets[row + 1]!),
    })).filter(({ columns }) => columns.length > 0)
    let codes = (await first.parts.runtime.encode(rows)).last
    await first.parts.runtime.release()
    const start: Record<string, Float32Array> = { ...first.parts.weights }
    for (let l = 1; l < layers.length; l++) {
      const pair = await trainPair({
        ...{ training, codes, inputs: layers[l - 1]!, units: layers[l]!, layer: l + 1, epochs: pretrainEpochs },
        ...{ random: random.fork(`layer${l + 1}`), checkpoint: places[l] },
      })
      codes = pair.codes
      for (const part of ['weight', 'bias']) {
        start[`layer${l}.${part}`] = pair.weights[`encoder.${part}`]!
        start[`layer${2 * layers.length - 1 - l}.${part}`] = pair.weights[`decoder.${part}`]!
      }
    }
    // Interrupted while pre-training, there is nothing of the whole to go on from yet.
    const place = checkpoint && !whole ? { ...checkpoint, resume: false } : checkpoint
    const result = await trainRows({ ...training, start, checkpoint: place })
    for (const place of places) if (place) removeCheckpoint(place.directory)
    return result
  }
}

/** Each layer's training keeps its checkpoint in a folder of its own; layers without one are trained again, to the same weights. */
function placeOf(checkpoint: CheckpointPlace | undefined, name: string): CheckpointPlace | undefined {
  if (!checkpoint) return undefined
  const directory = join(checkpoint.directory, name)
  return { directory, resume: checkpoint.resume && existsSync(checkpointFile(directory)) }
}

interface PairTraining {
  readonly training: RowTraining
  /** examples x inputs: what is to be reconstructed. */
  readonly codes: Float32Array
  readonly inputs: number
  readonly units: number
  readonly layer: number
  readonly epochs: number
  readonly random: Random
  readonly checkpoint: CheckpointPlace | undefined
}

/** One dense encoder layer with its decoder: mean squared error of the codes. Gives the weights and the codes of the next layer. */
async function trainPair(pair: PairTraining): Promise<{ weights: RowWeights; codes: Float32Array }> {
  const { training, codes, inputs, units, layer, epochs, random, checkpoint } = pair
  const { settings, seed, threads, onProgress, signal, fingerprint } = training
  const { shape, l1, l2, learningRate, initialiser, clip, optimiser } = settings
  const act = activations[shape.activation]
  const graph = new Graph()
  const given = graph.input('codes', ['B', inputs])
  const parameters = [
    ['encoder', inputs, units],
    ['decoder', units, inputs],
  ].map(([name, from, to]) => ({
    weight: graph.parameter(`${name}.weight`, [from as number, to as number]),
    bias: graph.parameter(`${name}.bias`, [to as number]),
    fans: { fanIn: from as number, fanOut: to as number },
  }))
  const [encoder, decoder] = parameters as [(typeof parameters)[0], (typeof parameters)[0]]
  const code = act(gemm(given, encoder.weight, encoder.bias))
  const again = act(gemm(code, decoder.weight, decoder.bias))
  const examples = codes.length / inputs
  const batch = Math.min(settings.batch, examples)
  const kind = optimiser === 'lazy-adam' ? 'adam' : optimiser === 'row-adagrad' ? 'adagrad' : optimiser
  const weightRandom = random.fork('weights')
  const step = await GraphStep.create({
    loss: reduceMean(square(sub(again, given))),
    tables: [],
    weights: parameters.flatMap(({ weight, bias, fans }) => [
      {
        parameter: weight,
        optimiser: { kind, l1, l2 },
        initialise: (w: Float32Array) => void initialise(w, { kind: initialiser }, fans, weightRandom),
      },
      { parameter: bias, optimiser: { kind }, initialise: () => {} },
    ]),
    ...{ inputs: [given], batch, seed, threads, clip },
    fill: (slot, chosen) => {
      for (const [n, example] of chosen.entries()) {
        slot.inputs.codes!.set(codes.subarray(example * inputs, (example + 1) * inputs), n * inputs)
      }
    },
  })
  try {
    await trainEpochs(graphTask({ step, examples, unit: 'users', batch, random: random.fork('order') }), {
      ...{ epochs, learningRate, onProgress, signal, checkpoint },
      fingerprint: JSON.stringify({ ...fingerprint, ...settings, seed, threads, layer }),
    })
    const weights = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, view.slice()]))
    return { weights, codes: encodeAll(codes, weights, inputs, units, shape.activation) }
  } finally {
    await step.release()
  }
}

/** The layer's values of all examples, in plain arithmetic. */
function encodeAll(
  codes: Float32Array,
  weights: RowWeights,
  inputs: number,
  units: number,
  activation: StackedHyperparameters['activation'],
): Float32Array {
  const [weight, bias] = [weights['encoder.weight']!, weights['encoder.bias']!]
  const act = {
    relu: (x: number) => Math.max(0, x),
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
    tanh: Math.tanh,
    linear: (x: number) => x,
  }[activation]
  const examples = codes.length / inputs
  const next = new Float32Array(examples * units)
  for (let n = 0; n < examples; n++) {
    const own = next.subarray(n * units, (n + 1) * units)
    own.set(bias)
    for (let i = 0; i < inputs; i++) {
      const x = codes[n * inputs + i]!
      if (x === 0) continue
      for (let d = 0; d < units; d++) own[d]! += x * weight[i * units + d]!
    }
    for (let d = 0; d < units; d++) own[d] = act(own[d]!)
  }
  return next
}
