// The plots draw on canvases, which know nothing of the style sheet: this reads its colours, anew when the scheme changes.

const kNames = ['ink', 'muted', 'grid', 'wave', 'page', 'relay', 'threshold', 'segment', 'pre-roll', 'silence', 'starting', 'speech', 'ending', 'same', 'differing'] as const;

export type ColourName = (typeof kNames)[number];
export type Theme = Readonly<Record<ColourName, string>>;

function read(): Theme {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(kNames.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Theme;
}

/** Calls back with the colours now and after every change of the scheme. */
export function watchTheme(onTheme: (theme: Theme) => void): void {
  onTheme(read());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => onTheme(read()));
}
