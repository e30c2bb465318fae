import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import {
  add,
  clip,
  concat,
  div,
  expandLike,
  Graph,
  gather,
  gemm,
  greater,
  loop,
  matmul,
  mul,
  type Node,
  reduceSum,
  reshape,
  sigmoid,
  square,
  sub,
  where,
} from '../../engine/graph/index.ts'
import { emit } from '../../engine/onnx/emit.ts'
import { itemVectorsKey } from '../fold-in-file.ts'
import type { OnnxFile } from '../recommender.ts'
import type { FoldInPrior } from './fold-in.ts'

/** Most Gauss-Newton steps, and most times that one is halved. */
const iterations = 20
const halvings = 12
/** Conjugate gradients end when the squared residual has fallen to this share of the first. */
const solved = 1e-12
/** Gauss-Newton ends with the step that promises less than this share of the objective, as fold-in.ts does. */
const settled = 1e-10
/** The objective is known to about this share in float32: a rise below it is none. */
const rounding = 1e-6

/**
 * What fold-in.ts does, as one ONNX file of standard operators: Gauss-Newton steps in a Loop, each solved by conjugate
 * gradients (a Loop in it, as exact as float32 after at most factors + 1 rounds) and halved until the objective falls;
 * then the score of every item. item int32 [N], rating float32 [N], N from 0 -> scores float32 [items].
 */
export function foldInFile(settings: DotSettings, items: DotSide, prior: FoldInPrior): OnnxFile {
  const { factors } = settings
  const count = items.biases.length
  const graph = new Graph()
  const item = graph.input('item', ['N'], { dtype: 'int32' })
  const rating = reshape(graph.input('rating', ['N']), ['N', 1])
  const table = graph.parameter('items.factors', [count, factors])
  const biases = graph.parameter('items.biases', [count, 1])
  const user = solve(settings, prior, { rows: gather(table, item), biases: gather(biases, item), rating })
  const weights = gather(user, graph.constant(Int32Array.from({ length: factors }, (_, d) => d)))
  const bias = gather(user, graph.constant(Int32Array.of(factors)))
  const sums = add(add(matmul(table, weights), biases), bias)
  const scores = reshape(predicted(settings, sums), [count])
  const initialisers = new Map([
    ['items.factors', items.factors],
    ['items.biases', items.biases],
  ])
  const metadata = { [itemVectorsKey]: 'items.factors' }
  const { bytes } = emit({ outputs: { scores }, initialisers, name: 'embedding-dot fold-in', metadata })
  return {
    name: 'fold-in.onnx',
    bytes,
    signature:
      'item int32 [N], rating float32 [N], N at least 0 -> scores float32 [items], unclipped: a profile in, a rating of every item out',
  }
}

/** A profile of N ratings: its items' factors [N, factors] and biases [N, 1], and the ratings [N, 1]. */
interface Profile {
  readonly rows: Node
  readonly biases: Node
  readonly rating: Node
}

