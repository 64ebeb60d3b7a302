import { invoke } from './functions.ts';
import type { Lab } from './lab.ts';

const SECOND_MS = 1_000;

/** Calls an alias so many times a second for as long as something lasts. Requests that are refused are lost. */
export async function underLoad<T>(
  lab: Lab,
  { functionName, perSecond }: { readonly functionName: string; readonly perSecond: number },
  act: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const load = async () => {
    while (!isOver) {
      const requests = Array.from({ length: perSecond }, () => invoke(lab, { functionName }));
      await Promise.all([Promise.allSettled(requests), lab.sleep(SECOND_MS)]);
    }
  };
  const loading = load();
  // Whoever awaits it below sees the interruption.
  loading.catch(() => undefined);
  try {
    return await act();
  } finally {
    isOver = true;
    await loading;
  }
}
