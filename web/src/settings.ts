// Which settings decide. Both sides tell theirs, the relay by the core's names (speech_start_ms), the page by
// JavaScript's (speechStartMs); a short hash shows at a glance whether they are the same.

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** SHA-256 over the settings with sorted keys, its first 8 hex digits. */
export async function settingsHash(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const named = Object.entries(settings).map(([name, value]) => [camelCase(name), value] as const);
  const sorted = Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(sorted)));
  return Array.from(new Uint8Array(digest, 0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
