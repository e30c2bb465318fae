import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { looksRight } from './looks.ts'
import { startServer, type TestServer, trainArtefact } from './server.ts'

interface Models {
  readonly models: { version: string; share: number }[]
}
interface Traffic {
  readonly traffic: { variants: { version: string; share: number }[] }
}

let server: TestServer
let browser: Browser
let second: string
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer({ flags: ['--retrain-every', '1.5'] }), startBrowser()])
  second = await trainArtefact(join(server.folder, 'second'), 'popularity')
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const openAdmin = async (): Promise<Awaited<ReturnType<typeof openPage>>> =>
  await openPage(browser, `${server.url}/admin`)
const dialog = (page: Page) => page.getByRole('dialog')
const status = async (path: string, key?: string): Promise<number> => {
  const response = await fetch(server.url + path, { headers: { ...(key !== undefined && { 'x-api-key': key }) } })
  await response.body?.cancel()
  return response.status
}

describe('models', () => {
  it('are added by folder, share the traffic, and are removed', async () => {
    const { page, context, troubles } = await openAdmin()
    const [first] = (await server.api<Models>('GET', '/v1/models')).models
    await page.getByLabel('Add a model by its folder').fill(join(server.folder, 'nothing here'))
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('.state-error').waitFor()
    await page.getByLabel('Add a model by its folder').fill(second)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await expect.poll(() => page.locator('[data-version]').count()).toBe(2)
    const { models } = await server.api<Models>('GET', '/v1/models')
    const added = models.find(({ version }) => version !== first!.version)!
    expect(added).toMatchObject({ share: 0 })
    expect(added.version).toMatch(/^popularity-/)

    const divide = page.getByRole('form', { name: 'Divide the traffic' })
    await divide.getByLabel(first!.version).fill('70')
    await divide.getByLabel(added.version).fill('20')
    await divide.getByRole('button', { name: 'Divide the traffic' }).click()
    await page.getByText('The shares add up to 90%').waitFor()
    await divide.getByLabel(added.version).fill('30')
    await divide.getByRole('button', { name: 'Divide the traffic' }).click()
    await dialog(page).getByRole('button', { name: 'Leave it as it is' }).click()
    expect((await server.api<Traffic>('GET', '/v1/traffic')).traffic.variants).toHaveLength(1)
    await divide.getByRole('button', { name: 'Divide the traffic' }).click()
    await dialog(page).getByRole('button', { name: 'Divide it so' }).click()
    await page.getByText('30% of the users').waitFor()
    const { traffic } = await server.api<Traffic>('GET', '/v1/traffic')
    expect(traffic.variants.toSorted((a, b) => b.share - a.share)).toEqual([
      { version: first!.version, share: 0.7 },
      { version: added.version, share: 0.3 },
    ])
    // The table is asked for anew after the models.
    await expect.poll(() => page.getByTestId('traffic').locator('tbody tr').count()).toBe(2)
    await expect.poll(() => page.getByRole('button', { name: `Remove ${added.version}` }).isDisabled()).toBe(true)

    await page.getByRole('button', { name: `Give all traffic to ${added.version}` }).click()
    await dialog(page).getByRole('button', { name: 'Give it all traffic' }).click()
    await expect
      .poll(async () => (await server.api<Traffic>('GET', '/v1/traffic')).traffic.variants)
      .toMatchObject([{ version: added.version, share: 1 }])
    await page.getByRole('button', { name: `Give all traffic to ${first!.version}` }).click()
    await dialog(page).getByRole('button', { name: 'Give it all traffic' }).click()
    await page.locator(`[data-version="${first!.version}"]`).getByText('100% of the users').waitFor()
    await page.getByRole('button', { name: `Remove ${added.version}` }).click()
    await dialog(page).getByRole('button', { name: 'Remove it' }).click()
    await expect.poll(() => page.locator('[data-version]').count()).toBe(1)
    expect((await server.api<Models>('GET', '/v1/models')).models.map(({ version }) => version)).toEqual([
      first!.version,
    ])
    expect(troubles).toEqual([])
    await context.close()
  })

  it('come with what the store holds', async () => {
    await server.api('POST', '/v1/feedback', {
      feedback: [
        { user: 'anna', item: '1', kind: 'rating', value: 4 },
        { user: 'anna', item: '2', kind: 'rating', value: 3 },
        { user: 'ben', item: '1', kind: 'watchlist' },
      ],
    })
    const { page, context } = await openAdmin()
    await page.getByText('2 ratings of the store came after').waitFor()
    const counts = () =>
      page
        .getByTestId('counts')
        .locator('div')
        .evaluateAll((all) => all.map((one) => ['dt', 'dd'].map((part) => one.querySelector(part)!.textContent)))
    await expect.poll(counts).toEqual(
      expect.arrayContaining([
        ['users', '2'],
        ['current ratings', '2'],
        ['models', '1'],
      ]),
    )
    await page.getByText(`marquee store export --store ${join(server.folder, 'marquee.db')} --out backup`).waitFor()
    await page.getByText('It is trained again every 1.5 hours').waitFor()
    expect(await page.getByText('There is no schedule').count()).toBe(0)
    await context.close()
  })

  it('look right', async () => {
    await looksRight(browser, `${server.url}/admin`, 'admin', async (page) => {
      await page.getByTestId('counts').waitFor()
      await page.getByTestId('traffic').waitFor()
    })
  })
})

