import {
  add,
  clip,
  div,
  gather,
  mul,
  type Node,
  reduceSum,
  reshape,
  size,
  sqrt,
  sub,
} from '../../engine/graph/index.ts'
import { emit } from '../../engine/onnx/emit.ts'
import { itemVectorsKey } from '../fold-in-file.ts'
import type { RowBaseline } from './baseline.ts'
import type { RowNetwork } from './network.ts'
import type { Normalise } from './rows.ts'
import type { RowWeights } from './runtime.ts'

/** The ONNX file: item (int32 [B]) and rating (float32 [B]) of a profile -> scores [items], baseline included. */
export function profileFile(
  network: RowNetwork,
  baseline: RowBaseline,
  normalise: Normalise,
  weights: RowWeights,
): Uint8Array {
  const { graph, shape } = network
  const item = graph.input('item', ['B'], { dtype: 'int32' })
  const rating = graph.input('rating', ['B'])
  const count = size(rating)
  const scale: Node = normalise === 'none' ? graph.constant(1) : div(1, normalise === 'root' ? sqrt(count) : count)
  const levels = graph.constant(
    Float32Array.from(baseline.columns, (deviation) => baseline.mean + deviation),
    { shape: [shape.columns] },
  )
  const surplus = sub(rating, gather(levels, item))
  // Of no ratings the deviation is 0, whatever the damping.
  const offset = div(reduceSum(surplus), clip(add(count, baseline.damping), 1e-9, 3e38))
  const factors = mul(baseline.centred ? sub(surplus, offset) : rating, scale)
  const bag = (table: Node, each: Node): Node =>
    reshape(reduceSum(mul(gather(table, item), each), [0]), [1, shape.layers[0]!])
  const ratings = bag(network.input, reshape(factors, ['B', 1]))
  const sums = network.presence ? add(ratings, bag(network.presence, scale)) : ratings
  const own = reshape(network.rateAll(network.hidden(sums).at(-1)!), [shape.columns])
  const scores = baseline.centred ? add(own, add(levels, offset)) : own
  const initialisers = new Map(Object.entries(weights))
  const metadata = { [itemVectorsKey]: 'output' }
  return emit({ outputs: { scores }, name: 'ratings of a profile', initialisers, metadata }).bytes
}
