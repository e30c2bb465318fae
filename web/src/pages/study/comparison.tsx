import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { type Answer, ApiError, api } from '../../api.ts'
import { announce } from '../../components/announcer.tsx'
import { KeyOrError } from '../../components/key-gate.tsx'
import { Loading } from '../../components/states.tsx'
import { Link } from '../../router.tsx'
import { useAsync } from '../../use-async.ts'
import { Stars } from './stars.tsx'

type Question = NonNullable<Answer<'studyQuestion'>['question']>

/** One question after the other, until a participant has answered all. The keys 1 and 2 answer too. */
export function Comparison({ study, participant }: { study: string; participant: string }) {
  const { value, state, error, retry } = useAsync(
    (signal) => api.studyQuestion(study, participant, { signal }),
    [study, participant],
  )
  const [sending, setSending] = useState<number | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const question = value?.question ?? null

  const answer = useCallback(
    async (chosen: 0 | 1) => {
      if (question === null || sending !== null || state === 'loading') return
      setSending(chosen)
      setFailure(null)
      try {
        await api.answerQuestion(study, { participant, number: question.number, chosen })
      } catch (cause) {
        // Answered already, in another tab: go on with what is next.
        if (!(cause instanceof ApiError && cause.code === 'answered')) {
          setFailure(cause)
          setSending(null)
          return
        }
      }
      setSending(null)
      retry()
    },
    [question, sending, state, study, participant, retry],
  )

  // With the question, not after it is painted: a key pressed at once would answer the question before, or be lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inField = event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null
      if (inField || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (event.key === '1') void answer(0)
      if (event.key === '2') void answer(1)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [answer])

  const number = question?.number
  const of = question?.of
  const asked = useRef(number)
  useEffect(() => {
    if (number === undefined || asked.current === number) return
    const was = asked.current
    asked.current = number
    if (was === undefined) return
    announce(`Kept. Comparison ${number} of ${of}`)
    heading.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [number, of])

  if (value === null && state === 'loading') return <Loading label="Preparing a comparison" />
  if (value === null || state === 'failed') {
    return <KeyOrError error={error} onRetry={retry} what="Studies are not open to everybody" />
  }
  if (question === null) return <Finished study={study} />
  return (
    <section className="study" aria-busy={state === 'loading'} data-testid="comparison" data-number={question.number}>
      <div className="study-progress">
        <h2 ref={heading} tabIndex={-1}>
          Comparison {question.number} of {question.of}
        </h2>
        <progress
          value={question.number - 1}
          max={question.of}
          aria-label={`${question.number - 1} of ${question.of} answered`}
        />
      </div>
      <Choices question={question} sending={sending} onAnswer={answer} />
      {failure !== null && (
        <KeyOrError error={failure} onRetry={() => setFailure(null)} what="The answer was not kept" />
      )}
      <Profile question={question} />
    </section>
  )
}

function Choices({
  question: { movies },
  sending,
  onAnswer,
}: {
  question: Question
  sending: number | null
  onAnswer: (chosen: 0 | 1) => Promise<void>
}) {
  return (
    <ul className="study-choices" aria-label="Which is the better recommendation?">
      {movies.map(({ title, genres }, n) => (
        <li key={title}>
          <button
            type="button"
            className="study-choice"
            disabled={sending !== null}
            aria-busy={sending === n || undefined}
            aria-keyshortcuts={String(n + 1)}
            onClick={() => void onAnswer(n === 0 ? 0 : 1)}
          >
            <span className="key" aria-hidden="true">
              {n + 1}
            </span>
            <span className="study-title">{title}</span>
            <span className="fine">{genres.join(', ') || 'no genre'}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Profile({ question: { profile, most } }: { question: Question }) {
  return (
    <section className="panel study-profile" aria-labelledby="study-profile">
      <h3 id="study-profile">They rated {profile.length} movies</h3>
      <ul>
        {profile.map(({ title, rating }) => (
          <li key={title}>
            <Stars rating={rating} most={most} />
            <span>{title}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Finished({ study }: { study: string }) {
  return (
    <section className="panel stack" data-testid="finished">
      <h2>That was all of it. Thank you!</h2>
      <p>Your answers are kept. Only now does the page tell which systems were compared.</p>
      <p>
        <Link className="button button-primary" href={`/study/${encodeURIComponent(study)}?view=results`}>
          See the results
        </Link>
      </p>
    </section>
  )
}
