// Before modules with a value that nothing may overtake on its way to the kernel.

// Send a value as a message: messages keep their order among those of buttons and keys, but a changed
// value waits until the kernel has answered to the one before.
function tellValue(model, name, value, message) {
  model.set(name, value);
  model.send(message);
}

// Show what traits say, now and whenever one of them changes.
function follow(model, traits, show) {
  for (const trait of traits) model.on(`change:${trait}`, show);
  show();
}
