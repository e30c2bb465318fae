import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { loadArtefact } from '../../../src/catalogue/artefact-load.ts'
import { MarqueeError } from '../../../src/core/errors.ts'
import { Session } from '../../../src/engine/session/session.ts'
import { heldOutOf } from '../../../src/evaluation/held-out.ts'
import { BrowserModels } from '../../../src/server/browser/browser-models.ts'
import {
  type BrowserDescription,
  type BrowserVocabulary,
  filesFormat,
} from '../../../src/server/browser/description.ts'
import { fakeService, type Running, run, send } from '../http/helpers.ts'
import { artefactOf, temporaryFolder } from './artefact.ts'

// Minutes of work on a busy machine; nothing here depends on how long it takes.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const version = 'embedding-dot-test'
const folder = temporaryFolder()
let directory: string
let server: Running
let description: BrowserDescription
/** A map of two movies, as the service answers it: a sketch at first. */
const sketch = {
  ...{ model: version, method: 'principal-axes', ready: false, preservation: null },
  ...{ ids: ['1', '318'], x: [0.5, -1], y: [2, 0.25], genre: [0, -1], genres: ['Comedy'] },
  ...{ titles: ['Toy Story (1995)', 'Shawshank Redemption, The (1994)'], ratings: [172, 265] },
}
let map: typeof sketch | (() => never) = sketch
const getMap = async ({ model }: { model: string }) => {
  expect(model).toBe(version)
  return typeof map === 'function' ? map() : map
}

/** Names and times of what lies in a folder. */
const state = (path: string): string[] =>
  readdirSync(path).map((name) => `${name} ${statSync(join(path, name)).mtimeMs}`)
const withoutMap = (one: BrowserDescription): BrowserDescription => ({ ...one, files: { ...one.files, map: null } })
const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

async function fetched(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`${server.url}${url}`)).arrayBuffer())
}

beforeAll(async () => {
  directory = await artefactOf('embedding-dot')
  server = await run(fakeService({ artefactOf: () => ({ version, directory }), getMap }), { browserFolder: folder })
})

test('the first request makes the files and does not touch the artefact; the loss follows', async () => {
  const before = state(directory)
  const answers = await Promise.all([send(server.url, '/v1/browser-model'), send(server.url, '/v1/browser-model')])
  description = answers[0].json
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(answers[1].json.files).toEqual(description.files)
  const { model, name, scale, ratings, vectors, items } = description
  expect({ model, name, scale, ratings, vectors, items }).toEqual({
    ...{ model: version, name: 'embedding-dot', ratings: true, vectors: true, items: 9724 },
    scale: { min: 0.5, max: 5, step: 0.5 },
  })
  expect(state(directory)).toEqual(before)
  await expect
    .poll(async () => (await send(server.url, '/v1/browser-model')).json.loss, { timeout: 590_000, interval: 500 })
    .not.toBeNull()
  description = (await send(server.url, '/v1/browser-model')).json
  expect(state(directory)).toEqual(before)
})

test('sizes are those of the files, whose names are their contents', async () => {
  for (const [kind, file] of Object.entries(description.files)) {
    const { url, bytes, compressedBytes, sha256 } = file!
    const content = await fetched(url)
    expect({ kind, bytes }).toEqual({ kind, bytes: content.length })
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
    expect(url).toContain(sha256.slice(0, 16))
    const brotli = readFileSync(join(folder, `${nameOf(url)}.br`))
    expect(brotli.length).toBe(compressedBytes)
    expect(brotliDecompressSync(brotli).equals(content)).toBe(true)
    expect(gunzipSync(readFileSync(join(folder, `${nameOf(url)}.gz`))).equals(content)).toBe(true)
    if (kind !== 'map') expect(compressedBytes).toBeLessThan(bytes)
  }
  const { float32, int8, runtime } = description.files
  expect(float32.bytes).toBeGreaterThan(9724 * 50 * 4)
  expect(int8.bytes).toBeLessThan(0.3 * float32.bytes)
  expect(
    readFileSync('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm').equals(await fetched(runtime.url)),
  ).toBe(true)
})

