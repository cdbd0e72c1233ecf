// Headless Chromium whose microphone is a recording, and pages that remember every complaint.
import { chromium as playwright } from 'playwright-core';
import { join } from 'node:path';
import { chromium, recordingFolder } from './environment.mjs';

/** `permission` false: the user refuses the microphone. */
export function launch({ recording = 'librispeech_2691.wav', permission = true } = {}) {
  const microphone = [
    '--use-fake-device-for-media-stream',
    permission ? '--use-fake-ui-for-media-stream' : '--deny-permission-prompts',
    `--use-file-for-fake-audio-capture=${join(recordingFolder, recording)}`,
  ];
  // The sandbox needs rights that containers do not give; only our own pages are opened.
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required', ...microphone];
  return playwright.launch({ executablePath: chromium, headless: true, args });
}

/** Opens a page. `complaints` fills with console errors and warnings, uncaught errors and violations of the policy. */
export async function open(browser, url, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`),
    );
    // So that a test can see whether the microphone's light goes off.
    const devices = navigator.mediaDevices;
    if (!devices) return;
    globalThis.microphoneTracks = [];
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      globalThis.microphoneTracks.push(...stream.getTracks());
      return stream;
    };
  });
  await page.goto(url);
  return { page, complaints };
}

/** The numbers of the comparison. */
export async function counts(page) {
  const number = async (id) => Number((await page.textContent(id)).replaceAll(',', ''));
  return { identical: await number('#count-identical'), compared: await number('#count-compared'), differing: await number('#count-differing') };
}

export const textOf = (page, selector) => page.textContent(selector);

/** Waits until the state shown in large letters was this one. */
export const waitForState = (page, state) => page.waitForSelector(`#now[data-state="${state}"]`, { timeout: 20_000, state: 'attached' });

/** The table of segments: a list of { name, page, relay, verdict }, newest first. */
export const segments = (page) =>
  page.$$eval('#segments tr', (rows) =>
    rows.map((row) => {
      const [name, page, relay, verdict] = Array.from(row.cells, (cell) => cell.textContent);
      return { name, page, relay, verdict };
    }),
  );
