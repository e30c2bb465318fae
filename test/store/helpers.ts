import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for one test file, removed after it; gives paths of databases that do not exist yet. */
export function temporaryStores(): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-store-'))
  let count = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return () => join(folder, `store-${++count}.db`)
}
