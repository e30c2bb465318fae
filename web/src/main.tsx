import './styles/tokens.css'
import './styles/base.css'
import './styles/components.css'
import './styles/movies.css'
import './styles/shell.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { settings } from './profile/use-profile.ts'
import { hideAddresses } from './router.tsx'

const follow = () => hideAddresses(settings.settings.browserOnly)
settings.subscribe(follow)
follow()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
