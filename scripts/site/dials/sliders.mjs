/** The sliders of each dial: a setting's label, its values in the slider's order, and the place where it starts. */

const slider = (label, values, start) => ({ label, values, start: values.indexOf(start) });

const CLIP_RANGES = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, Infinity];
const seeds = slider('seed', [1, 2, 3, 4, 5, 6, 7, 8], 1);
const tenths = Array.from({ length: 31 }, (_, i) => i / 10);

export const SLIDERS = {
  noise: {
    share: slider('share c of the baseline', tenths, 0),
    episodes: slider('episodes m in each estimate', [5, 10, 20, 40], 10),
  },
  step: {
    alpha: slider('length α of the step', [0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 2.5, 3], 0.1),
  },
  training: {
    clipRange: slider('clip range ε', CLIP_RANGES, 0.2),
    lambda: slider('λ of the advantages', [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1], 0.95),
    learningRate: slider('learning rate', [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], 1e-3),
    seed: seeds,
  },
  race: {
    clipRange: slider('clip range ε of PPO-Clip', CLIP_RANGES, 0.2),
    klTarget: slider('target δ of PPO-KL, nats', [0.001, 0.003, 0.01, 0.03, 0.1], 0.01),
    seed: seeds,
  },
};

/** A setting as people read it. */
export const nameOf = value => (value === Infinity ? 'none' : String(value));

/** The settings that a dial's sliders stand for at these places; those without one are where they start. */
export const settingsOf = (dial, places = {}) =>
  Object.fromEntries(
    Object.entries(SLIDERS[dial]).map(([name, { values, start }]) => [name, values[places[name] ?? start]]),
  );
