import { readFileSync, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { loadDataset, loadParts } from '../../src/data/load.ts'
import { scratch } from './helpers.ts'

const space = scratch()
afterAll(() => space.remove())

/** The ratings of a data set as [user, item, rating, time] with original ids, in row order. */
async function rowsOf(path: string, options: Parameters<typeof loadDataset>[1] = {}): Promise<unknown[][]> {
  const { interactions: x } = await loadDataset(path, options)
  return Array.from({ length: x.count }, (_, k) => [
    x.users.id(x.user[k]!),
    x.items.id(x.item[k]!),
    x.rating[k],
    x.timestamp?.[k] ?? null,
  ])
}

const three = [
  ['7', '30', 4, 100],
  ['5', '30', 3.5, 90],
  ['7', '4', 1, 95],
]

describe('formats that say the same', () => {
  const csv = 'userId,movieId,rating,timestamp\n7,30,4.0,100\n5,30,3.5,90\n7,4,1,95\n'
  const files: [name: string, content: string | Buffer][] = [
    ['lf.csv', csv],
    ['crlf.csv', csv.replaceAll('\n', '\r\n')],
    ['no-last-newline.csv', csv.trimEnd()],
    ['bom.csv', `\uFEFF${csv}`],
    ['quoted.csv', csv.replace(/\d+/g, '"$&"').replaceAll('"."', '.').replaceAll('""', '')],
    ['blank-lines.csv', csv.replaceAll('\n', '\n\n')],
    ['spaces.csv', csv.replaceAll(',', ' , ')],
    ['semicolons.csv', csv.replaceAll(',', ';')],
    ['packed.csv.gz', gzipSync(csv)],
    ['packed-twice.csv.gz', Buffer.concat([gzipSync(csv.slice(0, 50)), gzipSync(csv.slice(50))])],
    ['tabs.tsv', csv.replaceAll(',', '\t')],
    ['other-order.csv', 'rating,ts,user_id,item_id\n4,100,7,30\n3.5,90,5,30\n1,95,7,4\n'],
    ['more-columns.csv', 'user,age,item,rating,time,note\n7,1,30,4,100,"a,b"\n5,2,30,3.5,90,\n7,3,4,1,95,"x\ny"\n'],
    [
      'iso.csv',
      'user,item,score,date\n7,30,4,1970-01-01T00:01:40Z\n5,30,3.5,1970-01-01 00:01:30\n7,4,1,1970-01-01 01:01:35+01\n',
    ],
    ['u9.base', '7\t30\t4\t100\n5\t30\t3.5\t90\n7\t4\t1\t95\n'],
    ['no-header.csv', '7,30,4,100\n5,30,3.5,90\n7,4,1,95\n'],
    ['x.dat', '7::30::4::100\n5::30::3.5::90\n7::4::1::95\n'],
    [
      'a.inter',
      'user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\t30\t4\t100\n5\t30\t3.5\t90.0\n7\t4\t1e0\t95\n',
    ],
    [
      'b.inter.gz',
      gzipSync(
        'item_id:token\tuser_id:token\trating:float\ttimestamp:float\n30\t7\t4\t100\n30\t5\t3.5\t90\n4\t7\t1\t95\n',
      ),
    ],
    [
      'a.jsonl',
      '{"user":7,"item":30,"rating":4,"ts":100}\n\n{"item":"30","user":"5","rating":"3.5","ts":90}\n{"user":7,"item":4,"rating":1,"ts":"1970-01-01T00:01:35Z","extra":[1]}\n',
    ],
    [
      'b.jsonl.gz',
      gzipSync(
        '{"user":7,"item":30,"rating":4,"ts":100}\r\n{"user":5,"item":30,"rating":3.5,"ts":90}\r\n{"user":7,"item":4,"rating":1,"ts":95}',
      ),
    ],
  ]
  test.each(files)('%s', async (name, content) => {
    expect(await rowsOf(space.file(name, content))).toEqual(three)
  })

  test('columns mapped by name and by position', async () => {
    const path = space.file('odd.csv', 'a,b,c,d\n100,30,4,7\n90,30,3.5,5\n95,4,1,7\n')
    expect(await rowsOf(path, { columns: { user: 'd', item: 'b', rating: 'c', timestamp: 'a' } })).toEqual(three)
    expect(await rowsOf(path, { columns: { user: 4, item: 2, rating: 3, timestamp: 1 } })).toEqual(three)
    const bare = space.file('odd-bare.csv', '100,30,4,7\n90,30,3.5,5\n95,4,1,7\n')
    expect(await rowsOf(bare, { columns: { user: 4, item: 2, rating: 3, timestamp: 1 } })).toEqual(three)
    expect(await rowsOf(bare, { columns: { user: 4, item: 2 } })).toEqual(three.map(([u, i]) => [u, i, 1, null]))
    const renamed = space.file('renamed.csv', 'user,item,thumbs\n7,30,4\n')
    expect(await rowsOf(renamed, { columns: { rating: 'thumbs' } })).toEqual([['7', '30', 4, null]])
  })

  test('a delimiter inside ids does not mislead where the name of the file promises another', async () => {
    const rows = [['Doctor::Who::a|b', 'x;y;z;w', 3, null]]
    expect(await rowsOf(space.file('ids-bare.csv', 'Doctor::Who::a|b,x;y;z;w,3\n'))).toEqual(rows)
    expect(await rowsOf(space.file('ids-bare.tsv', 'Doctor::Who::a|b\tx;y;z;w\t3\n'))).toEqual(rows)
  })

  test('no rating column: every row is a rating of 1', async () => {
    expect(await rowsOf(space.file('implicit.csv', 'user,item\na,b\nc,d\n'))).toEqual([
      ['a', 'b', 1, null],
      ['c', 'd', 1, null],
    ])
    expect(await rowsOf(space.file('implicit-bare.tsv', '1\t2\n3\t4\n'))).toHaveLength(2)
  })
})

describe('ids and order', () => {
  test('plain integers ascend; other ids stand in order of first appearance; rows keep their order', async () => {
    const numbers = await loadDataset(space.file('n.csv', 'user,item,rating\n9,10,1\n10,9,2\n9,100,3\n'))
    expect(numbers.interactions.users.ids()).toEqual(['9', '10'])
    expect(numbers.interactions.items.ids()).toEqual(['9', '10', '100'])
    expect([...numbers.interactions.rating]).toEqual([1, 2, 3])
    const texts = await loadDataset(space.file('t.csv', 'user,item,rating\nzoë,07,1\nann,7,2\nzoë,x,3\n'))
    expect(texts.interactions.users.ids()).toEqual(['zoë', 'ann'])
    expect(texts.interactions.items.ids()).toEqual(['07', '7', 'x'])
  })

  test('ids never merge: 7, 07, 7.0 and numbers beyond the exact integers', async () => {
    const ids = ['7', '07', '7.0', '9007199254740992', '9007199254740993', '-7', '999999999999999', '16777216']
    const path = space.file('ids.csv', `user,item,rating\n${ids.map((id) => `1,${id},3\n`).join('')}`)
    const { interactions } = await loadDataset(path)
    expect(interactions.items.ids()).toEqual(ids)
    expect(interactions.items.indexOf('9007199254740993')).toBe(4)
  })

  test('an id with a comma, in quotes, and Latin-1 bytes', async () => {
    const bytes = Buffer.from('user,item,rating\n"Doe, J.","M\xe9lo, ""x""",3\n', 'latin1')
    expect(await rowsOf(space.file('latin.csv', bytes))).toEqual([['Doe, J.', 'Mélo, "x"', 3, null]])
  })

  test('the fingerprint is of the data, not of the file', async () => {
    const print = async (name: string, text: string): Promise<string> =>
      (await loadDataset(space.file(name, text))).fingerprint
    const csv = await print('f.csv', 'user,item,rating,ts\n1,2,3,4\n2,2,4,5\n')
    expect(csv).toMatch(/^[0-9a-f]{64}$/)
    expect(await print('f.tsv', 'ts\trating\tuser\titem\n4\t3.0\t1\t2\n5\t4\t2\t2\n')).toBe(csv)
    expect(await print('g.csv', 'user,item,rating,ts\n2,2,4,5\n1,2,3,4\n')).not.toBe(csv)
    expect(await print('h.csv', 'user,item,rating,ts\n1,2,3,4\n2,2,4,6\n')).not.toBe(csv)
    expect(await print('i.csv', 'user,item,rating,ts\n1,3,3,4\n2,3,4,5\n')).not.toBe(csv)
    expect(await print('j.csv', 'user,item,rating\n1,2,3\n2,2,4\n')).not.toBe(csv)
  })
})

describe('cleaning', () => {
  test('duplicates: the latest time wins, else the last row, which keeps its place', async () => {
    const dated = space.file(
      'dup.csv',
      'user,item,rating,ts\n1,1,5,20\n1,2,3,1\n1,1,4,10\n2,1,1,5\n2,1,2,5\n1,1,3,20\n',
    )
    expect(await rowsOf(dated)).toEqual([
      ['1', '2', 3, 1],
      ['2', '1', 2, 5],
      ['1', '1', 3, 20],
    ])
    const { cleaning } = await loadDataset(dated)
    expect(cleaning).toMatchObject({ rowsRead: 6, rowsKept: 3, duplicates: 3, rejected: 0 })
    const undated = space.file('dup2.csv', 'user,item,rating\n1,1,5\n1,2,3\n1,1,4\n')
    expect(await rowsOf(undated)).toEqual([
      ['1', '2', 3, null],
      ['1', '1', 4, null],
    ])
  })

  // Users 1 and 2 rate a and b; 3 rates b and c; c has one rating; without it 3 has one rating.
  const chain = 'user,item,rating\n1,a,1\n1,b,2\n2,a,3\n2,b,4\n3,b,5\n3,c,1\n'

  test('minimum ratings, iterated: a 2-core', async () => {
    const { interactions, cleaning } = await loadDataset(space.file('core.csv', chain), {
      minPerUser: 2,
      minPerItem: 2,
    })
    expect(interactions.count).toBe(4)
    expect(interactions.users.ids()).toEqual(['1', '2'])
    expect(interactions.items.ids()).toEqual(['a', 'b'])
    expect(cleaning.filtered).toEqual({ users: 1, items: 1, ratings: 2, passes: 2 })
    expect(cleaning).toMatchObject({ rowsRead: 6, rowsKept: 4 })
  })

  test('minimum ratings, single pass: items once, then users once', async () => {
    // Item d loses its second rater in the pass over users, and stays.
    const path = space.file('single.csv', `${chain}3,d,1\n4,d,2\n`)
    const single = await loadDataset(path, { minPerUser: 2, minPerItem: 2, core: 'single' })
    expect(single.interactions.items.ids()).toEqual(['a', 'b', 'd'])
    expect(single.cleaning.filtered).toEqual({ users: 1, items: 1, ratings: 2, passes: 1 })
    const iterated = await loadDataset(path, { minPerUser: 2, minPerItem: 2 })
    expect(iterated.interactions.items.ids()).toEqual(['a', 'b'])
  })

  test.each([
    ['1,2,3,4,5', { min: 1, max: 5, step: 1 }],
    ['0.5,1,5,2.5', { min: 0.5, max: 5, step: 0.5 }],
    ['1,3,5', { min: 1, max: 5, step: 2 }],
    ['0.1,0.2,0.7', { min: 0.1, max: 0.7, step: 0.1 }],
    ['-10,0,10', { min: -10, max: 10, step: 10 }],
    ['0,0.33333333,1', { min: 0, max: 1, step: null }],
    ['4,4,4', { min: 4, max: 4, step: null }],
    [Array.from({ length: 300 }, (_, k) => Math.sqrt(k)).join(','), { min: 0, max: 17.29162, step: null }],
  ])('scale of %s', async (ratings, scale) => {
    const lines = ratings.split(',').map((r, k) => `1,${k},${r}\n`)
    const { interactions } = await loadDataset(space.file('scale.csv', `user,item,rating\n${lines.join('')}`))
    expect(interactions.scale).toEqual(scale)
  })

  test('a given scale rejects what is outside it or between its steps, with file and line', async () => {
    const path = space.file('outside.csv', 'user,item,rating\n1,1,3\n1,2,0\n1,3,6\n1,4,2.5\n1,5,5\n')
    const { interactions, cleaning } = await loadDataset(path, { scale: { min: 1, max: 5, step: 1 } })
    expect([...interactions.rating]).toEqual([3, 5])
    expect(interactions.scale).toEqual({ min: 1, max: 5, step: 1 })
    expect(cleaning.rejectedExamples).toEqual([
      { file: path, line: 3, reason: 'rating 0 is outside the scale 1 to 5' },
      { file: path, line: 4, reason: 'rating 6 is outside the scale 1 to 5' },
      { file: path, line: 5, reason: 'rating 2.5 is not a step of 1 from 1' },
    ])
  })
})

describe('given parts', () => {
  test('share one vocabulary, also of what only the test has', async () => {
    const train = space.file('p.base', '1\t10\t3\t1\n2\t20\t4\t2\n1\t10\t5\t3\n')
    const validation = space.file('p.valid', '2\t10\t2\t4\n')
    const testFile = space.file('p.test', '1\t10\t1\t5\n3\t5\t4\t6\n')
    const parts = await loadParts({ train, validation, test: testFile })
    expect(parts.dataset.interactions.users.ids()).toEqual(['1', '2', '3'])
    expect(parts.dataset.interactions.items.ids()).toEqual(['5', '10', '20'])
    expect(parts.train.items).toBe(parts.test.items)
    // The repeated pair of the training file counts once; the same pair in the test part is not a duplicate.
    expect([...parts.train.rating]).toEqual([4, 5])
    expect([...parts.validation!.rating]).toEqual([2])
    expect([...parts.test.user]).toEqual([0, 2])
    expect([...parts.test.item]).toEqual([1, 0])
    expect(parts.dataset.interactions.count).toBe(5)
    expect(parts.dataset.cleaning).toMatchObject({ rowsRead: 6, rowsKept: 5, duplicates: 1 })
    expect((await loadParts({ train, test: testFile })).validation).toBeNull()
  })

  test('titles come from a named data set', async () => {
    const train = space.file('t/train.csv', 'user,item,rating\n1,1,3\n')
    const testFile = space.file('t/test.csv', 'user,item,rating\n1,2,4\n')
    const parts = await loadParts({ train, test: testFile }, { metadata: 'ml-latest-small' })
    expect(parts.dataset.items.titles).toEqual(['Toy Story (1995)', 'Jumanji (1995)'])
    expect(parts.dataset.source.citation).toContain('10.1145/2827872')
  })
})

test('progress goes up to the size of the file, and a raised signal stops', async () => {
  const lines = Array.from({ length: 200_000 }, (_, k) => `${k % 1000},${k},3\n`)
  const path = space.file('long.csv', `user,item,rating\n${lines.join('')}`)
  const seen: Progress[] = []
  await loadDataset(path, { onProgress: (p) => seen.push(p) })
  expect(seen.at(-1)).toMatchObject({ stage: 'reading long.csv', unit: 'bytes' })
  expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total)
  expect(seen.length).toBeGreaterThan(1)
  const packed = space.file('long.csv.gz', gzipSync(readFileSync(path)))
  const last: Progress[] = []
  await loadDataset(packed, { onProgress: (p) => last.push(p) })
  expect(last.at(-1)).toMatchObject({ done: statSync(packed).size, total: statSync(packed).size })
  const stop = new AbortController()
  await expect(loadDataset(path, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({
    code: 'interrupted',
  })
})
