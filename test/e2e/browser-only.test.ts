import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, type OpenPage, openPage, quiet, screenshot, startBrowser, themes, widths } from './browser.ts'
import { cards, findAndRate, kept, recommended, settled } from './discover-page.ts'
import { type Recorder, recorded } from './recorder.ts'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

interface Described {
  files: Record<'float32' | 'int8' | 'vocabulary' | 'map' | 'runtime', { bytes: number; compressedBytes: number }>
  loss: { of: string; ratings: number; float32: { rmse: number }; int8: { rmse: number }; overlapAt10: number } | null
}
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** The settings page with the switch on and a precision chosen, then Discover with the model in it. */
async function enter(precision: RegExp, url = server.url, before: () => void = () => {}): Promise<OpenPage> {
  const open = await openPage(browser, `${url}/settings`)
  const { page } = open
  // The first to ask waits until the files are made.
  await page.getByRole('radio', { name: precision }).check({ timeout: 240_000 })
  await quiet(open.context)
  before()
  await page.getByRole('checkbox', { name: /^Make recommendations, searches and reasons on this machine/ }).check()
  await page.getByRole('link', { name: 'Discover' }).first().click()
  await page.getByText('In this browser only: nothing you rate or search leaves it.').waitFor()
  await page
    .locator('aside[aria-label="In this browser only"] progress')
    .waitFor({ state: 'detached', timeout: 120_000 })
  await settled(page)
  // The other pages' scripts are on their way when the model is ready.
  await quiet(open.context)
  return open
}

/** Three movies found, rated and answered for, with no network at all; the requests that were tried. */
async function rateThree({ page, context }: OpenPage): Promise<string[]> {
  const requests: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  await context.setOffline(true)
  const before = await recommended(page)
  await findAndRate(page, 'toy stary', 'Toy Story (1995)', 5)
  const one = await recommended(page)
  expect(one).not.toEqual(before)
  await findAndRate(page, 'matrix', 'The Matrix (1999)', 4.5)
  await findAndRate(page, 'alien', 'Alien (1979)', 4)
  const three = await recommended(page)
  expect(three).not.toEqual(one)
  expect(three).not.toContain('Toy Story (1995)')
  const reasons = await cards(page).locator('.rec-reason').allTextContents()
  expect(reasons.filter((text) => /because you gave/i.test(text)).length).toBeGreaterThan(5)
  return requests
}

/** What the server would say to these ratings, as titles. */
async function serverTitles(page: Page): Promise<string[]> {
  const { ratings } = JSON.parse((await kept(page, 'marquee.profile.v1'))!) as {
    ratings: Record<string, { rating: number }>
  }
  const profile = Object.entries(ratings).map(([item, { rating }]) => ({ item, rating }))
  expect(profile).toHaveLength(3)
  const { items } = await server.api<{ items: { title: string }[] }>('POST', '/v1/session/recommendations', {
    profile,
    k: 21,
  })
  return items.map(({ title }) => title)
}

/** What may be asked in this mode: the page's own files, its pages by name alone, and the download. */
const harmless = [
  /^\/(discover|movie|map|settings|clusters|lab|study|admin)?$/,
  /^\/(assets\/[\w.-]+|theme\.js|favicon\.svg)$/,
  /^\/v1\/browser-model(\?model=[\w.-]+)?$/,
  /^\/v1\/browser-model\/files\/(fold-in|fold-in-int8|vocabulary|map|onnx-runtime)\.[0-9a-f]{16}\.(onnx|json|wasm)$/,
]
/** Ids and titles of what the visitor of the test does: Inception, Interstellar, Guardians of the Galaxy, and what is imported. */
const secrets =
  /79132|109487|112852|inception|interstellar|guardians|galaxy|godfather|amelie|spirited|0816692|shawshank/i

