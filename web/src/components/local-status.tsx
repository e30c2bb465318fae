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
  return (
    <aside className="notice" aria-label="In this browser only">
      <p>
        <Icon name="lock" /> In this browser only: nothing you rate or search leaves it.
      </p>
      {local.state === 'loading' && (
        <label className="fine">
          Fetching the model{local.of > 0 && `: ${megabytes(local.bytes)} of ${megabytes(local.of)}`}
          <progress className="progress" value={local.of > 0 ? local.bytes / local.of : undefined} max={1} />
        </label>
      )}
    </aside>
  )
}
