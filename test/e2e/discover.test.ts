import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenPage, openPage, startBrowser } from './browser.ts'
import {
  acknowledged,
  cards,
  findAndRate,
  kept,
  rate,
  recommended,
  settled,
  starsOf,
  tab,
  visitor,
} from './discover-page.ts'
import { startServer, type TestServer } from './server.ts'

let server: TestServer
let browser: Browser
const opened: OpenPage[] = []

beforeAll(async () => {
  server = await startServer()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})
/** A new visitor's page; the test ends with nothing on its console and no request to elsewhere. */
async function visit(path = '/discover', options = {}) {
  const open = await openPage(browser, server.url + path, options)
  opened.push(open)
  return open.page
}
const leave = async () => {
  const troubles = opened.flatMap((open) => open.troubles)
  for (const { context } of opened.splice(0)) await context.close()
  expect(troubles).toEqual([])
}

interface FeedbackPage {
  feedback: { item: string; kind: string; value: number | null; recommendation: string | null }[]
}
const feedbackOf = async (user: string) =>
  (await server.api<FeedbackPage>('GET', `/v1/feedback?user=${user}&limit=1000`)).feedback

describe('a first visit', () => {
  it('shows what many like and says that it is not personal, with picks to rate', async () => {
    const page = await visit('/')
    await settled(page)
    expect(new URL(page.url()).pathname).toBe('/discover')
    await expect.poll(() => page.title()).toBe('Discover · Marquee')
    await expect.poll(() => cards(page).count()).toBe(21)
    // The picks are asked for apart.
    await expect.poll(() => page.locator('.picks > li').count()).toBe(6)
    await expect
      .poll(() => cards(page).first().locator('.rec-reason').textContent())
      .toMatch(/because nothing has been rated yet/)
    await cards(page).first().getByRole('button', { name: /^Why / }).click()
    await page.getByText(/^Not personal yet: /).waitFor()
    await leave()
  })

  it('says where ratings go, and keeps them here when told to', async () => {
    const page = await visit()
    await page.getByRole('button', { name: 'Keep them here only' }).click()
    await page.getByRole('button', { name: 'Keep them here only' }).waitFor({ state: 'detached' })
    const asked: string[] = []
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
    await findAndRate(page, 'the matrix', 'The Matrix (1999)', 5)
    await settled(page)
    expect(asked).toContain('POST /v1/session/recommendations')
    // Feedback would have gone after a moment.
    await page.waitForTimeout(1_500)
    expect(asked.filter((line) => line.includes('/v1/feedback'))).toEqual([])
    expect(await kept(page, 'marquee.visitor.v1')).toBeNull()
    await leave()
  })
})

describe('search', () => {
  it('takes the first movie found on Enter, wherever the mouse rests', async () => {
    const page = await visit()
    const box = page.getByRole('combobox')
    const { x, y, height } = (await box.boundingBox())!
    // Where the third option will be.
    await page.mouse.move(x + 60, y + height + 130)
    await box.pressSequentially('matrix')
    await page.getByRole('option').nth(2).waitFor()
    await box.press('Enter')
    await page.locator('.finder-chosen').getByRole('link', { name: 'The Matrix', exact: true }).waitFor()
    await leave()
  })

  it('takes a movie of what was typed last, also where Enter comes before its answer', async () => {
    const page = await visit()
    const box = page.getByRole('combobox')
    await box.fill('matrix')
    await page
      .getByRole('option', { name: /The Matrix/ })
      .first()
      .waitFor()
    await box.fill('titanic 1997')
    await box.press('Enter')
    await page.locator('.finder-chosen').getByRole('link', { name: 'Titanic', exact: true }).waitFor()
    await leave()
  })
})

