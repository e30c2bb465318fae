import { MarqueeError } from '../../core/errors.ts'
import type { MetricDefinition } from './definition.ts'

/** diversity@k (intra-list, Ziegler et al. 2005): 1 - the mean similarity over all pairs of the first k; 0 for a list of one. */
export const diversity: MetricDefinition = {
  name: 'diversity',
  kind: 'items',
  cutOff: true,
  words: 'one less the mean similarity of the pairs of items in the first k, mean over lists',
  of: (items, facts) => {
    const { similarity } = facts
    if (!similarity) {
      throw new MarqueeError('no-similarity', 'diversity needs a similarity of items and none was given', {
        place: '--metrics diversity',
        remedy: 'Use data with genres, or pass a similarity.',
      })
    }
    if (items.length < 2) return 0
    let sum = 0
    for (let a = 1; a < items.length; a++) for (let b = 0; b < a; b++) sum += similarity(items[a]!, items[b]!)
    return 1 - sum / ((items.length * (items.length - 1)) / 2)
  },
}

/** Cosine of two items' sets of labels (genres): shared labels over the root of the product of the counts; 0 where an item has none. */
export function genreSimilarity(genres: readonly (readonly string[])[]): (a: number, b: number) => number {
  const sets = genres.map((labels) => new Set(labels))
  return (a, b) => {
    const first = sets[a]!
    const second = sets[b]!
    if (first.size === 0 || second.size === 0) return 0
    let shared = 0
    for (const label of first) if (second.has(label)) shared++
    return shared / Math.sqrt(first.size * second.size)
  }
}

/** Cosine of two rows of a matrix (items x size, row-major); 0 where a row is all zeros. */
export function vectorSimilarity(vectors: Float32Array, size: number): (a: number, b: number) => number {
  const dot = (a: number, b: number): number => {
    let sum = 0
    for (let f = 0; f < size; f++) sum += vectors[a * size + f]! * vectors[b * size + f]!
    return sum
  }
  return (a, b) => {
    const scale = Math.sqrt(dot(a, a) * dot(b, b))
    return scale === 0 ? 0 : dot(a, b) / scale
  }
}
