/** Figures and times in words for people. */

export const count = (n: number): string => n.toLocaleString('en')

/** "1 movie", "2 movies". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** A share in [0, 1] as "63%"; `digits` after the point. */
export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)}%`

/** "0.8484", or a dash where there is nothing. */
export const decimal = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits)

/** "+0.0123", "−0.0005": the sign always, and a true minus. */
export function signed(value: number, digits = 4): string {
  const text = Math.abs(value).toFixed(digits)
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`
}

/** A length of time: "8 s", "1 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** An ISO 8601 time as the visitor's calendar and clock say it. */
export function moment(iso: string, locale?: string): string {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
}

/** A p value: "0.032", "less than 0.001". */
export const pValue = (p: number): string => (p < 0.001 ? 'less than 0.001' : p.toFixed(3))