describe('rating', () => {
  it('finds a movie in spite of typing errors, and the list follows with reasons', async () => {
    const page = await visit()
    const before = await recommended(page)
    await findAndRate(page, 'shawshenk redemtion', 'The Shawshank Redemption (1994)', 4.5)
    await findAndRate(page, 'toy stry', 'Toy Story (1995)', 5)
    await cards(page)
      .locator('.rec-reason', { hasText: /because you (rated|gave)/i })
      .first()
      .waitFor()
    const after = await recommended(page)
    expect(after).not.toEqual(before)
    expect(after).not.toContain('Toy Story (1995)')
    expect(after).not.toContain('The Shawshank Redemption (1994)')
    const first = cards(page).first()
    await first.getByRole('button', { name: /^Why / }).click()
    const moved = first.locator('.moved li')
    await moved.first().waitFor()
    expect(await moved.count()).toBeLessThanOrEqual(2)
    for (const figure of await moved.locator('.moved-figure').allTextContents()) expect(figure).toMatch(/^[+−]\d\.\d+$/)
    await leave()
  })

  it('survives a reload and reaches the server under a random id, with the list it came of', async () => {
    const page = await visit()
    const [first] = await recommended(page)
    await rate(cards(page).first(), first!, 4)
    await cards(page)
      .filter({ has: page.locator(`article[aria-label="${first!.replaceAll('"', '\\"')}"]`) })
      .waitFor({ state: 'detached' })
    await acknowledged(page)
    await page.reload()
    expect(await recommended(page)).not.toContain(first)
    await tab(page, /^Your ratings/).click()
    await expect
      .poll(() => starsOf(page.locator('.kept'), first!).getByRole('radio', { checked: true }).getAttribute('value'))
      .toBe('4')
    const id = await visitor(page)
    expect(id).toMatch(/^web-[0-9a-f-]{36}$/)
    const [feedback, ...more] = await feedbackOf(id)
    expect(more).toEqual([])
    expect(feedback).toMatchObject({ kind: 'rating', value: 4 })
    expect(feedback!.recommendation).toEqual(expect.any(String))
    await leave()
  })

  it('tells the server what was in view of the lists, once the visitor has said something', async () => {
    const page = await visit()
    await settled(page)
    await page.waitForTimeout(1_000)
    expect(await kept(page, 'marquee.visitor.v1')).toBeNull()
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/v1/session/recommendations')),
      findAndRate(page, 'toy stry', 'Toy Story (1995)', 5),
    ])
    const list = (await answer.json()) as { recommendation: string; items: { item: string }[] }
    const id = await visitor(page)
    const impressions = async () =>
      (await server.api<FeedbackPage>('GET', `/v1/feedback?user=${id}&view=events&limit=1000`)).feedback.filter(
        ({ kind, recommendation }) => kind === 'impression' && recommendation === list.recommendation,
      )
    await expect.poll(async () => (await impressions()).length, { timeout: 60_000 }).toBeGreaterThan(0)
    const first = await impressions()
    const place = new Map(list.items.map(({ item }, rank) => [item, rank]))
    // The window shows the beginning of the list, not its end.
    expect(first.every(({ item }) => place.get(item)! < 12)).toBe(true)
    expect(new Set(first.map(({ item }) => item)).size).toBe(first.length)
    await cards(page).last().scrollIntoViewIfNeeded()
    await expect
      .poll(async () => (await impressions()).map(({ item }) => item), { timeout: 60_000 })
      .toContain(list.items.at(-1)!.item)
    const { report } = await server.api<{ report: { feedback: Record<string, number> }[] }>('GET', '/v1/traffic')
    expect(report[0]!.feedback.impression).toBeGreaterThanOrEqual(first.length + 1)
    await leave()
  })

  it('is undone step by step, forward again, and taken back on the server', async () => {
    const page = await visit()
    await findAndRate(page, 'alien 1979', 'Alien (1979)', 5)
    await findAndRate(page, 'titanic 1997', 'Titanic (1997)', 1)
    await acknowledged(page)
    const id = await visitor(page)
    expect((await feedbackOf(id)).map(({ value }) => value).sort()).toEqual([1, 5])
    await page.reload()
    const undo = page.locator('.programme-tools').getByRole('button', { name: 'Undo' })
    await undo.click()
    await page.getByText('Undone: rated Titanic (1997) 1 star').first().waitFor()
    await undo.click()
    await expect.poll(() => undo.isDisabled()).toBe(true)
    await page.locator('.programme-tools').getByRole('button', { name: 'Redo' }).click()
    await acknowledged(page)
    expect((await feedbackOf(id)).map(({ value }) => value)).toEqual([5])
    await tab(page, /^Your ratings/).click()
    await page.locator('.kept').getByRole('link', { name: 'Alien' }).waitFor()
    await expect.poll(() => page.locator('.kept > li').count()).toBe(1)
    await leave()
  })

  it('in one tab shows in another', async () => {
    const page = await visit()
    const other = await page.context().newPage()
    await other.goto(`${server.url}/discover`)
    await settled(other)
    await findAndRate(page, 'fargo', 'Fargo (1996)', 4.5)
    await tab(other, /^Your ratings\s*1$/).waitFor()
    await findAndRate(other, 'heat 1995', 'Heat (1995)', 4)
    await tab(page, /^Your ratings\s*2$/).waitFor()
    await leave()
  })

  it('the answer to an older question never replaces that to a newer one', async () => {
    const page = await visit()
    await settled(page)
    let held = 0
    let release = () => {}
    const newerShown = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/v1/session/recommendations', async (route) => {
      const { profile } = route.request().postDataJSON() as { profile: unknown[] }
      if (profile.length === 1) {
        held += 1
        await newerShown
      }
      await route.continue().catch(() => undefined)
    })
    await findAndRate(page, 'toy story 1995', 'Toy Story (1995)', 5)
    await expect.poll(() => held).toBe(1)
    await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
    const newest = await recommended(page)
    release()
    // Time for the older answer to come, if anything still listened for it.
    await page.waitForTimeout(1_800)
    expect(held).toBe(1)
    expect(await recommended(page)).toEqual(newest)
    await leave()
  })
})

