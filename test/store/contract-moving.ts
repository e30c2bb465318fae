import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ExportLine,
  type FeedbackEvent,
  feedbackKinds,
  formatLines,
  type NewFeedback,
  parseLines,
  type Store,
} from '../../src/store/index.ts'
import { model } from './contract-catalogue.ts'
import { allPages, type Current, codeOf, nasty, rating } from './contract-support.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const feedback = (users: readonly string[], items: readonly string[]): fc.Arbitrary<NewFeedback> =>
  fc
    .record({
      user: fc.constantFrom(...users),
      item: fc.constantFrom(...items),
      kind: fc.constantFrom(...feedbackKinds),
      action: fc.constantFrom('put' as const, 'put' as const, 'delete' as const),
      stars: fc.integer({ min: 1, max: 10 }),
      recommendation: fc.option(fc.constantFrom('r1', 'r2')),
    })
    .map(({ stars, ...event }) => ({
      ...event,
      value: event.kind === 'rating' && event.action === 'put' ? stars / 2 : null,
    }))

/** The contract in ten lines: a Map, latest wins, in the order of the log. */
export function held(log: readonly FeedbackEvent[]): FeedbackEvent[] {
  const latest = new Map<string, FeedbackEvent>()
  for (const event of log) latest.set(`${event.user}\n${event.item}\n${event.kind}`, event)
  return [...latest.values()]
    .filter(({ action, kind }) => action === 'put' && kind !== 'impression')
    .sort((a, b) => a.seq - b.seq)
}

/** A bit of everything. */
export async function furnish(store: Store): Promise<void> {
  await store.putUser({ id: 'quiet', attributes: { note: "it's" } })
  await store.putMovies(
    nasty.map((text) => ({ id: text, title: text, year: null, genres: [text], tags: [], imdb: null, tmdb: '1' })),
  )
  for (const text of nasty)
    await store.append([{ ...rating(text, text, 2.5), context: { text }, recommendation: 'a/1' }])
  await store.append([rating('gone', '1', 1)])
  await store.append([
    { user: 'ada', item: '1', kind: 'rating', value: null, action: 'delete' },
    rating('last', '2', 1),
  ])
  await store.eraseUser('gone')
  await store.eraseUser('last')
  for (const version of ['a', 'b']) await store.putModel(model(version))
  await store.setTraffic({
    variants: [
      { version: 'b', share: 0.25 },
      { version: 'a', share: 0.75 },
    ],
    salt: 's',
    since: '2026-01-01T00:00:00.000Z',
  })
  await store.countServed({ a: 12 })
  await store.putStudy({
    id: 's',
    title: 'T',
    created: '2026-01-01T00:00:00.000Z',
    a: 'a',
    b: 'b',
    options: { x: [1] },
  })
  await store.addAnswer({ study: 's', participant: 'ada', number: 1, chosen: 1, behind: { y: null } })
  await store.putKey({
    id: 'k',
    name: 'n',
    hash: 'h',
    scopes: ['read'],
    created: '2026-01-01T00:00:00.000Z',
    revoked: null,
  })
}

export async function exportText(store: Store): Promise<string> {
  let text = ''
  for await (const line of formatLines(store.export())) text += line
  return text
}

async function* inPieces(text: string, size = 1000): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size)
}

export const importText = (store: Store, text: string) => store.import(parseLines(inPieces(text)))

/** Without the time of the export, which alone may differ. */
export const body = (text: string): string => text.slice(text.indexOf('\n'))

