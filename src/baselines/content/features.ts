import { MarqueeError } from '../../core/errors.ts'
import type { ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'

/** Which of some entities (genres, tags, decades) each item has. */
export interface ItemEntities {
  readonly names: readonly string[]
  /** Entity numbers, ascending, by item index. */
  readonly of: readonly Int32Array[]
}

/** The item table of a model that cannot do without. Throws `no-item-features`. */
export function requireItems(model: string, items: ItemTable | undefined, train: Interactions): ItemTable {
  if (!items) {
    throw new MarqueeError('no-item-features', `${model} learns from genres and tags, and was given none`, {
      remedy: 'Pass the items of the data set: fit(train, { items }).',
    })
  }
  if (items.genres.length !== train.items.size) {
    throw new RangeError(`an item table of ${items.genres.length} for ${train.items.size} items`)
  }
  return items
}

export function genresOf(items: ItemTable): ItemEntities {
  return entities(items.genres, 1, Number.POSITIVE_INFINITY)
}

/** Tags, without regard to case, given to at least `minimumItems` items: the `maximum` most widespread of them. */
export function tagsOf(items: ItemTable, minimumItems: number, maximum: number): ItemEntities {
  const tags = items.tags.map((given) => given.map(({ tag }) => tag.trim().toLowerCase()))
  return entities(tags, minimumItems, maximum)
}

/** Decades of release; items without a year have none. */
export function decadesOf(items: ItemTable): ItemEntities {
  const decades = Array.from(items.years, (year) => (year > 0 ? [`${Math.floor(year / 10) * 10}s`] : []))
  return entities(decades, 1, Number.POSITIVE_INFINITY)
}

/** Several kinds side by side. */
export function joined(kinds: readonly ItemEntities[]): ItemEntities {
  const names = kinds.flatMap((kind) => kind.names)
  const items = kinds[0]!.of.length
  const of = Array.from({ length: items }, (_, item) => {
    const all: number[] = []
    let base = 0
    for (const kind of kinds) {
      for (const entity of kind.of[item]!) all.push(base + entity)
      base += kind.names.length
    }
    return Int32Array.from(all)
  })
  return { names, of }
}

function entities(given: readonly (readonly string[])[], minimumItems: number, maximum: number): ItemEntities {
  const counts = new Map<string, number>()
  for (const names of given) for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = [...counts]
    .filter(([, count]) => count >= minimumItems)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, maximum)
    .map(([name]) => name)
  const place = new Map(names.map((name, k) => [name, k]))
  const of = given.map((own) => {
    const kept = [...new Set(own)].map((name) => place.get(name)).filter((k) => k !== undefined)
    return Int32Array.from(kept).sort()
  })
  return { names, of }
}
