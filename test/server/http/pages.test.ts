import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { fakeService, type Running, run, send, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const web = join(folder, 'web')
const script = `console.log(${JSON.stringify('x'.repeat(3_000))})`
let server: Running

beforeAll(async () => {
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(web, '.hidden.txt'), 'secret')
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>The page</title>')
  writeFileSync(join(web, 'assets/index-B4x8fQ1z.js'), script)
  writeFileSync(join(web, 'assets/index-B4x8fQ1z.js.br'), brotliCompressSync(script))
  writeFileSync(join(web, 'assets/index-B4x8fQ1z.js.gz'), gzipSync(script))
  writeFileSync(join(web, 'assets/big.wasm'), Buffer.alloc(3_000_000, 7))
  server = await run(fakeService(), { web })
})
const get = (target: string, headers: Record<string, string> = {}) => send(server.url, target, { headers })

describe('the page', () => {
  test('at / and at its own addresses, but never in place of the API', async () => {
    for (const target of ['/', '/map', '/movie/1', '/?a=1']) {
      const { status, text, headers } = await get(target, { accept: 'text/html' })
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
      expect(text).toContain('The page')
    }
    for (const target of ['/v1/nothing', '/health', '/metrics/x', '/docs', '/assets/gone.js', '/favicon.png']) {
      expect((await get(target, { accept: 'text/html' })).text).not.toContain('The page')
    }
    expect((await get('/map', { accept: '*/*' })).status).toBe(404)
  })

  test('a strict policy: nothing from elsewhere, no inline script', async () => {
    const { headers } = await get('/')
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split('; ')
        .map((part) => [part.split(' ')[0], part.split(' ').slice(1)]),
    )
    expect(policy['default-src']).toEqual(["'self'"])
    expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"])
    expect(policy['connect-src']).toEqual(["'self'"])
    expect(policy['frame-ancestors']).toEqual(["'none'"])
    expect(JSON.stringify(policy)).not.toMatch(/https?:|\*/)
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  })

  test('compressed files where the client reads them', async () => {
    const target = '/assets/index-B4x8fQ1z.js'
    const url = server.url + target
    for (const [accepted, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
    ] as const) {
      const response = await fetch(url, { headers: { 'accept-encoding': accepted } })
      expect(response.headers.get('content-encoding')).toBe(encoding)
      expect(await response.text()).toBe(script)
    }
    const plain = await get(target)
    expect([plain.text, plain.headers['content-encoding']]).toEqual([script, undefined])
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers.vary).toBe('accept-encoding')
  })

  test('ETags, and files that change', async () => {
    const first = await get('/')
    expect(first.headers['cache-control']).toBe('no-cache')
    const again = await get('/', { 'if-none-match': String(first.headers.etag) })
    expect([again.status, again.text]).toEqual([304, ''])
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>The page, new</title>')
    const changed = await get('/', { 'if-none-match': String(first.headers.etag) })
    expect([changed.status, changed.text.includes('new')]).toEqual([200, true])
    // A compressed form that is older than the file is another version's.
    utimesSync(join(web, 'assets/index-B4x8fQ1z.js.br'), 1, 1)
    utimesSync(join(web, 'assets/index-B4x8fQ1z.js.gz'), 1, 1)
    const stale = await fetch(`${server.url}/assets/index-B4x8fQ1z.js`, { headers: { 'accept-encoding': 'br, gzip' } })
    expect(stale.headers.get('content-encoding')).toBeNull()
  })

  test('large files whole, HEAD without them', async () => {
    const bytes = Buffer.from(await (await fetch(`${server.url}/assets/big.wasm`)).arrayBuffer())
    expect(bytes.equals(Buffer.alloc(3_000_000, 7))).toBe(true)
    const head = await send(server.url, '/assets/big.wasm', { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '3000000', ''])
  })

  test('nothing outside its folder, nothing hidden', async () => {
    const tricks = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
    ]
    const more = [
      '/..%5csecret.txt',
      '/.hidden.txt',
      '/%2ehidden.txt',
      '/assets/%00.js',
      '/assets',
      '/%ff',
      '//etc/passwd',
      '/C:/x.txt',
    ]
    for (const target of [...tricks, ...more]) {
      const { status, text, json } = await get(target)
      expect([target, status, json?.code]).toEqual([target, expect.toBeOneOf([400, 404]), expect.any(String)])
      expect(text).not.toContain('secret"')
    }
  })
})

test('without a page or docs built: said, with the remedy', async () => {
  const { url } = await run(fakeService())
  for (const target of ['/', '/docs/']) {
    const { status, json } = await send(url, target)
    expect([status, json.remedy]).toEqual([404, expect.stringContaining('npm ci')])
  }
})

const built = join(import.meta.dirname, '../../../build')
test('what npm ci builds: docs without any request elsewhere, everything compressed', async () => {
  for (const name of ['web', 'docs']) expect(existsSync(join(built, name, 'index.html'))).toBe(true)
  const { url } = await run(fakeService(), { web: join(built, 'web'), docs: join(built, 'docs') })
  expect((await send(url, '/docs')).headers.location).toBe('/docs/')
  const page = await send(url, '/docs/')
  expect(page.text).not.toMatch(/https?:\/\//)
  for (const [, file] of page.text.matchAll(/(?:src|href)="([\w.-]+)"/g)) {
    expect((await send(url, `/docs/${file}`)).status).toBe(200)
  }
  const bundle = readFileSync(join(built, 'docs/swagger-ui-bundle.js'))
  expect(brotliDecompressSync(readFileSync(join(built, 'docs/swagger-ui-bundle.js.br'))).equals(bundle)).toBe(true)
  const index = await send(url, '/')
  expect(index.text).toContain('<script type="module"')
  expect(index.text).not.toMatch(/(?:src|href)="https?:/)
  for (const [, file] of index.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
    expect((await send(url, file!)).status).toBe(200)
})
