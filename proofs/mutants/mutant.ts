/** A way to break a promise on purpose. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The test that is meant to notice it, where it does not stand at the address of the file. */
  readonly by?: string;
}
