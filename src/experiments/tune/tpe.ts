import { Random } from '../../core/random.ts'
import type { Observation, Sampler } from './samplers.ts'
import { categories, type Dimension, decode, encode, type SearchSpace } from './space.ts'

const startTrials = 10
const candidates = 24
/** Weight of the flat prior beside a mixture's observed points. */
const priorWeight = 1

/**
 * A tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011, section 4), with all dimensions in one
 * kernel (Falkner, Klein and Hutter 2018): the good trials so far and the others each give a density; of some draws from
 * the good one, the draw with the highest ratio of densities is proposed. The first ten trials are `first`'s.
 */
export function tpeSampler(space: SearchSpace, seed: number, first: Sampler): Sampler {
  const names = Object.keys(space)
  const dimensions = names.map((name) => space[name]!)
  return (number, history) => {
    const useful = ranked(history)
    if (number < startTrials || useful.length < startTrials / 2) return first(number, history)
    const random = new Random(seed).fork(`tpe ${number}`)
    const points = useful.map(({ settings }) =>
      dimensions.map((dimension, d) => encode(dimension, settings[names[d]!])),
    )
    const good = Math.min(25, Math.max(2, Math.ceil(0.15 * points.length)))
    const below = new Mixture(dimensions, points.slice(0, good))
    const above = new Mixture(dimensions, points.slice(good))
    let best: number[] = []
    let bestRatio = Number.NEGATIVE_INFINITY
    for (let n = 0; n < candidates; n++) {
      const point = below.draw(random)
      const ratio = below.logDensity(point) - above.logDensity(point)
      if (ratio > bestRatio) {
        bestRatio = ratio
        best = point
      }
    }
    return Object.fromEntries(names.map((name, d) => [name, decode(dimensions[d]!, best[d]!)]))
  }
}

/** Best first: those that ran to their end by value, then those that were stopped, the longer ones before. */
function ranked(history: readonly Observation[]): Observation[] {
  return history
    .filter(({ value }) => value !== null)
    .sort((a, b) => (a.budget === b.budget ? a.value! - b.value! : b.budget - a.budget))
}

/** A density over the space: a kernel at each point, and a flat one. */
class Mixture {
  private readonly dimensions: readonly Dimension[]
  private readonly points: readonly (readonly number[])[]
  private readonly width: number

  constructor(dimensions: readonly Dimension[], points: readonly (readonly number[])[]) {
    this.dimensions = dimensions
    this.points = points
    // Scott's rule for points spread evenly over [0, 1], no narrower than the points' own spacing could tell.
    const scott = 0.29 * Math.max(1, points.length) ** (-1 / (dimensions.length + 4))
    this.width = Math.max(scott, 1 / Math.min(100, 1 + points.length) / 2)
  }

  draw(random: Random): number[] {
    const n = this.points.length
    const kernel = random.float() * (n + priorWeight) < n ? this.points[random.int(n)]! : null
    return this.dimensions.map((dimension, d) => {
      const count = categories(dimension)
      if (count !== null) {
        const kept = kernel !== null && random.float() >= this.switching()
        return kept ? kernel[d]! : random.int(count)
      }
      if (kernel === null) return random.float()
      for (;;) {
        const at = kernel[d]! + this.width * random.normal()
        if (at >= 0 && at <= 1) return at
      }
    })
  }

  logDensity(point: readonly number[]): number {
    const logs = this.points.map((kernel) => {
      let sum = 0
      this.dimensions.forEach((dimension, d) => {
        const count = categories(dimension)
        sum += count === null ? this.logNormal(point[d]!, kernel[d]!) : this.logCategory(point[d] === kernel[d], count)
      })
      return sum
    })
    let flat = Math.log(priorWeight)
    for (const dimension of this.dimensions) flat -= Math.log(categories(dimension) ?? 1)
    logs.push(flat)
    const top = Math.max(...logs)
    let sum = 0
    for (const log of logs) sum += Math.exp(log - top)
    return top + Math.log(sum / (this.points.length + priorWeight))
  }

  /** How often a kernel takes another category than its own: less the more points there are. */
  private switching(): number {
    return Math.min(0.8, 1 / Math.sqrt(1 + this.points.length))
  }

  private logCategory(same: boolean, count: number): number {
    const share = this.switching() / count
    return Math.log(same ? 1 - this.switching() + share : share)
  }

  /** A normal density cut off at 0 and 1. */
  private logNormal(at: number, mean: number): number {
    const z = (at - mean) / this.width
    const inside = normalBelow((1 - mean) / this.width) - normalBelow(-mean / this.width)
    return -0.5 * z * z - Math.log(this.width * Math.sqrt(2 * Math.PI) * inside)
  }
}

/** The standard normal distribution function, by the logistic approximation of Bowling et al. 2009 (error below 1.5e-4). */
function normalBelow(z: number): number {
  return 1 / (1 + Math.exp(-0.07056 * z * z * z - 1.5976 * z))
}
