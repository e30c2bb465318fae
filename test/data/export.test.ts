import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ExportFormat, exportDataset } from '../../src/data/export.ts'
import { loadDataset } from '../../src/data/load.ts'
import { withDuckDB } from '../../src/data/read/duckdb.ts'
import { failure, scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

const formats: ExportFormat[] = ['inter', 'csv', 'parquet']

describe.each(formats)('round trip through %s', (format) => {
  test('ml-latest-small: the same fingerprint, titles, years, genres', async () => {
    const dataset = await loadDataset('ml-latest-small')
    const directory = join(space.folder, `small-${format}`)
    const files = await exportDataset(dataset, { format, directory })
    // Nothing temporary stays.
    expect(readdirSync(directory).sort()).toEqual(files.map((file) => file.slice(directory.length + 1)).sort())
    const back = await loadDataset(directory)
    expect(back.fingerprint).toBe(dataset.fingerprint)
    expect(back.cleaning).toMatchObject({ rejected: 0, duplicates: 0, itemRowsRejected: 0 })
    expect(back.items.genres).toEqual(dataset.items.genres)
    expect(back.items.years).toEqual(dataset.items.years)
    // RecBole's token sequences hold single spaces; the other formats keep every letter.
    const titles =
      format === 'inter' ? dataset.items.titles.map((t) => t.replace(/\s+/g, ' ').trim()) : dataset.items.titles
    expect(back.items.titles).toEqual(titles)
    if (format !== 'inter') expect(back.items.imdb).toEqual(dataset.items.imdb)
  })

  test('string ids, no times, odd ratings', async () => {
    const ids = format === 'inter' ? ['zoë', 'a,b', 'c"d'] : ['zoë', 'a,b', 'c"d', 'e\nf', 'tab\t', ' space']
    const quote = (id: string): string => `"${id.replaceAll('"', '""')}"`
    const text = `user,item,rating\n${ids.map((id, k) => `${quote(id)},${quote(`${id}!`)},${k * 0.7}\n`).join('')}`
    const dataset = await loadDataset(space.file(`odd-${format}.csv`, text))
    expect(dataset.interactions.users.ids()).toEqual(ids)
    const directory = join(space.folder, `odd-${format}`)
    await exportDataset(dataset, { format, directory })
    const back = await loadDataset(directory)
    expect(back.fingerprint).toBe(dataset.fingerprint)
    expect(back.interactions.timestamp).toBeNull()
  })
})

test('any ids, ratings and times come back from CSV', async () => {
  const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'))
  const rating = fc.float({ noNaN: true, noDefaultInfinity: true })
  const row = fc.tuple(id, id, rating, fc.integer({ min: -1e12, max: 1e12 }))
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 20, selector: ([user, item]) => `${user}\0${item}` })
  let run = 0
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const path = space.file(
        `any-${run++}.jsonl`,
        given.map(([user, item, r, time]) => `${JSON.stringify({ user, item, rating: r, time })}\n`).join(''),
      )
      const dataset = await loadDataset(path)
      const { interactions: x } = dataset
      expect(x.count).toBe(given.length)
      given.forEach(([user, item, r, time], k) => {
        expect([x.users.id(x.user[k]!), x.items.id(x.item[k]!)]).toEqual([user, item])
        expect(x.rating[k]).toBe(Math.fround(r) + 0)
        expect(x.timestamp![k]).toBe(time)
      })
      const directory = join(space.folder, `any-${run}`)
      await exportDataset(dataset, { format: 'csv', directory })
      expect((await loadDataset(join(directory, 'ratings.csv'))).fingerprint).toBe(dataset.fingerprint)
    }),
    { numRuns: 60, seed: 7 },
  )
})

