// A stream that changes its process in the middle: from the native core to WebAssembly, and the reverse. Both take the same snapshot,
// byte for byte, and the rest is the same bits as if nothing had happened.
//   AUDIOENGINE_RESUME=program AUDIOENGINE_PACKAGE_DIR=folder AUDIOENGINE_RESUME_OUT=folder node resume.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ResultHash, cutter, engineOptions, inputBytes, loadNode } from './package.mjs';

const { AUDIOENGINE_RESUME: program, AUDIOENGINE_PACKAGE_DIR: packages, AUDIOENGINE_RESUME_OUT: out } = process.env;
const tarballs = existsSync(packages) ? readdirSync(packages).filter((name) => name.endsWith('.tgz')) : [];
if (tarballs.length !== 1) {
  console.log(`skipped: there is no npm package in ${packages}`);
  process.exit(77);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync('tar', ['-xzf', join(packages, tarballs[0]), '-C', out]);
const { createEngine } = await import(pathToFileURL(join(out, 'package/dist/index.node.js')));

const native = (...words) => execFileSync(program, words, { maxBuffer: 1 << 28 }).toString();
/** In the words of resume.cpp. */
const row = ({ audioBytes, audio, blocks, blocksHash, events, eventsHash }) => [audioBytes, audio, blocks, blocksHash, events, eventsHash].join(' ');

function push(engine, scenario, bytes, hash) {
  const nextLength = cutter(scenario, 'odd', bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(nextLength(), bytes.length - at);
    hash.addResult(engine.push(bytes.subarray(at, at + length)));
    at += length;
  }
}
function rest(engine, scenario, bytes) {
  const hash = new ResultHash();
  push(engine, scenario, bytes, hash);
  if (scenario.keys.finish !== '0') hash.addResult(engine.finish());
  return row(hash.digest());
}

const { scenarios, recordings } = await loadNode();
let differing = 0;
for (const [index, scenario] of scenarios.entries()) {
  const input = inputBytes(scenario, recordings);
  const at = Math.floor((input.length * (1 + (index % 9))) / 10) + (index % 3);
  const [staying, fromNative] = [await createEngine(engineOptions(scenario)), await createEngine(engineOptions(scenario))];
  push(staying, scenario, input.subarray(0, at), new ResultHash());
  const file = join(out, `${scenario.name}.hex`);
  const snapshot = Buffer.from(staying.snapshot()).toString('hex');
  writeFileSync(file, snapshot);
  const nativeSnapshot = native('cut', scenario.name, String(at));
  fromNative.restore(Buffer.from(nativeSnapshot, 'hex'));
  const expected = rest(staying, scenario, input.subarray(at));
  const got = {
    'snapshot bytes': [nativeSnapshot === snapshot, true],
    'native to WebAssembly': [rest(fromNative, scenario, input.subarray(at)), expected],
    'WebAssembly to native': [native('run', scenario.name, String(at), file).trim(), expected],
  };
  const wrong = Object.entries(got).filter(([, [is, due]]) => is !== due);
  differing += Number(wrong.length > 0);
  console.log(`${scenario.name.padEnd(24)}at ${at}: ${wrong.length === 0 ? 'ok' : wrong.map(([what, [is, due]]) => `${what} DIFFERS\n  expected ${due}\n  got      ${is}`).join('\n')}`);
}
console.log(`${scenarios.length} scenarios, ${differing} differ`);
process.exit(differing === 0 && scenarios.length > 0 ? 0 : 1);
