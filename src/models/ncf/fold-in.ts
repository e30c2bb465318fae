import { gradients } from '../../engine/autodiff/gradients.ts'
import {
  add,
  cast,
  clip,
  div,
  gather,
  greater,
  mul,
  type Node,
  neg,
  reduceSum,
  reshape,
  scatterAdd,
  softplus,
  sqrt,
  square,
  sub,
  transpose,
} from '../../engine/graph/index.ts'
import type { NcfSettings } from './hyperparameters.ts'
import { type Halves, halvesOf, type NcfNetwork } from './network.ts'

/** What folding in is told besides the network. */
export interface FoldInOptions
  extends Pick<
    NcfSettings,
    'threshold' | 'dislikes' | 'negatives' | 'l2' | 'foldInSteps' | 'foldInRate' | 'foldInPull'
  > {
  /** Items that stand for all others as negatives, by table row. */
  readonly panel: Int32Array
  /** How often each of them is drawn as a negative, up to a factor. */
  readonly shares: Float32Array
}

/** What a profile of B items comes to, the same in every step; the panel has C items. */
export interface Problem {
  /** Items of the profile and of the panel as scoreOne() wants them. */
  readonly mine: Halves
  readonly others: Halves
  /** What each item of the profile counts as a positive and as a negative: [B, 1]. */
  readonly likeWeight: Node
  readonly dislikeWeight: Node
  /** What each item of the panel counts as a negative: [C, 1]. */
  readonly otherWeight: Node
  /** How many positives there are: a scalar. */
  readonly likes: Node
}

/** The problem of a profile: inputs item (int32 [B]) and rating [B]. */
export function problemOf(network: NcfNetwork, options: FoldInOptions): Problem {
  const { graph } = network
  const { threshold, negatives, panel, shares } = options
  const ids = graph.input('item', ['B'], { dtype: 'int32' })
  const rating = reshape(graph.input('rating', ['B']), ['B', 1])
  const disliked = cast(greater(threshold ?? -3e38, rating), 'float32')
  const liked = sub(1, disliked)
  const likes = reduceSum(liked)
  const asNegatives = options.dislikes === 'negative'
  const taken = clip(scatterAdd(ids, asNegatives ? liked : add(liked, disliked), network.shape.items), 0, 1)
  const rows = graph.constant(panel)
  const free = mul(sub(1, gather(taken, rows)), graph.constant(shares, { shape: [panel.length, 1] }))
  return {
    mine: prepared(network, ids),
    others: prepared(network, rows),
    likeWeight: liked,
    dislikeWeight: asNegatives ? disliked : mul(disliked, 0),
    otherWeight: mul(free, div(mul(likes, negatives), clip(reduceSum(free), 1e-12, 3e38))),
    likes,
  }
}

/**
 * What folding in minimises over the user embeddings [1, …]: what training minimises for a user in expectation. That is
 * the cross-entropy of the positives, and for every positive `negatives` times the mean cross-entropy, as a negative,
 * of the items that the profile lacks, weighted as they are drawn; nothing is drawn here, so the answer is always the
 * same. Where there are many items an even panel stands for them. A quadratic pull to the mean user (`start`) weighs
 * most in short profiles.
 */
function objective(network: NcfNetwork, user: Halves, start: Halves, problem: Problem, options: FoldInOptions): Node {
  const { negatives, l2, foldInPull } = options
  const { likeWeight, dislikeWeight, otherWeight, likes } = problem
  const sumOver = (term: (half: 'gmf' | 'mlp') => Node): Node =>
    halvesOf(user)
      .map(term)
      .reduce((a, b) => add(a, b))
  const own = network.scoreOne(user, problem.mine)
  const loss = add(
    reduceSum(add(mul(likeWeight, softplus(neg(own))), mul(dislikeWeight, softplus(own)))),
    reduceSum(mul(otherWeight, softplus(network.scoreOne(user, problem.others)))),
  )
  const distance = sumOver((half) => reduceSum(square(sub(user[half]!, start[half]!))))
  const pulled = add(loss, mul(distance, foldInPull))
  if (l2 === 0) return pulled
  // As in training, every example adds l2 times the squared length.
  return add(
    pulled,
    mul(
      mul(likes, l2 * (1 + negatives)),
      sumOver((half) => reduceSum(square(user[half]!))),
    ),
  )
}

