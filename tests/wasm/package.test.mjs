import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as audioengine from 'audioengine';
import { sourceDir } from './speech.mjs';

const app = fileURLToPath(new URL('.', import.meta.url));
const root = join(app, 'node_modules/audioengine');
const dist = join(root, 'dist');
const read = (path) => readFileSync(join(root, path), 'utf8');
const source = (path) => readFileSync(join(sourceDir, path), 'utf8');
const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
const internal = (name) => import(new URL(`./node_modules/audioengine/dist/${name}`, import.meta.url));

const requireTool = createRequire(join(process.env.AUDIOENGINE_TOOLS_DIR, 'package.json'));
const ts = requireTool('typescript');

test('the tarball holds the product and nothing else', () => {
  const files = execFileSync('tar', ['-tzf', process.env.AUDIOENGINE_TARBALL]).toString().trim().split('\n');
  for (const name of files) assert.match(name, /^package\/(package\.json|README\.md|LICENSE|dist\/[\w.-]+\.(js|d\.ts|wasm))$/);
  for (const name of scripts) assert.ok(existsSync(join(dist, name.replace(/\.js$/, '.d.ts'))) || name === 'glue.js', `${name} is declared`);
  const manifest = JSON.parse(read('package.json'));
  for (const key of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts', 'bin']) assert.equal(manifest[key], undefined, key);
});

test('one version everywhere', async () => {
  const header = /define AUDIOENGINE_VERSION "(.*)"/.exec(source('core/include/audioengine/version.h'))[1];
  const { instantiate } = await internal('instance.js');
  assert.deepEqual([JSON.parse(read('package.json')).version, audioengine.version, instantiate(readFileSync(join(dist, 'audioengine.wasm'))).version()], [header, header, header]);
});

test('every export exists, types first', async () => {
  const { exports: entries, sideEffects } = JSON.parse(read('package.json'));
  for (const [name, entry] of Object.entries(entries)) {
    const targets = typeof entry === 'string' ? [entry] : Object.values(entry);
    for (const target of targets) assert.ok(existsSync(join(root, target)), target);
    if (typeof entry !== 'string') assert.equal(Object.keys(entry)[0], 'types', name);
  }
  for (const path of sideEffects) assert.ok(existsSync(join(root, path)), path);
  const require = createRequire(import.meta.url);
  for (const name of ['audioengine/worklet', 'audioengine/audioengine.wasm', 'audioengine/package.json']) assert.ok(existsSync(require.resolve(name)));
});

test('the names that exist are the names that are declared', () => {
  const file = join(dist, 'index.d.ts');
  const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] });
  const checker = program.getTypeChecker();
  const declared = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const values = declared.filter((symbol) => resolve(symbol).flags & ts.SymbolFlags.Value);
  assert.deepEqual(Object.keys(audioengine).sort(), values.map((symbol) => symbol.name).sort());

  const engine = declared.find((symbol) => symbol.name === 'AudioEngine');
  const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(resolve(engine))).map((member) => member.name);
  const named = members.filter((name) => /^[a-z]\w*$/i.test(name)); // not #private, not [Symbol.dispose]
  const own = Object.getOwnPropertyNames(audioengine.AudioEngine.prototype).filter((name) => name !== 'constructor');
  assert.deepEqual(own.sort(), named.sort());
});

test("the glue's declaration is the glue", async () => {
  const { instantiate } = await internal('instance.js');
  const glue = instantiate(readFileSync(join(dist, 'audioengine.wasm')));
  const declared = [...source('wasm/package/src/glue.d.ts').matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]).filter((name) => name !== 'locateFile' && name !== 'instantiateWasm');
  const bound = [...source('wasm/bindings.cpp').matchAll(/bind\("(\w+)"/g)].map((match) => match[1]);
  assert.deepEqual(declared.sort(), bound.sort());
  for (const name of bound) assert.equal(typeof glue[name], 'function', name);
});

