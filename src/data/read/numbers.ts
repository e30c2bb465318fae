/** Powers of ten that a double holds exactly. */
const tens = Array.from({ length: 16 }, (_, k) => 10 ** k)

/** The number written in bytes [from, to), or NaN. Correctly rounded; no hexadecimal, no "Infinity", no "1_000". */
export function parseNumber(bytes: Buffer, from: number, to: number): number {
  let digits = 0
  let value = 0
  let decimals = -1
  for (let p = from; p < to; p++) {
    const c = bytes[p]!
    if (c >= 48 && c <= 57) {
      value = value * 10 + (c - 48)
      digits++
      if (decimals >= 0) decimals++
    } else if (c === 46 && decimals < 0) decimals = 0
    else return numberOf(bytes.toString('latin1', from, to))
  }
  if (digits === 0 || digits > 15) return numberOf(bytes.toString('latin1', from, to))
  return decimals > 0 ? value / tens[decimals]! : value
}

/** The number written in a string, or NaN. */
export function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

/** Seconds since 1970 written as a number, or as an ISO date or time (UTC unless it names a zone); NaN otherwise. */
export function timeOf(text: string): number {
  const number = numberOf(text)
  if (!Number.isNaN(number)) return number
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text)
  if (!match) return Number.NaN
  const zone = match[3] === undefined || match[3] === 'UTC' ? 'Z' : match[3]
  const fullZone = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone
  return Date.parse(`${match[1]}T${match[2] ?? '00:00'}${fullZone}`) / 1000
}
