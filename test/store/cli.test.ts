import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Vocabulary } from '../../src/data/vocabulary.ts'
import { openStore, seedMovies } from '../../src/store/index.ts'
import { marquee, spawnMarquee, temporaryFolder } from '../cli/helpers.ts'
import { furnish } from './contract-moving.ts'

const folder = temporaryFolder()
const first = join(folder, 'first.db')

async function json(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await marquee([...argv, '--json'])
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  return JSON.parse(out) as Record<string, unknown>
}

async function codeOf(...argv: string[]): Promise<string> {
  const { code, out } = await marquee([...argv, '--json'])
  expect(code).toBe(1)
  return (JSON.parse(out) as { error: { code: string } }).error.code
}

describe('marquee store', () => {
  test.each(['info', 'export', 'import'])('%s --help has an example and --json', async (name) => {
    const { code, out } = await marquee(['store', name, '--help'])
    expect(code).toBe(0)
    expect(out).toContain('--json')
    expect(out).toContain(`Example:\n  $ marquee store ${name}`)
  })

  test('info counts', async () => {
    const store = await openStore(first)
    await furnish(store)
    const counts = await store.counts()
    await store.close()
    expect(await json('store', 'info', '--store', first)).toEqual({ store: `sqlite ${first}`, ...counts })
    const { out } = await marquee(['store', 'info', '--store', `sqlite:${first}`])
    expect(out).toMatch(/current ratings +14\n/)
    expect(out).toMatch(/ {2}rating +15\n/)
  })

  test.each(['all.ndjson', 'all.ndjson.gz'])('export to %s, import, the same counts', async (name) => {
    const file = join(folder, name)
    const exported = await json('store', 'export', '--store', first, '--out', file)
    const bytes = readFileSync(file)
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    expect(exported).toMatchObject({ file, lines: text.trimEnd().split('\n').length })
    expect(statSync(file).mode & 0o077).toBe(0)
    const { store: _, ...counts } = await json('store', 'info', '--store', first)
    const copy = join(folder, `${name}.db`)
    expect(await json('store', 'import', file, '--store', copy)).toMatchObject(counts)
    expect(await json('store', 'info', '--store', copy)).toMatchObject(counts)
    expect(await codeOf('store', 'import', file, '--store', copy)).toBe('not-empty')
  })

  test('the real program, which ends by itself', () => {
    const { code, out, err } = spawnMarquee(['store', 'info', '--store', first])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('users')
  })

  test('mistakes are named, and nothing is made by looking', async () => {
    const none = join(folder, 'none.db')
    expect(await codeOf('store', 'info', '--store', none)).toBe('no-store')
    expect(await codeOf('store', 'export', '--store', none, '--out', join(folder, 'x'))).toBe('no-store')
    expect(existsSync(none)).toBe(false)
    expect(await codeOf('store', 'info', '--store', 'mysql://h/d')).toBe('bad-store')
    const target = join(folder, 'target.db')
    expect(await codeOf('store', 'import', none, '--store', target)).toBe('no-file')
    const broken = join(folder, 'broken.ndjson.gz')
    writeFileSync(broken, readFileSync(join(folder, 'all.ndjson.gz')).subarray(0, 300))
    expect(await codeOf('store', 'import', broken, '--store', target)).toBe('bad-export')
    const plain = join(folder, 'plain.gz')
    writeFileSync(plain, 'no gzip')
    expect(await codeOf('store', 'import', plain, '--store', target)).toBe('bad-export')
    expect(await json('store', 'info', '--store', target)).toMatchObject({ users: 0, lastSeq: 0 })
    writeFileSync(join(folder, 'file'), '')
    expect(await codeOf('store', 'export', '--store', first, '--out', join(folder, 'file', 'x'))).toBe('cannot-write')
    expect((await marquee(['store', 'export', '--store', first])).code).toBe(2)
  })

  test('Ctrl-C stops an export and leaves nothing behind', async () => {
    const stop = new AbortController()
    stop.abort()
    const out = join(folder, 'stopped.ndjson')
    const { code } = await marquee(['store', 'export', '--store', first, '--out', out], stop.signal)
    expect(code).toBe(130)
    expect(existsSync(out)).toBe(false)
  })
})

test('movies are filled from what is known of items', async () => {
  const items = {
    titles: ['Toy Story (1995)', 'Untitled'],
    years: Int16Array.of(1995, 0),
    genres: [['Animation', 'Comedy'], []],
    tags: [[{ tag: 'pixar', count: 3 }], []],
    imdb: ['0114709', null],
    tmdb: ['862', null],
  }
  const store = await openStore(join(folder, 'movies.db'))
  await store.putMovies([{ id: '99', title: 'Ours', year: null, genres: [], tags: [], imdb: null, tmdb: null }])
  for (let again = 0; again < 2; again++) {
    expect(await seedMovies(store, items, Vocabulary.of(['1', '7']))).toBe(2)
    expect((await store.movies()).entries).toEqual([
      {
        id: '1',
        title: 'Toy Story (1995)',
        year: 1995,
        genres: ['Animation', 'Comedy'],
        tags: ['pixar'],
        imdb: '0114709',
        tmdb: '862',
      },
      { id: '7', title: 'Untitled', year: null, genres: [], tags: [], imdb: null, tmdb: null },
      { id: '99', title: 'Ours', year: null, genres: [], tags: [], imdb: null, tmdb: null },
    ])
  }
  await store.close()
})
