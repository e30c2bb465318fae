import { MarqueeError } from '../core/errors.ts'
import type { Interactions } from '../data/interactions.ts'
import { cosineWithMean, type Rows, unitRows } from './cosine.ts'
import type {
  Abilities,
  FitOptions,
  FitReport,
  ModelState,
  Neighbour,
  OnnxFile,
  Pairs,
  ProfileRating,
  Recommendation,
  Recommender,
  RecommendOptions,
  TrainingFacts,
  Who,
} from './recommender.ts'
import { topK } from './top-k.ts'

type Awaitable<T> = T | Promise<T>

/**
 * What every model and baseline has in common, so that a model is its fitting and its scores and nothing else.
 * A subclass gives `fitModel`, `predictPairs`, `scoreUser`, `scoreProfile`, `snapshot` and `restore`, and overrides
 * `scoreUsers`, `itemVectors` (or `similaritiesTo`), `isNeighbourCandidate` and `onnx`, or adds `scoreItems` and `leaveOut`,
 * where it can do more.
 */
export abstract class BaseRecommender implements Recommender {
  abstract readonly name: string
  abstract readonly hyperparameters: Readonly<Record<string, unknown>>
  abstract readonly abilities: Abilities
  private facts: Interactions | null = null
  private units: Rows | null = null

  /** Learns from at least one rating; `this.train` is already set. */
  protected abstract fitModel(train: Interactions, options: FitOptions): Awaitable<FitReport>
  /** One unclipped prediction per pair. Indices are checked; -1 and rows never trained may occur. */
  protected abstract predictPairs(pairs: Pairs): Awaitable<Float32Array>
  /** One unclipped score per item for a user with training ratings. */
  protected abstract scoreUser(user: number): Awaitable<Float32Array>
  /** The same for a profile: known items, each once, ratings within the scale; possibly empty. */
  protected abstract scoreProfile(profile: readonly ProfileRating[]): Awaitable<Float32Array>
  protected abstract snapshot(): ModelState
  /** Takes back what snapshot gave; `this.train` is already set. */
  protected abstract restore(state: ModelState): void

  /** One vector per item for `similar`; null for models that have none. */
  protected itemVectors(): Rows | null {
    return null
  }

  /** How similar every item is to the given ones (known, at least one), in [-1, 1]: by the cosine of item vectors unless overridden. */
  protected similaritiesTo(given: readonly number[]): Float32Array {
    if (!this.units) {
      const vectors = this.itemVectors()
      if (!vectors) throw this.notAble('find similar items')
      this.units = unitRows(vectors)
    }
    return cosineWithMean(this.units, given)
  }

  /** Whether `similar` may answer with this item. */
  protected isNeighbourCandidate(_item: number): boolean {
    return true
  }

  async onnx(): Promise<OnnxFile[]> {
    return []
  }

  /** The training ratings. Throws `not-fitted` before fit or load. */
  protected get train(): Interactions {
    if (this.facts) return this.facts
    throw new MarqueeError('not-fitted', `${this.name} has not been fitted`, { remedy: 'Call fit or load first.' })
  }

  /** Throws `already-fitted` on a second call and `no-ratings` where there is nothing to learn from. */
  async fit(train: Interactions, options: FitOptions = {}): Promise<FitReport> {
    if (this.facts) {
      throw new MarqueeError('already-fitted', `${this.name} is fitted already`, { remedy: 'Create a new model.' })
    }
    if (train.count === 0) {
      throw new MarqueeError('no-ratings', 'there are no ratings to train on', {
        remedy: 'Check the split and the minimum ratings per user and item.',
      })
    }
    if (options.start && !this.abilities.warmStart) {
      throw new MarqueeError('cannot-warm-start', `${this.name} cannot start from the weights of an earlier fit`, {
        remedy: 'Train it from scratch (warmStart: false).',
      })
    }
    this.facts = train
    try {
      return await this.fitModel(train, options)
    } catch (error) {
      this.facts = null
      throw error
    }
  }

  async predict(pairs: Pairs): Promise<Float32Array> {
    const { users, items, scale } = this.train
    if (pairs.user.length !== pairs.item.length) throw new RangeError('pairs need as many users as items')
    for (const user of pairs.user) this.check('user', user, users.size)
    for (const item of pairs.item) this.check('item', item, items.size)
    const predicted = await this.predictPairs(pairs)
    if (this.abilities.ratings) {
      for (let n = 0; n < predicted.length; n++) {
        predicted[n] = Math.min(scale.max, Math.max(scale.min, predicted[n]!))
      }
    }
    return predicted
  }

  async scoreAll(who: Who): Promise<Float32Array> {
    const known = this.known(who)
    return 'user' in known ? this.scoreUser(known.user) : this.scoreProfile(known.profile)
  }

  async scoreUsers(users: Int32Array): Promise<Float32Array> {
    const width = this.train.items.size
    const scores = new Float32Array(users.length * width)
    for (let n = 0; n < users.length; n++) scores.set(await this.scoreAll({ user: users[n]! }), n * width)
    return scores
  }

