/**
 * The libraries that pglab is held against. Each has a program that makes one run and prints what it found, as ours.mjs does,
 * and a virtual environment of its own, of the packages in its file of requirements; a task of ./settings.mjs says which of
 * them runs it.
 */

/**
 * @typedef {object} Peer
 * @property {string} name in a sentence
 * @property {string} short at the head of a column
 * @property {string} program in this folder; it starts with the environment's Python
 * @property {string} requirements in this folder
 * @property {string[]} modules what must be found where the environment is whole; the last one is started once
 * @property {boolean} [pinsAll] whether the requirements name every package: then pip is kept from bringing others
 * @property {string} [torch] whether PyTorch is among them, which may come as a build for CUDA
 * @property {boolean} [compiler] whether it needs a C++ compiler
 * @property {string} size of what is downloaded and installed
 * @property {boolean} [slow] whether it makes one run fewer than pglab
 */

/** @type {Record<string, Peer>} */
export const peers = {
  sb3: {
    name: 'Stable-Baselines3',
    short: 'SB3',
    program: 'sb3.py',
    requirements: 'requirements-sb3.txt',
    modules: ['torch', 'numpy', 'gymnasium', 'mujoco', 'stable_baselines3'],
    pinsAll: true,
    torch: true,
    size: 'about 150 to 230 MB to download and 1 GB on disk',
    slow: true,
  },
  rejax: {
    name: 'rejax',
    short: 'rejax',
    program: 'on_rejax.py',
    requirements: 'requirements-rejax.txt',
    modules: ['jax', 'jaxlib', 'gymnax', 'rejax'],
    size: 'about 150 MB to download and 700 MB on disk',
  },
  rltools: {
    name: 'RLtools',
    short: 'RLtools',
    program: 'on_rltools.py',
    requirements: 'requirements-rltools.txt',
    modules: ['pybind11', 'rltools'], // mkl is libraries without a module
    compiler: true,
    size: 'about 200 MB to download and 1 GB on disk',
  },
};
