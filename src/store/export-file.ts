import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { MarqueeError, throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { formatLines, parseLines } from './ndjson.ts'
import type { ExportLine, Store, StoreCounts } from './store.ts'

export interface TransferOptions {
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

/** Lines between two reports, and between two looks at the signal. */
const linesInReport = 1000

/** Gzipped where the name says so. */
const packed = (path: string): boolean => path.endsWith('.gz')

/**
 * Writes everything in a store to a file, for its owner's eyes only; it stands under its name once it is complete and on the
 * disk. Gives the number of lines. Throws `cannot-write`.
 */
export async function exportToFile(store: Store, path: string, options: TransferOptions = {}): Promise<number> {
  const temporary = `${path}.${process.pid}.partial`
  let lines = 0
  const counted = watched(store.export(), 'exporting', options, () => lines++)
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = createWriteStream(temporary, { mode: 0o600 })
    const text = Readable.from(formatLines(counted))
    await (packed(path) ? pipeline(text, createGzip(), file) : pipeline(text, file))
    await flush(temporary)
    await rename(temporary, path)
    return lines
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    if (cause instanceof MarqueeError || !isSystem(cause)) throw cause
    throw new MarqueeError('cannot-write', `cannot write: ${cause.message}`, {
      place: path,
      remedy: 'Check that the folder may be written to and has room.',
      cause,
    })
  }
}

/** Reads such a file into an empty store, all of it or nothing. Throws `no-file`, `not-empty`, `bad-export`. */
export function importFromFile(store: Store, path: string, options: TransferOptions = {}): Promise<StoreCounts> {
  return store.import(watched(parseLines(textOf(path)), 'importing', options))
}

async function* textOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path)
  let unpacker: Transform | null = null
  if (packed(path)) {
    unpacker = createGunzip()
    file.on('error', (error) => unpacker?.destroy(error))
    file.pipe(unpacker)
  }
  const source = unpacker ?? file
  source.setEncoding('utf8')
  try {
    yield* source as AsyncIterable<string>
  } catch (cause) {
    if (!isSystem(cause)) throw cause
    const code = cause.code === 'ENOENT' ? 'no-file' : 'bad-export'
    throw new MarqueeError(code, `it cannot be read: ${cause.message}`, {
      place: path,
      remedy: 'Name a file of `marquee store export`.',
      cause,
    })
  } finally {
    file.destroy()
  }
}

async function* watched(
  lines: AsyncIterable<ExportLine>,
  stage: string,
  { onProgress, signal }: TransferOptions,
  each: () => void = () => {},
): AsyncGenerator<ExportLine> {
  let done = 0
  for await (const line of lines) {
    each()
    if (done++ % linesInReport === 0) {
      throwIfAborted(signal, stage)
      onProgress?.({ stage, done, total: null, unit: 'lines' })
    }
    yield line
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  await handle.sync()
  await handle.close()
}

/** An error of the file system or of zlib: they carry a code. */
const isSystem = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
