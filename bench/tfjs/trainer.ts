import type { Interactions } from '../../src/data/index.ts'
import { type DnnShape, low, type Parameter, span } from '../dnn/network.ts'
import type { Tensor, Tf, Variable } from './open.ts'

/** An embedding table with the moments of lazy Adam. */
interface Table {
  readonly weights: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
}

const rate = 1e-3

/**
 * The network of bench/dnn by TensorFlow.js. Its WebAssembly backend has no kernel for the gradient of a lookup
 * (UnsortedSegmentSum), so rows are gathered and updated (duplicates summed, lazy Adam) in plain JavaScript here.
 */
export class TfTrainer {
  private readonly tf: Tf
  private readonly factors: number
  private readonly layers: { readonly weight: Variable; readonly bias: Variable }[] = []
  private readonly tables: readonly [Table, Table]
  private readonly optimiser: ReturnType<Tf['train']['adam']>
  private readonly data: Interactions
  private readonly order: Int32Array
  private readonly rows = new Map<number, Variable>()
  private steps = 0

  constructor(tf: Tf, shape: DnnShape, weights: readonly Parameter[], data: Interactions, order: Int32Array) {
    this.tf = tf
    this.factors = shape.factors
    this.data = data
    this.order = order
    const table = ({ values }: Parameter): Table => {
      return { weights: values.slice(), m: new Float32Array(values.length), v: new Float32Array(values.length) }
    }
    this.tables = [table(weights[0]!), table(weights[1]!)]
    const dense = weights
      .slice(2)
      .map(({ name, shape: size, values }) => tf.variable(tf.tensor(values, size), true, `${name} ${++instances}`))
    for (let n = 0; n < dense.length; n += 2) this.layers.push({ weight: dense[n]!, bias: dense[n + 1]! })
    this.optimiser = tf.train.adam(rate, 0.9, 0.999, 1e-8)
  }

  /** Losses of so many steps over the first examples of the order. */
  train(batch: number, steps: number): number[] {
    return Array.from({ length: steps }, (_, s) => this.step(this.order.subarray(s * batch, (s + 1) * batch)))
  }

  private step(examples: Int32Array): number {
    const { tf, factors } = this
    const batch = examples.length
    const width = 2 * factors
    const joined = new Float32Array(batch * width)
    const ratings = new Float32Array(batch)
    const ids = [this.data.user, this.data.item].map((column) => examples.map((row) => column[row]!))
    for (let r = 0; r < batch; r++) {
      ratings[r] = this.data.rating[examples[r]!]!
      this.tables.forEach(({ weights }, side) => {
        const id = ids[side]![r]!
        joined.set(weights.subarray(id * factors, (id + 1) * factors), r * width + side * factors)
      })
    }
    let rows = this.rows.get(batch)
    if (!rows) {
      rows = tf.variable(tf.tensor(joined, [batch, width]), true, `rows ${++instances}`)
      this.rows.set(batch, rows)
    }
    const fed = rows
    const { loss, slopes } = tf.tidy(() => {
      fed.assign(tf.tensor(joined, [batch, width]))
      const target = tf.tensor(ratings, [batch, 1])
      const variables = [fed, ...this.layers.flatMap(({ weight, bias }) => [weight, bias])]
      const { value, grads } = this.optimiser.computeGradients(() => this.loss(fed, target), variables)
      const name = Object.keys(grads).find((key) => key.startsWith('rows'))!
      const slopes = grads[name]!.dataSync().slice()
      delete grads[name]
      this.optimiser.applyGradients(grads)
      return { loss: value.dataSync()[0]!, slopes }
    })
    this.steps++
    this.tables.forEach((table, side) => {
      this.updateRows(table, ids[side]!, slopes, side * factors)
    })
    return loss
  }

  private loss(rows: Tensor, target: Tensor): Tensor {
    const { tf } = this
    let x = rows
    this.layers.forEach(({ weight, bias }, l) => {
      x = tf.add(tf.matMul(x, weight), bias)
      if (l < this.layers.length - 1) x = tf.relu(x)
    })
    return tf.mean(tf.square(tf.sub(tf.add(tf.mul(tf.sigmoid(x), span), low), target)))
  }

  private updateRows({ weights, m, v }: Table, ids: Int32Array, slopes: Float32Array, offset: number): void {
    const { factors } = this
    const sums = new Map<number, Float32Array>()
    ids.forEach((id, r) => {
      const own = slopes.subarray(r * 2 * factors + offset, r * 2 * factors + offset + factors)
      const sum = sums.get(id)
      if (!sum) sums.set(id, own)
      else for (let f = 0; f < factors; f++) sum[f]! += own[f]!
    })
    const stepSize = (rate * Math.sqrt(1 - 0.999 ** this.steps)) / (1 - 0.9 ** this.steps)
    for (const [id, sum] of sums) {
      for (let f = 0, at = id * factors; f < factors; f++, at++) {
        const g = sum[f]!
        m[at] = 0.9 * m[at]! + 0.1 * g
        v[at] = 0.999 * v[at]! + 0.001 * g * g
        weights[at]! -= (stepSize * m[at]!) / (Math.sqrt(v[at]!) + 1e-8)
      }
    }
  }
}

/** TensorFlow.js wants every variable's name once in a process. */
let instances = 0
