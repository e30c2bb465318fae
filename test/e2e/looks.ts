import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { axe, openPage, screenshot, themes, widths } from './browser.ts'

/**
 * Opens a page in both themes and both widths and holds what every page keeps: axe finds nothing serious, nothing sticks
 * out to the side, no error, no request to anywhere else. `prepare` waits until there is something to look at.
 */
export async function looksRight(
  browser: Browser,
  url: string,
  name: string,
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  for (const theme of themes) {
    for (const width of widths) {
      const where = `${name} ${width} ${theme}`
      const { page, context, troubles } = await openPage(browser, url, { width, theme })
      await prepare(page)
      expect(await axe(page), where).toEqual([])
      const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(sticksOut, where).toBeLessThanOrEqual(0)
      expect(troubles, where).toEqual([])
      await screenshot(page, `${name}-${width}-${theme}`)
      await context.close()
    }
  }
}
