import type { Interactions } from '../../data/interactions.ts'
import type { TrainedItems } from './examples.ts'
import type { NcfSettings } from './hyperparameters.ts'
import { type NcfNetwork, nameOf } from './network.ts'

type Weights = Readonly<Record<string, Float32Array>>

/**
 * Weights as trained (item tables over the items with training ratings) brought to the vocabularies, with one row more,
 * the unknown one: the mean of the trained rows, which also stands for every row that was not trained.
 */
export function expanded(
  network: NcfNetwork,
  trained: Weights,
  train: Interactions,
  items: TrainedItems,
  { threshold, dislikes }: Pick<NcfSettings, 'threshold' | 'dislikes'>,
): Weights {
  const userRow = new Int32Array(train.users.size).fill(-1)
  for (let n = 0; n < train.count; n++) {
    const counts = threshold === null || dislikes === 'negative' || train.rating[n]! >= threshold
    if (counts) userRow[train.user[n]!] = train.user[n]!
  }
  const weights: Record<string, Float32Array> = {}
  for (const table of network.tables) {
    const name = nameOf(table)
    const width = table.shape[1] as number
    weights[name] = spread(trained[name]!, width, name.endsWith('.users') ? userRow : items.rowOf)
  }
  for (const node of network.weights) weights[nameOf(node)] = trained[nameOf(node)]!.slice()
  return weights
}

/** The opposite: tables over the vocabularies cut back to what is trained. */
export function contracted(network: NcfNetwork, weights: Weights, items: TrainedItems): Weights {
  const cut: Record<string, Float32Array> = { ...weights }
  for (const table of network.tables) {
    const name = nameOf(table)
    const width = table.shape[1] as number
    const whole = weights[name]!
    if (name.endsWith('.users')) cut[name] = whole.slice(0, whole.length - width)
    else {
      const rows = new Float32Array(items.items.length * width)
      items.items.forEach((item, r) => {
        rows.set(whole.subarray(item * width, (item + 1) * width), r * width)
      })
      cut[name] = rows
    }
  }
  return cut
}

/** Row r of the result is row `rows[r]` of the table, or the mean of all rows so named where that is -1; one mean row at the end. */
function spread(table: Float32Array, width: number, rows: Int32Array): Float32Array {
  const mean = new Float64Array(width)
  let count = 0
  for (const row of rows) {
    if (row < 0) continue
    count++
    for (let d = 0; d < width; d++) mean[d]! += table[row * width + d]!
  }
  for (let d = 0; d < width; d++) mean[d]! /= count
  const result = new Float32Array((rows.length + 1) * width)
  for (let r = 0; r <= rows.length; r++) {
    const row = rows[r] ?? -1
    result.set(row < 0 ? mean : table.subarray(row * width, (row + 1) * width), r * width)
  }
  return result
}

/**
 * What NeuMF starts from after GMF and MLP were fitted alone (He et al. 2017, section 3.4.1): their embeddings and
 * tower, and the output weights and bias as alpha times those of GMF beside (1 - alpha) times those of MLP (equation 13).
 */
export function fused(gmf: Weights, mlp: Weights, alpha: number): Weights {
  const scaled = (weights: Float32Array, factor: number): Float32Array => weights.map((w) => factor * w)
  const bias = gmf['output.bias']?.map((b, n) => alpha * b + (1 - alpha) * mlp['output.bias']![n]!)
  return {
    ...mlp,
    ...gmf,
    'gmf.head': scaled(gmf['gmf.head']!, alpha),
    'mlp.head': scaled(mlp['mlp.head']!, 1 - alpha),
    ...(bias ? { 'output.bias': bias } : {}),
  }
}