describe('lists', () => {
  it('not interested takes a movie out for good, and can be undone', async () => {
    const page = await visit()
    const [first, second] = await recommended(page)
    await page.getByRole('button', { name: `Not interested in ${first}`, exact: true }).click()
    await page.locator(`article[aria-label="${first}"]`).waitFor({ state: 'detached' })
    expect((await recommended(page))[0]).toBe(second)
    await page.reload()
    expect(await recommended(page)).not.toContain(first)
    await tab(page, /^Not interested/).click()
    await page.getByRole('button', { name: `Let back in: ${first}`, exact: true }).click()
    await page.getByRole('button', { name: 'Undo' }).last().waitFor()
    await tab(page, /To begin with|For you/).click()
    expect(await recommended(page)).toContain(first)
    await leave()
  })

  it('the watchlist keeps movies over a reload', async () => {
    const page = await visit()
    const [first] = await recommended(page)
    const button = page.getByRole('button', { name: `Watchlist: ${first}`, exact: true })
    await button.click()
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true')
    await page.getByText(`${first} is on your watchlist`).first().waitFor()
    await page.reload()
    await tab(page, /^Watchlist\s*1$/).click()
    await expect.poll(() => page.locator('.kept > li').count()).toBe(1)
    await page.getByRole('button', { name: `Remove ${first}`, exact: true }).click()
    await page.getByText('Your watchlist is empty').waitFor()
    await leave()
  })
})

describe('tuning', () => {
  it('diversity and popularity penalty change the list and are kept', async () => {
    const page = await visit()
    await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
    const plain = await recommended(page)
    await page.getByText('Tune and filter').click()
    await page.getByRole('slider', { name: 'Diversity' }).fill('1')
    const diverse = await recommended(page)
    expect(diverse).not.toEqual(plain)
    await page.getByRole('slider', { name: 'Diversity' }).fill('0')
    await page.getByRole('slider', { name: 'Popularity penalty' }).fill('1')
    const obscure = await recommended(page)
    expect(obscure).not.toEqual(plain)
    await page.reload()
    expect(await recommended(page)).toEqual(obscure)
    await leave()
  })

  it('filters by genre and year, and says when nothing is left', async () => {
    const page = await visit()
    await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
    await page.getByText('Tune and filter').click()
    await page.getByRole('button', { name: 'Western', exact: true }).click()
    await page.getByLabel('from', { exact: true }).fill('1950')
    await page.getByLabel('to', { exact: true }).fill('1969')
    await settled(page)
    const facts = await cards(page).locator('.rec-body > .fine').allTextContents()
    expect(facts.length).toBeGreaterThan(3)
    for (const fact of facts) {
      expect(fact).toContain('Western')
      expect(Number(fact.slice(0, 4))).toBeGreaterThanOrEqual(1950)
      expect(Number(fact.slice(0, 4))).toBeLessThanOrEqual(1969)
    }
    await page.getByLabel('to', { exact: true }).fill('1950')
    await page.getByLabel('from', { exact: true }).fill('2100')
    await page.getByRole('heading', { name: 'No movie is left' }).waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).last().click()
    expect((await recommended(page)).length).toBe(21)
    await leave()
  })

  it('a year keeps the cursor while it is typed and changed, and goes with the filters', async () => {
    const page = await visit()
    await page.getByText('Tune and filter').click()
    const from = page.getByLabel('from', { exact: true })
    await from.click()
    await page.keyboard.type('1994')
    await page.keyboard.press('Backspace')
    expect(await from.inputValue()).toBe('199')
    await page.keyboard.type('5')
    expect(await from.inputValue()).toBe('1995')
    await settled(page)
    const facts = await cards(page).locator('.rec-body > .fine').allTextContents()
    expect(facts.length).toBe(21)
    for (const fact of facts) expect(Number(fact.slice(0, 4))).toBeGreaterThanOrEqual(1995)
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await expect.poll(() => from.inputValue()).toBe('')
    await leave()
  })

  it('gives more movies when asked', async () => {
    const page = await visit()
    await settled(page)
    await page.getByRole('button', { name: 'More movies' }).click()
    await cards(page).nth(41).waitFor()
    expect(new Set(await recommended(page)).size).toBe(42)
    await leave()
  })
})

