/** The browser that draws pictures and runs the browser test: Chromium, Chrome or Edge, whichever the machine has. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];

/** Paths at which a browser may be, the one that the user names first. */
function* candidates(env, platform) {
  if (env.PGLAB_BROWSER) yield env.PGLAB_BROWSER;
  if (platform === 'darwin')
    for (const base of ['/Applications', join(env.HOME ?? '', 'Applications')])
      for (const name of ['Google Chrome', 'Chromium', 'Microsoft Edge'])
        yield join(base, `${name}.app`, 'Contents', 'MacOS', name);
  if (platform === 'win32')
    for (const base of [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean)) {
      yield join(base, 'Google', 'Chrome', 'Application', 'chrome.exe');
      yield join(base, 'Chromium', 'Application', 'chrome.exe');
      yield join(base, 'Microsoft', 'Edge', 'Application', 'msedge.exe');
    }
  const suffix = platform === 'win32' ? '.exe' : '';
  const folders = [
    ...(env.PATH ?? env.Path ?? '').split(delimiter),
    ...(platform === 'linux' ? ['/usr/bin', '/snap/bin'] : []),
  ];
  for (const name of NAMES) for (const folder of folders) if (folder) yield join(folder, name + suffix);
}

/** The browser's path; undefined where the machine has none. PGLAB_BROWSER names one by its path; 'none' asks for none. */
export function findBrowser(env = process.env, platform = process.platform) {
  if (env.PGLAB_BROWSER === 'none') return undefined;
  for (const path of candidates(env, platform)) if (existsSync(path)) return path;
  return undefined;
}

/** Starts it without a window. As root (in a container) Chromium's sandbox cannot start, so it is left off there. */
export const launchBrowser = executablePath =>
  chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--hide-scrollbars'],
  });