/** The slopes of the objective at a user. */
export function slopesOf(
  network: NcfNetwork,
  user: Halves,
  start: Halves,
  problem: Problem,
  options: FoldInOptions,
): Halves {
  const halves = halvesOf(user)
  const slopes = gradients(
    objective(network, user, start, problem, options),
    halves.map((half) => user[half]!),
  )
  return Object.fromEntries(halves.map((half, h) => [half, slopes[h]!]))
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/** Adam's step size with both bias corrections, at step t from 1. */
const sizeOf = (rate: number, t: number): number => (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)

/** One step of Adam in plain arithmetic, in place. */
export function adamStep(
  x: Float32Array,
  slope: Float32Array,
  m: Float32Array,
  v: Float32Array,
  rate: number,
  t: number,
) {
  const size = sizeOf(rate, t)
  for (let d = 0; d < x.length; d++) {
    m[d] = beta1 * m[d]! + (1 - beta1) * slope[d]!
    v[d] = beta2 * v[d]! + (1 - beta2) * slope[d]! ** 2
    x[d]! -= (size * m[d]!) / (Math.sqrt(v[d]!) + epsilon)
  }
}

/** The user embeddings that fit a profile, all of Adam's steps unrolled into the graph: for a file that folds in by itself. */
export function foldedIn(network: NcfNetwork, start: Halves, options: FoldInOptions): Halves {
  const problem = problemOf(network, options)
  const halves = halvesOf(start)
  const m: { [half in 'gmf' | 'mlp']?: Node } = {}
  const v: { [half in 'gmf' | 'mlp']?: Node } = {}
  let user = start
  for (let t = 1; t <= options.foldInSteps; t++) {
    const slopes = slopesOf(network, user, start, problem, options)
    const next: { [half in 'gmf' | 'mlp']?: Node } = {}
    for (const half of halves) {
      const g = slopes[half]!
      m[half] = m[half] ? add(mul(m[half], beta1), mul(g, 1 - beta1)) : mul(g, 1 - beta1)
      v[half] = v[half] ? add(mul(v[half], beta2), mul(square(g), 1 - beta2)) : mul(square(g), 1 - beta2)
      next[half] = sub(user[half]!, mul(div(m[half], add(sqrt(v[half]), epsilon)), sizeOf(options.foldInRate, t)))
    }
    user = next
  }
  return user
}

/** What scoreOne() wants of items. */
export function prepared(network: NcfNetwork, ids: Node): Halves {
  const rows = network.lookUp('items', ids)
  return {
    ...(rows.gmf ? { gmf: mul(rows.gmf, transpose(network.gmf!.head)) } : {}),
    ...(rows.mlp ? { mlp: network.itemPart(rows.mlp) } : {}),
  }
}

/**
 * At most `size` of the items that have training ratings (`counts`), evenly over the order of popularity, and how often
 * each is drawn as a negative, `popularity` being what the sampler goes by.
 */
export function panelOf(
  counts: ArrayLike<number>,
  popularity: ArrayLike<number>,
  { foldInItems: size, sampling, samplingAlpha }: Pick<NcfSettings, 'foldInItems' | 'sampling' | 'samplingAlpha'>,
): Pick<FoldInOptions, 'panel' | 'shares'> {
  const trained = Array.from(counts, (_, item) => item).filter((item) => counts[item]! > 0)
  trained.sort((a, b) => counts[b]! - counts[a]! || a - b)
  const n = Math.min(size, trained.length)
  const panel = Int32Array.from({ length: n }, (_, k) => trained[Math.floor(((k + 0.5) * trained.length) / n)]!)
  const shares = Float32Array.from(panel, (item) => (sampling === 'uniform' ? 1 : popularity[item]! ** samplingAlpha))
  return { panel, shares }
}
