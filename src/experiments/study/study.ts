import { JsonLinesLog } from '../json-lines.ts'
import { type Preference, preference } from './analysis.ts'
import type { Behind, Question, QuestionOptions, Questions } from './questions.ts'
import type { StudySystems } from './systems.ts'

/** One line of the record. */
export interface StudyAnswer extends Behind {
  readonly participant: string
  readonly number: number
  /** Which of the two that were shown was taken: 0 or 1. */
  readonly chosen: 0 | 1
}

/** Plain JSON. */
export interface StudyResults {
  /** Of system a, over all answers. */
  readonly preference: Preference
  readonly participants: readonly ({ readonly participant: string } & Preference)[]
  /**
   * Participants with more answers for a, or for b; those with as many for both are left out of its test. Answers of one
   * person are not independent of each other: where this and the test over answers disagree, trust this one.
   */
  readonly byParticipant: Preference
  /** How often the movie shown first was taken: far from half, people did not look. */
  readonly first: Preference
  /** Answers where both systems had the same best movie. */
  readonly sameBest: number
}

/** A study's record on the disk: every answer is there before the next question is put. */
export class Study {
  private readonly questions: Questions
  private readonly log: JsonLinesLog<StudyAnswer>

  private constructor(questions: Questions, log: JsonLinesLog<StudyAnswer>) {
    this.questions = questions
    this.log = log
  }

  /** Starts a record or goes on with the one that is there. Throws what JsonLinesLog.open throws: `other-run` for another study's. */
  static open(
    path: string,
    systems: StudySystems,
    questions: Questions,
    options: QuestionOptions & { readonly minimumRatings: number },
  ): Study {
    const { a, b } = systems.artefacts
    const about = (artefact: typeof a): object => ({
      model: artefact.manifest.model.name,
      checksum: artefact.manifest.checksum,
    })
    const header = {
      study: 1,
      a: about(a),
      b: about(b),
      profiles: systems.profiles.dataset,
      foldIn: systems.foldIn,
      ...options,
    }
    return new Study(questions, JsonLinesLog.open<StudyAnswer>(path, header, true))
  }

  /** The questions that a participant has not answered yet, in order. */
  async *left(participant: string): AsyncGenerator<{ question: Question; answer: (chosen: 0 | 1) => void }> {
    const done = this.log.entries.filter((entry) => entry.participant === participant).length
    for await (const { question, behind } of this.questions.of(participant, done + 1)) {
      const answer = (chosen: 0 | 1): void =>
        this.log.append({ participant, number: question.number, chosen, ...behind })
      yield { question, answer }
    }
  }

  get answers(): readonly StudyAnswer[] {
    return this.log.entries
  }

  results(): StudyResults {
    return studyResults(this.log.entries)
  }

  close(): void {
    this.log.close()
  }
}

export function studyResults(answers: readonly StudyAnswer[]): StudyResults {
  const forA = (some: readonly StudyAnswer[]): Preference => {
    const a = some.filter(({ order, chosen }) => order[chosen] === 'a').length
    return preference(a, some.length - a)
  }
  const names = [...new Set(answers.map(({ participant }) => participant))]
  const participants = names.map((participant) => ({
    participant,
    ...forA(answers.filter((answer) => answer.participant === participant)),
  }))
  const first = answers.filter(({ chosen }) => chosen === 0).length
  return {
    preference: forA(answers),
    participants,
    byParticipant: preference(
      participants.filter(({ a, b }) => a > b).length,
      participants.filter(({ a, b }) => a < b).length,
    ),
    first: preference(first, answers.length - first),
    sameBest: answers.filter(({ yielded }) => yielded !== null).length,
  }
}
