/**
 * How an object can be made anew in another thread.
 *
 * Threads share no objects: numbers and arrays can be copied from one to the other, functions cannot, and environments,
 * policies and baselines are made of functions. But each was made by a function of the library, of arguments that can be
 * copied; so it travels as the name of that function, its arguments and what has changed since, and is made again where it
 * arrives. Whoever makes such an object remembers here how: for all objects of a class at once (by its prototype), or for
 * one object that a function returns. ./parallel/parcel.ts does the travelling.
 */

/** How to make an object: by the function `make` of `args`; then `restore` gets `state`. */
export interface Recipe {
  /** The name under which the library exports the function, or the one that `maker` gave it; or the function of a module. */
  make: string | ((...args: never[]) => unknown);
  args: readonly unknown[];
  /** What has changed since the object was made; it is handed to `restore` of the new object. */
  state?: unknown;
  restore?(state: never): void;
}

const recipes = new WeakMap<object, (object: never) => Recipe>();
const makers = new Map<string, (...args: never[]) => object>();

/**
 * Remembers how `object` is made; or, if it is the prototype of a class, how each object of exactly this class is. The
 * recipe is asked for when the object travels, so that it tells what the object is by then.
 */
export function remember<T extends object>(object: T, recipe: (object: T) => Recipe): T {
  recipes.set(object, recipe);
  return object;
}

/** The recipe of an object; undefined if nobody remembered any. */
export const recipeOf = (object: object): Recipe | undefined =>
  (recipes.get(object) ?? recipes.get(Object.getPrototypeOf(object) ?? object))?.(object as never);

/** Gives a function that the library does not export a name for recipes. */
export const maker = (name: string, make: (...args: never[]) => object): void => void makers.set(name, make);

/** The function of that name which `maker` was told. */
export const makerOf = (name: string): ((...args: never[]) => object) | undefined => makers.get(name);
