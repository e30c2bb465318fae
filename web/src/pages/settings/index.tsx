import './settings.css'
import { useTitle } from '../../router.tsx'
import { BrowserOnly } from './browser-only.tsx'
import { EraseData } from './erase.tsx'
import { ExportData } from './export.tsx'
import { History } from './history.tsx'
import { ImportData } from './import.tsx'
import { Sharing } from './sharing.tsx'

export default function SettingsPage() {
  useTitle('Your data')
  return (
    <>
      <header className="page-head">
        <h1>Your data</h1>
        <p>
          Your ratings, watchlist and what you are not interested in are kept by this browser. Bring them in, take them
          with you, decide who sees them, or erase them.
        </p>
      </header>
      <div className="settings">
        <div className="settings-column">
          <ImportData />
          <ExportData />
          <History />
        </div>
        <div className="settings-column">
          <Sharing />
          <BrowserOnly />
          <EraseData />
        </div>
      </div>
    </>
  )
}
