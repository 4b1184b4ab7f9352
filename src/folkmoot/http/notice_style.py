"""How the page about the browser's warning looks. The colours are those of the web client."""

from typing import Final

STYLE: Final = """:root {
  color-scheme: light dark;
  --bg: light-dark(#f7f8f5, #0f1412);
  --card: light-dark(#ffffff, #171d1a);
  --hair: light-dark(#d5dcd5, #2b3530);
  --t: light-dark(#15201b, #eef3f0);
  --t2: light-dark(#44524b, #b4c2bb);
  --acc: light-dark(#17694a, #6fcf97);
  --on-acc: light-dark(#ffffff, #08120c);
  --warn: light-dark(#7a4f00, #f5c451);
  --warn-soft: light-dark(#fbeccb, #3a2f12);
  --focus: light-dark(#0b5fa5, #9be7ff);
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--bg);
  color: var(--t);
  font: 16px/1.5 Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
header {
  display: flex; align-items: center; gap: 10px;
  padding: 16px 24px;
  border-bottom: 1px solid var(--hair);
  font-weight: 680; letter-spacing: -0.01em;
}
header svg { fill: var(--acc); flex: none; }
main, section { display: grid; grid-template-columns: minmax(0, 1fr); }
main { gap: 32px; max-width: 680px; margin: 0 auto; padding: 40px 24px 64px; }
h1, h2 { font-weight: 640; text-wrap: balance; }
h1 { font-size: clamp(28px, 7vw, 40px); line-height: 1.1; letter-spacing: -0.02em; }
h2 { font-size: 20px; line-height: 1.25; letter-spacing: -0.01em; }
.lead { font-size: 18px; color: var(--t2); margin-top: -16px; }
section { gap: 12px; }
figure {
  background: var(--card);
  border: 1px solid var(--hair); border-radius: 14px;
  padding: 16px 20px;
}
figcaption, .small, .hint { font-size: 14px; color: var(--t2); }
.fingerprint {
  display: grid; grid-template-columns: repeat(8, max-content); gap: 4px 16px;
  margin-top: 8px;
  font: 18px/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", monospace;
}
dl { display: grid; }
dl div { display: grid; grid-template-columns: 11.5em 1fr; gap: 2px 16px; padding: 10px 0;
  border-bottom: 1px solid var(--hair); }
dt { color: var(--t2); }
dd span { font-weight: 560; }
dd i { color: var(--t2); font-style: normal; }
.button {
  display: inline-flex; align-items: center; justify-content: center; justify-self: start;
  min-height: 52px; padding: 0 26px; margin-top: 8px;
  border-radius: 10px;
  background: var(--acc); color: var(--on-acc);
  font-size: 17px; font-weight: 560; text-decoration: none;
}
.button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
aside { background: var(--warn-soft); border-radius: 14px; padding: 14px 18px; }
aside b { color: var(--warn); }
p, dd { overflow-wrap: break-word; min-width: 0; }
@media (max-width: 640px) {
  main { gap: 28px; padding: 28px 20px 48px; }
  header { padding: 14px 20px; }
  dl div { grid-template-columns: 1fr; }
  .button { justify-self: stretch; }
  .fingerprint { grid-template-columns: repeat(4, max-content); }
}
@media (forced-colors: active) {
  .button, aside { border: 1px solid; }
}
"""
