// The clients of the matrix: their packages, and how their drivers are built and run. Commands run in `clients/`;
// `BUILT` is replaced by the file that `build` makes.
import type { CompatibilityFlag } from '../../src/protocol/compatibility.js';
import type { DebianTool } from '../support/debian-tools.js';
import type { GatewayScheme } from './gateway.js';

export const BUILT = '<built>';

/** PLAINTEXT needs TLS, so it is only tried with clients that have no other method. */
export const CLIENT_METHODS = [
  'HMAC-SHA1',
  'HMAC-SHA256',
  'HMAC-SHA512',
  'RSA-SHA1',
  'RSA-SHA256',
  'RSA-SHA512',
] as const;

export type ClientMethod = (typeof CLIENT_METHODS)[number] | 'PLAINTEXT';

type Command = readonly [program: string, ...args: string[]];

export interface InteropClient {
  readonly name: string;
  /** Its common name: the language and the package. */
  readonly from: string;
  readonly tools: readonly DebianTool[];
  readonly build?: Command;
  readonly run: Command;
  readonly env?: Readonly<Record<string, string>>;
  /** The signature methods that it supports. The cases use the first one. */
  readonly methods: readonly ClientMethod[];
  /** The client does not support tokens. */
  readonly twoLegged?: boolean;
  /** The client signs with a token from its user, and cannot obtain one. */
  readonly danceless?: boolean;
  /** The secret of its consumer, if its characters matter. */
  readonly consumerSecret?: string;
  /** Its callback, if the client chooses that itself. */
  readonly callbackUrl?: string;
  /** The compatibility flags of its consumer. */
  readonly flags?: readonly CompatibilityFlag[];
  /** Its npm packages are in `clients/apart`, because they are many or noisy; `npm ci` does not install them. */
  readonly apart?: boolean;
  /**
   * Its paths, host or TLS are fixed, so it sends requests to a gateway with this scheme, which asks `POST /verify`.
   */
  readonly gateway?: GatewayScheme;
}

const GO_PATH = '/usr/share/gocode';
const GO_ENV = { GOPATH: GO_PATH, GO111MODULE: 'off', GOFLAGS: '' };
const JARS = ['/usr/share/java/signpost-core.jar', '/usr/share/java/commons-codec.jar'];

const python = (debianPackage: string, module: string): DebianTool => ({
  debianPackage,
  probe: ['/usr/bin/python3', '-c', `import ${module}, requests`],
});
const file = (debianPackage: string, path: string): DebianTool => ({
  debianPackage,
  probe: ['test', '-e', path],
});

const REQUESTS_OAUTHLIB = python('python3-requests-oauthlib', 'requests_oauthlib');
const AUTHLIB = python('python3-authlib', 'authlib.integrations.requests_client');
const RUBY_OAUTH: DebianTool = {
  debianPackage: 'ruby-oauth',
  probe: ['ruby', '-e', "require 'oauth'"],
};
const NET_OAUTH: DebianTool = {
  debianPackage: 'libnet-oauth-perl',
  probe: ['perl', '-MNet::OAuth', '-e', '1'],
};
const LWP_AUTHEN: DebianTool = {
  debianPackage: 'liblwp-authen-oauth-perl',
  probe: ['perl', '-MLWP::Authen::OAuth', '-e', '1'],
};
const SIMPLE_OAUTH: DebianTool = {
  debianPackage: 'ruby-simple-oauth',
  probe: ['ruby', '-e', "require 'simple_oauth'"],
};
const TCLLIB: DebianTool = {
  debianPackage: 'tcllib',
  probe: [
    'sh',
    '-c',
    'echo "package require oauth" | tclsh 2>&1 | grep -q . && exit 1 || command -v tclsh',
  ],
};
const TCL_TLS = file('tcl-tls', '/usr/share/doc/tcl-tls');
const PHP_OAUTH: DebianTool = {
  debianPackage: 'php-oauth',
  probe: ['php', '-r', 'exit(class_exists("OAuth") ? 0 : 1);'],
};
const GCC: DebianTool = { debianPackage: 'gcc', probe: ['gcc', '--version'] };
const LIBOAUTH = file('liboauth-dev', '/usr/include/oauth.h');
const GO: DebianTool = { debianPackage: 'golang-go', probe: ['go', 'version'] };
const GOMODULE = file(
  'golang-github-gomodule-oauth1-dev',
  `${GO_PATH}/src/github.com/gomodule/oauth1`,
);
const MRJONES = file('golang-github-mrjones-oauth-dev', `${GO_PATH}/src/github.com/mrjones/oauth`);
const JAVA: DebianTool = { debianPackage: 'default-jdk-headless', probe: ['javac', '-version'] };
const SIGNPOST = file('liboauth-signpost-java', JARS[0] ?? '');
const CODEC = file('libcommons-codec-java', JARS[1] ?? '');

