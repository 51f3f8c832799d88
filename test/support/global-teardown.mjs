/** Ends what the set-up started. */
export default async function globalTeardown() {
  await globalThis.__stopTestServer();
}
