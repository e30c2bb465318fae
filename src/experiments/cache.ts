import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarqueeError } from '../core/errors.ts'
import type { Cell, CellResult } from './cell.ts'

interface Entry {
  readonly key: string
  readonly cell: Cell
  readonly result: CellResult
}

/** Finished cells in a folder, a file each; a broken or foreign file counts as absent. */
export class CellCache {
  private readonly folder: string

  /** Throws `cannot-write` where the folder cannot be made. */
  constructor(folder: string) {
    this.folder = folder
    try {
      mkdirSync(folder, { recursive: true })
    } catch (cause) {
      throw new MarqueeError('cannot-write', `cannot make the folder for finished cells: ${(cause as Error).message}`, {
        place: folder,
        remedy: 'Name another with --cache DIR.',
        cause,
      })
    }
  }

  get(key: string): CellResult | null {
    try {
      const entry = JSON.parse(readFileSync(this.path(key), 'utf8')) as Partial<Entry>
      return entry.key === key && entry.result?.metrics ? entry.result : null
    } catch {
      return null
    }
  }

  /** Written under another name and renamed, so that a crash leaves no half file. */
  put(key: string, cell: Cell, result: CellResult): void {
    const path = this.path(key)
    const temporary = `${path}.${process.pid}.partial`
    writeFileSync(temporary, `${JSON.stringify({ key, cell, result } satisfies Entry, null, 1)}\n`)
    renameSync(temporary, path)
    for (const name of readdirSync(this.folder)) {
      if (name.startsWith(`${key}-`)) rmSync(join(this.folder, name), { recursive: true, force: true })
    }
  }

  /** Where the fit of a cell keeps its checkpoint, and whether there is one to go on from; other threads cannot go on from it. */
  checkpoint(key: string, threads: number): { directory: string; resume: boolean } {
    const directory = join(this.folder, `${key}-${threads}.checkpoint`)
    return { directory, resume: existsSync(join(directory, 'checkpoint.bin')) }
  }

  private path(key: string): string {
    return join(this.folder, `${key}.json`)
  }
}
