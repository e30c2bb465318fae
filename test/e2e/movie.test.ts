import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { findAndRate, rate, starsOf } from './discover-page.ts'
import { startServer, type TestServer, trainArtefact } from './server.ts'

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

it('asks for ratings first, then predicts, says why, and follows each rating', async () => {
  const { page, context, troubles } = await openPage(browser, `${server.url}/movie/318`)
  await page.getByRole('heading', { level: 1, name: 'The Shawshank Redemption' }).waitFor()
  await expect.poll(() => page.title()).toBe('The Shawshank Redemption (1994) · Marquee')
  await page.getByText('Rate a few other movies').waitFor()
  await page.getByRole('link', { name: 'Good first picks' }).click()
  await findAndRate(page, 'toy story 1995', 'Toy Story (1995)', 4.5)
  await findAndRate(page, 'titanic 1997', 'Titanic (1997)', 2)
  await page.goBack()
  await page.locator('.prediction strong').waitFor()
  const profile = [
    { item: '1721', rating: 2 },
    { item: '1', rating: 4.5 },
  ]
  const told = await server.api<{ rating: number; ratings: { item: string; difference: number }[] }>(
    'POST',
    '/v1/explanations',
    { profile, item: '318', k: 8 },
  )
  await expect.poll(() => page.locator('.prediction strong').textContent()).toBe(told.rating.toFixed(1))
  const expected = told.ratings.map(({ difference }) => difference.toFixed(2).replace('-', '−').replace(/^(\d)/, '+$1'))
  await expect.poll(() => page.locator('.moved-figure').allTextContents()).toEqual(expected)
  await page.getByText(/^Your 4\.5 stars for Toy Story|^Your 2 stars for Titanic/).waitFor()
  // A rating of the movie itself does not go into its own prediction.
  await rate(page.locator('.movie-head'), 'The Shawshank Redemption (1994)', 3)
  await page.getByText('you gave it 3 stars').waitFor()
  await expect.poll(() => page.locator('.prediction strong').textContent()).toBe(told.rating.toFixed(1))
  expect(troubles).toEqual([])
  await context.close()
})

it('shows similar movies to go on to, and links out that tell nothing', async () => {
  const { page, context, troubles } = await openPage(browser, `${server.url}/movie/1`)
  const similar = page.locator('.similar > li')
  await similar.first().waitFor()
  const { items } = await server.api<{ items: { title: string }[] }>('GET', '/v1/similar?items=1&k=8')
  await expect.poll(() => similar.count()).toBe(items.length)
  const links = page.locator('.movie-links a')
  await expect
    .poll(() => links.evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.getAttribute('rel')])))
    .toEqual([
      ['https://www.imdb.com/title/tt0114709/', 'noopener noreferrer'],
      ['https://www.themoviedb.org/movie/862', 'noopener noreferrer'],
    ])
  const name = await similar.first().getByRole('link').textContent()
  await similar.first().getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: name! }).waitFor()
  // The focus goes to the start of the new page, and the way back leads to where it was.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Toy Story' }).waitFor()
  expect(troubles).toEqual([])
  await context.close()
})

it('marks the movie on the map and names what lies near', async () => {
  const { page, context, troubles } = await openPage(browser, `${server.url}/movie/1`)
  const map = page.getByRole('img', { name: /^Map of all movies with Toy Story marked/ })
  await map.waitFor({ timeout: 240_000 })
  // It is drawn after it is put there.
  const painted = () =>
    map.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let n = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) n += 1
      return n
    })
  await expect.poll(painted).toBeGreaterThan(5_000)
  await expect.poll(() => page.getByRole('link', { name: 'Open the map' }).getAttribute('href')).toBe('/map?movie=1')
  expect(troubles).toEqual([])
  await context.close()
})

it('says so where there is no such movie', async () => {
  const { page, context } = await openPage(browser, `${server.url}/movie/no-such`)
  await page.getByRole('heading', { name: 'There is no such movie' }).waitFor()
  await page.getByText('“no-such”').waitFor()
  await page.goto(`${server.url}/nowhere`)
  await page.getByRole('heading', { name: 'No such page' }).waitFor()
  await context.close()
})

it('rates, keeps on the watchlist, and sets aside from here', async () => {
  const { page, context, troubles } = await openPage(browser, `${server.url}/movie/2571`)
  await page.getByRole('button', { name: 'Watchlist' }).click()
  await page.getByRole('button', { name: 'On your watchlist' }).waitFor()
  await page.getByRole('button', { name: 'Not interested' }).click()
  await page.getByRole('button', { name: 'Let it back in' }).waitFor()
  await page.locator('.movie-head').getByRole('button', { name: 'Watchlist' }).waitFor()
  await rate(page.locator('.movie-head'), 'The Matrix (1999)', 5)
  await page.locator('.movie-head').getByRole('button', { name: 'Not interested' }).waitFor()
  const chosen = starsOf(page.locator('.movie-head'), 'The Matrix (1999)').getByRole('radio', { checked: true })
  await expect.poll(() => chosen.getAttribute('value')).toBe('5')
  await page.getByRole('button', { name: 'Take back your rating of The Matrix (1999)' }).click()
  await expect.poll(() => chosen.count()).toBe(0)
  expect(troubles).toEqual([])
  await context.close()
})

it('opened before any list, is explained by the version that answers this visitor', async () => {
  const { models } = await server.api<{ models: { version: string }[] }>('GET', '/v1/models')
  const main = models[0]!.version
  const artefact = await trainArtefact(join(server.folder, 'other'), 'bias')
  const { version: other } = await server.api<{ version: string }>('POST', '/v1/models', { artefact })
  const share = (version: string, part: number) => ({ version, share: part })
  await server.api('PUT', '/v1/traffic', { variants: [share(main, 0.6), share(other, 0.4)] })
  try {
    const served = new Map<string, string>()
    for (let n = 0; n < 50; n++) {
      const list = await server.api<{ model: string }>('POST', '/v1/session/recommendations', {
        user: `web-${n}`,
        k: 1,
      })
      served.set(list.model, `web-${n}`)
    }
    for (const version of [main, other]) {
      const { page, context } = await openPage(browser, `${server.url}/discover`)
      await findAndRate(page, 'toy story 1995', 'Toy Story (1995)', 4.5)
      await page.waitForFunction(() => localStorage.getItem('marquee.visitor.v1') !== null)
      await page.evaluate((id) => localStorage.setItem('marquee.visitor.v1', id), served.get(version)!)
      const explained = page.waitForResponse((response) => response.url().endsWith('/v1/explanations'))
      // Opened anew: the page knows of no list.
      await page.goto(`${server.url}/movie/318`)
      expect((await (await explained).json()).model).toBe(version)
      await context.close()
    }
  } finally {
    await server.api('POST', `/v1/models/${main}/activate`)
  }
})
