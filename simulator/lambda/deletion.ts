import { functionNamed } from './functions.ts';
import { conflict, refused } from '../wire/refusals.ts';
import { weightsOf, type LambdaState } from './state.ts';

export function deleteFunction(state: LambdaState, name: string): void {
  functionNamed(state, name);
  state.functions.delete(name);
}

/** A version that does not exist is deleted without a word. */
export function deleteVersion(state: LambdaState, name: string, qualifier: string): void {
  const found = functionNamed(state, name);
  if (!/^\d+$/.test(qualifier)) {
    throw refused(
      qualifier === '$LATEST'
        ? '$LATEST version cannot be deleted without deleting the function.'
        : 'Deletion of aliases is not currently supported.',
    );
  }
  const users = [...found.aliases.values()].filter(
    (alias) => alias.version === qualifier || qualifier in weightsOf(alias),
  );
  if (users.length > 0) {
    const names = users.map((alias) => alias.name).join(', ');
    throw conflict(
      `Unable to delete version because the following aliases reference it: [${names}]`,
    );
  }
  const index = found.versions.findIndex((each) => each.version === qualifier);
  if (index >= 0) found.versions.splice(index, 1);
}
