import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarqueeError } from '../../core/errors.ts'

const bytes = 32

/**
 * The secret that this instance offers for signing recommendation ids: 32 random bytes in the service's folder, made on the first
 * start, readable by its owner alone. The first instance's is kept in the store and taken by all (Store.sharedSecret), so that
 * each counts what the lists of the others earned; the file lets ids outlive a move to another store.
 */
export function secretIn(folder: string): Buffer {
  const path = join(folder, 'secret')
  const there = read(path)
  if (there) return there
  const made = `${path}.${process.pid}.tmp`
  writeFileSync(made, randomBytes(bytes), { mode: 0o600 })
  try {
    // A link is there whole or not at all, and two processes that start together take the same one.
    linkSync(made, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(made, { force: true })
  }
  return read(path)!
}

function read(path: string): Buffer | null {
  try {
    const secret = readFileSync(path)
    if (secret.length === bytes) return secret
    throw new MarqueeError('broken-secret', `the secret has ${secret.length} bytes instead of ${bytes}`, {
      place: path,
      remedy: 'Copy it again, or delete it: then recommendation ids given out before count for no model.',
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
