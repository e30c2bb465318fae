import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, startBrowser } from './browser.ts'
import { looksRight } from './looks.ts'
import { startServer, type TestServer } from './server.ts'

interface MapAnswer {
  readonly model: string
  readonly ready: boolean
  readonly ids: string[]
  readonly x: number[]
  readonly y: number[]
  readonly genre: number[]
  readonly genres: string[]
  readonly titles: string[]
  readonly ratings: number[]
}

let server: TestServer
let browser: Browser
let map: MapAnswer

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), startBrowser()])
  // The careful map is made in the background; the page would change under the test.
  do map = await server.api<MapAnswer>('GET', '/v1/map')
  while (!map.ready && (await new Promise((resolve) => setTimeout(resolve, 500, true))))
}, 1_800_000)
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const host = '[data-testid=map]'
const openMap = async (path = '/map', options = {}): Promise<Awaited<ReturnType<typeof openPage>>> => {
  const opened = await openPage(browser, server.url + path, options)
  await opened.page.waitForSelector(`${host}[data-camera]`)
  await still(opened.page)
  return opened
}
interface Camera {
  readonly x: number
  readonly y: number
  readonly scale: number
}
const cameraOf = async (page: Page): Promise<Camera> => {
  const [x, y, scale] = (await page.getAttribute(host, 'data-camera'))!.split(' ').map(Number)
  return { x: x!, y: y!, scale: scale! }
}
/** Waits until the map, its place and the list beside it have been the same for many frames: what is late moves them. */
const still = async (page: Page): Promise<void> => {
  await page.evaluate(async (selector) => {
    const map = document.querySelector<HTMLElement>(selector)!
    const look = (): string => {
      const { left, top, width, height } = map.getBoundingClientRect()
      return [map.dataset.camera, left, top, width, height, document.querySelector('.map-side')?.textContent].join(' ')
    }
    let [seen, frames, since] = [look(), 0, performance.now()]
    while (frames < 12 || performance.now() - since < 400) {
      await new Promise(requestAnimationFrame)
      const now = look()
      if (now === seen) frames++
      else [seen, frames, since] = [now, 0, performance.now()]
    }
  }, host)
}
/** The camera after one step: once it has changed and stands still. */
const moved = async (page: Page, from: Camera): Promise<Camera> => {
  await page.waitForFunction(
    ([selector, before]) => document.querySelector<HTMLElement>(selector)!.dataset.camera !== before,
    [host, `${from.x} ${from.y} ${from.scale}`] as const,
  )
  await still(page)
  return await cameraOf(page)
}
/** The camera when it is so many times as close as it was: after several steps, of which each may be seen alone. */
const closer = async (page: Page, from: Camera, times: number, digits: number): Promise<Camera> => {
  await expect.poll(async () => (await cameraOf(page)).scale / from.scale).toBeCloseTo(times, digits)
  await still(page)
  return await cameraOf(page)
}
/** Until the page has handled what was sent to it: moves of the mouse wait for the next frame, several as one. */
const nextFrame = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame)
  })
const idsFound = (page: Page): Promise<(string | undefined)[]> =>
  page
    .locator('[data-testid=found][aria-busy=false] > li')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.item))
/** Where a movie is in the window, by the answer of the API and the camera that the page tells. */
async function placeOf(page: Page, n: number): Promise<{ x: number; y: number }> {
  const camera = await cameraOf(page)
  const box = (await page.locator(host).boundingBox())!
  return {
    x: box.x + box.width / 2 + (map.x[n]! - camera.x) * camera.scale,
    y: box.y + box.height / 2 + (-map.y[n]! - camera.y) * camera.scale,
  }
}

