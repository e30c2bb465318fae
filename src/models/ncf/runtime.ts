import { type Node, reshape, sigmoid } from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { Session } from '../../engine/session/session.ts'
import type { FoldInOptions } from './fold-in.ts'
import { foldIn, type RunForm, type Rows as UserRows } from './fold-in-runtime.ts'
import type { Halves, NcfNetwork } from './network.ts'

export type { UserRows }

/** Most pairs in one run. */
const pairBlock = 8192
/** Most hidden values of the first layer in one scoring run: 32 MiB. */
const hiddenBlock = 8 * 1024 * 1024

type Feeds = Record<string, Float32Array | Int32Array>

/** Runs the forms of a network in inference on weights that may still change: they are fed, not copied. */
export class NcfRuntime {
  private readonly network: NcfNetwork
  private readonly weights: Readonly<Record<string, Float32Array>>
  private readonly threads: number
  private readonly sessions = new Map<string, Promise<{ session: Session; model: EmittedModel }>>()
  /** The first layer's sums of the items, which all users share; null until they are wanted. */
  private itemPart: Promise<Float32Array> | null = null

  constructor(network: NcfNetwork, weights: Readonly<Record<string, Float32Array>>, threads: number) {
    this.network = network
    this.weights = weights
    this.threads = threads
  }

  /** To be called when the weights have changed. */
  refresh(): void {
    this.itemPart = null
  }

  /** Logits of pairs of table rows. */
  async logits(user: Int32Array, item: Int32Array): Promise<Float32Array> {
    const result = new Float32Array(user.length)
    for (let from = 0; from < user.length; from += pairBlock) {
      const to = Math.min(from + pairBlock, user.length)
      const feeds = { user: user.subarray(from, to), item: item.subarray(from, to) }
      const fetches = { logit: result.subarray(from, to) }
      await this.run('logit', () => pairForm(this.network, 'logit'), feeds, fetches, { B: to - from })
    }
    return result
  }

  /** Logits of the first `items` rows of the item tables, or of the rows given, for `count` users' embeddings: count x items. */
  async score(users: UserRows, count: number, rows: number | Int32Array): Promise<Float32Array> {
    const { gmf, mlp } = this.network
    const items = typeof rows === 'number' ? rows : rows.length
    const scores = new Float32Array(count * items)
    if (items === 0) return scores
    const hidden = mlp ? (mlp.first.bias.shape[0] as number) : 1
    const block = Math.max(1, Math.floor(hiddenBlock / (items * hidden)))
    const feeds: Feeds = {}
    const taken = (table: Float32Array, width: number): Float32Array =>
      typeof rows === 'number' ? table.subarray(0, rows * width) : gathered(table, width, rows)
    if (gmf) feeds.gmfItems = taken(this.weights['gmf.items']!, widthOf(gmf.items))
    if (mlp) feeds.itemPart = taken(await this.itemParts(), hidden)
    for (let from = 0; from < count; from += block) {
      const to = Math.min(from + block, count)
      if (gmf) feeds.gmfUser = users.gmf!.subarray(from * widthOf(gmf.users), to * widthOf(gmf.users))
      if (mlp) feeds.mlpUser = users.mlp!.subarray(from * widthOf(mlp.users), to * widthOf(mlp.users))
      const fetches = { scores: scores.subarray(from * items, to * items) }
      await this.run('score', () => scoreForm(this.network), feeds, fetches, { B: to - from, I: items })
    }
    return scores
  }

  /** The embeddings that fit a profile of at least one item, from the last user row. */
  foldIn(item: Int32Array, rating: Float32Array, options: FoldInOptions): Promise<UserRows> {
    const start = this.userRows(Int32Array.of(this.network.shape.users - 1))
    return foldIn(this.network, (...form) => this.bind(...form), { item, rating }, start, options)
  }

