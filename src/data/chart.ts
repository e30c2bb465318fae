import type { DatasetInfo, Distribution } from './info.ts'

export interface ChartOptions {
  /** Columns of the terminal. Default 80. */
  readonly width?: number
  /** Draw with # instead of block characters. Default false. */
  readonly ascii?: boolean
}

export interface Bar {
  readonly label: string
  readonly value: number
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar chart, one line a bar: label, bar in proportion to the largest value, value, share of the sum. */
export function barChart(bars: readonly Bar[], options: ChartOptions = {}): string {
  const { width = 80, ascii = false } = options
  const sum = bars.reduce((total, bar) => total + bar.value, 0)
  const most = Math.max(...bars.map((bar) => bar.value), 0)
  const labels = Math.max(...bars.map((bar) => bar.label.length), 0)
  const numbers = bars.map((bar) => bar.value.toLocaleString('en-GB'))
  const digits = Math.max(...numbers.map((text) => text.length), 0)
  const room = Math.max(10, width - labels - digits - 12)
  return bars
    .map((bar, k) => {
      const drawn = drawBar(most > 0 ? bar.value / most : 0, room, ascii)
      const share = sum > 0 ? (100 * bar.value) / sum : 0
      return `${bar.label.padStart(labels)} ${ascii ? '|' : '▕'}${drawn} ${numbers[k]!.padStart(digits)} ${share.toFixed(1).padStart(5)}%`
    })
    .join('\n')
}

/** A bar of `share` of the room, padded to the room. Anything above zero shows. */
function drawBar(share: number, room: number, ascii: boolean): string {
  if (ascii) {
    const cells = share > 0 ? Math.max(1, Math.round(share * room)) : 0
    return '#'.repeat(cells).padEnd(room)
  }
  const parts = share > 0 ? Math.max(1, Math.round(share * room * 8)) : 0
  return ('█'.repeat(parts >> 3) + eighths[parts & 7]!).padEnd(room)
}

/** All of a data set's statistics as text for a terminal. */
export function drawInfo(info: DatasetInfo, options: ChartOptions = {}): string {
  const n = (x: number): string => x.toLocaleString('en-GB', { maximumFractionDigits: 1 })
  const { min, max, step } = info.scale
  const lines = [
    `${info.name}: ${n(info.ratings)} ratings of ${n(info.items)} movies by ${n(info.users)} users (${(100 * info.density).toFixed(2)}% of all pairs)`,
    `ratings from ${min} to ${max}${step === null ? '' : ` in steps of ${step}`}, mean ${info.meanRating.toFixed(3)}`,
  ]
  if (info.time) lines.push(`given from ${day(info.time.first)} to ${day(info.time.last)}`)
  lines.push(...cleaningLines(info), '', 'ratings')
  lines.push(
    barChart(
      info.histogram.map((level) => ({ label: String(level.rating), value: level.count })),
      options,
    ),
  )
  lines.push('', ...distributionLines('ratings per movie', info.ratingsPerItem, options))
  lines.push('', ...distributionLines('ratings per user', info.ratingsPerUser, options))
  if (info.source.licence) lines.push('', `licence: ${info.source.licence}`)
  if (info.source.citation) lines.push(`cite: ${info.source.citation}`)
  return lines.join('\n')
}

function cleaningLines({ cleaning }: DatasetInfo): string[] {
  const { rowsRead, rowsKept, rejected, duplicates, filtered } = cleaning
  if (rowsRead === rowsKept) return []
  const parts = [`${rejected} rejected`, `${duplicates} duplicates`]
  if (filtered.passes > 0) {
    parts.push(
      `${filtered.ratings} of ${filtered.users} users and ${filtered.items} movies with too few (${filtered.passes} passes)`,
    )
  }
  return [
    `kept ${rowsKept} of ${rowsRead} rows: ${parts.join(', ')}`,
    ...cleaning.rejectedExamples.map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`),
  ]
}

function distributionLines(title: string, { min, max, mean, quantiles, bins }: Distribution, options: ChartOptions) {
  const { p5, p25, p50, p75, p95 } = quantiles
  const q = (x: number): string => x.toLocaleString('en-GB', { maximumFractionDigits: 1 })
  const first = bins.findIndex((bin) => bin.count > 0)
  return [
    `${title}: ${q(min)} to ${q(max)}, mean ${q(mean)}; 5% ${q(p5)}, 25% ${q(p25)}, half ${q(p50)}, 75% ${q(p75)}, 95% ${q(p95)}`,
    barChart(
      bins
        .slice(first)
        .map(({ from, to, count }) => ({ label: from === to ? String(from) : `${from}-${to}`, value: count })),
      options,
    ),
  ]
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 10)
}
