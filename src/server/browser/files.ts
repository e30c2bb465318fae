import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compressed } from '../../core/sizes.ts'
import { type BrowserFile, filesPath } from './description.ts'

/** Writes a file for browsers into a folder under the name of its content, with its compressed forms beside it. */
export async function put(folder: string, name: string, extension: string, bytes: Uint8Array): Promise<BrowserFile> {
  mkdirSync(folder, { recursive: true })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `${name}.${sha256.slice(0, 16)}.${extension}`
  const path = join(folder, file)
  if (!existsSync(path)) {
    const { gzip, brotli } = await compressed(bytes)
    write(`${path}.gz`, gzip)
    write(`${path}.br`, brotli)
    // Last: where this one is, the others are.
    write(path, bytes)
  }
  const compressedBytes = readFileSync(`${path}.br`).length
  return { url: `${filesPath}${file}`, bytes: bytes.length, compressedBytes, sha256 }
}

export const putJson = (folder: string, name: string, value: unknown): Promise<BrowserFile> =>
  put(folder, name, 'json', new TextEncoder().encode(JSON.stringify(value)))

/** The whole of a file or nothing of it. */
export function write(path: string, bytes: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, bytes)
  renameSync(temporary, path)
}
