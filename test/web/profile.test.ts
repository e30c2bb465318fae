import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Edit, type Lists, listNames, type MovieBrief, undoLimit } from '../../web/src/profile/document.ts'
import { fromJson, toCsv, toJson } from '../../web/src/profile/export.ts'
import { parseCsv } from '../../web/src/profile/import/csv.ts'
import { asideKey, type KeyValue, ProfileStore, profileKey } from '../../web/src/profile/store.ts'

// The same cases in every run; MARQUEE_TEST_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.MARQUEE_TEST_SEED ?? 1) })

const movie = (id: string): MovieBrief => ({ id, title: `Movie ${id}`, year: 2000, genres: ['Drama', 'Crime'] })

class Memory implements KeyValue {
  readonly kept = new Map<string, string>()
  full = false
  getItem(key: string) {
    return this.kept.get(key) ?? null
  }
  setItem(key: string, value: string) {
    if (this.full) throw new DOMException('no room', 'QuotaExceededError')
    this.kept.set(key, value)
  }
  removeItem(key: string) {
    this.kept.delete(key)
  }
}

/** A clock that goes on by so much at each look. */
function clock(step = 10_000) {
  let time = Date.parse('2026-01-01T00:00:00Z')
  return () => {
    time += step
    return new Date(time).toISOString()
  }
}
const opened = (storage = new Memory()) => ({ storage, store: new ProfileStore(storage, clock()) })
const ids = (lists: Lists) => Object.fromEntries(listNames.map((list) => [list, Object.keys(lists[list]).sort()]))
const stars = (lists: Lists) => Object.fromEntries(Object.entries(lists.ratings).map(([id, e]) => [id, e.rating]))
function all(step: () => unknown): number {
  let n = 0
  while (step() !== null) n += 1
  return n
}

describe('ratings and lists', () => {
  it('a rated movie leaves watchlist, seen and not interested; undo brings them back', () => {
    const { store } = opened()
    store.mark('watchlist', movie('1'), true)
    store.mark('watched', movie('1'), true)
    store.rate(movie('1'), 4)
    expect(ids(store.document)).toEqual({ ratings: ['1'], watchlist: [], dismissed: [], watched: [] })
    expect(store.undo()?.label).toBe('rated Movie 1 (2000) 4')
    store.rate({ ...movie('2'), title: 'Matrix, The (1999)', year: 1999 }, 5)
    expect(store.undo()?.label).toBe('rated The Matrix (1999) 5')
    expect(ids(store.document)).toEqual({ ratings: [], watchlist: ['1'], dismissed: [], watched: ['1'] })
  })
  it('not interested takes off the watchlist, and the watchlist lets back in', () => {
    const { store } = opened()
    store.mark('watchlist', movie('1'), true)
    store.mark('dismissed', movie('1'), true)
    expect(ids(store.document).watchlist).toEqual([])
    store.mark('watchlist', movie('1'), true)
    expect(ids(store.document).dismissed).toEqual([])
  })
  it('says whether anything changed', () => {
    const { store } = opened()
    const said = [4, 4, null, null].map((rating) => store.rate(movie('1'), rating))
    expect(said).toEqual([true, false, true, false])
  })
})

describe('undo', () => {
  it('goes many steps back and forth', () => {
    const { store } = opened()
    store.rate(movie('1'), 5)
    store.rate(movie('2'), 3)
    store.rate(movie('1'), 2)
    store.rate(movie('2'), null)
    expect(stars(store.document)).toEqual({ '1': 2 })
    const back = [1, 2, 3, 4].map(() => {
      store.undo()
      return stars(store.document)
    })
    expect(back).toEqual([{ '1': 2, '2': 3 }, { '1': 5, '2': 3 }, { '1': 5 }, {}])
    expect(store.undo()).toBeNull()
    expect(all(() => store.redo())).toBe(4)
    expect(stars(store.document)).toEqual({ '1': 2 })
  })
  it('ratings of one movie within two seconds are one step', () => {
    const store = new ProfileStore(new Memory(), clock(300))
    for (const rating of [1, 2, 3.5]) store.rate(movie('1'), rating)
    expect(store.document.undo).toHaveLength(1)
    store.undo()
    expect(stars(store.document)).toEqual({})
  })
  it('keeps a hundred steps, and an import of any size as one', () => {
    const { store } = opened()
    for (let i = 0; i < undoLimit + 20; i++) store.rate(movie(String(i)), 3)
    expect(store.document.undo).toHaveLength(undoLimit)
    const many = Array.from({ length: 25_000 }, (_, i) => {
      const brief = movie(`m${i}`)
      return { list: 'ratings' as const, id: brief.id, entry: store.entry(brief, 4) }
    })
    store.change('imported', many)
    expect(store.document.undo).toHaveLength(1)
    store.undo()
    expect(Object.keys(store.document.ratings)).toHaveLength(undoLimit + 20)
  })
  it('any sequence of changes can be taken back to the beginning', () => {
    const what = fc.constantFrom('rate', 'watchlist', 'dismissed', 'watched')
    const step = fc.tuple(what, fc.integer({ min: 1, max: 4 }), fc.boolean())
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { store } = opened()
        for (const [what, id, on] of steps) {
          if (what === 'rate') store.rate(movie(String(id)), on ? (id + 1) / 2 : null)
          else store.mark(what as 'watchlist', movie(String(id)), on)
        }
        const end = ids(store.document)
        all(() => store.undo())
        expect(ids(store.document)).toEqual({ ratings: [], watchlist: [], dismissed: [], watched: [] })
        all(() => store.redo())
        expect(ids(store.document)).toEqual(end)
      }),
    )
  })
})

