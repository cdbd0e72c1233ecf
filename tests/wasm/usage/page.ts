// Every public name as a page uses it; `tsc --strict` must agree, and nothing is run.
import { AudioEngine, AudioEngineError, createEngine, createEngineNode, version } from 'audioengine';
import type { AudioEngineNode, AudioFormat, Batch, BlockResult, EngineConfig, EngineNodeOptions, EngineOptions, Metrics, PushResult, ValidationResult, VadEvent, VadOptions, VadState } from 'audioengine';

const vad: VadOptions = { type: 'energy', energyThreshold: 0.02, speechStartMs: 100, speechEndMs: 500, preBufferMs: 300, adaptive: true, threshold: 0.5, exitThreshold: undefined, maxSpeechMs: 0, maxGapMs: 0 };
const options: EngineOptions = { mode: 'realtime', format: 'pcm16', sampleRate: 24000, channels: 1, output: { sampleRate: 16000, format: 'ulaw' }, vad };

export async function engineUsage(socket: WebSocket, buffer: ArrayBuffer): Promise<Metrics> {
  using engine: AudioEngine = await createEngine({ ...options, wasmUrl: new URL('https://example.org/audioengine.wasm') });
  engine.addEventListener('speech_start', (event: VadEvent) => console.log(event.onsetMs));
  const results: PushResult[] = [engine.push(buffer), engine.push(new Int16Array(buffer)), engine.push(new DataView(buffer)), engine.finish()];
  for (const result of results) socket.send(result.audio);
  const block: BlockResult | undefined = results[0]?.blocks[0];
  const state: VadState | undefined = block?.state;
  const judged: ValidationResult = engine.validate(buffer);
  const config: EngineConfig = engine.config;
  const format: AudioFormat = config.format;
  const rate: number = config.output.sampleRate + config.vad.speechEndMs;
  console.log(version, state, judged.findings.includes('clipped'), format, rate);
  // @ts-expect-error There is no such format.
  await createEngine({ format: 'opus' });
  // @ts-expect-error Options are written in camelCase.
  await createEngine({ sample_rate: 8000 });
  return engine.metrics();
}

export async function nodeUsage(stream: MediaStream, socket: WebSocket): Promise<AudioEngineNode> {
  const context = new AudioContext();
  const nodeOptions: EngineNodeOptions = { mode: 'realtime', vad, batchMs: 20, workletUrl: '/audioengine.worklet.js' };
  const node = await createEngineNode(context, nodeOptions);
  node.onbatch = (batch: Batch) => {
    socket.send(batch.audio);
    console.log(batch.firstBlock, batch.probabilitiesQ15[0], batch.levelsDbfsX100[0], batch.states[0], batch.events.length);
  };
  node.onfailure = (error) => console.error(error instanceof AudioEngineError, error.code, error.field);
  context.createMediaStreamSource(stream).connect(node);
  await node.configureVad({ threshold: 0.6 });
  await node.finish();
  return node;
}
