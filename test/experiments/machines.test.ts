import { cpus } from 'node:os'
import { expect, it } from 'vitest'
import { machinesOf, thisMachine } from '../../src/experiments/machines.ts'

it('says where the cells of a paper were computed', () => {
  expect(thisMachine()).toBe(`${cpus()[0]!.model}, Node ${process.version}`)
  expect(machinesOf([])).toEqual([])
  const here = { machine: 'A, Node v24', threads: 1 }
  expect(machinesOf([here, here])).toEqual(['A, Node v24, one thread'])
  expect(machinesOf([here, { threads: 1 }, here, { machine: 'B, Node v22', threads: 2 }])).toEqual([
    'A, Node v24, one thread (2 of 4 cells)',
    'B, Node v22, 2 threads (1 of 4 cells)',
    'a machine that was not noted, one thread (1 of 4 cells)',
  ])
})
