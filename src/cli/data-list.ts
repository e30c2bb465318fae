import type { Command } from 'commander'
import { MarqueeError } from '../core/errors.ts'
import { dataDirectory, locateDataset, type RegistryEntry, registry } from '../data/registry.ts'
import { answer, jsonOption } from './common.ts'
import type { Io } from './io.ts'
import { grouped, table } from './table.ts'

export function define(command: Command, io: Io): void {
  jsonOption(command)
    .description('Lists the public data sets that are known by name, and which of them are on this machine.')
    .addHelpText('after', '\nExample:\n  $ marquee data list')
    .action(({ json }: { json?: boolean }) => {
      const sets = registry.map((entry) => ({ ...entry, path: pathOf(entry) }))
      answer(io, json, { directory: dataDirectory(), datasets: sets }, () => {
        const rows = sets.map(({ name, title, counts, zipBytes, path }) => [
          name,
          counts ? grouped(counts.ratings) : 'varies',
          counts ? grouped(counts.users) : 'varies',
          counts ? grouped(counts.items) : 'varies',
          zipBytes === null ? '' : `${(zipBytes / 1e6).toFixed(0)} MB`,
          path === null ? 'no' : 'yes',
          title,
        ])
        const right = (header: string) => ({ header, align: 'right' as const })
        const columns = [{ header: 'name' }, right('ratings'), right('users'), right('movies'), right('download')]
        const text = table([...columns, { header: 'here' }, { header: 'title' }], rows)
        return `${text}\nfolder: ${dataDirectory()} (set MARQUEE_DATA to change it)\n${terms()}`
      })
    })
}

const terms = (): string => [...new Set(registry.map(({ licence }) => `licence: ${licence}\n`))].join('')

/** Where the set is on this machine, or null. */
function pathOf({ name }: RegistryEntry): string | null {
  try {
    return locateDataset(name).path
  } catch (error) {
    if (error instanceof MarqueeError) return null
    throw error
  }
}
