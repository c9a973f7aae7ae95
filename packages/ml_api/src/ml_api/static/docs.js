// the form "Try it": sends what is in the box and shows what comes back
for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = form.querySelector("pre");
    const headers = { "Content-Type": "application/json" };
    if (form.elements.key && form.elements.key.value) headers["X-API-Key"] = form.elements.key.value;
    shown.hidden = false;
    try {
      const response = await fetch(form.dataset.path, { method: "POST", headers, body: form.elements.body.value });
      shown.textContent = `${response.status} ${response.statusText}\n${JSON.stringify(await response.json(), null, 2)}`;
    } catch (error) {
      shown.textContent = `The service could not be reached: ${error.message}`;
    }
  });
}
// a link to a schema opens it
function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
