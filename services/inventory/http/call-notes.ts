import { pageQuery, type ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import { ItemView, MenuView } from "./item-view.ts";

const described = { name: "Burger", description: "With everything", priceCents: 950 };
const item = { sku: "burger", ...described, available: 5 };
const unknown = { 404: "There is no such item." };

export const inventoryNotes: ServiceNotes = {
  title: "QuickBite inventory",
  description: "The menu, and what is left of each dish. Stock is reserved by messages and by RPC.",
  schemas: { Item: ItemView, Menu: MenuView },
  params: { sku: "The item's sku." },
  calls: {
    "GET /v1/items": {
      summary: "List the menu",
      query: z.object(pageQuery),
      example: { answer: { items: [item], nextCursor: null } },
    },
    "GET /v1/items/:sku": {
      summary: "Show an item",
      example: { answer: item },
      answers: unknown,
    },
    "POST /v1/items": {
      summary: "Put an item on the menu",
      example: { body: item, answer: item },
      answers: { 201: "It is on the menu.", 409: "The sku is taken, be it by a deleted item." },
    },
    "PUT /v1/items/:sku": {
      summary: "Say everything about an item anew, but its stock",
      example: { body: described, answer: item },
      answers: unknown,
    },
    "PATCH /v1/items/:sku": {
      summary: "Change what is said about an item",
      example: { body: { priceCents: 950 }, answer: item },
      answers: unknown,
    },
    "DELETE /v1/items/:sku": {
      summary: "Take an item off the menu",
      answers: {
        204: "It is unknown to orders from now on.",
        409: "Some of it is set aside for an order that is not decided.",
        ...unknown,
      },
    },
    "POST /v1/items/:sku/restock": {
      summary: "Add to the stock of an item",
      example: { body: { quantity: 10 }, answer: { ...item, available: 15 } },
      answers: unknown,
    },
  },
};
