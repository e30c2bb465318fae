import { existsSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Interactions } from '../../data/interactions.ts'
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from '../../engine/trainer/checkpoint.ts'
import type { FitOptions, FitReport, ModelState } from '../recommender.ts'
import type { GmfHyperparameters, MlpHyperparameters, NcfSettings, NeumfHyperparameters } from './hyperparameters.ts'
import { Ncf } from './ncf.ts'
import { fused } from './weights.ts'

const halves = ['gmf', 'mlp'] as const

type Weights = Readonly<Record<string, Float32Array>>

/** GMF: element-wise product of the embeddings, weighted and summed. */
export function createGmf(hyperparameters: GmfHyperparameters): Ncf {
  return new Ncf('gmf', hyperparameters, { ...hyperparameters, layers: null, gmfDropout: hyperparameters.dropout })
}

/** MLP: the concatenated embeddings through a ReLU tower. */
export function createMlp(hyperparameters: MlpHyperparameters): Ncf {
  return new Ncf('mlp', hyperparameters, { ...hyperparameters, factors: null, gmfDropout: 0 })
}

/** NeuMF: GMF and MLP with embeddings of their own, joined in the output unit; by wish it starts from both fitted alone. */
export class Neumf extends Ncf {
  private readonly own: NeumfHyperparameters

  constructor(hyperparameters: NeumfHyperparameters) {
    super('neumf', hyperparameters, hyperparameters satisfies NcfSettings)
    this.own = hyperparameters
  }

  /**
   * Has fit() start from models that were fitted to the same ratings (`model.save()` of a gmf and an mlp with the same
   * factors and layers) in place of `pretrainEpochs`. RangeError where a size differs.
   */
  startFrom(gmf: ModelState, mlp: ModelState): this {
    const { factors, layers } = this.own
    const widths = [
      ['gmf.items', gmf.tensors['gmf.items']?.shape[1], factors],
      ['mlp.items', mlp.tensors['mlp.items']?.shape[1], layers[0]! / 2],
      ['mlp.head', mlp.tensors['mlp.head']?.shape[0], layers.at(-1)],
    ] as const
    for (const [name, found, wanted] of widths) {
      if (found !== wanted) throw new RangeError(`${name} has the width ${found}, not ${wanted}`)
    }
    this.first = fused(weightsOf(gmf), weightsOf(mlp), this.own.alpha)
    return this
  }

  protected override async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    if (this.own.pretrainEpochs === 0 || this.first) return super.fitModel(train, options)
    const { checkpoint } = options
    const resume = checkpoint?.resume === true
    const running = resume && holds(checkpoint.directory)
    const begun = halves.some((kind) => Object.values(places(options, kind) ?? {}).some(holds))
    // Interrupted while pre-training, the run has no checkpoint of its own yet; without any, the trainer says so.
    if (resume && !running && !begun) return super.fitModel(train, options)
    if (!running) {
      const gmf = await this.pretrained('gmf', train, options)
      const mlp = await this.pretrained('mlp', train, options)
      this.first = fused(gmf, mlp, this.own.alpha)
    }
    const place = checkpoint && { ...checkpoint, resume: running }
    const report = await super.fitModel(train, { ...options, checkpoint: place })
    for (const kind of halves) {
      for (const directory of Object.values(places(options, kind) ?? {})) {
        rmSync(directory, { recursive: true, force: true })
      }
    }
    return report
  }

  /** Fits a half alone, or takes it from the checkpoint of a run that was interrupted after it. */
  private async pretrained(kind: 'gmf' | 'mlp', train: Interactions, options: FitOptions): Promise<Weights> {
    const { factors, layers, gmfDropout, pretrainEpochs: epochs, pretrainRate: learningRate, ...common } = this.own
    const shared = { ...common, epochs, learningRate, optimiser: 'adam' as const }
    const half =
      kind === 'gmf' ? createGmf({ ...shared, factors, dropout: gmfDropout }) : createMlp({ ...shared, layers })
    const place = places(options, kind)
    const fingerprint = this.fingerprint(train, options, options.threads ?? availableParallelism())
    const resume = options.checkpoint?.resume ?? false
    if (place && resume && holds(place.finished)) {
      return readCheckpoint(place.finished, fingerprint).tensors as Record<string, Float32Array>
    }
    if (place && !resume) {
      // What an earlier run left must not be taken for this one's.
      for (const directory of Object.values(place)) removeCheckpoint(directory)
    }
    await half.fit(train, {
      ...options,
      checkpoint: place ? { directory: place.running, resume: resume && holds(place.running) } : undefined,
    })
    const weights = weightsOf(half.save())
    if (place) writeCheckpoint(place.finished, { fingerprint, values: null, tensors: weights })
    return weights
  }
}

const weightsOf = ({ tensors }: ModelState): Weights =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]))

function places({ checkpoint }: FitOptions, kind: string): { running: string; finished: string } | null {
  if (!checkpoint) return null
  const { directory } = checkpoint
  return { running: join(directory, `${kind}-running`), finished: join(directory, `${kind}-finished`) }
}

const holds = (directory: string): boolean => existsSync(join(directory, 'checkpoint.bin'))
