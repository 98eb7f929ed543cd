/**
 * What travels between threads: `pack` turns a value into one that can be copied, `unpack` makes of the copy what the value
 * was. Numbers, texts, arrays and plain objects are copied; what remembers its recipe (../recipe.ts) is made again by it;
 * functions go by their name, those of the library and those of a module that `fromModule` loaded. An object that occurs
 * several times in a value is one object again, as the statistics that policy and critic share.
 *
 * Everything else is refused with one sentence that says where it was found.
 */

import * as library from '../library';
import { makerOf, recipeOf } from '../recipe';
import { fromModule, type ModuleExport, moduleExportOf } from './fromModule';

/** Why a value cannot travel. @experimental */
export class ParcelError extends TypeError {
  /** The kind of error, for code that can't use `instanceof`. */
  override readonly name = 'ParcelError';
}

/** The key by which what is no plain object is told apart. */
const KIND = '\u0000kind';

type Packed =
  | { [KIND]: 'made'; make: unknown; args: unknown; state: unknown }
  | { [KIND]: 'function'; name: string }
  | ({ [KIND]: 'module' } & ModuleExport)
  | { [KIND]: 'error'; type: string; stack: string | undefined; fields: unknown };

type AnyFunction = (...args: never[]) => unknown;

/** The library's functions and classes by name, and the other way. */
const exported = (name: string) =>
  name === 'ParcelError'
    ? (ParcelError as unknown as AnyFunction)
    : (library as unknown as Record<string, AnyFunction | undefined>)[name];
let names: Map<unknown, string> | undefined;
function nameOf(value: AnyFunction): string | undefined {
  names ??= new Map(Object.entries(library).map(([name, what]) => [what, name]));
  return names.get(value);
}

/**
 * Of an object's parts a copy that can be sent to another thread. Throws a `ParcelError` if there is something in one that
 * cannot travel; the names of the parts say where.
 */
export function pack(parts: Readonly<Record<string, unknown>>): unknown {
  const packed = new Map<object, unknown>();
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, packAny(part, name)]));

  function packAny(value: unknown, where: string): unknown {
    if (typeof value === 'function') return packFunction(value as AnyFunction, where);
    if (typeof value === 'symbol') return refuse(where, 'a symbol');
    if (typeof value !== 'object' || value === null) return value;
    if (packed.has(value)) return packed.get(value);
    const keep = <T>(result: T): T => {
      packed.set(value, result);
      return result;
    };
    if (ArrayBuffer.isView(value)) return keep(ownNumbers(value));
    if (value instanceof ArrayBuffer || value instanceof Date) return keep(value);
    if (Array.isArray(value)) return fill(keep(new Array(value.length)), value.entries(), where);
    const recipe = recipeOf(value);
    if (recipe) {
      const result = keep({ [KIND]: 'made' } as Packed & { [KIND]: 'made' });
      const { make, args, state } = recipe;
      result.make = typeof make === 'string' ? make : packAny(make, where);
      result.args = args.map(argument => packAny(argument, where));
      result.state = packAny(state, where);
      return result;
    }
    if (value instanceof Error) {
      const { name, message, stack, cause, ...others } = value as Error & Record<string, unknown>;
      const result = keep({ [KIND]: 'error', type: value.constructor.name, stack } as Packed & {
        [KIND]: 'error';
      });
      result.fields = packAny({ message, ...others, ...(cause !== undefined && { cause }) }, where);
      return result;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      return refuse(where, `an object of class ${value.constructor?.name}`);
    return fill(keep({} as Record<string, unknown>), Object.entries(value), where);
  }

  function fill<T extends object>(into: T, entries: Iterable<[string | number, unknown]>, where: string): T {
    for (const [key, part] of entries)
      (into as Record<string | number, unknown>)[key] = packAny(
        part,
        typeof key === 'number' ? `${where}[${key}]` : `${where}.${key}`,
      );
    return into;
  }

  function packFunction(value: AnyFunction, where: string): Packed {
    const name = nameOf(value);
    if (name) return { [KIND]: 'function', name };
    const home = moduleExportOf(value);
    if (home) return { [KIND]: 'module', ...home };
    return refuse(where, 'a function of your own');
  }
}

function refuse(where: string, what: string): never {
  throw new ParcelError(
    `${where} is ${what}, which cannot be sent to another thread: make it by a function of pglab or of a module that fromModule(path) loads, or set workers: 1.`,
  );
}

/** Numbers in memory of their own: a view may show a part of a large buffer, or memory that threads would share. */
function ownNumbers(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteLength } = view;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return view;
  return view instanceof DataView
    ? new DataView(buffer.slice(view.byteOffset, view.byteOffset + byteLength))
    : (view as Float64Array).slice();
}

/** What was packed. */
export function unpack(packed: unknown): unknown {
  const unpacked = new Map<object, unknown>();
  return unpackAny(packed);

  function unpackAny(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (unpacked.has(value)) return unpacked.get(value);
    const keep = <T>(result: T): T => {
      unpacked.set(value, result);
      return result;
    };
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date) return value;
    if (Array.isArray(value)) {
      const result: unknown[] = keep([]);
      for (const part of value) result.push(unpackAny(part));
      return result;
    }
    if (KIND in value) return keep(remake(value as Packed));
    const result: Record<string, unknown> = keep({});
    for (const [key, part] of Object.entries(value)) result[key] = unpackAny(part);
    return result;
  }

  function remake(value: Packed): unknown {
    if (value[KIND] === 'function') return exported(value.name);
    if (value[KIND] === 'module') return fromModule(value.path)[value.export];
    if (value[KIND] === 'error') return remakeError(value.type, value.stack, unpackAny(value.fields));
    const { make, args, state } = value;
    const maker = typeof make === 'string' ? (makerOf(make) ?? exported(make)) : unpackAny(make);
    const object = (maker as AnyFunction)(...(unpackAny(args) as never[])) as object;
    if (state !== undefined) recipeOf(object)?.restore?.(unpackAny(state) as never);
    return object;
  }
}

const ERRORS: Record<string, ErrorConstructor> = { RangeError, TypeError, SyntaxError, ReferenceError };

/** An error of the class that it was of, if that is one of JavaScript's or of the library's; of its name in any case. */
function remakeError(type: string, stack: string | undefined, fields: unknown): Error {
  const Type = ERRORS[type] ?? exported(type);
  const { message, ...others } = fields as { message: string };
  const error = new Error(message);
  if (Type?.prototype instanceof Error) Object.setPrototypeOf(error, Type.prototype);
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(error, 'stack', { value: stack, ...hidden });
  if (error.name !== type) Object.defineProperty(error, 'name', { value: type, ...hidden });
  return Object.assign(error, others);
}
