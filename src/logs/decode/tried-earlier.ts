/** What is met often comes to be tried first: moves the template at `index` one place forward. O(1). */
export function triedEarlier<T>(templates: T[], index: number): void {
  if (index === 0) return;
  const template = templates[index]!;
  templates[index] = templates[index - 1]!;
  templates[index - 1] = template;
}
