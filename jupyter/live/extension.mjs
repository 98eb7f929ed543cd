/**
 * The kernel as an extension of JupyterLite.
 *
 * JupyterLab loads extensions as containers of webpack's module federation: a script leaves { init, get } under its name, is
 * given the packages that the application shares, and gives its plugins. That contract is a few lines, so these are written
 * here, and the extension needs no webpack of its own.
 */

import { LiveKernel } from './kernel.mjs';

const NAME = '@pglab/live-kernel';
/** The width in pixels below which files and notebook have no room beside each other. */
const NARROW = 700;
const SPEC = {
  name: 'tslab',
  display_name: 'TypeScript',
  language: 'typescript',
  argv: [],
  resources: { 'logo-svg': logo(), 'logo-64x64': logo(), 'logo-32x32': logo() },
};

function logo() {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="6" fill="#0072B2"/>' +
    '<text x="32" y="46" font-family="sans-serif" font-size="34" font-weight="bold" fill="#fff" text-anchor="middle">TS</text></svg>';
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** What the application shares: package, version, how to get it. */
let shared;

async function sharedPackage(name) {
  const versions = Object.values(shared[name] ?? {});
  if (versions.length === 0) throw new Error(`This JupyterLite shares no ${name}.`);
  return (await versions.at(-1).get())();
}

async function makePlugins() {
  const [{ IKernelClient, IKernelSpecs }, { IServiceWorkerManager }, { Signal }, { PageConfig }] =
    await Promise.all(
      ['@jupyterlite/services', '@jupyterlite/apputils', '@lumino/signaling', '@jupyterlab/coreutils'].map(
        sharedPackage,
      ),
    );
  const urls = {
    script: new URL(
      `${PageConfig.getOption('fullLabextensionsUrl')}/${NAME}/static/kernel/worker.js`,
      location.href,
    ).href,
    files: new URL('files/', PageConfig.getBaseUrl()).href,
    site: PageConfig.getBaseUrl(),
  };
  const kernels = new Map();

  const register = {
    id: `${NAME}:kernel`,
    description: 'TypeScript in a worker',
    autoStart: true,
    requires: [IKernelSpecs],
    optional: [IServiceWorkerManager],
    activate: (_, specs, serviceWorkers) =>
      specs.register({
        spec: SPEC,
        create: async options => {
          const context = () => (serviceWorkers?.enabled ? serviceWorkers.browsingContextId : undefined);
          const kernel = new LiveKernel(options, urls, context, Signal);
          kernels.set(kernel.id, kernel);
          kernel.disposed.connect(() => {
            if (kernels.get(kernel.id) === kernel) kernels.delete(kernel.id);
          });
          return kernel;
        },
      }),
  };

  /** JupyterLite 0.8 does not tell a kernel that it is to be interrupted: its client only forgets what is queued. */
  const interrupt = {
    id: `${NAME}:interrupt`,
    description: 'The interrupt button reaches the TypeScript kernel',
    autoStart: true,
    requires: [IKernelClient],
    activate(_, client) {
      const own = client.interrupt.bind(client);
      client.interrupt = async id => (kernels.has(id) ? kernels.get(id).interrupt() : own(id));
    },
  };

  /** On a phone the notebook takes the window; the files are a touch away. */
  const narrow = {
    id: `${NAME}:narrow`,
    description: 'The side panels begin folded where the window is narrow',
    autoStart: true,
    activate(app) {
      // Several plugins open the panel while the application starts, so that it folds until the reader does something.
      const fold = () => {
        if (innerWidth >= NARROW) return;
        if (!app.shell.leftCollapsed) app.shell.collapseLeft();
        if (!app.shell.rightCollapsed) app.shell.collapseRight();
      };
      app.shell.layoutModified.connect(fold);
      const stop = () => app.shell.layoutModified.disconnect(fold);
      for (const act of ['pointerdown', 'keydown'])
        addEventListener(act, stop, { once: true, capture: true });
    },
  };
  return [register, interrupt, narrow];
}

globalThis._JUPYTERLAB ??= {};
globalThis._JUPYTERLAB[NAME] = {
  init(scope) {
    shared = scope;
  },
  async get() {
    const plugins = await makePlugins();
    return () => ({ __esModule: true, default: plugins });
  },
};
