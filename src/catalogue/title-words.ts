/** Articles that lists of movies put behind the title: "Matrix, The", "Fabuleux destin d'Amélie Poulain, Le". */
const articles = new Set(
  (
    'the a an le la les l un une des el los las una il lo gli i der die das den dem ein eine o os as um uma ' +
    'de het een en ett det'
  ).split(' '),
)

/** Lower case, without diacritics, signs as spaces: "WALL·E" and "wall-e" are "wall e". */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll('œ', 'oe')
    .replaceAll('ł', 'l')
    .replace(/['’`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** A title taken apart. Names are folded, without their article; `article` keeps it, or is "". */
export interface TitleParts {
  /** The main name first, then the alternative names from the parentheses. */
  readonly names: readonly { readonly text: string; readonly article: string }[]
  /** The year in the last parentheses, or null. */
  readonly year: number | null
}

/** Takes apart what a list of movies or a person wrote: rotated articles, years, alternative names in parentheses. */
export function parseTitle(title: string): TitleParts {
  let rest = title.trim()
  let year: number | null = null
  const dated = /^(.*\S)\s*\((\d{4})(?:\s*[-–]\s*\d{0,4})?\)\s*$/u.exec(rest)
  if (dated) {
    rest = dated[1]!
    year = Number(dated[2])
  }
  const alternatives: string[] = []
  const main = rest.replace(/\(([^()]*)\)/g, (_, inner: string) => {
    alternatives.push(inner.replace(/^\s*a\.?k\.?a\.?\s+/i, ''))
    return ' '
  })
  const names = [main, ...alternatives].map(nameOf).filter((name) => name.text !== '')
  return { names, year }
}

function nameOf(text: string): { text: string; article: string } {
  const rotated = /^(.*),\s*(\p{L}+['’]?)\s*$/u.exec(text)
  if (rotated && articles.has(fold(rotated[2]!))) return { text: fold(rotated[1]!), article: fold(rotated[2]!) }
  const folded = fold(text)
  const space = folded.indexOf(' ')
  if (space > 0 && articles.has(folded.slice(0, space))) {
    return { text: folded.slice(space + 1), article: folded.slice(0, space) }
  }
  return { text: folded, article: '' }
}

/**
 * Edits between two words or names: insertions, deletions, replacements and swaps of neighbours each count one
 * (optimal string alignment). Gives up with `limit + 1` once more than `limit` are needed.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least > limit) return limit + 1
    before = above
    above = row
  }
  return above[b.length]!
}

/** 1 for equal, 0 for nothing in common: one minus the edits per letter of the longer. Below `least` it is 0. */
export function likeness(a: string, b: string, least = 0): number {
  const longer = Math.max(a.length, b.length)
  if (longer === 0) return 1
  const limit = Math.floor((1 - least) * longer + 1e-9)
  const edits = editDistance(a, b, limit)
  return edits > limit ? 0 : 1 - edits / longer
}
