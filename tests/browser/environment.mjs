// Where things lie. CMake names them; by hand the defaults of ./run hold.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const named = (variable, otherwise) => resolve(process.env[variable] || join(root, otherwise));

export const relayBinary = named('AUDIOENGINE_RELAY', 'build/release/bin/audioengine-relay');
export const pageFolder = named('AUDIOENGINE_WEB_DIR', 'build/web');
export const packageFolder = named('AUDIOENGINE_PACKAGE_DIR', 'build/package');
export const outFolder = named('AUDIOENGINE_BROWSER_OUT', 'build/browser');
export const chromium = process.env.CHROMIUM || '/usr/bin/chromium';
export const recordingFolder = join(root, 'tests/support/recordings');
mkdirSync(outFolder, { recursive: true });

/** The packed package. */
export function tarball() {
  const names = existsSync(packageFolder) ? readdirSync(packageFolder).filter((name) => name.endsWith('.tgz')) : [];
  return names.length === 1 ? join(packageFolder, names[0]) : undefined;
}

/** What is not there, as ends of the sentence "there is ...". */
export function missing() {
  return [
    [existsSync(chromium), `no Chromium (${chromium})`],
    [existsSync(relayBinary), `no relay (${relayBinary})`],
    [existsSync(join(pageFolder, 'index.html')), `no built page (${pageFolder})`],
    [tarball() !== undefined, `no npm package (${packageFolder})`],
  ].flatMap(([there, words]) => (there ? [] : [words]));
}
