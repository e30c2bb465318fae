/**
 * Holds the direction of imports: a file imports from folders above its own in this list (and its own), never below.
 * Usage: node scripts/check-imports.ts [root]; exits 1 and names every wrong import.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Top to bottom, in processing order; see docs/layout.md. */
export const layers = [
  'core',
  'data',
  'engine',
  'sampling',
  'losses',
  'models',
  'baselines',
  'catalogue',
  'evaluation',
  'explain',
  'experiments',
  'store',
  'server',
  'cli',
]

/** Folders that must not import each other although they stand in one order. */
const strangers: [from: string, to: string][] = [
  ['engine', 'data'],
  ['losses', 'sampling'],
  ['sampling', 'data'],
  ['losses', 'data'],
  ['baselines', 'engine/autodiff'],
  ['explain', 'baselines'],
]

/** Every wrong import under root/src, as "file imports target: reason". */
export function wrongImports(root: string): string[] {
  const source = join(root, 'src')
  const wrong: string[] = []
  for (const entry of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ts$/.test(entry) || entry.includes(`${sep}wasm${sep}`)) continue
    const from = entry.split(sep).length > 1 ? entry.split(sep)[0]! : 'index'
    const text = readFileSync(join(source, entry), 'utf8')
    for (const match of text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)['"]/g)) {
      const target = relative(source, normalize(join(source, dirname(entry), match[1]!)))
      const to = target.split(sep).length > 1 ? target.split(sep)[0]! : 'index'
      if (from === 'index') continue
      const a = layers.indexOf(from)
      const b = layers.indexOf(to)
      if (a < 0) wrong.push(`${entry}: the folder "${from}" is not in the list of layers`)
      else if (b < 0) wrong.push(`${entry} imports ${target}: not a layer`)
      else if (b > a) wrong.push(`${entry} imports ${target}: ${to} stands below ${from}`)
      for (const [x, y] of strangers) {
        if (from === x && target.startsWith(y)) wrong.push(`${entry} imports ${target}: ${x} must not know ${y}`)
      }
    }
  }
  return wrong
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = wrongImports(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'))
  for (const line of wrong) console.error(line)
  console.log(wrong.length === 0 ? 'imports go one way' : `${wrong.length} wrong imports`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
