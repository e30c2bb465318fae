import type { EmittedModel } from '../../engine/onnx/emit.ts'
import { Session } from '../../engine/session/session.ts'
import { type FoldInOptions, foldInForm, itemPartsForm, predictForm, scoreForm, statisticsForm } from './forms.ts'
import type { ExplainableNetwork } from './network.ts'
import { spreadOf, type UserSide } from './users.ts'

type Arrays = Readonly<Record<string, Float32Array | Int32Array>>

/** Columns of one entry per pair; `attention` [pairs, 2] of user and item, null without attention. */
export interface RatedPairs {
  readonly rating: Float32Array
  readonly strength: Float32Array
  readonly attention: Float32Array | null
}

/** Most pairs in one run. */
const pairBlock = 4096
/** In runs of at most so many pairs threads wait for each other longer than they work. */
const short = 64

/** Runs the forms of a network in inference on weights that may still change: they are fed, not copied. */
export class ExplainableRuntime {
  private readonly network: ExplainableNetwork
  private readonly weights: Readonly<Record<string, Float32Array>>
  private readonly threads: number
  private readonly sessions = new Map<string, Promise<{ session: Session; model: EmittedModel }>>()
  private items: Promise<Record<string, Float32Array>> | null = null
  private spread: UserSide | null = null

  constructor(network: ExplainableNetwork, weights: Readonly<Record<string, Float32Array>>, threads: number) {
    this.network = network
    this.weights = weights
    this.threads = threads
  }

  /** Pairs of table rows. */
  async rate(user: Int32Array, item: Int32Array): Promise<RatedPairs> {
    const rated: RatedPairs = {
      rating: new Float32Array(user.length),
      strength: new Float32Array(user.length),
      attention: this.network.shape.attention ? new Float32Array(2 * user.length) : null,
    }
    for (let from = 0; from < user.length; from += pairBlock) {
      const to = Math.min(from + pairBlock, user.length)
      const { rating, strength, attention } = rated
      await this.run(
        'predict',
        () => predictForm(this.network),
        { user: user.subarray(from, to), item: item.subarray(from, to) },
        {
          rating: rating.subarray(from, to),
          strength: strength.subarray(from, to),
          ...(attention && { attention: attention.subarray(2 * from, 2 * to) }),
        },
        to - from,
      )
    }
    return rated
  }

