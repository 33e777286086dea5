// For the command line (`npx depcruise src --output-type mermaid`); the layers test uses the same rules. Build first.
import { cruiseOptions } from './dist/test/architecture/layer-rules.js';

const { ruleSet, baseDir, validate, ...options } = cruiseOptions('.');
export default { ...ruleSet, options };
