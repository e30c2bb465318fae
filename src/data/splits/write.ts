import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CsvFile } from '../../core/csv-file.ts'
import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../interactions.ts'
import type { Split, SplitDescription } from './spec.ts'

/** What split.json says. */
export interface WrittenSplit {
  readonly dataset: { readonly name: string | null; readonly fingerprint: string | null }
  readonly spec: SplitDescription
  /** Rows of every part by file name. */
  readonly counts: Readonly<Record<string, number>>
}

/**
 * Writes the parts as CSV with original ids (`user,item,rating` and, where there are times, `timestamp`): train.csv, test.csv and,
 * where the split has them, validation.csv, profiles.csv and validation-profiles.csv; then split.json. Each file appears
 * complete or not at all, split.json last. Throws `cannot-write`.
 */
export function writeSplit(
  split: Split,
  directory: string,
  dataset: { readonly name?: string; readonly fingerprint?: string } = {},
): WrittenSplit {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new MarqueeError('cannot-write', `cannot make the folder: ${(cause as Error).message}`, {
      place: directory,
      remedy: 'Choose a folder that may be written to.',
      cause,
    })
  }
  const parts: Record<string, Interactions | null> = {
    'train.csv': split.train,
    'validation.csv': split.validation,
    'test.csv': split.test,
    'profiles.csv': split.profiles,
    'validation-profiles.csv': split.validationProfiles,
  }
  const counts: Record<string, number> = {}
  for (const [name, part] of Object.entries(parts)) {
    if (!part) continue
    writeInteractions(part, join(directory, name))
    counts[name] = part.count
  }
  const { name = null, fingerprint = null } = dataset
  const written: WrittenSplit = { dataset: { name, fingerprint }, spec: split.spec, counts }
  writeJson(join(directory, 'split.json'), written)
  return written
}

/** Ratings as CSV with original ids, in row order. */
export function writeInteractions(part: Interactions, path: string): void {
  const { user, item, rating, timestamp } = part
  const header = ['user', 'item', 'rating', ...(timestamp ? ['timestamp'] : [])]
  const file = new CsvFile(path, header)
  try {
    for (let row = 0; row < part.count; row++) {
      file.text(part.users.id(user[row]!))
      file.text(part.items.id(item[row]!))
      file.float(rating[row]!)
      if (timestamp) file.integer(timestamp[row]!)
      file.endRow()
    }
    file.close()
  } finally {
    file.discard()
  }
}

function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}.partial`
  const descriptor = openSync(temporary, 'w')
  try {
    writeSync(descriptor, `${JSON.stringify(value, null, 2)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}
