import { availableParallelism } from 'node:os'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import { BaseRecommender } from '../base.ts'
import type { Rows } from '../cosine.ts'
import type { Abilities, FitOptions, FitReport, ModelState, Pairs, ProfileRating, Who } from '../recommender.ts'
import { RowBaseline } from './baseline.ts'
import { ridge } from './ridge.ts'
import type { Encoded } from './runtime.ts'
import { type RowParts, type RowSettings, sideOf, trainRows } from './train.ts'

/** What turns an item's code into a user's rating: weights of the code, then the intercept. */
type UserWeights = Float32Array

/** What of a fitted network answers: the items' codes and the users' output rows. */
interface ItemCodes {
  /** items x width, each item's last hidden layer, and the baseline's offset of each. */
  readonly items: Encoded
  /** (users + 1) x (width + 1): weights and intercept; the last row, the mean of the trained, is the unknown user's. */
  readonly users: Float32Array
  readonly baseline: RowBaseline
}

/**
 * A model whose network reads an item's ratings and gives the item's rating by every user. Users are its output columns:
 * a user never seen gets a column by ridge regression of the profile's ratings on the codes of its items, exactly.
 */
export abstract class ItemRowModel extends BaseRecommender {
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true }
  private codes: ItemCodes | null = null

  protected abstract settings(): RowSettings
  protected abstract foldInL2(): number

  protected async fitModel(train: Interactions, options: FitOptions): Promise<FitReport> {
    const started = performance.now()
    const { seed = 1, threads = availableParallelism(), validation, onProgress, signal, checkpoint } = options
    const validate = async (live: RowParts): Promise<number> => this.rmse(await this.encode(live), validation!)
    const { report, parts } = await trainRows({
      side: sideOf(train, 'item'),
      mean: train.mean(),
      settings: this.settings(),
      random: new Random(seed),
      seed,
      threads,
      unit: 'items',
      validate: validation && validation.count > 0 ? validate : undefined,
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
    this.codes = await this.encode(parts)
    await parts.runtime.release()
    const seconds = (performance.now() - started) / 1000
    return { ...report, seconds, repeatable: threads === 1 }
  }

  protected predictPairs({ user, item }: Pairs): Float32Array {
    return Float32Array.from(user, (u, n) => this.rate(this.fitted(), u, item[n]!))
  }

  protected scoreUser(user: number): Float32Array {
    const codes = this.fitted()
    return Float32Array.from({ length: this.train.items.size }, (_, item) => this.rate(codes, user, item))
  }

  protected scoreProfile(profile: readonly ProfileRating[]): Float32Array {
    const { weights, deviation } = this.foldedIn(profile)
    return Float32Array.from({ length: this.train.items.size }, (_, item) => this.with(weights, deviation, item))
  }

  async scoreItems(who: Who, items: Int32Array): Promise<Float32Array> {
    this.checkItems(items)
    const known = this.known(who)
    if ('user' in known) return Float32Array.from(items, (item) => this.rate(this.fitted(), known.user, item))
    const { weights, deviation } = this.foldedIn(known.profile)
    return Float32Array.from(items, (item) => this.with(weights, deviation, item))
  }

  /** The unknown user's weights, bettered by what the profile leaves unexplained. */
  private foldedIn(profile: readonly ProfileRating[]): { weights: UserWeights; deviation: number } {
    const { items, users, baseline } = this.fitted()
    const size = items.width + 1
    const weights = users.slice(users.length - size)
    let deviation = 0
    if (profile.length > 0) {
      const surplus = profile.reduce((sum, { rating }) => sum + rating - baseline.mean, 0)
      deviation = surplus / (profile.length + baseline.damping)
      const known = profile.filter(({ item }) => this.isTrained(item))
      const left = known.map(({ item, rating }) => rating - this.with(weights, deviation, item))
      const better = ridge(
        items.last,
        items.width,
        known.map(({ item }) => item),
        left,
        this.foldInL2(),
      )
      for (let d = 0; d < size; d++) weights[d]! += better[d]!
    }
    return { weights, deviation }
  }

  protected override itemVectors(): Rows {
    const { last, width } = this.fitted().items
    return { data: last, width }
  }

  /** An item without training ratings has a code of nothing. */
  protected override isNeighbourCandidate(item: number): boolean {
    return this.isTrained(item)
  }

  protected snapshot(): ModelState {
    const { items, users, baseline } = this.fitted()
    const { tensors, values } = baseline.state()
    const { last, offsets, width } = items
    return {
      tensors: {
        ...tensors,
        codes: { shape: [offsets.length, width], data: last },
        offsets: { shape: [offsets.length], data: offsets },
        users: { shape: [users.length / (width + 1), width + 1], data: users },
      },
      values,
    }
  }

  protected restore(state: ModelState): void {
    const { codes, offsets, users } = state.tensors
    this.codes = {
      items: {
        last: codes!.data as Float32Array,
        offsets: offsets!.data as Float64Array,
        width: codes!.shape[1]!,
      },
      users: users!.data as Float32Array,
      baseline: RowBaseline.restore(state),
    }
  }

  private isTrained(item: number): boolean {
    const { offsets } = this.train.byItem()
    return item >= 0 && offsets[item + 1]! > offsets[item]!
  }

  /** The rating of an item, -1 for an unknown one, by a user of the training or -1. */
  private rate({ items, users, baseline }: ItemCodes, user: number, item: number): number {
    const size = items.width + 1
    const known = user >= 0 && baseline.counts[user]! > 0
    const at = known ? user * size : users.length - size
    return this.with(users.subarray(at, at + size), known ? baseline.columns[user]! : 0, item, { items, baseline })
  }

  /** The rating by a user of these weights and this deviation from the mean; an item without ratings is rated as the user rates. */
  private with(
    weights: UserWeights,
    deviation: number,
    item: number,
    { items, baseline }: Pick<ItemCodes, 'items' | 'baseline'> = this.fitted(),
  ): number {
    if (!this.isTrained(item)) return baseline.mean + deviation
    const { last, width, offsets } = items
    let sum = weights[width]!
    for (let d = 0, at = item * width; d < width; d++) sum += weights[d]! * last[at + d]!
    return baseline.centred ? baseline.mean + deviation + offsets[item]! + sum : sum
  }

  private async encode({ runtime, weights, baseline, network }: RowParts): Promise<ItemCodes> {
    const { offsets, indices, values } = this.train.byItem()
    const rows = Array.from({ length: offsets.length - 1 }, (_, item) => ({
      columns: indices.subarray(offsets[item]!, offsets[item + 1]!),
      values: values.subarray(offsets[item]!, offsets[item + 1]!),
    }))
    const width = network.shape.layers.at(-1)!
    const size = width + 1
    const count = baseline.columns.length
    const users = new Float32Array((count + 1) * size)
    const mean = new Float64Array(size)
    let trained = 0
    for (let user = 0; user < count; user++) {
      const own = users.subarray(user * size, (user + 1) * size)
      own.set(weights.output!.subarray(user * width, (user + 1) * width))
      own[width] = weights['output.bias']![user]!
      if (baseline.counts[user] === 0) continue
      trained++
      for (let d = 0; d < size; d++) mean[d]! += own[d]!
    }
    for (let d = 0; d < size; d++) users[count * size + d] = mean[d]! / trained
    return { items: await runtime.encode(rows), users, baseline }
  }

  /** RMSE of clipped predictions. */
  private rmse(codes: ItemCodes, { user, item, rating, scale }: Interactions): number {
    let squares = 0
    for (let n = 0; n < rating.length; n++) {
      const predicted = this.rate(codes, user[n]!, item[n]!)
      squares += (Math.min(scale.max, Math.max(scale.min, predicted)) - rating[n]!) ** 2
    }
    return Math.sqrt(squares / rating.length)
  }

  private fitted(): ItemCodes {
    // BaseRecommender.train throws the error that a user sees.
    if (!this.codes) throw new RangeError(`${this.train.count} ratings, but no codes`)
    return this.codes
  }
}
