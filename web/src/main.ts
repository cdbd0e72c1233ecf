// The page: buttons in, run out, everything shown at the pace of the screen.
import './style.css';
import { version } from 'audioengine';
import { showAgreement, showSides, type PageFacts } from './agreementPanel.js';
import { measureCost } from './cost.js';
import { byId, setChip, setText } from './dom.js';
import { kCredit, kRecordings } from './recordings.js';
import { findRelay, type RelayAddress } from './relay.js';
import { Run, type SourceKind } from './run.js';
import { settingsHash } from './settings.js';
import { showIdle, showRun } from './statePanel.js';
import { Timeline } from './timeline.js';

const buttons: Record<SourceKind, HTMLButtonElement> = { microphone: byId('microphone'), recording: byId('recording') };
const stopButton = byId<HTMLButtonElement>('stop');
const muteButton = byId<HTMLButtonElement>('mute');
const notice = byId('notice');
const relayStatus = byId('relay-status');
const announcer = byId('announcer');

const timeline = new Timeline(byId('timeline'));
const facts: PageFacts = { version };
let relay: RelayAddress | undefined;
let run: Run | undefined;
let starting = Promise.resolve();
let busy = false;
let frame = 0;

function showTrouble(text: string | undefined): void {
  notice.hidden = !text;
  setText(notice, text ?? '');
}

function showButtons(): void {
  const running = run?.live ?? false;
  for (const button of Object.values(buttons)) button.disabled = busy || running;
  stopButton.disabled = busy || !running;
}

function showRelay(): void {
  if (run?.relayTrouble) {
    setChip(relayStatus, 'bad', run.relaySession ? 'Relay gone, the page carries on' : 'Relay away, the page works alone');
  } else if (run?.live && run.relaySession) {
    setChip(relayStatus, 'good', 'Relay connected');
  } else {
    setChip(relayStatus, 'idle', relay ? 'Relay found' : 'No relay, the page works alone');
  }
}

function draw(): void {
  cancelAnimationFrame(frame);
  frame = 0;
  if (!run) return;
  if (run.live) showRun(run);
  showAgreement(run);
  showSides(run, facts);
  showRelay();
  timeline.show(run.history, run.live, run.thresholds);
}

function invalidate(): void {
  frame ||= requestAnimationFrame(draw);
}

async function start(kind: SourceKind): Promise<void> {
  const byKeyboard = document.activeElement === buttons[kind]; // a disabled button loses the focus: hand it on
  busy = true;
  showTrouble(undefined);
  showButtons();
  showIdle('Starting', kind === 'microphone' ? 'The browser may ask for the microphone.' : 'Loading the recording.');
  try {
    relay = await findRelay();
    run = await Run.start(
      { kind, recordings: kRecordings, relay, muted: muteButton.ariaPressed === 'true' },
      {
        changed: invalidate,
        happened: (event) => {
          if (event.type === 'speech_start') setText(announcer, `Speech, segment ${event.segment}`);
          if (event.type === 'speech_end') setText(announcer, `Silence after segment ${event.segment}`);
        },
        ended: (trouble) => void starting.then(() => stop(trouble)),
      },
    );
    await compareSettings(run);
    if (run.relayTrouble) showTrouble(`The relay at ${relay?.url ?? ''} is not in: ${run.relayTrouble}. The page works alone.`);
  } catch (error) {
    showTrouble(error instanceof Error ? error.message : String(error));
    showIdle('Not started', 'Nothing is running.');
  }
  busy = false;
  showButtons();
  if (byKeyboard) (stopButton.disabled ? buttons[kind] : stopButton).focus();
  invalidate();
}

async function stop(trouble?: string): Promise<void> {
  if (busy || !run?.live) return;
  const byKeyboard = document.activeElement === stopButton;
  busy = true;
  showButtons();
  await run.stop();
  showTrouble(trouble);
  draw(); // all of it, before anything can be pressed again
  showIdle('Stopped', 'The whole run is below.');
  busy = false;
  showButtons();
  if (byKeyboard) buttons.recording.focus();
}

async function compareSettings({ node, relaySession, context }: Run): Promise<void> {
  if (!crypto.subtle || !node) return;
  facts.settings = await settingsHash({ ...node.config.vad, mode: node.config.mode, rate: context.sampleRate });
  facts.relaySettings = relaySession && (await settingsHash({ ...relaySession.vad, mode: relaySession.mode, rate: relaySession.rate }));
}

function toggleMute(): void {
  const muted = muteButton.ariaPressed !== 'true';
  muteButton.ariaPressed = `${muted}`;
  run?.setMuted(muted);
}

for (const kind of ['microphone', 'recording'] as const) buttons[kind].addEventListener('click', () => (starting = start(kind)));
stopButton.addEventListener('click', () => void stop());
muteButton.addEventListener('click', toggleMute);
addEventListener('pagehide', () => void run?.stop());

setText(byId('credit'), kCredit);
showSides(undefined, facts);
timeline.show(undefined, true, undefined);
if (typeof AudioWorkletNode === 'undefined') {
  showTrouble('This browser has no AudioWorklet here: use a current browser, and open the page from https or from localhost.');
} else {
  showButtons();
  relay = await findRelay();
  showRelay();
  facts.costMicroseconds = await measureCost();
  showSides(run, facts);
}
