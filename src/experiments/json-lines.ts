import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { MarqueeError } from '../core/errors.ts'

/** A JSON-lines file whose first line says what it is of; every line is on the disk before append() returns. */
export class JsonLinesLog<Entry> {
  readonly path: string
  readonly entries: Entry[]
  private descriptor: number | null

  private constructor(path: string, descriptor: number, entries: Entry[]) {
    this.path = path
    this.descriptor = descriptor
    this.entries = entries
  }

  /**
   * Opens a file, or goes on with the one that is there. A last line cut by a crash is dropped. Throws `exists-already`
   * where there is one and `resume` is false, `other-run` where its first line differs from `header`, naming what differs,
   * `broken-log` and `cannot-write`.
   */
  static open<Entry>(path: string, header: object, resume: boolean): JsonLinesLog<Entry> {
    const there = existsSync(path) && readFileSync(path).length > 0
    if (there && !resume) {
      throw new MarqueeError('exists-already', 'there are results already', {
        place: path,
        remedy: 'Go on with --resume, or choose another place.',
      })
    }
    try {
      mkdirSync(dirname(path), { recursive: true })
      const { entries, bytes } = there ? read<Entry>(path, header) : { entries: [], bytes: 0 }
      const descriptor = openSync(path, there ? 'r+' : 'w')
      ftruncateSync(descriptor, bytes)
      const log = new JsonLinesLog<Entry>(path, descriptor, entries)
      log.at = bytes
      if (bytes === 0) log.write(header)
      return log
    } catch (error) {
      throw error instanceof MarqueeError ? error : cannotWrite(path, error)
    }
  }

  private at = 0

  append(entry: Entry): void {
    this.write(entry)
    this.entries.push(entry)
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
    this.descriptor = null
  }

  private write(value: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    try {
      for (let from = 0; from < bytes.length; ) {
        from += writeSync(this.descriptor!, bytes, from, bytes.length - from, this.at + from)
      }
      fsyncSync(this.descriptor!)
      this.at += bytes.length
    } catch (error) {
      throw cannotWrite(this.path, error)
    }
  }
}

function read<Entry>(path: string, header: object): { entries: Entry[]; bytes: number } {
  const text = readFileSync(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const lines = whole.split('\n').slice(0, -1)
  const values = lines.map((line, n) => {
    try {
      return JSON.parse(line) as unknown
    } catch (cause) {
      throw new MarqueeError('broken-log', `line ${n + 1} is not JSON`, {
        place: `${path}:${n + 1}`,
        remedy: 'Take the line out, or start anew elsewhere.',
        cause,
      })
    }
  })
  if (values.length === 0) return { entries: [], bytes: 0 }
  const there = values[0] as Record<string, unknown>
  const wanted = JSON.parse(JSON.stringify(header)) as Record<string, unknown>
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(there ?? {})])) {
    if (JSON.stringify(there?.[key]) === JSON.stringify(wanted[key])) continue
    const other = `its ${key} is ${JSON.stringify(there?.[key])}, not ${JSON.stringify(wanted[key])}`
    throw new MarqueeError('other-run', `the results there are of another run: ${other}`, {
      place: path,
      remedy: 'Give the same options as then, or choose another place.',
    })
  }
  return { entries: values.slice(1) as Entry[], bytes: Buffer.byteLength(whole) }
}

function cannotWrite(path: string, cause: unknown): MarqueeError {
  return new MarqueeError('cannot-write', `cannot write: ${(cause as Error).message}`, {
    place: path,
    remedy: 'Check that the folder may be written to and has room.',
    cause,
  })
}
