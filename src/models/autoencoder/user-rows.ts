import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
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
import { RowBaseline, type RowRatings } from './baseline.ts'
import { profileFile } from './onnx.ts'
import { partsOf, type RowParts, type RowSettings, type RowTraining, sideOf, trainRows } from './train.ts'

/** Users encoded at once when many are asked for. */
const userBlock = 1024

/** A model whose network reads a user's ratings and gives all ratings: any profile folds in, without training. */
export abstract class UserRowModel extends BaseRecommender {
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  private parts: RowParts | null = null

  /** What the hyper-parameters say. */
  protected abstract settings(): RowSettings

  /** Trains as `training` says; pre-training models do more first. */
  protected async trainAs(training: RowTraining): Promise<Awaited<ReturnType<typeof trainRows>>> {
    return trainRows(training)
  }

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const settings = this.settings()
    const { report, parts } = await this.trainAs({
      side: sideOf(train, 'user'),
      mean: train.mean(),
      settings,
      random: new Random(seed),
      seed,
      threads,
      unit: settings.withhold === 'one' ? 'ratings' : 'users',
      validate: validation && validation.count > 0 ? (live) => this.validate(live, validation) : undefined,
      onProgress,
      signal,
      checkpoint,
      fingerprint: {
        model: this.name,
        ...this.hyperparameters,
        ratings: train.count,
        users: train.users.size,
        items: train.items.size,
        validation: validation?.count ?? 0,
      },
    })
    this.parts = parts
    const seconds = (performance.now() - started) / 1000
    return { ...report, seconds, repeatable: threads === 1 }
  }

  protected async predictPairs({ user, item }: Pairs): Promise<Float32Array> {
    return this.ratePairs(this.fitted(), user, item)
  }

  protected scoreUser(user: number): Promise<Float32Array> {
    return this.scoreUsers(Int32Array.of(user))
  }

  override async scoreUsers(users: Int32Array): Promise<Float32Array> {
    const { runtime } = this.fitted()
    const encoded = await runtime.encode(
      Array.from(users, (user) => this.ratingsOf(this.isKnownUser(user) ? user : -1)),
    )
    return runtime.score(encoded)
  }

  protected async scoreProfile(profile: readonly ProfileRating[]): Promise<Float32Array> {
    const { runtime } = this.fitted()
    return runtime.score(await runtime.encode([rowOf(profile)]))
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const { runtime } = this.fitted()
    const known = this.known(who)
    const encoded = await runtime.encode(['user' in known ? this.ratingsOf(known.user) : rowOf(known.profile)])
    return Float32Array.from(items, (item) => runtime.rate(encoded, 0, item))
  }

  /** All rests go through the encoder at once, and only `items` are decoded. */
  async leaveOut(profile: readonly ProfileRating[], left: Int32Array, items: Int32Array): Promise<Float32Array> {
    const { runtime } = this.fitted()
    const rated = this.checkedLeaveOut(profile, left, items)
    const encoded = await runtime.encode(
      Array.from(left, (position) => rowOf(rated.filter((_, other) => other !== position))),
    )
    const out = new Float32Array(left.length * items.length)
    for (let l = 0; l < left.length; l++) {
      for (let k = 0; k < items.length; k++) out[l * items.length + k] = runtime.rate(encoded, l, items[k]!)
    }
    return out
  }

  protected override itemVectors(): Rows {
    return { data: this.fitted().weights.output!, width: this.settings().shape.layers.at(-1)! }
  }

  /** An item without training ratings has no output row of its own. */
  protected override isNeighbourCandidate(item: number): boolean {
    return this.fitted().baseline.counts[item]! > 0
  }

  async release(): Promise<void> {
    await this.parts?.runtime.release()
  }

  protected snapshot(): ModelState {
    const { network, weights, baseline } = this.fitted()
    const { tensors, values } = baseline.state()
    const own = network.parameters.map((node) => {
      const { name } = node.attributes as { name: string }
      return [name, { shape: node.shape as number[], data: weights[name]! }] as const
    })
    return { tensors: { ...tensors, ...Object.fromEntries(own) }, values }
  }

  protected restore(state: ModelState): void {
    const { baseline: _, baselineCounts: __, ...tensors } = state.tensors
    const weights = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]))
    this.parts = partsOf(this.settings(), RowBaseline.restore(state), weights, availableParallelism())
  }

  override async onnx(): Promise<OnnxFile[]> {
    const { network, weights, baseline } = this.fitted()
    return [
      {
        name: 'fold-in.onnx',
        bytes: profileFile(network, baseline, this.settings().normalise, weights),
        signature:
          'item int32 [B], rating float32 [B], B at least 0 -> scores float32 [items], unclipped: a profile in, a rating of every item out',
      },
    ]
  }

  /** Network, weights and baseline of the fitted model: what explanations and clusters work on. */
  fitted(): RowParts {
    // BaseRecommender.train throws the error that a user sees.
    if (!this.parts) throw new RangeError(`${this.train.count} ratings, but no weights`)
    return this.parts
  }

  /** The training ratings of a user; none for -1. */
  protected ratingsOf(user: number): RowRatings {
    const { offsets, indices, values } = this.train.byUser()
    const [from, to] = user < 0 ? [0, 0] : [offsets[user]!, offsets[user + 1]!]
    return { columns: indices.subarray(from, to), values: values.subarray(from, to) }
  }

  /** RMSE of clipped predictions, each user's training ratings being the profile. */
  private async validate(parts: RowParts, { user, item, rating, scale }: Interactions): Promise<number> {
    const predicted = await this.ratePairs(parts, user, item)
    let squares = 0
    for (let n = 0; n < predicted.length; n++) {
      squares += (Math.min(scale.max, Math.max(scale.min, predicted[n]!)) - rating[n]!) ** 2
    }
    return Math.sqrt(squares / predicted.length)
  }

  private async ratePairs({ runtime }: RowParts, user: Int32Array, item: Int32Array): Promise<Float32Array> {
    const rated = new Float32Array(user.length)
    const pairsOf = new Map<number, number[]>()
    for (let n = 0; n < user.length; n++) {
      const known = pairsOf.get(user[n]!)
      if (known) known.push(n)
      else pairsOf.set(user[n]!, [n])
    }
    const users = [...pairsOf.keys()]
    for (let from = 0; from < users.length; from += userBlock) {
      const block = users.slice(from, from + userBlock)
      const encoded = await runtime.encode(block.map((u) => this.ratingsOf(u)))
      for (const [b, u] of block.entries())
        for (const n of pairsOf.get(u)!) rated[n] = runtime.rate(encoded, b, item[n]!)
    }
    return rated
  }
}

const rowOf = (profile: readonly ProfileRating[]): RowRatings => ({
  columns: Int32Array.from(profile, ({ item }) => item),
  values: Float32Array.from(profile, ({ rating }) => rating),
})
