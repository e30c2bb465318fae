/** A rating as stars that cannot be changed, and in words: on any scale, drawn as so many of five. */
export function Stars({ rating, most }: { rating: number; most: number }) {
  const share = Math.min(1, Math.max(0, rating / most))
  return (
    <span className="rated" role="img" aria-label={`${rating} of ${most} stars`} title={`${rating} of ${most}`}>
      <span aria-hidden="true">★★★★★</span>
      <span aria-hidden="true" className="rated-lit" style={{ width: `${100 * share}%` }}>
        ★★★★★
      </span>
    </span>
  )
}