/** What must hold of any sequence of events, and of moving everything elsewhere. */
export function describeMoving(current: Current, another: () => Promise<Store>): void {
  test('what holds is what a Map makes of the log, for any events in any grouping', async () => {
    const { store } = current
    const users = ['ada', 'bob', "o'neil"]
    const event = feedback(users, ['1', '2', '3'])
    const log: FeedbackEvent[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 5 }), async (calls) => {
        const written = await Promise.all(calls.map((call) => store.append(call)))
        log.push(...written.flat().sort((a, b) => a.seq - b.seq))
        expect(await allPages((page) => store.current(page), 5)).toEqual(held(log))
        for (const user of users) {
          expect(await store.profile(user)).toEqual(held(log).filter((one) => one.user === user))
        }
      }),
      { numRuns: 25 },
    )
    expect(await allPages((page) => store.events(page), 100)).toEqual(log)
    const ratings = held(log).filter(({ kind }) => kind === 'rating')
    const read: unknown[] = []
    for await (const block of store.ratings()) read.push(...block)
    expect(read).toHaveLength(ratings.length)
    expect(read).toEqual(
      expect.arrayContaining(ratings.map(({ user, item, value, time }) => ({ user, item, value, time }))),
    )
  })

  describe('export and import', () => {
    test('carry everything', async () => {
      const { store } = current
      await furnish(store)
      const text = await exportText(store)
      const copy = await another()
      expect(await importText(copy, text)).toEqual(await store.counts())
      expect(body(await exportText(copy))).toBe(body(text))
      for (const user of nasty) expect(await copy.profile(user)).toEqual(await store.profile(user))
      expect(await copy.report((id) => id.split('/')[0]!)).toEqual(await store.report((id) => id.split('/')[0]!))
      // The last event was erased: its place is not given again.
      const [next] = await copy.append([rating('new', '1', 1)])
      expect(next!.seq).toBe((await store.counts()).lastSeq + 1)
    })

    test('an empty store too', async () => {
      const text = await exportText(current.store)
      expect(text.split('\n')).toHaveLength(3)
      expect(await importText(await another(), text)).toMatchObject({ users: 0, lastSeq: 0 })
    })

    test('go into an empty store only', async () => {
      const text = await exportText(current.store)
      const full = await another()
      await full.putUser({ id: 'ada' })
      expect(await codeOf(importText(full, text))).toBe('not-empty')
      const erased = await another()
      await erased.append([rating('ada', '1', 1)])
      await erased.eraseUser('ada')
      expect(await codeOf(importText(erased, text))).toBe('not-empty')
    })

    test('a damaged export is refused whole, and its line named', async () => {
      const { store } = current
      await furnish(store)
      const lines = (await exportText(store)).trimEnd().split('\n')
      const at = lines.findIndex((line) => line.includes('"type":"event"'))
      const damaged: [string, string[], number][] = [
        ['nothing at all', [], 1],
        ['cut off', lines.slice(0, -1), lines.length],
        ['a line lost', lines.toSpliced(at, 1), lines.length - 1],
        ['no header', lines.slice(1), 1],
        ['half a line', lines.toSpliced(at, 1, lines[at]!.slice(0, 20)), at + 1],
        ['another format', lines.toSpliced(0, 1, lines[0]!.replace('"format":1', '"format":2')), 1],
        ['an unknown field', lines.toSpliced(at, 1, lines[at]!.replace('"seq"', '"sequence"')), at + 1],
        ['events out of order', lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!), at + 2],
        [
          'a bad id',
          lines.toSpliced(1, 1, '{"type":"user","value":{"id":"","created":"2026-01-01","attributes":{}}}'),
          2,
        ],
        ['more after the footer', [...lines, lines[1]!], lines.length + 1],
      ]
      const copy = await another()
      for (const [what, changed, line] of damaged) {
        const error = await importText(copy, changed.join('\n')).catch((thrown: Error) => thrown)
        expect(error, what).toMatchObject({ code: 'bad-export', place: `line ${line}` })
      }
      // An event of a user who is not there breaks a constraint: noticed, too.
      const orphan = lines.filter((line) => !line.includes('"type":"user"'))
      orphan[orphan.length - 1] = JSON.stringify({ type: 'footer', lines: orphan.length })
      expect(await codeOf(importText(copy, orphan.join('\n')))).toBe('bad-export')
      expect(await copy.counts()).toMatchObject({ users: 0, movies: 0, lastSeq: 0 })
      await copy.append([rating('ada', '1', 1)])
    })

    test('an export is one moment', async () => {
      const { store } = current
      for (let k = 0; k < 40; k++) await store.append(Array.from({ length: 60 }, (_, n) => rating(`u${n}`, `${k}`, 1)))
      const lines: ExportLine[] = []
      for await (const line of store.export()) {
        if (lines.length === 1) await store.append([rating('u1', 'late', 1), rating('later', '1', 1)])
        lines.push(line)
      }
      expect(lines.at(-1)).toEqual({ type: 'footer', lines: 2 + 60 + 2400 })
      expect(lines).toHaveLength(2 + 60 + 2400)
    })
  })
}
