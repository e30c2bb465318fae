import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, type Page, chromium as playwright } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadArtefact } from '../../src/catalogue/artefact-load.ts'
import { MarqueeError } from '../../src/core/errors.ts'
import { personOfSession } from '../../src/server/service/recommend/person.ts'
import { recommendFor } from '../../src/server/service/recommend/recommend.ts'
import { Live } from '../../src/server/service/shelf/live.ts'
import { storedModelOf } from '../../src/server/service/shelf/version.ts'
import type { RecommendationList } from '../../src/server/service/types.ts'
import type * as browserModel from '../../web/src/browser-model/index.ts'
import { artefactOf, temporaryFolder } from '../server/browser/artefact.ts'
import { fakeService, type Running, run } from '../server/http/helpers.ts'

type Options = browserModel.BrowserRecommendOptions
type Profile = browserModel.BrowserProfileEntry[]
/** What the page's script leaves for the test. */
declare const window: {
  browserModel: typeof browserModel
  model: browserModel.BrowserModel
  progress: browserModel.DownloadProgress[]
}

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
const version = 'live-1'
let browser: Browser
let server: Running
let live: Live

beforeAll(async () => {
  const directory = await artefactOf('embedding-dot')
  const artefact = await loadArtefact(directory)
  live = new Live({ ...storedModelOf(directory, artefact.manifest), version }, artefact)
  const web = join(temporaryFolder(), 'web')
  await build({
    configFile: 'web/vite.config.ts',
    root: join(import.meta.dirname, 'browser-model-page'),
    logLevel: 'error',
    build: { outDir: web, emptyOutDir: true },
  })
  const getMap = async () => {
    throw new MarqueeError('not-able', 'this one has no map')
  }
  const service = fakeService({ artefactOf: () => ({ version, directory }), getMap })
  server = await run(service, { browserFolder: temporaryFolder(), web })
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: flags })
})
afterAll(() => browser?.close())

/** The server's list for the same question, by the same model in TypeScript. */
function serverList(profile: Profile, options: Options = {}): Promise<RecommendationList> {
  const { dislikes = [], ...rest } = options
  const standard = {
    k: 10,
    exclude: [],
    genres: [],
    includeSeen: false,
    diversity: 0,
    popularityPenalty: 0,
    reasons: 3,
  }
  return recommendFor(live, personOfSession(live, profile, [...dislikes]), { ...standard, ...(rest as object) }, {
    give: () => 'server',
  } as never)
}

const ids = (list: RecommendationList): string[] => list.items.map(({ item }) => item)

async function opened(
  precision: browserModel.Precision,
): Promise<{ page: Page; context: BrowserContext; info: browserModel.BrowserModelInfo }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text())
  })
  await page.goto(server.url)
  const info = await page.evaluate(async (precision) => {
    const { browserModel } = window
    window.progress = []
    window.model = await browserModel.loadBrowserModel({
      precision,
      onProgress: (p) => window.progress.push(p),
    })
    return window.model.info
  }, precision)
  expect(wrong).toEqual([])
  return { page, context, info }
}

const asked = (page: Page, profile: Profile, options: Options = {}): Promise<RecommendationList> =>
  page.evaluate(([profile, options]) => window.model.recommend(profile, options), [profile, options] as const)

// Toy Story, The Matrix, Titanic, Alien, Spirited Away, Pulp Fiction.
const profile: Profile = [
  { item: '1', rating: 5 },
  { item: '2571', rating: 4.5 },
  { item: '1721', rating: 1.5 },
  { item: '1214', rating: 4 },
  { item: '5618', rating: 5 },
  { item: '296', rating: 3.5 },
]

const questions: [string, Profile, Options][] = [
  ['one rating', profile.slice(0, 1), {}],
  ['six ratings', profile, {}],
  ['filters', profile, { genres: ['Comedy', 'Animation'], yearFrom: 1990, yearTo: 2005, k: 20 }],
  ['exclusions and dislikes', profile, { exclude: ['318', '858'], dislikes: ['50', '1203'] }],
  ['diversity and less of the popular', profile, { diversity: 0.5, popularityPenalty: 0.4, k: 15 }],
  ['nothing rated', [], {}],
  ['a movie the model does not know', [...profile, { item: 'no such movie', rating: 3 }], {}],
  ['filters that leave nothing', profile, { yearFrom: 2200 }],
  ['forty ratings', [], { k: 5 }],
]

