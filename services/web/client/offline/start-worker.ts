/**
 * Starts the worker that keeps the app for the time without a network, once the page has all that it
 * needs itself. Where the browser has none, or the page did not come safely, nothing is kept.
 */
export function startWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  const start = () => {
    // The worker's own file and what it imports are asked for anew with each page that is opened.
    navigator.serviceWorker
      .register("/service-worker.js", { updateViaCache: "none" })
      .catch((error: unknown) => {
        // The app works as well; it only does not open without a network.
        console.debug("nothing is kept for the time without a network", error);
      });
  };
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}
