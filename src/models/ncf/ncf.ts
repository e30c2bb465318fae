import { availableParallelism } from 'node:os'
import { MarqueeError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
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
  Recommendation,
  RecommendOptions,
  Who,
} from '../recommender.ts'
import { createExamples, trainedItems } from './examples.ts'
import { type FoldInOptions, panelOf } from './fold-in.ts'
import { foldInFile } from './fold-in-runtime.ts'
import type { NcfSettings } from './hyperparameters.ts'
import { NcfNetwork, nameOf } from './network.ts'
import { epochOrder } from './order.ts'
import { NcfRuntime, pairForm, type UserRows } from './runtime.ts'
import { createStep } from './step.ts'
import { validationOf } from './validation.ts'
import { contracted, expanded } from './weights.ts'

type Weights = Readonly<Record<string, Float32Array>>

/**
 * Neural collaborative filtering of implicit feedback (He et al. 2017): GMF, MLP or both fused (NeuMF), as the settings
 * have a GMF half, an MLP half or both. `predict` gives the probability that the user has the item; scores are its logits;
 * ratings are not predicted. `similar` compares item embeddings, those of both halves side by side for NeuMF. Each table
 * has one row more than there are users or items: the unknown one, the mean of the trained.
 */
export class Ncf extends BaseRecommender {
  readonly name: string
  readonly abilities: Abilities = { ratings: false, foldIn: true, similar: true }
  readonly hyperparameters: Readonly<Record<string, unknown>>
  protected readonly settings: NcfSettings
  /** What fit() starts from, by parameter name over the whole vocabularies; null: random weights. */
  protected first: Weights | null = null
  private network: NcfNetwork | null = null
  private weights: Weights = {}
  private runtime: NcfRuntime | null = null

  constructor(name: string, hyperparameters: Readonly<Record<string, unknown>>, settings: NcfSettings) {
    super()
    this.name = name
    this.hyperparameters = hyperparameters
    this.settings = settings
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const { settings } = this
    const { epochs, learningRate, patience, batch } = settings
    const items = trainedItems(train)
    const examples = await createExamples(train, items, settings, seed)
    const network = this.build(train.users.size, items.items.length)
    const random = new Random(seed)
    const step = await createStep(network, examples, settings, {
      random: random.fork('weights'),
      seed,
      threads,
      ...(this.first ? { start: contracted(network, this.first, items) } : {}),
    })
    const live = new NcfRuntime(network, step.weights, threads)
    const measure = validation && validation.count > 0 ? validationOf(train, validation, items, settings) : null
    if (validation && validation.count > 0 && !measure) throw nothingToValidate()
    const validate = measure
      ? () => {
          live.refresh()
          return measure(live)
        }
      : undefined
    try {
      const report = await trainEpochs(
        graphTask({
          step,
          examples: examples.count,
          unit: 'examples',
          batch: Math.min(batch, examples.count),
          random: random.fork('order'),
          order: epochOrder(seed),
          beginEpoch: (epoch) => examples.draw(epoch),
          validate,
        }),
        {
          epochs,
          learningRate,
          patience: validate ? patience : null,
          onProgress,
          signal,
          checkpoint,
          fingerprint: this.fingerprint(train, options, threads),
        },
      )
      await step.flush()
      this.first = null
      this.use(expanded(network, step.weights, train, items, settings), threads)
      const seconds = (performance.now() - started) / 1000
      return { ...report, seconds, repeatable: threads === 1 }
    } finally {
      await live.release()
      await step.release()
    }
  }

