import { randomUUID } from 'node:crypto'
import type { Artefact } from '../../catalogue/artefact.ts'
import { MarqueeError } from '../../core/errors.ts'
import {
  type Behind,
  type Question,
  type QuestionOptions,
  Questions,
  type StudyAnswer,
  StudySystems,
  studyResults,
} from '../../experiments/study/index.ts'
import type { Json, Store, StoredStudy } from '../../store/store.ts'
import type { ModelDesk } from './models/desk.ts'
import type { Live } from './shelf/live.ts'
import type { Answer, Body } from './types.ts'

type Options = QuestionOptions & { readonly minimumRatings: number }
type Next = { readonly question: Question; readonly behind: Behind }

/** Questions put and not answered yet that are remembered; others are made again, the same. */
const mostOpen = 1000

/** Blinded comparisons of two versions, their answers in the store. */
export class Studies {
  private readonly store: Store
  private readonly desk: ModelDesk
  private readonly made = new Map<string, Promise<Questions>>()
  private readonly open = new Map<string, Next>()

  constructor(store: Store, desk: ModelDesk) {
    this.store = store
    this.desk = desk
  }

  async list(): Promise<Answer<'listStudies'>> {
    const studies = [...(await this.store.studies())]
    studies.sort((a, b) => (a.created < b.created ? 1 : -1))
    return { studies: studies.map(shapeOf) }
  }

  /** Throws `unknown-model`, `same-artefact`, `different-training`, `too-few-profiles`. */
  async create({ title, a, b, ...options }: Body<'createStudy'>): Promise<Answer<'createStudy'>> {
    if (options.minimumProfile > options.maximumProfile) {
      throw new MarqueeError(
        'bad-request',
        `minimumProfile ${options.minimumProfile} is above maximumProfile ${options.maximumProfile}`,
        {
          place: 'body.minimumProfile',
          remedy: 'Give a range.',
        },
      )
    }
    const study: StoredStudy = {
      id: randomUUID(),
      title,
      created: new Date().toISOString(),
      a: this.desk.choose(a, null).version,
      b: this.desk.choose(b, null).version,
      options: { ...options },
    }
    const questions = this.build(study)
    await questions
    await this.store.putStudy(study)
    this.made.set(study.id, questions)
    return shapeOf(study)
  }

  /** Throws `unknown-study`, `too-few-profiles`. */
  async question(id: string, participant: string): Promise<Answer<'studyQuestion'>> {
    const study = await this.find(id)
    const next = await this.next(study, participant, await this.answered(study, participant))
    if (!next) return { question: null }
    const { number, of, profile, most, movies } = next.question
    const shown = movies.map(({ title, genres }) => ({ title, genres: [...genres] }))
    return { question: { number, of, profile: profile.map((entry) => ({ ...entry })), most, movies: shown } }
  }

  /** Throws `unknown-study`, `answered`, `bad-request` for a question that has not been put. */
  async answer(id: string, { participant, number, chosen }: Body<'answerQuestion'>): Promise<{ number: number }> {
    const study = await this.find(id)
    const done = await this.answered(study, participant)
    if (number <= done) {
      throw new MarqueeError('answered', `question ${number} is answered already`, {
        remedy: 'Ask for the next question.',
      })
    }
    const next = number === done + 1 ? await this.next(study, participant, done) : null
    if (!next) {
      throw new MarqueeError('bad-request', `question ${number} has not been put to this participant`, {
        place: 'body.number',
        remedy: 'Ask for the next question and answer that.',
      })
    }
    // Whose profile it was stays out: it is somebody who may ask to be forgotten, and the same participant's question says it again.
    const { user: _, ...behind } = next.behind
    // A second answer that comes at the same moment is refused by the store.
    await this.store.addAnswer({
      study: id,
      participant,
      number,
      chosen,
      behind: behind as unknown as Record<string, Json>,
    })
    this.open.delete(`${id}\u0000${participant}`)
    return { number }
  }

  /** Throws `unknown-study`. */
  async results(id: string): Promise<Answer<'studyResults'>> {
    const study = await this.find(id)
    const answers = (await this.store.answers(id)).map(
      ({ participant, number, chosen, behind }) =>
        ({ participant, number, chosen, ...behind }) as unknown as StudyAnswer,
    )
    const { preference, byParticipant, first, participants, sameBest } = studyResults(answers)
    const plain = (some: typeof preference) => ({ ...some, interval: some.interval && [...some.interval] })
    return {
      a: study.a,
      b: study.b,
      preference: plain(preference),
      byParticipant: plain(byParticipant),
      first: plain(first),
      participants: participants.length,
      sameBest,
    }
  }

  private async find(id: string): Promise<StoredStudy> {
    const found = (await this.store.studies()).find((study) => study.id === id)
    if (found) return found
    throw new MarqueeError('unknown-study', `there is no study with the id ${JSON.stringify(id)}`, {
      remedy: 'GET /v1/studies lists them.',
    })
  }

  private async answered({ id }: StoredStudy, participant: string): Promise<number> {
    const answers = await this.store.answers(id)
    return answers.filter((answer) => answer.participant === participant).length
  }

  private async next(study: StoredStudy, participant: string, done: number): Promise<Next | null> {
    if (done >= comparisonsOf(study)) return null
    const key = `${study.id}\u0000${participant}`
    const open = this.open.get(key)
    if (open?.question.number === done + 1) return open
    for await (const next of (await this.questions(study)).of(participant, done + 1)) {
      this.open.set(key, next)
      const [oldest] = this.open.keys()
      if (this.open.size > mostOpen && oldest !== undefined) this.open.delete(oldest)
      return next
    }
    return null
  }

  private questions(study: StoredStudy): Promise<Questions> {
    let questions = this.made.get(study.id)
    if (!questions) {
      questions = this.build(study)
      this.made.set(study.id, questions)
      questions.catch(() => this.made.delete(study.id))
    }
    return questions
  }

  private async build({ a, b, options }: StoredStudy): Promise<Questions> {
    const [first, second] = [await this.load(a), await this.load(b)]
    const { minimumRatings } = options as unknown as Options
    const systems = new StudySystems(artefactOf(first), artefactOf(second), null, minimumRatings)
    return new Questions(systems, options as unknown as Options)
  }

  private async load(version: string): Promise<Live> {
    return this.desk.shelf.get(version) ?? this.desk.shelf.load(await this.desk.stored(version))
  }
}

const artefactOf = ({ directory, manifest, model, train, items }: Live): Artefact => ({
  directory,
  manifest,
  model,
  train,
  items,
})

const comparisonsOf = ({ options }: StoredStudy): number => (options as unknown as Options).comparisons

const shapeOf = (study: StoredStudy): Answer<'createStudy'> => ({
  id: study.id,
  title: study.title,
  created: study.created,
  comparisons: comparisonsOf(study),
})
