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
import type { Halves, NcfNetwork } from './network.ts'

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

/**
 * The user embeddings [1, …] that fit a profile (inputs item int32 [B], rating [B]), all else fixed. The objective is what
 * training minimises for a user in expectation: the cross-entropy of the positives, and for every positive `negatives` times
 * the mean cross-entropy, as a negative, of the items that the profile lacks, weighted as they are drawn; nothing is drawn
 * here, so the answer is always the same. Where there are many items an even panel stands for them. A quadratic
 * pull to the mean user (`start`) weighs most in short profiles. Adam's steps are unrolled into the graph, so that
 * fold-in is one run and one ONNX file.
 */
export function foldedIn(network: NcfNetwork, start: Halves, options: FoldInOptions): Halves {
  const { graph } = network
  const { threshold, dislikes, negatives, l2, panel, shares, foldInSteps, foldInRate, foldInPull } = options
  const ids = graph.input('item', ['B'], { dtype: 'int32' })
  const rating = reshape(graph.input('rating', ['B']), ['B', 1])
  const disliked = cast(greater(threshold ?? -3e38, rating), 'float32')
  const liked = sub(1, disliked)
  const likes = reduceSum(liked)
  const asNegatives = dislikes === 'negative'
  const dislikeWeight = asNegatives ? disliked : mul(disliked, 0)

  const taken = clip(scatterAdd(ids, asNegatives ? liked : add(liked, disliked), network.shape.items), 0, 1)
  const rows = graph.constant(panel)
  const free = mul(sub(1, gather(taken, rows)), graph.constant(shares, { shape: [panel.length, 1] }))
  const freeWeight = mul(free, div(mul(likes, negatives), clip(reduceSum(free), 1e-12, 3e38)))

  const halves = halvesOf(start)
  const sumOver = (term: (half: 'gmf' | 'mlp') => Node): Node => halves.map(term).reduce((a, b) => add(a, b))
  const mine = prepared(network, ids)
  const others = prepared(network, rows)
  const objective = (user: Halves): Node => {
    const own = network.scoreOne(user, mine)
    const loss = add(
      reduceSum(add(mul(liked, softplus(neg(own))), mul(dislikeWeight, softplus(own)))),
      reduceSum(mul(freeWeight, softplus(network.scoreOne(user, others)))),
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

  let user = start
  const m: Partial<Record<'gmf' | 'mlp', Node>> = {}
  const v: Partial<Record<'gmf' | 'mlp', Node>> = {}
  for (let t = 1; t <= foldInSteps; t++) {
    const slopes = gradients(
      objective(user),
      halves.map((half) => user[half]!),
    )
    const rate = (foldInRate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
    const next: Partial<Record<'gmf' | 'mlp', Node>> = {}
    halves.forEach((half, h) => {
      const g = slopes[h]!
      m[half] = m[half] ? add(mul(m[half], 0.9), mul(g, 0.1)) : mul(g, 0.1)
      v[half] = v[half] ? add(mul(v[half], 0.999), mul(square(g), 0.001)) : mul(square(g), 0.001)
      next[half] = sub(user[half]!, mul(div(m[half], add(sqrt(v[half]), 1e-8)), rate))
    })
    user = next
  }
  return user
}

/** The halves that are there. */
export const halvesOf = (rows: Halves): ('gmf' | 'mlp')[] => (['gmf', 'mlp'] as const).filter((half) => rows[half])

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
