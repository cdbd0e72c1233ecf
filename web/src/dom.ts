/** The element with this id. index.html and the sources are one program: a missing one is our own mistake. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element as T;
}

/** Writes text only when it changes, so that nothing is laid out or read aloud in vain. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export type Tone = 'idle' | 'good' | 'bad' | 'busy';

export function setChip(element: HTMLElement, tone: Tone, text: string): void {
  element.dataset['tone'] = tone;
  setText(element, text);
}
