import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import type { Page } from "playwright-core";
import type { DemoName } from "./web-calls.ts";

/** Signs in on the page for it, with the page's own form. */
export async function signIn(page: Page, person: DemoName): Promise<void> {
  await page.goto("/sign-in", { waitUntil: "domcontentloaded" });
  await page.getByLabel(/e-?mail/i).fill(demoPeople[person].email);
  await page.getByLabel(/^password/i).fill(demoPassword);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
