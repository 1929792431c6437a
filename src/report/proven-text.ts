/** A thing somebody expects, by its name and what it says; once when the name is what it says. */
export function provenText(subject: string, message: string): string {
  return subject === message ? message : `${subject}: ${message}`;
}
