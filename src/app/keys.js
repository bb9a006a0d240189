addEventListener('keydown', (event) => {
  const { target, code, key } = event;
  if (!target.matches?.('select.key') || event.ctrlKey || event.altKey || event.metaKey) return;
  const pressed = /^[?؟]$/.test(key) ? '?' : event.shiftKey ? '' : code;
  if (!pressed || ![...target.options].some(({ value }) => value === pressed)) return;
  event.preventDefault();
  target.value = pressed;
});
