import { Button } from '../../components/button.tsx'
import { listNames } from '../../profile/document.ts'
import { toCsv, toJson } from '../../profile/export.ts'
import { useProfile } from '../../profile/use-profile.ts'
import { plural } from '../../title.ts'

function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function ExportData() {
  const lists = useProfile()
  const entries = listNames.reduce((sum, list) => sum + Object.keys(lists[list]).length, 0)
  const stamp = () => new Date().toISOString()
  return (
    <section className="panel" aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p>
        {plural(entries, 'entry', 'entries')}. JSON holds everything and can be imported here again; CSV opens in a
        spreadsheet.
      </p>
      <div className="row">
        <Button
          disabled={entries === 0}
          onClick={() => download(`marquee-${stamp().slice(0, 10)}.json`, 'application/json', toJson(lists, stamp()))}
        >
          Export JSON
        </Button>
        <Button
          disabled={entries === 0}
          onClick={() => download(`marquee-${stamp().slice(0, 10)}.csv`, 'text/csv', `\ufeff${toCsv(lists)}`)}
        >
          Export CSV
        </Button>
      </div>
    </section>
  )
}
