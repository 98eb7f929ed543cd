/** The page "The lecture, live": the demo's pictures, each below sliders that compute it anew (site/static/dials.js does). */

import { nameOf, SLIDERS, settingsOf } from './sliders.mjs';

/** What stands around each dial: a heading, the idea, and what to ask a class. */
const SECTIONS = {
  noise: [
    'Noise, with and without a baseline',
    'A walker in a corridor of five cells takes 20 steps. Its gradient is known exactly, and here are estimates of it from $m$ episodes each. Subtract from each return a share $c$ of what is usual at that time, $b(s_t)$: the mean stays, $\\mathbb E[\\nabla_\\theta\\log\\pi_\\theta(a_t\\mid s_t)\\,b(s_t)]=0$.',
    'Which $c$ has the narrowest cloud, and is it 1? What does an $m$ four times as large do to the variance?',
    ['01-reinforce-variance', '02-baselines'],
  ],
  step: [
    'How far is a step?',
    'A step of length $\\alpha$ along the gradient changes the *policy* by a divergence. For short steps $D_{KL}(\\pi_{\\theta+\\alpha g}\\,\\|\\,\\pi_\\theta)\\approx\\frac12\\alpha^2g^\\top Fg$.',
    'Twice the step, how much more KL? Where does the curve leave its slope, and is the stepped policy worse there?',
    ['04-step-size', '07-monotonic-improvement'],
  ],
  training: [
    'A clip, and what happens without',
    'PPO-Clip trains on CartPole, 20,480 steps, each time that you move a slider: ten passes over each batch, with $\\mathrm{clip}(r_t,1-\\epsilon,1+\\epsilon)\\hat A_t$, and advantages between the critic alone ($\\lambda=0$) and the return alone ($\\lambda=1$). Below the curve, the agent that came out.',
    'Raise the learning rate to 0.01, then take the clip away: what becomes of the return? Is $\\epsilon=0.02$ safe, or only slow? Take another seed: does the answer hold?',
    ['09-ppo-clip', '10-ppo-in-practice'],
  ],
  race: [
    'The race: PPO-KL against PPO-Clip',
    'Both limit how far an update goes: one stops rewarding it, the other pays $\\beta D_{KL}$, with a $\\beta$ that adapts until the divergence is about $\\delta$. Below the curves, the winner at work.',
    'Let the class bet before you move the seed. Does the same one win for all eight?',
    ['08-ppo-kl', '09-ppo-clip'],
  ],
};

/**
 * The page in Markdown.
 * @param titles each notebook's, by name
 * @param live the address of the demo as a live notebook, where there is one
 */
export function dialsPage(titles, live) {
  const notebook = live ? `<a class="pglab-run" href="${live}">Run the demo as a notebook</a> ` : '';
  const sections = Object.entries(SECTIONS).map(([name, [heading, idea, question, behind]]) => {
    const links = behind
      .filter(page => titles[page])
      .map(page => `[${titles[page]}](notebooks/${page}.ipynb)`);
    return `## ${heading}

${idea}

*Ask:* ${question}

${dialHtml(name, heading)}

${links.length > 0 ? `What is behind it: ${links.join('; ')}.` : ''}
`;
  });
  return `# The lecture, live

<p class="pglab-notebook">${notebook}<a href="notebooks/demo.html">Read the demo</a></p>

Ten minutes in front of a class, or alone: move a slider, with the pointer, a finger or the arrow keys, and your browser computes the picture again while you drag. The same settings give the same bytes as in Node.

${sections.join('\n')}
<script src="_static/dials.js" defer></script>
`;
}

function dialHtml(name, heading) {
  const start = settingsOf(name);
  const sliders = Object.entries(SLIDERS[name]).map(([setting, { label, values, start: place }]) => {
    const names = values.map(nameOf);
    return (
      `<label class="pglab-slider"><span>${label}: <output>${nameOf(start[setting])}</output></span>` +
      `<input type="range" name="${setting}" min="0" max="${names.length - 1}" value="${place}" ` +
      `aria-valuetext="${nameOf(start[setting])}" data-values="${names.join(' ')}"></label>`
    );
  });
  return `<form class="pglab-dial" id="dial-${name}" data-dial="${name}" aria-label="${heading}">
<div class="pglab-sliders">${sliders.join('')}</div>
<div class="pglab-drawing" role="group" aria-label="${heading}"></div>
<p class="pglab-said" role="status">Computed in your browser; this needs JavaScript.</p>
<div class="pglab-animation" hidden></div>
</form>`;
}
