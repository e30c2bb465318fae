import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { reshape } from '../../engine/graph/index.ts'
import { emit } from '../../engine/onnx/emit.ts'
import { OpenedOnDemand } from '../../engine/session/opened.ts'
import { trainEpochs } from '../../engine/trainer/epochs.ts'
import { rowSchedules } from '../autoencoder/step.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import type { Abilities, FitOptions, FitReport, ModelState, OnnxFile, Pairs, ProfileRating } from '../recommender.ts'
import type { RbmHyperparameters } from './hyperparameters.ts'
import { type Levels, levelsOf } from './levels.ts'
import { RbmNetwork } from './network.ts'
import { createRbmTask } from './train.ts'

type Weights = Readonly<Record<string, Float32Array>>

/** Most floats of a run: 64 MiB. */
const runFloats = 16 << 20

interface Machine {
  readonly network: RbmNetwork
  readonly weights: Weights
  readonly levels: Levels
  readonly session: OpenedOnDemand
}

/**
 * A restricted Boltzmann machine over users' ratings (Salakhutdinov, Mnih and Hinton 2007): a softmax visible unit for each
 * item that the user rated, hidden units shared by all users. The prediction is the expected rating given the hidden units'
 * probabilities (equation 9), so that any profile folds in without training.
 */
export class Rbm extends BaseRecommender {
  readonly name = 'rbm'
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  readonly hyperparameters: RbmHyperparameters
  private machine: Machine | null = null

  constructor(hyperparameters: RbmHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const { epochs, learningRate, patience, schedule } = this.hyperparameters
    const network = this.build(train)
    const validates = validation !== undefined && validation.count > 0
    let live: Machine | null = null
    const { task, weights } = await createRbmTask(train, network.shape, levelsOf(train.scale), this.hyperparameters, {
      seed,
      random: new Random(seed),
      validate: validates ? () => this.rmse(live!, validation) : undefined,
    })
    live = this.make(network, weights, threads)
    try {
      const report = await trainEpochs(task, {
        epochs,
        learningRate,
        schedule: rowSchedules[schedule](epochs),
        patience: validates ? patience : null,
        onProgress,
        signal,
        checkpoint,
        fingerprint: JSON.stringify({
          model: this.name,
          ...this.hyperparameters,
          seed,
          ratings: train.count,
          users: train.users.size,
          items: train.items.size,
          validation: validation?.count ?? 0,
        }),
      })
      const copies = Object.fromEntries(
        network.parameters.map((node) => [nameOf(node), weights[nameOf(node) as 'hidden'].slice()]),
      )
      this.machine = this.make(network, copies, threads)
      // The sampling itself runs on one thread whatever it is told.
      return { ...report, seconds: (performance.now() - started) / 1000, repeatable: true }
    } finally {
      await live.session.release()
    }
  }

