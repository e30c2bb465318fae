import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/server/client/index.ts'
import { bin, marquee, temporaryFolder } from './helpers.ts'

const out = join(temporaryFolder(), 'started')

interface Started {
  reused: boolean
  comparison: { model: string; metrics: Record<string, number | null> }[]
  recommendations: { item: string; title: string }[]
  neighbours: { title: string; similarity: number }[]
  seconds: number
}

async function start(): Promise<{ document: Started; said: string }> {
  const { code, out: text, err } = await marquee(['start', '--out', out, '--json'])
  expect(code).toBe(0)
  return { document: JSON.parse(text) as Started, said: err }
}

describe('start', () => {
  let first: Started

  test('trains, beats the bias baseline, recommends and finds neighbours', async () => {
    const { document, said } = await start()
    first = document
    const figures = Object.fromEntries(document.comparison.map(({ model, metrics }) => [model, metrics]))
    expect(Object.keys(figures)).toEqual(['embedding-dot', 'bias', 'popularity'])
    expect(figures['embedding-dot']!.rmse!).toBeLessThan(figures.bias!.rmse! - 0.01)
    expect(figures.popularity!.rmse).toBeNull()
    expect(document.reused).toBe(false)
    expect(document.recommendations).toHaveLength(10)
    expect(document.neighbours).toHaveLength(10)
    expect(document.neighbours.map(({ title }) => title)).not.toContain('Toy Story (1995)')
    expect(said).toMatch(/popularity +- +- +0\.\d{4}/)
  })

  test('the second start takes the saved model and shows the same', async () => {
    const { document, said } = await start()
    expect(said).toContain('taking the model saved in')
    expect(document).toEqual({ ...first, reused: true, seconds: document.seconds })
  })

  test('a damaged model is trained again, and the reason said', async () => {
    const manifest = join(out, 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"seed": 1', '"seed": 2'))
    const { document, said } = await start()
    expect(said).toMatch(/changed or damaged.*\ntraining again/)
    expect(document.reused).toBe(false)
  })

  test('so is one whose files are damaged behind a good manifest', async () => {
    const parameters = join(out, readdirSync(out).find((name) => name.startsWith('parameters'))!)
    writeFileSync(parameters, 'not a model')
    const { document } = await start()
    expect(document.reused).toBe(false)
    expect(document.recommendations).toHaveLength(10)
  })

  test('what it says to try next works', async () => {
    const { said } = await start()
    const lines = said.split('\n').filter((line) => line.startsWith('  npx marquee '))
    expect(lines).toHaveLength(4)
    for (const line of lines.filter((text) => !text.includes(' evaluate '))) {
      const words = [...line.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
      const { code, out: text } = await marquee(words.slice(2))
      expect(code).toBe(0)
      expect(text.length).toBeGreaterThan(100)
    }
  })

  test('ends with the page open, in plain lines where there is no terminal; Ctrl-C ends it with 0', async () => {
    const flags = ['--out', out, '--port', '0', '--store', join(out, '../page.db')]
    const child = spawn(process.execPath, [bin, 'start', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(child, 'exit')
    let text = ''
    const url = await new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => {
        text += chunk
        const found = /is at (http:\S+) {2}\(Ctrl-C ends it\)/.exec(text)
        if (found) resolve(found[1]!)
      })
    })
    expect(text).toContain('taking the model saved in')
    expect(text).toMatch(/ 1 +\d\.\d\d /)
    const page = await fetch(url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('<script type="module"')
    const list = await createClient(url).recommendForSession({ profile: [{ item: '1', rating: 5 }], k: 3 })
    expect(list.items).toHaveLength(3)
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(0)
  })

  test('--no-serve ends when all is shown', async () => {
    const { code, out: text } = await marquee(['start', '--out', out, '--no-serve'])
    expect(code).toBe(0)
    expect(text).toContain('try next')
    expect(text).not.toContain('Ctrl-C')
  })
})
