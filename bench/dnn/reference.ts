import { low, type Parameter, span } from './network.ts'

/** One mini-batch: a row of each table per example, its rating, and the dropout masks of the layers that have one. */
export interface ReferenceBatch {
  readonly users: Int32Array
  readonly items: Int32Array
  readonly ratings: Float32Array
  readonly masks: readonly Float32Array[]
}

interface Held {
  readonly columns: number
  readonly w: Float64Array
  readonly g: Float64Array
  readonly m: Float64Array
  readonly v: Float64Array
}

/**
 * The same training step written plainly, in double precision: loops, no library, nothing shared with the engine. Slow:
 * for a few steps. Dense weights by Adam, tables by lazy Adam as PyTorch's SparseAdam (epsilon beside the uncorrected root).
 */
export class ReferenceNetwork {
  readonly weights: Readonly<Record<string, Float64Array>>
  private readonly held: Record<string, Held> = {}
  private readonly layers: number
  private readonly normalised: boolean
  private steps = 0

  constructor(parameters: readonly Parameter[]) {
    for (const { name, shape, values } of parameters) {
      const zeros = (): Float64Array => new Float64Array(values.length)
      this.held[name] = { columns: shape.at(-1)!, w: Float64Array.from(values), g: zeros(), m: zeros(), v: zeros() }
    }
    this.weights = Object.fromEntries(Object.entries(this.held).map(([name, { w }]) => [name, w]))
    this.layers = parameters.filter(({ name }) => name.startsWith('weight')).length
    this.normalised = 'gamma0' in this.held
  }

  /** One step; the mean squared error before it. */
  step({ users, items, ratings, masks }: ReferenceBatch, learningRate: number): number {
    const n = ratings.length
    const [userTable, itemTable] = [this.held.users!, this.held.items!]
    const factors = userTable.columns
    for (const { g } of Object.values(this.held)) g.fill(0)
    let x = new Float64Array(n * 2 * factors)
    for (let r = 0; r < n; r++) {
      x.set(userTable.w.subarray(users[r]! * factors, (users[r]! + 1) * factors), r * 2 * factors)
      x.set(itemTable.w.subarray(items[r]! * factors, (items[r]! + 1) * factors), r * 2 * factors + factors)
    }
    /** What the backward pass needs of each layer, in order: from the derivative by its result to that by its input. */
    const back: ((d: Float64Array) => Float64Array)[] = []
    const then = (layer: { y: Float64Array; back: (d: Float64Array) => Float64Array }): void => {
      x = layer.y as typeof x
      back.push(layer.back)
    }
    for (let l = 0; l < this.layers; l++) {
      then(dense(x, this.held[`weight${l}`]!, this.held[`bias${l}`]!, n))
      if (l === this.layers - 1) break
      if (this.normalised) then(normalise(x, this.held[`gamma${l}`]!, this.held[`beta${l}`]!, n))
      then(elementwise(x, (value) => (value > 0 ? 1 : 0)))
      const mask = masks[l]
      if (mask) then(elementwise(x, (_, at) => mask[at]!))
    }
    let loss = 0
    let d = new Float64Array(n)
    for (let r = 0; r < n; r++) {
      const p = 1 / (1 + Math.exp(-x[r]!))
      const error = low + span * p - ratings[r]!
      loss += (error * error) / n
      d[r] = ((2 * error) / n) * span * p * (1 - p)
    }
    for (const layer of back.toReversed()) d = layer(d) as typeof d
    for (let r = 0; r < n; r++) {
      for (let f = 0; f < factors; f++) {
        userTable.g[users[r]! * factors + f]! += d[r * 2 * factors + f]!
        itemTable.g[items[r]! * factors + f]! += d[r * 2 * factors + factors + f]!
      }
    }
    this.steps++
    for (const [name, held] of Object.entries(this.held)) {
      const touched = name === 'users' ? new Set(users) : name === 'items' ? new Set(items) : null
      this.adam(held, learningRate, touched)
    }
    return loss
  }

