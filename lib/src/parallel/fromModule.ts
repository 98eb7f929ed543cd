/**
 * Functions that a worker can find: those of a module, by its path and their names.
 *
 *   const { windyLake } = fromModule('./windy-lake.cjs');      in a notebook: a file beside it
 *   await trainSeeds({ algorithm: ppoClip, env: windyLake({ wind: 2 }), ... });
 *
 * What such a function returns remembers that it came from there, so that environments, networks and baselines of one's own
 * travel as those of the library do: they are made again, by the same function of the same arguments. What was changed in
 * them afterwards stays behind.
 */

import { show } from '../math/check';
import { platform } from '../platform';
import { recipeOf, remember } from '../recipe';

/** Where a function is found. */
export interface ModuleExport {
  /** The module's file, in full. */
  path: string;
  /** The name under which it exports the function. */
  export: string;
}

type AnyFunction = (...args: never[]) => unknown;

const homes = new WeakMap<AnyFunction, ModuleExport>();
const loaded = new Map<string, Record<string, unknown>>();

/** Where `fromModule` found this function; undefined for any other. */
export const moduleExportOf = (value: AnyFunction): ModuleExport | undefined => homes.get(value);

/**
 * What a CommonJS module exports (or, where Node's `require` takes them, an ES module), its functions fit to be sent to workers.
 * @param path the file, or its URL; a relative path counts from the working directory, which in a notebook is its folder
 * @experimental
 */
// biome-ignore lint/suspicious/noExplicitAny: what the module exports is the caller's to know.
export function fromModule<Exports extends object = Record<string, any>>(
  path: string | { readonly href: string },
): Exports {
  if (typeof path !== 'string' && typeof (path as { href?: string })?.href !== 'string')
    throw new TypeError(`path is ${show(path)}, but must be the path of a module, e.g. './windy-lake.cjs'.`);
  const { file, exports } = platform.userModule(typeof path === 'string' ? path : path.href);
  let found = loaded.get(file);
  if (!found) {
    found = Object.fromEntries(
      Object.entries(exports).map(([name, what]) => [
        name,
        typeof what === 'function' ? known(what as AnyFunction, { path: file, export: name }) : what,
      ]),
    );
    loaded.set(file, found);
  }
  return found as Exports;
}

/** The function as it was, but that what it returns can be made again. A class stays as it is. */
function known(original: AnyFunction, home: ModuleExport): AnyFunction {
  if (/^class\b/.test(Function.prototype.toString.call(original))) return original;
  const wrapper = (...args: never[]): unknown => {
    const made = original(...args);
    if (typeof made !== 'object' || made === null || made instanceof Promise || recipeOf(made)) return made;
    if (Object.getPrototypeOf(made) === Object.prototype || Array.isArray(made)) {
      if (!Object.values(made).some(part => typeof part === 'function')) return made; // plain data travels by itself
    }
    return remember(made, () => ({ make: wrapper, args }));
  };
  Object.defineProperty(wrapper, 'name', { value: home.export });
  homes.set(wrapper, home);
  return wrapper;
}
