// Before the first paint, so that a chosen theme does not flash. A file of its own: inline scripts are refused by the server's policy.
try {
  const theme = localStorage.getItem('marquee.theme')
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme
} catch {}
