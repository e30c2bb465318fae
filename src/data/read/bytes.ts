import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { MarqueeError, throwIfAborted } from '../../core/errors.ts'

const chunkBytes = 1 << 20

/** What a file is by its first bytes. */
export type FileKind = 'text' | 'gzip' | 'parquet'

export interface PeekedFile {
  readonly kind: FileKind
  readonly bytes: number
  /** The first bytes, unpacked where the file is gzipped. */
  readonly head: Buffer
}

/** Says in our words why a file cannot be read. */
export function unreadable(path: string, cause: unknown): MarqueeError {
  if (cause instanceof MarqueeError) return cause
  const code = (cause as { code?: string }).code ?? ''
  if (code === 'ENOENT') {
    return new MarqueeError('no-such-file', 'there is no such file', { place: path, remedy: 'Check the path.', cause })
  }
  if (code === 'EISDIR') {
    return new MarqueeError('is-a-folder', 'this is a folder, not a file', {
      place: path,
      remedy: 'Name a file in it.',
    })
  }
  if (code === 'Z_BUF_ERROR') {
    return new MarqueeError('truncated-gzip', 'the gzip file ends in the middle', {
      place: path,
      remedy: 'Copy or download it again.',
      cause,
    })
  }
  if (code.startsWith('Z_')) {
    return new MarqueeError('broken-gzip', 'the gzip file is damaged', {
      place: path,
      remedy: 'Copy or download it again.',
      cause,
    })
  }
  return new MarqueeError('unreadable-file', `the file cannot be read (${code || String(cause)})`, {
    place: path,
    remedy: 'Check its permissions.',
    cause,
  })
}

/** Looks at the start of a file. Throws a MarqueeError for a missing, unreadable, empty or binary one. */
export async function peekFile(path: string): Promise<PeekedFile> {
  const raw = Buffer.alloc(1 << 16)
  let bytes: number
  let length: number
  try {
    if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    const handle = await open(path)
    try {
      bytes = (await handle.stat()).size
      length = (await handle.read(raw, 0, raw.length, 0)).bytesRead
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (length === 0) {
    throw new MarqueeError('empty-file', 'the file is empty', { place: path, remedy: 'Name a file with ratings.' })
  }
  const start = raw.subarray(0, length)
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return { kind: 'parquet', bytes, head: start }
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const head = await firstChunk(path)
    if (head.length === 0) {
      throw new MarqueeError('empty-file', 'the gzip file holds nothing', {
        place: path,
        remedy: 'Name a file with ratings.',
      })
    }
    checkText(path, head)
    return { kind: 'gzip', bytes, head }
  }
  if (start.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    throw new MarqueeError('is-a-zip', 'this is a zip file', { place: path, remedy: 'Unzip it and name the folder.' })
  }
  checkText(path, start)
  return { kind: 'text', bytes, head: start }
}

async function firstChunk(path: string): Promise<Buffer> {
  for await (const chunk of readChunks(path, true)) return Buffer.from(chunk)
  return Buffer.alloc(0)
}

function checkText(path: string, head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new MarqueeError('not-utf8', 'the file is written in UTF-16', {
      place: path,
      remedy: 'Save it as UTF-8 and try again.',
    })
  }
  let control = 0
  for (const byte of head) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) control++
  if (head.includes(0) || control > head.length / 50) {
    throw new MarqueeError('binary-file', 'this is a binary file, not text', {
      place: path,
      remedy: 'Ratings are read from CSV, TSV, RecBole .inter, JSON lines (each also gzipped) and Parquet.',
    })
  }
}

/**
 * The bytes of a file, unpacked where `gzip`. A chunk is overwritten by the next one: copy what must last.
 * `onBytes` hears how many bytes of the file itself have been read. Gzip checksums are verified at the end.
 */
export async function* readChunks(
  path: string,
  gzip: boolean,
  onBytes?: (done: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let done = 0
  try {
    if (gzip) {
      const file = createReadStream(path, { highWaterMark: chunkBytes })
      const unpacked = file.pipe(createGunzip({ chunkSize: chunkBytes }))
      file.on('error', (error) => unpacked.destroy(error))
      file.on('data', (chunk) => {
        done += chunk.length
      })
      try {
        for await (const chunk of unpacked) {
          throwIfAborted(signal, `reading ${path}`)
          onBytes?.(done)
          yield chunk as Buffer
        }
      } finally {
        file.destroy()
      }
      return
    }
    const handle = await open(path)
    try {
      const buffer = Buffer.allocUnsafe(chunkBytes)
      for (;;) {
        throwIfAborted(signal, `reading ${path}`)
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
        if (bytesRead === 0) return
        done += bytesRead
        onBytes?.(done)
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