/** Holds that no request since `from` says anything of the visitor. */
function nothingTold({ requests }: Recorder, from: number): void {
  for (const { method, path, headers, body } of requests.slice(from)) {
    const what = `${method} ${path}`
    expect(method, what).toBe('GET')
    expect(body, what).toBe('')
    expect(
      harmless.some((pattern) => pattern.test(path)),
      what,
    ).toBe(true)
    expect(secrets.test(decodeURIComponent(path)), what).toBe(false)
    // The headers of a browser, and none of ours: no cookie, no key, no address that it came from.
    expect(headers.referer ?? headers.cookie ?? headers['x-api-key'] ?? null, what).toBeNull()
    expect(secrets.test(JSON.stringify(headers)), what).toBe(false)
  }
}

/** "Matrix, The (1999)" as the page says it. */
const spoken = (title: string): string => title.replace(/^(.*), (The|A|An) \((\d{4})\)$/, '$2 $1 ($3)')

describe('in this browser only', () => {
  it('the settings say what is downloaded and what 8 bits cost, as measured', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/settings`)
    const panel = page.getByRole('region', { name: 'Run in this browser only' })
    await panel.getByText(/Measured loss: rmse/).waitFor({ timeout: 240_000 })
    const { files, loss } = await server.api<Described>('GET', '/v1/browser-model')
    const text = (await panel.textContent())!
    for (const precision of ['float32', 'int8'] as const) {
      const all = [files[precision], files.vocabulary, files.map, files.runtime]
      expect(text).toContain(`${megabytes(all.reduce((sum, file) => sum + file.compressedBytes, 0))} to download`)
      expect(text).toContain(megabytes(files[precision].compressedBytes))
    }
    expect(text).toContain(`rmse ${loss!.int8.rmse.toFixed(4)} instead of ${loss!.float32.rmse.toFixed(4)}`)
    expect(text).toContain(`${loss!.ratings.toLocaleString('en')} ${loss!.of} ratings`)
    expect(text).toContain(`${(100 * loss!.overlapAt10).toFixed(1)}% are the same`)
    expect(troubles).toEqual([])
    await context.close()
  })

  it('rating without a network asks nobody, and with full precision gives the server’s list', async () => {
    const open = await enter(/full precision/)
    expect(await rateThree(open)).toEqual([])
    const own = await recommended(open.page)
    const theirs = await serverTitles(open.page)
    expect(own).toHaveLength(21)
    expect(own).toEqual(theirs.map(spoken))
    expect(open.troubles).toEqual([])
    await open.context.close()
  })

  it('with 8-bit weights nearly all of the list is the server’s', async () => {
    const open = await enter(/8-bit weights/)
    expect(await rateThree(open)).toEqual([])
    const theirs = new Set((await serverTitles(open.page)).map(spoken))
    const same = (await recommended(open.page)).filter((name) => theirs.has(name))
    expect(same.length).toBeGreaterThanOrEqual(18)
    expect(open.troubles).toEqual([])
    await open.context.close()
  })

  it('rating, searching, movies, the map and imports ask nobody, a reload only for files, and all answers are the server’s', async () => {
    const recorder = await recorded(server.url)
    let from = 0
    const open = await enter(/full precision/, recorder.url, () => {
      from = recorder.requests.length
    })
    const { page, context, troubles } = open
    const tried: string[] = []
    context.on('request', (request) => tried.push(request.url()))
    // What was asked so far is the page, its parts and the model.
    nothingTold(recorder, from)
    const asked = recorder.requests.length
    await context.setOffline(true)
    tried.length = 0

    await findAndRate(page, 'inceptoin', 'Inception (2010)', 5)
    await findAndRate(page, 'guardians of the galaxy', 'Guardians of the Galaxy (2014)', 2)
    await page.getByText('Tune and filter').click()
    await page.getByRole('button', { name: 'Sci-Fi', exact: true }).click()
    const list = await recommended(page)
    await page.getByRole('button', { name: `Watchlist: ${list[1]}`, exact: true }).click()
    await page.getByRole('button', { name: `Not interested in ${list[2]}`, exact: true }).click()
    await page.getByRole('button', { name: 'Show others' }).click()
    await settled(page)

    // A movie: the prediction and its reasons, the similar ones and its place on the map, all as the server has them.
    await page.getByRole('tab', { name: /^Your ratings/ }).click()
    await page.locator('.kept').getByRole('link', { name: 'Inception' }).click()
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    await expect.poll(() => page.url()).toBe(`${recorder.url}/movie#/79132`)
    const similar = page.locator('.similar > li .line-title')
    await similar.first().waitFor()
    const near = await server.api<{ items: { title: string }[] }>('GET', '/v1/similar?items=79132&k=8')
    const bare = (title: string): string => spoken(title).replace(/ \(\d{4}\)$/, '')
    await expect.poll(() => similar.allTextContents()).toEqual(near.items.map(({ title }) => bare(title)))
    const told = await server.api<{ rating: number; ratings: { difference: number }[] }>('POST', '/v1/explanations', {
      ...{ profile: [{ item: '112852', rating: 2 }], item: '79132', k: 8 },
    })
    await expect.poll(() => page.locator('.prediction strong').textContent()).toBe(told.rating.toFixed(1))
    const figure = told.ratings[0]!.difference.toFixed(2).replace('-', '−').replace(/^(\d)/, '+$1')
    await expect.poll(() => page.locator('.moved-figure').allTextContents()).toEqual([figure])
    await page.getByText(/^\d\.\d\d stars on average, \d+ ratings$/).waitFor()
    await expect
      .poll(() => page.locator('.movie-links a').first().getAttribute('href'))
      .toBe('https://www.imdb.com/title/tt1375666/')
    await page.getByRole('img', { name: /^Map of all movies with Inception marked/ }).waitFor()
    await similar.first().getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: bare(near.items[0]!.title) }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    const links = await page.locator('#root a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    expect(links.filter((href) => href?.includes('movie'))).toSatisfy((all: string[]) =>
      all.every(
        (href) => /^\/(movie#\/|map#\?movie=)\d+$/.test(href) || href.startsWith('https://www.themoviedb.org/'),
      ),
    )

    // The map.
    await page.getByRole('link', { name: 'Open the map' }).click()
    await page.waitForSelector('[data-testid=map][data-camera]')
    await expect.poll(() => page.url()).toBe(`${recorder.url}/map#?movie=79132`)
    const picked = page.getByTestId('picked')
    await picked.getByText('Inception (2010)').waitFor()
    await page.getByRole('combobox').fill('interstelar')
    await page.getByRole('option', { name: /^Interstellar/ }).click()
    await picked.getByText('Interstellar (2014)').waitFor()
    await picked.getByRole('button', { name: 'Add to the selection' }).click()
    await page.getByRole('tab', { name: /^Selection/ }).click()
    const found = page.locator('[data-testid=found][aria-busy=false] > li')
    const ids = () => found.evaluateAll((all) => all.map((li) => (li as HTMLElement).dataset.item))
    await found.first().waitFor()
    const liked = await server.api<{ items: { item: string }[] }>('POST', '/v1/session/recommendations', {
      ...{ profile: [{ item: '109487', rating: 5 }], k: 15, reasons: 0 },
    })
    await expect.poll(ids).toEqual(liked.items.map(({ item }) => item))
    await page.getByRole('button', { name: 'Most similar' }).click()
    const alike = await server.api<{ items: { item: string }[] }>('GET', '/v1/similar?items=109487&k=15')
    await expect.poll(ids).toEqual(alike.items.map(({ item }) => item))

    // An import: one movie by its IMDb id alone, the name and the year being wrong, the others by title.
    await page.getByRole('link', { name: 'Your data' }).click()
    await page.getByLabel(/^CSV exports of Letterboxd/).setInputFiles([
      {
        ...{ name: 'trakt.csv', mimeType: 'text/csv' },
        buffer: Buffer.from(
          'rated_at,type,title,year,trakt_id,imdb_id,tmdb_id,rating\n2024-01-01T00:00:00Z,movie,By another name,1960,1,tt0816692,,9\n',
        ),
      },
      {
        ...{ name: 'ratings.csv', mimeType: 'text/csv' },
        buffer: readFileSync(join(import.meta.dirname, '../web/samples/letterboxd-ratings.csv')),
      },
    ])
    await page.getByTestId('import-plan').waitFor()
    await page.getByRole('button', { name: /^Import \d/ }).click()
    await page.getByTestId('import-plan').waitFor({ state: 'detached' })
    const { ratings } = JSON.parse((await kept(page, 'marquee.profile.v1'))!) as { ratings: Record<string, object> }
    expect(Object.keys(ratings)).toEqual(expect.arrayContaining(['79132', '112852', '109487', '5618', '858']))

    // With no network at all, nothing was even tried.
    expect(tried).toEqual([])
    expect(recorder.requests.length).toBe(asked)
    expect(await page.evaluate(() => localStorage.getItem('marquee.outbox.v1'))).toBeNull()

    // A reload asks for the page, and no more than that it is a movie's.
    await context.setOffline(false)
    await page.getByRole('link', { name: 'Discover' }).first().click()
    await page.getByRole('tab', { name: /^Your ratings/ }).click()
    await page.locator('.kept').getByRole('link', { name: 'Inception' }).click()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    await similar.first().waitFor()
    await page.locator('.prediction strong').waitFor()
    await page.goto(`${recorder.url}/map#?movie=79132`)
    await page.reload()
    await picked.getByText('Inception (2010)').waitFor()
    await quiet(context)
    expect(recorder.requests.length).toBeGreaterThan(asked)
    nothingTold(recorder, from)
    expect(tried.map((url) => new URL(url).origin).filter((origin) => origin !== recorder.url)).toEqual([])

    // The careful map, where only a sketch was there: fetched when the visitor says so.
    const careful = async () => (await server.api<{ ready: boolean }>('GET', '/v1/map')).ready
    await expect.poll(careful, { timeout: 900_000, interval: 1_000 }).toBe(true)
    const fetchIt = page.getByRole('button', { name: 'Fetch the careful map' })
    if (await fetchIt.isVisible()) {
      await fetchIt.click()
      await fetchIt.waitFor({ state: 'detached' })
    }
    await page.getByText(/\(tsne\)/).waitFor()
    nothingTold(recorder, from)
    expect(troubles).toEqual([])
    await context.close()
    await recorder.stop()
  }, 1_800_000)

  it('pages that need the server ask it only after the visitor agreed, and forget that when the mode is left', async () => {
    const recorder = await recorded(server.url)
    let from = 0
    const { page, context, troubles } = await enter(/8-bit weights/, recorder.url, () => {
      from = recorder.requests.length
    })
    for (const name of ['Clusters', 'Study', 'Lab', 'Admin']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
      await page.getByRole('heading', { name: 'This page needs the server' }).waitFor()
      await expect.poll(() => page.title()).toBe(`${name} · Marquee`)
      expect(await axe(page), name).toEqual([])
    }
    await quiet(context)
    nothingTold(recorder, from)
    const before = recorder.requests.length
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Lab' }).click()
    await page.getByRole('button', { name: 'Ask the server' }).click()
    await page.getByRole('tab', { name: 'Models' }).click()
    await expect
      .poll(() => recorder.requests.slice(before).map(({ path }) => path))
      .toEqual(expect.arrayContaining(['/v1/data', '/v1/models']))
    await page.getByRole('link', { name: 'Your data' }).click()
    const mode = page.getByRole('checkbox', { name: /^Make recommendations, searches and reasons on this machine/ })
    await mode.uncheck()
    await mode.check()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Lab' }).click()
    await page.getByRole('heading', { name: 'This page needs the server' }).waitFor()
    expect(troubles).toEqual([])
    await context.close()
    await recorder.stop()
  })

  it('addresses follow the mode: those of before work in it, those of it work after', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/movie/79132`)
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    await page.getByRole('link', { name: 'Your data' }).click()
    const mode = page.getByRole('checkbox', { name: /^Make recommendations, searches and reasons on this machine/ })
    await mode.check()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}/movie#/79132`)
    // The way past the header leaves the address as it is.
    await page.locator('.skip-link').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
    await expect.poll(() => page.url()).toBe(`${server.url}/movie#/79132`)
    await page.goto(`${server.url}/movie/109487`)
    await page.getByRole('heading', { level: 1, name: 'Interstellar' }).waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}/movie#/109487`)
    await page.getByRole('link', { name: 'Your data' }).click()
    await mode.uncheck()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Interstellar' }).waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}/movie/109487`)
    await page.goto(`${server.url}/movie#/79132`)
    await page.getByRole('heading', { level: 1, name: 'Inception' }).waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}/movie/79132`)
    expect(troubles).toEqual([])
    await context.close()
  })

  it('what waited to be sent stays here, and erasing asks the server for one thing, said before', async () => {
    const recorder = await recorded(server.url)
    const { page, context, troubles } = await openPage(browser, `${recorder.url}/discover`)
    await settled(page)
    // Here feedback goes to this machine's own server, which does not answer now.
    await page.route('**/v1/feedback', (route) => route.abort())
    const refused = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/feedback'))
    await findAndRate(page, 'inception', 'Inception (2010)', 5)
    await refused
    await page.getByRole('link', { name: 'Your data' }).click()
    await page.getByRole('checkbox', { name: /^Make recommendations, searches and reasons on this machine/ }).check()
    await page.unroute('**/v1/feedback')
    await page.locator('aside[aria-label="In this browser only"]').waitFor()
    await page.locator('aside[aria-label="In this browser only"] progress').waitFor({ state: 'detached' })
    // The model is here, and after it come the scripts of the other pages.
    await quiet(context)
    const from = recorder.requests.length
    // What else would send it at once.
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await page.waitForTimeout(1_000)
    expect(await kept(page, 'marquee.outbox.v1')).toContain('79132')
    expect(recorder.requests.filter(({ path }) => path.startsWith('/v1/feedback'))).toEqual([])
    nothingTold(recorder, from)
    const visitor = await kept(page, 'marquee.visitor.v1')
    await page.getByRole('button', { name: 'Erase everything' }).click()
    await page.getByText('one request, which holds the id and nothing else').waitFor()
    expect(recorder.requests.length).toBe(from)
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page
      .getByText(/^Everything is erased/)
      .first()
      .waitFor()
    const asked = recorder.requests.slice(from).map(({ method, path, body }) => ({ method, path, body }))
    expect(asked).toEqual([{ method: 'DELETE', path: `/v1/users/${visitor}`, body: '' }])
    expect(await kept(page, 'marquee.visitor.v1')).toBeNull()
    expect(troubles.filter((trouble) => !trouble.includes('net::ERR_FAILED'))).toEqual([])
    await context.close()
    await recorder.stop()
  })

  it('looks right in both themes and widths', async () => {
    for (const theme of themes) {
      for (const width of widths) {
        const where = `${width}-${theme}`
        const { page, context, troubles } = await openPage(browser, `${server.url}/lab`, { width, theme })
        await page.evaluate(() =>
          localStorage.setItem('marquee.settings.v1', JSON.stringify({ browserOnly: true, precision: 'int8' })),
        )
        const check = async (name: string): Promise<void> => {
          expect(await axe(page), `${name} ${where}`).toEqual([])
          const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
          expect(sticksOut, `${name} ${where}`).toBeLessThanOrEqual(0)
          await screenshot(page, `browser-only-${name}-${where}`, { fullPage: name === 'settings' })
        }
        await page.reload()
        await page.getByRole('heading', { name: 'This page needs the server' }).waitFor()
        await check('gate')
        await page.goto(`${server.url}/movie#/79132`)
        await page.locator('.similar > li').first().waitFor()
        await page.getByRole('img', { name: /^Map of all movies/ }).waitFor()
        await check('movie')
        await page.goto(`${server.url}/map`)
        await page.waitForSelector('[data-testid=map][data-camera]')
        await check('map')
        await page.goto(`${server.url}/settings`)
        await page.getByText(/Measured loss: rmse/).waitFor()
        await check('settings')
        await page.goto(`${server.url}/discover`)
        await settled(page)
        await check('discover')
        expect(troubles, where).toEqual([])
        await context.close()
      }
    }
  }, 600_000)
})
