import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { timed } from '../../recipes/full-size/timing.ts'
import { fullSize, papers } from '../../recipes/papers/index.ts'
import { InterruptedError, throwIfAborted } from '../../src/core/errors.ts'
import { type FullSizeResult, fullSizeId, fullSizeView, namedCells } from '../../src/experiments/full-size.ts'
import { paperMarkdown } from '../../src/experiments/report/markdown.ts'
import { reportPage } from '../../src/experiments/report/page.ts'
import type { Outcome } from '../../src/experiments/reproduce.ts'
import { viewOf } from '../../src/experiments/view.ts'
import { temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const script = join(import.meta.dirname, '../../recipes/full-size.ts')
const paper = papers.find(({ name }) => name === 'embedding-dot')!

/** The recipe on a two-thousandth of the sets. */
function run(name: string, ...more: string[]): FullSizeResult {
  const out = join(folder, `${name}.json`)
  // Limits by the clock far beyond these sets, so that a busy machine does not reach them; a test may give others.
  const limits = more.includes('--seconds') ? [] : ['--seconds', '600']
  const given = ['--scale', '0.0005', ...limits, '--out', out, ...more]
  execFileSync(process.execPath, [script, ...given], { stdio: 'pipe' })
  return JSON.parse(readFileSync(out, 'utf8')) as FullSizeResult
}

describe('the recipe on small sets', () => {
  let found: FullSizeResult
  beforeAll(() => {
    found = run('small', '--only', 'ml-20m|^ml-latest: (Damped|NPMF).*random')
  })

  test('runs every cell of 20M through the registry, with time and memory of each', () => {
    const wanted = namedCells(paper).filter(
      ({ cell }) => (cell.kind === 'data' ? cell.data : cell.system.data).dataset === 'ml-20m',
    )
    expect(found.cells.filter(({ dataset }) => dataset === 'ml-20m').map(({ id }) => id)).toEqual(
      wanted.map(({ cell }) => fullSizeId(cell)),
    )
    for (const { failure, load, evaluate, peakBytes, name } of found.cells) {
      expect(failure, name).toBeNull()
      expect(load, name).toBeGreaterThan(0)
      expect(evaluate, name).not.toBeNull()
      expect(peakBytes, name).toBeGreaterThan(2 ** 25)
    }
  })

  test('what is trained is run for one epoch and extrapolated, what is solved in full', () => {
    const whole = found.cells.find(({ name, fit }) => name.startsWith('embedding-dot') && fit?.times === 15)!.fit!
    expect(whole).toMatchObject({ run: 1, extrapolated: true })
    expect(whole.seconds).toBeGreaterThan(14 * whole.each!)
    const bias = found.cells.find(({ name }) => name.startsWith('bias on ml-latest'))!
    expect(bias.fit).toMatchObject({ each: null, times: null, extrapolated: false })
    expect(bias.evaluate).toMatchObject({ extrapolated: false, parts: [{ what: 'rmse and mae', share: 1 }] })
  })

  test('a chain that kept one draw is evaluated times its draws, and says so', () => {
    const { evaluate, notes } = found.cells.find(({ name }) => name.startsWith('bayesian-mf'))!
    expect(evaluate!.extrapolated).toBe(true)
    expect(evaluate!.parts[0]!.share).toBeCloseTo(1 / 40, 9)
    expect(notes.join()).toMatch(/one posterior draw, times 40/)
  })

  test('cells that are there are kept', () => {
    const again = run('small', '--only', 'ml-20m|^ml-latest: (Damped|NPMF).*random')
    expect(again.cells).toEqual(found.cells)
  })

  test('the report and the page mark what was not run on the real set, with the figures', () => {
    const missing = [{ dataset: 'ml-20m', reason: 'MovieLens 20M is not in here. Run "marquee data get ml-20m".' }]
    const view = viewOf(paper, new Map(), found)
    const facts = { version: '1', quick: false, command: 'marquee reproduce embedding-dot', missing }
    const page = reportPage([view], facts)
    const markdown = paperMarkdown(view, null)
    const shape = found.shapes.find(({ dataset }) => dataset === 'ml-20m')!
    for (const text of [page, markdown]) {
      expect(text).toContain('Not run on the real set')
      expect(text).toContain(`ml-20m: ${shape.ratings.toLocaleString('en')} ratings of`)
      for (const { peakBytes } of found.cells.filter(({ dataset }) => dataset === 'ml-20m'))
        expect(text).toContain(`${(peakBytes / 2 ** 30).toFixed(1)} GiB`)
    }
    const here = found.cells[0]!.machine
    expect(here).toMatch(/, \d+ cores, \d+ GiB, .*Node v\d+/)
    expect(markdown).toContain(`on ${here}.`)
    const cells = found.cells.map((cell) =>
      cell.name.startsWith('bias on ml-20m') ? { ...cell, machine: 'Another' } : cell,
    )
    const twice = paperMarkdown(viewOf(paper, new Map(), { ...found, cells }), null)
    expect(twice).toMatch(/on .*Node v[\d.]+ \(\d+ cells\); Another \(\d+ cells?\)\./)
    expect(page).toContain('<a href="#embedding-dot-full-size">')
    expect(page).toContain('id="embedding-dot-full-size"')
    expect(markdown).toContain('| exhibit | model | data | load |')
    expect(reportPage([viewOf(paper, new Map())], facts)).not.toContain('Not run on the real set')
  })
})

test('a fit beyond its seconds is stopped, told by its pace, and evaluated with fewer users', () => {
  const { cells } = run('stopped', '--seconds', '0', '--only', '^ml-latest: Autoencoder, centred.*random')
  expect(cells).toHaveLength(1)
  const { fit, evaluate, notes, failure } = cells[0]!
  expect(failure).toBeNull()
  expect(fit!.run).toBeLessThan(1)
  expect(fit!.times).toBe(56)
  expect(fit!.seconds).toBeGreaterThan(50 * fit!.each!)
  expect(evaluate!.extrapolated).toBe(true)
  expect(notes.join()).toMatch(/500 users/)
})

test('work that is stopped is as long as its pace says', async () => {
  const done = await timed(0.05, async ({ onProgress, signal }) => {
    for (let n = 1; n <= 100; n++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      // The pace is of the processor's time: steps that took none would leave it to chance what is longer.
      const { user } = process.cpuUsage()
      while (process.cpuUsage().user - user < 2000);
      throwIfAborted(signal, 'counting')
      onProgress({ stage: 'counting', done: n, total: 100, unit: 'things' })
    }
  })
  expect(done.value).toBeNull()
  expect(done.share).toBeGreaterThan(0)
  expect(done.share).toBeLessThan(0.9)
  expect(done.seconds).toBeGreaterThan(done.run)
  const failing = timed(1, async () => {
    throw new InterruptedError('by somebody else')
  })
  await expect(failing).rejects.toThrow(/somebody else/)
})

test('what was run on the real set needs no stand-in', () => {
  const all = namedCells(paper).map(({ cell }) => cell)
  expect(fullSizeView(paper, new Map(), null)).toBeNull()
  const done = { status: 'done', key: '', result: { metrics: {} } } as unknown as Outcome
  const made: FullSizeResult = { ...fullSize, shapes: [{ ...shape20m }] }
  const outcomes = { get: () => done } as unknown as ReadonlyMap<string, Outcome>
  expect(fullSizeView(paper, new Map(), made)!.rows.length).toBeLessThan(all.length)
  expect(fullSizeView(paper, outcomes, made)).toBeNull()
})

const shape20m = { dataset: 'ml-20m', users: 1, items: 1, ratings: 1, tags: 1, skew: 1, userSkew: 1 }

test('the committed result is of the sets that are not at hand, at their full size', () => {
  expect(fullSize).toMatchObject({ scale: 1, threads: 1 })
  const rows = papers.flatMap((one) => fullSizeView(one, new Map(), fullSize)?.rows ?? [])
  for (const dataset of ['ml-20m', 'ml-latest']) {
    const made = rows.filter((row) => row.dataset === dataset && row.cell !== null)
    expect(made.length, `${dataset}: run npm run full-size`).toBeGreaterThan(0)
  }
})
