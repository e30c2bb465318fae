import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileName, filesPath } from '../browser/description.ts'
import type { ExtraRoute } from './extra-routes.ts'
import { HttpProblem } from './problem.ts'
import { bestEncoding, matches, type Reply } from './reply.ts'
import { header, type RequestContext } from './request.ts'

const types: Readonly<Record<string, string>> = {
  onnx: 'application/octet-stream',
  json: 'application/json',
  wasm: 'application/wasm',
}

/** The files that GET /v1/browser-model names. Their names are those of their content, so they never change. */
export function browserModelFiles(folder: string): ExtraRoute {
  return {
    method: 'GET',
    path: `${filesPath}:file`,
    name: 'browserModelFile',
    scope: 'read',
    handle: ({ c }) => serve(folder, c.req.path.slice(filesPath.length), c),
  }
}

async function serve(folder: string, name: string, c: RequestContext): Promise<Reply> {
  const extension = fileName.exec(name)?.[1]
  const path = join(folder, name)
  if (extension === undefined || !(await isFile(path))) {
    throw new HttpProblem(404, 'no-file', 'there is no such file', {
      place: 'path.file',
      remedy: 'GET /v1/browser-model names the files there are.',
    })
  }
  const etag = `"${name}"`
  const headers: Record<string, string> = {
    'content-type': types[extension]!,
    'cache-control': 'public, max-age=31536000, immutable',
    etag,
    vary: 'accept-encoding',
  }
  if (matches(header(c, 'if-none-match'), etag)) return { status: 304, body: null, headers }
  const encoding = bestEncoding(header(c, 'accept-encoding'), ['br', 'gzip'])
  const sent = encoding === null ? path : `${path}.${encoding === 'br' ? 'br' : 'gz'}`
  if (encoding !== null) headers['content-encoding'] = encoding
  headers['content-length'] = String((await stat(sent)).size)
  if (c.req.method === 'HEAD') return { status: 200, body: null, headers }
  return { status: 200, body: Readable.toWeb(createReadStream(sent)) as ReadableStream<Uint8Array>, headers }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
