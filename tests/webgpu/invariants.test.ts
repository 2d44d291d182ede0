import { describeInvariants } from '../support/invariants';

describeInvariants('webgpu');
