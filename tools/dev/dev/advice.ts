/** Something that a person mends: what is wrong, and what to do about it. Shown without a stack. */
export class Advice extends Error {
  override readonly name = "Advice";

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem}\n${remedy}`, options);
  }
}
