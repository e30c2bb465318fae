import '../components/progress.css'
import './training.css'
import { useEffect, useId, useRef, useState } from 'react'
import { api, type Job } from '../api.ts'
import { announce } from '../components/announcer.tsx'
import { Button } from '../components/button.tsx'
import { toast } from '../components/toast.tsx'
import { duration } from '../format.ts'
import { Link } from '../router.tsx'
import { LossChart } from './loss-chart.tsx'
import { hasEnded, shareDone, standing, type TrainingState } from './training-state.ts'

/** A training under way or just ended: where it stands, its curve, and a way to stop it. */
export function TrainingPanel({ job, connection }: { job: Job; connection: TrainingState['connection'] }) {
  const [cancelling, setCancelling] = useState(false)
  const words = useId()
  const told = useRef('')
  const { state } = job
  useEffect(() => {
    const now = `${job.id} ${state}`
    if (told.current !== '' && told.current !== now) announce(`Training ${job.model}: ${standing(job, duration)}`)
    told.current = now
  }, [job, state])
  const share = shareDone(job)
  const cancel = async () => {
    setCancelling(true)
    try {
      await api.cancelTraining(job.id)
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { kind: 'bad' })
    } finally {
      setCancelling(false)
    }
  }
  return (
    <section
      className="training panel"
      aria-label={`Training of ${job.model}`}
      data-testid="training"
      data-state={state}
    >
      <header className="row">
        <h3>{job.model}</h3>
        <span className={`badge badge-${state}`}>{state}</span>
        {!hasEnded(job) && (
          <Button kind="danger" className="button-small training-cancel" busy={cancelling} onClick={cancel}>
            Cancel
          </Button>
        )}
      </header>
      <p id={words}>{standing(job, duration)}</p>
      {!hasEnded(job) && <progress aria-labelledby={words} {...(share === null ? {} : { value: share, max: 1 })} />}
      {connection === 'lost' && (
        <p className="fine">The connection broke off; it is being made again. The training goes on.</p>
      )}
      {job.epochs.length > 0 ? (
        <LossChart epochs={job.epochs} />
      ) : (
        state === 'running' && <p className="fine">The curve begins with the first epoch.</p>
      )}
      {state === 'done' && (
        <p>
          It is among the models: compare it in <Link href="/lab?tab=models">Lab</Link>, or give it traffic in{' '}
          <Link href="/admin">Admin</Link>.
        </p>
      )}
    </section>
  )
}
