import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getDataset } from '../../src/data/download.ts'
import { failure, scratch, zipOf } from './helpers.ts'

// ml-latest has no checksum of its own here, so that any zip may stand in for it.
const name = 'ml-latest'
const big = Array.from({ length: 200_000 }, (_, k) => `${k},${(k * 7919) % 1000},${(k * 31) % 5}\n`).join('')
const zip = zipOf([
  { name: 'ml-latest/', content: '' },
  { name: 'ml-latest/ratings.csv', content: `userId,movieId,rating\n${big}` },
  { name: 'ml-latest/README.txt', content: 'hello' },
])

let server: Server
let space: ReturnType<typeof scratch>
let requests: IncomingMessage[]
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeEach(async () => {
  space = scratch()
  requests = []
  server = createServer((request, response) => {
    if (request.url!.endsWith('.md5') && answer !== answerWithChecksum) {
      response.writeHead(404).end()
      return
    }
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  space.remove()
})

/** Sends what is asked of files.grouplens.org to the test's server. */
const redirected: typeof fetch = (url, init) => {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}${new URL(String(url)).pathname}`, init)
}

const get = (more: Parameters<typeof getDataset>[1] = {}) =>
  getDataset(name, { directory: space.folder, fetch: redirected, ...more })

/**
 * Breaks a connection when the client has written down so many bytes in all. By time alone it could come too early on a
 * busy machine: what a client has received but not yet taken from its stream is lost with the connection.
 */
async function breakAt(bytes: number, response: ServerResponse): Promise<void> {
  const part = join(space.folder, `${name}.zip.part`)
  while (!response.destroyed && (statSync(part, { throwIfNoEntry: false })?.size ?? 0) < bytes) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  response.destroy()
}

/** Serves ranges of the zip, honouring If-Range, and breaks the connection after `limit` bytes of each answer. */
function serveRanges(limit: number, etag: () => string) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const usable = range !== null && request.headers['if-range'] === etag()
    const from = usable ? Number(range[1]) : 0
    const body = zip.subarray(from)
    response.writeHead(usable ? 206 : 200, {
      etag: etag(),
      'content-length': body.length,
      ...(usable ? { 'content-range': `bytes ${from}-${zip.length - 1}/${zip.length}` } : {}),
    })
    if (body.length > limit) response.write(body.subarray(0, limit), () => void breakAt(from + limit, response))
    else response.end(body)
  }
}

function answerWithChecksum(request: IncomingMessage, response: ServerResponse): void {
  if (request.url!.endsWith('.md5')) response.end(`MD5 (ml-latest.zip) = ${'0'.repeat(32)}\n`)
  else response.end(zip)
}

function expectUnpacked(): void {
  const folder = join(space.folder, name)
  expect(readdirSync(folder).sort()).toEqual(['README.txt', 'ratings.csv'])
  expect(readFileSync(join(folder, 'ratings.csv'), 'utf8')).toBe(`userId,movieId,rating\n${big}`)
  // Neither the download nor the temporary folder stays behind.
  expect(readdirSync(space.folder)).toEqual([name])
}

describe('getDataset', () => {
  test('downloads, reports progress in bytes, unzips, and leaves a folder that is there alone', async () => {
    answer = serveRanges(Number.POSITIVE_INFINITY, () => '"a"')
    const seen: { stage: string; done: number; total: number | null }[] = []
    const got = await get({ onProgress: (p) => seen.push({ stage: p.stage, done: p.done, total: p.total }) })
    expect(got).toEqual({ path: join(space.folder, name), unpacked: true, downloaded: true, verified: false })
    expectUnpacked()
    const last = seen.findLast((p) => p.stage === 'downloading ml-latest')!
    expect(last).toMatchObject({ done: zip.length, total: zip.length })
    expect(seen.some((p) => p.stage.startsWith('unzipping'))).toBe(true)
    expect(await get()).toMatchObject({ unpacked: false, downloaded: false })
    expect(requests).toHaveLength(1)
  })

  test('takes up a connection that breaks midway, asking only for the rest', async () => {
    const third = Math.ceil(zip.length / 3)
    answer = serveRanges(third, () => '"a"')
    await get()
    expectUnpacked()
    expect(requests.length).toBeGreaterThanOrEqual(3)
    expect(requests[0]!.headers.range).toBeUndefined()
    expect(requests[1]!.headers).toMatchObject({ range: `bytes=${third}-`, 'if-range': '"a"' })
  })

  test('a later call resumes what an earlier one left', async () => {
    answer = serveRanges(Math.ceil(zip.length / 2), () => '"a"')
    const error = await failure(get({ retries: 0 }))
    expect(error.code).toBe('no-network')
    expect(error.message).toContain('goes on from there')
    expect(existsSync(join(space.folder, `${name}.zip.part`))).toBe(true)
    requests.length = 0
    await get()
    expectUnpacked()
    expect(requests.map((r) => r.headers.range)).toEqual([`bytes=${Math.ceil(zip.length / 2)}-`])
  })

  test('a file that changed on the server is downloaded from its start', async () => {
    let version = 0
    const half = Math.ceil(zip.length / 2)
    answer = (request, response) =>
      serveRanges(++version === 1 ? half : Infinity, () => `"${version}"`)(request, response)
    await get()
    expectUnpacked()
    expect(requests).toHaveLength(2)
  })

  test('a server that ignores ranges is downloaded from its start', async () => {
    let calls = 0
    answer = (_request, response) => {
      response.writeHead(200, { etag: '"a"', 'content-length': zip.length })
      if (++calls === 1) response.write(zip.subarray(0, 1000), () => void breakAt(1000, response))
      else response.end(zip)
    }
    await get()
    expectUnpacked()
    expect(calls).toBe(2)
  })

  test('a corrupt zip is an error, is deleted, and leaves no folder', async () => {
    for (const broken of [
      zip.subarray(0, zip.length - 100),
      Buffer.from('<html>not here</html>'),
      zipOf([{ name: 'ml-latest/ratings.csv', content: 'a,b\n', crc: 1 }]),
    ]) {
      answer = (_request, response) => response.end(broken)
      const error = await failure(get())
      expect(error.code).toBe('broken-zip')
      expect(readdirSync(space.folder)).toEqual([])
    }
  })

  test('a zip that reaches outside its folder is refused', async () => {
    for (const bad of ['../outside.csv', 'ml-latest/../../outside.csv', '/outside.csv', 'a\\..\\..\\outside.csv']) {
      answer = (_request, response) => response.end(zipOf([{ name: bad, content: 'x' }]))
      const outcome = await get().then(
        () => 'unpacked',
        (error: { code: string }) => error.code,
      )
      // A backslash is a letter of a file's name on Linux, and yauzl makes it a slash.
      expect(outcome).toBe('broken-zip')
      expect(existsSync(join(space.folder, '..', 'outside.csv'))).toBe(false)
      expect(readdirSync(space.folder)).toEqual([])
    }
  })

  test('the published checksum is compared: the registry has one', async () => {
    answer = (_request, response) => response.end(zip)
    const error = await failure(getDataset('ml-100k', { directory: space.folder, fetch: redirected }))
    expect(error.code).toBe('checksum-mismatch')
    expect(error.message).toContain(createHash('md5').update(zip).digest('hex'))
    expect(error.message).toContain('0e33842e24a9c977be4e0107933c0723')
    expect(readdirSync(space.folder)).toEqual([])
  })

  test('the published checksum is compared: it stands beside a file that changes', async () => {
    answer = answerWithChecksum
    expect((await failure(get())).code).toBe('checksum-mismatch')
  })

  test('a closed network: the address and the place for the file by hand; the file is then used, and kept', async () => {
    const closed: typeof fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND files.grouplens.org') }))
    const error = await failure(get({ fetch: closed }))
    const place = join(space.folder, 'ml-latest.zip')
    expect(error.code).toBe('no-network')
    expect(error.message).toContain('https://files.grouplens.org/datasets/movielens/ml-latest.zip')
    expect(error.message).toContain(place)
    expect(error.message).toContain(`${join(space.folder, 'ml-latest')}.`)
    space.file('ml-latest.zip', zip)
    expect(await get({ fetch: closed })).toMatchObject({ unpacked: true, downloaded: false })
    expect(readdirSync(space.folder).sort()).toEqual(['ml-latest', 'ml-latest.zip'])
  })

  test('a broken zip put there by hand is named and not deleted', async () => {
    const place = space.file('ml-latest.zip', zip.subarray(0, 1000))
    const error = await failure(get())
    expect(error).toMatchObject({ code: 'broken-zip', place })
    expect(existsSync(place)).toBe(true)
  })

  test('an answer of 404 names the address', async () => {
    answer = (_request, response) => response.writeHead(404).end('no')
    const error = await failure(get())
    expect(error.code).toBe('download-failed')
    expect(error.message).toContain('ml-latest.zip')
  })

  test('a raised signal stops, and the next call goes on', async () => {
    const stop = new AbortController()
    answer = serveRanges(Number.POSITIVE_INFINITY, () => '"a"')
    const error = await failure(
      get({ signal: stop.signal, onProgress: (p) => p.stage.startsWith('downloading') && stop.abort() }),
    )
    expect(error.code).toBe('interrupted')
    await get()
    expectUnpacked()
  })

  test('an unwritable folder', async () => {
    const file = space.file('a-file', 'x')
    expect((await failure(get({ directory: join(file, 'sub') }))).code).toBe('cannot-write')
  })

  test('an unknown name', async () => {
    expect((await failure(getDataset('ml-2m'))).code).toBe('unknown-dataset')
  })
})
