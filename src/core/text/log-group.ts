/** Where a function logs that was given no log group of its own. */
export function defaultLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}
