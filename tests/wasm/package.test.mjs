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
  for (const name of files) assert.match(name, /^package\/(package\.json|README\.md|LICENSE|dist\/[\w.-]+\.(js|d\.ts|wasm|schema\.json))$/);
  for (const name of scripts) assert.ok(existsSync(join(dist, name.replace(/\.js$/, '.d.ts'))) || name === 'glue.js', `${name} is declared`);
  const manifest = JSON.parse(read('package.json'));
  for (const key of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts', 'bin']) assert.equal(manifest[key], undefined, key);
});

test('one version everywhere', async () => {
  const header = /define AUDIOENGINE_VERSION "(.*)"/.exec(source('core/include/audioengine/version.h'))[1];
  const { instantiate, textAt } = await internal('instance.js');
  const glue = instantiate(readFileSync(join(dist, 'audioengine.wasm')));
  assert.deepEqual([JSON.parse(read('package.json')).version, audioengine.version, textAt(glue, glue.version())], [header, header, header]);
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

const declarations = join(dist, 'index.d.ts');
const program = ts.createProgram([declarations], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] });
const checker = program.getTypeChecker();
/** Symbols of everything that the package declares. */
const exported = () => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)));

test('the names that exist are the names that are declared', () => {
  const declared = exported();
  const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const values = declared.filter((symbol) => resolve(symbol).flags & ts.SymbolFlags.Value);
  assert.deepEqual(Object.keys(audioengine).sort(), values.map((symbol) => symbol.name).sort());

  const classes = ['AudioEngine', 'AudioProcessor', 'AudioStreamBuffer', 'FastVADDetector', 'Resampler'];
  for (const name of classes) {
    const declaration = resolve(declared.find((symbol) => symbol.name === name));
    const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(declaration)).map((member) => member.name);
    const own = new Set();
    for (let at = audioengine[name].prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) Object.getOwnPropertyNames(at).forEach((key) => own.add(key));
    for (const internal of ['constructor', 'core']) own.delete(internal);
    // Not #private, not [Symbol.dispose].
    assert.deepEqual([...own].sort(), members.filter((member) => /^[a-z]\w*$/i.test(member)).sort(), name);
  }
});

test("the glue's declaration is the glue", async () => {
  const { instantiate } = await internal('instance.js');
  const glue = instantiate(readFileSync(join(dist, 'audioengine.wasm')));
  const declared = [...source('wasm/package/src/glue.d.ts').matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]).filter((name) => name !== 'locateFile' && name !== 'instantiateWasm');
  const bound = [...source('wasm/bindings.cpp').matchAll(/bind\("(\w+)"/g)].map((match) => match[1]);
  assert.deepEqual(declared.sort(), bound.sort());
  for (const name of bound) assert.equal(typeof glue[name], 'function', name);
});

