// Every public name as a page uses it; `tsc --strict` must agree, and nothing is run. package.test.mjs looks whether a name is missing.
import {
  AudioEngine, AudioEngineError, AudioFormat, AudioProcessor, AudioStreamBuffer, FastVADDetector, ProcessingMode, Resampler, VADState, VADType,
  createAdaptiveEngine, createAudioProcessor, createAudioStreamBuffer, createBigLaneEngine, createEngine, createEngineNode, createFastLaneEngine,
  createFastVADDetector, createResampler, decodeG711, encodeG711, version,
} from 'audioengine';
import type {
  AdaptiveOptions, AddResult, AnalyzeOptions, AudioData, AudioEngineNode, AudioFormatAlias, AudioMetadata, Batch, BigLaneOptions, BlockResult, BufferOptions,
  BufferStats, ChunkResult, DetectorConfig, DetectorOptions, DetectorResult, EndReason, EngineConfig, EngineNodeOptions, EngineOptions, FastLaneOptions, Finding,
  G711Law, HostAudioContext, HostAudioWorkletNode, HostUrl, Metrics, OutputOptions, OverflowStrategy, Packet, PerformanceReport, ProcessorConfig, ProcessorOptions,
  PushResult, QualityOptions, QualityResult, Remainder, ResamplerConfig, ResamplerOptions, SnapshotOptions, StreamBufferConfig, StreamBufferOptions,
  StreamBufferState, UnderflowStrategy, ValidationResult, VadEvent, VadEventType, VadListener, VadOptions, VadState, VadType, WasmOptions, WasmSource,
} from 'audioengine';

const type: VadType = VADType.ENERGY_BASED;
const vad: VadOptions = { type, energyThreshold: 0.02, speechStartMs: 100, speechEndMs: 500, preBufferMs: 300, adaptive: true, threshold: 0.5, exitThreshold: undefined, maxSpeechMs: 0, maxGapMs: 0 };
const output: OutputOptions = { sampleRate: 16000, format: 'ulaw' };
const options: EngineOptions = { mode: ProcessingMode.REALTIME, format: AudioFormat.PCM16, sampleRate: 24000, channels: 1, output, vad };
const wasm: WasmOptions = { wasmUrl: new URL('https://example.org/audioengine.wasm') satisfies HostUrl };

export async function engineUsage(socket: WebSocket, buffer: ArrayBuffer): Promise<Metrics> {
  using engine: AudioEngine = await createEngine({ ...options, ...wasm });
  const listener: VadListener = (event: VadEvent) => console.log(event.onsetMs, event.reason satisfies EndReason);
  engine.addEventListener('speech_start' satisfies VadEventType, listener);
  const results: PushResult[] = [engine.push(buffer), engine.push(new Int16Array(buffer)), engine.push(new DataView(buffer)), engine.finish()];
  for (const result of results) socket.send(result.audio);
  const block: BlockResult | undefined = results[0]?.blocks[0];
  const state: VadState | undefined = block?.state;
  const speaking: boolean = engine.state === VADState.SPEECH;
  const judged: ValidationResult = engine.validateAudio(buffer);
  const findings: Finding[] = judged.findings;
  const config: EngineConfig = engine.config;
  const format: AudioFormat = config.format;
  const alias: AudioFormatAlias = 'pcmu';
  const mode: ProcessingMode = config.mode;
  const rate: number = config.output.sampleRate + config.vad.speechEndMs;
  console.log(version, state, speaking, findings.includes('clipped'), format, alias, mode, rate);
  // @ts-expect-error There is no such format.
  await createEngine({ format: 'opus' });
  // @ts-expect-error Options are written in camelCase.
  await createEngine({ sample_rate: 8000 });
  return engine.metrics();
}

export async function separateCalls(data: AudioData): Promise<PerformanceReport> {
  const fast: FastLaneOptions = { sampleRate: 24000, chunkDurationMs: 20, vadConfig: vad };
  const big: BigLaneOptions = { sampleRate: 24000, enableEnhancement: true };
  const adaptive: AdaptiveOptions = { sampleRate: 24000, latencyTargetMs: 50 };
  const engine = await createFastLaneEngine(fast);
  for (const other of [await createBigLaneEngine(big), await createAdaptiveEngine(adaptive)]) other.dispose();
  const remainder: Remainder = 'pad';
  for (const chunk of engine.chunkAudio(data, 20, remainder)) console.log(engine.processAudio(chunk).audio, engine.processVadChunk(chunk).state);
  engine.optimizeForQuality();
  engine.optimizeForLatency();
  engine.configureVad({ threshold: 0.6 });
  engine.setSpeechProbability(0.5);
  const snapshotOptions: SnapshotOptions = { preBuffer: false };
  engine.restore(engine.snapshot(snapshotOptions));
  console.log(engine.preBuffer(), engine.speech(), engine.prepareForPlayback(data), engine.advanceTime(20), engine.findings(), engine.findingPosition('text'), engine.memoryBytes, engine.latencyFrames);
  return engine.getPerformanceReport();
}

