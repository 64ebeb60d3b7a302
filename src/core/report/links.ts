/** Where the statistics are explained, so that no summary has to. */
export const HOW_IT_DECIDES =
  'https://github.com/lambda-canary/lambda-canary/blob/main/docs/how-it-decides.md';
