import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { type EpochContext, type EpochOutcome, trainEpochs } from '../../engine/trainer/epochs.ts'
import { graphTask } from '../../engine/trainer/task.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import { settleUntrained } from '../dnn/weights.ts'
import type {
  Abilities,
  Explained,
  FitOptions,
  FitReport,
  ModelState,
  OnnxFile,
  Pairs,
  ProfileRating,
  Who,
} from '../recommender.ts'
import { WeightAverage } from './average.ts'
import { type FoldInOptions, foldInFile, predictForm } from './forms.ts'
import type { ExplainableDnnHyperparameters } from './hyperparameters.ts'
import { ExplainableNetwork } from './network.ts'
import { ExplainableRuntime, type RatedPairs } from './runtime.ts'
import { createStep, nameOf, runningStatistics, scheduleOf } from './step.ts'
import type { UserSide } from './users.ts'

type Weights = Readonly<Record<string, Float32Array>>

/**
 * System 3: rating regression by four batch-normalised layers over two embeddings that an attention weighs. Each table
 * has one row more than there are users or items: the unknown one, the mean of the trained, which also stands for rows
 * without ratings.
 */
export class ExplainableDnn extends BaseRecommender {
  readonly name = 'explainable-dnn'
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  readonly hyperparameters: ExplainableDnnHyperparameters
  private network: ExplainableNetwork | null = null
  private weights: Weights = {}
  private runtime: ExplainableRuntime | null = null

