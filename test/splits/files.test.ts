import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CsvFile } from '../../src/core/csv-file.ts'
import { Interactions } from '../../src/data/interactions.ts'
import { givenSplit, split, writeSplit } from '../../src/data/splits/index.ts'
import { Vocabulary } from '../../src/data/vocabulary.ts'
import { pairs, ratings } from './ratings.ts'

const folder = mkdtempSync(join(tmpdir(), 'marquee-splits-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('given parts', () => {
  const part = (users: string[], items: string[]) =>
    new Interactions({
      users: Vocabulary.of([...new Set(users)]),
      items: Vocabulary.of([...new Set(items)]),
      user: Int32Array.from(users, (id) => [...new Set(users)].indexOf(id)),
      item: Int32Array.from(items, (id) => [...new Set(items)].indexOf(id)),
      rating: Float32Array.from(users, (_, n) => n + 1),
      timestamp: null,
      scale: { min: 1, max: users.length, step: 1 },
    })

  it('brings vocabularies together, the training ids first', () => {
    const made = givenSplit({ train: part(['a', 'b'], ['x', 'y']), test: part(['c', 'a', 'b'], ['y', 'z', 'x']) })
    expect(made.train.users.ids()).toEqual(['a', 'b', 'c'])
    expect(made.train.items.ids()).toEqual(['x', 'y', 'z'])
    expect(made.test.users).toBe(made.train.users)
    expect(pairs(made.test)).toEqual([
      [2, 1],
      [0, 2],
      [1, 0],
    ])
    expect(made.train.scale).toEqual({ min: 1, max: 3, step: 1 })
    expect(made.spec).toEqual({ kind: 'given' })
  })

  it('refuses a test pair that was trained on, and names it', () => {
    const parts = { train: part(['a', 'b'], ['x', 'y']), test: part(['c', 'b'], ['x', 'y']) }
    expect(() => givenSplit(parts)).toThrow(expect.objectContaining({ code: 'overlapping-parts' }))
    expect(() => givenSplit(parts)).toThrow(/user b's rating of item y stands in the train part/)
    expect(givenSplit({ ...parts, allowOverlap: true }).test.count).toBe(2)
  })
})

describe('written splits', () => {
  it('writes every part with original ids, and split.json', () => {
    const whole = new Interactions({
      users: Vocabulary.of(['a,b', 'say "hi"']),
      items: Vocabulary.of(Float64Array.of(7, 1193)),
      user: Int32Array.of(0, 1, 1, 0),
      item: Int32Array.of(0, 1, 0, 1),
      rating: Float32Array.of(0.5, 3.7, 5, 1 / 3),
      timestamp: Float64Array.of(978_300_760, 5, 9, 4_000_000_000),
      scale: { min: 0.5, max: 5, step: null },
    })
    const out = join(folder, 'new', 'folder')
    const written = writeSplit(split(whole, { kind: 'time-global', ratio: 0.5 }), out, {
      name: 'mine',
      fingerprint: 'abc',
    })
    expect(readFileSync(join(out, 'train.csv'), 'utf8')).toBe(
      'user,item,rating,timestamp\n"say ""hi""",1193,3.7,5\n"say ""hi""",7,5,9\n',
    )
    expect(readFileSync(join(out, 'test.csv'), 'utf8')).toBe(
      'user,item,rating,timestamp\n"a,b",7,0.5,978300760\n"a,b",1193,0.33333334,4000000000\n',
    )
    expect(JSON.parse(readFileSync(join(out, 'split.json'), 'utf8'))).toEqual(written)
    expect(written).toEqual({
      dataset: { name: 'mine', fingerprint: 'abc' },
      spec: { kind: 'time-global', ratio: 0.5, seed: 1 },
      counts: { 'train.csv': 2, 'test.csv': 2 },
    })
    expect(readdirSync(out).sort()).toEqual(['split.json', 'test.csv', 'train.csv'])
  })

  it('strong splits write profiles', () => {
    const whole = ratings(
      Array.from({ length: 40 }, (_, n) => [n % 8, Math.floor(n / 8), 3]),
      { times: false },
    )
    const out = join(folder, 'strong')
    const { counts } = writeSplit(split(whole, { kind: 'strong', ratio: 0.5, profile: 0.6, validation: 0.5 }), out)
    expect(counts).toEqual({
      'train.csv': 10,
      'validation.csv': 4,
      'test.csv': 8,
      'profiles.csv': 12,
      'validation-profiles.csv': 6,
    })
    expect(readFileSync(join(out, 'profiles.csv'), 'utf8').split('\n')[0]).toBe('user,item,rating')
  })

  it('says where it cannot write', () => {
    const blocked = join(folder, 'a-file')
    writeFileSync(blocked, '')
    const made = split(
      ratings([
        [0, 0, 1],
        [0, 1, 1],
      ]),
      { kind: 'random', ratio: 0.5 },
    )
    expect(() => writeSplit(made, blocked)).toThrow(expect.objectContaining({ code: 'cannot-write', place: blocked }))
    const missing = join(folder, 'nowhere', 'x.csv')
    expect(() => new CsvFile(missing, ['a'])).toThrow(expect.objectContaining({ code: 'cannot-write', place: missing }))
  })
})

describe('CSV files', () => {
  it('writes floats that read back as the same 32-bit float, and integers of any size', () => {
    const path = join(folder, 'numbers.csv')
    const floats = [
      0,
      -0.5,
      3.7,
      1e-7,
      123456.789,
      -3.4028234663852886e38,
      1.1754943508222875e-38,
      0.1 + 0.2,
      9999.9999,
      21474.8361,
    ]
    const integers = [0, 9, 10, 2_147_483_646, 2_147_483_647, 4_294_967_296, -12, 5.25, Number.MAX_SAFE_INTEGER]
    const file = new CsvFile(path, ['x'])
    for (const x of floats) {
      file.float(x)
      file.endRow()
    }
    for (const x of integers) {
      file.integer(x)
      file.endRow()
    }
    file.close()
    const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1)
    expect(lines.slice(0, floats.length).map((text) => Math.fround(Number(text)))).toEqual(
      floats.map((x) => Math.fround(x) + 0),
    )
    expect(lines.slice(0, 4)).toEqual(['0', '-0.5', '3.7', '1e-7'])
    expect(lines.slice(floats.length)).toEqual(integers.map(String))
  })

  it('appears under its name only when complete, and is larger than the buffer where it must be', () => {
    const path = join(folder, 'large.csv')
    const file = new CsvFile(path, ['text', 'n'])
    const long = 'é'.repeat(30_000)
    for (let n = 0; n < 100; n++) {
      file.text(long)
      file.integer(n)
      file.endRow()
    }
    expect(readdirSync(folder)).not.toContain('large.csv')
    file.close()
    const lines = readFileSync(path, 'utf8').split('\n')
    expect(lines).toHaveLength(102)
    expect(lines[100]).toBe(`${long},99`)
    const dropped = new CsvFile(join(folder, 'dropped.csv'), ['a'])
    dropped.discard()
    expect(readdirSync(folder).filter((name) => name.startsWith('dropped'))).toEqual([])
  })
})