test('the vocabulary is that of the scores', async () => {
  const vocabulary = JSON.parse(
    new TextDecoder().decode(await fetched(description.files.vocabulary.url)),
  ) as BrowserVocabulary
  const { train, items } = await loadArtefact(directory)
  expect(vocabulary.ids).toEqual(train.items.ids())
  expect(vocabulary.titles).toEqual(items.titles)
  expect(vocabulary.years).toEqual([...items.years])
  expect(vocabulary.genres.map((own) => own.map((place) => vocabulary.genreNames[place]))).toEqual(items.genres)
  expect(vocabulary.counts.reduce((a, b) => a + b)).toBe(train.count)
  expect(vocabulary.imdb).toEqual(items.imdb)
  expect(vocabulary.tmdb).toEqual(items.tmdb)
  expect(vocabulary.sums.reduce((a, b) => a + b)).toBe(train.rating.reduce((a, b) => a + b))
  expect(vocabulary.squares.reduce((a, b) => a + b)).toBe(train.rating.reduce((a, b) => a + b * b, 0))
  // embedding-dot names movies of 40 ratings and more as neighbours.
  expect(vocabulary.neighbours).toBe(vocabulary.counts.map((count) => (count >= 40 ? '1' : '0')).join(''))
  expect(vocabulary.users).toBe(610)
})

test('the map is a file like the others, another one once it is drawn with care, and may be missing', async () => {
  const { model: _, titles, ratings, ...columns } = sketch
  const read = async ({ url }: { url: string }) => JSON.parse(new TextDecoder().decode(await fetched(url)))
  expect(await read(description.files.map!)).toEqual(columns)
  const files = async () => (await send(server.url, '/v1/browser-model')).json.files
  expect((await files()).map).toEqual(description.files.map)
  map = { ...sketch, method: 'tsne', ready: true, x: [3, 4] }
  expect(await read((await files()).map)).toEqual({ ...columns, method: 'tsne', ready: true, x: [3, 4] })
  map = () => {
    throw new MarqueeError('not-able', 'no vectors')
  }
  expect(await files()).toEqual({ ...description.files, map: null })
  map = sketch
  expect((await files()).map).toEqual(description.files.map)
})

test('the loss is what the downloaded files lose on ratings never trained on', async () => {
  const { loss, files } = description
  expect(loss).toMatchObject({ of: 'held-out', users: 500 })
  const { cases } = await heldOutOf(await loadArtefact(directory), 500)
  const errors: Record<string, number> = {}
  let largest = 0
  const all: Record<string, Float32Array[]> = {}
  for (const kind of ['float32', 'int8'] as const) {
    const session = await Session.create(await fetched(files[kind].url), { provider: 'wasm' })
    let [squares, count] = [0, 0]
    all[kind] = []
    for (const { profile, heldOut } of cases) {
      const scores = new Float32Array(9724)
      const item = Int32Array.from(profile, (entry) => entry.item)
      const rating = Float32Array.from(profile, (entry) => entry.rating)
      await session.bind({ item, rating, candidate: new Int32Array() }, { scores }, { N: item.length, M: 0 }).run()
      all[kind].push(scores)
      for (const { item: i, rating: r } of heldOut) {
        squares += (Math.min(5, Math.max(0.5, scores[i]!)) - r) ** 2
        count++
      }
    }
    await session.release()
    errors[kind] = Math.sqrt(squares / count)
    expect(loss!.ratings).toBe(count)
  }
  for (const [n, scores] of all.float32!.entries()) {
    for (let i = 0; i < scores.length; i++) largest = Math.max(largest, Math.abs(scores[i]! - all.int8![n]![i]!))
  }
  // The server measured on another provider of ONNX Runtime.
  expect(errors.float32).toBeCloseTo(loss!.float32!.rmse, 5)
  expect(errors.int8).toBeCloseTo(loss!.int8!.rmse, 5)
  expect(largest).toBeCloseTo(loss!.largestScoreDifference, 3)
  // Worse than the mean rating would be 1.04, and 8 bits must cost something, but little.
  expect(loss!.float32!.rmse).toBeLessThan(0.87)
  expect(loss!.int8!.rmse).not.toBe(loss!.float32!.rmse)
  expect(Math.abs(loss!.int8!.rmse - loss!.float32!.rmse)).toBeLessThan(0.002)
  expect(loss!.overlapAt10).toBeGreaterThan(0.95)
  expect(loss!.overlapAt10).toBeLessThanOrEqual(1)
  expect(loss!.meanScoreDifference).toBeGreaterThan(0)
  expect(loss!.meanScoreDifference).toBeLessThan(0.01)
  expect(loss!.largestScoreDifference).toBeLessThan(0.1)
})

