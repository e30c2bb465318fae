import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadArtefact } from '../../src/catalogue/artefact-load.ts'
import { Questions, type StudyAnswer, type StudyResults, StudySystems } from '../../src/experiments/study/index.ts'
import { bin, marquee, temporaryFolder } from './helpers.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const [a, b] = [at('one'), at('two')]
const base = ['study', '--artefacts', a, b, '--comparisons', '6']

beforeAll(async () => {
  const train = async (model: string, out: string, ...more: string[]) => {
    const ran = await marquee([
      ...['train', 'ml-latest-small', '--min-item-ratings', '40', '--model', model, '--threads', '1', '--out', out],
      ...more,
    ])
    expect(ran.err).not.toContain('error')
  }
  await train('ease', a)
  await train('als', b, '--set', 'epochs=4')
  await train('bias', at('other'), '--split', 'random')
})

const linesOf = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('study', () => {
  test('each question is the best unseen movie of each system, never the same; the order is random', async () => {
    const systems = new StudySystems(await loadArtefact(a), await loadArtefact(b), null, 1)
    const options = { seed: 1, comparisons: 40, minimumProfile: 5, maximumProfile: 100 }
    const questions = new Questions(systems, options)
    let firstIsA = 0
    let same = 0
    const users = new Set<string>()
    for await (const { question, behind } of questions.of('ann')) {
      const user = systems.profiles.ratings.users.indexOf(behind.user)
      users.add(behind.user)
      const [bestA, nextA] = await systems.best('a', user, 2)
      const [bestB, nextB] = await systems.best('b', user, 2)
      const of = { a: behind.movies[behind.order.indexOf('a')], b: behind.movies[behind.order.indexOf('b')] }
      expect(of.a).not.toBe(of.b)
      if (bestA !== bestB) expect({ ...of, yielded: behind.yielded }).toEqual({ a: bestA, b: bestB, yielded: null })
      else {
        same++
        expect(of).toEqual(behind.yielded === 'a' ? { a: nextA, b: bestB } : { a: bestA, b: nextB })
      }
      const rated = new Set(systems.profile(user).map(({ item }) => systems.profiles.ratings.items.id(item)))
      for (const movie of behind.movies) expect(rated.has(movie)).toBe(false)
      expect(question.profile.length).toBe(rated.size)
      expect(question.profile[0]!.rating).toBe(Math.max(...question.profile.map(({ rating }) => rating)))
      // What is shown holds titles, genres and the profile, and no key that could tell a system.
      expect(Object.keys(question).sort()).toEqual(['most', 'movies', 'number', 'of', 'participant', 'profile'])
      for (const movie of question.movies) expect(Object.keys(movie).sort()).toEqual(['genres', 'title'])
      if (behind.order[0] === 'a') firstIsA++
    }
    expect(users.size).toBe(40)
    expect(firstIsA).toBeGreaterThan(8)
    expect(firstIsA).toBeLessThan(32)
    expect(same).toBeLessThan(40)
  })

  test('answers from a file are kept; stopped in between, the same command goes on with the next question', async () => {
    const out = at('study.jsonl')
    writeFileSync(at('some'), '1\n2\nx\n1\n')
    const first = await marquee([...base, '--participant', 'ann', '--answers', at('some'), '--out', out])
    expect(first.code).toBe(0)
    expect(first.out).toContain('ann, comparison 3 of 6')
    expect(first.out).toContain('"x" is neither 1 nor 2')
    expect(first.out).toContain('3 answers so far')
    expect(first.out).toMatch(/★★★★★ {2}\S/)
    // Until the report at the end no system is named.
    const shown = first.out.slice(0, first.out.indexOf('\na: '))
    expect(shown).not.toContain(folder)
    expect(shown).not.toMatch(/\bease\b|\bals\b|score|\d\.\d{3}/)
    expect(linesOf(out).length).toBe(4)
    writeFileSync(at('more'), `${'2\n'.repeat(3)}${'1\n'.repeat(6)}`)
    const second = await marquee([
      ...[...base, '--participant', 'ann', 'ben', '--answers', at('more'), '--out', out, '--json'],
    ])
    expect(second.code).toBe(0)
    expect(second.err).toContain('ann, comparison 4 of 6')
    expect(second.err).not.toContain('ann, comparison 3 of 6')
    const results = JSON.parse(second.out) as StudyResults & { finished: boolean }
    expect(results.finished).toBe(true)
    expect(results.preference.answers).toBe(12)
    expect(results.participants.map(({ participant, answers }) => [participant, answers])).toEqual([
      ['ann', 6],
      ['ben', 6],
    ])
    const answers = linesOf(out).slice(1) as StudyAnswer[]
    expect(results.preference.a).toBe(answers.filter(({ order, chosen }) => order[chosen] === 'a').length)
    expect(new Set(answers.map(({ user, participant }) => `${participant} ${user}`)).size).toBe(12)

    const report = await marquee([...base, '--out', out, '--report', '--json'])
    expect((JSON.parse(report.out) as StudyResults).preference).toEqual(results.preference)
    const other = await marquee([...base, '--seed', '2', '--answers', at('more'), '--out', out])
    expect(other.err).toContain('its seed is 1, not 2')
  })

  test('participants from a file, profiles of a data set the systems do not know, answers by standard input', () => {
    writeFileSync(at('people'), 'ann\n\nben\n')
    const argv = [...base, '--participants-file', at('people'), '--data', 'ml-latest-small', '--out', at('piped.jsonl')]
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv, '--json'], {
      input: '1\n'.repeat(12),
      encoding: 'utf8',
    })
    expect(stderr).toContain('ben, comparison 6 of 6')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ finished: true, first: { a: 12, b: 0, rate: 1 } })
  })

  test('Ctrl-C keeps what was answered', async () => {
    const out = at('stopped.jsonl')
    const child = spawn(process.execPath, [bin, ...base, '--out', out])
    let said = ''
    const code = await new Promise<number | null>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.endsWith('(q to stop): ')) {
          if (said.includes('comparison 3 of 6')) child.kill('SIGINT')
          else child.stdin.write('2\n')
        }
      })
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      // Not "exit": by then its last words may not have been read.
      child.on('close', resolve)
    })
    expect(code).toBe(130)
    expect(said).toContain('2 answers are kept')
    expect(linesOf(out).length).toBe(3)
  })

  test('one clear error', async () => {
    const said = async (...argv: string[]) => (await marquee(['study', '--out', at('e.jsonl'), ...argv])).err
    expect(await said('--artefacts', a)).toContain('takes two folders, not 1')
    expect(await said('--artefacts', a, a)).toContain('are the same artefact')
    expect(await said('--artefacts', a, at('other'))).toContain('were trained on different ratings')
    expect(await said('--artefacts', a, b, '--report')).toContain('no study to report on')
    expect(await said('--artefacts', a, b, '--min-profile', '49', '--max-profile', '49')).toMatch(
      /\d+ users have 49 to 49 ratings, and 15 are needed/,
    )
    expect(existsSync(at('e.jsonl'))).toBe(false)
  })
})
