import type { Random } from '../../core/random.ts'
import type { ItemTable } from '../dataset.ts'

const adjectives = (
  'Amber Broken Crimson Distant Electric Faded Gentle Hollow Idle Jagged Lonely Midnight Northern Open Paper Quiet Restless ' +
  'Silver Tender Upper Velvet Wandering Yellow Zealous'
).split(' ')
const nouns = (
  'Archive Bridge Cartographer Desert Engine Ferry Garden Harbour Island Journey Kingdom Lantern Mirror Notebook Orchard ' +
  'Platform Quarry River Station Theatre Umbrella Village Winter Yard'
).split(' ')
const genreNames = ['Action', 'Comedy', 'Drama', 'Romance', 'Thriller', 'Fantasy', 'Mystery', 'Western']

/**
 * Made-up titles, no two alike, and genres that follow taste: an item has the genre of its strongest positive factor,
 * and of its second where it has one. `factors` is items x size, row-major.
 */
export function inventItems(count: number, factors: Float32Array, size: number, random: Random): ItemTable {
  const used = new Map<string, number>()
  const titles: string[] = []
  const genres: string[][] = []
  const years = new Int16Array(count)
  for (let item = 0; item < count; item++) {
    years[item] = 1950 + random.int(75)
    const name = `The ${adjectives[random.int(adjectives.length)]} ${nouns[random.int(nouns.length)]}`
    const times = (used.get(name) ?? 0) + 1
    used.set(name, times)
    titles.push(`${name}${times > 1 ? ` ${times}` : ''} (${years[item]})`)
    genres.push(genresOf(factors.subarray(item * size, (item + 1) * size)))
  }
  const nothing = Array.from({ length: count }, () => null)
  return { titles, years, genres, tags: titles.map(() => []), imdb: nothing, tmdb: nothing }
}

function genresOf(factors: Float32Array): string[] {
  return [...factors.keys()]
    .filter((f) => factors[f]! > 0 && f < genreNames.length)
    .sort((a, b) => factors[b]! - factors[a]!)
    .slice(0, 2)
    .map((f) => genreNames[f]!)
}
