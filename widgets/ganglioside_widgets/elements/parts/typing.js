// Before modules with fields in which somebody types.

const TYPING = 250; // ms after the last key

// Call `send` when the text of a field is settled: it is left, Enter is pressed, or typing rests.
function whenTyped(field, send, isLive = true) {
  let due;
  const now = () => {
    clearTimeout(due);
    send();
  };
  field.addEventListener("change", now);
  field.addEventListener("blur", now);
  if (!isLive) return;
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(send, TYPING);
  });
}