  async recommend(who: Who, options: RecommendOptions = {}): Promise<Recommendation[]> {
    const { k = 10, exclude = [], filter, includeSeen = false } = options
    const { items, scale } = this.train
    checkCount(k)
    const scores = await this.scoreAll(who)
    const left = new Uint8Array(items.size)
    if (!includeSeen) for (const item of this.seen(who)) left[item] = 1
    for (const item of exclude) {
      this.check('item', item, items.size)
      if (item >= 0) left[item] = 1
    }
    const best = topK(scores, k, (item) => left[item] === 0 && (filter === undefined || filter(item)))
    return Array.from(best, (item) => {
      const score = scores[item]!
      const rating = this.abilities.ratings ? Math.min(scale.max, Math.max(scale.min, score)) : null
      return { item, score, rating }
    })
  }

  /** An unknown item (-1) among the given is passed over; nothing is near to nothing, so with no known item left the list is empty. */
  async similar(items: readonly number[], k = 10): Promise<Neighbour[]> {
    const { items: vocabulary } = this.train
    checkCount(k)
    for (const item of items) this.check('item', item, vocabulary.size)
    if (!this.abilities.similar) throw this.notAble('find similar items')
    const given = new Set(items.filter((item) => item >= 0))
    if (given.size === 0) return []
    const similarities = this.similaritiesTo([...given])
    const best = topK(similarities, k, (item) => !given.has(item) && this.isNeighbourCandidate(item))
    return Array.from(best, (item) => ({ item, similarity: similarities[item]! }))
  }

  vectors(): Rows | null {
    this.train
    return this.itemVectors()
  }

  save(): ModelState {
    this.train
    return this.snapshot()
  }

  load(state: ModelState, { train }: TrainingFacts): void {
    this.facts = train
    this.units = null
    this.restore(state)
  }

  /** The error for what a model cannot do; `what` completes "NAME cannot …". */
  protected notAble(what: string): MarqueeError {
    return new MarqueeError('not-able', `${this.name} cannot ${what}`, {
      remedy: '`marquee models` lists what each model can do.',
    })
  }

  /** Items the user has rated in training, or those of the profile. */
  protected seen(who: Who): Iterable<number> {
    if (!('user' in who)) return this.checkedProfile(who.profile).map(({ item }) => item)
    if (!this.isKnownUser(who.user)) return []
    const { offsets, indices } = this.train.byUser()
    return indices.subarray(offsets[who.user]!, offsets[who.user + 1]!)
  }

  /** True for a user with training ratings, false for -1 or one without; throws a RangeError outside the vocabulary. */
  protected isKnownUser(user: number): boolean {
    this.check('user', user, this.train.users.size)
    const { offsets } = this.train.byUser()
    return user >= 0 && offsets[user + 1]! > offsets[user]!
  }

  /** A user with training ratings, or a checked profile; that of any other user is empty. */
  protected known(who: Who): Who {
    if (!('user' in who)) return { profile: this.checkedProfile(who.profile) }
    return this.isKnownUser(who.user) ? who : { profile: [] }
  }

  /** Drops unknown items (-1); the last rating of a repeated item counts. Throws `bad-rating` outside the scale. */
  protected checkedProfile(profile: readonly ProfileRating[]): ProfileRating[] {
    const { items, scale } = this.train
    const known = new Map<number, ProfileRating>()
    for (const entry of profile) {
      this.check('item', entry.item, items.size)
      if (!(entry.rating >= scale.min && entry.rating <= scale.max)) {
        throw new MarqueeError('bad-rating', `a profile holds the rating ${entry.rating}`, {
          remedy: `Ratings go from ${scale.min} to ${scale.max} here.`,
        })
      }
      if (entry.item >= 0) known.set(entry.item, entry)
    }
    if (known.size > 0 && !this.abilities.foldIn) throw this.notAble('take a profile')
    return [...known.values()]
  }

  /** The profile, for `leaveOut`. Throws a RangeError for a position or an item that is not there, or an item that stands twice. */
  protected checkedLeaveOut(
    profile: readonly ProfileRating[],
    left: Int32Array,
    items: Int32Array,
  ): readonly ProfileRating[] {
    const checked = this.checkedProfile(profile)
    if (checked.length !== profile.length) throw new RangeError('leaveOut needs known items, each once')
    for (const position of left) {
      if (!(position >= 0 && position < profile.length)) throw new RangeError(`no rating at position ${position}`)
    }
    this.checkItems(items)
    return checked
  }

  /** Throws a RangeError for an item that is not in the vocabulary, -1 too. */
  protected checkItems(items: Int32Array): void {
    const { size } = this.train.items
    for (const item of items) {
      if (item < 0) throw new RangeError(`item ${item} is none of the vocabulary, whose items alone have scores`)
      this.check('item', item, size)
    }
  }

  private check(what: 'user' | 'item', index: number, size: number): void {
    if (Number.isInteger(index) && index >= -1 && index < size) return
    throw new RangeError(`${what} ${index} is outside the vocabulary of ${size}`)
  }
}

function checkCount(k: number): void {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k = ${k}: a whole number of at least 1 is needed`)
}