describe('keys', () => {
  let admin = ''

  it('are made in the page, and the first one closes the server to whoever has none', async () => {
    const { page, context, troubles } = await openAdmin()
    await page.getByLabel('Name of a new key').fill('mine')
    await page.getByLabel(/^admin/).uncheck()
    await page.getByText('closes this page to everybody').waitFor()
    await page.getByLabel(/^admin/).check()
    expect(await status('/v1/models')).toBe(200)
    await page.getByRole('button', { name: 'Make the key' }).click()
    admin = await page.getByTestId('secret').inputValue()
    expect(await status('/v1/models')).toBe(401)
    expect(await status('/v1/keys', admin)).toBe(200)
    await page.getByRole('button', { name: 'Use it in this tab' }).click()
    await page.locator('[data-key]').getByText('mine').waitFor()
    // A second one, with less.
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByLabel('Name of a new key').fill('web shop')
    for (const scope of [/^feedback/, /^admin/]) await page.getByLabel(scope).uncheck()
    await page.getByRole('button', { name: 'Make the key' }).click()
    // The one of before may still be shown.
    await page.getByText('The secret of “web shop”').waitFor()
    await expect.poll(() => page.getByTestId('secret').inputValue()).not.toBe(admin)
    const shop = await page.getByTestId('secret').inputValue()
    expect([await status('/v1/models', shop), await status('/v1/keys', shop)]).toEqual([200, 403])

    await page.getByRole('button', { name: 'Revoke web shop' }).click()
    await dialog(page).getByRole('button', { name: 'Revoke it' }).click()
    await page.getByText(/revoked \d/).waitFor()
    expect(await status('/v1/models', shop)).toBe(401)
    // Nothing of a secret stays on the page.
    await page.reload()
    await page.locator('[data-key]').first().waitFor()
    expect(await page.content()).not.toContain(admin)
    expect(troubles).toEqual([])
    await context.close()
  })

  it('are asked for in a new tab, and a wrong one is refused in words', async () => {
    const { page, context } = await openAdmin()
    await page.getByLabel('API key').fill('wrong')
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByText('the key is not valid').waitFor()
    await page.getByLabel('API key').fill(admin)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.locator('[data-key]').getByText('mine').waitFor()
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([expect.any(Number), 1])
    expect(await page.evaluate((key) => JSON.stringify(localStorage).includes(key), admin)).toBe(false)
    await context.close()
  })

  it('look right where one is asked for', async () => {
    await looksRight(browser, `${server.url}/admin`, 'admin-key', async (page) => {
      await page.getByLabel('API key').waitFor()
    })
  })
})
