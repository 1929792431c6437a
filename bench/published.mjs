// As the published package starts: no look at the sources. For benchmarks in a checkout.
const { main } = await import('../dist/cli/main.js');
await main(process.argv);
