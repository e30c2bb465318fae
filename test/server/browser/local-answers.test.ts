import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadArtefact } from '../../../src/catalogue/artefact-load.ts'
import { scoreCount } from '../../../src/catalogue/fold-in-graph.ts'
import { Session } from '../../../src/engine/session/session.ts'
import type { BrowserFile, BrowserVocabulary } from '../../../src/server/browser/description.ts'
import { makeFiles } from '../../../src/server/browser/make.ts'
import { firstPicks } from '../../../src/server/service/movies/first-picks.ts'
import { MovieMatcher } from '../../../src/server/service/movies/match.ts'
import { TitleSearch } from '../../../src/server/service/movies/search.ts'
import { personOfSession } from '../../../src/server/service/recommend/person.ts'
import { explainFor, similarTo } from '../../../src/server/service/recommend/predictions.ts'
import { Live } from '../../../src/server/service/shelf/live.ts'
import { storedModelOf } from '../../../src/server/service/shelf/version.ts'
import { type LocalModel, localModel, type Scorer } from '../../../web/src/browser-model/live.ts'
import { type Catalogue, catalogueOf } from '../../../web/src/local/catalogue.ts'
import { artefactOf, temporaryFolder } from './artefact.ts'

/* What the page answers alone, by the files that it downloads, against what the server answers: the same. */

interface Both {
  readonly live: Live
  readonly local: LocalModel
  readonly vocabulary: BrowserVocabulary
}

async function both(name: string, set: Record<string, unknown> = {}): Promise<Both> {
  const directory = await artefactOf(name, set)
  const artefact = await loadArtefact(directory)
  const live = new Live(storedModelOf(directory, artefact.manifest), artefact)
  const folder = temporaryFolder()
  const description = await makeFiles(folder, live.version, artefact)
  const read = ({ url }: BrowserFile): Uint8Array => readFileSync(join(folder, url.slice(url.lastIndexOf('/') + 1)))
  const vocabulary = JSON.parse(new TextDecoder().decode(read(description.files.vocabulary))) as BrowserVocabulary
  const graph = read(description.files.float32)
  const session = await Session.create(graph, { provider: 'wasm' })
  const width = live.units()!.width
  const scorer: Scorer = {
    async scores(item, rating) {
      const scores = new Float32Array(scoreCount(graph))
      await session
        .bind({ item, rating, candidate: new Int32Array() }, { scores }, { N: item.length, B: item.length, M: 0 })
        .run()
      return scores
    },
    async vectors(candidate) {
      const data = new Float32Array(candidate.length * width)
      const nobody = { item: new Int32Array(), rating: new Float32Array() }
      await session.bind({ ...nobody, candidate }, { vectors: data }, { N: 0, B: 0, M: candidate.length }).run()
      return { data, width }
    },
  }
  return { live, local: await localModel(description, vocabulary, scorer), vocabulary }
}

// Toy Story, The Matrix, Titanic, Alien, Spirited Away, Pulp Fiction, and one that is rarely rated.
const chosen = ['1', '2571', '1721', '1214', '5618', '296', '193609']
const profile = chosen.slice(0, 6).map((item, n) => ({ item, rating: [5, 4.5, 1.5, 4, 5, 3.5][n]! }))

