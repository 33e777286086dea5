// Where the engine's own modules lie, told from where this code runs: role bundles (dist/bundles) or readable modules
// (dist/src). A program's `millrace` must be the very module that the engine uses, so that both see the same classes.

declare const __MILLRACE_BUNDLED__: boolean | undefined;

const isBundled = typeof __MILLRACE_BUNDLED__ !== 'undefined' && __MILLRACE_BUNDLED__;

/** What `import 'millrace'` means in a program. */
export const engineUrl: URL = isBundled ? new URL('./index.js', import.meta.url) : new URL('../index.js', import.meta.url);

export const testingUrl: URL = isBundled ? new URL('./testing.js', import.meta.url) : new URL('../testing.js', import.meta.url);

export const tableUrl: URL = isBundled ? new URL('./table.js', import.meta.url) : new URL('../table.js', import.meta.url);

/** What a slot's worker starts with. */
export const slotEntryUrl: URL = isBundled ? new URL('./slot.js', import.meta.url) : new URL('./slot-entry.js', import.meta.url);
