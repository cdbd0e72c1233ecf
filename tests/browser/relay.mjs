// Starts the relay on free ports.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pageFolder, relayBinary } from './environment.mjs';

/** { url, stop(), stopped }: the page's address, and the end of the process with its exit status. */
export async function startRelay() {
  const child = spawn(relayBinary, ['--page', pageFolder, '--port', '0', '--ws-port', '0', '--drain-seconds', '1', '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([status]) => status);
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const address = /^page\s+(http:\S+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    void exited.then((status) => reject(new Error(`the relay ended with status ${status} before it said where its page is`)));
    child.on('error', reject);
  });
  return {
    url,
    /** Answers the exit status. */
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
