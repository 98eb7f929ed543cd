/** The place where this runs; see platform.ts. The build of the browser entry takes browser.ts in place of this file. */

export { platform } from './node';