describe('storage', () => {
  it('survives a reload, the steps to undo too', () => {
    const { storage, store } = opened()
    store.rate(movie('1'), 4.5)
    store.mark('watchlist', movie('2'), true)
    const again = new ProfileStore(storage, clock())
    expect(stars(again.document)).toEqual({ '1': 4.5 })
    expect(again.document.watchlist['2']?.movie).toEqual(movie('2'))
    again.undo()
    expect(ids(again.document).watchlist).toEqual([])
  })
  it('two tabs add up, and hear of each other', () => {
    const storage = new Memory()
    const a = new ProfileStore(storage, clock())
    const b = new ProfileStore(storage, clock())
    a.rate(movie('1'), 4)
    b.rate(movie('2'), 3)
    let heard = 0
    a.subscribe(() => {
      heard += 1
    })
    a.reload()
    expect(heard).toBe(1)
    expect(stars(a.document)).toEqual({ '1': 4, '2': 3 })
    expect(stars(b.document)).toEqual({ '1': 4, '2': 3 })
    a.reload()
    expect(heard).toBe(1)
  })
  it('leaves out a damaged entry and keeps the others', () => {
    const storage = new Memory()
    const good = { movie: movie('1'), rating: 4, time: '2026-01-01T00:00:00.000Z', recommendation: null }
    const bad = { '2': { ...good, rating: 7 }, '3': null, '4': { rating: 3 }, '5': { ...good, rating: 3.3 } }
    const document = { version: 1, ratings: { '1': good, ...bad }, watchlist: [], undo: [{ label: 1 }], redo: 'x' }
    storage.setItem(profileKey, JSON.stringify(document))
    const { store } = opened(storage)
    expect(stars(store.document)).toEqual({ '1': 4 })
    expect(store.document.undo).toEqual([])
  })
  it('puts aside what it cannot read instead of losing it', () => {
    for (const text of ['{"version": 2, "ratings": {"9": 1}}', 'not json']) {
      const storage = new Memory()
      storage.setItem(profileKey, text)
      const { store } = opened(storage)
      store.rate(movie('1'), 4)
      expect(storage.getItem(asideKey)).toBe(text)
      expect(stars(store.document)).toEqual({ '1': 4 })
    }
  })
  it('says when the browser has no room, and loses nothing of this page', () => {
    const { storage, store } = opened()
    store.rate(movie('1'), 4)
    storage.full = true
    store.rate(movie('2'), 3)
    expect(store.problem).toMatch(/could not save it \(QuotaExceededError\): export your data/)
    expect(stars(store.document)).toEqual({ '1': 4, '2': 3 })
    storage.full = false
    store.rate(movie('3'), 2)
    expect(store.problem).toBeNull()
    expect(stars(new ProfileStore(storage, clock()).document)).toEqual({ '1': 4, '2': 3, '3': 2 })
  })
  it('works without any storage and says so', () => {
    const store = new ProfileStore(null, clock())
    store.rate(movie('1'), 4)
    expect(stars(store.document)).toEqual({ '1': 4 })
    expect(store.problem).toMatch(/keeps nothing/)
  })
  it('erases everything', () => {
    const { storage, store } = opened()
    store.rate(movie('1'), 4)
    store.erase()
    expect(storage.kept.size).toBe(0)
    expect(store.undo()).toBeNull()
  })
  it('tells what changed, undo included', () => {
    const { store } = opened()
    const told: (readonly Edit[])[] = []
    store.onEdits((edits) => told.push(edits))
    store.rate(movie('1'), 4)
    store.undo()
    expect(told.map((edits) => edits.map((e) => [e.list, e.id, e.after?.rating ?? null]))).toEqual([
      [['ratings', '1', 4]],
      [['ratings', '1', null]],
    ])
  })
})

describe('export', () => {
  const filled = () => {
    const { store } = opened()
    store.rate({ id: '1', title: 'Good, the Bad and the "Ugly", The (1966)', year: 1966, genres: ['Western'] }, 4.5)
    store.rate({ id: '2', title: '=SUM(A1)', year: null, genres: [] }, 0.5)
    store.mark('watchlist', movie('3'), true)
    store.mark('dismissed', movie('4'), true)
    return store.document
  }
  it('as JSON comes back the same', () => {
    const document = filled()
    const back = fromJson(JSON.parse(toJson(document, 'now')))!
    for (const list of listNames) expect(back[list]).toEqual(document[list])
    expect(back.undo).toEqual([])
    expect(fromJson({ ratings: {} })).toBeNull()
  })
  it('as CSV has every entry, quoted, and no formula', () => {
    const rows = parseCsv(toCsv(filled()))
    expect(rows[0]).toEqual(['list', 'movieId', 'title', 'year', 'genres', 'rating', 'time'])
    expect(rows.slice(1).map((row) => row.slice(0, 6))).toEqual([
      ['rating', '2', "'=SUM(A1)", '', '', '0.5'],
      ['rating', '1', 'Good, the Bad and the "Ugly", The (1966)', '1966', 'Western', '4.5'],
      ['watchlist', '3', 'Movie 3', '2000', 'Drama|Crime', ''],
      ['not interested', '4', 'Movie 4', '2000', 'Drama|Crime', ''],
    ])
  })
})
