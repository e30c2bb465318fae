/** The whole look of the report: no fonts, images or scripts from anywhere. Colours of series tell apart for the colour-blind too. */
export const style = `
:root { color-scheme: light dark;
  --page: #fcfcfb; --card: #ffffff; --ink: #1c1b19; --soft: #5f5c56; --faint: #8b877f; --rule: #e4e1da; --wash: #f5f3ee;
  --accent: #8a1c2b; --good: #16703c; --bad: #a3341f; --warn: #7a5300; --warn-wash: #fdf6e3;
  --s0: #2563b8; --s1: #d2600f; --s2: #1c8a68; --s3: #b0338a; --s4: #8a6a00; --s5: #6a4fd0; --s6: #0f8fa8; --s7: #7d4a2d; --rest: #b5b1a8; }
@media (prefers-color-scheme: dark) { :root {
  --page: #151517; --card: #1d1d20; --ink: #ecebe8; --soft: #b3b0aa; --faint: #8a8780; --rule: #34343a; --wash: #26262b;
  --accent: #f0a0a8; --good: #6fcf97; --bad: #f2917c; --warn: #e6c266; --warn-wash: #2b2617;
  --s0: #6ea8f2; --s1: #f29a52; --s2: #4cc9a0; --s3: #ec84c8; --s4: #d9b93e; --s5: #ab97f7; --s6: #52c7dd; --s7: #cf9a7a; --rest: #5d5b57; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header.top, footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header.top { padding-top: 36px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; }
h3 { font-size: 1.1rem; margin: 0 0 6px; line-height: 1.35; }
h3 .label { color: var(--accent); margin-right: 0.5em; }
h4 { font-size: 0.95rem; margin: 18px 0 6px; }
p { margin: 0 0 10px; max-width: 74ch; }
a { color: var(--accent); }
.soft, .authors { color: var(--soft); }
.banner { background: var(--warn-wash); color: var(--warn); border: 1px solid currentColor; border-radius: 8px; padding: 10px 14px; margin: 16px 0; }
.banner p { overflow-wrap: anywhere; } .banner p:last-child { margin: 0; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; padding: 0; margin: 18px 0 0; }
nav a { display: inline-block; padding: 5px 12px; border: 1px solid var(--rule); border-radius: 999px; text-decoration: none; background: var(--card); }
section.paper { margin: 44px 0 0; padding-top: 24px; border-top: 3px solid var(--accent); }
section.exhibit { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px; margin: 20px 0; }
.scroll { overflow-x: auto; margin: 10px -20px; padding: 0 20px; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; min-width: min(100%, 600px); }
th, td { padding: 5px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
thead th { font-weight: 600; color: var(--soft); border-bottom: 1.5px solid var(--soft); vertical-align: bottom; white-space: normal; min-width: 5em; max-width: 13em; }
thead tr.groups th { border-bottom: 0; padding-bottom: 0; color: var(--ink); }
thead tr.groups th[colspan] { border-bottom: 1px solid var(--rule); text-align: center; }
tbody th, td:first-child, thead tr:first-child th:first-child { text-align: left; }
tbody th { font-weight: 400; white-space: normal; min-width: 13em; max-width: 26em; }
td.text, th.text { text-align: left; white-space: normal; }
tr.paper th, tr.paper td { font-weight: 600; background: var(--wash); }
tr.tuned th, tr.tuned td { background: var(--wash); }
tr.tuned th::after { content: "tuned"; font-size: 0.72rem; color: var(--accent); border: 1px solid currentColor; border-radius: 4px; padding: 0 4px; margin-left: 8px; }
tr.baseline th, tr.baseline td { color: var(--soft); }
td.group, th.group { border-left: 1px solid var(--rule); }
.sd { color: var(--faint); font-size: 0.82em; }
table.glance tbody th { min-width: 16em; } table.glance td { white-space: normal; } table.wide .sd { display: block; line-height: 1.1; } table.wide th, table.wide td { padding-left: 7px; padding-right: 7px; } table.wide thead th { min-width: 0; } table.wide tbody th { min-width: 10em; }
.better { color: var(--good); } .worse { color: var(--bad); }
.absent { color: var(--faint); font-style: italic; }
.published { color: var(--soft); }
ul.notes { list-style: none; padding: 0; margin: 12px 0 0; font-size: 0.92rem; }
ul.notes li { border-left: 3px solid var(--rule); padding: 2px 0 2px 12px; margin: 6px 0; max-width: 80ch; }
ul.notes li.contradiction, ul.notes li.implausible { border-color: var(--warn); }
ul.notes b { font-weight: 600; margin-right: 0.4em; }
.chart { display: block; width: 100%; max-width: 760px; height: auto; margin: 8px 0 0; font: 12px system-ui, sans-serif; overflow: visible; }
.chart .grid { stroke: var(--rule); } .chart .axis { stroke: var(--faint); }
.chart text { fill: var(--soft); } .chart .bar-label, .chart .value { fill: var(--ink); }
.chart .mark { stroke: var(--faint); stroke-dasharray: 5 4; } .chart .marked { fill: var(--soft); }
.chart .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.chart circle, .chart rect { fill: currentColor; } .quiet circle { opacity: 0; } .quiet circle:hover { opacity: 1; } .dots circle { fill-opacity: 0.8; } .dots circle:hover { stroke: var(--ink); stroke-width: 1.5; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); } .s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); } .rest { color: var(--rest); }
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 8px 0 0; font-size: 0.88rem; color: var(--soft); }
.key { display: inline-block; background: currentColor; margin-right: 7px; vertical-align: middle; }
.key.line { width: 18px; height: 3px; border-radius: 2px; } .key.dot { width: 10px; height: 10px; border-radius: 50%; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 14px; }
.lists > div { background: var(--wash); border-radius: 8px; padding: 10px 12px; min-width: 0; }
.lists h5 { margin: 0 0 6px; font-size: 0.86rem; color: var(--soft); }
.lists ol { margin: 0; padding-left: 1.7em; font-size: 0.88rem; } .lists li { overflow-wrap: anywhere; } .lists .similarity { color: var(--faint); font-variant-numeric: tabular-nums; }
.lists li.shared { font-weight: 600; }
details { margin: 10px 0; } summary { cursor: pointer; color: var(--soft); }
footer { color: var(--soft); font-size: 0.88rem; padding: 40px 20px; }
code { font: 0.9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 900px) { tbody th { position: sticky; left: 0; background: var(--card); } }
@media (max-width: 600px) { body { font-size: 15px; } main, header.top, footer { padding-left: 14px; padding-right: 14px; }
  section.exhibit { padding: 14px; } .scroll { margin: 10px -14px; padding: 0 14px; } th, td { padding: 5px 7px; }
  tbody th { min-width: 8em; } .chart { font-size: 21px; } }
@media print { :root { --page: #fff; --card: #fff; } body { font-size: 10.5pt; } nav { display: none; }
  section.exhibit { border: 0; padding: 0; break-inside: avoid-page; } .scroll { overflow: visible; margin: 0; padding: 0; } table { font-size: 8pt; }
  th, td { padding: 2px 5px; white-space: normal; } section.paper { break-before: page; border-top: 0; } .chart { max-width: 12cm; } }
`.trim()
