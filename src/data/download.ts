import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InterruptedError, MarqueeError, throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { dataDirectory, getEntry, type RegistryEntry, shippedDirectory } from './registry.ts'
import { unzip } from './unzip.ts'

export interface GetOptions {
  /** Default: dataDirectory(). */
  readonly directory?: string
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
  /** In place of the global fetch. */
  readonly fetch?: typeof fetch
  /** How often in a row a dropped connection is taken up again without a byte coming. Default 5. */
  readonly retries?: number
}

export interface GotDataset {
  /** The data set's folder. */
  readonly path: string
  /** False where the folder was there already. */
  readonly unpacked: boolean
  /** False where no byte came over the network. */
  readonly downloaded: boolean
  /** Whether the published checksum was compared (some sets change over time, and their .md5 may be out of reach). */
  readonly verified: boolean
}

/**
 * Puts a registry's data set into the data folder (ml-latest-small comes with the package): downloads NAME.zip, taking up an earlier download where it broke off,
 * verifies the published MD5 and the zip's own checksums, unzips to a temporary folder and renames. A NAME.zip that
 * already lies in the data folder is used instead, and kept.
 * Throws a MarqueeError: `unknown-dataset`, `no-network` (with the place to put the file by hand), `download-failed`,
 * `checksum-mismatch`, `broken-zip`, `cannot-write`; InterruptedError where the signal was raised.
 */
export async function getDataset(name: string, options: GetOptions = {}): Promise<GotDataset> {
  const entry = getEntry(name)
  const directory = options.directory ?? dataDirectory()
  for (const folder of [entry.name, ...entry.folders]) {
    const path = join(directory, folder)
    if (existsSync(path)) return { path, unpacked: false, downloaded: false, verified: false }
  }
  if (entry.name === 'ml-latest-small' && existsSync(shippedDirectory)) {
    return { path: shippedDirectory, unpacked: false, downloaded: false, verified: false }
  }
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw new MarqueeError('cannot-write', `cannot make the folder: ${(cause as Error).message}`, {
      place: directory,
      remedy: 'Set MARQUEE_DATA to a folder that may be written to.',
      cause,
    })
  })
  const zip = join(directory, `${entry.name}.zip`)
  const byHand = existsSync(zip)
  const part = `${zip}.part`
  if (!byHand) await download(entry, part, directory, options)
  const file = byHand ? zip : part
  const verified = await verify(entry, file, byHand, options)
  const path = await unpack(entry, file, directory, options).catch(async (error: unknown) => {
    // A broken download would be resumed for ever; a file put here by hand is its owner's.
    if (!byHand && error instanceof MarqueeError && error.code === 'broken-zip') await discard(part)
    throw error
  })
  if (!byHand) await discard(part)
  return { path, unpacked: true, downloaded: !byHand, verified }
}

/** What identifies the file on the server, so that two halves are never of two files. */
interface PartNote {
  readonly url: string
  readonly validator: string
}

async function download(entry: RegistryEntry, part: string, directory: string, options: GetOptions): Promise<void> {
  const retries = options.retries ?? 5
  let reached = false
  let failures = 0
  for (;;) {
    const before = await sizeOf(part)
    try {
      return await downloadOnce(entry, part, options, () => {
        reached = true
      })
    } catch (cause) {
      if (options.signal?.aborted) {
        throw new InterruptedError(`downloading ${entry.name} was interrupted`, {
          remedy: 'Run the same command again to go on where it stopped.',
        })
      }
      if (cause instanceof MarqueeError) throw cause
      const code = (cause as { code?: string }).code
      if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') {
        throw new MarqueeError('cannot-write', `cannot write: ${(cause as Error).message}`, {
          place: part,
          remedy: 'Free some space, or set MARQUEE_DATA to a folder that may be written to; what is there is kept.',
          cause,
        })
      }
      const after = await sizeOf(part)
      failures = after > before ? 1 : failures + 1
      // A server never reached: the network is closed, and asking again will not open it.
      if (!reached || failures > retries) throw noNetwork(entry, directory, after > 0, cause)
      await sleep(Math.min(2000, 100 * 2 ** (failures - 1)))
    }
  }
}