  private adam({ columns, w, g, m, v }: Held, rate: number, touched: Set<number> | null): void {
    const [first, second] = [1 - 0.9 ** this.steps, 1 - 0.999 ** this.steps]
    for (let k = 0; k < w.length; k++) {
      if (touched && !touched.has(Math.floor(k / columns))) continue
      m[k] = 0.9 * m[k]! + 0.1 * g[k]!
      v[k] = 0.999 * v[k]! + 0.001 * g[k]! ** 2
      const epsilon = touched ? 1e-8 / Math.sqrt(second) : 1e-8
      w[k]! -= (rate * (m[k]! / first)) / (Math.sqrt(v[k]! / second) + epsilon)
    }
  }
}

function dense(x: Float64Array, weight: Held, bias: Held, n: number) {
  const outputs = weight.columns
  const inputs = weight.w.length / outputs
  const y = new Float64Array(n * outputs)
  for (let r = 0; r < n; r++) {
    const row = y.subarray(r * outputs, (r + 1) * outputs)
    row.set(bias.w)
    for (let i = 0; i < inputs; i++) {
      const value = x[r * inputs + i]!
      for (let o = 0; o < outputs; o++) row[o]! += value * weight.w[i * outputs + o]!
    }
  }
  const back = (d: Float64Array): Float64Array => {
    const dx = new Float64Array(x.length)
    for (let r = 0; r < n; r++) {
      for (let o = 0; o < outputs; o++) bias.g[o]! += d[r * outputs + o]!
      for (let i = 0; i < inputs; i++) {
        let sum = 0
        for (let o = 0; o < outputs; o++) {
          const slope = d[r * outputs + o]!
          weight.g[i * outputs + o]! += x[r * inputs + i]! * slope
          sum += weight.w[i * outputs + o]! * slope
        }
        dx[r * inputs + i] = sum
      }
    }
    return dx
  }
  return { y, back }
}

/** y = x times a factor that depends on x only by pieces: ReLU, a mask. */
function elementwise(x: Float64Array, factorOf: (value: number, at: number) => number) {
  const factors = x.map((value, at) => factorOf(value, at))
  return {
    y: x.map((value, at) => value * factors[at]!),
    back: (d: Float64Array) => d.map((s, at) => s * factors[at]!),
  }
}

/** Batch normalisation column by column, differentiated by the chain rule through mean and variance. */
function normalise(x: Float64Array, gamma: Held, beta: Held, n: number) {
  const units = gamma.columns
  const y = new Float64Array(x.length)
  const standard = new Float64Array(x.length)
  const deviations = new Float64Array(units)
  for (let u = 0; u < units; u++) {
    let mean = 0
    for (let r = 0; r < n; r++) mean += x[r * units + u]! / n
    let variance = 0
    for (let r = 0; r < n; r++) variance += (x[r * units + u]! - mean) ** 2 / n
    deviations[u] = Math.sqrt(variance + 1e-5)
    for (let r = 0; r < n; r++) {
      const at = r * units + u
      standard[at] = (x[at]! - mean) / deviations[u]!
      y[at] = gamma.w[u]! * standard[at]! + beta.w[u]!
    }
  }
  const back = (d: Float64Array): Float64Array => {
    const dx = new Float64Array(x.length)
    for (let u = 0; u < units; u++) {
      let [sum, product] = [0, 0]
      for (let at = u; at < d.length; at += units) {
        sum += d[at]!
        product += d[at]! * standard[at]!
      }
      beta.g[u]! += sum
      gamma.g[u]! += product
      for (let at = u; at < d.length; at += units) {
        dx[at] = (gamma.w[u]! / deviations[u]!) * (d[at]! - sum / n - (standard[at]! * product) / n)
      }
    }
    return dx
  }
  return { y, back }
}