export async function bufferUsage(packet: Packet): Promise<BufferStats> {
  const [overflowStrategy, underflowStrategy]: [OverflowStrategy, UnderflowStrategy] = ['drop_newest', 'repeat'];
  const buffering: BufferOptions = { maxDurationMs: 2000, overflowStrategy, underflowStrategy, prebufferMs: 60 };
  const engine = await createEngine({ ...options, streamBuffer: buffering });
  const audio: Uint8Array | undefined = engine.addToStreamBuffer(packet.data)?.audio;
  engine.streamBuffer?.markEnd();
  const bufferOptions: StreamBufferOptions = { ...buffering, sampleRate: 8000, format: 'g711_alaw', reorderPackets: 4, sequenceBits: 16 };
  const buffer: AudioStreamBuffer = await createAudioStreamBuffer(bufferOptions);
  const added: AddResult = buffer.addPacket(packet);
  const fine: boolean = buffer.addAudio(packet.data);
  const chunk: Uint8Array | undefined = buffer.getChunk(160);
  const into: ChunkResult = buffer.getChunkInto(new Uint8Array(160));
  const state: StreamBufferState = buffer.state;
  const config: StreamBufferConfig = buffer.config;
  console.log(audio, added.status, fine, chunk, into.filledBytes, state, config.repeatMs, buffer.getAvailableBytes(), buffer.getDurationMs(), buffer.peek(), buffer.endMarked);
  console.log(buffer.capacityFrames, buffer.prebufferFrames, buffer.getStats());
  buffer.clear();
  buffer.reset();
  return buffer.stats();
}

export async function messageUsage(data: AudioData): Promise<AudioMetadata> {
  const processorOptions: ProcessorOptions = { sampleRate: 24000, channels: 2, mode: 'quality' };
  const processor: AudioProcessor = await createAudioProcessor(processorOptions);
  const config: ProcessorConfig = processor.config;
  const quality: QualityOptions = { enhance: true, normalize: false };
  const result: QualityResult = processor.processQuality(data, quality);
  const law: G711Law = 'ulaw';
  const samples: Int16Array = decodeG711(encodeG711(processor.process(data), law), law);
  console.log(config.channels, processor.validateFormat(data, 'pcm16').ok, processor.processRealtime(data), result.audio, samples);
  console.log([...processor.chunkAudio(data)], processor.calculateDuration(data), processor.resample(data, 24000, 16000), processor.ensureMono(data, 2));
  const analysis: AnalyzeOptions = { detailed: true };
  return processor.analyzeAudio(data, analysis);
}

export async function streamParts(samples: Float32Array, module: WebAssembly.Module): Promise<DetectorResult> {
  const resamplerOptions: ResamplerOptions = { fromRateHz: 48000, toRateHz: 16000, mode: 'realtime' };
  const resampler: Resampler = await createResampler(resamplerOptions);
  const config: ResamplerConfig = resampler.config;
  const floats: Float32Array = resampler.process(samples);
  const integers: Int16Array = resampler.process(new Int16Array(160));
  const rest: Int16Array | Float32Array = resampler.flush();
  resampler.reset();
  console.log(config.mode, floats, integers, rest, resampler.latencySamples, resampler.fromRateHz, resampler.toRateHz, resampler.memoryBytes);
  const detectorOptions: DetectorOptions = { sampleRate: 16000, speechEndMs: 300 };
  const source: WasmSource = module;
  const detector: FastVADDetector = new FastVADDetector(source, detectorOptions);
  const detecting: DetectorConfig = detector.config;
  const state: VADState = detector.processChunk(integers);
  detector.configure({ threshold: 0.4 });
  detector.addEventListener('speech_end', (event) => console.log(event.endMs));
  console.log(detecting.speechEndMs, state, detector.metrics().segments, detector.latencySamples, await createFastVADDetector(detectorOptions));
  return detector.process(integers);
}

export async function nodeUsage(stream: MediaStream, socket: WebSocket): Promise<AudioEngineNode> {
  const context = new AudioContext();
  const nodeOptions: EngineNodeOptions = { mode: 'realtime', vad, batchMs: 20, workletUrl: '/audioengine.worklet.js' };
  const node = await createEngineNode(context satisfies HostAudioContext, nodeOptions);
  node.onbatch = (batch: Batch) => {
    socket.send(batch.audio);
    console.log(batch.firstBlock, batch.probabilitiesQ15[0], batch.levelsDbfsX100[0], batch.states[0], batch.events.length);
  };
  node.onfailure = (error) => console.error(error instanceof AudioEngineError, error.code, error.field);
  context.createMediaStreamSource(stream).connect(node satisfies HostAudioWorkletNode);
  await node.configureVad({ threshold: 0.6 });
  await node.finish();
  return node;
}
