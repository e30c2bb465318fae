import type { Random } from '../core/random.ts'

/** What a parameter starts from. Plain data, so that recipes can name it. */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [-limit, limit). */
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Normal around 0. */
  | { readonly kind: 'normal'; readonly sd: number }
  /**
   * He et al. 2015, as Keras has it: standard deviation sqrt(2 / fanIn), drawn from a normal distribution cut off at two
   * of its standard deviations and widened so that the result has that deviation.
   */
  | { readonly kind: 'he-normal' }
  /** Glorot and Bengio 2010, equation 16: uniform within sqrt(6 / (fanIn + fanOut)). */
  | { readonly kind: 'glorot-uniform' }
  /** Normal of standard deviation sqrt(2 / (fanIn + fanOut)), not cut off (as PyTorch; Keras cuts off at two). */
  | { readonly kind: 'glorot-normal' }

/** How many values come into a unit and go out of it. */
export interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}

/**
 * The fans of a matrix: (inputs x outputs) of a layer. For an embedding table (rows x dim) this is Keras' convention,
 * fanIn = rows: `he-normal` then gives sqrt(2 / rows), very small for large tables. PyTorch starts tables with sd 1.
 */
export function fansOf(rows: number, columns: number): Fans {
  return { fanIn: rows, fanOut: columns }
}

/** The standard deviation of a standard normal distribution cut off at -2 and 2. */
const cutDeviation = 0.879_625_661_034_239_8

/** Fills `weights`; the same random state gives the same weights. Returns them. */
export function initialise(weights: Float32Array, initialiser: Initialiser, fans: Fans, random: Random): Float32Array {
  const fill = (draw: () => number): Float32Array => {
    for (let i = 0; i < weights.length; i++) weights[i] = draw()
    return weights
  }
  switch (initialiser.kind) {
    case 'zeros':
      return weights.fill(0)
    case 'constant':
      return weights.fill(initialiser.value)
    case 'uniform': {
      const { limit } = initialiser
      return fill(() => (2 * random.float() - 1) * limit)
    }
    case 'normal': {
      const { sd } = initialiser
      return fill(() => random.normal() * sd)
    }
    case 'he-normal': {
      const sd = Math.sqrt(2 / fans.fanIn) / cutDeviation
      return fill(() => {
        let x = random.normal()
        while (Math.abs(x) > 2) x = random.normal()
        return x * sd
      })
    }
    case 'glorot-uniform': {
      const limit = Math.sqrt(6 / (fans.fanIn + fans.fanOut))
      return fill(() => (2 * random.float() - 1) * limit)
    }
    case 'glorot-normal': {
      const sd = Math.sqrt(2 / (fans.fanIn + fans.fanOut))
      return fill(() => random.normal() * sd)
    }
  }
}
