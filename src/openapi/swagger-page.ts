/**
 * The page of Swagger UI; everything on it comes from this service. Above it stands the way to the page that
 * checks a signature, which is the console's (0059): here nobody is signed in.
 */
export const swaggerPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>OAuth 1.0a service: API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<p>Why is a signature refused? <a href="/console/signature-check">Check a signature</a></p>
<div id="swagger-ui"></div>
<noscript>The same as JSON: <a href="/docs/openapi.json">/docs/openapi.json</a></noscript>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/initializer.js"></script>
</body>
</html>
`;

/** Starts Swagger UI; a file of its own, since the page's policy runs no script in the page. */
export const INITIALIZER = `SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  validatorUrl: null,
});
`;
