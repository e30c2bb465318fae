import { type Node, reshape } from '../../engine/graph/index.ts'
import { type EmittedModel, emit } from '../../engine/onnx/emit.ts'
import { itemVectorsKey } from '../fold-in-file.ts'
import { adamStep, type FoldInOptions, foldedIn, type Problem, prepared, problemOf, slopesOf } from './fold-in.ts'
import { type Halves, type NcfNetwork, nameOf } from './network.ts'

/** Embeddings, row-major, of the halves that there are. */
export interface Rows {
  readonly gmf?: Float32Array
  readonly mlp?: Float32Array
}

/** Runs a form by name; the form is made the first time. */
export type RunForm = (
  name: string,
  form: () => EmittedModel,
  feeds: Record<string, Float32Array | Int32Array>,
  fetches: Record<string, Float32Array>,
  dims: Record<string, number>,
) => Promise<() => Promise<void>>

const halfNames = ['gmf', 'mlp'] as const
const widthOf = (table: Node): number => table.shape[1] as number

/** The embeddings that fit a profile of at least one item, by Adam from `start`. `bind` binds a form's buffers for repeated runs. */
export async function foldIn(
  network: NcfNetwork,
  bind: RunForm,
  profile: { readonly item: Int32Array; readonly rating: Float32Array },
  start: Rows,
  options: FoldInOptions,
): Promise<Rows> {
  const dims = { B: profile.item.length }
  const fixed = buffersOf(network, profile.item.length, options.panel.length)
  await (await bind('foldIn.problem', () => problemForm(network, options), { ...profile }, fixed, dims))()
  const feeds: Record<string, Float32Array> = { ...fixed }
  const slopes: Record<string, Float32Array> = {}
  const moving: { x: Float32Array; slope: Float32Array; m: Float32Array; v: Float32Array }[] = []
  for (const half of halfNames) {
    const from = start[half]
    if (!from) continue
    const x = from.slice()
    const zeros = (): Float32Array => new Float32Array(x.length)
    const part = { x, slope: zeros(), m: zeros(), v: zeros() }
    moving.push(part)
    feeds[`${half}.start`] = from
    feeds[`${half}.user`] = x
    slopes[`${half}.slope`] = part.slope
  }
  const run = await bind('foldIn.slopes', () => slopeForm(network, options), feeds, slopes, dims)
  for (let t = 1; t <= options.foldInSteps; t++) {
    await run()
    for (const { x, slope, m, v } of moving) adamStep(x, slope, m, v, options.foldInRate, t)
  }
  return { ...(start.gmf ? { gmf: feeds['gmf.user']! } : {}), ...(start.mlp ? { mlp: feeds['mlp.user']! } : {}) }
}

/** The nodes of a problem by name. */
function namedProblem(problem: Problem): Record<string, Node> {
  const { mine, others, likeWeight, dislikeWeight, otherWeight, likes } = problem
  return {
    ...(mine.gmf ? { 'gmf.mine': mine.gmf, 'gmf.others': others.gmf! } : {}),
    ...(mine.mlp ? { 'mlp.mine': mine.mlp, 'mlp.others': others.mlp! } : {}),
    ...{ likeWeight, dislikeWeight, otherWeight },
    likes: reshape(likes, [1]),
  }
}

/** Room for what a problem of `own` items comes to. */
function buffersOf({ gmf, mlp }: NcfNetwork, own: number, panel: number): Record<string, Float32Array> {
  const both = (half: string, width: number): Record<string, Float32Array> => ({
    [`${half}.mine`]: new Float32Array(own * width),
    [`${half}.others`]: new Float32Array(panel * width),
  })
  return {
    ...(gmf ? both('gmf', widthOf(gmf.items)) : {}),
    ...(mlp ? both('mlp', mlp.first.bias.shape[0] as number) : {}),
    likeWeight: new Float32Array(own),
    dislikeWeight: new Float32Array(own),
    otherWeight: new Float32Array(panel),
    likes: new Float32Array(1),
  }
}

/** item (int32 [B]), rating [B] -> the problem. */
function problemForm(network: NcfNetwork, options: FoldInOptions): EmittedModel {
  return emit({ outputs: namedProblem(problemOf(network, options)), name: 'ncf fold-in problem' })
}

/** The problem, start and user embeddings -> the slopes by the user embeddings. */
function slopeForm(network: NcfNetwork, options: FoldInOptions): EmittedModel {
  const { graph, gmf, mlp } = network
  const panel = options.panel.length
  const halves = (what: string, rows: number | string, tower: number): Halves => ({
    ...(gmf ? { gmf: graph.input(`gmf.${what}`, [rows, widthOf(gmf.items)]) } : {}),
    ...(mlp ? { mlp: graph.input(`mlp.${what}`, [rows, tower]) } : {}),
  })
  const units = mlp ? (mlp.first.bias.shape[0] as number) : 0
  const half = mlp ? widthOf(mlp.users) : 0
  const problem: Problem = {
    mine: halves('mine', 'B', units),
    others: halves('others', panel, units),
    likeWeight: graph.input('likeWeight', ['B', 1]),
    dislikeWeight: graph.input('dislikeWeight', ['B', 1]),
    otherWeight: graph.input('otherWeight', [panel, 1]),
    likes: reshape(graph.input('likes', [1]), []),
  }
  const slopes = slopesOf(network, halves('user', 1, half), halves('start', 1, half), problem, options)
  return emit({
    outputs: {
      ...(slopes.gmf ? { 'gmf.slope': slopes.gmf } : {}),
      ...(slopes.mlp ? { 'mlp.slope': slopes.mlp } : {}),
    },
    name: 'ncf fold-in slopes',
  })
}

/** item (int32 [B]), rating [B], B from 0 -> scores [items]: a profile in, the logits of all table rows out. */
export function foldInFile(
  network: NcfNetwork,
  options: FoldInOptions,
  initialisers: ReadonlyMap<string, Float32Array>,
): EmittedModel {
  const { users, items } = network.shape
  const start = (table: Node): Node => {
    const width = widthOf(table)
    const last = initialisers.get(nameOf(table))!.slice((users - 1) * width)
    return network.graph.constant(last, { shape: [1, width] })
  }
  const { gmf, mlp } = network
  const user = foldedIn(
    network,
    { ...(gmf ? { gmf: start(gmf.users) } : {}), ...(mlp ? { mlp: start(mlp.users) } : {}) },
    options,
  )
  const all = network.graph.constant(Int32Array.from({ length: items }, (_, k) => k))
  const scores = reshape(network.scoreOne(user, prepared(network, all)), [items])
  const vectors = network.tables.map(nameOf).filter((name) => name.endsWith('.items'))
  const metadata = { [itemVectorsKey]: vectors.join() }
  return emit({ outputs: { scores }, name: 'ncf fold-in', initialisers, metadata })
}
