import { describeInvariants } from '../support/invariants';

describeInvariants('cpu');
