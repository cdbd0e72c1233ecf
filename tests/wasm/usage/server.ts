// The same package where the type library knows neither pages nor Node.
import { createEngine, type PushResult } from 'audioengine';

export async function decide(audio: Uint8Array): Promise<PushResult> {
  const engine = await createEngine({ format: 'g711_ulaw', sampleRate: 8000, wasm: audio });
  const result = engine.push(audio);
  engine.dispose();
  return result;
}
