import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { MarqueeError, throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'

/**
 * Unzips a file into an existing folder, checking sizes and the checksum of every entry. An entry that would land
 * outside the folder is refused. Throws a MarqueeError (`broken-zip`).
 */
export async function unzip(
  path: string,
  directory: string,
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { default: yauzl } = await import('yauzl')
  const root = resolve(directory)
  try {
    const zip = await yauzl.openPromise(path, { lazyEntries: true })
    try {
      let done = 0
      for await (const entry of zip.eachEntry()) {
        throwIfAborted(options.signal, 'unzipping')
        const target = resolve(root, entry.fileName)
        const inside = relative(root, target)
        if (inside === '..' || inside.startsWith(`..${sep}`) || resolve(root, inside) !== target) {
          throw new Error(`it holds a file outside its folder: ${entry.fileName}`)
        }
        if (entry.fileName.endsWith('/')) {
          await mkdir(target, { recursive: true })
          continue
        }
        await mkdir(dirname(target), { recursive: true })
        let sum = 0
        const check = new Transform({
          transform(chunk: Buffer, _encoding, next) {
            sum = crc32(chunk, sum)
            done += chunk.length
            options.onProgress?.({ stage: `unzipping ${entry.fileName}`, done, total: null, unit: 'bytes' })
            next(null, chunk)
          },
        })
        await pipeline(await zip.openReadStreamPromise(entry), check, createWriteStream(target), {
          signal: options.signal,
        })
        if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} is wrong`)
      }
    } finally {
      zip.close()
    }
  } catch (cause) {
    throwIfAborted(options.signal, 'unzipping')
    if (cause instanceof MarqueeError) throw cause
    const code = (cause as { code?: string }).code
    if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') {
      throw new MarqueeError('cannot-write', `cannot unzip: ${(cause as Error).message}`, {
        place: join(root),
        remedy: 'Check that the folder may be written to and has room.',
        cause,
      })
    }
    throw new MarqueeError('broken-zip', `the zip file is damaged (${(cause as Error).message})`, {
      place: path,
      remedy: 'Delete it and download it again.',
      cause,
    })
  }
}
