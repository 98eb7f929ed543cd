/** The ES module of the package in Node: the names of the CommonJS one, which is the only one that a process loads. */

export * from './index.js';
