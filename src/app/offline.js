(() => {
  const { offline } = document.currentScript.dataset;
  const ask = window.fetch;
  const banner = document.createElement('p');
  banner.id = 'offline';
  banner.className = 'banner';
  banner.setAttribute('aria-live', 'polite');
  addEventListener('DOMContentLoaded', () => document.documentElement.append(banner));
  let lost = false;
  // The browser speaks of a network; a server on the machine itself is reached without one.
  let unsure = false;
  let next;
  const tell = (now) => {
    if (now !== lost) banner.textContent = now ? offline : '';
    lost = now;
  };
  const reaches = () => ask('/health', { method: 'HEAD', cache: 'no-store' }).then(() => true, () => false);
  const look = async () => {
    clearTimeout(next);
    tell(!(await reaches()));
    unsure = false;
    if (lost) lookIn(5000);
  };
  const lookIn = (milliseconds) => {
    clearTimeout(next);
    next = setTimeout(look, milliseconds);
  };
  // What is over within a second is not worth a word.
  const doubt = () => lost || lookIn(1000);
  addEventListener('offline', () => {
    unsure = true;
    doubt();
  });
  addEventListener('online', () => (lost ? look() : doubt()));
  addEventListener('pageshow', ({ persisted }) => (persisted || !navigator.onLine) && look());
  window.fetch = (...asked) => ask(...asked).catch((failure) => {
    if (failure.name !== 'AbortError') doubt();
    throw failure;
  });
  // Leaving now would lead to a page of the browser's own, and take what was typed along.
  const hold = (event) => {
    const link = event.type === 'click' && event.target.closest?.('a[href]');
    const leaves = event.type === 'submit' || (link && link.origin === location.origin && !link.getAttribute('href').startsWith('#'));
    if (!leaves || !(lost || unsure)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(true);
    look();
  };
  addEventListener('submit', hold, true);
  addEventListener('click', hold, true);
})();
