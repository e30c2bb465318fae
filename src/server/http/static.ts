import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { bestEncoding, type Encoding, etagOf, matches, type Reply } from './reply.ts'
import { header, type RequestContext } from './request.ts'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}
const suffixes: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

/** Larger files are streamed, not held. */
const heldBytes = 512 * 1024

interface Known {
  readonly modified: number
  readonly etag: string
  readonly bytes: Uint8Array<ArrayBuffer> | null
  readonly size: number
}

/**
 * Files of one folder, with ETags, and in the compressed form that lies beside them (`app.js.br`, `app.js.gz`) where the
 * client reads that. Files that change on the disk are served as they are now.
 */
export class StaticFolder {
  readonly #root: string
  readonly #known = new Map<string, Known>()

  constructor(root: string) {
    this.#root = root
  }

  /** The file at a path below the folder; null where there is none. Nothing outside the folder is ever read. */
  async serve(c: RequestContext, path: string): Promise<Reply | null> {
    const name = safeName(path)
    if (name === null) return null
    const file = join(this.#root, name)
    const type = types[extname(name).toLowerCase()]
    if (type === undefined) return null
    const plain = await this.#know(file)
    if (!plain) return null
    const headers: Record<string, string> = {
      'content-type': type,
      etag: plain.etag,
      'cache-control': hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
    }
    if (matches(header(c, 'if-none-match'), plain.etag)) return { status: 304, body: null, headers }
    for (const offered of ['br', 'gzip'] as const) {
      if (bestEncoding(header(c, 'accept-encoding'), [offered]) === null) continue
      const compressed = await this.#know(file + suffixes[offered])
      // One that is older belongs to another version of the file.
      if (!compressed || compressed.modified < plain.modified) continue
      headers['content-encoding'] = offered
      return this.#reply(c, file + suffixes[offered], compressed, headers)
    }
    return this.#reply(c, file, plain, headers)
  }

  #reply(c: RequestContext, file: string, known: Known, headers: Record<string, string>): Reply {
    headers['content-length'] = String(known.size)
    if (c.req.method === 'HEAD') return { status: 200, body: null, headers }
    const body = known.bytes ?? (Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>)
    return { status: 200, body, headers }
  }

  async #know(file: string): Promise<Known | null> {
    const found = await stat(file).catch(() => null)
    if (!found?.isFile()) return null
    const known = this.#known.get(file)
    if (known && known.modified === found.mtimeMs && known.size === found.size) return known
    const bytes = await readFile(file)
    const fresh = {
      modified: found.mtimeMs,
      etag: etagOf(bytes),
      bytes: bytes.length <= heldBytes ? bytes : null,
      size: bytes.length,
    }
    this.#known.set(file, fresh)
    return fresh
  }
}

/** Vite names what it bundles by its content: "assets/index-B4x8fQ1z.js". */
const hashed = /^assets\/.*-[\w-]{8}\.\w+$/

/** A path below the folder, or null for one that leads out of it or hides something. */
function safeName(path: string): string | null {
  let name: string
  try {
    name = decodeURIComponent(path)
  } catch {
    return null
  }
  if (/[\0\\]/.test(name) || name.includes(sep === '/' ? '//' : sep)) return null
  const parts = name.split('/').filter((part) => part !== '')
  if (parts.length === 0 || parts.some((part) => part.startsWith('.') || part.includes(':'))) return null
  return parts.join('/')
}
