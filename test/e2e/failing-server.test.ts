import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { acknowledged, findAndRate, kept, recommended, settled, tab, visitor } from './discover-page.ts'
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

const problem = {
  ...{ type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'no-model' },
  ...{ detail: 'no model is live yet', remedy: 'Wait for the training to end.', requestId: 'req-503' },
}
const failing = (page: Page, pattern: string) =>
  page.route(pattern, (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )

it('a refused list is told with its remedy; the list before and the rating stay', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`)
  const before = await recommended(page)
  await failing(page, '**/v1/session/recommendations')
  await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
  const alert = page.locator('.for-you').getByRole('alert')
  await alert.waitFor()
  await expect
    .poll(() => alert.textContent())
    .toMatch(/no model is live yet.*Wait for the training to end\..*req-503.*no-model/)
  expect(await recommended(page)).toEqual(before)
  await page.unroute('**/v1/session/recommendations')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await alert.waitFor({ state: 'detached' })
  await page.locator('.rec-reason', { hasText: 'The Matrix' }).first().waitFor()
  await context.close()
})

it('a server that is gone loses nothing: what was said waits and is sent when it is back', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  await findAndRate(page, 'fargo', 'Fargo (1996)', 4)
  await acknowledged(page)
  const id = await visitor(page)
  await page.getByRole('combobox').fill('alien 1979')
  await page
    .getByRole('option', { name: /^Alien/ })
    .first()
    .click()
  let refused = 0
  await page.route('**/v1/**', async (route) => {
    await route.abort()
    if (route.request().method() === 'POST' && route.request().url().endsWith('/v1/feedback')) refused += 1
  })
  await page.locator('.finder-chosen label.half').nth(8).click()
  await page.locator('.for-you').getByRole('alert').waitFor()
  await expect
    .poll(() => page.locator('.for-you').getByRole('alert').textContent())
    .toContain('The server does not answer.')
  // It was tried, and waits after that.
  await expect.poll(() => refused).toBeGreaterThan(0)
  // Movies come into view when they do; that they were shown may wait beside the rating.
  const waiting = JSON.parse((await kept(page, 'marquee.outbox.v1'))!) as { kind: string; value: number | null }[]
  const shown = ({ kind }: { kind: string }) => kind === 'impression'
  expect(waiting.filter((one) => !shown(one)).map(({ kind, value }) => [kind, value])).toEqual([['rating', 4.5]])
  await page.unroute('**/v1/**')
  await page.reload()
  await acknowledged(page)
  const { feedback } = await server.api<{ feedback: { value: number }[] }>('GET', `/v1/feedback?user=${id}`)
  expect(feedback.map(({ value }) => value).sort()).toEqual([4, 4.5])
  await tab(page, /^Your ratings\s*2$/).waitFor()
  await context.close()
})

it('search, picks and the movie page tell what failed and try again', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  await failing(page, '**/v1/movies?**')
  await page.getByRole('combobox').fill('heat')
  const alert = page.locator('.finder').getByRole('alert')
  await alert.waitFor()
  await page.unroute('**/v1/movies?**')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('combobox').focus()
  await page.getByRole('option', { name: /^Heat/ }).first().waitFor()
  await failing(page, '**/v1/movies/first-picks**')
  await failing(page, '**/v1/similar**')
  await page.goto(`${server.url}/movie/6`)
  await page.locator('.movie-similar').getByRole('alert').waitFor()
  await page.getByRole('heading', { level: 1, name: 'Heat' }).waitFor()
  await page.getByRole('link', { name: 'Discover' }).first().click()
  await page.locator('.picks-fold').getByRole('alert').waitFor()
  await page.unroute('**/v1/movies/first-picks**')
  await page.locator('.picks-fold').getByRole('button', { name: 'Try again' }).click()
  await page.locator('.picks > li').first().waitFor()
  await context.close()
})

it('a full storage is told, and what was said stays in the page', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('no room', 'QuotaExceededError')
    }
  })
  await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
  await page
    .getByText(/^This browser could not save it \(QuotaExceededError\)/)
    .first()
    .waitFor()
  await tab(page, /^Your ratings\s*1$/).waitFor()
  await context.close()
})
