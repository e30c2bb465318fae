import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { looksRight } from './looks.ts'
import { startServer, type TestServer } from './server.ts'

interface Clusters {
  readonly model: string
  readonly clusters: {
    readonly unit: number
    readonly movies: { readonly title: string; readonly weight: number }[]
    readonly concentration: number | null
    readonly chance: number | null
    readonly p: number | null
    readonly topGenre: string | null
  }[]
}

let server: TestServer
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe('clusters', () => {
  it('without an autoencoder says how to get one', async () => {
    await looksRight(browser, `${server.url}/clusters`, 'clusters-empty', async (page) => {
      await page.getByRole('heading', { name: 'No autoencoder is live' }).waitFor()
    })
  })

  it('trains one when asked, and shows what its units stand for', async () => {
    const before = await server.api<{ models: { version: string; share: number }[] }>('GET', '/v1/models')
    const { page, context, troubles } = await openPage(browser, `${server.url}/clusters`)
    await page.getByRole('button', { name: 'Train an autoencoder' }).click()
    await page.waitForSelector('[data-testid=training][data-state=running]')
    await page.waitForSelector('[data-testid=clusters-count]', { timeout: 900_000 })
    const answer = await server.api<Clusters>('GET', '/v1/clusters')
    expect(answer.model).toMatch(/^autoencoder-/)
    expect(answer.clusters.length).toBeGreaterThan(5)
    await expect.poll(() => page.locator('.cluster').count()).toBe(Math.min(24, answer.clusters.length))
    await page.getByRole('button', { name: /^Show \d+ more of/ }).click()
    await expect.poll(() => page.locator('.cluster').count()).toBe(Math.min(48, answer.clusters.length))
    const first = answer.clusters[0]!
    const card = page.locator(`[data-unit="${first.unit}"]`)
    await expect.poll(() => card.locator('a').allInnerTexts()).toEqual(first.movies.map(({ title }) => title))
    const text = await card.innerText()
    const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
    expect(text).toContain(
      `share a genre ${percent(first.concentration!)} of the time, two of a random list ${percent(first.chance!)}`,
    )
    expect(text).toContain(`More ${first.topGenre} than a random list`)

    const beyond = answer.clusters.filter(({ p }) => p !== null && p < 0.05)
    await page.getByRole('button', { name: 'Only those' }).click()
    await expect.poll(() => page.locator('.cluster').count()).toBe(Math.min(48, beyond.length))

    // Who answers has not changed.
    const after = await server.api<{ models: { version: string; share: number }[] }>('GET', '/v1/models')
    expect(after.models).toHaveLength(before.models.length + 1)
    expect(after.models.find(({ share }) => share === 1)!.version).toBe(before.models[0]!.version)
    expect(troubles).toEqual([])
    await context.close()

    await looksRight(browser, `${server.url}/clusters`, 'clusters', async (one) => {
      await one.waitForSelector('.cluster')
    })
  }, 1_200_000)
})
