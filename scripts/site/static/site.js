/** What keys need: boxes that scroll can be reached, as can the buttons of the narrow layout; and animations stop when asked. */

(() => {
  const SCROLLING = 'pre, .katex-display, .output, .table-wrapper, .pglab-figure';

  function reachScrolling() {
    for (const box of document.querySelectorAll(SCROLLING))
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else if (box.getAttribute('tabindex') === '0') box.removeAttribute('tabindex');
  }

  /** The theme opens its two drawers by labels, which no key reaches: buttons take their place. */
  function reachDrawers() {
    const names = { __navigation: 'Site navigation', __toc: 'Contents of this page' };
    for (const label of document.querySelectorAll('label.nav-overlay-icon, label.toc-overlay-icon')) {
      const box = document.getElementById(label.htmlFor);
      const button = document.createElement('button');
      button.className = `${label.className} pglab-drawer`;
      button.setAttribute('aria-label', names[label.htmlFor]);
      button.append(...label.childNodes);
      const tell = () => button.setAttribute('aria-expanded', String(box.checked));
      box.addEventListener('change', tell);
      button.addEventListener('click', () => box.click());
      tell();
      label.replaceWith(button);
    }
    document.querySelector('.sidebar-drawer')?.setAttribute('aria-label', 'Site');
    document.querySelector('.toc-drawer')?.setAttribute('aria-label', 'This page');
  }

  /** Puts a button below the animation in `holder`, or gives the one that is there its new animation. */
  function stopAnimation(holder) {
    const drawing = holder.querySelector('svg');
    const there = holder.querySelector('button');
    const button = there ?? document.createElement('button');
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const set = paused => {
      if (paused) drawing.pauseAnimations();
      else drawing.unpauseAnimations();
      button.textContent = paused ? 'Play' : 'Pause';
    };
    button.type = 'button';
    button.onclick = () => set(!drawing.animationsPaused());
    set(there ? there.textContent === 'Play' : calm);
    holder.append(button);
  }
  globalThis.pglabAnimation = stopAnimation;

  for (const drawing of document.querySelectorAll('.pglab-animation > svg'))
    stopAnimation(drawing.parentElement);
  reachDrawers();
  reachScrolling();
  addEventListener('resize', reachScrolling);
})();
