import { gradients } from '../../engine/autodiff/gradients.ts'
import {
  add,
  div,
  gather,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  reshape,
  size,
  sqrt,
  square,
  sub,
} from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { Session } from '../../engine/session/session.ts'
import { itemVectorsKey, unlessEmpty } from '../fold-in-file.ts'
import type { DnnNetwork } from './network.ts'

/** How a profile is folded in: Adam on the user embedding alone, all else fixed. */
export interface FoldInOptions {
  readonly steps: number
  readonly learningRate: number
  /** As in training: this times the squared length of the embedding is added to the mean squared error … */
  readonly l2: number
  /** … and this divided by the number of ratings in the profile: a penalty that does not grow with the ratings. */
  readonly prior: number
}

/** Most pairs in one run. */
const pairBlock = 8192
/** Most hidden values of the first layer in one scoring run: 64 MiB. */
const hiddenBlock = 16 * 1024 * 1024

/** Runs the forms of a network in inference on weights that may still change: they are fed, not copied. */
export class DnnRuntime {
  private readonly network: DnnNetwork
  private readonly weights: Readonly<Record<string, Float32Array>>
  private readonly threads: number
  private readonly sessions = new Map<string, Promise<{ session: Session; model: EmittedModel }>>()

  constructor(network: DnnNetwork, weights: Readonly<Record<string, Float32Array>>, threads: number) {
    this.network = network
    this.weights = weights
    this.threads = threads
  }

  /** Unclipped ratings of pairs of table rows. */
  async predict(user: Int32Array, item: Int32Array): Promise<Float32Array> {
    const rating = new Float32Array(user.length)
    for (let from = 0; from < user.length; from += pairBlock) {
      const to = Math.min(from + pairBlock, user.length)
      const feeds = { user: user.subarray(from, to), item: item.subarray(from, to) }
      await this.run(
        'predict',
        () => predictForm(this.network),
        feeds,
        { rating: rating.subarray(from, to) },
        to - from,
      )
    }
    return rating
  }

  /** Unclipped ratings of all rows of the item table for user embeddings (row-major): count x items. */
  async score(users: Float32Array): Promise<Float32Array> {
    const { factors, items } = this.network.shape
    const count = users.length / factors
    const scores = new Float32Array(count * items)
    const block = Math.max(1, Math.floor(hiddenBlock / (items * this.network.layers[0]!.outputs)))
    for (let from = 0; from < count; from += block) {
      const to = Math.min(from + block, count)
      const feeds = { userRows: users.subarray(from * factors, to * factors) }
      const fetches = { scores: scores.subarray(from * items, to * items) }
      await this.run('score', () => scoreForm(this.network), feeds, fetches, to - from)
    }
    return scores
  }

  /** Unclipped ratings of some rows of the item table for one user embedding. */
  async scoreItems(userRow: Float32Array, item: Int32Array): Promise<Float32Array> {
    const scores = new Float32Array(item.length)
    if (item.length === 0) return scores
    const form = (): EmittedModel => scoreItemsForm(this.network)
    await this.run('scoreItems', form, { userRow, item }, { scores }, item.length)
    return scores
  }

  /** The embedding [factors] that fits a profile of item rows and ratings, from the unknown user's. At least one rating. */
  async foldIn(item: Int32Array, rating: Float32Array, options: FoldInOptions): Promise<Float32Array> {
    const embedding = new Float32Array(this.network.shape.factors)
    const start = this.unknownUser()
    const form = (): EmittedModel => foldInForm(this.network, options)
    await this.run('foldIn', form, { item, rating, start }, { embedding }, item.length)
    return embedding
  }

  /** The embedding of the last row of the user table. */
  unknownUser(): Float32Array {
    return this.weights.users!.subarray(-this.network.shape.factors)
  }

  async release(): Promise<void> {
    for (const opened of this.sessions.values()) await (await opened).session.release()
    this.sessions.clear()
  }

