import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { loadArtefact } from '../catalogue/artefact-load.ts'
import { InterruptedError, MarqueeError } from '../core/errors.ts'
import {
  type Preference,
  type Question,
  Questions,
  Study,
  type StudyResults,
  StudySystems,
} from '../experiments/study/index.ts'
import { Answers } from './answers.ts'
import { answer, type DatasetFlags, datasetOptions, jsonOption, readDataset } from './common.ts'
import { bold, type Io } from './io.ts'
import { usage } from './resolve.ts'
import { grouped, table } from './table.ts'
import { integer, whole } from './values.ts'

type Flags = DatasetFlags & {
  artefacts: string[]
  data?: string
  participant: string[]
  participantsFile?: string
  comparisons: number
  seed: number
  minProfile: number
  maxProfile: number
  minRatings: number
  answers: string
  report?: boolean
  out: string
  json?: boolean
}

export function define(command: Command, io: Io): void {
  command
    .description(
      'Compares two systems blindly, as a user study: a participant sees the ratings of somebody and two movies in random ' +
        'order, the best unseen one of each system, and says which suits better. Where both systems have the same best movie, ' +
        'one of them, by lot, gives its next best. Every answer is kept at once; the same command goes on.',
    )
    .requiredOption('--artefacts <dirs...>', 'the two systems: folders written by `marquee train`')
    .option('--data <dataset>', 'show profiles of this data set, as people whom the systems do not know')
    .option('--participant <name...>', 'who answers; several take turns', ['1'])
    .option('--participants-file <file>', 'who answers: a name on each line')
    .option('--comparisons <n>', 'for each participant', whole(1), 15)
    .option('--seed <n>', 'seed of profiles and order', integer, 1)
    .option('--min-profile <n>', 'only profiles of at least so many ratings', whole(1), 5)
    .option('--max-profile <n>', 'and of at most so many, so that they can be read', whole(1), 50)
    .option('--min-ratings <n>', 'only movies with so many training ratings are recommended', whole(0), 1)
    .option('--answers <file>', 'answers from a file, 1 or 2 on each line; - is standard input', '-')
    .option('--report', 'ask nothing, only report')
    .requiredOption('--out <file>', 'where the answers are kept, a JSON line each')
  datasetOptions(command)
  jsonOption(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ marquee study --artefacts artefacts/autoencoder artefacts/knn --participant ann --out study.jsonl',
    )
    .action((flags: Flags) => run(flags, io))
}

async function run(flags: Flags, io: Io): Promise<void> {
  const { artefacts, data, comparisons, seed, out, json, minRatings: minimumRatings } = flags
  if (artefacts.length !== 2) throw usage(`--artefacts takes two folders, not ${artefacts.length}`)
  if (flags.minProfile > flags.maxProfile) throw usage('--min-profile is above --max-profile')
  if (flags.report && !existsSync(out)) {
    throw new MarqueeError('no-file', 'there is no study to report on', {
      place: out,
      remedy: 'The same command without --report begins one.',
    })
  }
  const participants = flags.participantsFile === undefined ? flags.participant : names(flags.participantsFile)
  const [a, b] = [await loadArtefact(artefacts[0]!), await loadArtefact(artefacts[1]!)]
  const dataset = data === undefined ? null : await readDataset(data, flags, io)
  const systems = new StudySystems(a, b, dataset, minimumRatings)
  const { minProfile: minimumProfile, maxProfile: maximumProfile } = flags
  const options = { seed, comparisons, minimumProfile, maximumProfile }
  const study = Study.open(out, systems, new Questions(systems, options), { ...options, minimumRatings })
  try {
    const finished = flags.report || (await ask(study, participants, flags, io))
    const results = study.results()
    const wanted = participants.length * comparisons
    const models = {
      a: { artefact: artefacts[0]!, model: a.model.name },
      b: { artefact: artefacts[1]!, model: b.model.name },
    }
    const document = { study: out, systems: models, profiles: systems.profiles.dataset, finished, ...results }
    answer(io, json, document, () => textOf(results, models, finished ? null : wanted))
  } finally {
    study.close()
  }
}

