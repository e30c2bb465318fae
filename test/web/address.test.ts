import { expect, it } from 'vitest'
import { hidden, plain } from '../../web/src/address.ts'

const forms = [
  ['/movie/318', '/movie#/318'],
  ['/movie/a%2Fb%23c%3Fd', '/movie#/a%2Fb%23c%3Fd'],
  ['/map?movie=318', '/map#?movie=318'],
  ['/study/s-1?view=results', '/study#/s-1?view=results'],
  ['/discover', '/discover'],
  ['/map', '/map'],
  ['/', '/'],
] as const

it('hides all behind the name of the page, and finds it again', () => {
  for (const [ordinary, secret] of forms) {
    expect(hidden(ordinary)).toBe(secret)
    expect(plain(secret)).toBe(ordinary)
    // Either form may be given to both.
    expect(hidden(secret)).toBe(secret)
    expect(plain(ordinary)).toBe(ordinary)
    // What a browser sends of it.
    expect(secret.replace(/#.*/, '')).not.toMatch(/318|a%2F|s-1|\?/)
  }
})

it('takes no other "#" for an address', () => {
  expect(plain('/discover#main')).toBe('/discover')
  expect(hidden('/movie/318#main')).toBe('/movie#/318')
  expect(plain('/movie/318#/7')).toBe('/movie/318')
})