  private async run(
    name: string,
    form: () => EmittedModel,
    feeds: Record<string, Float32Array | Int32Array>,
    fetches: Record<string, Float32Array>,
    examples: number,
  ): Promise<void> {
    let opened = this.sessions.get(name)
    if (!opened) {
      const model = form()
      opened = Session.create(model.bytes, { threads: this.threads }).then((session) => ({ session, model }))
      this.sessions.set(name, opened)
    }
    const { session, model } = await opened
    const all: Record<string, Float32Array | Int32Array> = { ...feeds }
    for (const { name: input } of model.inputs) if (!(input in all)) all[input] = this.weights[input]!
    await session.bind(all, fetches, { B: examples }).run()
  }
}

/** user, item (int32 [B]) -> rating [B]. */
export function predictForm(network: DnnNetwork, initialisers?: ReadonlyMap<string, Float32Array>): EmittedModel {
  const { user, item } = network.rows()
  const outputs = { rating: reshape(network.rate(user, item), ['B']) }
  return emit({ outputs, name: 'dnn rating', ...(initialisers ? { initialisers } : {}) })
}

/** userRows (float32 [B, factors]) -> scores [B, items]. */
function scoreForm(network: DnnNetwork): EmittedModel {
  const rows = network.graph.input('userRows', ['B', network.shape.factors])
  return emit({ outputs: { scores: network.rateAll(rows) }, name: 'dnn scores' })
}

/** userRow (float32 [factors]), item (int32 [B]) -> scores [B]. */
function scoreItemsForm(network: DnnNetwork): EmittedModel {
  const { graph, itemTable, shape } = network
  const user = reshape(graph.input('userRow', [shape.factors]), [1, shape.factors])
  const items = gather(itemTable, graph.input('item', ['B'], { dtype: 'int32' }))
  return emit({
    outputs: { scores: reshape(network.rateFor(user, network.itemPart(items)), ['B']) },
    name: 'dnn scores of items',
  })
}

/** item (int32 [B]), rating (float32 [B]), start [factors] -> embedding [factors]. */
function foldInForm(network: DnnNetwork, options: FoldInOptions): EmittedModel {
  const { factors } = network.shape
  const start = network.graph.input('start', [factors])
  const embedding = foldedIn(network, reshape(start, [1, factors]), options)
  return emit({ outputs: { embedding: reshape(embedding, [factors]) }, name: 'dnn fold-in' })
}

/** item (int32 [B]), rating (float32 [B]), B from 0 -> scores [items]: a profile in, all ratings out. */
export function foldInFile(
  network: DnnNetwork,
  options: FoldInOptions,
  initialisers: ReadonlyMap<string, Float32Array>,
): EmittedModel {
  const { factors, users, items } = network.shape
  const start = network.graph.constant(initialisers.get('users')!.slice((users - 1) * factors), { shape: [1, factors] })
  const profile = network.graph.input('item', ['B'], { dtype: 'int32' })
  const embedding = unlessEmpty(profile, foldedIn(network, start, options), start)
  const scores = network.rateFor(embedding, network.itemPart(network.itemTable))
  return emit({
    outputs: { scores: reshape(scores, [items]) },
    name: 'dnn fold-in',
    initialisers,
    metadata: { [itemVectorsKey]: 'items' },
  })
}

/**
 * Adam's steps unrolled into the graph, so that fold-in is one run and one ONNX file: minimises the mean squared error
 * of the profile plus (l2 + prior / B) |u|^2 over the user embedding u [1, factors].
 */
function foldedIn(network: DnnNetwork, start: Node, { steps, learningRate, l2, prior }: FoldInOptions): Node {
  const { graph } = network
  const items = gather(network.itemTable, graph.input('item', ['B'], { dtype: 'int32' }))
  const target = reshape(graph.input('rating', ['B']), ['B', 1])
  const itemPart = network.itemPart(items)
  const penalty = add(div(prior, size(target)), l2)
  let u = start
  let m: Node | null = null
  let v: Node | null = null
  for (let t = 1; t <= steps; t++) {
    const error = reduceMean(square(sub(network.rateFor(u, itemPart), target)))
    const loss = add(error, mul(reduceSum(square(u)), penalty))
    const g = gradients(loss, [u])[0]!
    m = m ? add(mul(m, 0.9), mul(g, 0.1)) : mul(g, 0.1)
    v = v ? add(mul(v, 0.999), mul(square(g), 0.001)) : mul(square(g), 0.001)
    const rate = (learningRate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
    u = sub(u, mul(div(m, add(sqrt(v), 1e-8)), rate))
  }
  return u
}
