import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { operations, type RealServer, realServer } from './http/helpers.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const service = readme.slice(readme.indexOf('## As a service'), readme.indexOf('## As a library'))
const blocks = (language: string, page = text): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block!)
// A proxy of the machine's is for the world outside.
const env = { ...process.env, no_proxy: '*', NO_PROXY: '*' }
const run = (file: string, args: readonly string[]) => promisify(execFile)(file, args, { env })
let server: RealServer

beforeAll(async () => {
  server = await realServer()
})

const here = (block: string): string => block.replaceAll('http://localhost:8080', server.url)

describe('the README, as a service', () => {
  test('its calls with curl', async (context) => {
    const has = await run('curl', ['--version']).catch(() => null)
    if (!has) context.skip('there is no curl here')
    const calls = blocks('sh', service)[0]!.split(/^(?=curl)/m)
    const answers = []
    for (const call of calls) answers.push(JSON.parse((await run('bash', ['-c', here(call)])).stdout))
    expect(answers.map((answer) => (answer.items ?? answer.feedback).length)).toEqual([3, 1, 3])
  })

  test('its calls with the client', async () => {
    const folder = mkdtempSync(join(import.meta.dirname, '.example-'))
    try {
      const file = join(folder, 'readme.ts')
      const code = here(blocks('ts', service)[0]!)
      writeFileSync(file, code.replaceAll("'marquee/client'", "'../../../src/server/client/index.ts'"))
      const lines = (await run(process.execPath, [file])).stdout.trimEnd().split('\n')
      expect(lines).toHaveLength(3)
      for (const line of lines) expect(line).toMatch(/\(\d{4}\) (because|by) /)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('docs/api.md', () => {
  test('the three first calls with curl do what they say', async (context) => {
    const has = await run('curl', ['--version']).catch(() => null)
    if (!has) context.skip('there is no curl here')
    const answers = []
    for (const block of blocks('sh').filter((one) => one.startsWith('curl'))) {
      answers.push(JSON.parse((await run('bash', ['-c', here(block)])).stdout))
    }
    expect(answers).toHaveLength(3)
    const [session, feedback, list] = answers
    expect(session.items).toHaveLength(3)
    expect(session.profile).toBe(2)
    expect(feedback.feedback.map(({ kind }: { kind: string }) => kind)).toEqual(['rating', 'dislike'])
    expect(list.items).toHaveLength(3)
    for (const { item, genres } of list.items) {
      expect(['1', '2']).not.toContain(item)
      expect(genres.some((genre: string) => ['Comedy', 'Drama'].includes(genre))).toBe(true)
    }
  })

  test('the client’s examples run as they stand', async () => {
    const folder = mkdtempSync(join(import.meta.dirname, '.example-'))
    const printed: string[] = []
    try {
      for (const [n, block] of blocks('ts').entries()) {
        const file = join(folder, `example${n}.ts`)
        writeFileSync(file, here(block).replaceAll("'marquee/client'", "'../../../src/server/client/index.ts'"))
        printed.push((await run(process.execPath, [file])).stdout)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
    expect(printed).toHaveLength(2)
    const first = printed[0]!.trimEnd().split('\n')
    expect(first).toHaveLength(4)
    for (const line of first.slice(0, 3)) expect(line).toMatch(/\(\d{4}\) [345]\.\d\d (because|by) /)
    expect(first[3]).toMatch(/^\S+ 3$/)
    const second = printed[1]!.trimEnd().split('\n')
    expect(second.slice(0, 3).map((line) => line.split(' ')[0])).toEqual(['1', '2', '3'])
    expect(second[3]).toBe('404 unknown-movie')
  })

  test('every operation is listed with its path and scope, and no other', () => {
    const listed = [...text.matchAll(/^\| `([A-Z]+) (\S+)` \| `(\w+)` \| (\w+) \|/gm)].map(([, ...row]) => row)
    const defined = [...operations].map(([name, { method, path, scope }]) => [method, path, name, scope])
    const byName = (a: string[], b: string[]): number => a[2]!.localeCompare(b[2]!)
    expect(listed.sort(byName)).toEqual(defined.sort(byName as never))
  })
})
