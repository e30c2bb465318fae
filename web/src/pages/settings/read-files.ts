import { type Lists, listNames } from '../../profile/document.ts'
import { fromJson } from '../../profile/export.ts'
import { type Plan, planImport } from '../../profile/import/match.ts'
import { type Imported, type ReadFile, readSiteFile, UnknownFile } from '../../profile/import/sites.ts'
import type { Wanted } from '../../profile/store.ts'
import type { Source } from '../../source.ts'

export interface ReadAll {
  readonly files: readonly { readonly site: ReadFile['site'] | 'marquee'; readonly name: string }[]
  /** Why a file could not be read, in words that name it. */
  readonly problems: readonly string[]
  readonly skipped: Readonly<Record<string, number>>
}

/** More than any export of these sites: a larger file is something else. */
const mostBytes = 50_000_000

/** Our own export, as the changes that it means against what is kept. */
function ownWanted(given: Lists, kept: Lists): { wanted: Wanted[]; counts: Plan['counts']; repeated: number } {
  const wanted: Wanted[] = []
  const counts = { ratings: 0, watchlist: 0, watched: 0 }
  let repeated = 0
  for (const list of listNames)
    for (const [id, entry] of Object.entries(given[list])) {
      const before = kept[list][id]
      if (before !== undefined && before.rating === entry.rating) repeated += 1
      else {
        wanted.push({ list, id, entry })
        if (list !== 'dismissed') counts[list] += 1
        else counts.watched += 1
      }
    }
  return { wanted, counts, repeated }
}

async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (utf16) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Files that went through a spreadsheet are often in the Windows code page.
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Reads all files and plans one change. A file that cannot be read is reported and the others go on. */
export async function readAll(
  files: readonly File[],
  source: Source,
  kept: Lists,
  onProgress: (done: number, total: number) => void,
): Promise<{ read: ReadAll; plan: Plan }> {
  const entries: Imported[] = []
  const names: { site: ReadFile['site'] | 'marquee'; name: string }[] = []
  const problems: string[] = []
  const skipped: Record<string, number> = {}
  const own: Plan[] = []
  for (const file of files) {
    try {
      if (file.size > mostBytes) throw new UnknownFile(`${file.name} is larger than 50 MB, which no such export is.`)
      const text = await textOf(file)
      const ours = file.name.endsWith('.json') ? fromJson(tryJson(text)) : null
      if (ours !== null) {
        own.push({ ...ownWanted(ours, kept), unmatched: [] })
        names.push({ site: 'marquee', name: 'Marquee export' })
        continue
      }
      const read = readSiteFile(file.name, text)
      for (const entry of read.entries) entries.push(entry)
      for (const [why, n] of Object.entries(read.skipped)) skipped[why] = (skipped[why] ?? 0) + n
      names.push({ site: read.site, name: read.name })
    } catch (error) {
      if (!(error instanceof UnknownFile)) throw error
      problems.push(error.message)
    }
  }
  const matched = await planImport(entries, kept, (asked) => source.match(asked), new Date().toISOString(), onProgress)
  const plan = [matched, ...own].reduce((sum, next) => ({
    wanted: [...sum.wanted, ...next.wanted],
    unmatched: [...sum.unmatched, ...next.unmatched],
    repeated: sum.repeated + next.repeated,
    counts: {
      ratings: sum.counts.ratings + next.counts.ratings,
      watchlist: sum.counts.watchlist + next.counts.watchlist,
      watched: sum.counts.watched + next.counts.watched,
    },
  }))
  return { read: { files: names, problems, skipped }, plan }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return null
  }
}