describe('with float32 weights', () => {
  let page: Page
  let context: BrowserContext
  let info: browserModel.BrowserModelInfo
  const requests: string[] = []

  beforeAll(async () => {
    const model = await opened('float32')
    page = model.page
    context = model.context
    info = model.info
    context.on('request', (request) => requests.push(request.url()))
    await context.setOffline(true)
  })
  afterAll(() => context.close())

  test('the download is shown in bytes, and comes to what was announced', async () => {
    const { description, bytes, compressedBytes } = info
    const { files } = description
    expect(description).toMatchObject({ model: version, name: 'embedding-dot', items: 9724, ratings: true })
    expect(bytes).toBe(files.float32.bytes + files.vocabulary.bytes + files.runtime.bytes)
    expect(files.map).toBeNull()
    expect(compressedBytes).toBeLessThan(bytes / 2)
    const progress = await page.evaluate(() => window.progress)
    expect(progress.at(-1)).toEqual({ bytes, of: bytes })
    for (const [n, { bytes: now }] of progress.entries()) expect(now).toBeGreaterThan(progress[n - 1]?.bytes ?? 0)
  })

  test("without a network every list is the server's, reasons and all, and nothing is asked of anybody", async () => {
    await expect(page.evaluate(() => fetch('/health/live').then(() => 'reached'))).rejects.toThrow('Failed to fetch')
    // That one was tried, and may be told of late.
    const tried = () => requests.filter((url) => !url.endsWith('/health/live')).length
    const before = tried()
    const forty: Profile = live.train.items
      .ids()
      .slice(100, 140)
      .map((item, n) => ({ item, rating: 1 + (n % 9) / 2 }))
    for (const [name, given, options] of questions) {
      const profile = name === 'forty ratings' ? forty : given
      const own = await asked(page, profile, options)
      const theirs = await serverList(profile, options)
      expect(ids(own), name).toEqual(ids(theirs))
      const { profile: used, unknown, note, model } = theirs
      expect({ used: own.profile, unknown: own.unknown, note: own.note, model: own.model }, name).toEqual({
        used,
        unknown,
        note,
        model,
      })
      expect(own.recommendation).toMatch(/^local-/)
      for (const [n, item] of own.items.entries()) {
        const other = theirs.items[n]!
        expect(item.score, name).toBeCloseTo(other.score, 3)
        expect(item.rating, name).toBeCloseTo(other.rating!, 3)
        const { title, year, genres } = other
        expect({ title: item.title, year: item.year, genres: item.genres, rank: item.rank }).toEqual({
          title,
          year,
          genres,
          rank: n + 1,
        })
        expect(item.reason.kind).toBe(other.reason.kind)
        expect(item.reason.fallback).toEqual(other.reason.fallback)
        // Of long profiles the server, which has a short way, measures more ratings.
        if (name === 'forty ratings') continue
        expect(item.reason.text, name).toBe(other.reason.text)
        expect(item.reason.contributions.map((c) => c.item)).toEqual(other.reason.contributions.map((c) => c.item))
        for (const [c, { difference }] of item.reason.contributions.entries()) {
          expect(difference).toBeCloseTo(other.reason.contributions[c]!.difference, 3)
        }
      }
    }
    const list = await asked(page, profile)
    expect(list.items).toHaveLength(10)
    expect(list.items.some(({ reason }) => reason.text.startsWith('because you gave '))).toBe(true)
    expect(tried()).toBe(before)
  })

  test('a rating changes the list at once, and taking it back gives the list of before', async () => {
    const first = await asked(page, profile)
    const more = await asked(page, [...profile, { item: '2959', rating: 0.5 }, { item: '527', rating: 0.5 }])
    expect(more.items).not.toEqual(first.items)
    expect((await asked(page, profile)).items).toEqual(first.items)
  })

  test('questions asked at once are answered each with its own', async () => {
    const lists = await page.evaluate(
      (profiles) => Promise.all(profiles.map((profile) => window.model.recommend(profile, { reasons: 0 }))),
      [profile.slice(0, 1), profile, []] as Profile[],
    )
    expect(lists.map((list) => list.profile)).toEqual([1, 6, 0])
    expect(ids(lists[1]!)).toEqual(ids(await serverList(profile)))
  })

  test('a rating outside the scale is refused in words, and the model goes on', async () => {
    const refused = await page.evaluate(() =>
      window.model
        .recommend([{ item: '1', rating: 9 }])
        .catch((error) => ({ name: error.name, code: error.code, message: error.message })),
    )
    expect(refused).toMatchObject({ name: 'BrowserModelError', code: 'bad-rating' })
    expect((refused as { message: string }).message).toContain('Ratings go from 0.5 to 5 here.')
    expect((await asked(page, profile)).items).toHaveLength(10)
  })
})

test('with 8-bit weights the download is a third and the lists are nearly the same', async () => {
  const { page, context, info } = await opened('int8')
  const { files } = info.description
  expect(files.int8.bytes).toBeLessThan(files.float32.bytes / 3)
  await context.setOffline(true)
  let same = 0
  for (const [, given, options] of questions.slice(0, 5)) {
    const own = await asked(page, given, options)
    const theirs = await serverList(given, options)
    const known = new Map(theirs.items.map(({ item, score }) => [item, score]))
    for (const { item, score } of own.items) {
      if (!known.has(item)) continue
      same++
      expect(Math.abs(score - known.get(item)!)).toBeLessThan(0.02)
    }
  }
  // 10 + 10 + 20 + 10 + 15 movies.
  expect(same).toBeGreaterThanOrEqual(60)
  await context.close()
})

test('what goes wrong is said, and closing ends it', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(server.url)
  const failure = (): Promise<unknown> =>
    page.evaluate(() =>
      window.browserModel
        .loadBrowserModel({ precision: 'int8' })
        .then((model) => {
          model.close()
          return model.recommend([])
        })
        .catch((error) => error.code),
    )
  await page.route('**/files/fold-in-int8*', (route) => route.fulfill({ body: 'short' }))
  expect(await failure()).toBe('damaged')
  await page.unroute('**/files/fold-in-int8*')
  await page.route('**/files/vocabulary*', async (route) => {
    const response = await route.fetch()
    const body = Buffer.from(await response.body())
    body[100]! ^= 1
    await route.fulfill({ response, body })
  })
  expect(await failure()).toBe('damaged')
  await page.unroute('**/files/vocabulary*')
  await page.route('**/files/onnx-runtime*', (route) => route.abort())
  expect(await failure()).toBe('unreachable')
  await page.unroute('**/files/onnx-runtime*')
  expect(await failure()).toBe('closed')
  await context.close()
})
