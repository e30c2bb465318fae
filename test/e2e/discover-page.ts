import type { Locator, Page } from 'playwright-core'

/** Discover and its neighbours as a visitor handles them. */

/** The ten half stars of a movie; `where` picks one of several places that show it. */
export const starsOf = (where: Page | Locator, name: string): Locator =>
  where.getByRole('group', { name: `Your rating of ${name}`, exact: true }).first()

export async function rate(where: Page | Locator, name: string, stars: number): Promise<void> {
  await starsOf(where, name)
    .locator('label.half')
    .nth(stars * 2 - 1)
    .click()
}

/** Types into the search, takes the option, and rates what appears. */
export async function findAndRate(page: Page, query: string, name: string, stars: number): Promise<void> {
  await page.getByRole('combobox').fill(query)
  await page
    .getByRole('option')
    .filter({ hasText: name.replace(/ \(\d{4}\)$/, '') })
    .first()
    .click()
  await rate(page.locator('.finder-chosen'), name, stars)
}

export const cards = (page: Page): Locator =>
  page.getByRole('list', { name: 'Recommended movies' }).locator(':scope > li')

/** Names of the recommended movies, once the list is there and at rest. */
export async function recommended(page: Page): Promise<string[]> {
  await settled(page)
  return await cards(page)
    .locator('article')
    .evaluateAll((articles) => articles.map((article) => article.getAttribute('aria-label') ?? ''))
}

/** Waits until no list is on its way. The list says that it is busy in the very change of the page that shows what was said. */
export async function settled(page: Page): Promise<void> {
  await page.locator('ol.recs[aria-busy="false"] > li').first().waitFor()
}

export const tab = (page: Page, name: string | RegExp): Locator => page.getByRole('tab', { name })

/** What the page keeps under a key. */
export const kept = (page: Page, key: string): Promise<string | null> =>
  page.evaluate((name) => localStorage.getItem(name), key)

export async function visitor(page: Page): Promise<string> {
  await page.waitForFunction(() => localStorage.getItem('marquee.visitor.v1') !== null)
  return (await kept(page, 'marquee.visitor.v1'))!
}

/** Waits until the server has acknowledged everything. */
export async function acknowledged(page: Page): Promise<void> {
  await page.waitForFunction(
    () => localStorage.getItem('marquee.visitor.v1') !== null && localStorage.getItem('marquee.outbox.v1') === null,
  )
}
