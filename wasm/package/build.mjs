// Makes the npm package from the compiled core:
//   node build.mjs --glue GLUE.mjs --wasm FILE.wasm --license LICENSE --work DIR --out DIR
// Works in a copy under --work, so that the source tree stays clean; the tarball goes to --out. CMake calls it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const source = fileURLToPath(new URL('.', import.meta.url));
const options = Object.fromEntries(['glue', 'wasm', 'license', 'work', 'out'].map((name) => [name, { type: 'string' }]));
const { glue, wasm, license, work, out } = parseArgs({ options }).values;
const dist = join(work, 'dist');
const run = (command, ...args) => execFileSync(command, args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] }).toString();

mkdirSync(work, { recursive: true });
installTools();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
cpSync(join(source, 'tsconfig.json'), join(work, 'tsconfig.json'));
rmSync(join(work, 'src'), { recursive: true, force: true });
cpSync(join(source, 'src'), join(work, 'src'), { recursive: true });
const require = createRequire(pathToFileURL(join(work, 'package.json')));

await minifyGlue();
compile();
await bundleWorklet();
copyFileSync(wasm, join(dist, 'audioengine.wasm'));
copyFileSync(join(source, '../../core/share/metrics.schema.json'), join(dist, 'metrics.schema.json'));
copyFileSync(join(source, 'README.md'), join(work, 'README.md'));
copyFileSync(license, join(work, 'LICENSE'));
mkdirSync(out, { recursive: true });
run('npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', out);

/** npm's tools, again only when the lock file is another. */
function installTools() {
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  const installed = join(work, 'node_modules', '.installed-lock.json');
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(source, name), join(work, name));
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  run('npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts');
  writeFileSync(installed, lock);
}

async function minifyGlue() {
  const { minify } = require('terser');
  const { code } = await minify(readFileSync(glue, 'utf8'), { module: true, compress: { passes: 2 }, mangle: true });
  writeFileSync(join(dist, 'glue.js'), code);
}

function compile() {
  try {
    run(process.execPath, require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.json');
  } catch (error) {
    process.stderr.write(error.stdout ?? String(error)); // tsc says what is wrong on its standard output
    process.exit(1);
  }
}

/** One file without imports: a worklet can't count on finding others. */
async function bundleWorklet() {
  const { build } = require('esbuild');
  await build({
    entryPoints: [join(dist, 'processor.js')],
    outfile: join(dist, 'audioengine.worklet.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  writeFileSync(join(dist, 'audioengine.worklet.d.ts'), '// To be loaded by audioWorklet.addModule; exports nothing.\nexport {};\n');
  for (const name of ['processor.js', 'processor.d.ts']) rmSync(join(dist, name));
}
