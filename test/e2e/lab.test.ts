import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { looksRight } from './looks.ts'
import { marquee, startServer, type TestServer } from './server.ts'

interface Job {
  readonly id: string
  readonly state: string
  readonly version: string | null
  readonly epochs: { fit: string; epoch: number; loss: number }[]
}
interface Models {
  readonly models: { version: string; live: boolean; share: number; metrics: Record<string, number> }[]
}
interface Results {
  readonly papers: {
    title: string
    exhibits: {
      id: string
      kind: string
      rows: { label: string; figures: ({ mean: number; published: number | null } | null)[] }[]
    }[]
  }[]
}

const report = mkdtempSync(join(tmpdir(), 'marquee-report-'))
let server: TestServer
let browser: Browser
let results: Results
beforeAll(async () => {
  await marquee('reproduce', 'dnn', '--table', '4', '--quick', '--out', report, '--cache', join(report, 'cells'))
  const file = join(report, 'results.json')
  results = JSON.parse(readFileSync(file, 'utf8')) as Results
  ;[server, browser] = await Promise.all([startServer({ flags: ['--report', file] }), startBrowser()])
}, 1_200_000)
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  rmSync(report, { recursive: true, force: true })
})

describe('the lab', () => {
  it('shows what the live model was trained on, in a chart and in figures', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/lab`)
    const data = await server.api<{
      ratings: number
      histogram: { rating: number; count: number }[]
      perUser: Record<string, number>
      citation: string
    }>('GET', '/v1/data')
    await page.getByText(data.ratings.toLocaleString('en')).first().waitFor()
    // A chart is drawn again when its place gets another width.
    await expect.poll(() => page.locator('.chart svg [aria-label=bar] rect').count()).toBe(data.histogram.length)
    await page.getByText('The figures as a table').click()
    const rows = async () =>
      (await page.getByTestId('histogram').locator('tbody tr').allInnerTexts()).map((row) =>
        row.split(/\s+/).slice(0, 2),
      )
    await expect
      .poll(rows)
      .toEqual(data.histogram.map(({ rating, count }) => [String(rating), count.toLocaleString('en')]))
    await expect.poll(() => page.getByTestId('citation').innerText()).toBe(data.citation)
    await expect.poll(() => page.getByText(data.perUser.max!.toLocaleString('en')).count()).toBe(1)
    expect(troubles).toEqual([])
    await context.close()
  })

  it('trains a model, draws its curve, and the model answers', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/lab?tab=training`)
    await page.getByText('None yet').waitFor()
    const trainable = await server.api<{ models: { name: string }[] }>('GET', '/v1/training/models')
    const names = trainable.models.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['embedding-dot', 'ease', 'svdpp']))
    const offered = () =>
      page.locator('datalist option').evaluateAll((all) => all.map((one) => one.getAttribute('value')))
    await expect.poll(offered).toEqual(names)
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.waitForSelector('[data-testid=training][data-state=done]', { timeout: 900_000 })
    const { jobs } = await server.api<{ jobs: Job[] }>('GET', '/v1/training')
    const { version, epochs } = jobs[0]!
    expect(epochs.length).toBeGreaterThan(3)
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss)
    const training = page.getByTestId('training')
    await expect.poll(() => training.innerText()).toContain(version)
    await training.locator('svg [aria-label=dot]').first().waitFor()
    await training.getByText('The figures as a table').click()
    // Two fits: the one on nine tenths that is measured, and the one that is served.
    expect(new Set(epochs.map(({ fit }) => fit))).toEqual(new Set(['measured', 'final']))
    await expect
      .poll(() => training.locator('tbody tr td:nth-child(1)').allInnerTexts())
      .toEqual(epochs.map(({ fit }) => (fit === 'measured' ? 'on nine tenths' : 'on all ratings')))
    await expect
      .poll(() => training.locator('tbody tr td:nth-child(3)').allInnerTexts())
      .toEqual(epochs.map(({ loss }) => loss.toFixed(4)))

    const list = await server.api<{ model: string; items: unknown[] }>('POST', '/v1/session/recommendations', {
      profile: [{ item: '1', rating: 5 }],
      model: version,
    })
    expect(list.model).toBe(version)
    expect(list.items).toHaveLength(10)
    expect(troubles).toEqual([])
    await context.close()
  }, 1_200_000)

  it('stops a training that is cancelled', async () => {
    const { page, context } = await openPage(browser, `${server.url}/lab?tab=training`)
    const before = await server.api<Models>('GET', '/v1/models')
    await page.getByLabel('Model', { exact: true }).fill('dnn')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.waitForSelector('[data-testid=training][data-state=running]')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForSelector('[data-testid=training][data-state=cancelled]', { timeout: 240_000 })
    const { jobs } = await server.api<{ jobs: Job[] }>('GET', '/v1/training')
    expect(jobs[0]).toMatchObject({ state: 'cancelled', version: null })
    expect(await server.api<Models>('GET', '/v1/models')).toEqual(before)
    // The list is asked for anew when the training has ended.
    await expect.poll(() => page.locator('.job').count()).toBe(jobs.length)
    await context.close()
  }, 600_000)

  it('says why a training is refused', async () => {
    const { page, context } = await openPage(browser, `${server.url}/lab?tab=training`)
    await page.getByLabel('Model', { exact: true }).fill('magic')
    await page.getByRole('button', { name: 'Start training' }).click()
    await expect.poll(() => page.locator('.state-error').innerText()).toContain('magic')
    await context.close()
  })

  it('compares the models and marks the best of each metric', async () => {
    // A second one with figures: the artefact that the server began with was trained on everything.
    const { id } = await server.api<Job>('POST', '/v1/training', { seed: 2, warmStart: false, activate: false })
    // It may wait before it runs: only its end tells that it is over.
    const state = async () =>
      (await server.api<{ jobs: Job[] }>('GET', '/v1/training')).jobs.find((job) => job.id === id)?.state
    await expect.poll(state, { timeout: 900_000, interval: 500 }).toBe('done')
    const { page, context, troubles } = await openPage(browser, `${server.url}/lab?tab=models`)
    const { models } = await server.api<Models>('GET', '/v1/models')
    const table = page.getByTestId('models')
    await table.waitFor()
    await expect.poll(() => table.locator('tbody tr').count()).toBe(models.length)
    const column = (await table.locator('thead th').allInnerTexts()).findIndex((head) => head.startsWith('rmse'))
    const rmse = models.map(({ metrics }) => metrics.rmse?.toFixed(4) ?? '–')
    const best = rmse.filter((figure) => figure !== '–').toSorted()[0]!
    expect(rmse.filter((figure) => figure !== '–')).toHaveLength(2)
    await expect
      .poll(() => table.locator(`tbody tr td:nth-child(${column + 1})`).allInnerTexts())
      .toEqual(rmse.map((figure) => (figure === best ? `★ ${figure}` : figure)))
    expect(troubles).toEqual([])
    await context.close()
  }, 1_200_000)

  it('shows the tables of the papers beside ours', async () => {
    const { page, context, troubles } = await openPage(browser, `${server.url}/lab?tab=papers`)
    const paper = results.papers[0]!
    await page.getByRole('heading', { name: paper.title }).waitFor()
    const exhibit = paper.exhibits.find(({ kind }) => kind === 'table')!
    const shown = page.locator(`[data-exhibit="${exhibit.id}"] tbody tr`)
    const rows = () =>
      shown.evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)))
    const text = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(4))
    await expect
      .poll(rows)
      .toEqual(
        exhibit.rows.map(({ figures }) => figures.flatMap((figure) => [text(figure?.published), text(figure?.mean)])),
      )
    await page.getByText('A quick run.').waitFor()
    expect(troubles).toEqual([])
    await context.close()
  })

  it('looks right', async () => {
    const tabs = { data: '.chart svg', training: '.job', papers: '.figures', models: '[data-testid=models]' }
    for (const [tab, selector] of Object.entries(tabs)) {
      await looksRight(browser, `${server.url}/lab?tab=${tab}`, `lab-${tab}`, async (page) => {
        await page.locator(selector).first().waitFor()
      })
    }
  }, 600_000)
})
