import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts';
import { deleteFunction, deleteVersion } from './deletion.ts';
import {
  createFunction,
  getFunction,
  listVersions,
  publishNew,
  publishVersion,
  updateFunction,
  updateFunctionCode,
} from './functions.ts';
import {
  deleteProvisioned,
  getProvisioned,
  listProvisioned,
  putProvisioned,
} from './provisioned.ts';
import type { LambdaState } from './state.ts';

/** Simulated Lambda: its state, and its operations, which throw an AwsError as AWS words it. */
export type Lambda = LambdaState & ReturnType<typeof operationsOn>;

export function createLambda(state: LambdaState): Lambda {
  return Object.assign(state, operationsOn(state));
}

function operationsOn(state: LambdaState) {
  const on =
    <Input extends unknown[], Output>(operation: (on: LambdaState, ...input: Input) => Output) =>
    (...input: Input): Output =>
      operation(state, ...input);
  return {
    createFunction: on(createFunction),
    getFunction: on(getFunction),
    updateFunctionCode: on(updateFunctionCode),
    updateFunctionConfiguration: on(updateFunction),
    publishVersion: on(publishVersion),
    publishNew: on(publishNew),
    listVersions: on(listVersions),
    deleteVersion: on(deleteVersion),
    deleteFunction: on(deleteFunction),
    createAlias: on(createAlias),
    getAlias: on(getAlias),
    updateAlias: on(updateAlias),
    listAliases: on(listAliases),
    deleteAlias: on(deleteAlias),
    putProvisionedConcurrency: on(putProvisioned),
    getProvisionedConcurrency: on(getProvisioned),
    listProvisionedConcurrency: on(listProvisioned),
    deleteProvisionedConcurrency: on(deleteProvisioned),
  };
}