describe.each([
  ['embedding-dot', { epochs: 3 }],
  ['dnn', { epochs: 1, batch: 2048 }],
  ['autoencoder', { layers: [32], epochs: 1 }],
])('%s', (name, set) => {
  let live: Live
  let local: LocalModel
  beforeAll(async () => {
    ;({ live, local } = await both(name, set))
  })

  it.each([[['1']], [['193609']], [['2571', '1214']], [chosen]])('similar to %j: the same, in order', async (items) => {
    const theirs = (await similarTo(live, { items, k: 40 })).items
    const own = (await local.similar(items, 40))!
    expect(own.map(({ item }) => item)).toEqual(theirs.map(({ item }) => item))
    for (const [n, one] of own.entries()) {
      const { similarity, ...rest } = theirs[n]!
      expect(one).toMatchObject(rest)
      expect(one.similarity).toBeCloseTo(similarity, 5)
    }
    expect(own).toHaveLength(40)
  })

  it('an explanation is the same in every figure', async () => {
    const asked = { item: '318', k: 5 }
    const theirs = await explainFor(live, personOfSession(live, profile), asked)
    const own = await local.explain(profile, asked.item, asked.k)
    expect(own.ratings.map(({ item }) => item)).toEqual(theirs.ratings.map(({ item }) => item))
    expect(own.ratings).toHaveLength(5)
    for (const [n, { without, difference }] of own.ratings.entries()) {
      expect(without).toBeCloseTo(theirs.ratings[n]!.without, 3)
      expect(difference).toBeCloseTo(theirs.ratings[n]!.difference, 3)
    }
    expect(own.score).toBeCloseTo(theirs.score, 3)
    for (const part of ['user', 'item', 'none'] as const)
      expect(own.shapley[part]).toBeCloseTo(theirs.shapley[part]!, 3)
    expect({ ...own, ratings: [], score: 0, rating: 0, shapley: {}, text: '' }).toEqual({
      ...theirs,
      ...{ ratings: [], score: 0, rating: 0, shapley: {}, text: '' },
    })
  })

  it('first picks are the same, with their reasons', async () => {
    for (const rated of [[], ['318', '356', '1', 'unknown']]) {
      const items = rated.map((id) => live.train.items.indexOf(id)).filter((item) => item >= 0)
      const theirs = firstPicks(live, items, 20).map(({ item, why }) => ({ item: live.train.items.id(item), why }))
      expect(await local.firstPicks(rated, 20)).toEqual(theirs)
    }
  })
})

describe('movies', () => {
  let live: Live
  let catalogue: Catalogue
  let movies: { id: string; title: string; year: number | null; imdb: string | null; tmdb: string | null }[]
  beforeAll(async () => {
    const made = await both('embedding-dot', { epochs: 1 })
    live = made.live
    catalogue = catalogueOf(made.vocabulary)
    movies = live.train.items.ids().map((id, item) => ({
      ...{ id, title: live.items.titles[item]!, year: live.items.years[item] || null },
      ...{ imdb: live.items.imdb[item] ?? null, tmdb: live.items.tmdb[item] ?? null },
    }))
  })

  it('carry their ids elsewhere and what people think of them', () => {
    const item = live.train.items.indexOf('1')
    expect(catalogue.movie('1')).toMatchObject({
      ...{ title: 'Toy Story (1995)', year: 1995, imdb: '0114709', tmdb: '862', ratings: live.counts[item]! },
      genres: live.items.genres[item],
    })
    expect(catalogue.movie('1')!.meanRating).toBeCloseTo(live.meanRatings()[item]!, 5)
    expect(catalogue.movie('none')).toBeNull()
  })

  it('are found by what people type as the server finds them', async () => {
    const search = await TitleSearch.create(movies, (place) => live.counts[place]!)
    for (const query of ['toy stary', 'matrix', 'amelie', 'lord of the rings', '1984', 'stroy', 'zzzz', 'alien 1979']) {
      const theirs = search.find(query).slice(0, 8)
      expect((await catalogue.search(query, 8)).map(({ id }) => id)).toEqual(theirs.map((place) => movies[place]!.id))
    }
  })

  it('are matched by IMDb id, TMDB id, and title and year, as the server matches them', () => {
    const asked = [
      { imdb: '0816692', tmdb: null, title: 'Not its name', year: 1900 },
      { imdb: 'tt0114709', tmdb: null, title: null, year: null },
      { imdb: null, tmdb: '27205', title: null, year: null },
      { imdb: '9999999', tmdb: '862', title: 'Nor this', year: 2001 },
      { imdb: '9999999', tmdb: null, title: 'The Matrix', year: 1998 },
      { imdb: null, tmdb: null, title: 'Star Wars', year: 1977 },
      { imdb: null, tmdb: null, title: 'No such movie', year: 2001 },
      { imdb: null, tmdb: null, title: null, year: null },
    ]
    const matcher = new MovieMatcher(movies, (place) => live.counts[place]!)
    const theirs = asked.map((one) => movies[matcher.find(one)?.place ?? -1]?.id ?? null)
    expect(catalogue.match(asked).map((movie) => movie?.id ?? null)).toEqual(theirs)
    expect(theirs).toEqual(['109487', '1', '79132', '1', '2571', '260', null, null])
  })
})