/** Makes the certificate of a gateway with TLS. */
const OPENSSL: DebianTool = { debianPackage: 'openssl', probe: ['openssl', 'version'] };

const npm = (name: string, driver: string, methods: readonly ClientMethod[]): InteropClient => ({
  name,
  from: `JavaScript, npm \`${name}\``,
  tools: [],
  run: [process.execPath, driver],
  methods,
});

const apart = (name: string, driver: string, methods: readonly ClientMethod[]): InteropClient => ({
  ...npm(name, `apart/${driver}`, methods),
  apart: true,
});

export const INTEROP_CLIENTS: readonly InteropClient[] = [
  ...(['AUTH_HEADER', 'QUERY', 'BODY'] as const).map((place) => ({
    name: `requests-oauthlib (${place})`,
    from: 'Python, Debian `python3-requests-oauthlib`',
    tools: [REQUESTS_OAUTHLIB],
    run: ['/usr/bin/python3', 'requests_oauthlib_client.py', place] as const,
    methods: CLIENT_METHODS,
  })),
  ...(['HEADER', 'QUERY', 'BODY'] as const).map((place) => ({
    name: `Authlib (${place})`,
    from: 'Python, Debian `python3-authlib`',
    tools: [AUTHLIB],
    run: ['/usr/bin/python3', 'authlib_client.py', place] as const,
    methods: ['HMAC-SHA1', 'RSA-SHA1'] as const,
    env: { AUTHLIB_INSECURE_TRANSPORT: '1' },
  })),
  {
    name: 'ruby-oauth',
    from: 'Ruby, Debian `ruby-oauth`',
    tools: [RUBY_OAUTH],
    run: ['ruby', 'ruby_oauth_client.rb'],
    methods: ['HMAC-SHA1', 'RSA-SHA1'],
  },
  {
    name: 'Net::OAuth',
    from: 'Perl, Debian `libnet-oauth-perl`',
    tools: [NET_OAUTH],
    run: ['perl', 'net_oauth_client.pl'],
    methods: ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1'],
  },
  {
    name: 'LWP::Authen::OAuth',
    from: 'Perl, Debian `liblwp-authen-oauth-perl`',
    tools: [LWP_AUTHEN],
    run: ['perl', 'lwp_authen_oauth_client.pl'],
    methods: ['HMAC-SHA1'],
    flags: ['split_parameters'],
  },
  {
    name: 'simple_oauth',
    from: 'Ruby, Debian `ruby-simple-oauth`',
    tools: [SIMPLE_OAUTH],
    run: ['ruby', 'simple_oauth_client.rb'],
    methods: ['HMAC-SHA1', 'RSA-SHA1'],
  },
  {
    name: 'tcllib oauth',
    from: 'Tcl, Debian `tcllib`',
    tools: [TCLLIB, TCL_TLS],
    run: ['tclsh', 'tcllib_client.tcl'],
    methods: ['HMAC-SHA1'],
    danceless: true,
  },
  {
    name: 'PECL oauth',
    from: 'PHP, Debian `php-oauth`',
    tools: [PHP_OAUTH],
    run: ['php', 'php_oauth_client.php'],
    methods: ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1'],
  },
  {
    name: 'liboauth',
    from: 'C, Debian `liboauth-dev`',
    tools: [GCC, LIBOAUTH],
    build: ['gcc', '-w', '-o', BUILT, 'liboauth_client.c', '-loauth', '-lcurl'],
    run: [BUILT],
    methods: ['HMAC-SHA1'],
  },
  {
    name: 'gomodule/oauth1',
    from: 'Go, Debian `golang-github-gomodule-oauth1-dev`',
    tools: [GO, GOMODULE],
    build: ['go', 'build', '-o', BUILT, 'gomodule_client.go'],
    run: [BUILT],
    methods: ['HMAC-SHA1', 'RSA-SHA1'],
    env: GO_ENV,
  },
  {
    name: 'mrjones/oauth',
    from: 'Go, Debian `golang-github-mrjones-oauth-dev`',
    tools: [GO, MRJONES],
    build: ['go', 'build', '-o', BUILT, 'mrjones_client.go'],
    run: [BUILT],
    methods: ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'RSA-SHA256'],
    env: GO_ENV,
  },
  {
    name: 'Signpost',
    from: 'Java, Debian `liboauth-signpost-java`',
    tools: [JAVA, SIGNPOST, CODEC],
    run: ['java', '-XX:TieredStopAtLevel=1', '-cp', JARS.join(':'), 'SignpostClient.java'],
    methods: ['HMAC-SHA1'],
  },
  npm('oauth', 'node_oauth_client.mjs', ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1']),
  npm('oauth-1.0a', 'oauth_1_0a_client.mjs', CLIENT_METHODS),
  npm('oauth-sign', 'oauth_sign_client.mjs', ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1']),
  npm('oauth-signature', 'oauth_signature_client.mjs', ['HMAC-SHA1']),
  npm('axios-oauth-1.0a', 'axios_oauth_client.mjs', ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1']),
  { ...npm('mastercard-oauth1-signer', 'mastercard_client.mjs', ['RSA-SHA256']), twoLegged: true },
  npm('postman-runtime', 'postman_client.mjs', CLIENT_METHODS),
  npm('passport-oauth1', 'passport_oauth1_client.mjs', ['HMAC-SHA1', 'RSA-SHA1']),
  npm('node-oauth1', 'node_oauth1_client.mjs', CLIENT_METHODS),
  {
    ...npm('twitter-api-v2', 'twitter_api_v2_client.mjs', ['HMAC-SHA1']),
    gateway: 'https',
    tools: [OPENSSL],
    flags: ['split_parameters', 'repeated_parameters'],
  },
  {
    ...npm('tumblr.js', 'tumblr_client.mjs', ['HMAC-SHA1']),
    gateway: 'https',
    tools: [OPENSSL],
    danceless: true,
  },
  {
    ...npm('@woocommerce/woocommerce-rest-api', 'woocommerce_client.mjs', ['HMAC-SHA256']),
    gateway: 'http',
    twoLegged: true,
  },
  {
    ...npm('disconnect', 'disconnect_client.mjs', ['PLAINTEXT']),
    gateway: 'https',
    tools: [OPENSSL],
    from: 'JavaScript, npm `disconnect`, behind a proxy that drops its `Accept`',
    flags: ['repeated_parameters'],
  },
  {
    ...npm('flickr-sdk', 'flickr_sdk_client.mjs', ['HMAC-SHA1']),
    gateway: 'https',
    tools: [OPENSSL],
  },
  ...(['preauthorized', 'exchange'] as const).map((signed) => ({
    ...npm('garmin-connect', 'garmin_connect_client.mjs', ['HMAC-SHA1']),
    name: `garmin-connect (${signed})`,
    run: [process.execPath, 'garmin_connect_client.mjs', signed] as const,
    gateway: 'https' as const,
    tools: [OPENSSL],
    ...(signed === 'exchange' ? { danceless: true } : { twoLegged: true }),
  })),
  apart('grant', 'grant_client.mjs', ['HMAC-SHA1', 'RSA-SHA1']),
  apart('@hapi/bell', 'hapi_bell_client.mjs', ['HMAC-SHA1', 'RSA-SHA1']),
  {
    ...apart('ims-lti', 'ims_lti_client.mjs', ['HMAC-SHA1']),
    from: 'JavaScript, npm `ims-lti`, a secret with a `+`',
    twoLegged: true,
    consumerSecret: 'a secret that an LMS made: x+y/z=',
    flags: ['secrets_not_encoded'],
  },
  {
    ...apart('magento-api-rest', 'magento_client.mjs', ['HMAC-SHA256', 'HMAC-SHA1']),
    gateway: 'https',
    tools: [OPENSSL],
    danceless: true,
  },
  {
    ...apart('jira-client', 'jira_client.mjs', ['HMAC-SHA1']),
    gateway: 'http',
    danceless: true,
  },
  { ...apart('@usebruno/cli', 'bruno_client.mjs', CLIENT_METHODS), flags: ['literal_plus'] },
  apart('newman', 'newman_client.mjs', CLIENT_METHODS),
  {
    ...apart('newman', 'newman_client.mjs', CLIENT_METHODS),
    name: 'newman (addEmptyParamsToSign)',
    run: [process.execPath, 'apart/newman_client.mjs', 'addEmptyParamsToSign'],
    flags: ['empty_token_signed'],
  },
  {
    ...apart('next-auth', 'next_auth_client.mjs', ['HMAC-SHA1', 'RSA-SHA1']),
    from: 'JavaScript, npm `next-auth` 4',
    callbackUrl: 'http://client.example.com/api/auth/callback/matrix',
  },
];
