(() => {
  const { member, company } = document.currentScript.dataset;
  const place = `recent ${member} ${company}`;
  const root = document.documentElement;
  const most = 10;
  // Addresses and nothing else: what they lead to is said by the server, to whoever may see it.
  let addresses = [];
  try {
    addresses = (localStorage.getItem(place) ?? '').split(' ').filter(Boolean);
  } catch {
    // A store that is forbidden remembers nothing.
  }
  const tell = () => (root.dataset.recent = addresses.join(' '));
  tell();
  const look = () => {
    const address = document.getElementById('record-form')?.getAttribute('action');
    if (!address || address === addresses[0]) return;
    addresses = [address, ...addresses.filter((other) => other !== address)].slice(0, most);
    try {
      localStorage.setItem(place, tell());
    } catch {
      // As above.
    }
  };
  new MutationObserver(look).observe(root, { attributes: true, attributeFilter: ['action'], childList: true, subtree: true });
})();