/** The user's factors, and under them the bias: [factors + 1, 1]. */
function solve(settings: DotSettings, prior: FoldInPrior, { rows, biases, rating }: Profile): Node {
  const { graph } = rows
  const { factors } = settings
  const size = factors + 1
  const one = expandLike(graph.constant([1], { shape: [1, 1] }), biases)
  const design = concat([rows, one], 1)
  const decay = decays(settings, prior, reduceSum(one))
  const errorsAt = (x: Node): Node => sub(predicted(settings, add(matmul(design, x), biases)), rating)
  const objectiveOf = (x: Node, error: Node): Node => add(reduceSum(square(error)), reduceSum(mul(decay, square(x))))
  const zeros = graph.constant(new Float32Array(size), { shape: [size, 1] })
  const [x] = loop({
    first: [zeros, objectiveOf(zeros, errorsAt(zeros))],
    trips: iterations,
    when: greater(reduceSum(one), 0),
    body: ([x, current]) => {
      const error = errorsAt(x!)
      const slopes = mul(design, slopesOf(settings, add(error, rating)))
      const down = sub(mul(-1, mul(decay, x!)), gemm(slopes, error, undefined, { transA: true }))
      const step = conjugateGradients(slopes, decay, down)
      const at = (share: Node): { x: Node; objective: Node } => {
        const next = add(x!, mul(step, share))
        return { x: next, objective: objectiveOf(next, errorsAt(next)) }
      }
      const limit = mul(current!, 1 + rounding)
      const whole = at(graph.constant(1))
      const [, next, objective] = loop({
        first: [graph.constant(1), whole.x, whole.objective],
        trips: halvings,
        when: greater(whole.objective, limit),
        body: ([share]) => {
          const half = mul(share!, 0.5)
          const there = at(half)
          return { next: [half, there.x, there.objective], again: greater(there.objective, limit) }
        },
      })
      // Where no share of the step helps, the place is kept, and with it the promise of the step, which ends the loop.
      const helps = greater(limit, objective!)
      const promise = where(helps, reduceSum(mul(step, down)), 0)
      return {
        next: [where(helps, next!, x!), where(helps, objective!, current!)],
        again: greater(promise, mul(current!, settled)),
      }
    },
  })
  return x!
}

/** v with (J' J + diag(decay)) v = b; J [N, size], decay and b [size, 1]. Preconditioned by the diagonal. */
function conjugateGradients(jacobian: Node, decay: Node, b: Node): Node {
  const { graph } = b
  const size = b.shape[0] as number
  const product = gemm(jacobian, jacobian, undefined, { transA: true })
  const diagonal = add(reshape(reduceSum(square(jacobian), [0]), [size, 1]), decay)
  const dot = (a: Node, c: Node): Node => reduceSum(mul(a, c))
  const z = div(b, diagonal)
  const start = dot(b, z)
  const zeros = graph.constant(new Float32Array(size), { shape: [size, 1] })
  const [v] = loop({
    first: [zeros, b, z, start],
    // In exact arithmetic `size` rounds are enough; rounding takes a few more.
    trips: size + 10,
    when: greater(start, 0),
    body: ([v, residual, direction, before]) => {
      const image = add(matmul(product, direction!), mul(decay, direction!))
      const length = div(before!, dot(direction!, image))
      const left = sub(residual!, mul(image, length))
      const conditioned = div(left, diagonal)
      const after = dot(left, conditioned)
      const next = add(conditioned, mul(direction!, div(after, before!)))
      return {
        next: [add(v!, mul(direction!, length)), left, next, after],
        again: greater(after, mul(start, solved)),
      }
    },
  })
  return v!
}

/** What the squares of the factors and of the bias count, [factors + 1, 1], for `n` ratings (a scalar). */
function decays({ factors, l2, l2Bias }: DotSettings, prior: FoldInPrior, n: Node): Node {
  const { graph } = n
  // The least damping keeps the equations solvable where regularisation is switched off.
  const each = (perRating: number, fixed: number): Node => clip(add(mul(n, perRating), fixed), 1e-9, 3e38)
  const column = (node: Node, rows: number): Node =>
    mul(graph.constant(new Float32Array(rows).fill(1), { shape: [rows, 1] }), node)
  return concat([column(each(l2, l2 * prior.ratings), factors), column(each(l2Bias, prior.bias), 1)], 0)
}

function predicted({ output, offset, low, high }: DotSettings, sum: Node): Node {
  return output === 'linear' ? add(sum, offset) : add(mul(sigmoid(add(sum, offset)), high - low), low)
}

/** The derivative of the prediction r by its sum. */
function slopesOf({ output, low, high }: DotSettings, r: Node): Node {
  if (output === 'linear') return expandLike(r.graph.constant([1], { shape: [1, 1] }), r)
  return mul(mul(sub(r, low), sub(high, r)), 1 / (high - low))
}