describe('files', () => {
  test('may be kept for ever and travel compressed', async () => {
    const { url, bytes, compressedBytes } = description.files.int8
    const plain = await send(server.url, url)
    expect(plain.status).toBe(200)
    expect(plain.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': String(bytes),
      vary: 'accept-encoding',
    })
    expect(plain.headers['content-encoding']).toBeUndefined()
    const brotli = await send(server.url, url, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', 'content-length': String(compressedBytes) })
    const gzip = await send(server.url, url, { headers: { 'accept-encoding': 'gzip' } })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    const again = await send(server.url, url, { headers: { 'if-none-match': String(plain.headers.etag) } })
    expect([again.status, again.text]).toEqual([304, ''])
    const head = await send(server.url, url, { method: 'HEAD' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(bytes)])
    const types = [description.files.runtime, description.files.vocabulary].map((file) =>
      send(server.url, file.url, { method: 'HEAD' }),
    )
    const got = (await Promise.all(types)).map(({ headers }) => headers['content-type'])
    expect(got).toEqual(['application/wasm', 'application/json'])
  })

  test.each([
    '/v1/browser-model/files/fold-in.0123456789abcdef.onnx',
    '/v1/browser-model/files/..%2F..%2Fetc%2Fpasswd',
    '/v1/browser-model/files/../../../etc/passwd',
    '/v1/browser-model/files/embedding-dot-test.description',
    '/v1/browser-model/files/',
    '/v1/browser-model/files/%00',
  ])('there is nothing at %s', async (target) => {
    const { status, json } = await send(server.url, target)
    expect(status).toBe(404)
    expect(json.status).toBe(404)
  })
})

test('a later server takes what is there, and makes it again where a file is gone', async () => {
  const later = new BrowserModels(folder)
  // No artefact is read: this folder has none.
  expect(await later.describe(version, '/nowhere')).toEqual(withoutMap(description))
  await expect(later.describe('another', '/nowhere')).rejects.toMatchObject({ code: 'no-artefact' })
  rmSync(join(folder, nameOf(description.files.int8.url)))
  const again = new BrowserModels(folder)
  const made = await again.describe(version, directory)
  expect(made).toEqual({ ...withoutMap(description), loss: null })
  expect((await fetched(made.files.int8.url)).length).toBe(description.files.int8.bytes)
})

test('what an earlier version of Marquee made is made again', async () => {
  const old = temporaryFolder()
  const models = new BrowserModels(old)
  await models.describe(version, directory)
  await models.measured(version)
  const made = await models.describe(version, directory)
  const path = join(old, `${version}.description`)
  writeFileSync(path, JSON.stringify(made))
  await expect(new BrowserModels(old).describe(version, '/nowhere')).rejects.toMatchObject({ code: 'no-artefact' })
  writeFileSync(path, JSON.stringify({ format: filesFormat, ...made }))
  expect(await new BrowserModels(old).describe(version, '/nowhere')).toEqual(made)
})

test('a model without a fold-in graph is refused in words', async () => {
  const popular = await artefactOf('popularity')
  const other = await run(fakeService({ artefactOf: () => ({ version: 'popularity-1', directory: popular }) }), {
    browserFolder: folder,
  })
  const { status, json } = await send(other.url, '/v1/browser-model')
  expect({ status, code: json.code }).toEqual({ status: 409, code: 'not-able' })
  expect(json.detail).toContain('popularity has no graph that takes a profile')
})

test('query parameters are checked', async () => {
  expect((await send(server.url, '/v1/browser-model?precision=4')).status).toBe(400)
  expect((await send(server.url, `/v1/browser-model?model=${'x'.repeat(300)}`)).status).toBe(400)
})

test('a description that cannot be kept is told, and stops nothing: it is known while the process lives', async () => {
  const full = temporaryFolder()
  // In its way.
  mkdirSync(join(full, 'unkept.description'))
  const told: Error[] = []
  const models = new BrowserModels(full, (error) => told.push(error))
  expect((await models.describe('unkept', directory)).loss).toBeNull()
  await models.measured('unkept')
  expect(told.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(['EISDIR'])
  expect((await models.describe('unkept', directory)).loss).toMatchObject({ users: 500 })
})
