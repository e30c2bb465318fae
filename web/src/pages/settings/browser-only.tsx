import { useEffect } from 'react'
import { type BrowserDescription, describeBrowserModel, infoOf, type Precision } from '../../browser-model/index.ts'
import { LocalStatus, megabytes } from '../../components/local-status.tsx'
import { ErrorState, Loading } from '../../components/states.tsx'
import { settings, useSettings } from '../../profile/use-profile.ts'
import { useAsync } from '../../use-async.ts'
import { useSource } from '../../use-source.ts'

const names: Record<Precision, string> = { float32: 'full precision (32 bits)', int8: '8-bit weights' }

/** What 8 bits cost, in figures. */
function Loss({ loss, waits }: { loss: BrowserDescription['loss']; waits: boolean }) {
  if (loss === null)
    return (
      <span>
        {waits
          ? 'What 8 bits cost is being measured…'
          : 'What 8 bits cost was not measured yet when this was downloaded; it is known when the page is loaded again.'}
      </span>
    )
  const { float32, int8, overlapAt10, ratings, users } = loss
  // Left-out ratings were trained on: good for comparing two precisions, no measure of how good either is.
  const known = loss.of === 'left-out' ? ', which the model was trained on' : ''
  const on = `${ratings.toLocaleString('en')} ${loss.of} ratings of ${users.toLocaleString('en')} users${known}`
  return (
    <span>
      {float32 !== null && int8 !== null
        ? `Measured loss: rmse ${int8.rmse.toFixed(4)} instead of ${float32.rmse.toFixed(4)} (${signed(int8.rmse - float32.rmse)}), on ${on}. `
        : `Measured on ${on}. `}
      Of the ten best movies {(overlapAt10 * 100).toFixed(1)}% are the same.
    </span>
  )
}
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

/** The switch to recommendations made in this browser alone, with what it takes. */
export function BrowserOnly() {
  const { browserOnly, precision } = useSettings()
  const { local } = useSource()
  // What is here is not asked for again.
  const here = local.state === 'ready' ? local.info.description : null
  const described = useAsync(async (signal) => here ?? describeBrowserModel({ signal }), [here])
  const { retry } = described
  const measuring = here === null && described.state === 'ready' && described.value.loss === null
  useEffect(() => {
    if (!measuring) return
    const timer = setTimeout(retry, 3_000)
    return () => clearTimeout(timer)
  }, [measuring, retry])
  const description = described.value
  return (
    <section className="panel" aria-labelledby="browser-only">
      <h2 id="browser-only">Run in this browser only</h2>
      <label className="check">
        <input
          type="checkbox"
          checked={browserOnly}
          disabled={description === null && !browserOnly}
          onChange={(event) => settings.set({ browserOnly: event.target.checked })}
        />
        <span>Make recommendations, searches and reasons on this machine: what you say never leaves it.</span>
      </label>
      {described.state === 'failed' && description === null && <ErrorState error={described.error} onRetry={retry} />}
      {described.state === 'loading' && description === null && <Loading label="Asking what there is to download" />}
      {description !== null && (
        <fieldset className="stack">
          <legend className="field-label">What is downloaded</legend>
          {(['float32', 'int8'] as const).map((name) => {
            const { bytes, compressedBytes } = infoOf(description, name)
            return (
              <label key={name} className="check">
                <input
                  type="radio"
                  name="precision"
                  checked={precision === name}
                  onChange={() => settings.set({ precision: name })}
                />
                <span>
                  {description.name} in {names[name]}
                  <br />
                  <span className="fine">
                    {megabytes(compressedBytes)} to download ({megabytes(bytes)} unpacked), of which the weights are{' '}
                    {megabytes(description.files[name].compressedBytes)}.{' '}
                    {name === 'int8' && <Loss loss={description.loss} waits={here === null} />}
                  </span>
                </span>
              </label>
            )
          })}
        </fieldset>
      )}
      {description !== null && (
        <p className="fine">
          The same weights as the server’s, run by ONNX Runtime, with the titles, ids and map of its{' '}
          {description.items.toLocaleString('en')} movies. Lists, reasons, searches, similar movies, the map and imports
          ask nobody from then on, and addresses name no movie to the server. Clusters, Study, Lab and Admin need it and
          ask you first.{' '}
          {browserOnly
            ? 'Switched off, your ratings go to the server again with each request for recommendations.'
            : 'What you look at before it is switched on, the server has seen.'}
        </p>
      )}
      <LocalStatus />
    </section>
  )
}
