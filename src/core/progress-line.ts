import type { OnProgress, Progress } from './progress.ts'

export interface ProgressLineOptions {
  /** Where the text goes: standard error. */
  readonly write: (text: string) => void
  /** True for a terminal: one line is drawn over and over. False for a pipe: a plain line every few seconds. */
  readonly tty: boolean
  /** Width of the terminal in characters. */
  readonly columns?: number
  /** Milliseconds since some moment; for tests. */
  readonly now?: () => number
}

const drawEveryMs = 100
const logEveryMs = 5_000
/** A stage that was over sooner leaves no line behind. */
const worthKeepingMs = 500

/** Shows how far long work is: what, how much of how much, the rate and the time left. */
export class ProgressLine {
  private readonly write: (text: string) => void
  private readonly tty: boolean
  private readonly columns: number
  private readonly now: () => number
  private latest: Progress | null = null
  private startedAt = 0
  /** Work already done when the stage began, such as the epochs before a resumed one. */
  private before = 0
  private shownAt = 0
  private drawn = false

  constructor({ write, tty, columns = 80, now = () => performance.now() }: ProgressLineOptions) {
    this.write = write
    this.tty = tty
    this.columns = columns
    this.now = now
  }

  readonly report: OnProgress = (progress) => {
    const now = this.now()
    if (this.latest?.stage !== progress.stage) {
      this.end()
      this.startedAt = now
      this.before = workOf(progress).done
      this.shownAt = this.tty ? Number.NEGATIVE_INFINITY : now
    }
    this.latest = progress
    if (now - this.shownAt < (this.tty ? drawEveryMs : logEveryMs)) return
    this.shownAt = now
    if (this.tty) this.draw(this.line(now, false))
    else this.write(`${this.line(now, false)}\n`)
  }

  /** Ends the stage in hand: its last line stays if it took a while. Call it before writing anything else. */
  end(): void {
    if (!this.latest) return
    const now = this.now()
    if (now - this.startedAt >= worthKeepingMs) {
      if (this.tty) this.draw(this.line(now, true))
      else this.write(this.line(now, true))
      this.write('\n')
    } else if (this.drawn) this.draw('')
    this.latest = null
    this.drawn = false
  }

  private draw(text: string): void {
    this.write(`\r${text}\x1b[K`)
    this.drawn = true
  }

  private line(now: number, over: boolean): string {
    const progress = this.latest!
    const { done, all } = workOf(progress)
    const seconds = (now - this.startedAt) / 1000
    const rate = seconds > 0 ? (done - this.before) / seconds : 0
    const share = all === null || all === 0 ? null : Math.min(1, done / all)
    const parts = [progress.stage]
    if (progress.epochs) parts.push(`epoch ${progress.epoch}/${progress.epochs}`)
    if (share === null) parts.push(`${short(progress.done)} ${progress.unit}`)
    else parts.push(`${this.tty ? `${bar(share)} ` : ''}${Math.floor(share * 100)}% of ${short(all!)} ${progress.unit}`)
    if (rate > 0) parts.push(`${short(rate)} ${progress.unit}/s`)
    if (over) parts.push(duration(seconds))
    else if (all !== null && rate > 0 && done < all) parts.push(`${duration((all - done) / rate)} left`)
    for (const [name, value] of Object.entries(progress.figures ?? {})) {
      parts.push(`${name} ${Math.abs(value) < 1000 ? value.toPrecision(4) : short(value)}`)
    }
    const text = parts.join('  ')
    return this.tty ? text.slice(0, this.columns - 1) : text
  }
}

/** Work over all epochs, in units. */
function workOf({ done, total, epoch, epochs }: Progress): { done: number; all: number | null } {
  if (total === null) return { done, all: null }
  return { done: ((epoch ?? 1) - 1) * total + done, all: (epochs ?? 1) * total }
}

function bar(share: number): string {
  const full = Math.round(share * 20)
  return '█'.repeat(full) + '░'.repeat(20 - full)
}

/** 950, 12.3k, 4.5M. */
export function short(value: number): string {
  if (value < 1000) return String(Math.round(value))
  for (const [size, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size) return `${(value / size).toFixed(value >= 100 * size ? 0 : 1)}${letter}`
  }
  return String(value)
}

/** 0.8 s, 12 s, 3 min 05 s, 2 h 10 min. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}
