import { describe, expect, test } from 'vitest'
import type { NewFeedback } from '../../src/store/index.ts'
import { allPages, type Current, codeOf, nasty, rating } from './contract-support.ts'

/** Users and feedback. */
export function describeFeedback(current: Current): void {
  describe('users', () => {
    test('are added, replaced and found', async () => {
      const { store } = current
      expect(await store.user('ada')).toBeNull()
      const added = await store.putUser({ id: 'ada', attributes: { age: 36, tags: ['x', null], nested: { a: true } } })
      expect(added.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      const replaced = await store.putUser({ id: 'ada', attributes: { age: 37 } })
      expect(replaced).toEqual({ id: 'ada', created: added.created, attributes: { age: 37 } })
      expect(await store.putUser({ id: 'ada' })).toEqual(replaced)
      expect(await store.user('ada')).toEqual(replaced)
    })

    test('are listed by the bytes of their ids', async () => {
      const { store } = current
      for (const id of ['b', 'B', 'ä', 'a', '10', '9', '😀', 'ﬀ']) await store.putUser({ id })
      const ids = (await allPages((page) => store.users(page), 3)).map(({ id }) => id)
      expect(ids).toEqual(['10', '9', 'B', 'a', 'b', 'ä', 'ﬀ', '😀'])
    })

    test('are exported whole and erased for good', async () => {
      const { store } = current
      await store.append([rating('ada', '1', 4), rating('bob', '1', 2), rating('ada', '1', 5)])
      await store.putStudy({ id: 's', title: 't', created: '2026-01-01T00:00:00Z', a: 'x', b: 'y', options: {} })
      await store.addAnswer({ study: 's', participant: 'ada', number: 1, chosen: 1, behind: { first: 'a' } })
      const exported = await store.exportUser('ada')
      expect(exported?.user.id).toBe('ada')
      expect(exported?.events.map(({ seq, value }) => [seq, value])).toEqual([
        [1, 4],
        [3, 5],
      ])
      expect(exported?.answers).toMatchObject([{ study: 's', number: 1, chosen: 1 }])

      expect(await store.eraseUser('ada')).toEqual({ events: 2, answers: 1, profiles: 0 })
      expect(await store.eraseUser('ada')).toBeNull()
      expect(await store.exportUser('ada')).toBeNull()
      expect(await store.profile('ada')).toEqual([])
      expect((await store.events()).entries.map(({ user }) => user)).toEqual(['bob'])
      // Places in the log are never given again.
      expect(await store.append([rating('ada', '9', 1)])).toMatchObject([{ seq: 4 }])
    })

    test('are taken out of answers of others that name them, and told of those in their export', async () => {
      const { store } = current
      const study = { id: 's', title: 't', created: '2026-01-01T00:00:00Z', a: 'x', b: 'y', options: {} }
      await store.putStudy(study)
      const strange = 'a%_~"\\ä'
      const shown = ['ada', 'Ada', strange, 'ada', 'only shown']
      for (const [k, user] of shown.entries()) {
        const behind = { user, order: ['a', 'b'], movies: ['1', '2'], yielded: null }
        await store.addAnswer({ study: 's', participant: 'bob', number: k + 1, chosen: 1, behind })
      }
      await store.putUser({ id: 'ada' })
      await store.putUser({ id: strange })
      const numbers = async (id: string) => (await store.exportUser(id))?.profiles.map(({ number }) => number)
      expect(await numbers('ada')).toEqual([1, 4])
      expect(await numbers(strange)).toEqual([3])
      // Of the training data, and no user of the store.
      expect(await numbers('only shown')).toEqual([5])
      // Whose profiles bob saw is not his to carry away.
      expect(JSON.stringify(await store.exportUser('bob'))).not.toContain('"user":"')

      expect(await store.eraseUser('ada')).toEqual({ events: 0, answers: 0, profiles: 2 })
      expect(await store.eraseUser(strange)).toEqual({ events: 0, answers: 0, profiles: 1 })
      expect(await store.eraseUser('only shown')).toEqual({ events: 0, answers: 0, profiles: 1 })
      expect(await store.eraseUser('only shown')).toBeNull()
      const left = (await store.answers('s')).toSorted((a, b) => a.number - b.number)
      expect(left.map(({ behind }) => behind.user)).toEqual([undefined, 'Ada', undefined, undefined, undefined])
      // All else that the results need is there.
      expect(left.map(({ chosen, behind }) => [chosen, behind.order])).toEqual(shown.map(() => [1, ['a', 'b']]))
    })

    test('every id and every text comes back as it was', async () => {
      const { store } = current
      for (const text of nasty) {
        const event = { ...rating(text, text, 3), context: { [text]: [text] }, recommendation: text }
        expect(await store.append([event])).toMatchObject([{ user: text, item: text, recommendation: text }])
        expect(await store.profile(text)).toMatchObject([{ item: text, context: { [text]: [text] } }])
        expect((await store.events({ user: text, item: text })).entries).toHaveLength(1)
        expect((await store.current({ item: text })).entries).toMatchObject([{ user: text }])
        await store.putUser({ id: text, attributes: { text } })
        expect((await store.user(text))?.attributes).toEqual({ text })
      }
      expect((await store.counts()).users).toBe(nasty.length)
      for (const text of nasty) expect(await store.eraseUser(text)).toEqual({ events: 1, answers: 0, profiles: 0 })
    })

    test('an id that cannot be stored is refused', async () => {
      const { store } = current
      for (const id of ['', 'x'.repeat(201), 'a\nb', 'a\0b', '\u0085', '\ud800']) {
        expect(await codeOf(store.putUser({ id }))).toBe('bad-id')
        expect(await codeOf(store.append([rating('ada', '1', 3), rating(id, '1', 3)]))).toBe('bad-id')
        expect(await codeOf(store.append([rating('ada', id, 3)]))).toBe('bad-id')
      }
      for (const id of ['', 'a\0b', '\ud800']) {
        const reads = [store.user(id), store.profile(id), store.movie(id), store.exportUser(id), store.eraseUser(id)]
        const lists = [store.events({ user: id }), store.current({ item: id }), store.answers(id)]
        for (const read of [...reads, ...lists]) expect(await codeOf(read)).toBe('bad-id')
      }
      expect((await store.counts()).users).toBe(0)
    })
  })

  describe('feedback', () => {
    test('comes back complete, its time in UTC', async () => {
      const event: NewFeedback = {
        ...rating('ada', '1', 4.5),
        time: '2026-11-27T12:00:00.5+02:00',
        context: { page: 'home', at: [1, null, { deep: true }] },
        recommendation: 'r-1',
      }
      const [stored] = await current.store.append([event])
      expect(stored).toEqual({
        ...event,
        seq: 1,
        action: 'put',
        time: '2026-11-27T10:00:00.500Z',
        received: expect.stringMatching(/^\d{4}-.*Z$/),
      })
      expect((await current.store.events()).entries).toEqual([stored])
      expect((await current.store.current()).entries).toEqual([stored])
      expect(await current.store.profile('ada')).toEqual([stored])
    })

    test('the latest of a user, item and kind holds; deleting takes it back; impressions are in the log alone', async () => {
      const { store } = current
      const like: NewFeedback = { user: 'ada', item: '1', kind: 'like', value: null }
      const seen: NewFeedback = { user: 'ada', item: '1', kind: 'impression', value: null }
      await store.append([rating('ada', '1', 2), like, seen, rating('ada', '1', 3), seen])
      await store.append([rating('ada', '2', 1)])
      const held = async () =>
        (await store.profile('ada')).map(({ seq, item, kind, value }) => [seq, item, kind, value])
      expect(await held()).toEqual([
        [2, '1', 'like', null],
        [4, '1', 'rating', 3],
        [6, '2', 'rating', 1],
      ])
      await store.append([{ ...rating('ada', '1', 0), value: null, action: 'delete' }])
      expect(await held()).toEqual([
        [2, '1', 'like', null],
        [6, '2', 'rating', 1],
      ])
      // Within one call too: the last word counts.
      await store.append([
        { ...like, action: 'delete' },
        like,
        rating('ada', '2', 5),
        { ...rating('ada', '2', 0), value: null, action: 'delete' },
      ])
      expect(await held()).toEqual([[9, '1', 'like', null]])
      expect(await store.counts()).toMatchObject({
        events: { rating: 6, like: 3, impression: 2 },
        ratings: 0,
        lastSeq: 11,
      })
    })

    test('an event that says nothing sensible is refused, and all of its call', async () => {
      const bad: [string, Partial<NewFeedback>, string][] = [
        ['a rating without a value', { value: null }, 'bad-feedback'],
        ['a rating that is no number', { value: Number.NaN }, 'bad-feedback'],
        ['a like with a value', { kind: 'like' }, 'bad-feedback'],
        ['a deletion with a value', { action: 'delete' }, 'bad-feedback'],
        ['an unknown kind', { kind: 'love' as 'like', value: null }, 'bad-feedback'],
        ['an unknown action', { action: 'undo' as 'put' }, 'bad-feedback'],
        ['a time without a zone', { time: '2026-11-27T12:00:00' }, 'bad-time'],
        ['a time that is none', { time: '2026-13-01' }, 'bad-time'],
        ['a recommendation with a NUL', { recommendation: 'a\0' }, 'bad-text'],
      ]
      for (const [what, change, code] of bad) {
        const call = [rating('bob', '1', 1), { ...rating('ada', '1', 3), ...change }]
        expect(await codeOf(current.store.append(call)), what).toBe(code)
      }
      expect((await current.store.events()).entries).toEqual([])
      expect(await current.store.append([])).toEqual([])
    })

    test('fifty calls at once all count, each in one piece and in its order', async () => {
      const { store } = current
      const calls = Array.from({ length: 50 }, (_, k) => [
        rating(`u${k % 7}`, `${k}`, 1),
        rating(`u${k % 7}`, `${k}`, 2),
      ])
      const stored = await Promise.all(calls.map((call) => store.append(call)))
      const seqs = stored.map((events) => events.map(({ seq }) => seq))
      for (const [first, second] of seqs) expect(second).toBe(first! + 1)
      expect(new Set(seqs.flat())).toEqual(new Set(Array.from({ length: 100 }, (_, k) => k + 1)))
      expect((await allPages((page) => store.events(page), 33)).map(({ seq }) => seq)).toEqual(
        seqs.flat().sort((a, b) => a - b),
      )
      expect(await store.counts()).toMatchObject({ ratings: 50, users: 7, events: { rating: 100 } })
    })

    test('the log is filtered by user, item, kind and place', async () => {
      const { store } = current
      const kinds = ['rating', 'like', 'watched'] as const
      await store.append(
        Array.from({ length: 60 }, (_, k) => {
          const kind = kinds[k % 3]!
          return { user: `u${k % 2}`, item: `${k % 5}`, kind, value: kind === 'rating' ? 3 : null }
        }),
      )
      const seqs = async (filter: object) =>
        (await allPages((page) => store.events({ ...filter, ...page }), 4)).map(({ seq }) => seq)
      const expected = (keep: (k: number) => boolean) =>
        Array.from({ length: 60 }, (_, k) => k)
          .filter(keep)
          .map((k) => k + 1)
      expect(await seqs({ user: 'u1' })).toEqual(expected((k) => k % 2 === 1))
      expect(await seqs({ item: '3' })).toEqual(expected((k) => k % 5 === 3))
      expect(await seqs({ kinds: ['rating', 'watched'] })).toEqual(expected((k) => k % 3 !== 1))
      expect(await seqs({ user: 'u0', item: '4', kinds: ['like'] })).toEqual(
        expected((k) => k % 2 === 0 && k % 5 === 4 && k % 3 === 1),
      )
      expect(await seqs({ after: 50 })).toEqual(expected((k) => k >= 50))
      expect(await seqs({ user: 'nobody' })).toEqual([])
      expect(await seqs({ kinds: [] })).toEqual([])
      const held = await allPages((page) => store.current({ kinds: ['like'], ...page }), 4)
      expect(held.every(({ kind }) => kind === 'like')).toBe(true)
      expect(held).toHaveLength(10)
    })

    test('a cursor stands still while others add', async () => {
      const { store } = current
      for (let k = 0; k < 6; k++) await store.append([rating(`u${k}`, '1', 3)])
      const events = await store.events({ limit: 3 })
      const users = await store.users({ limit: 3 })
      await store.append(['u00', 'u25', 'u9'].map((user) => rating(user, '1', 3)))
      const restOfEvents = await store.events({ cursor: events.next })
      expect(restOfEvents.entries.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9])
      const restOfUsers = await store.users({ cursor: users.next })
      // u00 comes before the cursor and is not seen; nobody is seen twice.
      expect(restOfUsers.entries.map(({ id }) => id)).toEqual(['u25', 'u3', 'u4', 'u5', 'u9'])
    })

    test('cursors and limits that are none are refused', async () => {
      const { store } = current
      await store.append([rating('a', '1', 1), rating('b', '1', 1)])
      const { next } = await store.events({ limit: 1 })
      for (const cursor of ['', 'x', '%%', 'bnVsbA', next!.slice(1)]) {
        expect(await codeOf(store.events({ cursor }))).toBe('bad-cursor')
      }
      const made = (list: string, key: unknown) => Buffer.from(JSON.stringify([list, key])).toString('base64url')
      for (const key of [-1, 1.5, 1e99, '1', null, {}]) {
        expect(await codeOf(store.events({ cursor: made('events', key) }))).toBe('bad-cursor')
      }
      for (const key of ['a\0', '\ud800', 1]) {
        expect(await codeOf(store.users({ cursor: made('users', key) }))).toBe('bad-cursor')
      }
      expect(await codeOf(store.events({ after: -1 }))).toBe('bad-number')
      expect(await codeOf(store.users({ cursor: next }))).toBe('bad-cursor')
      expect(await codeOf(store.current({ cursor: next }))).toBe('bad-cursor')
      for (const limit of [0, -1, 1001, 1.5, Number.NaN])
        expect(await codeOf(store.movies({ limit }))).toBe('bad-limit')
    })

    test('ratings are one moment, whatever is written while they are read', async () => {
      const { store } = current
      const count = 12_000
      await store.append(Array.from({ length: count }, (_, k) => rating(`u${k % 30}`, `${Math.floor(k / 30)}`, 1)))
      const seen: string[] = []
      let blocks = 0
      for await (const block of store.ratings()) {
        if (blocks++ === 0) {
          await store.append([
            rating('u29', '399', 5),
            rating('zz', 'new', 5),
            { ...rating('u9', '5', 0), value: null, action: 'delete' },
          ])
        }
        for (const { user, item, value } of block) seen.push(`${user} ${item} ${value}`)
      }
      expect(blocks).toBeGreaterThan(1)
      expect(new Set(seen).size).toBe(count)
      expect(seen.every((line) => line.endsWith(' 1'))).toBe(true)
      let after = 0
      for await (const block of store.ratings()) after += block.length
      expect(after).toBe(count)
      // A reader that has enough leaves nothing locked.
      for await (const _ of store.ratings()) break
      await store.append([rating('u1', '1', 2)])
    })
  })
}
