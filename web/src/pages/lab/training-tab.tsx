import { useEffect, useState } from 'react'
import { api, type Job } from '../../api.ts'
import { KeyOrError } from '../../components/key-gate.tsx'
import { Empty, Loading } from '../../components/states.tsx'
import { duration, moment } from '../../format.ts'
import { StartTraining } from '../../training/start-training.tsx'
import { TrainingPanel } from '../../training/training-panel.tsx'
import { hasEnded, standing } from '../../training/training-state.ts'
import { useTraining } from '../../training/use-training.ts'
import { useAsync } from '../../use-async.ts'

/** Start a training, follow it live, and look at those before. */
export function TrainingTab() {
  const { value, state, error, retry } = useAsync((signal) => api.listTraining({ signal }), [])
  const { job, connection, follow } = useTraining()
  const [chosen, choose] = useState<string | null>(null)
  const jobs = value?.jobs
  useEffect(() => {
    // What runs is shown without asking.
    const running = jobs?.find((one) => !hasEnded(one)) ?? jobs?.[0]
    if (running && job === null) follow(running)
  }, [jobs, job, follow])
  const ended = job !== null && hasEnded(job)
  // Once more when it ends, for how it ended.
  useEffect(() => {
    if (ended) retry()
  }, [ended, retry])
  if (value === null) {
    if (state === 'failed')
      return <KeyOrError error={error} onRetry={retry} what="Trainings are not open to everybody" />
    return <Loading label="Loading the trainings" />
  }
  const show = (one: Job) => {
    choose(one.id)
    follow(one)
  }
  return (
    <div className="stack">
      <StartTraining running={job !== null && !ended} onStarted={show} />
      {job !== null && <TrainingPanel job={job} connection={connection} />}
      <section className="stack" aria-labelledby="lab-trainings">
        <h2 id="lab-trainings">Trainings so far</h2>
        {value.jobs.length === 0 ? (
          <Empty title="None yet">
            <p>
              Nothing was trained since this server was set up. Curves of models trained elsewhere are under Models.
            </p>
          </Empty>
        ) : (
          <ul className="job-list">
            {value.jobs.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="job"
                  aria-pressed={(chosen ?? job?.id) === one.id}
                  onClick={() => show(one)}
                >
                  <strong>{one.model}</strong>
                  <span className={`badge badge-${one.state}`}>{one.state}</span>
                  <span className="fine">
                    {one.started === null ? '' : moment(one.started)} {triggers[one.trigger]}
                  </span>
                  {hasEnded(one) && <span className="fine">{standing(one, duration)}</span>}
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  )
}

const triggers: Readonly<Record<Job['trigger'], string>> = {
  admin: 'started by hand',
  schedule: 'by the schedule',
  ratings: 'because of new ratings',
}
