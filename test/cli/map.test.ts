import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { MovieMap } from '../../src/explain/map/index.ts'
import { marquee, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const artefact = join(folder, 'artefact')

beforeAll(async () => {
  const { code } = await marquee(
    ['train', 'ml-latest-small', '--model', 'embedding-dot', '--min-item-ratings', '40', '--threads', '1'].concat([
      '--set',
      'epochs=8',
      'factors=16',
      '--out',
      artefact,
    ]),
  )
  expect(code).toBe(0)
})

describe('map', () => {
  const options = ['--artefact', artefact, '--perplexity', '15', '--iterations', '300']

  test('JSON: coordinates and genre of every movie, neighbourhoods far better than chance', async () => {
    const out = join(folder, 'map.json')
    const { code, out: said } = await marquee(['map', ...options, '--out', out, '--json'])
    expect(code).toBe(0)
    const map = JSON.parse(readFileSync(out, 'utf8')) as MovieMap
    expect(JSON.parse(said)).toMatchObject({ file: out, movies: map.movies.length, divergence: map.divergence })
    expect(map.movies.length).toBeGreaterThan(400)
    const toyStory = map.movies.find(({ title }) => title === 'Toy Story (1995)')!
    expect(toyStory).toMatchObject({ id: '1', genre: 'Animation', ratings: 215 })
    expect(new Set(map.movies.map(({ x, y }) => `${x} ${y}`)).size).toBeGreaterThan(0.95 * map.movies.length)
    expect(map.preservation.recall).toBeGreaterThan(5 * map.preservation.chance)
    expect(map.preservation.trustworthiness).toBeGreaterThan(0.75)
    expect(map.genreAgreement.map).toBeGreaterThan(1.1 * map.genreAgreement.chance)
  })

  test('HTML: one page that loads nothing and holds the same movies', async () => {
    const out = join(folder, 'map.html')
    const { code, out: said } = await marquee(['map', ...options, '--out', out])
    expect(code).toBe(0)
    expect(said).toContain(`written: ${out}`)
    const page = readFileSync(out, 'utf8')
    expect(page).not.toMatch(/<(?:link|img|iframe)|src=|https?:\/\//)
    expect(page).toContain('prefers-color-scheme:dark')
    expect(page).toContain('width=device-width')
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!
    const data = JSON.parse(json) as { genres: string[]; movies: [number, number, number, string][] }
    const row = data.movies.find(([, , , title]) => title === 'Toy Story (1995)')!
    expect(data.genres[row[2]]).toBe('Animation')
    const code2 = /<script>(.*)<\/script>/s.exec(page)![1]!
    expect(() => new Function(code2)).not.toThrow()
  })

  test('one clear error', async () => {
    const bad = async (...argv: string[]) => (await marquee(['map', ...argv])).err
    expect(await bad('--artefact', artefact, '--out', join(folder, 'map.png'))).toContain('.html or .json')
    expect(await bad('--artefact', folder, '--out', join(folder, 'm.json'))).toContain('no artefact here')
    expect(await bad(...options, '--out', join(folder, 'm.json'), '--perplexity', '500')).toMatch(
      /perplexity 500 needs 1502 movies and there are \d+/,
    )
  })
})
