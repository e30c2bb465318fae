import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { MarqueeError } from './errors.ts'

const chunk = 1 << 20
const margin = 64 * 1024
const comma = 44
const newline = 10

/**
 * A CSV file being written (UTF-8, LF, fields quoted only where needed), row by row through one buffer of a megabyte.
 * It stands under a temporary name until close() has flushed it to the disk, so that a crash leaves no half file.
 * Throws `cannot-write`, naming the path.
 */
export class CsvFile {
  readonly path: string
  private readonly temporary: string
  private readonly buffer = Buffer.allocUnsafe(chunk + margin)
  private descriptor: number | null
  private used = 0
  private fieldInRow = 0

  constructor(path: string, header: readonly string[]) {
    this.path = path
    this.temporary = `${path}.${process.pid}.partial`
    this.descriptor = this.guarded(() => openSync(this.temporary, 'w'))
    for (const name of header) this.text(name)
    this.endRow()
  }

  /** A field of any text: quoted where it holds a comma, a quote, a line break or a space at its ends. */
  text(value: string): void {
    this.separate()
    const quoted = /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
    const bytes = Buffer.byteLength(quoted)
    if (this.used + bytes > chunk) this.flush()
    if (bytes > chunk) throw new RangeError(`a field of ${bytes} bytes is too long for a CSV file`)
    this.used += this.buffer.write(quoted, this.used)
  }

  /** A field of a whole number (another is written in full too, only slower). */
  integer(value: number): void {
    this.separate()
    this.digits(value)
  }

  /** A field of a 32-bit float: the shortest text found that reads back as the same 32-bit float. */
  float(value: number): void {
    this.separate()
    const ten4 = Math.round(value * 10_000)
    // Four decimals are enough for ratings, and digits written by hand are several times faster than through a string.
    if (Math.abs(ten4) < 0x7fff_ffff && Math.fround(ten4 / 10_000) === Math.fround(value)) this.decimals(ten4)
    else this.used += this.buffer.write(shortest(value), this.used)
  }

  endRow(): void {
    this.buffer[this.used++] = newline
    this.fieldInRow = 0
    if (this.used >= chunk) this.flush()
  }

  /** Makes the file stand under its name, on the disk. */
  close(): void {
    this.flush()
    this.guarded(() => {
      fsyncSync(this.descriptor!)
      closeSync(this.descriptor!)
      this.descriptor = null
      renameSync(this.temporary, this.path)
    })
  }

  /** Drops what was written; nothing happens after close(). */
  discard(): void {
    if (this.descriptor === null) return
    closeSync(this.descriptor)
    this.descriptor = null
    rmSync(this.temporary, { force: true })
  }

  private separate(): void {
    if (this.fieldInRow++ > 0) this.buffer[this.used++] = comma
  }

  private digits(value: number): void {
    if (value >= 0 && value < 0x7fff_ffff && Number.isInteger(value)) {
      let length = 1
      for (let rest = value; rest >= 10; rest = (rest / 10) | 0) length++
      let rest = value
      for (let at = this.used + length - 1; at >= this.used; at--) {
        this.buffer[at] = 48 + (rest % 10)
        rest = (rest / 10) | 0
      }
      this.used += length
    } else this.used += this.buffer.write(String(value), this.used)
  }

  private decimals(tenThousandths: number): void {
    if (tenThousandths < 0) this.buffer[this.used++] = 45
    const absolute = Math.abs(tenThousandths)
    this.digits((absolute / 10_000) | 0)
    let rest = absolute % 10_000
    if (rest === 0) return
    this.buffer[this.used++] = 46
    for (let unit = 1000; rest > 0; unit /= 10) {
      const digit = (rest / unit) | 0
      this.buffer[this.used++] = 48 + digit
      rest -= digit * unit
    }
  }

  private flush(): void {
    this.guarded(() => {
      for (let from = 0; from < this.used; ) from += writeSync(this.descriptor!, this.buffer, from, this.used - from)
    })
    this.used = 0
  }

  private guarded<T>(action: () => T): T {
    try {
      return action()
    } catch (cause) {
      if (this.descriptor !== undefined) this.discardQuietly()
      throw new MarqueeError('cannot-write', `cannot write: ${(cause as Error).message}`, {
        place: this.path,
        remedy: 'Check that the folder exists, may be written to and has room.',
        cause,
      })
    }
  }

  private discardQuietly(): void {
    try {
      this.discard()
    } catch {
      // The first failure is the one worth reporting.
    }
  }
}

function shortest(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written as a number`)
  const single = Math.fround(value)
  for (let precision = 5; precision < 9; precision++) {
    const text = String(Number(single.toPrecision(precision)))
    if (Math.fround(Number(text)) === single) return text
  }
  return String(Number(single.toPrecision(9)))
}
