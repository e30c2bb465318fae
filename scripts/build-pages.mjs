/**
 * Builds what `marquee serve` shows beside the API: the page (build/web, by Vite) and the API's description (build/docs,
 * Swagger UI with its assets copied, so that nothing comes from elsewhere); each file also compressed. What has not changed
 * since the last run is not built again. Plain JavaScript: npm runs it at install time under whatever Node there is.
 * Usage: node scripts/build-pages.mjs [--force]
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const compressible = new Set(['.css', '.html', '.js', '.json', '.mjs', '.svg', '.txt', '.wasm', '.webmanifest'])

/** Throws an Error whose message is for people. Where the development dependencies are missing it says so and skips. */
export async function buildPages({ force = false, log = () => {} } = {}) {
  const digest = digestOf([
    'web',
    'src/server/api',
    'src/server/client',
    // What the model in the browser shares with the server.
    'src/server/browser',
    'src/server/service/recommend',
    'src/server/service/movies',
    'src/explain',
    'src/models',
    'src/catalogue/title-words.ts',
    'src/core/errors.ts',
    'src/data/rating-words.ts',
    'scripts/docs-page',
    'scripts/build-pages.mjs',
    'package-lock.json',
  ])
  const stamp = join(root, 'build', 'pages.sha256')
  const present = ['web', 'docs'].every((name) => existsSync(join(root, 'build', name, 'index.html')))
  if (!force && present && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const swagger = join(root, 'node_modules', 'swagger-ui-dist')
  const vite = await import('vite').catch(() => null)
  if (!vite || !existsSync(swagger) || !existsSync(join(root, 'node_modules', '@vitejs', 'plugin-react'))) {
    log('the page was not built: that needs the development dependencies (npm ci); `marquee serve` answers without it')
    return
  }
  const began = performance.now()
  rmSync(stamp, { force: true })
  buildDocs(swagger)
  await buildWeb(vite)
  writeFileSync(stamp, digest)
  log(`built the page and the API's description in ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

function buildDocs(swagger) {
  const files = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png', 'LICENSE', 'NOTICE']
  into('docs', (folder) => {
    for (const file of files)
      copyFileSync(join(swagger, file), join(folder, extname(file) === '' ? `${file}.txt` : file))
    const own = join(root, 'scripts', 'docs-page')
    for (const file of readdirSync(own)) copyFileSync(join(own, file), join(folder, file))
    compressAll(folder)
  })
}

async function buildWeb(vite) {
  // Under a test runner it is "test", and then React's slow development build would go into the page.
  process.env.NODE_ENV = 'production'
  const next = join(root, 'build', `web.${process.pid}`)
  try {
    await vite.build({ root: join(root, 'web'), logLevel: 'error', build: { outDir: next, emptyOutDir: true } })
    compressAll(next)
    swap('web', next)
  } catch (error) {
    rmSync(next, { recursive: true, force: true })
    throw new Error(`the page cannot be built: ${error.message}`, { cause: error })
  }
}

/** Fills a new folder and puts it in the place of build/<name>: whoever serves the old one never sees half of the new. */
function into(name, fill) {
  const next = join(root, 'build', `${name}.${process.pid}`)
  rmSync(next, { recursive: true, force: true })
  mkdirSync(next, { recursive: true })
  fill(next)
  swap(name, next)
}

function swap(name, next) {
  const place = join(root, 'build', name)
  const old = `${next}.old`
  if (existsSync(place)) renameSync(place, old)
  renameSync(next, place)
  rmSync(old, { recursive: true, force: true })
}

/** FILE.br and FILE.gz beside every file that gets smaller; large ones at a quality that takes no minute. */
function compressAll(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !compressible.has(extname(file))) continue
    const bytes = readFileSync(file)
    if (bytes.length < 1024) continue
    const quality = bytes.length > 2_000_000 ? 5 : 11
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    for (const [suffix, small] of [
      ['.br', brotliCompressSync(bytes, { params })],
      ['.gz', gzipSync(bytes, { level: bytes.length > 2_000_000 ? 6 : 9 })],
    ]) {
      if (small.length < bytes.length * 0.95) writeFileSync(file + suffix, small)
    }
  }
}

function digestOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const full = join(root, path)
    if (!existsSync(full)) continue
    const folder = !extname(path)
    const files = folder ? readdirSync(full, { recursive: true, withFileTypes: true }) : [null]
    const names = files.map((entry) =>
      entry === null ? full : entry.isFile() ? join(entry.parentPath, entry.name) : null,
    )
    for (const name of names.filter((one) => one !== null && !one.includes('node_modules')).sort()) {
      hash.update(`${name.slice(root.length)}\0`).update(readFileSync(name))
    }
  }
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPages({ force: process.argv.includes('--force'), log: console.log }).catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
