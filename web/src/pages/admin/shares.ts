/** Shares of traffic as whole percents, as people type them. */
export interface Share {
  readonly version: string
  readonly percent: number
}

/** What is wrong with shares; null where they can be set. */
export function sharesProblem(shares: readonly Share[]): string | null {
  const given = shares.filter(({ percent }) => percent !== 0)
  if (shares.some(({ percent }) => !Number.isFinite(percent) || percent < 0 || percent > 100)) {
    return 'Each share is between 0% and 100%.'
  }
  const sum = given.reduce((total, { percent }) => total + percent, 0)
  if (Math.abs(sum - 100) > 1e-9) return `The shares add up to ${Number(sum.toFixed(2))}%, and must add up to 100%.`
  return null
}

/** The variants to send: models without a share are left out. Shares that have no problem only. */
export function variantsOf(shares: readonly Share[]): { version: string; share: number }[] {
  return shares.flatMap(({ version, percent }) => (percent > 0 ? [{ version, share: percent / 100 }] : []))
}
