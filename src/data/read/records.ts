import { isUtf8 } from 'node:buffer'
import { MarqueeError } from '../../core/errors.ts'

/** How a text file marks its fields. Lines end in LF or CRLF. */
export interface Dialect {
  /** One to four ASCII characters; empty where a line is one field. */
  readonly delimiter: string
  /** Fields may stand in double quotes ("" inside for one), and then hold delimiters and line ends. */
  readonly quotes: boolean
}

const maxFields = 512
const maxLine = 1 << 24
const maxQuoted = 1 << 16
const lf = 10
const cr = 13
const quote = 34

/**
 * One record at a time of a delimited text file, as positions in a buffer: no strings are made until asked for.
 * Written for exact line numbers, for rows that are wrong in one place only, and for bounded memory.
 */
export class RecordReader {
  /** Fields of the current record; may be more than `maxFields`, of which only the first are kept. */
  fields = 0
  /** The line on which the current record begins, from 1. */
  line = 1
  buffer: Buffer = Buffer.alloc(0)
  readonly starts = new Int32Array(maxFields)
  readonly ends = new Int32Array(maxFields)
  private readonly escaped = new Uint8Array(maxFields)
  private readonly path: string
  private readonly delimiter: Uint8Array
  private readonly quotes: boolean
  private end = 0
  private next = 0
  private nextLine = 1

  constructor(path: string, dialect: Dialect) {
    this.path = path
    this.delimiter = Buffer.from(dialect.delimiter, 'latin1')
    this.quotes = dialect.quotes
  }

  /**
   * Calls `visit` for every record that is not blank, in file order, and `malformed` for every line whose quotes are
   * wrong; reading goes on with the line after it.
   */
  async each(
    chunks: AsyncIterable<Buffer>,
    visit: (record: RecordReader) => void,
    malformed: (line: number, reason: string) => void,
  ): Promise<void> {
    let first = true
    for await (const chunk of chunks) {
      this.append(chunk)
      if (first && this.end >= 3 && this.buffer.readUIntBE(0, 3) === 0xefbbbf) this.next = 3
      first = false
      this.drain(false, visit, malformed)
    }
    this.drain(true, visit, malformed)
  }

  /** The text of a field: UTF-8, or Latin-1 where it is not valid UTF-8. Fields without quotes lose outer spaces. */
  text(field: number): string {
    const bytes = this.buffer.subarray(this.starts[field]!, this.ends[field]!)
    const text = isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')
    return this.escaped[field] === 1 ? text.replaceAll('""', '"') : text
  }

  /** True where the bytes of the field are its text: no "" inside. */
  plain(field: number): boolean {
    return this.escaped[field] === 0
  }

  private append(chunk: Buffer): void {
    const kept = this.end - this.next
    if (this.buffer.length < kept + chunk.length) {
      const larger = Buffer.allocUnsafe(2 * (kept + chunk.length))
      this.buffer.copy(larger, 0, this.next, this.end)
      this.buffer = larger
    } else this.buffer.copyWithin(0, this.next, this.end)
    chunk.copy(this.buffer, kept)
    this.next = 0
    this.end = kept + chunk.length
  }

  private drain(
    last: boolean,
    visit: (record: RecordReader) => void,
    malformed: (line: number, reason: string) => void,
  ): void {
    while (this.next < this.end) {
      this.line = this.nextLine
      const outcome = this.record(last)
      if (outcome === 'more') return
      if (outcome !== 'record') {
        const stop = this.buffer.subarray(0, this.end).indexOf(lf, this.next)
        // Where the line ends is not known yet: look at it again with the next chunk.
        if (stop < 0 && !last) {
          if (this.end - this.next > maxLine) throw this.tooLong()
          return
        }
        malformed(this.line, outcome)
        this.next = stop < 0 ? this.end : stop + 1
        this.nextLine = this.line + 1
      } else if (this.fields > 1 || this.starts[0]! < this.ends[0]!) visit(this)
    }
  }

  /** Reads one record at `next`: 'record', 'more' where it may go on in the next chunk, or what is wrong with it. */
  private record(last: boolean): string {
    const { buffer, end, starts, ends, escaped, delimiter, quotes } = this
    const d = delimiter.length > 0 ? delimiter[0]! : -1
    let p = this.next
    let fields = 0
    let lines = 0
    for (;;) {
      let from = p
      let to: number
      let doubled = 0
      if (quotes && p < end && buffer[p] === quote) {
        from = ++p
        for (;;) {
          if (p >= end) {
            if (!last && end - this.next < maxQuoted) return 'more'
            return 'a quote is never closed'
          }
          const c = buffer[p]!
          if (c === quote) {
            if (p + 1 >= end || buffer[p + 1] !== quote) break
            doubled = 1
            p++
          } else if (c === lf) lines++
          p++
        }
        if (p - from > maxQuoted) return 'a quote is never closed'
        to = p++
        if (p < end && buffer[p] === cr) p++
        if (p >= end && !last) return 'more'
        if (p < end && buffer[p] !== lf && !this.delimiterAt(p)) return 'text after a closing quote'
      } else {
        while (p < end) {
          const c = buffer[p]!
          if (c === lf || (c === d && (delimiter.length === 1 || this.delimiterAt(p)))) break
          p++
        }
        if (!last && p + Math.max(1, delimiter.length) > end) {
          if (end - this.next > maxLine) throw this.tooLong()
          return 'more'
        }
        to = p
        while (to > from && (buffer[to - 1] === 32 || buffer[to - 1] === cr)) to--
        while (from < to && buffer[from] === 32) from++
      }
      if (fields < maxFields) {
        starts[fields] = from
        ends[fields] = to
        escaped[fields] = doubled
      }
      fields++
      if (p >= end) {
        this.next = end
        break
      }
      if (buffer[p] === lf) {
        this.next = p + 1
        break
      }
      p += delimiter.length
      if (p >= end && !last) return 'more'
    }
    this.fields = fields
    this.nextLine = this.line + lines + 1
    return 'record'
  }

  private delimiterAt(p: number): boolean {
    const { delimiter, buffer, end } = this
    if (delimiter.length === 0 || p + delimiter.length > end) return false
    for (let k = 0; k < delimiter.length; k++) if (buffer[p + k] !== delimiter[k]) return false
    return true
  }

  private tooLong(): MarqueeError {
    return new MarqueeError('binary-file', `a line is longer than ${maxLine >> 20} MB`, {
      place: `${this.path}:${this.line}`,
      remedy: 'Ratings stand one to a line, each ending in a line feed.',
    })
  }
}
