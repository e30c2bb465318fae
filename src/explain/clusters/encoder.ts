import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { Node } from '../../engine/graph/index.ts'
import { Autoencoder } from '../../models/autoencoder/autoencoder.ts'
import { encodeRow } from '../../models/autoencoder/rows.ts'
import { StackedAutoencoder } from '../../models/autoencoder/stacked.ts'
import type { Recommender } from '../../models/recommender.ts'

/** An encoder whose input can be optimised: what activation maximisation needs to know of a model. */
export interface Encoder {
  /** A fed node [B, items]: one row of item values each. */
  readonly input: Node
  /** [B, units], computed from `input`. */
  readonly bottleneck: Node
  /** Values of the graph's parameters, by name. */
  readonly weights: Readonly<Record<string, Float32Array>>
  /** Rows to start from, row-major [n, items]: inputs as the model sees them. At least one. */
  readonly starts: Float32Array
  /** Inputs cannot be below 0: ratings as they are, not their deviations. */
  readonly nonNegative: boolean
}

const startRows = 64

/**
 * The encoder of a fitted autoencoder; null for a model that is none. The starts are the rows of users drawn with the
 * seed. A presence table, if there is one, is left at zero: what is optimised is how movies are rated, not which.
 */
export function encoderOf(model: Recommender, train: Interactions, seed: number): Encoder | null {
  if (!(model instanceof Autoencoder || model instanceof StackedAutoencoder)) return null
  const { network, weights, baseline } = model.fitted()
  const { normalise } = model.hyperparameters
  const items = train.items.size
  const input = network.graph.input('values', ['B', items])
  const { offsets, indices, values } = train.byUser()
  const users = Array.from({ length: train.users.size }, (_, user) => user).filter(
    (user) => offsets[user + 1]! > offsets[user]!,
  )
  const drawn = new Random(seed).fork('starts').shuffle(users).slice(0, startRows)
  const starts = new Float32Array(drawn.length * items)
  drawn.forEach((user, row) => {
    const columns = indices.subarray(offsets[user]!, offsets[user + 1]!)
    const encoded = new Float32Array(columns.length)
    encodeRow(baseline, normalise, { columns, values: values.subarray(offsets[user]!, offsets[user + 1]!) }, encoded)
    columns.forEach((item, n) => {
      starts[row * items + item] = encoded[n]!
    })
  })
  return {
    input,
    bottleneck: network.encodeDense(input)[network.bottleneck]!,
    weights,
    starts,
    nonNegative: !baseline.centred,
  }
}
