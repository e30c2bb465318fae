import { rmSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage, screenshot, startBrowser } from './browser.ts'
import { acknowledged, cards, findAndRate, settled, starsOf, visitor } from './discover-page.ts'
import { rescaled } from './rescaled.ts'
import { startServer, type TestServer } from './server.ts'

/** The shipped ratings doubled: a scale from 1 to 10, as IMDb has it. */
let data: string
let server: TestServer
let browser: Browser
beforeAll(async () => {
  data = rescaled((stars) => 2 * stars)
  ;[server, browser] = await Promise.all([startServer({ data }), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  rmSync(data, { recursive: true, force: true })
})

it('says ratings on the scale of the data, five stars standing for all of it', async () => {
  const { models } = await server.api<{ models: { scale: object }[] }>('GET', '/v1/models')
  expect(models[0]!.scale).toEqual({ min: 1, max: 10, step: 1 })
  const { page, context, troubles } = await openPage(browser, `${server.url}/discover`)
  await settled(page)
  const stars = starsOf(cards(page).first(), (await cards(page).first().locator('article').getAttribute('aria-label'))!)
  await expect
    .poll(() => stars.getByRole('radio').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))))
    .toEqual(Array.from({ length: 10 }, (_, n) => `${n + 1} of 10`))
  await findAndRate(page, 'toy story 1995', 'Toy Story (1995)', 4.5)
  await findAndRate(page, 'matrix 1999', 'The Matrix (1999)', 5)
  await findAndRate(page, 'titanic 1997', 'Titanic (1997)', 1)
  await acknowledged(page)
  const user = await visitor(page)
  const { feedback } = await server.api<{ feedback: { item: string; kind: string; value: number }[] }>(
    'GET',
    `/v1/feedback?user=${user}&limit=100`,
  )
  const values = feedback.filter(({ kind }) => kind === 'rating').map(({ item, value }) => [item, value])
  expect(Object.fromEntries(values)).toEqual({ 1: 9, 2571: 10, 1721: 2 })

  await settled(page)
  await page
    .getByText(/because you rated .* (9|10) of 10/)
    .first()
    .waitFor()
  await expect
    .poll(() => page.locator('.rec-predicted').first().textContent())
    .toMatch(/^(\d|10)\.\d of 10 predicted for you$/)
  await page.getByRole('button', { name: /^Why / }).first().click()
  await page
    .getByText(/you: (9|10) of 10/)
    .first()
    .waitFor()
  await screenshot(page, 'ten-points-discover')

  await page.goto(`${server.url}/movie/318`)
  await expect
    .poll(() => page.locator('.prediction').textContent())
    .toMatch(/(\d|10)\.\d\s*of 10 predicted from your other ratings/)
  await page.getByText(/\d\.\d\d of 10 on average/).waitFor()
  await starsOf(page.locator('.movie-head'), 'The Shawshank Redemption (1994)').locator('label').nth(7).click()
  await page.getByText('you gave it 8 of 10').waitFor()
  await screenshot(page, 'ten-points-movie')

  await page.goto(`${server.url}/settings`)
  await page.getByText('rated The Shawshank Redemption (1994) 8 of 10').first().waitFor()
  expect(troubles).toEqual([])
  await context.close()
})
