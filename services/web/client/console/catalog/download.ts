import { asyncApi } from "@app/contracts/asyncapi.ts";

/** Hands the reader the AsyncAPI document as a file. */
export function downloadAsyncApi(): void {
  const text = JSON.stringify(asyncApi(), null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "asyncapi.json";
  link.click();
  // The browser has begun to save it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
