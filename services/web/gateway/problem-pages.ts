import { type ProblemNote, problemNotes } from "./problem-notes.ts";

const notes = new Map(Object.values(problemNotes).flatMap((area) => Object.entries(area)));

/** Codes that are put together stand under the name of their family. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^invalid_/, "invalid_<name>"],
  [/^run_/, "run_<state>"],
];

/** What a problem's `type` leads to: what its code means and what to do, in plain words. */
export function problemPage({ method }: Request, path: string): Response | undefined {
  const [, code] = /^\/problems\/([a-z_]{1,64})$/.exec(path) ?? [];
  if (code === undefined || !["GET", "HEAD"].includes(method)) return undefined;
  const note = noteOn(code);
  if (note === undefined) return undefined;
  return new Response(`${code}\n\n${note.means}\n\nWhat to do: ${note.act}\n`, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "public, max-age=3600",
    },
  });
}

function noteOn(code: string): ProblemNote | undefined {
  const family = families.find(([form]) => form.test(code))?.[1];
  return notes.get(code) ?? (family === undefined ? undefined : notes.get(family));
}
