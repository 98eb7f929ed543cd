/** What each of the threads runs: the jobs that it is sent, one after the other. */

import { platform } from '../platform';
import { type JobParcel, runParcel } from './job';

export default platform.threads.callee((parcel, tell) => runParcel(parcel as JobParcel, tell));
