import { describe, expect, test } from 'vitest'
import type { StoredKey, StoredModel, StoredMovie } from '../../src/store/index.ts'
import { allPages, type Current, codeOf, nasty, rating } from './contract-support.ts'

const movie = (id: string, title = `Movie ${id}`): StoredMovie => ({
  id,
  title,
  year: 1995,
  genres: ['Comedy', 'Drama'],
  tags: [],
  imdb: '0114709',
  tmdb: null,
})

export const model = (version: string): StoredModel => ({
  version,
  model: 'embedding-dot',
  artefact: `artefacts/${version}`,
  created: '2026-11-27T10:15:00.000Z',
  metrics: { rmse: 0.85, 'ndcg@10': null },
  trainedThrough: 12,
})

/** Movies, models, studies and keys. */
export function describeCatalogue(current: Current): void {
  describe('movies', () => {
    test('are added, replaced, found and listed', async () => {
      const { store } = current
      await store.putMovies([])
      await store.putMovies([movie('10'), movie('9'), { ...movie('2'), year: null, imdb: null, tags: ['a', 'b'] }])
      await store.putMovies([movie('9', 'Nine'), movie('9', 'Nine again'), movie('11')])
      expect(await store.movie('9')).toEqual(movie('9', 'Nine again'))
      expect(await store.movie('2')).toEqual({ ...movie('2'), year: null, imdb: null, tags: ['a', 'b'] })
      expect(await store.movie('3')).toBeNull()
      await store.putMovies([{ ...movie('2'), year: null, tmdb: '7' }])
      expect(await store.movie('2')).toEqual({ ...movie('2'), year: null, tmdb: '7' })
      expect((await allPages((page) => store.movies(page), 2)).map(({ id }) => id)).toEqual(['10', '11', '2', '9'])
    })

    test('of any title, thousands at once, all or none', async () => {
      const { store } = current
      await store.putMovies(nasty.map((text) => ({ ...movie(text, text), genres: [text], tags: [text, text] })))
      for (const text of nasty) expect(await store.movie(text)).toMatchObject({ title: text, genres: [text] })
      await store.putMovies(Array.from({ length: 3000 }, (_, k) => movie(`m${k}`)))
      expect((await store.counts()).movies).toBe(3000 + nasty.length)
      expect(await codeOf(store.putMovies([movie('good'), movie('bad', 'a\0b')]))).toBe('bad-text')
      expect(await store.movie('good')).toBeNull()
    })
  })

  test('a secret is the first that is offered, for all who offer one, and is not exported', async () => {
    const { store } = current
    const offers = [1, 2, 3].map((byte) => Buffer.alloc(32, byte))
    const given = await Promise.all(offers.map((offered) => store.sharedSecret('ids', offered)))
    expect(offers).toContainEqual(given[0])
    expect(given).toEqual([given[0], given[0], given[0]])
    expect(await store.sharedSecret('ids', Buffer.alloc(32, 9))).toEqual(given[0])
    expect(await store.sharedSecret('other', offers[2]!)).toEqual(offers[2])
    const lines: string[] = []
    for await (const line of store.export()) lines.push(JSON.stringify(line))
    expect(lines.join()).not.toContain(given[0]!.toString('base64'))
  })

  describe('models and traffic', () => {
    test('versions are kept, replaced and removed', async () => {
      const { store } = current
      await store.putModel(model('a'))
      await store.putModel({ ...model('b'), created: '2026-11-26T00:00:00.000Z' })
      await store.putModel({ ...model('a'), trainedThrough: 99 })
      expect(await store.models()).toEqual([
        { ...model('b'), created: '2026-11-26T00:00:00.000Z' },
        { ...model('a'), trainedThrough: 99 },
      ])
      await store.removeModel('b')
      await store.removeModel('b')
      expect((await store.models()).map(({ version }) => version)).toEqual(['a'])
    })

    test('traffic names versions that are there, with shares that make a whole', async () => {
      const { store } = current
      expect(await store.traffic()).toBeNull()
      for (const version of ['a', 'b', 'c']) await store.putModel(model(version))
      const traffic = {
        variants: [
          { version: 'b', share: 0.9 },
          { version: 'a', share: 0.1 },
        ],
        salt: 'pepper',
        since: '2026-11-27T00:00:00.000Z',
      }
      await store.setTraffic(traffic)
      expect(await store.traffic()).toEqual(traffic)
      expect(await codeOf(store.removeModel('a'))).toBe('in-use')
      const set = (...variants: [string, number][]) =>
        store.setTraffic({ ...traffic, variants: variants.map(([version, share]) => ({ version, share })) })
      expect(await codeOf(set(['z', 1]))).toBe('unknown-model')
      expect(await codeOf(set())).toBe('bad-traffic')
      expect(await codeOf(set(['a', 0.5], ['b', 0.4]))).toBe('bad-traffic')
      expect(await codeOf(set(['a', 1.5], ['b', -0.5]))).toBe('bad-traffic')
      expect(await codeOf(set(['a', 0.5], ['a', 0.5]))).toBe('bad-traffic')
      expect(await store.traffic()).toEqual(traffic)
      await set(['c', 1])
      await store.removeModel('a')
      expect((await store.traffic())?.variants).toEqual([{ version: 'c', share: 1 }])
    })

    test('a report gives each variant what names it, since its traffic began', async () => {
      const { store } = current
      const versionOf = (recommendation: string) => recommendation.split('/')[0] ?? null
      expect(await store.report(versionOf)).toEqual([])
      for (const version of ['a', 'b', 'c']) await store.putModel(model(version))
      const [early] = await store.append([{ ...rating('ada', '1', 1), recommendation: 'a/0' }])
      // The traffic begins in a later millisecond.
      while (Date.now() <= Date.parse(early!.received)) await new Promise((resolve) => setTimeout(resolve, 1))
      const half = (version: string) => ({ version, share: 0.5 })
      await store.setTraffic({ variants: [half('a'), half('b')], salt: '', since: new Date().toISOString() })
      const seen = { user: 'bob', item: '4', kind: 'impression' as const, value: null, recommendation: 'b/1' }
      await store.append([
        { ...rating('ada', '2', 4), recommendation: 'a/1' },
        { ...rating('ada', '3', 5), recommendation: 'a/1' },
        { ...rating('bob', '2', 3), recommendation: 'a/2' },
        { ...rating('bob', '2', 2), recommendation: 'b/1' },
        { user: 'cyd', item: '2', kind: 'like', value: null, recommendation: 'c/9' },
        rating('cyd', '3', 5),
        seen,
        seen,
      ])
      await store.countServed({ a: 3, b: 1, c: 7 })
      await store.countServed({ a: 2 })
      const none = { rating: 0, like: 0, dislike: 0, watched: 0, skipped: 0, watchlist: 0, impression: 0 }
      expect(await store.report(versionOf)).toEqual([
        { version: 'a', served: 5, users: 1, feedback: { ...none, rating: 2 }, meanRating: 4.5 },
        { version: 'b', served: 1, users: 1, feedback: { ...none, rating: 1, impression: 2 }, meanRating: 2 },
      ])
      await store.setTraffic({ variants: [{ version: 'a', share: 1 }], salt: '', since: '2100-01-01T00:00:00Z' })
      expect(await store.report(versionOf)).toEqual([
        { version: 'a', served: 0, users: 0, feedback: none, meanRating: null },
      ])
    })
  })

  describe('studies', () => {
    const study = {
      id: 's1',
      title: "a 'quoted' title",
      created: '2026-11-27T00:00:00.000Z',
      a: 'a',
      b: 'b',
      options: { k: 1 },
    }

    test('keep the first answer to each question', async () => {
      const { store } = current
      await store.putStudy(study)
      expect(await store.studies()).toEqual([study])
      const answer = { study: 's1', participant: 'ada', number: 1, chosen: 0 as const, behind: { systems: ['a', 'b'] } }
      const stored = await store.addAnswer(answer)
      expect(stored).toEqual({ ...answer, received: expect.stringMatching(/Z$/) })
      expect(await codeOf(store.addAnswer({ ...answer, chosen: 1 }))).toBe('answered')
      expect(await codeOf(store.addAnswer({ ...answer, study: 'none' }))).toBe('unknown-study')
      await store.addAnswer({ ...answer, number: 2, chosen: 1 })
      await store.addAnswer({ ...answer, participant: 'bob' })
      expect(await store.answers('s1')).toMatchObject([stored, { number: 2, chosen: 1 }, { participant: 'bob' }])
      expect(await store.answers('none')).toEqual([])
      expect(await store.counts()).toMatchObject({ studies: 1, answers: 3 })
    })

    test('ten answers to one question at once: one counts', async () => {
      const { store } = current
      await store.putStudy(study)
      const answer = { study: 's1', participant: 'ada', number: 1, chosen: 0 as const, behind: {} }
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => store.addAnswer(answer)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await store.answers('s1')).toHaveLength(1)
    })
  })

  describe('keys', () => {
    test('are kept by their hash and revoked once', async () => {
      const { store } = current
      const created = '2026-11-27T00:00:00.000Z'
      const key: StoredKey = {
        id: 'k1',
        name: nasty[0]!,
        hash: 'ab'.repeat(32),
        scopes: ['read', 'admin'],
        created,
        revoked: null,
      }
      await store.putKey(key)
      expect(await store.keys()).toEqual([key])
      await store.revokeKey('k1')
      const [revoked] = await store.keys()
      expect(revoked?.revoked).toMatch(/Z$/)
      await store.revokeKey('k1')
      expect(await store.keys()).toEqual([revoked])
      expect(await codeOf(store.revokeKey('k2'))).toBe('unknown-key')
    })
  })
}
