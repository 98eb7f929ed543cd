/**
 * Figures come alive where a page shows them: the still picture gives way to plotly's as soon as it is near the window, and a
 * slider of plotly's own becomes the browser's, which fingers and keys can move. A figure in the page is an element of the class
 * pglab-figure that holds the picture (img) and the figure's data (script, of plotly's type). plotly.js is there already, or lies
 * beside this file as plotly.min.js and is loaded when the first figure needs it. Without JavaScript, the pictures stay.
 */

(() => {
  const here = document.currentScript?.src;
  const TYPE = 'application/vnd.plotly.v1+json';
  /** The room below the axes that a slider of plotly's takes, less than the library leaves for it. */
  const SLIDER_ROOM = 80;
  let loading;

  function plotly() {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = new URL('plotly.min.js', here).href;
      script.onload = () => resolve(window.Plotly);
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }
  window.pglabPlotly = plotly; // for whatever else draws on the page

  async function draw(holder) {
    const picture = holder.querySelector('img');
    const figure = JSON.parse(holder.querySelector(`script[type="${TYPE}"]`).textContent);
    const { sliders, ...layout } = figure.layout;
    if (sliders) {
      layout.height -= SLIDER_ROOM;
      layout.margin = { ...layout.margin, b: layout.margin.b - SLIDER_ROOM };
    }
    // On a touch screen a drag scrolls the page; two fingers or the buttons do the rest.
    if (matchMedia('(pointer: coarse)').matches) layout.dragmode = false;
    const drawing = document.createElement('div');
    drawing.className = layout.xaxis2 ? 'pglab-drawing pglab-panels' : 'pglab-drawing';
    drawing.setAttribute('role', 'group');
    drawing.setAttribute('aria-label', picture.alt);
    const Plotly = await plotly();
    picture.before(drawing);
    await Plotly.newPlot(drawing, figure.data, layout, { ...figure.config, responsive: true });
    picture.hidden = true;
    if (sliders) drawing.after(sliderOf(sliders[0], drawing, Plotly, picture.alt));
    holder.dataset.drawn = 'yes';
  }

  function sliderOf({ steps, active, currentvalue }, drawing, Plotly, alt) {
    const row = document.createElement('label');
    row.className = 'pglab-slider';
    const value = document.createElement('output');
    const range = document.createElement('input');
    Object.assign(range, { type: 'range', min: 0, max: steps.length - 1, step: 1, value: active ?? 0 });
    const prefix = currentvalue?.prefix ?? '';
    range.setAttribute('aria-label', `${prefix.replace(/\s*=?\s*$/, '') || 'step'}: ${alt}`);
    const tell = () => {
      value.textContent = `${prefix}${steps[range.value].label}`;
      range.setAttribute('aria-valuetext', steps[range.value].label);
    };
    range.addEventListener('input', () => {
      tell();
      const { method, args } = steps[range.value];
      Plotly[method](drawing, ...args);
    });
    tell();
    row.append(value, range);
    return row;
  }

  function start() {
    const waiting = new IntersectionObserver(
      entries => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          waiting.unobserve(target);
          draw(target).catch(error => console.error(error));
        }
      },
      { rootMargin: '600px' },
    );
    for (const holder of document.querySelectorAll('.pglab-figure')) waiting.observe(holder);
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
