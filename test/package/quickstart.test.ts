import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** The first fenced TypeScript block after a heading of a document. */
function exampleOf(document: string, heading: string): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8')
  const at = text.indexOf(heading)
  const block = /```ts\n([\s\S]*?)```/.exec(text.slice(at))
  if (at < 0 || !block) throw new Error(`${document} has no TypeScript under "${heading}"`)
  return block[1]!
}

/** Runs an example as it stands in the document, with `marquee` being this source; gives back what it printed. */
async function run(example: string): Promise<string[]> {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
  const { join } = await import('node:path')
  const { pathToFileURL } = await import('node:url')
  const { execFile } = await import('node:child_process')
  const { promisify } = await import('node:util')
  const folder = mkdtempSync(join(import.meta.dirname, '.example-'))
  try {
    const file = join(folder, 'example.ts')
    const source = new URL('../../src/index.ts', import.meta.url).href
    writeFileSync(file, example.replaceAll("from 'marquee'", `from '${source}'`))
    const { stdout } = await promisify(execFile)(process.execPath, [pathToFileURL(file).pathname])
    return stdout.trimEnd().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the README', () => {
  test('the quickstart is at most ten statements, and recommends', async () => {
    const example = exampleOf('README.md', '## As a library')
    const code = example.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//'))
    expect(code.length).toBeLessThanOrEqual(12)
    const lines = await run(example)
    expect(Number(/rmse[^\d]*([\d.]+)/.exec(lines[0]!)![1])).toBeLessThan(0.87)
    expect(lines.slice(1)).toHaveLength(10)
    for (const line of lines.slice(1)) expect(line).toMatch(/^[345]\.\d\d .+/)
  })

  test('a model of one’s own, as documented, is registered, trained and measured', async () => {
    const lines = await run(exampleOf('docs/own-model.md', '# A model of your own'))
    expect(lines[0]).toMatch(/^rmse 0\.9\d/)
    expect(lines[1]).toMatch(/\(\d{4}\)/)
  })
})
