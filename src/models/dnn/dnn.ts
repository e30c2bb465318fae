import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { Node } from '../../engine/graph/index.ts'
import { trainEpochs } from '../../engine/trainer/epochs.ts'
import { graphTask } from '../../engine/trainer/task.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import type {
  Abilities,
  FitOptions,
  FitReport,
  ModelState,
  OnnxFile,
  Pairs,
  ProfileRating,
  Who,
} from '../recommender.ts'
import type { DnnHyperparameters } from './hyperparameters.ts'
import { DnnNetwork } from './network.ts'
import { DnnRuntime, type FoldInOptions, foldInFile, predictForm } from './runtime.ts'
import { createStep, schedules } from './step.ts'
import { settleUntrained } from './weights.ts'

/**
 * System 1: rating regression by a small ReLU network over user and item embeddings. Each table has one row more than
 * there are users or items: the unknown one, the mean of the trained, which also stands for rows without ratings.
 */
export class Dnn extends BaseRecommender {
  readonly name = 'dnn'
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  readonly hyperparameters: DnnHyperparameters
  private network: DnnNetwork | null = null
  private weights: Readonly<Record<string, Float32Array>> = {}
  private runtime: DnnRuntime | null = null

  constructor(hyperparameters: DnnHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const { epochs, learningRate, patience, schedule, batch } = this.hyperparameters
    const network = this.build(train)
    const random = new Random(seed)
    const step = await createStep(network, train, this.hyperparameters, {
      random: random.fork('weights'),
      seed,
      threads,
    })
    const runtime = new DnnRuntime(network, step.weights, threads)
    try {
      const report = await trainEpochs(
        graphTask({
          step,
          examples: train.count,
          unit: 'ratings',
          batch: Math.min(batch, train.count),
          random: random.fork('order'),
          validate:
            validation && validation.count > 0 ? () => this.validate(runtime, step.weights, validation) : undefined,
        }),
        {
          epochs,
          learningRate,
          schedule: schedules[schedule](epochs),
          patience: validation ? patience : null,
          onProgress,
          signal,
          checkpoint,
          fingerprint: JSON.stringify({
            model: this.name,
            ...this.hyperparameters,
            seed,
            threads,
            ratings: train.count,
            users: train.users.size,
            items: train.items.size,
            validation: validation?.count ?? 0,
          }),
        },
      )
      await step.flush()
      this.settle(step.weights)
      const weights = Object.fromEntries(Object.entries(step.weights).map(([name, view]) => [name, view.slice()]))
      this.use(network, weights, threads)
      const seconds = (performance.now() - started) / 1000
      return { ...report, seconds, repeatable: threads === 1 }
    } finally {
      await runtime.release()
      await step.release()
    }
  }

