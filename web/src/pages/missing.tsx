import { Empty } from '../components/states.tsx'
import { Link, useTitle } from '../router.tsx'

export default function Missing() {
  useTitle('Not here')
  return (
    <Empty title="No such page">
      <p>
        Nothing is shown at this address. <Link href="/discover">To Discover</Link>
      </p>
    </Empty>
  )
}
