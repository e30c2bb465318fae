import { useEffect } from 'react'
import { type Answer, api } from '../../api.ts'
import { count, counted } from '../../format.ts'
import { StartTraining } from '../../training/start-training.tsx'
import { TrainingPanel } from '../../training/training-panel.tsx'
import { hasEnded } from '../../training/training-state.ts'
import { useTraining } from '../../training/use-training.ts'
import { useAsync } from '../../use-async.ts'

/** What the live model has not learned yet, when it will, and learning it now. */
export function Retraining({ store, onTrained }: { store: Answer<'storeInfo'>; onTrained: () => void }) {
  const { job, connection, follow } = useTraining()
  const { value } = useAsync((signal) => api.listTraining({ signal }), [])
  const running = value?.jobs.find((one) => !hasEnded(one))
  useEffect(() => {
    if (running && job === null) follow(running)
  }, [running, job, follow])
  const done = job?.state === 'done'
  useEffect(() => {
    if (done) onTrained()
  }, [done, onTrained])
  const { newRatings, retrainAfter, retrainEvery } = store
  return (
    <section className="stack" aria-labelledby="admin-retraining">
      <div className="panel stack">
        <h2 id="admin-retraining">Retraining</h2>
        <p>
          {counted(newRatings, 'rating')} of the store came after the live model was trained. They count in
          recommendations at once all the same: each list is made from what a person has rated by now.
        </p>
        {retrainEvery !== null && (
          <p className="fine">
            It is trained again every {retrainEvery === 1 ? 'hour' : `${Number(retrainEvery.toFixed(2))} hours`}, where
            there are new ratings.
          </p>
        )}
        {retrainAfter === null && retrainEvery === null && (
          <p className="fine">
            There is no schedule. <code>marquee serve --retrain-after 1000</code> trains again after so many new
            ratings, <code>--retrain-every 24</code> every so many hours.
          </p>
        )}
        {retrainAfter !== null && (
          <div>
            <p className="fine">It is trained again after {count(retrainAfter)} new ratings.</p>
            <progress
              className="admin-progress"
              value={Math.min(newRatings, retrainAfter)}
              max={Math.max(retrainAfter, 1)}
              aria-label={`${count(newRatings)} of ${count(retrainAfter)} new ratings`}
            />
          </div>
        )}
      </div>
      <StartTraining running={job !== null && !hasEnded(job)} onStarted={follow} />
      {job !== null && <TrainingPanel job={job} connection={connection} />}
    </section>
  )
}
