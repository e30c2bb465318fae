import { retry } from '../local/manager.ts'
import { settings, useSettings } from '../profile/use-profile.ts'
import { useSource } from '../use-source.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { ErrorState } from './states.tsx'

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** Says that recommendations are made in this browser only, and how far its model has come. */
export function LocalStatus() {
  const chosen = useSettings()
  const { local } = useSource()
  if (!chosen.browserOnly) return null
  if (local.state === 'failed') {
    return (
      <div className="stack">
        <ErrorState error={local.error} onRetry={() => retry(chosen)} />
        <div className="row">
          <Button onClick={() => settings.set({ browserOnly: false })}>Use the server instead</Button>
        </div>
      </div>
    )
  }
  // Switched on a moment ago it is still off, and about to be fetched.
  const { bytes, of } = local.state === 'loading' ? local : { bytes: 0, of: 0 }
  return (
    <aside className="notice" aria-label="In this browser only">
      <p>
        <Icon name="lock" /> In this browser only: nothing you rate or search leaves it.
      </p>
      {local.state !== 'ready' && (
        <label className="fine">
          Fetching the model{of > 0 && `: ${megabytes(bytes)} of ${megabytes(of)}`}
          <progress className="progress" value={of > 0 ? bytes / of : undefined} max={1} />
        </label>
      )}
    </aside>
  )
}
