/** The two installed browsers, headless, with a fake camera and microphone. */

import puppeteer, { type Browser } from 'puppeteer-core';

export const BROWSERS = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof BROWSERS)[number];

export interface LaunchOptions {
  /** Has it log all that it can of calls, pages and workers, to its standard error. */
  verbose?: boolean;
  /** By default the one that is installed. */
  executablePath?: string;
}

/** Starts a browser with a profile of its own, which `close()` removes. */
export function launch(name: BrowserName, options: LaunchOptions = {}): Promise<Browser> {
  return name === 'chromium' ? launchChromium(options) : launchFirefox(options);
}

/** For calls on one machine, without a person. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Candidates are 127.0.0.1 itself: there is no mDNS to resolve `.local` names with.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Chromium refuses to sandbox a root user's pages, as in a container.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

function launchChromium({ verbose, executablePath }: LaunchOptions): Promise<Browser> {
  const args = [...CHROMIUM_ARGS];
  if (verbose) args.push('--enable-logging=stderr', '--v=1', `--vmodule=${VMODULE}`);
  return puppeteer.launch({
    executablePath: executablePath ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args,
    acceptInsecureCerts: false,
    protocolTimeout: 120_000,
  });
}

function launchFirefox({ verbose, executablePath }: LaunchOptions): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executablePath ?? process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      // In Hz, as `pages/numbered-media.ts` has it.
      'media.navigator.audio.fake_frequency': 440,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // A page that nobody looks at keeps its timers: two ends of a call are two tabs.
      'dom.min_background_timeout_value': 4,
      'dom.timeout.enable_budget_timer_throttling': false,
      // No downloads during a test: the H.264 plugin, updates, telemetry.
      'media.gmp-manager.updateEnabled': false,
      'app.update.enabled': false,
      'datareporting.policy.dataSubmissionEnabled': false,
    },
    ...(verbose && { env: { ...process.env, MOZ_LOG } }),
    protocolTimeout: 120_000,
  });
}

/** What Chromium can tell of connections and workers, beyond what it tells of everything. */
const VMODULE = '*webrtc*=3,*/peerconnection/*=3,*worker*=3';

/** What Firefox can tell of connections, transforms and the console, workers' included. */
const MOZ_LOG =
  'all:3,webrtc_trace:5,signaling:5,jsep:5,MediaPipeline:5,RTCRtpScriptTransform:5,console:5';
