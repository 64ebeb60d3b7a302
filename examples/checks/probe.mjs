// Asks for a page as a user would. PROBE_URL: which.
const started = performance.now();
const reply = await fetch(process.env.PROBE_URL, { signal: AbortSignal.timeout(5_000) }).catch(
  ({ message }) => {
    console.error(`${process.env.PROBE_URL} does not answer: ${message}`);
    // One lost connection is no proof: asked again, and reverted when it stays so for monitoring-grace.
    process.exit(3);
  },
);
console.log(`${reply.status} after ${Math.round(performance.now() - started)} ms`);
process.exit(reply.ok ? 0 : 1);
