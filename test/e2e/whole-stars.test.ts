import { rmSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { acknowledged, cards, settled, starsOf, visitor } from './discover-page.ts'
import { rescaled } from './rescaled.ts'
import { startServer, type TestServer } from './server.ts'

/** The shipped ratings rounded up to whole stars: a scale from 1 to 5, as MovieLens had it until 2003. */
let data: string
let server: TestServer
let browser: Browser
beforeAll(async () => {
  data = rescaled(Math.ceil)
  ;[server, browser] = await Promise.all([startServer({ data }), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  rmSync(data, { recursive: true, force: true })
})

it('offers five whole stars, and what an import brings in halves is rounded, not refused', async () => {
  const { page, context, troubles } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  const stars = starsOf(cards(page).first(), (await cards(page).first().locator('article').getAttribute('aria-label'))!)
  await expect
    .poll(() => stars.getByRole('radio').evaluateAll((all) => all.map((one) => one.getAttribute('value'))))
    .toEqual(['1', '2', '3', '4', '5'])
  await page.getByRole('combobox').fill('toy story')
  await page.getByRole('option').first().click()
  await starsOf(page.locator('.finder-chosen'), 'Toy Story (1995)').locator('label').nth(3).click()
  await acknowledged(page)
  const user = await visitor(page)
  await page.goto(`${server.url}/settings`)
  const csv =
    'Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,The Matrix,1999,https://boxd.it/a,0.5\n2024-01-02,Alien,1979,https://boxd.it/b,3.5\n'
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'ratings.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await page.getByRole('button', { name: 'Import 2 entries' }).click()
  await acknowledged(page)
  const { feedback } = await server.api<{ feedback: { item: string; kind: string; value: number }[] }>(
    'GET',
    `/v1/feedback?user=${user}&limit=100`,
  )
  const values = feedback.filter(({ kind }) => kind === 'rating').map(({ item, value }) => [item, value])
  expect(Object.fromEntries(values)).toEqual({ 1: 4, 2571: 1, 1214: 4 })
  // The half star too is taken: the list comes.
  await page.goto(`${server.url}/discover`)
  await settled(page)
  await page.getByText('because you gave', { exact: false }).first().waitFor()
  expect(troubles).toEqual([])
  await context.close()
})