  protected async predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    const { network, runtime } = this.fitted()
    const { users, items } = network.shape
    const logits = await runtime.logits(
      user.map((u) => (u < 0 ? users - 1 : u)),
      item.map((i) => (i < 0 ? items - 1 : i)),
    )
    // Not by ONNX Runtime, whose sigmoid is 0 below about -16: the unlikeliest pairs would all be equal.
    return logits.map((z) => 1 / (1 + Math.exp(-z)))
  }

  protected scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override async scoreUsers(users: Int32Array): Promise<Float32Array> {
    const { network, runtime } = this.fitted()
    const rows = users.map((user) => (this.isKnownUser(user) ? user : network.shape.users - 1))
    return this.scoreRows(runtime.userRows(rows), users.length)
  }

  protected async scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    return this.scoreRows(await this.rowsOfProfile(profile), 1)
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const { runtime } = this.fitted()
    const known = this.known(who)
    const rows = 'user' in known ? runtime.userRows(Int32Array.of(known.user)) : await this.rowsOfProfile(known.profile)
    return runtime.score(rows, 1, items)
  }

  /** A dislike is not recommended even where rated items are asked for. */
  override async recommend(who: Who, options: RecommendOptions = {}): Promise<Recommendation[]> {
    const { threshold } = this.settings
    if (threshold === null || !options.includeSeen) return super.recommend(who, options)
    return super.recommend(who, { ...options, exclude: [...(options.exclude ?? []), ...this.disliked(who, threshold)] })
  }

  protected override itemVectors(): Rows {
    const { network } = this.fitted()
    const items = this.train.items.size
    const parts = network.tables
      .filter((table) => nameOf(table).endsWith('.items'))
      .map((table) => ({ data: this.weights[nameOf(table)]!, width: table.shape[1] as number }))
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    const data = new Float32Array(items * width)
    let at = 0
    for (const part of parts) {
      for (let i = 0; i < items; i++) {
        data.set(part.data.subarray(i * part.width, (i + 1) * part.width), i * width + at)
      }
      at += part.width
    }
    return { data, width }
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
    const nodes = [...network.tables, ...network.weights]
    return {
      tensors: Object.fromEntries(
        nodes.map((node) => [nameOf(node), { shape: node.shape as number[], data: this.weights[nameOf(node)]! }]),
      ),
      values: {},
    }
  }

  protected restore({ tensors }: ModelState): void {
    this.use(
      Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array])),
      availableParallelism(),
    )
  }

  override async onnx(): Promise<OnnxFile[]> {
    const { network } = this.fitted()
    const initialisers = new Map(Object.entries(this.weights))
    return [
      {
        name: 'probability.onnx',
        bytes: pairForm(network, 'probability', initialisers).bytes,
        signature:
          'user int32 [B], item int32 [B] -> probability float32 [B]; the last row of each table is the unknown one',
      },
      {
        name: 'fold-in.onnx',
        bytes: foldInFile(network, this.foldInOptions(), initialisers).bytes,
        signature:
          'item int32 [B], rating float32 [B], B at least 0 -> scores float32 [items + 1], logits; the last is the unknown item',
      },
    ]
  }

  private async rowsOfProfile(profile: readonly ProfileRating[]): Promise<UserRows> {
    const { network, runtime } = this.fitted()
    if (profile.length === 0) return runtime.userRows(Int32Array.of(network.shape.users - 1))
    const item = Int32Array.from(profile, (entry) => entry.item)
    const rating = Float32Array.from(profile, (entry) => entry.rating)
    return runtime.foldIn(item, rating, this.foldInOptions())
  }

  private scoreRows(rows: UserRows, count: number): Promise<Float32Array> {
    return this.fitted().runtime.score(rows, count, this.train.items.size)
  }

  private disliked(who: Who, threshold: number): number[] {
    if ('profile' in who) return who.profile.filter(({ rating }) => rating < threshold).map(({ item }) => item)
    if (!this.isKnownUser(who.user)) return []
    const { offsets, indices, values } = this.train.byUser()
    const [from, to] = [offsets[who.user]!, offsets[who.user + 1]!]
    return [...indices.subarray(from, to)].filter((_, n) => values[from + n]! < threshold)
  }

  private foldInOptions(): FoldInOptions {
    const { settings, train } = this
    const { threshold, dislikes } = settings
    const counts = new Int32Array(train.items.size)
    const popularity = new Int32Array(train.items.size)
    for (let n = 0; n < train.count; n++) {
      counts[train.item[n]!]!++
      const disliked = threshold !== null && train.rating[n]! < threshold
      if (!disliked || dislikes === 'exclude') popularity[train.item[n]!]!++
    }
    return { ...settings, ...panelOf(counts, popularity, settings) }
  }

  private build(users: number, items: number): NcfNetwork {
    const { factors, layers, outputBias } = this.settings
    return new NcfNetwork({ users, items, factors, layers, outputBias })
  }

  private use(weights: Weights, threads: number): void {
    const { users, items } = this.train
    this.network = this.build(users.size + 1, items.size + 1)
    this.weights = weights
    this.runtime = new NcfRuntime(this.network, weights, threads)
  }

  private fitted(): { network: NcfNetwork; runtime: NcfRuntime } {
    const { network, runtime } = this
    // BaseRecommender.train throws the error that a user sees.
    if (!network || !runtime) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return { network, runtime }
  }

  /** What a checkpoint must agree with to be resumed. */
  protected fingerprint(train: Interactions, { seed = 1, validation }: FitOptions, threads: number): string {
    return JSON.stringify({
      model: this.name,
      ...this.hyperparameters,
      seed,
      threads,
      ratings: train.count,
      users: train.users.size,
      items: train.items.size,
      validation: validation?.count ?? 0,
    })
  }
}

function nothingToValidate(): MarqueeError {
  return new MarqueeError(
    'no-validation',
    'no validation rating is a positive of a user and an item seen in training',
    {
      remedy: 'Lower the threshold, or give other validation ratings.',
    },
  )
}
