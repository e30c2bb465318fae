import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { loadDataset } from '../../src/data/load.ts'
import { failure, scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

const many = `user,item,rating\n${Array.from({ length: 50_000 }, (_, k) => `${k % 500},${k % 777},${k % 5}\n`).join('')}`

describe('input that gives no data set', () => {
  const packed = gzipSync(many)
  const damaged = Buffer.from(packed)
  damaged[packed.length - 6]! ^= 1
  const random = new Random(1)
  const noise = Buffer.from(Array.from({ length: 5000 }, () => random.int(256)))
  const cases: [what: string, name: string, content: string | Buffer, code: string, says: RegExp][] = [
    ['truncated gzip', 'half.csv.gz', packed.subarray(0, packed.length >> 1), 'truncated-gzip', /ends in the middle/],
    ['gzip with a wrong checksum', 'crc.csv.gz', damaged, 'broken-gzip', /damaged/],
    ['wrong column names', 'names.csv', 'foo,bar,baz\n1,2,3\n', 'wrong-columns', /"foo", "bar", "baz".*map them/],
    ['a header with no item', 'no-item.csv', 'user,thing,rating\n1,2,3\n', 'wrong-columns', /"thing"/],
    ['an empty file', 'empty.csv', '', 'empty-file', /empty/],
    ['an empty gzip', 'empty.csv.gz', gzipSync(''), 'empty-file', /holds nothing/],
    ['a header only', 'header.csv', 'user,item,rating\n', 'no-ratings', /header but no rating/],
    ['a header only, without a line end', 'header2.csv', 'user,item,rating', 'no-ratings', /header but no rating/],
    ['blank lines only', 'blank.csv', '\n\n\r\n', 'no-ratings', /blank lines/],
    ['a binary file', 'noise.csv', noise, 'binary-file', /binary file/],
    ['a binary file in gzip', 'noise.csv.gz', gzipSync(noise), 'binary-file', /binary file/],
    ['a zip', 'a.csv', Buffer.from('PK\x03\x04more', 'latin1'), 'is-a-zip', /Unzip it/],
    ['UTF-16', 'wide.csv', Buffer.from('\uFEFFuser,item\n1,2\n', 'utf16le'), 'not-utf8', /UTF-16/],
    ['a broken Parquet file', 'a.parquet', 'PAR1 and then nothing', 'broken-parquet', /cannot be read/],
    [
      'rating "five" everywhere',
      'five.csv',
      'user,item,rating\n1,2,five\n2,2,five\n',
      'no-ratings',
      /five\.csv:2.*rating "five" is not a number/,
    ],
    ['rating "five" without a header', 'bare.csv', '1,2,five\n2,2,five\n', 'wrong-columns', /"five"/],
    ['JSON that is none', 'a.jsonl', '{user: 1}\n', 'wrong-columns', /one object a line/],
    ['one array of JSON', 'c.json', '[\n{"user": 1, "item": 2}]\n', 'wrong-columns', /one object a line/],
    ['JSON without an item', 'b.jsonl', '{"user": 1, "rating": 3}\n', 'wrong-columns', /"user", "rating"/],
    ['a page of HTML', 'page.csv', '<!DOCTYPE html>\n<html></html>\n', 'wrong-columns', /DOCTYPE/],
  ]
  test.each(cases)('%s', async (_what, name, content, code, says) => {
    const path = space.file(name, content)
    const error = await failure(loadDataset(path))
    expect(error.message).toMatch(says)
    expect(error.code).toBe(code)
    expect(error.place).toContain(path)
  })

  test('a missing file, an unknown name, a set that is not here', async () => {
    expect((await failure(loadDataset(join(space.folder, 'nowhere.csv')))).code).toBe('no-such-file')
    const unknown = await failure(loadDataset('ml-2m'))
    expect(unknown.code).toBe('unknown-dataset')
    expect(unknown.message).toContain('ml-100k, ml-1m')
    const before = process.env.MARQUEE_DATA
    process.env.MARQUEE_DATA = space.folder
    try {
      const absent = await failure(loadDataset('ml-25m'))
      expect(absent.code).toBe('dataset-not-here')
      expect(absent.message).toContain(join(space.folder, 'ml-25m'))
      expect(absent.message).toContain('marquee data get ml-25m')
    } finally {
      if (before === undefined) delete process.env.MARQUEE_DATA
      else process.env.MARQUEE_DATA = before
    }
  })

  test('a folder without ratings, a folder with several, a file that cannot be read', async () => {
    mkdirSync(join(space.folder, 'bare'))
    const error = await failure(loadDataset(join(space.folder, 'bare')))
    expect(error.code).toBe('no-ratings')
    expect(error.message).toContain('ratings.csv')
    space.file('two/a.inter', 'x')
    space.file('two/b.inter', 'x')
    expect((await failure(loadDataset(join(space.folder, 'two')))).message).toContain('a.inter, b.inter')
    // Unreadable for everybody, also for root: a folder that holds a link to itself by the name of the ratings.
    mkdirSync(join(space.folder, 'loop'))
    symlinkSync('ratings.csv', join(space.folder, 'loop', 'ratings.csv'))
    expect((await failure(loadDataset(join(space.folder, 'loop')))).code).toBe('unreadable-file')
  })

  test('a mapping to a column that is not there', async () => {
    const path = space.file('map.csv', 'a,b,c\n1,2,3\n')
    const error = await failure(loadDataset(path, { columns: { user: 'a', item: 'x' } }))
    expect(error.code).toBe('wrong-columns')
    expect(error.message).toMatch(/no column "x" for the item.*"a", "b", "c"/)
    expect((await failure(loadDataset(path, { columns: { user: 1, item: 4 } }))).message).toContain('1 to 3')
  })

  test('nothing left after the minimum ratings', async () => {
    expect((await failure(loadDataset(space.file('few.csv', 'user,item\n1,2\n'), { minPerUser: 2 }))).code).toBe(
      'no-ratings',
    )
  })
})

describe('rows that cannot be read', () => {
  const text = [
    'user,item,rating,ts', // 1
    '1,10,4,100',
    '1,11,five,100', // 3
    '1,12,4', // 4
    '1,a,b,4,100', // 5
    '',
    '"x\ny",10,3,101', // 7 and 8
    ',10,3,102', // 9
    '2,,3,103', // 10
    '2,10,,104', // 11
    '2,10,3,', // 12
    '2,10,3,yesterday', // 13
    '2,10,NaN,105', // 14
    '2,10,1e400,105', // 15
    '2,10,0x5,105', // 16
    '2,10,"3"x,105', // 17
    '2,"10,3,105', // 18: the quote is never closed
    '3,10,5,106',
  ].join('\r\n')

  test('are counted and named by line; the good ones beside them are kept', async () => {
    const path = space.file('bad.csv', text)
    const { interactions, cleaning } = await loadDataset(path)
    expect(interactions.users.ids()).toEqual(['1', 'x\ny', '3'])
    expect([...interactions.rating]).toEqual([4, 3, 5])
    expect(cleaning).toMatchObject({ rowsRead: 16, rowsKept: 3, rejected: 13 })
    expect(cleaning.rejectedExamples).toEqual([
      { file: path, line: 3, reason: 'rating "five" is not a number' },
      { file: path, line: 4, reason: '3 fields where 4 were expected' },
      { file: path, line: 5, reason: '5 fields where 4 were expected' },
      { file: path, line: 9, reason: 'no user' },
      { file: path, line: 10, reason: 'no item' },
    ])
  })

  test('strict stops at the first, naming file and line', async () => {
    const path = space.file('strict.csv', text)
    const error = await failure(loadDataset(path, { strict: true }))
    expect(error).toMatchObject({ code: 'bad-row', place: `${path}:3` })
    expect(error.message).toContain('rating "five" is not a number')
  })

  test.each([
    ['2,10,,104', 'no rating'],
    ['2,10,3,', 'no timestamp'],
    ['2,10,3,yesterday', 'timestamp "yesterday" is not a time'],
    ['2,10,NaN,105', 'rating "NaN" is not a number'],
    ['2,10,1e400,105', 'rating "1e400" is not a number'],
    ['2,10,0x5,105', 'rating "0x5" is not a number'],
    ['2,10,"3"x,105', 'text after a closing quote'],
    ['2,"10,3,105', 'a quote is never closed'],
    ['2', '1 field where 4 were expected'],
  ])('%s: %s', async (row, reason) => {
    const path = space.file('one-bad.csv', `user,item,rating,ts\n1,1,1,1\n${row}\n1,2,1,1\n`)
    const { cleaning } = await loadDataset(path)
    expect(cleaning.rejectedExamples).toEqual([{ file: path, line: 3, reason }])
    expect(cleaning.rowsKept).toBe(2)
  })

  test('in JSON lines', async () => {
    const path = space.file(
      'bad.jsonl',
      '{"user":1,"item":2,"rating":3}\n\n{bad\n[1]\n{"user":1,"rating":3}\n{"user":1,"item":2,"rating":"five"}\n{"user":1,"item":12345678901234567890,"rating":1}\n',
    )
    const { cleaning } = await loadDataset(path)
    expect(cleaning.rejectedExamples.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'not an object of JSON'],
      [4, 'not an object of JSON'],
      [5, 'no item'],
      [6, 'rating "five" is not a number'],
      [7, 'item 12345678901234567000 is too large a number: write it as a string'],
    ])
  })
})

describe('small but ordinary', () => {
  test('one user, one movie, one rating', async () => {
    const { interactions } = await loadDataset(space.file('one.csv', 'user,item,rating\nme,it,4\n'))
    expect(interactions.count).toBe(1)
    expect(interactions.scale).toEqual({ min: 4, max: 4, step: null })
    expect([...interactions.byUser().offsets]).toEqual([0, 1])
  })

  test('one movie, many users, all ratings equal', async () => {
    const lines = Array.from({ length: 50 }, (_, k) => `${k},1,3\n`).join('')
    const { interactions } = await loadDataset(space.file('equal.csv', `user,item,rating\n${lines}`))
    expect(interactions.items.size).toBe(1)
    expect(interactions.users.size).toBe(50)
    expect(interactions.mean()).toBe(3)
  })
})