async function downloadOnce(
  entry: RegistryEntry,
  part: string,
  options: GetOptions,
  onAnswer: () => void,
): Promise<void> {
  const { url, name } = entry
  const send = options.fetch ?? fetch
  const note = await readNote(`${part}.json`)
  const have = note?.url === url && note.validator !== '' ? await sizeOf(part) : 0
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (have > 0) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': note!.validator })
  const response = await send(url, { headers, signal: options.signal })
  onAnswer()
  if (response.status === 416 && have > 0) {
    await response.body?.cancel()
    if (response.headers.get('content-range') === `bytes */${have}`) return
    await discard(part)
    return downloadOnce(entry, part, options, onAnswer)
  }
  if (!response.ok || !response.body) {
    throw new MarqueeError('download-failed', `the server answered ${response.status}`, {
      place: url,
      remedy: `Try again later, or download it elsewhere and put it at ${part.replace(/\.part$/, '')}.`,
    })
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  const resumed = response.status === 206 && range !== null && Number(range[1]) === have
  if (response.status === 206 && !resumed) {
    await response.body.cancel()
    await discard(part)
    return downloadOnce(entry, part, options, onAnswer)
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const total = resumed ? Number(range[2]) : Number.isNaN(length) ? entry.zipBytes : length
  // A weak ETag does not promise the same bytes, so it cannot join two halves.
  const etag = response.headers.get('etag') ?? ''
  const validator = etag !== '' && !etag.startsWith('W/') ? etag : (response.headers.get('last-modified') ?? '')
  await writeFile(`${part}.json`, JSON.stringify({ url, validator } satisfies PartNote))
  const handle = await open(part, resumed ? 'a' : 'w')
  let done = resumed ? have : 0
  try {
    for await (const chunk of response.body) {
      await handle.write(chunk)
      done += chunk.length
      options.onProgress?.({ stage: `downloading ${name}`, done, total, unit: 'bytes' })
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (total !== null && !Number.isNaN(length) && done !== total) throw new Error(`${done} of ${total} bytes came`)
}

/** Compares the published MD5, where there is one; true where it was compared. */
async function verify(entry: RegistryEntry, path: string, byHand: boolean, options: GetOptions): Promise<boolean> {
  const expected = entry.md5 ?? (byHand ? null : await publishedChecksum(entry, options))
  if (expected === null) return false
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path)) {
    throwIfAborted(options.signal, `verifying ${entry.name}`)
    hash.update(chunk as Buffer)
  }
  const actual = hash.digest('hex')
  if (actual === expected) return true
  if (!byHand) await discard(path)
  throw new MarqueeError('checksum-mismatch', `the MD5 is ${actual}, but GroupLens publishes ${expected}`, {
    place: byHand ? path : entry.url,
    remedy: byHand ? 'Delete the file and download it again.' : 'The download was deleted: try again.',
  })
}

/** The checksum beside a file that changes over time: "MD5 (name) = …" or "…  name"; null where it cannot be had. */
async function publishedChecksum(entry: RegistryEntry, options: GetOptions): Promise<string | null> {
  try {
    const response = await (options.fetch ?? fetch)(`${entry.url}.md5`, { signal: options.signal })
    const text = response.ok ? await response.text() : ''
    return /\b[0-9a-f]{32}\b/i.exec(text)?.[0].toLowerCase() ?? null
  } catch {
    throwIfAborted(options.signal, `verifying ${entry.name}`)
    return null
  }
}

async function unpack(entry: RegistryEntry, file: string, directory: string, options: GetOptions): Promise<string> {
  const temporary = await mkdtemp(join(directory, `.${entry.name}-`))
  try {
    await unzip(file, temporary, options)
    const inside = await readdir(temporary, { withFileTypes: true })
    const only = inside.length === 1 && inside[0]!.isDirectory() ? join(temporary, inside[0]!.name) : temporary
    const path = join(directory, entry.name)
    await rename(only, path)
    return path
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function noNetwork(entry: RegistryEntry, directory: string, partly: boolean, cause: unknown): MarqueeError {
  const zip = join(directory, `${entry.name}.zip`)
  const reason = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message
  return new MarqueeError(
    'no-network',
    `${entry.url} cannot be ${partly ? 'downloaded to its end' : 'reached'} (${reason})`,
    {
      place: entry.name,
      remedy:
        `Download that file elsewhere and put it at ${zip}, then run this again; or unzip it so that its files lie in ` +
        `${join(directory, entry.name)}.${partly ? ' What came is kept: running this again goes on from there.' : ''}`,
      cause,
    },
  )
}

async function readNote(path: string): Promise<PartNote | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PartNote
  } catch {
    return null
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (s) => s.size,
    () => 0,
  )
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(`${part}.json`, { force: true })
}
