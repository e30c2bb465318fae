import { type FormEvent, useId, useState } from 'react'
import { type Answer, api, type Model } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import type { Question } from '../../components/confirm.tsx'
import { ScrollX } from '../../components/scroll-x.tsx'
import { ErrorState } from '../../components/states.tsx'
import { toast } from '../../components/toast.tsx'
import { count, moment, percent } from '../../format.ts'
import { useAsync } from '../../use-async.ts'
import { sharesProblem, variantsOf } from './shares.ts'

/** Which share of the users each model answers, and the feedback that each has earned since. */
export function Traffic({
  models,
  ask,
  onChanged,
}: {
  models: readonly Model[]
  ask: (question: Question) => void
  onChanged: () => void
}) {
  const key = models.map(({ version, share }) => `${version} ${share}`).join(',')
  const { value, state, error, retry } = useAsync((signal) => api.getTraffic({ signal }), [key])
  return (
    <div className="stack admin-traffic">
      <h3>Traffic</h3>
      {value !== null && <Report report={value.report} since={value.traffic.since} />}
      {state === 'failed' && <ErrorState error={error} onRetry={retry} />}
      {models.length > 1 && <Shares key={key} models={models} ask={ask} onChanged={onChanged} />}
      {models.length < 2 && <p className="fine">With a second model, users can be divided between the two.</p>}
    </div>
  )
}

const kinds = ['rating', 'like', 'dislike', 'watched', 'skipped', 'watchlist', 'impression'] as const
const kindNames: Readonly<Record<(typeof kinds)[number], string>> = {
  rating: 'ratings',
  like: 'likes',
  dislike: 'dislikes',
  watched: 'watched',
  skipped: 'skipped',
  watchlist: 'watchlist',
  impression: 'seen',
}

function Report({ report, since }: { report: Answer<'getTraffic'>['report']; since: string }) {
  const shown = kinds.filter((kind) => report.some(({ feedback }) => (feedback[kind] ?? 0) > 0))
  return (
    <ScrollX label="Traffic by model">
      <table data-testid="traffic">
        <caption className="fine">
          Since {moment(since)}: lists served, and the feedback that named one of them.
        </caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className="number">
              Users
            </th>
            <th scope="col" className="number">
              Lists
            </th>
            <th scope="col" className="number">
              Answered by
            </th>
            {shown.map((kind) => (
              <th key={kind} scope="col" className="number">
                {kindNames[kind]}
              </th>
            ))}
            <th scope="col" className="number">
              Mean rating
            </th>
          </tr>
        </thead>
        <tbody>
          {report.map(({ version, share, served, users, feedback, meanRating }) => (
            <tr key={version}>
              <th scope="row" className="version-cell">
                {version}
              </th>
              <td className="number">{percent(share)}</td>
              <td className="number">{count(served)}</td>
              <td className="number">{count(users)}</td>
              {shown.map((kind) => (
                <td key={kind} className="number">
                  {count(feedback[kind] ?? 0)}
                </td>
              ))}
              <td className="number">{meanRating === null ? '–' : meanRating.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

function Shares({
  models,
  ask,
  onChanged,
}: {
  models: readonly Model[]
  ask: (question: Question) => void
  onChanged: () => void
}) {
  const id = useId()
  // Once: other shares come with another key. What is being typed must outlast the models being asked for again.
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(models.map(({ version, share }) => [version, String(Number((100 * share).toFixed(2)))])),
  )
  const [tried, setTried] = useState(false)
  const shares = models.map(({ version }) => {
    const text = texts[version]?.trim() ?? ''
    return { version, percent: text === '' ? 0 : Number(text) }
  })
  const problem = sharesProblem(shares)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem !== null) return
    const variants = variantsOf(shares)
    ask({
      title: 'Divide the traffic anew?',
      deed: 'Divide it so',
      children: (
        <>
          <ul>
            {variants.map(({ version, share }) => (
              <li key={version}>
                {percent(share)} <code>{version}</code>
              </li>
            ))}
          </ul>
          <p>Each user keeps the model drawn for them. The counts of what each model has earned begin anew.</p>
        </>
      ),
      run: async () => {
        await api.setTraffic({ variants })
        setTried(false)
        toast('The traffic is divided anew')
        onChanged()
      },
    })
  }
  return (
    <form className="stack" onSubmit={submit} noValidate aria-label="Divide the traffic">
      <fieldset className="admin-shares">
        <legend className="field-label">Divide the users between models</legend>
        {models.map(({ version }, n) => (
          <div key={version} className="admin-share">
            <label htmlFor={`${id}-${n}`}>{version}</label>
            <input
              id={`${id}-${n}`}
              className="input"
              inputMode="decimal"
              aria-invalid={(tried && problem !== null) || undefined}
              value={texts[version] ?? ''}
              onChange={(event) => setTexts({ ...texts, [version]: event.target.value })}
            />
            <span aria-hidden="true">%</span>
          </div>
        ))}
      </fieldset>
      {tried && problem !== null && (
        <p role="alert" className="admin-problem">
          {problem}
        </p>
      )}
      <div>
        <Button type="submit">Divide the traffic</Button>
      </div>
    </form>
  )
}
