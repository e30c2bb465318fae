import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, it } from 'vitest'

const built = join(import.meta.dirname, '../../build/web')
/** Compressed bytes that stand between the visitor and Discover. React and its DOM are three quarters of the script. */
const budget = { script: 100_000, style: 8_000 }

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../scripts/build-pages.mjs')])
}, 240_000)

const size = (paths: readonly string[]) =>
  paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(built, path)), { level: 9 }).length, 0)

it('what Discover needs stays within its budget, and the heavy parts are not in it', () => {
  const html = readFileSync(join(built, 'index.html'), 'utf8')
  const scripts = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="(\/[^"]+\.js)"/g)].map((found) => found[1]!)
  const styles = [...html.matchAll(/<link[^>]*rel="stylesheet"[^>]*href="(\/[^"]+\.css)"/g)].map((found) => found[1]!)
  expect(scripts.some((path) => /\/index-[^/]+\.js$/.test(path))).toBe(true)
  expect(styles.length).toBeGreaterThan(0)
  console.log(`main bundle, gzip: ${size(scripts)} bytes of script, ${size(styles)} of style`)
  expect(size(scripts)).toBeLessThan(budget.script)
  expect(size(styles)).toBeLessThan(budget.style)
  const text = scripts.map((path) => readFileSync(join(built, path), 'utf8')).join('')
  // Text that only stands in Observable Plot, the search of the browser's own catalogue, and the page of the visitor's data.
  for (const heavy of ['plot-d6a7b5', 'MiniSearch', 'Erase everything']) expect(text).not.toContain(heavy)
  const all = readdirSync(join(built, 'assets')).map((file) => readFileSync(join(built, 'assets', file), 'utf8'))
  for (const heavy of ['plot-d6a7b5', 'MiniSearch', 'Erase everything'])
    expect({ heavy, somewhere: all.some((chunk) => chunk.includes(heavy)) }).toEqual({ heavy, somewhere: true })
})

it('nothing is asked of anybody but the server', () => {
  const html = readFileSync(join(built, 'index.html'), 'utf8')
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  // Scripts in the document would be refused by the server's policy.
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/)
})