  protected predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    return this.ratePairs(this.fitted(), user, item)
  }

  protected scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override scoreUsers(users: Int32Array): Promise<Float32Array> {
    return this.score(
      this.fitted(),
      Array.from(users, (user) => this.profileOf(this.isKnownUser(user) ? user : -1)),
    )
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    return this.score(this.fitted(), [profile])
  }

  /** An item's weights, all levels one after the other. */
  protected override itemVectors(): Rows {
    const { weights, network } = this.fitted()
    return { data: weights.weights!, width: network.shape.levels * network.shape.units }
  }

  protected override isNeighbourCandidate(item: number): boolean {
    const { offsets } = this.train.byItem()
    return offsets[item + 1]! > offsets[item]!
  }

  async release(): Promise<void> {
    await this.machine?.session.release()
  }

  protected snapshot(): ModelState {
    const { network, weights } = this.fitted()
    const tensors = network.parameters.map((node) => {
      return [nameOf(node), { shape: node.shape as number[], data: weights[nameOf(node)]! }] as const
    })
    return { tensors: Object.fromEntries(tensors), values: {} }
  }

  protected restore({ tensors }: ModelState): void {
    const weights = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]))
    this.machine = this.make(this.build(this.train), weights, availableParallelism())
  }

  override async onnx(): Promise<OnnxFile[]> {
    const { network, weights, levels } = this.fitted()
    const [min, next = min + 1] = levels.values as unknown as [number, number]
    const expected = network.expected(network.profileSums(min, next - min), levels.values)
    const outputs = { scores: reshape(expected, [network.shape.items]) }
    return [
      {
        name: 'fold-in.onnx',
        bytes: emit({ outputs, name: 'ratings of a profile', initialisers: new Map(Object.entries(weights)) }).bytes,
        signature:
          'item int32 [N], rating float32 [N], N at least 0 -> scores float32 [items]: a profile in, the expected rating of every item out',
      },
    ]
  }

  private build(train: Interactions): RbmNetwork {
    const { hidden, conditional } = this.hyperparameters
    const levels = levelsOf(train.scale).values.length
    return new RbmNetwork({ items: train.items.size, levels, units: hidden, conditional })
  }

  private make(network: RbmNetwork, weights: Weights, threads: number): Machine {
    const levels = levelsOf(this.train.scale)
    const sums = network.graph.input('sums', ['B', network.shape.units])
    const model = emit({ outputs: { scores: network.expected(sums, levels.values) }, name: 'rbm scores' })
    const session = new OpenedOnDemand(model, threads)
    return { network, weights, levels, session }
  }

  private async score(machine: Machine, profiles: readonly (readonly ProfileRating[])[]): Promise<Float32Array> {
    const { network, weights, levels, session: opened } = machine
    const { units, items, levels: count } = network.shape
    const { session, model } = await opened.open()
    const scores = new Float32Array(profiles.length * items)
    const block = Math.max(1, Math.floor(runFloats / (items * count)))
    for (let from = 0; from < profiles.length; from += block) {
      const to = Math.min(from + block, profiles.length)
      const sums = new Float32Array((to - from) * units)
      for (let p = from; p < to; p++) {
        for (const { item, rating } of profiles[p]!) {
          const row = (item * count + levels.of(rating)) * units
          for (let d = 0; d < units; d++) {
            sums[(p - from) * units + d]! +=
              weights.weights![row + d]! + (network.presence ? weights.presence![item * units + d]! : 0)
          }
        }
      }
      const feeds: Record<string, Float32Array> = { sums }
      for (const { name } of model.inputs) if (name !== 'sums') feeds[name] = weights[name]!
      await session.bind(feeds, { scores: scores.subarray(from * items, to * items) }, { B: to - from }).run()
    }
    return scores
  }

  private async ratePairs(machine: Machine, user: Int32Array, item: Int32Array): Promise<Float32Array> {
    const { items } = machine.network.shape
    const rated = new Float32Array(user.length)
    const pairsOf = new Map<number, number[]>()
    for (let n = 0; n < user.length; n++) {
      const known = pairsOf.get(user[n]!)
      if (known) known.push(n)
      else pairsOf.set(user[n]!, [n])
    }
    const users = [...pairsOf.keys()]
    const block = Math.max(1, Math.floor(runFloats / items))
    for (let from = 0; from < users.length; from += block) {
      const some = users.slice(from, from + block)
      const scores = await this.score(
        machine,
        some.map((u) => this.profileOf(u)),
      )
      for (const [b, u] of some.entries()) {
        for (const n of pairsOf.get(u)!) {
          const own = scores.subarray(b * items, (b + 1) * items)
          rated[n] = item[n]! < 0 ? own.reduce((sum, x) => sum + x, 0) / items : own[item[n]!]!
        }
      }
    }
    return rated
  }

  /** RMSE; expected ratings never leave the scale. */
  private async rmse(machine: Machine, { user, item, rating }: Interactions): Promise<number> {
    const predicted = await this.ratePairs(machine, user, item)
    return Math.sqrt(predicted.reduce((sum, x, n) => sum + (x - rating[n]!) ** 2, 0) / predicted.length)
  }

  /** The training ratings of a user, each item once; none for -1. */
  private profileOf(user: number): ProfileRating[] {
    if (user < 0) return []
    const { offsets, indices, values } = this.train.byUser()
    const profile: ProfileRating[] = []
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      if (profile.at(-1)?.item === indices[at]) profile.pop()
      profile.push({ item: indices[at]!, rating: values[at]! })
    }
    return profile
  }

  private fitted(): Machine {
    // BaseRecommender.train throws the error that a user sees.
    if (!this.machine) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return this.machine
  }
}

const nameOf = (node: { attributes: unknown }): string => (node.attributes as { name: string }).name