  constructor(hyperparameters: ExplainableDnnHyperparameters) {
    super()
    this.hyperparameters = hyperparameters
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const { epochs, learningRate, patience, averageFrom } = this.hyperparameters
    const network = this.build(train)
    const random = new Random(seed)
    const batch = Math.min(this.hyperparameters.batch, train.count)
    // Batch normalisation cannot learn from a last batch of one rating: then each epoch leaves out another rating at random.
    const leavesOut = batch > 1 && train.count % batch === 1
    let leftOut = train.count
    const statistics = runningStatistics(network)
    const step = await createStep(network, train, this.hyperparameters, {
      random: random.fork('weights'),
      seed,
      threads,
      statistics,
      rowOf: (example) => (example < leftOut ? example : example + 1),
    })
    const live = { ...step.weights, ...statistics }
    const average =
      averageFrom === null
        ? null
        : new WeightAverage(network, live, train, { from: averageFrom, random: random.fork('sample'), threads })
    const { weights, runtime } = average ?? { weights: live, runtime: new ExplainableRuntime(network, live, threads) }
    const task = graphTask({
      step,
      examples: leavesOut ? train.count - 1 : train.count,
      unit: 'ratings',
      batch,
      random: random.fork('order'),
      statistics: { ...statistics, ...average?.state },
      beginEpoch: (epoch) => {
        if (leavesOut) leftOut = random.fork(`left out ${epoch}`).int(train.count)
      },
      validate: validation && validation.count > 0 ? () => this.validate(runtime, weights, validation) : undefined,
    })
    const run = async (context: EpochContext): Promise<EpochOutcome> => {
      const outcome = await task.run(context)
      if ('loss' in outcome) await average?.take(context.epoch)
      return outcome
    }
    try {
      const report = await trainEpochs(
        { ...task, run },
        {
          epochs,
          learningRate,
          schedule: scheduleOf(this.hyperparameters),
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
      this.settle(weights)
      this.use(
        network,
        Object.fromEntries(Object.entries(weights).map(([name, view]) => [name, view.slice()])),
        threads,
      )
      return { ...report, seconds: (performance.now() - started) / 1000, repeatable: threads === 1 }
    } finally {
      await runtime.release()
      await step.release()
    }
  }

  protected async predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    const { network, runtime } = this.fitted()
    const { users } = network.shape
    const rows = user.map((u) => (u < 0 ? users - 1 : u))
    return (await runtime.rate(rows, this.itemRows(item))).rating
  }

  /** The weights and the strength of the very computation that gives the ratings; a profile is folded in. */
  async explain(who: Who, items: Int32Array): Promise<Explained> {
    const { runtime } = this.fitted()
    const rated = await runtime.rateSide(await this.sideOf(who), this.itemRows(items))
    const { rating, strength, attention } = rated
    return { rating, strength, attention: attention && weightsOf(attention) }
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    return (await this.explain(who, items)).rating
  }

  protected async scoreUser(user: number): Promise<Float32Array> {
    return this.scoreSide(this.fitted().runtime.user(user))
  }

  protected async scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    return this.scoreSide(await this.sideOfProfile(profile))
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

  async release(): Promise<void> {
    await this.runtime?.release()
  }

  protected snapshot(): ModelState {
    const { network } = this.fitted()
    const { tables } = network
    const nodes = [...Object.values(tables), ...network.weights(), ...network.statistics().flatMap(Object.values)]
    const shapes = new Map(nodes.map((node) => [nameOf(node), node.shape as number[]]))
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
    const { network, runtime } = this.fitted()
    const initialisers = new Map(Object.entries(this.weights))
    const attention = network.shape.attention ? ', attention float32 [B, 2] of user and item' : ''
    return [
      {
        name: 'rating.onnx',
        bytes: predictForm(network, { initialisers }).bytes,
        signature:
          `user int32 [B], item int32 [B] -> rating float32 [B], strength float32 [B]${attention}; ` +
          'the last row of each table is the unknown one',
      },
      {
        name: 'fold-in.onnx',
        bytes: foldInFile(network, this.foldInOptions(), runtime.known(), initialisers).bytes,
        signature:
          'item int32 [B], rating float32 [B], B at least 0 -> scores float32 [items + 1]; the last is the unknown item',
      },
    ]
  }

  private build(train: Interactions): ExplainableNetwork {
    const { factors, layers, attention, batchNorm, biases } = this.hyperparameters
    const { min, max } = train.scale
    return new ExplainableNetwork({
      users: train.users.size + 1,
      items: train.items.size + 1,
      factors,
      layers,
      attention,
      batchNorm,
      biases,
      scale: { min, max },
    })
  }

  /** RMSE; the stretched sigmoid needs no clipping. */
  private async validate(runtime: ExplainableRuntime, live: Weights, validation: Interactions): Promise<number> {
    this.settle(live)
    const { rating } = await runtime.rate(validation.user, validation.item)
    let squares = 0
    for (let n = 0; n < rating.length; n++) squares += (rating[n]! - validation.rating[n]!) ** 2
    return Math.sqrt(squares / rating.length)
  }

  /** Gives rows without training ratings the mean of the trained ones. */
  private settle(weights: Weights): void {
    const { factors, biases } = this.hyperparameters
    const users = this.train.byUser().offsets
    const items = this.train.byItem().offsets
    const rated = (user: number): boolean => users[user + 1]! > users[user]!
    const isRated = (item: number): boolean => items[item + 1]! > items[item]!
    settleUntrained(weights.users!, factors, rated)
    settleUntrained(weights.items!, factors, isRated)
    if (!biases) return
    settleUntrained(weights.userBias!, 1, rated)
    settleUntrained(weights.itemBias!, 1, isRated)
  }

  private async scoreSide(side: UserSide): Promise<Float32Array> {
    return (await this.fitted().runtime.score(side)).subarray(0, this.train.items.size)
  }

  private async sideOf(who: Who): Promise<UserSide> {
    const known = this.known(who)
    return 'user' in known ? this.fitted().runtime.user(known.user) : this.sideOfProfile(known.profile)
  }

  private async sideOfProfile(profile: readonly ProfileRating[]): Promise<UserSide> {
    const { runtime } = this.fitted()
    if (profile.length === 0) return runtime.unknownUser()
    const item = Int32Array.from(profile, (entry) => entry.item)
    const rating = Float32Array.from(profile, (entry) => entry.rating)
    return runtime.foldIn(item, rating, this.foldInOptions())
  }

  private itemRows(item: Int32Array): Int32Array {
    const { items } = this.fitted().network.shape
    return item.map((i) => {
      if (i < -1 || i >= items - 1) throw new RangeError(`item ${i} is outside the vocabulary of ${items - 1}`)
      return i < 0 ? items - 1 : i
    })
  }

  private foldInOptions(): FoldInOptions {
    const { foldInSteps, foldInRate, foldInPrior } = this.hyperparameters
    return { steps: foldInSteps, learningRate: foldInRate, prior: foldInPrior }
  }

  private use(network: ExplainableNetwork, weights: Weights, threads: number): void {
    this.network = network
    this.weights = weights
    this.runtime = new ExplainableRuntime(network, weights, threads)
  }

  private fitted(): { network: ExplainableNetwork; runtime: ExplainableRuntime } {
    const { network, runtime } = this
    // BaseRecommender.train throws the error that a user sees.
    if (!network || !runtime) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return { network, runtime }
  }
}

/** Rows of [n, 2] as two columns. */
function weightsOf(attention: NonNullable<RatedPairs['attention']>): { user: Float32Array; item: Float32Array } {
  const half = attention.length / 2
  return {
    user: Float32Array.from({ length: half }, (_, n) => attention[2 * n]!),
    item: Float32Array.from({ length: half }, (_, n) => attention[2 * n + 1]!),
  }
}
