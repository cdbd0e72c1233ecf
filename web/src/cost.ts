/** Microseconds that the engine needs here for 20 ms of 48 kHz audio; undefined when it could not be measured. */
export function measureCost(): Promise<number | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./costWorker.ts', import.meta.url), { type: 'module' });
    const done = (microseconds?: number): void => {
      worker.terminate();
      resolve(microseconds);
    };
    worker.onmessage = ({ data }: MessageEvent<number>) => done(data);
    worker.onerror = () => done();
  });
}