/** Puts the questions; false where the answers ended first. Throws an InterruptedError on Ctrl-C. */
async function ask(study: Study, participants: readonly string[], flags: Flags, io: Io): Promise<boolean> {
  // Under --json standard output carries the document alone.
  const say = flags.json ? io.stderr : io.stdout
  const answers = new Answers(flags.answers, io.signal)
  try {
    for (const participant of participants) {
      for await (const { question, answer: record } of study.left(participant)) {
        say(inWords(question, io))
        const chosen = await choice(answers, say)
        if (io.signal.aborted) {
          throw new InterruptedError(`the study was interrupted; ${study.answers.length} answers are kept`, {
            place: flags.out,
            remedy: 'The same command goes on.',
          })
        }
        if (chosen === null) return false
        record(chosen)
      }
    }
    return true
  } finally {
    answers.close()
  }
}

async function choice(answers: Answers, say: (text: string) => void): Promise<0 | 1 | null> {
  for (;;) {
    say('which suits this person better? 1 or 2 (q to stop): ')
    const line = (await answers.next())?.trim().toLowerCase()
    if (line === undefined || line === 'q') {
      say('\n')
      return null
    }
    if (line === '1') return 0
    if (line === '2') return 1
    say(`"${line}" is neither 1 nor 2. `)
  }
}

function inWords({ participant, number, of, profile, most, movies }: Question, io: Io): string {
  const width = most <= 5 ? Math.ceil(most) : 0
  const rows = profile.map(({ title, rating }) => [stars(rating, width, most), title])
  const shown = movies.map(({ title, genres }, n) => {
    const kinds = genres.length > 0 ? `  (${genres.join(', ')})` : ''
    return `  ${bold(io, `${n + 1}  ${title}`)}${kinds}\n`
  })
  return (
    `\n${bold(io, `${participant}, comparison ${number} of ${of}`)}\n` +
    `somebody gave these ratings:\n${rows.map(([mark, title]) => `  ${mark}  ${title}\n`).join('')}` +
    `\ntwo movies they have not rated:\n${shown.join('')}\n`
  )
}

/** ★★★½☆, or 7/10 on a longer scale. */
function stars(rating: number, width: number, most: number): string {
  if (width === 0) return `${rating}/${most}`
  const whole = Math.floor(rating)
  const half = rating - whole >= 0.5 ? '½' : ''
  return '★'.repeat(whole) + half + '☆'.repeat(Math.max(0, width - whole - half.length))
}

function names(path: string): string[] {
  if (!existsSync(path))
    throw new MarqueeError('no-file', 'there is no such file of participants', {
      place: path,
      remedy: 'Give the path of a text file with a name on each line.',
    })
  const lines = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
  const found = [...new Set(lines.filter((line) => line !== ''))]
  if (found.length === 0) {
    throw new MarqueeError('no-participants', 'the file names nobody', {
      place: path,
      remedy: 'Put a name on each line.',
    })
  }
  return found
}

function textOf(
  { preference, participants, byParticipant, first, sameBest }: StudyResults,
  { a, b }: Record<'a' | 'b', { artefact: string; model: string }>,
  unfinished: number | null,
): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
  const rate = (of: Preference): string => (of.rate === null ? '-' : percent(of.rate))
  const interval = ({ interval: range }: Preference): string =>
    range === null ? '-' : `${percent(range[0])} to ${percent(range[1])}`
  const rows = [...participants, { participant: 'all', ...preference }].map((of) => [
    of.participant,
    grouped(of.answers),
    grouped(of.a),
    grouped(of.b),
    rate(of),
    interval(of),
    of.p.toPrecision(3),
  ])
  const right = 'right' as const
  const head = ['answers', 'for a', 'for b', 'preferred a', '95% interval', 'p'].map((header) => ({
    header,
    align: right,
  }))
  return (
    `\na: ${a.model} (${a.artefact})\nb: ${b.model} (${b.artefact})\n` +
    table([{ header: 'participant' }, ...head], rows) +
    `participants who preferred a: ${byParticipant.a}, b: ${byParticipant.b}; sign test p = ${byParticipant.p.toPrecision(3)}\n` +
    `the movie shown first was taken ${rate(first)} of the time (${interval(first)})\n` +
    `both systems had the same best movie ${sameBest} times; one of them, by lot, gave its next best\n` +
    (unfinished === null ? '' : `${preference.answers} answers so far; the same command goes on to ${unfinished}\n`)
  )
}
