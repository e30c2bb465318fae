import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, openPage, screenshot, startBrowser, themes, widths } from './browser.ts'
import { cards, findAndRate, rate, recommended, settled, tab } from './discover-page.ts'
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

/** No serious finding, and nothing that makes the page wider than its window. */
async function accessible(page: Page, state: string): Promise<void> {
  expect({ state, findings: await axe(page) }).toEqual({ state, findings: [] })
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect({ state, wider: Math.max(0, wider) }).toEqual({ state, wider: 0 })
}

for (const theme of themes) {
  for (const width of widths) {
    describe(`${theme}, ${width} wide`, () => {
      const name = (state: string) => `${state}-${width}-${theme}`

      it('Discover in all its states', async () => {
        const { page, context, troubles } = await openPage(browser, `${server.url}/discover`, { width, theme })
        await settled(page)
        await page.locator('.picks > li').first().waitFor()
        await accessible(page, 'first visit')
        await page.getByRole('button', { name: 'Fine' }).click()
        await page.getByRole('combobox').fill('lord of the rings')
        await page.getByRole('option').first().waitFor()
        await accessible(page, 'searching')
        await page.getByRole('option').first().click()
        await accessible(page, 'a movie found')
        await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
        await findAndRate(page, 'spirited away', 'Spirited Away (Sen to Chihiro no kamikakushi) (2001)', 4.5)
        await findAndRate(page, 'titanic 1997', 'Titanic (1997)', 2)
        await page.locator('.rec-reason', { hasText: 'because you gave' }).first().waitFor()
        await settled(page)
        await page.evaluate(() => window.scrollTo(0, 0))
        await screenshot(page, name('discover'))
        await cards(page).nth(1).getByRole('button', { name: /^Why / }).click()
        await page.getByText('Tune and filter').click()
        await page.getByRole('button', { name: 'Sci-Fi', exact: true }).click()
        await settled(page)
        await accessible(page, 'tuned, with reasons')
        await page.getByText('Tune and filter').scrollIntoViewIfNeeded()
        await screenshot(page, name('tuned'))
        const [first, second] = await recommended(page)
        await page.getByRole('button', { name: `Watchlist: ${first}`, exact: true }).click()
        await page.getByRole('button', { name: `Not interested in ${second}`, exact: true }).click()
        await accessible(page, 'with messages')
        for (const list of [/^Watchlist/, /^Your ratings/, /^Not interested/]) {
          await tab(page, list).click()
          await page.getByRole('tab', { name: list, selected: true }).waitFor()
          await page.locator('.kept > li').first().waitFor()
          await accessible(page, String(list))
        }
        expect(troubles).toEqual([])
        await context.close()
      })

      it('Discover when the server fails', async () => {
        const { page, context } = await openPage(browser, 'about:blank', { width, theme })
        await page.route('**/v1/**', (route) => route.abort())
        await page.goto(`${server.url}/discover`)
        await page.locator('.for-you, .tab-panel').getByRole('alert').first().waitFor()
        await accessible(page, 'failing')
        await screenshot(page, name('failing'))
        await context.close()
      })

      it('a movie', async () => {
        const { page, context, troubles } = await openPage(browser, `${server.url}/movie/260`, { width, theme })
        await page.locator('.similar > li').first().waitFor()
        await accessible(page, 'nothing rated')
        await rate(page.locator('.similar > li').first(), await firstSimilar(page), 4.5)
        await rate(page.locator('.similar > li').nth(3), await firstSimilar(page, 3), 2)
        await page.locator('.prediction strong').waitFor()
        await page.getByRole('img', { name: /^Map of all movies/ }).waitFor({ timeout: 240_000 })
        await page.getByText('In full, with figures').click()
        await accessible(page, 'predicted')
        await page.getByText('In full, with figures').click()
        await page.evaluate(() => window.scrollTo(0, 0))
        await screenshot(page, name('movie'))
        expect(troubles).toEqual([])
        await context.close()
      })

      it('the visitor’s data', async () => {
        const { page, context, troubles } = await openPage(browser, `${server.url}/settings`, { width, theme })
        await page.getByRole('radio', { name: /8-bit weights/ }).waitFor()
        await accessible(page, 'empty')
        const files = ['letterboxd-ratings.csv', 'letterboxd-watchlist.csv'].map((file) => ({
          ...{ name: file, mimeType: 'text/csv' },
          buffer: readFileSync(join(import.meta.dirname, '../web/samples', file)),
        }))
        await page.getByLabel(/^CSV exports of Letterboxd/).setInputFiles(files)
        await page.getByTestId('import-plan').waitFor()
        await accessible(page, 'an import planned')
        await screenshot(page, name('import'))
        await page.getByRole('button', { name: /^Import \d/ }).click()
        await page.getByTestId('import-plan').waitFor({ state: 'detached' })
        await accessible(page, 'imported')
        await page.getByRole('button', { name: 'Erase everything' }).click()
        await page.getByRole('dialog').waitFor()
        await accessible(page, 'asked before erasing')
        expect(troubles).toEqual([])
        await context.close()
      })
    })
  }
}

async function firstSimilar(page: Page, at = 0): Promise<string> {
  const legend = await page.locator('.similar > li').nth(at).locator('legend').textContent()
  return legend!.replace('Your rating of ', '')
}

it('is usable at 360 pixels, and the theme chosen survives a reload', async () => {
  const { page, context } = await openPage(browser, `${server.url}/discover`, { width: 360, theme: 'dark' })
  await settled(page)
  await accessible(page, '360')
  const theme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
  await page.getByRole('button', { name: /^Theme: as the system/ }).click()
  await expect.poll(theme).toBe('light')
  await page.reload()
  await expect.poll(theme).toBe('light')
  await page.getByRole('button', { name: /^Theme: light/ }).click()
  await expect.poll(theme).toBe('dark')
  await context.close()
})
