import { Random } from '../../core/random.ts'
import { all, countOf, eachDistances, nearest, type Points } from './points.ts'

export interface PreservationOptions {
  /** How many neighbours count. Default 10. */
  readonly neighbours?: number
  /** At most so many points are looked at, drawn with the seed; the neighbours are always among all. Default 2,000. */
  readonly sample?: number
  readonly seed?: number
}

/** How well a map keeps neighbourhoods: 1 is perfect. */
export interface Preservation {
  readonly neighbours: number
  /** Points looked at. */
  readonly points: number
  /**
   * Trustworthiness (Venna and Kaski 2001): 1 less the normalised sum, over neighbours in the map that are none in the
   * data, of how far from being so they are; chance gives about 0.5.
   */
  readonly trustworthiness: number
  /** The mean share of a point's nearest in the data that are its nearest in the map too. */
  readonly recall: number
  /** The recall that a map at random would have. */
  readonly chance: number
}

/** Compares the neighbours of `map`'s points with those of the same points in `data`. */
export function preservation(data: Points, map: Points, options: PreservationOptions = {}): Preservation {
  const { neighbours: k = 10, sample = 2000, seed = 1 } = options
  const n = countOf(data)
  if (countOf(map) !== n) throw new RangeError(`a map of ${countOf(map)} points for ${n}`)
  if (2 * n - 3 * k - 1 <= 0 || k >= n) throw new RangeError(`${k} neighbours of ${n} points`)
  const asked = sample >= n ? all(n) : new Random(seed).shuffle(all(n)).subarray(0, sample).slice().sort()
  const mapped = nearest(map, k, asked)
  const real = nearest(data, k, asked)
  let penalty = 0
  let kept = 0
  eachDistances(data, asked, (point, squared, row) => {
    const inData = new Set(real.indices.subarray(row * k, row * k + k))
    for (const other of mapped.indices.subarray(row * k, row * k + k)) {
      if (inData.has(other)) {
        kept++
        continue
      }
      const distance = squared[other]!
      let rank = 1
      for (let j = 0; j < n; j++) {
        if (j !== point && (squared[j]! < distance || (squared[j] === distance && j < other))) rank++
      }
      penalty += rank - k
    }
  })
  return {
    neighbours: k,
    points: asked.length,
    trustworthiness: 1 - (2 / (asked.length * k * (2 * n - 3 * k - 1))) * penalty,
    recall: kept / (asked.length * k),
    chance: k / (n - 1),
  }
}