test('the layout is that of facade.h and settings.h', async () => {
  const layout = await internal('layout.js');
  const headers = source('wasm/facade.h') + source('wasm/settings.h');
  const words = [.../enum Word[^{]*{([^}]*)}/s.exec(headers)[1].matchAll(/^\s+k(\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(Object.entries(layout.Word), words.map((name, index) => [name, index]));
  for (const [name, list] of [['NameList', layout.NameList], ['Object', layout.ObjectKind], ['Use', layout.Use]]) {
    const names = new RegExp(`enum class ${name}\\b[^{]*{([^}]*)}`, 's').exec(headers)[1].split(',').map((entry) => entry.trim());
    assert.deepEqual(Object.entries(list), names.map((entry, index) => [entry, index]), name);
  }
  assert.equal(layout.kRecordCapacity, Number(/kRecordCapacity = (\d+)/.exec(source('wasm/records.h'))[1]));
});

/** The members of a plain struct of a core header. */
function membersOf(header, name) {
  const body = new RegExp(`^struct ${name} {(.*?)^};`, 'ms').exec(source(`core/include/audioengine/${header}`))[1];
  return [...body.matchAll(/^ {4}[\w:<>]+ (\w+)(?: =[^;]*)?;/gm)].map((match) => match[1]);
}
const camelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

test("the core's structs cross with all their members", async () => {
  const processor = await audioengine.createAudioProcessor();
  assert.deepEqual(Object.keys(processor.analyzeAudio(new Uint8Array(2))).sort(), membersOf('validate.h', 'AudioMetadata').map(camelCase).sort());
  const buffer = await audioengine.createAudioStreamBuffer();
  assert.deepEqual(Object.keys(buffer.stats()).sort(), membersOf('stream_buffer.h', 'BufferStats').map(camelCase).sort());
});

test("every finding and every constant is declared, and is the core's", async () => {
  const { instantiate, textAt } = await internal('instance.js');
  const { NameList } = await internal('layout.js');
  const glue = instantiate(readFileSync(join(dist, 'audioengine.wasm')));
  const namesIn = (list) => {
    const names = [];
    for (let name; (name = textAt(glue, glue.name(NameList[list], names.length))) !== ''; ) names.push(name);
    return names;
  };
  const declared = (type) => [...new RegExp(`export type ${type} =([^;]*);`).exec(source('wasm/package/src/types.ts'))[1].matchAll(/'(\w+)'/g)].map((match) => match[1]);
  assert.deepEqual(declared('Finding').sort(), namesIn('finding').sort());
  assert.deepEqual(declared('VadState'), namesIn('state'));
  assert.deepEqual(declared('OverflowStrategy'), namesIn('overflow_strategy'));
  assert.deepEqual(declared('UnderflowStrategy'), namesIn('underflow_strategy'));
  assert.deepEqual(declared('StreamBufferState'), namesIn('buffer_state'));
  assert.deepEqual(Object.values(audioengine.ProcessingMode), namesIn('mode'));
  assert.deepEqual(Object.values(audioengine.VADState), namesIn('state'));
  assert.deepEqual(Object.values(audioengine.VADType), namesIn('vad_type'));
  assert.deepEqual(Object.values(audioengine.AudioFormat), namesIn('format'));
  // The C++ enumerators are the keys.
  const types = source('core/include/audioengine/types.h');
  for (const name of ['ProcessingMode', 'VADState', 'VADType', 'AudioFormat']) {
    const body = new RegExp(`enum class ${name}[^{]*{([^}]*)}`, 's').exec(types)[1].replace(/\/\/.*$/gm, '');
    assert.deepEqual(Object.keys(audioengine[name]), body.split(',').map((entry) => entry.trim()).filter(Boolean), name);
  }
});

test("every field of the core's configuration is an option", async () => {
  const members = (name) => membersOf('config.h', name);
  const { config } = await audioengine.createEngine({ streamBuffer: {} });
  const fields = [...members('EngineConfig'), ...members('AudioConfig')].filter((name) => name !== 'audio');
  assert.deepEqual(Object.keys(config).sort(), fields.map(camelCase).sort());
  assert.deepEqual(Object.keys(config.vad).sort(), members('VADConfig').map(camelCase).sort());
  assert.deepEqual(Object.keys(config.output).sort(), members('OutputConfig').map(camelCase).sort());
  assert.deepEqual(Object.keys(config.streamBuffer).sort(), membersOf('buffer_config.h', 'BufferConfig').map(camelCase).sort());
});

test('metrics have the declared shape', async () => {
  const shape = (value) => (typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])) : typeof value);
  const declared = /interface Metrics {(.*?)^}/ms.exec(source('wasm/package/src/types.ts'))[1];
  const names = [...declared.replace(/\/\*\*.*?\*\//gs, '').matchAll(/(\w+)\??: /g)].map((match) => match[1]);
  const found = [];
  const collect = (object) => Object.entries(object).forEach(([key, inner]) => (found.push(key), typeof inner === 'object' && collect(inner)));
  collect(shape((await audioengine.createEngine({ streamBuffer: {} })).metrics()));
  assert.deepEqual(found.sort(), names.sort());
});

test('the usage file touches every exported name', () => {
  const usage = source('tests/wasm/usage/page.ts');
  for (const symbol of exported()) assert.match(usage.split("from 'audioengine';").slice(2).join(''), new RegExp(`\\b${symbol.name}\\b`), symbol.name);
});

test("the manual's table names everything that is exported", () => {
  const manual = read('README.md');
  for (const { name } of exported()) assert.ok(manual.includes(`\`${name}\``), name);
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
  assert.equal(blocks.length, 6);
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

test('an object of default options lives in the first megabyte, and a stream does not make it grow', async () => {
  const { Core } = await internal('core.js');
  const shapes = await internal('shapes.js');
  const wasm = new WebAssembly.Module(readFileSync(join(dist, 'audioengine.wasm')));
  const kChunk = new Uint8Array(960);
  // shape, options, what a stream does all the time
  const kRows = [
    ['kEngineShape', { streamBuffer: {} }, (core) => [0, 1, 2, 3, 4].forEach((use) => core.glue.push(core.put(kChunk), use))],
    ['kProcessorShape', {}, (core) => core.glue.processMessage(core.put(kChunk), 1, 1)],
    ['kDetectorShape', {}, (core) => core.glue.hear(core.put(kChunk))],
    ['kBufferShape', {}, (core) => (core.glue.addAudio(core.put(kChunk)), core.glue.getChunk(960))],
    ['kResamplerShape', { fromRateHz: 48000, toRateHz: 16000 }, (core) => core.glue.resample(core.put(kChunk), 0)],
  ];
  for (const [shape, options, work] of kRows) {
    const core = new Core(wasm, shapes[shape], options);
    work(core);
    const { input } = core;
    for (let i = 0; i < 500; i++) work(core);
    assert.equal(core.input, input, `${shape}: the view is the same object`);
    assert.equal(core.glue.HEAPU8.length, 1 << 20, shape);
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
