import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { openPage, startBrowser } from './browser.ts'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const points = 60_000

/** As many movies as the largest MovieLens set has, in clumps. */
function largeMap(): Record<string, unknown> {
  const random = new Random(1)
  const range = Array.from({ length: points }, (_, n) => n)
  const clump = range.map(() => random.int(200))
  const middles = Array.from({ length: 200 }, () => [random.normal() * 40, random.normal() * 40] as const)
  return {
    model: 'synthetic',
    method: 'tsne',
    ready: true,
    ids: range.map(String),
    x: clump.map((one) => middles[one]![0] + random.normal() * 4),
    y: clump.map((one) => middles[one]![1] + random.normal() * 4),
    genre: range.map(() => random.int(19)),
    genres: Array.from({ length: 19 }, (_, n) => `Genre ${n + 1}`),
    titles: range.map((n) => `Movie ${n} (${1920 + (n % 100)})`),
    ratings: range.map((n) => Math.round(60_000 / (n + 1))),
    preservation: null,
  }
}

interface Counts {
  /** For each callback of the browser's frames: draw calls, points drawn, milliseconds of work. */
  readonly frames: { draws: number; points: number; work: number; at: number }[]
}
declare global {
  interface Window {
    marqueeFrames: Counts
  }
}

/** Counts, in the browser, what each frame draws. Runs before the page's own scripts. */
function countFrames(): void {
  const counts: Counts = { frames: [] }
  window.marqueeFrames = counts
  let now: Counts['frames'][number] | null = null
  const request = window.requestAnimationFrame.bind(window)
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      now = { draws: 0, points: 0, work: 0, at: time }
      const began = performance.now()
      callback(time)
      now.work = performance.now() - began
      if (now.draws > 0) counts.frames.push(now)
      now = null
    })
  const draw = WebGL2RenderingContext.prototype.drawArrays
  WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
    draw.call(this, mode, first, count)
    if (now) {
      now.draws++
      now.points += count
    } else counts.frames.push({ draws: 1, points: -1, work: 0, at: 0 })
  }
}

async function openLarge(initial: () => void): Promise<Awaited<ReturnType<typeof openPage>>> {
  // A page of the same server first, so that scripts and answers can be put in place.
  const opened = await openPage(browser, `${server.url}/lab`)
  await opened.page.addInitScript(initial)
  await opened.page.route(
    ({ pathname }) => pathname === '/v1/map',
    (route) => route.fulfill({ json: largeMap() }),
  )
  await opened.page.goto(`${server.url}/map`)
  await opened.page.waitForSelector(`[data-testid=map][data-points="${points}"][data-camera]`)
  return opened
}

/** Zooms and drags, and waits until the map has followed: frames take their time where there is no graphics card. */
async function drag(page: Page): Promise<void> {
  const camera = (): Promise<string | null> => page.getAttribute('[data-testid=map]', 'data-camera')
  const before = await camera()
  const box = (await page.locator('[data-testid=map]').boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.wheel(0, -200)
  await page.mouse.down()
  for (let n = 1; n <= 40; n++) {
    await page.mouse.move(x + 3 * n, y + 40 * Math.sin(n / 8))
    // However slow the frames are: some are drawn on the way.
    if (n % 4 === 0) await page.evaluate(async () => void (await new Promise(requestAnimationFrame)))
  }
  await page.mouse.up()
  await expect.poll(camera, { timeout: 120_000 }).not.toBe(before)
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

describe('60,000 movies', () => {
  it('are one draw call a frame, drawn only when something changed', async () => {
    const { page, context, troubles } = await openLarge(countFrames)
    await page.waitForFunction(() => window.marqueeFrames.frames.length > 0)
    await page.evaluate(() => {
      window.marqueeFrames.frames.length = 0
    })
    await drag(page)
    const frames = await page.evaluate(() => window.marqueeFrames.frames)
    expect(frames.length).toBeGreaterThan(5)
    for (const { draws, points: each } of frames) {
      expect(draws).toBe(1)
      expect(each).toBe(points)
    }
    const gaps = frames.slice(1).map(({ at }, n) => at - frames[n]!.at)
    console.info(
      `60,000 points, software GL: median ${median(frames.map(({ work }) => work)).toFixed(2)} ms of work a frame, ` +
        `${median(gaps).toFixed(1)} ms from frame to frame, ${frames.length} frames`,
    )
    // Left alone it draws nothing: the last frame comes when the movement has settled.
    const drawn = (): Promise<number> => page.evaluate(() => window.marqueeFrames.frames.length)
    const pause = async (): Promise<boolean> => {
      const then = await drawn()
      // By the clock of the page, and by its frames: both may stand still where the machine is busy.
      await page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve, 700))
        for (let n = 0; n < 10; n++) await new Promise(requestAnimationFrame)
      })
      return (await drawn()) === then
    }
    await expect.poll(pause, { timeout: 120_000 }).toBe(true)
    expect(await pause()).toBe(true)
    expect(troubles).toEqual([])
    await context.close()
  })

  it('are drawn on a plain canvas where there is no WebGL', async () => {
    const { page, context, troubles } = await openLarge(() => {
      const get = HTMLCanvasElement.prototype.getContext
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.startsWith('webgl') ? null : Reflect.apply(get, this, [kind, ...rest])
      } as typeof get
    })
    expect(await page.getAttribute('[data-testid=map]', 'data-renderer')).toBe('canvas-2d')
    const inked = (): Promise<number> =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=map] canvas')!
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        let count = 0
        for (let n = 3; n < data.length; n += 4) if (data[n]! > 0) count++
        return count / (data.length / 4)
      })
    await expect.poll(inked, { timeout: 120_000 }).toBeGreaterThan(0.1)
    await drag(page)
    await expect.poll(inked, { timeout: 120_000 }).toBeGreaterThan(0.1)
    expect(troubles).toEqual([])
    await context.close()
  })
})
