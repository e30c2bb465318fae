import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, type Page, chromium as playwright, type Request } from 'playwright-core'
import { expect } from 'vitest'

export type Theme = 'light' | 'dark'
export const themes: readonly Theme[] = ['light', 'dark']
/** A phone and a desktop. */
export const widths = [390, 1280] as const

/** A real Chromium out of a registry package: no download, nothing reached but this machine. */
export async function startBrowser(): Promise<Browser> {
  return await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      // WebGL by software, as there is no graphics card.
      ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    ],
  })
}

export interface OpenPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of the page and requests to anywhere but its server: a test asserts that there are none. */
  readonly troubles: string[]
}

/** What the pages of a context have asked for and not got yet, and when they last began or ended a request. */
const traffic = new WeakMap<BrowserContext, { readonly open: Set<Request>; last: number }>()

/** Waits until a page has fetched what it was fetching. `networkidle` is of no use for that: it comes once for a document. */
export async function quiet(context: BrowserContext): Promise<void> {
  const now = traffic.get(context)!
  await expect.poll(() => now.open.size === 0 && Date.now() - now.last > 1_500, { timeout: 120_000 }).toBe(true)
}

/** A page in a window and theme of its own; what goes wrong in it is gathered. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, theme = 'light' }: { width?: number; theme?: Theme } = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 860 },
    colorScheme: theme,
    hasTouch: width < 600,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const asked = { open: new Set<Request>(), last: Date.now() }
  traffic.set(context, asked)
  context.on('request', (request) => {
    asked.open.add(request)
    asked.last = Date.now()
  })
  const ended = (request: Request): void => {
    asked.open.delete(request)
    asked.last = Date.now()
  }
  context.on('requestfinished', ended)
  context.on('requestfailed', ended)
  const troubles: string[] = []
  const home = new URL(url).origin
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // What the server refuses is on the console too; tests of refusals look at the page.
    const refused = /Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !refused) troubles.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== home && protocol.startsWith('http')) troubles.push(`request to ${request.url()}`)
  })
  await page.goto(url)
  return { page, context, troubles }
}

export interface AxeFinding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly string[]
}

/** What axe finds that is serious or critical. */
export async function axe(page: Page): Promise<AxeFinding[]> {
  // Evaluated as a developer's console does: a script tag would be refused by the page's policy, and say so on the console.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return await page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
        }>
      }
    }
    const { violations } = await run.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        id,
        impact,
        nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 200)}: ${failureSummary}`),
      }))
  })
}

/** Where screenshots go: MARQUEE_SCREENS, or nowhere. `docs/screens` holds the ones that are kept. */
export async function screenshot(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  const folder = process.env.MARQUEE_SCREENS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage })
}
