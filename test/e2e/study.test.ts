import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { looksRight } from './looks.ts'
import { startServer, type TestServer, trainArtefact } from './server.ts'

interface Model {
  readonly version: string
  readonly model: string
}
interface Preference {
  readonly a: number
  readonly b: number
  readonly answers: number
  readonly rate: number
  readonly interval: [number, number]
}
interface Results {
  readonly a: string
  readonly b: string
  readonly preference: Preference
  readonly first: Preference
  readonly participants: number
}

let server: TestServer
let browser: Browser
let models: Model[]

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), startBrowser()])
  const artefact = await trainArtefact(join(server.folder, 'second'), 'popularity')
  await server.api('POST', '/v1/models', { artefact })
  models = (await server.api<{ models: Model[] }>('GET', '/v1/models')).models
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const comparisons = 5

describe('a study', () => {
  let study = ''

  it('is made in the page, between two live versions', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/study`)
    await page.getByText('There is no study yet').waitFor()
    await page.getByRole('button', { name: 'Make a study' }).click()
    await page.getByLabel(/^Title/).fill('Friday night')
    await page.getByLabel('Comparisons for each participant').fill(String(comparisons))
    const [a, b] = models.map(({ version }) => version)
    await page.getByLabel('First system').selectOption(a!)
    await page.getByLabel('Second system').selectOption(a!)
    await expect.poll(() => page.getByRole('button', { name: 'Make it' }).isDisabled()).toBe(true)
    await page.getByLabel('Second system').selectOption(b!)
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('heading', { name: 'Friday night' }).waitFor()
    const { studies } = await server.api<{ studies: { id: string; title: string; comparisons: number }[] }>(
      'GET',
      '/v1/studies',
    )
    expect(studies).toMatchObject([{ title: 'Friday night', comparisons }])
    study = studies[0]!.id
    expect(troubles).toEqual([])
    await context.close()
  })

  it('is answered by keys and clicks, goes on after a reload, and never tells the systems apart', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/study/${study}`)
    const heard: string[] = []
    let answers = 0
    page.on('response', async (response) => {
      if (!response.url().includes('/v1/')) return
      answers += 1
      heard.push(`${response.url()} ${await response.text().catch(() => '')}`)
    })
    // The list of versions stands in for whatever could give a system away.
    const secrets = models.flatMap(({ version, model }) => [version, model])
    const blind = async (): Promise<void> => {
      const html = await page.content()
      for (const secret of secrets) expect(html).not.toContain(secret)
    }
    const name = page.getByLabel('Take part as')
    const suggested = await name.inputValue()
    expect(suggested).toMatch(/^[a-z]+-[a-z]+-\d{3}$/)
    await page.getByRole('button', { name: 'Another suggestion' }).click()
    await name.fill('')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('Enter a name').waitFor()
    await name.fill('zoë')
    await page.getByRole('button', { name: 'Begin' }).click()

    const at = (number: number): Promise<unknown> =>
      page.waitForSelector(`[data-testid=comparison][data-number="${number}"][aria-busy=false]`)
    await at(1)
    await blind()
    const shown = await server.api<{ question: { movies: { title: string }[]; profile: unknown[] } }>(
      'GET',
      `/v1/studies/${study}/questions?participant=zo%C3%AB`,
    )
    await expect
      .poll(() => page.locator('.study-title').allInnerTexts())
      .toEqual(shown.question.movies.map(({ title }) => title))
    await expect.poll(() => page.locator('.study-profile li').count()).toBe(shown.question.profile.length)
    expect(shown.question.profile.length).toBeGreaterThanOrEqual(20)

    await page.keyboard.press('1')
    await at(2)
    await blind()
    await page.keyboard.press('2')
    await at(3)
    await page.reload()
    await at(3)
    await blind()
    await page.locator('.study-choice').first().click()
    await at(4)
    await page.keyboard.press('2')
    await at(5)
    await page.keyboard.press('1')
    await page.getByTestId('finished').waitFor()
    // Bodies are read beside the test: of each answer there is to be one, before they are looked through.
    await expect.poll(() => answers - heard.length).toBe(0)
    for (const answer of heard) for (const secret of secrets) expect(answer).not.toContain(secret)
    expect(heard.some((answer) => answer.includes('/questions'))).toBe(true)
    expect(troubles).toEqual([])

    await page.getByRole('link', { name: 'See the results' }).click()
    const results = await server.api<Results>('GET', `/v1/studies/${study}/results`)
    expect(results.preference.answers).toBe(comparisons)
    // First, second, first, second, first: whichever system stood there.
    expect(results.first).toMatchObject({ a: 3, b: 2, answers: 5 })
    expect(results.participants).toBe(1)
    await expect.poll(() => page.getByTestId('place').innerText()).toContain('chosen in 3 of 5 comparisons (60%')
    const verdict = await page.getByTestId('verdict').innerText()
    const { preference } = results
    const [a, b] = [results.a, results.b].map((version) => version.replace(/-\d{8}T.*/, ''))
    const best = preference.a > preference.b ? a : b
    const share = Math.round((100 * Math.max(preference.a, preference.b)) / comparisons)
    expect(verdict).toContain(
      `${best} was preferred in ${Math.max(preference.a, preference.b)} of 5 comparisons (${share}%)`,
    )
    const [low, high] = preference.interval.map((end) => `${Math.round(100 * end)}%`)
    expect(verdict).toContain(`lies between ${low} and ${high}`)
    const drawn = await page.locator('.interval').getAttribute('aria-label')
    expect(drawn).toBe(`${Math.round(100 * preference.rate)}% for ${a}, 95% interval ${low} to ${high}`)
    const range = page.locator('.interval-range')
    expect(Number.parseFloat((await range.getAttribute('x1'))!)).toBeCloseTo(100 * (1 - preference.interval[1]), 6)
    expect(Number.parseFloat((await range.getAttribute('x2'))!)).toBeCloseTo(100 * (1 - preference.interval[0]), 6)
    await context.close()
  })

  it('keeps each answer once: what another tab answered is passed over', async () => {
    const { page, context } = await openPage(browser, `${server.url}/study/${study}`)
    await page.getByLabel('Take part as').fill('two tabs')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForSelector('[data-testid=comparison][data-number="1"][aria-busy=false]')
    await server.api('POST', `/v1/studies/${study}/answers`, { participant: 'two tabs', number: 1, chosen: 1 })
    await page.keyboard.press('1')
    await page.waitForSelector('[data-testid=comparison][data-number="2"]')
    const results = await server.api<Results>('GET', `/v1/studies/${study}/results`)
    expect(results.preference.answers).toBe(comparisons + 1)
    expect(results.first).toMatchObject({ a: 3, b: 3 })
    await context.close()
  })

  it('looks right', async () => {
    await looksRight(browser, `${server.url}/study`, 'studies', async (page) => {
      await page.getByRole('heading', { name: 'Friday night' }).waitFor()
    })
    let participant = 0
    await looksRight(browser, `${server.url}/study/${study}`, 'study', async (page) => {
      await page.getByLabel('Take part as').fill(`onlooker ${participant++}`)
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.waitForSelector('[data-testid=comparison]')
    })
    await looksRight(browser, `${server.url}/study/${study}?view=results`, 'study-results', async (page) => {
      await page.getByTestId('verdict').waitFor()
    })
  }, 600_000)
})
