import { createReadStream, existsSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { MarqueeError } from '../core/errors.ts'

/** Lines of text as they come: from standard input, or from a file. */
export class Answers {
  private readonly reader: Interface
  private readonly lines: string[] = []
  private waiting: ((line: string | null) => void) | null = null
  private ended = false

  /** `path`: a file, or - for standard input. Throws `no-file`. */
  constructor(path: string, signal: AbortSignal) {
    if (path !== '-' && !existsSync(path)) {
      throw new MarqueeError('no-file', 'there is no such file of answers', {
        place: path,
        remedy: 'Give the path of a text file with 1 or 2 on each line, or - for standard input.',
      })
    }
    const input = path === '-' ? process.stdin : createReadStream(path)
    // Not as a terminal of its own: Ctrl-C stays a signal, and the line editing is the terminal's.
    this.reader = createInterface({ input, terminal: false })
    this.reader.on('line', (line) => {
      if (this.waiting) this.give(line)
      else this.lines.push(line)
    })
    const end = (): void => {
      this.ended = true
      this.give(null)
    }
    this.reader.on('close', end)
    signal.addEventListener('abort', end, { once: true })
  }

  /** The next line, or null where there is none any more or the signal was raised. */
  next(): Promise<string | null> {
    const line = this.lines.shift()
    if (line !== undefined) return Promise.resolve(line)
    if (this.ended) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.waiting = resolve
    })
  }

  close(): void {
    this.reader.close()
  }

  private give(line: string | null): void {
    const { waiting } = this
    this.waiting = null
    waiting?.(line)
  }
}
