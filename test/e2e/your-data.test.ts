import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { acknowledged, findAndRate, kept, settled, tab, visitor } from './discover-page.ts'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let browser: Browser
const samples = join(import.meta.dirname, '../web/samples')

beforeAll(async () => {
  server = await startServer()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const visit = async () => await openPage(browser, `${server.url}/settings`)
const choose = (page: Page, ...names: string[]) =>
  page.getByLabel(/^CSV exports of Letterboxd/).setInputFiles(names.map((name) => join(samples, name)))

/** Figures and unmatched titles of the plan that is shown. */
async function planned(page: Page) {
  const plan = page.getByTestId('import-plan')
  await plan.waitFor()
  const figures = await plan
    .locator('.import-figures > div')
    .evaluateAll((all) =>
      Object.fromEntries(
        all.map((div) => [div.querySelector('dt')!.textContent, Number(div.querySelector('dd')!.textContent)]),
      ),
    )
  const unmatched = await plan.locator('tbody tr td:first-child').allTextContents()
  return { figures, unmatched }
}
const apply = (page: Page) =>
  page
    .getByTestId('import-plan')
    .getByRole('button', { name: /^Import / })
    .click()

interface Kept {
  ratings: Record<string, { rating: number; time: string }>
  watchlist: Record<string, unknown>
  watched: Record<string, unknown>
}
const profileOf = async (page: Page): Promise<Kept> =>
  JSON.parse((await kept(page, 'marquee.profile.v1')) ?? 'null') as Kept
const starsKept = ({ ratings }: Kept) => Object.fromEntries(Object.entries(ratings).map(([id, e]) => [id, e.rating]))

describe('importing', () => {
  it('all of Letterboxd at once: the diary’s newest rating counts, the unmatched are listed', async () => {
    const { page, context, troubles } = await visit()
    const files = ['ratings', 'watched', 'watchlist', 'diary', 'reviews'].map((name) => `letterboxd-${name}.csv`)
    await choose(page, ...files)
    const { figures, unmatched } = await planned(page)
    // Spirited Away and The Godfather are both rated and watched; Alien is watched and twice in the diary.
    expect(figures).toEqual({ ratings: 9, watchlist: 1, 'seen, not rated': 1, 'nothing new': 4, 'not matched': 3 })
    expect(unmatched).toEqual(['Portrait of a Lady on Fire', 'Aftersun', 'Past Lives'])
    expect(await profileOf(page)).toBeNull()
    await apply(page)
    await page.getByText('Imported 9 ratings from Letterboxd').first().waitFor()
    const profile = await profileOf(page)
    expect(starsKept(profile)).toEqual({
      ...{ '5618': 5, '858': 4.5, '1201': 4, '4973': 4.5, '3996': 3.5, '47': 3 },
      ...{ '1214': 4.5, '608': 4.5, '6': 4 },
    })
    expect(profile.ratings['1214']!.time).toBe('2023-12-26T00:00:00.000Z')
    expect(Object.keys(profile.watchlist)).toEqual(['2019'])
    expect(Object.keys(profile.watched)).toEqual(['1387'])
    // The same again says nothing new; one step takes it all back.
    await choose(page, ...files)
    expect((await planned(page)).figures).toMatchObject({ ratings: 0, watchlist: 0, 'seen, not rated': 0 })
    await expect
      .poll(() =>
        page
          .getByTestId('import-plan')
          .getByRole('button', { name: /^Import / })
          .isDisabled(),
      )
      .toBe(true)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('region', { name: 'History' }).getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await profileOf(page)).ratings).toEqual({})
    expect(troubles).toEqual([])
    await context.close()
  })

  it('IMDb by its ids, points halved, series left out', async () => {
    const { page, context, troubles } = await visit()
    await choose(page, 'imdb-ratings.csv', 'imdb-watchlist.csv')
    const { figures, unmatched } = await planned(page)
    expect(figures).toEqual({ ratings: 5, watchlist: 1, 'seen, not rated': 0, 'nothing new': 0, 'not matched': 1 })
    expect(unmatched).toEqual(['Oppenheimer'])
    await page.getByText('Left out: 1 (a series or an episode, not a movie).').waitFor()
    await apply(page)
    await page.getByText('Imported 5 ratings from IMDb').first().waitFor()
    const profile = await profileOf(page)
    expect(starsKept(profile)).toEqual({ '2571': 4.5, '318': 5, '1201': 3.5, '1721': 0.5, '47': 4 })
    expect(Object.keys(profile.watchlist)).toEqual(['541'])
    expect(troubles).toEqual([])
    await context.close()
  })

  it('Trakt as CSV and JSON', async () => {
    const { page, context, troubles } = await visit()
    await choose(page, 'trakt-ratings.csv', 'trakt-history.json', 'trakt-watchlist.json')
    const { figures, unmatched } = await planned(page)
    expect(figures).toEqual({ ratings: 2, watchlist: 1, 'seen, not rated': 1, 'nothing new': 0, 'not matched': 2 })
    expect(unmatched).toEqual(['Everything Everywhere All at Once', 'Minari'])
    await apply(page)
    await page.getByText('Imported 2 ratings from Trakt').first().waitFor()
    expect(starsKept(await profileOf(page))).toEqual({ '296': 4.5, '1': 4 })
    expect(troubles).toEqual([])
    await context.close()
  })

  it('says which file is none, reads the others, and a server that fails changes nothing', async () => {
    const { page, context } = await visit()
    const wrong = { name: 'shopping.csv', mimeType: 'text/csv', buffer: Buffer.from('item,price\nmilk,2\n') }
    const good = {
      name: 'imdb-ratings.csv',
      mimeType: 'text/csv',
      buffer: readFileSync(join(samples, 'imdb-ratings.csv')),
    }
    await page.route('**/v1/movies/match', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          ...{ type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'store-busy' },
          ...{ detail: 'the store is busy', remedy: 'Try again in a second.', requestId: 'req-7' },
        }),
      }),
    )
    await page.getByLabel(/^CSV exports of Letterboxd/).setInputFiles([wrong, good])
    const alert = page.getByRole('alert')
    await alert.waitFor()
    await expect
      .poll(() => alert.textContent())
      .toMatch(/the store is busy.*Try again in a second\..*req-7.*store-busy/)
    expect(await profileOf(page)).toBeNull()
    await page.unroute('**/v1/movies/match')
    await alert.getByRole('button', { name: 'Try again' }).click()
    expect((await planned(page)).figures).toMatchObject({ ratings: 4 })
    await page.getByText(/^shopping\.csv has the columns item, price, which no known export has/).waitFor()
    await context.close()
  })
})

