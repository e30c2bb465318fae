import type { ItemEntities } from '../content/features.ts'

/** An undirected weighted graph of items: the edges of item i stand at offsets[i] to offsets[i + 1]. */
export interface ItemGraph {
  readonly offsets: Int32Array
  readonly neighbours: Int32Array
  /** Similarity in (0, 1]. */
  readonly weights: Float64Array
}

/**
 * Joins every item with its `k` most similar: cosine of genre vectors weighted by inverse document frequency. Among equals (and
 * whole sets of genres are equal) the items with more ratings come first, then the lower index. Both directions of an edge are there.
 */
export function genreGraph(genres: ItemEntities, ratings: (item: number) => number, k: number): ItemGraph {
  const items = genres.of.length
  const groups = groupsOf(genres, ratings)
  const similar = similarities(genres, groups)
  const edges: Map<number, number>[] = Array.from({ length: items }, () => new Map())
  for (let g = 0; g < groups.length; g++) {
    const order = similar(g)
    for (const item of groups[g]!.members) {
      let left = k
      for (const { group, similarity } of order) {
        for (const other of groups[group]!.members) {
          if (other === item) continue
          if (left-- <= 0) break
          edges[item]!.set(other, similarity)
          edges[other]!.set(item, similarity)
        }
        if (left <= 0) break
      }
    }
  }
  const offsets = new Int32Array(items + 1)
  for (let i = 0; i < items; i++) offsets[i + 1] = offsets[i]! + edges[i]!.size
  const sorted = edges.map((own) => [...own].sort(([a], [b]) => a - b))
  return {
    offsets,
    neighbours: Int32Array.from(sorted.flatMap((own) => own.map(([other]) => other))),
    weights: Float64Array.from(sorted.flatMap((own) => own.map(([, weight]) => weight))),
  }
}

interface Group {
  readonly genres: Int32Array
  readonly members: number[]
}

/** Items by equal sets of genres; items without genres are in none. */
function groupsOf(genres: ItemEntities, ratings: (item: number) => number): Group[] {
  const groups = new Map<string, Group>()
  genres.of.forEach((own, item) => {
    if (own.length === 0) return
    const key = own.join(' ')
    const group = groups.get(key)
    if (group) group.members.push(item)
    else groups.set(key, { genres: own, members: [item] })
  })
  for (const { members } of groups.values()) members.sort((a, b) => ratings(b) - ratings(a) || a - b)
  return [...groups.values()]
}

/** For a group, all groups that share a genre with it, most similar first. */
function similarities(genres: ItemEntities, groups: readonly Group[]) {
  const counts = new Float64Array(genres.names.length)
  for (const own of genres.of) for (const genre of own) counts[genre]!++
  // Plus one: a genre that every item has still says something.
  const squares = counts.map((count) => (count === 0 ? 0 : Math.log(1 + genres.of.length / count) ** 2))
  const lengths = groups.map((group) => Math.sqrt(group.genres.reduce((sum, genre) => sum + squares[genre]!, 0)))
  return (g: number): { group: number; similarity: number }[] => {
    const own = new Set(groups[g]!.genres)
    const found: { group: number; similarity: number }[] = []
    groups.forEach((group, other) => {
      let sum = 0
      for (const genre of group.genres) if (own.has(genre)) sum += squares[genre]!
      if (sum > 0) found.push({ group: other, similarity: Math.min(1, sum / (lengths[g]! * lengths[other]!)) })
    })
    return found.sort((a, b) => b.similarity - a.similarity || a.group - b.group)
  }
}
