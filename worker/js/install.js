// For resolvers that do not read `exports` in package.json.
export * from './dist/install.js';
