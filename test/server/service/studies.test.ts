import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeArtefact, type Running, run, temporary } from './helpers.ts'

const folder = temporary()
let running: Running
let versions: [string, string]

beforeAll(async () => {
  const a = await makeArtefact(join(folder, 'a'), 'embedding-dot', { epochs: 4 }, { least: 40 })
  const b = await makeArtefact(join(folder, 'b'), 'bias', {}, { least: 40 })
  running = await run(folder, a)
  const added = await running.service.addModel({ artefact: b, activate: false })
  versions = [running.service.ready().models[0]!, added.version]
})
afterAll(() => running.close())

const settings = { seed: 1, comparisons: 4, minimumProfile: 20, maximumProfile: 60, minimumRatings: 20 }

test('a study of two live versions: blinded questions, answers kept once, results by system', async () => {
  const { service, store } = running
  const { id } = await service.createStudy({ title: 'Which?', a: versions[0], b: versions[1], ...settings })
  expect((await service.listStudies()).studies).toEqual([
    expect.objectContaining({ id, title: 'Which?', comparisons: 4 }),
  ])
  await expect(service.answerQuestion(id, { participant: 'p', number: 2, chosen: 0 })).rejects.toMatchObject({
    code: 'bad-request',
  })
  for (let number = 1; number <= 4; number++) {
    const { question } = await service.studyQuestion(id, 'p')
    expect(question).toMatchObject({ number, of: 4, most: 5 })
    expect(question!.profile.length).toBeGreaterThanOrEqual(20)
    expect(JSON.stringify(question)).not.toMatch(/embedding|bias/)
    // The choice goes to system a every time, by what the store keeps behind the question.
    const again = await service.studyQuestion(id, 'p')
    expect(again.question).toEqual(question)
    expect(await service.answerQuestion(id, { participant: 'p', number, chosen: 0 })).toEqual({ number })
    await expect(service.answerQuestion(id, { participant: 'p', number, chosen: 1 })).rejects.toMatchObject({
      code: 'answered',
    })
  }
  expect((await service.studyQuestion(id, 'p')).question).toBeNull()
  const kept = await store.answers(id)
  const forA = kept.filter(({ behind }) => (behind.order as string[])[0] === 'a').length
  expect(await service.studyResults(id)).toMatchObject({
    ...{ a: versions[0], b: versions[1], participants: 1 },
    preference: { a: forA, b: 4 - forA, answers: 4 },
    first: { a: 4, b: 0 },
  })
  await expect(service.studyResults('none')).rejects.toMatchObject({ code: 'unknown-study' })
})

test('is refused of a version with itself, of one that is not live, and without enough profiles', async () => {
  const { service } = running
  const study = { title: 'x', a: versions[0], b: versions[1], ...settings }
  await expect(service.createStudy({ ...study, b: versions[0] })).rejects.toMatchObject({ code: 'same-artefact' })
  await expect(service.createStudy({ ...study, b: 'none' })).rejects.toMatchObject({ code: 'unknown-model' })
  await expect(service.createStudy({ ...study, minimumProfile: 59, comparisons: 100 })).rejects.toMatchObject({
    code: 'too-few-profiles',
  })
  await expect(service.createStudy({ ...study, minimumProfile: 70 })).rejects.toMatchObject({ code: 'bad-request' })
})
