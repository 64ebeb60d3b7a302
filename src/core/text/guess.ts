import leven from 'leven';

/** What was probably meant by a word that is not known: the most alike, unless more than half of it would have to be changed. */
export function guess(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const [nearest] = known
    .map((name) => ({ name, distance: leven(lower, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(word.length, name.length) / 2)
    .toSorted((a, b) => a.distance - b.distance);
  return nearest?.name;
}

/** `; did you mean live?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = guess(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
