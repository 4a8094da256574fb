/** Whether the page comes from the reader's own machine: people of the demo exist nowhere else. */
export function isThisMachine(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}