test('the files read as other tools expect them', async () => {
  const dataset = await loadDataset(space.file('look.csv', 'user,item,rating,ts\n7,"x, ""y""",4.5,100\n8,z,3,2.5\n'))
  const out = join(space.folder, 'look')
  await exportDataset(dataset, { format: 'csv', directory: out })
  expect(readFileSync(join(out, 'ratings.csv'), 'utf8')).toBe(
    'user,item,rating,timestamp\n7,"x, ""y""",4.5,100\n8,z,3,2.5\n',
  )
  await exportDataset(dataset, { format: 'inter', directory: out })
  expect(readFileSync(join(out, 'look.inter'), 'utf8')).toBe(
    'user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\tx, "y"\t4.5\t100\n8\tz\t3\t2.5\n',
  )
  await exportDataset(dataset, { format: 'parquet', directory: out })
  const rows = await withDuckDB(async (connection) =>
    (await connection.runAndReadAll(`SELECT * FROM '${join(out, 'ratings.parquet')}'`)).getRows(),
  )
  expect(rows).toEqual([
    [7n, 'x, "y"', 4.5, 100],
    [8n, 'z', 3, 2.5],
  ])
})

test('an id with a tab cannot stand in a RecBole file', async () => {
  const dataset = await loadDataset(space.file('tab.csv', 'user,item\n"a\tb",1\n'))
  const error = await failure(exportDataset(dataset, { format: 'inter', directory: join(space.folder, 'tab') }))
  expect(error.code).toBe('unwritable-id')
  expect(readdirSync(join(space.folder, 'tab'))).toEqual([])
})

test.each(formats)('%s: an unwritable place', async (format) => {
  const dataset = await loadDataset(space.file('w.csv', 'user,item\n1,1\n'))
  const error = await failure(exportDataset(dataset, { format, directory: join(space.file('plain', 'x'), 'sub') }))
  expect(error.code).toBe('cannot-write')
})

describe('Parquet of other makers', () => {
  const make = async (name: string, select: string): Promise<string> => {
    const path = join(space.folder, name)
    await withDuckDB((connection) =>
      connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 20000)`),
    )
    return path
  }

  test('300,000 rows in many row groups keep their order', async () => {
    const path = await make(
      'big.parquet',
      'SELECT (i * 7919) % 1000 AS user_id, i AS item_id, (i % 5) + 1 AS rating, i + 0.5 AS ts FROM range(300000) t(i)',
    )
    const { interactions: x } = await loadDataset(path)
    expect(x.count).toBe(300_000)
    let wrong = 0
    for (let k = 0; k < x.count; k++) {
      const right = x.users.id(x.user[k]!) === String((k * 7919) % 1000) && x.items.id(x.item[k]!) === String(k)
      if (!right || x.rating[k] !== (k % 5) + 1 || x.timestamp![k] !== k + 0.5) wrong++
    }
    expect(wrong).toBe(0)
  })

  test('times as TIMESTAMP, decimals, big and negative ids, rows that are wrong', async () => {
    const path = await make(
      'types.parquet',
      `SELECT * FROM (VALUES
        (9007199254740993, 'a', 4.5::DECIMAL(3,1), TIMESTAMP '1970-01-01 00:01:40'),
        (9007199254740992, 'b', 3.0, TIMESTAMP '1970-01-01 00:00:01'),
        (-1, NULL, 3.0, TIMESTAMP '1970-01-01 00:00:01'),
        (-1, 'a', NULL, TIMESTAMP '1970-01-01 00:00:01'),
        (-1, 'a', 2.0, NULL)) t(user, item, rating, "time")`,
    )
    const { interactions: x, cleaning } = await loadDataset(path)
    expect(x.users.ids()).toEqual(['9007199254740993', '9007199254740992'])
    expect([...x.rating]).toEqual([4.5, 3])
    expect([...x.timestamp!]).toEqual([100, 1])
    expect(cleaning.rejectedExamples.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'no item'],
      [4, 'no rating'],
      [5, 'no timestamp'],
    ])
    const large = await make(
      'large.parquet',
      'SELECT i AS user, i - 9007199254740990 AS item FROM range(9007199254740991, 9007199254740995) t(i)',
    )
    expect((await loadDataset(large)).interactions.users.ids()).toEqual([
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '9007199254740994',
    ])
    const wrong = await make('wrong.parquet', 'SELECT 1 AS a, 2 AS b')
    expect((await failure(loadDataset(wrong))).code).toBe('wrong-columns')
  })
})