  protected async predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    const { users, items } = this.fitted().network.shape
    const known = (index: number, rows: number): number => (index < 0 ? rows - 1 : index)
    return this.fitted().runtime.predict(
      user.map((u) => known(u, users)),
      item.map((i) => known(i, items)),
    )
  }

  protected async scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override async scoreUsers(users: Int32Array): Promise<Float32Array> {
    const { network, runtime } = this.fitted()
    const { factors } = network.shape
    const rows = new Float32Array(users.length * factors)
    users.forEach((user, n) => {
      const row = this.isKnownUser(user)
        ? this.weights.users!.subarray(user * factors, (user + 1) * factors)
        : runtime.unknownUser()
      rows.set(row, n * factors)
    })
    return this.withoutUnknownItem(await runtime.score(rows), users.length)
  }

  protected async scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    const { runtime } = this.fitted()
    return this.withoutUnknownItem(await runtime.score(await this.rowOfProfile(profile)), 1)
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const { network, runtime } = this.fitted()
    const { factors } = network.shape
    const known = this.known(who)
    const row =
      'user' in known
        ? this.weights.users!.subarray(known.user * factors, (known.user + 1) * factors)
        : await this.rowOfProfile(known.profile)
    return runtime.scoreItems(row, items)
  }

  async release(): Promise<void> {
    await this.runtime?.release()
  }

  protected override itemVectors(): Rows {
    const { factors, items } = this.fitted().network.shape
    return { data: this.weights.items!.subarray(0, (items - 1) * factors), width: factors }
  }

  /** An item without training ratings has no embedding of its own. */
  protected override isNeighbourCandidate(item: number): boolean {
    const { offsets } = this.train.byItem()
    return offsets[item + 1]! > offsets[item]!
  }

  protected snapshot(): ModelState {
    const { network } = this.fitted()
    const shapes = new Map(this.parameters(network).map((node) => [nameOf(node), node.shape as number[]]))
    return {
      tensors: Object.fromEntries(
        Object.entries(this.weights).map(([name, data]) => [name, { shape: shapes.get(name)!, data }]),
      ),
      values: {},
    }
  }

  protected restore({ tensors }: ModelState): void {
    const weights = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]))
    this.use(this.build(this.train), weights, availableParallelism())
  }

  override async onnx(): Promise<OnnxFile[]> {
    const { network } = this.fitted()
    const initialisers = new Map(Object.entries(this.weights))
    return [
      {
        name: 'rating.onnx',
        bytes: predictForm(network, initialisers).bytes,
        signature:
          'user int32 [B], item int32 [B] -> rating float32 [B], unclipped; the last row of each table is the unknown one',
      },
      {
        name: 'fold-in.onnx',
        bytes: foldInFile(network, this.foldInOptions(), initialisers).bytes,
        signature:
          'item int32 [B], rating float32 [B], B at least 0 -> scores float32 [items + 1], unclipped; the last is the unknown item',
      },
    ]
  }

  private build(train: Interactions): DnnNetwork {
    const { factors, layers } = this.hyperparameters
    return new DnnNetwork({ users: train.users.size + 1, items: train.items.size + 1, factors, layers })
  }

  /** RMSE of clipped predictions. */
  private async validate(
    runtime: DnnRuntime,
    weights: Readonly<Record<string, Float32Array>>,
    validation: Interactions,
  ): Promise<number> {
    this.settle(weights)
    const { min, max } = validation.scale
    const predicted = await runtime.predict(validation.user, validation.item)
    let squares = 0
    for (let n = 0; n < predicted.length; n++) {
      squares += (Math.min(max, Math.max(min, predicted[n]!)) - validation.rating[n]!) ** 2
    }
    return Math.sqrt(squares / predicted.length)
  }

  /** Gives rows without training ratings the mean of the trained ones. */
  private settle(weights: Readonly<Record<string, Float32Array>>): void {
    const { factors } = this.hyperparameters
    const users = this.train.byUser().offsets
    const items = this.train.byItem().offsets
    settleUntrained(weights.users!, factors, (user) => users[user + 1]! > users[user]!)
    settleUntrained(weights.items!, factors, (item) => items[item + 1]! > items[item]!)
  }

  /** The embedding [factors] that a profile is folded in to. */
  private async rowOfProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    const { runtime } = this.fitted()
    if (profile.length === 0) return runtime.unknownUser()
    const item = Int32Array.from(profile, (entry) => entry.item)
    const rating = Float32Array.from(profile, (entry) => entry.rating)
    return runtime.foldIn(item, rating, this.foldInOptions())
  }

  private withoutUnknownItem(scores: Float32Array, users: number): Float32Array {
    const items = this.train.items.size
    for (let n = 1; n < users; n++) scores.copyWithin(n * items, n * (items + 1), n * (items + 1) + items)
    return scores.subarray(0, users * items)
  }

  /**
   * The user's part of the training objective. Training adds embeddingL2 / 2 |u|^2 to the mean over all ratings, which is
   * embeddingL2 / 2 times as many ratings as there are in all, spread over those of the profile.
   */
  private foldInOptions(): FoldInOptions {
    const { foldInSteps, foldInRate, l2, embeddingL2 } = this.hyperparameters
    return { steps: foldInSteps, learningRate: foldInRate, l2, prior: (embeddingL2 / 2) * this.train.count }
  }

  private parameters({ userTable, itemTable, layers }: DnnNetwork): Node[] {
    return [userTable, itemTable, ...layers.flatMap(({ weight, bias }) => [weight, bias])]
  }

  private use(network: DnnNetwork, weights: Readonly<Record<string, Float32Array>>, threads: number): void {
    this.network = network
    this.weights = weights
    this.runtime = new DnnRuntime(network, weights, threads)
  }

  private fitted(): { network: DnnNetwork; runtime: DnnRuntime } {
    const { network, runtime } = this
    // BaseRecommender.train throws the error that a user sees.
    if (!network || !runtime) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return { network, runtime }
  }
}

const nameOf = (node: Node): string => (node.attributes as { name: string }).name
