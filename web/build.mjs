// Builds the page as a user of the package would: npm installs the packed tarball, then vite builds.
//
//     node build.mjs [--package ../build/package/audioengine-<version>.tgz] [--out ../build/web]
//
// Does nothing when neither the sources nor the tarball have changed since.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = resolve(here, '..');

function fail(message) {
  console.error(`web/build.mjs: ${message}`);
  process.exit(1);
}

function thePackage() {
  const folder = join(root, 'build/package');
  const tarballs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tgz')) : [];
  if (tarballs.length === 1) return join(folder, tarballs[0]);
  return fail(`${tarballs.length === 0 ? 'no' : 'more than one'} package in build/package: run ./run pack, or name it with --package`);
}

const { values } = parseArgs({ options: { package: { type: 'string' }, out: { type: 'string' } } });
const tarball = values.package ? resolve(values.package) : thePackage();
const out = resolve(values.out ?? join(root, 'build/web'));
if (!existsSync(tarball)) fail(`there is no ${tarball}`);

const digest = (...files) => files.reduce((hash, file) => hash.update(file).update(readFileSync(file)), createHash('sha256')).digest('hex');

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]));
}

const stampFile = `${out}.stamp`;
const stamp = digest(tarball, ...filesUnder(here), ...filesUnder(join(root, 'tests/support/recordings')));
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
if (read(stampFile) === stamp && existsSync(join(out, 'index.html'))) process.exit(0);

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) fail(`${basename(command)} ${args[0]} failed${error ? `: ${error.message}` : ''}`);
}

// npm's own record of what it installed lies in node_modules; ours of the tarball beside it.
const lockStamp = join(here, 'node_modules/.lock-stamp');
const lock = digest(join(here, 'package-lock.json'));
if (read(lockStamp) !== lock) {
  run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(lockStamp, lock);
}
const packageStamp = join(here, 'node_modules/audioengine/.tarball-stamp');
const packed = digest(tarball);
if (read(packageStamp) !== packed) {
  run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', tarball);
  writeFileSync(packageStamp, packed);
}
const bin = (name) => join(here, 'node_modules/.bin', name);
run(bin('tsc'));
run(bin('vite'), 'build', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn');
writeFileSync(stampFile, stamp);
console.log(`page in ${relative(process.cwd(), out) || '.'}`);