  /**
   * Writes the mean and the variance of each hidden layer over these pairs into the weights, in place of the running ones. Blocks of
   * equal size, what is left over at the end is not used. A single pair has no variance and changes nothing.
   */
  async measureStatistics(user: Int32Array, item: Int32Array): Promise<void> {
    const { layers, batchNorm } = this.network.shape
    const size = Math.min(pairBlock, user.length)
    if (!batchNorm || size < 2) return
    const blocks = Math.floor(user.length / size)
    const totals = layers.map((units) => ({ mean: new Float64Array(units), square: new Float64Array(units) }))
    const found: Record<string, Float32Array> = {}
    for (const [l, units] of layers.entries()) {
      found[`mean${l}`] = new Float32Array(units)
      found[`variance${l}`] = new Float32Array(units)
    }
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [block * size, (block + 1) * size]
      const feeds = { user: user.subarray(from, to), item: item.subarray(from, to) }
      await this.run('statistics', () => statisticsForm(this.network), feeds, found, size)
      for (const [l, { mean, square }] of totals.entries()) {
        const [means, variances] = [found[`mean${l}`]!, found[`variance${l}`]!]
        for (let d = 0; d < mean.length; d++) {
          mean[d]! += means[d]! / blocks
          square[d]! += (variances[d]! + means[d]! ** 2) / blocks
        }
      }
    }
    for (const [l, { mean, square }] of totals.entries()) {
      this.weights[`layer${l}.mean`]!.set(mean)
      this.weights[`layer${l}.variance`]!.set(square.map((value, d) => Math.max(0, value - mean[d]! ** 2)))
    }
  }

  /** Ratings of all rows of the item table. The items' half of the first layer is computed once: the weights must stand. */
  async score(user: UserSide): Promise<Float32Array> {
    const { items } = this.network.shape
    this.items ??= this.itemParts()
    const scores = new Float32Array(items)
    const feeds = { ...this.userFeeds(user), ...(await this.items) }
    await this.run('score', () => scoreForm(this.network), feeds, { scores }, items)
    return scores
  }

  /** One user, by embedding, with rows of the item table. */
  async rateSide(side: UserSide, item: Int32Array): Promise<RatedPairs> {
    const rated: RatedPairs = {
      rating: new Float32Array(item.length),
      strength: new Float32Array(item.length),
      attention: this.network.shape.attention ? new Float32Array(2 * item.length) : null,
    }
    const { attention, ...columns } = rated
    await this.run(
      'predictSide',
      () => predictForm(this.network, { side: true }),
      { ...this.userFeeds(side), item },
      { ...columns, ...(attention && { attention }) },
      item.length,
    )
    return rated
  }

  /** The user that fits a profile of item rows and ratings. At least one rating; the weights must stand. */
  async foldIn(item: Int32Array, rating: Float32Array, options: FoldInOptions): Promise<UserSide> {
    const folded = { embedding: new Float32Array(this.network.shape.factors), bias: new Float32Array(1) }
    const { biases } = this.network.shape
    const { start, spread } = this.known()
    const feeds = {
      item,
      rating,
      start: start.embedding,
      spread: spread.embedding,
      ...(biases && { startBias: start.bias, spreadBias: spread.bias }),
    }
    const fetches = { embedding: folded.embedding, ...(biases && { bias: folded.bias }) }
    await this.run('foldIn', () => foldInForm(this.network, options), feeds, fetches, item.length)
    return folded
  }

  /** What fold-in starts from: the unknown user, who is the mean of the trained, and their standard deviation. */
  known(): { start: UserSide; spread: UserSide } {
    const { factors, biases } = this.network.shape
    const start = this.unknownUser()
    this.spread ??= {
      embedding: spreadOf(this.weights.users!, factors),
      bias: biases ? spreadOf(this.weights.userBias!, 1) : new Float32Array(1),
    }
    return { start, spread: this.spread }
  }

  /** A row of the user tables. */
  user(row: number): UserSide {
    const { factors, biases } = this.network.shape
    return {
      embedding: this.weights.users!.subarray(row * factors, (row + 1) * factors),
      bias: biases ? this.weights.userBias!.subarray(row, row + 1) : new Float32Array(1),
    }
  }

  /** The last row of the user tables. */
  unknownUser(): UserSide {
    return this.user(this.network.shape.users - 1)
  }

  async release(): Promise<void> {
    for (const opened of this.sessions.values()) await (await opened).session.release()
    this.sessions.clear()
  }

  private userFeeds({ embedding, bias }: UserSide): Arrays {
    return { userRow: embedding, ...(this.network.shape.biases && { userRowBias: bias }) }
  }

  private async itemParts(): Promise<Record<string, Float32Array>> {
    const { items, layers, attention, biases } = this.network.shape
    const part = new Float32Array(items * layers[0]!)
    const score = attention ? new Float32Array(items) : null
    for (let from = 0; from < items; from += pairBlock) {
      const to = Math.min(from + pairBlock, items)
      await this.run(
        'itemParts',
        () => itemPartsForm(this.network),
        { item: Int32Array.from({ length: to - from }, (_, n) => from + n) },
        {
          itemPart: part.subarray(from * layers[0]!, to * layers[0]!),
          ...(score && { itemScore: score.subarray(from, to) }),
        },
        to - from,
      )
    }
    return {
      itemPart: part,
      ...(score && { itemScore: score }),
      ...(biases && { itemPartBias: this.weights.itemBias! }),
    }
  }

  private async run(
    name: string,
    form: () => EmittedModel,
    feeds: Arrays,
    fetches: Record<string, Float32Array>,
    examples: number,
  ): Promise<void> {
    if (examples === 0) return
    const threads = examples <= short ? 1 : this.threads
    const key = `${name} ${threads}`
    let opened = this.sessions.get(key)
    if (!opened) {
      const model = form()
      opened = Session.create(model.bytes, { threads }).then((session) => ({ session, model }))
      this.sessions.set(key, opened)
    }
    const { session, model } = await opened
    const all: Record<string, Float32Array | Int32Array> = { ...feeds }
    for (const { name: input } of model.inputs) if (!(input in all)) all[input] = this.weights[input]!
    await session.bind(all, fetches, { B: examples }).run()
  }
}
