import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import type { ItemEntities } from './features.ts'

/** Items as sparse rows: item i has the value 1 / sqrt(its features) at each of its features, a vector of length one. */
export class ContentFeatures {
  readonly names: readonly string[]
  readonly of: readonly Int32Array[]

  constructor({ names, of }: ItemEntities) {
    this.names = names
    this.of = of
  }

  get width(): number {
    return this.names.length
  }

  value(item: number): number {
    const count = this.of[item]!.length
    return count === 0 ? 0 : 1 / Math.sqrt(count)
  }

  /** The item's vector times the weights that start at `at`. */
  dot(item: number, weights: Float64Array, at = 0): number {
    let sum = 0
    for (const feature of this.of[item]!) sum += weights[at + feature]!
    return sum * this.value(item)
  }
}

/** A user's taste by ridge regression on the features of the rated items: weights of the features, then the user's bias. */
export class TasteSolver {
  private readonly features: ContentFeatures
  private readonly strength: number
  private readonly biasDamping: number
  private readonly equations: NormalEquations

  constructor(features: ContentFeatures, strength: number, biasDamping: number) {
    this.features = features
    this.strength = strength
    this.biasDamping = biasDamping
    this.equations = new NormalEquations(features.width + 1)
  }

  /** Writes the taste to out[at] on. `residual(n)` is what the n-th rating leaves to explain. No rating gives zeros: the ridge is towards everybody. */
  solve(items: ArrayLike<number>, residual: (n: number) => number, out: Float64Array, at: number): void {
    const { features, equations, strength, biasDamping } = this
    const bias = features.width
    equations.reset()
    for (let n = 0; n < items.length; n++) {
      const item = items[n]!
      const y = residual(n)
      const value = features.value(item)
      equations.addSparse(features.of[item]!, value, 1, y)
      for (const feature of features.of[item]!) equations.matrix[bias * (bias + 1) + feature]! += value
      equations.matrix[bias * (bias + 1) + bias]! += 1
      equations.vector[bias]! += y
    }
    equations.ridge(strength, bias)
    equations.matrix[bias * (bias + 1) + bias]! += biasDamping
    equations.solve(out, at)
  }
}
