/**
 * Runs before the first paint, in a file of its own because no script may stand in the page: puts
 * theme and brand on the document, so that nothing flashes. Without a choice the system decides.
 */
const page = document.documentElement;

try {
  const chosen = localStorage.getItem("quickbite.theme");
  if (chosen === '"light"' || chosen === '"dark"') page.dataset.theme = chosen.slice(1, -1);
} catch (error) {
  console.debug("no storage, so the system's theme it is", error);
}

const { pathname } = location;
const isTickets = /^\/(?:events|bookings|check-in)(?:\/|$)/.test(pathname);
page.dataset.brand = /^\/console(?:\/|$)/.test(pathname)
  ? "console"
  : isTickets
    ? "myevents"
    : "quickbite";