describe('the map', () => {
  it('shows every movie of the answer, the best known in the list', async () => {
    const { page, context, troubles } = await openMap()
    expect(await page.getAttribute(host, 'data-points')).toBe(String(map.ids.length))
    expect(map.ids.length).toBeGreaterThan(2_000)
    expect(await page.getAttribute(host, 'data-renderer')).toBe('webgl2')
    const best = map.ratings.map((ratings, n) => ({ ratings, n })).sort((a, b) => b.ratings - a.ratings || a.n - b.n)
    const first = page.locator('[aria-label="Movies in view"] .map-title').first()
    await expect.poll(() => first.innerText()).toContain(map.titles[best[0]!.n])
    expect(troubles).toEqual([])
    await context.close()
  })

  it('flies to a movie that was typed with an error, and names the one under the mouse', async () => {
    const { page, context } = await openMap()
    const n = map.titles.indexOf('Forrest Gump (1994)')
    const before = await cameraOf(page)
    await page.getByRole('combobox').fill('forest gump')
    await page.getByRole('option', { name: 'Forrest Gump (1994)' }).waitFor()
    await page.keyboard.press('Enter')
    const camera = await moved(page, before)
    expect(camera.x).toBeCloseTo(map.x[n]!, 3)
    expect(camera.y).toBeCloseTo(-map.y[n]!, 3)
    expect(camera.scale).toBeCloseTo(8 * before.scale, 3)
    await expect.poll(() => page.getByTestId('picked').innerText()).toContain('Forrest Gump (1994)')
    await page.getByTestId('picked').getByRole('button', { name: 'Close' }).click()
    const at = await placeOf(page, n)
    await page.mouse.move(at.x + 2, at.y + 2)
    await expect
      .poll(() => page.locator('.map-tip').allInnerTexts())
      .toEqual([expect.stringContaining(`${map.ratings[n]!.toLocaleString('en')} ratings`)])
    await context.close()
  })

  it('takes a movie of what was typed last, also where Enter comes before its answer', async () => {
    const { page, context } = await openMap()
    const box = page.getByRole('combobox')
    await box.fill('toy story')
    await page.getByRole('option', { name: 'Toy Story (1995)' }).waitFor()
    await box.fill('forest gump')
    await box.press('Enter')
    await expect
      .poll(() => page.getByTestId('picked').allInnerTexts())
      .toEqual([expect.stringContaining('Forrest Gump (1994)')])
    await context.close()
  })

  it('opens at a movie named in the address', async () => {
    const n = map.titles.indexOf('Toy Story (1995)')
    const { page, context } = await openMap(`/map?movie=${map.ids[n]}`)
    await expect.poll(() => page.getByTestId('picked').innerText()).toContain('Toy Story (1995)')
    await context.close()
  })

  it('selects exactly the movies inside a lasso and recommends from them', async () => {
    const { page, context, troubles } = await openMap()
    const before = await cameraOf(page)
    const box = (await page.locator(host).boundingBox())!
    const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await page.mouse.move(centre.x, centre.y)
    // Each step alone: the browser would hand over two that wait as one.
    await page.mouse.wheel(0, -240)
    await closer(page, before, 2 ** 0.6, 6)
    await page.mouse.wheel(0, -240)
    const camera = await closer(page, before, 2 ** 1.2, 6)
    const corners = [
      [-150, -100],
      [160, -90],
      [170, 110],
      [20, 40],
      [-140, 120],
    ].map(([dx, dy]) => ({ x: centre.x + dx!, y: centre.y + dy! }))
    await page.getByRole('button', { name: 'Draw a lasso around movies', pressed: false }).click()
    await page.getByText('Draw around the movies you want').waitFor()
    await page.mouse.move(corners[0]!.x, corners[0]!.y)
    await page.mouse.down()
    for (const { x, y } of [...corners.slice(1), corners[0]!]) {
      await page.mouse.move(x, y, { steps: 12 })
      await nextFrame(page)
    }
    await page.mouse.up()

    const inside = (x: number, y: number): boolean =>
      corners.reduce((odd, a, k) => {
        const b = corners[(k + 1) % corners.length]!
        return a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x ? !odd : odd
      }, false)
    const chosen = map.ids
      .map((_, n) => n)
      .filter((n) =>
        inside(centre.x + (map.x[n]! - camera.x) * camera.scale, centre.y + (-map.y[n]! - camera.y) * camera.scale),
      )
      .sort((a, b) => map.ratings[b]! - map.ratings[a]! || a - b)
    expect(chosen.length).toBeGreaterThan(10)
    await expect
      .poll(() => page.getByTestId('selection-count').innerText())
      .toBe(`${chosen.length.toLocaleString('en')} movies selected`)

    const profile = chosen.slice(0, 50).map((n) => ({ item: map.ids[n]!, rating: 5 }))
    const answer = await server.api<{ items: { item: string }[] }>('POST', '/v1/session/recommendations', {
      profile,
      k: 15,
      reasons: 0,
    })
    const liked = answer.items.map(({ item }) => item)
    await expect.poll(() => idsFound(page)).toEqual(liked)
    expect(liked.some((item) => profile.some((one) => one.item === item))).toBe(false)

    await page.getByRole('button', { name: 'Most similar' }).click()
    await page.getByText('nearest (by cosine)').waitFor()
    const near = await server.api<{ items: { item: string }[] }>(
      'GET',
      `/v1/similar?k=15&items=${profile.map(({ item }) => item).join(',')}`,
    )
    await expect.poll(() => idsFound(page)).toEqual(near.items.map(({ item }) => item))
    expect(troubles).toEqual([])
    await context.close()
  })

  it('can be used by keys alone', async () => {
    const { page, context } = await openMap()
    const start = await cameraOf(page)
    await page.locator(host).focus()
    await page.keyboard.press('+')
    const near = await moved(page, start)
    expect(near.scale / start.scale).toBeCloseTo(1.5, 6)
    await page.keyboard.press('ArrowRight')
    const right = await moved(page, near)
    expect((right.x - near.x) * near.scale).toBeCloseTo(80, 3)
    await page.keyboard.press('Enter')
    await page.getByTestId('picked').waitFor()
    await page.keyboard.press('0')
    expect(await moved(page, right)).toEqual(start)
    // The list in place of the map: select two movies and get recommendations.
    const select = page.locator('[aria-label="Movies in view"] .map-add')
    await select.nth(0).press('Enter')
    await select.nth(1).press(' ')
    await page.getByRole('tab', { name: 'In view' }).press('ArrowRight')
    await expect.poll(() => page.getByTestId('selection-count').innerText()).toBe('2 movies selected')
    await expect.poll(() => page.getByTestId('found').locator('li').count()).toBe(15)
    await context.close()
  })

  it('switches genres off', async () => {
    const { page, context } = await openMap()
    const count = (genre: string): number => map.genre.filter((one) => one === map.genres.indexOf(genre)).length
    const fewest = map.genres.filter((genre) => count(genre) > 0).sort((a, b) => count(a) - count(b))[0]!
    expect(count(fewest)).toBeLessThan(100)
    const legend = page.getByRole('region', { name: 'Genres' })
    await legend.getByRole('button', { name: 'Hide all' }).click()
    await page.getByText('No movie of the genres shown lies here.').waitFor()
    await legend.getByRole('button', { name: fewest }).click()
    await expect.poll(() => page.getByTestId('in-view-count').innerText()).toBe(`${count(fewest)} in view`)
    await context.close()
  })

  it('zooms by two fingers about the point between them', async () => {
    const { page, context } = await openMap('/map', { width: 390 })
    const before = await cameraOf(page)
    const box = (await page.locator(host).boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const touch = await context.newCDPSession(page)
    const fingers = (gap: number) => [
      { x: x - gap, y, id: 1 },
      { x: x + gap, y, id: 2 },
    ]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(40) })
    for (const gap of [55, 70, 85, 100, 120]) {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(gap) })
    }
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    const after = await closer(page, before, 3, 1)
    expect(after.x).toBeCloseTo(before.x, 0)
    await context.close()
  })

  it('looks right', async () => {
    await looksRight(browser, `${server.url}/map`, 'map', async (page) => {
      await page.waitForSelector(`${host}[data-camera]`)
      await page.waitForSelector('[aria-label="Movies in view"] li')
    })
  })
})
