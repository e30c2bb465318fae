import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of the shipped data with every rating on another scale; the caller removes it. */
export function rescaled(ofRating: (stars: number) => number): string {
  const data = mkdtempSync(join(tmpdir(), 'marquee-rescaled-'))
  cpSync(join(import.meta.dirname, '../../data/ml-latest-small'), data, { recursive: true })
  const [head, ...rows] = readFileSync(join(data, 'ratings.csv'), 'utf8').trim().split(/\r?\n/)
  const others = rows.map((row) =>
    row.replace(/^(\d+,\d+,)([\d.]+)/, (_, pair, stars) => pair + ofRating(Number(stars))),
  )
  writeFileSync(join(data, 'ratings.csv'), `${[head, ...others].join('\n')}\n`)
  return data
}
