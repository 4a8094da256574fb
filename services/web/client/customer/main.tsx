// First of all, so that what a page says for itself comes after it.
import "../styles/tokens.css";
import "../styles/components.css";
import "../styles/app.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "../lib/query.ts";
import { SessionProvider } from "../lib/session.tsx";
import { startWorker } from "../offline/start-worker.ts";
import { router } from "./routes.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the app");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <SessionProvider>
        <RouterProvider router={router} />
      </SessionProvider>
    </QueryClientProvider>
  </StrictMode>,
);

startWorker();
