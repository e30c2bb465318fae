import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'marquee-pack-'))
const project = join(folder, 'project')
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 850_000 })

/** What a user of the package writes: types are checked by tsc below, values here. */
const script = `
import { createModel, evaluate, loadDataset, saveArtefact, loadArtefact, split } from 'marquee'
import { Graph } from 'marquee/engine'
import { biasDefinition } from 'marquee/baselines'
const data = await loadDataset('ml-latest-small')
const parts = split(data.interactions, { kind: 'random', ratio: 0.8, seed: 1 })
const figures = {}
for (const [name, options] of [['embedding-dot', { epochs: 4 }], ['dnn', { epochs: 1 }], [biasDefinition.name, {}]]) {
  const model = await createModel(name, options)
  await model.fit(parts.train, { seed: 1, threads: 2 })
  figures[name] = (await evaluate(model, parts, { metrics: ['rmse'] })).metrics.rmse
}
console.log(JSON.stringify({ node: process.version, figures, graph: new Graph().input('x', ['B', 2]).shape }))
`

/** Why the registry (or npm's cache) could not give what a test needs, or null. */
let unreachable: string | null = null

beforeAll(() => {
  const packed = run('npm', ['pack', '--pack-destination', folder, '--json'], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  expect(packed).toContain('marquee')
  run('mkdir', [project], folder)
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }')
  writeFileSync(join(project, '.npmrc'), 'onnxruntime-node-install=skip\n')
  try {
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join('..', tarball!)], project)
  } catch (error) {
    unreachable = (error as { stderr: string }).stderr
  }
  writeFileSync(join(project, 'use.mjs'), script)
}, 1_800_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the published package, installed into an empty project', () => {
  test.for(['22', '24'])('works on Node %s', { timeout: 900_000 }, (major, context) => {
    needsRegistry(context)
    const answer = JSON.parse(run(nodeOf(major), ['use.mjs'], project).trim().split('\n').at(-1)!)
    expect(answer.node).toMatch(new RegExp(`^v${major}\\.`))
    expect(answer.graph).toEqual(['B', 2])
    // The bias model is solved, not trained: 0.8732 on this split whatever the machine.
    expect(answer.figures.bias).toBeCloseTo(0.8732, 3)
    expect(answer.figures['embedding-dot']).toBeLessThan(1)
    expect(answer.figures.dnn).toBeLessThan(1.1)
  })

  test('its command runs, and its types are there', (context) => {
    needsRegistry(context)
    const models = run(join(project, 'node_modules/.bin/marquee'), ['models', '--json'], project)
    expect(JSON.parse(models).map((m: { name: string }) => m.name)).toContain('embedding-dot')
    writeFileSync(
      join(project, 'typed.ts'),
      `import { createModel, type Recommender } from 'marquee'
       export const model: Promise<Recommender> = createModel('dnn')
       import { createClient } from 'marquee/client'
       // @ts-expect-error: a name is a string
       export const wrong = createModel(1)
       export const movies = createClient('').listMovies({ query: 'toy', limit: 3 })
       // @ts-expect-error: there is no such field
       export const none = createClient('').listMovies({ title: 'toy' })`,
    )
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      '',
    ]
    run(join(root, 'node_modules/.bin/tsc'), [...options, 'typed.ts'], project)
  })

  test('serves: API, page and docs, spoken to by its own client', { timeout: 900_000 }, async (context) => {
    needsRegistry(context)
    const trained = join(project, 'artefact')
    const marquee = join(project, 'node_modules/.bin/marquee')
    run(marquee, ['train', 'ml-latest-small', '--model', 'bias', '--out', trained], project)
    writeFileSync(
      join(project, 'ask.mjs'),
      `import { createClient, ApiError } from 'marquee/client'
       import { openApiDocument } from 'marquee/server'
       import { openStore } from 'marquee/store'
       const client = createClient(process.argv[2])
       const list = await client.recommendForSession({ profile: [{ item: '1', rating: 5 }], k: 3 })
       const wrong = await client.getMovie({ id: 'none' }).catch((error) => error)
       const store = await openStore('other.db')
       await store.close()
       const { paths } = openApiDocument()
       console.log(JSON.stringify({ items: list.items.length, code: wrong instanceof ApiError && wrong.code, paths: '/v1/feedback' in paths }))`,
    )
    const child = spawn(marquee, ['serve', '--artefact', trained, '--port', '0'], { cwd: project })
    const ended = once(child, 'exit')
    try {
      let said = ''
      const url = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (chunk) => {
          said += chunk
          const found = /at (http:\S+)/.exec(said)
          if (found) resolve(found[1]!)
        })
        child.stderr.on('data', (chunk) => {
          said += chunk
        })
        child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)))
      })
      expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' })
      expect(await (await fetch(url)).text()).toContain('<script type="module"')
      expect((await fetch(`${url}/docs/swagger-ui-bundle.js`)).status).toBe(200)
      expect(JSON.parse(run(process.execPath, ['ask.mjs', url], project))).toEqual({
        ...{ items: 3, code: 'unknown-movie', paths: true },
      })
    } finally {
      child.kill('SIGTERM')
    }
    expect((await ended)[0]).toBe(0)
  })
})

/** Without a registry there is nothing to install from: a reason to skip; any other failure to install is a failure. */
function needsRegistry(context: TestContext): void {
  if (unreachable === null) return
  expect(unreachable).toMatch(/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|network/)
  context.skip(`the npm registry cannot be reached: ${unreachable.split('\n')[0]}`)
}

/** A Node of a major version: this one, or the registry's, installed beside the project. */
function nodeOf(major: string): string {
  if (process.version.startsWith(`v${major}.`)) return process.execPath
  const place = join(folder, `node${major}`)
  if (!existsSync(place)) {
    run('mkdir', [place], folder)
    writeFileSync(join(place, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }')
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `node@${major}`], place)
  }
  return join(place, 'node_modules/node/bin/node')
}
