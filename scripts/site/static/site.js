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

  function stopAnimations() {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const holder of document.querySelectorAll('.pglab-animation')) {
      const drawing = holder.querySelector('svg');
      const button = document.createElement('button');
      const set = paused => {
        if (paused) drawing.pauseAnimations();
        else drawing.unpauseAnimations();
        button.textContent = paused ? 'Play' : 'Pause';
      };
      button.addEventListener('click', () => set(!drawing.animationsPaused()));
      set(calm);
      holder.append(button);
    }
  }

  stopAnimations();
  reachDrawers();
  reachScrolling();
  addEventListener('resize', reachScrolling);
})();
