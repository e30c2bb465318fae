import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { MarqueeError } from '../core/errors.ts'

/** Writes a whole file, making its folder; it stands under its name only once it is on the disk. Throws `cannot-write`. */
export function writeText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.partial`
  try {
    mkdirSync(dirname(path), { recursive: true })
    const descriptor = openSync(temporary, 'w')
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw new MarqueeError('cannot-write', `cannot write: ${(cause as Error).message}`, {
      place: path,
      remedy: 'Check that the folder may be written to and has room.',
      cause,
    })
  }
}
