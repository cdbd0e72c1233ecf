// Lays out the folder in which the tests run: a project that has installed the tarball, as a user's would.
//   node install.mjs TARBALL APP_DIR
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [tarball, app] = process.argv.slice(2);
rmSync(app, { recursive: true, force: true });
mkdirSync(app, { recursive: true });
writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
// Without a network: a package with no dependencies needs none.
execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', tarball], { cwd: app, stdio: 'inherit' });
cpSync(fileURLToPath(new URL('.', import.meta.url)), app, { recursive: true, filter: (path) => !/README\.md$|CMakeLists\.txt$/.test(path) });
