// An OpenID Connect issuer in its own process, so that tests can stop it. Prints `listening` when it is ready, and
// exits when its standard input closes.
// Arguments: port, redirect URI, client id, client secret.
import Provider from 'oidc-provider';

const [port, redirectUri, clientId, clientSecret] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  // The roles are the parts of the account name after each `+`.
  claims: { openid: ['sub', 'example'] },
  conformIdTokenClaims: false,
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, example: { roles: accountId.split('+').slice(1) } }),
  }),
  // Signing in counts as consent here. The service's own pages ask for the owner's consent.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
});

const page = (uid) => `<!doctype html><html lang="en"><title>Example ID</title>
<h1>Example ID</h1>
<form method="post" action="/interaction/${uid}">
<label for="login">Account</label><input type="text" id="login" name="login">
<button name="do" value="login">Continue</button><button name="do" value="cancel">Cancel</button>
</form></html>`;

provider.use(async (ctx, next) => {
  const [, uid] = /^\/interaction\/([\w-]+)$/.exec(ctx.path) ?? [];
  if (uid === undefined) return next();
  if (ctx.method === 'GET') {
    ctx.type = 'html';
    ctx.body = page(uid);
    return;
  }
  const form = new URLSearchParams(await text(ctx.req));
  const result =
    form.get('do') === 'login'
      ? { login: { accountId: form.get('login') } }
      : { error: 'access_denied', error_description: 'The person cancelled.' };
  await provider.interactionFinished(ctx.req, ctx.res, result);
  ctx.respond = false;
});

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

process.stdin.on('end', () => process.exit()).resume();
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
