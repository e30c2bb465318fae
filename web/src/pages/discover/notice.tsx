import { Button } from '../../components/button.tsx'
import { setSharing, sharing, useSettings } from '../../profile/use-profile.ts'

/** Says, once, where the visitor's ratings go, and lets them decide. */
export function Notice() {
  const { share, browserOnly } = useSettings()
  if (share !== null || browserOnly) return null
  const on = sharing()
  return (
    <aside className="notice" aria-label="Where your ratings go">
      <p>
        {on
          ? 'Your ratings stay in this browser and also go to this machine’s own server, with what you were shown, under a random id, so that retraining and experiments see them.'
          : 'Your ratings stay in this browser. May the server keep them too, with what you were shown, under a random id, so that its next model learns from them?'}
      </p>
      <div className="row">
        <Button className="button-small" onClick={() => setSharing(true)}>
          {on ? 'Fine' : 'Yes'}
        </Button>
        <Button className="button-small" kind="quiet" onClick={() => setSharing(false)}>
          {on ? 'Keep them here only' : 'No'}
        </Button>
      </div>
    </aside>
  )
}
