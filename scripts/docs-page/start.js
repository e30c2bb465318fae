/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  // No badge of somebody else's validator: the page asks nobody but its own server.
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
})
