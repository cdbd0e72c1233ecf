// Runs test files of this folder if everything they need is there. Otherwise says what is missing and exits with 77: skipped.
//
//     node run.mjs [FILE.test.mjs ...]      paths by environment, see environment.mjs
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missing } from './environment.mjs';

const lacks = missing();
if (lacks.length > 0) {
  console.log(`skipped: there is ${lacks.join(', and ')}`);
  process.exit(77);
}
const here = fileURLToPath(new URL('.', import.meta.url));
const named = process.argv.slice(2);
const files = named.length > 0 ? named : readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], { cwd: here, stdio: 'inherit' });
process.exit(status ?? 1);
