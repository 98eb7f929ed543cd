/** Node's `os` in a browser. */

export const EOL = '\n';
export const tmpdir = () => '/tmp';
export const homedir = () => '/home';
export const platform = () => 'browser';
export const type = () => 'browser';
export const arch = () => 'wasm32';
export const release = () => '';
export const hostname = () => self.location.hostname;
export const availableParallelism = () => 1;
export const cpus = () => [{ model: 'a browser', speed: 0, times: {} }];
export const totalmem = () => 0;
export const freemem = () => 0;
export const constants = { signals: {} };