test('the layout is that of facade.h', async () => {
  const { Word, NameList } = await internal('layout.js');
  const header = source('wasm/facade.h');
  const words = [.../enum Word[^{]*{([^}]*)}/s.exec(header)[1].matchAll(/^\s+k(\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(Object.entries(Word), words.map((name, index) => [name, index]));
  const lists = /enum class NameList[^{]*{([^}]*)}/s.exec(header)[1].split(',').map((name) => name.trim());
  assert.deepEqual(Object.entries(NameList), lists.map((name, index) => [name, index]));
});

test("every field of the core's configuration is an option", async () => {
  const header = source('core/include/audioengine/config.h');
  const members = (name) => [...new RegExp(`struct ${name} {([^}]*)}`, 's').exec(header)[1].matchAll(/^ {4}[\w:]+ (\w+)(?: =[^;]*)?;/gm)].map((match) => match[1]);
  const camelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const { config } = await audioengine.createEngine();
  const fields = [...members('EngineConfig'), ...members('AudioConfig')].filter((name) => name !== 'audio');
  assert.deepEqual(Object.keys(config).sort(), fields.map(camelCase).sort());
  assert.deepEqual(Object.keys(config.vad).sort(), members('VADConfig').map(camelCase).sort());
  assert.deepEqual(Object.keys(config.output).sort(), members('OutputConfig').map(camelCase).sort());
});

test('metrics have the declared shape', async () => {
  const shape = (value) => (typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])) : typeof value);
  const declared = /interface Metrics {(.*?)^}/ms.exec(source('wasm/package/src/types.ts'))[1];
  const names = [...declared.replace(/\/\*\*.*?\*\//gs, '').matchAll(/(\w+): /g)].map((match) => match[1]);
  const found = [];
  const collect = (object) => Object.entries(object).forEach(([key, inner]) => (found.push(key), typeof inner === 'object' && collect(inner)));
  collect(shape((await audioengine.createEngine()).metrics()));
  assert.deepEqual(found.sort(), names.sort());
});

test('bundlers see the two assets, pages need no exception from their policy', () => {
  assert.ok(read('dist/load.js').includes("new URL('./audioengine.wasm', import.meta.url)"));
  assert.ok(read('dist/engine-node.js').includes("addModule(new URL('./audioengine.worklet.js', import.meta.url))"));
  for (const name of scripts) {
    const text = read(`dist/${name}`);
    assert.ok(!/createObjectURL|new Blob\b|\beval\(|new Function\b|importScripts\(|SharedArrayBuffer\(/.test(text), name);
    if (name !== 'index.node.js') assert.ok(!/['"]node:|require\(/.test(text), `${name} is for any host`);
  }
});

test('the worklet file stands alone', () => {
  const text = read('dist/audioengine.worklet.js');
  const parsed = ts.createSourceFile('worklet.js', text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const visit = (node) => {
    assert.ok(!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node) && !ts.isExportAssignment(node), 'no import, no export');
    assert.notEqual(node.kind, ts.SyntaxKind.ImportKeyword);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
});

test("tsc --strict accepts the usage files and the README's examples", () => {
  const strict = { strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, target: 'ES2022', types: [] };
  const blocks = [...read('README.md').matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);
  const examples = Object.fromEntries(blocks.map((text, i) => [`usage/readme_${i}.ts`, text]));
  assert.equal(blocks.length, 2);
  for (const [file, text] of Object.entries(examples)) writeFileSync(join(app, file), text);
  const checks = {
    'a bundled page': { files: ['usage/page.ts', 'usage/readme.d.ts', ...Object.keys(examples)], compilerOptions: { ...strict, lib: ['ES2022', 'DOM'], module: 'ESNext', moduleResolution: 'bundler' } },
    'an ES module for Node': { files: ['usage/page.ts'], compilerOptions: { ...strict, lib: ['ES2022', 'DOM'], module: 'NodeNext' } },
    'a bare server': { files: ['usage/server.ts'], compilerOptions: { ...strict, lib: ['ES2022'], module: 'NodeNext' } },
  };
  for (const [name, config] of Object.entries(checks)) {
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync(process.execPath, [requireTool.resolve('typescript/bin/tsc'), '-p', app], { encoding: 'utf8' });
    assert.equal(status, 0, `${name}:\n${stdout}`);
  }
});

test('sizes', () => {
  const size = (name) => {
    const bytes = readFileSync(join(dist, name));
    return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  };
  // What a page fetches that uses createEngineNode: its own modules, the worklet, the core.
  const fetched = [...scripts.filter((name) => name !== 'index.node.js'), 'audioengine.wasm'];
  const sizes = Object.fromEntries(fetched.map((name) => [name, size(name)]));
  const total = Object.values(sizes).reduce((sum, { raw, gzip }) => ({ raw: sum.raw + raw, gzip: sum.gzip + gzip }), { raw: 0, gzip: 0 });
  for (const [name, { raw, gzip }] of Object.entries({ ...sizes, 'page total': total })) console.log(`${name.padEnd(28)} ${String(raw).padStart(7)} bytes ${String(gzip).padStart(7)} gzipped`);
  assert.ok(sizes['audioengine.wasm'].raw <= 100 * 1024, 'wasm');
  assert.ok(sizes['audioengine.worklet.js'].gzip <= 20 * 1024, 'worklet');
  assert.ok(total.gzip <= 120 * 1024, 'page total');
});
