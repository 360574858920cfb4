// For resolvers that do not read `exports` in package.json.
export * from './dist/negotiation.js';