it('exports JSON that comes back the same, and CSV', async () => {
  const { page, context, troubles } = await visit()
  await choose(page, 'imdb-ratings.csv', 'imdb-watchlist.csv')
  await planned(page)
  await apply(page)
  await page.getByText('Imported 5 ratings from IMDb').first().waitFor()
  const before = await profileOf(page)
  const save = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).click(),
    ])
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
  }
  const json = await save('Export JSON')
  const csv = await save('Export CSV')
  expect(json.name).toMatch(/^marquee-\d{4}-\d\d-\d\d\.json$/)
  expect(csv.text.split('\r\n')[0]).toBe('\ufefflist,movieId,title,year,genres,rating,time')
  expect(csv.text).toContain('"Matrix, The (1999)",1999,Action|Sci-Fi|Thriller,4.5,2024-01-14T00:00:00.000Z')
  await page.evaluate(() => localStorage.removeItem('marquee.profile.v1'))
  await page.reload()
  await page
    .getByLabel(/^CSV exports of Letterboxd/)
    .setInputFiles({ name: json.name, mimeType: 'application/json', buffer: Buffer.from(json.text) })
  await planned(page)
  await apply(page)
  await page.getByText('Imported 5 ratings from Marquee').first().waitFor()
  const after = await profileOf(page)
  expect(after.ratings).toEqual(before.ratings)
  expect(after.watchlist).toEqual(before.watchlist)
  expect(troubles).toEqual([])
  await context.close()
})

it('erases everything here and on the server, and says when the server could not', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
  await acknowledged(page)
  const id = await visitor(page)
  // Impressions of the lists in view come beside the rating.
  const events = async () =>
    (await server.api<{ feedback: { kind: string }[] }>('GET', `/v1/feedback?user=${id}&view=events`)).feedback
  const ratings = async () => (await events()).filter(({ kind }) => kind === 'rating').length
  expect(await ratings()).toBe(1)
  await page.getByRole('link', { name: 'Your data' }).click()
  const erase = async () => {
    await page.getByRole('button', { name: 'Erase everything' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Erase', exact: true }).click()
  }
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect((await profileOf(page)).ratings['2571']!.rating).toBe(5)
  await page.route('**/v1/users/**', (route) => route.abort())
  await erase()
  await page.getByText('It is erased in this browser, but the server did not erase its part:').waitFor()
  expect(await kept(page, 'marquee.profile.v1')).toBeNull()
  expect(await ratings()).toBe(1)
  // The id is kept until the server has forgotten it: without it nothing could be erased there.
  expect(await kept(page, 'marquee.visitor.v1')).toBe(id)
  await page.unroute('**/v1/users/**')
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Everything is erased, here and on the server').first().waitFor()
  expect(await events()).toEqual([])
  expect(await kept(page, 'marquee.visitor.v1')).toBeNull()
  await page.goto(`${server.url}/discover`)
  await tab(page, /^Your ratings$/).waitFor()
  await context.close()
})

it('begins to share with all there is, and ends it', async () => {
  const { page, context, troubles } = await visit()
  const share = page.getByRole('checkbox', { name: /^Send my ratings/ })
  await share.uncheck()
  await choose(page, 'imdb-ratings.csv')
  await planned(page)
  await apply(page)
  await page.getByTestId('import-plan').waitFor({ state: 'detached' })
  expect(await kept(page, 'marquee.outbox.v1')).toBeNull()
  await share.check()
  await acknowledged(page)
  const id = await visitor(page)
  const { feedback } = await server.api<{ feedback: { value: number }[] }>('GET', `/v1/feedback?user=${id}`)
  expect(feedback.map(({ value }) => value).sort()).toEqual([0.5, 3.5, 4.5, 5])
  expect(troubles).toEqual([])
  await context.close()
})
