// Asks Prometheus for the share of failed requests of the new version. PROMETHEUS_URL: where it is.
const { PROMETHEUS_URL, LAMBDA_CANARY_FUNCTION: name, LAMBDA_CANARY_CANARY: version } = process.env;
const LIMIT = 0.01;

// Node ends with 1 when nobody catches an error, and that would revert. This one could not tell.
process.on('uncaughtException', ({ message, cause }) => {
  console.error(`Prometheus could not be asked: ${cause?.message ?? message}`);
  process.exit(3);
});

const of = `function="${name}",version="${version}"`;
const query = `sum(rate(requests_failed_total{${of}}[5m])) / sum(rate(requests_total{${of}}[5m]))`;
const reply = await fetch(`${PROMETHEUS_URL}/api/v1/query?query=${encodeURIComponent(query)}`, {
  signal: AbortSignal.timeout(5_000),
});
if (!reply.ok) throw new Error(`it answered ${reply.status}`);
const { data } = await reply.json();
const share = Number(data.result[0]?.value[1] ?? NaN);
if (Number.isNaN(share)) {
  console.log('no requests of the new version yet');
  // Fine in the middle of a step; at its end it waits for some.
  process.exit(2);
}
console.log(`${(100 * share).toFixed(2)} % of the requests failed, allowed are ${100 * LIMIT} %`);
process.exit(share <= LIMIT ? 0 : 1);
