export { matMul } from './matMul';
