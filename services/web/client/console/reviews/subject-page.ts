/** The customers' page of a subject, which shows what others say of it. */
export function pageOfSubject(subject: string): string {
  const [kind, ...rest] = subject.split(":");
  const id = encodeURIComponent(rest.join(":"));
  return kind === "event" ? `/events/${id}/book#reviews` : `/dishes/${id}#reviews`;
}
