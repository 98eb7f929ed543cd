/**
 * The dials of the page "The lecture, live" (scripts/site/dials): when a slider moves, the dial's worker hears of it, and whatever
 * it answers is shown, the newest only. The worker begins when its dial is near the window.
 */

(() => {
  const here = document.currentScript.src;

  function connect(dial) {
    const sliders = [...dial.querySelectorAll('input')];
    const drawing = dial.querySelector('.pglab-drawing');
    const said = dial.querySelector('.pglab-said');
    const animation = dial.querySelector('.pglab-animation');
    const worker = new Worker(new URL('dials-worker.js', here), { name: dial.dataset.dial });
    let asked = 0;
    let answer;
    let drawn = true;

    function ask() {
      asked++;
      dial.ariaBusy = 'true';
      worker.postMessage({
        id: asked,
        places: Object.fromEntries(sliders.map(s => [s.name, Number(s.value)])),
      });
    }

    async function draw() {
      const { id, whole, figure, alt, text, svg, error } = answer;
      answer = undefined;
      said.textContent = error ? `This could not be computed: ${error}` : text;
      if (figure) {
        drawing.setAttribute('aria-label', alt);
        const Plotly = await globalThis.pglabPlotly();
        // On a touch screen a drag scrolls the page, and plotly's buttons would lie on the legend.
        const touch = matchMedia('(pointer: coarse)').matches && { dragmode: false };
        const config = { ...figure.config, responsive: true, ...(touch && { displayModeBar: false }) };
        await Plotly.react(drawing, figure.data, { ...figure.layout, ...touch }, config);
      }
      if (svg) show(svg);
      if (whole && id === asked) dial.ariaBusy = 'false';
      drawn = true;
      if (answer) schedule();
    }

    /** Draws with the next frame, what is newest by then: a state may come faster than frames do. */
    function schedule() {
      drawn = false;
      requestAnimationFrame(draw);
    }

    function show(svg) {
      animation.querySelector('svg')?.remove();
      animation.insertAdjacentHTML('afterbegin', svg);
      animation.hidden = false;
      globalThis.pglabAnimation(animation);
    }

    worker.onmessage = ({ data }) => {
      if (!data.whole && data.id < asked) return; // the state of something that was given up
      answer = data;
      if (drawn) schedule();
    };
    worker.onerror = ({ message }) => {
      said.textContent = `The sliders do not work here: ${message ?? 'the browser refuses to start a worker'}.`;
    };
    for (const slider of sliders) {
      const values = slider.dataset.values.split(' ');
      slider.addEventListener('input', () => {
        const value = values[slider.value];
        slider.setAttribute('aria-valuetext', value);
        slider.parentElement.querySelector('output').textContent = value;
        ask();
      });
    }
    said.textContent = 'The first picture is being computed.';
    ask();
  }

  const waiting = new IntersectionObserver(
    entries => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        waiting.unobserve(target);
        connect(target);
      }
    },
    { rootMargin: '300px' },
  );
  for (const dial of document.querySelectorAll('.pglab-dial')) waiting.observe(dial);
})();
