import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { layers, wrongImports } from '../../scripts/check-imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'marquee-imports-'))
afterAll(() => rmSync(folder, { recursive: true }))

function project(name: string, files: Record<string, string>): string {
  const place = join(folder, name)
  for (const [path, text] of Object.entries(files)) {
    const full = join(place, 'src', path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }
  return place
}

test('every import of this repository goes one way', () => {
  expect(wrongImports(root)).toEqual([])
})

test('every folder of src stands in the list of layers', () => {
  const source = join(root, 'src')
  const folders = readdirSync(source).filter((name) => statSync(join(source, name)).isDirectory())
  expect(folders.filter((name) => !layers.includes(name))).toEqual([])
})

test.each([
  [
    'upwards',
    { 'core/a.ts': "import { b } from '../data/b.ts'", 'data/b.ts': '' },
    'core/a.ts imports data/b.ts: data stands below core',
  ],
  [
    'type imports too',
    { 'data/a.ts': "import type { B } from '../models/b.ts'", 'models/b.ts': '' },
    'models stands below data',
  ],
  [
    'dynamic imports too',
    { 'models/a.ts': "const b = await import('../cli/b.ts')", 'cli/b.ts': '' },
    'cli stands below models',
  ],
  [
    're-exports too',
    { 'models/a.ts': "export * from '../baselines/b.ts'", 'baselines/b.ts': '' },
    'baselines stands below models',
  ],
  [
    'from deeper folders too',
    { 'data/x/y/a.ts': "import '../../../engine/b.ts'", 'engine/b.ts': '' },
    'engine stands below data',
  ],
  [
    'engine must not know data',
    { 'engine/a.ts': "import { b } from '../data/b.ts'", 'data/b.ts': '' },
    'engine must not know data',
  ],
  [
    'baselines must not know autodiff',
    { 'baselines/a.ts': "import '../engine/autodiff/b.ts'", 'engine/autodiff/b.ts': '' },
    'baselines must not know engine/autodiff',
  ],
  [
    'an unknown folder',
    { 'utils/a.ts': "import '../core/b.ts'", 'core/b.ts': '' },
    '"utils" is not in the list of layers',
  ],
])('a wrong import is found: %s', (name, files, message) => {
  expect(wrongImports(project(name, files as Record<string, string>))).toEqual([expect.stringContaining(message)])
})

test('right imports pass', () => {
  const files = {
    'index.ts': "export * from './cli/a.ts'",
    'cli/a.ts': "import '../core/b.ts'\nimport './c.ts'\nimport 'node:fs'\nimport '../models/d.ts'",
    'models/d.ts': "import type { E } from '../engine/e.ts'",
  }
  expect(wrongImports(project('right', files))).toEqual([])
})

test('the simple baselines keep clear of the whole engine', () => {
  const place = join(root, 'src', 'baselines')
  const files = readdirSync(place).filter((name) => name.endsWith('.ts'))
  expect(files).toContain('bias.ts')
  expect(files.filter((name) => readFileSync(join(place, name), 'utf8').includes('/engine/'))).toEqual([])
})
