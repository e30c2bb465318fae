import { percent, pValue } from '../../format.ts'

export interface PreferenceFigures {
  readonly a: number
  readonly b: number
  readonly answers: number
  readonly rate: number | null
  readonly interval: readonly number[] | null
  readonly p: number
}

/** What the answers say, in plain words. */
export function verdict(a: string, b: string, { rate, interval, p, answers, ...counts }: PreferenceFigures): string {
  if (answers === 0 || rate === null || interval === null) return 'Nobody has answered yet, so nothing can be said.'
  const [low, high] = [interval[0]!, interval[1]!]
  const best = rate >= 0.5 ? a : b
  const share = Math.max(rate, 1 - rate)
  const won = Math.max(counts.a, counts.b)
  const lead =
    counts.a === counts.b
      ? `Both were preferred equally often, ${counts.a} times each.`
      : `${best} was preferred in ${won} of ${answers} comparisons (${percent(share)}).`
  const sure =
    counts.a === counts.b
      ? 'These answers do not show a preference.'
      : p < 0.05
        ? `If people had no preference, a division this uneven would come up with a chance of ${pValue(p)} (sign test): they prefer ${best}.`
        : `If people had no preference, a division at least this uneven would come up with a chance of ${pValue(p)} (sign test), so these answers do not show a preference.`
  const range = `The true share for ${a} lies between ${percent(low)} and ${percent(high)} with 95% confidence.`
  return `${lead} ${sure} ${range}`
}