  /** Rows of the user tables. */
  userRows(users: Int32Array): UserRows {
    const { gmf, mlp } = this.network
    return {
      ...(gmf ? { gmf: gathered(this.weights['gmf.users']!, widthOf(gmf.users), users) } : {}),
      ...(mlp ? { mlp: gathered(this.weights['mlp.users']!, widthOf(mlp.users), users) } : {}),
    }
  }

  async release(): Promise<void> {
    for (const opened of this.sessions.values()) await (await opened).session.release()
    this.sessions.clear()
  }

  private itemParts(): Promise<Float32Array> {
    this.itemPart ??= (async () => {
      const { mlp, shape } = this.network
      const parts = new Float32Array(shape.items * (mlp!.first.bias.shape[0] as number))
      await this.run('items', () => itemForm(this.network), {}, { itemPart: parts }, {})
      return parts
    })()
    return this.itemPart
  }

  private async run(...form: Parameters<RunForm>): Promise<void> {
    await (await this.bind(...form))()
  }

  /** A form with its buffers; parameters that are not among the feeds are taken from the weights. */
  private async bind(...[name, form, feeds, fetches, dims]: Parameters<RunForm>): Promise<() => Promise<void>> {
    let opened = this.sessions.get(name)
    if (!opened) {
      const model = form()
      // A fold-in is many short runs, in which threads wait for each other longer than they work.
      const threads = name.startsWith('foldIn.') ? 1 : this.threads
      opened = Session.create(model.bytes, { threads }).then((session) => ({ session, model }))
      this.sessions.set(name, opened)
    }
    const { session, model } = await opened
    const all: Feeds = { ...feeds }
    for (const { name: input } of model.inputs) if (!(input in all)) all[input] = this.weights[input]!
    const wanted = new Set(model.inputs.map((input) => input.name))
    for (const given of Object.keys(all)) if (!wanted.has(given)) delete all[given]
    const bound = session.bind(all, fetches, dims)
    return () => bound.run()
  }
}

const widthOf = (table: Node): number => table.shape[1] as number

function gathered(table: Float32Array, width: number, rows: Int32Array): Float32Array {
  const result = new Float32Array(rows.length * width)
  rows.forEach((row, n) => {
    result.set(table.subarray(row * width, (row + 1) * width), n * width)
  })
  return result
}

/** user, item (int32 [B]) -> probability [B], or logit [B]. */
export function pairForm(
  network: NcfNetwork,
  output: 'probability' | 'logit',
  initialisers?: ReadonlyMap<string, Float32Array>,
): EmittedModel {
  const { user, item } = network.rows()
  const logit = reshape(network.logits(user, item), ['B'])
  const outputs = { [output]: output === 'logit' ? logit : sigmoid(logit) }
  return emit({ outputs, name: `ncf ${output}`, ...(initialisers ? { initialisers } : {}) })
}

/** gmfUser [B, factors], mlpUser [B, half], gmfItems [I, factors], itemPart [I, units] -> scores [B, I]. */
function scoreForm(network: NcfNetwork): EmittedModel {
  const { graph, gmf, mlp } = network
  const user: Halves = {
    ...(gmf ? { gmf: graph.input('gmfUser', ['B', widthOf(gmf.users)]) } : {}),
    ...(mlp ? { mlp: graph.input('mlpUser', ['B', widthOf(mlp.users)]) } : {}),
  }
  const items: Halves = {
    ...(gmf ? { gmf: graph.input('gmfItems', ['I', widthOf(gmf.items)]) } : {}),
    ...(mlp ? { mlp: graph.input('itemPart', ['I', mlp.first.bias.shape[0]!]) } : {}),
  }
  return emit({ outputs: { scores: network.score(user, items) }, name: 'ncf scores' })
}

/** -> itemPart [items, units]. */
function itemForm(network: NcfNetwork): EmittedModel {
  return emit({ outputs: { itemPart: network.itemPart(network.mlp!.items) }, name: 'ncf items' })
}