it('moves cards to their new places, and does not where motion is unwanted', async () => {
  const moving = async (reducedMotion: 'reduce' | 'no-preference') => {
    const page = await visit()
    await page.emulateMedia({ reducedMotion })
    await settled(page)
    await page.evaluate(() => {
      const { animate } = Element.prototype
      const counts = globalThis as unknown as { moved: number }
      counts.moved = 0
      Element.prototype.animate = function (...args: Parameters<typeof animate>) {
        counts.moved += 1
        return animate.apply(this, args)
      }
    })
    await findAndRate(page, 'the matrix 1999', 'The Matrix (1999)', 5)
    await settled(page)
    return await page.evaluate(() => (globalThis as unknown as { moved: number }).moved)
  }
  expect(await moving('reduce')).toBe(0)
  expect(await moving('no-preference')).toBeGreaterThan(5)
  await leave()
})

it('a visitor with the keyboard alone finds, rates, and sets a movie aside', async () => {
  const page = await visit()
  await settled(page)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
  const focus = () =>
    page.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName)
  for (let i = 0; i < 8 && (await focus()) !== 'combobox'; i++) await page.keyboard.press('Tab')
  expect(await focus()).toBe('combobox')
  await page.keyboard.type('pulp ficton')
  // Of the whole title: what answers its beginning is replaced, and the choice in it begins anew.
  const found = page.getByRole('listbox', { name: 'Movies found' }).and(page.locator('[aria-busy=false]'))
  await found.getByRole('option', { name: /Pulp Fiction/ }).waitFor()
  await expect.poll(() => page.getByRole('combobox').getAttribute('aria-activedescendant')).not.toBeNull()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  const stars = starsOf(page.locator('.finder-chosen'), 'Pulp Fiction (1994)')
  await stars.getByRole('radio').first().waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('type') === 'radio')
  // Without a rating the first press lands at an end; Left from the first goes round to five.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  expect(await kept(page, 'marquee.profile.v1')).toBeNull()
  await page.keyboard.press('Enter')
  await tab(page, /^Your ratings\s*1$/).waitFor()
  const profile = JSON.parse((await kept(page, 'marquee.profile.v1'))!) as {
    ratings: Record<string, { rating: number }>
  }
  expect(Object.values(profile.ratings).map(({ rating }) => rating)).toEqual([1.5])
  // On to the tabs: arrows move along them.
  await settled(page)
  await tab(page, 'For you').focus()
  await page.keyboard.press('ArrowRight')
  await page.getByText('Your watchlist is empty').waitFor()
  await page.keyboard.press('Home')
  const [first, second] = await recommended(page)
  await page.getByRole('button', { name: `Not interested in ${first}`, exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.locator(`article[aria-label="${first}"]`).waitFor({ state: 'detached' })
  // The focus is not lost with the card: it stands on the one that took its place.
  await page.waitForFunction(
    (name) => document.activeElement?.closest('article')?.getAttribute('aria-label') === name,
    second,
  )
  await expect.poll(() => page.getByTestId('announcer').textContent()).not.toBe('')
  await leave()
})
